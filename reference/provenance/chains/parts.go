package chains

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"

	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/provenance"
	"github.com/assay-cbdc/assay/reference/wire"
)

func (m *Maker) parted() bool { return m.Place.Spoken() == wire.FamilyToken }

// Mint makes a TOKEN of family T. It is always the authority's service that signs
// it: whose signature a link has is another question.
func (m *Maker) Mint(value money.Amount) []byte {
	m.made++
	digest := sha256.Sum256(fmt.Appendf(nil, "token %s%d", m.Name, m.made))
	service := m.Authority.Service
	body := wire.IssuerToken{Version: wire.V1, Realm: m.Place.Realm, Suite: service.Key.Public().Suite(),
		Currency: m.Place.Currency, Exponent: m.Place.Exponent, Value: value, Cert: service.Cert.ID, Epoch: m.Epoch,
		TID: wire.TID(digest[:16])}
	object := service.Sign(wire.TypeToken, body.Encode())
	m.Tokens[body.TID] = object
	return object
}

// Draws are the entries of a transfer of inputs.
func (m *Maker) Draws(inputs []wire.Input) []provenance.Draw {
	if m.parted() {
		return m.Parts(inputs...)
	}
	return provenance.Draws(inputs, nil)
}

// Parts are inputs of family T: of each the lowest part of what its source has
// brought, with the hop of the input, ascending.
func (m *Maker) Parts(inputs ...wire.Input) []wire.Fragment {
	var parts []wire.Fragment
	for _, in := range inputs {
		rest := in.Amount
		for _, f := range m.Brought(in.Source) {
			f.To = f.From + min(rest, f.Amount())
			f.Hop, f.Source = in.Hop, in.Source
			if rest -= f.Amount(); f.Amount() > 0 {
				parts = append(parts, f)
			}
		}
	}
	slices.SortFunc(parts, wire.CompareFragments)
	return parts
}

// Brought are the parts that a source has brought.
func (m *Maker) Brought(source wire.ID) []wire.Fragment {
	if debit, isReturn := m.returned[source]; isReturn {
		return m.read(debit).Drawn()
	}
	return m.read(source).Brings(nil)
}

// PayParts makes the transfer of fragments, with the hops at which they arrive,
// from one holder to a device.
func (m *Maker) PayParts(from *Holder, to wire.DID, parts []wire.Fragment, edit ...func(*wire.Transfer)) wire.ID {
	return m.Pay(from, to, nil, append([]func(*wire.Transfer){func(t *wire.Transfer) {
		t.Fragments, t.Lots, t.Amount = parts, LotsOf(parts), 0
		for _, f := range parts {
			t.Amount += f.Amount()
		}
	}}, edit...)...)
}

// LotsOf are the sums of fragments by hop.
func LotsOf(parts []wire.Fragment) []wire.Lot {
	sums := map[uint64]money.Amount{}
	for _, f := range parts {
		sums[f.Hop] += f.Amount()
	}
	var lots []wire.Lot
	for _, hop := range slices.Sorted(maps.Keys(sums)) {
		lots = append(lots, wire.Lot{Hop: hop, Amount: sums[hop]})
	}
	return lots
}

// TokensOf are the TOKENs of fragments, in their order, as they travel.
func (m *Maker) TokensOf(parts []wire.Fragment) []wire.Link {
	var tokens []wire.Link
	for i, f := range parts {
		if object := m.Tokens[f.TID]; object != nil && (i == 0 || parts[i-1].TID != f.TID) {
			tokens = append(tokens, wire.Link{Object: object})
		}
	}
	return tokens
}
