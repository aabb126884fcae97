package device

import (
	"maps"
	"slices"

	"github.com/assay-cbdc/assay/spec"
)

// A Procedure names an ordered list of rules.
type Procedure string

// The procedures, in the order of the chapters.
const (
	ProcProvision  Procedure = "provision"
	ProcStart      Procedure = "start"
	ProcRequest    Procedure = "request"    // payee on M1
	ProcFinish     Procedure = "finish"     // payee on M1, armed to finish
	ProcPay        Procedure = "pay"        // payer on M2
	ProcResend     Procedure = "resend"     // payer on M2 of a payee that is armed to finish
	ProcTransfer   Procedure = "transfer"   // payee on a TRANSFER
	ProcStatic     Procedure = "static"     // payee before STATIC_REQ
	ProcPayOneWay  Procedure = "payOneWay"  // payer on STATIC_REQ
	ProcOneWay     Procedure = "oneWay"     // payee on a one-way TRANSFER
	ProcReceipt    Procedure = "receipt"    // payer on a RECEIPT
	ProcFund       Procedure = "fund"       // before FUND_REQ
	ProcFundAccept Procedure = "fundAccept" // on FUND
	ProcDefund     Procedure = "defund"     // before DEFUND
	ProcDefundAck  Procedure = "defundAck"
	ProcSync       Procedure = "sync" // on SYNC_CHAL
	ProcSyncAck    Procedure = "syncAck"
	ProcResolve    Procedure = "resolve"
	ProcPolicy     Procedure = "policy"
	ProcRevset     Procedure = "revset"
	ProcCertGet    Procedure = "certGet"
	ProcRekey      Procedure = "rekey"     // before REKEY_REQ
	ProcRekeyed    Procedure = "rekeyed"   // on the certificates that answer it
	ProcTokens     Procedure = "tokens"    // payee on TOKENS
	ProcToken      Procedure = "token"     // on a TOKEN
	ProcFragments  Procedure = "fragments" // payee on a TRANSFER of family T
	ProcTokenFund  Procedure = "tokenFund" // on FUND of family T
	ProcRenewed    Procedure = "renewed"   // on SYNC_ACK of family T
	ProcKeyset     Procedure = "keyset"
	ProcDepositAck Procedure = "depositAck"
)

// A Rule is one check of a procedure. Holds may fill the context for the rules
// after it, and may call [Context.Fail] to name another code than the rule's.
type Rule struct {
	Name        string
	Requirement spec.ID
	Code        spec.Code
	Holds       func(*Context) bool
}

// Rules are the checks of every procedure, in the chapters' order.
type Rules map[Procedure][]Rule

// StandardRules returns the right rules, in memory of the caller's own.
func StandardRules() Rules {
	return Rules{
		ProcProvision:  provisionRules(),
		ProcStart:      startRules(),
		ProcRequest:    requestRules(),
		ProcFinish:     finishRules(),
		ProcPay:        payRules(),
		ProcResend:     resendRules(),
		ProcTransfer:   transferRules(),
		ProcStatic:     staticRules(),
		ProcPayOneWay:  payOneWayRules(),
		ProcOneWay:     oneWayRules(),
		ProcReceipt:    receiptRules(),
		ProcFund:       fundRules(),
		ProcFundAccept: fundAcceptRules(),
		ProcDefund:     defundRules(),
		ProcDefundAck:  defundAckRules(),
		ProcSync:       syncRules(),
		ProcSyncAck:    syncAckRules(),
		ProcResolve:    resolveRules(),
		ProcPolicy:     policyRules(),
		ProcRevset:     revsetRules(),
		ProcCertGet:    certGetRules(),
		ProcRekey:      rekeyRules(),
		ProcRekeyed:    rekeyedRules(),
		ProcTokens:     onlineRules(),
		ProcToken:      issuedRules(),
		ProcFragments:  fragmentRules(),
		ProcTokenFund:  tokenFundRules(),
		ProcRenewed:    renewedRules(),
		ProcKeyset:     keysetRules(),
		ProcDepositAck: depositAckRules(),
	}
}

// Replace returns a copy in which the named rule of the procedure holds when
// holds says so. There must be such a rule.
func (r Rules) Replace(p Procedure, name string, holds func(*Context) bool) Rules {
	out := r.clone()
	out[p][out.index(p, name)].Holds = holds
	return out
}

// Without returns a copy without the named rule. There must be such a rule.
func (r Rules) Without(p Procedure, name string) Rules {
	out := r.clone()
	i := out.index(p, name)
	out[p] = slices.Delete(out[p], i, i+1)
	return out
}

// Rule returns the named rule of a procedure. There must be such a rule.
func (r Rules) Rule(p Procedure, name string) Rule { return r[p][r.index(p, name)] }

func (r Rules) clone() Rules {
	out := maps.Clone(r)
	for p, list := range out {
		out[p] = slices.Clone(list)
	}
	return out
}

func (r Rules) index(p Procedure, name string) int {
	i := slices.IndexFunc(r[p], func(rule Rule) bool { return rule.Name == name })
	if i < 0 {
		panic("device: no rule " + name + " in " + string(p))
	}
	return i
}

// judge applies the rules of a procedure in order and returns the refusal of the
// first that does not hold, or nil.
func (d *Device) judge(p Procedure, c *Context) *Refusal {
	return d.judgeList(d.parts.Rules[p], c)
}

func (d *Device) judgeList(rules []Rule, c *Context) *Refusal {
	for _, rule := range rules {
		c.failed = nil
		if rule.Holds(c) {
			continue
		}
		if c.failed != nil {
			d.last = c.failed.Code
			return c.failed
		}
		return d.refuse(rule.Requirement, rule.Code)
	}
	return nil
}
