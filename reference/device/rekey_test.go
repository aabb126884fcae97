package device

import (
	"bytes"
	"testing"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/nvm"
	"github.com/assay-cbdc/assay/reference/provider"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// certify is the provider's answer to a re-key, as a provider judges it.
func (r *realm) certify(requests [][]byte, own [][]byte, suites []suite.Suite) [][]byte {
	r.t.Helper()
	p := provider.New(provider.Setting{
		Place: r.auth.Place, Env: r.auth.Env, Suites: suite.All(), Roots: []*cert.Certificate{r.auth.Root.Cert},
		Issuers: []*cert.Certificate{r.auth.Provider.Cert}, Epoch: r.epoch, Rules: provider.DefaultRules(),
		Paths: cert.Verifier{Rules: cert.Rules()},
	})
	q, err := p.Rekey(requests[0], requests[1], own)
	r.must(err)
	did, replaces := q.Certificate()
	c := r.auth.IssueDevice(q.Key(), cert.DeviceOptions{Subject: did, Suites: suites,
		Edit: func(b *wire.Cert) { b.Replaces = replaces }})
	r.known = append(r.known, c)
	answer := [][]byte{c.Raw}
	for _, b := range own { // the others, anew
		old, err := cert.Parse(b)
		r.must(err)
		if old.Body.Suite == q.Key().Suite() {
			continue
		}
		again := r.auth.IssueDevice(old.Key, cert.DeviceOptions{Subject: did, Suites: suites,
			Edit: func(b *wire.Cert) { b.Replaces = old.Body.Replaces }})
		r.known = append(r.known, again)
		answer = append(answer, again.Raw)
	}
	return answer
}

// rekey gives a card another key of a suite.
func (c *card) rekey(number suite.Suite, suites ...suite.Suite) {
	c.r.t.Helper()
	requests, err := c.Rekey(number)
	c.r.must(err)
	c.r.must(c.Rekeyed(c.r.certify(requests, c.own(), suites), nil))
}

func (c *card) own() (list [][]byte) {
	for _, k := range c.State().Keys {
		if k.Cert != nil {
			list = append(list, k.Cert)
		}
	}
	return list
}

// kept is everything of a state that a re-key may not touch.
func kept(s State) State {
	s.Keys, s.Rekey, s.Issuers, s.Log, s.LogNumber, s.LogHead = nil, Rekeying{}, nil, nil, 0, wire.ID{}
	s.Funding.Signed = [2][]byte{}
	return s
}

func same(t *testing.T, what string, a, b State) {
	t.Helper()
	var ca, cb codec
	for _, s := range []struct {
		c *codec
		s State
	}{{&ca, kept(a)}, {&cb, kept(b)}} {
		s.s.sections(func(_ nvm.Key, fields func(*codec)) { fields(s.c) })
	}
	if !bytes.Equal(ca.b, cb.b) {
		t.Errorf("%s: the re-key changed more than keys:\n%+v\n%+v", what, a.Value, b.Value)
	}
}

func TestAReKeyKeepsAllButTheKey(t *testing.T) {
	r := newRealm(t)
	payer, payee, third := r.card(1), r.card(2), r.card(3)
	payer.fund(5000)
	payer.pay(payee, 300)
	m := payer.unanswered(payee, 250)
	_, err := payer.FundRequest(700)
	r.must(err)
	request, err := payer.FundRequest(700)
	r.must(err)
	before := payer.State()
	payer.rekey(suite.Ed25519, suite.Ed25519)
	after := payer.State()
	same(t, "one suite", before, after)
	if n := len(after.Log) - len(before.Log); n != 1 || after.Log[len(after.Log)-1].Kind != wire.LogRekey {
		t.Errorf("%d entries more, the last of kind %d; want one REKEY", n, after.Log[len(after.Log)-1].Kind)
	}
	again, err := payer.FundRequest(700)
	r.must(err)
	if !bytes.Equal(request, again) {
		t.Error("the open FUND_REQ comes again with other bytes")
	}
	r.must(payer.FundAccept(r.voucher(again, nil)))
	payer.power()
	finish(t, payer, payee, m)
	payer.pay(third, 100)
	if got := payer.balance(); got != 5000-300-250-100+700 {
		t.Errorf("balance %d", got)
	}
}

// unanswered pays and loses M4; it returns the TRANSFER.
func (c *card) unanswered(payee *card, amount uint64) []byte {
	c.r.t.Helper()
	m1, err := c.Start(0, 0)
	c.r.must(err)
	m2, err := payee.Request(0, m1, Demand{Amount: 250})
	c.r.must(err)
	_, err = c.Pay(0, m2, PayOptions{Verified: true})
	c.r.must(err)
	s := c.State()
	for i := range s.Slots {
		if s.Slots[i].State == SlotReleased && uint64(s.Slots[i].Amount) == amount {
			return c.object(&s.Slots[i])
		}
	}
	c.r.t.Fatal("no pending debit")
	return nil
}

// finish lets the two meet again, and compares what is sent.
func finish(t *testing.T, payer, payee *card, want []byte) {
	t.Helper()
	m1, err := payer.Start(9, 0)
	payer.r.must(err)
	m2, err := payee.RequestFinish(9, m1)
	payer.r.must(err)
	frames, err := payer.Resend(9, m2)
	payer.r.must(err)
	if len(frames) != 1 {
		t.Fatalf("%d frames; want the pending one", len(frames))
	}
	pending := payer.State()
	if got := payer.object(pending.findPending(pending.pendingIDs()[0])); !bytes.Equal(got, want) {
		t.Error("the pending TRANSFER has other bytes after the re-key")
	}
	m4, err := payee.Accept(9, frames[0])
	payer.r.must(err)
	_, err = payer.Acknowledge(9, m4)
	payer.r.must(err)
	if s := payer.State(); len(s.pendingIDs()) > 0 {
		t.Error("still pending")
	}
}

// The payee re-keys between Q1 and M3, and between Q2 and the receipt.
func TestAPayeeThatReKeysFinishes(t *testing.T) {
	r := newRealm(t)
	payer, payee := r.card(1), r.card(2)
	payer.fund(5000)
	m := payer.unanswered(payee, 250)
	payee.rekey(suite.Ed25519, suite.Ed25519)
	finish(t, payer, payee, m)
	if payee.balance() != 250 {
		t.Errorf("credited %d", payee.balance())
	}
}

func TestExportedDebitsSurviveAReKey(t *testing.T) {
	for _, first := range []bool{true, false} {
		r := newRealm(t)
		payer, payee := r.card(1), r.card(2)
		payer.fund(5000)
		m := payer.unanswered(payee, 250)
		export := func() {
			_, err := payer.Export()
			r.must(err)
		}
		if first {
			export()
		}
		payer.rekey(suite.Ed25519, suite.Ed25519)
		if !first {
			export()
		}
		payer.power()
		finish(t, payer, payee, m)
	}
}

func TestEveryCutOfAReKeyIsOneStateOrTheOther(t *testing.T) {
	for write := 1; ; write++ {
		r := newRealm(t)
		payer, payee := r.card(1), r.card(2)
		payer.fund(5000)
		m := payer.unanswered(payee, 250)
		before := payer.State()
		payer.mem.Arm(nvm.Cut{Write: write, Byte: 1, Mode: nvm.Noise})
		requests, err := payer.Rekey(suite.Ed25519)
		if err != nil {
			payer.power()
			requests, err = payer.Rekey(suite.Ed25519)
			r.must(err)
		}
		answer := r.certify(requests, payer.own(), []suite.Suite{suite.Ed25519})
		if err := payer.Rekeyed(answer, nil); err != nil {
			payer.power()
			r.must(payer.Rekeyed(answer, nil))
		}
		fired := payer.mem.Fired()
		payer.mem.Disarm()
		same(t, "cut", before, payer.State())
		r.must(payer.Rekeyed(answer, nil)) // the same answer again changes nothing
		if again, err := payer.Rekey(suite.Ed25519); err != nil || bytes.Equal(again[0], requests[0]) {
			t.Errorf("write %d: the next re-key asks for the same key: %v", write, err)
		}
		finish(t, payer, payee, m)
		if !fired {
			t.Logf("%d writes", write-1)
			return
		}
	}
}

func TestReKeyRefusals(t *testing.T) {
	r := newRealm(t)
	c, other := r.card(1), r.card(2)
	if got := r.code(c.Rekeyed(c.own()[:0], nil)); got != spec.EState {
		t.Errorf("unasked: %d, want 141", got)
	}
	requests, err := c.Rekey(suite.P256)
	r.must(err)
	if again, err := c.Rekey(suite.P256); err != nil || !bytes.Equal(again[0], requests[0]) || !bytes.Equal(again[1], requests[1]) {
		t.Errorf("asked again: other requests, %v", err)
	}
	_, err = c.Rekey(suite.Ed25519)
	if got := r.code(err); got != spec.EState {
		t.Errorf("another key beside the one that waits: %d, want 141", got)
	}
	_, err = other.Rekey(99)
	if got := r.code(err); got != spec.ESuite {
		t.Errorf("an unknown suite: %d, want 120", got)
	}
	both := []suite.Suite{suite.Ed25519, suite.P256}
	right := r.certify(requests, c.own(), both)
	if got := r.code(c.Rekeyed(right[:1], nil)); got != spec.EPath {
		t.Errorf("the other certificate does not list the new suite: %d, want 123", got)
	}
	if got := r.code(c.Rekeyed(right[1:], nil)); got != spec.ECertNeeded {
		t.Errorf("without the new certificate: %d, want 126", got)
	}
	if got := r.code(c.Rekeyed(append(right, other.own()...), nil)); got != spec.EPath {
		t.Errorf("with another device's: %d, want 123", got)
	}
	r.must(c.Rekeyed(right, nil))
	if got := len(c.own()); got != 2 {
		t.Errorf("%d certificates", got)
	}
}
