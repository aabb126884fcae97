package mutant

import (
	"context"
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/ledger"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/spec"
)

// strangerMutants have faults of products that nobody can look into: they hide
// behind what the product says of itself, or say nothing.
func strangerMutants() []Mutant {
	return []Mutant{
		{Name: "shadow-ledger", Breaks: spec.INV02, Fault: "loses one minor unit at every fourth receipt, and answers queries from a book of what should be there", wrap: wrapped(shadow)},
		{Name: "loses-defunding", Breaks: spec.FND04, Fault: "the ledger takes what is defunded and credits nothing", ledger: func(p *ledger.Parts) {
			p.Book = forgetfulBook{p.Book}
		}},
		{Name: "mute-after-garbage", Breaks: spec.ENC07, Fault: "says nothing of itself any more once it has been handed a frame that it could not read", wrap: wrapped(mute)},
		{Name: "unserved-block", Breaks: spec.LCM05, Fault: "claims that its ledger blocks devices, and does not serve it", wrap: func(next adapter.Adapter) adapter.Adapter {
			return unserved{next, adapter.CapBlock}
		}},
	}
}

// Silent are mutants that give no answer, which a harness takes for a fault of
// the bench until it has happened three times at one step: they need a campaign,
// not a single run of a check.
func Silent() []Mutant {
	return []Mutant{
		{Name: "hangs-on-garbage", Breaks: spec.ENC07, Fault: "never answers a transfer that it cannot read", wrap: func(next adapter.Adapter) adapter.Adapter {
			return hanging{next}
		}},
	}
}

// Device returns the device of a handle, for the faces that look behind an
// adapter ([simulator.Inspector]).
func (w *wrapper) Device(handle string) *device.Device { return w.device(handle) }

// deviceOf is the device behind an adapter, nil when nothing shows it.
func deviceOf(a adapter.Adapter, handle string) *device.Device {
	if inside, ok := a.(simulator.Inspector); ok {
		return inside.Device(handle)
	}
	return nil
}

// shadow loses value and keeps the book of what should be there.
func shadow(w *wrapper, c call) {
	if c.verb == "accept" && c.gained(w) > 0 {
		if w.counts[c.handle]++; w.counts[c.handle]%4 == 0 {
			w.amounts[c.handle]++
			w.edit(c.handle, func(s *device.State) { take(s, 1) })
		}
	}
	if c.verb == "query" && c.answer.Done != nil && c.answer.Done.Value != nil && c.answer.Done.Value.Spendable != nil {
		should := *c.answer.Done.Value.Spendable + adapter.Amount(w.amounts[c.handle])
		c.answer.Done.Value.Spendable = &should
	}
}

// forgetfulBook says that it has credited, and has not.
type forgetfulBook struct{ ledger.Book }

func (b forgetfulBook) Credit(name string, _ money.Amount) bool {
	_, known := b.Balance(name)
	return known
}

// mute refuses to tell anything after a frame that did not open, until power is
// cycled.
func mute(w *wrapper, c call) {
	switch {
	case c.refused(spec.ELink):
		w.counts[c.handle] = 1
	case c.verb == "power-cycle":
		w.counts[c.handle] = 0
	case c.verb == "query" && w.counts[c.handle] > 0:
		*c.answer = adapter.Answer{Refused: &adapter.Refusal{Code: int(spec.EState)}}
	}
}

// unserved claims a capability and answers that it has none of its verbs.
type unserved struct {
	next       adapter.Adapter
	capability adapter.Capability
}

func (u unserved) Device(handle string) *device.Device { return deviceOf(u.next, handle) }

func (u unserved) Do(ctx context.Context, q adapter.Request, on func(adapter.Event) adapter.Reply) (adapter.Answer, error) {
	if adapter.CapabilityOf(q.Verb) != u.capability {
		return u.next.Do(ctx, q, on)
	}
	return adapter.Answer{}, &adapter.Error{Fault: adapter.FaultUnsupported, Verb: q.Verb.Name(), Detail: "this unit has no verb " + q.Verb.Name()}
}

// hanging gives no answer where the right device refuses bytes that it cannot
// read. Nobody has to wait for it: the deadline has passed at once.
type hanging struct{ next adapter.Adapter }

func (h hanging) Device(handle string) *device.Device { return deviceOf(h.next, handle) }

func (h hanging) Do(ctx context.Context, q adapter.Request, on func(adapter.Event) adapter.Reply) (adapter.Answer, error) {
	a, err := h.next.Do(ctx, q, on)
	unread := []int{int(spec.ELink), int(spec.EMalformed), int(spec.ECanon), int(spec.EField)}
	if _, accepts := q.Verb.(adapter.Accept); err != nil || !accepts || a.Refused == nil || !slices.Contains(unread, a.Refused.Code) {
		return a, err
	}
	return adapter.Answer{}, &adapter.Error{Fault: adapter.FaultDeadline, Verb: q.Verb.Name(), Detail: "no answer in time"}
}
