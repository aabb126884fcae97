package provenance

import (
	"errors"
	"slices"

	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
)

// A Draw is one entry of a debit, and what it draws from: in family T a part of a
// token. Without tokens it stands for an amount, [0, amount) of no token.
type Draw = wire.Fragment

// Draws are the entries of a debit, which has inputs or, in family T, fragments.
func Draws(inputs []wire.Input, parts []wire.Fragment) []Draw {
	if len(inputs) == 0 {
		return parts
	}
	draws := make([]Draw, len(inputs))
	for i, in := range inputs {
		draws[i] = Draw{To: in.Amount, Hop: in.Hop, Source: in.Source}
	}
	return draws
}

// held are the entries of a TRANSFER with the hops at which its payer held them.
// One of hop 0 is none: its source has nothing at the hop that comes of it.
func held(draws []Draw) []Draw {
	out := slices.Clone(draws)
	for i := range out {
		out[i].Hop--
	}
	return out
}

// entries are those of the new transfer.
func (c *Case) entries() []Draw { return Draws(c.Inputs, c.Parts) }

func (c *Case) parted() bool { return c.Family == wire.FamilyToken }

// parted reports whether a debit draws parts of tokens.
func (l *Link) parted() bool { return len(l.Transfer.Fragments)+len(l.Defund.Fragments) > 0 }

// common is the part of a draw that goes on in what it draws from: in family T
// what both have of one token, without tokens all of it.
func common(part, in Draw) (Draw, bool) {
	if part.TID == (wire.TID{}) {
		return in, true
	}
	if !part.Overlaps(in) {
		return Draw{}, false
	}
	in.From, in.To = max(in.From, part.From), min(in.To, part.To)
	return in, true
}

var errParts = errors.New("provenance: no parts of tokens that ascend")

// inParts completes the decoding of a debit that has no inputs: it is one of family
// T, whose fragments are disjoint, or it can be no link.
func inParts(err error, parts []wire.Fragment) error {
	if err == nil && (len(parts) == 0 || !wire.FragmentsAscend(parts)) {
		return errParts
	}
	return err
}

// whole are TOKENs as the fragments that they bring. Their signatures are not
// asked for: who brings them has signed them all.
func whole(tokens [][]byte) ([]wire.Fragment, error) {
	var parts []wire.Fragment
	for _, b := range tokens {
		o, err := wire.DecodeObject(b, wire.TypeToken.MaxBytes())
		if err != nil {
			return nil, err
		}
		m, err := wire.DecodeIssuerToken(o.Payload)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(parts, func(f wire.Fragment) bool { return f.TID == m.TID }) {
			return nil, errParts
		}
		parts = append(parts, wire.Fragment{TID: m.TID, To: m.Value})
	}
	if parts == nil {
		return nil, errParts
	}
	return parts, nil
}

// Brings returns the parts of tokens that the link has brought to who may spend
// them, with their hops; of is the debit that a return answers.
func (l *Link) Brings(of *Link) []wire.Fragment {
	switch {
	case l.issued != nil:
		return l.issued
	case l.Type == wire.TypeTransfer:
		return l.Transfer.Fragments
	case l.returns() && of != nil && of.parted():
		return of.Drawn()
	}
	return nil
}

// at are the parts that a source has in common with a draw, at the hop of the draw.
func (l *Link) at(in Draw, of *Link) []wire.Fragment {
	return slices.DeleteFunc(slices.Clone(l.Brings(of)), func(p wire.Fragment) bool {
		return p.Hop != in.Hop || !p.Overlaps(in)
	})
}

// Cover reports whether parts, which ascend, hold all of a fragment.
func Cover(parts []wire.Fragment, f wire.Fragment) bool {
	at := f.From
	for _, p := range parts {
		if p.TID == f.TID && p.From <= at && p.To > at {
			at = p.To
		}
	}
	return at >= f.To
}

// partsCovered: each draw lies within what its source has brought, and no two have
// a minor unit of one source in common.
func (c *Case) partsCovered() bool {
	drawn := map[wire.ID][]Draw{}
	return c.draws(func(_ wire.DID, from *Link, in Draw) bool {
		twice := slices.ContainsFunc(drawn[from.ID], in.Overlaps)
		drawn[from.ID] = append(drawn[from.ID], in)
		return !twice && Cover(from.at(in, c.answered(from)), in)
	})
}

// partsMake: the fragments of a debit make its lots, and those its amount.
func (l *Link) partsMake() bool {
	switch l.Type {
	case wire.TypeTransfer:
		return lotsMake(l.Transfer.Fragments, l.Transfer.Lots, l.Transfer.Amount, 1)
	case wire.TypeDefund:
		return lotsMake(l.Defund.Fragments, l.Defund.Lots, l.Defund.Amount, 0)
	default:
		return true
	}
}

func lotsMake(parts []wire.Fragment, lots []wire.Lot, amount money.Amount, lowest uint64) bool {
	var sum money.Amount
	for i, l := range lots {
		if l.Hop < lowest || l.Hop > wire.MaxHop || i > 0 && l.Hop <= lots[i-1].Hop {
			return false
		}
		sum += l.Amount // 16 lots at most, each below 2^53
	}
	return sum == amount && wire.FragmentsMake(parts, lots)
}

// Split takes what stands beside a TRANSFER of family T apart: as many TOKENs as
// its fragments have, in front, and links. A TOKEN that stands among the links is
// one too many, and no link.
func Split(parts []wire.Fragment, beside []wire.Link) (tokens, links []wire.Link) {
	tids := map[wire.TID]bool{}
	for _, f := range parts {
		tids[f.TID] = true
	}
	n := min(len(tids), len(beside))
	tokens = slices.Clone(beside[:n])
	for _, l := range beside[n:] {
		if o, err := wire.DecodeObject(l.Object, wire.TypeToken.MaxBytes()); err == nil {
			if t, _ := wire.Peek(o.Payload); t == wire.TypeToken {
				tokens = append(tokens, l)
				continue
			}
		}
		links = append(links, l)
	}
	return tokens, links
}
