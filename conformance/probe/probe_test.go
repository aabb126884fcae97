package probe_test

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/probe"
	"github.com/assay-cbdc/assay/conformance/stdio"
	"github.com/assay-cbdc/assay/conformance/stdio/broken"
	"github.com/assay-cbdc/assay/spec"
)

// TestMain makes this binary a broken adapter when its first argument is
// "child:WAY".
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		if way, child := strings.CutPrefix(os.Args[1], "child:"); child {
			os.Exit(broken.Run(broken.Way(way), os.Stdin, os.Stdout, os.Stderr))
		}
	}
	os.Exit(m.Run())
}

func reference(t *testing.T) *spec.Profile {
	t.Helper()
	p, err := spec.LoadProfile("reference")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// check runs a whole check and holds its report against the schema.
func check(t *testing.T, a adapter.Adapter) probe.Report {
	t.Helper()
	r := probe.Check(t.Context(), a, reference(t))
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := spec.Validate(probe.Schema, text); err != nil {
		t.Errorf("%s\nbreaks its schema: %v", text, err)
	}
	return r
}

func command(t *testing.T, argv ...string) *stdio.Client {
	t.Helper()
	c, err := stdio.Start(t.Context(), argv, stdio.Options{
		Deadline: func(string) time.Duration { return 5 * time.Second }, Line: 1 << 20,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestPythonTemplatePasses(t *testing.T) {
	r := check(t, command(t, "python3", "../example/python/wallet.py"))
	if !r.OK {
		t.Errorf("the template fails:\n%s", text(t, r))
	}
	source, err := os.ReadFile("../example/python/wallet.py")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(source), "\n"); n >= 100 {
		t.Errorf("the template has %d lines; want less than 100", n)
	}
}

func text(t *testing.T, r probe.Report) string {
	t.Helper()
	var b strings.Builder
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestBrokenAdaptersFailWithAdvice(t *testing.T) {
	for _, tt := range []struct {
		way        broken.Way
		step, next string
	}{
		{broken.DiesAtStart, "hello", "Keep the process running"},
		{broken.Silent, "hello", "flush standard output"},
		{broken.Babbles, "hello", "logs go to standard error"},
		{broken.Floods, "hello", "below 16 MiB"},
		{broken.Events, "hello", "bounded number of events"},
		{broken.WrongID, "hello", "Repeat the number"},
		{broken.DiesLater, "version", "Keep the process running"},
	} {
		t.Run(string(tt.way), func(t *testing.T) {
			t.Parallel()
			r := check(t, command(t, os.Args[0], "child:"+string(tt.way)))
			wantFailure(t, r, tt.step, tt.next)
			if r.Counts.NotReached == 0 {
				t.Errorf("every step was reached after the adapter had ended:\n%s", text(t, r))
			}
		})
	}
}

func wantFailure(t *testing.T, r probe.Report, name, next string) {
	t.Helper()
	if r.OK {
		t.Errorf("the check passes:\n%s", text(t, r))
	}
	for _, s := range r.Steps {
		if s.Outcome == probe.Failed && s.Name == name && strings.Contains(s.Next, next) {
			return
		}
	}
	t.Errorf("step %q did not fail with the advice %q:\n%s", name, next, text(t, r))
}

// A careless adapter breaks one rule that only this check looks at.
type careless struct {
	adapter.Adapter
	wrong func(adapter.Request, func() (adapter.Answer, error)) (adapter.Answer, error)
}

func (c careless) Do(ctx context.Context, r adapter.Request, on func(adapter.Event) adapter.Reply) (adapter.Answer, error) {
	return c.wrong(r, func() (adapter.Answer, error) { return c.Adapter.Do(ctx, r, on) })
}

type wrong = func(adapter.Request, func() (adapter.Answer, error)) (adapter.Answer, error)

var done = adapter.Answer{Done: &adapter.Result{}}

// claims adds a capability to hello.
func claims(c adapter.Capability) wrong {
	return func(_ adapter.Request, do func() (adapter.Answer, error)) (adapter.Answer, error) {
		a, err := do()
		if err == nil && a.Done != nil && a.Done.Hello != nil {
			a.Done.Hello.Capabilities = append(a.Done.Hello.Capabilities, c)
		}
		return a, err
	}
}

// says answers one verb without carrying it out.
func says(verb string, a adapter.Answer) wrong {
	return func(r adapter.Request, do func() (adapter.Answer, error)) (adapter.Answer, error) {
		if r.Verb.Name() == verb {
			return a, nil
		}
		return do()
	}
}

// neverRefuses turns each refusal into done, but for versions.
func neverRefuses(r adapter.Request, do func() (adapter.Answer, error)) (adapter.Answer, error) {
	a, err := do()
	if a.Refused != nil && r.Verb.Name() != "hello" {
		return done, nil
	}
	return a, err
}

func TestCarelessAdaptersAreFound(t *testing.T) {
	nothing := adapter.Answer{Done: &adapter.Result{Value: &adapter.Value{}}}
	for _, tt := range []struct {
		name       string
		wrong      wrong
		step, next string
	}{
		{"yes to an unknown verb", says("no-such-verb", done), "unknown-verb", "unsupported"},
		{"one handle for all", says("create", adapter.Answer{Done: &adapter.Result{Handle: "u1"}}), "create", "handle of its own"},
		{"query of any unit", says("query", nothing), "unknown-unit", "handle that create"},
		{"no effect", says("fund", done), "fund", "after the verb has had its effect"},
		{"no payment", says("pay", adapter.Answer{Refused: &adapter.Refusal{Vendor: "no"}}), "pay split", "ordinary payment"},
		{"no identity", says("hello", done), "hello", "hello"},
		{"no refusal", neverRefuses, "refuse", "when the product says no"},
		{"a claim", claims(adapter.CapPowerCycle), "capability power-cycle", "do not claim"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := careless{command(t, "python3", "../example/python/wallet.py"), tt.wrong}
			wantFailure(t, check(t, c), tt.step, tt.next)
		})
	}
}
