package bench

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/assay-cbdc/assay/bench/measure"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reports"
)

// Options say what to measure and how long.
type Options struct {
	Seed   uint64 // of workloads, orders and resampling
	Rounds int    // at most; 0: 60
	// Suites to measure, all if empty. A lane of a suite left out is left out.
	Suites []suite.Suite
	// Budget bounds the time spent on measuring, 0: by Rounds alone. Making the
	// workloads comes on top, a few seconds. Each lane gets at least
	// measure.MinRounds.
	Budget time.Duration
	// Progress, if not nil, is told what is being measured.
	Progress func(Progress)

	// wrap, if not nil, stands between the measurement and the core: tests put
	// wrong and slow cores there.
	wrap func(core) core
}

// A Progress says how far a run is.
type Progress struct {
	Stage string  // "ed25519", "latency"
	Done  float64 // 0 to 1, of the whole run
}

// defaultRounds gives intervals of one or two percent on a machine that others
// use as well.
const defaultRounds = 60

// A Fault is a verdict that was not the one due. It is the only result of the
// run in which it happens.
type Fault struct {
	Lane    string
	Payment int    // its place in the workload
	Kind    string // what is wrong with it: "bad-signature"
	Got     string // the verdict, in words
}

func (f *Fault) Error() string {
	return fmt.Sprintf("bench: lane %s: wrong verdict on payment %d (%s): %s", f.Lane, f.Payment, f.Kind, f.Got)
}

// Suites are those that have lanes: what the edition scores.
func Suites() []suite.Suite {
	return []suite.Suite{suite.Ed25519, suite.P256, suite.MLDSA44, suite.Ed25519MLDSA44}
}

// Core measures the verification core and returns a result with every lane of
// the suites chosen. The error is a [*Fault] if a verdict was wrong, that of ctx
// if it has ended, or another failure; there is no result then.
//
// While it runs it sets GOMAXPROCS, and nothing else should run in the process.
func Core(ctx context.Context, o Options) (*reports.Bench, error) {
	if o.Rounds == 0 {
		o.Rounds = defaultRounds
	}
	if len(o.Suites) == 0 {
		o.Suites = Suites()
	}
	host := measure.ThisHost()
	r := &run{Options: o, result: &reports.Bench{
		Schema: reports.BenchSchema, Seed: o.Seed,
		Started: time.Now().UTC().Format(time.RFC3339),
		Machine: reports.Machine{
			CPU: host.CPU, Features: strings.Join(host.Features, " "), Cores: host.Cores,
			GOMAXPROCS: host.GOMAXPROCS, OS: host.OS, Go: host.Go, Load1: host.Load1, AARatio: 1,
		},
	}}
	for _, stage := range r.stages() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		r.stage = stage
		if err := stage.run(ctx); err != nil {
			return nil, err
		}
		r.past += stage.share
	}
	slices.SortStableFunc(r.result.Lanes, func(a, b reports.Lane) int {
		return slices.Index(laneOrder(), a.Name) - slices.Index(laneOrder(), b.Name)
	})
	r.warn(host)
	return r.result, nil
}

// laneOrder is the order in which lanes are shown.
func laneOrder() []string {
	return []string{
		"ed25519-warm", "ed25519-cold", "p256-warm", "mldsa44-cached", "mldsa44-cold", "hybrid-cached",
		"core-overhead", "two-cores", "one-bad-in-100", "double-spend-map",
	}
}

// A run is one call of Core.
type run struct {
	Options
	result *reports.Bench
	stage  stage
	past   float64 // share of the stages that are over
	rounds int     // fewest of any stage
}

// A stage is a group of lanes that are measured against each other, with its
// share of the budget.
type stage struct {
	name  string
	share float64
	run   func(context.Context) error
}

// stages returns what the chosen suites need. The shares of all four suites add
// up to 1.
func (r *run) stages() []stage {
	share := map[suite.Suite]float64{
		suite.Ed25519: 0.28, suite.P256: 0.10, suite.MLDSA44: 0.13, suite.Ed25519MLDSA44: 0.15,
	}
	var list []stage
	for _, s := range r.Suites {
		list = append(list, stage{suiteName(s), share[s], func(ctx context.Context) error { return r.throughput(ctx, s) }})
	}
	list = append(list, stage{"double-spend", 0.06, r.doubleSpends})
	for _, s := range r.Suites {
		cores := 0.03
		if s == suite.Ed25519 {
			cores = 0.11 // two-cores is made here
		}
		list = append(list,
			stage{"cores/" + suiteName(s), cores, func(ctx context.Context) error { return r.scaling(ctx, s) }},
			stage{"latency/" + suiteName(s), 0.02, func(ctx context.Context) error { return r.latency(ctx, s) }})
	}
	return list
}

// suiteName is the name of a suite in results.
func suiteName(s suite.Suite) string {
	switch s {
	case suite.Ed25519:
		return "ed25519"
	case suite.P256:
		return "p256"
	case suite.MLDSA44:
		return "mldsa44"
	case suite.Ed25519MLDSA44:
		return "hybrid"
	default:
		return fmt.Sprintf("suite-%d", s)
	}
}

// plan returns how the current stage is to be measured.
func (r *run) plan(clock func() time.Duration) measure.Plan {
	p := measure.Plan{
		Seed: r.Seed, Rounds: r.Rounds, Clock: clock,
		Budget: time.Duration(float64(r.Budget) * r.stage.share),
	}
	if r.Progress != nil {
		p.Progress = func(round int) {
			part := r.stage.share * math.Min(1, float64(round)/float64(r.Rounds))
			r.Progress(Progress{r.stage.name, math.Min(1, r.past+part)})
		}
	}
	return p
}

// interleave measures lanes by CPU time on one core.
func (r *run) interleave(ctx context.Context, lanes []measure.Lane) ([]measure.Series, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	return r.measured(measure.Interleave(ctx, lanes, r.plan(measure.CPUTime)))
}

// measured keeps the smallest number of rounds.
func (r *run) measured(series []measure.Series, err error) ([]measure.Series, error) {
	if err != nil {
		return nil, err
	}
	if n := len(series[0].Nano); r.rounds == 0 || n < r.rounds {
		r.rounds = n
	}
	return series, nil
}

// warn adds what a reader must know before believing a number.
func (r *run) warn(before measure.Host) {
	after := measure.ThisHost()
	say := func(format string, a ...any) {
		r.result.Warnings = append(r.result.Warnings, fmt.Sprintf(format, a...))
	}
	say("cost is %s; latency and scaling are wall time", measure.CPUClock)
	if load := math.Max(before.Load1, after.Load1); load > float64(before.Cores)/2 {
		say("load average %.1f before and %.1f after, on %d cores: others used the machine", before.Load1, after.Load1, before.Cores)
	}
	if stolen := after.Steal - before.Steal; stolen > 0.5 {
		say("the hypervisor gave %.1f s of CPU time to other machines", stolen)
	}
	if r.rounds < measure.EnoughRounds {
		say("%d rounds where %d are wanted: intervals are wide", r.rounds, measure.EnoughRounds)
	}
	for _, l := range r.result.Lanes {
		if l.Void {
			say("lane %s is void: measured twice it differs by more than %.0f %%", l.Name, 100*measure.MaxAA)
		} else if l.High-l.Low > 0.1*l.Ratio {
			say("lane %s: interval wider than 10 %%", l.Name)
		}
	}
}
