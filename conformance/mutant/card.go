package mutant

import (
	"context"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/apdu"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/spec"
)

// cardMutants are right over frames, and wrong as cards.
func cardMutants() []Mutant {
	return []Mutant{
		{Name: "card-drops-receipts", Breaks: spec.INT02, Fault: "takes a receipt over APDUs and does nothing with it", wrap: answering(func(c apdu.Command) (apdu.Status, bool) {
			return apdu.StatusOK, c.CLA == apdu.ClassBinding && c.INS == apdu.InsExchange && c.P1 == apdu.RolePayer && c.P2 == 4
		})},
		{Name: "card-loses-rest", Breaks: spec.INT03, Fault: "has forgotten what is left of an answer", wrap: answering(func(c apdu.Command) (apdu.Status, bool) {
			return apdu.StatusConditions, c.CLA == apdu.ClassISO && c.INS == apdu.InsMore
		})},
		{Name: "card-extended-in-name", Breaks: spec.INT03, Fault: "declares extended length and does not take it", wrap: answering(func(c apdu.Command) (apdu.Status, bool) {
			return apdu.StatusLength, c.Extended
		})},
		{Name: "card-short-block-ends", Breaks: spec.INT05, Fault: "takes a block that is not full for the last", card: func(c *apdu.Config) {
			c.Rules.Complete = func(block apdu.Command) bool {
				return block.CLA != apdu.ClassChained || len(block.Data) < 255
			}
		}},
		{Name: "card-joins-anything", Breaks: spec.INT05, Fault: "joins blocks of different commands", card: func(c *apdu.Config) {
			c.Rules.Continues = func(_, _ apdu.Command) bool { return true }
		}},
		{Name: "card-chain-in-flash", Breaks: spec.INT05, Fault: "goes on with the blocks of before a loss of power", wrap: remembering},
		{Name: "card-9000", Breaks: spec.INT07, Fault: "answers 9000 to what it has refused", card: func(c *apdu.Config) {
			c.Rules.Status = func(spec.Code) apdu.Status { return apdu.StatusOK }
		}},
		{Name: "card-one-status", Breaks: spec.INT07, Fault: "answers every refusal with 6985", card: func(c *apdu.Config) {
			c.Rules.Status = func(spec.Code) apdu.Status { return apdu.StatusConditions }
		}},
		{Name: "card-serial", Breaks: spec.INT08, Fault: "shows its device identifier in SELECT", card: func(c *apdu.Config) {
			c.Rules.Select = func(a apdu.Application, d *device.Device) []byte {
				did := d.DID()
				a.Families = append(a.Families, did[:]...)
				return a.Encode()
			}
		}},
		{Name: "card-tells-strangers", Breaks: spec.INT08, Fault: "tells its balance to any reader", card: func(c *apdu.Config) {
			c.Rules.Readable = func(byte, bool, bool) bool { return true }
		}},
		{Name: "card-answers-first", Breaks: spec.INT09, Fault: "answers before what it answers is durable", wrap: hasty},
	}
}

// answering makes a mutant's wrap that answers some commands itself, with a status
// word: they do not reach the card.
func answering(status func(apdu.Command) (apdu.Status, bool)) func(adapter.Adapter) adapter.Adapter {
	return func(sim adapter.Adapter) adapter.Adapter { return answerer{sim, status} }
}

type answerer struct {
	adapter.Adapter
	status func(apdu.Command) (apdu.Status, bool)
}

func (a answerer) Do(ctx context.Context, q adapter.Request, on func(adapter.Event) adapter.Reply) (adapter.Answer, error) {
	if v, ok := q.Verb.(adapter.APDU); ok {
		command, err := apdu.ParseCommand(v.Message)
		if status, own := a.status(command); err == nil && own {
			return adapter.Answer{Done: &adapter.Result{Message: apdu.Response{Status: status}.Encode()}}, nil
		}
	}
	return a.Adapter.Do(ctx, q, on)
}

// hasty puts the memory back, when power goes, to what it was before the command
// that was answered last.
func hasty(sim adapter.Adapter) adapter.Adapter {
	ctx := context.Background()
	return newWrapper(sim, func(w *wrapper, c call) {
		v, ok := c.request.Verb.(adapter.APDU)
		if !ok {
			return
		}
		command, err := apdu.ParseCommand(v.Message)
		if err != nil || command.CLA != apdu.ClassBinding || command.INS != apdu.InsExchange {
			return
		}
		if a, err := w.sim.Do(ctx, adapter.Request{Handle: c.handle, Verb: adapter.TakeSnapshot{}}, nil); err == nil && a.Done != nil {
			w.bytes[c.handle] = []byte(a.Done.Snapshot)
		}
	}, func(w *wrapper, c call) {
		name := w.bytes[c.handle]
		if c.verb == "power-cycle" && name != nil {
			_, _ = w.sim.Do(ctx, adapter.Request{Handle: c.handle, Verb: adapter.Restore{Snapshot: string(name)}}, nil)
		}
		if c.verb != "apdu" && c.verb != "query" {
			delete(w.bytes, c.handle)
		}
	})
}

// remembering keeps the blocks of a command that power has parted, and puts them
// before the next that comes.
func remembering(sim adapter.Adapter) adapter.Adapter {
	ctx := context.Background()
	return newWrapper(sim, nil, func(w *wrapper, c call) {
		if c.verb == "power-cycle" {
			w.counts[c.handle] = len(w.bytes[c.handle])
		}
		v, ok := c.request.Verb.(adapter.APDU)
		command, err := apdu.ParseCommand(v.Message)
		if !ok || err != nil {
			return
		}
		switch {
		case command.CLA == apdu.ClassChained:
			w.bytes[c.handle] = append(w.bytes[c.handle], command.Data...)
		case command.CLA == apdu.ClassBinding && w.counts[c.handle] > 0 && len(command.Data) > 0:
			block := command
			block.CLA, block.Data, block.Le = apdu.ClassChained, w.bytes[c.handle], 0
			for rest := block.Data; len(rest) > 0; rest = rest[len(block.Data):] {
				block.Data = rest[:min(255, len(rest))]
				_, _ = w.sim.Do(ctx, adapter.Request{Handle: c.handle, Verb: adapter.APDU{Message: block.Encode(), Side: v.Side}}, nil)
			}
			if a, err := w.sim.Do(ctx, c.request, nil); err == nil {
				*c.answer = a
			}
			fallthrough
		case command.CLA == apdu.ClassBinding:
			w.bytes[c.handle], w.counts[c.handle] = nil, 0
		}
	})
}
