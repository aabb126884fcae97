package evidence

import (
	"slices"

	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/provenance"
	"github.com/assay-cbdc/assay/reference/wire"
)

// source is kind 9: debits that together draw more from one lot than it had. The
// objects are the source, for a return the debit that it answers, and the debits
// that draw from it.
//
// The source is not asked for its signature: the accused has signed its
// identifier, which is a digest of what it says, and a right device draws from
// nothing that it has not verified.
func (j *judge) source(objects [][]byte) (wire.DID, error) {
	if len(objects) == 2 {
		before := j.unlinked
		if accused, err := j.part(objects); err == nil {
			return accused, nil
		}
		j.unlinked = before // a bundle of CHAIN accuses nobody for its source
	}
	lot, of, draws, err := sourceOf(objects)
	if err != nil {
		return wire.DID{}, err
	}
	if parts := lot.Brings(of); parts != nil {
		return j.beyond(lot.ID, parts, draws)
	}
	var accused wire.DID
	seen := map[wire.ID]bool{}
	sums := map[uint64]money.Amount{}
	for i, b := range draws {
		d, err := j.debit(b)
		if err != nil {
			return wire.DID{}, err
		}
		if i > 0 && d.payer != accused || seen[d.id] {
			return wire.DID{}, notProven("debits of two devices, or one twice")
		}
		accused, seen[d.id] = d.payer, true
		for _, in := range d.drawn {
			if in.Source == lot.ID {
				sums[in.Hop] += in.Amount
			}
		}
	}
	for hop, sum := range sums {
		if sum > lot.Lot(hop, of) {
			return accused, nil
		}
	}
	return wire.DID{}, notProven("the source covers the debits")
}

// beyond is kind 9 in family T for one debit: it draws a part of a token from a
// source that has not brought it. A right device has verified what brings it a part,
// and draws from that nothing else.
func (j *judge) beyond(source wire.ID, brought []wire.Fragment, draws [][]byte) (wire.DID, error) {
	if len(draws) != 1 {
		return wire.DID{}, notProven("more than one debit for a part that was not brought")
	}
	d, err := j.debit(draws[0])
	if err != nil {
		return wire.DID{}, err
	}
	lacks := func(f wire.Fragment) bool { return f.Source == source && !provenance.Cover(brought, f) }
	if !wire.FragmentsAscend(d.parts) || !slices.ContainsFunc(d.parts, lacks) {
		return wire.DID{}, notProven("the source has brought what is drawn")
	}
	return d.payer, nil
}

// sourceOf takes a bundle of kind 9 apart.
func sourceOf(objects [][]byte) (lot, of *provenance.Link, draws [][]byte, err error) {
	lot, ok := provenance.ReadObject(objects[0])
	if !ok {
		return nil, nil, nil, notProven("the source can be none")
	}
	draws = objects[1:]
	if debit, isReturn := lot.Answers(); isReturn {
		if len(draws) == 0 {
			return nil, nil, nil, notProven("a return without its debit")
		}
		if of, ok = provenance.ReadObject(draws[0]); !ok || of.ID != debit {
			return nil, nil, nil, notProven("a return with another debit")
		}
		draws = draws[1:]
	}
	if len(draws) == 0 {
		return nil, nil, nil, notProven("no debit draws from the source")
	}
	return lot, of, draws, nil
}

// part is kind 9 in family T: two objects of one device, each a debit or a
// SYNC, that draw a part of one token in common from
// one source. Whatever brings a part to a device, again or for the first time, has
// an identifier of its own, so that an honest device has nothing to draw twice;
// only what it has given up, and had no answer for, it gives up again, all of it.
func (j *judge) part(objects [][]byte) (wire.DID, error) {
	var parts [2][]wire.Fragment
	var by [2]wire.DID
	var ids [2]wire.ID
	debits := 0
	for i, b := range objects {
		d, err := j.debit(b)
		if err == nil {
			debits++
			parts[i], by[i], ids[i] = d.parts, d.payer, d.id
			continue
		}
		m, did, err := j.report(b)
		if err != nil {
			return wire.DID{}, err
		}
		parts[i], by[i], ids[i] = m.Fragments, did, wire.ID{byte(i + 1)} // two lists that differ are of two SYNCs
	}
	again := debits == 0 && slices.Equal(parts[0], parts[1])
	if again || by[0] != by[1] || ids[0] == ids[1] || !wire.DrawTwice(parts[0], parts[1]) {
		return wire.DID{}, notProven("no part of a token is drawn twice")
	}
	return by[0], nil
}
