package main

import (
	"bytes"
	"slices"

	"github.com/cloudflare/circl/sign/mldsa/mldsa65"
	"github.com/cloudflare/circl/sign/slhdsa"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/spec"
)

// moreSuiteVectors are suites 4, 6 and 7, in numbers of 30 each.
func moreSuiteVectors() *file {
	f := newFile("suite-more", "Suites 4, 6 and 7, as the file suite has the others. Deterministic: ML-DSA and SLH-DSA without hedging, P-256 by RFC 6979 with s lowered.")
	f.note("Signature", "A signature that does not verify.", "Anyone pays with another's money.")
	f.note("Length", "A signature, or a half of one, of another length.", "Bytes that no signature covers can be added or taken away.")
	f.note("Malleable", "Another encoding of a right signature.", "One payment gets two encodings; whoever compares bytes counts it twice.")
	f.note("Hybrid", "Only one half verifies, or halves of two signatures are put together.", "The stronger half protects nothing: breaking one suite is enough.")
	f.note("Context", "Right, but for another purpose.", "What was signed for one purpose is used for another.")
	f.note("Key", "Bytes that are no key of the suite.", "A key that was never set verifies what anyone makes.")
	f.note("Suite", "A suite that is none.", "A payer is made to use what nobody has looked at.")
	message := []byte("assay vectors: one message for every suite")
	for i, number := range []suite.Suite{suite.MLDSA65, suite.P256MLDSA44, suite.SLHDSA128s} {
		k := cert.DeriveKey(number, []byte(seed), "suite")
		f.key("key-"+dec(uint64(number)), k)
		n := 30*i + 1
		f.valid(positive{n: n, requirement: spec.CRY05, kind: "suite", comment: "a signature of suite " + dec(uint64(number)),
			context: map[string]string{"suite": dec(uint64(number))},
			input:   map[string][]byte{"key": k.Public().COSE(), "message": message, "signature": k.Sign(message)}})
		f.refused(
			bad(n+1, n, spec.CRY05, spec.ESig, "Signature", "the last bit of the signature", raw("input.signature", lastBit)),
			bad(n+2, n, spec.CRY05, spec.ESig, "Signature", "the last bit of the message", raw("input.message", lastBit)),
			bad(n+3, n, lengthRule(number), spec.ESig, "Length", "one byte too many", raw("input.signature", trailing)),
			bad(n+4, n, lengthRule(number), spec.ESig, "Length", "one byte too few", raw("input.signature", truncated)),
			bad(n+5, n, spec.CRY05, spec.EField, "Key", "one byte of the key is missing", raw("input.key", truncated)),
			bad(n+6, n, spec.CRY05, spec.EField, "Key", "one byte too many in the key", raw("input.key", trailing)),
			bad(n+7, n, spec.CRY06, spec.ESuite, "Suite", "a suite that is none", value("suite", "8")),
			bad(n+8, n, spec.CRY05, spec.ESig, "Signature", "the first bit of the signature", raw("input.signature", firstHalf)),
		)
	}
	lattice65(f, message)
	hybridP256(f, message)
	hashBased(f, message)
	return f
}

func lattice65(f *file, message []byte) {
	f.refused(
		bad(11, 1, spec.PQC03, spec.ESig, "Context", "with the context of suite 6", raw("input.signature", func([]byte) []byte {
			_, k := mldsa65.NewKeyFromSeed((*[32]byte)(f.private["key-4"].Seed()))
			sig := make([]byte, mldsa65.SignatureSize)
			must(mldsa65.SignTo(k, message, []byte("assay/1/hybrid-6"), false, sig))
			return sig
		})),
		bad(12, 1, spec.PQC03, spec.ESig, "Length", "cut to the length of ML-DSA-44", raw("input.signature", func(sig []byte) []byte { return sig[:2420] })),
		bad(13, 1, spec.CRY05, spec.EField, "Key", "a key of zeros, one that was never set", raw("input.key", zeroTail(1952))),
		bad(14, 1, spec.CRY06, spec.EField, "Key", "the key is of suite 3 by its suite number alone", value("suite", "3")),
	)
	hintChecks(f, 15, 1, 55, 6)
}

// hintChecks are the three wrong encodings of hints that FIPS 204 names, from
// number n on.
func hintChecks(f *file, n, twin, omega, k int) {
	hints := func(change func(indices, ends []byte)) change {
		return raw("input.signature", func(sig []byte) []byte {
			tail := sig[len(sig)-omega-k:]
			change(tail[:omega], tail[omega:])
			return sig
		})
	}
	f.refused(
		bad(n, twin, spec.PQC05, spec.ESig, "Malleable", "the first two hints of a polynomial out of order", hints(func(indices, ends []byte) {
			from := byte(0)
			for _, end := range ends {
				if end-from >= 2 {
					indices[from], indices[from+1] = indices[from+1], indices[from]
					return
				}
				from = end
			}
			panic("gen: no polynomial has two hints")
		})),
		bad(n+1, twin, spec.PQC05, spec.ESig, "Malleable", "the first hint twice", hints(func(indices, ends []byte) {
			total := int(ends[len(ends)-1])
			if total == 0 || total == len(indices) {
				panic("gen: no hint to repeat, or no room")
			}
			copy(indices[1:], slices.Clone(indices[:total]))
			for i, end := range ends {
				if end > 0 {
					ends[i]++
				}
			}
		})),
		bad(n+2, twin, spec.PQC05, spec.ESig, "Malleable", "a byte behind the last hint", hints(func(indices, ends []byte) {
			if int(ends[len(ends)-1]) == len(indices) {
				panic("gen: no byte is behind the last hint")
			}
			indices[len(indices)-1] = 1
		})),
	)
}

func hybridP256(f *file, message []byte) {
	key := f.private["key-6"]
	classical, lattice := component(suite.P256, key.Seed()[:32]), component(suite.MLDSA44, key.Seed()[32:])
	elsewhere := key.Sign([]byte("another message"))
	other := cert.DeriveKey(suite.P256MLDSA44, []byte(seed), "suite, another key")
	f.key("other-6", other)
	signature := func(edit func(sig []byte) []byte) change { return raw("input.signature", edit) }
	first := func(half []byte) change {
		return signature(func(sig []byte) []byte { return append(slices.Clone(half), sig[64:]...) })
	}
	second := func(half []byte) change {
		return signature(func(sig []byte) []byte { return append(sig[:64:64], half...) })
	}
	withContext := func(context string) []byte {
		return signContext(key.Seed()[32:], suite.Bound(key.Public(), message), context)
	}
	f.refused(
		bad(41, 31, spec.PQC01, spec.ESig, "Hybrid", "the first half is wrong, the second right", first(elsewhere[:64])),
		bad(42, 31, spec.PQC01, spec.ESig, "Hybrid", "the second half is wrong, the first right", second(elsewhere[64:])),
		bad(43, 31, spec.PQC02, spec.ESig, "Hybrid", "the first half is a signature of suite 2 by the same key, over the message alone", first(classical.Sign(message))),
		bad(44, 31, spec.PQC02, spec.ESig, "Hybrid", "the second half is a signature of suite 3 by the same key, over the message alone", second(lattice.Sign(message))),
		bad(45, 31, spec.PQC02, spec.ESig, "Hybrid", "the second half is over the right bytes, without a context", second(lattice.Sign(suite.Bound(key.Public(), message)))),
		bad(46, 31, spec.PQC03, spec.ESig, "Context", "the second half has the context of suite 5", second(withContext("assay/1/hybrid-5"))),
		bad(47, 31, spec.PQC02, spec.ESig, "Hybrid", "the halves have changed places", signature(func(sig []byte) []byte { return append(slices.Clone(sig[64:]), sig[:64]...) })),
		bad(48, 31, spec.PQC02, spec.ESig, "Hybrid", "the second half alone", signature(func(sig []byte) []byte { return sig[64:] })),
		bad(49, 31, spec.PQC02, spec.ESig, "Hybrid", "the second half of the key is another's: each half binds both", raw("input.key", func(k []byte) []byte {
			return append(k[:len(k)-1312:len(k)-1312], other.Public().COSE()[len(k)-1312:]...)
		})),
		bad(50, 31, spec.CRY10, spec.ESig, "Malleable", "s of the first half in the upper half: n minus s verifies as well", signature(func(sig []byte) []byte {
			return append(highS(slices.Clone(sig[:64])), sig[64:]...)
		})),
		bad(51, 31, spec.CRY05, spec.EField, "Key", "the second half of the key is zeros", raw("input.key", zeroTail(1312))),
		bad(52, 31, spec.CRY05, spec.EField, "Key", "the halves of the key have changed places", raw("input.key", func(k []byte) []byte {
			at := len(k) - 1322 // the second COSE_Key: ten bytes before its 1312
			return slices.Concat(k[:1], k[at:], k[1:at])
		})),
		bad(53, 31, spec.CRY06, spec.EField, "Key", "a key of suite 6 under the number of suite 5", value("suite", "5")),
	)
	hintChecks(f, 54, 31, 80, 4)
}

func hashBased(f *file, message []byte) {
	at := func(offset int) change {
		return raw("input.signature", func(sig []byte) []byte { sig[offset] ^= 1; return sig })
	}
	f.refused(
		bad(71, 61, spec.CRY05, spec.ESig, "Signature", "one bit of the secret value of a tree of FORS", at(16)),
		bad(72, 61, spec.CRY05, spec.ESig, "Signature", "one bit of a path of FORS", at(16+16)),
		bad(73, 61, spec.CRY05, spec.ESig, "Signature", "one bit of a chain of the lowest layer", at(16+2912)),
		bad(74, 61, spec.CRY05, spec.ESig, "Signature", "one bit of a path of the highest layer", at(7856-16)),
		bad(75, 61, spec.CRY05, spec.ESig, "Context", "with a context", raw("input.signature", func([]byte) []byte {
			_, k, err := slhdsa.GenerateKey(bytes.NewReader(f.private["key-7"].Seed()), slhdsa.SHA2_128s)
			must(err)
			sig, err := slhdsa.SignDeterministic(&k, slhdsa.NewMessage(message), []byte("assay"))
			must(err)
			return sig
		})),
		bad(76, 61, spec.CRY05, spec.EField, "Key", "a key of zeros, one that was never set", raw("input.key", zeroTail(32))),
		bad(77, 61, spec.CRY05, spec.ESig, "Signature", "the root of the key has one bit wrong", raw("input.key", lastBit)),
	)
}

// component is the key of a half of a hybrid.
func component(s suite.Suite, seed []byte) suite.PrivateKey {
	scheme, _ := suite.Lookup(s)
	k, err := scheme.NewKey(seed)
	must(err)
	return k
}

func zeroTail(n int) func([]byte) []byte {
	return func(key []byte) []byte {
		clear(key[len(key)-n:])
		return key
	}
}

func must(err error) {
	if err != nil {
		panic("gen: " + err.Error())
	}
}
