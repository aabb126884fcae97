// Package suite holds the signature suites of the encoding chapter behind one
// interface: Ed25519, P-256, ML-DSA-44 and the hybrid of the first and the
// last. Keys are made from seeds and every signature is deterministic, so that
// a run replays; hedging is for devices.
//
// It does not say what is signed, nor who may sign it. It is written to be
// read: the batch verifier of the fast core is another package, held to the
// same verdicts.
package suite

import "errors"

// A Suite is the number of a signature suite, key 4 of every signed payload.
// Numbers without a [Scheme] are decoded and then refused (120).
type Suite uint32

// The suites that have a scheme here.
const (
	Ed25519        Suite = 1
	P256           Suite = 2
	MLDSA44        Suite = 3
	Ed25519MLDSA44 Suite = 5
)

// SeedSize is the size in bytes of the seed of a component key. The seed of a
// hybrid is the two seeds, one after the other.
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
	case Ed25519MLDSA44:
		return hybridScheme{suite: Ed25519MLDSA44, classical: ed25519Scheme{}}, true
	default:
		return nil, false
	}
}

// All returns the numbers of all schemes, ascending.
func All() []Suite { return []Suite{Ed25519, P256, MLDSA44, Ed25519MLDSA44} }

// Rank returns the rank of a suite, also of those known by number only, and 0
// for an unknown one.
func (s Suite) Rank() int {
	switch s {
	case P256:
		return 10
	case Ed25519:
		return 20
	case MLDSA44:
		return 30
	case 4: // ML-DSA-65
		return 40
	case 6: // P-256 and ML-DSA-44
		return 45
	case Ed25519MLDSA44:
		return 50
	case 7: // SLH-DSA-SHA2-128s, roots only
		return 60
	default:
		return 0
	}
}

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
