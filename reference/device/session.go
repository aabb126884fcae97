package device

import (
	"bytes"
	"crypto/sha256"
	"errors"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/link"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A session is one run with one peer. It lives in RAM. Sessions are numbered by
// the caller, one for each interface: starting or requesting again under a
// number drops the session before.
type session struct {
	payer     bool
	ephemeral *link.Ephemeral
	helloRaw  []byte
	hello     wire.Hello
	expect    money.Amount // what the user means to pay, 0 when the request tells
	link      *link.Link
	opening   []byte // the M2 that the link is of
	item      wire.Item
	refused   [][32]byte // M2s that were answered with an ABORT
	paid      bool
	peer      wire.DID // whom the payer authenticated
	answer    []byte   // the payee's M2
	request   uint64   // the payee's request number, 0 when armed to finish
	demand    Demand
	refusal   *Refusal          // the payee's last answer, when it was one
	peerFlags uint64            // of the peer's HELLO or CAPS
	shown     *cert.Certificate // that the last own object was signed under
	asked     []wire.ID         // of the CERT_GET that has no answer yet
	questions int               // CERT_GETs about the object at hand
	got       [][]byte          // certificates that answered them
	held      wire.Item         // the TRANSFER that the payee has asked about
	outcome   Outcome           // of the payer's last M4
	errand    wire.ID           // what a payee takes home before its receipt
	deposit   wire.ID           // and the DEPOSIT that does
}

// open makes the link that an M2 asks for, or finds it made.
func (s *session) open(m2 []byte) error {
	if s.link != nil && bytes.Equal(s.opening, m2) {
		return nil
	}
	m, err := wire.DecodeOpening(m2)
	if err != nil {
		return err
	}
	l, item, err := link.NewPayer(s.ephemeral, s.helloRaw, m)
	if err != nil {
		return err
	}
	s.link, s.item, s.opening = l, item, bytes.Clone(m2)
	return nil
}

// aborted reports whether an ABORT already left under the link of this M2.
func (s *session) aborted(m2 []byte) bool {
	digest := sha256.Sum256(m2)
	for _, d := range s.refused {
		if d == digest {
			return true
		}
	}
	return false
}

// carry parses the certificates beside an object.
func (c *Context) carry(encoded [][]byte) {
	c.carried = nil
	for _, b := range encoded {
		if parsed, err := c.d.parse(b); err == nil {
			c.carried = append(c.carried, parsed)
		}
	}
}

// abort completes a refusal with the ABORT that tells the peer, under the link
// if there is one.
func (d *Device) abort(r *Refusal, l *link.Link) *Refusal {
	item := wire.Item{Type: wire.TypeAbort, Why: r.Code}
	if l != nil {
		r.Message = l.Send(item)
	} else {
		r.Message = item.Encode()
	}
	d.parts.Trace(EmitAbort)
	return r
}

// received takes the next frame of a session. With neither item nor error the
// answer is to be sent again as it is.
func (d *Device) received(s *session, frame []byte) (item wire.Item, again []byte, err error) {
	item, reaction, err := s.link.Receive(frame)
	switch reaction {
	case link.Repeat:
		return wire.Item{}, s.link.Last(), nil
	case link.Drop, link.End:
		return wire.Item{}, nil, d.refuse(spec.ENC03, spec.ELink)
	case link.Deliver:
	}
	if err != nil {
		err = d.refusalOf(err)
		var r *Refusal
		if errors.As(err, &r) {
			return wire.Item{}, nil, d.abort(r, s.link)
		}
		return wire.Item{}, nil, err
	}
	if item.Type == wire.TypeAbort {
		s.asked = nil
		return wire.Item{}, nil, d.refuse(requirementOf(item.Why), item.Why)
	}
	return item, nil, nil
}

// Start opens a session as payer and returns M1, a HELLO. amount is what the
// user means to pay, 0 to take what is asked.
func (d *Device) Start(number int, amount money.Amount) ([]byte, error) {
	if d.broken != nil {
		return nil, d.broken
	}
	if r := d.judge(ProcStart, d.context()); r != nil {
		return nil, r
	}
	offer := d.offer()
	e, err := link.NewEphemeralFor(link.HighestKEM(offer.KEMs), d.parts.Rand)
	if err != nil {
		return nil, d.refusalOf(err)
	}
	nonce, err := d.nonce()
	if err != nil {
		return nil, err
	}
	hello := wire.Hello{
		Version: wire.V1, Realm: d.cfg.Place.Realm, Nonce: nonce, Versions: offer.Versions,
		Suites: offer.Suites, KEMs: offer.KEMs, KEM: e.KEM(), KEMKey: e.Public(), MTU: d.cfg.MTU,
		Flags: d.linkFlags(), Extra: d.parts.Members(wire.TypeHello, d.state, amount),
	}
	s := &session{payer: true, ephemeral: e, hello: hello, helloRaw: hello.Encode(), expect: amount}
	d.sessions[number] = s
	d.parts.Trace(EmitM1)
	return s.helloRaw, nil
}

// CloseSession forgets a session. Nothing durable changes.
func (d *Device) CloseSession(number int) { delete(d.sessions, number) }

// Cancel ends a session that has moved no value: the payee's open requests of
// that number are closed, the payer's session is dropped. What is paid stays
// pending. An error is nvm's.
func (d *Device) Cancel(number int) error {
	if d.broken != nil {
		return d.broken
	}
	d.CloseSession(number)
	open := false
	for _, r := range d.state.Requests {
		open = open || r.Open && r.Session == uint64(number)
	}
	if !open {
		return nil
	}
	return d.commit(StepQ4, func(s *State) {
		for i, r := range s.Requests {
			if r.Open && r.Session == uint64(number) {
				s.Requests[i] = Request{}
			}
		}
	})
}
