package command

import (
	"fmt"
	"strings"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/ics"
	"github.com/assay-cbdc/assay/conformance/selftest"
)

// as tells which known faults a product like that of an ICS shows.
func (c selftestCommand) as(e *environment) error {
	if c.Full || c.Seeds != 0 || c.Matrix != "" {
		return usage("--as tells of one product; --full, --seeds and --matrix test the suite itself: leave one of them out")
	}
	o := selftest.AsOptions{Shape: adapter.Shape(c.Shape), Seed: 1}
	var err error
	if o.ICS, _, err = loadStatement("--as", c.As, ics.ParseICS); err != nil {
		return err
	}
	if o.IXIT, _, err = loadStatement("--ixit", c.IXIT, ics.ParseIXIT); err != nil {
		return err
	}
	if c.Profile == "" {
		c.Profile = asProfile(o.ICS)
	}
	if o.Profile, err = loadProfile(c.Profile); err != nil {
		return fmt.Errorf("--profile: %w", err)
	}
	ctx, stop := e.interruptible()
	defer stop()
	p := e.progress("mutants")
	defer p.end()
	o.Progress = p.count
	r, err := selftest.RunAs(ctx, o)
	if err != nil {
		return err
	}
	p.end()
	if c.JSON {
		err = e.printJSON(r)
	} else {
		e.text.as(r)
	}
	if err != nil || len(r.Failed) == 0 {
		return err
	}
	return ended(exitUsage)
}

// asProfile is the profile that a product of the class is first judged under.
func asProfile(i *ics.ICS) string {
	if i.Class == "RP" {
		return "reference"
	}
	return "closed-wallet"
}

// as prints what a run would find, and what would reveal the rest.
func (t *text) as(r selftest.AsResult) {
	t.heading("Found")
	last := ""
	for _, k := range r.Matrix {
		name := k.Mutant
		if name == last {
			name = ""
		}
		last = k.Mutant
		t.line("  %-34s %s  %s", name, k.Requirement, k.Check)
	}
	t.heading("Not found")
	for _, m := range r.Missing {
		t.paragraph(2, fmt.Sprintf("%s would reveal %d:", m.By(), len(m.Mutants)))
		t.paragraph(4, strings.Join(m.Mutants, " "))
	}
	t.line("")
	t.field("as", fmt.Sprintf("class %s, shape %s, under profile %s: %d checks", r.Class, r.Shape, r.Profile, r.Checks))
	t.field("detects", fmt.Sprintf("%d of %s (%d %%)", r.Detected, plural(r.Mutants, "known fault"), percent(r.Detected, r.Mutants)))
	if len(r.Failed) == 0 {
		t.field("honest", "a right device like this is spared")
		return
	}
	t.heading("A right device like this is failed: the suite is wrong")
	for _, f := range r.Failed {
		t.paragraph(2, f)
	}
}
