package selftest

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/reports"
	"github.com/assay-cbdc/assay/spec"
)

// TestEveryProfileCanBeFailed: no runnable profile passes all devices that are
// right under another one.
func TestEveryProfileCanBeFailed(t *testing.T) {
	d, err := Discriminate(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := json.Marshal(d)
	if err == nil {
		err = spec.Validate(DiscriminateSchema, doc)
	}
	if err != nil {
		t.Error(err)
	}
	for _, name := range d.Without {
		t.Errorf("profile %s has no device that fails it", name)
	}
	for _, p := range d.Pairs {
		if p.Problem != "" {
			t.Errorf("%s for %s: %s", p.Device, p.Profile, p.Problem)
		}
	}
}

// leastPassed is how many checks a run under a profile has to pass to say much.
const leastPassed = 40

// TestReferenceUnderEveryProfile: the reference is conformant under each profile
// of its family, and static review turns it away under every other one.
func TestReferenceUnderEveryProfile(t *testing.T) {
	for _, name := range spec.Profiles() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := spec.LoadProfile(name)
			if err != nil {
				t.Fatal(err)
			}
			env, err := check.NewEnv(context.Background(), simulator.New(simulator.Options{}), p, 1)
			if !Runnable(p) {
				if _, ok := err.(*check.ReviewError); !ok {
					t.Errorf("a device of family B under a profile of family %s: %v", p.Family, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			env.Exchanges = 2
			outcomes := runPlan(context.Background(), env, env.Plan(check.All(), nil))
			got := judge(env, outcomes, true, "")
			passed := 0
			for _, o := range outcomes {
				if len(o.Rows) > 0 && o.Rows[0].Verdict == check.Pass {
					passed++
				}
			}
			if got.verdict != reports.Conformant || passed < leastPassed {
				t.Errorf("%s, %d checks passed: %s", got.verdict, passed, got.because)
			}
		})
	}
}
