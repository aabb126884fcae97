package check

import (
	"slices"

	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// oneWayChecks are of oneway.md, but for payees in software.
func oneWayChecks() []Check {
	oneWay := []adapter.Capability{adapter.CapOneWay}
	query := []adapter.Capability{adapter.CapOneWay, adapter.CapQuery}
	return []Check{
		{ID: "PAY-09.resend", Title: "a one-way payment that was lost is sent again until it is acknowledged", Cites: []spec.ID{spec.PAY09, spec.INV02}, Needs: query, Run: resendsOneWay},
		{ID: "PAY-10.once", Title: "a static request is paid several times, and each payment credited once", Cites: []spec.ID{spec.PAY10}, Needs: query, Run: creditsOneWayOnce},
		{ID: "PAY-11.for-good", Title: "a one-way payment that was refused is never credited", Cites: []spec.ID{spec.PAY11}, RP: true, Needs: query, Run: refusesForGood},
		{ID: "PAY-12.no-place", Title: "a payment for no request, or for a used one, is refused and leaves nothing behind", Cites: []spec.ID{spec.PAY12}, RP: true, Needs: query, Run: noPlace},
		{ID: "PAY-13.payee", Title: "a one-way payment past its last epoch is not credited", Cites: []spec.ID{spec.PAY13}, RP: true, Receives: true, Needs: oneWay, Run: expiredTransfer},
		{ID: "PAY-13.payer", Title: "a static request past its last epoch is not paid", Cites: []spec.ID{spec.PAY13}, RP: true, Needs: query, Run: expiredRequest},
	}
}

// powerMayGo takes the power away where the bench can.
func (u *Unit) powerMayGo() {
	if u.t.Has(adapter.CapPowerCycle) {
		u.PowerCycle()
	}
}

// resent asks for what is pending, one way.
func (u *Unit) resent() []adapter.Bytes {
	a := u.do(adapter.ResendOneWay{})
	u.t.For(spec.PAY09, "a payer did not send again").Expect(a).To(BeDone())
	return a.Done.Messages
}

func resendsOneWay(t *T) {
	payer, payee := t.Funded(100), t.Device()
	poster := payee.Poster(0, 4)
	earlier := len(payer.resent()) // of a used unit, the oldest first
	lost := t.Control(payer.PayPoster(poster, 30), "a one-way payment").Message
	for range 2 {
		again := payer.resent()[earlier:]
		t.For(spec.PAY09, "a pending one-way payment was not sent again, once").Expect(again).To(gomega.HaveLen(1))
		if t.env.RP() {
			t.For(spec.PAY09, "what was sent again are other bytes").Expect(again[0]).To(gomega.Equal(lost))
		}
		t.For(spec.PAY09, "a pending one-way payment is not outgoing").Expect(payer.Outgoing()).To(gomega.Equal(uint64(30)))
		t.For(spec.PAY09, "a pending one-way payment can be spent again").Expect(payer.Spendable()).To(gomega.Equal(uint64(70)))
		lost = again[0]
		payer.powerMayGo()
	}
	receipt := t.Control(payee.do(adapter.AcceptOneWay{Message: lost}), "the payee takes it")
	t.For(spec.PAY09, "a receipt of a one-way payment was not taken").Expect(payer.do(adapter.AcknowledgeOneWay{Message: receipt.Message})).To(BeDone())
	t.For(spec.PAY09, "an acknowledged one-way payment is sent again").Expect(payer.resent()).To(gomega.HaveLen(earlier))
	t.For(spec.PAY09, "an acknowledged one-way payment is still outgoing").Expect(payer.Outgoing()).To(gomega.BeZero())
	t.Settled()
}

func creditsOneWayOnce(t *T) {
	payer, payee := t.Funded(100), t.Device()
	poster := payee.Poster(0, 8)
	var sent []adapter.Bytes
	for _, amount := range []uint64{10, 25, 10} {
		sent = append(sent, t.Control(payer.PayPoster(poster, amount), "a one-way payment").Message)
	}
	// The first is shown twice before the others, and all of them after a loss
	// of power, backwards. In class BH only what is credited counts: a product may
	// refuse what it has seen.
	again := func(m adapter.Bytes) {
		a := payee.do(adapter.AcceptOneWay{Message: m})
		if t.env.RP() {
			t.For(spec.PAY10, "a one-way payment that was credited is refused later").Expect(a).To(BeDone())
		}
	}
	for i, m := range sent {
		t.For(spec.PAY10, "a one-way payment was not credited").Expect(payee.do(adapter.AcceptOneWay{Message: m})).To(BeDone())
		if i == 0 {
			again(m)
		}
	}
	t.For(spec.PAY10, "one-way payments were credited wrongly").Expect(payee.Held()).To(gomega.Equal(uint64(45)))
	payee.powerMayGo()
	slices.Reverse(sent)
	for _, m := range sent {
		again(m)
	}
	t.For(spec.PAY10, "a one-way payment was credited again").Expect(payee.Held()).To(gomega.Equal(uint64(45)))
}

func refusesForGood(t *T) {
	limit := *t.Profile().MaxHolding
	payer, payee := t.Funded(500), t.Funded(limit-100)
	poster := payee.Poster(0, 8)
	late := t.Control(payer.PayPoster(poster, 300), "a one-way payment").Message
	first := payee.do(adapter.AcceptOneWay{Message: late})
	t.For(spec.PAY11, "a one-way payment above the holding limit was credited").Expect(first).To(t.Refused(spec.EHolding))
	if !signedRefusal(first) {
		t.Inconclusive("positive control: the refusal is signed", "it is not")
	}
	t.Control(payee.Defund(400), "defunding makes room")
	payee.powerMayGo()
	again := payee.do(adapter.AcceptOneWay{Message: late})
	t.For(spec.PAY11, "a one-way payment that was refused for good was credited, or refused otherwise").Expect(again).To(t.Refused(spec.EHolding))
	t.For(spec.PAY11, "a repeated refusal is not signed").Expect(signedRefusal(again)).To(gomega.BeTrue())
	t.For(spec.PAY11, "a one-way payment that was refused for good was credited").Expect(payee.Held()).To(gomega.Equal(limit - 500))
	t.For(spec.PAY11, "a signed refusal was not taken").Expect(payer.do(adapter.AcknowledgeOneWay{Message: again.Refused.Message})).To(BeDone())
	t.For(spec.PAY11, "a refused one-way payment did not come back").Expect(payer.Spendable()).To(gomega.Equal(uint64(500)))
	// One bad payment does not close the request.
	good := t.Control(payer.PayPoster(poster, 50), "another one-way payment").Message
	t.For(spec.PAY11, "a refused payment has closed the static request").Expect(payee.do(adapter.AcceptOneWay{Message: good})).To(BeDone())
}

func noPlace(t *T) {
	payee := t.Device()
	s := t.Kit(KitOptions{}).Sender(payee, payee.Poster(0, 1))
	unknown := s.Send(100, func(m *wire.Transfer) { m.RequestHash[0] ^= 1 })
	t.For(spec.PAY12, "a one-way payment for no request was credited").Expect(unknown).To(t.Refused(spec.EReqUnknown))
	t.For(spec.PAY12, "a refusal of what is unknown is signed").Expect(signedRefusal(unknown)).To(gomega.BeFalse())
	t.Control(s.Send(100, nil), "the right one-way payment")
	full := s.Send(100, nil)
	t.For(spec.PAY12, "a static request took more payments than its maximum").Expect(full).To(t.Refused(spec.EReqUsed))
	t.For(spec.PAY12, "a refusal that cannot be remembered is signed").Expect(signedRefusal(full)).To(gomega.BeFalse())
	t.For(spec.PAY12, "a one-way payment without a place was credited").Expect(payee.Held()).To(gomega.Equal(uint64(100)))
}

func expiredTransfer(t *T) {
	payee := t.Device()
	s := t.Kit(KitOptions{}).Sender(payee, payee.Poster(0, 8))
	for _, change := range []func(*wire.Transfer){
		func(m *wire.Transfer) { m.Expiry = m.Epoch - 1 },
		func(m *wire.Transfer) { m.Expiry = s.Request.Expiry + 1 },
	} {
		t.For(spec.PAY13, "a one-way payment past its last epoch, or beyond its request's, was credited").Expect(s.Send(100, change)).To(t.Refused(spec.EReqExpired))
	}
	if t.Has(adapter.CapQuery) {
		t.For(spec.PAY13, "value came from an expired one-way payment").Expect(payee.Held()).To(gomega.BeZero())
	}
	t.Control(s.Send(100, func(m *wire.Transfer) { m.Expiry = m.Epoch }), "a one-way payment in its last epoch")
}

func expiredRequest(t *T) {
	payer := t.Funded(1000)
	k := t.Kit(KitOptions{})
	past := k.KitPoster(func(m *wire.StaticReq) { m.Expiry = m.Epoch - 1 })
	t.For(spec.PAY13, "a static request past its last epoch was paid").Expect(past.PaidBy(payer, 100)).To(t.Refused(spec.EReqExpired))
	t.For(spec.PAY13, "an expired static request has debited its payer").Expect(payer.Spendable()).To(gomega.Equal(uint64(1000)))
	now := k.KitPoster(func(m *wire.StaticReq) { m.Expiry = m.Epoch })
	t.Control(now.PaidBy(payer, 100), "a static request in its last epoch")
}
