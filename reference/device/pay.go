package device

import (
	"crypto/sha256"
	"slices"

	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A Display is what the user is shown before being verified.
type Display struct {
	Mode   string // "offline", or in family E with a connection "online"
	Amount money.Amount
	Label  string
}

// PayOptions are the user's part of a payment.
type PayOptions struct {
	Verified bool   // a verifier inside the core has verified the user
	PIN      []byte // or this is to be checked; nil for none
	Show     func(Display)
}

// Pay takes M2 as a payer and returns M3, which carries the TRANSFER. It debits
// before it signs and signs before it sends. The error is a [*Refusal] or nvm's.
func (d *Device) Pay(number int, m2 []byte, o PayOptions) ([]byte, error) {
	if err := d.ready(); err != nil {
		return nil, err
	}
	s := d.sessions[number]
	if s != nil && s.paid && string(s.opening) == string(m2) && s.link.Last() != nil {
		return s.link.Last(), nil // the same bytes again get the same answer
	}
	m2, again, err := d.resumed(s, m2)
	if err != nil || again != nil {
		return again, err
	}
	c := d.context()
	c.session, c.message = s, m2
	c.Verified = o.Verified || d.verified
	shown := func(c *Context) error { return d.show(c, o) }
	if err := d.mayPay(ProcPay, c, shown); err != nil {
		if question := d.question(c, err); question != nil {
			return question, nil
		}
		return nil, d.declined(s, m2, err)
	}
	d.verified = false
	return d.pay(c)
}

// mayPay judges all rules; what the user sees and enters comes before the last,
// so that nobody is asked for a PIN in vain.
func (d *Device) mayPay(p Procedure, c *Context, shown func(*Context) error) error {
	rules := d.parts.Rules[p]
	uv := len(rules)
	for i, rule := range rules {
		if rule.Name == "user verification" {
			uv = i
		}
	}
	if r := d.judgeList(rules[:uv], c); r != nil {
		return r
	}
	if err := shown(c); err != nil {
		return err
	}
	if r := d.judgeList(rules[uv:], c); r != nil {
		return r
	}
	return nil
}

// show is mode, amount and label, and only then the PIN.
func (d *Device) show(c *Context, o PayOptions) error {
	if o.Show != nil {
		o.Show(Display{Mode: d.mode(), Amount: c.Amount, Label: c.PayReq.Label})
	}
	if o.PIN == nil {
		return nil
	}
	if err := d.VerifyPIN(o.PIN); err != nil {
		return err
	}
	c.State, c.Verified = d.state, true
	return nil
}

// declined tells the peer of what is the peer's business; what the user can put
// right leaves the session waiting for the same M2.
func (d *Device) declined(s *session, m2 []byte, err error) error {
	r, ok := err.(*Refusal)
	if !ok || s == nil || s.link == nil || string(s.opening) != string(m2) || s.paid ||
		r.Code >= spec.EUnprovisioned || r.Code == spec.EState {
		return err
	}
	s.refused = append(s.refused, sha256.Sum256(m2))
	return d.abort(r, s.link)
}

// pay is P1, P2 and M3.
func (d *Device) pay(c *Context) ([]byte, error) {
	if d.online {
		return d.payOnline(c)
	}
	slot, err := d.draft(c)
	if err != nil {
		return nil, err
	}
	s := c.session
	s.paid, s.peer, s.peerFlags = true, slot.Payee, c.Caps.Flags
	if err := d.release(slot.ID); err != nil {
		return nil, err
	}
	m3 := d.send(s, d.state.findPending(slot.ID))
	d.parts.Trace(EmitM3)
	return m3, nil
}

// draft draws what is paid with and is P1; it returns the slot of the debit.
func (d *Device) draft(c *Context) (Slot, error) {
	next := d.state.clone()
	m := d.transfer(c)
	drawn, err := d.drawFor(c, next, &m)
	if err != nil {
		return Slot{}, err
	}
	slot := Slot{
		State: SlotDebited, Type: wire.TypeTransfer, RequestHash: m.RequestHash, Request: m.Request,
		Payee: c.Signer().Device(), Nonce: c.PayReq.Nonce, Amount: m.Amount, Lots: drawn,
		Suite: m.Suite, Cert: m.Cert, Payload: m.Encode(), Flags: m.Flags, KEM: c.Static.KEM, KEMKey: c.Static.KEMKey, Coins: c.coins,
	}
	slot.ID = wire.Object{Alg: d.alg(m.Suite), Payload: slot.Payload}.ID(wire.TypeTransfer)
	return slot, d.debit(next, slot, wire.LogPay, c.Verified)
}

// drawFor takes the amount out of the next state, writes into the body what it is
// drawn from, and returns that as it was held, by hop.
func (d *Device) drawFor(c *Context, next *State, m *wire.Transfer) ([]wire.Lot, error) {
	if d.ecash() {
		if c.coins == nil && !coinsFit(c) {
			return nil, c.failed
		}
		drawn := d.drawCoins(next, c.coins)
		m.Lots, m.Tokens = up(drawn), hashesOf(c.coins)
		m.Flags |= wire.TransferFallback
		return drawn, nil
	}
	if d.inputs() {
		if c.drawn == nil && !linksFit(c) {
			return nil, d.refuse(spec.CON07, spec.EChainLength)
		}
		m.Inputs = raised(c.drawn)
		next.take(c.drawn)
		return lotsOf(c.drawn), nil
	}
	if d.parted() {
		if c.parts == nil && !partsFit(c) {
			return nil, d.tooMany(c)
		}
		m.Fragments = raisedParts(c.parts)
		m.Lots = lotsOfParts(m.Fragments)
		next.give(c.parts)
		return lotsOfParts(c.parts), nil
	}
	drawn, ok := d.parts.Draw(&next.Lots, c.Amount, hopLimit(c, c.PayReq.MaxHop)-1)
	if !ok {
		return nil, d.refuse(spec.PAY02, spec.EFunds)
	}
	m.Lots = up(drawn)
	return drawn, nil
}

// tooMany is the refusal of a payment of family T that nothing fits.
func (d *Device) tooMany(c *Context) error {
	if c.failed != nil {
		return d.refuse(c.failed.Requirement, c.failed.Code)
	}
	return d.refuse(spec.CON07, spec.EChainLength)
}

// transfer is the body of a TRANSFER but for what it is drawn from.
func (d *Device) transfer(c *Context) wire.Transfer {
	m := wire.Transfer{
		Version: wire.V1, Realm: d.cfg.Place.Realm, Suite: c.Caps.Suite, Currency: d.cfg.Place.Currency,
		Exponent: d.cfg.Place.Exponent, Amount: c.PayReq.Amount, Cert: d.certs[c.Caps.Suite].ID,
		Request: c.PayReq.Request, PayeeTag: wire.PayeeTag(c.Signer().Device(), c.PayReq.Nonce),
		Counter: d.state.Counter + 1, Prev: d.state.Prev, RequestHash: c.ID,
		PolicyVersion: d.policy.PolicyVersion, Epoch: d.state.Epoch, Family: d.cfg.Place.Spoken(),
	}
	if d.iou() {
		m.Reserved, m.Reservation = true, d.state.Reservation
	}
	if c.Verified {
		m.Flags |= wire.TransferUV
	}
	if c.Signer().Body.Class == wire.ClassNOSE {
		m.Flags |= wire.TransferClaim
		m.Expiry = lastEpoch(d.state.Epoch)
	}
	if c.Type == wire.TypeStaticReq {
		m.Flags |= wire.TransferOneWay
		m.Expiry = min(c.Static.Expiry, lastEpoch(d.state.Epoch))
	}
	return m
}

// debit is P1: next already lacks what was drawn.
func (d *Device) debit(next *State, slot Slot, kind uint64, verified bool) error {
	next.Counter++
	next.Prev = slot.ID
	if verified {
		next.AuthCount = 0
	}
	if kind == wire.LogPay {
		if !verified {
			next.AuthCount++
		}
		next.Used.Amount += slot.Amount
		next.Used.Count++
		next.RevsetCount++
		next.Totals.Out += slot.Amount
	} else {
		next.Totals.Defunded += slot.Amount
	}
	slot.LogNumber = next.LogNumber + 1
	for i := range next.Slots {
		if next.Slots[i].State == SlotFree {
			next.Slots[i] = slot
			break
		}
	}
	if err := d.enter(next, kind, slot.ID, slot.Amount, next.Counter); err != nil {
		return err
	}
	return d.install(StepP1, next)
}

// release is P2: the signature is made of the stored payload, and stored.
func (d *Device) release(id wire.ID) error {
	slot := d.state.findPending(id)
	if slot.State == SlotReleased {
		return nil
	}
	signed := *slot
	signed.State, signed.Signature = SlotReleased, d.sign(slot.Suite, slot.Type, slot.Payload).Signature
	if err := d.seal(&signed); err != nil {
		return err
	}
	err := d.commit(StepP2, func(s *State) { *s.findPending(id) = signed })
	if err != nil {
		return err
	}
	switch {
	case slot.Type == wire.TypeTransfer:
		d.keepDebit(d.state.findPending(id))
	case d.chained():
		d.keepObject(id, d.object(d.state.findPending(id)), d.ownChain(slot), nil)
	}
	return nil
}

// object is the debit as it travels, the same bytes each time.
func (d *Device) object(slot *Slot) []byte {
	return wire.Object{Alg: d.alg(slot.Suite), Payload: slot.Payload, Signature: slot.Signature}.Encode()
}

func (d *Device) send(s *session, slot *Slot) []byte {
	if slot.Type == wire.TypeTokens {
		return s.link.Send(wire.Item{Type: wire.TypeTokens, Transfer: slot.RequestHash, Links: besideSlot(slot)})
	}
	item := wire.Item{Type: wire.TypeTransfer, Object: d.object(slot), Certs: d.beside(s, d.certOf(slot))}
	if draws, err := d.drawsOf(slot.Payload); err == nil {
		// What the host has lost is missing: the payee refuses, and signs it.
		links, certs, _ := d.showing(draws)
		if d.parted() {
			tokens, _ := d.issuedBeside(draws)
			links = slices.Concat(tokens, links)
		}
		item.Links, item.Certs = links, append(item.Certs, certs...)
	}
	if d.ecash() {
		item.Links = besideSlot(slot)
	}
	return s.link.Send(item)
}

// Resend takes M2 as a payer and returns a frame for each TRANSFER that is
// pending for the device which M2 authenticates, the oldest first. M2 may carry
// a PEER or a PAY_REQ; nothing is debited. There may be none to send.
func (d *Device) Resend(number int, m2 []byte) ([][]byte, error) {
	if err := d.ready(); err != nil {
		return nil, err
	}
	s := d.sessions[number]
	m2, again, err := d.resumed(s, m2)
	if err != nil {
		return nil, err
	}
	if again != nil {
		return [][]byte{again}, nil
	}
	c := d.context()
	c.session, c.message = s, m2
	if r := d.judge(ProcResend, c); r != nil {
		if question := d.question(c, r); question != nil {
			return [][]byte{question}, nil
		}
		return nil, d.declined(s, m2, r)
	}
	// Several may follow one another: a question about one would cross the next, so
	// each brings its certificate.
	s.peer, s.paid, s.peerFlags = c.Signer().Device(), true, wire.HelloByValue
	var frames [][]byte
	for _, id := range d.pendingFor(s.peer) {
		if err := d.release(id); err != nil {
			return nil, err
		}
		frames = append(frames, d.send(s, d.state.findPending(id)))
		d.parts.Trace(EmitM3)
	}
	return frames, nil
}

func (d *Device) alg(number suite.Suite) int64 {
	scheme, known := suite.Lookup(number)
	if !known {
		return 0
	}
	return scheme.Alg()
}
