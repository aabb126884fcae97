package mutant

import (
	"slices"

	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/ledger"
	"github.com/assay-cbdc/assay/reference/provenance"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// ChainProfile is the profile under which the mutants of CHAIN provenance are
// wrong: nothing of it can be seen under REISSUE.
const ChainProfile = "ctf-finality"

// withoutLinks leaves out rules of the links.
func withoutLinks(names ...string) func(*device.Parts) {
	return func(p *device.Parts) {
		p.Links = slices.DeleteFunc(provenance.Rules(), func(r provenance.Rule) bool { return slices.Contains(names, r.Name) })
	}
}

// provenanceMutants are wrong about chains.
func provenanceMutants() []Mutant {
	all := []Mutant{
		{Name: "accepts-gaps", Breaks: spec.CON04, Fault: "does not miss a link", device: withoutLinks("complete")},
		{Name: "accepts-splices", Breaks: spec.CON04, Fault: "does not ask to whom a link's value went", device: withoutLinks("holder")},
		{Name: "accepts-unsigned-links", Breaks: spec.CON04, Fault: "does not verify the signatures of links", device: withoutLinks("signature")},
		{Name: "accepts-overdraws", Breaks: spec.CON04, Fault: "does not compare what was drawn with the source", device: withoutLinks("drawn")},
		{Name: "accepts-relabelled-links", Breaks: spec.CON04, Fault: "does not compare hops along the chain", device: withoutLinks("hop")},
		{Name: "accepts-any-return", Breaks: spec.CON04, Fault: "takes anybody's refusal for one of the payee", device: withoutLinks("return")},
		{Name: "looks-one-link-deep", Breaks: spec.CON04, Fault: "judges the sources of the transfer and nothing below them", device: looksOneDeep},
		{Name: "accepts-any-number", Breaks: spec.CON06, Fault: "counts neither inputs nor links", device: withoutLinks("count")},
		{Name: "forgets-a-link", Breaks: spec.CON07, Fault: "leaves the last link of four or more out", device: collects(func(_ provenance.Bounds, list []*provenance.Link) []*provenance.Link {
			if len(list) > 3 {
				return list[:len(list)-1]
			}
			return list
		})},
		{Name: "spends-newest-first", Breaks: spec.CON07, Fault: "draws from what came last", wrap: wrapped(func(w *wrapper, c call) {
			if c.verb == "fund-accept" && c.gained(w) > 0 {
				w.edit(c.handle, newestFirst)
			}
		})},
		{Name: "old-source", Breaks: spec.CON08, Fault: "pays what was returned with the source of before", wrap: wrapped(oldSource)},
		{Name: "shows-everything", Breaks: spec.PVY05, Fault: "sends the whole chain whatever the threshold", device: showsAll},
		{Name: "blind-to-overdraws", Breaks: spec.DET06, Fault: "does not look for lots that were overdrawn", ledger: func(p *ledger.Parts) {
			p.Detectors = slices.DeleteFunc(ledger.DefaultDetectors(), func(d ledger.Detector) bool { return d.Requirement == spec.DET06 })
		}},
	}
	for i := range all {
		all[i].Profile = ChainProfile
	}
	return all
}

// collects changes what a payer collects.
func collects(change func(provenance.Bounds, []*provenance.Link) []*provenance.Link) func(*device.Parts) {
	return func(p *device.Parts) {
		p.Collect = func(b provenance.Bounds, in []provenance.Draw, find func(wire.ID) *provenance.Link) ([]*provenance.Link, bool) {
			list, ok := provenance.Collect(b, in, find)
			return change(b, list), ok
		}
	}
}

// showsAll collects down to FUND, and takes what it finds.
func showsAll(p *device.Parts) {
	p.Collect = func(b provenance.Bounds, in []provenance.Draw, find func(wire.ID) *provenance.Link) ([]*provenance.Link, bool) {
		whole := b
		whole.Trunc = wire.ToFund
		if list, ok := provenance.Collect(whole, in, find); ok {
			return list, true
		}
		return provenance.Collect(b, in, find) // the host has not seen the rest
	}
}

// looksOneDeep judges the links that a threshold of 1 asks for.
func looksOneDeep(p *device.Parts) {
	p.Links = slices.Insert(slices.DeleteFunc(provenance.Rules(), func(r provenance.Rule) bool { return r.Name == "needed" }), 0,
		provenance.Rule{Name: "shallow", Requirement: spec.CON04, Code: spec.EChainOrder, Holds: func(c *provenance.Case) bool {
			c.Trunc = min(c.Trunc, 1)
			top := map[wire.ID]bool{}
			for _, in := range c.Inputs {
				top[in.Source] = true
			}
			c.Links = slices.DeleteFunc(slices.Clone(c.Links), func(l wire.Link) bool {
				o, ok := provenance.ReadObject(l.Object)
				return ok && !top[o.ID] && o.Type != wire.TypeDefund && !isReturned(c.Links, o.ID)
			})
			return true
		}})
}

func isReturned(links []wire.Link, debit wire.ID) bool {
	return slices.ContainsFunc(links, func(l wire.Link) bool {
		o, ok := provenance.ReadObject(l.Object)
		if !ok {
			return false
		}
		id, isReturn := o.Answers()
		return isReturn && id == debit
	})
}

// newestFirst turns the order of the lots round.
func newestFirst(s *device.State) {
	lots := slices.Clone(s.Chained)
	slices.Reverse(lots)
	for i := range lots {
		lots[i].Order = uint64(i + 1)
	}
	s.Chained = lots
}

// oldSource gives what a REFUSED has brought back the source that it had.
func oldSource(w *wrapper, c call) {
	if c.verb != "acknowledge" || c.before == nil || c.gained(w) == 0 {
		return
	}
	for _, slot := range c.before.Slots {
		m, err := wire.DecodeChained(slot.Payload)
		if err != nil {
			continue
		}
		w.edit(c.handle, func(s *device.State) {
			s.Chained = slices.Clone(s.Chained)
			s.Chained[len(s.Chained)-1].Source = m.Inputs[0].Source
		})
	}
}
