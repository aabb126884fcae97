package disguise_test

import (
	"context"
	"testing"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/conformance/disguise"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/spec"
)

// judge runs every planned check on an adapter and reports what is not a pass.
func judge(t *testing.T, a adapter.Adapter, o check.Options) (passed int) {
	t.Helper()
	if o.Profile == nil {
		p, err := spec.LoadProfile("reference")
		if err != nil {
			t.Fatal(err)
		}
		o.Profile = p
	}
	env, err := check.NewEnvWith(context.Background(), a, o)
	if err != nil {
		t.Fatal(err)
	}
	env.Exchanges = 6
	campaign := check.Campaign{Env: env}
	for _, c := range env.Plan(check.All(), nil).Checks {
		out := campaign.Run(context.Background(), c)
		if out.Worst() == check.Pass {
			passed++
			continue
		}
		for _, r := range out.Rows {
			if r.Verdict != check.Pass {
				t.Errorf("%s %s: %s: %s (%s)", r.Check, r.Requirement, r.Verdict, r.Message, r.Observed)
			}
		}
	}
	return passed
}

// TestFacesAreHonest holds that the reference is right with any face on.
func TestFacesAreHonest(t *testing.T) {
	for name, faces := range map[string][]disguise.Face{
		"closed":        {disguise.Closed},
		"closed hooked": {disguise.Closed, disguise.Hooked},
		"closed sealed": {disguise.Closed, disguise.Sealed},
	} {
		t.Run(name, func(t *testing.T) {
			n := judge(t, disguise.Wear(simulator.New(simulator.Options{}), faces...), check.Options{Seed: 3})
			t.Logf("%d checks passed", n)
		})
	}
}

// TestUsedIsJudgedAlikeTwice holds that units without reset get the same
// verdicts again, in the state in which the first campaign left them.
func TestUsedIsJudgedAlikeTwice(t *testing.T) {
	for name, faces := range map[string][]disguise.Face{
		"split":     {disguise.Closed, disguise.Used},
		"hooked":    {disguise.Closed, disguise.Used, disguise.Hooked},
		"two units": {disguise.Closed, disguise.Used, disguise.Units(2), disguise.Sealed},
	} {
		t.Run(name, func(t *testing.T) {
			a := disguise.Wear(simulator.New(simulator.Options{}), faces...)
			first := judge(t, a, check.Options{Seed: 3})
			if second := judge(t, a, check.Options{Seed: 4}); second != first {
				t.Errorf("%d checks passed, then %d", first, second)
			}
		})
	}
}
