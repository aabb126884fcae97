package verify_test

import (
	"math/rand/v2"
	"testing"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/provenance"
	"github.com/assay-cbdc/assay/reference/provenance/chains"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/verify"
	"github.com/assay-cbdc/assay/reference/verify/fast"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// TestChainsAreJudgedByBothCores: with all links, with one less, with inputs but
// no links, and with the lots of the other mode.
func TestChainsAreJudgedByBothCores(t *testing.T) {
	p := cert.DefaultParameters()
	p.TopSuite, p.LeafSuite, p.Epoch = suite.Ed25519, []suite.Suite{suite.Ed25519}, 100
	m := chains.New(cert.NewAuthority([]byte("verify chain"), p))
	bounds := provenance.Bounds{MaxHops: 3, Trunc: wire.ToFund, MaxInputs: 4, MaxLinks: 16}
	in := verify.Setting{Place: m.Place, Env: m.Env, Roots: []*cert.Certificate{m.Root.Cert},
		Providers: []*cert.Certificate{m.Provider.Cert, m.Authority.Service.Cert}, Suites: []suite.Suite{suite.Ed25519},
		MaxHops: 3, Epoch: 100, Chain: &bounds}
	ana, ben, cem := m.Holder(suite.Ed25519, "ana"), m.Holder(suite.Ed25519, "ben"), m.Holder(suite.Ed25519, "cem")
	inputs := []wire.Input{m.Line(100, ben.DID(), ana)}
	links, certs := m.Beside(bounds, inputs)
	nonce := m.Nonce()
	body := m.Transfer(ben, cem.DID(), nonce, inputs)
	record := func(body wire.Transfer, links []wire.Link) verify.Payment {
		return settlement.Append(nil, settlement.Record{
			Object: ben.Sign(wire.TypeTransfer, body.Encode()), Certificates: append([][]byte{ben.Cert.Raw}, certs[:min(len(certs), len(links)+1)]...),
			Opening: &settlement.Opening{Payee: cem.DID(), Nonce: nonce}, Links: links,
		})
	}
	lots := body
	lots.Inputs, lots.Lots = nil, []wire.Lot{{Hop: 2, Amount: 100}}
	more := body
	more.Inputs = []wire.Input{{Hop: 2, Amount: 101, Source: inputs[0].Source}}
	more.Amount = 101
	deep := body
	deep.Inputs = []wire.Input{{Hop: 4, Amount: 100, Source: inputs[0].Source}}
	for _, tt := range []struct {
		name    string
		payment verify.Payment
		code    spec.Code
	}{
		{"whole", record(body, links), 0},
		{"a link less", record(body, links[1:]), spec.EChainMissing},
		{"no links", record(body, nil), spec.EChainMissing},
		{"lots", record(lots, nil), spec.EField},
		{"overdrawn", record(more, links), spec.EChainAmount},
		{"a hop too deep", record(deep, links), spec.EHop},
	} {
		plain, err := verify.New(in, verify.MapIndex{})
		if err != nil {
			t.Fatal(err)
		}
		random := rand.NewChaCha8([32]byte{1})
		index, err := fast.NewIndex(random)
		if err != nil {
			t.Fatal(err)
		}
		batch, err := fast.New(in, index, fast.Options{Certificates: 8, Keys: 8, Random: random})
		if err != nil {
			t.Fatal(err)
		}
		want := plain.Verify(tt.payment)
		got := make([]verify.Verdict, 1)
		batch.VerifyAll([]verify.Payment{tt.payment}, got)
		if want.Code != tt.code || want.Accepted != (tt.code == 0) {
			t.Errorf("%s: %+v; want code %d", tt.name, want, tt.code)
		}
		if got[0] != want {
			t.Errorf("%s: the batch core says %+v, the plain one %+v", tt.name, got[0], want)
		}
	}
	in.Chain = nil
	plain, err := verify.New(in, verify.MapIndex{})
	if err != nil {
		t.Fatal(err)
	}
	for name, payment := range map[string]verify.Payment{"links": record(lots, links), "inputs": record(body, nil)} {
		if v := plain.Verify(payment); v.Code != spec.EField {
			t.Errorf("%s under REISSUE: %+v", name, v)
		}
	}
}

// TestChainsOfPartsAreJudgedByBothCores: in family T a record has fragments beside its
// lots, and links without TOKENs.
func TestChainsOfPartsAreJudgedByBothCores(t *testing.T) {
	p := cert.DefaultParameters()
	p.TopSuite, p.LeafSuite, p.Epoch, p.Family = suite.Ed25519, []suite.Suite{suite.Ed25519}, 100, wire.FamilyToken
	m := chains.New(cert.NewAuthority([]byte("verify parts"), p))
	bounds := provenance.Bounds{MaxHops: 3, Trunc: wire.ToFund, MaxInputs: 4, MaxLinks: 16}
	in := verify.Setting{Place: m.Place, Env: m.Env, Roots: []*cert.Certificate{m.Root.Cert},
		Providers: []*cert.Certificate{m.Provider.Cert, m.Authority.Service.Cert}, Suites: []suite.Suite{suite.Ed25519},
		MaxHops: 3, Epoch: 100, Chain: &bounds}
	ana, ben, cem := m.Holder(suite.Ed25519, "ana"), m.Holder(suite.Ed25519, "ben"), m.Holder(suite.Ed25519, "cem")
	inputs := []wire.Input{m.Line(100, ben.DID(), ana)}
	links, certs := m.Beside(bounds, inputs)
	nonce := m.Nonce()
	body := m.Transfer(ben, cem.DID(), nonce, inputs)
	record := func(body wire.Transfer, links []wire.Link) verify.Payment {
		return settlement.Append(nil, settlement.Record{
			Object: ben.Sign(wire.TypeTransfer, body.Encode()), Certificates: append([][]byte{ben.Cert.Raw}, certs[:min(len(certs), len(links)+1)]...),
			Opening: &settlement.Opening{Payee: cem.DID(), Nonce: nonce}, Links: links,
		})
	}
	bare, beyond := body, body
	bare.Fragments = nil
	beyond.Fragments = []wire.Fragment{body.Fragments[0]}
	beyond.Fragments[0].From, beyond.Fragments[0].To = 1, 101
	for _, tt := range []struct {
		name    string
		payment verify.Payment
		code    spec.Code
	}{
		{"whole", record(body, links), 0},
		{"a link less", record(body, links[1:]), spec.EChainMissing},
		{"without fragments", record(bare, nil), spec.ETokenInterval},
		{"beyond what came", record(beyond, links), spec.EChainAmount},
	} {
		plain, err := verify.New(in, verify.MapIndex{})
		if err != nil {
			t.Fatal(err)
		}
		random := rand.NewChaCha8([32]byte{1})
		index, err := fast.NewIndex(random)
		if err != nil {
			t.Fatal(err)
		}
		batch, err := fast.New(in, index, fast.Options{Certificates: 8, Keys: 8, Random: random})
		if err != nil {
			t.Fatal(err)
		}
		got := make([]verify.Verdict, 1)
		batch.VerifyAll([]verify.Payment{tt.payment}, got)
		if want := plain.Verify(tt.payment); want.Code != tt.code || got[0] != want {
			t.Errorf("%s: the plain core says %+v, the batch core %+v; want code %d", tt.name, want, got[0], tt.code)
		}
	}
}
