package device

import (
	"errors"
	"testing"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/link"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A kit is a payer that signs what the test wants.
type kit struct {
	r    *realm
	key  suite.PrivateKey
	cert *cert.Certificate
	ctr  uint64
	prev wire.ID
	link *link.Link
	req  wire.PayReq
	rqh  wire.ID
}

func (r *realm) kit(edit func(*cert.DeviceOptions)) *kit {
	key := cert.DeriveKey(r.suites[0], []byte("kit"), "payer")
	o := cert.DeviceOptions{Suites: r.suites}
	if edit != nil {
		edit(&o)
	}
	return &kit{r: r, key: key, cert: r.auth.IssueDevice(key.Public(), o), ctr: 1}
}

// meet opens a session with the payee and reads its request.
func (k *kit) meet(payee *card, amount money.Amount) {
	k.r.t.Helper()
	e, err := link.NewEphemeral(seeded(byte(k.ctr)))
	k.r.must(err)
	hello := wire.Hello{Version: 1, Realm: k.r.auth.Place.Realm, Nonce: wire.Nonce{1, byte(k.ctr)},
		Versions: []uint64{1}, Suites: k.r.suites, KEMs: []wire.KEM{wire.KEMX25519}, KEM: wire.KEMX25519,
		KEMKey: e.Public(), MTU: 2048}.Encode()
	m2, err := payee.Request(0, hello, Demand{Amount: amount})
	k.r.must(err)
	opening, err := wire.DecodeOpening(m2)
	k.r.must(err)
	l, item, err := link.NewPayer(e, hello, opening)
	k.r.must(err)
	o, err := wire.DecodeObject(item.Object, 4096)
	k.r.must(err)
	k.req, err = wire.DecodePayReq(o.Payload)
	k.r.must(err)
	k.link, k.rqh = l, o.ID(wire.TypePayReq)
}

// transfer is the right TRANSFER, as edited.
func (k *kit) transfer(payee wire.DID, edit func(*wire.Transfer)) wire.Object {
	m := wire.Transfer{Version: 1, Realm: k.r.auth.Place.Realm, Suite: k.key.Public().Suite(),
		Currency: 978, Exponent: 2, Amount: k.req.Amount, Cert: k.cert.ID, Request: k.req.Request,
		PayeeTag: wire.PayeeTag(payee, k.req.Nonce), Counter: k.ctr, Prev: k.prev,
		Lots: []wire.Lot{{Hop: 1, Amount: k.req.Amount}}, RequestHash: k.rqh, PolicyVersion: 1,
		Epoch: k.r.epoch, Family: 1}
	if edit != nil {
		edit(&m)
	}
	return cert.SignObject(k.key, wire.TypeTransfer, m.Encode())
}

func (k *kit) send(payee *card, o wire.Object) error {
	m3 := k.link.Send(wire.Item{Type: wire.TypeTransfer, Object: o.Encode(), Certs: [][]byte{k.cert.Raw}})
	_, err := payee.Accept(0, m3)
	return err
}

func TestPayeeRefusesEachFault(t *testing.T) {
	for _, tt := range []struct {
		name   string
		cert   func(*cert.DeviceOptions)
		edit   func(*wire.Transfer)
		spoil  func(*wire.Object)
		want   spec.Code
		signed bool // a REFUSED follows, and the request is closed
	}{
		{name: "amount", edit: func(m *wire.Transfer) { m.Amount++; m.Lots[0].Amount++ }, want: spec.EMismatch, signed: true},
		{name: "sum of lots", edit: func(m *wire.Transfer) { m.Lots[0].Amount++ }, want: spec.EHop, signed: true},
		{name: "hop 0", edit: func(m *wire.Transfer) { m.Lots[0].Hop = 0 }, want: spec.EHop, signed: true},
		{name: "hop 6", edit: func(m *wire.Transfer) { m.Lots[0].Hop = 6 }, want: spec.EHop, signed: true},
		{name: "payee tag", edit: func(m *wire.Transfer) { m.PayeeTag[0] ^= 1 }, want: spec.EMismatch, signed: true},
		{name: "request hash", edit: func(m *wire.Transfer) { m.RequestHash[0] ^= 1 }, want: spec.EReqUnknown},
		{name: "request number", edit: func(m *wire.Transfer) { m.Request++ }, want: spec.EReqUnknown},
		{name: "currency", edit: func(m *wire.Transfer) { m.Currency = 840 }, want: spec.ECurrency},
		{name: "realm", edit: func(m *wire.Transfer) { m.Realm[0] ^= 1 }, want: spec.ERealm},
		{name: "claim", edit: func(m *wire.Transfer) { m.Flags, m.Expiry = wire.TransferClaim, 30000 }, want: spec.EMismatch, signed: true},
		{name: "version", edit: func(m *wire.Transfer) { m.Version = 2 }, want: spec.EVersion},
		{name: "signature", spoil: func(o *wire.Object) { o.Signature[5] ^= 1 }, want: spec.ESig},
		{name: "family, unsigned", spoil: func(o *wire.Object) { o.Payload[len(o.Payload)-1] ^= 2 }, want: spec.EMismatch},
		{name: "algorithm", spoil: func(o *wire.Object) { o.Alg = -9 }, want: spec.ESuite},
		{name: "usage", cert: edited(func(c *wire.Cert) { c.Usage = wire.UseReceive }), want: spec.EUsage, signed: true},
		{name: "expired", cert: edited(func(c *wire.Cert) { c.NotAfter = 19000 }), want: spec.EExpired, signed: true},
		{name: "not yet", cert: edited(func(c *wire.Cert) { c.NotBefore = 25000 }), want: spec.EExpired, signed: true},
		{name: "certificate's signature", cert: func(o *cert.DeviceOptions) { o.BadSignature = true }, want: spec.ESig},
		{name: "certified for more", cert: func(o *cert.DeviceOptions) {
			o.Suites = []suite.Suite{suite.Ed25519, suite.Ed25519MLDSA44}
		}, want: 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRealm(t)
			payee := r.card(2)
			k := r.kit(tt.cert)
			k.meet(payee, 100)
			o := k.transfer(payee.DID(), tt.edit)
			if tt.spoil != nil {
				tt.spoil(&o)
			}
			err := k.send(payee, o)
			if got := r.code(err); got != tt.want {
				t.Fatalf("got %d; want %d", got, tt.want)
			}
			if tt.want == 0 {
				return
			}
			if payee.balance() != 0 {
				t.Errorf("credited %d", payee.balance())
			}
			if open := payee.state.openCount() == 1; open == tt.signed {
				t.Errorf("request open: %v; want %v", open, !tt.signed)
			}
			k.good(payee, tt.signed || tt.cert != nil)
		})
	}
}

func edited(f func(*wire.Cert)) func(*cert.DeviceOptions) {
	return func(o *cert.DeviceOptions) { o.Edit = f }
}

// good sends the right TRANSFER after a wrong one: a request that was not closed
// is still good for it.
func (k *kit) good(payee *card, again bool) {
	k.r.t.Helper()
	if again {
		k.cert = k.r.auth.IssueDevice(k.key.Public(), cert.DeviceOptions{Suites: k.r.suites})
		k.ctr++
		k.prev = wire.ID{1}
		k.meet(payee, 100)
	}
	if err := k.send(payee, k.transfer(payee.DID(), nil)); err != nil {
		k.r.t.Errorf("the right one afterwards: %v", err)
	}
	if payee.balance() != 100 {
		k.r.t.Errorf("balance %d; want 100", payee.balance())
	}
}

func TestReplaysAreNotCredited(t *testing.T) {
	r := newRealm(t)
	payee := r.card(2)
	k := r.kit(nil)
	k.meet(payee, 100)
	first := k.transfer(payee.DID(), nil)
	r.must(k.send(payee, first))
	r.must(k.send(payee, first)) // its receipt again
	second := k.transfer(payee.DID(), func(m *wire.Transfer) { m.Counter, m.Prev = 2, wire.ID{1} })
	if got := r.code(k.send(payee, second)); got != spec.EReqUsed {
		t.Errorf("another transfer for a used request: %d; want 162", got)
	}
	for i := range 20 {
		k.ctr = uint64(i) + 2
		k.prev = wire.ID{byte(i)}
		k.prev[1] = 1
		k.meet(payee, 1)
		r.must(k.send(payee, k.transfer(payee.DID(), nil)))
	}
	payee.power()
	if _, err := payee.Deliver(first.Encode(), [][]byte{k.cert.Raw}); err != nil {
		t.Errorf("old transfer: %v; want its receipt", err)
	}
	if payee.balance() != 120 {
		t.Errorf("balance %d; want 120", payee.balance())
	}
}

func TestTransferForAnotherPayee(t *testing.T) {
	r := newRealm(t)
	payee, third := r.card(2), r.card(3)
	k := r.kit(nil)
	k.meet(payee, 100)
	o := k.transfer(payee.DID(), nil)
	// The third armed the same number and closed it: its REFUSED would refund
	// what the payee may still credit.
	k3 := r.kit(nil)
	k3.ctr = 9
	k3.meet(third, 100)
	if _, err := third.Deliver(o.Encode(), [][]byte{k.cert.Raw}); r.code(err) != spec.EReqUnknown {
		t.Errorf("open request of another: %v; want 161", err)
	}
	r.must(third.Cancel(0))
	_, err := third.Deliver(o.Encode(), [][]byte{k.cert.Raw})
	refusal, ok := errors.AsType[*Refusal](err)
	if !ok || refusal.Code != spec.EMismatch || refusal.Message != nil {
		t.Errorf("closed request of another: %v; want 117 without a receipt", err)
	}
}

func TestPayerRefusesARequestForAnotherAmount(t *testing.T) {
	r := newRealm(t)
	payer, payee := r.card(1), r.card(2)
	payer.fund(1000)
	m1, err := payer.Start(0, 100)
	r.must(err)
	m2, err := payee.Request(0, m1, Demand{Amount: 101})
	r.must(err)
	if _, err := payer.Pay(0, m2, uv()); r.code(err) != spec.EMismatch {
		t.Errorf("got %v; want 117", err)
	}
	if _, err := payer.Pay(0, m2, uv()); r.code(err) != spec.EMismatch && r.code(err) != spec.EState {
		t.Errorf("again: %v", err)
	}
	if payer.balance() != 1000 {
		t.Errorf("balance %d", payer.balance())
	}
}

func TestSelfPayment(t *testing.T) {
	r := newRealm(t)
	c := r.card(1)
	c.fund(1000)
	m1, _ := c.Start(0, 0)
	m2, err := c.Request(1, m1, Demand{Amount: 100})
	r.must(err)
	if _, err := c.Pay(0, m2, uv()); r.code(err) != spec.ESelf || c.balance() != 1000 {
		t.Errorf("got %v, balance %d; want 160", err, c.balance())
	}
}

func TestStrippedOffer(t *testing.T) {
	r := newRealm(t, suite.Ed25519, suite.Ed25519MLDSA44)
	payer, payee := r.card(1), r.card(2)
	payer.fund(1000)
	m1, _ := payer.Start(0, 0)
	hello, err := wire.DecodeHello(m1)
	r.must(err)
	hello.Suites = hello.Suites[:1]
	m2, err := payee.Request(0, hello.Encode(), Demand{Amount: 100})
	r.must(err)
	if _, err := payer.Pay(0, m2, uv()); err == nil || payer.balance() != 1000 {
		t.Errorf("paid over a stripped HELLO: %v", err)
	}
	if got := r.try(payer, payee, 100, uv()); got != 0 {
		t.Errorf("unstripped: %d", got)
	}
	if payee.state.Ring[0].Suite != suite.Ed25519MLDSA44 {
		t.Errorf("suite %d; want the highest", payee.state.Ring[0].Suite)
	}
}

func TestTwoSessionsSpendOnce(t *testing.T) {
	r := newRealm(t)
	payer, payee := r.card(1), r.card(2)
	payer.fund(100)
	var m2 [2][]byte
	for i := range m2 {
		m1, err := payer.Start(i, 0)
		r.must(err)
		m2[i], err = payee.Request(i, m1, Demand{Amount: 80})
		r.must(err)
	}
	_, err := payer.Pay(0, m2[0], uv())
	r.must(err)
	if _, err := payer.Pay(1, m2[1], uv()); r.code(err) != spec.EFunds {
		t.Errorf("second session: %v; want 205", err)
	}
}

func TestGarbageLeavesTheSessionAlive(t *testing.T) {
	r := newRealm(t)
	payer, payee := r.card(1), r.card(2)
	payer.fund(1000)
	if _, err := payee.Request(0, []byte{0xa1, 0x01}, Demand{Amount: 1}); r.code(err) != spec.EMalformed {
		t.Errorf("garbled M1: %v", err)
	}
	m1, _ := payer.Start(0, 0)
	m2, _ := payee.Request(0, m1, Demand{Amount: 300})
	for i := 0; i < len(m2); i += 7 {
		bad := append([]byte(nil), m2...)
		bad[i] ^= 0x40
		if _, err := payer.Pay(0, bad, uv()); err == nil {
			t.Fatalf("M2 with byte %d changed was taken", i)
		}
	}
	m3, err := payer.Pay(0, m2, uv())
	r.must(err)
	for _, bad := range [][]byte{nil, m3[:len(m3)-1], append(append([]byte(nil), m3...), 0)} {
		if _, err := payee.Accept(0, bad); r.code(err) != spec.ELink {
			t.Fatalf("garbled M3: %v", err)
		}
	}
	m4, err := payee.Accept(0, m3)
	r.must(err)
	if again, err := payee.Accept(0, m3); err != nil || string(again) != string(m4) {
		t.Errorf("M3 twice: %v", err)
	}
	_, err = payer.Acknowledge(0, m4)
	r.must(err)
	if payer.balance() != 700 || payee.balance() != 300 {
		t.Errorf("balances %d and %d", payer.balance(), payee.balance())
	}
}

func TestEveryRuleCanBeTakenOut(t *testing.T) {
	rules := StandardRules()
	for p, list := range rules {
		for _, rule := range list {
			if rule.Name == "" || rule.Requirement == "" || rule.Code == 0 || rule.Holds == nil {
				t.Errorf("%s: incomplete rule %+v", p, rule)
			}
			without := rules.Without(p, rule.Name)
			if len(without[p]) != len(list)-1 || len(rules[p]) != len(list) {
				t.Errorf("%s without %q: %d rules", p, rule.Name, len(without[p]))
			}
		}
	}
	r := newRealm(t)
	payer := r.card(1, func(p *Parts, _ *Config) {
		p.Rules = StandardRules().Replace(ProcPay, "funds", func(*Context) bool { return true })
	})
	payee := r.card(2)
	payer.fund(100)
	if got := r.try(payer, payee, 200, uv()); got != spec.EFunds {
		t.Errorf("the draw itself has no more: %d", got)
	}
}

// TestPolicySkewIsRefunded has a policy take the payer's suite away between the
// request and the transfer. The payer is honest: it gets its value back at once.
func TestPolicySkewIsRefunded(t *testing.T) {
	r := newRealm(t)
	payer, payee := r.card(1), r.card(2)
	payer.fund(1000)
	m1, err := payer.Start(1, 0)
	r.must(err)
	m2, err := payee.Request(1, m1, Demand{Amount: 400})
	r.must(err)
	m3, err := payer.Pay(1, m2, PayOptions{Verified: true})
	r.must(err)
	next := r.policy
	next.PolicyVersion, next.Suites = 2, []suite.Suite{suite.P256, suite.Ed25519MLDSA44}
	r.must(payee.ApplyPolicy(r.auth.SignPolicy(next)))
	_, err = payee.Accept(1, m3)
	var refusal *Refusal
	if !errors.As(err, &refusal) || refusal.Code != spec.ESuite && refusal.Code != spec.EDowngrade {
		t.Fatalf("the transfer: %v", err)
	}
	out, err := payer.Acknowledge(1, refusal.Message)
	if err != nil || !out.Refunded || payer.balance() != 1000 || payee.balance() != 0 {
		t.Errorf("refund: %+v, %v; payer %d, payee %d", out, err, payer.balance(), payee.balance())
	}
}

// TestValueGoesHomeUnderAnyPolicy has a policy allow none of the device's
// suites: nothing is paid, and what is pending or held still ends.
func TestValueGoesHomeUnderAnyPolicy(t *testing.T) {
	r := newRealm(t)
	payer, payee := r.card(1), r.card(2)
	payer.fund(1000)
	m1, err := payer.Start(1, 0)
	r.must(err)
	m2, err := payee.Request(1, m1, Demand{Amount: 400})
	r.must(err)
	m3, err := payer.Pay(1, m2, PayOptions{Verified: true})
	r.must(err)
	m4, err := payee.Accept(1, m3)
	r.must(err)
	next := r.policy
	next.PolicyVersion, next.Suites = 2, []suite.Suite{suite.P256, suite.Ed25519MLDSA44}
	r.must(payer.ApplyPolicy(r.auth.SignPolicy(next)))
	if _, err := payer.Acknowledge(1, m4); err != nil {
		t.Errorf("the receipt of a payment made before: %v", err)
	}
	if _, err := payer.FundRequest(10); err != nil {
		t.Errorf("funding: %v", err)
	}
	if _, err := payer.DefundRequest(600, wire.Nonce{1}); err != nil {
		t.Errorf("defunding: %v", err)
	}
}
