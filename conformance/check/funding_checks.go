package check

import (
	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/spec"
)

func fundingChecks() []Check {
	split := []adapter.Capability{adapter.CapQuery, adapter.CapSplitFunding, adapter.CapLedger}
	return []Check{
		{ID: "FND-01.bound", Title: "a voucher is worth nothing to another device", Cites: []spec.ID{spec.FND01}, Needs: split, Run: voucherIsBound},
		{ID: "FND-02.replay", Title: "a voucher is credited once", Cites: []spec.ID{spec.FND02}, Needs: split, Units: 1, Run: voucherOnce},
		{ID: "FND-03.head-room", Title: "funding above the holding limit is refused before the account is debited", Cites: []spec.ID{spec.FND03}, Needs: []adapter.Capability{adapter.CapQuery}, Units: 1, Run: fundingHeadroom},
		{ID: "FND-04.par", Title: "funding and defunding are at par", Cites: []spec.ID{spec.FND04}, Needs: []adapter.Capability{adapter.CapQuery, adapter.CapDefund, adapter.CapLedger}, Units: 1, Run: fundingAtPar},
		{ID: "FND-05.once", Title: "a defunding debits first and is credited once", Cites: []spec.ID{spec.FND05}, Needs: split, Units: 1, Run: defundingOnce},
		{ID: "PRV-02.blank", Title: "a device that is not provisioned does nothing", Cites: []spec.ID{spec.PRV02}, Needs: []adapter.Capability{adapter.CapQuery}, Fresh: true, Blank: true, Units: 3, Run: blankDoesNothing},
		{ID: "PRV-04.again", Title: "personalising again does not lose value", Cites: []spec.ID{spec.PRV04}, Needs: []adapter.Capability{adapter.CapQuery}, Units: 1, Run: provisioningAgain},
	}
}

// voucher asks for funding and has the ledger issue it.
func (u *Unit) voucher(amount uint64) []byte {
	request := u.t.Control(u.do(adapter.FundRequest{Amount: u.t.env.scale.minor(amount)}), "ask for funding")
	issued := u.t.Control(u.t.ledger.do(adapter.IssueFunding{Message: request.Message}), "issue funding")
	u.t.book.funded += amount
	return issued.Message
}

func voucherIsBound(t *T) {
	unit, other := t.Device(), t.Device()
	mine, theirs := unit.voucher(70), other.voucher(70)
	t.For(spec.FND01, "a voucher for another device was accepted").Expect(other.do(adapter.FundAccept{Message: mine})).To(t.Refused(spec.EFundBinding))
	t.For(spec.FND01, "a voucher for another device was credited").Expect(other.Spendable()).To(gomega.BeZero())
	t.Control(unit.do(adapter.FundAccept{Message: mine}), "the voucher at its own device")
	t.Control(other.do(adapter.FundAccept{Message: theirs}), "the other voucher at its own device")
}

func voucherOnce(t *T) {
	unit := t.Device()
	v := unit.voucher(70)
	t.Control(unit.do(adapter.FundAccept{Message: v}), "a voucher")
	for range 2 {
		t.For(spec.FND02, "a voucher was accepted again").Expect(unit.do(adapter.FundAccept{Message: v})).To(t.Refused(spec.EFundReplay))
		t.For(spec.FND02, "a voucher was credited again").Expect(unit.Spendable()).To(gomega.Equal(uint64(70)))
	}
	second := unit.voucher(10)
	if t.env.RP() {
		t.For(spec.FND02, "a second funding was asked for while one is open").Expect(unit.do(adapter.FundRequest{Amount: t.env.scale.minor(5)})).To(t.Refused(spec.EPendingFull))
	}
	t.For(spec.FND02, "an old voucher was accepted for a new request").Expect(unit.do(adapter.FundAccept{Message: v})).To(t.Refused(spec.EFundReplay, spec.EFundBinding))
	t.Control(unit.do(adapter.FundAccept{Message: second}), "the next voucher")
	t.For(spec.FND02, "an old voucher was credited for a new request").Expect(unit.Spendable()).To(gomega.Equal(uint64(80)))
}

func fundingHeadroom(t *T) {
	limit := *t.Profile().MaxHolding
	unit := t.Device()
	t.fill(unit, limit-50)
	var account uint64
	if t.ledger != nil {
		account = t.ledger.Balance(unit.Account)
	}
	if t.ledger != nil && t.Has(adapter.CapSplitFunding) {
		request := unit.do(adapter.FundRequest{Amount: t.env.scale.minor(51)})
		t.For(spec.FND03, "a device asked for more funding than it may hold").Expect(request).To(t.Refused(spec.EFundHeadroom, spec.EHolding))
	}
	a := unit.Fund(51)
	t.For(spec.FND03, "funding above the holding limit was not refused").Expect(a).To(t.Refused(spec.EFundHeadroom, spec.EHolding))
	t.For(spec.FND03, "funding passed the holding limit").Expect(unit.AllHeld()).To(gomega.BeNumerically("<=", limit))
	if t.ledger != nil {
		t.For(spec.FND03, "the account was debited for a funding that was refused").Expect(t.ledger.Balance(unit.Account)).To(gomega.Equal(account))
	}
	t.For(spec.FND03, "funding up to exactly the holding limit was refused").Expect(unit.Fund(50)).To(BeDone())
}

func fundingAtPar(t *T) {
	unit := t.Device()
	total := unit.Spendable() + t.Ledger().Balance(unit.Account)
	for _, i := range t.Sample(12, 12) {
		amount := uint64(1 + t.rand.IntN(200))
		if i%2 == 0 {
			t.Control(unit.Fund(amount), "funding")
		} else if have := unit.Spendable(); have > 0 {
			t.Control(unit.Defund(min(amount, have)), "defunding")
		}
		t.For(spec.FND04, "funding or defunding is not at par").Expect(unit.Spendable() + t.ledger.Balance(unit.Account)).To(gomega.Equal(total))
	}
}

func defundingOnce(t *T) {
	unit := t.Funded(90)
	account := t.ledger.Balance(unit.Account)
	order := t.Control(t.ledger.do(adapter.DefundOrder{Account: unit.Account}), "order a defunding")
	request := t.Control(unit.do(adapter.DefundRequest{Amount: t.env.scale.minor(40), Nonce: order.Nonce, Secret: t.secret()}), "ask for defunding")
	t.book.defunded += 40
	t.For(spec.FND05, "a defunding left the device before its debit").Expect(unit.Spendable()).To(gomega.Equal(uint64(50)))
	if t.Has(adapter.CapPowerCycle) {
		unit.PowerCycle()
		t.For(spec.FND05, "the debit of a defunding was not durable when its message left").Expect(unit.Spendable()).To(gomega.Equal(uint64(50)))
	}
	first := t.Control(t.ledger.do(adapter.AcceptDefunding{Message: request.Message}), "accept a defunding")
	t.For(spec.FND05, "the account was not credited the amount of a defunding").Expect(t.ledger.Balance(unit.Account) - account).To(gomega.Equal(uint64(40)))
	t.ledger.do(adapter.AcceptDefunding{Message: request.Message})
	t.For(spec.FND05, "a repeated defunding was credited again").Expect(t.ledger.Balance(unit.Account) - account).To(gomega.Equal(uint64(40)))
	t.Control(unit.do(adapter.DefundAcknowledge{Message: first.Message}), "acknowledge a defunding")
	t.For(spec.FND05, "the device's balance changed when its defunding was acknowledged").Expect(unit.Spendable()).To(gomega.Equal(uint64(50)))
}

func blankDoesNothing(t *T) {
	ready := t.Funded(100)
	blank := t.DeviceWith(DeviceOptions{Blank: true})
	if t.Has(adapter.CapSplitFunding) {
		t.For(spec.PRV02, "a device that is not provisioned asked for funding").Expect(blank.do(adapter.FundRequest{Amount: 10})).To(t.Refused(spec.EUnprovisioned))
	} else {
		t.For(spec.PRV02, "a device that is not provisioned was funded").Expect(blank.do(adapter.Fund{Amount: t.env.scale.minor(10), Ledger: t.ledgerHandle()})).To(t.Refused(spec.EUnprovisioned))
	}
	if t.env.Shape != adapter.Split {
		t.For(spec.PRV02, "a device that is not provisioned requested a payment").Expect(t.Transfer(ready, blank, 10)).To(t.Refused(spec.EUnprovisioned))
		t.For(spec.PRV02, "a device that is not provisioned paid").Expect(t.Transfer(blank, ready, 10)).To(t.Refused(spec.EUnprovisioned))
		t.MustTransfer(ready, t.Device(), 10)
		return
	}
	receive := t.Payment(ready, blank, 10)
	t.Control(receive.Start(), "start")
	t.For(spec.PRV02, "a device that is not provisioned requested a payment").Expect(receive.Request()).To(t.Refused(spec.EUnprovisioned))
	pay := t.Payment(blank, ready, 10)
	a := pay.Start()
	if a.Done != nil {
		if a = pay.Request(); a.Done != nil { // a payee may refuse a payer that is nobody
			a = pay.Pay()
		}
	}
	t.For(spec.PRV02, "a device that is not provisioned paid").Expect(a).To(t.Refused(spec.EUnprovisioned))
	if t.env.RP() && t.Has(adapter.CapResend) {
		finish := blank.do(adapter.RequestPayment{Finish: true, Message: receive.M1})
		t.For(spec.PRV02, "a device that is not provisioned took part in a payment").Expect(finish).To(t.Refused(spec.EUnprovisioned))
	}
	t.MustTransfer(ready, t.Device(), 10)
}

func provisioningAgain(t *T) {
	unit := t.Funded(60)
	requests := unit.do(adapter.Provision{})
	if requests.Done != nil && t.env.RP() {
		p, err := t.env.realm.certify(requests.Done.Messages, []int{t.env.baseSuite()}, func(c *Certification) {
			c.Install.Policy = t.env.realm.Policy(2, nil)
			c.Install.Revocations = t.env.realm.SignRevset(2, t.env.realm.epoch, nil, nil)
		})
		if err == nil {
			unit.do(p.install)
		}
	}
	t.For(spec.PRV04, "personalising a device again lost its value").Expect(unit.Held()).To(gomega.Equal(uint64(60)))
	if t.ledger != nil && requests.Done == nil && t.Has(adapter.CapDefund) {
		t.For(spec.PRV04, "after a refused personalisation the device does not work").Expect(unit.Defund(60)).To(BeDone())
	}
}
