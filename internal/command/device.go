package command

import (
	"context"
	"net"

	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/conformance/stdio"
)

type deviceCommand struct {
	Listen string `placeholder:"HOST:PORT" help:"Serve over TCP at this address, not on standard input and output. Port 0 takes a free one."`
}

// Help is the long help text.
func (deviceCommand) Help() string {
	return `It speaks the adapter contract of spec/adapter.md, one JSON object a line, until the line closes. It is a simulator: it holds no value, and its keys follow from the seeds it is given.

Example:

    $ assay run 'exec:assay device'
    $ assay device --listen 127.0.0.1:7100`
}

// Run serves until standard input ends.
func (c deviceCommand) Run(e *environment) error {
	if c.Listen != "" {
		ctx, stop := e.interruptible()
		defer stop()
		err := stdio.Listen(ctx, simulator.New(simulator.Options{}), c.Listen, func(a net.Addr) {
			e.complain("listening; test it with: assay run tcp:%s", a)
		})
		if ctx.Err() != nil {
			return nil
		}
		return usage("--listen: %w", err)
	}
	if terminal(e.In) {
		e.complain("this is the reference device; it expects JSON lines, as \"assay run 'exec:assay device'\" sends them")
	}
	if err := stdio.Serve(context.Background(), simulator.New(simulator.Options{}), e.In, e.Out); err != nil {
		return usage("%w", err)
	}
	return nil
}
