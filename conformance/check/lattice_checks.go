package check

import (
	"slices"

	"github.com/cloudflare/circl/sign/mldsa/mldsa44"
	"github.com/cloudflare/circl/sign/mldsa/mldsa65"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

func latticeChecks() []Check {
	query := []adapter.Capability{adapter.CapQuery}
	return []Check{
		{ID: "PQC-03.lengths", Title: "ML-DSA signatures have their exact length and context", Cites: []spec.ID{spec.PQC03}, RP: true, Needs: query, AnyOf: latticeSuites, Run: exactLengths},
		receives(Check{ID: "PQC-05.hints", Title: "an ML-DSA signature has one encoding", Cites: []spec.ID{spec.PQC05}, RP: true, Needs: query, AnyOf: latticeSuites, Run: strictHints}),
		{ID: "CRY-10.low-s", Title: "of the two P-256 signatures only the lower one is made and taken", Cites: []spec.ID{spec.CRY10}, RP: true, Needs: query, AnyOf: ecdsaSuites, Run: lowS},
	}
}

func exactLengths(t *T) {
	codes := []spec.Code{spec.ESig}
	resize := func(n int) func(*wire.Object) {
		return func(o *wire.Object) {
			if n < 0 {
				o.Signature = o.Signature[:len(o.Signature)+n]
				return
			}
			o.Signature = append(o.Signature, make([]byte, n)...)
		}
	}
	t.each(latticeSuites, func(number suite.Suite, device DeviceOptions, kit KitOptions) {
		scheme, _ := suite.Lookup(number)
		size := scheme.SignatureSize()
		other := mldsa65.SignatureSize - mldsa44.SignatureSize
		if number == suite.MLDSA65 {
			other = -other
		}
		t.refuses(spec.PQC03, "an ML-DSA signature of a wrong length or context was accepted", device, kit, []badTransfer{
			{name: "one byte short", kit: kit, codes: codes, object: resize(-1)},
			{name: "one byte long", kit: kit, codes: codes, object: resize(1)},
			{name: "the length of the other parameter set", kit: kit, codes: codes, object: resize(other)},
			{name: "empty", kit: kit, codes: append(codes, spec.EField), object: resize(-size)},
			{name: "with another context string", kit: kit, codes: codes, sign: withContext},
		})
	})
}

// withContext signs as the kit does, but the ML-DSA signature or half under a
// context that is nobody's.
func withContext(s *KitPayer, payload []byte) wire.Object {
	o := s.Sign(wire.TypeTransfer, payload)
	message, context := o.ToBeSigned(wire.TypeTransfer), []byte("payment")
	var err error
	switch k := s.Key; k.Public().Suite() {
	case suite.MLDSA44:
		_, private := mldsa44.NewKeyFromSeed((*[32]byte)(k.Seed()))
		err = mldsa44.SignTo(private, message, context, false, o.Signature)
	case suite.MLDSA65:
		_, private := mldsa65.NewKeyFromSeed((*[32]byte)(k.Seed()))
		err = mldsa65.SignTo(private, message, context, false, o.Signature)
	default:
		_, private := mldsa44.NewKeyFromSeed((*[32]byte)(k.Seed()[32:]))
		err = mldsa44.SignTo(private, suite.Bound(k.Public(), message), context, false, o.Signature[classicalBytes:])
	}
	if err != nil {
		s.t.harness("ML-DSA with a context: " + err.Error())
	}
	return o
}

// hintsOf returns the hints that a signature of the suite ends with: omega
// indices, of each polynomial in rising order, and how many there are up to the
// end of each (FIPS 204, algorithm 20).
func hintsOf(s suite.Suite, sig []byte) (indices, ends []byte) {
	omega, k := 80, 4
	if s == suite.MLDSA65 {
		omega, k = 55, 6
	}
	tail := sig[len(sig)-omega-k:]
	return tail[:omega], tail[omega:]
}

// strictHints hands over signatures that say the same in another encoding. The
// published cases of Wycheproof have each of them, and a verifier that takes one
// takes two signatures for one payment.
func strictHints(t *T) {
	codes := []spec.Code{spec.ESig}
	t.each(latticeSuites, func(number suite.Suite, device DeviceOptions, kit KitOptions) {
		edit := func(change func(indices, ends []byte) bool) func(*wire.Object) {
			return func(o *wire.Object) {
				if indices, ends := hintsOf(number, o.Signature); !change(indices, ends) && !swapHints(indices, ends) {
					t.Inconclusive("positive control: the kit's signature has hints to change", "it has too few or too many")
				}
			}
		}
		t.refuses(spec.PQC05, "an ML-DSA signature with other than the one encoding of its hints was accepted", device, kit, []badTransfer{
			{name: "two hints out of order", kit: kit, codes: codes, object: edit(swapHints)},
			{name: "a hint twice", kit: kit, codes: codes, object: edit(repeatHint)},
			{name: "a byte behind the last hint", kit: kit, codes: codes, object: edit(func(indices, ends []byte) bool {
				if int(ends[len(ends)-1]) == len(indices) {
					return false // no byte is left: the order of two is changed in its place
				}
				indices[len(indices)-1] = 1
				return true
			})},
		})
	})
}

// swapHints changes the order of the first two hints of a polynomial.
func swapHints(indices, ends []byte) bool {
	from := byte(0)
	for _, end := range ends {
		if end-from >= 2 {
			indices[from], indices[from+1] = indices[from+1], indices[from]
			return true
		}
		from = end
	}
	return false
}

// repeatHint puts the first hint in twice.
func repeatHint(indices, ends []byte) bool {
	total := int(ends[len(ends)-1])
	if total == 0 || total == len(indices) {
		return false
	}
	copy(indices[1:total+1], slices.Clone(indices[:total]))
	for i, end := range ends {
		if end > 0 {
			ends[i] = end + 1
		}
	}
	return true
}
