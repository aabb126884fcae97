// Package primitive verifies the signatures of the suites with libraries that
// the reference does not use for them, or not in the same way: Ed25519 with
// curve25519-voi, P-256 with crypto/ecdsa, ML-DSA-44 with filippo.io/mldsa.
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
	Ed25519 = 1
	P256    = 2
	MLDSA44 = 3
	Hybrid  = 5
)

// Suites returns the numbers of the suites, ascending.
func Suites() []uint64 { return []uint64{Ed25519, P256, MLDSA44, Hybrid} }

// Alg returns the COSE algorithm of a suite, 0 for an unknown one.
func Alg(suite uint64) int64 {
	switch suite {
	case Ed25519:
		return -19
	case P256:
		return -9
	case MLDSA44:
		return -48
	case Hybrid:
		return -65601
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
	case 4:
		return 40
	case 6:
		return 45
	case Hybrid:
		return 50
	case 7:
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
		return verifyMLDSA(key, message, sig, "")
	case Hybrid:
		return verifyHybrid(key, message, sig)
	}
	return false
}

// IsKey reports whether the bytes are a public key of the suite.
func IsKey(suite uint64, key []byte) bool {
	switch suite {
	case Ed25519:
		return isPoint(member(key, 3, -2))
	case P256:
		return p256Key(key) != nil
	case MLDSA44:
		return mldsaKey(key) != nil
	case Hybrid:
		first, second, ok := halves(key)
		return ok && IsKey(Ed25519, first) && IsKey(MLDSA44, second)
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
	x := member(key, 3, -2)
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
	x, y := member(key, 4, -2), member(key, 4, -3)
	if len(x) != 32 || len(y) != 32 {
		return nil
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append(append([]byte{4}, x...), y...))
	if err != nil {
		return nil
	}
	return public
}

func verifyMLDSA(key, message, sig []byte, context string) bool {
	public := mldsaKey(key)
	return public != nil && len(sig) == mldsa.MLDSA44SignatureSize &&
		mldsa.Verify(public, message, sig, &mldsa.Options{Context: context}) == nil
}

func mldsaKey(key []byte) *mldsa.PublicKey {
	packed := member(key, 3, -1)
	if len(packed) != mldsa.MLDSA44PublicKeySize || bytes.Count(packed, []byte{0}) == len(packed) {
		return nil
	}
	public, err := mldsa.NewPublicKey(mldsa.MLDSA44(), packed)
	if err != nil {
		return nil
	}
	return public
}

func verifyHybrid(key, message, sig []byte) bool {
	first, second, ok := halves(key)
	if !ok || len(sig) != 64+mldsa.MLDSA44SignatureSize {
		return false
	}
	a, b := sha256.Sum256(first), sha256.Sum256(second)
	bound := append([]byte("assay/1/hybrid\x00"), Hybrid)
	bound = append(append(append(bound, a[:]...), b[:]...), message...)
	return verifyEd25519(first, bound, sig[:64]) && verifyMLDSA(second, bound, sig[64:], "assay/1/hybrid-5")
}

// halves splits an array of two keys.
func halves(key []byte) (first, second []byte, ok bool) {
	var pair []cbor.RawMessage
	if cbor.Unmarshal(key, &pair) != nil || len(pair) != 2 {
		return nil, nil, false
	}
	return pair[0], pair[1], true
}

// member returns a byte string of a COSE_Key of n members.
func member(key []byte, n int, label int64) []byte {
	var m map[int64]any
	if cbor.Unmarshal(key, &m) != nil || len(m) != n {
		return nil
	}
	again, err := encoder().Marshal(m)
	if err != nil || !bytes.Equal(again, key) {
		return nil
	}
	value, _ := m[label].([]byte)
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
