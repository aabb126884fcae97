package judge

import (
	"maps"
	"slices"
	"strings"

	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/vectors"
)

// value fills what the device's family of value adds to its state.
func (c *call) value(next *device.State, s *vectors.Device) {
	for i, f := range s.Fragments {
		next.Fragments = append(next.Fragments, device.Fragment{Order: uint64(i) + 1, Given: f.Given, Fragment: c.fragment(f)})
	}
}

func (c *call) fragment(f vectors.Fragment) wire.Fragment {
	out := wire.Fragment{From: c.amount(f.From), To: c.amount(f.To), Hop: f.Hop, Source: c.id(f.Source)}
	c.array(out.TID[:], f.TID)
	return out
}

// beside is what stands beside a TRANSFER: its tokens, in the order of their names.
func (c *call) beside() (links []wire.Link) {
	for _, name := range slices.Sorted(maps.Keys(c.vector.Input)) {
		if strings.HasPrefix(name, "token_") && c.vector.Input[name] != "" {
			links = append(links, wire.Link{Object: c.input(name)})
		}
	}
	return links
}

// parts publishes the fragments that a device has, by token and start.
func (c *call) parts(d *device.Device) {
	held := d.State().Fragments
	if len(held) == 0 {
		return
	}
	slices.SortFunc(held, func(a, b device.Fragment) int { return wire.CompareFragments(a.Fragment, b.Fragment) })
	b := wire.AppendArray(nil, len(held))
	for _, f := range held {
		b = wire.AppendBytes(wire.AppendArray(b, 5), f.TID[:])
		b = wire.AppendUint(wire.AppendUint(wire.AppendUint(b, uint64(f.From)), uint64(f.To)), f.Hop)
		b = wire.AppendBytes(b, f.Source[:])
	}
	c.set("fragments", b)
}
