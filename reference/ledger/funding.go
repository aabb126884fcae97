package ledger

import (
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A FundingRequest is a decoded FUND_REQ under judgement.
type FundingRequest struct {
	Signed
	Body wire.FundReq
}

// funding is what the ledger did about one funding number of a device.
type funding struct {
	request   wire.ID // zero when only the cancel is known
	amount    money.Amount
	nonce     wire.Nonce
	voucher   []byte
	cancelled bool
	parts     []wire.Fragment // of family T: what the voucher brings
}

func fundingRules() []Rule[FundingRequest] {
	return append(signerRules[FundingRequest](), []Rule[FundingRequest]{
		{"the device is registered to an account", spec.FND01, spec.EFundBinding, func(l *Ledger, r *FundingRequest) bool {
			return l.accountOf(r.Device) != ""
		}},
		{"the device is not blocked", spec.LCM05, spec.EBlocked, func(l *Ledger, r *FundingRequest) bool {
			return !l.Blocked(r.Device)
		}},
		{"the funding number is new, or this very request has it", spec.FND02, spec.EFundReplay, func(l *Ledger, r *FundingRequest) bool {
			f := l.funding(r.Device, r.Body.Request)
			return f == nil || f.request == r.ID && !f.cancelled
		}},
		{"the amount is within the holding limit of the class", spec.FND03, spec.EFundHeadroom, func(l *Ledger, r *FundingRequest) bool {
			return l.limits(r.Certificate.Body.Limits).MaxHolding.Allows(uint64(r.Body.Amount))
		}},
		{"the account covers the amount", spec.FND01, spec.EFunds, func(l *Ledger, r *FundingRequest) bool {
			balance, ok := l.Balance(l.accountOf(r.Device))
			return ok && (l.funding(r.Device, r.Body.Request) != nil || balance >= r.Body.Amount)
		}},
	}...)
}

func cancelRules() []Rule[FundingRequest] {
	return append(signerRules[FundingRequest](),
		Rule[FundingRequest]{"it cancels the request of that number", spec.FND01, spec.EFundBinding, func(l *Ledger, r *FundingRequest) bool {
			f := l.funding(r.Device, r.Body.Request)
			return f == nil || f.amount == r.Body.Amount && f.nonce == r.Body.Nonce
		}})
}

// IssueFunding answers a FUND_REQ with a FUND, after the account is debited.
// The same request gets the same voucher and no second debit. A cancellation
// is handed to [Ledger.CancelFunding] and gets no voucher. The error is a
// [*Refusal] unless signing failed.
func (l *Ledger) IssueFunding(request []byte) ([]byte, error) {
	r, err := l.openFunding(request)
	if err != nil {
		return nil, err
	}
	if r.Body.Status == wire.FundCancel {
		return nil, l.cancelFunding(r)
	}
	if err := judge(l, l.parts.Rules.Funding, r); err != nil {
		return nil, err
	}
	if f := l.funding(r.Device, r.Body.Request); f != nil {
		return f.voucher, nil
	}
	issued, err := l.mint(l.denominations(r.Body.Amount)...)
	if err != nil {
		return nil, err
	}
	signatures, err := l.withdraw(r)
	if err != nil {
		return nil, err
	}
	var reservation uint64
	if l.parts.Place.Spoken() == wire.FamilyIOU {
		reservation = r.Body.Request
	}
	voucher := l.service.Sign(wire.TypeFund, wire.Fund{
		Version: wire.V1, Realm: l.parts.Place.Realm, Suite: l.suite(),
		Currency: l.parts.Place.Currency, Exponent: l.parts.Place.Exponent,
		Amount: r.Body.Amount, Nonce: r.Body.Nonce, Cert: l.service.Cert.ID,
		RequestHash: r.ID, Epoch: l.epoch, Device: r.Device, Signatures: signatures, Reservation: reservation, Issued: issued,
	}.Encode())
	l.issued(wire.TypeFund, voucher)
	l.bring(wire.TypeFund, voucher, brought{r.Device, wholeOf(issued), false})
	l.parts.Book.Debit(l.accountOf(r.Device), r.Body.Amount)
	l.supply.fund(r.Device, r.Body.Amount)
	if l.reserving() {
		l.post(Move{MoveFund, r.Device, r.Body.Amount})
		l.apply()
	}
	l.device(r.Device).funding[r.Body.Request] = &funding{
		request: r.ID, amount: r.Body.Amount, nonce: r.Body.Nonce, voucher: voucher, parts: wholeOf(issued),
	}
	return voucher, nil
}

// CancelFunding takes a FUND_REQ of status cancel and gives the amount back in
// full, once. A cancel that overtakes its request leaves a tombstone: the
// request is then refused (301). The error is a [*Refusal].
func (l *Ledger) CancelFunding(request []byte) error {
	r, err := l.openFunding(request)
	if err != nil {
		return err
	}
	return l.cancelFunding(r)
}

func (l *Ledger) cancelFunding(r *FundingRequest) error {
	if r.Body.Status != wire.FundCancel {
		return &Refusal{"it is a cancel", spec.ENC02, spec.EField}
	}
	if err := judge(l, l.parts.Rules.Cancel, r); err != nil {
		return err
	}
	if l.reserving() {
		if err := judge(l, l.parts.Rules.ReserveCancel, r); err != nil {
			return err
		}
	}
	if l.ecash() {
		if err := judge(l, l.parts.Rules.VoidTokens, r); err != nil {
			return err
		}
	}
	d := l.device(r.Device)
	f := d.funding[r.Body.Request]
	switch {
	case f == nil:
		d.funding[r.Body.Request] = &funding{amount: r.Body.Amount, nonce: r.Body.Nonce, cancelled: true}
	case !f.cancelled && l.reserving():
		f.cancelled = true
		l.cancelReserve(r.Device, f.amount)
	case !f.cancelled:
		if err := judge(l, l.parts.Rules.Void, &PartsOf{Device: r.Device, Fragments: f.parts}); err != nil {
			return err
		}
		f.cancelled = true
		l.bringHome(f.parts) // the TOKEN exists: from now on it is worth nothing
		l.parts.Book.Credit(d.account, f.amount)
		l.supply.cancel(r.Device, f.amount)
	}
	return nil
}

func (l *Ledger) openFunding(request []byte) (*FundingRequest, error) {
	r := &FundingRequest{}
	var err error
	r.Signed, err = l.open(request, opened{typ: wire.TypeFundReq, usage: wire.UseFund}, func(payload []byte) (signerOf, error) {
		var err error
		r.Body, err = wire.DecodeFundReq(payload)
		if err = l.parts.Place.Check(r.Body.Realm, r.Body.Currency, r.Body.Exponent, err); err == nil && len(r.Body.Blinded) > 0 && !l.ecash() {
			err = &wire.Error{Code: spec.EField, Key: 94, What: "blinded messages are of family E"}
		}
		return signerOf{r.Body.Suite, r.Body.Cert}, err
	})
	return r, err
}

// funding returns what is known of a funding number, or nil.
func (l *Ledger) funding(did wire.DID, number uint64) *funding {
	if d := l.devices[did]; d != nil {
		return d.funding[number]
	}
	return nil
}

// limits returns the limits of a class; a class that the policy does not name
// has none.
func (l *Ledger) limits(class uint64) wire.Limits {
	for _, limits := range l.parts.Policy.Limits {
		if limits.Class == class {
			return limits
		}
	}
	return wire.Limits{}
}
