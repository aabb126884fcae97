package selftest

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/conformance/simulator"
)

// unseen are the rules whose deletion no check can notice, and why not. A name
// that ends with * stands for all that begin like it.
var unseen = map[string]string{
	"provision: once":                      "PRV-04 lets a device be provisioned again that keeps its value",
	"start: in service":                    decommissioned,
	"request: in service":                  decommissioned,
	"pay: in service":                      decommissioned,
	"fund: in service":                     decommissioned,
	"request: blocked":                     "LCM-05 stops a blocked device from paying; its peers refuse it by LCM-01",
	"fund: blocked":                        "the ledger refuses to fund a device that it has blocked",
	"request: version":                     "without a common version there is no common choice either, and 111 is as right as 110",
	"finish: version":                      "without a common version there is no common choice either, and 111 is as right as 110",
	"request: common suite":                noDevice,
	"finish: common suite":                 noDevice,
	"request: ring":                        "the log, which is smaller, is full first",
	"pay: session":                         "without a session there is no link to open a message with",
	"pay: certificate":                     noDevice,
	"pay: provisioned":                     "a device that is not provisioned opens no session to pay in",
	"pay: amount asked":                    "the contract hands over an amount only where no request names one",
	"pay: slot":                            noDevice,
	"pay: hop":                             "the lots are drawn under the same limit, and 205 is as right as 206",
	"pay: funds":                           "the lots are drawn from what is there, with the same code",
	"pay: links":                           "the lots are chosen once more, with the same code",
	"resend: session":                      "without a session there is no link to open a message with",
	"resend: choice":                       nothingMoves,
	"resend: link":                         nothingMoves,
	"resend: grammar":                      nothingMoves,
	"resend: certificate":                  nothingMoves,
	"resend: suite":                        nothingMoves,
	"resend: certified suite":              nothingMoves,
	"resend: revocations fresh":            "it always holds: what is pending may be finished at any age",
	"resend: peer epoch":                   "it always holds: what is pending may be finished at any age",
	"transfer: payee tag when closed":      "the payee tag is looked at once more, with the same code",
	"transfer: certificate":                noDevice,
	"transfer: self":                       "the payer's own rule comes first; only a cracked core could sign what this one refuses",
	"transfer: log":                        "the place was reserved when the payment was requested",
	"receipt: pending":                     noDevice,
	"receipt: certificate":                 noDevice,
	"receipt: class":                       "only a trusted device is paid (pay: payee class), and its certificate is remembered",
	"receipt: path signature":              "the payee's certificate was verified before it was paid, and is remembered",
	"fund: amount":                         "the grammar has no voucher of an impossible amount",
	"defund: amount":                       "the grammar has no defunding of an impossible amount",
	"defund: provisioned":                  "a device that is not provisioned holds nothing to defund",
	"defund: slot":                         noDevice,
	"defund: log":                          "the reserve of the log is larger than all slots together",
	"defund: funds":                        "the lots are drawn from what is there, with the same code",
	"defundAck: pending":                   noDevice,
	"sync: provisioned":                    "no ledger can challenge a device that has no certificate",
	"fundAccept: certificate":              noDevice,
	"defundAck: certificate":               noDevice,
	"sync: certificate":                    noDevice,
	"syncAck: certificate":                 noDevice,
	"resolve: certificate":                 noDevice,
	"policy: certificate":                  "the rule \"signer known\" has found it before",
	"policy: signer known":                 noDevice,
	"revset: certificate":                  noDevice,
	"fundAccept: path signature":           services,
	"defundAck: path signature":            services,
	"sync: path signature":                 services,
	"syncAck: path signature":              services,
	"resolve: path signature":              services,
	"policy: path signature":               services,
	"revset: path signature":               services,
	"policy content: 3":                    services,
	"path: 4":                              "a path is found by the issuers that its certificates name",
	"path: 8":                              "the negotiation and the rule \"suite\" leave no other suite to come to it",
	"funding: the signer is a device":      services,
	"cancel: *":                            "a cancellation that is forged takes nothing: the voucher of an open request is what it voids",
	"defunding: the signer is a device":    services,
	"funding: the device is not blocked":   "LCM-05 is about paying, which the device itself stops",
	"defunding: the device is not blocked": "LCM-05 is about paying; what a blocked device brings home is the issuer's rule",
	"funding: the device is registered to an account": "a device without an account has no balance that would cover it",
	"defunding order: the account takes the amount":   "the largest account balance cannot be reached",
	"sync report: the signer is a device":             services,
	"settle: the signer is a device":                  services,
	"rekey: provisioned":                              noDevice,
	"rekey: suite":                                    noDevice,
	"rekeyed: debits signed":                          "every debit has been signed when it is judged",
	"settle receipt: the signer is a device":          services,
	"settle request: the signer is a device":          services,
	"settle link: the signer is a device":             services,
	"text: base45":                                    "what is not base45 gives no bytes, and no bytes are refused with the same code",
}

const (
	decommissioned = "no verb of the contract decommissions a device"
	noDevice       = "the device breaks down where the rule would have refused, which is an error and no kill"
	nothingMoves   = "a resend moves nothing, and without this rule the next one has nothing to read or hands out nothing"
	services       = "the certificates of services and providers come with provisioning alone, where they were verified"
)

// reasonFor is why a deletion cannot be noticed; empty when it has to be.
func reasonFor(name string) string {
	if why, ok := unseen[name]; ok {
		return why
	}
	for prefix, why := range unseen {
		if head, wild := strings.CutSuffix(prefix, "*"); wild && strings.HasPrefix(name, head) {
			return why
		}
	}
	return ""
}

// TestEveryRuleIsMissed leaves out one rule of the reference after the other:
// some check has to fail each device and each ledger that is made so.
func TestEveryRuleIsMissed(t *testing.T) {
	plain, chain := referenceProfile(t), chainProfile(t)
	known := map[string]bool{}
	var jobs []func()
	var mu sync.Mutex
	for _, d := range deletions() {
		known[d.Name] = true
		if reasonFor(d.Name) != "" {
			continue
		}
		jobs = append(jobs, func() {
			p := plain
			if d.chain {
				p = chain
			}
			if d.under != "" {
				p = profileOf(t, d.under)
			}
			if env, err := check.NewEnv(context.Background(), simulator.New(d.options), p, 1); err == nil && noticed(env, d) {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			t.Errorf("no check notices that a rule is missing: %s (%s)", d.Name, d.Requirement)
		})
	}
	parallel(jobs)
	for name := range unseen {
		if !strings.HasSuffix(name, "*") && !known[name] {
			t.Errorf("there is no rule %q to leave out", name)
		}
	}
	t.Logf("%d rules, %d of them noticed", len(known), len(jobs))
}

// noticed runs checks until one fails: those that cite the rule's requirement
// first, sweeps last.
func noticed(env *check.Env, d deletion) bool {
	env.Exchanges = 2
	checks := env.Plan(check.All(), nil).Checks
	slices.Reverse(checks)
	rank := func(c check.Check) int {
		switch {
		case slices.Contains(c.Cites, d.Requirement):
			return 0
		case c.RP && !slices.Contains(c.Needs, adapter.CapCutWrite):
			return 1
		}
		return 2
	}
	slices.SortStableFunc(checks, func(a, b check.Check) int { return cmp.Compare(rank(a), rank(b)) })
	return slices.ContainsFunc(checks, func(c check.Check) bool {
		return slices.ContainsFunc(env.Run(context.Background(), c).Rows, func(r check.Row) bool { return r.Verdict == check.Fail })
	})
}
