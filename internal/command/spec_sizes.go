package command

import (
	"strconv"

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
chain travels with it. SMS counts the frames of spec/telecom.md in 140 bytes.

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
			e.text.line("  %-32s  %4s  %-12s  %-6s  %7s  %11s  %14s  %5s", "message", "hops", "certificates", "KEM", "bytes", "short APDUs", "extended APDUs", "SMS")
		}
		e.text.line("  %-32s  %4d  %-12s  %-6s  %7d  %11d  %14d  %5s", m.Message, m.Hops, m.Certificates, m.KEM, m.Bytes, m.Short, m.Extended, inSMS(m))
	}
	return nil
}

// inSMS is how many short messages carry it, "-" where a link does not.
func inSMS(m sizes.Message) string {
	if m.SMS == 0 {
		return "-"
	}
	return strconv.Itoa(m.SMS)
}
