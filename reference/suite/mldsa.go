package suite

import (
	"bytes"

	"github.com/cloudflare/circl/sign/mldsa/mldsa44"
)

// mldsa44Scheme is suite 3: pure ML-DSA-44 of FIPS 204 with an empty context,
// as RFC 9964 demands of its COSE algorithm.
type mldsa44Scheme struct{}

func (mldsa44Scheme) Suite() Suite       { return MLDSA44 }
func (mldsa44Scheme) Alg() int64         { return -48 }
func (mldsa44Scheme) Rank() int          { return MLDSA44.Rank() }
func (mldsa44Scheme) SignatureSize() int { return mldsa44.SignatureSize }
func (mldsa44Scheme) SeedSize() int      { return SeedSize }

type mldsa44Private struct {
	seed   [SeedSize]byte
	key    *mldsa44.PrivateKey
	public *mldsa44Public
}

func (s mldsa44Scheme) NewKey(seed []byte) (PrivateKey, error) {
	if len(seed) != SeedSize {
		return nil, ErrSeed
	}
	return newMLDSA44(seed), nil
}

func newMLDSA44(seed []byte) *mldsa44Private {
	k := &mldsa44Private{seed: [SeedSize]byte(seed)}
	var public *mldsa44.PublicKey
	public, k.key = mldsa44.NewKeyFromSeed(&k.seed)
	k.public = &mldsa44Public{append([]byte(akpPrefix), public.Bytes()...), public}
	return k
}

func (k *mldsa44Private) Public() PublicKey          { return k.public }
func (k *mldsa44Private) Sign(message []byte) []byte { return k.sign(message, nil) }
func (k *mldsa44Private) Seed() []byte               { return k.seed[:] }

// sign signs deterministically; context has at most 255 bytes.
func (k *mldsa44Private) sign(message, context []byte) []byte {
	sig := make([]byte, mldsa44.SignatureSize)
	if err := mldsa44.SignTo(k.key, message, context, false, sig); err != nil {
		panic("suite: ML-DSA-44 key does not sign: " + err.Error())
	}
	return sig
}

// akpPrefix begins {1: 7, 3: -48, -1: bstr 1312}: kty AKP, alg, pub.
const akpPrefix = "\xa3\x01\x07\x03\x38\x2f\x20\x59\x05\x20"

type mldsa44Public struct {
	cose []byte
	key  *mldsa44.PublicKey
}

func (mldsa44Scheme) ParsePublic(coseKey []byte) (PublicKey, error) {
	return parseMLDSA44(coseKey)
}

// parseMLDSA44 refuses a key of zeros, the mark of one that was never set.
func parseMLDSA44(coseKey []byte) (*mldsa44Public, error) {
	packed, ok := bytes.CutPrefix(coseKey, []byte(akpPrefix))
	if !ok || len(packed) != mldsa44.PublicKeySize || allZero(packed) {
		return nil, ErrPublicKey
	}
	key := new(mldsa44.PublicKey)
	if key.UnmarshalBinary(packed) != nil {
		return nil, ErrPublicKey
	}
	return &mldsa44Public{bytes.Clone(coseKey), key}, nil
}

func (k *mldsa44Public) Suite() Suite { return MLDSA44 }
func (k *mldsa44Public) COSE() []byte { return k.cose }

func (k *mldsa44Public) Verify(message, sig []byte) error { return k.verify(message, nil, sig) }

// verify refuses with a key that was never set: the library's zero value is a
// key under which anyone can make signatures.
func (k *mldsa44Public) verify(message, context, sig []byte) error {
	if len(k.cose) == 0 || k.key == nil || len(sig) != mldsa44.SignatureSize ||
		!mldsa44.Verify(k.key, message, context, sig) {
		return ErrSignature
	}
	return nil
}
