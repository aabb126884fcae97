package selftest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/conformance/mutant"
	"github.com/assay-cbdc/assay/conformance/oddity"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/spec"
)

func referenceProfile(t *testing.T) *spec.Profile { return profileOf(t, "reference") }

func profileOf(t *testing.T, name string) *spec.Profile {
	t.Helper()
	p, err := spec.LoadProfile(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// run runs the planned checks on a device, in the order that sorted makes of
// them, with thin sweeps.
func run(t *testing.T, a adapter.Adapter, seed uint64, sorted func([]check.Check)) []check.Outcome {
	t.Helper()
	return runUnder(t, referenceProfile(t), a, seed, sorted)
}

// chainProfile is the profile of CHAIN provenance.
func chainProfile(t *testing.T) *spec.Profile { return profileOf(t, mutant.ChainProfile) }

// runUnder is run under a profile.
func runUnder(t *testing.T, p *spec.Profile, a adapter.Adapter, seed uint64, sorted func([]check.Check)) []check.Outcome {
	t.Helper()
	env, err := check.NewEnv(context.Background(), a, p, seed)
	if err != nil {
		t.Fatal(err)
	}
	env.Exchanges = 2
	checks := env.Plan(check.All(), nil).Checks
	if sorted != nil {
		sorted(checks)
	}
	var all []check.Outcome
	for _, c := range checks {
		all = append(all, env.Run(context.Background(), c))
	}
	return all
}

// maxExcluded is the share of requirements that may be excluded from testing.
const maxExcluded = 0.15

// TestTraceability: every MUST has a check and a mutant, and has been seen to
// pass on an honest device of each class that it claims.
func TestTraceability(t *testing.T) {
	c := Cover()
	for what, list := range map[string][]string{"unknown": c.Unknown, "without a check": c.WithoutCheck, "without a mutant": c.WithoutMutant} {
		for _, id := range list {
			t.Errorf("%s: %s", id, what)
		}
	}
	for _, e := range c.Excluded {
		if strings.TrimSpace(e.Reason) == "" {
			t.Errorf("%s: excluded without a reason", e.ID)
		}
	}
	if share := float64(len(c.Excluded)) / float64(c.Requirements); share > maxExcluded {
		t.Errorf("%.0f %% of the requirements are excluded, at most %.0f %% may be", 100*share, 100*maxExcluded)
	}
	closed, ok := oddity.Lookup("kit")
	if !ok {
		t.Fatal("there is no closed product among the oddities")
	}
	further, err := profiles()
	if err != nil {
		t.Fatal(err)
	}
	for class, made := range map[spec.Class]func() adapter.Adapter{
		spec.ClassRP: func() adapter.Adapter { return simulator.New(simulator.Options{}) }, spec.ClassBH: closed.Adapter,
	} {
		passed := map[spec.ID]bool{}
		all := run(t, made(), 1, nil)
		for _, p := range further {
			if class == spec.ClassBH && p.Provenance == spec.ProvenanceChain {
				continue // the closed product's kit makes no chain that is too long
			}
			all = append(all, runUnder(t, p, made(), 1, nil)...)
		}
		for _, o := range all {
			for _, r := range o.Rows {
				if r.Verdict != check.Pass {
					t.Errorf("class %s: %s: %s of %s: %s (%s)", class, r.Check, r.Verdict, r.Requirement, r.Message, r.Observed)
					continue
				}
				passed[r.Requirement] = true
			}
		}
		for _, r := range spec.Requirements() {
			if r.Level == spec.LevelMust && r.Excluded == "" && r.In(class) && !passed[r.ID] {
				t.Errorf("%s claims class %s and never passed in it", r.ID, class)
			}
		}
	}
}

// TestChecksReplayFromTheirSeed: one seed gives one transcript for each check,
// whatever runs before it.
func TestChecksReplayFromTheirSeed(t *testing.T) {
	first := transcripts(t, 3, nil)
	again := transcripts(t, 3, slices.Reverse[[]check.Check])
	if len(first) != len(again) {
		t.Fatalf("%d checks, then %d", len(first), len(again))
	}
	for id, steps := range first {
		if steps != again[id] {
			t.Errorf("%s: two runs from one seed differ: %s", id, firstDifference(steps, again[id]))
		}
	}
	other := transcripts(t, 4, func(checks []check.Check) { slices.Reverse(checks) })
	for _, id := range []string{"INV-01.programs", "PAY-01.exact"} {
		if first[id] == other[id] {
			t.Errorf("%s: another seed changes nothing", id)
		}
	}
}

// transcripts are the steps of every check on the reference, with units called
// by the order in which the check made them.
func transcripts(t *testing.T, seed uint64, sorted func([]check.Check)) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, o := range run(t, simulator.New(simulator.Options{}), seed, sorted) {
		text, err := json.Marshal(o.Steps)
		if err != nil {
			t.Fatal(err)
		}
		whole := string(text)
		known := map[string]bool{}
		for _, s := range o.Steps {
			if s.Handle != "" && !known[s.Handle] {
				known[s.Handle] = true
				whole = strings.ReplaceAll(whole, `"`+s.Handle+`"`, fmt.Sprintf(`"unit %d"`, len(known)))
			}
		}
		all[o.Check.ID] = whole
	}
	return all
}

func firstDifference(a, b string) string {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			from, to := max(0, i-60), i+60
			return a[from:min(to, len(a))] + " | " + b[from:min(to, len(b))]
		}
	}
	return "one is longer"
}

// Every family that the reference stands in for has devices that are wrong in it,
// and there are wrong ledgers.
func TestEveryFamilyHasMutants(t *testing.T) {
	families, ledgers := map[string]int{}, 0
	for _, m := range mutant.All() {
		profile := "reference"
		if m.Profile != "" {
			profile = m.Profile
		}
		families[profileOf(t, profile).Family]++
		if m.OfLedger() {
			ledgers++
		}
	}
	for _, letter := range simulator.Families() {
		if families[letter] < 5 {
			t.Errorf("family %s has %d mutants", letter, families[letter])
		}
	}
	if ledgers < 10 {
		t.Errorf("there are %d wrong ledgers", ledgers)
	}
}
