package disguise_test

import (
	"context"
	"testing"

	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/spec"
)

// TestDeclaredUnits holds that no check holds more units at once than it
// declares: a bench of two sample cards is planned by that number.
func TestDeclaredUnits(t *testing.T) {
	p, err := spec.LoadProfile("reference")
	if err != nil {
		t.Fatal(err)
	}
	env, err := check.NewEnv(context.Background(), simulator.New(simulator.Options{}), p, 5)
	if err != nil {
		t.Fatal(err)
	}
	env.Exchanges = 4
	for _, c := range env.Plan(check.All(), nil).Checks {
		if c.RP { // the harness plays what else it needs
			continue
		}
		declared := c.Units
		if declared == 0 {
			declared = 2
		}
		if got := env.Run(context.Background(), c).Units; got > declared {
			t.Errorf("%s held %d units at once and declares %d", c.ID, got, declared)
		}
	}
}
