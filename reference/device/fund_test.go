package device

import (
	"testing"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

func TestFundingOnce(t *testing.T) {
	r := newRealm(t)
	c, other := r.card(1), r.card(2)
	req, err := c.FundRequest(100)
	r.must(err)
	for name, tt := range map[string]struct {
		edit func(*wire.Fund)
		want spec.Code
	}{
		"device":  {func(f *wire.Fund) { f.Device = other.DID() }, spec.EFundBinding},
		"amount":  {func(f *wire.Fund) { f.Amount++ }, spec.EFundBinding},
		"nonce":   {func(f *wire.Fund) { f.Nonce[0] ^= 1 }, spec.EFundBinding},
		"request": {func(f *wire.Fund) { f.RequestHash[0] ^= 1 }, spec.EFundBinding},
	} {
		if err := c.FundAccept(r.voucher(req, tt.edit)); r.code(err) != tt.want || c.balance() != 0 {
			t.Errorf("another %s: %v, balance %d; want %d", name, err, c.balance(), tt.want)
		}
	}
	good := r.voucher(req, nil)
	r.must(c.FundAccept(good))
	if err := c.FundAccept(good); r.code(err) != spec.EFundReplay || c.balance() != 100 {
		t.Errorf("replay: %v, balance %d; want 301", err, c.balance())
	}
	req, err = c.FundRequest(50)
	r.must(err)
	if _, err = c.FundCancel(); err != nil {
		t.Fatal(err)
	}
	if err := c.FundAccept(r.voucher(req, nil)); r.code(err) != spec.EFundReplay {
		t.Errorf("after the cancel: %v; want 301", err)
	}
	if _, err := c.FundRequest(10); r.code(err) != spec.EPendingFull {
		t.Errorf("before the cancel is acknowledged: %v; want 220", err)
	}
	c.synchronise(0)
	c.fund(10)
}

func TestDefundIsADebit(t *testing.T) {
	r := newRealm(t)
	c := r.card(1)
	c.fund(1000)
	first, err := c.DefundRequest(400, wire.Nonce{1})
	r.must(err)
	c.power()
	again, err := c.DefundRequest(400, wire.Nonce{1})
	r.must(err)
	if string(first) != string(again) || c.balance() != 600 {
		t.Errorf("asked again: other bytes, or balance %d", c.balance())
	}
	o, err := wire.DecodeObject(first, 4096)
	r.must(err)
	for i, status := range []uint64{wire.DefundRefused, wire.DefundCredited} {
		ack := r.auth.Service.Sign(wire.TypeDefundAck, wire.DefundAck{Version: 1, Realm: r.auth.Place.Realm,
			Suite: r.auth.TopSuite, Cert: r.auth.Service.Cert.ID, TransferHash: o.ID(wire.TypeDefund),
			Epoch: r.epoch, Status: status, Device: c.DID()}.Encode())
		if _, err := c.DefundAcknowledge(ack); i == 0 {
			r.must(err)
		} else if r.code(err) != spec.EState {
			t.Errorf("a second answer: %v; want 141", err)
		}
	}
	if c.balance() != 1000 || c.state.Counter != 1 || c.state.Totals.Refunded != 400 {
		t.Errorf("balance %d, counter %d", c.balance(), c.state.Counter)
	}
}

func TestExportFreesTheSlot(t *testing.T) {
	r := newRealm(t)
	payer, payee := r.card(1, func(_ *Parts, c *Config) { c.Slots = 1 }), r.card(2)
	payer.fund(1000)
	m1, _ := payer.Start(0, 0)
	m2, _ := payee.Request(0, m1, Demand{Amount: 100})
	_, err := payer.Pay(0, m2, uv())
	r.must(err)
	if got := r.try(payer, r.card(3), 1, uv()); got != spec.EPendingFull {
		t.Fatalf("got %d; want 220", got)
	}
	_, err = payer.Export()
	r.must(err)
	payer.power()
	payer.pay(r.card(4), 50)
	payer.finish(payee)
	if payer.balance() != 850 || payee.balance() != 100 || len(payer.state.pendingIDs()) != 0 {
		t.Errorf("balances %d and %d, pending %d", payer.balance(), payee.balance(), len(payer.state.pendingIDs()))
	}
}

func TestDecommissionedDeviceOnlyEnds(t *testing.T) {
	r := newRealm(t)
	payer, payee := r.card(1), r.card(2)
	payer.fund(1000)
	payer.pay(payee, 100)
	m1, _ := payer.Start(0, 0)
	m2, _ := payee.Request(0, m1, Demand{Amount: 200})
	_, err := payer.Pay(0, m2, uv())
	r.must(err)
	r.must(payee.Decommission())
	if m, _, _ := payee.report(); m.Flags&wire.SyncFinal == 0 {
		t.Error("final flag missing")
	}
	if got := r.try(payer, payee, 1, uv()); got != spec.EUnprovisioned {
		t.Errorf("requests: %d; want 170", got)
	}
	if _, err := payee.FundRequest(1); r.code(err) != spec.EUnprovisioned {
		t.Errorf("funded: %v", err)
	}
	p := payer.state.findPending(payer.state.Prev)
	_, err = payee.Deliver(payer.object(p), [][]byte{payer.certs[p.Suite].Raw})
	refusal, ok := err.(*Refusal)
	if !ok || refusal.Message == nil {
		t.Fatalf("a transfer that comes late: %v; want a signed REFUSED", err)
	}
	out, err := payer.Receipt(refusal.Message, [][]byte{payee.certs[p.Suite].Raw})
	if err != nil || !out.Refunded || payer.balance() != 900 {
		t.Errorf("refund: %+v, %v", out, err)
	}
}

func TestCertificateStoreIsNotPoisoned(t *testing.T) {
	r := newRealm(t)
	payee := r.card(2)
	k := r.kit(nil)
	good := k.cert
	k.cert = r.auth.IssueDevice(k.key.Public(), cert.DeviceOptions{Suites: r.suites, BadSignature: true})
	if k.cert.ID != good.ID {
		t.Fatal("the two certificates differ in more than the signature")
	}
	k.meet(payee, 100)
	o := k.transfer(payee.DID(), nil)
	if got := r.code(k.send(payee, o)); got != spec.ESig {
		t.Errorf("bad certificate: %d; want 130", got)
	}
	k.cert = good
	r.must(k.send(payee, o))
}
