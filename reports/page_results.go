package reports

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/assay-cbdc/assay/spec"
)

// A problem is a result other than pass, with all that a reader needs to act.
type problem struct {
	Result
	Text, Chapter, Replay string
	Steps                 []stepView
	More                  int // steps that the page leaves to report.json
}

type stepView struct{ Request, Events, Answer, Error string }

// mostSteps bounds a page: what is longer is read in report.json.
const mostSteps = 60

func problems(r *Report) (failed, undecided []problem) {
	replay := map[[2]string]string{}
	for _, f := range r.Core.Failures {
		replay[[2]string{f.Check, f.Requirement}] = f.Replay
	}
	for _, res := range r.Core.Results {
		if res.Verdict == Pass {
			continue
		}
		text, chapter := requirement(res.Requirement)
		p := problem{Result: res, Text: text, Chapter: chapter, Replay: replay[[2]string{res.Check, res.Requirement}]}
		steps := r.Transcripts[res.Transcript]
		for _, s := range steps[:min(len(steps), mostSteps)] {
			p.Steps = append(p.Steps, stepView{shortened(string(s.Request), 1200), shortened(string(s.Events), 1200), shortened(string(s.Answer), 1200), visible(s.Error)})
		}
		p.More = len(steps) - len(p.Steps)
		if res.Verdict == Fail {
			failed = append(failed, p)
			continue
		}
		undecided = append(undecided, p)
	}
	order := func(a, b problem) int {
		return cmp.Or(byArea(area(a.Requirement), area(b.Requirement)), cmp.Compare(a.Requirement, b.Requirement), cmp.Compare(a.Check, b.Check))
	}
	slices.SortStableFunc(failed, order)
	slices.SortStableFunc(undecided, order)
	return failed, undecided
}

func requirement(id string) (text, chapter string) {
	req, ok := spec.Lookup(spec.ID(id))
	if !ok {
		return "", ""
	}
	return req.Text, req.Chapter
}

type untested struct {
	NotTested
	Text string
}

func notTested(c *Core) []untested {
	var out []untested
	for _, n := range c.NotTested {
		text, _ := requirement(n.Requirement)
		out = append(out, untested{n, text})
	}
	slices.SortStableFunc(out, func(a, b untested) int { return byArea(area(a.Requirement), area(b.Requirement)) })
	return out
}

// An outcomeGroup is the requirements that one reason of selection left out.
type outcomeGroup struct {
	Outcome, Reason string
	Requirements    []string
}

func elsewhere(c *Core) []outcomeGroup {
	var out []outcomeGroup
	for _, s := range c.Selection {
		if s.Outcome == NotTestedOutcome {
			continue // it stands among what was not tested
		}
		name := outcomeName(s.Outcome)
		i := slices.IndexFunc(out, func(g outcomeGroup) bool { return g.Outcome == name && g.Reason == s.Reason })
		if i < 0 {
			out = append(out, outcomeGroup{Outcome: name, Reason: s.Reason})
			i = len(out) - 1
		}
		out[i].Requirements = append(out[i].Requirements, s.Requirement)
	}
	return out
}

func outcomeName(o Outcome) string {
	switch o {
	case NotApplicableByProfile:
		return "Not applicable: the profile"
	case NotApplicableByAdapter:
		return "Not applicable: the adapter"
	case NotSelected:
		return "Not selected"
	case NotTestedOutcome:
		return "Not tested"
	}
	return string(o)
}

// An areaView is the requirements of one area and what became of them.
type areaView struct {
	Code, Title          string
	Passed, Judged, Rest int
	Worst                string
	Rows                 []rowView
}

type rowView struct {
	ID, Text, Chapter, Class, Word, Reason string
	Checks                                 []Result
}

func areas(r *Report) []areaView {
	rows := map[string]*rowView{}
	row := func(id string) *rowView {
		if rows[id] == nil {
			text, chapter := requirement(id)
			rows[id] = &rowView{ID: id, Text: text, Chapter: chapter, Class: "none"}
		}
		return rows[id]
	}
	for _, s := range r.Core.Selection {
		x := row(s.Requirement)
		x.Word, x.Reason = outcomeName(s.Outcome), s.Reason
	}
	for _, n := range r.Core.NotTested {
		x := row(n.Requirement)
		x.Word, x.Reason = "Not tested", n.Reason
	}
	for _, res := range r.Core.Results {
		x := row(res.Requirement)
		x.Checks = append(x.Checks, res)
		if severity(res.Verdict) >= severity(verdictOf(x.Class)) {
			x.Class, x.Word, x.Reason = verdictClass(res.Verdict), verdictWord(res, r.Core.Tier), ""
		}
	}
	var out []areaView
	for _, x := range rows {
		i := slices.IndexFunc(out, func(a areaView) bool { return a.Code == area(x.ID) })
		if i < 0 {
			i = len(out)
			out = append(out, areaView{Code: area(x.ID), Title: areaTitle(area(x.ID))})
		}
		out[i].Rows = append(out[i].Rows, *x)
	}
	slices.SortFunc(out, func(a, b areaView) int { return byArea(a.Code, b.Code) })
	for i := range out {
		out[i].count()
	}
	return out
}

func (a *areaView) count() {
	slices.SortFunc(a.Rows, func(x, y rowView) int { return cmp.Compare(x.ID, y.ID) })
	a.Worst = "none"
	for _, x := range a.Rows {
		switch {
		case len(x.Checks) == 0:
			a.Rest++
			continue
		case x.Class == "pass":
			a.Passed++
		}
		a.Judged++
		if severity(verdictOf(x.Class)) >= severity(verdictOf(a.Worst)) {
			a.Worst = x.Class
		}
	}
}

// severity orders verdicts: of several, the worst is the requirement's.
func severity(v Verdict) int {
	switch v {
	case Pass:
		return 1
	case Inconclusive:
		return 2
	case Fail:
		return 3
	case Error:
		return 4
	}
	return 0
}

func verdictClass(v Verdict) string {
	switch v {
	case Pass, Fail, Error:
		return string(v)
	case Inconclusive:
		return "open"
	}
	return "none"
}

func verdictOf(class string) Verdict {
	if class == "open" {
		return Inconclusive
	}
	return Verdict(class)
}

// verdictWord labels a pass on atomicity with what it rests on: no simulator's
// memory tears as silicon does.
func verdictWord(res Result, t Tier) string {
	software := t == TierModel || t == TierSimulator || t == TierEmulator
	if a := area(res.Requirement); res.Verdict == Pass && software && (a == "ATO" || a == "INV") {
		return fmt.Sprintf("pass, %s’s", t)
	}
	return string(res.Verdict)
}
