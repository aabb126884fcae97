package command

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/ics"
	"github.com/assay-cbdc/assay/reports"
)

type icsCommand struct {
	New   icsNewCommand   `cmd:"" help:"Ask an adapter and write both files to fill in."`
	Check icsCheckCommand `cmd:"" help:"Review the files against the adapter and a profile."`
}

type icsNewCommand struct {
	Target string `arg:"" help:"${target}"`
	ICS    string `name:"ics" default:"ics.yaml" placeholder:"FILE" help:"Write what the product does to this file. Default: ${default}."`
	IXIT   string `name:"ixit" default:"ixit.yaml" placeholder:"FILE" help:"Write what the bench has to this file. Default: ${default}."`
}

// Help is the long help text.
func (icsNewCommand) Help() string {
	return `Nothing is asked of the target but hello. What it says is filled in; every other question stands as a comment, and is not declared while it does. A file that is there is left as it is.

Example:

    $ assay ics new --ics acme-ics.yaml --ixit acme-ixit.yaml 'exec:python3 conformance/example/python/wallet.py'`
}

// Run writes both files, or none.
func (c icsNewCommand) Run(e *environment) error {
	t, err := parseTarget(c.Target)
	if err != nil {
		return err
	}
	for _, file := range []string{c.ICS, c.IXIT} {
		if _, err := os.Lstat(file); err == nil {
			return usage("%s is there already; move it away, or name another file", file)
		}
	}
	ctx, stop := e.interruptible()
	defer stop()
	h, err := greet(ctx, t)
	if err != nil {
		return err
	}
	i, x := ics.FromHello(h)
	for _, f := range []struct {
		name string
		text func() ([]byte, error)
	}{{c.ICS, i.Text}, {c.IXIT, x.Text}} {
		text, err := f.text()
		if err == nil {
			err = writeNew(f.name, text)
		}
		if err != nil {
			return usage("%w", err)
		}
	}
	e.text.line("wrote %s, what the product does, and %s, what the bench has", visible(c.ICS), visible(c.IXIT))
	e.text.line("next: fill them in, then")
	e.text.line("  assay ics check --ics %s --ixit %s %s", quote(c.ICS), quote(c.IXIT), quote(c.Target))
	return nil
}

// writeNew writes a file that was not there.
func writeNew(name string, text []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already; move it away, or name another file", name)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}

// greet asks a target what it is.
func greet(ctx context.Context, t target) (adapter.Implementation, error) {
	a, done, err := t.open(ctx)
	if err != nil {
		return adapter.Implementation{}, err
	}
	defer done()
	answer, err := adapter.Strict(a).Do(ctx, adapter.Request{Verb: adapter.Hello{Versions: []int{adapter.Version}}}, func(adapter.Event) adapter.Reply { return adapter.Reply{} })
	switch {
	case err != nil:
		return adapter.Implementation{}, err
	case answer.Done == nil || answer.Done.Hello == nil:
		return adapter.Implementation{}, &adapter.Error{Fault: adapter.FaultMalformed, Verb: "hello", Detail: "it did not say what it drives"}
	}
	return *answer.Done.Hello, nil
}

type icsCheckCommand struct {
	Target  string `arg:"" help:"${target}"`
	ICS     string `name:"ics" placeholder:"FILE" help:"What the product does."`
	IXIT    string `name:"ixit" placeholder:"FILE" help:"What the bench has."`
	Profile string `default:"reference" placeholder:"NAME" help:"The profile to judge under: a name, or a FILE.yaml. Default: ${default}."`
}

// Help is the long help text.
func (icsCheckCommand) Help() string {
	return `It is the static review that begins every run: hello, both files and the profile are held against each other, and nothing else is asked of the target. Exit status: 0 if a run can begin, 2 for a file that cannot be read, 5 for a contradiction.

Example:

    $ assay ics check --profile closed-wallet --ics conformance/example/stranger/ics.yaml --ixit conformance/example/stranger/ixit.yaml 'exec:python3 conformance/example/stranger/stranger.py'`
}

// Run reviews.
func (c icsCheckCommand) Run(e *environment) error {
	if c.ICS == "" && c.IXIT == "" {
		return usage("there is nothing to review; name files with --ics and --ixit, or let \"assay ics new\" write them")
	}
	j, err := runCommand{Target: c.Target, Profile: c.Profile, ICS: c.ICS, IXIT: c.IXIT}.judge()
	if err != nil {
		return err
	}
	j.Level = string(reports.LevelFull)
	ctx, stop := e.interruptible()
	defer stop()
	env, plan, err := j.plan(ctx)
	if err != nil {
		return err
	}
	own := env.Impl
	e.text.line("no contradiction: %s %s %s, class %s, shape %s, under profile %s", visible(own.Vendor), visible(own.Product), visible(own.Release), own.Class, env.Shape, j.profile.ID)
	e.text.line("%d checks can run; %d requirements of the profile would be left untested", len(plan.Checks), len(left(plan)))
	e.text.line("next: assay plan --profile %s%s%s %s", quote(c.Profile), flag(" --ics ", c.ICS), flag(" --ixit ", c.IXIT), quote(c.Target))
	return nil
}

func flag(name, value string) string {
	if value == "" {
		return ""
	}
	return name + quote(value)
}
