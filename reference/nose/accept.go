package nose

import (
	"errors"
	"fmt"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/link"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A Refusal is the payee's no. It is never signed: software could refuse and
// deposit all the same, so that no payer takes its word.
type Refusal struct {
	Requirement spec.ID
	Code        spec.Code
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("nose: refused with %d (%s)", int(r.Code), r.Requirement)
}

// refusalOf turns the errors of wire, cert and link into refusals.
func refusalOf(err error) error {
	var c *cert.Refusal
	var w *wire.Error
	switch {
	case errors.As(err, &c):
		return &Refusal{c.Requirement, c.Code}
	case errors.As(err, &w):
		return &Refusal{spec.ENC03, w.Code}
	}
	return err
}

// A Context is a transfer under judgement.
type Context struct {
	Payee    *Payee
	Transfer wire.Transfer
	Object   wire.Object
	ID       wire.ID
	Nonce    wire.Nonce // opens the payee tag
	Request  *request   // the own one that it answers, nil if there is none
	Path     cert.Path

	by      *request // whose session or capsule brought it
	carried []*cert.Certificate
	failed  *Refusal
}

// Signer returns the payer's certificate; nil before the rule "certificate".
func (c *Context) Signer() *cert.Certificate {
	if len(c.Path.Chain) == 0 {
		return nil
	}
	return c.Path.Leaf()
}

// Accept takes M3 and returns M4, a RECEIPT ACCEPTED. The error is a [*Refusal].
func (n *Payee) Accept(number int, m3 []byte) ([]byte, error) {
	s := n.sessions[number]
	if s == nil {
		return nil, &Refusal{spec.ENC03, spec.EState}
	}
	item, reaction, err := s.link.Receive(m3)
	switch {
	case reaction == link.Repeat:
		return s.link.Last(), nil
	case reaction != link.Deliver:
		return nil, &Refusal{spec.ENC03, spec.ELink}
	case err != nil:
		return nil, refusalOf(err)
	case item.Type != wire.TypeTransfer:
		return nil, &Refusal{spec.ENC06, spec.EType}
	}
	object, _, err := n.take(s.request, item.Object, s.request.nonce, item.Certs)
	if err != nil {
		return nil, err
	}
	return s.link.Send(wire.Item{Type: wire.TypeReceipt, Object: object}), nil
}

// AcceptOneWay takes a capsule and returns the record of a RECEIPT ACCEPTED. The
// error is a [*Refusal].
func (n *Payee) AcceptOneWay(capsule []byte) ([]byte, error) {
	m, err := wire.DecodeCapsule(capsule)
	if err != nil {
		return nil, refusalOf(err)
	}
	for hash, r := range n.requests {
		if !r.static {
			continue
		}
		item, opened, err := r.key.OpenCapsule(hash, m)
		if !opened {
			continue
		}
		if err != nil {
			return nil, refusalOf(err)
		}
		object, certs, err := n.take(r, item.Object, item.Nonce, item.Certs)
		if err != nil {
			return nil, err
		}
		return settlement.Append(nil, settlement.Record{Object: object, Certificates: certs}), nil
	}
	return nil, &Refusal{spec.PAY12, spec.EReqUnknown}
}

// take judges a transfer, keeps it as a claim, and returns the RECEIPT with its
// certificates. What was kept before gets its receipt again.
func (n *Payee) take(by *request, object []byte, nonce wire.Nonce, certs [][]byte) ([]byte, [][]byte, error) {
	c := &Context{Payee: n, Nonce: nonce, by: by, carried: cert.Carried(certs)}
	var err error
	if c.Object, err = wire.DecodeObject(object, wire.TypeTransfer.MaxBytes()); err != nil {
		return nil, nil, refusalOf(err)
	}
	c.Transfer, err = wire.DecodeTransfer(c.Object.Payload)
	m := &c.Transfer
	if err = n.parts.Place.Check(m.Realm, m.Currency, m.Exponent, err); err != nil {
		return nil, nil, refusalOf(err)
	}
	c.ID = c.Object.ID(wire.TypeTransfer)
	c.Request = n.requests[m.RequestHash]
	if c.Request == nil || !n.kept(c.ID) {
		if err := n.judge(c); err != nil {
			return nil, nil, err
		}
		n.keep(c)
	}
	word, path := n.receipt(c)
	return word, path, nil
}

func (n *Payee) judge(c *Context) error {
	for _, rule := range n.parts.Rules {
		c.failed = nil
		switch {
		case rule.Holds(c):
		case c.failed != nil:
			return c.failed
		default:
			return &Refusal{rule.Requirement, rule.Code}
		}
	}
	return nil
}

func (n *Payee) kept(id wire.ID) bool {
	for _, c := range n.claims {
		if c.id == id {
			return true
		}
	}
	return false
}

// receipt says that the claim is kept.
func (n *Payee) receipt(c *Context) ([]byte, [][]byte) {
	number := c.Request.suite
	m := wire.Receipt{
		Version: wire.V1, Realm: n.parts.Place.Realm, Suite: number, Cert: n.certs[number].ID,
		RequestHash: c.Request.hash, TransferHash: c.ID, Status: wire.ReceiptAccepted,
	}
	return n.sign(number, wire.TypeReceipt, m.Encode()).Encode(), n.ownPath(number)
}
