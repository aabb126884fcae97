package main

import (
	"encoding/hex"
	"math/big"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/spec"
)

func suiteVectors() *file {
	f := newFile("suite", "One signature for each suite, and how each can be wrong. Deterministic: P-256 by RFC 6979 with s lowered, ML-DSA-44 without hedging. Keys that are none are refused with 103, signatures with 130.")
	f.note("Signature", "A signature that does not verify.", "Anyone pays with another's money.")
	f.note("Length", "A signature, or a half of one, of another length.", "Bytes that no signature covers can be added or taken away.")
	f.note("Malleable", "Another encoding of a right signature.", "One payment gets two encodings; whoever compares bytes counts it twice.")
	f.note("Hybrid", "Only one half verifies, or halves of two signatures are put together.", "The stronger half protects nothing: breaking one suite is enough.")
	f.note("Key", "Bytes that are no key of the suite.", "A key of small order verifies signatures of every message.")
	message := []byte("assay vectors: one message for every suite")
	for i, number := range firstSuites() {
		k := cert.DeriveKey(number, []byte(seed), "suite")
		name := "key-" + dec(uint64(number))
		f.key(name, k)
		f.valid(positive{n: 10*i + 1, requirement: spec.CRY05, kind: "suite", comment: "a signature of suite " + dec(uint64(number)),
			context: map[string]string{"suite": dec(uint64(number))},
			input:   map[string][]byte{"key": k.Public().COSE(), "message": message, "signature": k.Sign(message)}})
		f.refused(
			bad(10*i+2, 10*i+1, spec.CRY05, spec.ESig, "Signature", "the last bit of the signature", raw("input.signature", lastBit)),
			bad(10*i+3, 10*i+1, spec.CRY05, spec.ESig, "Signature", "the last bit of the message", raw("input.message", lastBit)),
			bad(10*i+4, 10*i+1, lengthRule(number), spec.ESig, "Length", "one byte too many", raw("input.signature", trailing)),
			bad(10*i+5, 10*i+1, lengthRule(number), spec.ESig, "Length", "one byte too few", raw("input.signature", truncated)),
			bad(10*i+6, 10*i+1, spec.CRY05, spec.EField, "Key", "one byte of the key is missing", raw("input.key", truncated)),
		)
	}
	f.refused(
		bad(7, 1, spec.CRY05, spec.ESig, "Malleable", "S plus the order of the group", raw("input.signature", plusOrder)),
		bad(8, 1, spec.CRY05, spec.EField, "Key", "the key is the neutral point, of small order", raw("input.key", neutral)),
		bad(9, 1, spec.CRY05, spec.EField, "Key", "the y of the key is not below the prime", raw("input.key", notReduced)),
		bad(17, 11, spec.CRY05, spec.ESig, "Malleable", "s in the upper half: n minus s verifies as well", raw("input.signature", highS)),
		bad(18, 11, spec.CRY05, spec.EField, "Key", "the point is not on the curve", raw("input.key", lastBit)),
		bad(27, 21, spec.PQC03, spec.ESig, "Signature", "a signature with the context of the hybrid suite", raw("input.signature", otherContext(message))),
		bad(28, 21, spec.CRY05, spec.EField, "Key", "a key of zeros, one that was never set", raw("input.key", zeros)),
		bad(37, 31, spec.PQC01, spec.ESig, "Hybrid", "the first half is wrong, the second right", raw("input.signature", firstHalf)),
		bad(38, 31, spec.PQC02, spec.ESig, "Hybrid", "the first half is a signature of suite 1 by the same key, over the message alone", raw("input.signature", stripped(message))),
		bad(39, 31, spec.PQC02, spec.ESig, "Hybrid", "the first half is from a signature of another message", raw("input.signature", paired)),
	)
	return f
}

// firstSuites are those of the files that were published first. The files of the
// others are their own, so that no id and no byte of these changes.
func firstSuites() []suite.Suite {
	return []suite.Suite{suite.Ed25519, suite.P256, suite.MLDSA44, suite.Ed25519MLDSA44}
}

func bad(n, twin int, requirement spec.ID, code spec.Code, flag, comment string, c change) negative {
	return negative{n: n, twin: twin, requirement: requirement, code: code, flags: []string{flag}, comment: comment, change: c}
}

func lengthRule(number suite.Suite) spec.ID {
	switch number {
	case suite.MLDSA44, suite.MLDSA65:
		return spec.PQC03
	case suite.Ed25519MLDSA44, suite.P256MLDSA44:
		return spec.PQC02
	default:
		return spec.CRY05
	}
}

// plusOrder adds the group order, 2^252 + 277..., to the little-endian S.
func plusOrder(sig []byte) []byte {
	order, _ := new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)
	s := new(big.Int).SetBytes(reversed(sig[32:]))
	s.Add(s, order)
	return append(sig[:32], reversed(s.FillBytes(make([]byte, 32)))...)
}

func reversed(b []byte) []byte {
	out := make([]byte, len(b))
	for i, x := range b {
		out[len(b)-1-i] = x
	}
	return out
}

// highS replaces s by n - s.
func highS(sig []byte) []byte {
	n, _ := new(big.Int).SetString("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16)
	s := n.Sub(n, new(big.Int).SetBytes(sig[32:]))
	return append(sig[:32], s.FillBytes(make([]byte, 32))...)
}

func neutral(key []byte) []byte {
	clear(key[len(key)-32:])
	key[len(key)-32] = 1
	return key
}

// notReduced is y = p + 1, which is 1 when reduced.
func notReduced(key []byte) []byte {
	copy(key[len(key)-32:], unhex("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"))
	return key
}

func zeros(key []byte) []byte {
	clear(key[len(key)-1312:])
	return key
}

func firstHalf(sig []byte) []byte {
	sig[0] ^= 1
	return sig
}

// hybridSeed is that of the hybrid key of this file, both halves.
func hybridSeed() []byte { return cert.DeriveKey(suite.Ed25519MLDSA44, []byte(seed), "suite").Seed() }

func stripped(message []byte) func([]byte) []byte {
	return func(sig []byte) []byte {
		scheme, _ := suite.Lookup(suite.Ed25519)
		k, err := scheme.NewKey(hybridSeed()[:32])
		if err != nil {
			panic("gen: " + err.Error())
		}
		return append(k.Sign(message), sig[64:]...)
	}
}

func paired(sig []byte) []byte {
	other := cert.DeriveKey(suite.Ed25519MLDSA44, []byte(seed), "suite").Sign([]byte("another message"))
	return append(other[:64], sig[64:]...)
}

// otherContext signs with the suite-3 key under the context of suite 5.
func otherContext(message []byte) func([]byte) []byte {
	return func([]byte) []byte {
		k := cert.DeriveKey(suite.MLDSA44, []byte(seed), "suite")
		return signContext(k.Seed(), message, "assay/1/hybrid-5")
	}
}

func hexOf(b []byte) string { return hex.EncodeToString(b) }
