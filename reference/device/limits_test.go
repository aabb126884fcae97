package device

import (
	"testing"

	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/nvm"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// try runs a payment up to the first refusal and returns its code, 0 when both
// sides accept.
func (r *realm) try(payer, payee *card, amount money.Amount, o PayOptions) spec.Code {
	r.t.Helper()
	m1, err := payer.Start(0, 0)
	if code := r.code(err); code != 0 {
		return code
	}
	m2, err := payee.Request(0, m1, Demand{Amount: amount})
	if code := r.code(err); code != 0 {
		return code
	}
	m3, err := payer.Pay(0, m2, o)
	if code := r.code(err); code != 0 {
		r.must(payee.Cancel(0))
		return code
	}
	m4, err := payee.Accept(0, m3)
	if code := r.code(err); code != 0 {
		return code
	}
	_, err = payer.Acknowledge(0, m4)
	return r.code(err)
}

// uv is a user who was verified.
func uv() PayOptions { return PayOptions{Verified: true} }

func TestLimitsAtTheirBoundaries(t *testing.T) {
	for _, tt := range []struct {
		name   string
		limits func(*wire.Limits)
		steps  []money.Amount // payments of the payer to the payee; the last is refused
		want   spec.Code
	}{
		{"transaction", func(l *wire.Limits) { l.MaxTx = wire.LimitOf(100) },
			[]money.Amount{100, 101}, spec.EMaxTx},
		{"cumulative", func(l *wire.Limits) { l.MaxCumulative = wire.LimitOf(250) },
			[]money.Amount{100, 100, 50, 1}, spec.ECumulative},
		{"count", func(l *wire.Limits) { l.MaxCount = wire.LimitOf(3) },
			[]money.Amount{1, 1, 1, 1}, spec.ECount},
		{"receive", func(l *wire.Limits) { l.MaxReceiveTx = wire.LimitOf(100) },
			[]money.Amount{100, 101}, spec.EReceiveLimit},
		{"receive cumulative", func(l *wire.Limits) { l.MaxReceiveCumulative = wire.LimitOf(150) },
			[]money.Amount{100, 50, 1}, spec.EReceiveLimit},
		{"funds", func(*wire.Limits) {}, []money.Amount{999, 1, 1}, spec.EFunds},
		{"zero", func(*wire.Limits) {}, []money.Amount{0}, spec.EAmount},
		{"above 2^53-1", func(*wire.Limits) {}, []money.Amount{money.Max + 1}, spec.EAmount},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRealm(t)
			tt.limits(&r.policy.Limits[0])
			payer, payee := r.card(1), r.card(2)
			payer.fund(1000)
			for i, amount := range tt.steps {
				want := spec.Code(0)
				if i == len(tt.steps)-1 {
					want = tt.want
					payer.power() // counters survive
				}
				before := payer.balance() + payee.balance()
				if got := r.try(payer, payee, amount, uv()); got != want {
					t.Fatalf("payment %d of %d: %d; want %d", i+1, amount, got, want)
				}
				if after := payer.balance() + payee.balance(); after != before {
					t.Fatalf("payment %d: %d became %d", i+1, before, after)
				}
			}
		})
	}
}

func TestHoldingCountsWhatIsReserved(t *testing.T) {
	r := newRealm(t)
	r.policy.Limits[0].MaxHolding = wire.LimitOf(1000)
	payer, payee := r.card(1), r.card(2)
	payer.fund(1000)
	if _, err := payer.FundRequest(1); r.code(err) != spec.EFundHeadroom {
		t.Errorf("funding above the limit: %v", err)
	}
	m1, _ := payer.Start(0, 0)
	if _, err := payee.Request(0, m1, Demand{Amount: 600}); err != nil {
		t.Fatal(err)
	}
	m1, _ = payer.Start(1, 0)
	if _, err := payee.Request(1, m1, Demand{Amount: 401}); r.code(err) != spec.EHolding {
		t.Errorf("second request: %v; want 201", err)
	}
	if _, err := payee.Request(1, m1, Demand{Amount: 400}); err != nil {
		t.Error(err)
	}
}

func TestHopLimit(t *testing.T) {
	r := newRealm(t)
	r.policy.Provenance.MaxHops = 2
	a, b, c, d := r.card(1), r.card(2), r.card(3), r.card(4)
	a.fund(1000)
	a.pay(b, 500)
	b.pay(c, 500)
	if got := r.try(c, d, 500, uv()); got != spec.EHop {
		t.Errorf("third hop: %d; want 206", got)
	}
	a.pay(c, 100)
	c.pay(d, 100) // the lot with the lowest hop goes first
	if d.state.Lots[2] != 100 {
		t.Errorf("lots %v", d.state.Lots)
	}
}

func TestUserVerification(t *testing.T) {
	r := newRealm(t)
	r.policy.Limits[0].AuthFreeAmount = wire.LimitOf(100)
	r.policy.Limits[0].AuthFreeCount = wire.LimitOf(2)
	payer, payee := r.card(1), r.card(2)
	payer.fund(1000)
	none, wrong, right := PayOptions{}, PayOptions{PIN: []byte("0000")}, PayOptions{PIN: []byte("1234")}
	for i, tt := range []struct {
		amount money.Amount
		o      PayOptions
		want   spec.Code
	}{
		{101, none, spec.EUv},
		{100, none, 0},
		{1, none, 0},
		{1, none, spec.EUv}, // the third without verification
		{1, right, 0},
		{1, none, 0}, // counted anew
		{101, wrong, spec.EUv},
		{101, wrong, spec.EUv},
		{101, right, 0}, // tries are restored
		{101, wrong, spec.EUv},
		{101, wrong, spec.EUv},
		{101, wrong, spec.EPinLocked},
		{1, right, spec.EPinLocked},
	} {
		if got := r.try(payer, payee, tt.amount, tt.o); got != tt.want {
			t.Fatalf("step %d: %d; want %d", i, got, tt.want)
		}
	}
	payer.power()
	if st, _ := payer.Query(); !st.Locked {
		t.Error("lock forgotten")
	}
	payee.pay(payer, 50) // a locked wallet receives
	if _, err := payer.DefundRequest(payer.balance(), wire.Nonce{1}); err != nil {
		t.Errorf("a locked wallet defunds: %v", err)
	}
}

func TestShownBeforeVerified(t *testing.T) {
	r := newRealm(t)
	r.policy.Limits[0].AuthFreeAmount = wire.LimitOf(0)
	payer, payee := r.card(1), r.card(2)
	payer.fund(1000)
	m1, _ := payer.Start(0, 0)
	m2, _ := payee.Request(0, m1, Demand{Amount: 7, Label: "tea"})
	payer.steps = nil
	var shown Display
	_, err := payer.Pay(0, m2, PayOptions{PIN: []byte("1234"), Show: func(d Display) {
		shown = d
		payer.steps = append(payer.steps, "shown")
	}})
	r.must(err)
	if (shown != Display{"offline", 7, "tea"}) || payer.steps[0] != "shown" || payer.steps[1] != StepTry {
		t.Errorf("shown %+v, steps %v", shown, payer.steps)
	}
}

func TestLogFull(t *testing.T) {
	r := newRealm(t)
	small := func(_ *Parts, c *Config) { c.LogCapacity = 8 }
	payer, payee := r.card(1, small), r.card(2)
	payer.fund(1000)
	paid := 0
	for r.try(payer, payee, 1, uv()) == 0 {
		paid++
	}
	if got := r.try(payer, payee, 1, uv()); got != spec.ELogFull {
		t.Fatalf("after %d payments: %d; want 221", paid, got)
	}
	if _, err := payer.FundRequest(1); r.code(err) != spec.ELogFull {
		t.Errorf("fund: %v", err)
	}
	if st, _ := payer.Query(); st.LogLength != st.LogNumber || len(payer.state.Log) != int(st.LogNumber) {
		t.Errorf("log overwritten: %+v", st)
	}
	if _, err := payer.DefundRequest(10, wire.Nonce{1}); err != nil {
		t.Errorf("recovery has a reserve: %v", err)
	}
}

func TestLifecycle(t *testing.T) {
	r := newRealm(t)
	r.policy.Consent = 1
	payer, payee := r.card(1), r.card(2)
	payer.fund(1000)
	if got := r.try(payer, payee, 1, uv()); got != spec.EConsent {
		t.Errorf("before consent: %d; want 171", got)
	}
	r.must(payee.Consent(true))
	if got := r.try(payer, payee, 1, uv()); got != spec.EConsent {
		t.Errorf("before the payer's consent: %d; want 171", got)
	}
	r.must(payer.Consent(true))
	payer.pay(payee, 1)
	if err := payer.Provision(r.provisioning(payer.Device)); r.code(err) != spec.EState || payer.balance() != 999 {
		t.Errorf("provisioned again: %v, balance %d", err, payer.balance())
	}
	r.must(payer.ApplyRevocations(r.auth.SignRevset(1, 20001, nil, []wire.DID{payer.DID()})))
	if got := r.try(payer, payee, 1, uv()); got != spec.EBlocked {
		t.Errorf("blocked: %d; want 173", got)
	}
	r.must(payee.ApplyRevocations(r.auth.SignRevset(2, 20001, nil, []wire.DID{payer.DID()})))
	if err := payee.ApplyRevocations(r.auth.SignRevset(1, 20002, nil, nil)); r.code(err) != spec.EStale {
		t.Errorf("older set: %v; want 150", err)
	}
	if got := r.try(payee, payer, 1, uv()); got != spec.EBlocked {
		t.Errorf("blocked payee: %d; want 173", got)
	}
	store, err := nvm.Format(nvm.NewMemory(nvm.Options{}))
	r.must(err)
	fresh, err := New(Parts{Store: store, Rand: seeded(3)}, payer.cfg)
	r.must(err)
	if _, err := fresh.Start(0, 0); r.code(err) != spec.EUnprovisioned {
		t.Errorf("unprovisioned pays: %v", err)
	}
	if _, err := fresh.Request(0, nil, Demand{Amount: 1}); err == nil {
		t.Error("unprovisioned requests")
	}
	if _, err := fresh.FundRequest(1); r.code(err) != spec.EUnprovisioned {
		t.Errorf("unprovisioned funds: %v", err)
	}
}

func TestPolicyOnlyForward(t *testing.T) {
	r := newRealm(t)
	c := r.card(1)
	next := r.policy
	next.PolicyVersion = 2
	next.Limits = []wire.Limits{{Class: 1, MaxTx: wire.LimitOf(10)}}
	r.must(c.ApplyPolicy(r.auth.SignPolicy(next)))
	r.must(c.ApplyPolicy(r.auth.SignPolicy(next))) // the same again
	if err := c.ApplyPolicy(r.auth.SignPolicy(r.policy)); r.code(err) != spec.EStale {
		t.Errorf("older: %v; want 150", err)
	}
	bad := r.auth.SignPolicy(withVersion(next, 3))
	bad[len(bad)-1] ^= 1
	if err := c.ApplyPolicy(bad); r.code(err) != spec.ESig {
		t.Errorf("unsigned: %v; want 130", err)
	}
	endless := withVersion(next, 3)
	endless.Limits = []wire.Limits{{Class: 1, MaxOfflineEpochs: wire.LimitOf(10)}}
	if err := c.ApplyPolicy(r.auth.SignPolicy(endless)); r.code(err) != spec.EMalformed {
		t.Errorf("duration without count: %v; want 102", err)
	}
	if st, _ := c.Query(); st.Policy != 2 {
		t.Errorf("policy %d; want 2", st.Policy)
	}
}

func withVersion(p wire.Policy, v uint64) wire.Policy {
	p.PolicyVersion = v
	return p
}
