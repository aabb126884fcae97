package command

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/ics"
)

// statements reads what a run is told of product and bench, and the targets that
// fill a role.
func (j *job) statements() error {
	if s := adapter.Shape(j.Shape); j.Shape != "" && !slices.Contains([]adapter.Shape{adapter.Split, adapter.Hooked, adapter.Sealed}, s) {
		return usage("--shape %q: there are split, hooked and sealed", j.Shape)
	}
	var err error
	if j.ics, j.files.ICS, err = loadStatement("--ics", j.ICS, ics.ParseICS); err != nil {
		return err
	}
	if j.ixit, j.files.IXIT, err = loadStatement("--ixit", j.IXIT, ics.ParseIXIT); err != nil {
		return err
	}
	for _, role := range []struct {
		flag, name string
		to         **target
	}{{"--peer", j.Peer, &j.peer}, {"--ledger", j.Ledger, &j.ledger}} {
		if role.name == "" {
			continue
		}
		t, err := parseTarget(role.name)
		if err != nil {
			return fmt.Errorf("%s: %w", role.flag, err)
		}
		*role.to = &t
	}
	j.target = j.target.within(j.ixit)
	return j.odd()
}

// odd gives an oddity the files and the profile that it is right with, where the
// user names none.
func (j *job) odd() error {
	if j.target.odd == nil {
		return nil
	}
	var err error
	if j.profile, err = j.target.odd.Profile(j.profile); err != nil {
		return err
	}
	a, err := j.target.odd.Adapter().Do(context.Background(), adapter.Request{Verb: adapter.Hello{Versions: []int{adapter.Version}}}, nil)
	if err != nil || a.Done == nil || a.Done.Hello == nil {
		return nil // a device that does nothing right: the run says so
	}
	own, bench := j.target.odd.Files(*a.Done.Hello)
	if j.ics == nil {
		j.ics = own
	}
	if j.ixit == nil {
		j.ixit = bench
	}
	return nil
}

// loadStatement reads an ICS or an IXIT and its SHA-256.
func loadStatement[S any](flag, path string, parse func(string, []byte) (*S, error)) (*S, string, error) {
	if path == "" {
		return nil, "", nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, "", usage("%s: %w; \"assay ics new\" writes one", flag, err)
	}
	s, err := parse(path, text)
	if err != nil {
		return nil, "", usage("%s: %s", flag, oneLine(err.Error()))
	}
	digest := sha256.Sum256(text)
	return s, hex.EncodeToString(digest[:]), nil
}

// operator answers prompts on the terminal; nobody does without one.
func (j job) operator(e *environment) func(string) adapter.Action {
	if j.Unattended || !terminal(e.In) || (j.ixit != nil && j.ixit.Attended != nil && !*j.ixit.Attended) {
		return nil
	}
	in := bufio.NewReader(e.In)
	return func(prompt string) adapter.Action {
		fmt.Fprintf(e.Err, "\n  %s\n  Press Enter when it is done, or write a to say that nobody can. ", visible(prompt))
		line, err := in.ReadString('\n')
		if err != nil || strings.HasPrefix(strings.ToLower(strings.TrimSpace(line)), "a") {
			return adapter.PromptAbsent
		}
		return adapter.PromptDone
	}
}
