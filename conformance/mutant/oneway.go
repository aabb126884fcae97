package mutant

import (
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/ledger"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// oneWayMutants are wrong about static requests and what answers them.
func oneWayMutants() []Mutant {
	return []Mutant{
		{Name: "forgets-capsules", Breaks: spec.PAY09, Fault: "sends one-way payments once only", wrap: wrapped(func(_ *wrapper, c call) {
			if c.verb == "resend-one-way" && c.answer.Done != nil {
				c.answer.Done = &adapter.Result{}
			}
		})},
		{Name: "reseals", Breaks: spec.PAY09, Fault: "seals a one-way payment anew when it sends it again", wrap: wrappedBefore(func(w *wrapper, c call) {
			if c.verb == "resend-one-way" {
				w.edit(c.handle, func(s *device.State) {
					for i, slot := range s.Slots {
						if slot.Capsule != nil {
							s.Slots[i].Capsule, s.Slots[i].State = nil, device.SlotDebited
						}
					}
				})
			}
		})},
		{Name: "drops-torn-capsules", Breaks: spec.PAY09, Fault: "forgets a one-way payment that a power cut has interrupted, and its debit stands", wrap: wrapped(func(w *wrapper, c call) {
			if c.verb == "pay-one-way" && c.answer.Torn != nil {
				w.edit(c.handle, func(s *device.State) {
					for i, slot := range s.Slots {
						if slot.Flags&wire.TransferOneWay != 0 {
							s.Slots[i] = device.Slot{}
						}
					}
				})
			}
		})},
		{Name: "credits-torn-capsules", Breaks: spec.PAY10, Fault: "credits a one-way payment that a power cut has interrupted at once, and again when it comes again", wrap: wrapped(func(w *wrapper, c call) {
			if c.verb == "accept-one-way" && c.answer.Torn != nil && c.gained(w) == 0 {
				w.edit(c.handle, func(s *device.State) { s.Lots[1] += 30 })
			}
		})},
		{Name: "credits-capsules-again", Breaks: spec.PAY10, Fault: "forgets at a power cycle which one-way payments it has credited", wrap: wrapped(atPowerCycle(func(s *device.State) {
			forget(s, func(device.StaticEntry) bool { return true })
		}))},
		{Name: "pays-posters-once", Breaks: spec.PAY10, Fault: "takes one payment for a static request", wrap: wrappedBefore(func(w *wrapper, c call) {
			if c.verb == "accept-one-way" {
				w.edit(c.handle, func(s *device.State) {
					for i := range s.Statics.Slots {
						s.Statics.Slots[i].Max = 1
					}
				})
			}
		})},
		{Name: "forgets-refusals", Breaks: spec.PAY11, Fault: "credits a one-way payment that it has refused for good", wrap: wrapped(func(w *wrapper, c call) {
			if c.verb == "accept-one-way" && c.answer.Refused != nil {
				w.edit(c.handle, func(s *device.State) {
					forget(s, func(e device.StaticEntry) bool { return e.Why != 0 })
				})
			}
		})},
		{Name: "bottomless-poster", Breaks: spec.PAY12, Fault: "takes more payments for a static request than its maximum", device: without(device.ProcOneWay, "place left")},
		{Name: "credits-expired", Breaks: spec.PAY13, Fault: "credits one-way payments past their last epoch", device: without(device.ProcOneWay, "expiry")},
		{Name: "pays-expired", Breaks: spec.PAY13, Fault: "pays static requests past their last epoch", device: without(device.ProcPayOneWay, "expiry")},
	}
}

// forget drops entries of static requests.
func forget(s *device.State, which func(device.StaticEntry) bool) {
	for i, slot := range s.Statics.Slots {
		s.Statics.Slots[i].Entries = slices.DeleteFunc(slices.Clone(slot.Entries), which)
	}
}

// claimMutants are wrong about payees in software.
func claimMutants() []Mutant {
	return []Mutant{
		{Name: "believes-the-flag", Breaks: spec.CLM01, Fault: "takes a payee's own word for its class", device: both(
			replaced(device.ProcPay, "payee class", always), replaced(device.ProcPayOneWay, "payee class", always))},
		{Name: "shuns-software", Breaks: spec.CLM01, Fault: "pays no payee in software, though it says so", device: both(
			replaced(device.ProcPay, "payee class", ofDevice), replaced(device.ProcPayOneWay, "payee class", ofDevice))},
		{Name: "refunds-claims", Breaks: spec.CLM02, Fault: "takes a claim back on a refusal in the name of a device", device: without(device.ProcReceipt, "no claim")},
		{Name: "keeps-accepted-claims", Breaks: spec.CLM02, Fault: "does not end a claim on its payee's word", device: replaced(device.ProcReceipt, "no claim", func(c *device.Context) bool {
			return c.Slot.Flags&wire.TransferClaim == 0
		})},
		{Name: "pays-claims-again", Breaks: spec.CLM03, Fault: "pays a claim each time it is brought", ledger: func(p *ledger.Parts) { p.Rules.DepositOnce = nil }},
		{Name: "pays-what-is-no-claim", Breaks: spec.CLM03, Fault: "pays for every transfer that is brought", ledger: func(p *ledger.Parts) {
			p.Rules.Claim = nil
			p.Rules.Deposit = ledger.Without(p.Rules.Deposit, "the claim is in force, or its payee has accepted it")
		}},
		{Name: "refunds-early", Breaks: spec.CLM04, Fault: "refunds an unclaimed claim before its end", ledger: func(p *ledger.Parts) {
			p.Rules.Refund = ledger.Without(p.Rules.Refund, "the claim has expired")
		}},
		{Name: "pays-refunded", Breaks: spec.CLM04, Fault: "pays a claim that it has refunded", ledger: func(p *ledger.Parts) {
			p.Rules.Deposit = ledger.Without(ledger.Without(p.Rules.Deposit, "the claim was not refunded"),
				"the claim is in force, or its payee has accepted it")
		}},
	}
}

func ofDevice(c *device.Context) bool {
	return c.PayReq.Flags&wire.PayReqSE != 0 && c.Signer().Body.Class == wire.ClassSE
}
