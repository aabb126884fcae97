package device

import (
	"testing"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/provenance"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// partsRealm is a realm of family T with CHAIN provenance.
func partsRealm(t testing.TB, trunc uint64) *realm {
	r := chainRealm(t, trunc)
	p := cert.DefaultParameters()
	p.Epoch, p.Family = 20000, wire.FamilyToken
	p.TopSuite, p.LeafSuite = suite.Ed25519, []suite.Suite{suite.Ed25519}
	r.auth = cert.NewAuthority([]byte("parts"), p)
	r.policy.Suites = []suite.Suite{suite.Ed25519}
	return r
}

// fundToken credits a card with a voucher of one TOKEN.
func (c *card) fundToken(amount money.Amount) {
	c.r.t.Helper()
	req, err := c.FundRequest(amount)
	c.r.must(err)
	c.r.must(c.FundAccept(c.r.voucher(req, func(m *wire.Fund) {
		tid := wire.TID{byte(c.state.Funding.Number)}
		copy(tid[1:], m.Device[:])
		m.Issued = [][]byte{c.r.auth.Service.Sign(wire.TypeToken, wire.IssuerToken{
			Version: wire.V1, Realm: m.Realm, Suite: m.Suite, Currency: m.Currency, Exponent: m.Exponent, Value: amount,
			Cert: m.Cert, Epoch: c.r.epoch, TID: tid,
		}.Encode())}
	})))
}

// whole: the fragments are the balance, hop by hop, and disjoint.
func (c *card) whole() {
	c.r.t.Helper()
	if !sound(c.state) {
		c.r.t.Errorf("lots %v; fragments %v", c.state.Lots, c.state.Fragments)
	}
}

func TestPartsGoOnUnderChain(t *testing.T) {
	for _, trunc := range []uint64{0, 1, 2, wire.ToFund} {
		r := partsRealm(t, trunc)
		cards := []*card{r.card(1), r.card(2), r.card(3), r.card(4)}
		cards[0].fundToken(600)
		cards[0].fundToken(400)
		for i := range 3 {
			cards[i].pay(cards[i+1], money.Amount(900-100*i))
			cards[i].whole()
			cards[i+1].power()
			cards[i+1].whole()
		}
		for _, f := range cards[3].state.Fragments {
			if f.Hop != 3 || f.Source != cards[2].state.Prev {
				t.Errorf("trunc %d: %+v", trunc, f)
			}
		}
		paid := cards[2].last().Transfer.Fragments
		links, certs, ok := cards[2].showing(paid)
		if want := map[uint64]int{0: 0, 1: 1, 2: 2, wire.ToFund: 4}[trunc]; !ok || len(links) != want || len(certs) > 2 {
			t.Errorf("trunc %d: %d links of %d signers for %v; want %d", trunc, len(links), len(certs), paid, want)
		}
	}
}

func TestPayerStopsAtFragments(t *testing.T) {
	r := partsRealm(t, wire.ToFund)
	payer, payee := r.card(1), r.card(2)
	for range 5 {
		payer.fundToken(100)
	}
	m1, _ := payer.Start(0, 0)
	m2, err := payee.Request(0, m1, Demand{Amount: 301})
	r.must(err)
	if _, err := payer.Pay(0, m2, uv()); r.code(err) != spec.EChainLength {
		t.Errorf("four fragments: %v; want 234", err)
	}
	if payer.balance() != 500 || payer.state.Counter != 0 {
		t.Error("a refused payment changed the payer")
	}
	payer.fundToken(250) // with the largest first it is two now
	payer.pay(payee, 301)
	payer.whole()
	if n := len(payer.last().Transfer.Fragments); n != 2 {
		t.Errorf("%d fragments; want 2", n)
	}
}

// TestLostLinksOfPartsCostNoValue: what cannot be shown is passed over, and goes home.
func TestLostLinksOfPartsCostNoValue(t *testing.T) {
	r := partsRealm(t, wire.ToFund)
	payer, payee, first := r.card(1), r.card(2), r.card(3)
	first.fundToken(300)
	first.pay(payer, 300)
	payer.parts.Host.KeepRecord(first.last().Transfer.Fragments[0].Source, []byte{0})
	m1, _ := payer.Start(0, 0)
	m2, err := payee.Request(0, m1, Demand{Amount: 200})
	r.must(err)
	if _, err := payer.Pay(0, m2, uv()); r.code(err) != spec.EChainLength {
		t.Errorf("got %v; want 234", err)
	}
	payer.fundToken(200)
	payer.pay(payee, 200)
	object, err := payer.DefundRequest(300, wire.Nonce{1})
	r.must(err)
	if l, ok := provenance.ReadObject(object); !ok || len(l.Defund.Fragments) != 1 || l.Defund.Fragments[0].Hop != 1 {
		t.Errorf("%+v, %v", l, ok)
	}
	payer.whole()
}

// TestRenewalUnderChain: a SYNC gives up what is too much where its ledger follows
// transfers, and not where it sees sums, nor for a device that is decommissioned.
func TestRenewalUnderChain(t *testing.T) {
	for _, c := range []struct {
		name string
		mode uint64
		gone bool
		want int
	}{{"FULL", wire.SyncFull, false, 20}, {"TOTALS", wire.SyncTotals, false, 0}, {"decommissioned", wire.SyncFull, true, 0}} {
		r := partsRealm(t, 2)
		r.policy.SyncMode = c.mode
		payer, payee := r.card(1), r.card(2)
		payer.fundToken(1000)
		for range 20 {
			payer.pay(payee, 10)
		}
		if c.gone {
			r.must(payee.Decommission())
		}
		if got := payee.givenUp(); len(got) != c.want {
			t.Errorf("%s: gives %d fragments up; want %d", c.name, len(got), c.want)
		}
	}
}
