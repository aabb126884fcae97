// Package primitive verifies the signatures of the suites with libraries that
// the reference does not use for them, or not in the same way: Ed25519 with
// curve25519-voi, P-256 with crypto/ecdsa, ML-DSA with filippo.io/mldsa, SLH-DSA
// written out from its standard.
// Chapter: wire.md, section Suites.
//
// It knows no messages. Witness and loader stand on it; it stands on
// [SelfTest].
package primitive

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"math/big"

	"filippo.io/mldsa"
	"github.com/fxamacker/cbor/v2"
	"github.com/oasisprotocol/curve25519-voi/curve"
	voi "github.com/oasisprotocol/curve25519-voi/primitives/ed25519"
)

// The suites of edition 1, as member 4 names them.
const (
	Ed25519    = 1
	P256       = 2
	MLDSA44    = 3
	MLDSA65    = 4
	Hybrid     = 5 // Ed25519 and ML-DSA-44
	HybridP256 = 6
	SLHDSA     = 7 // for roots alone
)

// Suites returns the numbers of the suites, ascending.
func Suites() []uint64 { return []uint64{Ed25519, P256, MLDSA44, MLDSA65, Hybrid, HybridP256, SLHDSA} }

// Alg returns the COSE algorithm of a suite, 0 for an unknown one.
func Alg(suite uint64) int64 {
	switch suite {
	case Ed25519:
		return -19
	case P256:
		return -9
	case MLDSA44:
		return -48
	case MLDSA65:
		return -49
	case Hybrid:
		return -65601
	case HybridP256:
		return -65602
	case SLHDSA:
		return -65603
	}
	return 0
}

// Rank returns the rank of a suite, 0 for an unknown one.
func Rank(suite uint64) int {
	switch suite {
	case P256:
		return 10
	case Ed25519:
		return 20
	case MLDSA44:
		return 30
	case MLDSA65:
		return 40
	case HybridP256:
		return 45
	case Hybrid:
		return 50
	case SLHDSA:
		return 60
	}
	return 0
}

// Verify reports whether sig is a signature of message under the encoded
// COSE_Key, or array of two.
func Verify(suite uint64, key, message, sig []byte) bool {
	switch suite {
	case Ed25519:
		return verifyEd25519(key, message, sig)
	case P256:
		return verifyP256(key, message, sig)
	case MLDSA44:
		return verifyMLDSA(mldsa44(), key, message, sig, "")
	case MLDSA65:
		return verifyMLDSA(mldsa65(), key, message, sig, "")
	case Hybrid, HybridP256:
		return verifyHybrid(suite, key, message, sig)
	case SLHDSA:
		return verifySLHDSA(key, message, sig, "")
	}
	return false
}

// IsKey reports whether the bytes are a public key of the suite.
func IsKey(suite uint64, key []byte) bool {
	switch suite {
	case Ed25519:
		return isPoint(member(key, okp(), -2))
	case P256:
		return p256Key(key) != nil
	case MLDSA44:
		return mldsa44().key(key) != nil
	case MLDSA65:
		return mldsa65().key(key) != nil
	case Hybrid:
		return isPair(key, Ed25519)
	case HybridP256:
		return isPair(key, P256)
	case SLHDSA:
		return slhdsaKey(key) != nil
	}
	return false
}

// isPoint reports whether x is the canonical encoding of a point that is not of
// small order.
func isPoint(x []byte) bool {
	y, err := curve.NewCompressedEdwardsYFromBytes(x)
	if err != nil || !y.IsCanonicalVartime() {
		return false
	}
	p, err := new(curve.EdwardsPoint).SetCompressedY(y)
	return err == nil && !p.IsSmallOrder()
}

// rule is that of wire.md: cofactored, A and R canonical, S below the order,
// A not of small order.
func rule() *voi.Options {
	return &voi.Options{Verify: &voi.VerifyOptions{AllowSmallOrderR: true}}
}

func verifyEd25519(key, message, sig []byte) bool {
	x := member(key, okp(), -2)
	return len(x) == 32 && len(sig) == 64 && voi.VerifyWithOptions(x, message, sig, rule())
}

func verifyP256(key, message, sig []byte) bool {
	public := p256Key(key)
	if public == nil || len(sig) != 64 {
		return false
	}
	r, s := new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])
	twice := new(big.Int).Lsh(s, 1)
	if twice.Cmp(elliptic.P256().Params().N) > 0 {
		return false
	}
	digest := sha256.Sum256(message)
	return ecdsa.Verify(public, digest[:], r, s)
}

func p256Key(key []byte) *ecdsa.PublicKey {
	constant := map[int64]int64{1: 2, -1: 1}
	x, y := member(key, constant, -2, -3), member(key, constant, -3, -2)
	if len(x) != 32 || len(y) != 32 {
		return nil
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append(append([]byte{4}, x...), y...))
	if err != nil {
		return nil
	}
	return public
}

// A parameterSet is one of ML-DSA, with its sizes in bytes.
type parameterSet struct {
	alg               int64
	public, signature int
	parameters        mldsa.Parameters
}

func mldsa44() parameterSet {
	return parameterSet{-48, mldsa.MLDSA44PublicKeySize, mldsa.MLDSA44SignatureSize, mldsa.MLDSA44()}
}

func mldsa65() parameterSet {
	return parameterSet{-49, mldsa.MLDSA65PublicKeySize, mldsa.MLDSA65SignatureSize, mldsa.MLDSA65()}
}

func verifyMLDSA(set parameterSet, key, message, sig []byte, context string) bool {
	public := set.key(key)
	return public != nil && len(sig) == set.signature &&
		mldsa.Verify(public, message, sig, &mldsa.Options{Context: context}) == nil
}

// key returns nil for what is no key, one of zeros among them.
func (set parameterSet) key(key []byte) *mldsa.PublicKey {
	packed := member(key, akp(set.alg), -1)
	if len(packed) != set.public || bytes.Count(packed, []byte{0}) == len(packed) {
		return nil
	}
	public, err := mldsa.NewPublicKey(set.parameters, packed)
	if err != nil {
		return nil
	}
	return public
}

// isPair reports whether the bytes are a key of the classical suite and one of
// ML-DSA-44.
func isPair(key []byte, classical uint64) bool {
	first, second, ok := halves(key)
	return ok && IsKey(classical, first) && IsKey(MLDSA44, second)
}

func verifyHybrid(suite uint64, key, message, sig []byte) bool {
	first, second, ok := halves(key)
	if !ok || len(sig) != 64+mldsa.MLDSA44SignatureSize {
		return false
	}
	classical, context := verifyEd25519, "assay/1/hybrid-5"
	if suite == HybridP256 {
		classical, context = verifyP256, "assay/1/hybrid-6"
	}
	a, b := sha256.Sum256(first), sha256.Sum256(second)
	bound := append([]byte("assay/1/hybrid\x00"), byte(suite))
	bound = append(append(append(bound, a[:]...), b[:]...), message...)
	return classical(first, bound, sig[:64]) && verifyMLDSA(mldsa44(), second, bound, sig[64:], context)
}

// halves splits an array of two keys.
func halves(key []byte) (first, second []byte, ok bool) {
	var pair []cbor.RawMessage
	if cbor.Unmarshal(key, &pair) != nil || len(pair) != 2 {
		return nil, nil, false
	}
	return pair[0], pair[1], true
}

// okp and akp are the members of a COSE_Key that are the same in every key.
func okp() map[int64]int64          { return map[int64]int64{1: 1, -1: 6} }
func akp(alg int64) map[int64]int64 { return map[int64]int64{1: 7, 3: alg} }

// member returns the byte string at a label of a COSE_Key that has the constant
// members, this one, those beside it, and no other.
func member(key []byte, constant map[int64]int64, label int64, beside ...int64) []byte {
	var m map[int64]cbor.RawMessage
	if cbor.Unmarshal(key, &m) != nil || len(m) != len(constant)+1+len(beside) {
		return nil
	}
	again, err := encoder().Marshal(m)
	if err != nil || !bytes.Equal(again, key) {
		return nil
	}
	for at, want := range constant {
		if !bytes.Equal(m[at], Encode(want)) {
			return nil
		}
	}
	var value []byte
	if cbor.Unmarshal(m[label], &value) != nil || !bytes.Equal(m[label], Encode(value)) {
		return nil
	}
	return value
}

// encoder is the core deterministic encoding of RFC 8949.
func encoder() cbor.EncMode {
	mode, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		panic("primitive: " + err.Error()) // the options are constant
	}
	return mode
}
