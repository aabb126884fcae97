package command

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/conformance/ics"
	"github.com/assay-cbdc/assay/conformance/selftest"
	"github.com/assay-cbdc/assay/conformance/suite"
	"github.com/assay-cbdc/assay/reports"
	"github.com/assay-cbdc/assay/spec"
)

type runCommand struct {
	Target       string   `arg:"" optional:"" help:"${target}"`
	Profile      string   `default:"reference" placeholder:"NAME" help:"The profile to judge under: a name of \"assay profiles list\", or a FILE.yaml. Default: ${default}."`
	Overlay      []string `sep:"none" placeholder:"NAME" help:"What lies over the profile: a profile that says what it adds, such as rbi-2022-01, or a FILE.yaml. Again for each."`
	Seed         uint64   `default:"1" placeholder:"N" help:"What every random choice follows from. Default: ${default}."`
	Filter       string   `placeholder:"EXPR" help:"Run only checks with these labels, joined by && || ! ( ): a check, a requirement, area:PAY, class:BH, level:MUST."`
	ICS          string   `name:"ics" placeholder:"FILE" help:"What the product does: \"assay ics new\" writes one. Without it the adapter's hello is believed."`
	IXIT         string   `name:"ixit" placeholder:"FILE" help:"What the bench has: deadlines, units, rigs, the secret."`
	Shape        string   `placeholder:"SHAPE" help:"Drive payments in this shape: split, hooked or sealed. Default: the one that shows most."`
	Level        string   `default:"full" enum:"full,smoke" placeholder:"LEVEL" help:"full, or smoke: a first look in seconds, which certifies nothing. Default: ${default}."`
	Peer         string   `placeholder:"TARGET" help:"Drive the harness's own devices through this target, not the reference; class RP."`
	Ledger       string   `placeholder:"TARGET" help:"Drive the ledger through this target; class RP."`
	Unattended   bool     `help:"Nobody is there to answer prompts: checks that need it are deferred."`
	Resume       string   `placeholder:"DIR" help:"Go on with the run that was stopped in this folder, as it was asked for; a TARGET says where its device is now."`
	Exchanges    int      `default:"0" placeholder:"N" help:"Sample each sweep down to N places. Default: as many as the check wants."`
	Out          string   `default:"reports/out" placeholder:"DIR" help:"The folder for index.html, report.json, junit.xml and plots. Default: ${default}."`
	Key          string   `placeholder:"PEM" help:"Sign report.json with the Ed25519 private key in this file (PKCS #8)."`
	WithBench    bool     `help:"Measure the verification core too, and put it in the report."`
	WithSelftest bool     `help:"Run the suite's self-test too, and put the kill matrix in the report."`
	JSON         bool     `name:"json" help:"Print one JSON object (schema run-v1) instead of a summary."`
}

// Help is the long help text.
func (runCommand) Help() string {
	return `Exit status: 0 conformant, 1 non-conformant, 2 wrong usage or a fault of assay, 3 the adapter is broken, 4 incomplete, 5 the device's claims contradict the profile. A filtered run is incomplete at best.

Examples:

    $ assay run reference
    $ assay run --seed 7 --out reports/mine 'exec:bin/assay device'
    $ assay run --filter 'DSP-05 || area:LIM' mutant:max-tx-off-by-one
    $ assay run --level smoke --profile closed-wallet 'exec:python3 conformance/example/python/wallet.py'
    exit status 4
    $ assay run --profile idemia-wallet --overlay rbi-2022-01 reference
    $ assay run --profile closed-wallet --ics conformance/example/stranger/ics.yaml --ixit conformance/example/stranger/ixit.yaml 'exec:python3 conformance/example/stranger/stranger.py'`
}

// A job is a run whose flags have all been found right.
type job struct {
	runCommand
	target  target
	profile *spec.Profile
	key     ed25519.PrivateKey
	ics     *ics.ICS
	ixit    *ics.IXIT
	files   suite.Files
	// peer and ledger are other targets that fill a role; nil: none.
	peer, ledger *target
}

// defaultProfile is the profile of a run that names none.
const defaultProfile = "reference"

// judge finds what a user can get wrong about what is judged, and by what.
func (c runCommand) judge() (job, error) {
	j := job{runCommand: c}
	if c.Target == "" {
		return j, usage("expected a TARGET: reference, exec:COMMAND ARGS, tcp:HOST:PORT, mutant:NAME or oddity:NAME; or --resume DIR")
	}
	var err error
	if j.target, err = parseTarget(c.Target); err != nil {
		return j, err
	}
	if c.Profile == defaultProfile && j.target.profile != "" {
		c.Profile, j.Profile = j.target.profile, j.target.profile
		if len(c.Overlay) == 0 && j.target.overlay != "" {
			c.Overlay, j.Overlay = []string{j.target.overlay}, []string{j.target.overlay}
		}
	}
	if j.profile, err = loadProfile(c.Profile); err != nil {
		return j, fmt.Errorf("--profile: %w", err)
	}
	if j.profile, err = overlaid(j.profile, c.Overlay); err != nil {
		return j, err
	}
	if err := checkFilter(c.Filter); err != nil {
		return j, err
	}
	if err := j.statements(); err != nil {
		return j, err
	}
	if c.Exchanges < 0 {
		return j, usage("--exchanges %d: a number of places is not negative; leave the flag out for all of them", c.Exchanges)
	}
	return j, nil
}

// prepare finds everything that a user can get wrong.
func (c runCommand) prepare() (job, error) {
	j, err := c.judge()
	if err != nil {
		return j, err
	}
	if c.Key != "" {
		if j.key, err = loadKey(c.Key); err != nil {
			return j, err
		}
	}
	if _, err := os.Getwd(); err != nil {
		return j, usage("the current folder is gone: %w; change to another one", err)
	}
	return j, writable(c.Out)
}

func loadProfile(name string) (*spec.Profile, error) {
	p, err := spec.LoadProfile(name)
	if err != nil {
		hint := ""
		if errors.Is(err, os.ErrNotExist) {
			hint = "; check the path, or name one that \"assay profiles list\" lists"
		}
		return nil, usage("%s%s", oneLine(err.Error()), hint)
	}
	return p, nil
}

// overlaid is the profile with overlays over it.
func overlaid(p *spec.Profile, over []string) (*spec.Profile, error) {
	laid, err := p.WithOverlays(over...)
	if err != nil {
		return nil, usage("--overlay: %s; change one of them, or leave the overlay out", oneLine(err.Error()))
	}
	return laid, nil
}

// checkFilter refuses a filter that is malformed, or that no check answers to.
func checkFilter(expr string) error {
	filter, err := suite.ParseFilter(expr)
	if err != nil {
		return usage("--filter: %w", err)
	}
	for _, c := range check.All() {
		if filter == nil || filter(c.Labels()) {
			return nil
		}
	}
	return usage("--filter %q selects no check; labels are requirements such as PAY-03, area:PAY, class:BH and level:MUST", expr)
}

func loadKey(path string) (ed25519.PrivateKey, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, usage("--key: %w; name a readable PEM file", err)
	}
	key, err := reports.ParsePrivateKey(text)
	if err != nil {
		return nil, usage("--key: %s: %s", path, oneLine(err.Error()))
	}
	return key, nil
}

// writable makes the folder and tries it.
func writable(dir string) error {
	err := os.MkdirAll(dir, 0o755)
	var probe *os.File
	if err == nil {
		probe, err = os.CreateTemp(dir, ".assay-*")
	}
	if err == nil {
		err = errors.Join(probe.Close(), os.Remove(probe.Name()))
	}
	if err == nil {
		return nil
	}
	cause := err
	if p, ok := errors.AsType[*os.PathError](err); ok {
		cause = p.Err
	}
	return usage("--out: the folder %s cannot be written: %w; make it writable, or choose another one", dir, cause)
}

// Run tests the target.
func (c runCommand) Run(e *environment) error {
	c, err := c.resumed()
	if err != nil {
		return err
	}
	j, err := c.prepare()
	if err != nil {
		return err
	}
	ctx, stop := e.interruptible()
	defer stop()
	journal := suite.NewJournal(c.Out, c.Resume != "")
	result, err := j.suite(ctx, e, journal)
	if refused, ok := errors.AsType[*suite.ResumeError](err); ok {
		return usage("--resume: %w", refused)
	}
	if err != nil {
		return fmt.Errorf("nothing was judged and no report was written%s: %w", j.stale(), err)
	}
	beside, extraErr := j.beside(ctx, e, result)
	if err := reports.Write(c.Out, result.Report, beside.extra); err != nil {
		return usage("%w", err)
	}
	if err := journal.Close(finished(ctx, result)); err != nil {
		e.complain("the journal could not be put away: %s", visible(err.Error()))
	}
	code := first(codeOf(extraErr), conclusion(ctx, result))
	if c.JSON {
		err = e.printJSON(j.json(result.Report, code))
	} else {
		j.summary(e.text, result.Report, beside)
	}
	for _, problem := range []error{harnessFault(ctx, result), result.Adapter, extraErr} {
		if problem != nil {
			e.complain("%s", visible(problem.Error()))
		}
	}
	if ctx.Err() != nil {
		e.complain("the run was interrupted and is incomplete; the report in %s has what was judged before", c.Out)
	}
	if !finished(ctx, result) {
		e.complain("to go on with it: assay run --resume %s", quote(c.Out))
	}
	return errors.Join(err, ended(code))
}

// finished says whether nothing of a run is left to resume.
func finished(ctx context.Context, r suite.Result) bool {
	return ctx.Err() == nil && r.Adapter == nil && r.Report.Core.Deferred == 0
}

// stale warns of the report of an earlier run in the same folder.
func (j job) stale() string {
	if _, err := os.Stat(j.page()); err != nil {
		return ""
	}
	return " (" + j.page() + " is of an earlier run)"
}

// suite runs the checks. The adapter has ended when it returns.
func (j job) suite(ctx context.Context, e *environment, journal *suite.Journal) (suite.Result, error) {
	a, done, err := j.target.open(ctx)
	if err != nil {
		return suite.Result{}, err
	}
	defer done()
	options := check.Options{
		Profile: j.profile, Seed: j.Seed, ICS: j.ics, IXIT: j.ixit, Shape: adapter.Shape(j.Shape), Operator: j.operator(e),
	}
	for _, role := range []struct {
		of *target
		to *adapter.Adapter
	}{{j.peer, &options.Peer}, {j.ledger, &options.Ledger}} {
		if role.of == nil {
			continue
		}
		filled, done, err := role.of.open(ctx)
		if err != nil {
			return suite.Result{}, err
		}
		defer done()
		if _, err := filled.Do(ctx, adapter.Request{Verb: adapter.Hello{Versions: []int{adapter.Version}}}, func(adapter.Event) adapter.Reply { return adapter.Reply{} }); err != nil {
			return suite.Result{}, err
		}
		*role.to = filled
	}
	command, err := json.Marshal(j.runCommand)
	if err != nil {
		return suite.Result{}, err
	}
	p := e.progress("checks")
	defer p.end()
	return suite.Run(ctx, suite.Options{
		Command: command,
		Adapter: a, Anew: j.target.anew, Target: j.target.name, Options: options, Files: j.files, Level: reports.Level(j.Level), Filter: j.Filter, Journal: journal,
		Exchanges: j.Exchanges, Detect: selftest.Detect, Vectors: vectorTables,
		Progress: func(n, of int, next check.Check) {
			e.reclaim()
			p.count(n, of, next.ID)
		},
	})
}

// conclusion is the exit code of what was judged.
func conclusion(ctx context.Context, r suite.Result) int {
	var codes []int
	if harnessFault(ctx, r) != nil {
		codes = append(codes, exitUsage)
	}
	if r.Adapter != nil && !interrupted(ctx, r.Adapter) {
		codes = append(codes, exitAdapter)
	}
	switch r.Report.Core.Overall {
	case reports.NonConformant:
		codes = append(codes, exitNonConformant)
	case reports.Incomplete:
		codes = append(codes, exitIncomplete)
	}
	if ctx.Err() != nil {
		codes = append(codes, exitIncomplete)
	}
	return first(codes...)
}

// harnessFault is assay's own fault; an interrupt is none.
func harnessFault(ctx context.Context, r suite.Result) error {
	if ctx.Err() != nil {
		return nil
	}
	return r.Harness
}

// interrupted says whether an adapter's error is only that the user stopped it.
func interrupted(ctx context.Context, err error) bool {
	fault, ok := errors.AsType[*adapter.Error](err)
	return ctx.Err() != nil && ok && fault.Fault == adapter.FaultHarness
}

// A beside is what stands beside the verdict in the report, where it was asked
// for.
type beside struct {
	extra reports.Extra
	proof *selftest.Result
}

// beside runs the self-test and the benchmark. The error is of what is left out.
func (j job) beside(ctx context.Context, e *environment, r suite.Result) (beside, error) {
	b := beside{extra: reports.Extra{Key: j.key}}
	if ctx.Err() != nil || r.Adapter != nil {
		return b, nil
	}
	var problems error
	if j.WithSelftest {
		proof, err := selfTest(ctx, e, selftest.Options{})
		if err == nil && !proof.OK() {
			err = fmt.Errorf("the suite does not prove itself: %d of %d mutants killed, %s, reference %s; see \"assay selftest\"",
				proof.Killed, proof.Mutants, plural(len(proof.HonestFailed), "honest device")+" failed", proof.Reference)
		}
		problems = errors.Join(problems, err)
		b.extra.Kills, b.proof = kills(proof), &proof
	}
	if j.WithBench {
		measured, err := measure(ctx, e, j.Seed, runBudget)
		problems = errors.Join(problems, err)
		b.extra.Bench = measured
	}
	return b, problems
}

// page is the path of the report that a person reads.
func (j job) page() string { return filepath.Join(j.Out, "index.html") }

// replay is the command that runs one check again.
func (j job) replay(check string) string {
	command := "assay run --profile " + quote(j.Profile)
	for _, o := range j.Overlay {
		command += " --overlay " + quote(o)
	}
	command += fmt.Sprintf(" --seed %d", j.Seed)
	if j.Exchanges > 0 {
		command += fmt.Sprintf(" --exchanges %d", j.Exchanges)
	}
	for _, f := range []struct{ name, value string }{{"ics", j.ICS}, {"ixit", j.IXIT}, {"shape", j.Shape}} {
		if f.value != "" {
			command += " --" + f.name + " " + quote(f.value)
		}
	}
	return fmt.Sprintf("%s --filter %s %s", command, quote(check), quote(j.target.name))
}

// percent is a share in whole percent that never rounds up to all.
func percent(n, of int) int {
	if of == 0 {
		return 0
	}
	return int(math.Floor(100 * float64(n) / float64(of)))
}
