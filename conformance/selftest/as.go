package selftest

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/conformance/disguise"
	"github.com/assay-cbdc/assay/conformance/ics"
	"github.com/assay-cbdc/assay/conformance/mutant"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/reports"
	"github.com/assay-cbdc/assay/spec"
)

// AsSchema names the schema of an [AsResult].
const AsSchema = "selftest-as-v1"

// AsOptions say which product the mutants are to look like.
type AsOptions struct {
	Profile *spec.Profile
	ICS     *ics.ICS
	// IXIT is the bench; nil: it has every rig, and units as many as asked for.
	IXIT  *ics.IXIT
	Shape adapter.Shape // empty: the one of the ICS that shows most
	Seed  uint64
	// Progress is told of each device that is done, from one goroutine at a time.
	Progress func(done, of int, name string)
}

// An AsResult says which known faults a run of a product like that finds.
type AsResult struct {
	Schema   string        `json:"schema"`
	Profile  string        `json:"profile"`
	Class    string        `json:"class"`
	Shape    adapter.Shape `json:"shape"`
	Checks   int           `json:"checks"`
	Mutants  int           `json:"mutants"`
	Detected int           `json:"detected"`
	// Failed are rows that a right device of that look did not pass: none.
	Failed []string `json:"failed"`
	Matrix []Kill   `json:"matrix"`
	// Missing are the mutants that were not found, by what would reveal them.
	Missing []reports.Missing `json:"missing"`
}

// RunAs tries every mutant behind a face like the product's. The error is the
// context's, the harness's, or a [*check.ReviewError].
func RunAs(ctx context.Context, o AsOptions) (AsResult, error) {
	h := o.implementation()
	right, err := o.env(ctx, h, simulator.New(simulator.Options{}))
	if err != nil {
		return AsResult{}, err
	}
	plan := right.Plan(check.All(), nil)
	r := AsResult{
		Schema: AsSchema, Profile: o.Profile.ID, Class: right.Class, Shape: right.Shape, Checks: len(plan.Checks),
		Failed: []string{}, Matrix: []Kill{}, Missing: []reports.Missing{},
	}
	for _, out := range runPlan(ctx, right, plan) {
		for _, row := range out.Rows {
			if row.Verdict != check.Pass {
				r.Failed = append(r.Failed, fmt.Sprintf("%s: %s of %s: %s", row.Check, row.Verdict, row.Requirement, row.Message))
			}
		}
	}
	if err := o.mutants(ctx, h, right, &r); err != nil {
		return r, err
	}
	return r, ctx.Err()
}

// mutants tries them all on every core.
func (o AsOptions) mutants(ctx context.Context, h adapter.Implementation, right *check.Env, r *AsResult) error {
	var mu sync.Mutex
	var first error
	missing := map[string][]string{}
	mode := Mode{r.Class, r.Shape}
	opens := opened(right)
	all, done := mutant.All(), 0
	var jobs []func()
	for _, m := range all {
		jobs = append(jobs, func() {
			if ctx.Err() != nil {
				return
			}
			var kills []Kill
			err := guarded(m.Name, func() (err error) {
				kills, err = o.kills(ctx, h, m)
				return err
			})
			mu.Lock()
			defer mu.Unlock()
			if err != nil && first == nil {
				first = fmt.Errorf("mutant %s: %w", m.Name, err)
			}
			r.Mutants++
			if len(kills) > 0 {
				r.Detected++
				r.Matrix = append(r.Matrix, kills...)
			} else {
				by := revealedBy(Published().Kills[m.Name], mode, opens)
				missing[by] = append(missing[by], m.Name)
			}
			if done++; o.Progress != nil {
				o.Progress(done, len(all), m.Name)
			}
		})
	}
	parallel(jobs)
	slices.SortFunc(r.Matrix, compareKills)
	r.Missing = append(r.Missing, byCapability(missing)...)
	return first
}

// kills are the failed rows of one mutant.
func (o AsOptions) kills(ctx context.Context, h adapter.Implementation, m mutant.Mutant) ([]Kill, error) {
	env, err := o.env(ctx, h, m.Lean())
	if err != nil {
		return nil, err
	}
	kills, _, _ := killsOf(m, runPlan(ctx, env, env.Plan(check.All(), nil)))
	for i := range kills {
		kills[i].Mode = Mode{env.Class, env.Shape}.String()
	}
	return kills, nil
}

// implementation is what an adapter of the product would say in hello.
func (o AsOptions) implementation() adapter.Implementation {
	h := adapter.Implementation{Version: adapter.Version, Provision: adapter.ProvisionDone, Lifecycle: adapter.LifecycleReset}
	if o.IXIT == nil {
		h.Capabilities = slices.DeleteFunc(append(simulator.Capabilities(), adapter.CapCutMessage, adapter.CapCutTime), func(c adapter.Capability) bool { return !c.Bench() })
	}
	return ics.Effective(h, o.ICS, o.IXIT)
}

// env is a run of a device that looks like the product. What the face says of
// itself is right; amounts alone are for a file to say.
func (o AsOptions) env(ctx context.Context, h adapter.Implementation, a adapter.Adapter) (*check.Env, error) {
	shape := o.Shape
	for _, s := range []adapter.Shape{adapter.Split, adapter.Hooked, adapter.Sealed} {
		if shape == "" && slices.Contains(h.Shapes, s) {
			shape = s
		}
	}
	if !slices.Contains(h.Shapes, shape) {
		return nil, &check.ReviewError{Reason: fmt.Sprintf("the ICS declares the shapes %v, and not %q", h.Shapes, shape)}
	}
	worn := disguise.Like(h, shape)(a)
	said, err := worn.Do(ctx, adapter.Request{Verb: adapter.Hello{Versions: []int{adapter.Version}}}, nil)
	if err != nil || said.Done == nil || said.Done.Hello == nil {
		return nil, fmt.Errorf("harness: the face says nothing of itself: %w", err)
	}
	own, bench := ics.FromHello(*said.Done.Hello)
	own.Amounts = o.ICS.Amounts
	env, err := check.NewEnvWith(ctx, worn, check.Options{Profile: o.Profile, Seed: o.Seed, ICS: own, IXIT: bench})
	if err != nil {
		return nil, err
	}
	env.Exchanges = thin
	return env, nil
}

func runPlan(ctx context.Context, env *check.Env, plan check.Plan) []check.Outcome {
	campaign := check.Campaign{Env: env}
	var all []check.Outcome
	for _, c := range plan.Checks {
		if ctx.Err() != nil {
			break
		}
		all = append(all, campaign.Run(ctx, c))
	}
	return all
}
