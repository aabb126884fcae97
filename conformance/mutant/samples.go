package mutant

import (
	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/spec"
)

// sampleMutants have drawn once, in the factory, what each device draws for
// itself, or keep for each interface what is one.
func sampleMutants() []Mutant {
	return []Mutant{
		{Name: "factory-key", Breaks: spec.PRV03, Fault: "has the key that every device of its make has", wrap: wrapped(func(w *wrapper, c call) {
			if c.verb == "create" && c.answer.Done != nil {
				w.edit(c.answer.Done.Handle, func(s *device.State) {
					if len(s.Keys) > 0 {
						s.Keys[0].Seed = make([]byte, len(s.Keys[0].Seed))
						s.Keys[0].Seed[0] = 7
					}
				})
			}
		})},
		{Name: "factory-nonces", Breaks: spec.PRV03, Fault: "derives the nonces of its requests from what every device of its make has", wrap: wrapped(func(w *wrapper, c call) {
			if c.verb == "create" && c.answer.Done != nil {
				w.edit(c.answer.Done.Handle, func(s *device.State) { s.RequestKey = [32]byte{7} })
			}
		})},
		{Name: "balance-of-each-interface", Breaks: spec.DSP03, Fault: "keeps a balance for its contacts and one for its frames", wrap: func(sim adapter.Adapter) adapter.Adapter {
			return newWrapper(sim, givenBack, spentHere)
		}},
	}
}

// over is the interface of a verb that may pay, and the other one.
func over(c call) (here, there string) {
	switch c.request.Verb.(type) {
	case adapter.Pay:
		return "frames" + c.handle, "apdus" + c.handle
	case adapter.APDU:
		return "apdus" + c.handle, "frames" + c.handle
	}
	return "", ""
}

// givenBack puts back what the other interface has spent.
func givenBack(w *wrapper, c call) {
	if _, there := over(c); w.amounts[there] > 0 {
		w.edit(c.handle, func(s *device.State) { s.Lots[0] += w.amounts[there] })
		w.amounts[there] = 0
	}
}

// spentHere notes what a verb has spent over its interface.
func spentHere(w *wrapper, c call) {
	here, _ := over(c)
	after := w.state(c.handle)
	if here == "" || c.before == nil || after == nil {
		return
	}
	if before, now := c.before.Lots.Sum(), after.Lots.Sum(); now < before {
		w.amounts[here] += before - now
	}
}
