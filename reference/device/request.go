package device

import (
	"bytes"
	"unicode/utf8"

	"github.com/assay-cbdc/assay/reference/link"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A Demand is what a payee asks for.
type Demand struct {
	Amount    money.Amount
	Label     string // at most 40 bytes of UTF-8
	Reference []byte // at most 32 bytes
}

func (d Demand) equal(o Demand) bool {
	return d.Amount == o.Amount && d.Label == o.Label && bytes.Equal(d.Reference, o.Reference)
}

// answers reports whether the session is the payee's answer to this M1.
func (s *session) answers(m1 []byte) bool {
	return s != nil && !s.payer && bytes.Equal(s.helloRaw, m1)
}

// Request answers M1 as a payee and returns M2, which carries a PAY_REQ. What
// could not be credited is not asked for. The error is a [*Refusal] or nvm's.
func (d *Device) Request(number int, m1 []byte, demand Demand) ([]byte, error) {
	if err := d.ready(); err != nil {
		return nil, err
	}
	if s := d.sessions[number]; s.answers(m1) && s.request != 0 && s.demand.equal(demand) {
		return s.answer, nil // the same bytes again get the same answer
	}
	c := d.context()
	c.message, c.Amount = m1, demand.Amount
	if r := d.judge(ProcRequest, c); r != nil {
		return nil, d.abort(r, nil)
	}
	if len(demand.Label) > 40 || !utf8.ValidString(demand.Label) || len(demand.Reference) > 32 {
		return nil, d.refuse(spec.ENC02, spec.EField)
	}
	s, err := d.answerHello(c, m1)
	if err != nil {
		return nil, err
	}
	m := d.payReq(c, s, demand)
	payload := m.Encode()
	s.request, s.demand = m.Request, demand
	hash := wire.Object{Alg: d.alg(m.Suite), Payload: payload}.ID(wire.TypePayReq)
	if err := d.commit(StepQ1, func(next *State) { next.arm(uint64(number), m, hash) }); err != nil {
		return nil, err
	}
	object := d.sign(m.Suite, wire.TypePayReq, payload)
	s.answer = s.link.Send(wire.Item{Type: wire.TypePayReq, Object: object.Encode(), Certs: d.beside(s, d.certs[m.Suite])})
	d.sessions[number] = s
	d.parts.Trace(EmitM2)
	return s.answer, nil
}

// RequestFinish answers M1 as a payee that is armed to finish what is pending:
// M2 carries a PEER and nothing is promised.
func (d *Device) RequestFinish(number int, m1 []byte) ([]byte, error) {
	if err := d.ready(); err != nil {
		return nil, err
	}
	if s := d.sessions[number]; s.answers(m1) && s.request == 0 {
		return s.answer, nil
	}
	c := d.context()
	c.message = m1
	if r := d.judge(ProcFinish, c); r != nil {
		return nil, d.abort(r, nil)
	}
	s, err := d.answerHello(c, m1)
	if err != nil {
		return nil, err
	}
	nonce, err := d.nonce()
	if err != nil {
		return nil, err
	}
	m := wire.Peer{Version: wire.V1, Realm: d.cfg.Place.Realm, Suite: c.Caps.Suite,
		Transcript: s.link.Transcript(), Nonce: nonce, Cert: d.certs[c.Caps.Suite].ID}
	object := d.sign(m.Suite, wire.TypePeer, m.Encode())
	s.answer = s.link.Send(wire.Item{Type: wire.TypePeer, Object: object.Encode(), Certs: d.beside(s, d.certs[m.Suite])})
	d.sessions[number] = s
	d.parts.Trace(EmitM2)
	return s.answer, nil
}

// answerHello makes the payee's end of the link.
func (d *Device) answerHello(c *Context, m1 []byte) (*session, error) {
	nonce, err := d.nonce()
	if err != nil {
		return nil, err
	}
	c.Caps.Nonce, c.Caps.Extra = nonce, d.parts.Members(wire.TypeCaps, d.state, c.Amount)
	l, err := link.NewPayeeFor(c.Hello.KEM, d.parts.Rand, m1, c.Caps.Encode(), c.Hello.KEMKey)
	if err != nil {
		if r, ok := d.refusalOf(err).(*Refusal); ok {
			return nil, d.abort(r, nil)
		}
		return nil, err
	}
	return &session{helloRaw: bytes.Clone(m1), hello: c.Hello, link: l, peerFlags: c.Hello.Flags}, nil
}

func (d *Device) payReq(c *Context, s *session, demand Demand) wire.PayReq {
	m := wire.PayReq{
		Version: wire.V1, Realm: d.cfg.Place.Realm, Suite: c.Caps.Suite, Currency: d.cfg.Place.Currency,
		Exponent: d.cfg.Place.Exponent, Amount: demand.Amount, Transcript: s.link.Transcript(),
		Nonce:   wire.RequestNonce(d.state.RequestKey, d.state.NextRequest),
		Cert:    d.certs[c.Caps.Suite].ID,
		Request: d.state.NextRequest, PolicyVersion: d.policy.PolicyVersion,
		RevocationVersion: d.revocationVersion(), Epoch: d.state.Epoch, Flags: wire.PayReqSE,
		Family: d.cfg.Place.Spoken(), MaxHop: hopLimit(c, wire.MaxHop),
		Reference: demand.Reference, Label: demand.Label,
	}
	if d.policy.ReceiptMode == wire.ReceiptAck {
		m.Flags |= wire.PayReqAck
	}
	return m
}

func (d *Device) revocationVersion() uint64 {
	if d.revoked == nil {
		return 0
	}
	return d.revoked.Version
}

// arm is Q1. When no slot is free the oldest request is closed in the same step.
func (s *State) arm(session uint64, m wire.PayReq, hash wire.ID) {
	slot := 0
	for i, r := range s.Requests {
		if !r.Open {
			slot = i
			break
		}
		if r.Number < s.Requests[slot].Number {
			slot = i
		}
	}
	s.Requests[slot] = Request{
		Open: true, Session: session, Number: m.Request, Nonce: m.Nonce, Amount: m.Amount, Hash: hash,
		Suite: m.Suite, MaxHop: m.MaxHop, Ack: m.Flags&wire.PayReqAck != 0,
	}
	s.NextRequest++
}
