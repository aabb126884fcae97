package check

import (
	"fmt"

	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/spec"
)

func programChecks() []Check {
	needs := []adapter.Capability{adapter.CapQuery, adapter.CapResend}
	return []Check{
		{ID: "INV-01.programs", Title: "random programs create no value", Cites: []spec.ID{spec.INV01}, Needs: needs, Units: 3, Run: programsCreateNothing},
		{ID: "INV-02.programs", Title: "random programs lose no value", Cites: []spec.ID{spec.INV02}, Needs: needs, Units: 3, Run: programsLoseNothing},
		{ID: "INV-07.monotonic", Title: "counters and versions never fall", Cites: []spec.ID{spec.INV07}, Needs: append(needs, adapter.CapPowerCycle, adapter.CapSynchronise), Units: 3, Run: countersNeverFall},
	}
}

// A program drives three units by random verbs; it is the run's seed and
// nothing else that decides.
type program struct {
	t     *T
	units []*Unit
	open  []*Payment // payments whose transfer is out
	// kinds is how many kinds of step it draws from.
	kinds   int
	notices []notice
	parcels []parcel
}

func (t *T) program() *program {
	g := &program{t: t, kinds: steps}
	if t.paysOneWay() {
		g.kinds += oneWaySteps
	}
	for range 3 {
		g.units = append(g.units, t.Funded(t.coins(200, 110)))
	}
	return g
}

// How many kinds of step there are, and how many more where payments are made one
// way.
const (
	steps       = 12
	oneWaySteps = 4
)

// step carries out one random verb and says what it did. No answer is judged:
// refusals are legal, and what counts is the total.
func (g *program) step() string {
	t := g.t
	from := g.units[t.rand.IntN(3)]
	to := g.units[(t.rand.IntN(2)+1+indexOf(g.units, from))%3]
	amount := uint64(1 + t.rand.IntN(60))
	what := fmt.Sprintf("%s to %s, %d", from.Name, to.Name, amount)
	kind := t.rand.IntN(g.kinds)
	switch kind {
	case 0, 1, 2:
		t.Transfer(from, to, amount)
		return "pay " + what
	case 3, 4:
		if t.env.Shape != adapter.Split {
			return g.lossy(from, to, amount) + what
		}
		p := t.Payment(from, to, amount)
		if p.Start().Done != nil && p.Request().Done != nil && p.Pay().Done != nil {
			g.open = append(g.open, p)
		}
		return "pay without delivery " + what
	case 5, 6:
		if len(g.open) > 0 {
			p := g.open[t.rand.IntN(len(g.open))]
			p.Accept()
			if t.rand.IntN(2) == 0 {
				p.Acknowledge()
			}
		}
		return "deliver late"
	case 7:
		t.Finish(from, to)
		return "finish " + what
	case 8:
		if t.Has(adapter.CapPowerCycle) {
			from.PowerCycle()
		}
		return "power cycle " + from.Name
	case 9:
		t.Payment(from, to, 0).closeAll()
		return "cancel " + what
	case 10:
		from.Fund(amount)
		return "fund " + what
	case 12, 13, 14, 15:
		return g.oneWay(kind-steps, from, to, amount)
	}
	if have := from.All(); have > 0 && t.Has(adapter.CapDefund) {
		from.Defund(min(have, amount))
	}
	return "defund " + what
}

// lossy pays over a link that loses one frame, or all from there on.
func (g *program) lossy(from, to *Unit, amount uint64) string {
	n, action := 1+g.t.rand.IntN(6), faults[g.t.rand.IntN(len(faults))]
	g.t.Over(at(n, adapter.Reply{Action: action}), from, to, amount)
	return fmt.Sprintf("pay, frame %d %s, ", n, action)
}

func indexOf(units []*Unit, u *Unit) int {
	for i := range units {
		if units[i] == u {
			return i
		}
	}
	return -1
}

// settle lets every pair meet in both directions.
func (g *program) settle() {
	for _, a := range g.units {
		for _, b := range g.units {
			if a != b {
				g.t.Finish(a, b)
			}
		}
	}
	g.settleOneWay()
}

func programsCreateNothing(t *T) {
	for range t.Sample(6, t.thin(6)) {
		g := t.program()
		for range 14 {
			what := g.step()
			held, _ := t.held()
			t.For(spec.INV01, createdMessage).Expect(held).To(gomega.BeNumerically("<=", t.due()), "after "+what)
		}
		g.settleOneWay()
		t.forget()
	}
}

// refund has a payment refused after its debit, so that the payer has it back.
func (t *T) refund() {
	if t.env.Shape != adapter.Split {
		return
	}
	payer, payee := t.Funded(100), t.Device()
	p := t.Payment(payer, payee, 30).Open()
	t.Control(p.Pay(), "pay")
	p.closeAll()
	p.Accept()
	t.Finish(payer, payee)
	held, _ := t.held()
	t.For(spec.INV02, lostMessage).Expect(held).To(gomega.BeNumerically(">=", t.book.least()), "after a refund")
	t.forget()
}

func programsLoseNothing(t *T) {
	t.refund()
	for range t.Sample(6, t.thin(6)) {
		g := t.program()
		for range 14 {
			g.step()
		}
		g.settle()
		held, _ := t.held()
		var outgoing uint64
		for _, u := range g.units {
			outgoing += u.Outgoing()
		}
		t.For(spec.INV02, "a payment was pending although the units had met").Expect(outgoing).To(gomega.BeZero())
		t.For(spec.INV02, lostMessage).Expect(held).To(gomega.BeNumerically(">=", t.book.least()))
		t.forget()
	}
}

// forget judges what the units so far hold and starts a new book: they take no
// further part, and a bench that has no others gives them again.
func (t *T) forget() {
	t.noCreation()
	t.units, t.book = nil, book{}
	t.env.pool.release()
}

// monotone are the numbers of a state that never fall.
func monotone(s *adapter.State) map[string]*uint64 {
	return map[string]*uint64{
		"spend counter": s.Counter, "next request number": s.NextRequest, "low-water mark": s.LowWaterMark,
		"policy version": s.PolicyVersion, "revocation version": s.RevocationsVersion, "epoch": s.Epoch,
	}
}

func countersNeverFall(t *T) {
	g := t.program()
	last := map[string]uint64{}
	for i := range 24 {
		what := g.step()
		switch unit := g.units[t.rand.IntN(3)]; i % 6 {
		case 2:
			what = "power cycle"
			unit.PowerCycle()
		case 5:
			what = "synchronise"
			unit.Sync(true)
		}
		for _, u := range g.units {
			state := u.Query().State
			if state == nil {
				t.Inconclusive("query tells counters", "none")
			}
			for name, now := range monotone(state) {
				if now == nil {
					continue
				}
				key := u.Name + " " + name
				t.For(spec.INV07, "a counter or version fell").Expect(*now).To(gomega.BeNumerically(">=", last[key]), name+" of "+u.Name+" after "+what)
				last[key] = *now
			}
		}
	}
	g.settleOneWay()
}
