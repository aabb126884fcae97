package main

import (
	"bytes"

	"github.com/assay-cbdc/assay/reference/link"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// capsuleP256Vectors and capsuleXWingVectors are capsules over the other two KEMs.
func capsuleP256Vectors() *file {
	f := newFile("capsule-p256", "A capsule over KEM 0x0010, DHKEM(P-256, HKDF-SHA256), which context.kem says in decimal: ikm is that of the request's key, eseed that of the payer's.")
	capsulesOver(f, wire.KEMP256, 32)
	f.refused(
		bad(20, 1, spec.PAY12, spec.EReqUnknown, "Capsule", "the encapsulated key is not on the curve", encapsulated(func(k []byte) []byte { k[len(k)-1] ^= 1; return k })),
		bad(21, 1, spec.PAY12, spec.EReqUnknown, "Capsule", "the encapsulated key is compressed", encapsulated(func(k []byte) []byte {
			return append([]byte{2 | k[len(k)-1]&1}, k[1:33]...)
		})),
	)
	return f
}

func capsuleXWingVectors() *file {
	f := newFile("capsule-xwing", "A capsule over KEM 0x647a, X-Wing, which context.kem says in decimal: SHAKE256 of ikm, in 32 bytes, is the private key of the request, eseed the 32 bytes of ML-KEM-768's randomness and the 32 of the payer's key of X25519.")
	capsulesOver(f, wire.KEMXWing, 64)
	f.note("ZeroHalf", "The X25519 half of X-Wing gives zero whatever the other side has.", "The half that is there in case the other breaks protects nothing.")
	const half = 32
	f.refused(
		bad(20, 1, spec.PAY12, spec.EReqUnknown, "ZeroHalf", "the X25519 half of the encapsulated key is zero", encapsulated(func(k []byte) []byte {
			clear(k[len(k)-half:])
			return k
		})),
		bad(21, 1, spec.PAY12, spec.EReqUnknown, "Capsule", "one bit of the half of ML-KEM-768", encapsulated(func(k []byte) []byte { k[100] ^= 1; return k })),
		bad(22, 1, spec.PAY12, spec.EReqUnknown, "Capsule", "the half of X25519 is left out", encapsulated(func(k []byte) []byte { return k[:len(k)-half] })),
	)
	return f
}

// capsulesOver are a capsule, and what can be wrong with one of any KEM.
func capsulesOver(f *file, kem wire.KEM, drawnBytes int) {
	f.note("Capsule", "The capsule does not open.", "An altered capsule that is taken changes what the payee believes was paid.")
	w := newWorldUnder(f, 0, kem, suite.Ed25519, suite.Ed25519, 1, 2)
	eseed := drawn("eseed", drawnBytes)
	key, err := link.NewEphemeralFor(kem, bytes.NewReader(drawn("poster key", 32)))
	must(err)
	request := w.poster()
	request.KEM, request.KEMKey = kem, key.Public()
	rqh := idOf(wire.TypeStaticReq, w.signedBy("payee", wire.TypeStaticReq, request.Encode()))
	transfer := w.signedTransfer()
	item := wire.OneWay{Object: transfer, Nonce: payerNonce(), Certs: [][]byte{w.payer.Raw}}
	capsule, err := link.SealCapsule(bytes.NewReader(eseed), kem, key.Public(), rqh, item)
	must(err)
	f.valid(positive{n: 1, requirement: spec.PAY09, kind: "capsule", comment: "a capsule, byte for byte",
		input:   map[string][]byte{"ikm": drawn("poster key", 32), "eseed": eseed, "request": rqh[:], "capsule": capsule},
		context: map[string]string{"kem": dec(uint64(kem))},
		values:  map[string]string{"item": hexOf(item.Encode()), "capsule": hexOf(capsule)}})
	other := uint64(wire.KEMX25519)
	f.refused(
		bad(10, 1, spec.PAY12, spec.EReqUnknown, "Capsule", "one bit of the tag", raw("input.capsule", lastBit)),
		bad(11, 1, spec.PAY12, spec.EReqUnknown, "Capsule", "one bit of the ciphertext", raw("input.capsule", func(b []byte) []byte { b[len(b)-40] ^= 1; return b })),
		bad(12, 1, spec.PAY12, spec.EReqUnknown, "Capsule", "sealed for another request under the same key", raw("input.request", lastBit)),
		bad(13, 1, spec.PAY12, spec.EReqUnknown, "Capsule", "sealed to another key", raw("input.ikm", lastBit)),
		bad(14, 1, spec.PAY12, spec.EReqUnknown, "Capsule", "sealed over another KEM than the request's", value("kem", dec(other))),
		bad(15, 1, spec.ENC03, spec.EMalformed, "Capsule", "the last byte is missing", raw("input.capsule", truncated)),
		bad(16, 1, spec.ENC02, spec.EMalformed, "Capsule", "a byte after the capsule", raw("input.capsule", trailing)),
		bad(17, 1, spec.PAY12, spec.EReqUnknown, "Capsule", "a ciphertext a byte short", raw("input.capsule", func(b []byte) []byte {
			m, err := wire.DecodeCapsule(b)
			must(err)
			m.Ciphertext = m.Ciphertext[:len(m.Ciphertext)-1]
			return m.Encode()
		})),
		bad(18, 1, spec.PAY12, spec.EReqUnknown, "Capsule", "an encapsulated key a byte short", encapsulated(func(k []byte) []byte { return k[:len(k)-1] })),
	)
}

// encapsulated changes the encapsulated key of a capsule.
func encapsulated(e func([]byte) []byte) change {
	return raw("input.capsule", func(b []byte) []byte {
		m, err := wire.DecodeCapsule(b)
		must(err)
		m.Enc = e(bytes.Clone(m.Enc))
		return m.Encode()
	})
}
