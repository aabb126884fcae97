package judge_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/ledger"
	"github.com/assay-cbdc/assay/reference/provenance"
	"github.com/assay-cbdc/assay/vectors"
	"github.com/assay-cbdc/assay/vectors/judge"
)

var loaded = sync.OnceValues(vectors.Load)

// disagrees reports whether a judge gets any vector of the kinds wrong. A panic
// is an answer like any other: it comes of a rule that later rules rely on.
func disagrees(t *testing.T, j *judge.Judge, kinds ...string) bool {
	t.Helper()
	list, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	for i := range list {
		for k := range list[i].Tests {
			v := &list[i].Tests[k]
			if slices.Contains(kinds, v.Kind) && wrong(j, &list[i], v) {
				return true
			}
		}
	}
	return false
}

func wrong(j *judge.Judge, f *vectors.File, v *vectors.Vector) (wrong bool) {
	defer func() {
		if recover() != nil {
			wrong = true
		}
	}()
	return vectors.Disagreement(j, f, v) != ""
}

// needless are the rules that no message can break where they stand.
var needless = map[string]string{
	// Whatever a service signs is checked against certificates that the device
	// has stored, after it verified them.
	"fundAccept/path signature": "stored",
	"syncAck/path signature":    "stored",
	"resolve/path signature":    "stored",
	"policy/path signature":     "stored",
	"revset/path signature":     "stored",
	// The links have vectors of their own; which lots a payer draws is in no message.
	"transfer/links": "chain.json",
	"pay/links":      "a choice",
	// The rule "signer known" has found it.
	"policy/certificate": "found before",
}

func TestEveryRuleOfTheDeviceHasAVector(t *testing.T) {
	kinds := map[device.Procedure]string{
		device.ProcTransfer: "transfer", device.ProcPay: "pay-req", device.ProcReceipt: "receipt",
		device.ProcFundAccept: "fund", device.ProcPolicy: "policy", device.ProcRevset: "revset",
		device.ProcSyncAck: "sync-ack", device.ProcResolve: "resolve",
	}
	for procedure, kind := range kinds {
		for i, rule := range device.StandardRules()[procedure] {
			if _, ok := needless[fmt.Sprintf("%s/%s", procedure, rule.Name)]; ok {
				continue
			}
			j := judge.New()
			j.Device = device.StandardRules()
			j.Device[procedure] = slices.Delete(slices.Clone(j.Device[procedure]), i, i+1)
			if !disagrees(t, j, kind) {
				t.Errorf("%s: no vector needs the rule %q", procedure, rule.Name)
			}
		}
	}
}

func TestEveryRuleOfAPathHasAVector(t *testing.T) {
	for i, rule := range cert.Rules() {
		j := judge.New()
		j.Path = slices.Delete(cert.Rules(), i, i+1)
		if !disagrees(t, j, "cert") {
			t.Errorf("no vector needs rule %d (%d, %s)", i, rule.Code, rule.Requirement)
		}
	}
}

func TestEveryRuleOfAPolicyHasAVector(t *testing.T) {
	for i, rule := range cert.PolicyRules() {
		j := judge.New()
		j.PolicyRules = slices.Delete(cert.PolicyRules(), i, i+1)
		if !disagrees(t, j, "policy") {
			t.Errorf("no vector needs rule %d (%d, %s)", i, rule.Code, rule.Requirement)
		}
	}
}

// without tries a ledger without each rule of one list in turn.
func without[T any](t *testing.T, kind string, of func(*ledger.Rules) *[]ledger.Rule[T], needless ...string) {
	t.Helper()
	standard := ledger.DefaultRules()
	for i, rule := range *of(&standard) {
		j := judge.New()
		list := of(&j.Ledger)
		*list = slices.Delete(slices.Clone(*list), i, i+1)
		if !slices.Contains(needless, rule.Name) && !disagrees(t, j, kind) {
			t.Errorf("%s: no vector needs the rule %q", kind, rule.Name)
		}
	}
}

func TestEveryRuleOfTheLedgerHasAVector(t *testing.T) {
	// The ledger learns certificates of devices alone, and of devices that have
	// an account.
	const device, account = "the signer is a device", "the device is registered to an account"
	without(t, "fund-req", func(r *ledger.Rules) *[]ledger.Rule[ledger.FundingRequest] { return &r.Funding }, device, account)
	without(t, "fund-req", func(r *ledger.Rules) *[]ledger.Rule[ledger.FundingRequest] { return &r.Cancel }, device)
	without(t, "defund", func(r *ledger.Rules) *[]ledger.Rule[ledger.Defunding] { return &r.Defunding }, device)
	without(t, "defund", func(r *ledger.Rules) *[]ledger.Rule[ledger.Defunding] { return &r.Once }, device)
	without(t, "sync", func(r *ledger.Rules) *[]ledger.Rule[ledger.Report] { return &r.Sync }, device)
}

func TestEveryRuleOfTheLinksHasAVector(t *testing.T) {
	for i, rule := range provenance.Rules() {
		j := judge.New()
		j.Links = slices.Delete(provenance.Rules(), i, i+1)
		if !disagrees(t, j, "chain") {
			t.Errorf("no vector needs the rule %q", rule.Name)
		}
	}
}
