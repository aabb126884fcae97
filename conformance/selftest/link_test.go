package selftest

import (
	"context"
	"testing"

	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/conformance/mutant"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/spec"
)

// TestEveryLinkRuleIsMissed: under CHAIN some check has to fail a device that
// leaves out one rule of the links, in family T as in the others.
func TestEveryLinkRuleIsMissed(t *testing.T) {
	parts, err := profileOf(t, mutant.TokenProfile).WithOverlays(mutant.ChainProfile)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []*spec.Profile{chainProfile(t), parts} {
		for _, d := range linkDeletions() {
			env, err := check.NewEnv(context.Background(), simulator.New(d.options), p, 1)
			if err != nil {
				t.Fatal(err)
			}
			if reasonFor(d.Name) == "" && !noticed(env, d) {
				t.Errorf("family %s: no check notices that a rule is missing: %s", p.Family, d.Name)
			}
		}
	}
}
