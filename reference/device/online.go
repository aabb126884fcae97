package device

import (
	"crypto/hmac"
	"crypto/sha256"
	"slices"

	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// In family E a device that its host tells of a connection pays with tokens alone:
// the payee takes them home before it gives its receipt, and nobody is told who
// paid.

// SetOnline tells the device whether its host has a connection.
func (d *Device) SetOnline(online bool) { d.online = online && d.ecash() }

// mode is how the device is about to pay.
func (d *Device) mode() string {
	if d.online {
		return "online"
	}
	return "offline"
}

// An Errand is what a payee's host has to do before there is a receipt: to bring
// the record to the ledger, and its DEPOSIT_ACK to [Device.Deposited].
type Errand struct{ Record []byte }

func (e *Errand) Error() string { return "device: the payment is to be taken home first" }

// veiled is how the log names an online payment: the ledger, which will see the
// tokens, cannot find out which it was.
func (d *Device) veiled(id wire.ID) wire.ID {
	mac := hmac.New(sha256.New, d.state.StubKey[:])
	mac.Write([]byte("assay/1/online"))
	mac.Write(id[:])
	return wire.ID(mac.Sum(nil))
}

// payOnline is P1 and M3 of a payment with tokens alone. Nothing is signed but the
// spends, which are made from what is durable, so that there is no P2.
func (d *Device) payOnline(c *Context) ([]byte, error) {
	if c.coins == nil && !coinsFit(c) {
		return nil, c.failed
	}
	next := d.state.clone()
	slot := Slot{
		State: SlotReleased, Type: wire.TypeTokens, ID: wire.TokensID(c.ID, hashesOf(c.coins)), RequestHash: c.ID,
		Request: c.PayReq.Request, Payee: c.Signer().Device(), Nonce: c.PayReq.Nonce, Amount: c.Amount,
		Lots: d.drawCoins(next, c.coins), Coins: c.coins, LogNumber: next.LogNumber + 1,
	}
	next.AuthCount++
	if c.Verified {
		next.AuthCount = 0
	}
	next.RevsetCount++
	next.Totals.Out += slot.Amount
	next.Slots[slices.IndexFunc(next.Slots, func(s Slot) bool { return s.State == SlotFree })] = slot
	if err := d.enter(next, wire.LogPay, d.veiled(slot.ID), slot.Amount, next.Counter); err != nil {
		return nil, err
	}
	if err := d.install(StepP1, next); err != nil {
		return nil, err
	}
	s := c.session
	s.paid, s.peer, s.peerFlags = true, slot.Payee, c.Caps.Flags
	d.parts.Trace(EmitM3)
	return d.send(s, &slot), nil
}

// onlineRules are the payee's checks before those of the tokens.
func onlineRules() []Rule {
	return []Rule{
		{"request open", spec.PAY05, spec.EReqClosed, func(c *Context) bool { return c.Open != nil }},
		{"connection", spec.ECH05, spec.EOffline, func(c *Context) bool { return c.d.online }},
		{"holding", spec.LIM02, spec.EHolding, stillWithinHolding},
		{"log", spec.LIM08, spec.ELogFull, placeHeld},
		{"tokens", spec.ECH01, spec.ETokenUnknown, tokensRight},
	}
}

// acceptTokens takes tokens alone: what is right is remembered, and is to be taken
// home first.
func (d *Device) acceptTokens(s *session, item wire.Item) ([]byte, error) {
	c := d.context()
	c.links = item.Links
	tokens, err := wire.Tokens(item.Links)
	if err != nil {
		return nil, d.abort(d.refuse(spec.ECH01, spec.EField), s.link)
	}
	for _, t := range tokens {
		c.Transfer.Tokens = append(c.Transfer.Tokens, t.Hash())
	}
	c.ID, c.Suite = wire.TokensID(item.Transfer, c.Transfer.Tokens), d.highestSuite()
	c.Transfer.RequestHash = item.Transfer
	for _, credit := range d.state.Ring {
		if credit.Transfer == c.ID {
			return d.online4(s, c, wire.ReceiptAccepted, 0), nil
		}
	}
	for i := range d.state.Taken {
		if t := &d.state.Taken[i]; t.Transfer == c.ID && t.Online {
			return nil, d.errand(s, c.ID)
		}
	}
	for i, r := range d.state.Requests {
		if r.Open && r.Hash == item.Transfer {
			c.Open = &d.state.Requests[i]
			c.Transfer.Request, c.Transfer.Amount, c.Amount = r.Number, r.Amount, r.Amount
			c.Transfer.PayeeTag = wire.PayeeTag(d.state.DID, r.Nonce)
		}
	}
	if r := d.judge(ProcTokens, c); r != nil {
		return nil, d.abort(r, s.link)
	}
	next := d.state.clone()
	for i, r := range next.Requests {
		if r.Open && r.Number == c.Transfer.Request {
			next.Requests[i] = Request{}
		}
	}
	d.keepOnline(next, c)
	if err := d.install(StepE2, next); err != nil {
		return nil, err
	}
	return nil, d.errand(s, c.ID)
}

// keepOnline remembers tokens that are on their way home.
func (d *Device) keepOnline(next *State, c *Context) {
	m := &c.Transfer
	order := uint64(1)
	if n := len(next.Taken); n > 0 {
		order = next.Taken[n-1].Order + 1
	}
	t := Taken{Order: order, Transfer: c.ID, RequestHash: m.RequestHash, Request: m.Request, Amount: m.Amount, Online: true}
	d.fixed(&t.Fresh, &t.Epoch, t.Amount, next.Epoch) // its DEPOSIT leaves after this write
	for _, hash := range m.Tokens {
		t.Hashes += string(hash[:])
	}
	next.Taken = append(next.Taken, t)
	d.parts.Host.KeepRecord(c.ID, settlement.Append(nil, settlement.Record{
		Object: c.ID[:], Links: c.links,
		Opening: &settlement.Opening{Payee: next.DID, Nonce: wire.RequestNonce(next.RequestKey, m.Request)},
	}))
}

// errand is what the host has to bring to the ledger for a payment.
func (d *Device) errand(s *session, id wire.ID) error {
	for _, e := range d.deposits() {
		if e.taken != nil && e.taken.Transfer == id {
			s.errand, s.deposit = id, e.id
			return &Errand{d.depositRecord(e)}
		}
	}
	return d.abort(d.refuse(spec.ECH05, spec.EOffline), s.link)
}

// Deposited takes the DEPOSIT_ACK of an errand, and returns M4. The error is a
// [*Refusal], with the REFUSED as its message, or nvm's.
func (d *Device) Deposited(number int, ack []byte) ([]byte, error) {
	s := d.sessions[number]
	if s == nil || s.payer || s.errand == (wire.ID{}) {
		return nil, d.refuse(spec.ENC03, spec.EState)
	}
	if o, err := wire.DecodeObject(ack, wire.TypeDepositAck.MaxBytes()); err == nil {
		if m, err := wire.DecodeDepositAck(o.Payload); err == nil && m.DepositHash != s.deposit {
			return nil, d.refuse(spec.ENC03, spec.EState) // it is about another payment
		}
	}
	c := d.context()
	c.ID, c.Suite = s.errand, d.highestSuite()
	for _, t := range d.state.Taken {
		if t.Transfer == c.ID {
			c.Transfer.RequestHash = t.RequestHash
		}
	}
	if _, err := d.DepositAccept(ack); err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(d.state.Ring, func(r Credit) bool { return r.Transfer == c.ID }) {
		r := d.refuse(spec.ECH04, spec.ETokenSpent)
		r.Message = d.online4(s, c, wire.ReceiptRefused, r.Code)
		s.refusal = r
		return nil, r
	}
	return d.online4(s, c, wire.ReceiptAccepted, 0), nil
}

func (d *Device) online4(s *session, c *Context, status uint64, why spec.Code) []byte {
	return s.link.Send(wire.Item{Type: wire.TypeReceipt, Object: d.receipt(c, status, why)})
}

// creditOnline is Q2 of an online payment: its tokens are home, and it is spendable.
func (d *Device) creditOnline(next *State, t *Taken) error {
	next.Lots[0] += t.Amount
	next.Totals.In += t.Amount
	next.RevsetCount++
	next.Ring = append(next.Ring, Credit{Request: t.Request, Transfer: t.Transfer, Suite: d.highestSuite(), Log: next.LogNumber + 1})
	slices.SortFunc(next.Ring, func(a, b Credit) int { return int(a.Request) - int(b.Request) })
	return d.enter(next, wire.LogReceive, d.veiled(t.Transfer), t.Amount, t.Request)
}

// nameOf is how the log names a debit that is pending.
func (d *Device) nameOf(id wire.ID) wire.ID {
	if slot := d.state.findPending(id); slot != nil && slot.Type == wire.TypeTokens {
		return d.veiled(id)
	}
	return id
}
