package suite

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha512"

	"filippo.io/edwards25519"
)

// ed25519Scheme is suite 1: pure Ed25519 of RFC 8032.
type ed25519Scheme struct{}

func (ed25519Scheme) Suite() Suite       { return Ed25519 }
func (ed25519Scheme) Alg() int64         { return -19 }
func (ed25519Scheme) Rank() int          { return Ed25519.Rank() }
func (ed25519Scheme) SignatureSize() int { return ed25519.SignatureSize }
func (ed25519Scheme) SeedSize() int      { return SeedSize }

type ed25519Private struct {
	key    ed25519.PrivateKey
	public *ed25519Public
}

func (s ed25519Scheme) NewKey(seed []byte) (PrivateKey, error) {
	if len(seed) != SeedSize {
		return nil, ErrSeed
	}
	key := ed25519.NewKeyFromSeed(seed)
	public, err := newEd25519Public(key[SeedSize:])
	if err != nil {
		return nil, ErrSeed
	}
	return &ed25519Private{key, public}, nil
}

func (k *ed25519Private) Public() PublicKey          { return k.public }
func (k *ed25519Private) Sign(message []byte) []byte { return ed25519.Sign(k.key, message) }
func (k *ed25519Private) Seed() []byte               { return k.key.Seed() }

// okpPrefix begins {1: 1, -1: 6, -2: bstr 32}: kty OKP, crv Ed25519, x.
const okpPrefix = "\xa3\x01\x01\x20\x06\x21\x58\x20"

type ed25519Public struct {
	cose    []byte
	encoded [32]byte
	minusA  *edwards25519.Point
}

func (ed25519Scheme) ParsePublic(coseKey []byte) (PublicKey, error) {
	x, ok := bytes.CutPrefix(coseKey, []byte(okpPrefix))
	if !ok {
		return nil, ErrPublicKey
	}
	return newEd25519Public(x)
}

// newEd25519Public takes a point in its canonical encoding and not of small
// order: the order is checked here, once for each key, and so before any
// signature is.
func newEd25519Public(x []byte) (*ed25519Public, error) {
	a, err := canonicalPoint(x)
	if err != nil {
		return nil, ErrPublicKey
	}
	if new(edwards25519.Point).MultByCofactor(a).Equal(edwards25519.NewIdentityPoint()) == 1 {
		return nil, ErrPublicKey
	}
	return &ed25519Public{
		cose:    append([]byte(okpPrefix), x...),
		encoded: [32]byte(x),
		minusA:  a.Negate(a),
	}, nil
}

// canonicalPoint decodes a point; SetBytes alone also takes y >= p and a
// negative zero, which encode back to other bytes.
func canonicalPoint(b []byte) (*edwards25519.Point, error) {
	p, err := new(edwards25519.Point).SetBytes(b)
	if err != nil || !bytes.Equal(p.Bytes(), b) {
		return nil, ErrPublicKey
	}
	return p, nil
}

func (k *ed25519Public) Suite() Suite { return Ed25519 }
func (k *ed25519Public) COSE() []byte { return k.cose }

// Verify checks [8][S]B = [8]R + [8][k]A with R canonical and S < L. The
// cofactored equation is the one that a batch can check too: crypto/ed25519
// decides differently on signatures with a component of small order.
func (k *ed25519Public) Verify(message, sig []byte) error {
	if k.minusA == nil || len(sig) != ed25519.SignatureSize {
		return ErrSignature
	}
	r, err := canonicalPoint(sig[:32])
	if err != nil {
		return ErrSignature
	}
	s, err := new(edwards25519.Scalar).SetCanonicalBytes(sig[32:])
	if err != nil {
		return ErrSignature
	}
	h := sha512.New()
	h.Write(sig[:32])
	h.Write(k.encoded[:])
	h.Write(message)
	c, err := new(edwards25519.Scalar).SetUniformBytes(h.Sum(nil))
	if err != nil {
		return ErrSignature
	}
	difference := new(edwards25519.Point).VarTimeDoubleScalarBaseMult(c, k.minusA, s)
	difference.Subtract(difference, r)
	if difference.MultByCofactor(difference).Equal(edwards25519.NewIdentityPoint()) != 1 {
		return ErrSignature
	}
	return nil
}
