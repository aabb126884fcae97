package ledger

import (
	"fmt"
	"slices"

	"github.com/assay-cbdc/assay/spec"
)

// A Rule is one check of a procedure. The first rule of a list that does not
// hold decides the refusal. Holds changes nothing that can be seen.
type Rule[T any] struct {
	Name        string
	Requirement spec.ID
	Code        spec.Code
	Holds       func(l *Ledger, t *T) bool
}

// Rules are the checks of every procedure, each list in the order of its
// chapter. A ledger that is wrong in one way has one rule replaced.
type Rules struct {
	Funding   []Rule[FundingRequest]
	Cancel    []Rule[FundingRequest]
	Defunding []Rule[Defunding]
	Once      []Rule[Defunding] // a failure repeats the first answer
	Order     []Rule[Defunding] // a failure is the final answer st 2, not a refusal
	Sync      []Rule[Report]
	Settle    []Rule[Settlement]
	// SettleOnce decides whether a right transfer is still to be settled.
	SettleOnce []Rule[Settlement]
	Receipt    []Rule[Answer]
	Request    []Rule[Request]
	Claim      []Rule[Debit] // which transfers are deposits
	Deposit    []Rule[Debit]
	// DepositOnce decides whether a claim is still to be paid.
	DepositOnce []Rule[Debit]
	Refund      []Rule[Debit] // of a claim
	Link        []Rule[Link]
	Parts       []Rule[PartsOf] // of every debit of family T
	RedeemParts []Rule[PartsOf] // of a DEFUND of family T
	Void        []Rule[PartsOf] // of what a cancelled FUND of family T has brought
	Renew       []Rule[PartsOf] // of what a SYNC of family T gives up
	// Reserve decides, in families I and S, whether a debit is taken from its
	// payer's reserve now, and ReserveDefunding which DEFUND may wait for that.
	Reserve          []Rule[Debit]
	ReserveDefunding []Rule[Defunding]
	// ReserveCancel is asked there of a cancel, after Cancel.
	ReserveCancel []Rule[FundingRequest]
	// Of family E. Withdraw are the checks of the blinded messages of a FUND_REQ,
	// Redeem those of tokens that come home, and Fresh decides whether these are
	// still to be taken.
	Withdraw []Rule[FundingRequest]
	// VoidTokens is asked of a cancel, after Cancel.
	VoidTokens    []Rule[FundingRequest]
	DepositSigner []Rule[Deposit]
	Redeem        []Rule[Redemption]
	Fresh         []Rule[Redemption]
}

// DefaultRules returns the rules of the specification.
func DefaultRules() Rules {
	return Rules{
		Funding:     fundingRules(),
		Cancel:      cancelRules(),
		Defunding:   defundingRules(),
		Once:        onceRules(),
		Order:       orderRules(),
		Sync:        syncRules(),
		Settle:      settleRules(),
		SettleOnce:  settleOnceRules(),
		Receipt:     receiptRules(),
		Request:     requestRules(),
		Claim:       claimRules(),
		Deposit:     depositRules(),
		DepositOnce: depositOnceRules(),
		Refund:      refundRules(),
		Link:        linkRules(),
		Parts:       partsRules(),
		RedeemParts: redeemPartRules(),
		Void:        voidRules(),
		Renew:       renewRules(),

		Reserve:          reserveRules(),
		ReserveDefunding: reserveDefundingRules(),
		Withdraw:         withdrawRules(),
		VoidTokens:       voidTokenRules(),
		DepositSigner:    depositSignerRules(),
		Redeem:           redeemRules(),
		Fresh:            freshRules(),
		ReserveCancel:    reserveCancelRules(),
	}
}

// Without returns the rules but for the one of the given name, in a slice of
// the caller's own.
func Without[T any](rules []Rule[T], name string) []Rule[T] {
	return slices.DeleteFunc(slices.Clone(rules), func(r Rule[T]) bool { return r.Name == name })
}

// A Refusal is a message turned down for a reason that the specification
// names. Except that a signed object may be kept for evidence, it leaves the
// ledger unchanged.
type Refusal struct {
	Rule        string
	Requirement spec.ID
	Code        spec.Code
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("ledger: refused with %d: %s (%s)", r.Code, r.Rule, r.Requirement)
}

// judge returns the refusal of the first rule that does not hold, or nil.
func judge[T any](l *Ledger, rules []Rule[T], t *T) error {
	for _, r := range rules {
		if !r.Holds(l, t) {
			return &Refusal{r.Name, r.Requirement, r.Code}
		}
	}
	return nil
}

func decodingRequirement(code spec.Code) spec.ID {
	switch code {
	case spec.ECanon:
		return spec.ENC01
	case spec.EMalformed, spec.EField:
		return spec.ENC02
	case spec.EHdr:
		return spec.CRY06
	case spec.EAmount:
		return spec.ENC04
	case spec.EVersion:
		return spec.INT01
	case spec.ERealm, spec.ECurrency:
		return spec.ENC05
	case spec.EType:
		return spec.ENC06
	default:
		return spec.ENC03
	}
}
