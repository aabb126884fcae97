package device

import (
	"slices"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/provenance"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// Accept takes M3 as a payee and returns M4: the receipt of the TRANSFER, or the
// ACK. A TRANSFER that was credited before gets its receipt again. The error is
// a [*Refusal], with the REFUSED or ABORT as its message, or nvm's.
func (d *Device) Accept(number int, m3 []byte) ([]byte, error) {
	if err := d.ready(); err != nil {
		return nil, err
	}
	s := d.sessions[number]
	if s == nil || s.payer {
		return nil, d.refuse(spec.ENC03, spec.EState)
	}
	item, again, err := d.received(s, m3)
	switch {
	case err != nil:
		return nil, err
	case again != nil && s.refusal != nil:
		return nil, s.refusal
	case again != nil:
		return again, nil
	}
	m4, err := d.accept(s, item)
	s.refusal, _ = err.(*Refusal)
	return m4, err
}

// accept answers an item that has opened.
func (d *Device) accept(s *session, item wire.Item) ([]byte, error) {
	switch {
	case item.Type == wire.TypeCertGet:
		return d.certsFor(s, item.IDs)
	case item.Type == wire.TypeTokens && d.ecash():
		return d.acceptTokens(s, item)
	case s.asked != nil:
		if err := d.answered(s, item); err != nil {
			return nil, err
		}
		item = s.held
	case item.Type == wire.TypeTransfer:
		s.held, s.questions, s.got = item, 0, nil
	default:
		return nil, d.abort(d.refuse(spec.ENC06, spec.EType), s.link)
	}
	if len(item.Links) > 0 && !d.besides() { // the list is empty under REISSUE
		return nil, d.abort(d.refuse(spec.ENC02, spec.EField), s.link)
	}
	item.Certs = slices.Concat(item.Certs, s.got)
	v, err := d.deliver(item, s)
	if err != nil {
		return nil, err
	}
	if v.refusal != nil && v.receipt == nil {
		if question := d.ask(s, v.refusal, v.missing); question != nil {
			return question, nil
		}
	}
	switch {
	case v.refusal != nil && v.receipt == nil:
		return nil, d.abort(v.refusal, s.link)
	case v.refusal != nil:
		v.refusal.Message = s.link.Send(wire.Item{Type: wire.TypeReceipt, Object: v.receipt})
		return nil, v.refusal
	case v.ack:
		d.parts.Trace(EmitAck)
		return s.link.Send(wire.Item{Type: wire.TypeAck, Transfer: v.id}), nil
	}
	return s.link.Send(wire.Item{Type: wire.TypeReceipt, Object: v.receipt}), nil
}

// Deliver takes a TRANSFER by any other channel, such as the ledger's mailbox,
// and returns the encoded RECEIPT. The error is a [*Refusal], whose message is
// the encoded REFUSED when there is one, or nvm's.
func (d *Device) Deliver(object []byte, certs [][]byte) ([]byte, error) {
	return d.DeliverLinked(object, certs, nil)
}

// DeliverLinked is [Device.Deliver] with the links of CHAIN provenance.
func (d *Device) DeliverLinked(object []byte, certs [][]byte, links []wire.Link) ([]byte, error) {
	if err := d.ready(); err != nil {
		return nil, err
	}
	v, err := d.deliver(wire.Item{Object: object, Certs: certs, Links: links}, nil)
	switch {
	case err != nil:
		return nil, err
	case v.refusal != nil:
		v.refusal.Message = v.receipt
		return nil, v.refusal
	}
	return v.receipt, nil
}

// A verdict is what became of a TRANSFER.
type verdict struct {
	id      wire.ID
	receipt []byte // encoded RECEIPT
	ack     bool   // an ACK does, in place of the receipt
	refusal *Refusal
	missing wire.ID // what the path lacks, when that is the refusal
}

func (d *Device) deliver(item wire.Item, s *session) (verdict, error) {
	c := d.context()
	c.links = item.Links
	if err := c.readTransfer(item.Object, item.Certs); err != nil {
		err = d.refusalOf(err)
		if r, ok := err.(*Refusal); ok {
			return verdict{refusal: r}, nil
		}
		return verdict{}, err
	}
	v := verdict{id: c.ID}
	if status := d.settled(c); status != 0 {
		return d.settle(c, v, status)
	}
	r := d.judge(ProcTransfer, c)
	switch {
	case r == nil:
		return d.credit(c, v, s)
	case c.mayRefund(r.Code):
		if err := d.commit(StepQ4, func(next *State) { d.closeRefused(next, c) }); err != nil {
			return v, err
		}
		v.refusal = r
		v.receipt = d.receipt(c, wire.ReceiptRefused, r.Code)
		return v, nil
	}
	v.refusal = r
	v.missing = c.missing()
	return v, nil
}

func (c *Context) readTransfer(object []byte, certs [][]byte) error {
	o, err := wire.DecodeObject(object, wire.TypeTransfer.MaxBytes())
	if err != nil {
		return err
	}
	decode := c.d.parts.DecodeTransfer
	if c.d.inputs() {
		decode = wire.DecodeChained
	}
	m, err := decode(o.Payload)
	if err = c.Config.Place.Check(m.Realm, m.Currency, m.Exponent, err); err != nil {
		return err
	}
	c.Transfer, c.Amount = m, m.Amount
	c.signed(o, wire.TypeTransfer, m.Suite, m.Cert, m.Epoch)
	c.usage = wire.UsePay
	c.Open = c.State.findRequest(m.Request)
	c.carry(certs)
	if c.d.parted() && c.d.chained() {
		c.links, c.shown = provenance.Split(m.Fragments, c.links)
	}
	return nil
}

// settled reports that the TRANSFER has its final answer already: it is in the
// ring, or its number is below the mark and the host brings the stub.
func (d *Device) settled(c *Context) uint64 {
	number := c.Transfer.Request
	if credit := d.state.findCredit(number); credit != nil && credit.Transfer == c.ID {
		return wire.ReceiptAccepted
	}
	if number > d.state.LowWater {
		return 0
	}
	stub, ok := d.stub(number)
	switch {
	case ok && stub.credited && stub.transfer == c.ID:
		return wire.ReceiptAccepted
	case ok && !stub.credited && tagOpens(c) && c.signedByDevice():
		return wire.ReceiptRefused
	}
	return 0
}

// settle says again what was final before. Nothing is written.
func (d *Device) settle(c *Context, v verdict, status uint64) (verdict, error) {
	if status == wire.ReceiptRefused {
		v.refusal = d.refuse(spec.PAY05, spec.EReqClosed)
		v.receipt = d.receipt(c, status, spec.EReqClosed)
		return v, nil
	}
	v.receipt = d.receipt(c, status, 0)
	return v, nil
}

// credit is Q2.
func (d *Device) credit(c *Context, v verdict, s *session) (verdict, error) {
	m := &c.Transfer
	v.ack = s != nil && c.Open != nil && c.Open.Ack && s.request == m.Request
	next := d.state.clone()
	for i, r := range next.Requests {
		if r.Open && r.Number == m.Request {
			next.Requests[i] = Request{}
		}
	}
	d.take(next, c.ID, m)
	next.Ring = append(next.Ring, Credit{
		Request: m.Request, Transfer: c.ID, Payer: c.Signer().Device(), Counter: m.Counter,
		Suite: m.Suite, Log: next.LogNumber + 1,
	})
	slices.SortFunc(next.Ring, func(a, b Credit) int { return int(a.Request) - int(b.Request) })
	if err := d.enter(next, wire.LogReceive, c.ID, m.Amount, m.Request); err != nil {
		return v, err
	}
	if c.chain != nil {
		d.keepLinks(c)
	}
	d.keepIssued(c)
	if d.ecash() {
		d.keepTokens(next, c)
	}
	if err := d.install(StepQ2, next); err != nil {
		return v, err
	}
	if d.ecash() { // the record with its tokens is there
		if !v.ack {
			v.receipt = d.receipt(c, wire.ReceiptAccepted, 0)
		}
		return v, nil
	}
	d.keepRecord(c.ID, c.Object.Encode(), c.Path, settlement.Opening{
		Payee: d.state.DID, Nonce: wire.RequestNonce(d.state.RequestKey, m.Request),
	})
	if !v.ack {
		v.receipt = d.receipt(c, wire.ReceiptAccepted, 0)
	}
	return v, nil
}

// lotsIn is what a TRANSFER brings, by hop.
func (d *Device) lotsIn(m *wire.Transfer) []wire.Lot {
	if d.inputs() {
		return lotsOf(m.Inputs)
	}
	return m.Lots
}

// take adds what the TRANSFER with the id brings. What may not be paid on is held:
// under CHAIN by the payer's rule "hop", since a link says which hop it has.
func (d *Device) take(next *State, id wire.ID, m *wire.Transfer) {
	if d.parted() {
		d.takeParts(next, id, m)
		m = &wire.Transfer{Amount: m.Amount}
	}
	for _, l := range d.lotsIn(m) {
		hop := min(l.Hop, wire.MaxHop)
		if !d.maySpendOn() && !d.chained() {
			hop = max(hop, min(d.policy.Provenance.MaxHops, wire.MaxHop))
		}
		if d.ecash() {
			hop = d.heldHop()
		}
		d.bring(next, id, hop, l.Amount)
		next.Sync.Since[hop] += l.Amount
	}
	next.Totals.In += m.Amount
	next.Used.Received += m.Amount
	next.RevsetCount++
}

// maySpendOn reports whether what is received may be paid on: the policy says so
// for all, and the own certificate for this device.
func (d *Device) maySpendOn() bool {
	own := d.ownCertificate()
	return d.policy.Respend != 0 && own != nil && own.Uses(wire.UseRespend)
}

// closeRefused is Q4 before a REFUSED is signed. The entry uses the reserve; it
// is left out when even that is full, for the refund does not depend on it.
func (d *Device) closeRefused(next *State, c *Context) {
	for i, r := range next.Requests {
		if r.Open && r.Number == c.Transfer.Request {
			next.Requests[i] = Request{}
		}
	}
	logged := slices.ContainsFunc(next.Log, func(e wire.LogEntry) bool {
		return e.Kind == wire.LogClose && e.X == c.Transfer.Request
	})
	if !logged && recoveryRoom(&Context{State: next, Config: &d.cfg}) {
		d.enterSalted(next, wire.LogClose, c.ID, 0, c.Transfer.Request, d.salt(c.ID))
	}
}

// receipt signs the final word on a TRANSFER, after it is durable.
func (d *Device) receipt(c *Context, status uint64, why spec.Code) []byte {
	number := c.Suite
	if d.certs[number] == nil {
		number = d.highestSuite()
	}
	m := wire.Receipt{
		Version: wire.V1, Realm: d.cfg.Place.Realm, Suite: number, Cert: d.certs[number].ID,
		RequestHash: c.Transfer.RequestHash, TransferHash: c.ID, Status: status, Why: uint64(why),
	}
	if status == wire.ReceiptRefused {
		d.parts.Trace(EmitRefused)
	} else {
		m.Why = 0
		d.parts.Trace(EmitReceipt)
	}
	return d.sign(number, wire.TypeReceipt, m.Encode()).Encode()
}

// maxParsed bounds the certificates that are kept parsed.
const maxParsed = 32

// parse reads a certificate, or finds it read.
func (d *Device) parse(b []byte) (*cert.Certificate, error) { return d.parts.Certificates.Parse(b) }
