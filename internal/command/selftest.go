package command

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/assay-cbdc/assay/conformance/mutant"
	"github.com/assay-cbdc/assay/conformance/selftest"
	"github.com/assay-cbdc/assay/reports"
	"github.com/assay-cbdc/assay/spec"
)

// The numbers of seeds: of a self-test in seconds, and of one for CI.
const (
	quickSeeds = 1
	fullSeeds  = 20
)

type selftestCommand struct {
	Full    bool   `help:"Run every check on every mutant, with twenty seeds unless --seeds says otherwise."`
	Seeds   int    `placeholder:"N" help:"How many seeds, from 1 up. Default: 1, or 20 with --full."`
	As      string `name:"as" placeholder:"ICS" help:"Try every mutant as the product that this ICS declares, and tell which of them a run with it finds."`
	IXIT    string `name:"ixit" placeholder:"FILE" help:"The bench, with --as: units, rigs, lifecycle. Without it there is every rig."`
	Shape   string `placeholder:"SHAPE" help:"The shape, with --as: split, hooked or sealed. Default: the one of the ICS that shows most."`
	Profile string `placeholder:"NAME" help:"The profile, with --as. Default: reference for class RP, closed-wallet for BH."`
	Matrix  string `placeholder:"FILE" help:"Try every mutant, and nothing else, in every class and shape, and write the kill matrix to this file; with --full. It takes minutes."`
	JSON    bool   `name:"json" help:"Print one JSON object (schema selftest-v1) instead of a summary."`
}

// Help is the long help text.
func (selftestCommand) Help() string {
	return `A mutant is the reference with one known fault. It has to be failed by a check that cites the requirement which it breaks; unusual but right devices have to pass, and devices that do nothing right have to pass nothing. Exit status: 0 if the suite proves itself, 2 if not.

With --as nothing proves the suite: it proves what a product like that can show. Exit status: 0, or 2 if a right device like that is failed.

Examples:

    $ assay selftest --json > selftest.json
    $ assay selftest --as acme-ics.yaml --ixit acme-ixit.yaml`
}

// Run tests the suite.
func (c selftestCommand) Run(e *environment) error {
	if c.Seeds < 0 {
		return usage("--seeds %d: a number of seeds is positive; leave the flag out for the default", c.Seeds)
	}
	if c.Matrix != "" && !c.Full {
		return usage("--matrix needs --full: the matrix holds every check and every mutant")
	}
	if c.As != "" {
		return c.as(e)
	}
	if c.IXIT != "" || c.Shape != "" || c.Profile != "" {
		return usage("--ixit, --shape and --profile go with --as")
	}
	n := c.Seeds
	switch {
	case n == 0 && c.Full:
		n = fullSeeds
	case n == 0:
		n = quickSeeds
	}
	o := selftest.Options{Full: c.Full, EveryMode: c.Matrix != ""}
	for seed := range n {
		o.Seeds = append(o.Seeds, uint64(seed+1))
	}
	ctx, stop := e.interruptible()
	defer stop()
	r, err := selfTest(ctx, e, o)
	if err != nil && ctx.Err() == nil {
		return err
	}
	if c.Matrix != "" {
		text, err := r.PublishedMatrix().Text()
		if err == nil {
			err = os.WriteFile(c.Matrix, text, 0o644)
		}
		if err != nil {
			return usage("--matrix: %w", err)
		}
		r.Stale = nil
	}
	code := exitOK
	if !r.OK() {
		code = exitUsage
	}
	if ctx.Err() != nil {
		code = exitIncomplete
	}
	if c.JSON {
		if err := e.printJSON(r); err != nil {
			return err
		}
		return ended(code)
	}
	e.text.selftest(r, ctx.Err() != nil)
	return ended(code)
}

// selfTest runs the suite's self-test under the reference profile.
func selfTest(ctx context.Context, e *environment, o selftest.Options) (selftest.Result, error) {
	profile, err := spec.LoadProfile("reference")
	if err != nil {
		return selftest.Result{}, err
	}
	p := e.progress("self-test")
	defer p.end()
	o.Profile, o.Progress = profile, p.count
	return selftest.Run(ctx, o)
}

// kills is the kill matrix as reports show it.
func kills(r selftest.Result) []reports.Kill {
	var all []reports.Kill
	for _, k := range r.Matrix {
		m, _ := mutant.Lookup(k.Mutant)
		all = append(all, reports.Kill{Mutant: k.Mutant, Breaks: string(m.Breaks), Requirement: k.Requirement, Check: k.Check})
	}
	return all
}

// countsOf are the mutants of each family of value, and the ledgers among them.
func countsOf(r selftest.Result) string {
	var parts []string
	for _, letter := range slices.Sorted(maps.Keys(r.Families)) {
		parts = append(parts, fmt.Sprintf("%s %d of %d", letter, r.Families[letter].Killed, r.Families[letter].Mutants))
	}
	return strings.Join(append(parts, fmt.Sprintf("ledgers among them %d of %d", r.Ledger.Killed, r.Ledger.Mutants)), ", ")
}

// selftest prints the kill matrix and what is wrong with the suite.
func (t *text) selftest(r selftest.Result, interrupted bool) {
	t.heading("Kill matrix")
	for i, k := range r.Matrix {
		name := ""
		if i == 0 || r.Matrix[i-1].Mutant != k.Mutant {
			name = k.Mutant
		}
		t.line("  %-34s %s  %-24s %s", name, k.Requirement, k.Check, k.Mode)
	}
	for _, group := range []struct {
		title string
		list  []string
	}{
		{"Survivors: no check fails them", r.Survivors},
		{"Killed by an unrelated requirement only", r.Unrelated},
		{"Too blunt: more than one fault", r.Blunt},
		{"Honest devices that were failed", r.HonestFailed},
		{"MUSTs without check or mutant", r.Uncovered},
		{"Assertions that no mutant reaches", r.Unreached},
		{"The published matrix says something else; make matrix writes it", r.Stale},
	} {
		if len(group.list) == 0 {
			continue
		}
		t.heading(group.title)
		for _, s := range group.list {
			t.paragraph(2, s)
		}
	}
	passed := 0
	for _, d := range r.Degenerate {
		if d.Pass > 0 {
			passed++
			t.line("\n  %s does nothing right, and passed %s", d.Name, plural(d.Pass, "requirement"))
		}
	}
	t.line("")
	t.field("mutants", fmt.Sprintf("%d of %d killed by their own requirement", r.Killed, r.Mutants))
	t.field("families", countsOf(r))
	t.field("honest", fmt.Sprintf("%d of %d unusual but right devices spared", r.Honest-len(r.HonestFailed), r.Honest))
	t.field("degenerate", fmt.Sprintf("%d of %d passed nothing", len(r.Degenerate)-passed, len(r.Degenerate)))
	t.field("reference", r.Reference)
	switch {
	case interrupted:
		t.line("\n  %s", t.paint(yellow, "interrupted: incomplete"))
	case r.OK():
		t.line("\n  %s", t.paint(green, "the suite proves itself"))
	default:
		t.line("\n  %s", t.paint(red, "the suite does not prove itself"))
	}
}
