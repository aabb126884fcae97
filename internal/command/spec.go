package command

import (
	"fmt"
	"slices"
	"strings"

	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/conformance/mutant"
	"github.com/assay-cbdc/assay/conformance/selftest"
	"github.com/assay-cbdc/assay/spec"
)

// requirementsSchema names the schema of a requirementList.
const requirementsSchema = "requirements-v1"

// A requirementList is what assay spec list --json and show --json print.
type requirementList struct {
	Schema       string             `json:"schema"`
	Release      string             `json:"release"`
	Requirements []spec.Requirement `json:"requirements"`
}

type specCommand struct {
	List     specListCommand     `cmd:"" help:"List every requirement."`
	Show     specShowCommand     `cmd:"" help:"Show requirements in full, with what checks them."`
	Coverage specCoverageCommand `cmd:"" help:"Count the MUSTs without a check or a mutant."`
	Sizes    specSizesCommand    `cmd:"" help:"Count the bytes of every message by signature suite."`
}

type specListCommand struct {
	JSON bool `name:"json" help:"Print one JSON object (schema requirements-v1) instead of a list."`
}

// Help is the long help text.
func (specListCommand) Help() string {
	return `Example:

    $ assay spec list`
}

// Run lists.
func (c specListCommand) Run(e *environment) error {
	all := spec.Requirements()
	if c.JSON {
		return e.printJSON(requirementList{requirementsSchema, spec.Release, all})
	}
	chapter := ""
	for _, r := range all {
		if r.Chapter != chapter {
			chapter = r.Chapter
			e.text.heading(chapter)
		}
		e.text.line("  %s  %-6s  %s", e.text.paint(bold, string(r.ID)), r.Level, short(oneLine(r.Text), width-18))
	}
	e.text.line("\n  %s in release %s; \"assay spec show ID\" shows one in full", plural(len(all), "requirement"), spec.Release)
	return nil
}

type specShowCommand struct {
	IDs  []string `arg:"" name:"id" help:"Requirements, such as PAY-03."`
	JSON bool     `name:"json" help:"Print one JSON object (schema requirements-v1) instead of text."`
}

// Help is the long help text.
func (specShowCommand) Help() string {
	return `Example:

    $ assay spec show ATO-03 INV-01`
}

// Run shows.
func (c specShowCommand) Run(e *environment) error {
	list := requirementList{requirementsSchema, spec.Release, nil}
	for _, id := range c.IDs {
		r, ok := spec.Lookup(spec.ID(strings.ToUpper(id)))
		if !ok {
			return usage("requirement %q is unknown; \"assay spec list\" lists them", id)
		}
		list.Requirements = append(list.Requirements, r)
	}
	if c.JSON {
		return e.printJSON(list)
	}
	for _, r := range list.Requirements {
		e.text.requirement(r)
	}
	return nil
}

func (t *text) requirement(r spec.Requirement) {
	t.heading(string(r.ID) + "  " + string(r.Level))
	t.paragraph(2, r.Text)
	t.line("")
	var classes []string
	for _, c := range r.Classes {
		classes = append(classes, string(c))
	}
	optional := func(name, value string) {
		if value != "" {
			t.field(name, value)
		}
	}
	t.field("chapter", "spec/"+r.Chapter)
	t.field("classes", fmt.Sprintf("%s; reach %s; families %s", strings.Join(classes, ", "), r.Reach, strings.Join(r.Families, ", ")))
	optional("applies", strings.Join(r.When, " and "))
	optional("threats", strings.Join(r.Threats, ", "))
	optional("not tested", r.Excluded)
	var checks, mutants []string
	for _, c := range check.All() {
		if slices.Contains(c.Cites, r.ID) {
			checks = append(checks, c.ID)
		}
	}
	for _, m := range mutant.All() {
		if m.Breaks == r.ID {
			mutants = append(mutants, m.Name)
		}
	}
	optional("checked by", strings.Join(checks, ", "))
	optional("broken by", strings.Join(mutants, ", "))
}

type specCoverageCommand struct {
	JSON bool `name:"json" help:"Print one JSON object (schema coverage-v1) instead of a summary."`
}

// Help is the long help text.
func (specCoverageCommand) Help() string {
	return `Exit status: 0 if every MUST has a check and a mutant, 2 if not.

Example:

    $ assay spec coverage`
}

// Run counts.
func (c specCoverageCommand) Run(e *environment) error {
	cover := selftest.Cover()
	code := exitOK
	if len(cover.WithoutCheck)+len(cover.WithoutMutant)+len(cover.Unknown) > 0 {
		code = exitUsage
	}
	if c.JSON {
		if err := e.printJSON(cover); err != nil {
			return err
		}
		return ended(code)
	}
	t := e.text
	none := func(ids []string) string {
		if len(ids) == 0 {
			return "none"
		}
		return strings.Join(ids, " ")
	}
	t.line("")
	t.field("MUSTs", fmt.Sprintf("%d that can be tested, of %d requirements", cover.Must, cover.Requirements))
	t.field("checks", fmt.Sprint(cover.Checks))
	t.field("mutants", fmt.Sprint(cover.Mutants))
	t.field("no check", none(cover.WithoutCheck))
	t.field("no mutant", none(cover.WithoutMutant))
	t.field("unknown", none(cover.Unknown))
	if len(cover.Excluded) > 0 {
		t.heading("Not testable")
		for _, x := range cover.Excluded {
			t.field(x.ID, x.Reason)
		}
	}
	return ended(code)
}
