package simulator_test

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/probe"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/conformance/stdio"
	"github.com/assay-cbdc/assay/spec"
)

// TestMain makes this binary the simulator on standard input and output when
// its first argument is "child:serve".
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "child:serve" {
		if err := stdio.Serve(context.Background(), simulator.New(simulator.Options{}), os.Stdin, os.Stdout); err != nil {
			panic(err)
		}
		return
	}
	os.Exit(m.Run())
}

func reference(t testing.TB) *spec.Profile {
	t.Helper()
	p, err := spec.LoadProfile("reference")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestKeepsTheContract(t *testing.T) {
	child, err := stdio.Start(t.Context(), []string{os.Args[0], "child:serve"}, stdio.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = child.Close() }()
	for name, a := range map[string]adapter.Adapter{"in process": simulator.New(simulator.Options{}), "child": child} {
		t.Run(name, func(t *testing.T) {
			r := probe.Check(t.Context(), a, reference(t))
			var unclaimed []string
			for _, s := range r.Steps {
				if s.Outcome == probe.NotClaimed {
					unclaimed = append(unclaimed, s.Name)
				}
			}
			// Other shapes, the kit, and the rigs of a link are for products that the
			// suite does not drive message by message.
			want := []string{"pay hooked", "pay sealed", "lose a frame", "capability cut-message", "capability cut-time", "kit"}
			if !r.OK || !slices.Equal(unclaimed, want) {
				var b strings.Builder
				_ = r.Write(&b)
				t.Errorf("the check of the adapter fails, or leaves capabilities out:\n%s", b.String())
			}
		})
	}
}

// A recorder notes every request with its events and its answer.
type recorder struct {
	adapter.Adapter
	lines []string
}

func (r *recorder) Do(ctx context.Context, q adapter.Request, on func(adapter.Event) adapter.Reply) (adapter.Answer, error) {
	note := func(l adapter.Line) {
		l.ID = uint64(len(r.lines) + 1)
		text, err := l.Append(nil)
		if err != nil {
			panic(err)
		}
		r.lines = append(r.lines, string(text))
	}
	note(adapter.Line{Request: &q})
	answer, err := r.Adapter.Do(ctx, q, func(e adapter.Event) adapter.Reply {
		note(adapter.Line{Event: &e})
		return on(e)
	})
	if err != nil {
		note(adapter.Line{Error: adapter.ReportOf(err)})
	} else {
		note(adapter.Line{Answer: &answer})
	}
	return answer, err
}

// Every verb, twice from one seed, gives the same bytes, in process and through
// a child.
func TestSameRequestsGiveTheSameBytes(t *testing.T) {
	child, err := stdio.Start(t.Context(), []string{os.Args[0], "child:serve"}, stdio.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = child.Close() }()
	one := record(t, simulator.New(simulator.Options{}))
	if len(one) < 100 {
		t.Fatalf("%d lines were recorded; want a whole check", len(one))
	}
	for name, other := range map[string]adapter.Adapter{"in process": simulator.New(simulator.Options{}), "child": child} {
		two := record(t, other)
		if len(one) != len(two) {
			t.Fatalf("%s: %d lines, then %d", name, len(one), len(two))
		}
		for i, line := range one {
			// The message of an adapter's own error is for people.
			if line != two[i] && !strings.Contains(line, `"error"`) {
				t.Fatalf("%s: line %d differs:\n%s%s", name, i+1, line, two[i])
			}
		}
	}
}

func record(t *testing.T, a adapter.Adapter) []string {
	t.Helper()
	r := &recorder{Adapter: a}
	probe.Check(t.Context(), r, reference(t))
	return r.lines
}

func TestProfileIsNeeded(t *testing.T) {
	s := simulator.New(simulator.Options{})
	for _, profile := range []json.RawMessage{nil, json.RawMessage(`{"epoch":"soon"}`)} {
		_, err := s.Do(t.Context(), adapter.Request{Verb: adapter.Create{Role: adapter.RoleDevice, Profile: profile}}, nil)
		if err == nil || !strings.Contains(err.Error(), "profile") {
			t.Errorf("create with the profile %q: %v; want an error that names the profile", profile, err)
		}
	}
}
