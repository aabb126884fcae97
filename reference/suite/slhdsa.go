package suite

import (
	"bytes"

	"github.com/cloudflare/circl/sign/slhdsa"
)

// slhdsa128sScheme is suite 7: pure SLH-DSA-SHA2-128s of FIPS 205 with an empty
// context, deterministic. It is for roots alone (package cert holds it to that):
// it signs in seconds on a card, and rests on nothing but SHA-256.
type slhdsa128sScheme struct{}

// The sizes in bytes of FIPS 205, table 2, for this parameter set.
const (
	slhdsa128sPart      = 16 // n
	slhdsa128sPublic    = 2 * slhdsa128sPart
	slhdsa128sSignature = 7856
)

func (slhdsa128sScheme) Suite() Suite       { return SLHDSA128s }
func (slhdsa128sScheme) Alg() int64         { return -65603 }
func (slhdsa128sScheme) Rank() int          { return SLHDSA128s.Rank() }
func (slhdsa128sScheme) SignatureSize() int { return slhdsa128sSignature }

// SeedSize is that of SK.seed, SK.prf and PK.seed, one after the other.
func (slhdsa128sScheme) SeedSize() int { return 3 * slhdsa128sPart }

type slhdsa128sPrivate struct {
	seed   []byte
	key    slhdsa.PrivateKey
	public *slhdsa128sPublicKey
}

func (s slhdsa128sScheme) NewKey(seed []byte) (PrivateKey, error) {
	if len(seed) != s.SeedSize() {
		return nil, ErrSeed
	}
	public, private, err := slhdsa.GenerateKey(bytes.NewReader(seed), slhdsa.SHA2_128s)
	if err != nil {
		return nil, ErrSeed
	}
	packed, err := public.MarshalBinary()
	if err != nil {
		return nil, ErrSeed
	}
	cose := append([]byte(slhdsaPrefix), packed...)
	return &slhdsa128sPrivate{bytes.Clone(seed), private, &slhdsa128sPublicKey{cose, public}}, nil
}

func (k *slhdsa128sPrivate) Public() PublicKey { return k.public }
func (k *slhdsa128sPrivate) Seed() []byte      { return bytes.Clone(k.seed) }

func (k *slhdsa128sPrivate) Sign(message []byte) []byte {
	sig, err := slhdsa.SignDeterministic(&k.key, slhdsa.NewMessage(message), nil)
	if err != nil {
		panic("suite: SLH-DSA key does not sign: " + err.Error())
	}
	return sig
}

// slhdsaPrefix begins {1: 7, 3: -65603, -1: bstr 32}: kty AKP, alg, pub.
const slhdsaPrefix = "\xa3\x01\x07\x03\x3a\x00\x01\x00\x42\x20\x58\x20"

type slhdsa128sPublicKey struct {
	cose []byte
	key  slhdsa.PublicKey
}

// ParsePublic takes every string of the right length but zeros, the mark of a
// key that was never set: FIPS 205 has no other that is none.
func (slhdsa128sScheme) ParsePublic(coseKey []byte) (PublicKey, error) {
	packed, ok := bytes.CutPrefix(coseKey, []byte(slhdsaPrefix))
	if !ok || len(packed) != slhdsa128sPublic || allZero(packed) {
		return nil, ErrPublicKey
	}
	key := slhdsa.PublicKey{ID: slhdsa.SHA2_128s}
	if key.UnmarshalBinary(packed) != nil {
		return nil, ErrPublicKey
	}
	return &slhdsa128sPublicKey{bytes.Clone(coseKey), key}, nil
}

func (k *slhdsa128sPublicKey) Suite() Suite { return SLHDSA128s }
func (k *slhdsa128sPublicKey) COSE() []byte { return k.cose }

func (k *slhdsa128sPublicKey) Verify(message, sig []byte) error { return k.verify(message, nil, sig) }

// verify guards against a key without parameters, which the library panics on.
func (k *slhdsa128sPublicKey) verify(message, context, sig []byte) error {
	if len(k.cose) == 0 || k.key.ID != slhdsa.SHA2_128s || len(sig) != slhdsa128sSignature ||
		!slhdsa.Verify(&k.key, slhdsa.NewMessage(message), sig, context) {
		return ErrSignature
	}
	return nil
}
