package check_test

import (
	"context"
	"slices"
	"testing"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/spec"
)

// silence is a hang as the harness sees it: no answer within the deadline.
func silence(verb string) error {
	return &adapter.Error{Fault: adapter.FaultDeadline, Verb: verb, Detail: "no answer"}
}

// campaign runs two checks of which the second hangs as hangs says, by how often
// accept was asked in it.
func campaign(t *testing.T, hangs func(n int) bool) (check.Outcome, *check.Campaign) {
	t.Helper()
	p, err := spec.LoadProfile("reference")
	if err != nil {
		t.Fatal(err)
	}
	second, n := false, 0
	a := answering{closed(), func(q adapter.Request, a adapter.Answer, err error) (adapter.Answer, error) {
		if _, ok := q.Verb.(adapter.Accept); ok && second {
			n++
			if hangs(n) {
				return adapter.Answer{}, silence("accept")
			}
		}
		return a, err
	}}
	env, err := check.NewEnvWith(context.Background(), a, check.Options{Profile: p, Seed: 2})
	if err != nil {
		t.Fatal(err)
	}
	c := &check.Campaign{Env: env}
	var last check.Outcome
	for _, id := range []string{"PAY-01.exact", "DSP-05.replay"} {
		i := slices.IndexFunc(check.All(), func(c check.Check) bool { return c.ID == id })
		last = c.Run(context.Background(), check.All()[i])
		second = true
	}
	return last, c
}

func TestThreeHangsOfThreeFailLiveness(t *testing.T) {
	o, c := campaign(t, func(int) bool { return true })
	row := o.Rows[slices.IndexFunc(o.Rows, func(r check.Row) bool { return r.Requirement == spec.ENC07 })]
	if row.Verdict != check.Fail || o.Attempts != 3 || c.Repeats != 2 {
		t.Errorf("%+v after %d attempts, %d repeats; want ENC-07 failed after three", row, o.Attempts, c.Repeats)
	}
	for _, r := range o.Rows {
		if r.Requirement == spec.DSP05 && r.Verdict != check.Inconclusive {
			t.Errorf("a hang made DSP-05 %s", r.Verdict)
		}
	}
}

func TestAHangThatGoesAwayIsAFlake(t *testing.T) {
	o, c := campaign(t, func(n int) bool { return n == 1 })
	if o.Worst() != check.Pass || o.Attempts != 2 || c.Repeats != 1 {
		t.Errorf("%s after %d attempts, %d repeats; want a pass at the second", o.Worst(), o.Attempts, c.Repeats)
	}
}

func TestHangsAtDifferentStepsBlameNobody(t *testing.T) {
	// The first attempt hangs at the first accept, the next ones later.
	o, _ := campaign(t, func(n int) bool { return n == 1 || n == 3 || n == 6 })
	for _, r := range o.Rows {
		if r.Verdict == check.Fail {
			t.Errorf("%+v", r)
		}
	}
	if o.Worst() != check.Inconclusive || o.Attempts != 3 {
		t.Errorf("%s after %d attempts", o.Worst(), o.Attempts)
	}
}
