package check

import (
	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// recordChecks upload settlement records that are one mutation away from right:
// a ledger that keeps one of them accuses or refunds on nobody's word.
func recordChecks() []Check {
	needs := []adapter.Capability{adapter.CapSynchronise, adapter.CapSplitSync, adapter.CapLedger}
	rp := func(id spec.ID, word, title string, run func(*T)) Check {
		return receives(Check{ID: string(id) + "." + word, Title: title, Cites: []spec.ID{id}, RP: true, Needs: needs, Run: run})
	}
	return []Check{
		rp(spec.DET04, "forged-transfer", "a forged transfer accuses nobody and settles nothing", forgedTransferRecords),
		rp(spec.INV02, "forged-receipt", "a forged receipt resolves nothing", forgedReceiptRecords),
	}
}

// A signer signs a body with a device's key.
type signer func(typ wire.Type, payload []byte) wire.Object

// spoil are the ways in which any signed record can be wrong.
func spoil(sign signer, typ wire.Type, payload []byte) []forgery {
	wrong, header := sign(typ, payload), sign(typ, payload)
	wrong.Signature[2] ^= 1
	header.Alg = -8
	other := wire.TypePeer
	return []forgery{
		{"a wrong signature", wrong.Encode(), []spec.Code{spec.ESig}},
		{"signed as another message", sign(other, payload).Encode(), []spec.Code{spec.ESig}},
		{"another algorithm in the header", header.Encode(), []spec.Code{spec.ESuite, spec.EHdr}},
	}
}

func forgedTransferRecords(t *T) {
	const message = "a forged transfer was taken"
	payer, payee := t.Peer(), t.Peer()
	t.Control(payer.Fund(1000), "funding")
	t.MustTransfer(payer, payee, 100)
	_, report := payee.report()
	var right settlement.Record
	for _, b := range report.Messages {
		if r, err := settlement.Parse(b); err == nil && r.Opening != nil {
			right = r
		}
	}
	if right.Opening == nil {
		t.Inconclusive("positive control: a report brings the transfer that was received", "it does not")
	}
	m := payloadOf(t, right.Object, wire.TypeTransfer, t.env.realm.decodeTransfer)
	sign := func(typ wire.Type, payload []byte) wire.Object { return payer.signAs(m.Suite, typ, payload) }
	upload := func(object []byte, o settlement.Opening) adapter.Answer {
		record := settlement.Append(nil, settlement.Record{Object: object, Certificates: right.Certificates, Opening: &o})
		return t.ledger.do(adapter.Upload{Records: []adapter.Bytes{record}})
	}
	// Another transfer with the counter: were it the payer's, it would accuse it.
	double := m
	double.RequestHash[0] ^= 1
	for _, f := range spoil(sign, wire.TypeTransfer, double.Encode()) {
		t.For(spec.DET04, message).Expect(upload(f.message, *right.Opening)).To(t.Refused(f.codes...), f.name)
	}
	lots, self, foreign := m, m, m
	foreign.Family = m.Family%5 + 1
	t.env.realm.short(&lots.Lots, &lots.Inputs)
	for _, c := range []struct {
		name  string
		body  wire.Transfer
		open  settlement.Opening
		codes []spec.Code
	}{
		{"lots that do not make the amount", lots, *right.Opening, []spec.Code{spec.EHop}},
		{"an opening for another payee", m, settlement.Opening{Payee: wire.DID(payer.ID), Nonce: right.Opening.Nonce}, []spec.Code{spec.EMismatch}},
		{"another family of value", foreign, *right.Opening, []spec.Code{spec.EFamily}},
		{"from a device to itself", selfPaid(self, payer, right.Opening.Nonce), settlement.Opening{Payee: wire.DID(payer.ID), Nonce: right.Opening.Nonce}, []spec.Code{spec.ESelf}},
	} {
		t.For(spec.DET04, message).Expect(upload(sign(wire.TypeTransfer, c.body.Encode()).Encode(), c.open)).To(t.Refused(c.codes...), c.name)
		if c.name == "an opening for another payee" {
			continue
		}
		t.book.cracked = true // the payer has signed two transfers with one counter
	}
	t.For(spec.DET04, "the right record was refused").Expect(upload(right.Object, *right.Opening)).To(BeDone())
}

func selfPaid(m wire.Transfer, payer *Unit, nonce wire.Nonce) wire.Transfer {
	m.PayeeTag = wire.PayeeTag(wire.DID(payer.ID), nonce)
	return m
}

func forgedReceiptRecords(t *T) {
	const message = "a forged receipt or request was taken"
	payer, payee := t.Peer(), t.Peer()
	t.Control(payer.Fund(1000), "funding")
	p := t.Payment(payer, payee, 100).Open()
	t.Control(p.Pay(), "pay")
	_, report := payer.report()
	var transfer wire.Object
	for _, b := range report.Messages {
		if r, err := settlement.Parse(b); err == nil {
			if o, err := wire.DecodeObject(r.Object, wire.TypeTransfer.MaxBytes()); err == nil {
				transfer = o
			}
		}
	}
	m, err := t.env.realm.decodeTransfer(transfer.Payload)
	if err != nil {
		t.Inconclusive("positive control: a report brings what is pending", err.Error())
	}
	number := suite.Suite(t.env.baseSuite())
	own, err := cert.Parse(payee.Certificates[0])
	if err != nil {
		t.harness("a certificate that the harness issued: " + err.Error())
	}
	receipt := wire.Receipt{
		Version: wire.V1, Realm: m.Realm, Suite: number, Cert: own.ID, RequestHash: m.RequestHash,
		TransferHash: transfer.ID(wire.TypeTransfer), Status: wire.ReceiptRefused, Why: uint64(spec.EReqClosed),
	}
	request := wire.PayReq{
		Version: wire.V1, Realm: m.Realm, Suite: number, Currency: m.Currency, Exponent: m.Exponent, Amount: 5,
		Cert: own.ID, Request: 1, PolicyVersion: 1, RevocationVersion: 1, Epoch: m.Epoch, Flags: wire.PayReqSE,
		Family: t.env.realm.Place.Spoken(), MaxHop: 1, Nonce: wire.Nonce{1}, Transcript: wire.ID{1},
	}
	sign := func(typ wire.Type, payload []byte) wire.Object { return payee.signAs(number, typ, payload) }
	all := append(spoil(sign, wire.TypeReceipt, receipt.Encode()), spoil(sign, wire.TypePayReq, request.Encode())...)
	for _, f := range all {
		record := settlement.Append(nil, settlement.Record{Object: f.message, Certificates: payee.Certificates})
		t.For(spec.INV02, message).Expect(t.ledger.do(adapter.Upload{Records: []adapter.Bytes{record}})).To(t.Refused(f.codes...), f.name)
	}
	t.Control(p.Accept(), "the transfer at its payee")
	t.Control(payer.Sync(true), "synchronise")
	t.For(spec.INV02, "a forged receipt gave a payer back what its payee has").Expect(payer.Spendable() + payee.Held()).To(gomega.Equal(uint64(1000)))
}
