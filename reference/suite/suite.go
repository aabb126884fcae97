// Package suite holds the signature suites of the encoding chapter behind one
// interface: Ed25519, P-256, ML-DSA-44 and -65, the hybrids of the two classical
// ones with ML-DSA-44, and SLH-DSA for roots. Keys are made from seeds and every
// signature is deterministic, so that a run replays; hedging is for devices.
//
// It does not say what is signed, nor who may sign it. It is written to be
// read: the batch verifier of the fast core is another package, held to the
// same verdicts.
package suite

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"errors"
)

// A Suite is the number of a signature suite, key 4 of every signed payload.
// Numbers without a [Scheme] are decoded and then refused (120).
type Suite uint32

// The suites that have a scheme here.
const (
	Ed25519        Suite = 1
	P256           Suite = 2
	MLDSA44        Suite = 3
	MLDSA65        Suite = 4
	Ed25519MLDSA44 Suite = 5
	P256MLDSA44    Suite = 6
	SLHDSA128s     Suite = 7 // for roots alone
)

// SeedSize is the size in bytes of the seed of a component key. The seed of a
// hybrid is the two seeds, one after the other; suite 7 has a size of its own.
const SeedSize = 32

// The errors of a scheme. A signature that does not verify is never more than
// ErrSignature to the one who sent it; a hybrid wraps it to say which half.
var (
	ErrSignature = errors.New("suite: signature does not verify")
	ErrPublicKey = errors.New("suite: not a public key of the suite")
	ErrSeed      = errors.New("suite: seed of another length or without a key")
)

// A Scheme is one suite.
type Scheme interface {
	Suite() Suite
	Alg() int64         // COSE algorithm
	Rank() int          // strength, for comparison only
	SignatureSize() int // bytes, exact
	SeedSize() int      // bytes, exact
	// NewKey derives a key pair from SeedSize bytes; the error is ErrSeed.
	NewKey(seed []byte) (PrivateKey, error)
	// ParsePublic reads the encoded COSE_Key, or array of two, which must have
	// exactly the members and the encoding of the chapter; else ErrPublicKey.
	ParsePublic(coseKey []byte) (PublicKey, error)
}

// A PrivateKey signs deterministically. It is safe for concurrent use.
type PrivateKey interface {
	Public() PublicKey
	Sign(message []byte) []byte
	Seed() []byte
}

// A PublicKey verifies. It is safe for concurrent use.
type PublicKey interface {
	Suite() Suite
	// COSE returns the encoded COSE_Key or array of two; the caller must not
	// change it.
	COSE() []byte
	// Verify returns nil or an error that is ErrSignature.
	Verify(message, sig []byte) error
}

// Lookup returns the scheme of a suite.
func Lookup(s Suite) (Scheme, bool) {
	switch s {
	case Ed25519:
		return ed25519Scheme{}, true
	case P256:
		return p256Scheme{}, true
	case MLDSA44:
		return mldsa44Scheme{}, true
	case MLDSA65:
		return mldsa65Scheme{}, true
	case Ed25519MLDSA44:
		return hybridScheme{suite: Ed25519MLDSA44, classical: ed25519Scheme{}}, true
	case P256MLDSA44:
		return hybridScheme{suite: P256MLDSA44, classical: p256Scheme{}}, true
	case SLHDSA128s:
		return slhdsa128sScheme{}, true
	default:
		return nil, false
	}
}

// IsSeed reports whether a suite has a key of the seed, and does not derive it: of a
// lattice every seed is one, and of P-256 all but one in 2^32.
func IsSeed(s Suite, seed []byte) bool {
	scheme, known := Lookup(s)
	if !known || len(seed) != scheme.SeedSize() {
		return false
	}
	if s != P256 && s != P256MLDSA44 {
		return true
	}
	_, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), seed[:SeedSize])
	return err == nil
}

// All returns the suites that a device may have, ascending: every scheme but
// that of roots.
func All() []Suite { return []Suite{Ed25519, P256, MLDSA44, MLDSA65, Ed25519MLDSA44, P256MLDSA44} }

// Registered returns the numbers of all schemes, ascending.
func Registered() []Suite { return append(All(), SLHDSA128s) }

// Rank returns the rank of a suite, 0 for an unknown one.
func (s Suite) Rank() int {
	switch s {
	case P256:
		return 10
	case Ed25519:
		return 20
	case MLDSA44:
		return 30
	case MLDSA65:
		return 40
	case P256MLDSA44:
		return 45
	case Ed25519MLDSA44:
		return 50
	case SLHDSA128s:
		return 60
	default:
		return 0
	}
}

// RootsOnly reports whether only a root may have a key of the suite.
func (s Suite) RootsOnly() bool { return s == SLHDSA128s }

// PostQuantum reports whether the suite holds against a quantum computer.
func (s Suite) PostQuantum() bool { return s.Rank() >= 30 }

// Highest returns the suite of the highest rank that is in every list, and
// false if there is none. Unknown numbers are skipped.
func Highest(first []Suite, others ...[]Suite) (Suite, bool) {
	var best Suite
	for _, s := range first {
		if s.Rank() > best.Rank() && inAll(s, others) {
			best = s
		}
	}
	return best, best != 0
}

func inAll(s Suite, lists [][]Suite) bool {
	for _, list := range lists {
		found := false
		for _, other := range list {
			found = found || other == s
		}
		if !found {
			return false
		}
	}
	return true
}

// allZero reports whether b has no other byte than 0.
func allZero(b []byte) bool { return bytes.Count(b, []byte{0}) == len(b) }
