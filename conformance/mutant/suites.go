package mutant

import (
	"crypto/sha256"

	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/spec"
)

func suiteMutants() []Mutant {
	verify := func(f func(suite.PublicKey, []byte, []byte) error) func(*device.Parts) {
		return func(p *device.Parts) { p.Verify = f }
	}
	return []Mutant{
		{Name: "hybrid-or", Breaks: spec.PQC01, Fault: "accepts a hybrid signature when one half is right", device: verify(verifyEither)},
		{Name: "unbound-halves", Breaks: spec.PQC02, Fault: "checks the halves of a hybrid signature as two plain ones", device: verify(verifyUnbound)},
		{Name: "any-length", Breaks: spec.PQC03, Fault: "ignores what follows an ML-DSA signature", device: verify(verifyPrefix)},
	}
}

const (
	classicalBytes = 64
	mldsa44Bytes   = 2420
)

// bound is what both halves of a hybrid signature sign (wire.md, suites).
func bound(key, classical, lattice suite.PublicKey, message []byte) []byte {
	one, two := sha256.Sum256(classical.COSE()), sha256.Sum256(lattice.COSE())
	b := append([]byte("assay/1/hybrid\x00"), byte(key.Suite()))
	return append(append(append(b, one[:]...), two[:]...), message...)
}

func verifyEither(key suite.PublicKey, message, sig []byte) error {
	err := key.Verify(message, sig)
	classical, lattice, hybrid := suite.Halves(key)
	if err == nil || !hybrid || len(sig) != classicalBytes+mldsa44Bytes {
		return err
	}
	return classical.Verify(bound(key, classical, lattice, message), sig[:classicalBytes])
}

func verifyUnbound(key suite.PublicKey, message, sig []byte) error {
	err := key.Verify(message, sig)
	classical, lattice, hybrid := suite.Halves(key)
	if err == nil || !hybrid || len(sig) != classicalBytes+mldsa44Bytes {
		return err
	}
	if err := classical.Verify(message, sig[:classicalBytes]); err != nil {
		return err
	}
	return lattice.Verify(message, sig[classicalBytes:])
}

func verifyPrefix(key suite.PublicKey, message, sig []byte) error {
	if key.Suite() == suite.MLDSA44 && len(sig) > mldsa44Bytes {
		sig = sig[:mldsa44Bytes]
	}
	return key.Verify(message, sig)
}
