package mutant

import (
	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

func invariantMutants() []Mutant {
	return []Mutant{
		{Name: "mints-now-and-then", Breaks: spec.INV01, Fault: "adds one minor unit at every third credit", wrap: wrapped(func(w *wrapper, c call) {
			if c.verb == "accept" && c.gained(w) > 0 {
				if w.counts[c.handle]++; w.counts[c.handle]%3 == 0 {
					w.edit(c.handle, func(s *device.State) { s.Lots[0]++ })
				}
			}
		})},
		{Name: "loses-on-refund", Breaks: spec.INV02, Fault: "loses one minor unit at every refund", wrap: wrapped(func(w *wrapper, c call) {
			if c.verb == "acknowledge" && c.gained(w) > 0 {
				w.edit(c.handle, func(s *device.State) { take(s, 1) })
			}
		})},
		{Name: "epoch-in-ram", Breaks: spec.INV07, Fault: "forgets its epoch at a power cycle", wrap: wrapped(atPowerCycle(func(s *device.State) {
			s.Epoch -= min(s.Epoch, 1)
		}))},
		{Name: "mark-falls", Breaks: spec.INV07, Fault: "lets its low-water mark fall at a synchronisation", wrap: wrapped(func(w *wrapper, c call) {
			if c.verb == "sync-apply" && c.before != nil && c.before.LowWater > 0 {
				w.edit(c.handle, func(s *device.State) { s.LowWater = 0 })
			}
		})},
		{Name: "mark-from-ledger", Breaks: spec.INV07, Fault: "takes a lower low-water mark from an acknowledgement", wrap: wrapped(func(w *wrapper, c call) {
			q, ok := c.request.Verb.(adapter.SyncApply)
			if !ok || c.answer.Done == nil || c.before == nil {
				return
			}
			o, err := wire.DecodeObject(q.Message, wire.TypeSyncAck.MaxBytes())
			if err != nil {
				return
			}
			if ack, err := wire.DecodeSyncAck(o.Payload); err == nil && ack.LowWater < c.before.LowWater {
				w.edit(c.handle, func(s *device.State) { s.LowWater = ack.LowWater })
			}
		})},
		{Name: "credits-then-checks", Breaks: spec.INV08, Fault: "credits before it has checked the signature", wrap: wrapped(func(w *wrapper, c call) {
			if c.verb != "accept" || !c.refused(spec.ESig) || c.before == nil {
				return
			}
			for _, r := range c.before.Requests {
				if r.Open {
					w.edit(c.handle, func(s *device.State) { s.Lots[1] += r.Amount })
					return
				}
			}
		})},
	}
}
