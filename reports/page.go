package reports

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"regexp"
	"strings"
)

//go:embed page.html.tmpl
var pageTemplate string

//go:embed page.css
var pageStyle string

// HTML returns the report as one page that needs nothing beside it: no script,
// no font, no image from elsewhere. Texts of requirements come from package
// spec; everything that a device said is escaped and made visible.
func HTML(r *Report, extra Extra) ([]byte, error) {
	r.Normalise()
	view, err := newPage(r, extra)
	if err != nil {
		return nil, err
	}
	t, err := template.New("page").Funcs(template.FuncMap{
		"visible": visible,
		"short":   func(s string) string { return shortened(s, 600) },
		"prose":   prose,
		"thin":    thin,
	}).Parse(pageTemplate)
	if err != nil {
		return nil, fmt.Errorf("the page: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, view); err != nil {
		return nil, fmt.Errorf("the page: %w", err)
	}
	return b.Bytes(), nil
}

// A page is the view that the template walks.
type page struct {
	*Report
	Style     template.CSS
	Name      string // of the implementation
	Verdict   verdictView
	Facts     []fact
	Bars      []countBar
	Failures  []problem
	Undecided []problem // inconclusive and error
	NotTested []untested
	AllTested bool
	Elsewhere []outcomeGroup // not applicable, not selected
	Outside   int            // requirements in Elsewhere
	Areas     []areaView
	Kills     *killView
	Bench     *benchView
	Machine   []fact
	Limits    []string
}

type verdictView struct{ Word, Class, Line string }

type fact struct {
	Name, Value, Note string
	Share             int // percent for a bar; -1: no bar
}

type countBar struct {
	Name, Class string
	N           int
	Percent     float64
}

func newPage(r *Report, extra Extra) (*page, error) {
	c := &r.Core
	p := &page{
		Report: r, Style: template.CSS(pageStyle),
		Name:    strings.TrimSpace(c.Implementation.Vendor + " " + c.Implementation.Product + " " + c.Implementation.Version),
		Verdict: verdict(c), Facts: facts(c), Bars: bars(c.Counts),
		NotTested: notTested(c), Elsewhere: elsewhere(c), Areas: areas(r),
		Machine: machine(r), Limits: limits(c),
	}
	if p.Name == "" {
		p.Name = "An unnamed device"
	}
	p.AllTested = c.Applicable > 0 && c.Executed == c.Applicable && len(c.NotTested) == 0
	for _, g := range p.Elsewhere {
		p.Outside += len(g.Requirements)
	}
	p.Failures, p.Undecided = problems(r)
	if len(extra.Kills) > 0 {
		p.Kills = newKillView(extra.Kills)
		fig, err := plot{"kill-matrix", areaMatrix(extra.Kills)}.figure()
		if err != nil {
			return nil, err
		}
		p.Kills.Figure = fig
	}
	if extra.Bench != nil {
		view, err := newBenchView(extra.Bench)
		if err != nil {
			return nil, err
		}
		p.Bench = view
	}
	return p, nil
}

func verdict(c *Core) verdictView {
	line := fmt.Sprintf("%s of %s applicable MUSTs tested", thin(c.Executed), thin(c.Applicable))
	switch c.Overall {
	case Conformant:
		return verdictView{"Conformant", "pass", line}
	case NonConformant:
		return verdictView{"Not conformant", "fail", line}
	case Incomplete:
		if c.Level == LevelSmoke {
			of := c.Counts.Pass + c.Counts.Fail + c.Counts.Inconclusive + c.Counts.Error
			return verdictView{"Incomplete", "open", fmt.Sprintf("smoke: %d of %d passed; nothing is certified by it", c.Counts.Pass, of)}
		}
		return verdictView{"Incomplete", "open", line + ": too few for a verdict"}
	}
	return verdictView{string(c.Overall), "open", line}
}

func facts(c *Core) []fact {
	profile := fact{Name: "Profile", Value: c.Profile.Title(), Share: -1}
	if c.Profile.EffectiveDate != "" {
		profile.Note = "in effect from " + c.Profile.EffectiveDate
	}
	if n := len(c.Profile.Inferred); n > 0 {
		profile.Note = strings.TrimPrefix(profile.Note+"; "+fmt.Sprintf("%d values inferred, not endorsed", n), "; ")
	}
	class := fact{Name: "Class", Value: "BH, behaviour", Note: "what can be observed; messages stay opaque", Share: -1}
	if c.Class == ReferenceProtocol {
		class = fact{Name: "Class", Value: "RP, reference protocol", Note: "behaviour, and every byte", Share: -1}
	}
	return []fact{
		class,
		{"Evidence", tierName(c.Tier), tierNote(c.Tier), -1},
		{"Payment shape", string(c.Shape), shapeNote(c.Shape), -1},
		profile,
		power(c.Detection),
		{"Tested", fmt.Sprintf("%d of %d MUSTs", c.Executed, c.Applicable), fmt.Sprintf("%d are required by the profile", c.Required), percent(c.Executed, c.Applicable)},
		value(c),
		bench(c.Bench),
		{"Release", c.Suite.Release, fmt.Sprintf("seed %d", c.Seed), -1},
	}
}

// value says what moves and, of a product of class RP, under which signatures.
func value(c *Core) fact {
	if len(c.Suites) == 0 {
		return fact{"Family of value", c.Family, "no suite is seen from outside", -1}
	}
	return fact{"Signature suites", strings.Join(c.Suites, ", "), "family of value " + c.Family, -1}
}

// bench says what stood around the product, and who said so.
func bench(b TestBench) fact {
	value := strings.TrimPrefix(b.Topology+", "+strings.ReplaceAll(b.Counterpart, "-", " "), ", ")
	note := "lifecycle " + b.Lifecycle
	if b.Units > 0 {
		note += ", " + count(b.Units, "unit")
	}
	switch {
	case b.ICS != "" && b.IXIT != "":
		note += "; by ICS and IXIT"
	case b.ICS != "":
		note += "; by ICS"
	case b.IXIT != "":
		note += "; by IXIT"
	default:
		note += "; as the adapter says"
	}
	return fact{"Bench", value, note, -1}
}

func power(d Detection) fact {
	if d.Mutants == 0 {
		return fact{"Detection power", "not measured", "no mutant was counted for this run", -1}
	}
	return fact{"Detection power", fmt.Sprintf("%d of %d known faults", d.Detectable, d.Mutants), "would be found through this adapter", percent(d.Detectable, d.Mutants)}
}

func percent(part, whole int) int {
	if whole <= 0 {
		return 0
	}
	return part * 100 / whole
}

func tierName(t Tier) string { return strings.ReplaceAll(string(t), "-", ", ") }

func tierNote(t Tier) string {
	switch t {
	case TierModel, TierSimulator, TierEmulator:
		return "software: says nothing of silicon"
	case TierSiliconContact:
		return "a chip, over its contacts"
	case TierSiliconContactless:
		return "a chip, over the air"
	}
	return ""
}

func shapeNote(s Shape) string {
	switch s {
	case Split:
		return "the harness carried every message"
	case Hooked:
		return "the harness decided on every frame"
	case Sealed:
		return "no frame was seen"
	}
	return ""
}

func bars(c Counts) []countBar {
	all := max(1, c.Pass+c.Fail+c.Inconclusive+c.Error)
	var out []countBar
	for _, b := range []countBar{{"passed", "pass", c.Pass, 0}, {"failed", "fail", c.Fail, 0}, {"inconclusive", "open", c.Inconclusive, 0}, {"error", "error", c.Error, 0}} {
		b.Percent = float64(b.N) / float64(all) * 100
		out = append(out, b)
	}
	return out
}

// thin groups the digits of a count in threes with thin spaces.
func thin(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}

var code = regexp.MustCompile("`([^`]+)`")

// prose turns the code spans of a requirement's Markdown into elements.
func prose(s string) template.HTML {
	return template.HTML(code.ReplaceAllString(template.HTMLEscapeString(s), "<code>$1</code>"))
}
