package ledger

import (
	"bytes"
	"cmp"
	"maps"
	"slices"

	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// An issuedToken is a token as the ledger has signed it.
type issuedToken struct {
	value  money.Amount
	object []byte
}

// PartsOf are the fragments of a debit of family T under judgement.
type PartsOf struct {
	Device    wire.DID
	Fragments []wire.Fragment
	Lots      []wire.Lot
}

// tokens reports whether the ledger speaks family T.
func (l *Ledger) tokens() bool { return l.parts.Place.Spoken() == wire.FamilyToken }

// partsRules are the checks on the fragments of every debit of family T.
func partsRules() []Rule[PartsOf] {
	return []Rule[PartsOf]{
		{"the fragments make the lots", spec.TOK10, spec.ETokenInterval, func(_ *Ledger, p *PartsOf) bool {
			return wire.FragmentsMake(p.Fragments, p.Lots)
		}},
	}
}

// redeemRules are the checks on the fragments of a DEFUND before it is credited.
func redeemRules() []Rule[PartsOf] {
	return []Rule[PartsOf]{
		{"the ledger has issued their tokens", spec.TOK10, spec.ETokenUnknown, func(l *Ledger, p *PartsOf) bool {
			return !slices.ContainsFunc(p.Fragments, func(f wire.Fragment) bool { return l.issuedTokens[f.TID].object == nil })
		}},
		{"the fragments are inside their tokens", spec.TOK10, spec.ETokenInterval, func(l *Ledger, p *PartsOf) bool {
			return !slices.ContainsFunc(p.Fragments, func(f wire.Fragment) bool { return f.To > l.issuedTokens[f.TID].value })
		}},
		{"no part of them has come home before", spec.TOK10, spec.ETokenSpent, func(l *Ledger, p *PartsOf) bool {
			return !slices.ContainsFunc(p.Fragments, func(f wire.Fragment) bool {
				return slices.ContainsFunc(l.redeemed[f.TID], f.Overlaps)
			})
		}},
		{"the device has not paid them to another", spec.TOK10, spec.ETokenSpent, func(l *Ledger, p *PartsOf) bool {
			return !slices.ContainsFunc(l.Debits(), func(d *Debit) bool {
				return d.Opening != nil && d.Payer == p.Device && wire.DrawTwice(d.Parts, p.Fragments)
			})
		}},
	}
}

// mint makes the TOKENs of a FUND: one, for fragments need no denominations.
func (l *Ledger) mint(amount money.Amount) ([][]byte, error) {
	if !l.tokens() {
		return nil, nil
	}
	n, err := l.nonce()
	if err != nil {
		return nil, err
	}
	tid := wire.TID(n)
	object := l.service.Sign(wire.TypeToken, wire.Token{
		Version: wire.V1, Realm: l.parts.Place.Realm, Suite: l.suite(), Currency: l.parts.Place.Currency,
		Exponent: l.parts.Place.Exponent, Value: amount, Cert: l.service.Cert.ID, Epoch: l.epoch, TID: tid,
	}.Encode())
	l.issuedTokens[tid] = issuedToken{amount, object}
	return [][]byte{object}, nil
}

// redeem notes what has come home.
func (l *Ledger) redeem(parts []wire.Fragment) {
	for _, f := range parts {
		l.redeemed[f.TID] = append(l.redeemed[f.TID], f)
	}
}

// tokensOf returns the TOKENs of a debit as they travel beside it.
func (l *Ledger) tokensOf(d *Debit) (links []wire.Link) {
	for i, f := range d.Parts {
		if object := l.issuedTokens[f.TID].object; object != nil && (i == 0 || d.Parts[i-1].TID != f.TID) {
			links = append(links, wire.Link{Object: object})
		}
	}
	return links
}

// drawnTwice is kind 9 in family T: of each device and source the first two
// debits that draw a part in common.
func (l *Ledger) drawnTwice() []Finding {
	type origin struct {
		payer  wire.DID
		tid    wire.TID
		source wire.ID
	}
	draws := map[origin][]*Debit{}
	for _, d := range l.Debits() {
		for i, f := range d.Parts {
			if i == 0 || d.Parts[i-1].TID != f.TID || d.Parts[i-1].Source != f.Source {
				key := origin{d.Payer, f.TID, f.Source}
				draws[key] = append(draws[key], d)
			}
		}
	}
	keys := slices.SortedFunc(maps.Keys(draws), func(a, b origin) int {
		return cmp.Or(bytes.Compare(a.payer[:], b.payer[:]), bytes.Compare(a.tid[:], b.tid[:]), bytes.Compare(a.source[:], b.source[:]))
	})
	var found []Finding
	accused := map[[2]wire.ID]bool{}
	for _, key := range keys {
		if a, b := firstPair(draws[key]); a != nil && !accused[[2]wire.ID{a.ID, b.ID}] {
			accused[[2]wire.ID{a.ID, b.ID}] = true
			found = append(found, l.conflict(wire.EvidenceSource, a, b))
		}
	}
	return found
}

// firstPair returns two debits that draw twice, the ones that come first.
func firstPair(debits []*Debit) (a, b *Debit) {
	for i, b := range debits {
		for _, a := range debits[:i] {
			if a.ID != b.ID && wire.DrawTwice(a.Parts, b.Parts) {
				if bytes.Compare(a.ID[:], b.ID[:]) > 0 {
					a, b = b, a
				}
				return a, b
			}
		}
	}
	return nil, nil
}
