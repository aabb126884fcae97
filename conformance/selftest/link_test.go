package selftest

import (
	"context"
	"testing"

	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/conformance/simulator"
)

// TestEveryLinkRuleIsMissed: under CHAIN some check has to fail a device that
// leaves out one rule of the links.
func TestEveryLinkRuleIsMissed(t *testing.T) {
	for _, d := range linkDeletions() {
		env, err := check.NewEnv(context.Background(), simulator.New(d.options), chainProfile(t), 1)
		if err != nil {
			t.Fatal(err)
		}
		if reasonFor(d.Name) == "" && !noticed(env, d) {
			t.Errorf("no check notices that a rule is missing: %s", d.Name)
		}
	}
}
