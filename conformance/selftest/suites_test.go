package selftest

import (
	"context"
	"slices"
	"testing"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/conformance/mutant"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/spec"
)

// under returns the reference profile with other suites and KEMs.
func under(t *testing.T, kems []int, suites ...int) *spec.Profile {
	t.Helper()
	p := *referenceProfile(t)
	p.Suites, p.KEMs = suites, kems
	return &p
}

// judged runs the checks that cite a requirement and returns its verdicts.
func judged(t *testing.T, a adapter.Adapter, p *spec.Profile, id spec.ID) []check.Verdict {
	t.Helper()
	env, err := check.NewEnv(context.Background(), a, p, 1)
	if err != nil {
		t.Fatal(err)
	}
	env.Exchanges = 2
	var verdicts []check.Verdict
	for _, c := range env.Plan(check.All(), nil).Checks {
		if !slices.Contains(c.Cites, id) {
			continue
		}
		for _, row := range env.Run(context.Background(), c).Rows {
			if row.Requirement == id {
				verdicts = append(verdicts, row.Verdict)
			}
		}
	}
	return verdicts
}

// What is judged in the four scored suites is judged in the two others too: the
// reference passes, and the mutants of the suites fall.
func TestSuitesThatAreNotScored(t *testing.T) {
	for _, tt := range []struct {
		suite int
		ids   []spec.ID
	}{
		{4, []spec.ID{spec.CRY05, spec.CRY06, spec.CRY11, spec.PQC03, spec.PQC05}},
		{6, []spec.ID{spec.CRY05, spec.CRY06, spec.CRY10, spec.PQC01, spec.PQC02, spec.PQC03, spec.PQC05}},
	} {
		p := under(t, []int{16, 25722}, tt.suite)
		for _, id := range tt.ids {
			verdicts := judged(t, simulator.New(simulator.Options{}), p, id)
			if len(verdicts) == 0 || slices.ContainsFunc(verdicts, func(v check.Verdict) bool { return v != check.Pass }) {
				t.Errorf("suite %d, reference: %s: %v; want passes", tt.suite, id, verdicts)
			}
		}
		for _, name := range []string{"hybrid-or", "unbound-halves", "any-length", "any-hints", "either-s", "zero-agreement"} {
			m, ok := mutant.Lookup(name)
			if !ok {
				t.Fatalf("no mutant %s", name)
			}
			if !slices.Contains(tt.ids, m.Breaks) {
				continue
			}
			if verdicts := judged(t, m.Adapter(), p, m.Breaks); !slices.Contains(verdicts, check.Fail) {
				t.Errorf("suite %d: mutant %s survives %s: %v", tt.suite, name, m.Breaks, verdicts)
			}
		}
	}
}

// The published profile of the demonstration is met with both of its suites,
// over X-Wing, and without the hybrid one nothing is conformant under it.
func TestPostQuantumProfile(t *testing.T) {
	p, err := spec.LoadProfile("ist-pqc")
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []spec.ID{spec.PAY01, spec.CRY08, spec.PQC01, spec.PQC02, spec.PQC03, spec.PQC05} {
		verdicts := judged(t, simulator.New(simulator.Options{}), p, id)
		if len(verdicts) == 0 || slices.ContainsFunc(verdicts, func(v check.Verdict) bool { return v != check.Pass }) {
			t.Errorf("%s: %v; want passes", id, verdicts)
		}
	}
	env, err := check.NewEnv(context.Background(), simulator.New(simulator.Options{}), p, 1)
	if err != nil {
		t.Fatal(err)
	}
	if got := env.Suites(); !slices.Equal(got, []int{3, 5}) {
		t.Errorf("suites under test %v; want 3 and 5", got)
	}
}
