package check

import (
	"fmt"

	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/spec"
)

// A coinStory is a withdrawal, a payment and both synchronisations, in which power
// is cut once.
type coinStory struct {
	payer, payee *Unit
	p            *Payment
	request      []byte
	voucher      []byte
}

// A coinStep is one verb of it.
type coinStep struct {
	name  string
	payee bool // whose power
	do    func(t *T, s *coinStory) adapter.Answer
}

func coinSteps() []coinStep {
	return []coinStep{
		{"fund-request", false, func(_ *T, s *coinStory) adapter.Answer {
			a := s.payer.do(adapter.FundRequest{Amount: 30})
			if a.Done != nil {
				s.request = a.Done.Message
			}
			return a
		}},
		{"fund-accept", false, func(t *T, s *coinStory) adapter.Answer {
			if s.voucher == nil {
				s.voucher = t.Control(t.ledger.do(adapter.IssueFunding{Message: s.request}), "issue a voucher").Message
				t.book.funded += 30
			}
			return s.payer.do(adapter.FundAccept{Message: s.voucher})
		}},
		{"pay", false, func(_ *T, s *coinStory) adapter.Answer { return s.p.Open().Pay() }},
		{"accept", true, func(_ *T, s *coinStory) adapter.Answer { return s.p.Accept() }},
		{"acknowledge", false, func(_ *T, s *coinStory) adapter.Answer {
			if len(s.p.M4) == 0 {
				return adapter.Answer{Done: &adapter.Result{}}
			}
			return s.p.Acknowledge()
		}},
		{"synchronise", true, func(_ *T, s *coinStory) adapter.Answer { return s.payee.Sync(false) }},
		{"synchronise", false, func(_ *T, s *coinStory) adapter.Answer { return s.payer.Sync(false) }},
	}
}

// tell tells the story with power cut at a write of one step, or at none with a step
// that there is not, and returns how many writes each step made, and whether one was
// torn.
func (t *T) tell(online bool, step, write int) (writes []int, torn bool, s *coinStory) {
	s = &coinStory{payer: t.Device(), payee: t.Device()}
	s.p = t.Payment(s.payer, s.payee, 20)
	if online {
		s.payer.connect(true)
		s.payee.connect(true)
	}
	for i, c := range coinSteps() {
		unit := s.payer
		if c.payee {
			unit = s.payee
		}
		counted := step < 0
		at := write
		if counted {
			at = 1 << 20
		}
		if i == step || counted {
			t.Control(unit.do(adapter.CutWrite{Write: at, Byte: 3}), "arm a power cut")
		}
		a := c.do(t, s)
		if i == step || counted {
			writes = append(writes, t.Control(unit.do(adapter.CutWrite{}), "disarm the power cut").Writes)
			torn = torn || a.Torn != nil
		}
		if a.Torn != nil && i < 2 { // a host asks again
			c.do(t, s)
		}
		if a.Torn != nil && i >= 2 {
			break // the session is gone: the units meet again
		}
	}
	return writes, torn, s
}

func coinCuts(t *T) {
	fired := 0
	for _, online := range []bool{false, true} {
		var points [][2]int
		writes, _, _ := t.tell(online, -1, 0)
		t.forget()
		for step, n := range writes {
			if online && step < 2 { // a withdrawal is the same with a connection
				continue
			}
			for w := 1; w <= n; w++ {
				points = append(points, [2]int{step, w})
			}
		}
		for _, i := range t.Sample(len(points), 6) {
			step, write := points[i][0], points[i][1]
			name := fmt.Sprintf("%s, write %d, online %v", coinSteps()[step].name, write, online)
			_, torn, s := t.tell(online, step, write)
			if torn {
				fired++
			}
			t.For(spec.ECH08, "value was created").Expect(s.payer.own()+s.payee.Held()).To(gomega.BeNumerically("<=", 30), name)
			t.Finish(s.payer, s.payee)
			for range 2 {
				s.payee.Sync(false)
				s.payer.Sync(false)
			}
			t.For(spec.ECH08, "after recovery the total is not what it was").Expect(s.payer.own()+s.payee.Held()).To(gomega.Equal(uint64(30)), name)
			t.For(spec.ECH08, "a payment moved another amount").Expect(s.payee.Held()).To(gomega.BeElementOf(uint64(0), uint64(20)), name)
			t.For(spec.ECH08, "a payment stays pending for ever").Expect(s.payer.Outgoing()).To(gomega.BeZero(), name)
			t.For(spec.ECH08, "after a power cut the next payment fails").Expect(t.Transfer(s.payer, s.payee, 7)).To(BeDone(), name)
			t.forget()
		}
	}
	t.cutsFired(fired)
}
