package device

import (
	"testing"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/provenance"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// chainRealm is a realm of CHAIN provenance.
func chainRealm(t testing.TB, trunc uint64) *realm {
	r := newRealm(t)
	r.policy.Provenance = wire.Provenance{Mode: wire.ProvenanceChain, MaxHops: 5, Trunc: trunc, MaxInputs: 3, MaxLinks: 16}
	return r
}

// consistent: the lots by source are the balance, hop by hop.
func (c *card) consistent() {
	c.r.t.Helper()
	var sums Lots
	for _, l := range c.state.Chained {
		sums[l.Hop] += l.Amount
	}
	if sums != c.state.Lots {
		c.r.t.Errorf("lots %v; by source %v", c.state.Lots, c.state.Chained)
	}
}

// last is the TRANSFER that the card has paid with last.
func (c *card) last() *provenance.Link {
	c.r.t.Helper()
	l, _ := c.stored(c.state.Prev)
	if l == nil {
		c.r.t.Fatal("the host has no such transfer")
	}
	return l
}

func TestChainGoesOn(t *testing.T) {
	for _, trunc := range []uint64{0, 1, 2, wire.ToFund} {
		r := chainRealm(t, trunc)
		cards := []*card{r.card(1), r.card(2), r.card(3), r.card(4)}
		cards[0].fund(600)
		cards[0].fund(400)
		for i := range 3 {
			cards[i].pay(cards[i+1], money.Amount(900-100*i))
			cards[i].consistent()
			cards[i+1].power()
			cards[i+1].consistent()
		}
		got := cards[3].state.Chained
		if len(got) != 1 || got[0].Hop != 3 || got[0].Amount != 700 || got[0].Source != cards[2].state.Prev {
			t.Errorf("trunc %d: %+v", trunc, got)
		}
		if in := cards[0].last().Transfer.Inputs; len(in) != 2 || in[0].Amount+in[1].Amount != 900 {
			t.Errorf("trunc %d: the first transfer draws %v", trunc, in)
		}
		links, _, ok := cards[2].showing(provenance.Draws(cards[2].last().Transfer.Inputs, nil))
		if want := map[uint64]int{0: 0, 1: 1, 2: 2, wire.ToFund: 4}[trunc]; !ok || len(links) != want {
			t.Errorf("trunc %d: %d links; want %d", trunc, len(links), want)
		}
	}
}

// TestReturnedLotIsPaidAgain: what a payee refused has the REFUSED as its
// source, and the next payee takes it with that.
func TestReturnedLotIsPaidAgain(t *testing.T) {
	r := chainRealm(t, 1)
	payer, payee, other := r.card(1), r.card(2), r.card(3)
	payer.fund(1000)
	payer.pay(other, 100)
	other.pay(payer, 50) // it comes round with two hops
	m1, _ := payer.Start(0, 0)
	m2, err := payee.Request(0, m1, Demand{Amount: 925})
	r.must(err)
	m3, err := payer.Pay(0, m2, uv())
	r.must(err)
	r.must(payee.Cancel(0))
	_, err = payee.Accept(0, m3)
	if r.code(err) != spec.EState {
		t.Fatalf("a cancelled session answers %v", err)
	}
	m1, _ = payer.Start(0, 0)
	m2, err = payee.RequestFinish(0, m1)
	r.must(err)
	again, err := payer.Resend(0, m2)
	r.must(err)
	_, err = payee.Accept(0, again[0])
	if r.code(err) != spec.EReqClosed {
		t.Fatalf("got %v; want a signed 165", err)
	}
	out, err := payer.Acknowledge(0, err.(*Refusal).Message)
	if err != nil || !out.Refunded {
		t.Fatalf("%+v, %v", out, err)
	}
	payer.consistent()
	if payer.balance() != 950 {
		t.Errorf("balance %d; want 950", payer.balance())
	}
	payer.power()
	payer.pay(other, 940)
	back := 0
	for _, in := range payer.last().Transfer.Inputs {
		if l, _ := payer.stored(in.Source); l != nil && l.Type == wire.TypeReceipt {
			back++
		}
	}
	if back == 0 {
		t.Errorf("nothing is drawn from what came back: %v", payer.last().Transfer.Inputs)
	}
	other.consistent()
	other.pay(payee, 900)
}

func TestPayerStopsAtInputsAndLinks(t *testing.T) {
	r := chainRealm(t, wire.ToFund)
	payer, payee := r.card(1), r.card(2)
	for range 5 {
		payer.fund(100)
	}
	m1, _ := payer.Start(0, 0)
	m2, err := payee.Request(0, m1, Demand{Amount: 301})
	r.must(err)
	if _, err := payer.Pay(0, m2, uv()); r.code(err) != spec.EChainLength {
		t.Errorf("four inputs: %v; want 234", err)
	}
	if payer.balance() != 500 || payer.state.Counter != 0 {
		t.Error("a refused payment changed the payer")
	}
	payer.fund(250) // a combination of three does now
	payer.pay(payee, 301)
	payer.consistent()
	var most money.Amount
	for _, in := range payer.last().Transfer.Inputs {
		most = max(most, in.Amount)
	}
	if most != 101 { // the two lots that came first, and what is left of the new one
		t.Errorf("draws %v", payer.last().Transfer.Inputs)
	}
}

// TestLostLinksCostNoValue: what cannot be shown cannot be paid with, other lots
// can, and it goes home.
func TestLostLinksCostNoValue(t *testing.T) {
	r := chainRealm(t, wire.ToFund)
	payer, payee, first := r.card(1), r.card(2), r.card(3)
	first.fund(300)
	first.pay(payer, 300)
	lost := first.last().Transfer.Inputs[0].Source
	payer.parts.Host.KeepRecord(lost, []byte{0})
	m1, _ := payer.Start(0, 0)
	m2, err := payee.Request(0, m1, Demand{Amount: 200})
	r.must(err)
	if _, err := payer.Pay(0, m2, uv()); r.code(err) != spec.EChainLength {
		t.Errorf("got %v; want 234", err)
	}
	payer.fund(200)
	payer.pay(payee, 200)
	object, err := payer.DefundRequest(300, wire.Nonce{1})
	r.must(err)
	o, err := wire.DecodeObject(object, 4096)
	r.must(err)
	m, err := wire.DecodeChainedDefund(o.Payload)
	if err != nil || len(m.Inputs) != 1 || m.Inputs[0].Hop != 1 {
		t.Errorf("%+v, %v", m.Inputs, err)
	}
	payer.consistent()
}

// TestModeOfProvenanceStays: no policy turns one into the other, and each refuses
// what belongs to the other.
func TestModeOfProvenanceStays(t *testing.T) {
	chain, plain := chainRealm(t, 1), newRealm(t)
	for _, r := range []*realm{chain, plain} {
		c := r.card(1)
		next := r.policy
		next.PolicyVersion, next.Provenance.Mode = 2, 3-next.Provenance.Mode
		next.Provenance.MaxInputs, next.Provenance.MaxLinks = 1, 1
		if err := c.ApplyPolicy(r.auth.SignPolicy(next)); r.code(err) != spec.EPolicyFixed {
			t.Errorf("mode %d became %d: %v", r.policy.Provenance.Mode, next.Provenance.Mode, err)
		}
	}
	payee := plain.card(2)
	k := plain.kit(nil)
	k.meet(payee, 100)
	o := k.transfer(payee.DID(), nil)
	m3 := k.link.Send(wire.Item{Type: wire.TypeTransfer, Object: o.Encode(), Certs: [][]byte{k.cert.Raw},
		Links: []wire.Link{{Object: []byte{1}}}})
	if _, err := payee.Accept(0, m3); plain.code(err) != spec.EField {
		t.Errorf("links under REISSUE: %v; want 103", err)
	}
	if payee.balance() != 0 {
		t.Error("credited")
	}
}

// TestDamagedLinksAreRefunded: an honest payer whose links were spoiled on the way
// gets its value back, and nothing is credited.
func TestDamagedLinksAreRefunded(t *testing.T) {
	r := chainRealm(t, wire.ToFund)
	payer, payee := r.card(1), r.card(2)
	payer.fund(300)
	m1, _ := payer.Start(0, 0)
	m2, err := payee.Request(0, m1, Demand{Amount: 200})
	r.must(err)
	source := payer.state.Chained[0].Source
	kept := payer.parts.Host.Record(source)
	_, err = payer.Pay(0, m2, uv())
	r.must(err)
	payer.parts.Host.KeepRecord(source, nil)
	m1, _ = payer.Start(0, 0)
	m2, err = payee.RequestFinish(0, m1)
	r.must(err)
	again, err := payer.Resend(0, m2)
	r.must(err)
	_, err = payee.Accept(0, again[0])
	if r.code(err) != spec.EChainMissing {
		t.Fatalf("got %v; want 230", err)
	}
	_, err = payer.Acknowledge(0, err.(*Refusal).Message)
	r.must(err)
	payer.parts.Host.KeepRecord(source, kept)
	if payer.balance() != 300 || payee.balance() != 0 {
		t.Errorf("balances %d and %d", payer.balance(), payee.balance())
	}
	payer.pay(payee, 300)
	payer.consistent()
	payee.consistent()
}

// TestNeitherOneWayNorClaims: under CHAIN a payer refuses both before it debits, and
// a payee makes no static request. The twin is the same under REISSUE.
func TestNeitherOneWayNorClaims(t *testing.T) {
	for _, chain := range []bool{true, false} {
		r, want := newRealm(t), spec.Code(0)
		if chain {
			r, want = chainRealm(t, 1), spec.EFamily
		}
		payer, payee := r.card(1), r.card(2)
		payer.fund(1000)
		if _, err := payee.StaticRequest(Terms{Expiry: r.epoch, Max: 1}); r.code(err) != want {
			t.Errorf("chain %v: static request: %v; want %d", chain, err, want)
		}
		number := r.suites[0]
		ask := wire.StaticReq{
			Version: 1, Realm: r.auth.Place.Realm, Suite: number, Currency: r.auth.Number, Exponent: r.auth.Exponent,
			Nonce: wire.Nonce{1}, Cert: payee.certs[number].ID, Request: 1, Epoch: r.epoch, Flags: wire.StaticReqSE, Family: 1,
			MaxHop: 5, KEM: wire.KEMX25519, KEMKey: append([]byte{9}, make([]byte, 31)...), Expiry: r.epoch + 100, Max: 4,
		}
		object := payee.sign(number, wire.TypeStaticReq, ask.Encode()).Encode()
		_, err := payer.PayOneWay(object, [][]byte{payee.certs[number].Raw}, 100, uv())
		if paid := payer.balance() != 1000; r.code(err) != want || paid == chain {
			t.Errorf("chain %v: one way: %v, balance %d; want %d", chain, err, payer.balance(), want)
		}
		soft := r.software(3).certs[number]
		c := payer.context()
		c.PayReq.Family, c.Path = wire.FamilyBalance, cert.Path{Chain: []*cert.Certificate{soft}}
		if familyPayable(c) == chain {
			t.Errorf("chain %v: a claim", chain)
		}
	}
}
