package ledger

import (
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A claimState is where a claim has come to. It moves once, from unclaimed to
// one of the others; only a payer whose own log says that it has ended the debit
// on its payee's ACCEPTED, and so takes no refund any more, makes a refund void.
type claimState uint8

const (
	claimOpen claimState = iota
	claimPaid
	claimRefunded
)

// claimRules say which transfers are deposits. No other is refused for it: it is
// settled, and nothing is paid.
func claimRules() []Rule[Debit] {
	return []Rule[Debit]{
		{"the transfer is a claim", spec.CLM03, spec.EUsage, func(_ *Ledger, d *Debit) bool { return d.Claim }},
	}
}

// depositOnceRules decide whether a claim is still to be paid.
func depositOnceRules() []Rule[Debit] {
	return []Rule[Debit]{
		{"the claim is not paid yet", spec.CLM03, spec.EReqUsed, func(l *Ledger, d *Debit) bool {
			return l.claims[d.ID] != claimPaid
		}},
	}
}

// depositRules decide whether a claim is paid into its payee's account.
func depositRules() []Rule[Debit] {
	return []Rule[Debit]{
		{"the claim was not refunded", spec.CLM04, spec.EReqUsed, func(l *Ledger, d *Debit) bool {
			return l.claims[d.ID] != claimRefunded || l.device(d.Payer).retired[d.ID]
		}},
		{"the payee has an account", spec.CLM03, spec.EFundBinding, func(l *Ledger, d *Debit) bool {
			return l.accountOf(d.Opening.Payee) != ""
		}},
		{"the claim is in force, or its payee has accepted it", spec.CLM04, spec.EReqExpired, func(l *Ledger, d *Debit) bool {
			return !l.expired(d) || l.receiptOf(d, wire.ReceiptAccepted) != nil
		}},
		{"the account takes the amount", spec.FND04, spec.EAmount, func(l *Ledger, d *Debit) bool {
			balance, ok := l.Balance(l.accountOf(d.Opening.Payee))
			sum, err := balance.Add(d.Amount)
			return ok && err == nil && sum <= money.Max
		}},
	}
}

// refundRules decide whether an unclaimed claim goes back to its payer. The
// moment is the very one at which it can be deposited no longer.
func refundRules() []Rule[Debit] {
	return []Rule[Debit]{
		{"the transfer is a claim", spec.CLM04, spec.EUsage, func(_ *Ledger, d *Debit) bool { return d.Claim }},
		{"the claim was not paid", spec.CLM04, spec.EReqUsed, func(l *Ledger, d *Debit) bool {
			return l.claims[d.ID] != claimPaid
		}},
		{"the claim has expired", spec.CLM04, spec.EReqUnknown, (*Ledger).expired},
		{"its payee has not accepted it", spec.CLM04, spec.EReqUsed, func(l *Ledger, d *Debit) bool {
			return l.receiptOf(d, wire.ReceiptAccepted) == nil
		}},
	}
}

// expired reports whether the debit's last epoch is over, grace included.
func (l *Ledger) expired(d *Debit) bool { return l.epoch > d.Expiry+l.parts.Policy.Fresh.Grace }

// deposit pays a claim, once, and reports whether it did so now. Whoever has
// uploaded it, the payee's account gets it. The error is a [*Refusal].
func (l *Ledger) deposit(d *Debit) (bool, error) {
	if judge(l, l.parts.Rules.DepositOnce, d) != nil {
		return false, nil
	}
	if err := judge(l, l.parts.Rules.Deposit, d); err != nil {
		return false, err
	}
	if l.reserving() {
		l.claims[d.ID] = claimPaid // out of the reserve, when that has it; never refunded
		l.learn(d)
		return true, nil
	}
	payee := d.Opening.Payee
	if !l.parts.Book.Credit(l.accountOf(payee), d.Amount) {
		return false, &Refusal{"the account takes the amount", spec.FND04, spec.EAmount}
	}
	l.claims[d.ID] = claimPaid
	l.supply.settle(row{id: d.ID, payer: d.Payer, payee: payee, counter: d.Counter, amount: d.Amount})
	l.supply.defund(payee, d.Amount)
	l.auditDevice(payee, nil)
	return true, nil
}

// refundClaim gives an unclaimed claim back to its payer's device, once and for
// all, and reports whether there was a ground.
func (l *Ledger) refundClaim(d *Debit) bool {
	if judge(l, l.parts.Rules.Refund, d) != nil {
		return false
	}
	l.claims[d.ID] = claimRefunded
	return true
}

// accepted pays a claim that had come too late, when its payee's ACCEPTED comes
// after it: what is concluded does not depend on the order.
func (l *Ledger) accepted(transfer wire.ID) {
	if d := l.seen.debits[transfer]; d != nil && d.Claim && d.Opening != nil {
		_, _ = l.deposit(d) // a claim that cannot be paid stays as it is
	}
}
