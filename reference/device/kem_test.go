package device

import (
	"testing"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

func TestPaymentOverTheKEMOfThePolicy(t *testing.T) {
	for _, tt := range []struct {
		allowed []wire.KEM
		want    wire.KEM
	}{
		{[]wire.KEM{wire.KEMP256}, wire.KEMP256},
		{[]wire.KEM{wire.KEMP256, wire.KEMX25519}, wire.KEMX25519},
		{[]wire.KEM{wire.KEMP256, wire.KEMX25519, wire.KEMXWing, 0x7fff}, wire.KEMXWing},
	} {
		r := newRealm(t, suite.Ed25519MLDSA44)
		r.policy.KEMs = tt.allowed
		payer, payee := r.card(1), r.card(2)
		payer.fund(1000)
		m := payer.pay(payee, 300)
		hello, err := wire.DecodeHello(m.m1)
		r.must(err)
		if hello.KEM != tt.want || payer.balance() != 700 || payee.balance() != 300 {
			t.Errorf("policy %v: KEM %#x, balances %d and %d; want %#x, 700 and 300",
				tt.allowed, hello.KEM, payer.balance(), payee.balance(), tt.want)
		}
	}
}

// A payee whose policy does not have the KEM of HELLO says 111 and asks for no
// other; one that has it takes part, whatever else the payer could do.
func TestKEMOfAnotherPolicy(t *testing.T) {
	r := newRealm(t)
	r.policy.KEMs = []wire.KEM{wire.KEMX25519, wire.KEMXWing}
	modern := r.card(1)
	modern.fund(1000)
	r.policy.KEMs = []wire.KEM{wire.KEMX25519}
	older := r.card(2)
	older.fund(1000)
	if got := r.try(modern, older, 100, uv()); got != spec.ENocommon {
		t.Errorf("X-Wing to a payee without: %d; want 111", got)
	}
	if got := r.try(older, modern, 100, uv()); got != 0 {
		t.Errorf("X25519 to a payee with both: %d", got)
	}
	r.policy.KEMs = []wire.KEM{0x7fff}
	if _, err := r.card(3).Start(0, 0); r.code(err) != spec.ENocommon {
		t.Errorf("a policy without a KEM that is known: %v; want 111", err)
	}
}

// A zero half of X-Wing in HELLO moves nothing and opens no request.
func TestZeroHalfOfXWingEndsTheSession(t *testing.T) {
	r := newRealm(t)
	r.policy.KEMs = []wire.KEM{wire.KEMXWing}
	payer, payee := r.card(1), r.card(2)
	payer.fund(1000)
	m1, err := payer.Start(0, 0)
	r.must(err)
	hello, err := wire.DecodeHello(m1)
	r.must(err)
	clear(hello.KEMKey[1184:])
	if _, err := payee.Request(0, hello.Encode(), Demand{Amount: 100}); r.code(err) != spec.ELink {
		t.Errorf("%v; want 140", err)
	}
	if payee.state.NextRequest != 1 {
		t.Errorf("a request number was used: next %d", payee.state.NextRequest)
	}
	if got := r.try(payer, payee, 100, uv()); got != 0 {
		t.Errorf("the right HELLO after it: %d", got)
	}
}

// A root of suite 7 is installed, and pays for every device below it once.
func TestPaymentUnderARootOfSuite7(t *testing.T) {
	r := newRealm(t, suite.P256MLDSA44)
	p := cert.DefaultParameters()
	p.Epoch, p.RootSuite = 20000, suite.SLHDSA128s
	r.auth = cert.NewAuthority([]byte("realm"), p)
	payer, payee := r.card(1), r.card(2)
	payer.fund(1000)
	payer.pay(payee, 300)
	payer.power()
	if payer.balance() != 700 || payee.balance() != 300 {
		t.Errorf("balances %d and %d; want 700 and 300", payer.balance(), payee.balance())
	}
}
