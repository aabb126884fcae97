package judge

import (
	"bytes"

	"github.com/assay-cbdc/assay/reference/link"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// session makes both ends of a link from the published seeds and reproduces the
// frames of M2, M3 and M4.
func session(c *call) error {
	payer, payee, first, err := c.link()
	if err != nil {
		return err
	}
	if c.fault != nil {
		return c.fault
	}
	c.set("m2", payee.Last())
	c.set("first_item", first.Encode())
	th := payer.Transcript()
	c.set("transcript", th[:])
	m3 := payer.Send(wire.Item{Type: wire.TypeTransfer, Object: c.input("transfer"), Certs: c.carried()})
	c.set("m3", m3)
	if _, reaction, err := payee.Receive(m3); reaction != link.Deliver || err != nil {
		c.fail("M3 does not open")
		return c.fault
	}
	c.set("m4", payee.Send(wire.Item{Type: wire.TypeReceipt, Object: c.input("receipt")}))
	return nil
}

// link opens a session up to M2.
func (c *call) link() (payer, payee *link.Link, first wire.Item, err error) {
	hello, caps := c.input("hello"), c.input("caps")
	m, err := wire.DecodeHello(hello)
	if err != nil {
		return nil, nil, first, err
	}
	chosen, err := wire.DecodeCaps(caps)
	if err != nil {
		return nil, nil, first, err
	}
	if m.Version != wire.V1 || chosen.Version != wire.V1 {
		return nil, nil, first, &wire.Error{Code: spec.EVersion, Key: 1, What: "version"}
	}
	if err := link.CheckCaps(m, chosen); err != nil {
		return nil, nil, first, err
	}
	e, err := link.NewEphemeralFor(m.KEM, bytes.NewReader(c.input("ikm")))
	if err != nil {
		c.fail("ikm: %w", err)
		return nil, nil, first, c.fault
	}
	if payee, err = link.NewPayeeFor(m.KEM, bytes.NewReader(c.input("eseed")), hello, caps, m.KEMKey); err != nil {
		return nil, nil, first, err
	}
	item := wire.Item{Type: wire.TypePayReq, Object: c.input("pay_req")}
	opening, err := wire.DecodeOpening(payee.Send(item))
	if err != nil {
		return nil, nil, first, err
	}
	payer, first, err = link.NewPayer(e, hello, opening)
	return payer, payee, first, err
}

// frame is one sealed M2 that the payer opens.
func frame(c *call) error {
	m, err := wire.DecodeHello(c.input("hello"))
	if err != nil {
		return err
	}
	e, err := link.NewEphemeralFor(m.KEM, bytes.NewReader(c.input("ikm")))
	if err != nil {
		c.fail("ikm: %w", err)
		return c.fault
	}
	opening, err := wire.DecodeOpening(c.input("m2"))
	if err != nil {
		return err
	}
	_, item, err := link.NewPayer(e, c.input("hello"), opening)
	if err != nil {
		return err
	}
	c.set("item", item.Encode())
	return nil
}
