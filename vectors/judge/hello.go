package judge

import (
	"bytes"
	"io"

	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/link"
	"github.com/assay-cbdc/assay/reference/wire"
)

// hello is M1 at a payee, which draws what is published, up to its M2.
func hello(c *call) error {
	random := &draw{}
	d, s := c.device(random)
	if c.fault != nil {
		return c.fault
	}
	c.lifecycle(d, s)
	random.Reader = io.MultiReader(bytes.NewReader(c.input("caps_nonce")), bytes.NewReader(c.input("eseed")),
		bytes.NewReader(c.input("peer_nonce")), endless{})
	m2, err := answer(c, d)
	if err != nil {
		return err
	}
	for _, r := range d.State().Requests {
		if r.Open && r.Number == s.NextRequest {
			c.set("pay_req_id", r.Hash[:])
		}
	}
	return c.looked(m2)
}

func answer(c *call, d *device.Device) ([]byte, error) {
	if c.vector.Kind == "hello-finish" {
		return d.RequestFinish(0, c.input("hello"))
	}
	return d.Request(0, c.input("hello"), device.Demand{Amount: c.amount(c.vector.Context["amount"])})
}

// looked publishes what M2 says in clear, and opens it where the key in HELLO is
// that of ikm.
func (c *call) looked(m2 []byte) error {
	opening, err := wire.DecodeOpening(m2)
	if err != nil {
		return err
	}
	th := wire.TranscriptHash(c.input("hello"), opening.Caps, opening.Enc)
	c.set("caps", opening.Caps)
	c.set("transcript", th[:])
	e, err := link.NewEphemeralFor(c.kem(), bytes.NewReader(c.input("ikm")))
	if err != nil {
		c.fail("ikm: %w", err)
		return c.fault
	}
	if !bytes.Equal(e.Public(), c.helloKey()) {
		return nil
	}
	_, item, err := link.NewPayer(e, c.input("hello"), opening)
	if err != nil {
		return err
	}
	o, err := wire.DecodeObject(item.Object, item.Type.MaxBytes())
	if err != nil {
		return err
	}
	c.set(map[wire.Type]string{wire.TypePeer: "peer_payload", wire.TypePayReq: "pay_req_payload"}[item.Type], o.Payload)
	return nil
}

// kem is that of the HELLO.
func (c *call) kem() wire.KEM {
	m, err := wire.DecodeHello(c.input("hello"))
	if err != nil {
		c.fail("HELLO: %w", err)
	}
	return m.KEM
}
