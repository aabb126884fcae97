package judge

import (
	"bytes"

	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/link"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/vectors"
)

// log fills the log of a device that remembers all of it.
func (c *call) log(next *device.State, s *vectors.Device) {
	for _, text := range s.Log {
		e, err := wire.DecodeLogEntry(c.hex(text))
		if err != nil {
			c.fail("log: %w", err)
			return
		}
		next.Log = append(next.Log, e)
		next.LogHead = wire.LogNext(next.LogHead, e.Number, e.Digest())
		t := &next.Totals
		switch e.Kind {
		case wire.LogFund:
			t.Funded += e.Amount
		case wire.LogReceive:
			t.In += e.Amount
		case wire.LogPay:
			t.Out += e.Amount
		default:
			c.fail("log: an entry of kind %d", e.Kind)
		}
	}
}

// debit fills a slot with what it sends.
func (c *call) debit(slot *device.Slot, name string, place uint64) {
	o, err := wire.DecodeObject(c.object(name), wire.TypeTransfer.MaxBytes())
	if err != nil {
		c.fail("%s: %w", name, err)
		return
	}
	m, err := wire.DecodeTransfer(o.Payload)
	if err != nil {
		c.fail("%s: %w", name, err)
	}
	slot.Suite, slot.Cert, slot.Payload, slot.Signature, slot.LogNumber = m.Suite, m.Cert, o.Payload, o.Signature, place+1
}

// resend is M2 at a payer that is to send again what is pending.
func resend(c *call) error {
	d := c.opened()
	if c.fault != nil {
		return c.fault
	}
	frames, err := d.Resend(0, c.input("m2"))
	if err != nil {
		return err
	}
	if c.vector.Kind == "resend" {
		c.signed(wire.TypePeer, c.input("peer"))
	} else {
		c.signed(wire.TypePayReq, c.input("pay_req"))
	}
	c.setNumber("sent", uint64(len(frames)))
	c.setNumber("balance", uint64(d.State().Lots.Sum()))
	return c.arrived(frames)
}

// arrived opens the frames as the payee does.
func (c *call) arrived(frames [][]byte) error {
	payee, err := link.NewPayeeFor(c.kem(), bytes.NewReader(c.input("eseed")), c.input("hello"), c.input("caps"), c.helloKey())
	if err != nil {
		return err
	}
	for i, frame := range frames {
		item, reaction, err := payee.Receive(frame)
		if reaction != link.Deliver || err != nil || item.Type != wire.TypeTransfer {
			c.fail("frame %d holds no TRANSFER: %w", i, err)
			return c.fault
		}
		c.set("transfer_"+string(rune('1'+i)), item.Object)
	}
	return nil
}

func (c *call) helloKey() []byte {
	m, err := wire.DecodeHello(c.input("hello"))
	if err != nil {
		c.fail("HELLO: %w", err)
	}
	return m.KEMKey
}

// report is a SYNC_CHAL at a device.
func report(c *call, d *device.Device) error {
	r, err := d.SyncReport(c.input("object"))
	if err == nil {
		c.answer("sync_payload", r.Sync)
	}
	return err
}
