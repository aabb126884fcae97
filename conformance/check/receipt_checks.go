package check

import (
	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// receiptChecks hold a payer to what may end its debit: a forged refusal would
// give the value back to a payer whose payee has it, a forged acceptance would
// end what is not settled.
func receiptChecks() []Check {
	query := []adapter.Capability{adapter.CapQuery}
	resend := []adapter.Capability{adapter.CapQuery, adapter.CapResend}
	return []Check{
		{ID: "INV-01.forged-refusal", Title: "a forged refusal gives nothing back", Cites: []spec.ID{spec.INV01}, RP: true, Needs: query, Run: func(t *T) {
			t.refusesReceipts(spec.INV01, "a forged refusal was taken", "a forged refusal gave a debit back", wire.ReceiptRefused)
		}},
		{ID: "ATO-07.forged-receipt", Title: "a forged receipt ends nothing", Cites: []spec.ID{spec.ATO07}, RP: true, Needs: query, Run: func(t *T) {
			t.refusesReceipts(spec.ATO07, "a forged receipt was taken", "a forged receipt ended a payment", wire.ReceiptAccepted)
		}},
		{ID: "INV-01.blocked-refuser", Title: "a blocked payee's refusal waits for the ledger", Cites: []spec.ID{spec.INV01}, RP: true, Needs: append(query, adapter.CapPolicy), Run: blockedRefuser},
		{ID: "CRY-01.resend", Title: "a pending transfer goes to its payee alone, whose whole path is verified", Cites: []spec.ID{spec.CRY01}, RP: true, Needs: resend, Run: resendsToPayeeAlone},
	}
}

// A badReceipt is a RECEIPT one mutation away from the right one.
type badReceipt struct {
	name   string
	codes  []spec.Code
	body   func(*wire.Receipt)
	sign   func(s *KitPayee, payload []byte) wire.Object
	signer func(s *KitPayee) *Kit // in place of the payee
}

func badReceipts() []badReceipt {
	return []badReceipt{
		{name: "a wrong signature", codes: []spec.Code{spec.ESig}, sign: func(s *KitPayee, payload []byte) wire.Object {
			o := s.Sign(wire.TypeReceipt, payload)
			o.Signature[5] ^= 1
			return o
		}},
		{name: "signed as a request", codes: []spec.Code{spec.ESig}, sign: func(s *KitPayee, payload []byte) wire.Object {
			return s.Sign(wire.TypePayReq, payload)
		}},
		{name: "another algorithm in the header", codes: []spec.Code{spec.ESuite, spec.EHdr}, sign: func(s *KitPayee, payload []byte) wire.Object {
			o := wire.Object{Alg: -8, Payload: payload}
			o.Signature = s.Key.Sign(o.ToBeSigned(wire.TypeReceipt))
			return o
		}},
		{name: "another suite", codes: []spec.Code{spec.ESuite}, body: func(m *wire.Receipt) {
			if m.Suite != suite.P256 {
				m.Suite = suite.P256
			} else {
				m.Suite = suite.Ed25519
			}
		}},
		{name: "another request", codes: []spec.Code{spec.EMismatch}, body: func(m *wire.Receipt) { m.RequestHash[0] ^= 1 }},
		{name: "another transfer", codes: []spec.Code{spec.EState}, body: func(m *wire.Receipt) { m.TransferHash[0] ^= 1 }},
		{name: "another device's", codes: []spec.Code{spec.EMismatch, spec.ECertNeeded}, signer: func(s *KitPayee) *Kit {
			other := s.t.Kit(KitOptions{})
			other.meetOnce(s.Payer)
			return other
		}},
	}
}

// meetOnce has a payer meet the kit once, so that it knows the kit's certificate.
func (k *Kit) meetOnce(payer *Unit) {
	s, m2 := k.Invite(payer, 1, Invitation{})
	if s.Take(m2).Done != nil {
		k.t.Control(payer.do(adapter.Acknowledge{Session: s.Session, Message: s.Answer(nil)}), "acknowledge")
	}
}

// refusesReceipts hands a payer each bad receipt, and in the end the right one.
func (t *T) refusesReceipts(id spec.ID, message, effect string, status uint64) {
	payer := t.Funded(5000)
	for _, c := range badReceipts() {
		kit := t.Kit(KitOptions{})
		s, m2 := kit.Invite(payer, 250, Invitation{})
		t.Control(s.Take(m2), "pay")
		signer := kit
		if c.signer != nil {
			signer = c.signer(s)
		}
		balance, outgoing := payer.Spendable(), payer.Outgoing()
		m := wire.Receipt{
			Version: wire.V1, Realm: s.Request.Realm, Suite: signer.Key.Public().Suite(), Cert: signer.Cert.ID,
			RequestHash: s.Transfer.RequestHash, TransferHash: s.Paid.ID(wire.TypeTransfer), Status: status,
		}
		if status == wire.ReceiptRefused {
			m.Why = uint64(spec.EReqClosed)
		}
		right := m
		if c.body != nil {
			c.body(&m)
		}
		o := signer.Sign(wire.TypeReceipt, m.Encode())
		if c.sign != nil {
			o = c.sign(s, m.Encode())
		}
		a := payer.do(adapter.Acknowledge{Session: s.Session, Message: s.link.Send(wire.Item{Type: wire.TypeReceipt, Object: o.Encode()})})
		t.For(id, message).Expect(a).To(t.Refused(c.codes...), c.name)
		t.For(id, effect).Expect(payer.Spendable()).To(gomega.Equal(balance), c.name)
		t.For(id, effect).Expect(payer.Outgoing()).To(gomega.Equal(outgoing), c.name)
		t.endRightly(id, kit, s, right)
	}
}

// endRightly shows in a new session that the right receipt still ends the
// payment: what was refused was refused for its fault.
func (t *T) endRightly(id spec.ID, kit *Kit, s *KitPayee, right wire.Receipt) {
	right.Suite, right.Cert = kit.Key.Public().Suite(), kit.Cert.ID
	o := kit.Sign(wire.TypeReceipt, right.Encode())
	before := s.Payer.Outgoing()
	a := s.Payer.do(adapter.Acknowledge{Session: s.Session, Message: s.link.Send(wire.Item{Type: wire.TypeReceipt, Object: o.Encode()})})
	t.For(id, "after a bad receipt the right one is refused").Expect(a).To(BeDone())
	t.For(id, "the right receipt did not end the payment").Expect(before - s.Payer.Outgoing()).To(gomega.Equal(uint64(250)))
	if right.Status == wire.ReceiptRefused {
		t.book.paidOut -= 250 // the kit has refused it: the payer rightly has it back
	}
}

// resendsToPayeeAlone plays payees that are armed to finish and not, or not
// provably, the one that was paid.
func resendsToPayeeAlone(t *T) {
	const message = "a pending transfer was handed to somebody whose certificate path is broken"
	payer, kit := t.Funded(1000), t.Kit(KitOptions{})
	s, m2 := kit.Invite(payer, 250, Invitation{})
	t.Control(s.Take(m2), "pay")
	stranger := t.Kit(KitOptions{})
	none, _ := stranger.MeetAgain(payer)
	t.For(spec.CRY01, "a pending transfer was handed to another device than its payee").Expect(none).To(gomega.BeEmpty())
	broken := map[string]cert.DeviceOptions{
		"a bad signature on the certificate": {BadSignature: true},
		"certified by the root itself":       {Issuer: &t.env.realm.Root},
	}
	for _, name := range []string{"a bad signature on the certificate", "certified by the root itself"} {
		impostor := *kit
		o := broken[name]
		o.Edit = func(b *wire.Cert) { b.NotAfter-- } // another certificate than the one that the payer has verified
		impostor.Cert = t.env.realm.IssueDevice(kit.Key.Public(), o)
		impostor.Carried = [][]byte{impostor.Cert.Raw}
		again, a := impostor.MeetAgain(payer)
		t.For(spec.CRY01, message).Expect(a).To(t.Refused(spec.EPath, spec.ESig), name)
		t.For(spec.CRY01, message).Expect(again).To(gomega.BeEmpty(), name)
	}
	again, a := kit.meetAgain(payer, nil, func(o *wire.Object) { o.Signature[3] ^= 1 })
	t.For(spec.CRY01, message).Expect(a).To(t.Refused(spec.ESig), "a wrong signature")
	t.For(spec.CRY01, message).Expect(again).To(gomega.BeEmpty(), "a wrong signature")
	again, a = kit.meetAgain(payer, func(m *wire.Peer) { m.Transcript[0] ^= 1 }, nil)
	t.For(spec.CRY01, "a pending transfer was handed to the payee of another session").Expect(a).To(t.Refused(spec.ETranscript))
	t.For(spec.CRY01, "a pending transfer was handed to the payee of another session").Expect(again).To(gomega.BeEmpty())
	again, a = kit.MeetAgain(payer)
	t.For(spec.CRY01, "the payee did not get the pending transfer").Expect(a).To(BeDone())
	t.For(spec.CRY01, "the payee did not get the pending transfer").Expect(again).To(gomega.HaveLen(1))
}

// blockedRefuser has a payee refuse after it was blocked: what a cracked device
// promises is worth nothing.
func blockedRefuser(t *T) {
	payer, kit := t.Funded(1000), t.Kit(KitOptions{})
	s, m2 := kit.Invite(payer, 250, Invitation{})
	t.Control(s.Take(m2), "pay")
	t.Control(payer.block(2, t.env.realm.epoch, kit.DID()), "apply a revocation set")
	refusal := s.Answer(func(m *wire.Receipt) { m.Status, m.Why = wire.ReceiptRefused, uint64(spec.EReqClosed) })
	a := payer.do(adapter.Acknowledge{Session: s.Session, Message: refusal})
	t.For(spec.INV01, "a refusal of a blocked payee was taken").Expect(a).To(t.Refused(spec.ERevoked))
	t.For(spec.INV01, "a refusal of a blocked payee gave a debit back").Expect(payer.Spendable()).To(gomega.Equal(uint64(750)))
	t.For(spec.INV01, "a refusal of a blocked payee ended a payment").Expect(payer.Outgoing()).To(gomega.Equal(uint64(250)))
}
