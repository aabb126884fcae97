package check_test

import (
	"context"
	"testing"

	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/spec"
)

// TestReferencePasses holds every check to the reference: a check that the
// right device does not pass is wrong.
func TestReferencePasses(t *testing.T) {
	p, err := spec.LoadProfile("reference")
	if err != nil {
		t.Fatal(err)
	}
	env, err := check.NewEnv(context.Background(), simulator.New(simulator.Options{}), p, 1)
	if err != nil {
		t.Fatal(err)
	}
	plan := env.Plan(check.All(), nil)
	for _, c := range plan.Checks {
		t.Run(c.ID, func(t *testing.T) {
			for _, row := range env.Run(context.Background(), c).Rows {
				if row.Verdict != check.Pass {
					t.Errorf("%s: %s: %s; observed: %s", row.Requirement, row.Verdict, row.Message, row.Observed)
				}
			}
		})
	}
}
