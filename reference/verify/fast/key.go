package fast

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"strconv"
	"sync/atomic"

	"github.com/cloudflare/circl/sign/mldsa/mldsa44"
	"github.com/cloudflare/circl/sign/mldsa/mldsa65"

	"github.com/assay-cbdc/assay/reference/suite"
)

// A key is a subject's public key in the forms that its suite verifies with. It
// has what one suite needs, or, of a hybrid, what both halves do.
type key struct {
	suite suite.Suite
	cose  []byte

	ed *edKey
	ec *ecdsa.PublicKey

	packed     []byte                            // ML-DSA
	unpacked44 atomic.Pointer[mldsa44.PublicKey] // nil while no cache holds it
	unpacked65 atomic.Pointer[mldsa65.PublicKey] // likewise, with suite 4

	prefix  []byte // of what both halves of a hybrid sign
	context []byte // of the second half
}

// The encodings of a COSE_Key up to its variable part, as package suite has
// them.
const (
	okpPrefix   = "\xa3\x01\x01\x20\x06\x21\x58\x20"
	ec2Prefix   = "\xa4\x01\x02\x20\x01\x21\x58\x20"
	ec2Middle   = "\x22\x58\x20"
	akp44Prefix = "\xa3\x01\x07\x03\x38\x2f\x20\x59\x05\x20"
	akp65Prefix = "\xa3\x01\x07\x03\x38\x30\x20\x59\x07\xa0"

	coordinate = 32
	okpSize    = len(okpPrefix) + coordinate
	ec2Size    = len(ec2Prefix) + coordinate + len(ec2Middle) + coordinate
	akp44Size  = len(akp44Prefix) + mldsa44.PublicKeySize
	pairHead   = 0x82
)

// newKey returns nil for what is not a key of the suite. The key aliases cose.
func newKey(s suite.Suite, cose []byte, hash uint64) *key {
	k := &key{suite: s, cose: cose}
	ok := false
	switch s {
	case suite.Ed25519:
		ok = k.setEd25519(cose, hash)
	case suite.P256:
		ok = k.setP256(cose)
	case suite.MLDSA44:
		ok = k.setMLDSA(cose, akp44Prefix, mldsa44.PublicKeySize)
	case suite.MLDSA65:
		ok = k.setMLDSA(cose, akp65Prefix, mldsa65.PublicKeySize)
	case suite.Ed25519MLDSA44:
		ok = k.setPair(cose, okpSize) && k.setEd25519(cose[1:1+okpSize], hash)
	case suite.P256MLDSA44:
		ok = k.setPair(cose, ec2Size) && k.setP256(cose[1:1+ec2Size])
	case suite.SLHDSA128s:
		// Nothing here verifies with it: below a root the rules of the path
		// refuse the suite, and the plain core checks what a root has signed.
		scheme, known := suite.Lookup(s)
		_, err := scheme.ParsePublic(cose)
		ok = known && err == nil
	}
	if !ok {
		return nil
	}
	return k
}

func (k *key) setEd25519(cose []byte, hash uint64) bool {
	x, ok := bytes.CutPrefix(cose, []byte(okpPrefix))
	if !ok || len(x) != coordinate {
		return false
	}
	k.ed = newEdKey(x, hash)
	return k.ed != nil
}

func (k *key) setP256(cose []byte) bool {
	const y = len(ec2Prefix) + coordinate + len(ec2Middle)
	if len(cose) != y+coordinate || string(cose[:len(ec2Prefix)]) != ec2Prefix ||
		string(cose[y-len(ec2Middle):y]) != ec2Middle {
		return false
	}
	point := append(make([]byte, 0, 1+2*coordinate), 4)
	point = append(point, cose[len(ec2Prefix):len(ec2Prefix)+coordinate]...)
	point = append(point, cose[y:]...)
	var err error
	k.ec, err = ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	return err == nil
}

// setMLDSA refuses a key of zeros, the mark of one that was never set. Every
// other string of the right length unpacks.
func (k *key) setMLDSA(cose []byte, prefix string, size int) bool {
	packed, ok := bytes.CutPrefix(cose, []byte(prefix))
	if !ok || len(packed) != size || bytes.Count(packed, []byte{0}) == size {
		return false
	}
	k.packed = packed
	return true
}

// setPair reads the second half of a hybrid whose first has so many bytes, and
// binds the two. The first is the caller's to read.
func (k *key) setPair(cose []byte, first int) bool {
	if len(cose) != 1+first+akp44Size || cose[0] != pairHead ||
		!k.setMLDSA(cose[1+first:], akp44Prefix, mldsa44.PublicKeySize) {
		return false
	}
	k.bind(cose[1:1+first], cose[1+first:])
	return true
}

// unpack readies an ML-DSA key, or half, outside any cache.
func (k *key) unpack() {
	switch {
	case k.packed == nil:
	case k.suite == suite.MLDSA65:
		unpackInto(&k.unpacked65, k.packed)
	default:
		unpackInto(&k.unpacked44, k.packed)
	}
}

// unpackInto leaves nil in place of what does not unpack.
func unpackInto[K any, P unpackable[K]](slot *atomic.Pointer[K], packed []byte) {
	if p := P(new(K)); p.UnmarshalBinary(packed) == nil {
		slot.Store((*K)(p))
	}
}

// drop forgets the unpacked form.
func (k *key) drop() {
	k.unpacked44.Store(nil)
	k.unpacked65.Store(nil)
}

// bind prepares M' of a hybrid of the two keys.
func (k *key) bind(classical, lattice []byte) {
	first, second := sha256.Sum256(classical), sha256.Sum256(lattice)
	k.prefix = append([]byte("assay/1/hybrid\x00"), byte(k.suite))
	k.prefix = append(append(k.prefix, first[:]...), second[:]...)
	k.context = []byte("assay/1/hybrid-" + strconv.Itoa(int(k.suite)))
}

// Suite, COSE and Verify make a key a [suite.PublicKey], which is how the rules
// of package cert know it. They do not verify with it.

func (k *key) Suite() suite.Suite { return k.suite }
func (k *key) COSE() []byte       { return k.cose }

// Verify hands over to package suite.
func (k *key) Verify(message, sig []byte) error {
	scheme, known := suite.Lookup(k.suite)
	if !known {
		return suite.ErrSignature
	}
	public, err := scheme.ParsePublic(k.cose)
	if err != nil {
		return err
	}
	return public.Verify(message, sig)
}
