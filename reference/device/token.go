package device

import (
	"cmp"
	"crypto/sha256"
	"slices"

	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A Fragment is a part of a token that a device of family T holds. The fragments
// of a device are disjoint and add up to its Lots, hop by hop.
type Fragment struct {
	Order uint64 // rises with the time at which it came
	wire.Fragment
	// Given says that a SYNC has given it up, until a SYNC_ACK answers: it is not
	// drawn from.
	Given bool
}

func (f *Fragment) fields(c *codec) {
	uintField(c, &f.Order)
	c.fixed(f.TID[:])
	uintField(c, &f.From)
	uintField(c, &f.To)
	uintField(c, &f.Hop)
	c.fixed(f.Source[:])
	c.flag(&f.Given)
}

// parted reports whether the device speaks family T.
func (d *Device) parted() bool { return d.cfg.Place.Spoken() == wire.FamilyToken }

// A JoinFunc reports whether two fragments, of which the first comes before the
// second, may be made one.
type JoinFunc func(a, b wire.Fragment) bool

// Join makes one of two that are adjacent parts of one token with one source and
// one hop: no other two are one value.
func Join(a, b wire.Fragment) bool {
	return a.TID == b.TID && a.Source == b.Source && a.Hop == b.Hop && a.To == b.From
}

// receive adds fragments to the state.
func (s *State) receive(in []wire.Fragment, join JoinFunc) {
	for _, f := range in {
		s.Lots[f.Hop] += f.Amount()
		order := uint64(1)
		if n := len(s.Fragments); n > 0 {
			order = s.Fragments[n-1].Order + 1
		}
		s.Fragments = append(s.Fragments, Fragment{Order: order, Fragment: f})
	}
	s.merge(join)
}

// merge makes one fragment of those that join.
func (s *State) merge(join JoinFunc) {
	list := slices.Clone(s.Fragments)
	slices.SortFunc(list, func(a, b Fragment) int { return wire.CompareFragments(a.Fragment, b.Fragment) })
	var out []Fragment
	for _, f := range list {
		if n := len(out); n > 0 && out[n-1].Given == f.Given && join(out[n-1].Fragment, f.Fragment) {
			out[n-1].To, out[n-1].Order = f.To, min(out[n-1].Order, f.Order)
			continue
		}
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b Fragment) int { return cmp.Compare(a.Order, b.Order) })
	s.Fragments = out
}

// give removes fragments from the state, with the hops at which they are held:
// what is left of a fragment that is cut stays.
func (s *State) give(out []wire.Fragment) {
	for _, f := range out {
		s.Lots[f.Hop] -= f.Amount()
		i := slices.IndexFunc(s.Fragments, func(h Fragment) bool { return h.Overlaps(f) })
		h := s.Fragments[i]
		rest := []Fragment{h, h}
		rest[0].To, rest[1].From = f.From, f.To
		rest = slices.DeleteFunc(rest, func(r Fragment) bool { return r.From >= r.To })
		if len(rest) == 2 { // two of one order cannot be kept
			rest[1].Order = s.Fragments[len(s.Fragments)-1].Order + 1
			s.Fragments = append(s.Fragments, rest[1])
			rest = rest[:1]
		}
		s.Fragments = slices.Replace(s.Fragments, i, i+1, rest...)
	}
}

// held returns the fragments with a hop of at most highest.
func (s *State) held(highest uint64) []wire.Fragment {
	var list []wire.Fragment
	for _, f := range s.Fragments {
		if f.Hop <= highest && !f.Given {
			list = append(list, f.Fragment)
		}
	}
	return list
}

// A PickFunc returns at most so many parts of held fragments that add up to the
// amount and suit, ascending, and whether there are such.
type PickFunc func(held []wire.Fragment, amount money.Amount, most int, suits func([]wire.Fragment) bool) ([]wire.Fragment, bool)

// Pick takes the lowest hop first and of one hop the fragments in the order of
// their tokens, and of the last one the lower part. Where those are too many it
// takes the largest first: no choice needs fewer.
func Pick(held []wire.Fragment, amount money.Amount, most int, suits func([]wire.Fragment) bool) ([]wire.Fragment, bool) {
	for _, order := range []func(a, b wire.Fragment) int{
		func(a, b wire.Fragment) int { return cmp.Or(cmp.Compare(a.Hop, b.Hop), wire.CompareFragments(a, b)) },
		func(a, b wire.Fragment) int {
			return cmp.Or(cmp.Compare(b.Amount(), a.Amount()), wire.CompareFragments(a, b))
		},
	} {
		list := slices.SortedFunc(slices.Values(held), order)
		var picked []wire.Fragment
		rest := amount
		for _, f := range list {
			if rest == 0 {
				break
			}
			f.To = f.From + min(f.Amount(), rest)
			rest -= f.Amount()
			picked = append(picked, f)
		}
		slices.SortFunc(picked, wire.CompareFragments)
		if rest == 0 && len(picked) <= most && suits(picked) {
			return picked, true
		}
	}
	return nil, false
}

// raisedParts returns fragments as a TRANSFER names them: one hop further.
func raisedParts(held []wire.Fragment) []wire.Fragment {
	out := slices.Clone(held)
	for i := range out {
		out[i].Hop++
	}
	return out
}

// lotsOfParts returns the sums of fragments by hop.
func lotsOfParts(parts []wire.Fragment) []wire.Lot {
	var sums Lots
	for _, f := range parts {
		sums[min(f.Hop, wire.MaxHop)] += f.Amount()
	}
	return sums.list()
}

// takeParts adds the fragments of a TRANSFER, whose source it is. What may not be paid
// on is held, as lots are; under CHAIN with the hop that its link has.
func (d *Device) takeParts(next *State, id wire.ID, m *wire.Transfer) {
	parts := slices.Clone(m.Fragments)
	for i := range parts {
		f := &parts[i]
		f.Source, f.Hop = id, min(f.Hop, wire.MaxHop)
		if !d.maySpendOn() && !d.chained() {
			f.Hop = max(f.Hop, min(d.policy.Provenance.MaxHops, wire.MaxHop))
		}
		next.Sync.Since[f.Hop] += f.Amount()
	}
	next.receive(parts, d.parts.Join)
}

// returnParts gives the fragments of a debit back, with the object that returned
// it as their source: that they are paid again then looks like nothing else.
func (d *Device) returnParts(next *State, by wire.ID, slot Slot) {
	var parts []wire.Fragment
	if slot.Type == wire.TypeTransfer {
		m, _ := wire.DecodeTransfer(slot.Payload)
		for _, f := range m.Fragments {
			f.Hop--
			parts = append(parts, f)
		}
	} else {
		m, _ := wire.DecodeDefund(slot.Payload)
		parts = m.Fragments
	}
	parts = slices.Clone(parts)
	for i := range parts {
		parts[i].Source = by
		next.Sync.Since[parts[i].Hop] += parts[i].Amount()
	}
	next.receive(parts, d.parts.Join)
}

// clearPartHops is clearHops for fragments: the oldest ones of each hop, as far
// as they are wholly among what was here at the SYNC.
func (s *State) clearPartHops(join JoinFunc) {
	var carried Lots
	for h := 1; h < len(s.Lots); h++ {
		carried[h] = s.Lots[h] - min(s.Lots[h], s.Sync.Since[h])
	}
	s.Fragments = slices.Clone(s.Fragments)
	for i := range s.Fragments {
		f := &s.Fragments[i]
		if h := f.Hop; h > 0 && !f.Given && f.Amount() <= carried[h] {
			carried[h] -= f.Amount()
			s.Lots[h] -= f.Amount()
			s.Lots[0] += f.Amount()
			f.Hop = 0
		}
	}
	s.merge(join)
}

// TokenRecord names the record of a token at the host.
func TokenRecord(tid wire.TID) wire.ID {
	return sha256.Sum256(append([]byte("token of "), tid[:]...))
}

// keepIssued hands the host the TOKENs that were verified.
func (d *Device) keepIssued(c *Context) {
	for tid, object := range c.kept {
		d.parts.Host.KeepRecord(TokenRecord(tid), settlement.Append(nil, settlement.Record{Object: object}))
	}
}

// issuedBeside returns the TOKENs of fragments, and whether the host has them all
// and they fit into one frame.
func (d *Device) issuedBeside(parts []wire.Fragment) (links []wire.Link, ok bool) {
	size := 0
	for _, c := range d.certs {
		size = max(size, len(c.Raw))
	}
	size += 80 * len(parts)
	for i, f := range parts {
		if i > 0 && parts[i-1].TID == f.TID {
			continue
		}
		record, err := settlement.Parse(d.parts.Host.Record(TokenRecord(f.TID)))
		if err != nil {
			return links, false
		}
		links = append(links, wire.Link{Object: record.Object})
		size += len(record.Object) + 8
	}
	return links, size <= maxBeside
}

// showable reports whether the host has the tokens of fragments, and under CHAIN
// their links, and all of them fit into one frame.
func (d *Device) showable(parts []wire.Fragment) bool {
	tokens, ok := d.issuedBeside(parts)
	if !ok {
		return false
	}
	size := 80 * len(parts)
	for _, c := range d.certs {
		size = max(size, 80*len(parts)+len(c.Raw))
	}
	links, certs, ok := d.showing(parts)
	for _, l := range slices.Concat(tokens, links) {
		size += len(l.Object) + 24
	}
	for _, b := range certs {
		size += len(b) + 3
	}
	return ok && size <= maxBeside
}

// partsFit is the payer's rule "links" in family T. Where the first choice of
// fragments cannot be shown, those that cannot each by itself are passed over.
func partsFit(c *Context) bool {
	limit, most := payerLimit(c), uint64(wire.MaxFragments)
	if c.d.chained() {
		most = min(most, c.Policy.Provenance.MaxInputs)
	}
	ok := false
	if limit > 0 {
		held := c.State.held(limit - 1)
		c.parts, ok = c.d.parts.Pick(held, c.Amount, int(most), c.d.showable)
		if !ok && c.d.chained() {
			held = slices.DeleteFunc(held, func(f wire.Fragment) bool { return !c.d.showable([]wire.Fragment{f}) })
			c.parts, ok = c.d.parts.Pick(held, c.Amount, int(most), c.d.showable)
		}
	}
	if ok || c.d.chained() {
		return ok // the rule has the code of CHAIN
	}
	return c.Fail(spec.TOK06, spec.ETokenDenomination)
}

// maxDefundedParts is how many fragments, of 73 bytes at most, fit into a DEFUND
// beside 300 other bytes and a signature.
func (d *Device) maxDefundedParts() int {
	if d.highestSuite().PostQuantum() {
		return 18
	}
	return 50
}

// whole returns the TOKENs of a FUND or SYNC_ACK as fragments: all of each, of hop 0,
// with that object as their source.
func (c *Context) whole() []wire.Fragment {
	var list []wire.Fragment
	for tid, t := range c.issued {
		list = append(list, wire.Fragment{TID: tid, To: t.Value, Source: c.ID})
	}
	return slices.SortedFunc(slices.Values(list), wire.CompareFragments)
}
