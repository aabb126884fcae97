package suite

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/check"
)

// A job is work that a spec waits for. Whoever claims it does it.
type job struct {
	claimed atomic.Bool
	done    chan struct{}
	work    func()
}

func newJob(work func()) *job { return &job{done: make(chan struct{}), work: work} }

// do does the job, or waits for the one who does it.
func (j *job) do() {
	if !j.claimed.CompareAndSwap(false, true) {
		<-j.done
		return
	}
	defer close(j.done)
	j.work()
}

// ahead does jobs in their order on every processor, until the context ends. Ginkgo
// runs one spec at a time; what its specs wait for need not. It returns at once;
// wait returns when nothing is done any more.
func ahead(ctx context.Context, jobs []*job) (wait func()) {
	var all sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for _, j := range jobs {
				if ctx.Err() != nil {
					return
				}
				if !j.claimed.Load() {
					j.do()
				}
			}
		})
	}
	return all.Wait
}

// verdicts are what is wrong with the entries of a table.
type verdicts struct {
	*job
	table Table
	wrong []error
}

// tables are the verdicts on the tables that a run judges by, and the work behind
// them.
func (r *run) tables(filter func(labels []string) bool) (all []*verdicts, jobs []*job, err error) {
	if r.Vectors == nil || !r.env.RP() || (filter != nil && !filter([]string{vectorsLabel})) {
		return nil, nil, nil
	}
	tables, err := r.Vectors()
	for _, t := range tables {
		v := &verdicts{table: t, wrong: make([]error, len(t.Entries))}
		v.job = newJob(func() {
			for i := range t.Entries {
				v.wrong[i] = t.Entries[i].judge()
			}
		})
		all, jobs = append(all, v), append(jobs, v.job)
	}
	return all, jobs, err
}

const vectorsLabel = "vectors"

// of is what is wrong with an entry, nil if nothing.
func (v *verdicts) of(i int) error {
	v.do()
	return v.wrong[i]
}

// judge is the entry's check; one that breaks down is wrong too.
func (e Entry) judge() (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("harness: it broke down: %v", v)
		}
	}()
	return e.Check()
}

// A finding is what was found ahead of a spec.
type finding struct {
	*job
	outcome *check.Outcome // nil: the check has to be run after all
}

// findings are the checks of the plan, each on a target of its own, by their IDs.
// There are none where the target cannot be made anew, or where its units are used
// check after check.
func (r *run) findings(ctx context.Context) (jobs []*job) {
	r.found = map[string]*finding{}
	if r.Anew == nil || r.Options.Ledger != nil || r.Options.Peer != nil || !r.env.MakesUnits() {
		return nil
	}
	for _, c := range r.plan.Checks {
		if _, done := r.earlier[c.ID]; done {
			continue
		}
		f := &finding{}
		f.job = newJob(func() { f.outcome = r.alone(ctx, c) })
		r.found[c.ID] = f
		jobs = append(jobs, f.job)
	}
	return jobs
}

// alone runs a check on a target that nothing else uses. It has no outcome when the
// target was at fault: then the campaign runs it, and counts the fault.
func (r *run) alone(ctx context.Context, c check.Check) *check.Outcome {
	own := newTimed(r.Anew())
	env, err := r.env.On(ctx, own)
	if err != nil {
		return nil
	}
	o := env.Run(ctx, c)
	if o.Fault != nil || ctx.Err() != nil {
		return nil
	}
	r.timed.add(own)
	return &o
}

// judge runs a check, or takes what was found of it.
func (r *run) judge(ctx context.Context, c check.Check) check.Outcome {
	if f := r.found[c.ID]; f != nil {
		if f.do(); f.outcome != nil {
			r.campaign.Took(*f.outcome)
			return *f.outcome
		}
	}
	return r.campaign.Run(ctx, c)
}

// oneAtATime lets an operator answer one prompt after the other.
func oneAtATime(operator func(string) adapter.Action) func(string) adapter.Action {
	if operator == nil {
		return nil
	}
	var mutex sync.Mutex
	return func(prompt string) adapter.Action {
		mutex.Lock()
		defer mutex.Unlock()
		return operator(prompt)
	}
}
