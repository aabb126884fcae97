package check_test

import (
	"context"
	"testing"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/conformance/disguise"
	"github.com/assay-cbdc/assay/conformance/ics"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/spec"
)

// answering changes the answers of an adapter.
type answering struct {
	next   adapter.Adapter
	change func(adapter.Request, adapter.Answer, error) (adapter.Answer, error)
}

func (a answering) Do(ctx context.Context, q adapter.Request, on func(adapter.Event) adapter.Reply) (adapter.Answer, error) {
	answer, err := a.next.Do(ctx, q, on)
	return a.change(q, answer, err)
}

// one runs one check on an adapter.
func one(t *testing.T, a adapter.Adapter, id string, o check.Options) check.Outcome {
	t.Helper()
	p, err := spec.LoadProfile("reference")
	if err != nil {
		t.Fatal(err)
	}
	o.Profile, o.Seed = p, 9
	env, err := check.NewEnvWith(context.Background(), a, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range check.All() {
		if c.ID == id {
			return env.Run(context.Background(), c)
		}
	}
	t.Fatalf("there is no check %s", id)
	return check.Outcome{}
}

func closed() adapter.Adapter {
	return disguise.Closed(simulator.New(simulator.Options{}))
}

// coded gives every refusal a code of the vendor's.
func coded(code string) adapter.Adapter {
	return answering{closed(), func(_ adapter.Request, a adapter.Answer, err error) (adapter.Answer, error) {
		if a.Refused != nil {
			a.Refused = &adapter.Refusal{Vendor: code, Message: a.Refused.Message}
		}
		return a, err
	}}
}

func statement(refusals map[string][]ics.Refusal) *ics.ICS {
	h, err := closed().Do(context.Background(), adapter.Request{Verb: adapter.Hello{Versions: []int{1}}}, nil)
	if err != nil {
		return nil
	}
	i, _ := ics.FromHello(*h.Done.Hello)
	i.Refusals = refusals
	return i
}

// TestRefusalMap judges one refusal under different statements of what the
// vendor's code means.
func TestRefusalMap(t *testing.T) {
	for _, c := range []struct {
		name     string
		refusals map[string][]ics.Refusal
		want     check.Verdict
		unshown  bool
	}{
		{"no map: the twin carries the proof", nil, check.Pass, true},
		{"mapped to the right code", map[string][]ics.Refusal{"NO": {ics.Refusal(spec.EFunds)}}, check.Pass, false},
		{"mapped to several", map[string][]ics.Refusal{"NO": {ics.Refusal(spec.EFunds), ics.Refusal(spec.ELogFull)}}, check.Pass, true},
		{"mapped to another", map[string][]ics.Refusal{"NO": {ics.Refusal(spec.ELogFull)}}, check.Fail, false},
		{"not mapped", map[string][]ics.Refusal{"OTHER": {ics.Refusal(spec.EFunds)}}, check.Inconclusive, false},
	} {
		o := one(t, coded("NO"), "PAY-02.overspend", check.Options{ICS: statement(c.refusals)})
		if o.Worst() != c.want || (o.Unshown > 0) != c.unshown {
			t.Errorf("%s: %s with %d reasons not shown, want %s: %+v", c.name, o.Worst(), o.Unshown, c.want, o.Rows)
		}
	}
}

// TestUnserved tells a product that does not serve what it claims from a bench
// that does not, and both from an adapter without a basic verb.
func TestUnserved(t *testing.T) {
	not := func(verb string) adapter.Adapter {
		return answering{closed(), func(q adapter.Request, a adapter.Answer, err error) (adapter.Answer, error) {
			if q.Verb.Name() == verb {
				return adapter.Answer{}, &adapter.Error{Fault: adapter.FaultUnsupported, Verb: verb}
			}
			return a, err
		}}
	}
	for _, c := range []struct {
		verb, check string
		want        check.Verdict
	}{
		{"resend", "ATO-06.lost-receipt", check.Fail},
		{"power-cycle", "ATO-03.debit-first", check.Inconclusive},
		{"fund-request", "PAY-01.exact", check.Fail},
		{"create", "PAY-01.exact", check.Error},
	} {
		if o := one(t, not(c.verb), c.check, check.Options{}); o.Worst() != c.want {
			t.Errorf("without %s: %s, want %s: %+v", c.verb, o.Worst(), c.want, o.Rows)
		}
	}
}

// TestAbsentOperator defers a check that nobody answers, and goes on with one
// who does.
func TestAbsentOperator(t *testing.T) {
	asks := func() adapter.Adapter { return prompting{closed()} }
	o := one(t, asks(), "PAY-01.exact", check.Options{})
	if o.Worst() != check.Inconclusive || !o.Deferred || o.Fault != nil {
		t.Errorf("nobody there: %s, deferred %v, fault %v", o.Worst(), o.Deferred, o.Fault)
	}
	o = one(t, asks(), "PAY-01.exact", check.Options{Operator: func(string) adapter.Action { return adapter.PromptDone }})
	if o.Worst() != check.Pass || o.Prompts == 0 {
		t.Errorf("somebody there: %s after %d prompts", o.Worst(), o.Prompts)
	}
}

// prompting asks an operator before each payment.
type prompting struct{ next adapter.Adapter }

func (p prompting) Do(ctx context.Context, q adapter.Request, on func(adapter.Event) adapter.Reply) (adapter.Answer, error) {
	if _, ok := q.Verb.(adapter.Pay); ok {
		if on(adapter.Event{Prompt: &adapter.Prompt{Text: "tap the card"}}).Action != adapter.PromptDone {
			return adapter.Answer{}, &adapter.Error{Fault: adapter.FaultAbsent, Verb: "pay", Detail: "nobody tapped the card"}
		}
	}
	return p.next.Do(ctx, q, on)
}

// TestScaledProduct judges a product that pays whole units alone.
func TestScaledProduct(t *testing.T) {
	hundred := uint64(100)
	i := statement(nil)
	i.Amounts.Step = &hundred
	whole := answering{closed(), func(q adapter.Request, a adapter.Answer, err error) (adapter.Answer, error) {
		if v, ok := q.Verb.(adapter.Pay); ok && a.Done != nil && v.Amount%100 != 0 {
			t.Errorf("it was asked to pay %d", v.Amount)
		}
		return a, err
	}}
	for _, id := range []string{"PAY-01.exact", "PAY-02.overspend", "LIM-01.max-tx", "LIM-02.holding", "FND-03.head-room", "INV-02.pay-out"} {
		if o := one(t, whole, id, check.Options{ICS: i}); o.Worst() != check.Pass {
			t.Errorf("%s: %+v", id, o.Rows)
		}
	}
}
