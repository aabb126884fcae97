package bench

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/assay-cbdc/assay/bench/measure"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/verify"
	"github.com/assay-cbdc/assay/reports"
	"github.com/assay-cbdc/assay/spec"
)

// quick is as short as a run can be made.
func quick(suites ...suite.Suite) Options {
	return Options{Seed: 5, Rounds: 2, Suites: suites, Budget: time.Millisecond}
}

func TestCoreReportsEveryLane(t *testing.T) {
	result, err := Core(context.Background(), quick())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, l := range result.Lanes {
		names = append(names, l.Name)
		if l.Name == "two-cores" && runtime.NumCPU() == 1 && l.Void {
			continue
		}
		if !(l.Low <= l.Ratio && l.Ratio <= l.High) || l.SettlementsPerCoreSecond <= 0 || l.Target <= 0 || len(l.Samples) == 0 {
			t.Errorf("lane %s: ratio %v in [%v, %v], %v per second, target %v, %d samples",
				l.Name, l.Ratio, l.Low, l.High, l.SettlementsPerCoreSecond, l.Target, len(l.Samples))
		}
	}
	for _, want := range []string{
		"ed25519-warm", "ed25519-cold", "p256-warm", "mldsa44-cached", "mldsa44-cold", "hybrid-cached",
		"core-overhead", "two-cores", "one-bad-in-100", "double-spend-map",
	} {
		if !slices.Contains(names, want) {
			t.Errorf("no lane %s in %v", want, names)
		}
	}
	if result.VerdictsChecked == 0 || len(result.Latencies) != 4 || len(result.Scaling) != 4 || len(result.Breakdown) != 4 {
		t.Errorf("%d verdicts checked, %d latencies, %d scalings, %d breakdowns; want some, 4, 4, 4",
			result.VerdictsChecked, len(result.Latencies), len(result.Scaling), len(result.Breakdown))
	}
	if !strings.Contains(strings.Join(result.Warnings, "\n"), "rounds where 40 are wanted") {
		t.Errorf("no warning of two rounds in %q", result.Warnings)
	}
}

// A lenient core takes every signature.
type lenient struct{ core }

func (c lenient) VerifyAll(payments []verify.Payment, verdicts []verify.Verdict) {
	c.core.VerifyAll(payments, verdicts)
	for i := range verdicts {
		if verdicts[i].Code == spec.ESig {
			verdicts[i].Code, verdicts[i].Requirement, verdicts[i].Accepted = 0, "", true
		}
	}
}

func TestAWrongVerdictIsTheOnlyResult(t *testing.T) {
	for _, s := range Suites() {
		o := quick(s)
		o.wrap = func(c core) core { return lenient{c} }
		result, err := Core(context.Background(), o)
		fault, ok := errors.AsType[*Fault](err)
		if !ok || result != nil {
			t.Fatalf("suite %d: result %v, error %v; want a fault alone", s, result, err)
		}
		if !slices.Contains([]string{"bad-signature", "tampered-amount"}, fault.Kind) || fault.Got != "accepted" {
			t.Errorf("suite %d: fault %+v; want a bad signature accepted", s, fault)
		}
	}
}

// A stalling core takes five milliseconds more for every payment in a hundred.
type stalling struct {
	core
	calls *int
}

func (c stalling) VerifyAll(payments []verify.Payment, verdicts []verify.Verdict) {
	c.core.VerifyAll(payments, verdicts)
	if *c.calls++; len(payments) == 1 && *c.calls%50 == 0 {
		for start := time.Now(); time.Since(start) < 5*time.Millisecond; {
		}
	}
}

func TestAStallMovesTheTailOfTheLatency(t *testing.T) {
	quantile := func(wrap func(core) core) reports.QuantilePoint {
		o := quick(suite.P256)
		o.wrap = wrap
		r := &run{Options: o, result: &reports.Bench{}, stage: stage{share: 1}}
		if err := r.latency(context.Background(), suite.P256); err != nil {
			t.Fatal(err)
		}
		for _, p := range r.result.Latencies[0].Points {
			if p.Q == 0.99 {
				return p
			}
		}
		t.Fatalf("no 99 %% quantile in %v", r.result.Latencies)
		return reports.QuantilePoint{}
	}
	var calls int
	stalled := quantile(func(c core) core { return stalling{c, &calls} })
	if stalled.Micros < 5000 {
		t.Errorf("99 %% of latencies at most %.0f us although one in 50 stalls for 5000", stalled.Micros)
	}
}

func TestCoreEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	o := quick(suite.Ed25519)
	o.Progress = func(Progress) { cancel() }
	if result, err := Core(ctx, o); result != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("result %v, error %v; want %v", result, err, context.Canceled)
	}
}

func TestALaneThatDiffersFromItselfIsVoid(t *testing.T) {
	for _, tt := range []struct {
		again []float64
		void  bool
	}{
		{[]float64{100, 100, 101, 100}, false},
		{[]float64{104, 104, 105, 104}, true},
		{[]float64{96, 96, 95, 96}, true},
	} {
		g := &group{run: &run{result: &reports.Bench{Machine: reports.Machine{AARatio: 1}}}}
		c := g.claim("own", 2, "base", "own")
		for _, s := range []struct {
			name string
			nano []float64
		}{
			{"base", []float64{400, 400, 400, 400}}, {"base", []float64{400, 400, 400, 400}},
			{"own", []float64{100, 100, 100, 100}}, {"own", tt.again},
		} {
			g.series = append(g.series, seriesOf(s.name, s.nano))
		}
		if l := g.conclude(c); l.Void != tt.void || l.Met() != !tt.void {
			t.Errorf("entered again as %v: void %t, met %t; want %t, %t", tt.again, l.Void, l.Met(), tt.void, !tt.void)
		}
	}
}

func seriesOf(name string, nano []float64) measure.Series {
	return measure.Series{Name: name, Nano: nano}
}
