package main

import (
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

// mldsa65Vectors and hybridP256Vectors are one payment each, under a root of
// suite 7: PAY_REQ at the payer, TRANSFER at the payee, RECEIPT at the payer.
func mldsa65Vectors() *file {
	f := newFile("payment-mldsa65", "A payment in suite 4, ML-DSA-65, over X-Wing, below hybrid providers and a root of suite 7: PAY_REQ, TRANSFER and RECEIPT as in the files of those names.")
	paymentOf(f, suite.MLDSA65, wire.KEMXWing)
	f.refused(
		told(bad(50, 30, spec.PQC05, spec.ESig, "Malleable", "a byte behind the last hint of the signature", padHints("input.object", 6)), unsigned()),
		told(bad(51, 30, spec.PQC03, spec.ESig, "Length", "cut to the length of ML-DSA-44", cutSignature("input.object", 2420)), unsigned()),
	)
	return f
}

func hybridP256Vectors() *file {
	f := newFile("payment-hybrid-p256", "A payment in suite 6, P-256 with ML-DSA-44, over DHKEM(P-256), below hybrid providers and a root of suite 7: PAY_REQ, TRANSFER and RECEIPT as in the files of those names.")
	w := paymentOf(f, suite.P256MLDSA44, wire.KEMP256)
	for i, at := range []struct{ field, signer, domain string }{
		{"input.object", "payer", "assay/1/transfer"}, {"input.object", "payee", "assay/1/receipt"},
	} {
		twin := 30 + 30*i
		add := func(n int, r spec.ID, flag, comment string, edit func(sig, message []byte) []byte) {
			v := bad(twin+n, twin, r, spec.ESig, flag, comment, signature(at.field, at.domain, edit))
			if i == 0 {
				v = told(v, unsigned())
			}
			f.refused(v)
		}
		key := w.private[at.signer]
		classical, lattice := component(suite.P256, key.Seed()[:32]), component(suite.MLDSA44, key.Seed()[32:])
		other := key.Sign([]byte("another message"))
		add(20, spec.PQC01, "Hybrid", "the P-256 half is wrong, the other right", func(sig, _ []byte) []byte { return append(other[:64:64], sig[64:]...) })
		add(21, spec.PQC01, "Hybrid", "the ML-DSA half is wrong, the other right", func(sig, _ []byte) []byte { return append(sig[:64:64], other[64:]...) })
		add(22, spec.PQC02, "Hybrid", "the first half is a plain signature of suite 2 by the component key", func(sig, message []byte) []byte {
			return append(classical.Sign(message), sig[64:]...)
		})
		add(23, spec.PQC02, "Hybrid", "the second half is a plain signature of suite 3 by the component key", func(sig, message []byte) []byte {
			return append(sig[:64:64], lattice.Sign(message)...)
		})
		add(24, spec.PQC02, "Hybrid", "the halves have changed places", func(sig, _ []byte) []byte { return append(append([]byte(nil), sig[64:]...), sig[:64]...) })
		add(25, spec.CRY10, "Malleable", "s of the P-256 half in the upper half", func(sig, _ []byte) []byte {
			return append(highS(append([]byte(nil), sig[:64]...)), sig[64:]...)
		})
	}
	return f
}

// paymentOf adds a whole payment: 1 PAY_REQ, 30 TRANSFER, 60 RECEIPT ACCEPTED
// and 61 REFUSED, and what can be wrong with a signature of each.
func paymentOf(f *file, s suite.Suite, kem wire.KEM) *world {
	f.note("Signature", "A signature that does not verify.", "Anyone pays with another's money.")
	f.note("Length", "A signature of another length.", "Bytes that no signature covers can be added or taken away.")
	f.note("Malleable", "Another encoding of a right signature.", "One payment gets two encodings; whoever compares bytes counts it twice.")
	f.note("Hybrid", "Only one half verifies, or halves of two signatures are put together.", "The stronger half protects nothing: breaking one suite is enough.")
	f.note("Downgrade", "Another suite than the certificate's.", "A payer is made to use what can be broken.")
	f.note("Certificate", "The path above the signer is not right.", "Somebody whom nobody has certified pays, or is paid.")
	w := newWorldUnder(f, suite.SLHDSA128s, kem, suite.Ed25519MLDSA44, s, s)
	payReqOf(f, w)
	transferAt(f, w)
	receiptsOf(f, w)
	return w
}

func payReqOf(f *file, w *world) {
	w.state(w.blank("payer", "payer", w.payer))
	s := w.session()
	request, hash := w.request(s)
	m := w.transfer()
	m.Lots, m.RequestHash = []wire.Lot{{Hop: 1, Amount: amount}}, hash
	scheme, _ := suite.Lookup(w.number)
	made := wire.Object{Alg: scheme.Alg(), Payload: m.Encode()}
	in := s.input()
	in["hello_nonce"], in["pay_req"] = s.helloNonce, request
	in["m2"] = s.m2(wire.Item{Type: wire.TypePayReq, Object: request, Certs: [][]byte{w.payee.Raw}})
	f.valid(positive{n: 1, requirement: spec.PAY01, kind: "pay-req", comment: "a request in suite " + dec(uint64(w.number)),
		device: "payer", uses: map[string]string{"certificate": "payee"}, input: in,
		context: map[string]string{"verified": "0", "expected_amount": "0", "session": "1"},
		values: published(wire.TypePayReq, request, map[string]string{
			"transfer_payload": hexOf(made.Payload), "transfer_id": hexID(made.ID(wire.TypeTransfer)),
		})})
	from := len(f.Tests)
	f.refused(
		bad(2, 1, spec.CRY05, spec.ESig, "Signature", "one bit of the signature", raw("input.pay_req", lastBit)),
		bad(3, 1, lengthRule(w.number), spec.ESig, "Length", "the signature is a byte too long", signature("input.pay_req", "", func(sig, _ []byte) []byte { return append(sig, 0) })),
		bad(4, 1, lengthRule(w.number), spec.ESig, "Length", "the signature is a byte too short", signature("input.pay_req", "", func(sig, _ []byte) []byte { return sig[:len(sig)-1] })),
		bad(5, 1, spec.CRY06, spec.ESuite, "Downgrade", "member 4 names suite 1", payload("input.pay_req", "payee", number(4, 1))),
		bad(6, 1, spec.CRY01, spec.ESig, "Certificate", "the certificate's signature has one bit wrong", raw("uses.certificate", lastBit)),
	)
	f.sealAgain(s, from)
}

func transferAt(f *file, w *world) {
	m := w.transfer()
	m.Lots = []wire.Lot{{Hop: 1, Amount: amount}}
	d := w.blank("payee", "payee", w.payee)
	d.Requests = []vectors.Request{{
		Number: requestNumber, Hash: hexID(m.RequestHash), Amount: dec(amount), Suite: uint64(w.number), MaxHop: 5,
	}}
	w.state(d)
	object := w.signedBy("payer", wire.TypeTransfer, m.Encode())
	f.valid(positive{n: 30, requirement: spec.PAY01, kind: "transfer", comment: "a payment in suite " + dec(uint64(w.number)),
		device: "payee", uses: map[string]string{"certificate": "payer"}, input: map[string][]byte{"object": object},
		values: w.accepted(object, 3500+amount)})
	cut := func(by int) change {
		return signature("input.object", "", func(sig, _ []byte) []byte { return append(sig, 0)[:len(sig)+by] })
	}
	f.refused(
		told(bad(31, 30, spec.CRY05, spec.ESig, "Signature", "one bit of the signature", raw("input.object", lastBit)), unsigned()),
		told(bad(32, 30, lengthRule(w.number), spec.ESig, "Length", "the signature is a byte too long", cut(1)), unsigned()),
		told(bad(33, 30, lengthRule(w.number), spec.ESig, "Length", "the signature is a byte too short", cut(-1)), unsigned()),
		told(bad(34, 30, spec.CRY06, spec.ESuite, "Downgrade", "member 4 names suite 1", payload("input.object", "payer", number(4, 1))), unsigned()),
		told(bad(35, 30, spec.CRY01, spec.ESig, "Certificate", "the certificate's signature has one bit wrong", raw("uses.certificate", lastBit)), unsigned()),
	)
}

func receiptsOf(f *file, w *world) {
	w.pendingState()
	uses := map[string]string{"certificate": "payee"}
	for i, status := range []uint64{wire.ReceiptAccepted, wire.ReceiptRefused} {
		object := w.signedBy("payee", wire.TypeReceipt, w.receipt(status).Encode())
		values := map[string]string{"refunded": dec(uint64(i)), "balance": dec(uint64(3500 + i*amount))}
		f.valid(positive{n: 60 + i, requirement: []spec.ID{spec.PAY08, spec.INV02}[i], kind: "receipt",
			comment: []string{"ACCEPTED", "REFUSED"}[i] + " in suite " + dec(uint64(w.number)), device: "pending", uses: uses,
			input: map[string][]byte{"object": object}, values: published(wire.TypeReceipt, object, values)})
	}
	f.refused(
		bad(62, 60, spec.CRY05, spec.ESig, "Signature", "one bit of the signature", raw("input.object", lastBit)),
		bad(63, 61, spec.CRY05, spec.ESig, "Signature", "one bit of the signature of REFUSED: money comes back that was credited", raw("input.object", lastBit)),
		bad(64, 60, spec.CRY06, spec.ESuite, "Downgrade", "member 4 names suite 1", payload("input.object", "payee", number(4, 1))),
		bad(65, 60, lengthRule(w.number), spec.ESig, "Length", "the signature is a byte too long", signature("input.object", "", func(sig, _ []byte) []byte { return append(sig, 0) })),
	)
}

// signature edits the signature of an object; edit gets what was signed under
// the domain.
func signature(field, domain string, edit func(sig, message []byte) []byte) change {
	return raw(field, func(b []byte) []byte {
		header, body, sig := decoded(b)
		return assemble(header, body, edit(append([]byte(nil), sig...), sigStructure(header, domain, body)))
	})
}

func cutSignature(field string, n int) change {
	return signature(field, "", func(sig, _ []byte) []byte { return sig[:n] })
}

// padHints writes a byte where no hint is: before the ends, which are k bytes.
func padHints(field string, k int) change {
	return signature(field, "", func(sig, _ []byte) []byte {
		at := len(sig) - k - 1
		if sig[at] != 0 {
			panic("gen: the last place for a hint is taken")
		}
		sig[at] = 1
		return sig
	})
}

// certRootVectors are paths below a root of suite 7.
func certRootVectors() *file {
	f := newFile("cert-root", "Certificate paths to a root of suite 7, SLH-DSA-SHA2-128s, as in the file cert. No key of that suite stands below it.")
	certNotes(f)
	w := newWorldUnder(f, suite.SLHDSA128s, wire.KEMX25519, suite.Ed25519MLDSA44, suite.Ed25519, suite.All()...)
	above := component(suite.SLHDSA128s, drawn("a provider of suite 7", 48))
	f.key("provider-7", above)
	uses := func(leaf string) map[string]string {
		return map[string]string{"leaf": leaf, "provider": "provider", "root": "root", "revset": "revset"}
	}
	context := map[string]string{
		"realm": hexOf(w.auth.Place.Realm[:]), "env": "1", "epoch": dec(epochNow), "grace": "30", "usage": "1", "suites": "123456",
	}
	for i, s := range suite.All() {
		name := "payer-" + dec(uint64(s))
		c := w.device(name, s)
		did := c.Device()
		f.valid(positive{n: 1 + i, requirement: spec.CRY01, kind: "cert", comment: "a device of suite " + dec(uint64(s)) + " below a hybrid provider and a root of suite 7",
			uses: uses(name), context: context, values: published(wire.TypeCert, c.Raw, map[string]string{"subject": hexDID(did)})})
	}
	key := func(k suite.PrivateKey) edit {
		return both(set(32, k.Public().COSE()), number(4, uint64(k.Public().Suite())))
	}
	provider := func(e edit) change { return follow(payload("uses.provider", "root", e), "uses.leaf", "provider", 10) }
	f.refused(
		bad(20, 1, spec.CRY01, spec.ESig, "Signature", "the last bit of the root's signature of the provider", raw("uses.provider", lastBit)),
		bad(21, 1, spec.CRY01, spec.ESig, "Signature", "the root's signature of the provider is a byte too short", signature("uses.provider", "", func(sig, _ []byte) []byte { return sig[:len(sig)-1] })),
		bad(22, 1, spec.CRY01, spec.ESig, "Signature", "the root's signature of the provider is a byte too long", signature("uses.provider", "", func(sig, _ []byte) []byte { return append(sig, 0) })),
		bad(23, 1, spec.ENC06, spec.ESig, "Signature", "the root has signed the provider under the domain of a policy", resigned("uses.provider", "root", "assay/1/policy")),
		bad(24, 1, spec.CRY06, spec.ESuite, "Suite", "a provider of suite 7: the suite is for roots, however high it ranks", provider(key(above))),
		bad(25, 1, spec.CRY01, spec.EWeak, "Suite", "a device of suite 7: no provider ranks as high", payload("uses.leaf", "provider", key(above))),
		bad(26, 1, spec.CRY01, spec.EWeak, "Suite", "a device that lists suite 7 beside its own", payload("uses.leaf", "provider", set(37, []byte{0x82, 1, 7}))),
		bad(27, 1, spec.CRY06, spec.ESuite, "Suite", "the root's signature names ML-DSA-65", follow(protected("uses.provider", "root", alg(-49)), "uses.leaf", "provider", 10)),
	)
	return f
}
