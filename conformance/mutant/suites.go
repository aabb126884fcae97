package mutant

import (
	"bytes"
	"context"
	"crypto/elliptic"
	"math/big"
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/link"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
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
		{Name: "any-hints", Breaks: spec.PQC05, Fault: "puts the hints of an ML-DSA signature in order before it looks at them", device: verify(verifyTidied)},
		{Name: "zero-agreement", Breaks: spec.CRY11, Fault: "agrees on a link with whoever sends a key of zeros", wrap: func(sim adapter.Adapter) adapter.Adapter { return agreeable{sim} }},
		{Name: "either-s", Breaks: spec.CRY10, Fault: "takes both of the two P-256 signatures that there are for one", device: verify(verifyEitherS)},
	}
}

const (
	classicalBytes = 64
	mldsa44Bytes   = 2420
)

func verifyEither(key suite.PublicKey, message, sig []byte) error {
	err := key.Verify(message, sig)
	classical, _, hybrid := suite.Halves(key)
	if err == nil || !hybrid || len(sig) != classicalBytes+mldsa44Bytes {
		return err
	}
	return classical.Verify(suite.Bound(key, message), sig[:classicalBytes])
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
	if scheme, known := suite.Lookup(key.Suite()); known && isLattice(key.Suite()) && len(sig) > scheme.SignatureSize() {
		sig = sig[:scheme.SignatureSize()]
	}
	return key.Verify(message, sig)
}

// isLattice: in these suites an ML-DSA signature ends the signature.
func isLattice(s suite.Suite) bool { return s.PostQuantum() && !s.RootsOnly() }

// verifyTidied sorts the hints of each polynomial, drops what comes twice and
// clears what follows the last one.
func verifyTidied(key suite.PublicKey, message, sig []byte) error {
	scheme, known := suite.Lookup(key.Suite())
	if !known || !isLattice(key.Suite()) || len(sig) != scheme.SignatureSize() {
		return key.Verify(message, sig)
	}
	omega, k := 80, 4
	if key.Suite() == suite.MLDSA65 {
		omega, k = 55, 6
	}
	sig = slices.Clone(sig)
	indices, ends := sig[len(sig)-omega-k:len(sig)-k], sig[len(sig)-k:]
	var tidy []byte
	from := 0
	for i, end := range ends {
		if int(end) < from || int(end) > omega {
			return key.Verify(message, sig)
		}
		part := slices.Clone(indices[from:end])
		slices.Sort(part)
		tidy = append(tidy, slices.Compact(part)...)
		from, ends[i] = int(end), byte(len(tidy))
	}
	clear(indices)
	copy(indices, tidy)
	return key.Verify(message, sig)
}

// verifyEitherS takes n - s for s.
func verifyEitherS(key suite.PublicKey, message, sig []byte) error {
	err := key.Verify(message, sig)
	if s := key.Suite(); err == nil || s != suite.P256 && s != suite.P256MLDSA44 || len(sig) < classicalBytes {
		return err
	}
	sig = slices.Clone(sig)
	scalar := new(big.Int).SetBytes(sig[classicalBytes/2 : classicalBytes])
	if scalar.Cmp(elliptic.P256().Params().N) >= 0 {
		return err
	}
	scalar.Sub(elliptic.P256().Params().N, scalar).FillBytes(sig[classicalBytes/2 : classicalBytes])
	return key.Verify(message, sig)
}

// agreeable puts a key of its own in place of one that ends in zeros.
type agreeable struct{ adapter.Adapter }

func (a agreeable) Do(ctx context.Context, q adapter.Request, on func(adapter.Event) adapter.Reply) (adapter.Answer, error) {
	if v, ok := q.Verb.(adapter.RequestPayment); ok {
		if hello, err := wire.DecodeHello(v.Message); err == nil && bytes.HasSuffix(hello.KEMKey, make([]byte, 32)) {
			if e, err := link.NewEphemeralFor(hello.KEM, bytes.NewReader(make([]byte, 32))); err == nil {
				hello.KEMKey = e.Public()
				v.Message = hello.Encode()
				q.Verb = v
			}
		}
	}
	return a.Adapter.Do(ctx, q, on)
}
