// Package suite runs the checks of package check as a Ginkgo suite and gathers
// their report.
//
// It is the only package that imports Ginkgo, whose RunSpecs can run once in a
// process: mutants, replays and shrinking call the checks without it.
package suite

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/formatter"
	"github.com/onsi/ginkgo/v2/types"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/reports"
)

// Options say what is run.
type Options struct {
	Adapter adapter.Adapter
	// Anew makes another target of the same kind in this process, on which checks may
	// run side by side; nil where there is one alone.
	Anew   func() adapter.Adapter
	Target string // as the user named it, for the report and the replay command
	check.Options
	// Files are the digests of ICS and IXIT; empty: hello was believed.
	Files Files
	// Level is how much is run; empty: all of it.
	Level reports.Level
	// Command is how the run was asked for, kept in the journal.
	Command json.RawMessage
	// Journal keeps each finished check; nil keeps none.
	Journal   *Journal
	Filter    string // a Ginkgo label filter; empty selects everything
	Exchanges int
	// Detect tells the detection power of the checks that came to a verdict.
	Detect func(*check.Env, check.Plan) reports.Detection
	// Vectors are the tables of published vectors by which the harness judges in class
	// RP: it does not judge by vectors that it disagrees with itself. They have the
	// label vectors; a filter that does not select it leaves them out.
	Vectors func() ([]Table, error)
	// Progress is told of each check before it runs.
	Progress func(done, of int, next check.Check)
}

// A Table is a group of vectors.
type Table struct {
	Name    string
	Entries []Entry
}

// An Entry is one vector; Check returns what is wrong with it.
type Entry struct {
	ID    string
	Check func() error
}

// ParseFilter says whether a label filter is well-formed, and selects by it.
func ParseFilter(expr string) (func(labels []string) bool, error) {
	if expr == "" {
		return nil, nil
	}
	filter, err := types.ParseLabelFilter(expr)
	if err != nil {
		return nil, fmt.Errorf("filter %q is malformed: write labels joined by && || ! and parentheses, such as \"PAY-03 || area:LIM\"", expr)
	}
	return filter, nil
}

// Files are the SHA-256 of the two files of a run, in lower-case hex.
type Files struct{ ICS, IXIT string }

// Selects is what a label filter and a level select; nil: everything.
func Selects(expr string, level reports.Level) (func(labels []string) bool, error) {
	filter, err := ParseFilter(expr)
	if err != nil || level != reports.LevelSmoke {
		return filter, err
	}
	return func(labels []string) bool {
		return slices.Contains(labels, "level:smoke") && (filter == nil || filter(labels))
	}, nil
}

// A Result is a finished run.
type Result struct {
	Report *reports.Report
	// Harness is what went wrong in assay itself, nil if nothing.
	Harness error
	// Adapter is what the adapter did wrong, nil if nothing that matters.
	Adapter error
}

// silent is what Ginkgo needs of a testing.T.
type silent struct{}

func (silent) Fail() {}

// Run greets the adapter, plans, runs every planned check as a Ginkgo spec and
// gathers the report. It can be called once in a process. The error means that
// nothing was run: an [*adapter.Error], a [*check.ReviewError], or the harness's.
func Run(ctx context.Context, o Options) (Result, error) {
	filter, err := Selects(o.Filter, o.Level)
	if err != nil {
		return Result{}, err
	}
	timed := newTimed(o.Adapter)
	o.Operator = oneAtATime(o.Operator)
	env, err := check.NewEnvWith(ctx, timed, o.Options)
	if err != nil {
		return Result{}, err
	}
	env.Exchanges = o.Exchanges
	plan := env.Plan(check.All(), filter)
	r := &run{Options: o, env: env, plan: plan, campaign: check.Campaign{Env: env}, timed: timed, started: time.Now()}
	if o.Journal != nil {
		if r.earlier, err = o.Journal.begin(r.journalHeader(), plan.Checks); err != nil {
			return Result{}, err
		}
	}
	tables, jobs, err := r.tables(filter)
	if err != nil {
		return Result{}, err
	}
	r.register(ctx, tables)
	working, stop := context.WithCancel(ctx)
	wait := ahead(working, append(jobs, r.findings(working)...))
	if err := r.specs(); err != nil {
		r.harness = err
	}
	stop()
	wait()
	return r.result(ctx), nil
}

// A run gathers what the specs come to.
type run struct {
	Options
	env      *check.Env
	plan     check.Plan
	campaign check.Campaign
	timed    *timed
	outcomes []check.Outcome
	earlier  map[string]check.Outcome // of a run that this one resumes
	found    map[string]*finding      // ahead of the specs, by check
	harness  error
	disagree []string // vectors on which the harness is not of one mind
	started  time.Time
}

// register builds the spec tree: a table for each file of vectors, and one spec for
// each check.
func (r *run) register(ctx context.Context, tables []*verdicts) {
	ginkgo.Describe("assay", ginkgo.Ordered, ginkgo.ContinueOnFailure, func() {
		for _, v := range tables {
			ginkgo.Describe("vectors "+v.table.Name, ginkgo.Label(vectorsLabel), func() { r.table(v) })
		}
		for _, c := range r.plan.Checks {
			ginkgo.It(c.ID+" "+c.Title, ginkgo.Label(c.Labels()...), func() { r.spec(ctx, c) })
		}
	})
}

func (r *run) table(v *verdicts) {
	args := []any{func(i int) {
		if err := v.of(i); err != nil {
			r.disagree = append(r.disagree, fmt.Sprintf("%s: %v", v.table.Entries[i].ID, err))
			ginkgo.Fail(err.Error())
		}
	}}
	for i, e := range v.table.Entries {
		args = append(args, ginkgo.Entry(e.ID, i))
	}
	ginkgo.DescribeTable("agree", args...)
}

// spec is the body of one spec. Its verdict travels in the outcome; Ginkgo is
// told so that its own report says the same.
func (r *run) spec(ctx context.Context, c check.Check) {
	if r.campaign.Stopped() || ctx.Err() != nil {
		ginkgo.Fail("not run: the run was stopped")
	}
	if r.Progress != nil {
		r.Progress(len(r.outcomes), len(r.plan.Checks), c)
	}
	o, done := r.earlier[c.ID]
	if !done {
		o = r.judge(ctx, c)
		if r.Journal != nil && r.harness == nil {
			r.harness = r.Journal.keep(o)
		}
	}
	r.outcomes = append(r.outcomes, o)
	ginkgo.AddReportEntry("verdict", o.Worst().String(), ginkgo.ReportEntryVisibilityNever)
	if worst := o.Worst(); worst != check.Pass {
		ginkgo.Fail(worst.String() + ": " + firstMessage(o))
	}
}

func firstMessage(o check.Outcome) string {
	for _, row := range o.Rows {
		if row.Verdict == o.Worst() {
			return row.Message
		}
	}
	return ""
}

// specs runs the tree. RunSpecs' result is ignored on purpose: it is true when
// everything was skipped. What ran is in the outcomes.
func (r *run) specs() (err error) {
	suiteConfig, reporterConfig := ginkgo.GinkgoConfiguration()
	suiteConfig.RandomSeed = int64(r.Seed)
	suiteConfig.RandomizeAllSpecs = false
	reporterConfig.NoColor = true
	formatter.ColorableStdOut, formatter.ColorableStdErr = io.Discard, io.Discard
	var interrupted bool
	ginkgo.ReportAfterSuite("assay", func(report ginkgo.Report) {
		interrupted = len(report.SpecialSuiteFailureReasons) > 0
	})
	ginkgo.RunSpecs(silent{}, "assay", suiteConfig, reporterConfig)
	if n := len(r.disagree); n > 0 {
		return fmt.Errorf("the harness disagrees with %d of its own vectors, first %s; see assay vectors check", n, r.disagree[0])
	}
	if interrupted && len(r.outcomes) == 0 {
		return errors.New("the suite could not be run")
	}
	return nil
}
