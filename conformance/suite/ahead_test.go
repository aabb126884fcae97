package suite

import (
	"context"
	"reflect"
	"sync/atomic"
	"testing"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/mutant"
	"github.com/assay-cbdc/assay/conformance/simulator"
)

// TestAloneIsAsInTheRow compares what checks come to one after the other on one
// target, and each on a target of its own, for a right device and a wrong one.
func TestAloneIsAsInTheRow(t *testing.T) {
	wrong, ok := mutant.Lookup("accepts-any-sum")
	if !ok {
		t.Fatal("the mutant is not there")
	}
	for name, anew := range map[string]func() adapter.Adapter{
		"reference": func() adapter.Adapter { return simulator.New(simulator.Options{}) },
		wrong.Name:  wrong.Adapter,
	} {
		r, err := planned(t, 4, NewJournal(t.TempDir(), false))
		if err != nil {
			t.Fatal(err)
		}
		ctx := context.Background()
		if r.env, err = r.env.On(ctx, newTimed(anew())); err != nil {
			t.Fatal(err)
		}
		r.Anew, r.campaign.Env = anew, r.env
		jobs := r.findings(ctx)
		if len(jobs) != len(r.plan.Checks) {
			t.Fatalf("%s: %d of %d checks can be run ahead", name, len(jobs), len(r.plan.Checks))
		}
		ahead(ctx, jobs)()
		for _, c := range r.plan.Checks {
			want, got := r.campaign.Run(ctx, c), r.judge(ctx, c)
			if !reflect.DeepEqual(got.Rows, want.Rows) || len(got.Steps) != len(want.Steps) {
				t.Errorf("%s: %s is %+v after %d steps, in the row %+v after %d", name, c.ID, got.Rows, len(got.Steps), want.Rows, len(want.Steps))
			}
		}
	}
}

// TestEachJobIsDoneOnce has its specs wait for what others do.
func TestEachJobIsDoneOnce(t *testing.T) {
	var done atomic.Int64
	var jobs []*job
	for range 500 {
		jobs = append(jobs, newJob(func() { done.Add(1) }))
	}
	wait := ahead(context.Background(), jobs)
	for i, j := range jobs {
		if j.do(); done.Load() == 0 {
			t.Fatalf("job %d was not waited for", i)
		}
	}
	wait()
	if done.Load() != int64(len(jobs)) {
		t.Errorf("%d jobs were done %d times", len(jobs), done.Load())
	}
}
