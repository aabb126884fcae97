package reports

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/assay-cbdc/assay/spec"
)

// ErrMalformed says that a document is not a report that this version wrote.
var ErrMalformed = errors.New("malformed report")

// Read decodes report.json. It accepts the one encoding that [Write] writes, so
// that a document cannot mean one thing to this reader and another to the next:
// no unknown, repeated or differently spelt members, no other order of keys. The
// report is also held against its schema and against itself.
func Read(b []byte) (*Report, error) {
	r := new(Report)
	if err := json.Unmarshal(b, r); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	again, err := Canonical(r)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if !bytes.Equal(again, bytes.TrimSuffix(b, []byte{'\n'})) {
		if err := spec.Validate(ReportSchema, b); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
		}
		return nil, fmt.Errorf("%w: not in the canonical encoding that a run writes; take the file as it was written", ErrMalformed)
	}
	if err := spec.Validate(ReportSchema, b); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if err := r.coherent(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return r, nil
}

// coherent finds what a schema cannot: a report that contradicts itself.
func (r *Report) coherent() error {
	var counts Counts
	failed := map[[2]string]bool{}
	for _, res := range r.Core.Results {
		switch res.Verdict {
		case Pass:
			counts.Pass++
		case Fail:
			counts.Fail++
			failed[[2]string{res.Check, res.Requirement}] = true
		case Inconclusive:
			counts.Inconclusive++
		case Error:
			counts.Error++
		}
		if _, ok := r.Transcripts[res.Transcript]; res.Transcript != "" && !ok {
			return fmt.Errorf("check %s refers to transcript %s, which is missing", res.Check, res.Transcript)
		}
	}
	if counts != r.Core.Counts {
		return fmt.Errorf("the counts say %+v and the results %+v", r.Core.Counts, counts)
	}
	listed := map[[2]string]bool{}
	for _, f := range r.Core.Failures {
		at := [2]string{f.Check, f.Requirement}
		if !failed[at] {
			return fmt.Errorf("the failure of check %s on %s is not among the results", f.Check, f.Requirement)
		}
		listed[at] = true
		if req, ok := spec.Lookup(spec.ID(f.Requirement)); ok && req.Level == spec.LevelMust && r.Core.Overall == Conformant {
			return fmt.Errorf("the run is called conformant and fails %s", f.Requirement)
		}
	}
	if len(listed) != len(failed) {
		return fmt.Errorf("%d results failed and %d failures are listed", len(failed), len(listed))
	}
	if c := r.Core; c.Executed > c.Applicable || c.Detection.Detectable > c.Detection.Mutants {
		return fmt.Errorf("%d of %d MUSTs executed, %d of %d faults detectable", c.Executed, c.Applicable, c.Detection.Detectable, c.Detection.Mutants)
	}
	return r.chained()
}

// chained follows the hash chain of every transcript to its name.
func (r *Report) chained() error {
	for name, t := range r.Transcripts {
		hash, err := t.Hash()
		if err != nil {
			return fmt.Errorf("transcript %s: %w", name, err)
		}
		if hash != name {
			return fmt.Errorf("transcript %s: its steps hash to %s: a step was altered", name, hash)
		}
	}
	return nil
}
