// Package selftest turns the suite on itself: every mutant has to be killed by a
// check that cites the requirement which it breaks, every honest oddity has to
// pass, and every degenerate device has to pass nothing.
//
// It runs the checks without Ginkgo, on all cores, each device in a world of
// its own.
package selftest

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/check"
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

// Run tests the suite. The error is the context's, or the harness's own.
func Run(ctx context.Context, o Options) (Result, error) {
	if len(o.Seeds) == 0 {
		o.Seeds = []uint64{1}
	}
	s := &session{Options: o, reached: map[string]bool{}, known: map[string]bool{}}
	s.result = Result{Schema: Schema, Uncovered: uncovered(), Families: map[string]Count{}}
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
func (s *session) profile(m mutant.Mutant) (*spec.Profile, error) { return m.Under(s.Profile) }

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

// profiles are those under which some mutant alone is wrong, each once.
func profiles() ([]*spec.Profile, error) {
	var all []*spec.Profile
	known := map[[2]string]bool{}
	for _, m := range mutant.All() {
		name := [2]string{m.Profile, m.Overlay}
		if m.Profile == "" || known[name] {
			continue
		}
		known[name] = true
		p, err := m.Under(nil)
		if err != nil {
			return nil, fmt.Errorf("mutant %s: %w", m.Name, err)
		}
		all = append(all, p)
	}
	return all, nil
}

func (s *session) reference(ctx context.Context) error {
	right := func() adapter.Adapter { return simulator.New(simulator.Options{}) }
	all, err := s.everySeed(ctx, right, check.Options{Profile: s.Profile}, 0)
	if err != nil {
		return err
	}
	further, err := profiles()
	if err != nil {
		return err
	}
	for _, p := range further {
		more, err := s.everySeed(ctx, right, check.Options{Profile: p}, thin)
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
