package bench

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"sync"

	"github.com/assay-cbdc/assay/bench/measure"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/verify"
	"github.com/assay-cbdc/assay/reference/verify/workload"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/reports"
)

// scalingLoad keeps one core busy for 20 to 60 ms: half of it, where a signature
// costs more than one of Ed25519.
const scalingLoad = 8 * batchSize

// A team is one load, divided among workers by payer: the payments of one payer
// stay in their order, so that verdicts are the same for every number of
// workers. Bad signatures come after it, outside the clock: they cost so much
// more than others that the worker who happened to get them would be waited for.
type team struct {
	run   *run
	name  string
	load  *load
	bad   *load
	core  core
	reset func()
	parts []part
	// got is the CPU time of each slice by that of as many cores as workers.
	got []float64
}

// A part is one worker's payments and their places in the load.
type part struct {
	places   []int
	payments []verify.Payment
	verdicts []verify.Verdict
	failure  any // what the worker panicked with
}

// newTeam gives each payer, and with it all its payments, to the worker that
// has fewest so far. due are the verdicts of the load.
func (r *run) newTeam(l, bad *load, due []verify.Verdict, workers int) (*team, error) {
	c, err := newFast(l.setting, ample)
	if err != nil {
		return nil, err
	}
	t := &team{
		run: r, name: teamName(workers), load: l, bad: bad, core: r.wrapped(c),
		reset: c.index.Reset, parts: make([]part, workers),
	}
	of := map[wire.DID]*part{}
	for i, p := range l.payments {
		worker := of[due[i].Payer]
		if worker == nil || due[i].Payer == (wire.DID{}) {
			worker = &t.parts[0]
			for j := range t.parts {
				if len(t.parts[j].places) < len(worker.places) {
					worker = &t.parts[j]
				}
			}
			of[due[i].Payer] = worker
		}
		worker.places = append(worker.places, i)
		worker.payments = append(worker.payments, p)
	}
	for i := range t.parts {
		t.parts[i].verdicts = make([]verify.Verdict, len(t.parts[i].places))
	}
	return t, nil
}

func (t *team) lane() measure.Lane {
	return measure.Lane{
		Name: t.name, Units: len(t.load.items), Run: t.work, Check: t.check,
		Prepare: func() error {
			runtime.GOMAXPROCS(len(t.parts))
			t.reset()
			return nil
		},
	}
}

// work ends when the last worker does.
func (t *team) work() {
	wall := measure.WallClock()
	before := measure.CPUTime()
	defer func() {
		used := measure.CPUTime() - before
		t.got = append(t.got, used.Seconds()/wall().Seconds()/float64(len(t.parts)))
	}()
	var group sync.WaitGroup
	for i := range t.parts {
		p := &t.parts[i]
		group.Go(func() {
			defer func() { p.failure = recover() }()
			for from := 0; from < len(p.payments); from += batchSize {
				to := min(from+batchSize, len(p.payments))
				t.core.VerifyAll(p.payments[from:to], p.verdicts[from:to])
			}
		})
	}
	group.Wait()
}

func (t *team) check() error {
	verdicts := make([]verify.Verdict, len(t.load.items))
	for _, p := range t.parts {
		if p.failure != nil {
			panic(p.failure)
		}
		for i, place := range p.places {
			verdicts[place] = p.verdicts[i]
		}
	}
	if err := t.load.check(t.name, 0, verdicts); err != nil {
		return err
	}
	rest := make([]verify.Verdict, len(t.bad.payments))
	t.core.VerifyAll(t.bad.payments, rest)
	t.run.result.VerdictsChecked += len(verdicts) + len(rest)
	return t.bad.check(t.name, 0, rest)
}

// coreCounts returns 1, 2, 4 and so on, and the number of cores.
func coreCounts() []int {
	var counts []int
	for n := 1; n < runtime.NumCPU(); n *= 2 {
		counts = append(counts, n)
	}
	return append(counts, runtime.NumCPU())
}

// scaling measures one suite on 1 to N cores, by wall time. The result of
// Ed25519 is a lane as well: it spends least on signatures, and so meets what
// cores share most often.
func (r *run) scaling(ctx context.Context, s suite.Suite) error {
	n := scalingLoad
	if s != suite.Ed25519 {
		n /= 2
	}
	whole, err := newLoad(s, r.Seed+2, n, workload.EvenShares(1))
	if err != nil {
		return err
	}
	l, bad := whole.split()
	c, err := newFast(l.setting, ample)
	if err != nil {
		return err
	}
	due := make([]verify.Verdict, len(l.payments))
	r.wrapped(c).VerifyAll(l.payments, due)
	if err := l.check("scaling", 0, due); err != nil {
		return err
	}
	g := &group{run: r, suite: suiteName(s)}
	teams, err := r.teams(l, bad, due)
	if err != nil {
		return err
	}
	for _, t := range teams {
		g.lanes = append(g.lanes, t.lane())
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	if g.series, err = r.measured(measure.Interleave(ctx, g.lanes, r.plan(measure.WallClock()))); err != nil {
		return err
	}
	points := reports.Scaling{Suite: g.suite}
	for _, workers := range coreCounts() {
		nano, _ := g.cost(teamName(workers))
		rate := measure.MedianOf(perSecond(nano), r.Seed)
		points.Points = append(points.Points, reports.ScalingPoint{
			Cores: workers, PerSecond: rate.Value, Low: rate.Low, High: rate.High,
		})
	}
	r.result.Scaling = append(r.result.Scaling, points)
	if s == suite.Ed25519 {
		r.result.Lanes = append(r.result.Lanes, g.twoCores(teams))
	}
	return nil
}

// teams returns one team for each number of cores, and two of each that a lane
// is made of.
func (r *run) teams(l, bad *load, due []verify.Verdict) ([]*team, error) {
	var teams []*team
	for _, workers := range coreCounts() {
		entries := 1
		if l.setting.Suites[0] == suite.Ed25519 && workers <= 2 {
			entries = 2
		}
		for range entries {
			t, err := r.newTeam(l, bad, due, workers)
			if err != nil {
				return nil, err
			}
			teams = append(teams, t)
		}
	}
	return teams, nil
}

// leastShare is how much of its cores' time a team must have got for its rate
// to be that of as many cores.
const leastShare = 0.95

// twoCores makes the lane. It is void as well if others used the cores.
func (g *group) twoCores(teams []*team) reports.Lane {
	c := g.claim("two-cores", 1.9, teamName(1), teamName(2))
	c.Baseline = "the same core on one core, wall time"
	if runtime.NumCPU() < 2 {
		c.Void, c.Samples = true, []float64{}
		g.result.Warnings = append(g.result.Warnings, "two-cores: there is one core only")
		return c.Lane
	}
	lane := g.conclude(c)
	lane.SettlementsPerCoreSecond /= 2
	for i := range lane.Samples {
		lane.Samples[i] /= 2
	}
	for _, t := range teams {
		got := measure.CostOf(t.got).Median
		if len(t.parts) <= 2 && got < leastShare {
			lane.Void = true
			g.result.Warnings = append(g.result.Warnings,
				fmt.Sprintf("two-cores: %s got %.0f %% of their cores' time", t.name, 100*got))
		}
	}
	return lane
}

func teamName(workers int) string { return strconv.Itoa(workers) + " workers" }

func perSecond(nano []float64) []float64 {
	rates := slices.Clone(nano)
	for i, n := range rates {
		rates[i] = 1e9 / n
	}
	return rates
}
