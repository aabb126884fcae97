package command

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/assay-cbdc/assay/reports"
)

// Bounds of a summary: the report has the rest.
const (
	mostFailures = 12
	mostReasons  = 8
)

// summary tells a person what a run came to: the verdict, what was not tested,
// the failures, and where the report is.
func (j job) summary(t *text, r *reports.Report, b beside) {
	c := r.Core
	t.line("")
	t.line("  %s  %s", t.paint(colourOf(c.Overall), "●"), t.paint(bold, t.paint(colourOf(c.Overall), headline(c))))
	t.line("")
	t.field("product", strings.TrimSpace(c.Implementation.Vendor+" "+c.Implementation.Product+" "+c.Implementation.Version))
	t.field("profile", profileLine(c.Profile))
	t.field("class", className(c.Class)+", family "+c.Family+", shape "+string(c.Shape))
	t.field("evidence", string(c.Tier))
	if len(c.Suites) > 0 {
		t.field("suites", strings.Join(c.Suites, ", "))
	}
	t.field("bench", benchLine(c))
	t.field("tested", fmt.Sprintf("%d of %d applicable MUSTs tested, %d required by the profile", c.Executed, c.Applicable, c.Required))
	t.field("results", fmt.Sprintf("%d pass, %d fail, %d inconclusive, %d error", c.Counts.Pass, c.Counts.Fail, c.Counts.Inconclusive, c.Counts.Error))
	t.field("detects", fmt.Sprintf("%d of %s (%d %%)", c.Detection.Detectable, plural(c.Detection.Mutants, "known fault"), percent(c.Detection.Detectable, c.Detection.Mutants)))
	if c.Unshown+c.Prompts+c.Deferred > 0 {
		t.field("counted", fmt.Sprintf("%s without a reason shown, %s, %s deferred", plural(c.Unshown, "refusal"), plural(c.Prompts, "prompt"), plural(c.Deferred, "check")))
	}
	t.field("took", fmt.Sprintf("%v, seed %d", (time.Duration(r.Volatile.DurationMS)*time.Millisecond).Round(100*time.Millisecond), c.Seed))
	if b.proof != nil {
		t.field("self-test", fmt.Sprintf("%d of %d mutants killed, %d of %d honest devices spared",
			b.proof.Killed, b.proof.Mutants, b.proof.Honest-len(b.proof.HonestFailed), b.proof.Honest))
	}
	if b.extra.Bench != nil {
		t.field("core", rates(b.extra.Bench))
	}
	t.lacking(c)
	t.notTested(c.NotTested)
	t.doubts(c.Results)
	t.faultPoints(&c)
	j.failures(t, c.Failures)
	t.next(c)
	t.line("")
	t.field("report", j.page())
}

// headline is the verdict; that of the level smoke is its own.
func headline(c reports.Core) string {
	if c.Level != reports.LevelSmoke || c.Overall == reports.NonConformant {
		return string(c.Overall)
	}
	of := c.Counts.Pass + c.Counts.Fail + c.Counts.Inconclusive + c.Counts.Error
	return fmt.Sprintf("smoke: %d of %d passed; nothing is certified by it", c.Counts.Pass, of)
}

func benchLine(c reports.Core) string {
	units := "units as many as asked for"
	if c.Bench.Units > 0 {
		units = plural(c.Bench.Units, "unit")
	}
	said := "as hello says"
	if c.Bench.ICS != "" || c.Bench.IXIT != "" {
		said = "as its files say"
	}
	return fmt.Sprintf("%s, %s, lifecycle %s, %s, %s", c.Bench.Arrangement, c.Bench.Topology, c.Bench.Lifecycle, units, said)
}

// lacking lists what the profile requires and the run did not have.
func (t *text) lacking(c reports.Core) {
	if len(c.Lacking) == 0 || c.Overall == reports.NonConformant {
		return
	}
	t.heading("Required by the profile, and not tested or not served")
	t.paragraph(2, strings.Join(c.Lacking, ", "))
}

// mostNext bounds what is proposed to be implemented next.
const mostNext = 5

// next says what to implement next, the best first.
func (t *text) next(c reports.Core) {
	if len(c.Next) == 0 {
		return
	}
	t.heading("Next")
	for i, n := range c.Next {
		if i == mostNext {
			t.line("  and %s more, in the report", plural(len(c.Next)-i, "thing"))
			break
		}
		t.line("  %s", n.Advice())
	}
}

// faultPoints says where on the link checks acted, and where no payment came by.
func (t *text) faultPoints(c *reports.Core) {
	hit, of := c.Hits()
	if of == 0 {
		return
	}
	t.heading(fmt.Sprintf("Fault points: %d of %d hit", hit, of))
	for _, l := range c.FrameLines() {
		var cells []string
		for _, a := range l.Actions {
			switch {
			case a.Of == 0:
			case a.Hit == 0:
				cells = append(cells, a.Action+" not reached")
			case a.Hit < a.Of:
				cells = append(cells, fmt.Sprintf("%s %d of %d", a.Action, a.Hit, a.Of))
			default:
				cells = append(cells, a.Action+" hit")
			}
		}
		t.line("  frame %d from the %s: %s", l.Frame, l.From, strings.Join(cells, ", "))
	}
}

// rates are the warm lane of each suite in short.
func rates(b *reports.Bench) string {
	var all []string
	for _, l := range b.Lanes {
		switch l.Name {
		case "ed25519-warm", "p256-warm", "mldsa44-cached", "hybrid-cached":
			if l.Void {
				all = append(all, l.Name+" void")
				continue
			}
			all = append(all, fmt.Sprintf("%s %.0f/s (%.1f×)", l.Name, l.SettlementsPerCoreSecond, l.Ratio))
		}
	}
	return strings.Join(all, ", ") + " by core, against the obvious Go lane"
}

func colourOf(o reports.Overall) string {
	switch o {
	case reports.Conformant:
		return green
	case reports.NonConformant:
		return red
	case reports.Incomplete:
		return yellow
	}
	return bold
}

func profileLine(p reports.Profile) string {
	s := p.Title()
	if p.EffectiveDate != "" {
		s += " of " + p.EffectiveDate
	}
	if len(p.Inferred) > 0 {
		s += ", inferred and not endorsed: " + strings.Join(p.Inferred, ", ")
	}
	return s
}

func className(c reports.Class) string {
	switch c {
	case reports.Behaviour:
		return "BH (behaviour)"
	case reports.ReferenceProtocol:
		return "RP (reference protocol)"
	}
	return string(c)
}

// A group is requirements that share a reason.
type group struct {
	reason string
	ids    []string
}

// notTested lists what nobody looked at, by reason.
func (t *text) notTested(list []reports.NotTested) {
	var groups []group
	for _, n := range list {
		i := slices.IndexFunc(groups, func(g group) bool { return g.reason == n.Reason })
		if i < 0 {
			i = len(groups)
			groups = append(groups, group{reason: n.Reason})
		}
		groups[i].ids = append(groups[i].ids, n.Requirement)
	}
	if len(groups) == 0 {
		return
	}
	slices.SortStableFunc(groups, func(a, b group) int { return len(b.ids) - len(a.ids) })
	t.heading(fmt.Sprintf("Not tested: %s", plural(len(list), "requirement")))
	for i, g := range groups {
		if i == mostReasons {
			t.line("  and for %s more, in the report", plural(len(groups)-i, "reason"))
			break
		}
		ids := strings.Join(g.ids, " ")
		if len(g.ids) > 9 {
			ids = fmt.Sprintf("%s and %d more", strings.Join(g.ids[:9], " "), len(g.ids)-9)
		}
		t.paragraph(2, g.reason+":")
		t.paragraph(4, ids)
	}
}

// doubts lists what ended without a yes or a no.
func (t *text) doubts(results []reports.Result) {
	var doubtful []reports.Result
	for _, r := range results {
		if r.Verdict == reports.Inconclusive || r.Verdict == reports.Error {
			doubtful = append(doubtful, r)
		}
	}
	if len(doubtful) == 0 {
		return
	}
	t.heading("Without a verdict")
	for i, r := range doubtful {
		if i == mostReasons {
			t.line("  and %d more, in the report", len(doubtful)-i)
			break
		}
		t.field(r.Requirement, fmt.Sprintf("%s: %s (%s)", r.Verdict, r.Message, r.Check))
	}
}

// failures lists each failed requirement with the command that replays it.
func (j job) failures(t *text, list []reports.Failure) {
	if len(list) == 0 {
		return
	}
	t.heading(fmt.Sprintf("Failed: %s", plural(len(list), "result")))
	for i, f := range list {
		if i == mostFailures {
			t.line("  and %d more, in the report", len(list)-i)
			break
		}
		t.line("  %s  %s", t.paint(red, f.Requirement), f.Check)
		t.paragraph(4, f.Message)
		if f.Observed != "" {
			t.paragraph(4, "observed: "+short(oneLine(f.Observed), 300))
		}
		t.line("    %s", j.replay(f.Check))
	}
}
