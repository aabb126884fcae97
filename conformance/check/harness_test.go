package check

import (
	"strings"
	"testing"

	"github.com/assay-cbdc/assay/vectors/primitive"
)

func TestTheHarnessAnswersToPublishedCasesFirst(t *testing.T) {
	if err := primitives(); err != nil {
		t.Error(err)
	}
	for _, suite := range []uint64{primitive.Ed25519, primitive.P256, primitive.MLDSA44, primitive.MLDSA65, primitive.SLHDSA} {
		err := answerFor(func(number uint64, key, message, sig []byte) bool {
			return number == suite || verifySuite(number, key, message, sig)
		})
		if err == nil || !strings.HasPrefix(err.Error(), "harness: ") {
			t.Errorf("a verifier that takes everything of suite %d: %v; want the harness's fault", suite, err)
		}
	}
}
