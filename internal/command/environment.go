package command

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"golang.org/x/term"
)

// An environment is what every command has: its streams, and how it is stopped.
type environment struct {
	Streams
	text    *text // standard output, for people
	colour  bool  // standard error
	signals chan os.Signal
}

func newEnvironment(s Streams) *environment {
	return &environment{
		Streams: s, text: &text{w: s.Out, colour: colourful(s.Out)}, colour: colourful(s.Err),
	}
}

// colourful says whether a person looks at the file and wants colours.
func colourful(f *os.File) bool {
	return terminal(f) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

func terminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// complain writes one sentence to standard error.
func (e *environment) complain(format string, a ...any) {
	fmt.Fprintf(e.Err, "assay: "+format+"\n", a...)
}

// finish says what a command's error says, and returns the exit code.
func (e *environment) finish(err error) int {
	if e.text.err != nil { // a result that could not be written is no result
		err = usage("the result could not be written to standard output: %w; make room where it goes", e.text.err)
	}
	if err == nil {
		return exitOK
	}
	if message := err.Error(); message != "" {
		e.complain("%s", strings.TrimSpace(visible(message)))
	}
	return codeOf(err)
}

// printJSON prints the one object of --json.
func (e *environment) printJSON(v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	e.text.raw(append(b, '\n'))
	return nil
}

// interruptible returns a context that ends when the user interrupts. A second
// interrupt ends the process at once; by then the context has had every child
// process killed. The returned function ends both.
func (e *environment) interruptible() (context.Context, func()) {
	ctx, cancel := context.WithCancel(context.Background())
	e.signals = make(chan os.Signal, 2)
	e.reclaim()
	go func() {
		select {
		case <-e.signals:
		case <-ctx.Done():
			return
		}
		cancel()
		e.complain("interrupted: writing what there is; interrupt again to stop at once")
		<-e.signals
		os.Exit(exitIncomplete)
	}()
	return ctx, func() {
		signal.Stop(e.signals)
		cancel()
	}
}

// reclaim makes this package the only one that hears of an interrupt. Ginkgo
// listens too when it starts, and would leave a running check behind: a check
// ends by its context, and then its outcome is in the report.
func (e *environment) reclaim() {
	signal.Reset(os.Interrupt, syscall.SIGTERM)
	signal.Notify(e.signals, os.Interrupt, syscall.SIGTERM)
}
