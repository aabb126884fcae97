package command

import (
	"context"
	"fmt"
	"strings"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/conformance/estimate"
	"github.com/assay-cbdc/assay/conformance/suite"
	"github.com/assay-cbdc/assay/reports"
	"github.com/assay-cbdc/assay/spec"
)

type planCommand struct {
	Target    string   `arg:"" help:"${target}"`
	Profile   string   `default:"reference" placeholder:"NAME" help:"The profile to judge under: a name of \"assay profiles list\", or a FILE.yaml. Default: ${default}."`
	Overlay   []string `sep:"none" placeholder:"NAME" help:"What lies over the profile. Again for each."`
	ICS       string   `name:"ics" placeholder:"FILE" help:"What the product does."`
	IXIT      string   `name:"ixit" placeholder:"FILE" help:"What the bench has, and how fast it is."`
	Shape     string   `placeholder:"SHAPE" help:"Drive payments in this shape: split, hooked or sealed."`
	Level     string   `default:"full" enum:"full,smoke" placeholder:"LEVEL" help:"full or smoke. Default: ${default}."`
	Filter    string   `placeholder:"EXPR" help:"Plan only checks with these labels."`
	Seed      uint64   `default:"1" placeholder:"N" help:"What every random choice follows from. Default: ${default}."`
	Exchanges int      `default:"0" placeholder:"N" help:"Sample each sweep down to N places."`
	JSON      bool     `name:"json" help:"Print one JSON object (schema plan-v1) instead of text."`
}

// Help is the long help text.
func (planCommand) Help() string {
	return `Nothing is asked of the target but hello. The numbers come from a rehearsal of the same checks on the reference, behind a face like the product's; time, prompts and daily caps from ICS and IXIT. Exit status: 0, or 5 if what the product says of itself contradicts the profile.

Examples:

    $ assay plan --profile idemia-wallet --overlay rbi-2022-01 reference
    $ assay plan --profile closed-wallet --ixit conformance/example/stranger/ixit.yaml 'exec:python3 conformance/example/stranger/stranger.py'`
}

// A planned is what --json prints.
type planned struct {
	Schema string `json:"schema"`
	estimate.Estimate
	NotTested []reports.NotTested `json:"not_tested"`
	Unknown   []string            `json:"unknown"`
}

// Run plans.
func (c planCommand) Run(e *environment) error {
	j, err := runCommand{
		Target: c.Target, Profile: c.Profile, Overlay: c.Overlay, ICS: c.ICS, IXIT: c.IXIT, Shape: c.Shape, Level: c.Level, Filter: c.Filter,
		Seed: c.Seed, Exchanges: c.Exchanges,
	}.judge()
	if err != nil {
		return err
	}
	ctx, stop := e.interruptible()
	defer stop()
	env, plan, err := j.plan(ctx)
	if err != nil {
		return err
	}
	est, err := estimate.Of(ctx, env, plan, check.Options{Profile: j.profile, ICS: j.ics})
	if err != nil {
		return fmt.Errorf("harness: the rehearsal: %w", err)
	}
	doubts := estimate.Unknown(env.Impl)
	if c.JSON {
		doc := planned{Schema: "plan-v1", Estimate: est, NotTested: left(plan), Unknown: append([]string{}, doubts...)}
		return e.printJSON(doc)
	}
	c.print(e.text, env, plan, est, doubts)
	return nil
}

// plan greets the target and selects the checks.
func (j job) plan(ctx context.Context) (*check.Env, check.Plan, error) {
	a, done, err := j.target.open(ctx)
	if err != nil {
		return nil, check.Plan{}, err
	}
	defer done()
	env, err := check.NewEnvWith(ctx, a, check.Options{
		Profile: j.profile, Seed: j.Seed, ICS: j.ics, IXIT: j.ixit, Shape: adapter.Shape(j.Shape),
	})
	if err != nil {
		return nil, check.Plan{}, err
	}
	env.Exchanges = j.Exchanges
	filter, err := suite.Selects(j.Filter, reports.Level(j.Level))
	if err != nil {
		return nil, check.Plan{}, usage("--filter: %w", err)
	}
	return env, env.Plan(check.All(), filter), nil
}

// left are the requirements that the run will leave untested.
func left(plan check.Plan) []reports.NotTested {
	all := []reports.NotTested{}
	for _, l := range plan.Left {
		if l.Exclusion == check.ByAdapter || l.Exclusion == check.NotTested || l.Exclusion == check.NotSelected {
			all = append(all, reports.NotTested{Requirement: string(l.Requirement), Reason: l.Reason, Capability: l.Capability})
		}
	}
	return all
}

func (c planCommand) print(t *text, env *check.Env, plan check.Plan, est estimate.Estimate, doubts []string) {
	total := est.Total
	t.line("")
	t.field("checks", fmt.Sprintf("%d, class %s, shape %s, profile %s", len(est.Lines), env.Class, env.Shape, env.Profile.ID))
	t.field("payments", fmt.Sprintf("%d, and %s in all", total.Payments, plural(total.Requests, "request")))
	t.field("fundings", fmt.Sprintf("%d, and %d defundings, %d synchronisations", total.Fundings, total.Defundings, total.Syncs))
	t.field("value", fmt.Sprintf("%s funded at once at most, %s in all", money(env.Profile, total.MostFunded), money(env.Profile, total.Funded)))
	t.field("prompts", prompts(env, total))
	t.field("pin tries", fmt.Sprintf("%d wrong ones", total.PINTries))
	t.field("samples", fmt.Sprintf("%s made, %d destroyed", plural(total.Units, "unit"), est.Destroyed))
	if est.Days > 0 {
		t.field("days", fmt.Sprintf("%d under the daily caps of the ICS", est.Days))
	} else {
		t.field("days", "no daily caps declared")
	}
	if est.Hours >= 0 {
		t.field("hours", fmt.Sprintf("%.2f at the speed of the IXIT", est.Hours))
	} else {
		t.field("hours", "unknown: give speed in the IXIT")
	}
	for _, d := range doubts {
		t.paragraph(2, d)
	}
	t.heading("Checks, in order")
	for _, l := range est.Lines {
		note := ""
		if l.Destructive {
			note = ", destroys a unit"
		}
		t.line("  %-24s %3d payments, %3d fundings%s", l.Check, l.Cost.Payments, l.Cost.Fundings, note)
	}
	t.notTested(left(plan))
}

func prompts(env *check.Env, total estimate.Cost) string {
	if len(env.Bench.Prompts) == 0 {
		return "unknown: give prompts in the IXIT, if the product asks for any"
	}
	return fmt.Sprint(total.Prompts)
}

// money is an amount of minor units in the profile's currency.
func money(p *spec.Profile, minor uint64) string {
	s := fmt.Sprintf("%0*d", p.Exponent+1, minor)
	if p.Exponent > 0 {
		s = s[:len(s)-p.Exponent] + "." + s[len(s)-p.Exponent:]
	}
	return strings.TrimSpace(s + " " + p.Currency)
}
