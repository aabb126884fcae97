// Package reports holds what a conformance run and a benchmark report: the
// model, its canonical bytes, and the forms it is published in (JSON, JUnit,
// HTML, a signed statement).
//
// It states what was observed and what was not. It judges nothing: verdicts
// come from conformance/check, measurements from bench. A report is a test
// report, never a certificate.
package reports

import (
	"encoding/json"
	"strings"
)

// ReportSchema names the schema of report.json.
const ReportSchema = "report-v1"

// A Verdict is what one check says of one requirement.
type Verdict string

// The verdicts. A skip is none of them; see [Outcome].
const (
	Pass         Verdict = "pass"
	Fail         Verdict = "fail"
	Inconclusive Verdict = "inconclusive"
	Error        Verdict = "error"
)

// An Overall is the verdict of a run.
type Overall string

// The overall verdicts. A run in which a required MUST stayed untested is
// incomplete, however many checks passed.
const (
	Conformant    Overall = "conformant"
	NonConformant Overall = "non-conformant"
	Incomplete    Overall = "incomplete"
)

// An Outcome is why a requirement has no verdict.
type Outcome string

// The outcomes of selection.
const (
	NotApplicableByProfile Outcome = "not-applicable-by-profile"
	NotApplicableByAdapter Outcome = "not-applicable-by-adapter"
	NotSelected            Outcome = "not-selected"
	NotTestedOutcome       Outcome = "not-tested"
)

// A Class is a class of conformance: behaviour alone, or the reference
// protocol byte for byte.
type Class string

// The classes.
const (
	Behaviour         Class = "BH"
	ReferenceProtocol Class = "RP"
)

// A Tier is the evidence that a run rests on.
type Tier string

// The tiers, weakest first.
const (
	TierModel              Tier = "model"
	TierSimulator          Tier = "simulator"
	TierEmulator           Tier = "emulator"
	TierSiliconContact     Tier = "silicon-contact"
	TierSiliconContactless Tier = "silicon-contactless"
)

// A Shape is how the payment verbs of an adapter divide a payment.
type Shape string

// The shapes.
const (
	Split  Shape = "split"
	Hooked Shape = "hooked"
	Sealed Shape = "sealed"
)

// A Report is the content of report.json.
type Report struct {
	Schema      string                `json:"schema"` // always ReportSchema
	Core        Core                  `json:"core"`
	Volatile    Volatile              `json:"volatile"`
	Transcripts map[string]Transcript `json:"transcripts"` // by [Transcript.Hash]
}

// A Core is the part of a report that two runs of one seeded device share byte
// for byte: it holds no time, path or transport.
type Core struct {
	Suite          SuiteID        `json:"suite"`
	Profile        Profile        `json:"profile"`
	Class          Class          `json:"class"`
	Family         string         `json:"family"` // "B": a balance in a trusted device
	Tier           Tier           `json:"tier"`
	Shape          Shape          `json:"shape"`
	Level          Level          `json:"level"`
	Bench          TestBench      `json:"bench"`
	Suites         []string       `json:"suites"` // signature suites under test, by name
	Implementation Implementation `json:"implementation"`
	Seed           uint64         `json:"seed"`
	Filter         string         `json:"filter"`                // empty: everything selected
	Exchanges      int            `json:"exchanges"`             // upper bound that was asked for; 0: none
	Environment    *Environment   `json:"environment,omitempty"` // recorded, never judged
	Overall        Overall        `json:"overall"`
	Required       int            `json:"required"`   // MUSTs without which the profile calls nothing conformant
	Applicable     int            `json:"applicable"` // MUSTs that apply to this device under this profile
	Executed       int            `json:"executed"`   // of the applicable MUSTs, those that a check judged
	Counts         Counts         `json:"counts"`
	Selection      []Selection    `json:"selection"`
	NotTested      []NotTested    `json:"not_tested"`
	Results        []Result       `json:"results"`
	Failures       []Failure      `json:"failures"`
	Detection      Detection      `json:"detection"`
	Plan           Plan           `json:"plan"`
	// Lacking are required MUSTs and capabilities of the profile without which
	// nothing is conformant, and which this run did not have.
	Lacking []string `json:"lacking"`
	// Next is what the adapter could serve to have more tested, most first.
	Next []Next `json:"next"`
	// Points are the places on the link at which checks acted, or meant to.
	Points []FaultPoint `json:"points"`
	// Unshown counts refusals whose reason the product did not show, Prompts what
	// the operator was asked, Deferred the checks that wait for an operator.
	Unshown  int `json:"unshown"`
	Prompts  int `json:"prompts"`
	Deferred int `json:"deferred"`
}

// Title is the profile with its version and what lies over it.
func (p Profile) Title() string {
	return strings.Join(append([]string{strings.TrimSpace(p.ID + " " + p.Version)}, p.Overlays...), " + ")
}

// An Environment is what the device's keys and state lie in, as profile or vendor
// say. It is recorded, with the evidence that is asked for, and never judged.
type Environment struct {
	ID       string     `json:"id"`
	Kind     string     `json:"kind"`
	By       string     `json:"by"` // who says so: profile or ICS
	Evidence []Evidence `json:"evidence"`
}

// Evidence is one document; Value is what the vendor says of it, empty if nothing.
type Evidence struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// A Level is how much of the suite a run took.
type Level string

// The levels. Smoke is a first look of a few seconds and certifies nothing.
const (
	LevelFull  Level = "full"
	LevelSmoke Level = "smoke"
)

// A TestBench is what stood around the product. ICS and IXIT are the SHA-256 of
// the files, empty where hello was believed.
type TestBench struct {
	Arrangement string   `json:"arrangement"`
	Topology    string   `json:"topology"`
	Taps        []string `json:"taps"`
	Counterpart string   `json:"counterpart"`
	Lifecycle   string   `json:"lifecycle"`
	Units       int      `json:"units"` // 0: as many as were asked for
	ICS         string   `json:"ics"`
	IXIT        string   `json:"ixit"`
}

// A Next is one more thing that an adapter or a bench could serve.
type Next struct {
	Capability   string `json:"capability"`
	Requirements int    `json:"requirements"` // MUSTs that would be tested beside those of this run
	Checks       int    `json:"checks"`
	Faults       int    `json:"faults"` // known faults that would be found beside those of this run
}

// A FaultPoint is a frame of a payment on which a check acted; Hit says that a
// payment came by it.
type FaultPoint struct {
	Check  string `json:"check"`
	Frame  int    `json:"frame"`
	From   string `json:"from"`
	Action string `json:"action"`
	Hit    bool   `json:"hit"`
}

// A SuiteID says which checks judged: the digest covers requirements, checks
// and vectors.
type SuiteID struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Release string `json:"release"`
	Digest  string `json:"digest"` // SHA-256, lower-case hex
}

// A Profile is the dated profile that the run was judged under.
type Profile struct {
	ID            string   `json:"id"`
	Version       string   `json:"version"`
	EffectiveDate string   `json:"effective_date"` // YYYY-MM-DD, empty if the profile has none
	Inferred      []string `json:"inferred"`       // members that nobody has published or endorsed
	Overlays      []string `json:"overlays,omitempty"`
}

// An Implementation is what the device says it is; nobody has verified it.
type Implementation struct {
	Vendor  string `json:"vendor"`
	Product string `json:"product"`
	Version string `json:"version"`
}

// Counts counts results by verdict.
type Counts struct {
	Pass         int `json:"pass"`
	Fail         int `json:"fail"`
	Inconclusive int `json:"inconclusive"`
	Error        int `json:"error"`
}

// A Selection is a requirement that no check judged, and why.
type Selection struct {
	Requirement string  `json:"requirement"`
	Outcome     Outcome `json:"outcome"`
	Reason      string  `json:"reason"`
}

// A NotTested is an applicable requirement that stayed untested.
type NotTested struct {
	Requirement string `json:"requirement"`
	Reason      string `json:"reason"`
	Capability  string `json:"capability"` // what the adapter would have to declare; empty if nothing would help
}

// A Result is what one check says of one requirement that it cites.
type Result struct {
	Check       string  `json:"check"`
	Requirement string  `json:"requirement"`
	Verdict     Verdict `json:"verdict"`
	Message     string  `json:"message"`    // a constant of the check; empty on a pass
	Observed    string  `json:"observed"`   // what the device chose; never trusted
	Exchanges   int     `json:"exchanges"`  // requests that the check sent
	Transcript  string  `json:"transcript"` // key of Report.Transcripts, empty if none was kept
}

// A Failure is a failed result with the command that replays it.
type Failure struct {
	Check       string `json:"check"`
	Requirement string `json:"requirement"`
	Message     string `json:"message"`
	Observed    string `json:"observed"`
	Replay      string `json:"replay"`
}

// A Detection is the power of the suite through this adapter: how many of the
// known faults a run like this one finds.
type Detection struct {
	Mutants    int       `json:"mutants"`
	Detectable int       `json:"detectable"`
	Missing    []Missing `json:"missing"`
}

// A Missing names the faults that one more capability would make detectable.
type Missing struct {
	Capability string   `json:"capability"`
	Mutants    []string `json:"mutants"`
}

// A Plan is what was decided to run before the first check.
type Plan struct {
	Checks    int `json:"checks"`
	Exchanges int `json:"exchanges"`
}

// A Volatile is what differs from run to run.
type Volatile struct {
	Started    string             `json:"started"` // RFC 3339
	DurationMS int64              `json:"duration_ms"`
	Host       Host               `json:"host"`
	Adapter    string             `json:"adapter"` // the TARGET operand
	Restarts   int                `json:"restarts"`
	Latencies  map[string]Latency `json:"latencies"` // by adapter verb
	Notes      []string           `json:"notes"`
}

// A Host is the machine of the harness, not the device.
type Host struct {
	CPU   string `json:"cpu"`
	Cores int    `json:"cores"`
	OS    string `json:"os"`
	Go    string `json:"go"`
}

// A Latency summarises n answers, in microseconds of wall time.
type Latency struct {
	N     int     `json:"n"`
	P50us float64 `json:"p50_us"`
	P99us float64 `json:"p99_us"`
}

// A Transcript is what was said to the devices of one check, in order.
type Transcript []Step

// A Step is one request with its answer, as they travel on the adapter wire.
// Events, an array, came before the answer. Error stands in place of an answer
// that never came.
type Step struct {
	Request json.RawMessage `json:"request"`
	Events  json.RawMessage `json:"events,omitempty"`
	Answer  json.RawMessage `json:"answer,omitempty"`
	Error   string          `json:"error,omitempty"`
}
