package check

import (
	"bytes"

	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A badTransfer is a TRANSFER one mutation away from the right one.
type badTransfer struct {
	name  string
	codes []spec.Code
	kit   KitOptions
	// One of these is the mutation, unless the kit is.
	body    func(s *KitPayer, m *wire.Transfer)
	payload func([]byte) []byte                           // before signing
	sign    func(s *KitPayer, payload []byte) wire.Object // in place of the kit's signature
	object  func(*wire.Object)                            // after signing
}

// build makes the TRANSFER and proves that the mutation changed something.
func (b badTransfer) build(s *KitPayer) wire.Object {
	right := s.Transfer(nil)
	m := right
	m.Lots = append([]wire.Lot(nil), right.Lots...)
	if b.body != nil {
		b.body(s, &m)
	}
	payload := m.Encode()
	if b.payload != nil {
		payload = b.payload(payload)
	}
	payload = s.provenance(payload)
	o := s.Sign(wire.TypeTransfer, payload)
	if b.sign != nil {
		o = b.sign(s, payload)
	}
	if b.object != nil {
		o.Signature, o.Payload = bytes.Clone(o.Signature), bytes.Clone(o.Payload)
		b.object(&o)
	}
	twin := s.Sign(wire.TypeTransfer, right.Encode())
	changed := b.body != nil || b.payload != nil || b.sign != nil || b.object != nil
	if changed && bytes.Equal(o.Encode(), twin.Encode()) {
		s.t.harness("the mutation " + b.name + " changed nothing")
	}
	return o
}

// refuses hands a payee each bad transfer in a session of its own, and the
// right one, by an ordinary kit of the same suite, before and after.
func (t *T) refuses(id spec.ID, message string, device DeviceOptions, twin KitOptions, cases []badTransfer) {
	payee := t.DeviceWith(device)
	good := t.Kit(twin)
	paid, _ := good.Meet(payee, 250).Pay()
	t.Control(paid, "the twin of the bad transfers")
	for _, c := range cases {
		s := t.Kit(c.kit).Meet(payee, 250)
		held := payee.Held()
		o := c.build(s)
		a, _ := s.Deliver(o.Encode())
		if a.Done != nil {
			s.Accepted(o)
		}
		t.For(id, message).Expect(a).To(t.Refused(c.codes...), c.name)
		t.For(id, message).Expect(payee.Held()).To(gomega.Equal(held), c.name+": the balance changed")
		payee.do(adapter.Cancel{})
	}
	paid, _ = good.Meet(payee, 250).Pay()
	t.For(id, "after refusals the right transfer is not accepted any more").Expect(paid).To(BeDone())
}

// A badRequest is an M2 one mutation away from the right one.
type badRequest struct {
	name  string
	codes []spec.Code
	kit   KitOptions
	in    Invitation
}

// refusesToPay hands a payer each bad M2, and the right one before and after.
func (t *T) refusesToPay(id spec.ID, message string, device DeviceOptions, twin KitOptions, cases []badRequest) {
	payer := t.DeviceWith(device)
	t.Control(payer.Fund(5000), "funding")
	good := t.Kit(twin)
	pay := func() adapter.Answer {
		s, m2 := good.Invite(payer, 250, Invitation{})
		a := s.Take(m2)
		if a.Done != nil {
			a = payer.do(adapter.Acknowledge{Session: s.Session, Message: s.Answer(nil)})
		}
		return a
	}
	t.Control(pay(), "the twin of the bad requests")
	for _, c := range cases {
		balance := payer.Spendable()
		s, m2 := t.Kit(c.kit).Invite(payer, 250, c.in)
		a := s.hand(m2, 250)
		if a.Done != nil {
			t.book.paidOut += 250
		}
		t.For(id, message).Expect(a).To(t.Refused(c.codes...), c.name)
		t.For(id, message).Expect(payer.Spendable()).To(gomega.Equal(balance), c.name+": the balance changed")
		payer.do(adapter.Cancel{})
	}
	t.For(id, "after refusals the right request is not paid any more").Expect(pay()).To(BeDone())
}
