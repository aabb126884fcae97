package suite

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/reports"
)

// JournalFile is the journal of a run, in the folder of its report.
const JournalFile = "journal.jsonl"

// maxEntry bounds one line of a journal, in bytes: a check with every transcript.
const maxEntry = 64 << 20

// A Journal keeps each check of a run as it ends, so that a run that was stopped
// can be resumed: one line says what is run, and one more each check that ended.
// A line is written and synced before the next check begins; a torn last line is
// that of a check which had not ended.
type Journal struct {
	path   string
	resume bool
	file   *os.File
}

// NewJournal is the journal in a folder. With resume it goes on with the one
// that is there; else it begins anew.
func NewJournal(dir string, resume bool) *Journal {
	return &Journal{path: filepath.Join(dir, JournalFile), resume: resume}
}

// A journalHeader is what two parts of one run have in common. Command is how
// the run was asked for, the caller's to read; it is compared with nothing.
type journalHeader struct {
	Command   json.RawMessage        `json:"command,omitempty"`
	Journal   string                 `json:"journal"`
	Suite     string                 `json:"suite"`
	Profile   string                 `json:"profile"`
	Files     Files                  `json:"files"`
	Seed      uint64                 `json:"seed"`
	Filter    string                 `json:"filter"`
	Exchanges int                    `json:"exchanges"`
	Level     reports.Level          `json:"level"`
	Shape     adapter.Shape          `json:"shape"`
	Product   adapter.Implementation `json:"product"`
}

func (r *run) journalHeader() journalHeader {
	return journalHeader{
		Journal: "journal-v1", Suite: Digest(), Profile: string(r.Profile.JSON()), Files: r.Files, Seed: r.Seed, Filter: r.Filter,
		Exchanges: r.Exchanges, Level: r.Level, Shape: r.env.Shape, Product: r.env.Impl, Command: r.Command,
	}
}

// Command is how the run that was stopped in a folder was asked for. The error
// is a [*ResumeError].
func Command(dir string) (json.RawMessage, error) {
	path := filepath.Join(dir, JournalFile)
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nothingToResume(path)
	}
	if err != nil {
		return nil, &ResumeError{err.Error()}
	}
	defer func() { _ = file.Close() }() // it was only read
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, maxEntry)
	var h journalHeader
	if !lines.Scan() || json.Unmarshal(lines.Bytes(), &h) != nil || len(h.Command) == 0 {
		return nil, &ResumeError{path + " does not say how its run was asked for; run without --resume"}
	}
	return h.Command, nil
}

func nothingToResume(path string) error {
	return &ResumeError{fmt.Sprintf("%s is not there: there is no run to resume; run without --resume", path)}
}

// An entry is an outcome as it is kept.
type entry struct {
	ID       string        `json:"id"`
	Rows     []check.Row   `json:"rows"`
	Steps    []check.Step  `json:"steps"`
	Asserted []string      `json:"asserted"`
	Points   []check.Point `json:"points,omitempty"`
	Units    int           `json:"units"`
	Unshown  int           `json:"unshown,omitempty"`
	Prompts  int           `json:"prompts,omitempty"`
	Deferred bool          `json:"deferred,omitempty"`
	Attempts int           `json:"attempts"`
	Fault    string        `json:"fault,omitempty"`
}

// begin opens the journal and returns what a run that is resumed has done.
func (j *Journal) begin(h journalHeader, checks []check.Check) (map[string]check.Outcome, error) {
	var done map[string]check.Outcome
	if j.resume {
		var err error
		if done, err = j.read(h, checks); err != nil {
			return nil, err
		}
	}
	return done, j.create(h, done, checks)
}

// create writes the journal anew, with what is kept of it, beside the old one
// and then in its place: a run that is stopped in between loses nothing.
func (j *Journal) create(h journalHeader, done map[string]check.Outcome, checks []check.Check) error {
	next := j.path + ".new"
	file, err := os.OpenFile(next, os.O_CREATE|os.O_TRUNC|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return fmt.Errorf("harness: the journal cannot be written: %w", err)
	}
	j.file = file
	if err := j.line(h); err != nil {
		return err
	}
	for _, c := range checks {
		if o, ok := done[c.ID]; ok {
			if err := j.keep(o); err != nil {
				return err
			}
		}
	}
	if err := os.Rename(next, j.path); err != nil {
		return fmt.Errorf("harness: the journal cannot be written: %w", err)
	}
	return nil
}

func (j *Journal) line(v any) error {
	b, err := json.Marshal(v)
	if err == nil {
		_, err = j.file.Write(append(b, '\n'))
	}
	if err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		return fmt.Errorf("harness: the journal cannot be written: %w; make room, and go on with --resume", err)
	}
	return nil
}

// keep writes one outcome. Of a check that passed nobody will read what was said.
func (j *Journal) keep(o check.Outcome) error {
	if o.Worst() == check.Pass {
		steps := make([]check.Step, len(o.Steps))
		for i, s := range o.Steps {
			steps[i] = check.Step{Handle: s.Handle, Verb: s.Verb, Error: s.Error}
		}
		o.Steps = steps
	}
	e := entry{
		ID: o.Check.ID, Rows: o.Rows, Steps: o.Steps, Asserted: o.Asserted, Points: o.Points, Units: o.Units,
		Unshown: o.Unshown, Prompts: o.Prompts, Deferred: o.Deferred, Attempts: o.Attempts,
	}
	if o.Fault != nil {
		e.Fault = string(o.Fault.Fault)
	}
	return j.line(e)
}

// Close ends the journal; a run that is complete needs none any more.
func (j *Journal) Close(complete bool) error {
	if j.file == nil {
		return nil
	}
	err := j.file.Close()
	if complete {
		err = errors.Join(err, os.Remove(j.path))
	}
	return err
}

// read returns the outcomes that stand. What had no answer, nobody there or was
// stopped is run again; a failure never is.
func (j *Journal) read(h journalHeader, checks []check.Check) (map[string]check.Outcome, error) {
	text, err := os.ReadFile(j.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nothingToResume(j.path)
	}
	if err != nil {
		return nil, &ResumeError{err.Error()}
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, maxEntry)
	if !lines.Scan() {
		return nil, &ResumeError{j.path + " is empty; run without --resume"}
	}
	var old journalHeader
	if err := json.Unmarshal(lines.Bytes(), &old); err != nil || old.Journal != h.Journal {
		return nil, &ResumeError{j.path + " is no journal of this version; run without --resume"}
	}
	if member := differs(old, h); member != "" {
		return nil, &ResumeError{fmt.Sprintf("the run in %s had another %s; give the same, or run without --resume", j.path, member)}
	}
	known := map[string]check.Check{}
	for _, c := range checks {
		known[c.ID] = c
	}
	done := map[string]check.Outcome{}
	for lines.Scan() {
		var e entry
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			break // the line of a check that had not ended
		}
		if c, ok := known[e.ID]; ok && e.stands() {
			done[e.ID] = e.outcome(c)
		}
	}
	return done, nil
}

// stands says whether a check is not to be run again.
func (e entry) stands() bool {
	worst := check.NotRun
	for _, r := range e.Rows {
		worst = max(worst, r.Verdict)
		if r.Verdict == check.Inconclusive && r.Message == "interrupted" {
			return worst == check.Fail
		}
	}
	switch {
	case worst == check.Fail || worst == check.Pass:
		return true
	case e.Deferred || e.Fault != "":
		return false
	}
	return true
}

func (e entry) outcome(c check.Check) check.Outcome {
	o := check.Outcome{
		Check: c, Rows: e.Rows, Steps: e.Steps, Asserted: e.Asserted, Points: e.Points, Units: e.Units,
		Unshown: e.Unshown, Prompts: e.Prompts, Deferred: e.Deferred, Attempts: e.Attempts,
	}
	if e.Fault != "" {
		o.Fault = &adapter.Error{Fault: adapter.Fault(e.Fault)}
	}
	return o
}

// differs names the first member in which two headers differ.
func differs(a, b journalHeader) string {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	for i := range x.NumField() {
		if x.Type().Field(i).Name == "Command" {
			continue
		}
		// As they are written: a list that is empty is one that is absent.
		was, errWas := json.Marshal(x.Field(i).Interface())
		is, errIs := json.Marshal(y.Field(i).Interface())
		if errWas != nil || errIs != nil || !bytes.Equal(was, is) {
			return strings.ToLower(x.Type().Field(i).Name)
		}
	}
	return ""
}

// A ResumeError says why a run cannot be resumed.
type ResumeError struct{ Reason string }

func (e *ResumeError) Error() string { return e.Reason }
