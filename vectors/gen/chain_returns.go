package main

import (
	"github.com/assay-cbdc/assay/reference/provenance/chains"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// wrongReturns are not what came back.
func (w *chainWorld) wrongReturns() {
	f, me := w.file, w.payer.Device()
	h, other := w.holders[0], w.holders[1]
	line := func() wire.Input { return w.maker.Line(amount, me) }
	returned := func(by *chains.Holder, edit ...func(*wire.Receipt)) func() wire.ID {
		return func() wire.ID {
			return w.maker.Return(by, w.maker.Pay(w.me, h.DID(), []wire.Input{line()}), edit...)
		}
	}
	alone := func(make func() wire.ID) change {
		return w.resourced(func() ([]wire.ID, []wire.Link) {
			id := make()
			return []wire.ID{id}, []wire.Link{w.maker.Links[id]}
		})
	}
	f.refused(
		bad(70, 7, spec.CON04, spec.EChainMissing, "Return", "the debit that came back is not shown", alone(returned(h))),
		bad(71, 7, spec.CON04, spec.EChainOrder, "Return", "ACCEPTED in place of REFUSED", alone(returned(h, func(m *wire.Receipt) { m.Status, m.Why = wire.ReceiptAccepted, 0 }))),
		bad(72, 7, spec.CON04, spec.EChainOrder, "Return", "a REFUSED of another request", w.one(returned(h, func(m *wire.Receipt) { m.RequestHash[0] ^= 1 }))),
		bad(73, 7, spec.CON04, spec.EChainOrder, "Return", "a debit to a device other than the one that refused", w.one(func() wire.ID {
			return w.maker.Return(h, w.maker.Pay(w.me, other.DID(), []wire.Input{line()}))
		})),
		bad(74, 7, spec.CON04, spec.EChainOrder, "Return", "a debit of another device than the payer", w.one(func() wire.ID {
			return w.maker.Return(h, w.maker.Pay(h, h.DID(), []wire.Input{w.maker.Line(amount, h.DID())}))
		})),
		bad(75, 8, spec.CON04, spec.EChainOrder, "Return", "a RESOLVE for another payee than the tag's", w.one(func() wire.ID {
			return w.resolved(h, line(), func(m *wire.Resolve) { m.Payee = other.DID() })
		})),
		bad(76, 8, spec.CON04, spec.EChainOrder, "Return", "a RESOLVE for another payer", w.one(func() wire.ID {
			return w.resolved(h, line(), func(m *wire.Resolve) { m.Device = other.DID() })
		})),
		bad(77, 9, spec.CON04, spec.EChainOrder, "Return", "a DEFUND_ACK that says credited", alone(func() wire.ID {
			return w.undefunded(line(), func(m *wire.DefundAck) { m.Status = wire.DefundCredited })
		})),
		bad(78, 9, spec.CON04, spec.EChainOrder, "Return", "a DEFUND_ACK for another device", w.one(func() wire.ID {
			return w.undefunded(line(), func(m *wire.DefundAck) { m.Device = other.DID() })
		})),
		bad(79, 13, spec.CON04, spec.EChainAmount, "Return", "a debit that came back and was received", w.resourced(func() ([]wire.ID, []wire.Link) {
			in := w.maker.Line(amount/2, me)
			debit := w.maker.Pay(w.me, me, []wire.Input{in}) // to itself, so that both ways open
			return []wire.ID{w.maker.Return(w.me, debit), debit}, nil
		})),
	)
}
