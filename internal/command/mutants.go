package command

import (
	"github.com/assay-cbdc/assay/conformance/mutant"
	"github.com/assay-cbdc/assay/conformance/oddity"
	"github.com/assay-cbdc/assay/spec"
)

// mutantsSchema names the schema of a mutantList.
const mutantsSchema = "mutants-v1"

// A mutantList is what assay mutants list --json prints.
type mutantList struct {
	Schema     string        `json:"schema"`
	Mutants    []mutantEntry `json:"mutants"`
	Oddities   []oddityEntry `json:"oddities"`
	Degenerate []oddityEntry `json:"degenerate"`
}

type mutantEntry struct {
	Name        string  `json:"name"`
	Requirement spec.ID `json:"requirement"` // that it breaks
	Fault       string  `json:"fault"`
}

type oddityEntry struct {
	Name        string  `json:"name"`
	Requirement spec.ID `json:"requirement"` // that an unfair, or hollow, check would judge wrongly
	Says        string  `json:"says"`
}

type mutantsCommand struct {
	List mutantsListCommand `cmd:"" help:"List mutants, honest oddities and degenerate devices."`
}

type mutantsListCommand struct {
	JSON bool `name:"json" help:"Print one JSON object (schema mutants-v1) instead of a list."`
}

// Help is the long help text.
func (mutantsListCommand) Help() string {
	return `Each name is a TARGET: mutant:NAME, or oddity:NAME for the other two.

Example:

    $ assay mutants list`
}

// Run lists.
func (c mutantsListCommand) Run(e *environment) error {
	list := mutantList{Schema: mutantsSchema, Oddities: entries(oddity.All()), Degenerate: entries(oddity.Degenerate())}
	for _, m := range mutant.All() {
		list.Mutants = append(list.Mutants, mutantEntry{m.Name, m.Breaks, m.Fault})
	}
	if c.JSON {
		return e.printJSON(list)
	}
	row := func(name string, id spec.ID, says string) {
		e.text.line("  %s  %-34s %s", id, name, short(says, width-2))
	}
	e.text.heading("Mutants: each breaks one requirement (mutant:NAME)")
	for _, m := range list.Mutants {
		row(m.Name, m.Requirement, m.Fault)
	}
	e.text.heading("Oddities: unusual, and right (oddity:NAME)")
	for _, o := range list.Oddities {
		row(o.Name, o.Requirement, o.Says)
	}
	e.text.heading("Degenerate devices: nothing right (oddity:NAME)")
	for _, d := range list.Degenerate {
		row(d.Name, d.Requirement, d.Says)
	}
	return nil
}

func entries(all []oddity.Oddity) []oddityEntry {
	out := []oddityEntry{}
	for _, o := range all {
		out = append(out, oddityEntry{o.Name, o.Hurts, o.Says})
	}
	return out
}
