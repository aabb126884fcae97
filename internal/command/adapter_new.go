package command

import (
	"strings"

	"github.com/assay-cbdc/assay/conformance/example/template"
)

type adapterNewCommand struct {
	Lang string `required:"" placeholder:"LANGUAGE" help:"go, python, typescript or c."`
	Dir  string `arg:"" help:"The folder to write it into: a new one, or an empty one."`
}

// Help is the long help text.
func (adapterNewCommand) Help() string {
	return `It writes a working toy wallet behind the contract, in under 100 lines of the standard library, with a README that says how to go on.

Example:

    $ assay adapter new --lang python acme`
}

// Run writes the template.
func (c adapterNewCommand) Run(e *environment) error {
	l, err := template.Lookup(c.Lang)
	if err != nil {
		return usage("--lang: %w", err)
	}
	names, err := l.Write(c.Dir)
	if err != nil {
		return usage("%w", err)
	}
	e.text.line("wrote %s in %s", strings.Join(names, ", "), visible(c.Dir))
	e.text.line("next:")
	e.text.line("  cd %s", quote(c.Dir))
	for _, b := range l.Build {
		e.text.line("  %s", b)
	}
	e.text.line("  assay adapter check %s", quote(l.Run))
	return nil
}
