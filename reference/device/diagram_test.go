package device

import (
	"regexp"
	"slices"
	"testing"

	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/spec/diagram"
)

// A change is a transition that a device made, by the diagram of state.md that
// has to show it.
type change struct {
	block, from, to string
	step            Step
}

// A watcher notes the transitions of one card.
type watcher struct {
	card *card
	last State
	seen map[change]bool
}

func (w *watcher) trace(step Step) {
	if w.card == nil {
		return
	}
	now := w.card.State()
	note := func(block, from, to string) {
		if from != to {
			w.seen[change{block, from, to, step}] = true
		}
	}
	for _, s := range slices.Concat(w.last.Slots, w.last.Exceptions, now.Slots, now.Exceptions) {
		if s.ID != (wire.ID{}) {
			note("states slot", debitState(w.last, s.ID), debitState(now, s.ID))
		}
	}
	for n := uint64(1); n < now.NextRequest; n++ {
		note("states request", requestState(w.last, n), requestState(now, n))
	}
	funding := []string{FundingFree: "FREE", FundingOpen: "OPEN", FundingCancelled: "CANCELLED"}
	note("states funding", funding[w.last.Funding.State], funding[now.Funding.State])
	note("states device", lifeOf(w.last), lifeOf(now))
	w.last = now
}

func debitState(s State, id wire.ID) string {
	for _, slot := range s.Exceptions {
		if slot.ID == id {
			return "EXCEPTION"
		}
	}
	for _, slot := range s.Slots {
		if slot.ID == id && slot.State != SlotFree {
			return []string{SlotDebited: "DEBITED", SlotReleased: "RELEASED"}[slot.State]
		}
	}
	return "FREE"
}

func requestState(s State, n uint64) string {
	switch {
	case n >= s.NextRequest:
		return "UNKNOWN"
	case n <= s.LowWater:
		return "OLD"
	case slices.ContainsFunc(s.Ring, func(c Credit) bool { return c.Request == n }):
		return "CREDITED"
	case slices.ContainsFunc(s.Requests, func(r Request) bool { return r.Open && r.Number == n }):
		return "OPEN"
	}
	return "CLOSED"
}

func lifeOf(s State) string {
	switch {
	case s.Decommissioned:
		return "DECOMMISSIONED"
	case s.Provisioned:
		return "PROVISIONED"
	}
	return "CREATED"
}

// watched is a card whose transitions are noted.
func (r *realm) watched(seed byte, seen map[change]bool, change ...func(*Parts, *Config)) *card {
	w := &watcher{seen: seen}
	c := r.card(seed, append(change, func(p *Parts, _ *Config) { p.Trace = w.trace })...)
	w.card, w.last = c, c.State()
	return c
}

// everyTransition takes devices through what state.md draws.
func everyTransition(r *realm) map[change]bool {
	seen := map[change]bool{}
	payer := r.watched(1, seen, func(_ *Parts, c *Config) { c.Slots = 1 })
	payee := r.watched(2, seen, shortRetention)
	payer.fund(1000)
	_, err := payer.FundRequest(50)
	r.must(err)
	_, err = payer.FundCancel()
	r.must(err)
	payer.synchronise(0)
	payer.pay(payee, 100)
	release := func() {
		m1, err := payer.Start(0, 0)
		r.must(err)
		m2, err := payee.Request(0, m1, Demand{Amount: 10})
		r.must(err)
		_, err = payer.Pay(0, m2, uv())
		r.must(err)
	}
	release()
	r.must(payee.Cancel(0)) // the request is closed; the transfer comes late
	payer.finish(payee)
	release()
	_, err = payer.Export()
	r.must(err)
	payer.finish(payee)
	for range 4 {
		payer.pay(payee, 1)
	}
	payee.synchronise(0)
	m1, err := payer.Start(0, 0)
	r.must(err)
	_, err = payee.Request(0, m1, Demand{Amount: 10})
	r.must(err)
	r.must(payee.Decommission())
	return seen
}

// TestTransitionsAreDrawn holds the state machines of state.md to what devices
// do: no transition that is not drawn, none drawn that does not happen.
func TestTransitionsAreDrawn(t *testing.T) {
	seen := everyTransition(newRealm(t))
	text, err := spec.Chapter("state.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range spec.Blocks(string(text)) {
		if !diagram.Is(b.Info) {
			continue
		}
		d, err := diagram.Parse(b.Info, b.Text)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range d.Events {
			happened := e.From == e.To || e.From == "CREATED" // cards come provisioned
			for c := range seen {
				if c.block == b.Info && c.from == e.From && c.to == e.To && names(e.Text, c.step) {
					delete(seen, c)
					happened = true
				}
			}
			if !happened {
				t.Errorf("%s: nothing goes from %s to %s by %q", b.Info, e.From, e.To, e.Text)
			}
		}
	}
	for c := range seen {
		t.Errorf("%s does not show that %s goes to %s by %s", c.block, c.from, c.to, c.step)
	}
}

// names reports whether a text names a step as a word.
func names(text string, step Step) bool {
	return regexp.MustCompile(`(^|[ ;,])` + regexp.QuoteMeta(string(step)) + `($|[ ;,])`).MatchString(text)
}
