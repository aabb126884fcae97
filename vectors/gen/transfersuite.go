package main

import (
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

func transferSuiteVectors() *file {
	f := newFile("transfer-pq", "TRANSFER in the suites with ML-DSA-44, in a realm with a hybrid root, at payees that have the suite of the session.")
	f.note("Signature", "A signature that does not verify.", "Anyone pays with another's money.")
	f.note("Length", "A signature of another length.", "Bytes that no signature covers can be added or taken away.")
	f.note("Hybrid", "Only one half verifies, or halves of two signatures are put together.", "The stronger half protects nothing: breaking one suite is enough.")
	f.note("Downgrade", "Another suite than the certificate's.", "A payer is made to use what can be broken.")
	f.note("Order", "Two things are wrong; the code shows which one is checked first.", "Costly signatures are checked for what was refused already.")
	w := newWorld(f, suite.Ed25519MLDSA44, suite.MLDSA44, firstSuites()...)
	transferOf(w, 1, suite.MLDSA44)
	w.payer, w.payee = w.device("payer-hybrid", suite.Ed25519MLDSA44), w.device("payee-hybrid", suite.Ed25519MLDSA44)
	w.number = suite.Ed25519MLDSA44
	object := transferOf(w, 21, suite.Ed25519MLDSA44)
	_, body, _ := decoded(object)
	half := func(at int) change {
		return raw("input.object", func(b []byte) []byte { b[len(b)-2484+at] ^= 1; return b })
	}
	stripped := func(b []byte) []byte {
		scheme, _ := suite.Lookup(suite.Ed25519)
		k, err := scheme.NewKey(f.private["payer-hybrid"].Seed()[:32])
		if err != nil {
			panic("gen: " + err.Error())
		}
		header, _, sig := decoded(b)
		return assemble(header, body, append(k.Sign(sigStructure(header, "assay/1/transfer", body)), sig[64:]...))
	}
	other := cert.SignObject(f.private["payer-hybrid"], wire.TypeTransfer, append(append([]byte(nil), body[:len(body)-1]...), 2))
	f.refused(
		told(bad(27, 21, spec.PQC01, spec.ESig, "Hybrid", "the Ed25519 half is wrong, the other right", half(0)), unsigned()),
		told(bad(28, 21, spec.PQC01, spec.ESig, "Hybrid", "the ML-DSA half is wrong, the other right", half(64)), unsigned()),
		told(bad(29, 21, spec.PQC02, spec.ESig, "Hybrid", "the first half is a plain signature of suite 1 by the component key", raw("input.object", stripped)), unsigned()),
		told(bad(30, 21, spec.PQC02, spec.ESig, "Hybrid", "the first half is taken from another signature of the same key", raw("input.object", func(b []byte) []byte {
			copy(b[len(b)-2484:], other.Signature[:64])
			return b
		})), unsigned()),
	)
	return f
}

// transferOf adds the vectors of one suite from number n on, and returns the
// valid transfer. Payer and payee are those of the world.
func transferOf(w *world, n int, s suite.Suite) []byte {
	payer, payee := "payer", "payee"
	if n > 1 {
		payer, payee = "payer-hybrid", "payee-hybrid"
	}
	request := w.payReq(w.session())
	hash := idOf(wire.TypePayReq, w.signedBy(payee, wire.TypePayReq, request.Encode()))
	d := w.blank(payee, payee, w.payee)
	d.Requests = []vectors.Request{{
		Number: requestNumber, Hash: hexID(hash), Amount: dec(amount), Suite: uint64(s), MaxHop: 5,
	}}
	w.state(d)
	m := wire.Transfer{
		Version: wire.V1, Realm: w.auth.Place.Realm, Suite: s, Currency: 978, Exponent: 2, Amount: amount,
		Cert: w.payer.ID, Request: requestNumber, PayeeTag: wire.PayeeTag(w.payee.Device(), requestNonce(requestNumber)),
		Counter: counter, Prev: drawnID("previous debit"), Lots: []wire.Lot{{Hop: 1, Amount: amount}},
		RequestHash: hash, PolicyVersion: 7, Epoch: epochNow, Family: wire.FamilyBalance,
	}
	object := w.signedBy(payer, wire.TypeTransfer, m.Encode())
	receipt := wire.Receipt{
		Version: wire.V1, Realm: w.auth.Place.Realm, Suite: s, Cert: w.payee.ID, RequestHash: hash,
		TransferHash: idOf(wire.TypeTransfer, object), Status: wire.ReceiptAccepted,
	}
	w.valid(positive{n: n, requirement: spec.PAY01, kind: "transfer", comment: "a payment in suite " + dec(uint64(s)),
		device: payee, uses: map[string]string{"certificate": payer}, input: map[string][]byte{"object": object},
		values: published(wire.TypeTransfer, object, map[string]string{
			"receipt_payload": hexOf(receipt.Encode()), "balance": dec(3500 + amount),
		})})
	longer := func(by int) change {
		return raw("input.object", func(b []byte) []byte {
			header, body, sig := decoded(b)
			if by > 0 {
				return assemble(header, body, append(append([]byte(nil), sig...), 0))
			}
			return assemble(header, body, sig[:len(sig)-1])
		})
	}
	w.refused(
		told(bad(n+1, n, spec.CRY05, spec.ESig, "Signature", "one bit of the signature", raw("input.object", lastBit)), unsigned()),
		told(bad(n+2, n, spec.PQC03, spec.ESig, "Length", "the signature is a byte too long", longer(1)), unsigned()),
		told(bad(n+3, n, spec.PQC03, spec.ESig, "Length", "the signature is a byte too short", longer(-1)), unsigned()),
		told(bad(n+4, n, spec.CRY06, spec.ESuite, "Downgrade", "member 4 names suite 1", payload("input.object", payer, number(4, 1))), unsigned()),
		told(bad(n+5, n, spec.CRY01, spec.ESig, "Signature", "the certificate's signature has one bit wrong", raw("uses.certificate", lastBit)), unsigned()),
	)
	return object
}
