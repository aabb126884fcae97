package check

import (
	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/spec"
)

// drainChecks take out what is said to be there. What a unit tells of itself is
// a claim; what comes out of it is not.
func drainChecks() []Check {
	query := []adapter.Capability{adapter.CapQuery}
	return []Check{
		{ID: "PAY-01.whole", Title: "what was received can be paid on, all of it", Cites: []spec.ID{spec.PAY01}, Smoke: true, Units: 2, Run: paidOnWhole},
		{ID: "INV-02.pay-out", Title: "what units report can be paid out and defunded", Cites: []spec.ID{spec.INV02}, Units: 3, Last: true, Needs: append(query, adapter.CapDefund), Run: drained},
		{ID: "INV-01.defund", Title: "no more can be defunded than was funded", Cites: []spec.ID{spec.INV01}, Needs: []adapter.Capability{adapter.CapDefund}, Run: noMoreThanFunded},
	}
}

// paidOnWhole needs nobody to tell balances: what came in goes back, and one
// more does not.
func paidOnWhole(t *T) {
	respend := t.Profile().Respend
	if respend != nil && !*respend || respend == nil && t.Profile().Finality != spec.DeviceFinal {
		t.For(spec.PAY01, "a payment within all limits was not carried out").Expect(t.Transfer(t.Funded(50), t.Device(), 50)).To(BeDone())
		return
	}
	payer, payee := t.Funded(50), t.Device()
	amounts := []uint64{1, 17, 32}
	if most := t.Profile().MaxInputs; most != nil && *most < len(amounts) {
		amounts = [][]uint64{{50}, {18, 32}}[*most-1] // what comes in more lots cannot be paid on at once
	}
	for _, amount := range amounts {
		t.For(spec.PAY01, "a payment within all limits was not carried out").Expect(t.Transfer(payer, payee, amount)).To(BeDone())
	}
	t.For(spec.PAY01, "what was received cannot be paid on").Expect(t.Transfer(payee, payer, 50)).To(BeDone())
	t.For(spec.PAY01, "what was paid back cannot be paid again").Expect(t.Transfer(payer, payee, 50)).To(BeDone())
}

// everyUnit is what a campaign has used: all units of a bench that has no
// others, and new ones where there are as many as are asked for.
func (t *T) everyUnit() []*Unit {
	units := []*Unit{t.Funded(200), t.Funded(100), t.Funded(50)}
	for t.env.pools() && t.env.pool.free() {
		units = append(units, t.Device())
	}
	return units
}

// drained ends a campaign: value goes round once more, and everything that units
// report is defunded, what they came with too. A query that is answered from
// somebody else's book cannot be paid out. The bench is left as it was found.
func drained(t *T) {
	const message = "what a unit reports cannot be taken out of it"
	units := t.everyUnit()
	for range t.Sample(6, t.thin(6)) {
		for i, amount := range []uint64{11, 7, 3} {
			t.MustTransfer(units[i], units[(i+1)%3], amount)
		}
	}
	for _, u := range units {
		if t.Has(adapter.CapSynchronise) {
			t.Control(u.Sync(true), "synchronise")
		}
		all, account := u.All(), uint64(0)
		if t.ledger != nil {
			account = t.ledger.Balance(u.Account)
		}
		if all > 0 {
			t.For(spec.INV02, message).Expect(u.Defund(all)).To(BeDone(), u.Name)
		}
		t.For(spec.INV02, "after everything was defunded a unit reports value").Expect(u.All()).To(gomega.BeZero(), u.Name)
		if t.ledger != nil {
			t.For(spec.INV02, "what was defunded did not reach the account").Expect(t.ledger.Balance(u.Account)-account).To(gomega.Equal(all), u.Name)
		}
	}
	for _, u := range units {
		if first := u.first(); first > 0 {
			t.Control(u.Fund(first), "funding what a unit came with")
		}
	}
	t.Settled()
}

// noMoreThanFunded asks for all, one more, and nothing is left: also of a
// product that tells no balance.
func noMoreThanFunded(t *T) {
	unit, other := t.Funded(80), t.Device()
	t.MustTransfer(unit, other, 30)
	if t.env.pools() {
		t.For(spec.INV01, "value that was funded cannot be defunded").Expect(unit.Defund(50)).To(BeDone())
		return // what else a used unit holds is not known here
	}
	t.For(spec.INV01, "more could be defunded than a unit held").Expect(unit.Defund(51)).To(t.Refused(spec.EFunds, spec.EAmount))
	t.For(spec.INV01, "value that was funded cannot be defunded").Expect(unit.Defund(50)).To(BeDone())
	t.For(spec.INV01, "the same value could be defunded twice").Expect(unit.Defund(1)).To(t.Refused(spec.EFunds, spec.EAmount))
}
