package selftest

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/conformance/mutant"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/reports"
	"github.com/assay-cbdc/assay/spec"
)

// DiscriminateSchema names the schema of a [Discrimination].
const DiscriminateSchema = "discriminate-v1"

// A Discrimination shows that each profile can be failed: by a device that is
// conformant under another one.
type Discrimination struct {
	Schema string `json:"schema"`
	Pairs  []Pair `json:"pairs"`
	// Without are runnable profiles that nothing tells from others: none.
	Without []string `json:"without"`
}

// A Pair is one device under two profiles.
type Pair struct {
	Device      string `json:"device"`
	Says        string `json:"says"`
	Profile     string `json:"profile"`
	Requirement string `json:"requirement"`
	// Verdict is what the device comes to under Profile, and Because the row, or
	// what is lacking, that says so.
	Verdict reports.Overall `json:"verdict"`
	Because string          `json:"because"`
	// Right is the profile under which the device is conformant, by Passed checks
	// and requirements; Problem is why not, empty in a pair that holds.
	Right   string `json:"right"`
	Passed  int    `json:"passed"`
	Problem string `json:"problem"`
}

// OK says whether every runnable profile has a pair that holds.
func (d Discrimination) OK() bool {
	return len(d.Without) == 0 && !slices.ContainsFunc(d.Pairs, func(p Pair) bool { return p.Problem != "" })
}

// Runnable says whether the reference can stand in for a product of the
// profile's family.
func Runnable(p *spec.Profile) bool { return slices.Contains(simulator.Families(), p.Family) }

// Discriminate runs each variant under both its profiles, with thin sweeps, on
// all cores. The error is the harness's or the context's.
func Discriminate(ctx context.Context, progress func(done, of int, name string)) (Discrimination, error) {
	d := Discrimination{Schema: DiscriminateSchema, Pairs: []Pair{}, Without: []string{}}
	variants := mutant.Variants()
	for _, name := range spec.Profiles() {
		p, err := spec.LoadProfile(name)
		if err != nil {
			return d, err
		}
		if Runnable(p) && !slices.ContainsFunc(variants, func(v mutant.Variant) bool { return v.Profile == name }) {
			d.Without = append(d.Without, name)
		}
	}
	var mu sync.Mutex
	var first error
	d.Pairs = make([]Pair, len(variants))
	rights := map[string]func() (trial, error){}
	for _, v := range variants {
		if key := v.Name + " " + v.Right; rights[key] == nil {
			rights[key] = sync.OnceValues(func() (trial, error) { return try(ctx, v, v.Right, nil) })
		}
	}
	done := 0
	var jobs []func()
	for i, v := range variants {
		jobs = append(jobs, func() {
			err := guarded(v.Name, func() (err error) {
				d.Pairs[i], err = pairOf(ctx, v, rights[v.Name+" "+v.Right])
				return err
			})
			mu.Lock()
			defer mu.Unlock()
			if err != nil && first == nil {
				first = fmt.Errorf("variant %s: %w", v.Name, err)
			}
			if done++; progress != nil {
				progress(done, len(variants), v.Name)
			}
		})
	}
	parallel(jobs)
	if first == nil {
		first = ctx.Err()
	}
	return d, first
}

// pairOf judges one variant. Under the profile that it fails, the checks of the
// one requirement are enough: one failure is no conformance.
func pairOf(ctx context.Context, v mutant.Variant, right func() (trial, error)) (Pair, error) {
	pair := Pair{
		Device: v.Name, Says: v.Says, Profile: v.Profile, Requirement: string(v.Requirement), Right: v.Right,
	}
	good, err := right()
	if err != nil {
		return pair, err
	}
	pair.Passed = good.passed
	if good.verdict != reports.Conformant {
		pair.Problem = fmt.Sprintf("under %s it is %s: %s", v.Right, good.verdict, good.because)
	}
	bad, err := try(ctx, v, v.Profile, func(c check.Check) bool { return slices.Contains(c.Cites, v.Requirement) })
	if err != nil {
		return pair, err
	}
	pair.Verdict, pair.Because = bad.verdict, bad.because
	switch {
	case bad.verdict == reports.Conformant:
		pair.Problem = "nothing under " + v.Profile + " tells it from a right one"
	case !slices.Contains(bad.by, v.Requirement):
		pair.Problem = fmt.Sprintf("under %s it fails for another reason than %s: %s", v.Profile, v.Requirement, bad.because)
	}
	return pair, nil
}

// A trial is what a device comes to under a profile, and by which requirements.
type trial struct {
	verdict reports.Overall
	because string
	by      []spec.ID
	passed  int
}

// try runs the checks that are wanted; nil: all. Without all of them the trial
// is conformant at best by what they judge.
func try(ctx context.Context, v mutant.Variant, profile string, wanted func(check.Check) bool) (trial, error) {
	p, err := spec.LoadProfile(profile)
	if err != nil {
		return trial{}, err
	}
	env, err := check.NewEnv(ctx, v.Adapter(), p, 1)
	if err != nil {
		return trial{}, err
	}
	env.Exchanges = thin
	plan := env.Plan(check.All(), nil)
	if wanted != nil {
		plan.Checks = slices.DeleteFunc(plan.Checks, func(c check.Check) bool { return !wanted(c) })
	}
	return judge(env, runPlan(ctx, env, plan), wanted == nil, v.Requirement), nil
}

// judge is the verdict over rows, as a report has it: a failure of a MUST is
// non-conformant, anything else that is no pass, and anything that the profile
// requires and that is not there, incomplete.
func judge(env *check.Env, outcomes []check.Outcome, all bool, only spec.ID) trial {
	t := trial{verdict: reports.Conformant}
	judged := map[spec.ID]bool{}
	for _, o := range outcomes {
		for _, r := range o.Rows {
			judged[r.Requirement] = judged[r.Requirement] || r.Verdict == check.Pass || r.Verdict == check.Fail
			switch {
			case r.Verdict == check.Pass:
				t.passed++
			case r.Verdict == check.Fail:
				t.note(reports.NonConformant, r.Requirement, fmt.Sprintf("%s: %s", r.Check, r.Message))
			default:
				t.note(reports.Incomplete, r.Requirement, fmt.Sprintf("%s: %s: %s", r.Check, r.Verdict, r.Message))
			}
		}
	}
	for _, id := range env.Profile.Required {
		q, _ := spec.Lookup(id)
		if !judged[id] && q.In(spec.Class(env.Class)) && (all || id == only) {
			t.note(reports.Incomplete, id, string(id)+", which the profile requires, is not tested")
		}
	}
	for _, c := range env.Profile.RequiredCapabilities {
		if !env.Has(adapter.Capability(c)) {
			t.note(reports.Incomplete, "", "the capability "+c+", which the profile requires, is not served")
		}
	}
	return t
}

// note keeps the worst verdict, and the first reason for it.
func (t *trial) note(verdict reports.Overall, by spec.ID, because string) {
	t.by = append(t.by, by)
	if t.verdict == reports.Conformant || t.verdict == reports.Incomplete && verdict == reports.NonConformant {
		t.verdict, t.because = verdict, because
	}
}
