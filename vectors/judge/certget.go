package judge

import (
	"bytes"

	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/link"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
)

// certGet is a CERT_GET at a payee, inside a session whose other end is here.
func certGet(c *call) error {
	item, err := wire.DecodeItem(c.input("item"))
	if err != nil {
		return err
	}
	d, s := c.device(&draw{})
	if c.fault != nil {
		return c.fault
	}
	c.lifecycle(d, s)
	l, err := c.session(d)
	if err != nil {
		c.fail("a session: %w", err)
		return c.fault
	}
	frame, err := d.Accept(0, l.Send(item))
	if err != nil {
		return err
	}
	answer, _, err := l.Receive(frame)
	if err != nil {
		c.fail("the answer: %w", err)
		return c.fault
	}
	c.set("certs", answer.Encode())
	return nil
}

// session opens a session with a device as payee and returns the payer's end.
func (c *call) session(d *device.Device) (*link.Link, error) {
	e, err := link.NewEphemeral(bytes.NewReader(make([]byte, 32)))
	if err != nil {
		return nil, err
	}
	hello := wire.Hello{
		Version: wire.V1, Realm: c.place(c.file.Device(c.vector.Device).Realm, 0, 0).Realm, Nonce: wire.Nonce{1}, Versions: []uint64{wire.V1},
		Suites: []suite.Suite{suite.Ed25519}, KEMs: []wire.KEM{wire.KEMX25519}, KEM: wire.KEMX25519, KEMKey: e.Public(), MTU: 2048,
	}.Encode()
	m2, err := d.Request(0, hello, device.Demand{Amount: 1})
	if err != nil {
		return nil, err
	}
	opening, err := wire.DecodeOpening(m2)
	if err != nil {
		return nil, err
	}
	l, _, err := link.NewPayer(e, hello, opening)
	return l, err
}
