package mutant

import (
	"crypto/sha256"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

func paymentMutants() []Mutant {
	return []Mutant{
		{Name: "rounds-credits", Breaks: spec.PAY01, Fault: "credits received amounts above 100 rounded down to tens", wrap: wrapped(func(w *wrapper, c call) {
			if got := c.gained(w); c.verb == "accept" && got > 100 && got%10 != 0 {
				w.edit(c.handle, func(s *device.State) { take(s, got%10) })
			}
		})},
		{Name: "overspends", Breaks: spec.PAY02, Fault: "pays more than it holds", device: both(
			without(device.ProcPay, "funds"), func(p *device.Parts) { p.Draw = overdraw })},
		{Name: "any-amount", Breaks: spec.PAY03, Fault: "accepts another amount than it requested", device: without(device.ProcTransfer, "amount")},
		{Name: "any-payee", Breaks: spec.PAY04, Fault: "accepts transfers that were made for somebody else", device: without(device.ProcTransfer, "payee tag")},
		{Name: "reuses-requests", Breaks: spec.PAY05, Fault: "accepts a second transfer for one request", device: without(device.ProcTransfer, "request unused", "request open")},
		{Name: "pays-itself", Breaks: spec.PAY06, Fault: "pays itself", device: both(
			without(device.ProcPay, "self"), without(device.ProcTransfer, "self"))},
		{Name: "late-head-room", Breaks: spec.PAY07, Fault: "looks for head-room only when the transfer arrives", device: without(device.ProcRequest, "holding")},
		{Name: "wrong-receipt", Breaks: spec.PAY08, Fault: "names another transfer in receipts for amounts of 250", device: withRules(func(r device.Rules) device.Rules {
			log := r.Rule(device.ProcTransfer, "log").Holds
			return r.Replace(device.ProcTransfer, "log", func(c *device.Context) bool {
				if c.Amount == 250 {
					c.ID[0] ^= 1
				}
				return log(c)
			})
		})},
	}
}

// respendMutants spend, credit or pass on what they may not.
func respendMutants() []Mutant {
	return []Mutant{
		{Name: "undone-debit", Breaks: spec.DSP01, Fault: "restores its last payment when it is empty", wrap: wrapped(func(w *wrapper, c call) {
			if c.verb == "pay" && c.before != nil {
				if s := w.state(c.handle); s != nil && s.Lots.Sum() == 0 {
					w.amounts[c.handle] = c.before.Lots.Sum()
				}
			}
			if c.verb == "acknowledge" && w.amounts[c.handle] > 0 {
				w.edit(c.handle, func(s *device.State) { s.Lots[0] += w.amounts[c.handle] })
				w.amounts[c.handle] = 0
			}
		})},
		{Name: "session-balance", Breaks: spec.DSP02, Fault: "pays out of the balance that it saw when the session began", device: sessionBalance},
		{Name: "credits-replay", Breaks: spec.DSP05, Fault: "credits a repeated transfer again", wrap: wrapped(func(w *wrapper, c call) {
			q, ok := c.request.Verb.(adapter.Accept)
			if !ok || c.answer.Done == nil {
				return
			}
			key := c.handle + digest(q.Message)
			if got := c.gained(w); got > 0 {
				w.amounts[key] = got
				return
			}
			w.edit(c.handle, func(s *device.State) { s.Lots[0] += w.amounts[key] })
		})},
		{Name: "short-memory", Breaks: spec.DSP06, Fault: "remembers the last four credits only", wrap: wrapped(func(w *wrapper, c call) {
			if c.verb == "accept" && c.gained(w) > 0 {
				w.edit(c.handle, func(s *device.State) {
					if n := len(s.Ring); n > 4 {
						s.Ring = s.Ring[n-4:]
					}
				})
			}
		})},
	}
}

// chainMutants are wrong about counters, hops and relays.
func chainMutants() []Mutant {
	return []Mutant{
		{Name: "forgets-counter", Breaks: spec.DSP04, Fault: "its spend counter goes back at a power cycle", wrap: wrapped(atPowerCycle(func(s *device.State) {
			if s.Counter > 1 { // at 1 its next transfer would not even be well-formed
				s.Counter--
			}
		}))},
		{Name: "reuses-counter", Breaks: spec.DSP07, Fault: "uses a counter again after a power cut in a payment", wrap: wrapped(func(w *wrapper, c call) {
			if c.verb != "pay" || c.answer.Torn == nil || c.before == nil {
				return
			}
			if s := w.state(c.handle); s != nil && s.Counter > c.before.Counter {
				w.edit(c.handle, func(s *device.State) { s.Counter, s.Prev = c.before.Counter, c.before.Prev })
			}
		})},
		{Name: "holds-received", Breaks: spec.CON01, Fault: "does not spend what it has received", wrap: wrapped(func(w *wrapper, c call) {
			if c.verb == "accept" && c.gained(w) > 0 {
				w.edit(c.handle, func(s *device.State) {
					for h := 1; h < wire.MaxHop; h++ {
						s.Lots[wire.MaxHop] += s.Lots[h]
						s.Lots[h] = 0
					}
				})
			}
		})},
		{Name: "relabels-hops", Breaks: spec.CON02, Fault: "lets its hop label saturate instead of stopping", device: both(
			without(device.ProcPay, "hop"), func(p *device.Parts) { p.Draw = relabel })},
		{Name: "any-hop", Breaks: spec.CON03, Fault: "accepts lots above the hop limit", device: replaced(device.ProcTransfer, "lots", func(c *device.Context) bool {
			var sum money.Amount
			for _, l := range c.Transfer.Lots {
				sum += l.Amount
			}
			return sum == c.Transfer.Amount
		})},
		{Name: "credits-garbage", Breaks: spec.INT04, Fault: "credits one minor unit for a frame that a relay has altered", wrap: wrapped(func(w *wrapper, c call) {
			if c.verb == "accept" && c.refused(spec.ELink) {
				w.edit(c.handle, func(s *device.State) { s.Lots[0]++ })
			}
		})},
	}
}

// take lowers the balance, highest hop first.
func take(s *device.State, amount money.Amount) {
	for h := len(s.Lots) - 1; h >= 0 && amount > 0; h-- {
		part := min(s.Lots[h], amount)
		s.Lots[h] -= part
		amount -= part
	}
}

func digest(b []byte) string {
	d := sha256.Sum256(b)
	return string(d[:])
}

// sessionBalance judges funds by the balance at the last start.
func sessionBalance(p *device.Parts) {
	var seen money.Amount
	both(
		replaced(device.ProcStart, "in service", func(c *device.Context) bool {
			seen = c.State.Lots.Sum()
			return true
		}),
		replaced(device.ProcPay, "funds", func(c *device.Context) bool { return c.Amount <= seen }),
		func(p *device.Parts) { p.Draw = overdraw },
	)(p)
}

// atPowerCycle plants a fault whenever power comes back.
func atPowerCycle(change func(*device.State)) func(*wrapper, call) {
	return func(w *wrapper, c call) {
		if c.verb == "power-cycle" {
			w.edit(c.handle, change)
		}
	}
}
