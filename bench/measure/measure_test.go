package measure

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"
	"time"
)

func TestInterleaveGivesEachLaneEachRound(t *testing.T) {
	var clock time.Duration
	var events []string
	lane := func(name string, cost time.Duration) Lane {
		return Lane{
			Name: name, Units: 10,
			Prepare: func() error { clock += time.Hour; return nil },
			Run:     func() { clock += cost; events = append(events, name) },
			Check:   func() error { clock += time.Hour; return nil },
		}
	}
	series, err := Interleave(context.Background(),
		[]Lane{lane("slow", 400), lane("fast", 100), lane("fast", 100)},
		Plan{Seed: 1, Rounds: 30, Clock: func() time.Duration { return clock }})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{40, 10, 10} {
		if got := CostOf(series[i].Nano); got != (Cost{want, want, want}) || len(series[i].Nano) != 30 {
			t.Errorf("lane %d costs %v in %d rounds; want %v in 30", i, got, len(series[i].Nano), want)
		}
	}
	if r := Ratio(series[0].Nano, series[1].Nano, 1); r != (Interval{4, 4, 4}) {
		t.Errorf("ratio %v; want 4", r)
	}
	firsts := map[string]int{}
	for i := 3; i < len(events); i += 3 {
		firsts[events[i]]++
	}
	if len(events) != 93 || firsts["slow"] == 0 || firsts["fast"] == 0 {
		t.Errorf("%d slices, first of their round: %v; want 93 in random order", len(events), firsts)
	}
}

func TestInterleaveEndsAtAFault(t *testing.T) {
	wrong := errors.New("wrong verdict")
	slices := 0
	series, err := Interleave(context.Background(), []Lane{{
		Name: "lane", Units: 1, Run: func() { slices++ },
		Check: func() error {
			if slices == 4 {
				return wrong
			}
			return nil
		},
	}}, Plan{Rounds: 100, Clock: CPUTime})
	if series != nil || !errors.Is(err, wrong) || slices != 4 {
		t.Errorf("series %v, error %v after %d slices; want %v after 4", series, err, slices, wrong)
	}
}

func TestBudgetLeavesTheLeastRounds(t *testing.T) {
	series, err := Interleave(context.Background(), []Lane{{Name: "lane", Units: 1, Run: func() {}}},
		Plan{Rounds: 1000, Budget: 1, Clock: CPUTime})
	if err != nil || len(series[0].Nano) != MinRounds {
		t.Errorf("%d rounds, error %v; want %d", len(series[0].Nano), err, MinRounds)
	}
}

func TestCPUTimeGrowsWithWorkAndNotWithSleep(t *testing.T) {
	before := CPUTime()
	time.Sleep(50 * time.Millisecond)
	if idle := CPUTime() - before; idle > 25*time.Millisecond {
		t.Errorf("%v of CPU time in 50 ms of sleep", idle)
	}
	before = CPUTime()
	x := 1.0
	for CPUTime()-before < 20*time.Millisecond {
		x = math.Sqrt(x + 1)
	}
}

func TestMedianOf(t *testing.T) {
	values := []float64{9, 1, 5, 3, 7}
	got := MedianOf(values, 3)
	if got.Value != 5 || got.Low < 1 || got.Low > 5 || got.High < 5 || got.High > 9 {
		t.Errorf("median %v; want 5 within bounds from 1 to 9", got)
	}
	if again := MedianOf(values, 3); again != got {
		t.Errorf("seed 3 gives %v and then %v", got, again)
	}
	if !slices.Equal(values, []float64{9, 1, 5, 3, 7}) {
		t.Errorf("values changed to %v", values)
	}
	if got := CostOf([]float64{4, 1, 3, 2, 5}); got != (Cost{1, 2, 3}) {
		t.Errorf("cost %v; want {1 2 3}", got)
	}
}

func TestNoisy(t *testing.T) {
	for ratio, want := range map[float64]bool{1: false, 1.029: false, 0.971: false, 1.031: true, 0.969: true} {
		if Noisy(ratio) != want {
			t.Errorf("Noisy(%v) = %t", ratio, !want)
		}
	}
	if !Noisy(math.NaN()) {
		t.Error("a ratio that is none is not noisy")
	}
}

func TestLatencyQuantiles(t *testing.T) {
	l := NewLatency()
	for i := range 1000 {
		d := time.Millisecond
		if i%50 == 0 {
			d = 200 * time.Millisecond
		}
		if err := l.Record(d); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Record(time.Hour); err != nil {
		t.Errorf("a latency beyond the range: %v", err)
	}
	for _, q := range l.Quantiles() {
		if q.Q > 0.99 {
			t.Errorf("quantile %v of %d latencies", q.Q, l.N())
		}
		// One in fifty is slow, so that the curve steps up at 0.98.
		if slow := q.Value > 100*time.Millisecond; math.Abs(q.Q-0.98) > 0.001 && slow != (q.Q > 0.98) {
			t.Errorf("quantile %v is %v", q.Q, q.Value)
		}
	}
}

func TestThisHost(t *testing.T) {
	h := ThisHost()
	if h.Cores < 1 || h.GOMAXPROCS < 1 || h.CPU == "" || h.OS == "" || h.Go == "" {
		t.Errorf("host %+v", h)
	}
}

func TestProcFiles(t *testing.T) {
	if got := stealSeconds("cpu  1 2 3 4 5 6 7 1234 0 0\ncpu0 1\n"); got != 12.34 {
		t.Errorf("steal %v; want 12.34", got)
	}
	if got := cpuField("processor : 0\nmodel name\t: A CPU: fast\n", "model name"); got != "A CPU: fast" {
		t.Errorf("model %q", got)
	}
	if firstNumber("") != 0 || firstNumber("0.50 1 2") != 0.5 {
		t.Error("load average is misread")
	}
}
