// Package command is the assay command line: one file for each command.
//
// It finds what a user can get wrong before anything runs, and turns what the
// other packages return into text, one JSON object and an exit code. It judges
// and measures nothing itself.
package command

import (
	"fmt"
	"os"
	"strings"

	"github.com/alecthomas/kong"
)

// Streams are a command's standard streams. Results go to Out, everything else
// to Err.
type Streams struct {
	In, Out, Err *os.File
}

// cli is every command.
type cli struct {
	Run      runCommand      `cmd:"" help:"Test a device and write a report."`
	Plan     planCommand     `cmd:"" help:"Say what a run will ask of a bench, before anything is touched."`
	ICS      icsCommand      `cmd:"" name:"ics" help:"Write and review what a product does (ICS) and what a bench has (IXIT)."`
	Selftest selftestCommand `cmd:"" help:"Test the suite itself: every mutant caught, every honest device spared."`
	Spec     specCommand     `cmd:"" help:"Read the requirements."`
	Profiles profilesCommand `cmd:"" help:"Read the dated profiles of real systems."`
	Vectors  vectorsCommand  `cmd:"" help:"Check the published test vectors."`
	QR       qrCommand       `cmd:"" name:"qr" help:"Draw an object as QR codes, and read it back."`
	Bench    benchCommand    `cmd:"" help:"Measure the verification core."`
	Adapter  adapterCommand  `cmd:"" help:"Check an adapter before a device is judged through it."`
	Device   deviceCommand   `cmd:"" help:"Be the reference device, on standard input and output."`
	Mutants  mutantsCommand  `cmd:"" help:"List the devices that are wrong, or right, in a known way."`
	Verify   verifyCommand   `cmd:"" help:"Verify a report that somebody else wrote."`
	Version  versionCommand  `cmd:"" help:"Say which assay this is."`
}

const description = `Tests offline digital money: a wallet, a secure element or a ledger, against a
specification with numbered requirements.

Exit status: 0 conformant or done, 1 non-conformant, 2 wrong usage or a fault of
assay itself, 3 the adapter is broken, 4 incomplete, 5 what the device says of
itself contradicts the profile.

Example:

    $ assay run reference
`

// helped unwinds the parser after it has printed help.
type helped struct{}

// Main runs one command and returns the exit code of the process. It never
// panics.
func Main(args []string, s Streams) (code int) {
	e := newEnvironment(s)
	defer func() {
		switch v := recover(); v.(type) {
		case nil:
		case helped:
			code = exitOK
		default:
			e.complain("assay broke down: %v; this is a fault of assay, please report it with the command", v)
			code = exitUsage
		}
	}()
	parser, err := kong.New(new(cli),
		kong.Name("assay"), kong.Description(description), kong.Writers(s.Out, s.Err),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true, WrapUpperBound: 100, NoAppDescFormat: true}),
		kong.Exit(func(int) { panic(helped{}) }), kong.Bind(e), kong.Vars{"target": targetHelp},
	)
	if err != nil {
		panic(err) // the struct tags are constant
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		e.complain("%s; %s", oneLine(err.Error()), advice(err))
		return exitUsage
	}
	return e.finish(parsed.Run())
}

// advice names the help text of the command that was meant.
func advice(err error) string {
	at := "assay"
	if p, ok := err.(*kong.ParseError); ok && p.Context != nil {
		if node := p.Context.Selected(); node != nil {
			at = "assay " + node.Path()
			at = strings.Join(strings.Fields(strings.SplitN(at, "<", 2)[0]), " ")
		}
	}
	return fmt.Sprintf("%q says what it takes", at+" --help")
}
