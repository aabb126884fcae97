package suite

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/reports"
	"github.com/assay-cbdc/assay/spec"
)

// planned is a run that has not begun, below Ginkgo.
func planned(t *testing.T, seed uint64, j *Journal) (*run, error) {
	t.Helper()
	p, err := spec.LoadProfile("reference")
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Adapter: simulator.New(simulator.Options{}), Options: check.Options{Profile: p, Seed: seed}, Journal: j, Exchanges: 3}
	timed := newTimed(o.Adapter)
	env, err := check.NewEnvWith(context.Background(), timed, o.Options)
	if err != nil {
		t.Fatal(err)
	}
	env.Exchanges = o.Exchanges
	r := &run{Options: o, env: env, plan: env.Plan(check.All(), nil), campaign: check.Campaign{Env: env}, timed: timed}
	r.plan.Checks = r.plan.Checks[:12]
	r.earlier, err = j.begin(r.journalHeader(), r.plan.Checks)
	return r, err
}

// until runs checks up to n, or all of them.
func (r *run) until(t *testing.T, n int) *reports.Report {
	t.Helper()
	for i, c := range r.plan.Checks {
		if i == n {
			break
		}
		o, done := r.earlier[c.ID]
		if !done {
			o = r.campaign.Run(context.Background(), c)
			if err := r.Journal.keep(o); err != nil {
				t.Fatal(err)
			}
		}
		r.outcomes = append(r.outcomes, o)
	}
	return r.result(context.Background()).Report
}

func coreOf(t *testing.T, r *reports.Report) string {
	t.Helper()
	b, err := reports.Canonical(r.Core)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestResumedRunIsTheUnbrokenOne stops a run at five places, once in the middle
// of a line, and goes on with it.
func TestResumedRunIsTheUnbrokenOne(t *testing.T) {
	whole, err := planned(t, 4, NewJournal(t.TempDir(), false))
	if err != nil {
		t.Fatal(err)
	}
	want := coreOf(t, whole.until(t, len(whole.plan.Checks)))
	for _, stop := range []int{0, 1, 5, 8, 11} {
		dir := t.TempDir()
		first, err := planned(t, 4, NewJournal(dir, false))
		if err != nil {
			t.Fatal(err)
		}
		first.until(t, stop)
		path := filepath.Join(dir, JournalFile)
		if stop == 8 { // power was lost while a line was written
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, text[:len(text)-100], 0o600); err != nil {
				t.Fatal(err)
			}
		}
		again, err := planned(t, 4, NewJournal(dir, true))
		if err != nil {
			t.Fatal(err)
		}
		if n := len(again.earlier); (stop == 8 && n != 7) || (stop != 8 && n != stop) {
			t.Errorf("stopped after %d checks: %d stand", stop, n)
		}
		if got := coreOf(t, again.until(t, len(again.plan.Checks))); got != want {
			t.Errorf("stopped after %d checks and resumed: the core differs", stop)
		}
	}
}

func TestAnotherRunIsNotResumed(t *testing.T) {
	dir := t.TempDir()
	if _, err := planned(t, 4, NewJournal(dir, true)); err == nil || !strings.Contains(err.Error(), "no run to resume") {
		t.Errorf("without a journal: %v", err)
	}
	if _, err := planned(t, 4, NewJournal(dir, false)); err != nil {
		t.Fatal(err)
	}
	if _, err := planned(t, 5, NewJournal(dir, true)); err == nil || !strings.Contains(err.Error(), "another seed") {
		t.Errorf("with another seed: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, JournalFile), []byte("{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := planned(t, 4, NewJournal(dir, true)); err == nil || !strings.Contains(err.Error(), "no journal of this version") {
		t.Errorf("with another file: %v", err)
	}
}

// TestWhatStands holds that a failure is never run away, and that what had no
// answer is run again.
func TestWhatStands(t *testing.T) {
	row := func(v check.Verdict, message string) []check.Row {
		return []check.Row{{Check: "X", Requirement: spec.PAY01, Verdict: v, Message: message}}
	}
	for _, c := range []struct {
		name string
		e    entry
		want bool
	}{
		{"a pass", entry{Rows: row(check.Pass, "")}, true},
		{"a failure", entry{Rows: row(check.Fail, "wrong")}, true},
		{"a failure and then a fault", entry{Rows: row(check.Fail, "wrong"), Fault: string(adapter.FaultDied)}, true},
		{"inconclusive by its reason", entry{Rows: row(check.Inconclusive, "positive control")}, true},
		{"no answer", entry{Rows: row(check.Inconclusive, "no answer"), Fault: string(adapter.FaultDeadline)}, false},
		{"a dead reader", entry{Rows: row(check.Error, "adapter"), Fault: string(adapter.FaultDied)}, false},
		{"nobody there", entry{Rows: row(check.Inconclusive, "prompt"), Deferred: true}, false},
		{"interrupted", entry{Rows: row(check.Inconclusive, "interrupted")}, false},
	} {
		if got := c.e.stands(); got != c.want {
			t.Errorf("%s stands: %v, want %v", c.name, got, c.want)
		}
	}
}
