package device

import (
	"slices"

	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// renewedRules are the checks on what a SYNC_ACK brings for the fragments that
// were given up, after the rules of SYNC_ACK.
func renewedRules() []Rule {
	return []Rule{
		{"tokens", spec.TOK12, spec.ETokenUnknown, issuedRight},
		{"value", spec.TOK12, spec.ETokenInterval, func(c *Context) bool {
			var sum money.Amount
			for _, t := range c.issued {
				sum += t.Value
			}
			return len(c.Ack.Issued) == 0 || sum == c.State.given() && len(c.issued) == len(c.Ack.Issued)
		}},
		{"new", spec.TOK12, spec.ETokenSpent, func(c *Context) bool {
			return !slices.ContainsFunc(c.State.Fragments, func(f Fragment) bool {
				_, again := c.issued[f.TID]
				return again
			})
		}},
	}
}

// given is the sum of what was given up.
func (s *State) given() (sum money.Amount) {
	for _, f := range s.Fragments {
		if f.Given {
			sum += f.Amount()
		}
	}
	return sum
}

// givenUp returns the fragments that a SYNC gives up, ascending: what an earlier
// one has given up and had no answer for, or, where there is none, everything as
// soon as it is too many.
func (d *Device) givenUp() []wire.Fragment {
	if !d.parted() || d.chained() && d.policy.SyncMode != wire.SyncFull {
		return nil // under CHAIN what comes back unrenewed cannot be shown any more
	}
	var list []wire.Fragment
	for _, f := range d.state.Fragments {
		if f.Given {
			list = append(list, f.Fragment)
		}
	}
	if list == nil && len(d.state.Fragments) > d.cfg.RenewAbove && !d.state.Decommissioned {
		list = d.state.held(wire.MaxHop)
	}
	slices.SortFunc(list, wire.CompareFragments)
	return list[:min(len(list), wire.MaxRenewed)]
}

// giveUp marks fragments in the next state: from now on they are not drawn from.
func (s *State) giveUp(parts []wire.Fragment) {
	s.Fragments = slices.Clone(s.Fragments)
	for i := range s.Fragments {
		f := &s.Fragments[i]
		f.Given = f.Given || slices.Contains(parts, f.Fragment)
	}
}

// renew takes the answer: fresh tokens of hop 0 in place of what was given up, or
// the same parts as they were, in the order in which they came. Either way the
// SYNC_ACK is what brought them.
func (d *Device) renew(next *State, c *Context) {
	if len(c.issued) == 0 {
		next.takeBack(c.ID, d.parts.Join)
		return
	}
	next.Fragments = slices.DeleteFunc(slices.Clone(next.Fragments), func(f Fragment) bool {
		if f.Given {
			next.Lots[f.Hop] -= f.Amount()
		}
		return f.Given
	})
	next.receive(c.whole(), d.parts.Join)
}

// takeBack makes what was given up the device's again. It keeps its order: it was
// here before what came after the SYNC.
func (s *State) takeBack(by wire.ID, join JoinFunc) {
	s.Fragments = slices.Clone(s.Fragments)
	for i := range s.Fragments {
		if f := &s.Fragments[i]; f.Given {
			f.Source, f.Given = by, false
		}
	}
	s.merge(join)
}
