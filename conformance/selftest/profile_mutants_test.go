package selftest

import (
	"context"
	"slices"
	"testing"

	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/conformance/mutant"
	"github.com/assay-cbdc/assay/conformance/simulator"
)

// TestProfileMutantsFall: each by its own requirement, under the profile that it
// names.
func TestProfileMutantsFall(t *testing.T) {
	for _, m := range mutant.All() {
		if m.Profile == "" {
			continue
		}
		s := &session{Options: Options{Profile: profileOf(t, m.Profile)}}
		cites := func(c check.Check) bool { return slices.Contains(c.Cites, m.Breaks) }
		all, err := s.outcomes(context.Background(), m.Lean, 1, cites, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, killed, broad := killsOf(m, all); !killed || len(broad) > MaxBreadth {
			t.Errorf("%s, which breaks %s, failed %v", m.Name, m.Breaks, broad)
		}
		for _, o := range all {
			for _, r := range o.Rows {
				if r.Verdict == check.Error {
					t.Errorf("%s: %s breaks down: %s %s", m.Name, r.Check, r.Message, r.Observed)
				}
			}
		}
	}
}

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
