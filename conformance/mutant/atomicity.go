package mutant

import (
	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

func atomicityMutants() []Mutant {
	return []Mutant{
		{Name: "reclaims-on-cancel", Breaks: spec.ATO01, Fault: "takes a pending payment back when the user cancels", wrap: wrapped(func(w *wrapper, c call) {
			if c.verb == "cancel" {
				w.edit(c.handle, reclaim)
			}
		})},
		{Name: "commit-in-two", Breaks: spec.ATO02, Fault: "writes one step in two parts", device: func(p *device.Parts) { p.Store = splitStore{p.Store} }},
		{Name: "debit-in-ram", Breaks: spec.ATO03, Fault: "has its balance back when power is lost as soon as the transfer has left", wrap: wrapped(func(w *wrapper, c call) {
			if c.verb == "pay" && c.answer.Done != nil && c.before != nil {
				w.amounts[c.handle] = c.before.Lots.Sum() - w.state(c.handle).Lots.Sum()
				return
			}
			if c.verb == "power-cycle" && w.amounts[c.handle] > 0 {
				w.edit(c.handle, func(s *device.State) { s.Lots[0] += w.amounts[c.handle] })
			}
			if c.verb != "query" {
				w.amounts[c.handle] = 0
			}
		})},
		{Name: "rebuilds-after-tear", Breaks: spec.ATO04, Fault: "signs a pending transfer anew after a power cycle", wrap: wrapped(atPowerCycle(rebuild))},
		{Name: "credits-in-ram", Breaks: spec.ATO05, Fault: "forgets at a power cycle what it has credited", wrap: wrapped(atPowerCycle(func(s *device.State) { s.Ring = nil }))},
		{Name: "mute-on-resend", Breaks: spec.ATO06, Fault: "answers a resent transfer with a bare refusal", wrap: wrapped(func(w *wrapper, c call) {
			if c.verb == "accept" && c.answer.Done != nil && c.gained(w) == 0 {
				*c.answer = adapter.Answer{Refused: &adapter.Refusal{Code: int(spec.EReqUsed)}}
			}
		})},
		{Name: "hides-pending", Breaks: spec.ATO07, Fault: "does not report what is pending", wrap: wrapped(func(_ *wrapper, c call) {
			if c.verb == "query" && c.answer.Done != nil && c.answer.Done.Value != nil {
				zero := adapter.Amount(0)
				c.answer.Done.Value.Outgoing = &zero
			}
		})},
		{Name: "reuses-pending", Breaks: spec.ATO09, Fault: "takes a pending payment back when the next one needs more than is left", wrap: wrappedBefore(func(w *wrapper, c call) {
			if p, pays := c.request.Verb.(adapter.Pay); pays && c.before != nil && uint64(p.Amount) > uint64(c.before.Lots.Sum()) {
				w.edit(c.handle, reclaim)
			}
		})},
		{Name: "sends-through-tear", Breaks: spec.INV03, Fault: "does not look whether its writes succeed", device: func(p *device.Parts) { p.Store = deafStore{p.Store} }},
		{Name: "new-transfer-on-resend", Breaks: spec.INV04, Fault: "signs a pending transfer anew in every session", wrap: wrapped(func(w *wrapper, c call) {
			if c.verb == "close-session" {
				w.edit(c.handle, rebuild)
			}
		})},
		{Name: "credits-torn-twice", Breaks: spec.INV05, Fault: "credits a transfer again whose credit a power cut interrupted", wrap: wrapped(func(w *wrapper, c call) {
			if c.verb != "accept" {
				return
			}
			if c.answer.Torn != nil {
				w.amounts[c.handle] = c.gained(w)
				return
			}
			if c.answer.Done != nil && c.gained(w) == 0 && w.amounts[c.handle] > 0 {
				w.edit(c.handle, func(s *device.State) { s.Lots[0] += w.amounts[c.handle] })
				w.amounts[c.handle] = 0
			}
		})},
	}
}

// reclaim puts back what is drawn, without anybody's word for it.
func reclaim(s *device.State) {
	for i, slot := range s.Slots {
		if slot.State == device.SlotFree || slot.Type != wire.TypeTransfer {
			continue
		}
		for _, l := range slot.Lots {
			s.Lots[l.Hop] += l.Amount
		}
		s.Slots[i] = device.Slot{}
	}
}

// rebuild makes every pending transfer a different one of the same counter.
func rebuild(s *device.State) {
	for i, slot := range s.Slots {
		if slot.State == device.SlotFree || slot.Type != wire.TypeTransfer {
			continue
		}
		m, err := wire.DecodeTransfer(slot.Payload)
		if err != nil {
			continue
		}
		m.Flags ^= wire.TransferUV
		s.Slots[i].Payload, s.Slots[i].Signature, s.Slots[i].State = m.Encode(), nil, device.SlotDebited
	}
}
