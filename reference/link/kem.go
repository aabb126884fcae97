package link

import (
	"bytes"
	"crypto/ecdh"

	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/cloudflare/circl/hpke"
)

// KEMs returns the KEMs that this package has, ascending.
func KEMs() []wire.KEM { return []wire.KEM{wire.KEMP256, wire.KEMX25519, wire.KEMXWing} }

// kemRank ranks the KEMs that this package has, and gives 0 to all others.
func kemRank(k wire.KEM) int {
	switch k {
	case wire.KEMP256:
		return 10
	case wire.KEMX25519:
		return 20
	case wire.KEMXWing:
		return 40
	default:
		return 0
	}
}

// HighestKEM returns the KEM of the highest rank in a list, and 0 when this
// package has none of them: what the policy's list makes the KEM of a HELLO.
func HighestKEM(list []wire.KEM) wire.KEM {
	var best wire.KEM
	for _, k := range list {
		if kemRank(k) > kemRank(best) {
			best = k
		}
	}
	return best
}

// hpkeKEM returns the library's form; the identifiers are HPKE's own.
func hpkeKEM(k wire.KEM) (hpke.KEM, bool) { return hpke.KEM(k), kemRank(k) > 0 }

func hpkeSuite(k hpke.KEM) hpke.Suite {
	return hpke.NewSuite(k, hpke.KDF_HKDF_SHA256, hpke.AEAD_AES256GCM)
}

// x25519Bytes is the size of a public key of X25519, which the public key and
// the encapsulated key of X-Wing end with.
const x25519Bytes = 32

// zeroAgreement reports whether a public or encapsulated key of X-Wing has an
// X25519 half with which every agreement is zero. The library agrees on it, and
// then the classical half protects nothing. A point has small order exactly if
// any scalar of X25519, a multiple of 8, takes it to zero, so any one tells.
func zeroAgreement(k wire.KEM, key []byte) bool {
	if k != wire.KEMXWing || len(key) < x25519Bytes {
		return false
	}
	scalar, err := ecdh.X25519().NewPrivateKey(bytes.Repeat([]byte{1}, x25519Bytes))
	if err != nil {
		return true
	}
	point, err := ecdh.X25519().NewPublicKey(key[len(key)-x25519Bytes:])
	if err != nil {
		return true
	}
	_, err = scalar.ECDH(point) // the error is that the result is zero
	return err != nil
}
