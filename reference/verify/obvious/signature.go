package obvious

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"math/big"
	"slices"
	"strconv"

	"github.com/cloudflare/circl/sign/mldsa/mldsa44"
	"github.com/cloudflare/circl/sign/mldsa/mldsa65"
	"github.com/cloudflare/circl/sign/slhdsa"
	"github.com/fxamacker/cbor/v2"

	"github.com/assay-cbdc/assay/reference/suite"
)

type okpKey struct {
	Kty int64  `cbor:"1,keyasint"`
	Crv int64  `cbor:"-1,keyasint"`
	X   []byte `cbor:"-2,keyasint"`
}

type ec2Key struct {
	Kty int64  `cbor:"1,keyasint"`
	Crv int64  `cbor:"-1,keyasint"`
	X   []byte `cbor:"-2,keyasint"`
	Y   []byte `cbor:"-3,keyasint"`
}

type akpKey struct {
	Kty int64  `cbor:"1,keyasint"`
	Alg int64  `cbor:"3,keyasint"`
	Pub []byte `cbor:"-1,keyasint"`
}

// algorithm returns the COSE algorithm of a suite, 0 for an unknown one.
func algorithm(s suite.Suite) int64 {
	switch s {
	case suite.Ed25519:
		return -19
	case suite.P256:
		return -9
	case suite.MLDSA44:
		return -48
	case suite.MLDSA65:
		return -49
	case suite.Ed25519MLDSA44:
		return -65601
	case suite.P256MLDSA44:
		return -65602
	case suite.SLHDSA128s:
		return -65603
	default:
		return 0
	}
}

// verify parses the key and checks the signature.
func (c codec) verify(s suite.Suite, key cbor.RawMessage, message, sig []byte) bool {
	switch s {
	case suite.Ed25519:
		return c.verifyEd25519(key, message, sig)
	case suite.P256:
		return c.verifyP256(key, message, sig)
	case suite.MLDSA44:
		return c.verifyMLDSA(key, message, nil, sig)
	case suite.MLDSA65:
		return c.verifyMLDSA65(key, message, sig)
	case suite.Ed25519MLDSA44:
		return c.verifyHybrid(s, c.verifyEd25519, key, message, sig)
	case suite.P256MLDSA44:
		return c.verifyHybrid(s, c.verifyP256, key, message, sig)
	case suite.SLHDSA128s:
		return c.verifySLHDSA(key, message, sig)
	default:
		return false
	}
}

// verifyEd25519 uses the standard library, which is cofactorless and takes
// public keys of small order.
func (c codec) verifyEd25519(key cbor.RawMessage, message, sig []byte) bool {
	var k okpKey
	if c.decode(key, &k) != nil || k.Kty != 1 || k.Crv != 6 || len(k.X) != ed25519.PublicKeySize {
		return false
	}
	return ed25519.Verify(k.X, message, sig)
}

func (c codec) verifyP256(key cbor.RawMessage, message, sig []byte) bool {
	var k ec2Key
	if c.decode(key, &k) != nil || k.Kty != 2 || k.Crv != 1 || len(k.X) != 32 || len(k.Y) != 32 || len(sig) != 64 {
		return false
	}
	curve := elliptic.P256()
	pub, err := ecdsa.ParseUncompressedPublicKey(curve, slices.Concat([]byte{4}, k.X, k.Y))
	if err != nil {
		return false
	}
	r, s := new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])
	if s.Cmp(new(big.Int).Rsh(curve.Params().N, 1)) > 0 {
		return false
	}
	digest := sha256.Sum256(message)
	return ecdsa.Verify(pub, digest[:], r, s)
}

func (c codec) verifyMLDSA(key cbor.RawMessage, message, context, sig []byte) bool {
	var k akpKey
	if c.decode(key, &k) != nil || k.Kty != 7 || k.Alg != -48 {
		return false
	}
	var pub mldsa44.PublicKey
	if pub.UnmarshalBinary(k.Pub) != nil {
		return false
	}
	return mldsa44.Verify(&pub, message, context, sig)
}

func (c codec) verifyMLDSA65(key cbor.RawMessage, message, sig []byte) bool {
	var k akpKey
	if c.decode(key, &k) != nil || k.Kty != 7 || k.Alg != -49 {
		return false
	}
	var pub mldsa65.PublicKey
	if pub.UnmarshalBinary(k.Pub) != nil {
		return false
	}
	return mldsa65.Verify(&pub, message, nil, sig)
}

func (c codec) verifySLHDSA(key cbor.RawMessage, message, sig []byte) bool {
	var k akpKey
	if c.decode(key, &k) != nil || k.Kty != 7 || k.Alg != -65603 {
		return false
	}
	pub := slhdsa.PublicKey{ID: slhdsa.SHA2_128s}
	if pub.UnmarshalBinary(k.Pub) != nil {
		return false
	}
	return slhdsa.Verify(&pub, slhdsa.NewMessage(message), sig, nil)
}

// verifyHybrid checks both halves over the message that binds both keys.
func (c codec) verifyHybrid(s suite.Suite, first func(key cbor.RawMessage, message, sig []byte) bool, key cbor.RawMessage, message, sig []byte) bool {
	var keys []cbor.RawMessage
	if c.decode(key, &keys) != nil || len(keys) != 2 || len(sig) != ed25519.SignatureSize+mldsa44.SignatureSize {
		return false
	}
	one, two := sha256.Sum256(keys[0]), sha256.Sum256(keys[1])
	bound := slices.Concat([]byte("assay/1/hybrid\x00"), []byte{byte(s)}, one[:], two[:], message)
	classical := first(keys[0], bound, sig[:ed25519.SignatureSize])
	context := "assay/1/hybrid-" + strconv.Itoa(int(s))
	postQuantum := c.verifyMLDSA(keys[1], bound, []byte(context), sig[ed25519.SignatureSize:])
	return classical && postQuantum
}
