package device

import (
	"bytes"
	"slices"

	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// fundRules are the checks before FUND_REQ: head-room is reserved before the
// account is debited.
func fundRules() []Rule {
	return []Rule{
		{"provisioned", spec.PRV02, spec.EUnprovisioned, provisioned},
		{"in service", spec.PRV02, spec.EUnprovisioned, inService},
		{"blocked", spec.LCM05, spec.EBlocked, notBlocked},
		{"amount", spec.ENC04, spec.EAmount, payable},
		{"one at a time", spec.FND02, spec.EPendingFull, func(c *Context) bool {
			return c.State.Funding.State == FundingFree || c.State.comesLate() && c.State.Funding.LogNumber <= c.State.Acked
		}},
		{"head-room", spec.FND03, spec.EFundHeadroom, withinHolding},
		{"log", spec.LIM08, spec.ELogFull, logRoom},
	}
}

// fundAcceptRules are the checks on FUND, before F2.
func fundAcceptRules() []Rule {
	return slices.Concat([]Rule{
		{"device", spec.FND01, spec.EFundBinding, func(c *Context) bool { return c.Fund.Device == c.State.DID }},
		{"open", spec.FND02, spec.EFundReplay, func(c *Context) bool {
			return (c.State.Funding.State == FundingOpen || c.State.comesLate()) && !c.State.Decommissioned
		}},
		{"request", spec.FND01, spec.EFundBinding, func(c *Context) bool {
			return c.Fund.RequestHash == c.State.Funding.Hash && c.Fund.Nonce == c.State.Funding.Nonce &&
				c.Fund.Reservation == c.d.reservation(c.State.Funding.Number)
		}},
		{"amount", spec.FND01, spec.EFundBinding, func(c *Context) bool {
			return c.Fund.Amount == c.State.Funding.Amount
		}},
	}, serviceRules(wire.UseSignFund))
}

// FundRequest asks for value and returns FUND_REQ. While a request of the same
// amount is open the same FUND_REQ is returned again. The error is a [*Refusal]
// or nvm's.
func (d *Device) FundRequest(amount money.Amount) ([]byte, error) {
	if err := d.ready(); err != nil {
		return nil, err
	}
	if f := d.state.Funding; f.State == FundingOpen && f.Amount == amount {
		return d.fundReq(f, wire.FundRequest), nil
	}
	c := d.context()
	c.Amount = amount
	if r := d.judge(ProcFund, c); r != nil {
		return nil, r
	}
	nonce, err := d.nonce()
	if err != nil {
		return nil, err
	}
	f := Funding{State: FundingOpen, Number: d.state.NextFunding, Nonce: nonce, Amount: amount,
		Suite: d.highestSuite()}
	if d.ecash() {
		d.fixed(&f.Fresh, &f.Epoch, amount, d.state.Epoch)
		if _, ok := d.blind(d.withdrawal("fund", nonce[:]), f.Fresh); !ok {
			return nil, d.refuse(spec.ECH02, spec.ETokenDenomination)
		}
	}
	f.Hash = wire.Object{Alg: d.alg(f.Suite), Payload: d.fundReqBody(f, wire.FundRequest)}.ID(wire.TypeFundReq)
	err = d.commit(StepF1, func(s *State) {
		s.Funding = f
		s.NextFunding++
	})
	if err != nil {
		return nil, err
	}
	return d.fundReq(f, wire.FundRequest), nil
}

func (d *Device) fundReqBody(f Funding, status uint64) []byte {
	var blinded []wire.Blinded
	if d.ecash() && status == wire.FundRequest {
		pending, _ := d.blind(d.withdrawal("fund", f.Nonce[:]), f.Fresh)
		blinded = blindedList(pending)
	}
	return wire.FundReq{
		Version: wire.V1, Realm: d.cfg.Place.Realm, Suite: f.Suite, Currency: d.cfg.Place.Currency,
		Exponent: d.cfg.Place.Exponent, Amount: f.Amount, Nonce: f.Nonce, Cert: d.certs[f.Suite].ID,
		Request: f.Number, Status: status, Blinded: blinded,
	}.Encode()
}

func (d *Device) fundReq(f Funding, status uint64) []byte {
	d.parts.Trace(EmitFundReq)
	if kept := f.Signed[status-wire.FundRequest]; kept != nil {
		return kept
	}
	return d.sign(f.Suite, wire.TypeFundReq, d.fundReqBody(f, status)).Encode()
}

// FundAccept takes FUND and credits it once. The error is a [*Refusal] or nvm's.
func (d *Device) FundAccept(fund []byte) error {
	if d.broken != nil {
		return d.broken
	}
	c := d.context()
	o, err := wire.DecodeObject(fund, wire.TypeFund.LimitIn(d.cfg.Place.Spoken()))
	if err != nil {
		return d.refusalOf(err)
	}
	decode := wire.DecodeFund
	switch {
	case d.iou():
		decode = wire.DecodeReservation
	case d.parted():
		decode = wire.DecodeTokenFund
	}
	m, err := decode(o.Payload)
	if err = d.cfg.Place.Check(m.Realm, m.Currency, m.Exponent, err); err != nil {
		return d.refusalOf(err)
	}
	if (len(m.Signatures) > 0) != d.ecash() { // blind signatures are of family E, which has no FUND without
		return d.refuse(spec.ENC02, spec.EField)
	}
	c.Fund, c.Amount = m, m.Amount
	c.signed(o, wire.TypeFund, m.Suite, m.Cert, m.Epoch)
	if r := d.judge(ProcFundAccept, c); r != nil {
		return r
	}
	next := d.state.clone()
	if d.parted() {
		if r := d.judge(ProcTokenFund, c); r != nil {
			return r
		}
		d.keepIssued(c)
		next.receive(c.whole(), d.parts.Join)
	} else {
		d.bring(next, c.ID, 0, m.Amount)
	}
	if d.ecash() {
		pending, _ := d.blind(d.withdrawal("fund", m.Nonce[:]), d.state.Funding.Fresh)
		coins, ok := finishCoins(pending, m.Signatures)
		if !ok {
			return d.refuse(spec.FND06, spec.ESig)
		}
		next.gain(coins)
	}
	if d.chained() {
		d.keepObject(c.ID, bytes.Clone(fund), c.Path, nil)
	}
	next.Totals.Funded += m.Amount
	next.Reservation = m.Reservation
	next.Funding = Funding{}
	next.Epoch = max(next.Epoch, m.Epoch)
	if err := d.enter(next, wire.LogFund, c.ID, m.Amount, d.state.Funding.Number); err != nil {
		return err
	}
	return d.install(StepF2, next)
}

// comesLate reports whether a funding is given up whose FUND is still taken: in
// family E, which a KEYSET shows, until the next F1. If the ledger had issued it, it
// does not cancel it any more.
func (s *State) comesLate() bool { return s.Keyset != nil && s.Funding.State == FundingCancelled }

// roomKept reports whether the funding has its head-room and its place in the log.
func (s *State) roomKept() bool {
	return s.Funding.State == FundingOpen || s.comesLate() && s.Funding.LogNumber > s.Acked
}

// iou reports whether value is a reservation, which payments name.
func (d *Device) iou() bool { return d.cfg.Place.Spoken() == wire.FamilyIOU }

// reserved reports whether the ledger keeps a reserve for the device.
func (d *Device) reserved() bool { return d.iou() || d.cfg.Place.Spoken() == wire.FamilyShadow }

// reservation is the number that a FUND for a funding number carries, 0 for none.
func (d *Device) reservation(number uint64) uint64 {
	if d.iou() {
		return number
	}
	return 0
}

// FundCancel gives an open funding up for ever and returns the FUND_REQ that
// says so. Until a SYNC_ACK covers it the same cancel is returned again.
func (d *Device) FundCancel() ([]byte, error) {
	if err := d.ready(); err != nil {
		return nil, err
	}
	switch d.state.Funding.State {
	case FundingFree:
		return nil, d.refuse(spec.FND02, spec.EState)
	case FundingOpen:
		f := d.state.Funding
		next := d.state.clone()
		next.Funding.State = FundingCancelled
		next.Funding.LogNumber = next.LogNumber + 1
		if err := d.enter(next, wire.LogFundCancel, f.Hash, f.Amount, f.Number); err != nil {
			return nil, err
		}
		if err := d.install(StepF3, next); err != nil {
			return nil, err
		}
	case FundingCancelled:
	}
	return d.fundReq(d.state.Funding, wire.FundCancel), nil
}
