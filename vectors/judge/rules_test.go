package judge_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/ledger"
	"github.com/assay-cbdc/assay/reference/nose"
	"github.com/assay-cbdc/assay/reference/provenance"
	"github.com/assay-cbdc/assay/reference/provider"
	"github.com/assay-cbdc/assay/reference/qr"
	"github.com/assay-cbdc/assay/reference/telecom"
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
	"defundAck/path signature":  "stored",
	"policy/path signature":     "stored",
	"sync/path signature":       "stored",
	"revset/path signature":     "stored",
	"keyset/path signature":     "stored",
	// The request of the session has just asked for both.
	"tokens/holding":            "a policy that comes in between",
	"tokens/log":                "a place that was reserved",
	"depositAck/path signature": "stored",
	// The links have vectors of their own; which lots a payer draws is in no message.
	"pay/links": "a choice",
	// What is pending in a state has been signed.
	"rekeyed/debits signed": "stored",
	// The rule "signer known" has found it.
	"policy/certificate": "found before",
}

// heldBy are the kinds of vectors that notice each rule of a procedure.
var heldBy = map[device.Procedure][]string{
	device.ProcTransfer: {"transfer"}, device.ProcPay: {"pay-req"}, device.ProcReceipt: {"receipt"},
	device.ProcFundAccept: {"fund"}, device.ProcPolicy: {"policy"}, device.ProcRevset: {"revset"},
	device.ProcPayOneWay: {"static-req"}, device.ProcOneWay: {"one-way"}, device.ProcSyncAck: {"sync-ack"},
	device.ProcResolve: {"resolve"}, device.ProcDefundAck: {"defund-ack"}, device.ProcRekeyed: {"rekeyed"},
	device.ProcCertGet: {"cert-get"}, device.ProcRequest: {"hello"}, device.ProcFinish: {"hello-finish"},
	device.ProcResend: {"resend", "resend-pay-req"}, device.ProcSync: {"sync-chal"},
	// Of family T: what comes beside a TRANSFER, and inside FUND and SYNC_ACK.
	device.ProcToken: {"transfer"}, device.ProcFragments: {"transfer"}, device.ProcTokenFund: {"fund"}, device.ProcRenewed: {"sync-ack"},
	// Of family E.
	device.ProcKeyset: {"keyset"}, device.ProcDepositAck: {"deposit-ack"}, device.ProcTokens: {"tokens"},
}

func TestEveryRuleOfTheDeviceHasAVector(t *testing.T) {
	for procedure, kinds := range heldBy {
		for i, rule := range device.StandardRules()[procedure] {
			if _, ok := needless[fmt.Sprintf("%s/%s", procedure, rule.Name)]; ok {
				continue
			}
			j := judge.New()
			j.Device = device.StandardRules()
			j.Device[procedure] = slices.Delete(slices.Clone(j.Device[procedure]), i, i+1)
			if !disagrees(t, j, kinds...) {
				t.Errorf("%s: no vector needs the rule %q", procedure, rule.Name)
			}
		}
	}
}

func TestEveryRuleOfSoftwareHasAVector(t *testing.T) {
	for i, rule := range nose.Rules() {
		j := judge.New()
		j.Software = slices.Delete(nose.Rules(), i, i+1)
		if !disagrees(t, j, "software") {
			t.Errorf("no vector needs the rule %q", rule.Name)
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

func TestEveryRuleOfATextHasAVector(t *testing.T) {
	for i, rule := range qr.StandardRules() {
		j := judge.New()
		j.Text = slices.Delete(qr.StandardRules(), i, i+1)
		if !disagrees(t, j, "qr") {
			t.Errorf("no vector needs the rule %q", rule.Name)
		}
	}
}

func TestEveryRuleOfAFrameHasAVector(t *testing.T) {
	for i, rule := range telecom.StandardRules() {
		j := judge.New()
		j.Frame = slices.Delete(telecom.StandardRules(), i, i+1)
		if !disagrees(t, j, "telecom") {
			t.Errorf("no vector needs the rule %q", rule.Name)
		}
	}
}

func TestEveryRuleOfATokenHasAVector(t *testing.T) {
	for i, rule := range device.TokenRules() {
		j := judge.New()
		j.Tokens = slices.Delete(device.TokenRules(), i, i+1)
		if !disagrees(t, j, "transfer") {
			t.Errorf("no vector needs the rule %q", rule.Name)
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
	without(t, "deposit", func(r *ledger.Rules) *[]ledger.Rule[ledger.Debit] { return &r.Claim })
	// The book of accounts refuses it too, with the same code.
	without(t, "deposit", func(r *ledger.Rules) *[]ledger.Rule[ledger.Debit] { return &r.Deposit }, "the account takes the amount")
	without(t, "deposit", func(r *ledger.Rules) *[]ledger.Rule[ledger.Debit] { return &r.DepositOnce })
	// RESOLVE 1 comes first where a claim was paid or accepted, and only claims
	// are asked about here.
	without(t, "unclaimed", func(r *ledger.Rules) *[]ledger.Rule[ledger.Debit] { return &r.Refund },
		"the transfer is a claim", "the claim was not paid", "its payee has not accepted it")
	without(t, "sync", func(r *ledger.Rules) *[]ledger.Rule[ledger.Report] { return &r.Sync }, device)
	without(t, "record-transfer", func(r *ledger.Rules) *[]ledger.Rule[ledger.Settlement] { return &r.Settle }, device)
	without(t, "record-transfer", func(r *ledger.Rules) *[]ledger.Rule[ledger.Settlement] { return &r.SettleOnce })
	without(t, "record-receipt", func(r *ledger.Rules) *[]ledger.Rule[ledger.Answer] { return &r.Receipt }, device)
	without(t, "record-rekey", func(r *ledger.Rules) *[]ledger.Rule[ledger.Link] { return &r.Link }, device)
	without(t, "record-pay-req", func(r *ledger.Rules) *[]ledger.Rule[ledger.Request] { return &r.Request }, device)
	// An account in a vector is its device's, and its balance is far from 2^53.
	without(t, "defund", func(r *ledger.Rules) *[]ledger.Rule[ledger.Defunding] { return &r.Order },
		"the account of the order is the device's", "the account takes the amount")
	// Of families I and S.
	without(t, "run", func(r *ledger.Rules) *[]ledger.Rule[ledger.Debit] { return &r.Reserve })
	without(t, "run", func(r *ledger.Rules) *[]ledger.Rule[ledger.Defunding] { return &r.ReserveDefunding })
	without(t, "run", func(r *ledger.Rules) *[]ledger.Rule[ledger.FundingRequest] { return &r.ReserveCancel })
	// Of family T.
	without(t, "run", func(r *ledger.Rules) *[]ledger.Rule[ledger.PartsOf] { return &r.Parts })
	without(t, "run", func(r *ledger.Rules) *[]ledger.Rule[ledger.PartsOf] { return &r.RedeemParts })
	without(t, "run", func(r *ledger.Rules) *[]ledger.Rule[ledger.PartsOf] { return &r.Void })
	// What was not issued is worth nothing, so that every part of it is outside: where
	// no code is told, nobody can tell the two rules apart.
	without(t, "run", func(r *ledger.Rules) *[]ledger.Rule[ledger.PartsOf] { return &r.Renew }, "the ledger has issued their tokens")
	// Of family E.
	without(t, "fund-req", func(r *ledger.Rules) *[]ledger.Rule[ledger.FundingRequest] { return &r.Withdraw })
	without(t, "fund-req", func(r *ledger.Rules) *[]ledger.Rule[ledger.FundingRequest] { return &r.VoidTokens })
	without(t, "record-deposit", func(r *ledger.Rules) *[]ledger.Rule[ledger.Deposit] { return &r.DepositSigner }, device)
	without(t, "record-deposit", func(r *ledger.Rules) *[]ledger.Rule[ledger.Redemption] { return &r.Redeem })
	without(t, "record-deposit", func(r *ledger.Rules) *[]ledger.Rule[ledger.Redemption] { return &r.Fresh })
}

// TestEveryListOfRulesIsHeld: a list of the reference either has vectors that
// notice each of its rules, or stands here with the reason.
func TestEveryListOfRulesIsHeld(t *testing.T) {
	unheld := map[device.Procedure]string{
		device.ProcProvision: "no message of its own: a host's command", device.ProcStart: "a host's command",
		device.ProcFund: "a host's command", device.ProcDefund: "a host's command", device.ProcStatic: "a host's command",
		device.ProcRekey: "a host's command",
	}
	for procedure := range device.StandardRules() {
		if _, ok := unheld[procedure]; ok == (heldBy[procedure] != nil) {
			t.Errorf("%s: it is held by vectors, or it is not", procedure)
		}
	}
}

func TestEveryRuleOfTheProviderHasAVector(t *testing.T) {
	for kind, of := range map[string]func(*provider.Rules) *[]provider.Rule{
		"rekey-req": func(r *provider.Rules) *[]provider.Rule { return &r.Rekey },
		"enrol-req": func(r *provider.Rules) *[]provider.Rule { return &r.Enrol },
	} {
		standard := provider.DefaultRules()
		for i, rule := range *of(&standard) {
			if rule.Name == "device" {
				continue // what is at hand in a vector is the device's certificate and its provider's, which the name of the first excludes
			}
			j := judge.New()
			list := of(&j.Provider)
			*list = slices.Delete(slices.Clone(*list), i, i+1)
			if !disagrees(t, j, kind) {
				t.Errorf("%s: no vector needs the rule %q", kind, rule.Name)
			}
		}
	}
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
