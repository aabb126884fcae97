package suite

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/reports"
	"github.com/assay-cbdc/assay/spec"
)

// Version is the suite's own version.
const Version = "0.1.0"

// result turns outcomes into a report and an overall verdict.
func (r *run) result(ctx context.Context) Result {
	report := &reports.Report{
		Schema: reports.ReportSchema, Transcripts: map[string]reports.Transcript{},
		Volatile: r.volatile(ctx),
	}
	core := &report.Core
	*core = r.header()
	for _, o := range r.outcomes {
		r.addOutcome(report, o)
	}
	r.addLeft(core)
	core.Applicable, core.Executed = r.coverage()
	required := r.required()
	core.Required = len(required)
	r.lacks(core, required)
	core.Overall = r.overall(core)
	if r.Detect != nil {
		core.Detection = r.Detect(r.env, r.executed())
	}
	core.Next = r.next(core)
	r.addPoints(core)
	report.Normalise()
	out := Result{Report: report, Harness: r.harness}
	if r.campaign.Stopped() {
		out.Adapter = r.adapterFault()
	}
	for _, row := range r.rows() {
		if row.Verdict == check.Error && strings.HasPrefix(row.Message, "harness:") && out.Harness == nil {
			out.Harness = fmt.Errorf("check %s: %s %s", row.Check, row.Message, row.Observed)
		}
	}
	return out
}

// executed is the plan as far as it was carried out: a fault that only a check
// without a verdict looks for was not looked for.
func (r *run) executed() check.Plan {
	p := r.plan
	p.Checks = nil
	for _, o := range r.outcomes {
		if worst := o.Worst(); worst == check.Pass || worst == check.Fail {
			p.Checks = append(p.Checks, o.Check)
		}
	}
	return p
}

func (r *run) adapterFault() error {
	for i := len(r.outcomes) - 1; i >= 0; i-- {
		if f := r.outcomes[i].Fault; f != nil {
			return f
		}
	}
	return &adapter.Error{Fault: adapter.FaultDied, Detail: "the adapter could not be started again"}
}

func (r *run) header() reports.Core {
	p := r.env.Profile
	core := reports.Core{
		Suite: reports.SuiteID{Name: "assay", Version: Version, Release: spec.Release, Digest: Digest()},
		Profile: reports.Profile{
			ID: p.ID, Version: p.Version, EffectiveDate: p.EffectiveDate, Inferred: slices.Clone(p.Inferred), Overlays: slices.Clone(p.Overlays),
		},
		Class: reports.Class(r.env.Class), Family: p.Family, Tier: reports.Tier(r.env.Impl.Tier), Shape: reports.Shape(r.env.Shape),
		Level: r.Level, Bench: r.bench(),
		Implementation: reports.Implementation{Vendor: r.env.Impl.Vendor, Product: r.env.Impl.Product, Version: r.env.Impl.Release},
		Environment:    environment(p, r.ICS),
		Seed:           r.Seed, Filter: r.Filter, Exchanges: r.Exchanges,
		Plan: reports.Plan{Checks: len(r.plan.Checks)},
	}
	for _, s := range r.env.Suites() {
		core.Suites = append(core.Suites, suiteName(s))
	}
	return core
}

// suiteName is a suite's name in reports (wire.md, suites).
func suiteName(number int) string {
	switch number {
	case 1:
		return "ed25519"
	case 2:
		return "p256"
	case 3:
		return "mldsa44"
	case 4:
		return "mldsa65"
	case 5:
		return "hybrid-ed25519-mldsa44"
	case 6:
		return "hybrid-p256-mldsa44"
	case 7:
		return "slhdsa128s"
	}
	return "suite-" + strconv.Itoa(number)
}

// Digest is the SHA-256 over every requirement and every check that judges.
func Digest() string {
	h := sha256.New()
	for _, q := range spec.Requirements() {
		fmt.Fprintf(h, "%s %s %s\n", q.ID, q.Level, q.Text)
	}
	for _, c := range check.All() {
		fmt.Fprintf(h, "%s %v %s\n", c.ID, c.Cites, c.Title)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (r *run) addOutcome(report *reports.Report, o check.Outcome) {
	core := &report.Core
	core.Plan.Exchanges += len(o.Steps)
	hash := ""
	if o.Worst() != check.Pass {
		hash = r.keep(report, o.Steps)
	}
	for _, row := range o.Rows {
		core.Results = append(core.Results, reports.Result{
			Check: row.Check, Requirement: string(row.Requirement), Verdict: reports.Verdict(row.Verdict.String()),
			Message: row.Message, Observed: row.Observed, Exchanges: len(o.Steps), Transcript: hash,
		})
		switch row.Verdict {
		case check.Pass:
			core.Counts.Pass++
		case check.Fail:
			core.Counts.Fail++
			core.Failures = append(core.Failures, reports.Failure{
				Check: row.Check, Requirement: string(row.Requirement), Message: row.Message, Observed: row.Observed,
				Replay: r.replay(row.Check),
			})
		case check.Inconclusive:
			core.Counts.Inconclusive++
		default:
			core.Counts.Error++
		}
	}
}

// replay is the command that runs one check again. It names no transport, so
// that the core is the same over every one.
func (r *run) replay(check string) string {
	over := ""
	for _, o := range r.env.Profile.Overlays {
		over += " --overlay " + o
	}
	return fmt.Sprintf("assay run --profile %s%s --seed %d --filter '%s' TARGET", r.env.Profile.ID, over, r.Seed, check)
}

// keep files a transcript and returns its hash; a step that cannot be kept is
// the harness's fault.
func (r *run) keep(report *reports.Report, steps []check.Step) string {
	var t reports.Transcript
	for _, s := range steps {
		request, err := json.Marshal(struct {
			Handle string          `json:"handle,omitempty"`
			Verb   string          `json:"verb"`
			Args   json.RawMessage `json:"args"`
		}{s.Handle, s.Verb, s.Args})
		if err != nil {
			r.harness = err
			return ""
		}
		step := reports.Step{Request: request, Answer: s.Answer, Error: s.Error}
		if len(s.Events) > 0 {
			if step.Events, err = json.Marshal(s.Events); err != nil {
				r.harness = err
				return ""
			}
		}
		t = append(t, step)
	}
	hash, err := report.Keep(t)
	if err != nil {
		r.harness = err
	}
	return hash
}

// addLeft lists what was not judged, and why.
func (r *run) addLeft(core *reports.Core) {
	for _, l := range r.plan.Left {
		core.Selection = append(core.Selection, reports.Selection{
			Requirement: string(l.Requirement), Outcome: outcome(l.Exclusion), Reason: l.Reason,
		})
		if l.Exclusion == check.ByAdapter || l.Exclusion == check.NotTested || l.Exclusion == check.NotSelected {
			core.NotTested = append(core.NotTested, reports.NotTested{
				Requirement: string(l.Requirement), Reason: l.Reason, Capability: l.Capability,
			})
		}
	}
	ran := map[string]bool{}
	for _, o := range r.outcomes {
		ran[o.Check.ID] = true
	}
	done := map[spec.ID]bool{}
	for _, row := range r.rows() {
		done[row.Requirement] = true
	}
	for _, c := range r.plan.Checks {
		if ran[c.ID] {
			continue
		}
		for _, id := range c.Cites {
			if !done[id] {
				done[id] = true
				core.NotTested = append(core.NotTested, reports.NotTested{Requirement: string(id), Reason: "the run was stopped before its check"})
			}
		}
	}
}

func outcome(e check.Exclusion) reports.Outcome {
	switch e {
	case check.ByProfile, check.ByClass:
		return reports.NotApplicableByProfile
	case check.ByAdapter:
		return reports.NotApplicableByAdapter
	case check.NotSelected:
		return reports.NotSelected
	}
	return reports.NotTestedOutcome
}

func (r *run) rows() []check.Row {
	var rows []check.Row
	for _, o := range r.outcomes {
		rows = append(rows, o.Rows...)
	}
	return rows
}

// judged are the requirements with a pass or a fail.
func (r *run) judged() map[spec.ID]bool {
	judged := map[spec.ID]bool{}
	for _, row := range r.rows() {
		if row.Verdict == check.Pass || row.Verdict == check.Fail {
			judged[row.Requirement] = true
		}
	}
	return judged
}

// coverage counts the MUSTs that apply to this product under this profile, and
// those of them that a check judged.
func (r *run) coverage() (applicable, executed int) {
	away := map[spec.ID]bool{}
	for _, l := range r.plan.Left {
		if l.Exclusion == check.ByProfile || l.Exclusion == check.ByClass {
			away[l.Requirement] = true
		}
	}
	judged := r.judged()
	for _, q := range spec.Requirements() {
		if q.Level != spec.LevelMust || q.Excluded != "" || away[q.ID] {
			continue
		}
		applicable++
		if judged[q.ID] {
			executed++
		}
	}
	return applicable, executed
}

// required are the MUSTs without which nothing is conformant under the profile:
// those that it lists, as far as they apply to the class.
func (r *run) required() []spec.ID {
	var ids []spec.ID
	for _, id := range r.env.Profile.Required {
		q, ok := spec.Lookup(id)
		if ok && q.In(spec.Class(r.env.Class)) {
			ids = append(ids, id)
		}
	}
	return ids
}

// overall is the verdict of the run. Nothing that was not judged helps it.
func (r *run) overall(core *reports.Core) reports.Overall {
	for _, row := range r.rows() {
		q, _ := spec.Lookup(row.Requirement)
		if row.Verdict == check.Fail && q.Level == spec.LevelMust {
			return reports.NonConformant
		}
	}
	complete := core.Counts.Pass > 0 && core.Counts.Inconclusive == 0 && core.Counts.Error == 0 &&
		!r.plan.Filtered && len(r.outcomes) == len(r.plan.Checks) && len(core.Lacking) == 0
	if !complete {
		return reports.Incomplete
	}
	return reports.Conformant
}

func (r *run) volatile(ctx context.Context) reports.Volatile {
	v := reports.Volatile{
		Started: r.started.UTC().Format(time.RFC3339), DurationMS: time.Since(r.started).Milliseconds(),
		Host:    reports.Host{CPU: cpuModel(), Cores: runtime.NumCPU(), OS: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version()},
		Adapter: r.Target, Restarts: r.timed.restarts, Latencies: r.timed.latencies(),
	}
	if ctx.Err() != nil {
		v.Notes = append(v.Notes, "interrupted: the checks after that were not run")
	}
	if r.campaign.Repeats > 0 {
		v.Notes = append(v.Notes, fmt.Sprintf("%d checks were repeated because an answer was missing", r.campaign.Repeats))
	}
	return v
}
