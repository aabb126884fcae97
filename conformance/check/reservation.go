package check

import (
	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// reserves reports whether FUND and TRANSFER name a reservation.
func (r *Realm) reserves() bool { return r.Place.Spoken() == wire.FamilyIOU }

// fundedBy funds the unit and returns the number of its request.
func (u *Unit) fundedBy(amount uint64) uint64 {
	t := u.t
	request := t.Control(u.do(adapter.FundRequest{Amount: adapter.Amount(amount)}), "ask for funding").Message
	voucher := t.Control(t.ledger.do(adapter.IssueFunding{Message: request}), "issue funding").Message
	t.book.funded += amount
	t.Control(u.do(adapter.FundAccept{Message: voucher}), "accept funding")
	return payloadOf(t, request, wire.TypeFundReq, wire.DecodeFundReq).Request
}

// reservationNamed has a unit pay before it was ever funded, after each of two
// fundings, after a loss of power, and after a funding that it gave up.
func reservationNamed(t *T) {
	unit, kit := t.Device(), t.Kit(KitOptions{})
	paysNaming := func(number uint64, when string) {
		s, m2 := kit.Invite(unit, 10, Invitation{})
		t.Control(s.Take(m2), "a payment "+when)
		t.Control(unit.do(adapter.Acknowledge{Session: s.Session, Message: s.Answer(nil)}), "its receipt")
		t.For(spec.FND07, "a payment names no reservation").Expect(s.Transfer.Reserved).To(gomega.BeTrue(), when)
		t.For(spec.FND07, "a payment names another reservation than its payer was credited last").Expect(s.Transfer.Reservation).To(gomega.Equal(number), when)
	}
	if paid, _ := kit.Meet(unit, 50).Pay(); paid.Done != nil && unit.Spendable() == 50 {
		paysNaming(0, "before the first funding")
	}
	paysNaming(unit.fundedBy(100), "after a funding")
	last := unit.fundedBy(100)
	paysNaming(last, "after the next")
	if t.Has(adapter.CapPowerCycle) {
		unit.PowerCycle()
		paysNaming(last, "after a loss of power")
	}
	request := t.Control(unit.do(adapter.FundRequest{Amount: 7}), "ask for funding").Message
	paysNaming(last, "with a funding open")
	t.Control(t.ledger.do(adapter.IssueFunding{Message: request}), "issue funding")
	cancel := t.Control(unit.do(adapter.FundCancel{}), "cancel the funding").Message
	t.Control(t.ledger.do(adapter.IssueFunding{Message: cancel}), "take the cancel")
	paysNaming(last, "after a funding that was cancelled")
}

// cancelAfterPaying has a payer cancel the reservation that its payment names,
// and then one that it was never credited.
func cancelAfterPaying(t *T) {
	peer, payee := t.Peer(), t.Device()
	request := t.Control(peer.do(adapter.FundRequest{Amount: 500}), "ask for funding").Message
	voucher := t.Control(t.ledger.do(adapter.IssueFunding{Message: request}), "issue funding").Message
	t.Control(peer.do(adapter.FundAccept{Message: voucher}), "accept funding")
	t.book.cracked = true // the cancel below is of what the peer has accepted
	t.MustTransfer(peer, payee, 100)
	t.Control(payee.Sync(true), "the payee synchronises")
	account := t.ledger.Balance(peer.Account)
	m := payloadOf(t, request, wire.TypeFundReq, wire.DecodeFundReq)
	m.Status = wire.FundCancel
	forged := peer.signAs(m.Suite, wire.TypeFundReq, m.Encode()).Encode()
	t.For(spec.FND08, "a funding was cancelled that a payment names").Expect(t.ledger.do(adapter.IssueFunding{Message: forged})).To(t.Refused(spec.EFundBinding))
	t.For(spec.FND08, "a funding was given back that a payment names").Expect(t.ledger.Balance(peer.Account)).To(gomega.Equal(account))
	open := t.Control(peer.do(adapter.FundRequest{Amount: 60}), "ask for funding").Message
	t.Control(t.ledger.do(adapter.IssueFunding{Message: open}), "issue funding")
	cancel := t.Control(peer.do(adapter.FundCancel{}), "cancel the funding").Message
	t.For(spec.FND08, "a funding that no payment names cannot be cancelled").Expect(t.ledger.do(adapter.IssueFunding{Message: cancel})).To(BeDone())
	t.For(spec.FND08, "a cancelled funding was not given back").Expect(t.ledger.Balance(peer.Account)).To(gomega.Equal(account))
}
