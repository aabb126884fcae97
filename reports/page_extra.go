package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/assay-cbdc/assay/reports/chart"
)

type killView struct {
	Figure  figure
	Mutants int
	Rows    []killRow
}

type killRow struct {
	Mutant, Breaks string
	By             []string // "PAY-03 by PAY-03-other-amount"
	Own            bool     // a check failed with the requirement that the mutant breaks
}

func newKillView(kills []Kill) *killView {
	v := &killView{}
	for _, k := range kills {
		i := slices.IndexFunc(v.Rows, func(r killRow) bool { return r.Mutant == k.Mutant })
		if i < 0 {
			i = len(v.Rows)
			v.Rows = append(v.Rows, killRow{Mutant: k.Mutant, Breaks: k.Breaks})
		}
		v.Rows[i].By = append(v.Rows[i].By, k.Requirement+" by "+k.Check)
		v.Rows[i].Own = v.Rows[i].Own || k.Requirement == k.Breaks
	}
	slices.SortFunc(v.Rows, func(a, b killRow) int {
		return cmp.Or(byArea(area(a.Breaks), area(b.Breaks)), cmp.Compare(a.Breaks, b.Breaks), cmp.Compare(a.Mutant, b.Mutant))
	})
	v.Mutants = len(v.Rows)
	return v
}

type benchView struct {
	*Bench
	Rows    []laneRow
	Figures []figure
	Facts   []fact
}

type laneRow struct{ Name, About, Rate, Ratio, Interval, Target, Word, Class string }

func newBenchView(b *Bench) (*benchView, error) {
	v := &benchView{Bench: b}
	for _, l := range b.Lanes {
		v.Rows = append(v.Rows, newLaneRow(l))
	}
	for _, p := range benchPlots(b) {
		fig, err := p.figure()
		if err != nil {
			return nil, err
		}
		v.Figures = append(v.Figures, fig)
	}
	m := b.Machine
	v.Facts = []fact{
		{Name: "Processor", Value: m.CPU, Note: m.Features},
		{Name: "Cores", Value: fmt.Sprintf("%d, of which %d used", m.Cores, m.GOMAXPROCS)},
		{Name: "System", Value: m.OS + ", " + m.Go},
		{Name: "Load before the run", Value: fmt.Sprintf("%.2f", m.Load1)},
		{Name: "A/A ratio", Value: fmt.Sprintf("%.3f", m.AARatio), Note: "one function measured as two; 1 on a quiet machine"},
		{Name: "Seed", Value: fmt.Sprint(b.Seed)},
	}
	return v, nil
}

func newLaneRow(l Lane) laneRow {
	r := laneRow{Name: l.Name, About: l.Suite, Rate: chart.Count(l.SettlementsPerCoreSecond), Ratio: times(l.Ratio) + "×", Class: "none"}
	switch l.Baseline {
	case "":
	case BaselineObvious:
		r.About = strings.TrimPrefix(r.About+", against the obvious Go lane", ", ")
	default:
		r.About = strings.TrimPrefix(r.About+", against "+l.Baseline, ", ")
	}
	if l.SettlementsPerCoreSecond == 0 {
		r.Rate = ""
	}
	if l.High > 0 {
		r.Interval = times(l.Low) + " to " + times(l.High)
	}
	sign := "≥ "
	if l.TargetIsMax {
		sign = "≤ "
	}
	if l.Target > 0 {
		r.Target = sign + times(l.Target)
	}
	switch {
	case l.Void:
		r.Word, r.Class = "void: too noisy", "open"
	case l.Met():
		r.Word, r.Class = "met", "pass"
	case l.Target > 0:
		r.Word = "not yet"
	}
	return r
}

// times writes ratios with the same decimals, so that a column of them can be read down.
func times(v float64) string { return fmt.Sprintf("%.2f", v) }

func machine(r *Report) []fact {
	v, h := r.Volatile, r.Volatile.Host
	facts := []fact{
		{Name: "Started", Value: v.Started, Note: fmt.Sprintf("took %.1f s", float64(v.DurationMS)/1000)},
		{Name: "Adapter", Value: shortened(v.Adapter, 200), Note: restarted(v.Restarts)},
		{Name: "Harness on", Value: h.CPU, Note: fmt.Sprintf("%d cores, %s, %s", h.Cores, h.OS, h.Go)},
		{Name: "Plan", Value: fmt.Sprintf("%d checks, %d exchanges", r.Core.Plan.Checks, r.Core.Plan.Exchanges)},
		{Name: "Suite", Value: r.Core.Suite.Name + " " + r.Core.Suite.Version, Note: "SHA-256 " + r.Core.Suite.Digest},
	}
	if r.Core.Filter != "" {
		facts = append(facts, fact{Name: "Filter", Value: r.Core.Filter, Note: "a filtered run is incomplete at best"})
	}
	return facts
}

func restarted(n int) string {
	switch n {
	case 0:
		return "never started again"
	case 1:
		return "started again once"
	}
	return fmt.Sprintf("started again %d times", n)
}

// limits says what a reader might take the report for and what it is not.
func limits(c *Core) []string {
	out := []string{
		"This is a test report, never a certificate. It says what was observed of one device at one time.",
		"Vendor, product and version are what the device says of itself; nobody has verified them.",
		"Resistance to tampering, side channels and legal finality were not tested and are not claimed.",
	}
	if tierNote(c.Tier) == tierNote(TierSimulator) {
		out = append(out, fmt.Sprintf("The evidence is a %s's: what it shows of atomicity and recovery is how the software behaves when it is told that power fails, not how a memory cell does.", c.Tier))
	}
	if c.Class == Behaviour {
		out = append(out, "Messages were opaque: encoding, signatures and the privacy of bytes on the link were not tested.")
	}
	if e := c.Environment; e != nil {
		brought := len(e.Evidence)
		for _, v := range e.Evidence {
			if v.Value == "" {
				brought--
			}
		}
		out = append(out, fmt.Sprintf("The trusted environment is %s, as the %s says; with %d of %d documents that it asks for. It is recorded and was not judged.", e.ID, e.By, brought, len(e.Evidence)))
	}
	if n := len(c.Profile.Inferred); n > 0 {
		out = append(out, fmt.Sprintf("The profile holds %d inferred values, not endorsed by whoever runs the system: %s.", n, strings.Join(c.Profile.Inferred, ", ")))
	}
	return out
}
