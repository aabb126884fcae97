package command

import (
	"context"

	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/conformance/stdio"
)

type deviceCommand struct{}

// Help is the long help text.
func (deviceCommand) Help() string {
	return `It speaks the adapter contract of spec/adapter.md, one JSON object a line, until the line closes. It is a simulator: it holds no value, and its keys follow from the seeds it is given.

Example:

    $ assay run 'exec:assay device'`
}

// Run serves until standard input ends.
func (deviceCommand) Run(e *environment) error {
	if terminal(e.In) {
		e.complain("this is the reference device; it expects JSON lines, as \"assay run 'exec:assay device'\" sends them")
	}
	if err := stdio.Serve(context.Background(), simulator.New(simulator.Options{}), e.In, e.Out); err != nil {
		return usage("%w", err)
	}
	return nil
}
