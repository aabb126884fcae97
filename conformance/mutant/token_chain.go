package mutant

import (
	"slices"

	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/ledger"
	"github.com/assay-cbdc/assay/reference/provenance"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// tokenChainMutants are wrong about the chains of parts of tokens.
func tokenChainMutants() []Mutant {
	all := []Mutant{
		{Name: "skips-middle-link", Breaks: spec.CON07, Fault: "leaves out a link from the middle of four or more", device: collects(func(_ provenance.Bounds, list []*provenance.Link) []*provenance.Link {
			if len(list) < 4 {
				return list
			}
			return append(list[:1:1], list[2:]...)
		})},
		{Name: "truncates-parts", Breaks: spec.CON07, Fault: "shows one holder alone of a part that has had several, whatever the threshold", device: showsOne},
		{Name: "rewrites-part-hops", Breaks: spec.CON07, Fault: "pays what has made two hops as if it had made one", wrap: wrapped(rewriteHops)},
		{Name: "shows-parts-to-fund", Breaks: spec.PVY05, Fault: "shows a part down to its funding, whatever the threshold", device: showsAll},
		{Name: "shows-parts-beside", Breaks: spec.PVY05, Fault: "shows beside a part whatever else its holders have paid with it", device: collectsWith(func(_ *provenance.Bounds, entries []provenance.Draw) {
			for i := range entries {
				entries[i].TID = wire.TID{}
			}
		})},
		{Name: "accepts-spliced-parts", Breaks: spec.CON04, Fault: "does not ask to whom the source of a part went", device: withoutLinks("holder")},
		{Name: "accepts-cut-parts", Breaks: spec.CON04, Fault: "does not miss a link of a part", device: withoutLinks("complete")},
		{Name: "accepts-rehopped-parts", Breaks: spec.CON04, Fault: "does not compare the hop of a part with that of its source", device: withoutLinks("hop")},
		{Name: "accepts-parts-elsewhere", Breaks: spec.CON04, Fault: "does not ask whether a source has brought the part that is drawn", device: withoutLinks("drawn")},
		{Name: "accepts-many-fragments", Breaks: spec.CON06, Fault: "counts neither fragments nor links", device: withoutLinks("count")},
		{Name: "renews-for-accomplices", Breaks: spec.TOK12, Fault: "renews what was paid without asking whether its payer had it", ledger: func(p *ledger.Parts) { p.Policy.Provenance.Trunc = 0 }},
	}
	for i := range all {
		all[i].Profile, all[i].Overlay = TokenProfile, ChainProfile
	}
	return all
}

// showsOne cuts below the transfer that has brought the value, where four links or
// more would show it.
func showsOne(p *device.Parts) {
	p.Collect = func(b provenance.Bounds, entries []provenance.Draw, find func(wire.ID) *provenance.Link) ([]*provenance.Link, bool) {
		list, ok := provenance.Collect(b, entries, find)
		if len(list) > 3 {
			b.Trunc = min(b.Trunc, 1)
			return provenance.Collect(b, entries, find)
		}
		return list, ok
	}
}

// rewriteHops takes a hop off what has arrived with two.
func rewriteHops(w *wrapper, c call) {
	if c.verb != "accept" || c.gained(w) == 0 {
		return
	}
	w.edit(c.handle, func(s *device.State) {
		s.Fragments = slices.Clone(s.Fragments)
		for i := range s.Fragments {
			if f := &s.Fragments[i]; f.Hop == 2 {
				s.Lots[2] -= f.Amount()
				s.Lots[1] += f.Amount()
				f.Hop = 1
			}
		}
	})
}

// collectsWith changes what a payer looks for.
func collectsWith(change func(*provenance.Bounds, []provenance.Draw)) func(*device.Parts) {
	return func(p *device.Parts) {
		p.Collect = func(b provenance.Bounds, entries []provenance.Draw, find func(wire.ID) *provenance.Link) ([]*provenance.Link, bool) {
			entries = append([]provenance.Draw(nil), entries...)
			change(&b, entries)
			return provenance.Collect(b, entries, find)
		}
	}
}
