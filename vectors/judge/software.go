package judge

import (
	"bytes"
	"io"

	"github.com/assay-cbdc/assay/reference/link"
	"github.com/assay-cbdc/assay/reference/nose"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/vectors"
)

// software is a one-way TRANSFER at a payee in software that has made the
// published request anew.
func software(c *call) error {
	s := c.file.Device(c.vector.Device)
	if s == nil || len(s.Statics) != 1 {
		c.fail("no state of software %q", c.vector.Device)
		return c.fault
	}
	request, err := wire.DecodeObject(c.object("request"), wire.TypeStaticReq.MaxBytes())
	if err != nil {
		c.fail("request: %w", err)
		return c.fault
	}
	m, err := wire.DecodeStaticReq(request.Payload)
	if err != nil {
		c.fail("request: %w", err)
		return c.fault
	}
	n := c.payee(s, m)
	if c.fault != nil {
		return c.fault
	}
	send := func(item wire.OneWay) ([]byte, error) {
		capsule, err := link.SealCapsule(endless{}, m.KEM, m.KEMKey, request.ID(wire.TypeStaticReq), item)
		if err != nil {
			c.fail("capsule: %w", err)
			return nil, err
		}
		return n.AcceptOneWay(capsule)
	}
	for _, l := range s.Statics[0].Listed {
		if _, err := send(c.earlier(l)); err != nil {
			c.fail("what was kept: %w", err)
		}
	}
	if s.Policy != "policy" {
		if err := n.ApplyPolicy(c.object(s.Policy)); err != nil {
			c.fail("later policy: %w", err)
		}
	}
	record, err := send(wire.OneWay{
		Object: c.input("object"), Nonce: c.nonce(c.vector.Input["payer_nonce"]), Certs: c.carried(),
	})
	if c.fault != nil || err != nil {
		return err
	}
	receipt, err := settlement.Parse(record)
	if err != nil {
		return err
	}
	c.answer("receipt_payload", receipt.Object)
	c.signed(wire.TypeTransfer, c.input("object"))
	return nil
}

// payee makes the software with its keys, documents and request.
func (c *call) payee(s *vectors.Device, m wire.StaticReq) *nose.Payee {
	var seeds []io.Reader
	var numbers []suite.Suite
	p := nose.Provisioning{Root: c.object(s.Roots[0]), Issuers: c.objects(s.Issuers), Policy: c.object("policy")}
	for _, own := range s.Own {
		k := c.file.Key(own.Key)
		if k == nil {
			c.fail("no key %q", own.Key)
			return nil
		}
		seeds = append(seeds, bytes.NewReader(c.hex(k.Seed)))
		numbers = append(numbers, suite.Suite(k.Suite))
		p.Certs = append(p.Certs, c.object(own.Certificate))
	}
	seeds = append(seeds, bytes.NewReader(m.Nonce[:]), bytes.NewReader(c.object("request-ikm")))
	n, err := nose.New(nose.Parts{
		Place: c.place(s.Realm, s.Currency, s.Exponent), Env: s.Env, Rand: io.MultiReader(seeds...), Rules: c.judge.Software,
	}, numbers...)
	if err == nil {
		err = n.Provision(p)
	}
	if err == nil {
		err = n.ApplyRevocations(c.object(s.Revset))
	}
	if err != nil {
		c.fail("software: %w", err)
		return nil
	}
	object, _, err := n.Static(nose.Demand{Amount: m.Amount, Label: m.Label, Reference: m.Reference}, m.Expiry, m.Max)
	if err != nil || !bytes.Equal(object, c.object("request")) {
		c.fail("the software makes another request: %x, %w", object, err)
	}
	return n
}

// earlier finds the object whose TRANSFER a list names.
func (c *call) earlier(l vectors.Listed) wire.OneWay {
	want := c.id(l.Transfer)
	for _, o := range c.file.Objects {
		item, err := wire.DecodeOneWay(c.hex(o.Bytes))
		if err != nil {
			continue
		}
		object, err := wire.DecodeObject(item.Object, wire.TypeTransfer.MaxBytes())
		if err == nil && object.ID(wire.TypeTransfer) == want {
			return item
		}
	}
	c.fail("no object has the transfer %s", l.Transfer)
	return wire.OneWay{}
}
