package judge

import (
	"bytes"
	"io"

	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/ledger"
	"github.com/assay-cbdc/assay/reference/link"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

// statics fills the static requests of a payee, and marks the claims of a payer.
func (c *call) statics(next *device.State, s *vectors.Device) {
	for _, p := range s.Statics {
		slot := device.Static{Number: p.Number, Amount: c.amount(p.Amount), Hash: c.id(p.Hash), MaxHop: p.MaxHop,
			Expiry: p.Expiry, Max: p.Max}
		for _, l := range p.Listed {
			slot.Entries = append(slot.Entries, device.StaticEntry{
				Transfer: c.id(l.Transfer), Payer: c.did(l.Payer), Counter: l.Counter, Why: l.Why,
			})
		}
		next.Statics.Slots = append(next.Statics.Slots, slot)
	}
	for i, p := range s.Pending {
		if p.Claim {
			next.Slots[i].Flags = wire.TransferClaim
		}
	}
}

// payOneWay is a STATIC_REQ at a payer that draws the published nonce.
func payOneWay(c *call) error {
	random := &draw{}
	d, s := c.device(random)
	if c.fault != nil {
		return c.fault
	}
	random.Reader = io.MultiReader(bytes.NewReader(c.input("payer_nonce")), endless{})
	c.lifecycle(d, s)
	o := device.PayOptions{Verified: c.number("verified") == 1}
	if _, err := d.PayOneWay(c.input("object"), c.carried(), c.amount(c.vector.Context["amount"]), o); err != nil {
		c.setNumber("balance", uint64(d.State().Lots.Sum()))
		return err
	}
	c.signed(wire.TypeStaticReq, c.input("object"))
	slot := d.State().Slots[0]
	id := wire.Object{Alg: c.alg(slot.Suite), Payload: slot.Payload}.ID(wire.TypeTransfer)
	c.set("transfer_payload", slot.Payload)
	c.set("transfer_id", id[:])
	return nil
}

// deliverOneWay is a one-way TRANSFER at its payee.
func deliverOneWay(c *call, d *device.Device) error {
	receipt, err := d.DeliverOneWay(settlement.Record{
		Object: c.input("object"), Certificates: c.carried(),
		Opening: &settlement.Opening{Payee: d.DID(), Nonce: c.nonce(c.vector.Input["payer_nonce"])},
	})
	if err == nil {
		record, err := settlement.Parse(receipt)
		if err != nil {
			return err
		}
		o, err := wire.DecodeObject(record.Object, wire.TypeReceipt.MaxBytes())
		if err != nil {
			return err
		}
		c.set("receipt_payload", o.Payload)
		return nil
	}
	signed := uint64(0)
	if r, ok := err.(*device.Refusal); ok {
		if _, wrong := settlement.Parse(r.Message); wrong == nil {
			signed = 1
		}
	}
	c.setNumber("signed", signed)
	return err
}

// capsule opens what was sealed for a static request, and seals it again.
func capsule(c *call) error {
	m, err := wire.DecodeCapsule(c.input("capsule"))
	if err != nil {
		return err
	}
	kem := wire.KEMX25519
	if number := c.number("kem"); number != 0 {
		kem = wire.KEM(number)
	}
	key, err := link.NewEphemeralFor(kem, bytes.NewReader(c.input("ikm")))
	if err != nil {
		c.fail("ikm: %w", err)
		return c.fault
	}
	request := c.id(c.vector.Input["request"])
	item, opened, err := key.OpenCapsule(request, m)
	switch {
	case !opened:
		return &device.Refusal{Requirement: spec.PAY12, Code: spec.EReqUnknown}
	case err != nil:
		return err
	}
	c.set("item", item.Encode())
	sealed, err := link.SealCapsule(bytes.NewReader(c.input("eseed")), key.KEM(), key.Public(), request, item)
	c.set("capsule", sealed)
	return err
}

// claimed is a TRANSFER that either party brings to the ledger, and for the kind
// unclaimed the ledger's word on it.
func claimed(c *call) error {
	s := c.file.Ledger(c.vector.Ledger)
	if s == nil {
		c.fail("no ledger state %q", c.vector.Ledger)
		return c.fault
	}
	plain := *s
	plain.Before = nil
	l := c.ledger(&plain)
	for _, name := range s.Before {
		if c.fault == nil {
			c.brought(l, c.object(name))
		}
	}
	if c.fault != nil {
		return c.fault
	}
	record := settlement.Append(nil, settlement.Record{Object: c.input("object"), Certificates: c.carried(),
		Opening: &settlement.Opening{Payee: c.did(c.vector.Input["payee"]), Nonce: c.nonce(c.vector.Input["nonce"])}})
	out := l.Upload([][]byte{record})[0]
	if c.vector.Kind == "unclaimed" {
		resolution, err := l.Resolve(out.ID)
		if err != nil {
			return err
		}
		c.answer("resolve_payload", resolution.Resolve)
	} else if out.Err != nil {
		return out.Err
	}
	c.signed(wire.TypeTransfer, c.input("object"))
	c.balance(l)
	return nil
}

// brought takes a record, or lets the ledger say the RESOLVE that it has said.
func (c *call) brought(l *ledger.Ledger, b []byte) {
	if o, err := wire.DecodeObject(b, wire.TypeResolve.MaxBytes()); err == nil {
		m, err := wire.DecodeResolve(o.Payload)
		if err != nil {
			c.fail("resolve: %w", err)
			return
		}
		said, err := l.Resolve(m.TransferHash)
		if err != nil || !bytes.Contains(said.Resolve, o.Payload) {
			c.fail("the ledger does not say this RESOLVE: %v", err)
		}
		return
	}
	l.Upload([][]byte{b})
}
