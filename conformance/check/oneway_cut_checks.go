package check

import (
	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/spec"
)

// oneWayCutChecks cut power inside the two verbs of a one-way payment. Each cut
// takes a static slot and may leave a payment pending, so that they need units
// that nobody has used.
func oneWayCutChecks() []Check {
	needs := []adapter.Capability{adapter.CapOneWay, adapter.CapQuery, adapter.CapCutWrite}
	return []Check{
		{ID: "PAY-09.power", Title: "power is cut at every persistent write of paying one way", Cites: []spec.ID{spec.PAY09}, Needs: needs, Fresh: true, Run: payOneWayCuts},
		{ID: "PAY-10.power", Title: "power is cut at every persistent write of accepting one way", Cites: []spec.ID{spec.PAY10}, Needs: needs, Fresh: true, Run: acceptOneWayCuts},
	}
}

// armed carries out a verb with a power cut armed at a write.
func (u *Unit) armed(p cutPoint, do func() adapter.Answer) adapter.Answer {
	u.t.Control(u.do(adapter.CutWrite{Write: p.write, Byte: p.byte, Mode: p.mode}), "arm a power cut")
	a := do()
	u.t.Control(u.do(adapter.CutWrite{}), "disarm the power cut")
	return a
}

// writesOf counts the persistent writes of a verb, as a control.
func (u *Unit) writesOf(what string, do func() adapter.Answer) []cutPoint {
	u.t.Control(u.do(adapter.CutWrite{Write: 1 << 20}), "count persistent writes")
	u.t.Control(do(), what)
	writes := u.t.Control(u.do(adapter.CutWrite{}), "count persistent writes").Writes
	var points []cutPoint
	for w := 1; w <= writes; w++ {
		for _, b := range cutBytes {
			for _, m := range cutModes {
				points = append(points, cutPoint{write: w, byte: b, mode: m})
			}
		}
	}
	if len(points) == 0 {
		u.t.Inconclusive("a one-way payment makes persistent writes", "none were counted")
	}
	return points
}

func payOneWayCuts(t *T) {
	payer, payee := t.Funded(100), t.Device()
	poster := payee.Poster(0, 1)
	points := payer.writesOf("a one-way payment", func() adapter.Answer { return payer.PayPoster(poster, 30) })
	t.forget()
	torn := 0
	for _, p := range t.everyWrite(points, 8) {
		payer, payee := t.Funded(100), t.Device()
		poster := payee.Poster(0, 4)
		a := payer.armed(p, func() adapter.Answer { return payer.PayPoster(poster, 30) })
		torn += tornOnce(a)
		pending := payer.resent()
		out := uint64(30 * len(pending))
		t.For(spec.PAY09, "after a power cut a one-way payment is pending more than once").Expect(len(pending)).To(gomega.BeNumerically("<=", 1))
		t.For(spec.PAY09, "after a power cut what is sent again is not what is outgoing").Expect(payer.Outgoing()).To(gomega.Equal(out))
		t.For(spec.PAY09, "after a power cut the payer holds more or less than it has not paid").Expect(payer.Spendable()).To(gomega.Equal(100 - out))
		for _, m := range pending {
			receipt := t.Control(payee.do(adapter.AcceptOneWay{Message: m}), "the payee takes it")
			t.For(spec.PAY09, "after a power cut a receipt was not taken").Expect(payer.do(adapter.AcknowledgeOneWay{Message: receipt.Message})).To(BeDone())
		}
		t.For(spec.PAY09, "after a power cut a one-way payment was credited wrongly").Expect(payee.Held()).To(gomega.Equal(out))
		t.For(spec.PAY09, "after a power cut the next one-way payment fails").Expect(payer.PayPoster(poster, 5)).To(BeDone())
		t.forget()
	}
	t.cutsFired(torn)
}

func acceptOneWayCuts(t *T) {
	payer, payee := t.Funded(100), t.Device()
	sent := t.Control(payer.PayPoster(payee.Poster(0, 1), 30), "a one-way payment").Message
	points := payee.writesOf("the payee takes it", func() adapter.Answer { return payee.do(adapter.AcceptOneWay{Message: sent}) })
	t.forget()
	torn := 0
	for _, p := range t.everyWrite(points, 8) {
		payer, payee := t.Funded(100), t.Device()
		poster := payee.Poster(0, 4)
		sent := t.Control(payer.PayPoster(poster, 30), "a one-way payment").Message
		accept := func() adapter.Answer { return payee.do(adapter.AcceptOneWay{Message: sent}) }
		torn += tornOnce(payee.armed(p, accept))
		held := payee.Held()
		t.For(spec.PAY10, "after a power cut a one-way payment is credited in part").Expect(held == 0 || held == 30).To(gomega.BeTrue())
		again := accept()
		if t.env.RP() {
			t.For(spec.PAY10, "after a power cut a one-way payment is refused").Expect(again).To(BeDone())
		}
		t.For(spec.PAY10, "after a power cut a one-way payment is not credited once").Expect(payee.Held()).To(gomega.Equal(uint64(30)))
		next := t.Control(payer.PayPoster(poster, 5), "another one-way payment").Message
		t.For(spec.PAY10, "after a power cut the next one-way payment is refused").Expect(payee.do(adapter.AcceptOneWay{Message: next})).To(BeDone())
		t.forget()
	}
	t.cutsFired(torn)
}
