package main

import (
	"encoding/hex"

	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// linkP256Vectors and linkXWingVectors are sessions over the other two KEMs.
func linkP256Vectors() *file {
	f := newFile("link-p256", "The link over KEM 0x0010, DHKEM(P-256, HKDF-SHA256), from published seeds as in the file link.")
	w := linkNotes(f, wire.KEMP256)
	s, first := linkSession(f, w, 1)
	const kpk, enc = 65, 65
	kemChecks(f, w, s, first, kpk, enc)
	f.refused(
		bad(20, 1, spec.CRY11, spec.ELink, "KEM", "the key in HELLO is not on the curve", helloKey(func(k []byte) { k[kpk-1] ^= 1 })),
		bad(21, 1, spec.CRY11, spec.ELink, "KEM", "the key in HELLO begins as a compressed point does", helloKey(func(k []byte) { k[0] = 2 })),
	)
	return f
}

func linkXWingVectors() *file {
	f := newFile("link-xwing", "The link over KEM 0x647a, X-Wing, from published seeds as in the file link: SHAKE256 of ikm, in 32 bytes, is the payer's private key, eseed the 32 bytes of ML-KEM-768's randomness and the 32 of the payee's key of X25519.")
	w := linkNotes(f, wire.KEMXWing)
	s, first := linkSession(f, w, 1)
	const kpk, enc, half = 1216, 1120, 32
	kemChecks(f, w, s, first, kpk, enc)
	zero := func(k []byte) { clear(k[len(k)-half:]) }
	f.refused(
		bad(20, 1, spec.CRY11, spec.ELink, "ZeroHalf", "the X25519 half of the key in HELLO is zero: the agreement of that half is too", helloKey(zero)),
		bad(21, 1, spec.CRY11, spec.ELink, "ZeroHalf", "the X25519 half of the key in HELLO is 1, of order 4", helloKey(func(k []byte) { zero(k); k[len(k)-half] = 1 })),
		bad(22, 1, spec.CRY11, spec.ELink, "ZeroHalf", "the X25519 half of the key in HELLO is p, zero not reduced", helloKey(func(k []byte) {
			copy(k[len(k)-half:], unhex("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"))
		})),
		bad(23, 1, spec.CRY11, spec.ELink, "KEM", "a coefficient of the ML-KEM key is not reduced", helloKey(func(k []byte) { k[0], k[1] = 0xff, 0xff })),
		bad(24, 10, spec.PVY02, spec.ELink, "ZeroHalf", "the X25519 half of the encapsulated key is zero", encKey(s, enc, zero)),
	)
	return f
}

func linkNotes(f *file, kem wire.KEM) *world {
	f.note("KEM", "What is no key, or no encapsulated key, of the KEM.", "A key that lies outside its group tells about the other's.")
	f.note("ZeroHalf", "The X25519 half of X-Wing gives zero whatever the other side has.", "The half that is there in case the other breaks protects nothing.")
	f.note("Negotiation", "The offer or the choice is not what the rule gives.", "A relay that shortens a list has both sides use the weakest KEM they know.")
	return newWorldUnder(f, 0, kem, suite.Ed25519, suite.Ed25519, 1, 2)
}

// kemChecks are frame 10 and what is wrong with any KEM.
func kemChecks(f *file, w *world, s session, first wire.Item, kpk, enc int) {
	f.valid(positive{n: 10, requirement: spec.PVY02, kind: "frame", comment: "M2 opens",
		input:  map[string][]byte{"ikm": s.ikm, "hello": s.hello, "m2": s.m2(first)},
		values: map[string]string{"item": hex.EncodeToString(first.Encode())}})
	other := uint64(wire.KEMX25519)
	list := wire.AppendUint(wire.AppendArray(nil, 1), other)
	hello := func(e edit) change { return raw("input.hello", func(b []byte) []byte { c, _ := e(b); return c }) }
	f.refused(
		bad(11, 1, spec.CRY06, spec.ENocommon, "Negotiation", "HELLO lists X25519 alone, and CAPS has not", hello(set(42, list))),
		bad(12, 1, spec.CRY08, spec.EDowngrade, "Negotiation", "CAPS chooses X25519, which neither lists", raw("input.caps", func(b []byte) []byte {
			c, _ := number(43, other)(b)
			return c
		})),
		bad(13, 10, spec.PVY02, spec.ELink, "KEM", "one bit of the encapsulated key", encKey(s, enc, func(k []byte) { k[enc/2] ^= 1 })),
		bad(14, 10, spec.PVY02, spec.ELink, "KEM", "one bit of the end of the encapsulated key", encKey(s, enc, func(k []byte) { k[enc-1] ^= 1 })),
		bad(15, 1, spec.CRY11, spec.ELink, "KEM", "the key in HELLO is a byte short", raw("input.hello", func(b []byte) []byte {
			h, err := wire.DecodeHello(b)
			must(err)
			h.KEMKey = h.KEMKey[:kpk-1]
			return h.Encode()
		})),
		bad(16, 1, spec.CRY11, spec.ELink, "KEM", "the key in HELLO is zeros", helloKey(func(k []byte) { clear(k) })),
	)
}

// helloKey changes the key of HELLO.
func helloKey(change func(key []byte)) change {
	return raw("input.hello", func(b []byte) []byte {
		h, err := wire.DecodeHello(b)
		must(err)
		change(h.KEMKey)
		return h.Encode()
	})
}

// encKey changes the encapsulated key of M2, of n bytes.
func encKey(s session, n int, change func(key []byte)) change {
	return raw("input.m2", func(b []byte) []byte {
		opening, err := wire.DecodeOpening(b)
		must(err)
		if len(opening.Enc) != n {
			panic("gen: an encapsulated key of another length")
		}
		change(opening.Enc)
		return opening.Encode()
	})
}
