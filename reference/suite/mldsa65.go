package suite

import (
	"bytes"

	"github.com/cloudflare/circl/sign/mldsa/mldsa65"
)

// mldsa65Scheme is suite 4: as suite 3, with the parameters of category 3. No
// hybrid has it as a half, so its context is empty always.
type mldsa65Scheme struct{}

func (mldsa65Scheme) Suite() Suite       { return MLDSA65 }
func (mldsa65Scheme) Alg() int64         { return -49 }
func (mldsa65Scheme) Rank() int          { return MLDSA65.Rank() }
func (mldsa65Scheme) SignatureSize() int { return mldsa65.SignatureSize }
func (mldsa65Scheme) SeedSize() int      { return SeedSize }

type mldsa65Private struct {
	seed   [SeedSize]byte
	key    *mldsa65.PrivateKey
	public *mldsa65Public
}

func (mldsa65Scheme) NewKey(seed []byte) (PrivateKey, error) {
	if len(seed) != SeedSize {
		return nil, ErrSeed
	}
	k := &mldsa65Private{seed: [SeedSize]byte(seed)}
	var public *mldsa65.PublicKey
	public, k.key = mldsa65.NewKeyFromSeed(&k.seed)
	k.public = &mldsa65Public{append([]byte(akp65Prefix), public.Bytes()...), public}
	return k, nil
}

func (k *mldsa65Private) Public() PublicKey { return k.public }
func (k *mldsa65Private) Seed() []byte      { return k.seed[:] }

// Sign signs deterministically.
func (k *mldsa65Private) Sign(message []byte) []byte {
	sig := make([]byte, mldsa65.SignatureSize)
	if err := mldsa65.SignTo(k.key, message, nil, false, sig); err != nil {
		panic("suite: ML-DSA-65 key does not sign: " + err.Error())
	}
	return sig
}

// akp65Prefix begins {1: 7, 3: -49, -1: bstr 1952}: kty AKP, alg, pub.
const akp65Prefix = "\xa3\x01\x07\x03\x38\x30\x20\x59\x07\xa0"

type mldsa65Public struct {
	cose []byte
	key  *mldsa65.PublicKey
}

// ParsePublic refuses a key of zeros, the mark of one that was never set.
func (mldsa65Scheme) ParsePublic(coseKey []byte) (PublicKey, error) {
	packed, ok := bytes.CutPrefix(coseKey, []byte(akp65Prefix))
	if !ok || len(packed) != mldsa65.PublicKeySize || allZero(packed) {
		return nil, ErrPublicKey
	}
	key := new(mldsa65.PublicKey)
	if key.UnmarshalBinary(packed) != nil {
		return nil, ErrPublicKey
	}
	return &mldsa65Public{bytes.Clone(coseKey), key}, nil
}

func (k *mldsa65Public) Suite() Suite { return MLDSA65 }
func (k *mldsa65Public) COSE() []byte { return k.cose }

func (k *mldsa65Public) Verify(message, sig []byte) error { return k.verify(message, nil, sig) }

func (k *mldsa65Public) verify(message, context, sig []byte) error {
	if len(k.cose) == 0 || k.key == nil || len(sig) != mldsa65.SignatureSize ||
		!mldsa65.Verify(k.key, message, context, sig) {
		return ErrSignature
	}
	return nil
}
