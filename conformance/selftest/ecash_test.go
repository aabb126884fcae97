package selftest

import (
	"context"
	"slices"
	"testing"

	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/conformance/mutant"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/ledger"
	"github.com/assay-cbdc/assay/spec"
)

// tokenDeletions leave out one rule of family E each.
func tokenDeletions() []deletion {
	var all []deletion
	for i, r := range device.TokenRules() {
		all = append(all, deletion{
			Name: "tokens: " + r.Name, Requirement: r.Requirement,
			options: simulator.Options{Device: func(p *device.Parts) {
				p.Tokens = device.TokenRules()
				p.Tokens[i].Holds = func(c *device.TokenCase) bool {
					_ = r.Holds(c) // it fills in what later rules read
					return true
				}
			}},
		})
	}
	for _, p := range []device.Procedure{device.ProcKeyset, device.ProcTokens} {
		for _, r := range device.StandardRules()[p] {
			all = append(all, deletion{
				Name: string(p) + ", device: " + r.Name, Requirement: r.Requirement,
				options: simulator.Options{Device: func(parts *device.Parts) {
					parts.Rules = parts.Rules.Replace(p, r.Name, func(c *device.Context) bool {
						_ = r.Holds(c)
						return true
					})
				}},
			})
		}
	}
	return slices.Concat(all,
		ledgerList("withdraw", func(r *ledger.Rules) *[]ledger.Rule[ledger.FundingRequest] { return &r.Withdraw }),
		ledgerList("void tokens", func(r *ledger.Rules) *[]ledger.Rule[ledger.FundingRequest] { return &r.VoidTokens }),
		ledgerList("redeem", func(r *ledger.Rules) *[]ledger.Rule[ledger.Redemption] { return &r.Redeem }),
		ledgerList("fresh", func(r *ledger.Rules) *[]ledger.Rule[ledger.Redemption] { return &r.Fresh }),
	)
}

// unseenTokens are those whose deletion no check can notice.
var unseenTokens = map[string]string{
	"keyset, device: certificate":    noDevice,
	"keyset, device: path signature": services,
	"tokens, device: request open":   "without an open request there is no amount that tokens could make",
	"tokens, device: holding":        "the room was reserved when the payment was requested",
	"tokens, device: log":            "the place was reserved when the payment was requested",
	"tokens, device: connection":     noDevice,
	"tokens, device: tokens":         "what the ledger does not take is not credited either",
}

// TestEveryTokenRuleIsMissed: in family E some check has to fail a device or a
// ledger that leaves out one rule.
func TestEveryTokenRuleIsMissed(t *testing.T) {
	p := profileOf(t, mutant.ECashProfile)
	for _, d := range tokenDeletions() {
		if unseenTokens[d.Name] != "" {
			continue
		}
		env, err := check.NewEnv(context.Background(), simulator.New(d.options), p, 1)
		if err != nil {
			t.Fatal(err)
		}
		env.Exchanges = 2
		found := false
		for _, c := range env.Plan(check.All(), nil).Checks {
			cites := slices.Contains(c.Cites, d.Requirement) || slices.Contains(c.Cites, spec.ECH07)
			found = found || cites && slices.ContainsFunc(
				env.Run(context.Background(), c).Rows, func(r check.Row) bool { return r.Verdict == check.Fail })
		}
		if !found {
			t.Errorf("no check notices that a rule is missing: %s (%s)", d.Name, d.Requirement)
		}
	}
}
