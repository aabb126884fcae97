package main

import (
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

// until publishes another certificate of the payer's key, which ends with an
// epoch, and the state of a payer that has it.
func (w *world) until(name string, end uint64) wire.ID {
	return w.ends("payer", w.payer, name, end)
}

// ends is until for either side.
func (w *world) ends(side string, own *cert.Certificate, name string, end uint64) wire.ID {
	c := w.auth.IssueDevice(own.Key, cert.DeviceOptions{Edit: func(m *wire.Cert) {
		m.NotBefore, m.NotAfter = epochIssued, end
	}})
	w.object(name, c.Raw)
	w.variant(side, name, func(d *vectors.Device) { d.Own[0].Certificate = name })
	return c.ID
}

// ownCertificateVectors are of payers that have to judge themselves.
func ownCertificateVectors() *file {
	f := newFile("own-certificate", "PAY_REQ (kind pay-req) and STATIC_REQ (kind static-req) at a payer in the last epoch of its certificate, grace included, and one epoch later. Inputs and values are those of pay-req.json and static-req.json.")
	f.note("Certificate", "The payer's own certificate is over.", "A payer is debited for what its payee has to refuse, or pays whom the epoch has not reached.")
	w := classical(f)
	grace := w.policy.Fresh.Grace
	w.payerStates()
	last := w.until("payer-last", epochNow-grace)
	w.until("payer-ended", epochNow-grace-1)
	ended := func(n, twin int, comment string) negative {
		return bad(n, twin, spec.CRY12, spec.EExpired, "Certificate", comment, before("device", "payer-ended"))
	}
	s := w.session()
	request, hash := w.request(s)
	m := w.transfer()
	m.Lots, m.RequestHash, m.Cert = []wire.Lot{{Hop: 1, Amount: amount}}, hash, last
	in := s.input()
	in["hello_nonce"], in["pay_req"] = s.helloNonce, request
	in["m2"] = s.m2(wire.Item{Type: wire.TypePayReq, Object: request, Certs: [][]byte{w.payee.Raw}})
	uses := map[string]string{"certificate": "payee"}
	f.valid(positive{n: 1, requirement: spec.CRY12, kind: "pay-req", comment: "the payer's certificate is in its last epoch",
		device: "payer-last", uses: uses, input: in,
		context: map[string]string{"verified": "0", "expected_amount": "0", "session": "1"},
		values:  published(wire.TypePayReq, request, transferValues(m))})
	f.refused(ended(2, 1, "the payer's certificate has ended"))
	poster, nonce := w.signedPoster(), payerNonce()
	one := w.oneWay(idOf(wire.TypeStaticReq, poster))
	one.Lots, one.Cert = []wire.Lot{{Hop: 1, Amount: amount}}, last
	f.valid(positive{n: 3, requirement: spec.CRY12, kind: "static-req", comment: "the same, one way",
		device: "payer-last", uses: uses, input: map[string][]byte{"object": poster, "payer_nonce": nonce[:]},
		context: map[string]string{"verified": "0", "amount": dec(amount)},
		values:  published(wire.TypeStaticReq, poster, transferValues(one))})
	f.refused(ended(4, 3, "the same, one way"))
	return f
}

// transferValues are what is published of the TRANSFER that a payer makes.
func transferValues(m wire.Transfer) map[string]string {
	body := m.Encode()
	return map[string]string{
		"transfer_payload": hexOf(body), "transfer_id": hexID(wire.Object{Alg: -19, Payload: body}.ID(wire.TypeTransfer)),
	}
}
