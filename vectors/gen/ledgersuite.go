package main

import (
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

// ledgerMLDSA65Vectors and ledgerHybridP256Vectors are what goes to the ledger and
// comes back from it, each object in one suite, the services' too.
func ledgerMLDSA65Vectors() *file {
	f := newFile("ledger-mldsa65", "SYNC, SYNC_ACK, and TRANSFER and RECEIPT as records, in suite 4, ML-DSA-65, by devices and by a service of that suite, below a root of suite 7.")
	w := ledgerOf(f, suite.MLDSA65)
	for _, p := range w.posted() {
		f.refused(
			bad(p.twin+8, p.twin, spec.PQC05, spec.ESig, "Malleable", "a byte behind the last hint of the signature", padHints("input.object", 6)),
			bad(p.twin+9, p.twin, spec.PQC03, spec.ESig, "Length", "cut to the length of ML-DSA-44", cutSignature("input.object", 2420)),
		)
	}
	return f
}

func ledgerHybridP256Vectors() *file {
	return ledgerIn("hybrid-p256", "suite 6, P-256 with ML-DSA-44", suite.P256MLDSA44)
}

func ledgerIn(name, about string, s suite.Suite) *file {
	f := newFile("ledger-"+name, "SYNC, SYNC_ACK, and TRANSFER and RECEIPT as records, in "+about+", by devices and by a service of that suite, below a root of suite 7.")
	w := ledgerOf(f, s)
	for _, p := range w.posted() {
		w.malleable(p)
		w.halves(p)
	}
	return f
}

// paymentIn is a payment in a suite over X25519.
func paymentIn(name, about string, s suite.Suite) *file {
	f := newFile("payment-"+name, "A payment in "+about+", below hybrid providers and a root of suite 7: PAY_REQ, TRANSFER and RECEIPT as in the files of those names.")
	paymentOf(f, s, wire.KEMX25519)
	return f
}

// A post is a positive vector of ledgerOf, its signer and domain.
type post struct {
	twin           int
	signer, domain string
}

func (w *world) posted() []post {
	return []post{
		{1, "payer", "assay/1/sync"}, {30, "service", "assay/1/sync-ack"},
		{60, "payer", "assay/1/transfer"}, {90, "payee", "assay/1/receipt"},
	}
}

// halves are the ways in which one half of a hybrid signature can be missing.
func (w *world) halves(p post) {
	first := map[suite.Suite]suite.Suite{suite.Ed25519MLDSA44: suite.Ed25519, suite.P256MLDSA44: suite.P256}[w.number]
	if first == 0 {
		return
	}
	name := map[suite.Suite]string{suite.Ed25519: "Ed25519", suite.P256: "P-256"}[first]
	key := w.private[p.signer]
	classical, lattice := component(first, key.Seed()[:32]), component(suite.MLDSA44, key.Seed()[32:])
	other := key.Sign([]byte("another message"))
	const cut = 64 // bytes of the first half
	for i, half := range []struct {
		requirement   spec.ID
		flag, comment string
		edit          func(sig, message []byte) []byte
	}{
		{spec.PQC01, "Hybrid", "the " + name + " half is wrong, the other right", func(sig, _ []byte) []byte { return append(other[:cut:cut], sig[cut:]...) }},
		{spec.PQC01, "Hybrid", "the ML-DSA half is wrong, the other right", func(sig, _ []byte) []byte { return append(sig[:cut:cut], other[cut:]...) }},
		{spec.PQC02, "Hybrid", "the first half is a plain signature of suite " + dec(uint64(first)) + " by the component key", func(sig, message []byte) []byte {
			return append(classical.Sign(message), sig[cut:]...)
		}},
		{spec.PQC02, "Hybrid", "the second half is a plain signature of suite 3 by the component key", func(sig, message []byte) []byte {
			return append(sig[:cut:cut], lattice.Sign(message)...)
		}},
		{spec.PQC02, "Hybrid", "the ML-DSA half alone", func(sig, _ []byte) []byte { return sig[cut:] }},
		{spec.PQC02, "Hybrid", "the " + name + " half alone", func(sig, _ []byte) []byte { return sig[:cut] }},
		{spec.CRY10, "Malleable", "s of the P-256 half in the upper half", func(sig, _ []byte) []byte {
			return append(highS(append([]byte(nil), sig[:cut]...)), sig[cut:]...)
		}},
	} {
		if half.requirement == spec.CRY10 && first != suite.P256 {
			continue
		}
		w.refused(bad(p.twin+8+i, p.twin, half.requirement, spec.ESig, half.flag, half.comment, signature("input.object", p.domain, half.edit)))
	}
}

// ledgerOf adds 1 SYNC, 30 SYNC_ACK, 60 a TRANSFER and 90 a RECEIPT as records, and
// what can be wrong with a signature of each.
func ledgerOf(f *file, s suite.Suite) *world {
	f.note("Signature", "A signature that does not verify.", "Anyone reports for anyone, or has a device forget.")
	f.note("Length", "A signature of another length.", "Bytes that no signature covers can be added or taken away.")
	f.note("Malleable", "Another encoding of a right signature.", "One report gets two encodings; whoever compares bytes counts it twice.")
	f.note("Hybrid", "Only one half verifies, or one is not there.", "The stronger half protects nothing: breaking one suite is enough.")
	f.note("Downgrade", "Another suite than the certificate's.", "A ledger is made to believe what can be forged.")
	f.note("Certificate", "The path above the signer is not right.", "Somebody whom nobody has certified reports, or is reported.")
	w := newWorldUnder(f, suite.SLHDSA128s, wire.KEMXWing, s, s, s)
	w.reports()
	w.records()
	for _, p := range w.posted() {
		w.signatures(p)
	}
	return w
}

// reports are the SYNC of a device and its SYNC_ACK.
func (w *world) reports() {
	report := w.report("challenge 1", 1, 2)
	object := w.signedBy("payer", wire.TypeSync, report.Encode())
	hash := idOf(wire.TypeSync, object)
	l := w.funder()
	l.Challenge = hexOf(report.Nonce[:])
	w.Ledgers = append(w.Ledgers, l)
	d := w.blank("reported", "payer", w.payer)
	d.LogUnacked = 2
	d.Sync = &vectors.SyncMark{Nonce: hexOf(report.Nonce[:]), Hash: hexID(hash), Last: 2, Head: hexID(report.Head)}
	w.state(d)
	w.valid(positive{n: 1, requirement: spec.SET01, kind: "sync", comment: "a first report in suite " + dec(uint64(w.number)), ledger: "ledger",
		input: map[string][]byte{"object": object}, values: published(wire.TypeSync, object, nil)})
	ack := w.signedBy("service", wire.TypeSyncAck, wire.SyncAck{
		Version: wire.V1, Realm: w.auth.Place.Realm, Suite: w.auth.TopSuite, Nonce: report.Nonce, Cert: w.auth.Service.Cert.ID,
		SyncHash: hash, PolicyVersion: 7, RevocationVersion: 3, Epoch: epochNow + 1, Device: w.payer.Device(), Last: 2,
		Head: report.Head, LowWater: wire.NoLimit, Grant: 1,
	}.Encode())
	w.valid(positive{n: 30, requirement: spec.SET05, kind: "sync-ack", comment: "its answer, signed by a service of the suite", device: "reported",
		input: map[string][]byte{"object": ack}, values: published(wire.TypeSyncAck, ack, map[string]string{"balance": "3500"})})
}

// records are a TRANSFER with the opening of its tag, and the RECEIPT for it.
func (w *world) records() {
	empty := w.ledgerState("empty")
	w.Ledgers = append(w.Ledgers, empty)
	m, payee, nonce := w.transfer(), w.payee.Device(), requestNonce(requestNumber)
	transfer := w.signedBy("payer", wire.TypeTransfer, m.Encode())
	in := map[string][]byte{"object": transfer, "payee": payee[:], "nonce": nonce[:]}
	w.taken(settlement.Record{Object: transfer, Certificates: [][]byte{w.payer.Raw}, Opening: &settlement.Opening{Payee: payee, Nonce: nonce}})
	for i, ledger := range []string{"empty", "taken"} {
		w.valid(positive{n: 60 + i, requirement: spec.SET01, kind: "record-transfer", comment: []string{"a payment", "the same again is settled once"}[i],
			ledger: ledger, uses: map[string]string{"certificate": "payer"}, input: in,
			values: published(wire.TypeTransfer, transfer, map[string]string{"new": dec(uint64(1 - i))})})
	}
	receipt := w.signedBy("payee", wire.TypeReceipt, w.receipt(wire.ReceiptAccepted).Encode())
	w.valid(positive{n: 90, requirement: spec.SET01, kind: "record-receipt", comment: "its RECEIPT", ledger: "empty",
		uses: map[string]string{"certificate": "payee"}, input: map[string][]byte{"object": receipt},
		values: published(wire.TypeReceipt, receipt, map[string]string{"new": "1"})})
	w.refused(bad(80, 60, spec.PAY04, spec.EMismatch, "Signature", "another payee than the tag's", raw("input.payee", lastBit)))
	for _, twin := range []int{60, 90} {
		w.refused(bad(twin+21, twin, spec.CRY01, spec.ESig, "Certificate", "the certificate's signature has one bit wrong", raw("uses.certificate", lastBit)))
	}
}

// signatures are what can be wrong with a signature of any suite.
func (w *world) signatures(p post) {
	longer := func(sig, _ []byte) []byte { return append(sig, 0) }
	shorter := func(sig, _ []byte) []byte { return sig[:len(sig)-1] }
	w.refused(
		bad(p.twin+2, p.twin, spec.CRY05, spec.ESig, "Signature", "one bit of the signature", raw("input.object", lastBit)),
		bad(p.twin+3, p.twin, lengthRule(w.number), spec.ESig, "Length", "the signature is a byte too long", signature("input.object", "", longer)),
		bad(p.twin+4, p.twin, lengthRule(w.number), spec.ESig, "Length", "the signature is a byte too short", signature("input.object", "", shorter)),
		bad(p.twin+5, p.twin, spec.CRY06, spec.ESuite, "Downgrade", "member 4 names suite 1", payload("input.object", p.signer, number(4, 1))),
		bad(p.twin+6, p.twin, spec.CRY06, spec.ESuite, "Downgrade", "the algorithm of suite 1", protected("input.object", p.signer, alg(-19))),
		bad(p.twin+7, p.twin, spec.ENC06, spec.ESig, "Signature", "signed under the domain of ENROL_REQ", resigned("input.object", p.signer, "assay/1/enrol")),
	)
}
