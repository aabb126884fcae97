package command

import (
	"context"
	"fmt"
	"time"

	"github.com/assay-cbdc/assay/bench"
	"github.com/assay-cbdc/assay/reports"
)

// runBudget is the time for measuring in assay run --with-bench, which has to
// stay under two minutes with all the rest.
const runBudget = 30 * time.Second

type benchCommand struct {
	Core benchCoreCommand `cmd:"" help:"Measure how many settlements a core verifies, and how fast."`
}

type benchCoreCommand struct {
	Seed   uint64        `default:"1" placeholder:"N" help:"What workloads and their order follow from. Default: ${default}."`
	Budget time.Duration `default:"60s" placeholder:"DURATION" help:"The time for measuring, such as 90s or 5m; making the workloads comes on top. Default: ${default}."`
	Out    string        `placeholder:"DIR" help:"Write bench.json, bench.txt and plots to this folder."`
	Text   bool          `xor:"form" help:"Print the Go benchmark format, which benchstat reads."`
	JSON   bool          `name:"json" xor:"form" help:"Print one JSON object (schema bench-v1) instead of a table."`
}

// Help is the long help text.
func (benchCoreCommand) Help() string {
	return `Every lane is measured beside the obvious Go implementation in the same run, interleaved; ratios come with 95 % confidence intervals. Every verdict is checked: a run with a wrong one reports nothing but that, and ends with status 2.

Example:

    $ assay bench core --budget 5s --out reports/bench`
}

// Run measures.
func (c benchCoreCommand) Run(e *environment) error {
	if c.Budget <= 0 {
		return usage("--budget %v: the time has to be positive, such as 60s", c.Budget)
	}
	if c.Out != "" {
		if err := writable(c.Out); err != nil {
			return err
		}
	}
	ctx, stop := e.interruptible()
	defer stop()
	b, err := measure(ctx, e, c.Seed, c.Budget)
	if err != nil {
		return err
	}
	b.Normalise()
	if c.Out != "" {
		if err := reports.WriteBench(c.Out, b); err != nil {
			return usage("%w", err)
		}
	}
	switch {
	case c.JSON:
		return e.printJSON(b)
	case c.Text:
		e.text.raw(b.Text())
	default:
		e.text.bench(b)
		if c.Out != "" {
			e.text.line("")
			e.text.field("written", c.Out)
		}
	}
	return nil
}

// measure measures the core. The error says that nothing is reported, and why.
func measure(ctx context.Context, e *environment, seed uint64, budget time.Duration) (*reports.Bench, error) {
	p := e.progress("benchmark")
	defer p.end()
	b, err := bench.Core(ctx, bench.Options{
		Seed: seed, Budget: budget, Progress: func(at bench.Progress) { p.at(at.Done, at.Stage) },
	})
	if err != nil {
		return nil, fmt.Errorf("no benchmark is reported: %w", err)
	}
	return b, nil
}

// bench prints the lanes as a table.
func (t *text) bench(b *reports.Bench) {
	t.heading("Verification core, settlements per second and core")
	t.line("  %-18s %-10s %11s %8s   %-15s %s", "lane", "suite", "per second", "ratio", "95 % interval", "target")
	for _, l := range b.Lanes {
		rate := fmt.Sprintf("%.0f", l.SettlementsPerCoreSecond)
		if l.SettlementsPerCoreSecond == 0 {
			rate = "-"
		}
		t.line("  %-18s %-10s %11s %8.3f   %-15s %s", l.Name, l.Suite, rate, l.Ratio,
			fmt.Sprintf("%.3f..%.3f", l.Low, l.High), t.target(l))
	}
	t.line("")
	t.field("machine", fmt.Sprintf("%s, %s, %s", b.Machine.CPU, plural(b.Machine.Cores, "core"), b.Machine.Go))
	t.field("verdicts", fmt.Sprintf("%d checked, all right; seed %d", b.VerdictsChecked, b.Seed))
	for _, w := range b.Warnings {
		t.field("note", w)
	}
}

// target is what a lane was to reach, and whether it did.
func (t *text) target(l reports.Lane) string {
	if l.Void {
		return t.paint(yellow, "void")
	}
	if l.Target == 0 {
		return "-"
	}
	bound, word := "≥", t.paint(yellow, "not met")
	if l.TargetIsMax {
		bound = "≤"
	}
	if l.Met() {
		word = t.paint(green, "met")
	}
	return fmt.Sprintf("%s %.2f %s", bound, l.Target, word)
}
