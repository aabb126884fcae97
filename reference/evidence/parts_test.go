package evidence

import (
	"testing"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/provenance/chains"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
)

// TestDrawnBeyondItsSource: a source and one debit that draws from it, in family T.
func TestDrawnBeyondItsSource(t *testing.T) {
	p := cert.DefaultParameters()
	p.TopSuite, p.LeafSuite = suite.Ed25519, []suite.Suite{suite.Ed25519}
	p.Epoch, p.NotAfter, p.Family = 100, 4000, wire.FamilyToken
	a := cert.NewAuthority([]byte("parts"), p)
	m := chains.New(a)
	first, second, third := m.Holder(suite.Ed25519, "first"), m.Holder(suite.Ed25519, "second"), m.Holder(suite.Ed25519, "third")
	object := func(id wire.ID) []byte { return m.Links[id].Object }
	cut := func(source wire.ID, from, to money.Amount) []wire.Fragment {
		f := m.Brought(source)[0]
		f.From, f.To, f.Hop, f.Source = from, to, f.Hop+1, source
		return []wire.Fragment{f}
	}
	pays := func(from, to *chains.Holder, parts []wire.Fragment) wire.ID { return m.PayParts(from, to.DID(), parts) }
	fund := m.Fund(first.DID(), 300)
	came := pays(first, second, cut(fund, 100, 200))
	within, beyond := pays(second, third, cut(came, 100, 200)), pays(second, third, cut(came, 150, 201))
	debit := pays(first, third, cut(fund, 0, 50))
	back := m.Return(third, debit)
	again, more := pays(first, second, cut(back, 0, 50)), pays(first, second, cut(back, 0, 51))
	defund := wire.Defund{Version: wire.V1, Realm: a.Place.Realm, Suite: suite.Ed25519, Currency: a.Place.Currency,
		Exponent: a.Place.Exponent, Amount: 1, Cert: second.Cert.ID, Counter: 9, Prev: wire.ID{1}, PolicyVersion: 1, Epoch: 100,
		Family: wire.FamilyToken, Lots: []wire.Lot{{Hop: 1, Amount: 1}}, Fragments: cut(came, 99, 100)}
	defund.Fragments[0].Hop = 1
	home := second.Sign(wire.TypeDefund, defund.Encode())
	for _, c := range []struct {
		name    string
		objects [][]byte
		accused *chains.Holder
	}{
		{"what the source has brought", [][]byte{object(came), object(within)}, nil},
		{"more than it has brought", [][]byte{object(came), object(beyond)}, second},
		{"more than it has brought, home", [][]byte{object(came), home}, second},
		{"another source", [][]byte{object(fund), object(beyond)}, nil},
		{"what came back", [][]byte{object(back), object(debit), object(again)}, nil},
		{"more than came back", [][]byte{object(back), object(debit), object(more)}, first},
		{"a return without its debit", [][]byte{object(back), object(more)}, nil},
		{"two debits", [][]byte{object(came), object(within), object(beyond)}, nil},
		{"no debit", [][]byte{object(came)}, nil},
	} {
		bundle := wire.Evidence{Version: wire.V1, Realm: a.Place.Realm, Kind: wire.EvidenceSource, Objects: c.objects,
			Certs: [][]byte{a.Provider.Cert.Raw, first.Cert.Raw, second.Cert.Raw, third.Cert.Raw}}.Encode()
		got, err := Verify(bundle, a.Root.Cert)
		switch {
		case c.accused == nil && err == nil:
			t.Errorf("%s: %x is accused", c.name, got.Accused)
		case c.accused != nil && (err != nil || got.Accused != c.accused.DID()):
			t.Errorf("%s: %v, %v", c.name, got, err)
		}
	}
}
