package reports

import (
	"encoding/xml"
	"fmt"
	"strings"
)

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Skipped  int          `xml:"skipped,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string          `xml:"name,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skipped    int             `xml:"skipped,attr"`
	Time       string          `xml:"time,attr"`
	Timestamp  string          `xml:"timestamp,attr,omitempty"`
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Failure *junitProblem `xml:"failure"`
	Error   *junitProblem `xml:"error"`
	Skipped *junitSkipped `xml:"skipped"`
}

type junitProblem struct {
	Type    string `xml:"type,attr"`
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

type junitSkipped struct {
	Message string `xml:"message,attr"`
}

// JUnit returns the report as JUnit XML: one test case for each check, a
// failure for fail, an error for inconclusive and error. A requirement without
// a verdict is a skipped case with its reason, never a passed one.
func JUnit(r *Report) ([]byte, error) {
	s := junitSuite{
		Name:      "assay",
		Time:      fmt.Sprintf("%.3f", float64(r.Volatile.DurationMS)/1000),
		Timestamp: r.Volatile.Started,
		Properties: []junitProperty{
			{"overall", string(r.Core.Overall)}, {"profile", r.Core.Profile.Title()},
			{"class", string(r.Core.Class)}, {"tier", string(r.Core.Tier)}, {"shape", string(r.Core.Shape)},
			{"seed", fmt.Sprint(r.Core.Seed)}, {"release", r.Core.Suite.Release},
		},
	}
	replay := map[[2]string]string{}
	for _, f := range r.Core.Failures {
		replay[[2]string{f.Check, f.Requirement}] = f.Replay
	}
	cases := map[string]int{}
	for _, res := range r.Core.Results {
		i, ok := cases[res.Check]
		if !ok {
			i = len(s.Cases)
			cases[res.Check] = i
			s.Cases = append(s.Cases, junitCase{Class: "assay." + area(res.Requirement), Name: res.Check})
		}
		s.Cases[i].add(res, replay[[2]string{res.Check, res.Requirement}])
	}
	for _, sel := range r.Core.Selection {
		s.skip(sel.Requirement, string(sel.Outcome), sel.Reason)
	}
	for _, n := range r.Core.NotTested {
		s.skip(n.Requirement, string(NotTestedOutcome), n.Reason)
	}
	for _, c := range s.Cases {
		s.Tests++
		switch {
		case c.Failure != nil:
			s.Failures++
		case c.Error != nil:
			s.Errors++
		case c.Skipped != nil:
			s.Skipped++
		}
	}
	all := junitSuites{Name: "assay", Tests: s.Tests, Failures: s.Failures, Errors: s.Errors, Skipped: s.Skipped, Suites: []junitSuite{s}}
	b, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("JUnit: %w", err)
	}
	return append([]byte(xml.Header), append(b, '\n')...), nil
}

// add enters one result. A case that fails on one requirement has failed, what
// ever the others say: readers of JUnit count one outcome for each case.
func (c *junitCase) add(res Result, replay string) {
	if res.Verdict == Pass {
		return
	}
	line := fmt.Sprintf("[%s] %s: %s\nobserved: %s\n", res.Requirement, res.Verdict, visible(res.Message), visible(res.Observed))
	if replay != "" {
		line += "replay: " + replay + "\n"
	}
	if res.Verdict == Fail && c.Failure == nil {
		c.Failure = &junitProblem{Type: res.Requirement, Message: visible(res.Message)}
		if c.Error != nil {
			c.Failure.Text, c.Error = c.Error.Text, nil
		}
	}
	switch {
	case c.Failure != nil:
		c.Failure.Text += line
	case c.Error != nil:
		c.Error.Text += line
	default:
		c.Error = &junitProblem{Type: string(res.Verdict), Message: visible(res.Message), Text: line}
	}
}

func (s *junitSuite) skip(requirement, outcome, reason string) {
	if reason == "" {
		return
	}
	for _, c := range s.Cases {
		if c.Skipped != nil && c.Name == requirement {
			return
		}
	}
	s.Cases = append(s.Cases, junitCase{Class: "assay." + area(requirement), Name: requirement, Skipped: &junitSkipped{outcome + ": " + visible(reason)}})
}

// area returns the part of a requirement's number that names its area: "PAY".
func area(requirement string) string {
	a, _, _ := strings.Cut(requirement, "-")
	return a
}
