package mutant

import (
	"slices"

	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/spec"
)

// certLifeMutants misread what a certificate, or a list, says.
func certLifeMutants() []Mutant {
	freshByEpoch := func(p device.Procedure) func(*device.Parts) {
		return withRules(func(r device.Rules) device.Rules {
			right := r.Rule(p, "revocations fresh").Holds
			return r.Replace(p, "revocations fresh", func(c *device.Context) bool {
				return right(c) || c.State.RevsetCount >= c.Policy.Fresh.MaxCount
			})
		})
	}
	return []Mutant{
		{Name: "pays-after-its-end", Breaks: spec.CRY12, Fault: "pays under a certificate of its own that has ended, and leaves it to the payee to refuse", device: without(device.ProcPay, "own certificate")},
		{Name: "asks-after-its-end", Breaks: spec.CRY12, Fault: "asks to be paid under a certificate of its own that has ended", device: without(device.ProcRequest, "own certificate")},
		{Name: "posts-after-its-end", Breaks: spec.CRY12, Fault: "makes static requests under a certificate of its own that has ended", device: without(device.ProcStatic, "own certificate")},
		{Name: "mails-after-its-end", Breaks: spec.CRY12, Fault: "pays static requests under a certificate of its own that has ended", device: without(device.ProcPayOneWay, "own certificate")},
		{Name: "ends-early", Breaks: spec.CRY12, Fault: "grants its own certificate no grace", device: both(
			replaced(device.ProcPay, "own certificate", withoutGrace), replaced(device.ProcRequest, "own certificate", withoutGrace))},
		{Name: "revocations-uncounted", Breaks: spec.LCM02, Fault: "asks for the age of a revocation set, and not how often it has served", device: both(
			freshByEpoch(device.ProcPay), freshByEpoch(device.ProcRequest), freshByEpoch(device.ProcTransfer))},
		{Name: "respends-uncertified", Breaks: spec.CRY03, Fault: "pays on what it has received although its certificate does not permit it", wrap: wrapped(func(w *wrapper, c call) {
			if got := c.gained(w); c.verb == "accept" && got > 0 {
				w.edit(c.handle, func(s *device.State) {
					for h := 2; h < len(s.Lots); h++ {
						s.Lots[1], s.Lots[h] = s.Lots[1]+s.Lots[h], 0
					}
				})
			}
		})},
		{Name: "first-class-for-all", Breaks: spec.LIM01, Fault: "applies the limits of the first class to every class", device: replaced(device.ProcPay, "transaction limit", func(c *device.Context) bool {
			limits, named := c.Policy.LimitsOf(1)
			return named && limits.MaxTx.Allows(uint64(c.Amount))
		})},
		{Name: "rekey-in-time-only", Breaks: spec.LCM04, Fault: "asks for no other key once its certificate has ended", device: replaced(device.ProcRekey, "suite", func(c *device.Context) bool {
			return c.OwnInForce()
		})},
		{Name: "takes-stripped-payers", Breaks: spec.CRY08, Fault: "does not compare a payer's suite with those that it is certified for", device: without(device.ProcTransfer, "certified suite")},
		{Name: "prefers-classical", Breaks: spec.CRY08, Fault: "offers the classical suite alone although it has a stronger one", device: replaced(device.ProcRequest, "hello", classicalOnly)},
		{Name: "intolerant", Breaks: spec.INT01, Fault: "refuses a greeting that lists a suite which it does not know", device: withRules(func(r device.Rules) device.Rules {
			right := r.Rule(device.ProcRequest, "hello").Holds
			return r.Replace(device.ProcRequest, "hello", func(c *device.Context) bool {
				return right(c) && !slices.ContainsFunc(c.Hello.Suites, func(s suite.Suite) bool {
					_, known := suite.Lookup(s)
					return !known
				})
			})
		})},
	}
}

// classicalOnly reads a greeting as if it listed no suite but Ed25519.
func classicalOnly(c *device.Context) bool {
	ok := device.StandardRules().Rule(device.ProcRequest, "hello").Holds(c)
	if slices.Contains(c.Hello.Suites, suite.Ed25519) {
		c.Hello.Suites = []suite.Suite{suite.Ed25519}
	}
	return ok
}

// withoutGrace holds the own certificate to its last epoch itself.
func withoutGrace(c *device.Context) bool {
	strict := *c.Policy
	strict.Fresh.Grace = 0
	c.Policy = &strict
	return c.OwnInForce()
}
