package ledger

import (
	"slices"

	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// reserveDefundingRules are the checks on a DEFUND that has no answer yet, before
// it is entered among the debits of its device.
func reserveDefundingRules() []Rule[Defunding] {
	return []Rule[Defunding]{
		{"no other DEFUND of the counter waits", spec.FND05, spec.EDefundReplay, func(l *Ledger, d *Defunding) bool {
			return !slices.ContainsFunc(l.reserves.open, func(o *Debit) bool {
				return o.defunds() && o.Payer == d.Device && o.Counter == d.Body.Counter && o.ID != d.ID
			})
		}},
	}
}

// reserveTransfer enters a right transfer. A claim that is no deposit yet is
// entered too, for what follows it: it is paid or refunded later.
func (l *Ledger) reserveTransfer(d *Debit) Outcome {
	_, known := l.reserves.stage[d.ID]
	var err error
	if judge(l, l.parts.Rules.Claim, d) == nil {
		_, err = l.deposit(d)
	}
	l.learn(d)
	l.named(d)
	return Outcome{ID: d.ID, New: !known, Err: err}
}

// defundReserve credits the account of a DEFUND out of the reserve. Where the
// reserve does not have it yet, or what precedes it is not known, there is no
// answer: the refusal says which, and the device's host brings the DEFUND again.
// What was taken has credited the account already.
func (l *Ledger) defundReserve(d *Defunding) error {
	if err := judge(l, l.parts.Rules.ReserveDefunding, d); err != nil {
		return err
	}
	debit := l.seen.debits[d.ID]
	l.orders[d.Body.Nonce].usedBy = d.ID
	l.learn(debit)
	if l.reserves.stage[d.ID] == stageSettled {
		return nil
	}
	if err := judge(l, l.parts.Rules.Reserve, debit); err != nil {
		return err
	}
	return &Refusal{"the account takes the amount", spec.FND04, spec.EAmount}
}

// refusedDefund ends a DEFUND that is not credited and never will be: what
// follows it need not wait for it.
func (l *Ledger) refusedDefund(id wire.ID) {
	if l.reserving() {
		l.learn(l.seen.debits[id])
	}
}

// reserveCancelRules are the checks on a cancelled funding beside those of any: a
// device that was credited it, and has paid on it, does not cancel it.
func reserveCancelRules() []Rule[FundingRequest] {
	return []Rule[FundingRequest]{
		{"no payment names the reservation", spec.FND08, spec.EFundBinding, func(l *Ledger, r *FundingRequest) bool {
			return !l.reserves.named[r.Device][r.Body.Request]
		}},
	}
}

// named notes the reservation that a payment names. One that was not made, or
// was cancelled, rings an alarm: no device that is right names it.
func (l *Ledger) named(d *Debit) {
	if d.Reservation > 0 {
		if l.reserves.named[d.Payer] == nil {
			l.reserves.named[d.Payer] = map[uint64]bool{}
		}
		l.reserves.named[d.Payer][d.Reservation] = true
	}
	l.auditDevice(d.Payer, nil)
}

// reservationsMade checks the reservations that the device's payments name.
func (l *Ledger) reservationsMade(did wire.DID) bool {
	for number := range l.reserves.named[did] {
		if f := l.funding(did, number); f == nil || f.cancelled {
			return false
		}
	}
	return true
}
