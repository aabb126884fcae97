package command

import (
	"fmt"

	"github.com/assay-cbdc/assay/conformance/probe"
)

type adapterCommand struct {
	New   adapterNewCommand   `cmd:"" help:"Write a working toy adapter to begin with."`
	Check adapterCheckCommand `cmd:"" help:"Judge an adapter alone, step by step."`
}

type adapterCheckCommand struct {
	Target  string `arg:"" help:"${target}"`
	Profile string `default:"reference" placeholder:"NAME" help:"The profile that units are created with: a name, or a FILE.yaml. Default: ${default}."`
	JSON    bool   `name:"json" help:"Print one JSON object (schema adapter-check-v1) instead of text."`
}

// Help is the long help text.
func (adapterCheckCommand) Help() string {
	return `It says nothing about the device behind the adapter: that is what "assay run" judges. Exit status: 0 if the adapter keeps the contract of spec/adapter.md, 3 if not.

Example:

    $ assay adapter check 'exec:python3 conformance/example/python/wallet.py'`
}

// Run checks.
func (c adapterCheckCommand) Run(e *environment) error {
	target, err := parseTarget(c.Target)
	if err != nil {
		return err
	}
	profile, err := loadProfile(c.Profile)
	if err != nil {
		return fmt.Errorf("--profile: %w", err)
	}
	ctx, stop := e.interruptible()
	defer stop()
	a, done, err := target.open(ctx)
	if err != nil {
		return err
	}
	defer done()
	r := probe.Check(ctx, a, profile)
	if c.JSON {
		err = e.printJSON(r)
	} else {
		err = r.Write(e.Out)
	}
	switch {
	case err != nil:
		return usage("the result could not be written: %w", err)
	case ctx.Err() != nil:
		return &failure{exitIncomplete, ctx.Err()}
	case !r.OK:
		return &failure{exitAdapter, firstComplaint(r)}
	}
	return nil
}

// complaint names the step that failed.
type complaint struct{ step probe.Step }

func (c complaint) Error() string {
	return "the adapter does not keep the contract: step " + c.step.Name + ": " + c.step.Saw
}

func firstComplaint(r probe.Report) error {
	for _, s := range r.Steps {
		if s.Outcome == probe.Failed {
			return complaint{s}
		}
	}
	return nil
}
