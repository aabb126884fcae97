package provenance

import (
	"bytes"
	"slices"

	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
)

// An entered link is one that was walked to, in family T for a part of a token.
type entered struct {
	id       wire.ID
	tid      wire.TID
	from, to money.Amount
}

// walk goes from the entries of a new transfer down to trunc and returns what is
// needed, and whether find lacks some of it.
//
// The debit that a return answers moved nothing, so it counts as no step: its own
// sources lie as deep as the return. It ends, because objects name one another
// by their digests, so that there is no way round, and because each is entered
// again only for sources that lie less deep than before, or for another part of a
// token. Those are few: the fragments of one object are disjoint, so that at each
// depth what is followed is what the new transfer has, cut at their ends.
func (b Bounds) walk(entries []Draw, find func(wire.ID) *Link) (reached map[wire.ID]bool, missing bool) {
	reached = map[wire.ID]bool{}
	sources := map[entered]uint64{} // the depth of what each was drawn from
	var enter func(id wire.ID, part Draw, depth, below uint64)
	enter = func(id wire.ID, part Draw, depth, below uint64) {
		key := entered{id: id}
		if part.TID != (wire.TID{}) {
			key = entered{id, part.TID, part.From, part.To}
		}
		if before, ok := sources[key]; !b.shows(depth) || ok && before <= below {
			return
		}
		l := find(id)
		if l == nil {
			missing = true
			return
		}
		reached[id], sources[key] = true, below
		if debit, ok := l.Answers(); ok {
			enter(debit, part, depth, depth)
		}
		for _, in := range l.Drawn() {
			if in, ok := common(part, in); ok {
				enter(in.Source, in, below, below+1)
			}
		}
	}
	for _, in := range entries {
		enter(in.Source, in, 1, 2)
	}
	return reached, missing
}

// Collect returns the links that a transfer with the entries needs, in their
// order, out of those that find has; find returns nil for one that it lacks. It
// reports false if one is lacking or if they are more than the policy allows.
func Collect(b Bounds, entries []Draw, find func(wire.ID) *Link) ([]*Link, bool) {
	found := map[wire.ID]*Link{}
	reached, missing := b.walk(entries, func(id wire.ID) *Link {
		if found[id] == nil && uint64(len(found)) <= b.MaxLinks {
			if l := find(id); l != nil && l.ID == id {
				found[id] = l
			}
		}
		return found[id]
	})
	if missing || uint64(len(reached)) > b.MaxLinks {
		return nil, false
	}
	var list []*Link
	for id := range reached {
		list = append(list, found[id])
	}
	slices.SortFunc(list, func(a, b *Link) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	return list, true
}

// Encoded returns a link as it travels.
func (l *Link) Encoded() wire.Link {
	out := wire.Link{Object: l.raw}
	if l.Type == wire.TypeTransfer {
		nonce := l.Nonce
		out.Nonce = &nonce
	}
	return out
}
