package ledger

import (
	"bytes"
	"maps"
	"slices"

	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/provenance"
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

// parted reports whether the ledger speaks family T.
func (l *Ledger) parted() bool { return l.parts.Place.Spoken() == wire.FamilyToken }

// partsRules are the checks on the fragments of every debit of family T.
func partsRules() []Rule[PartsOf] {
	return []Rule[PartsOf]{
		{"the fragments make the lots", spec.TOK10, spec.ETokenInterval, func(_ *Ledger, p *PartsOf) bool {
			return wire.FragmentsMake(p.Fragments, p.Lots)
		}},
	}
}

// redeemPartRules are the checks on the fragments of a DEFUND before it is credited.
func redeemPartRules() []Rule[PartsOf] {
	return []Rule[PartsOf]{
		{"the ledger has issued their tokens", spec.TOK10, spec.ETokenUnknown, func(l *Ledger, p *PartsOf) bool {
			return !slices.ContainsFunc(p.Fragments, func(f wire.Fragment) bool { return l.issuedTokens[f.TID].object == nil })
		}},
		{"the fragments are inside their tokens", spec.TOK10, spec.ETokenInterval, func(l *Ledger, p *PartsOf) bool {
			return !slices.ContainsFunc(p.Fragments, func(f wire.Fragment) bool { return f.To > l.issuedTokens[f.TID].value })
		}},
		{"no part of them has come home before", spec.TOK10, spec.ETokenSpent, func(l *Ledger, p *PartsOf) bool {
			return !slices.ContainsFunc(p.Fragments, func(f wire.Fragment) bool {
				return slices.ContainsFunc(l.home[f.TID], f.Overlaps)
			})
		}},
		{"the device has not paid them to another", spec.TOK10, spec.ETokenSpent, func(l *Ledger, p *PartsOf) bool {
			return !slices.ContainsFunc(p.Fragments, func(f wire.Fragment) bool {
				return slices.ContainsFunc(l.seen.drawn[drawKey{p.Device, f.Source}], func(d *Debit) bool {
					return d.Opening != nil && wire.DrawTwice(d.Parts, []wire.Fragment{f})
				})
			})
		}},
	}
}

// voidRules are the checks on the TOKENs of a FUND that is cancelled: what has come
// home, or was seen in a payment, was accepted.
func voidRules() []Rule[PartsOf] {
	return []Rule[PartsOf]{
		{"no part of them has been used", spec.TOK10, spec.ETokenSpent, func(l *Ledger, p *PartsOf) bool {
			used := func(parts []wire.Fragment) bool {
				return slices.ContainsFunc(p.Fragments, func(f wire.Fragment) bool { return slices.ContainsFunc(parts, f.Overlaps) })
			}
			return !slices.ContainsFunc(p.Fragments, func(f wire.Fragment) bool { return used(l.home[f.TID]) }) &&
				!slices.ContainsFunc(l.Debits(), func(d *Debit) bool { return used(d.Parts) })
		}},
	}
}

// mint makes TOKENs of the values, none where the ledger speaks another family.
func (l *Ledger) mint(values ...money.Amount) ([][]byte, error) {
	if !l.parted() {
		return nil, nil
	}
	var tokens [][]byte
	for _, value := range values {
		n, err := l.nonce()
		if err != nil {
			return nil, err
		}
		tid := wire.TID(n)
		object := l.service.Sign(wire.TypeToken, wire.IssuerToken{
			Version: wire.V1, Realm: l.parts.Place.Realm, Suite: l.suite(), Currency: l.parts.Place.Currency,
			Exponent: l.parts.Place.Exponent, Value: value, Cert: l.service.Cert.ID, Epoch: l.epoch, TID: tid,
		}.Encode())
		l.issuedTokens[tid] = issuedToken{value, object}
		tokens = append(tokens, object)
	}
	return tokens, nil
}

// denominations are the values of the TOKENs of a FUND: one, for fragments need none.
func (l *Ledger) denominations(amount money.Amount) []money.Amount {
	if l.parts.Tokens == nil {
		return []money.Amount{amount}
	}
	return l.parts.Tokens(amount)
}

// bringHome notes what has come home.
func (l *Ledger) bringHome(parts []wire.Fragment) {
	for _, f := range parts {
		l.home[f.TID] = append(l.home[f.TID], f)
	}
}

// issuedOf returns the TOKENs of a debit as they travel beside it.
func (l *Ledger) issuedOf(d *Debit) (links []wire.Link) {
	for i, f := range d.Parts {
		if object := l.issuedTokens[f.TID].object; object != nil && (i == 0 || d.Parts[i-1].TID != f.TID) {
			links = append(links, wire.Link{Object: object})
		}
	}
	return links
}

// A draw is a debit, or a report that gives fragments up.
type draw struct {
	id     wire.ID
	parts  []wire.Fragment
	object []byte
	chain  [][]byte
	report bool
}

// draws are those of each device.
func (l *Ledger) draws() map[wire.DID][]draw {
	all := map[wire.DID][]draw{}
	for _, d := range l.Debits() {
		if len(d.Parts) > 0 {
			all[d.Payer] = append(all[d.Payer], draw{d.ID, d.Parts, d.Object, l.chainOf(d.Cert), false})
		}
	}
	for _, r := range l.Reports() {
		if len(r.Body.Fragments) > 0 {
			all[r.Device] = append(all[r.Device], draw{r.ID, r.Body.Fragments, r.Bytes, r.chain(), true})
		}
	}
	return all
}

// drawnTwice is kind 9 in family T: of each device the first two that draw a part
// in common from one source. A device that has had no answer gives the very same
// up again, so that two reports of one list are no fault.
func (l *Ledger) drawnTwice() []Finding {
	all := l.draws()
	var found []Finding
	for _, did := range slices.SortedFunc(maps.Keys(all), func(a, b wire.DID) int { return bytes.Compare(a[:], b[:]) }) {
		if a, b, twice := firstPair(all[did]); twice {
			found = append(found, l.finding(wire.EvidenceSource, did, [][]byte{a.object, b.object}, a.chain, b.chain))
		}
	}
	return found
}

// drawnBeyond is kind 9 in family T too: of each device the first debit that draws a
// part from a source that the ledger has seen, and that has not brought it. A source
// that it has not seen proves nothing.
func (l *Ledger) drawnBeyond() []Finding {
	if !l.parted() {
		return nil
	}
	var found []Finding
	type source struct {
		brought []wire.Fragment
		objects [][]byte // nil: not seen
	}
	known := map[wire.ID]source{}
	for _, d := range l.Debits() {
		if n := len(found); n > 0 && found[n-1].Accused == d.Payer {
			continue
		}
		for _, f := range d.Parts {
			s, read := known[f.Source]
			if !read {
				lot, of, objects := l.readSource(f.Source)
				if lot != nil {
					s = source{lot.Brings(of), objects}
				}
				known[f.Source] = s
			}
			if s.objects != nil && !provenance.Cover(s.brought, f) {
				found = append(found, l.finding(wire.EvidenceSource, d.Payer, append(slices.Clip(s.objects), d.Object), l.chainOf(d.Cert)))
				break
			}
		}
	}
	return found
}

// firstPair returns two that draw twice, in the order of their identifiers.
func firstPair(draws []draw) (a, b draw, twice bool) {
	for i, b := range draws {
		for _, a := range draws[:i] {
			again := a.report && b.report && slices.Equal(a.parts, b.parts) // without an answer in between
			if a.id != b.id && !again && wire.DrawTwice(a.parts, b.parts) {
				if bytes.Compare(a.id[:], b.id[:]) > 0 {
					a, b = b, a
				}
				return a, b, true
			}
		}
	}
	return a, b, false
}
