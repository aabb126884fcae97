package adapter_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/assay-cbdc/assay/conformance/adapter"
)

// scripted answers each verb as its table says.
type scripted map[string]func(on func(adapter.Event) adapter.Reply) adapter.Result

func (s scripted) Do(_ context.Context, r adapter.Request, on func(adapter.Event) adapter.Reply) (adapter.Answer, error) {
	result := s[r.Verb.Name()](on)
	return adapter.Answer{Done: &result}, nil
}

func frames(of ...adapter.Frame) func(func(adapter.Event) adapter.Reply) adapter.Result {
	return func(on func(adapter.Event) adapter.Reply) adapter.Result {
		for _, f := range of {
			on(adapter.Event{Frame: &f})
		}
		return adapter.Result{}
	}
}

func handle(h string) func(func(adapter.Event) adapter.Reply) adapter.Result {
	return func(func(adapter.Event) adapter.Reply) adapter.Result { return adapter.Result{Handle: h} }
}

// TestStrictRefuses has each fault beside its right twin.
func TestStrictRefuses(t *testing.T) {
	good := adapter.Frame{From: adapter.Payer, Number: 1}
	create := adapter.Request{Verb: adapter.Create{Role: adapter.RoleDevice}}
	transfer := adapter.Request{Handle: "a", Verb: adapter.Transfer{Payee: "b"}}
	query := adapter.Request{Handle: "a", Verb: adapter.Query{}}
	for _, c := range []struct {
		name  string
		a     scripted
		asked []adapter.Request
		want  string
	}{
		{"two units, two handles", scripted{"create": func() func(func(adapter.Event) adapter.Reply) adapter.Result {
			n := 0
			return func(func(adapter.Event) adapter.Reply) adapter.Result {
				n++
				return adapter.Result{Handle: strings.Repeat("u", n)}
			}
		}()}, []adapter.Request{create, create}, ""},
		{"two units, one handle", scripted{"create": handle("u")}, []adapter.Request{create, create}, "gave the handle \"u\" twice"},
		{"one handle in two conversations", scripted{"create": handle("u"), "hello": frames()}, []adapter.Request{create, {Verb: adapter.Hello{}}, create}, ""},
		{"answers for itself", scripted{"query": handle("a")}, []adapter.Request{query}, ""},
		{"answers for another unit", scripted{"query": handle("b")}, []adapter.Request{query}, "the unit \"a\" was asked and \"b\" answered"},
		{"a frame of a transfer", scripted{"transfer": frames(good)}, []adapter.Request{transfer}, ""},
		{"a frame of a query", scripted{"query": frames(good)}, []adapter.Request{query}, "an event frame in query"},
		{"a number left out", scripted{"transfer": frames(good, adapter.Frame{From: adapter.Payee, Number: 3})}, []adapter.Request{transfer}, "frame 3 where frame 2 was due"},
		{"nobody's frame", scripted{"transfer": frames(adapter.Frame{From: "relay", Number: 1})}, []adapter.Request{transfer}, "a frame from \"relay\""},
	} {
		a := adapter.Strict(c.a)
		var err error
		for _, q := range c.asked {
			_, err = a.Do(context.Background(), q, func(adapter.Event) adapter.Reply { return adapter.Reply{} })
		}
		fault, _ := errors.AsType[*adapter.Error](err)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.want != "" && (fault == nil || fault.Fault != adapter.FaultMalformed || !strings.Contains(fault.Detail, c.want)):
			t.Errorf("%s: %v, want malformed: %s", c.name, err, c.want)
		}
	}
}
