package mutant_test

import (
	"slices"
	"testing"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/conformance/disguise"
	"github.com/assay-cbdc/assay/conformance/mutant"
	"github.com/assay-cbdc/assay/spec"
)

// failed are the requirements that a campaign fails an adapter for.
func failed(t *testing.T, a adapter.Adapter) []spec.ID {
	t.Helper()
	p, err := spec.LoadProfile("reference")
	if err != nil {
		t.Fatal(err)
	}
	env, err := check.NewEnv(t.Context(), a, p, 1)
	if err != nil {
		t.Fatal(err)
	}
	env.Exchanges = 6
	campaign := check.Campaign{Env: env}
	var all []spec.ID
	for _, c := range env.Plan(check.All(), nil).Checks {
		for _, r := range campaign.Run(t.Context(), c).Rows {
			if r.Verdict == check.Fail {
				all = append(all, r.Requirement)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// A device that leaks and a query that covers it up: seen by nobody who asks,
// found by whoever takes the value out. In each shape.
func TestShadowLedgerIsFoundByDraining(t *testing.T) {
	m, ok := mutant.Lookup("shadow-ledger")
	if !ok {
		t.Fatal("there is no such mutant")
	}
	for name, faces := range map[string][]disguise.Face{
		"split": {disguise.Closed}, "hooked": {disguise.Closed, disguise.Hooked}, "sealed": {disguise.Closed, disguise.Sealed},
		"own ledger": {disguise.Closed, disguise.OwnLedger, disguise.Sealed},
	} {
		t.Run(name, func(t *testing.T) {
			if got := failed(t, disguise.Wear(m.Lean(), faces...)); !slices.Equal(got, []spec.ID{spec.INV02}) {
				t.Errorf("it fails %v; want INV-02 alone", got)
			}
		})
	}
}

// Silence at one step, three times of three, is a failure of liveness.
func TestSilentMutantsFailLiveness(t *testing.T) {
	for _, m := range mutant.Silent() {
		if got := failed(t, disguise.Wear(m.Lean(), disguise.Closed)); !slices.Equal(got, []spec.ID{m.Breaks}) {
			t.Errorf("%s fails %v; want %s alone", m.Name, got, m.Breaks)
		}
	}
}
