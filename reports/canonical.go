package reports

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
)

// Canonical returns the one JSON encoding of v that is hashed, signed and
// compared: keys sorted by their UTF-8 bytes, no white space, numbers as v
// wrote them, and no escapes for the sake of HTML.
func Canonical(v any) ([]byte, error) {
	first, err := marshal(v)
	if err != nil {
		return nil, err
	}
	// Through any, because encoding/json sorts the keys of maps but not those
	// of structs. UseNumber keeps integers above 2^53.
	dec := json.NewDecoder(bytes.NewReader(first))
	dec.UseNumber()
	var tree any
	if err := dec.Decode(&tree); err != nil {
		return nil, fmt.Errorf("canonical JSON: %w", err)
	}
	return marshal(tree)
}

func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("canonical JSON: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte{'\n'}), nil
}

// Normalise puts the report in its one order and turns nil lists into empty
// ones, so that equal runs have equal bytes. [Write] calls it.
func (r *Report) Normalise() {
	r.Schema = ReportSchema
	c := &r.Core
	orEmpty(&c.Profile.Inferred)
	orEmpty(&c.Suites)
	orEmpty(&c.Selection)
	orEmpty(&c.NotTested)
	orEmpty(&c.Results)
	orEmpty(&c.Failures)
	orEmpty(&c.Detection.Missing)
	orEmpty(&c.Lacking)
	orEmpty(&c.Next)
	orEmpty(&c.Points)
	orEmpty(&c.Bench.Taps)
	if c.Level == "" {
		c.Level = LevelFull
	}
	orEmpty(&r.Volatile.Notes)
	if r.Volatile.Latencies == nil {
		r.Volatile.Latencies = map[string]Latency{}
	}
	if r.Transcripts == nil {
		r.Transcripts = map[string]Transcript{}
	}
	slices.Sort(c.Profile.Inferred)
	slices.SortFunc(c.Selection, func(a, b Selection) int {
		return cmp.Or(cmp.Compare(a.Requirement, b.Requirement), cmp.Compare(a.Reason, b.Reason))
	})
	slices.SortFunc(c.NotTested, func(a, b NotTested) int {
		return cmp.Or(cmp.Compare(a.Requirement, b.Requirement), cmp.Compare(a.Capability, b.Capability))
	})
	slices.SortFunc(c.Results, func(a, b Result) int {
		return cmp.Or(cmp.Compare(a.Requirement, b.Requirement), cmp.Compare(a.Check, b.Check),
			cmp.Compare(a.Message, b.Message), cmp.Compare(a.Observed, b.Observed))
	})
	slices.SortFunc(c.Failures, func(a, b Failure) int {
		return cmp.Or(cmp.Compare(a.Requirement, b.Requirement), cmp.Compare(a.Check, b.Check),
			cmp.Compare(a.Message, b.Message), cmp.Compare(a.Observed, b.Observed))
	})
	slices.Sort(c.Lacking)
	slices.SortStableFunc(c.Next, func(a, b Next) int {
		return cmp.Or(cmp.Compare(b.Requirements, a.Requirements), cmp.Compare(b.Checks, a.Checks), cmp.Compare(a.Capability, b.Capability))
	})
	slices.SortStableFunc(c.Points, func(a, b FaultPoint) int {
		return cmp.Or(cmp.Compare(a.Check, b.Check), cmp.Compare(a.Frame, b.Frame), cmp.Compare(a.From, b.From), cmp.Compare(a.Action, b.Action))
	})
	slices.SortFunc(c.Detection.Missing, func(a, b Missing) int {
		return cmp.Compare(a.Capability, b.Capability)
	})
	for i := range c.Detection.Missing {
		orEmpty(&c.Detection.Missing[i].Mutants)
		slices.Sort(c.Detection.Missing[i].Mutants)
	}
}

func orEmpty[T any](s *[]T) {
	if *s == nil {
		*s = []T{}
	}
}

// CoreBytes returns the canonical bytes of the core: what two runs with one
// seed share.
func (r *Report) CoreBytes() ([]byte, error) {
	r.Normalise()
	return Canonical(r.Core)
}

// Hash returns the end of the hash chain over the steps, in lower-case hex:
// h(0) is 32 zero bytes and h(i) = SHA-256(h(i-1) || canonical JSON of step i).
func (t Transcript) Hash() (string, error) {
	var h [sha256.Size]byte
	for i, step := range t {
		b, err := Canonical(step)
		if err != nil {
			return "", fmt.Errorf("step %d: %w", i, err)
		}
		h = sha256.Sum256(append(h[:], b...))
	}
	return hex.EncodeToString(h[:]), nil
}

// Keep stores the transcript in the report and returns its hash, which is its key.
func (r *Report) Keep(t Transcript) (string, error) {
	hash, err := t.Hash()
	if err != nil {
		return "", err
	}
	if r.Transcripts == nil {
		r.Transcripts = map[string]Transcript{}
	}
	r.Transcripts[hash] = t
	return hash, nil
}
