package selftest

import (
	"context"
	"os"
	"slices"
	"testing"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/conformance/disguise"
	"github.com/assay-cbdc/assay/conformance/simulator"
)

// TestThinProductsAreSpared takes one capability after the other from a right
// product, in every shape: what it does not serve costs tests and never a
// verdict. A few of them stand for all, unless ASSAY_SOAK is set.
func TestThinProductsAreSpared(t *testing.T) {
	caps := append(simulator.Capabilities(), adapter.CapCutMessage, adapter.CapCutTime)
	p := referenceProfile(t)
	for i, gone := range caps {
		for k, shape := range []adapter.Shape{adapter.Split, adapter.Hooked, adapter.Sealed} {
			if gone == adapter.CapStart || (os.Getenv("ASSAY_SOAK") == "" && (i+k)%6 != 0) {
				continue
			}
			t.Run(string(shape)+"/"+string(gone), func(t *testing.T) {
				t.Parallel()
				h := adapter.Implementation{
					Class: "BH", Roles: []adapter.Role{adapter.RoleDevice, adapter.RoleLedger}, Provision: adapter.ProvisionInjected,
					Lifecycle: adapter.LifecycleReset, Capabilities: slices.DeleteFunc(slices.Clone(caps), func(c adapter.Capability) bool { return c == gone }),
				}
				env, err := check.NewEnv(context.Background(), disguise.Like(h, shape)(simulator.New(simulator.Options{})), p, 1)
				if err != nil {
					t.Fatal(err)
				}
				env.Exchanges = 2
				for _, o := range runPlan(context.Background(), env, env.Plan(check.All(), nil)) {
					for _, r := range o.Rows {
						if r.Verdict != check.Pass {
							t.Errorf("without %s, in shape %s: %s: %s of %s: %s (%s)", gone, shape, r.Check, r.Verdict, r.Requirement, r.Message, r.Observed)
						}
					}
				}
			})
		}
	}
}
