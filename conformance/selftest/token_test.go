package selftest

import (
	"testing"

	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/conformance/mutant"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/ledger"
	"github.com/assay-cbdc/assay/spec"
)

// partDeletions leave out one rule of tokens and their parts each.
func partDeletions() []deletion {
	var all []deletion
	for _, p := range []device.Procedure{device.ProcToken, device.ProcFragments, device.ProcTokenFund, device.ProcRenewed} {
		for _, r := range device.StandardRules()[p] {
			all = append(all, deletion{
				Name: string(p) + ": " + r.Name, Requirement: r.Requirement,
				options: simulator.Options{Device: func(parts *device.Parts) {
					parts.Rules = parts.Rules.Replace(p, r.Name, func(c *device.Context) bool {
						_ = r.Holds(c) // it fills in what later rules read
						return true
					})
				}},
			})
		}
	}
	all = append(all, ledgerList("parts", func(r *ledger.Rules) *[]ledger.Rule[ledger.PartsOf] { return &r.Parts })...)
	all = append(all, ledgerList("renew", func(r *ledger.Rules) *[]ledger.Rule[ledger.PartsOf] { return &r.Renew })...)
	all = append(all, ledgerList("void", func(r *ledger.Rules) *[]ledger.Rule[ledger.PartsOf] { return &r.Void })...)
	return append(all, ledgerList("redeem parts", func(r *ledger.Rules) *[]ledger.Rule[ledger.PartsOf] { return &r.RedeemParts })...)
}

// unseenOfParts says why no check notices that a rule is missing.
var unseenOfParts = map[string]string{
	"token: form":           noDevice,
	"token: certificate":    noDevice,
	"token: suite":          "the signature is verified with the key of the certificate, whatever suite is named",
	"token: path signature": services,
	"fragments: room":       "nothing that is accepted above the room that is promised is wrong",
	"renew: the ledger has issued their tokens":    "what was brought to a device was issued",
	"renew: the fragments are inside their tokens": "what was brought to a device is inside its token",
	"tokenFund: room": "nothing that is accepted above the room that is promised is wrong",
}

// TestEveryPartRuleIsMissed: in family T some check has to fail a device or a
// ledger that leaves out one rule of tokens.
func TestEveryPartRuleIsMissed(t *testing.T) {
	profile, err := spec.LoadProfile(mutant.TokenProfile)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range partDeletions() {
		if unseenOfParts[d.Name] != "" {
			continue
		}
		env, err := check.NewEnv(t.Context(), simulator.New(d.options), profile, 1)
		if err != nil {
			t.Fatal(err)
		}
		if !noticed(env, d) {
			t.Errorf("no check notices that a rule is missing: %s (%s)", d.Name, d.Requirement)
		}
	}
}
