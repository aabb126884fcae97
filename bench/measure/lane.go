package measure

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"time"
)

// A Lane is one function to be timed. Run is one slice of work, a few
// milliseconds long; Prepare and Check, which may be nil, stand outside the
// clock, before and after it. An error of either ends the measurement.
type Lane struct {
	Name    string
	Units   int // settlements, or other units of work, in one slice
	Prepare func() error
	Run     func()
	Check   func() error
}

// A Plan says how long to go on.
type Plan struct {
	Seed   uint64 // of the order of the lanes in each round
	Rounds int    // at most
	// Budget, if not zero, ends the measurement after the round in which it is
	// used up, but not before MinRounds.
	Budget time.Duration
	// Clock returns the time that is measured: [CPUTime], or for what runs on
	// several cores the result of [WallClock].
	Clock func() time.Duration
	// Progress, if not nil, is called after each round.
	Progress func(round int)
}

// MinRounds is the number of rounds that no budget cuts short. Below
// [EnoughRounds] a result carries a warning.
const (
	MinRounds    = 10
	EnoughRounds = 40
)

// A Series is what one lane cost, in nanoseconds for each unit, by round.
type Series struct {
	Name string
	Nano []float64
}

// WallClock returns a clock of monotonic wall time.
func WallClock() func() time.Duration {
	start := time.Now()
	return func() time.Duration { return time.Since(start) }
}

// Interleave runs every lane once in each round, in an order drawn anew for
// each, after one round of warming up that is checked but not counted. The
// series are in the order of the lanes and have equal lengths. When ctx ends it
// returns the rounds that were completed, with the error of ctx.
func Interleave(ctx context.Context, lanes []Lane, plan Plan) ([]Series, error) {
	series := make([]Series, len(lanes))
	for i, lane := range lanes {
		series[i].Name = lane.Name
		if _, err := lane.slice(plan.Clock); err != nil {
			return nil, err
		}
	}
	order := rand.New(rand.NewPCG(plan.Seed, 0))
	costs := make([]float64, len(lanes))
	started := time.Now()
	for round := range plan.Rounds {
		if plan.Budget > 0 && round >= MinRounds && time.Since(started) >= plan.Budget {
			break
		}
		// Garbage that one round leaves must not be collected at the expense of
		// a lane of the next.
		runtime.GC()
		for _, i := range order.Perm(len(lanes)) {
			if err := ctx.Err(); err != nil {
				return series, err
			}
			took, err := lanes[i].slice(plan.Clock)
			if err != nil {
				return nil, err
			}
			costs[i] = float64(took.Nanoseconds()) / float64(lanes[i].Units)
		}
		for i := range series {
			series[i].Nano = append(series[i].Nano, costs[i])
		}
		if plan.Progress != nil {
			plan.Progress(round + 1)
		}
	}
	return series, nil
}

// slice runs one slice and returns the time between Prepare and Check.
func (l Lane) slice(clock func() time.Duration) (time.Duration, error) {
	if l.Prepare != nil {
		if err := l.Prepare(); err != nil {
			return 0, fmt.Errorf("measure: preparing %s: %w", l.Name, err)
		}
	}
	before := clock()
	l.Run()
	took := clock() - before
	if l.Check != nil {
		if err := l.Check(); err != nil {
			return 0, fmt.Errorf("measure: %s: %w", l.Name, err)
		}
	}
	return took, nil
}
