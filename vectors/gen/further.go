package main

import (
	"bytes"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/link"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

// furtherOf is a file of the messages that no other file has in a suite beside
// the first: what goes one way, what finishes a payment, claims, enrolment and chains.
// What can be wrong with each beside its signature does not depend on the suite, and
// stands in the files of those names.
func furtherOf(name string, s suite.Suite) *file {
	f := newFile("further-"+name, "STATIC_REQ, one-way TRANSFER and its capsule, PEER, REKEY_REQ, ENROL_REQ and the certificate that answers, a claim of a payee in software from its TRANSFER to its end, and a TRANSFER with its links under CHAIN provenance, in suite "+dec(uint64(s))+", by devices of that suite below providers, a service and a root of suite 5, which may sign the POLICY of that suite.")
	signatureNotes(f)
	f.note("Capsule", "The capsule does not open, or holds something else.", "An altered capsule that is taken changes what the payee believes was paid.")
	f.note("Certificate", "The path above the signer is not right.", "Somebody whom nobody has certified pays, or is paid.")
	f.note("Opening", "The opening is not that of the payee tag.", "A claim is paid to somebody who was not paid.")
	w := newWorld(f, suite.Ed25519MLDSA44, s, s)
	w.furtherPoster()
	w.furtherOneWay()
	w.furtherPeer()
	w.furtherKeys()
	w.furtherClaims()
	w.furtherChain()
	return f
}

// A place is where a vector has a signature of the suite.
type place struct {
	n, twin       int // the first number of the negatives, and the positive
	field, signer string
	values        map[string]string
	code          spec.Code // of whatever is wrong; zero for one each
	few           bool      // the message has all of it at another place
}

func (p place) bad(n int, r spec.ID, code spec.Code, flag, comment string, c change) negative {
	if p.code != 0 {
		code = p.code
	}
	return told(bad(p.n+n, p.twin, r, code, flag, comment, c), p.values)
}

// spoiled is what can be wrong with a signature of the suite, 13 numbers of it.
func (w *world) spoiled(p place) {
	edited := func(e func(sig, message []byte) []byte) change { return signature(p.field, w.domainOf(p), e) }
	classical := component(suite.Ed25519, drawn("a key of suite 1", 32))
	w.refused(
		p.bad(0, spec.CRY05, spec.ESig, "Signature", "one bit of the signature", raw(p.field, lastBit)),
		p.bad(1, lengthRule(w.number), spec.ESig, "Length", "the signature is a byte too long", edited(func(sig, _ []byte) []byte { return append(sig, 0) })),
	)
	if p.few {
		w.wrongHalves(p, edited)
		return
	}
	w.refused(
		p.bad(2, lengthRule(w.number), spec.ESig, "Length", "the signature is a byte too short", edited(func(sig, _ []byte) []byte { return sig[:len(sig)-1] })),
	)
	switch w.number {
	case suite.P256:
		w.refused(p.bad(6, spec.CRY10, spec.ESig, "Malleable", "s in the upper half", edited(func(sig, _ []byte) []byte { return highS(sig) })))
	case suite.MLDSA44:
		w.refused(p.bad(6, spec.PQC05, spec.ESig, "Malleable", "a byte behind the last hint of the signature", padHints(p.field, 4)))
	case suite.MLDSA65:
		w.refused(
			p.bad(6, spec.PQC05, spec.ESig, "Malleable", "a byte behind the last hint of the signature", padHints(p.field, 6)),
			p.bad(7, spec.PQC03, spec.ESig, "Length", "cut to the length of ML-DSA-44", cutSignature(p.field, 2420)),
		)
	default:
		w.spoiledHalves(p, edited)
	}
	// What is signed again comes last: the others are near to what they repeat, and
	// the packed file is the smaller for it.
	w.refused(
		p.bad(3, spec.CRY06, spec.ESuite, "Downgrade", "member 4 names suite 1", payload(p.field, p.signer, number(4, 1))),
		p.bad(4, spec.CRY06, spec.ESuite, "Downgrade", "the algorithm of suite 1", protected(p.field, p.signer, alg(-19))),
		p.bad(5, lengthRule(w.number), spec.ESig, "Downgrade", "a signature of suite 1 by a key of its own", edited(func(_, message []byte) []byte { return classical.Sign(message) })),
	)
}

func (w *world) domainOf(p place) string {
	return vectors.Domain(w.Find(w.id(p.twin)).Kind, p.field)
}

// cut is how many bytes the first half of a hybrid signature has.
const cut = 64

// wrongHalves are hybrid signatures of which one half alone verifies.
func (w *world) wrongHalves(p place, edited func(func(sig, message []byte) []byte) change) {
	if !w.hybrid() {
		return
	}
	other := w.private[p.signer].Sign([]byte("another message"))
	w.refused(
		p.bad(6, spec.PQC01, spec.ESig, "Hybrid", "the classical half is wrong, the other right", edited(func(sig, _ []byte) []byte { return append(other[:cut:cut], sig[cut:]...) })),
		p.bad(7, spec.PQC01, spec.ESig, "Hybrid", "the ML-DSA half is wrong, the other right", edited(func(sig, _ []byte) []byte { return append(sig[:cut:cut], other[cut:]...) })),
	)
}

func (w *world) hybrid() bool {
	return w.number == suite.Ed25519MLDSA44 || w.number == suite.P256MLDSA44
}

// spoiledHalves are the ways in which one half of a hybrid signature is not there.
func (w *world) spoiledHalves(p place, edited func(func(sig, message []byte) []byte) change) {
	w.wrongHalves(p, edited)
	first := suite.Ed25519
	if w.number == suite.P256MLDSA44 {
		first = suite.P256
	}
	key := w.private[p.signer]
	classical, lattice := component(first, key.Seed()[:32]), component(suite.MLDSA44, key.Seed()[32:])
	w.refused(
		p.bad(8, spec.PQC02, spec.ESig, "Hybrid", "the first half is a plain signature of suite "+dec(uint64(first))+" by the component key", edited(func(sig, message []byte) []byte {
			return append(classical.Sign(message), sig[cut:]...)
		})),
		p.bad(9, spec.PQC02, spec.ESig, "Hybrid", "the second half is a plain signature of suite 3 by the component key", edited(func(sig, message []byte) []byte {
			return append(sig[:cut:cut], lattice.Sign(message)...)
		})),
		p.bad(10, spec.PQC02, spec.ESig, "Hybrid", "the ML-DSA half alone", edited(func(sig, _ []byte) []byte { return sig[cut:] })),
		p.bad(11, spec.PQC02, spec.ESig, "Hybrid", "the classical half alone", edited(func(sig, _ []byte) []byte { return sig[:cut] })),
	)
	if first == suite.P256 {
		w.refused(p.bad(12, spec.CRY10, spec.ESig, "Malleable", "s of the P-256 half in the upper half", edited(func(sig, _ []byte) []byte {
			return append(highS(append([]byte(nil), sig[:cut]...)), sig[cut:]...)
		})))
	}
}

// furtherPoster is STATIC_REQ at the payer, of a payee in a trusted device and of
// one in software.
func (w *world) furtherPoster() {
	w.state(w.blank("payer", "payer", w.payer))
	software := w.device("software", w.number, func(m *wire.Cert) { m.Class, m.Usage, m.Tee = wire.ClassNOSE, wire.UseReceive, 6 })
	trusted, claimed := w.poster(), w.poster()
	claimed.Cert, claimed.Flags, claimed.Expiry = software.ID, 0, epochNow+3
	w.asked(1, spec.PAY01, "a static request", "payee", w.payee, trusted)
	w.asked(20, spec.CLM01, "a static request of a payee in software", "software", software, claimed)
	for _, p := range []place{{n: 2, twin: 1, signer: "payee"}, {n: 21, twin: 20, signer: "software", few: true}} {
		p.field = "input.object"
		w.spoiled(p)
		w.refused(p.bad(14, spec.CRY01, spec.ESig, "Certificate", "the certificate's signature has one bit wrong", raw("uses.certificate", lastBit)))
	}
}

// asked is a static request that the payer takes.
func (w *world) asked(n int, r spec.ID, comment, signer string, payee *cert.Certificate, m wire.StaticReq) {
	object, nonce := w.signedBy(signer, wire.TypeStaticReq, m.Encode()), payerNonce()
	paid := w.oneWay(idOf(wire.TypeStaticReq, object))
	paid.PayeeTag, paid.Lots = wire.PayeeTag(payee.Device(), nonce), []wire.Lot{{Hop: 1, Amount: amount}}
	if m.Flags == 0 {
		paid.Flags, paid.Expiry = wire.TransferOneWay|wire.TransferClaim, m.Expiry
	}
	scheme, _ := suite.Lookup(w.number)
	made := wire.Object{Alg: scheme.Alg(), Payload: paid.Encode()}
	w.valid(positive{n: n, requirement: r, kind: "static-req", comment: comment + " in suite " + dec(uint64(w.number)), device: "payer",
		uses: map[string]string{"certificate": signer}, input: map[string][]byte{"object": object, "payer_nonce": nonce[:]},
		context: map[string]string{"verified": "0", "amount": dec(amount)},
		values: published(wire.TypeStaticReq, object, map[string]string{
			"transfer_payload": hexOf(made.Payload), "transfer_id": hexID(made.ID(wire.TypeTransfer)),
		})})
}

// furtherOneWay is a one-way TRANSFER at its payee, and its capsule.
func (w *world) furtherOneWay() {
	w.posterState()
	rqh, nonce := idOf(wire.TypeStaticReq, w.signedPoster()), payerNonce()
	object := w.signedBy("payer", wire.TypeTransfer, w.oneWay(rqh).Encode())
	receipt := w.receipt(wire.ReceiptAccepted)
	receipt.RequestHash, receipt.TransferHash = rqh, idOf(wire.TypeTransfer, object)
	w.valid(positive{n: 40, requirement: spec.PAY10, kind: "one-way", comment: "a one-way payment in suite " + dec(uint64(w.number)), device: "payee",
		uses: map[string]string{"certificate": "payer"}, input: map[string][]byte{"object": object, "payer_nonce": nonce[:]},
		values: published(wire.TypeTransfer, object, map[string]string{"receipt_payload": hexOf(receipt.Encode()), "balance": dec(3500 + amount)})})
	p := place{n: 41, twin: 40, field: "input.object", signer: "payer", values: unsigned()}
	w.spoiled(p)
	w.refused(p.bad(14, spec.CRY01, spec.ESig, "Certificate", "the certificate's signature has one bit wrong", raw("uses.certificate", lastBit)))
	item := wire.OneWay{Object: object, Nonce: nonce, Certs: [][]byte{w.payer.Raw}}
	capsule, err := link.SealCapsule(bytes.NewReader(drawn("eseed", 32)), posterKey().KEM(), posterKey().Public(), rqh, item)
	must(err)
	w.valid(positive{n: 60, requirement: spec.PAY09, kind: "capsule", comment: "its capsule, byte for byte",
		input:  map[string][]byte{"ikm": drawn("poster key", 32), "eseed": drawn("eseed", 32), "request": rqh[:], "capsule": capsule},
		values: map[string]string{"item": hexOf(item.Encode()), "capsule": hexOf(capsule)}})
	w.refused(
		bad(61, 60, spec.PAY12, spec.EReqUnknown, "Capsule", "one bit of the tag", raw("input.capsule", lastBit)),
		bad(62, 60, spec.PAY12, spec.EReqUnknown, "Capsule", "sealed for another request under the same key", raw("input.request", lastBit)),
		bad(63, 60, spec.ENC03, spec.EMalformed, "Capsule", "the last byte is missing", raw("input.capsule", truncated)),
	)
}

// furtherPeer is PEER at a payer that has a debit pending.
func (w *world) furtherPeer() {
	name, id := w.debitOf(counter, drawnID("previous debit"))
	d := w.blank("to-send-again", "payer", w.payer)
	d.Counter, d.Prev = counter, hexID(id)
	d.Pending = []vectors.Pending{{
		ID: hexID(id), RequestHash: hexID(drawnID("request of debit " + dec(counter))), Payee: hexDID(w.payee.Device()), Amount: dec(amount), Object: name,
	}}
	w.state(d)
	s := w.session()
	w.resend(80, wire.TypePeer, "a debit is pending for this payee, in suite "+dec(uint64(w.number)), "to-send-again", s,
		w.signedBy("payee", wire.TypePeer, w.peer(s).Encode()), name)
	from := len(w.Tests)
	p := place{n: 81, twin: 80, field: "input.peer", signer: "payee"}
	w.spoiled(p)
	w.refused(p.bad(14, spec.CRY01, spec.ESig, "Certificate", "the certificate's signature has one bit wrong", raw("uses.certificate", lastBit)))
	w.sealResend(s, from, wire.TypePeer, "peer")
}
