// Package selftest turns the suite on itself: every mutant has to be killed by a
// check that cites the requirement which it breaks, every honest oddity has to
// pass, and every degenerate device has to pass nothing.
//
// It runs the checks without Ginkgo, on all cores, each device in a world of
// its own.
package selftest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/conformance/disguise"
	"github.com/assay-cbdc/assay/conformance/mutant"
	"github.com/assay-cbdc/assay/conformance/oddity"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/spec"
)

// Options say how thorough a self-test is.
type Options struct {
	Profile *spec.Profile
	Seeds   []uint64
	// Full runs every check on every mutant, which fills the kill matrix, with
	// thin sweeps where a check does not cite the mutant's requirement; else each
	// mutant meets the checks that cite it, and has to fall at every seed.
	Full bool
	// EveryMode tries every mutant as a closed product in every shape, and nothing
	// but mutants; else a full self-test tries a sample of them. It takes minutes.
	EveryMode bool
	// Progress is told of each device that is done, from one goroutine at a time.
	Progress func(done, of int, name string)
}

// A Kill says that a check failed a mutant for a requirement.
type Kill struct {
	Mutant      string `json:"mutant"`
	Mode        string `json:"mode"`
	Requirement string `json:"requirement"`
	Check       string `json:"check"`
}

// A Degenerate is a device that does nothing right, and how many requirements
// it passed: none, or the suite is hollow.
type Degenerate struct {
	Name string `json:"name"`
	Pass int    `json:"pass"`
}

// A Result is what assay selftest --json prints.
type Result struct {
	Schema  string `json:"schema"`
	Mutants int    `json:"mutants"`
	Killed  int    `json:"killed"`
	// Survivors are mutants that no check failed for the requirement they break.
	Survivors []string `json:"survivors"`
	// Unrelated are survivors that failed for another requirement only.
	Unrelated []string `json:"unrelated"`
	// Blunt are mutants that failed more than MaxBreadth requirements; Full only.
	Blunt        []string     `json:"blunt"`
	Honest       int          `json:"honest"`
	HonestFailed []string     `json:"honest_failed"`
	Degenerate   []Degenerate `json:"degenerate"`
	// Reference is "conformant" when every check passes on the reference.
	Reference string `json:"reference"`
	// Unreached are assertions that no mutant ever came to; Full only.
	Unreached []string `json:"unreached"`
	// Uncovered are MUSTs without a check, or without a mutant.
	Uncovered []string `json:"uncovered"`
	Matrix    []Kill   `json:"matrix"`
	// Stale are mutants of which the published matrix says something else; Full
	// only.
	Stale []string `json:"stale"`
}

// Schema names the schema of a Result.
const Schema = "selftest-v1"

// MaxBreadth is how many requirements a mutant may fail and still be one fault.
const MaxBreadth = 8

// OK says whether the suite has proved itself.
func (r Result) OK() bool {
	hollow := slices.ContainsFunc(r.Degenerate, func(d Degenerate) bool { return d.Pass > 0 })
	return len(r.Survivors)+len(r.Unrelated)+len(r.Blunt)+len(r.HonestFailed)+len(r.Unreached)+len(r.Uncovered)+len(r.Stale) == 0 &&
		r.Killed == r.Mutants && r.Reference == "conformant" && !hollow
}

// Run tests the suite. The error is the context's, or the harness's own.
func Run(ctx context.Context, o Options) (Result, error) {
	if len(o.Seeds) == 0 {
		o.Seeds = []uint64{1}
	}
	s := &session{Options: o, reached: map[string]bool{}, known: map[string]bool{}}
	s.result = Result{Schema: Schema, Uncovered: uncovered()}
	jobs := s.jobs(ctx)
	s.of = len(jobs)
	parallel(jobs)
	if err := ctx.Err(); err != nil {
		return s.finish(), err
	}
	return s.finish(), s.err
}

// A session gathers results from all workers.
type session struct {
	Options
	mu       sync.Mutex
	result   Result
	done, of int
	err      error
	// known are the assertions that the reference comes to, reached those that a
	// mutant does.
	known, reached map[string]bool
}

func (s *session) jobs(ctx context.Context) []func() {
	var jobs []func()
	add := func(name string, job func() error) {
		jobs = append(jobs, func() {
			if ctx.Err() != nil {
				return
			}
			err := guarded(name, job)
			s.mu.Lock()
			defer s.mu.Unlock()
			if err != nil && s.err == nil {
				s.err = err
			}
			s.done++
			if s.Progress != nil {
				s.Progress(s.done, s.of, name)
			}
		})
	}
	add("reference", func() error { return s.reference(ctx) })
	for _, m := range mutant.All() {
		add("mutant:"+m.Name, func() error { return s.mutant(ctx, m) })
	}
	if s.EveryMode {
		return jobs // what is asked for is the matrix, which mutants make
	}
	for _, odd := range oddity.All() {
		add("oddity:"+odd.Name, func() error { return s.honest(ctx, odd) })
	}
	for _, d := range oddity.Degenerate() {
		add("degenerate:"+d.Name, func() error { return s.degenerate(ctx, d) })
	}
	return jobs
}

// thin bounds sampled sweeps where a sweep is not what is being tested.
const thin = 4

// thin is the bound for honest devices: none in a full self-test.
func (s *session) thin() int {
	if s.Full {
		return 0
	}
	return thin
}

// guarded turns a panic of a worker into the harness's own error.
func guarded(name string, job func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("harness: %s broke down: %v", name, v)
		}
	}()
	return job()
}

// parallel runs the jobs on all cores.
func parallel(jobs []func()) {
	queue := make(chan func())
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for job := range queue {
				job()
			}
		})
	}
	for _, job := range jobs {
		queue <- job
	}
	close(queue)
	workers.Wait()
}

// everySeed runs all checks on an adapter: with sweeps bounded by exchanges at
// the first seed, and thin ones at the others.
func (s *session) everySeed(ctx context.Context, make func() adapter.Adapter, told check.Options, exchanges int) ([]check.Outcome, error) {
	var all []check.Outcome
	for _, seed := range s.Seeds {
		told.Seed = seed
		some, err := s.told(ctx, make, told, nil, exchanges)
		if err != nil {
			return nil, err
		}
		all, exchanges = append(all, some...), thin
	}
	return all, nil
}

// outcomes runs the selected checks of a plan on an adapter.
func (s *session) outcomes(ctx context.Context, make func() adapter.Adapter, seed uint64, selected func(check.Check) bool, exchanges int) ([]check.Outcome, error) {
	return s.told(ctx, make, check.Options{Profile: s.Profile, Seed: seed}, selected, exchanges)
}

// profile is the one under which a mutant is wrong.
func (s *session) profile(m mutant.Mutant) (*spec.Profile, error) {
	if m.Profile == "" {
		return s.Profile, nil
	}
	return spec.LoadProfile(m.Profile)
}

// told runs the selected checks on an adapter of which files are told.
func (s *session) told(ctx context.Context, make func() adapter.Adapter, o check.Options, selected func(check.Check) bool, exchanges int) ([]check.Outcome, error) {
	env, err := check.NewEnvWith(ctx, make(), o)
	if err != nil {
		return nil, err
	}
	env.Exchanges = exchanges
	campaign := check.Campaign{Env: env}
	var all []check.Outcome
	for _, c := range env.Plan(check.All(), nil).Checks {
		if selected == nil || selected(c) {
			all = append(all, campaign.Run(ctx, c))
		}
	}
	return all, nil
}

func (s *session) reference(ctx context.Context) error {
	right := func() adapter.Adapter { return simulator.New(simulator.Options{}) }
	all, err := s.everySeed(ctx, right, check.Options{Profile: s.Profile}, 0)
	if err != nil {
		return err
	}
	for _, name := range mutant.Profiles() {
		profile, err := spec.LoadProfile(name)
		if err != nil {
			return err
		}
		more, err := s.everySeed(ctx, right, check.Options{Profile: profile}, thin)
		if err != nil {
			return err
		}
		all = append(all, more...)
	}
	verdict := "conformant"
	for _, o := range all {
		if o.Worst() != check.Pass {
			verdict = fmt.Sprintf("%s: %s", o.Check.ID, o.Worst())
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.result.Reference = verdict
	for _, o := range all {
		for _, a := range o.Asserted {
			s.known[o.Check.ID+": "+a] = true
		}
	}
	return nil
}

func (s *session) mutant(ctx context.Context, m mutant.Mutant) error {
	cites := func(c check.Check) bool { return slices.Contains(c.Cites, m.Breaks) }
	make := m.Lean
	if slices.ContainsFunc(check.All(), func(c check.Check) bool { return cites(c) && len(c.Suites)+len(c.AnyOf) > 0 }) {
		make = m.Adapter
	}
	profile, err := s.profile(m)
	if err != nil {
		return fmt.Errorf("mutant %s: %w", m.Name, err)
	}
	var all []check.Outcome
	killed := true // at every seed
	for _, seed := range s.Seeds {
		some, err := s.told(ctx, make, check.Options{Profile: profile, Seed: seed}, cites, 0)
		if err != nil {
			return fmt.Errorf("mutant %s: %w", m.Name, err)
		}
		_, here, _ := killsOf(m, some)
		all, killed = append(all, some...), killed && here
	}
	kills, _, broad := killsOf(m, all)
	if s.Full || !killed { // what it fails beside its requirement says how blunt it is
		rest, err := s.told(ctx, m.Lean, check.Options{Profile: profile, Seed: s.Seeds[0]}, func(c check.Check) bool { return !cites(c) }, thin)
		if err != nil {
			return fmt.Errorf("mutant %s: %w", m.Name, err)
		}
		if s.Full {
			all = append(all, rest...)
			rest = all
		}
		var more []Kill
		if more, _, broad = killsOf(m, rest); s.Full {
			kills = more
		}
	}
	if s.Full && s.tries(m) { // what a device of one suite is not asked
		ran := map[string]bool{}
		for _, o := range all {
			ran[o.Check.ID] = true
		}
		more, err := s.told(ctx, m.Adapter, check.Options{Profile: profile, Seed: s.Seeds[0]}, func(c check.Check) bool { return !ran[c.ID] }, thin)
		if err != nil {
			return fmt.Errorf("mutant %s: %w", m.Name, err)
		}
		all = append(all, more...)
	}
	if s.Full {
		behaving, err := s.behaving(ctx, m)
		if err != nil {
			return fmt.Errorf("mutant %s: %w", m.Name, err)
		}
		kills = append(kills, behaving...)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.result.Mutants++
	s.result.Matrix = append(s.result.Matrix, kills...)
	switch {
	case killed:
		s.result.Killed++
	case len(broad) > 0:
		s.result.Unrelated = append(s.result.Unrelated, fmt.Sprintf("%s (breaks %s, failed %v)", m.Name, m.Breaks, broad))
	default:
		s.result.Survivors = append(s.result.Survivors, fmt.Sprintf("%s (breaks %s)", m.Name, m.Breaks))
	}
	if len(broad) > MaxBreadth {
		s.result.Blunt = append(s.result.Blunt, fmt.Sprintf("%s (failed %v)", m.Name, broad))
	}
	for _, o := range all {
		for _, a := range o.Asserted {
			s.reached[o.Check.ID+": "+a] = true
		}
	}
	return nil
}

// sampled is one in so many mutants that a full self-test tries as a closed
// product too; with EveryMode it tries all of them.
const sampled = 12

// tries says whether a mutant is tried as a closed product: all are in some
// order of seeds.
func (s *session) tries(m mutant.Mutant) bool {
	at := slices.IndexFunc(mutant.All(), func(o mutant.Mutant) bool { return o.Name == m.Name })
	return s.EveryMode || (uint64(at)+s.Seeds[0])%sampled == 0
}

// behaving tries a mutant as a closed product in every shape and returns what
// failed it.
func (s *session) behaving(ctx context.Context, m mutant.Mutant) (kills []Kill, err error) {
	for _, mode := range Modes() {
		if mode.Class != "BH" || !s.tries(m) {
			continue
		}
		make := func() adapter.Adapter { return disguise.Wear(m.Lean(), mode.faces()...) }
		all, err := s.outcomes(ctx, make, s.Seeds[0], nil, thin)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", mode, err)
		}
		found, _, _ := killsOf(m, all)
		for i := range found {
			found[i].Mode = mode.String()
		}
		kills = append(kills, found...)
	}
	return kills, nil
}

// killsOf are the failed rows of a mutant's outcomes. An error or a crash is no
// kill.
func killsOf(m mutant.Mutant, all []check.Outcome) (kills []Kill, killed bool, requirements []string) {
	for _, o := range all {
		for _, r := range o.Rows {
			if r.Verdict != check.Fail {
				continue
			}
			kills = append(kills, Kill{m.Name, Mode{"RP", adapter.Split}.String(), string(r.Requirement), r.Check})
			killed = killed || r.Requirement == m.Breaks
			requirements = append(requirements, string(r.Requirement))
		}
	}
	slices.Sort(requirements)
	slices.SortFunc(kills, compareKills)
	return slices.Compact(kills), killed, slices.Compact(requirements)
}

func compareKills(a, b Kill) int {
	return cmp.Or(cmp.Compare(a.Mutant, b.Mutant), cmp.Compare(b.Mode, a.Mode), cmp.Compare(a.Requirement, b.Requirement), cmp.Compare(a.Check, b.Check))
}

// honest holds an unusual but right device to everything that it can show: no
// check may fail it, and something has to pass.
func (s *session) honest(ctx context.Context, odd oddity.Oddity) error {
	told, err := s.files(ctx, odd)
	if err != nil {
		return fmt.Errorf("oddity %s: %w", odd.Name, err)
	}
	all, err := s.everySeed(ctx, odd.Adapter, told, s.thin())
	if err != nil {
		return fmt.Errorf("oddity %s: %w", odd.Name, err)
	}
	passed, wrong := 0, ""
	for _, o := range all {
		if o.Worst() == check.Pass {
			passed++
			continue
		}
		for _, r := range o.Rows {
			if r.Verdict == o.Worst() && wrong == "" {
				wrong = fmt.Sprintf("%s: %s by %s: %s (%s)", odd.Name, r.Verdict, r.Check, r.Message, r.Observed)
			}
		}
	}
	if passed == 0 && wrong == "" {
		wrong = odd.Name + ": no check could be run"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.result.Honest++
	if wrong != "" {
		s.result.HonestFailed = append(s.result.HonestFailed, wrong)
	}
	return nil
}

// files are what a run is told of an oddity.
func (s *session) files(ctx context.Context, odd oddity.Oddity) (check.Options, error) {
	p, err := odd.Profile(s.Profile)
	if err != nil {
		return check.Options{}, err
	}
	a, err := odd.Adapter().Do(ctx, adapter.Request{Verb: adapter.Hello{Versions: []int{adapter.Version}}}, nil)
	if err != nil || a.Done == nil || a.Done.Hello == nil {
		return check.Options{}, errors.Join(err, errors.New("it does not say what it is"))
	}
	o := check.Options{Profile: p}
	o.ICS, o.IXIT = odd.Files(*a.Done.Hello)
	return o, nil
}

func (s *session) degenerate(ctx context.Context, d oddity.Oddity) error {
	all, err := s.outcomes(ctx, d.Adapter, s.Seeds[0], nil, thin)
	passed := 0
	if err == nil {
		for _, o := range all {
			for _, r := range o.Rows {
				if r.Verdict == check.Pass {
					passed++
				}
			}
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.result.Degenerate = append(s.result.Degenerate, Degenerate{d.Name, passed})
	return nil
}

// uncovered are the MUSTs that no check cites, or that no mutant breaks.
func uncovered() []string {
	var all []string
	c := Cover()
	for _, id := range c.WithoutCheck {
		all = append(all, id+": no check")
	}
	for _, id := range c.WithoutMutant {
		all = append(all, id+": no mutant")
	}
	return all
}

// PublishedMatrix is the kill matrix of a full self-test, as it is published.
func (r Result) PublishedMatrix() Matrix { return matrixOf(r.Matrix) }

// compared says whether a mutant was tried in a mode to the end.
func (s *session) compared(name string, mode Mode) bool {
	m, ok := mutant.Lookup(name)
	return !ok || (mode.Class == "RP" && len(s.Seeds) == 1) || (mode.Class == "BH" && s.tries(m))
}

// finish sorts what the workers brought in any order.
func (s *session) finish() Result {
	r := &s.result
	for a := range s.known {
		if s.Full && !s.reached[a] {
			r.Unreached = append(r.Unreached, a)
		}
	}
	slices.SortFunc(r.Matrix, compareKills)
	if s.Full {
		r.Stale = Published().differs(matrixOf(r.Matrix), s.compared)
	}
	for _, list := range []*[]string{&r.Stale, &r.Survivors, &r.Unrelated, &r.Blunt, &r.HonestFailed, &r.Unreached, &r.Uncovered} {
		if *list == nil {
			*list = []string{}
		}
		slices.Sort(*list)
	}
	slices.SortFunc(r.Degenerate, func(a, b Degenerate) int { return cmp.Compare(a.Name, b.Name) })
	if r.Matrix == nil {
		r.Matrix = []Kill{}
	}
	return *r
}
