package command

import (
	"context"
	"net"
	"regexp"
	"strings"
	"time"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/ics"
	"github.com/assay-cbdc/assay/conformance/mutant"
	"github.com/assay-cbdc/assay/conformance/oddity"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/conformance/stdio"
)

const targetHelp = "What to test: reference, exec:COMMAND ARGS, tcp:HOST:PORT, mutant:NAME or oddity:NAME."

// A target is a TARGET operand that makes sense.
type target struct {
	name string // as the user wrote it
	open func(context.Context) (adapter.Adapter, func(), error)
	// anew makes another of it in this process; nil where there is one alone.
	anew func() adapter.Adapter
	// argv is the command of an outside process; nil for others.
	argv []string
	// address is where an adapter listens; empty for others.
	address string
	// profile is the one under which a mutant is wrong; empty for any.
	profile string
	// overlay lies over that profile.
	overlay string
	// odd is the oddity that it is, which may bring its own files; nil for others.
	odd *oddity.Oddity
}

// within gives an outside process the deadlines of the bench.
func (t target) within(x *ics.IXIT) target {
	switch {
	case x == nil:
		return t
	case t.argv != nil:
		return process(t.name, t.argv, x.Deadline)
	case t.address != "":
		return listening(t.name, t.address, x.Deadline)
	}
	return t
}

// listening is the target that an adapter at an address is.
func listening(name, address string, deadline func(verb string) time.Duration) target {
	return target{name: name, address: address, open: func(ctx context.Context) (adapter.Adapter, func(), error) {
		c, err := stdio.Dial(ctx, address, stdio.Options{Deadline: deadline})
		if err != nil {
			return nil, nil, err
		}
		return c, func() { _ = c.Close() }, nil
	}}
}

// process is the target that a child process is.
func process(name string, argv []string, deadline func(verb string) time.Duration) target {
	return target{name: name, argv: argv, open: func(ctx context.Context) (adapter.Adapter, func(), error) {
		c, err := stdio.Start(ctx, argv, stdio.Options{Deadline: deadline})
		if err != nil {
			return nil, nil, err
		}
		return c, func() { _ = c.Close() }, nil
	}}
}

func parseTarget(name string) (target, error) {
	kind, rest, _ := strings.Cut(name, ":")
	switch {
	case name == "reference":
		return inProcess(name, func() adapter.Adapter { return simulator.New(simulator.Options{}) }), nil
	case kind == "exec":
		argv, err := stdio.Split(rest)
		if err != nil {
			return target{}, usage("TARGET %q: %w; write it as 'exec:COMMAND ARGS', quoted as for a shell", name, err)
		}
		return process(name, argv, nil), nil
	case kind == "tcp":
		if _, _, err := net.SplitHostPort(rest); err != nil {
			return target{}, usage("TARGET %q: %w; write it as tcp:HOST:PORT", name, err)
		}
		return listening(name, rest, nil), nil
	case kind == "mutant":
		m, ok := mutant.Lookup(rest)
		if !ok {
			return target{}, usage("TARGET %q: there is no mutant %q; \"assay mutants list\" names them", name, rest)
		}
		t := inProcess(name, m.Adapter)
		t.profile, t.overlay = m.Profile, m.Overlay
		return t, nil
	case kind == "oddity":
		o, ok := lookupOddity(rest)
		if !ok {
			return target{}, usage("TARGET %q: there is no oddity %q; \"assay mutants list\" names them", name, rest)
		}
		t := inProcess(name, o.Adapter)
		t.odd = &o
		return t, nil
	}
	return target{}, usage("TARGET %q is unknown; write reference, exec:COMMAND ARGS, tcp:HOST:PORT, mutant:NAME or oddity:NAME", name)
}

func inProcess(name string, open func() adapter.Adapter) target {
	return target{name: name, anew: open, open: func(context.Context) (adapter.Adapter, func(), error) { return open(), func() {}, nil }}
}

// lookupOddity finds an honest oddity, or a device that does nothing right.
func lookupOddity(name string) (oddity.Oddity, bool) {
	if o, ok := oddity.Lookup(name); ok {
		return o, true
	}
	for _, o := range oddity.Degenerate() {
		if o.Name == name {
			return o, true
		}
	}
	return oddity.Oddity{}, false
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:=@%+,-]+$`)

// quote makes one word of s for a POSIX shell.
func quote(s string) string {
	if plainWord.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
