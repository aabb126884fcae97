package check

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/onsi/gomega"
	gomegatypes "github.com/onsi/gomega/types"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/provenance/chains"
	"github.com/assay-cbdc/assay/spec"
)

// A T is one running check: its units, its randomness and its three ways to
// end badly.
type T struct {
	ctx   context.Context
	env   *Env
	check Check
	rand  *rand.Rand
	rows  map[spec.ID]*Row
	judge map[spec.ID]bool
	// asserted are the messages of the assertions that the check came to.
	asserted map[string]bool

	ledger *Ledger
	units  []*Unit
	book   book
	made   int
	most   int // units held at once
	// chains makes the past of value under CHAIN provenance.
	chains *chains.Maker
	// points are the places of its sweep over the link.
	points []Point
	// unshown counts refusals that came without their reason.
	unshown int
	prompts int
	// today is how many epochs the ledger is past the profile's.
	today uint64
	// deferred says that nobody answered a prompt.
	deferred bool
	// transport says that the verdict is inconclusive because no answer came;
	// only that repeats.
	transport bool
	// fault is the adapter's, when it ended the check.
	fault *adapter.Error
}

// A Row is the verdict of a check on one requirement.
type Row struct {
	Check       string
	Requirement spec.ID
	Verdict     Verdict
	// Message is a constant of the check; Observed is what the device chose.
	Message  string
	Observed string
}

// stop unwinds a check whose end has been recorded.
type stop struct{}

// For starts an assertion about one requirement. The message says what is
// wrong when it does not hold; it is a constant of the check.
func (t *T) For(id spec.ID, message string) gomega.Gomega {
	if !slices.Contains(t.check.Cites, id) {
		t.harness(fmt.Sprintf("check %s judges %s, which it does not cite", t.check.ID, id))
	}
	t.judge[id] = true
	t.asserted[message] = true
	return gomega.NewGomega(func(observed string, _ ...int) {
		t.end(id, Fail, message, observed)
	})
}

// Control is a positive control: what has to work before a refusal means
// anything. When it does not, nothing can be concluded.
func (t *T) Control(a adapter.Answer, what string) *adapter.Result {
	if a.Done == nil {
		t.Inconclusive("positive control: "+what, Describe(a))
	}
	return a.Done
}

// Inconclusive ends the check without blaming anyone.
func (t *T) Inconclusive(reason, observed string) {
	t.endAll(Inconclusive, reason, observed)
}

// harness ends the check with the harness's own error.
func (t *T) harness(what string) {
	t.endAll(Error, "harness: "+what, "")
}

// end records a verdict on one requirement and ends the check; what else it
// cites is inconclusive.
func (t *T) end(id spec.ID, v Verdict, message, observed string) {
	for _, other := range t.check.Cites {
		if other != id {
			t.worsen(other, Inconclusive, "the check ended early, at another requirement", "")
		}
	}
	t.worsen(id, v, message, observed)
	panic(stop{})
}

func (t *T) endAll(v Verdict, message, observed string) {
	for _, id := range t.check.Cites {
		t.worsen(id, v, message, observed)
	}
	panic(stop{})
}

func (t *T) worsen(id spec.ID, v Verdict, message, observed string) {
	row := t.rows[id]
	if row == nil {
		row = &Row{Check: t.check.ID, Requirement: id}
		t.rows[id] = row
	}
	if v > row.Verdict {
		row.Verdict, row.Message, row.Observed = v, message, observed
	}
}

// A watch is told of what an adapter tells or asks before its answer.
type watch struct {
	shows func(adapter.Show)
	link  Link
}

// prompt hands a prompt to the operator.
func (t *T) prompt(text string) adapter.Reply {
	t.prompts++
	if t.env.Operator == nil {
		return adapter.Reply{Action: adapter.PromptAbsent}
	}
	return adapter.Reply{Action: t.env.Operator(text)}
}

func (t *T) doOn(on adapter.Adapter, handle string, v adapter.Verb, show watch) adapter.Answer {
	if err := t.ctx.Err(); err != nil {
		t.Inconclusive("interrupted", err.Error())
	}
	a, err := on.Do(t.ctx, adapter.Request{Handle: handle, Verb: v}, func(e adapter.Event) adapter.Reply {
		switch {
		case e.Show != nil && show.shows != nil:
			show.shows(*e.Show)
		case e.Frame != nil && show.link != nil:
			return show.link(*e.Frame)
		case e.Frame != nil:
			return adapter.Reply{Action: adapter.Deliver}
		case e.Prompt != nil:
			return t.prompt(e.Prompt.Text)
		}
		return adapter.Reply{}
	})
	if err == nil {
		return a
	}
	if t.ctx.Err() != nil {
		t.Inconclusive("interrupted", t.ctx.Err().Error())
	}
	var fault *adapter.Error
	if !errors.As(err, &fault) {
		fault = &adapter.Error{Fault: adapter.FaultHarness, Verb: v.Name(), Detail: err.Error()}
	}
	t.noAnswer(fault, v)
	return adapter.Answer{}
}

// noAnswer ends the check because an answer is missing: a deadline and an absent
// operator blame no one, a claimed capability that is not served is the
// product's failure, everything else the adapter's error.
func (t *T) noAnswer(fault *adapter.Error, v adapter.Verb) {
	if capability := t.claimed(v); fault.Fault == adapter.FaultUnsupported && capability != "" {
		if capability.Bench() {
			t.Inconclusive("a rig that the bench claims is not served", string(capability)+", by "+v.Name())
		}
		t.endAll(Fail, unservedMessage, string(capability)+", by "+v.Name())
	}
	if fault.Fault == adapter.FaultAbsent {
		t.deferred = true
		t.Inconclusive("nobody answered a prompt", fault.Detail)
	}
	t.fault = fault
	switch fault.Fault {
	case adapter.FaultDeadline:
		t.transport = true
		t.endAll(Inconclusive, "no answer within the deadline of "+v.Name(), fault.Detail)
	case adapter.FaultHarness:
		t.harness(fault.Error())
	default:
		t.endAll(Error, "adapter: "+string(fault.Fault)+" in "+v.Name(), fault.Detail)
	}
}

const unservedMessage = "a capability is claimed and not served"

// claimed is the capability that serves a verb, if the product claims it.
func (t *T) claimed(v adapter.Verb) adapter.Capability {
	c := adapter.CapabilityOf(v)
	if c == "" || !t.Has(c) {
		return ""
	}
	return c
}

// Refused matches a refusal. In class RP its code must be one of codes; in
// class BH the positive twin beside it carries the proof that the device can
// say yes, and the ICS says what its own codes mean.
func (t *T) Refused(codes ...spec.Code) gomegatypes.GomegaMatcher {
	return &refused{t, codes}
}

// meant says whether a refusal of class BH can be one with a code of those
// expected. A code of the vendor's that the ICS does not map says nothing.
func (t *T) meant(r *adapter.Refusal, codes []spec.Code) bool {
	if len(codes) == 0 {
		return true
	}
	if t.env.product == nil || len(t.env.product.Refusals) == 0 {
		t.unshown++
		return true
	}
	set, mapped := t.env.product.Means(r.Vendor)
	if !mapped {
		t.Inconclusive("the vendor's refusal code is mapped in the ICS", fmt.Sprintf("code %q is not", r.Vendor))
	}
	if len(set) > 1 {
		t.unshown++
	}
	return slices.ContainsFunc(set, func(c spec.Code) bool { return slices.Contains(codes, c) })
}

// Has says whether the adapter serves a capability.
func (t *T) Has(c adapter.Capability) bool { return t.env.Has(c) }

// Profile is the run's profile.
func (t *T) Profile() *spec.Profile { return t.env.Profile }

// Sample draws at most n of total places: all of them, in order, when n is not
// below total; otherwise the last one and others by the run's seed.
func (t *T) Sample(total, n int) []int {
	if t.env.Exchanges > 0 {
		n = min(n, t.env.Exchanges)
	}
	all := t.rand.Perm(total)
	if n >= total {
		slices.Sort(all)
		return all
	}
	all = all[:n]
	if n > 0 && !slices.Contains(all, total-1) {
		all[0] = total - 1
	}
	slices.Sort(all)
	return all
}
