package suite

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/asn1"
	"math/big"
)

// p256Scheme is suite 2: ECDSA over P-256 with SHA-256, s in its lower half.
type p256Scheme struct{}

func (p256Scheme) Suite() Suite       { return P256 }
func (p256Scheme) Alg() int64         { return -9 }
func (p256Scheme) Rank() int          { return P256.Rank() }
func (p256Scheme) SignatureSize() int { return 2 * p256Bytes }
func (p256Scheme) SeedSize() int      { return SeedSize }

// p256Bytes is the size in bytes of a coordinate and of a scalar.
const p256Bytes = 32

type p256Private struct {
	key    *ecdsa.PrivateKey
	public *p256Public
}

// NewKey takes the seed as the scalar, big-endian: one in 2^32 is not below
// the order and is refused.
func (p256Scheme) NewKey(seed []byte) (PrivateKey, error) {
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), seed)
	if err != nil {
		return nil, ErrSeed
	}
	point, err := key.PublicKey.Bytes()
	if err != nil {
		return nil, ErrSeed
	}
	return &p256Private{key, &p256Public{p256COSE(point), &key.PublicKey}}, nil
}

func (k *p256Private) Public() PublicKey { return k.public }

// Sign signs by RFC 6979, which a nil reader selects, and takes the lower of
// the two values of s.
func (k *p256Private) Sign(message []byte) []byte {
	digest := sha256.Sum256(message)
	der, err := k.key.Sign(nil, digest[:], crypto.SHA256)
	if err != nil {
		panic("suite: P-256 key does not sign: " + err.Error())
	}
	var pair struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &pair); err != nil {
		panic("suite: P-256 signature does not parse: " + err.Error())
	}
	order := elliptic.P256().Params().N
	if upperHalf(pair.S) {
		pair.S.Sub(order, pair.S)
	}
	sig := make([]byte, 2*p256Bytes)
	pair.R.FillBytes(sig[:p256Bytes])
	pair.S.FillBytes(sig[p256Bytes:])
	return sig
}

func (k *p256Private) Seed() []byte {
	b, err := k.key.Bytes()
	if err != nil {
		panic("suite: P-256 key has no bytes: " + err.Error())
	}
	return b
}

// upperHalf reports s > n/2.
func upperHalf(s *big.Int) bool {
	half := new(big.Int).Rsh(elliptic.P256().Params().N, 1)
	return s.Cmp(half) > 0
}

// The constant bytes of {1: 2, -1: 1, -2: bstr 32, -3: bstr 32}: kty EC2, crv
// P-256, x and y.
const (
	ec2Prefix = "\xa4\x01\x02\x20\x01\x21\x58\x20"
	ec2Middle = "\x22\x58\x20"
	ec2Size   = len(ec2Prefix) + p256Bytes + len(ec2Middle) + p256Bytes
)

// p256COSE encodes an uncompressed point, which begins with 4.
func p256COSE(point []byte) []byte {
	b := append(make([]byte, 0, ec2Size), ec2Prefix...)
	b = append(b, point[1:1+p256Bytes]...)
	b = append(b, ec2Middle...)
	return append(b, point[1+p256Bytes:]...)
}

type p256Public struct {
	cose []byte
	key  *ecdsa.PublicKey
}

func (p256Scheme) ParsePublic(coseKey []byte) (PublicKey, error) {
	rest, ok := bytes.CutPrefix(coseKey, []byte(ec2Prefix))
	if !ok || len(coseKey) != ec2Size {
		return nil, ErrPublicKey
	}
	x, rest := rest[:p256Bytes], rest[p256Bytes:]
	y, ok := bytes.CutPrefix(rest, []byte(ec2Middle))
	if !ok {
		return nil, ErrPublicKey
	}
	point := append(append([]byte{4}, x...), y...)
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return nil, ErrPublicKey
	}
	return &p256Public{bytes.Clone(coseKey), key}, nil
}

func (k *p256Public) Suite() Suite { return P256 }
func (k *p256Public) COSE() []byte { return k.cose }

// Verify takes r and s of 1 to n-1 as ecdsa.Verify does, and s in the lower half
// only: every other signature of a message could be turned into a second one.
func (k *p256Public) Verify(message, sig []byte) error {
	if k.key == nil || len(sig) != 2*p256Bytes {
		return ErrSignature
	}
	r := new(big.Int).SetBytes(sig[:p256Bytes])
	s := new(big.Int).SetBytes(sig[p256Bytes:])
	digest := sha256.Sum256(message)
	if upperHalf(s) || !ecdsa.Verify(k.key, digest[:], r, s) {
		return ErrSignature
	}
	return nil
}
