package mutant

import (
	"math"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/spec"
)

func limitMutants() []Mutant {
	return []Mutant{
		{Name: "max-tx-off-by-one", Breaks: spec.LIM01, Fault: "allows one minor unit above the transaction limit", device: replaced(device.ProcPay, "transaction limit", func(c *device.Context) bool {
			return c.Limits.MaxTx.Allows(uint64(c.Amount) - 1)
		})},
		{Name: "forgets-open-requests", Breaks: spec.LIM02, Fault: "leaves open requests out of its holding", device: both(
			replaced(device.ProcRequest, "holding", func(c *device.Context) bool {
				return c.Limits.MaxHolding.Allows(uint64(c.State.Lots.Sum() + c.Amount))
			}),
			without(device.ProcTransfer, "holding"))},
		{Name: "no-cumulative-limit", Breaks: spec.LIM03, Fault: "does not add up what it has paid", device: without(device.ProcPay, "cumulative limit")},
		{Name: "count-off-by-one", Breaks: spec.LIM04, Fault: "allows one payment more than the count limit", device: replaced(device.ProcPay, "count limit", func(c *device.Context) bool {
			return c.Limits.MaxCount.Allows(c.State.Used.Count)
		})},
		{Name: "ignores-free-count", Breaks: spec.LIM05, Fault: "never asks for verification because of the count", device: replaced(device.ProcPay, "user verification", func(c *device.Context) bool {
			return c.Verified || c.Limits.AuthFreeAmount.Allows(uint64(c.Amount))
		})},
		{Name: "receiving-refills", Breaks: spec.LIM06, Fault: "takes what it receives off what it has used", wrap: wrapped(func(w *wrapper, c call) {
			if got := c.gained(w); c.verb == "accept" && got > 0 {
				w.edit(c.handle, func(s *device.State) { s.Used.Amount -= min(s.Used.Amount, got) })
			}
		})},
		{Name: "limits-in-ram", Breaks: spec.LIM07, Fault: "forgets used limits at a power cycle", wrap: wrapped(atPowerCycle(func(s *device.State) { s.Used = device.Used{} }))},
		{Name: "overwrites-log", Breaks: spec.LIM08, Fault: "drops the oldest log entry when the log is full", wrap: wrappedBefore(func(w *wrapper, c call) {
			if c.verb != "fund-request" && c.verb != "request" && c.verb != "pay" {
				return
			}
			w.edit(c.handle, func(s *device.State) {
				if len(s.Log) >= 60 {
					s.Log = s.Log[1:]
					s.Acked++
				}
			})
		})},
		{Name: "grants-itself", Breaks: spec.LIM09, Fault: "replenishes its limits at every synchronisation", wrap: wrapped(func(w *wrapper, c call) {
			if c.verb == "sync-apply" && c.answer.Done != nil {
				w.edit(c.handle, func(s *device.State) { s.Used = device.Used{} })
			}
		})},
		{Name: "any-policy-version", Breaks: spec.LIM10, Fault: "applies an older policy", device: withoutPolicy(spec.EStale)},
	}
}

// timeMutants are wrong about clocks and time offline.
func timeMutants() []Mutant {
	return []Mutant{
		{Name: "unbacked-duration", Breaks: spec.TIM04, Fault: "applies a limit of duration without one of count", device: withoutPolicy(spec.EMalformed)},
		{Name: "trusts-host-clock", Breaks: spec.TIM01, Fault: "refuses payments when the host's clock is far off", wrap: wrapped(func(w *wrapper, c call) {
			if q, ok := c.request.Verb.(adapter.SetClock); ok {
				w.counts[c.handle] = 0
				if q.Unix > math.MaxInt32 {
					w.counts[c.handle] = 1
				}
			}
			if c.verb == "pay" && w.counts[c.handle] == 1 {
				*c.answer = adapter.Answer{Refused: &adapter.Refusal{Code: int(spec.EExpired)}}
			}
		})},
		{Name: "duration-by-host-clock", Breaks: spec.TIM02, Fault: "measures its time offline with the host's clock", device: hostDuration},
		{Name: "locks-on-clock-jump", Breaks: spec.TIM03, Fault: "forgets a counter when the clock goes back", wrap: wrapped(func(w *wrapper, c call) {
			q, ok := c.request.Verb.(adapter.SetClock)
			if ok && c.before != nil && q.Unix < 1000 && q.Unix >= 0 {
				w.edit(c.handle, func(s *device.State) { s.Used = device.Used{} })
			}
		})},
	}
}

// withoutPolicy leaves out the rules of a POLICY with a code.
func withoutPolicy(code spec.Code) func(*device.Parts) {
	return func(p *device.Parts) {
		var left []cert.PolicyRule
		for _, r := range cert.PolicyRules() {
			if r.Code != code {
				left = append(left, r)
			}
		}
		p.PolicyRules = left
	}
}

// secondsPerEpoch and epochZero say what a day of the host's clock is as an
// epoch: days from 2020-01-01.
const (
	secondsPerEpoch = 86400
	epochZero       = 18262
)

// hostDuration judges the time offline by the host's clock once it is set.
func hostDuration(p *device.Parts) {
	withRules(func(r device.Rules) device.Rules {
		right := r.Rule(device.ProcPay, "offline duration").Holds
		return r.Replace(device.ProcPay, "offline duration", func(c *device.Context) bool {
			clock := c.State.HostClock
			if clock == 0 {
				return right(c)
			}
			today := clock / secondsPerEpoch
			if today < epochZero {
				return true
			}
			return c.Limits.MaxOfflineEpochs.Allows(today - epochZero - min(today-epochZero, c.State.GrantEpoch))
		})
	})(p)
}
