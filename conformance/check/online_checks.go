package check

import (
	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/spec"
)

// onlineChecks judge by behaviour alone, through the vendor's own ledger and
// messages, what other checks judge with the bytes of the reference protocol.
func onlineChecks() []Check {
	online := []adapter.Capability{adapter.CapQuery, adapter.CapSynchronise, adapter.CapLedger}
	with := func(base []adapter.Capability, more ...adapter.Capability) []adapter.Capability {
		return append(append([]adapter.Capability{}, base...), more...)
	}
	return []Check{
		{ID: "LCM-01.online", Title: "a counterparty that the ledger has blocked is refused", Cites: []spec.ID{spec.LCM01}, Needs: with(online, adapter.CapBlock), Fresh: true, Units: 3, Destructive: true, Run: blockedOnline},
		{ID: "TIM-02.online", Title: "a clock that is set back does not extend the time offline", Cites: []spec.ID{spec.TIM02}, Needs: with(online, adapter.CapClock), Fresh: true, Destructive: true, Run: offlineTooLong},
		{ID: "UXC-04.alerts", Title: "each payment is conveyed to its payer's holder", Cites: []spec.ID{spec.UXC04}, Needs: with(online[1:], adapter.CapAlerts), Run: alertedOfEach},
		{ID: "INV-04.once", Title: "however often a transfer is sent again, it is debited once", Cites: []spec.ID{spec.INV04}, Needs: []adapter.Capability{adapter.CapQuery, adapter.CapResend}, Steps: true, Run: resentOnce},
		{ID: "INV-08.garbled", Title: "a transfer that is refused leaves no credit, also when power is lost", Cites: []spec.ID{spec.INV08}, Needs: []adapter.Capability{adapter.CapQuery}, Steps: true, Run: refusedLeavesNothing},
	}
}

func blockedOnline(t *T) {
	payer, payee, honest := t.Funded(100), t.Funded(50), t.Device()
	t.MustTransfer(payer, payee, 10)
	late := t.Payment(payee, honest, 10)
	if t.env.Shape == adapter.Split {
		t.Control(late.Open().Pay(), "pay")
	}
	t.Control(t.ledger.do(adapter.Block{Device: payee.blockID()}), "block a device")
	t.Control(payer.Sync(true), "synchronise")
	t.Control(honest.Sync(true), "synchronise")
	t.For(spec.LCM01, "a blocked payee was paid").Expect(t.Transfer(payer, payee, 10)).To(t.Refused(spec.ERevoked))
	t.For(spec.LCM01, "a payment to a blocked payee was debited").Expect(payer.Spendable()).To(gomega.Equal(uint64(90)))
	t.For(spec.LCM01, "a blocked payer's transfer was accepted").Expect(late.end()).To(t.Refused(spec.ERevoked))
	t.For(spec.LCM01, "a blocked payer's transfer was credited").Expect(honest.Held()).To(gomega.BeZero())
	t.For(spec.LCM01, "after a blocked device others are refused").Expect(t.Transfer(payer, honest, 10)).To(BeDone())
}

// end is what is left of a payment: its last step, or all of it.
func (p *Payment) end() adapter.Answer {
	if p.M3 == nil {
		return p.Whole()
	}
	return p.Accept()
}

// offlineTooLong lets a device learn the epoch without a grant, which is the
// only way to grow old that needs no clock.
func offlineTooLong(t *T) {
	limit := *t.Profile().MaxOfflineEpochs
	payer, payee := t.Funded(100), t.Device()
	epoch := t.Profile().Epoch
	t.Control(t.ledger.do(adapter.SetEpoch{Epoch: epoch + limit}), "move the ledger's epoch")
	t.Control(payer.Sync(false), "synchronise without an additional factor")
	t.For(spec.TIM02, "a payment in the last epoch allowed was refused").Expect(t.Transfer(payer, payee, 10)).To(BeDone())
	t.Control(t.ledger.do(adapter.SetEpoch{Epoch: epoch + limit + 1}), "move the ledger's epoch")
	t.Control(payer.Sync(false), "synchronise without an additional factor")
	for _, unix := range []int64{1767225600, 0, 1577836800} {
		t.Control(payer.do(adapter.SetClock{Unix: unix}), "set the clock back")
		t.For(spec.TIM02, "a clock that was set back extended the time offline").Expect(t.Transfer(payer, payee, 10)).To(t.Refused(spec.EOfflineEpochs, spec.EDuration, spec.ERevOld))
	}
	t.For(spec.TIM02, "a refused payment changed the balance").Expect(payer.Spendable()).To(gomega.Equal(uint64(90)))
}

func resentOnce(t *T) {
	payer, payee := t.Funded(100), t.Device()
	p := t.Payment(payer, payee, 30).Open()
	t.Control(p.Pay(), "pay")
	for i := range 3 {
		switch {
		case i == 1 && t.Has(adapter.CapPowerCycle):
			payer.PowerCycle()
		case i == 2:
			p.closeAll()
		}
		t.Finish(payer, payee)
		t.For(spec.INV04, "sending again debited the payer again").Expect(payer.Spendable()).To(gomega.BeElementOf(uint64(70), uint64(100)))
		t.For(spec.INV04, "sending again moved another amount").Expect(payer.Spendable() + payee.Held()).To(gomega.Equal(uint64(100)))
	}
	t.For(spec.INV04, "a payment that was sent again is still pending").Expect(payer.Outgoing()).To(gomega.BeZero())
	t.Control(t.Transfer(payer, payee, 10), "a payment afterwards")
}

func refusedLeavesNothing(t *T) {
	const message = "a transfer that fails a check left a credit"
	payer, payee := t.Funded(200), t.Device()
	held := uint64(0)
	for i, g := range garble {
		p := t.Payment(payer, payee, 10).Open()
		t.Control(p.Pay(), "pay")
		bad := *p
		bad.M3 = g.apply(p.M3)
		t.For(spec.INV08, "a garbled transfer was accepted").Expect(bad.Accept()).NotTo(BeDone(), g.name)
		t.For(spec.INV08, message).Expect(payee.Held()).To(gomega.Equal(held), g.name)
		// A session does not outlive the power: without a resend nothing else would
		// end what is pending, so that is left to the last.
		last := i == len(garble)-1 && !t.Has(adapter.CapResend)
		if t.Has(adapter.CapPowerCycle) && (last || t.Has(adapter.CapResend)) {
			payee.PowerCycle()
			t.For(spec.INV08, message).Expect(payee.Held()).To(gomega.Equal(held), g.name)
		}
		if !last {
			p.Recover()
		}
		held = payee.Held()
		t.For(spec.INV08, "a transfer that was refused was credited another amount").Expect(held%10).To(gomega.BeZero(), g.name)
	}
	t.Control(t.Transfer(payer, payee, 10), "a right transfer")
}

// alertedOfEach pays one amount twice: an alert for one of two payments that
// look alike does not convey the other. How many messages convey them, and
// whether one is sent again, is the ledger's business.
func alertedOfEach(t *T) {
	payer, payee := t.Funded(100), t.Device()
	before := len(t.Ledger().alerts(payer))
	paid := []uint64{30, 20, 30}
	for _, amount := range paid {
		t.MustTransfer(payer, payee, amount)
	}
	t.Control(payer.Sync(true), "synchronise")
	all := t.Ledger().alerts(payer)
	said := all[min(before, len(all)):]
	for _, amount := range []uint64{20, 30} {
		t.For(spec.UXC04, "a payment was not conveyed to the payer's holder").Expect(times(amount, said)).To(gomega.BeNumerically(">=", times(amount, paid)), "alerts of %d: %v", amount, said)
	}
	for _, amount := range said {
		t.For(spec.UXC04, "an alert conveys a payment that was not made").Expect(paid).To(gomega.ContainElement(amount))
	}
}

// times is how often an amount is among others.
func times(amount uint64, among []uint64) (n int) {
	for _, a := range among {
		if a == amount {
			n++
		}
	}
	return n
}

// alerts are the amounts that the holder of a unit's account was alerted of.
func (l *Ledger) alerts(u *Unit) (amounts []uint64) {
	for _, a := range l.t.Control(l.do(adapter.Alerts{}), "alerts").Alerts {
		if a.Account == u.Account {
			amounts = append(amounts, l.t.env.scale.of(a.Amount))
		}
	}
	return amounts
}
