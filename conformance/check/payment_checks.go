package check

import (
	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/spec"
)

func paymentChecks() []Check {
	query := []adapter.Capability{adapter.CapQuery}
	return []Check{
		{ID: "PAY-01.exact", Title: "the requested amount moves, to the minor unit", Cites: []spec.ID{spec.PAY01}, Needs: query, Smoke: true, Run: movesExactly},
		{ID: "PAY-02.overspend", Title: "a payment above the balance is refused", Cites: []spec.ID{spec.PAY02}, Needs: query, Smoke: true, Run: refusesOverspend},
		{ID: "PAY-04.other-payee", Title: "a transfer made for one payee is worth nothing to another", Cites: []spec.ID{spec.PAY04}, Needs: query, Steps: true, Units: 3, Run: refusesOthersTransfer},
		{ID: "PAY-06.self", Title: "a device does not pay itself", Cites: []spec.ID{spec.PAY06}, Needs: query, Smoke: true, Run: refusesItself},
		{ID: "PAY-07.head-room", Title: "a payee without head-room refuses before the payer is debited", Cites: []spec.ID{spec.PAY07}, Needs: query, Run: refusesWithoutHeadroom},
		{ID: "ENC-04.amounts", Title: "amounts of zero and above the maximum are refused", Cites: []spec.ID{spec.ENC04}, Needs: query, Smoke: true, Run: refusesImpossibleAmounts},
		{ID: "ENC-03.garbled", Title: "garbled messages change nothing, and the next payment works", Cites: []spec.ID{spec.ENC03}, Needs: query, Steps: true, Verifies: true, Run: survivesGarbage},
		{ID: "CON-01.chain", Title: "received value is spent on at once, three times over", Cites: []spec.ID{spec.CON01}, Needs: query, Smoke: true, Run: spendsOn},
		{ID: "CON-02.hop-cap", Title: "value that has passed the most hops is not paid on", Cites: []spec.ID{spec.CON02}, Needs: query, Fresh: true, Run: stopsAtHopCap},
		{ID: "DSP-01.twice", Title: "the same value is not spent twice in sequence", Cites: []spec.ID{spec.DSP01}, Needs: query, Smoke: true, Run: spendsOnce},
		{ID: "DSP-02.two-sessions", Title: "two open sessions do not spend the same value", Cites: []spec.ID{spec.DSP02}, Needs: []adapter.Capability{adapter.CapQuery, adapter.CapSecondSession}, Steps: true, Units: 3, Run: twoSessions},
		{ID: "DSP-05.replay", Title: "an accepted transfer is not credited again", Cites: []spec.ID{spec.DSP05}, Needs: query, Steps: true, Run: refusesReplay},
		{ID: "DSP-06.late-replay", Title: "nor after a power cycle and many payments", Cites: []spec.ID{spec.DSP06}, Needs: []adapter.Capability{adapter.CapQuery, adapter.CapPowerCycle}, Steps: true, Verifies: true, Run: refusesLateReplay},
		{ID: "INT-04.hostile-relay", Title: "a relay that alters, drops, repeats and reorders changes nothing", Cites: []spec.ID{spec.INT04}, Needs: query, Steps: true, Units: 3, Run: hostileRelay},
	}
}

// fill funds a unit until it holds an amount in all.
func (t *T) fill(u *Unit, amount uint64) {
	if have := u.AllHeld(); have < amount {
		t.Control(u.Fund(amount-have), "funding up to a limit")
	}
}

func movesExactly(t *T) {
	payer, payee := t.Funded(300), t.Device()
	amounts := []uint64{1, 13, 47, 59}
	if most := t.Profile().MaxTx; most == nil || *most >= 123 {
		amounts = append(amounts, 123)
	}
	for _, amount := range amounts {
		before, held := payer.Spendable(), payee.Held()
		t.For(spec.PAY01, "a payment within all limits was not carried out").Expect(t.Transfer(payer, payee, amount)).To(BeDone())
		t.For(spec.PAY01, "the payer was not debited exactly the amount").Expect(before - payer.Spendable()).To(gomega.Equal(amount))
		t.For(spec.PAY01, "the payee was not credited exactly the amount").Expect(payee.Held() - held).To(gomega.Equal(amount))
	}
}

func refusesOverspend(t *T) {
	payer, payee := t.Funded(50), t.Device()
	all := payer.All()
	t.For(spec.PAY02, "a payment of one minor unit above the balance was not refused").Expect(t.Transfer(payer, payee, all+1)).To(t.Refused(spec.EFunds))
	t.For(spec.PAY02, "a refused payment changed the payer's balance").Expect(payer.All()).To(gomega.Equal(all))
	t.PaymentsEnd(payer, payee)
	t.Control(t.Transfer(payer, payee, all), "a payment of the whole balance")
}

func refusesOthersTransfer(t *T) {
	payer, payee, other := t.Funded(100), t.Device(), t.Device()
	right := t.Payment(payer, payee, 30).Open()
	wrong := t.Payment(payer, other, 30)
	t.Control(wrong.Start(), "start")
	t.Control(wrong.Request(), "request")
	t.Control(right.Pay(), "pay")
	wrong.M3 = right.M3
	t.For(spec.PAY04, "a transfer that was made for another payee was accepted").Expect(wrong.Accept()).NotTo(BeDone())
	t.For(spec.PAY04, "a transfer that was made for another payee was credited").Expect(other.Held()).To(gomega.BeZero())
	t.Control(right.Accept(), "the transfer at the payee that it was made for")
}

func refusesItself(t *T) {
	unit, other := t.Funded(100), t.Device()
	t.MustTransfer(unit, other, 10)
	a := t.Transfer(unit, unit, 10)
	t.For(spec.PAY06, "a device paid itself").Expect(a).To(t.Refused(spec.ESelf, spec.EBusy))
	t.For(spec.PAY06, "a refused payment to itself changed the balance").Expect(unit.Spendable()).To(gomega.Equal(uint64(90)))
}

func refusesWithoutHeadroom(t *T) {
	if t.Profile().MaxHolding == nil {
		t.Inconclusive("the profile declares a holding limit to run into", "none declared")
	}
	limit := *t.Profile().MaxHolding
	payer, payee := t.Funded(100), t.Device()
	t.fill(payee, limit-10)
	t.For(spec.PAY07, "a payee requested more than it could accept").Expect(t.Transfer(payer, payee, 11)).To(t.Refused(spec.EHolding))
	t.For(spec.PAY07, "the payer was debited").Expect(payer.Spendable()).To(gomega.Equal(uint64(100)))
	t.MustTransfer(payer, payee, 10)
}

func refusesImpossibleAmounts(t *T) {
	payer, payee := t.Funded(100), t.Device()
	for _, amount := range []uint64{0, 1 << 53, 1 << 63} {
		t.For(spec.ENC04, "a payee requested an impossible amount").Expect(t.Transfer(payer, payee, amount)).To(t.Refused(spec.EAmount))
		t.For(spec.ENC04, "a refused amount changed the payer's balance").Expect(payer.Spendable()).To(gomega.Equal(uint64(100)))
		t.PaymentsEnd(payer, payee)
	}
	t.MustTransfer(payer, payee, 1)
}

// garble is what a bad link does to a message.
var garble = []struct {
	name  string
	apply func([]byte) []byte
}{
	{"nothing left", func([]byte) []byte { return nil }},
	{"cut in half", func(m []byte) []byte { return m[:len(m)/2] }},
	{"last byte lost", func(m []byte) []byte { return m[:max(0, len(m)-1)] }},
	{"one byte added", func(m []byte) []byte { return append(append([]byte{}, m...), 0) }},
	{"one bit flipped", func(m []byte) []byte {
		m = append([]byte{}, m...)
		if len(m) > 0 {
			m[len(m)*3/4] ^= 1
		}
		return m
	}},
	{"all ones", func(m []byte) []byte {
		ones := make([]byte, len(m))
		for i := range ones {
			ones[i] = 0xff
		}
		return ones
	}},
}

func survivesGarbage(t *T) {
	payer, payee := t.Funded(300), t.Device()
	for _, g := range garble {
		p := t.Payment(payer, payee, 10).Open()
		bad := *p
		bad.M2 = g.apply(p.M2)
		t.For(spec.ENC03, "a garbled request was paid").Expect(bad.Pay()).NotTo(BeDone())
		t.For(spec.ENC03, "a garbled request changed the payer's balance").Expect(payer.Spendable()).To(gomega.Equal(uint64(300)))
		t.Control(t.Payment(payer, payee, 1).closeAll(), "close the sessions")
	}
	balance := uint64(300)
	for _, g := range garble {
		p := t.Payment(payer, payee, 10).Open()
		t.Control(p.Pay(), "pay")
		held := payee.Held()
		bad := *p
		bad.M3 = g.apply(p.M3)
		t.For(spec.ENC03, "a garbled transfer was accepted").Expect(bad.Accept()).NotTo(BeDone())
		t.For(spec.ENC03, "a garbled transfer was credited").Expect(payee.Held()).To(gomega.Equal(held))
		p.Recover()
		balance = payer.Spendable()
		t.NextPays(spec.ENC03, "after a garbled message the next valid payment fails", payer, payee, 7)
		t.For(spec.ENC03, "after a garbled message the next valid payment debits something else").Expect(balance - payer.Spendable()).To(gomega.Equal(uint64(7)))
	}
}

// closePayee gives up the payee's open requests, where that can be said.
func (p *Payment) closePayee() {
	if p.t.Has(adapter.CapCancel) {
		p.Payee.do(adapter.Cancel{})
	}
}

// closeAll gives up both sides' open sessions, where that can be said.
func (p *Payment) closeAll() adapter.Answer {
	if p.t.Has(adapter.CapCancel) {
		p.Payee.do(adapter.Cancel{})
		p.Payer.do(adapter.Cancel{})
	}
	return adapter.Answer{Done: &adapter.Result{}}
}

func spendsOn(t *T) {
	hops := 3
	if limit := t.Profile().MaxHops; limit != nil {
		hops = min(hops, *limit)
	}
	from, to := t.Funded(40), t.Device()
	for range hops { // to and fro: each passes on what it has just received
		before := to.Held()
		t.For(spec.CON01, "value received offline could not be spent in the next offline payment").Expect(t.Transfer(from, to, 40)).To(BeDone())
		t.For(spec.CON01, "value received offline did not arrive in full").Expect(to.Held() - before).To(gomega.Equal(uint64(40)))
		from, to = to, from
	}
}

func stopsAtHopCap(t *T) {
	limit := *t.Profile().MaxHops
	from, last := t.Funded(40), t.Device()
	for range limit {
		t.MustTransfer(from, last, 40)
		from, last = last, from
	}
	held := from.Held()
	t.For(spec.CON02, "value was paid on after the most hops that the profile allows").Expect(t.Transfer(from, last, 40)).To(t.Refused(spec.EHop, spec.EFunds))
	t.For(spec.CON02, "a refused hop changed what the payer holds").Expect(from.Held()).To(gomega.Equal(held))
	t.PaymentsEnd(from, last)
	t.Control(from.Fund(5), "funding")
	t.Control(t.Transfer(from, last, 5), "a payment of fresh value")
}

func spendsOnce(t *T) {
	payer, payee := t.Funded(60), t.Device()
	all := payer.All()
	t.MustTransfer(payer, payee, all)
	t.For(spec.DSP01, "a balance that had been spent was spent again").Expect(t.Transfer(payer, payee, all)).To(t.Refused(spec.EFunds))
	t.For(spec.DSP01, "more was received than was funded").Expect(payee.Held()).To(gomega.Equal(all))
}

func twoSessions(t *T) {
	payer, one, two := t.Funded(60), t.Device(), t.Device()
	p, q := t.Payment(payer, one, 40).Open(), t.Payment(payer, two, 40)
	// A product may refuse the second session; what it must not do is pay twice.
	if q.Start().Done == nil || q.Request().Done == nil {
		t.Control(p.Pay(), "pay in the first session")
		return
	}
	first, second := p.Pay(), q.Pay()
	if first.Done == nil && second.Done == nil {
		t.Inconclusive("positive control: one of two sessions can pay", Describe(first)+"; "+Describe(second))
	}
	t.For(spec.DSP02, "two sessions of one device spent the same value").Expect(first.Done != nil && second.Done != nil).To(gomega.BeFalse())
	t.For(spec.DSP02, "the balance after two sessions is not what one payment leaves").Expect(payer.Spendable()).To(gomega.Equal(uint64(20)))
}

func refusesReplay(t *T) {
	payer, payee := t.Funded(100), t.Device()
	p := t.Payment(payer, payee, 25).Open()
	t.Control(p.Pay(), "pay")
	t.Control(p.Accept(), "accept")
	for range 3 {
		again := *p
		again.Accept() // an idempotent answer is right; a second credit is not
		t.For(spec.DSP05, "a transfer was credited again when it was repeated").Expect(payee.Held()).To(gomega.Equal(uint64(25)))
	}
	t.Control(p.Acknowledge(), "acknowledge")
}

func refusesLateReplay(t *T) {
	payer, payee := t.Funded(200), t.Device()
	p := t.Payment(payer, payee, 25).Open()
	t.Control(p.Pay(), "pay")
	t.Control(p.Accept(), "accept")
	held := uint64(25)
	for i := range 12 {
		t.MustTransfer(payer, payee, uint64(i+1))
		held += uint64(i + 1)
	}
	payee.PowerCycle()
	p.Accept()
	t.For(spec.DSP06, "a transfer was credited again after a power cycle").Expect(payee.Held()).To(gomega.Equal(held))
	// The payer still holds it as pending, and sends it again in a new session.
	t.Finish(payer, payee)
	t.For(spec.DSP06, "a transfer was credited again after a power cycle and many payments").Expect(payee.Held()).To(gomega.Equal(held))
	t.For(spec.DSP06, "a payee that had forgotten a credit had the payer refunded").Expect(payer.Spendable()).To(gomega.Equal(200 - held))
}

func hostileRelay(t *T) {
	payer, payee, accomplice := t.Funded(300), t.Device(), t.Device()
	lure := t.Payment(payer, accomplice, 90)
	for _, g := range garble[1:] {
		p := t.Payment(payer, payee, 10).Open()
		t.Control(p.Pay(), "pay")
		balance, held := payer.Spendable(), payee.Held()
		bad := *p
		bad.M3 = g.apply(p.M3)
		bad.Accept()
		lure.M3 = p.M3
		if lure.Start().Done != nil && lure.Request().Done != nil {
			lure.Accept()
		}
		p.Accept()
		p.Accept()
		t.For(spec.INT04, "a relay moved value to another payee").Expect(accomplice.Held()).To(gomega.BeZero())
		t.For(spec.INT04, "a relay changed the amount that the payee is credited").Expect(payee.Held() - held).To(gomega.BeElementOf(uint64(0), uint64(10)))
		p.Recover()
		t.For(spec.INT04, "a relay changed the amount that the payer is debited").Expect(payer.Spendable()).To(gomega.BeElementOf(balance, balance+10))
		t.For(spec.INT04, "a relay changed the total").Expect(payer.Spendable() + payee.Held()).To(gomega.Equal(uint64(300)))
	}
}
