package bench

import (
	"context"
	"errors"
	"math"

	"github.com/assay-cbdc/assay/bench/measure"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/verify"
	"github.com/assay-cbdc/assay/reference/verify/fast"
	"github.com/assay-cbdc/assay/reference/verify/workload"
	"github.com/assay-cbdc/assay/reports"
)

// Sizes of loads, so that there is one payment at least of each kind. Where
// signatures are checked by sums, one bad one spoils a batch: there it is one or
// two in a thousand, and a slice is a whole pass, so that each holds them all.
const (
	ed25519Load = 7 * batchSize // 12 bad payments, 2 of them with bad signatures
	hybridLoad  = 4 * batchSize
	singleLoad  = 2 * batchSize
	dirtyLoad   = 2000 // 20 bad signatures, and one payment or two of each other kind
	plainSpan   = 128  // of lanes where a payment costs the same in any slice
)

// throughput measures the lanes of one suite against each other.
func (r *run) throughput(ctx context.Context, s suite.Suite) error {
	g := &group{run: r, suite: suiteName(s)}
	var err error
	switch s {
	case suite.Ed25519:
		err = g.ed25519()
	case suite.P256:
		err = g.single(s, func(l *load) error {
			return g.fast("p256-warm", 1.9, l, plainSpan, ample)
		})
	case suite.MLDSA44:
		err = g.single(s, func(l *load) error {
			return errors.Join(
				g.fast("mldsa44-cached", 6.0, l, batchSize, ample),
				g.fast("mldsa44-cold", 2.5, l, plainSpan, 0))
		})
	default:
		err = g.hybrid(s)
	}
	if err != nil {
		return err
	}
	return g.measure(ctx)
}

// A group is the lanes that are interleaved. Those that a result is claimed of
// are entered twice, one after the other: their ratio shows the noise.
type group struct {
	*run
	suite  string
	lanes  []measure.Lane
	claims []*claim
	load   *load // of the breakdown
	series []measure.Series
}

// A claim is a lane of the result: cost of numerator by cost of denominator, as
// they are named in the group.
type claim struct {
	reports.Lane
	numerator, denominator string
	measured               string // whose settlements per second are shown
}

// obviously is the name of the baseline in a group.
const obviously = "obvious"

func (g *group) twice(make func() (*lane, error)) error {
	for range 2 {
		l, err := make()
		if err != nil {
			return err
		}
		g.lanes = append(g.lanes, l.lane())
	}
	return nil
}

func (g *group) obvious(l *load) error {
	return g.twice(func() (*lane, error) { return g.obviousLane(obviously, l, plainSpan), nil })
}

// fast enters a lane of the fast core and claims its ratio to the baseline.
func (g *group) fast(name string, target float64, l *load, span, keys int) error {
	g.claim(name, target, obviously, name)
	return g.twice(func() (*lane, error) { return g.fastLane(name, l, span, keys) })
}

func (g *group) claim(name string, target float64, numerator, denominator string) *claim {
	c := &claim{
		Lane: reports.Lane{
			Name: name, Suite: g.suite, Target: target, Baseline: "the obvious Go core, same suite", Batch: batchSize,
		},
		numerator: numerator, denominator: denominator, measured: denominator,
	}
	g.claims = append(g.claims, c)
	return c
}

// ed25519 has, besides its own lanes, those that are claimed of one suite only:
// it is the one whose signatures cost least, and whose batches break.
func (g *group) ed25519() error {
	l, err := newLoad(suite.Ed25519, g.Seed, ed25519Load, workload.EvenShares(1))
	if err != nil {
		return err
	}
	shares := workload.EvenShares(1)
	for i := range shares {
		if shares[i].Kind == workload.BadSignature {
			shares[i].PerMille = 9
		}
	}
	dirty, err := newLoad(suite.Ed25519, g.Seed+1, dirtyLoad, shares)
	if err != nil {
		return err
	}
	clean, bad := l.split()
	g.claim("ed25519-cold", 3.8, obviously, "ed25519-cold")
	overhead := g.claim("core-overhead", 1.10, "clean", "signatures")
	overhead.Baseline = "the bare signatures (curve25519-voi, batches of 256, keys expanded), all good"
	overhead.TargetIsMax, overhead.measured = true, "clean"
	g.claim("one-bad-in-100", 0.6, "clean", "one-bad-in-100").Baseline = "the same core, signatures all good"
	return errors.Join(
		g.obvious(l),
		g.fast("ed25519-warm", 7.0, l, ed25519Load, ample),
		g.twice(func() (*lane, error) { return g.coldLane("ed25519-cold", l, batchSize) }),
		g.twice(func() (*lane, error) {
			lane, err := g.fastLane("clean", clean, len(clean.items), ample)
			if err == nil {
				lane.extra = bad
			}
			return lane, err
		}),
		g.twice(func() (*lane, error) { return g.fastLane("one-bad-in-100", dirty, dirtyLoad, ample) }),
		g.bare(clean, true),
	)
}

// single is a suite without batches: a bad signature costs what a good one does.
func (g *group) single(s suite.Suite, lanes func(*load) error) error {
	l, err := newLoad(s, g.Seed, singleLoad, workload.EvenShares(2))
	if err != nil {
		return err
	}
	return errors.Join(g.obvious(l), lanes(l), g.bare(l, false))
}

func (g *group) hybrid(s suite.Suite) error {
	l, err := newLoad(s, g.Seed, hybridLoad, workload.EvenShares(1))
	if err != nil {
		return err
	}
	return errors.Join(g.obvious(l), g.fast("hybrid-cached", 6.5, l, hybridLoad, ample), g.bare(l, false))
}

// bare enters the signatures of a load and the entries that it makes in the
// index, of which the breakdown is made. Their cost is for each settlement of
// the load, like that of the core.
func (g *group) bare(l *load, again bool) error {
	g.load = l
	s, err := signaturesOf(l)
	if err != nil {
		return err
	}
	n := len(s.list)
	signatures := measure.Lane{
		Name: "signatures", Units: len(l.items), Run: func() { s.verify(n) },
		Check: func() error {
			if !s.right {
				return errors.New("a good signature does not verify")
			}
			return nil
		},
	}
	g.lanes = append(g.lanes, signatures)
	if again {
		g.lanes = append(g.lanes, signatures)
	}
	entries, err := indexLane(l)
	g.lanes = append(g.lanes, entries)
	return err
}

// indexLane enters the accepted payments of a load into an empty index.
func indexLane(l *load) (measure.Lane, error) {
	c, err := newFast(l.setting, 0)
	if err != nil {
		return measure.Lane{}, err
	}
	verdicts := make([]verify.Verdict, len(l.payments))
	c.VerifyAll(l.payments, verdicts)
	var claims []fast.Claim
	for _, v := range verdicts {
		if v.Accepted {
			claims = append(claims, fast.Claim{Key: verify.Key{Payer: v.Payer, Counter: v.Counter}, TxID: v.TxID})
		}
	}
	var order []int32
	return measure.Lane{
		Name: "index", Units: len(l.items),
		Prepare: func() error { c.index.Reset(); return nil },
		Run: func() {
			for i := 0; i < len(claims); i += batchSize {
				order = c.index.PutAll(claims[i:min(i+batchSize, len(claims))], order)
			}
		},
	}, nil
}

// measure runs the group and adds its claims and its breakdown to the result.
func (g *group) measure(ctx context.Context) error {
	var err error
	if g.series, err = g.interleave(ctx, g.lanes); err != nil {
		return err
	}
	for _, c := range g.claims {
		g.result.Lanes = append(g.result.Lanes, g.conclude(c))
	}
	first := g.claims[0].measured
	for _, c := range g.claims {
		if c.numerator == obviously && c.Name != "ed25519-cold" {
			first = c.measured
			break
		}
	}
	g.breakDown(first)
	return nil
}

// cost returns the cost of a lane by round, over both of its entries, and their
// ratio, 1 for a lane that was entered once.
func (g *group) cost(name string) (nano []float64, aa float64) {
	aa = 1
	for _, s := range g.series {
		if s.Name != name {
			continue
		}
		if nano == nil {
			nano = append(nano, s.Nano...)
			continue
		}
		aa = measure.Ratio(nano, s.Nano, g.Seed).Value
		for i := range nano {
			nano[i] = (nano[i] + s.Nano[i]) / 2
		}
	}
	return nano, aa
}

// conclude completes a lane of the result.
func (g *group) conclude(c *claim) reports.Lane {
	numerator, above := g.cost(c.numerator)
	denominator, below := g.cost(c.denominator)
	ratio := measure.Ratio(numerator, denominator, g.Seed)
	l := c.Lane
	l.Ratio, l.Low, l.High = ratio.Value, ratio.Low, ratio.High
	l.Void = measure.Noisy(above) || measure.Noisy(below)
	for _, aa := range []float64{above, below} {
		if math.Abs(aa-1) > math.Abs(g.result.Machine.AARatio-1) {
			g.result.Machine.AARatio = aa
		}
	}
	measured, _ := g.cost(c.measured)
	for _, nano := range measured {
		l.Samples = append(l.Samples, 1e9/nano)
	}
	l.SettlementsPerCoreSecond = 1e9 / measure.CostOf(measured).Median
	return l
}

// breakDown divides the time of the named lane.
func (g *group) breakDown(name string) {
	if name == "ed25519-warm" {
		name = "clean" // what the signatures are those of
	}
	median := func(name string) float64 {
		nano, _ := g.cost(name)
		return measure.CostOf(nano).Median / 1e3
	}
	whole, signatures, index := median(name), median("signatures"), median("index")
	g.result.Breakdown = append(g.result.Breakdown, reports.Breakdown{Suite: g.suite, Stages: []reports.Stage{
		{Name: "signature", Micros: signatures},
		{Name: "decoding, hashes, certificate, rules", Micros: math.Max(0, whole-signatures-index)},
		{Name: "double-spend decision", Micros: index},
	}})
}
