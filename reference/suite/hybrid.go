package suite

import (
	"crypto/sha256"
	"fmt"
	"strconv"

	"github.com/cloudflare/circl/sign/mldsa/mldsa44"
)

// hybridScheme is suite 5 or 6: a classical signature and one of ML-DSA-44, in
// one COSE_Sign1 under one private algorithm number.
//
// Both halves sign M' = "assay/1/hybrid" || 0 || u8 suite || H(key 1) ||
// H(key 2) || message, the second with the context "assay/1/hybrid-" and the
// digit of the suite. So neither half is a signature of a suite of its own, and
// none goes with another key: a half cannot be stripped or paired again.
type hybridScheme struct {
	suite     Suite
	classical Scheme
}

func (h hybridScheme) Suite() Suite       { return h.suite }
func (h hybridScheme) Alg() int64         { return -65596 - int64(h.suite) }
func (h hybridScheme) Rank() int          { return h.suite.Rank() }
func (h hybridScheme) SignatureSize() int { return h.classical.SignatureSize() + mldsa44.SignatureSize }
func (h hybridScheme) SeedSize() int      { return h.classical.SeedSize() + SeedSize }

type hybridPrivate struct {
	classical PrivateKey
	lattice   *mldsa44Private
	public    *hybridPublic
}

func (h hybridScheme) NewKey(seed []byte) (PrivateKey, error) {
	if len(seed) != h.SeedSize() {
		return nil, ErrSeed
	}
	classical, err := h.classical.NewKey(seed[:h.classical.SeedSize()])
	if err != nil {
		return nil, err
	}
	lattice := newMLDSA44(seed[h.classical.SeedSize():])
	return &hybridPrivate{classical, lattice, h.pair(classical.Public(), lattice.public)}, nil
}

func (k *hybridPrivate) Public() PublicKey { return k.public }
func (k *hybridPrivate) Seed() []byte {
	return append(append([]byte(nil), k.classical.Seed()...), k.lattice.Seed()...)
}

func (k *hybridPrivate) Sign(message []byte) []byte {
	bound := k.public.bind(message)
	return append(k.classical.Sign(bound), k.lattice.sign(bound, k.public.context)...)
}

type hybridPublic struct {
	scheme    hybridScheme
	cose      []byte
	classical PublicKey
	lattice   *mldsa44Public
	prefix    []byte // of M'
	context   []byte
}

// arrayOfTwo is the head of the two keys.
const arrayOfTwo = 0x82

func (h hybridScheme) ParsePublic(coseKey []byte) (PublicKey, error) {
	split := len(coseKey) - len(akpPrefix) - mldsa44.PublicKeySize
	if split < 1 || coseKey[0] != arrayOfTwo {
		return nil, ErrPublicKey
	}
	classical, err := h.classical.ParsePublic(coseKey[1:split])
	if err != nil {
		return nil, err
	}
	lattice, err := parseMLDSA44(coseKey[split:])
	if err != nil {
		return nil, err
	}
	return h.pair(classical, lattice), nil
}

// pair makes the key of two halves.
func (h hybridScheme) pair(classical PublicKey, lattice *mldsa44Public) *hybridPublic {
	first, second := sha256.Sum256(classical.COSE()), sha256.Sum256(lattice.COSE())
	prefix := append([]byte("assay/1/hybrid\x00"), byte(h.suite))
	prefix = append(append(prefix, first[:]...), second[:]...)
	cose := append([]byte{arrayOfTwo}, classical.COSE()...)
	return &hybridPublic{
		scheme:    h,
		cose:      append(cose, lattice.COSE()...),
		classical: classical,
		lattice:   lattice,
		prefix:    prefix,
		context:   []byte("assay/1/hybrid-" + strconv.Itoa(int(h.suite))),
	}
}

// bind returns M'.
func (k *hybridPublic) bind(message []byte) []byte {
	return append(k.prefix[:len(k.prefix):len(k.prefix)], message...)
}

func (k *hybridPublic) Suite() Suite { return k.scheme.suite }
func (k *hybridPublic) COSE() []byte { return k.cose }

// Verify evaluates both halves always, and says which failed.
func (k *hybridPublic) Verify(message, sig []byte) error {
	if k.classical == nil || k.lattice == nil || len(sig) != k.scheme.SignatureSize() {
		return ErrSignature
	}
	split := k.scheme.classical.SignatureSize()
	bound := k.bind(message)
	first := k.classical.Verify(bound, sig[:split])
	second := k.lattice.verify(bound, k.context, sig[split:])
	switch {
	case first != nil && second != nil:
		return fmt.Errorf("%w: both halves", ErrSignature)
	case first != nil:
		return fmt.Errorf("%w: classical half", ErrSignature)
	case second != nil:
		return fmt.Errorf("%w: lattice half", ErrSignature)
	default:
		return nil
	}
}

// Bound returns M', what both halves of a hybrid key sign for a message, and the
// message itself for any other key.
func Bound(k PublicKey, message []byte) []byte {
	if h, ok := k.(*hybridPublic); ok {
		return h.bind(message)
	}
	return message
}

// Halves returns the two keys of a hybrid key, and false for any other.
func Halves(k PublicKey) (classical, lattice PublicKey, ok bool) {
	h, ok := k.(*hybridPublic)
	if !ok {
		return nil, nil, false
	}
	return h.classical, h.lattice, true
}
