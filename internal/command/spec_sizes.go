package command

import (
	"github.com/assay-cbdc/assay/reference/sizes"
)

type specSizesCommand struct {
	JSON bool `name:"json" help:"Print one JSON object (schema sizes-v1) instead of a table."`
}

// Help is the long help text.
func (specSizesCommand) Help() string {
	return `Every message is made by the reference and counted. "value" counts the signer's
certificate in the message, "cached" goes without it.
Frames and capsules are counted over each KEM; hops above 1 are of value whose
chain travels with it.

Example:

    $ assay spec sizes`
}

// Run measures.
func (c specSizesCommand) Run(e *environment) error {
	d, err := sizes.Compute()
	if err != nil {
		return err
	}
	if c.JSON {
		return e.printJSON(d)
	}
	suite := ""
	for _, m := range d.Messages {
		if m.Suite != suite {
			suite = m.Suite
			e.text.heading(suite)
			e.text.line("  %-32s  %4s  %-12s  %-6s  %7s  %11s  %14s", "message", "hops", "certificates", "KEM", "bytes", "short APDUs", "extended APDUs")
		}
		e.text.line("  %-32s  %4d  %-12s  %-6s  %7d  %11d  %14d", m.Message, m.Hops, m.Certificates, m.KEM, m.Bytes, m.Short, m.Extended)
	}
	return nil
}
