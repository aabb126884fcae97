package command

import (
	"fmt"

	"github.com/assay-cbdc/assay/conformance/selftest"
)

type profilesDiscriminateCommand struct {
	JSON bool `name:"json" help:"Print one JSON object (schema discriminate-v1) instead of text."`
}

// Help is the long help text.
func (profilesDiscriminateCommand) Help() string {
	return `A profile under which everything passes says nothing. Each device here is right under one profile and not under the other, by a requirement that the other's own values select. Exit status: 0, or 2 if a profile has no such device or a pair does not hold.

Example:

    $ assay profiles discriminate`
}

// Run runs each device under both its profiles.
func (c profilesDiscriminateCommand) Run(e *environment) error {
	ctx, stop := e.interruptible()
	defer stop()
	p := e.progress("devices")
	d, err := selftest.Discriminate(ctx, p.count)
	p.end()
	if err != nil {
		return err
	}
	if c.JSON {
		err = e.printJSON(d)
	} else {
		for _, pair := range d.Pairs {
			e.text.heading(pair.Profile)
			e.text.field("device", pair.Device+": "+pair.Says)
			e.text.field("conformant", fmt.Sprintf("under %s, %d passed", pair.Right, pair.Passed))
			e.text.field("here", fmt.Sprintf("%s by %s: %s", pair.Verdict, pair.Requirement, pair.Because))
			if pair.Problem != "" {
				e.text.field("problem", pair.Problem)
			}
		}
	}
	if err != nil || d.OK() {
		return err
	}
	for _, name := range d.Without {
		e.complain("profile %s has no device that fails it and is right under another; conformance/mutant/variant.go is where one goes", name)
	}
	for _, pair := range d.Pairs {
		if pair.Problem != "" {
			e.complain("%s does not show that %s can be failed: %s", pair.Device, pair.Profile, visible(pair.Problem))
		}
	}
	return ended(exitUsage)
}
