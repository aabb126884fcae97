package check

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/spec"
)

// A Step is one request with its answer, as they travel.
type Step struct {
	Handle string          `json:"handle,omitempty"`
	Verb   string          `json:"verb"`
	Args   json.RawMessage `json:"args,omitempty"`
	Events []adapter.Event `json:"events,omitempty"`
	Answer json.RawMessage `json:"answer,omitempty"`
	Error  string          `json:"error,omitempty"`
}

// An Outcome is what one check came to.
type Outcome struct {
	Check Check
	Rows  []Row // sorted by requirement
	Steps []Step
	// Asserted are the messages of the assertions that the check came to, sorted.
	Asserted []string
	// Points are the places of the check's sweep over the link, in its order.
	Points []Point
	// Units is the most units that it held at once.
	Units int
	// Unshown counts refusals whose reason the product did not show.
	Unshown int
	// Prompts counts what the operator was asked.
	Prompts int
	// Deferred says that nobody answered a prompt: a later run may judge it.
	Deferred bool
	// Attempts is more than 1 when the check was repeated, which only an
	// inconclusive verdict for want of an answer is.
	Attempts int
	// Fault is set when the adapter ended the check.
	Fault *adapter.Error
}

// Worst is the worst verdict among the rows.
func (o Outcome) Worst() Verdict {
	worst := NotRun
	for _, r := range o.Rows {
		worst = max(worst, r.Verdict)
	}
	return worst
}

// A recorder notes every step of a check.
type recorder struct {
	next  adapter.Adapter
	steps []Step
}

func (r *recorder) Do(ctx context.Context, q adapter.Request, on func(adapter.Event) adapter.Reply) (adapter.Answer, error) {
	step := Step{Handle: q.Handle, Verb: q.Verb.Name()}
	step.Args, _ = json.Marshal(q.Verb) // verb structs always marshal
	a, err := r.next.Do(ctx, q, func(e adapter.Event) adapter.Reply {
		if e.Progress == nil {
			step.Events = append(step.Events, e)
		}
		return on(e)
	})
	if err != nil {
		step.Error = err.Error()
	} else {
		step.Answer, _ = json.Marshal(a)
	}
	r.steps = append(r.steps, step)
	return a, err
}

// Run runs one check once, in the calling goroutine. It never panics: the
// harness's own fault is a verdict too.
func (e *Env) Run(ctx context.Context, c Check) Outcome {
	rec := &recorder{next: e.adapter}
	env := *e
	env.adapter = rec
	env.peer = e.newPeer() // its own for each check: what ran before changes nothing
	t := &T{
		ctx: ctx, env: &env, check: c,
		rand: rand.New(rand.NewChaCha8(seedOf(e.Seed, c.ID, ""))),
		rows: map[spec.ID]*Row{}, judge: map[spec.ID]bool{}, asserted: map[string]bool{},
	}
	t.guard(func() { c.Run(t) })
	if t.fault == nil && ctx.Err() == nil {
		t.guard(t.noCreation)
	}
	for _, id := range c.Cites {
		if t.rows[id] == nil && !t.judge[id] {
			t.worsen(id, Error, "harness: the check ended without judging it", "")
		}
		if t.rows[id] == nil {
			t.rows[id] = &Row{Check: c.ID, Requirement: id, Verdict: Pass}
		}
	}
	e.pool.release()
	o := Outcome{
		Check: c, Steps: rec.steps, Attempts: 1, Fault: t.fault, Asserted: slices.Sorted(maps.Keys(t.asserted)),
		Points: t.points, Units: t.most, Unshown: t.unshown, Prompts: t.prompts, Deferred: t.deferred,
	}
	for _, r := range t.rows {
		o.Rows = append(o.Rows, *r)
	}
	slices.SortFunc(o.Rows, func(a, b Row) int { return strings.Compare(string(a.Requirement), string(b.Requirement)) })
	return o
}

// guard runs a part of a check and turns a panic that is not a recorded end
// into the harness's own error.
func (t *T) guard(part func()) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		if _, recorded := v.(stop); recorded {
			return
		}
		where := "unknown place"
		if _, file, line, ok := runtime.Caller(3); ok {
			where = fmt.Sprintf("%s:%d", file[strings.LastIndexByte(file, '/')+1:], line)
		}
		for _, id := range t.check.Cites {
			t.worsen(id, Error, "harness: the check broke down", fmt.Sprintf("%v at %s", v, where))
		}
	}()
	part()
}

// A Restarter is an adapter that can be started again.
type Restarter interface {
	Restart(ctx context.Context) error
}

// maxFaults is how many faults of the adapter a run endures.
const maxFaults = 3

// maxRepeats bounds the repetitions of a check that had no answer.
const maxRepeats = 2

// A Campaign runs planned checks one at a time on one target.
type Campaign struct {
	Env *Env
	// Faults counts the adapter's faults, Repeats the repeated checks.
	Faults, Repeats int
	silent          int // checks in a row that ended without an answer
	// answered are the verbs that were answered in this run.
	answered map[string]bool
}

// Stopped says that the adapter can no longer be worked with.
func (c *Campaign) Stopped() bool { return c.Faults >= maxFaults || c.silent >= maxFaults }

// Run runs one check, starts the adapter again after a fault of its, and
// repeats the check where only an answer was missing. Where it is missing each
// time at one step, and that verb is answered elsewhere, the device hangs.
func (c *Campaign) Run(ctx context.Context, check Check) Outcome {
	var hung []string // the step at which each attempt ended
	for attempt := 1; ; attempt++ {
		o := c.Env.Run(ctx, check)
		o.Attempts = attempt
		c.note(o.Steps)
		if o.Fault == nil || ctx.Err() != nil {
			c.silent = 0
			return o
		}
		silent := o.Fault.Fault == adapter.FaultDeadline
		if !silent {
			c.Faults++
		}
		if err := c.restart(ctx); err != nil {
			c.Faults = maxFaults
			return o
		}
		if silent {
			hung = append(hung, lastStep(o.Steps))
		}
		if silent && attempt <= maxRepeats && !c.Stopped() && o.Worst() == Inconclusive {
			c.Repeats++
			continue
		}
		if silent {
			c.silent++
		}
		if len(hung) > maxRepeats && c.hangs(hung) {
			c.silent = 0
			o.hang(hung[0])
		}
		return o
	}
}

// Took notes the outcome of a check that was run elsewhere, on a target of the same
// kind, which was not at fault.
func (c *Campaign) Took(o Outcome) {
	c.note(o.Steps)
	c.silent = 0
}

// note remembers which verbs are answered.
func (c *Campaign) note(steps []Step) {
	if c.answered == nil {
		c.answered = map[string]bool{}
	}
	for _, s := range steps {
		if s.Error == "" {
			c.answered[s.Verb] = true
		}
	}
}

// lastStep names the step at which a check ended: its number and verb.
func lastStep(steps []Step) string {
	if len(steps) == 0 {
		return ""
	}
	return fmt.Sprintf("request %d, %s", len(steps), steps[len(steps)-1].Verb)
}

// hangs says whether all attempts ended at one step whose verb has an answer
// elsewhere in this run: then it is not the bench that is slow.
func (c *Campaign) hangs(at []string) bool {
	_, verb, _ := strings.Cut(at[0], ", ")
	return c.answered[verb] && len(slices.Compact(slices.Clone(at))) == 1
}

const hangMessage = "a device fell silent three times of three at a step whose twin answers"

// hang makes liveness fail.
func (o *Outcome) hang(step string) {
	row := Row{Check: o.Check.ID, Requirement: spec.ENC07, Verdict: Fail, Message: hangMessage, Observed: step}
	o.Rows = slices.DeleteFunc(o.Rows, func(r Row) bool { return r.Requirement == spec.ENC07 })
	o.Rows = append(o.Rows, row)
	slices.SortFunc(o.Rows, func(a, b Row) int { return strings.Compare(string(a.Requirement), string(b.Requirement)) })
}

// restart starts the adapter again and greets it.
func (c *Campaign) restart(ctx context.Context) error {
	r, ok := c.Env.adapter.(Restarter)
	if !ok {
		return nil
	}
	if err := r.Restart(ctx); err != nil {
		return err
	}
	c.Env.renew() // handles do not outlive a conversation
	_, err := c.Env.adapter.Do(ctx, adapter.Request{Verb: adapter.Hello{Versions: []int{adapter.Version}}}, ignoreEvents)
	return err
}
