// Package estimate says what a run will ask of a bench before anything is
// touched: it rehearses the planned checks on the reference behind a face like
// the product's, and counts. What a product asks beyond its verbs, prompts and
// time, is the IXIT's to say.
package estimate

import (
	"context"
	"math"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/conformance/disguise"
	"github.com/assay-cbdc/assay/conformance/ics"
	"github.com/assay-cbdc/assay/conformance/simulator"
)

// A Cost is what checks ask of a bench. Amounts are in minor units.
type Cost struct {
	Requests   int    `json:"requests"`
	Units      int    `json:"units"` // devices made anew
	Payments   int    `json:"payments"`
	Fundings   int    `json:"fundings"`
	Defundings int    `json:"defundings"`
	Syncs      int    `json:"synchronisations"`
	PINTries   int    `json:"pin_tries"` // wrong secrets
	Prompts    int    `json:"prompts"`
	Funded     uint64 `json:"funded"`      // in all
	MostFunded uint64 `json:"most_funded"` // by one check
}

func (c *Cost) add(o Cost) {
	c.Requests += o.Requests
	c.Units += o.Units
	c.Payments += o.Payments
	c.Fundings += o.Fundings
	c.Defundings += o.Defundings
	c.Syncs += o.Syncs
	c.PINTries += o.PINTries
	c.Prompts += o.Prompts
	c.Funded += o.Funded
	c.MostFunded = max(c.MostFunded, o.Funded)
}

// A Line is one planned check with its cost.
type Line struct {
	Check       string `json:"check"`
	Title       string `json:"title"`
	Destructive bool   `json:"destructive"`
	Cost        Cost   `json:"cost"`
}

// An Estimate is what a run asks of a bench.
type Estimate struct {
	Lines []Line `json:"checks"`
	Total Cost   `json:"total"`
	// Destroyed is how many units do not work afterwards.
	Destroyed int `json:"destroyed"`
	// Days is how long daily caps make it, 0 without caps.
	Days int `json:"days"`
	// Hours is the time at the product's speed; negative when the IXIT tells none.
	Hours float64 `json:"hours"`
}

// Of rehearses a plan. The error is the harness's.
func Of(ctx context.Context, e *check.Env, plan check.Plan, o check.Options) (Estimate, error) {
	counted := &counter{next: disguise.Like(e.Impl, e.Shape)(simulator.New(simulator.Options{})), prompts: e.Bench.Prompts, secret: e.Bench.Secret}
	stand, err := rehearsal(ctx, counted, e, o)
	if err != nil {
		return Estimate{}, err
	}
	stand.Exchanges = e.Exchanges
	var est Estimate
	for _, c := range plan.Checks {
		if err := ctx.Err(); err != nil {
			return est, err
		}
		counted.cost = Cost{}
		stand.Run(ctx, c)
		est.Lines = append(est.Lines, Line{c.ID, c.Title, c.Destructive, counted.cost})
		est.Total.add(counted.cost)
		if c.Destructive {
			est.Destroyed++
		}
	}
	if e.Impl.Lifecycle == adapter.LifecycleReset {
		est.Destroyed = 0 // a reset gives them back
	}
	est.Days, est.Hours = est.days(o.ICS, e.Impl.Units), est.hours(e.Bench)
	return est, nil
}

// rehearsal is an environment like the product's on the reference. It asks for
// no files: the face has what they say.
func rehearsal(ctx context.Context, a adapter.Adapter, e *check.Env, o check.Options) (*check.Env, error) {
	p := *e.Profile
	stand := check.Options{Profile: &p, Seed: e.Seed, Operator: func(string) adapter.Action { return adapter.PromptDone }}
	if o.ICS != nil {
		said, err := a.Do(ctx, adapter.Request{Verb: adapter.Hello{Versions: []int{adapter.Version}}}, nil)
		if err != nil {
			return nil, err
		}
		stand.ICS, _ = ics.FromHello(*said.Done.Hello)
		stand.ICS.Amounts = o.ICS.Amounts
		stand.Profile = o.Profile // in minor units: the amounts scale it again
	}
	return check.NewEnvWith(ctx, a, stand)
}

// days is how long the caps of a day make it, with the units at work side by
// side.
func (e Estimate) days(i *ics.ICS, units int) int {
	if i == nil {
		return 0
	}
	units = max(units, 1)
	days := 0
	for _, cap := range []struct {
		most *uint64
		need uint64
	}{
		{i.DailyCaps.Payments, uint64(e.Total.Payments)}, {i.DailyCaps.Fundings, uint64(e.Total.Fundings)},
		{i.DailyCaps.Amount, e.Total.Funded},
	} {
		if cap.most != nil && *cap.most > 0 {
			a := *cap.most * uint64(units)
			days = max(days, int((cap.need+a-1)/a))
		}
	}
	return days
}

// hours is the time at the speed that the IXIT tells.
func (e Estimate) hours(x *ics.IXIT) float64 {
	if len(x.Speed) == 0 {
		return -1
	}
	s := x.Speed["payment"]*float64(e.Total.Payments) + x.Speed["funding"]*float64(e.Total.Fundings) +
		x.Speed["defunding"]*float64(e.Total.Defundings) + x.Speed["synchronise"]*float64(e.Total.Syncs)
	return math.Ceil(s/36) / 100
}

// A counter counts what an adapter is asked.
type counter struct {
	next    adapter.Adapter
	prompts map[string]int
	secret  string
	cost    Cost
}

func (c *counter) Do(ctx context.Context, q adapter.Request, on func(adapter.Event) adapter.Reply) (adapter.Answer, error) {
	c.cost.Requests++
	c.cost.Prompts += c.prompts[q.Verb.Name()]
	switch v := q.Verb.(type) {
	case adapter.Create:
		if v.Role == adapter.RoleDevice {
			c.cost.Units++
		}
	case adapter.Pay, adapter.Transfer:
		c.cost.Payments++
	case adapter.Fund:
		c.funds(uint64(v.Amount))
	case adapter.FundRequest:
		c.funds(uint64(v.Amount))
	case adapter.Defund, adapter.DefundRequest:
		c.cost.Defundings++
	case adapter.Synchronise, adapter.SyncReport:
		c.cost.Syncs++
	case adapter.VerifyUser:
		if v.Secret != check.Secret && v.Secret != c.secret {
			c.cost.PINTries++
		}
	}
	return c.next.Do(ctx, q, on)
}

// funds counts a funding that can be had: absurd ones are refused.
func (c *counter) funds(amount uint64) {
	c.cost.Fundings++
	if amount < 1<<53 {
		c.cost.Funded += amount
	}
}

// Unknown is what an estimate cannot say: where the reference has no such face.
func Unknown(h adapter.Implementation) []string {
	var all []string
	if h.Class == "RP" && h.Lifecycle != adapter.LifecycleReset {
		all = append(all, "class RP is rehearsed on units that can be reset")
	}
	return all
}
