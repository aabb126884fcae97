// Package probe judges an adapter alone: whether it keeps the contract of
// spec/adapter.md well enough that a device behind it can be judged at all. It
// is what `assay adapter check` runs.
//
// It finds faults of the adapter, one at a time, and says what to do next. It
// does not judge the product: a wallet that breaks every requirement can have
// an adapter that passes.
package probe

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/spec"
)

// Schema names the schema of a [Report] as JSON.
const Schema = "adapter-check-v1"

// An Outcome is what a step came to.
type Outcome string

// The outcomes. NotReached is for steps after one that ended the adapter.
const (
	OK         Outcome = "ok"
	Failed     Outcome = "failed"
	NotClaimed Outcome = "not-claimed"
	NotReached Outcome = "not-reached"
)

// A Step is one thing that was tried.
type Step struct {
	Name    string  `json:"name"`
	Outcome Outcome `json:"outcome"`
	Tried   string  `json:"tried"`
	Saw     string  `json:"saw,omitempty"`
	// Next says what to do; empty unless the step failed.
	Next string `json:"next,omitempty"`
}

// A Report is the result of a check of an adapter.
type Report struct {
	Schema  string                  `json:"schema"`
	OK      bool                    `json:"ok"`
	Profile string                  `json:"profile"`
	Hello   *adapter.Implementation `json:"hello,omitempty"`
	Steps   []Step                  `json:"steps"`
	Counts  Counts                  `json:"counts"`
}

// Counts are the number of steps by outcome.
type Counts struct {
	OK         int `json:"ok"`
	Failed     int `json:"failed"`
	NotClaimed int `json:"not_claimed"`
	NotReached int `json:"not_reached"`
}

// Check tries an adapter that has just been started, with the profile's
// document for its units. It never panics and always returns a whole report.
func Check(ctx context.Context, a adapter.Adapter, p *spec.Profile) Report {
	t := &trial{ctx: ctx, adapter: adapter.Strict(a), profile: p}
	r := Report{Schema: Schema, Profile: p.ID}
	for _, s := range steps() {
		r.Steps = append(r.Steps, t.step(s))
	}
	r.Hello = t.hello
	for _, s := range r.Steps {
		switch s.Outcome {
		case OK:
			r.Counts.OK++
		case Failed:
			r.Counts.Failed++
		case NotClaimed:
			r.Counts.NotClaimed++
		case NotReached:
			r.Counts.NotReached++
		}
	}
	r.OK = r.Counts.Failed == 0 && r.Counts.NotReached == 0
	return r
}

// A trial is the state of one check.
type trial struct {
	ctx     context.Context
	adapter adapter.Adapter
	profile *spec.Profile
	hello   *adapter.Implementation
	realm   *realm
	ledger  string // handle; empty without that role
	devices [2]unit
	over    bool // the adapter has ended, or cannot be worked with
}

// A unit is a device that the trial made.
type unit struct {
	handle  string
	account string
	id      adapter.Bytes
}

// A step to try. Run returns what it saw; the error is a [*complaint], or what
// Do returned.
type step struct {
	name  string
	tried string
	needs adapter.Capability // empty: every adapter
	run   func(*trial) (saw string, err error)
	// paying steps need a device that pays.
	paying bool
	// claimed says whether the step is tried; nil: always.
	claimed func(*trial) bool
	// vital steps end the trial when they fail.
	vital bool
}

// A complaint is what an adapter did wrong and what to do about it.
type complaint struct {
	saw  string
	next string
}

func (c *complaint) Error() string { return c.saw }

func (t *trial) step(s step) Step {
	out := Step{Name: s.name, Tried: s.tried, Outcome: OK}
	switch {
	case t.over:
		out.Outcome = NotReached
		return out
	case s.needs != "" && !t.has(s.needs), s.paying && t.hello.ReceiveOnly, s.claimed != nil && !s.claimed(t):
		out.Outcome = NotClaimed
		return out
	}
	saw, err := s.run(t)
	out.Saw = saw
	if err == nil {
		return out
	}
	out.Outcome, out.Saw, out.Next = Failed, err.Error(), "See the message; then run the check again."
	t.over = s.vital
	if c, ok := errors.AsType[*complaint](err); ok {
		out.Next = c.next
	}
	if fault, ok := errors.AsType[*adapter.Error](err); ok {
		out.Next = advice(fault.Fault)
		t.over = t.over || fault.Fault != adapter.FaultUnsupported && fault.Fault != adapter.FaultReported && fault.Fault != adapter.FaultAbsent
	}
	return out
}

// advice is what to do about an answer that never came.
func advice(f adapter.Fault) string {
	switch f {
	case adapter.FaultStart:
		return "Check the command: run it by hand from this folder."
	case adapter.FaultDied:
		return "Keep the process running until bye or the end of standard input; its standard error says why it ended."
	case adapter.FaultDeadline:
		return "Answer every request with one line, and flush standard output after it."
	case adapter.FaultMalformed:
		return "Keep to the lines of spec/adapter.md, whose form spec/schema/adapter-answer-v1.schema.json has, and give every unit a handle of its own. Write nothing but lines of the contract to standard output; logs go to standard error."
	case adapter.FaultWrongID:
		return "Repeat the number of the request as the id of its answer, and answer once."
	case adapter.FaultFlood:
		return "Answer after a bounded number of events, with lines below 16 MiB."
	case adapter.FaultUnsupported:
		return "Serve the verb, or do not claim the capability in hello."
	case adapter.FaultAbsent:
		return "The check answers every prompt with done: answer absent only when the reply says so."
	case adapter.FaultReported:
		return "The adapter reports a fault of its own: mend it, or answer refused if the product said no."
	case adapter.FaultHarness:
		return "This is not the adapter's fault: run the check again."
	}
	return "Run the check again."
}

func (t *trial) has(c adapter.Capability) bool {
	return t.hello != nil && slices.Contains(t.hello.Capabilities, c)
}

// do carries out one verb; an operator's prompts are taken as done.
func (t *trial) do(handle string, v adapter.Verb) (adapter.Answer, error) {
	return t.adapter.Do(t.ctx, adapter.Request{Handle: handle, Verb: v}, func(e adapter.Event) adapter.Reply {
		if e.Prompt != nil {
			return adapter.Reply{Action: adapter.PromptDone}
		}
		if e.Frame != nil {
			return adapter.Reply{Action: adapter.Deliver}
		}
		return adapter.Reply{}
	})
}

// must carries out a verb that has to be done.
func (t *trial) must(handle string, v adapter.Verb) (*adapter.Result, error) {
	answer, err := t.do(handle, v)
	if err != nil {
		return nil, err
	}
	if answer.Done == nil {
		return nil, &complaint{
			fmt.Sprintf("%s was %s", v.Name(), describe(answer)),
			"This is an ordinary request and has to be done: see " + v.Name() + " in spec/adapter.md.",
		}
	}
	return answer.Done, nil
}

// describe says in words what an answer is.
func describe(a adapter.Answer) string {
	switch {
	case a.Done != nil:
		return "done"
	case a.Torn != nil:
		return "torn"
	case a.Refused == nil:
		return "empty"
	case a.Refused.Vendor != "":
		return fmt.Sprintf("refused (%q)", a.Refused.Vendor)
	case a.Refused.Code != 0:
		return fmt.Sprintf("refused (%d)", a.Refused.Code)
	}
	return "refused"
}
