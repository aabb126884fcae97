package check

import (
	"fmt"
	"sync"

	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/vectors/primitive"
)

// primitives holds the verifiers by which the harness judges class RP to the
// published cases (wire.md, PQC-05), once in a process. Who fails them can say
// nothing about a product.
var primitives = sync.OnceValue(func() error { return answerFor(verifySuite) })

// answerFor is primitives for any verifier.
func answerFor(verify func(number uint64, key, message, sig []byte) bool) error {
	if err := primitive.SelfTest(verify); err != nil {
		return fmt.Errorf("harness: its own verifiers fail a published case, and no check is run: %w", err)
	}
	return nil
}

func verifySuite(number uint64, key, message, sig []byte) bool {
	scheme, known := suite.Lookup(suite.Suite(number))
	if !known {
		return false
	}
	public, err := scheme.ParsePublic(key)
	return err == nil && public.Verify(message, sig) == nil
}
