package command

import (
	"path/filepath"

	"github.com/assay-cbdc/assay/reports"
)

// runSchema names the schema of a runResult.
const runSchema = "run-v1"

// A runResult is what assay run --json prints.
type runResult struct {
	Schema     string              `json:"schema"`
	Overall    reports.Overall     `json:"overall"`
	Profile    string              `json:"profile"`
	Class      reports.Class       `json:"class"`
	Family     string              `json:"family"`
	Suites     []string            `json:"suites"`
	Seed       uint64              `json:"seed"`
	Required   int                 `json:"required"`
	Applicable int                 `json:"applicable"`
	Executed   int                 `json:"executed"`
	NotTested  []reports.NotTested `json:"not_tested"`
	Counts     reports.Counts      `json:"counts"`
	Failures   []runFailure        `json:"failures"`
	Report     string              `json:"report"` // path of report.json
	Page       string              `json:"page"`   // path of index.html
	Exit       int                 `json:"exit"`
}

// A runFailure is a failed requirement with the command that replays it.
type runFailure struct {
	Check       string `json:"check"`
	Requirement string `json:"requirement"`
	Message     string `json:"message"`
	Observed    string `json:"observed"`
	Replay      string `json:"replay"`
}

func (j job) json(r *reports.Report, exit int) runResult {
	c := r.Core
	out := runResult{
		Schema: runSchema, Overall: c.Overall, Profile: c.Profile.ID, Class: c.Class, Family: c.Family,
		Suites: c.Suites, Seed: c.Seed, Required: c.Required, Applicable: c.Applicable, Executed: c.Executed,
		NotTested: c.NotTested, Counts: c.Counts, Failures: []runFailure{},
		Report: filepath.Join(j.Out, "report.json"), Page: j.page(), Exit: exit,
	}
	for _, f := range c.Failures {
		out.Failures = append(out.Failures, runFailure{f.Check, f.Requirement, f.Message, f.Observed, j.replay(f.Check)})
	}
	return out
}
