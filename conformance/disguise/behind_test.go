package disguise_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/disguise"
	"github.com/assay-cbdc/assay/conformance/simulator"
)

// Whole payments and conservation behind every face, in each shape it can have.
func TestPaymentsBehindEveryFace(t *testing.T) {
	const staged = "base: reference\nid: test\nrespend: false\nsources: {respend: chosen for a test}\n"
	for name, c := range map[string]struct {
		profile string
		faces   []disguise.Face
	}{
		"closed":              {"", []disguise.Face{disguise.Closed}},
		"hooked":              {"", []disguise.Face{disguise.Closed, disguise.Hooked}},
		"sealed":              {"", []disguise.Face{disguise.Closed, disguise.Sealed}},
		"used":                {"", []disguise.Face{disguise.Closed, disguise.Used}},
		"two units":           {"", []disguise.Face{disguise.Closed, disguise.Units(2)}},
		"whole":               {"", []disguise.Face{disguise.Closed, disguise.Whole(100)}},
		"re-encrypted":        {"", []disguise.Face{disguise.Closed, disguise.ReEncrypted}},
		"re-encrypted hooked": {"", []disguise.Face{disguise.Closed, disguise.ReEncrypted, disguise.Hooked}},
		"no request":          {"", []disguise.Face{disguise.Closed, disguise.NoRequest}},
		"no request hooked":   {"", []disguise.Face{disguise.Closed, disguise.NoRequest, disguise.Hooked}},
		"escrow":              {"", []disguise.Face{disguise.Closed, disguise.Escrow}},
		"escrow sealed":       {"", []disguise.Face{disguise.Closed, disguise.Escrow, disguise.Sealed}},
		"power-cycled":        {"", []disguise.Face{disguise.Closed, disguise.PowerCycled}},
		"power-cycled sealed": {"", []disguise.Face{disguise.Closed, disguise.Sealed, disguise.PowerCycled}},
		"without":             {"", []disguise.Face{disguise.Closed, disguise.Without(adapter.CapResend, adapter.CapCancel)}},
		"own ledger":          {"", []disguise.Face{disguise.Closed, disguise.OwnLedger, disguise.Sealed}},
		"kit":                 {"", []disguise.Face{disguise.Closed, disguise.Kit}},
		"staged":              {staged, []disguise.Face{disguise.StagedOffline}},
	} {
		t.Run(name, func(t *testing.T) {
			if c.profile == "" {
				c.profile = "base: reference\nid: test\n"
			}
			b := newBenchUnder(t, reference(c.faces...), c.profile)
			payer, payee := b.funded(1000), b.device()
			before := b.held(payer, payee)
			for range 4 {
				b.mustPay(payer, payee, 200)
			}
			if after := b.held(payer, payee); after != before {
				t.Errorf("they held %d and hold %d", before, after)
			}
			over := *b.value(payer).Spendable + 100
			b.refused(b.pay(payer, payee, over), "a payment above the balance")
			b.sync(payee)
			b.mustPay(payee, payer, 100)
			if after := b.held(payer, payee); after != before {
				t.Errorf("they held %d and hold %d in the end", before, after)
			}
			b.done(payer, adapter.Defund{Amount: 100, Ledger: b.ledger})
		})
	}
}

// Faces hand on who is behind them.
func TestFacesShowTheDeviceBehind(t *testing.T) {
	a := reference(disguise.Closed, disguise.Kit, disguise.Used, disguise.Without(adapter.CapLabel), disguise.Units(3),
		disguise.Whole(1), disguise.NoRequest, disguise.ReEncrypted, disguise.PowerCycled, disguise.Hooked)
	b := newBench(t, a)
	if d := a.(simulator.Inspector).Device(b.device()); d == nil {
		t.Error("the device is hidden")
	}
	if d := a.(simulator.Inspector).Device("nobody"); d != nil {
		t.Error("there is a device of nobody")
	}
}

func TestClosedCertifiesItself(t *testing.T) {
	b := newBench(t, reference(disguise.Closed))
	if b.said.Class != "BH" || b.said.Suites != nil || b.said.Provision != adapter.ProvisionInjected || b.has(adapter.CapPolicy) {
		t.Errorf("hello says %+v", b.said)
	}
	unit := b.device()
	if a := b.do(unit, adapter.Provision{}); a.Done == nil {
		t.Errorf("provisioned again: %+v; want done", a)
	}
	if _, err := b.try(unit, adapter.ApplyPolicy{}); err == nil {
		t.Error("it takes a policy of the harness's")
	}
}

func TestUnits(t *testing.T) {
	b := newBench(t, reference(disguise.Closed, disguise.Units(1)))
	one := b.funded(50)
	two := b.device()
	if _, err := b.try(one, adapter.Query{}); err == nil {
		t.Error("a unit that was reset still answers to its old handle")
	}
	b.expect(two, 0)
	if b.said.Units != 1 {
		t.Errorf("hello says %d units", b.said.Units)
	}
	b = newBench(t, reference(disguise.Closed, disguise.Used, disguise.Units(1)))
	b.device()
	b.refused(b.do("", adapter.Create{Role: adapter.RoleDevice, Profile: b.profile.JSON(), Epoch: b.profile.Epoch}), "a second of one unit")
	b.greet()
	b.device()
}

func TestWholeRefusesBetweenSteps(t *testing.T) {
	b := newBench(t, reference(disguise.Closed, disguise.Whole(100)))
	payer, payee := b.funded(1000), b.device()
	for _, a := range []adapter.Answer{
		b.pay(payer, payee, 150), b.do(payer, adapter.Fund{Amount: 1, Ledger: b.ledger}), b.do(payer, adapter.Defund{Amount: 99, Ledger: b.ledger}),
	} {
		if a.Refused == nil || a.Refused.Vendor != "STEP" {
			t.Errorf("%+v; want refused STEP", a)
		}
	}
	b.expect(payer, 1000)
}

// The same request twice gives the same payment in other bytes.
func TestReEncryptedNeverRepeatsBytes(t *testing.T) {
	b := newBench(t, reference(disguise.Closed, disguise.ReEncrypted))
	payer, payee := b.funded(100), b.device()
	m1 := b.done(payer, adapter.Start{})
	m2 := b.done(payee, adapter.RequestPayment{Amount: 30, Message: m1.Message})
	first := b.done(payer, adapter.Pay{Session: m1.Session, Message: m2.Message})
	again := b.done(payer, adapter.Pay{Session: m1.Session, Message: m2.Message})
	if bytes.Equal(first.Message, again.Message) {
		t.Error("a transfer that was asked for again has the same bytes")
	}
	b.expect(payer, 70)
	b.done(payee, adapter.Accept{Session: m2.Session, Message: again.Message})
	b.done(payee, adapter.Accept{Session: m2.Session, Message: first.Message})
	b.expect(payee, 30)
	b.refused(b.do(payee, adapter.Accept{Session: m2.Session, Message: []byte{1, 2, 3}}), "a message that is too short")
}

// The payee says its address, the same each time; the payer's message does all.
func TestNoRequestPaysToAnAddress(t *testing.T) {
	b := newBench(t, reference(disguise.Closed, disguise.NoRequest))
	if b.has(adapter.CapStart) {
		t.Error("it claims to start")
	}
	payer, payee, other := b.funded(100), b.device(), b.device()
	one := b.done(payee, adapter.RequestPayment{Amount: 30})
	two := b.done(payee, adapter.RequestPayment{Amount: 40})
	b.done(other, adapter.RequestPayment{Amount: 30})
	if !bytes.Equal(one.Message, two.Message) || one.Session == two.Session {
		t.Errorf("the address is %x, then %x; sessions %d and %d", one.Message, two.Message, one.Session, two.Session)
	}
	m3 := b.done(payer, adapter.Pay{Message: two.Message, Amount: 40})
	again := b.done(payer, adapter.Pay{Message: two.Message, Amount: 40})
	if !bytes.Equal(m3.Message, again.Message) {
		t.Error("one payment was made twice")
	}
	b.refused(b.do(other, adapter.Accept{Session: 1, Message: m3.Message}), "a payment to somebody else")
	b.done(payer, adapter.Acknowledge{Message: b.done(payee, adapter.Accept{Session: two.Session, Message: m3.Message}).Message})
	b.expect(payer, 60)
	b.expect(payee, 40)
	b.refused(b.do(payer, adapter.Pay{Message: []byte("nowhere"), Amount: 1}), "a payment to nowhere")
}

// What did not arrive is back at its payer in an hour, and worth nothing to its
// payee from then on; what did arrive stays there.
func TestEscrowComesBack(t *testing.T) {
	b := newBench(t, reference(disguise.Closed, disguise.Escrow))
	if b.has(adapter.CapResend) {
		t.Error("it claims resend")
	}
	payer, payee := b.funded(100), b.device()
	hour := func() {
		for range 30 {
			b.value(payee)
		}
	}
	send := func() (*adapter.Result, *adapter.Result) {
		m1 := b.done(payer, adapter.Start{})
		m2 := b.done(payee, adapter.RequestPayment{Amount: 30, Message: m1.Message})
		return m2, b.done(payer, adapter.Pay{Session: m1.Session, Message: m2.Message})
	}
	m2, m3 := send()
	b.expect(payer, 70)
	hour()
	b.expect(payer, 100)
	b.refused(b.do(payee, adapter.Accept{Session: m2.Session, Message: m3.Message}), "a payment that has gone back")
	m2, m3 = send()
	b.done(payee, adapter.Accept{Session: m2.Session, Message: m3.Message}) // its receipt is lost
	hour()
	b.expect(payer, 70)
	b.expect(payee, 30)
	if out := *b.value(payer).Outgoing; out != 0 {
		t.Errorf("%d is pending after an hour", out)
	}
	send()
	b.done(payee, adapter.PowerCycle{})
	hour()
	b.expect(payer, 70)
	if _, err := b.try(payer, adapter.Resend{}); err == nil {
		t.Error("resend is served")
	}
}

// A session does not outlive the next payment.
func TestPowerCycledEndsSessions(t *testing.T) {
	b := newBench(t, reference(disguise.Closed, disguise.PowerCycled))
	payer, payee := b.funded(100), b.device()
	m1 := b.done(payer, adapter.Start{})
	m2 := b.done(payee, adapter.RequestPayment{Amount: 30, Message: m1.Message})
	m3 := b.done(payer, adapter.Pay{Session: m1.Session, Message: m2.Message})
	m4 := b.done(payee, adapter.Accept{Session: m2.Session, Message: m3.Message})
	b.done(payer, adapter.Start{}) // another payment begins
	b.refused(b.do(payer, adapter.Acknowledge{Session: m1.Session, Message: m4.Message}), "a message of a session that has ended")
	if out := *b.value(payer).Outgoing; out != 30 {
		t.Errorf("%d is pending; want 30", out)
	}
}

// What is received is incoming until it has been synchronised.
func TestStagedOfflineHoldsWhatItReceives(t *testing.T) {
	b := newBench(t, reference(disguise.StagedOffline))
	payer, payee, third := b.funded(100), b.device(), b.device()
	b.mustPay(payer, payee, 30)
	if v := b.value(payee); *v.Spendable != 0 || *v.Incoming != 30 {
		t.Errorf("spendable %d, incoming %d; want 0 and 30", *v.Spendable, *v.Incoming)
	}
	b.refused(b.pay(payee, third, 10), "paying on what is staged")
	b.done(payer, adapter.Synchronise{Ledger: b.ledger})
	b.done(payee, adapter.Synchronise{Ledger: b.ledger})
	b.expect(payee, 30)
	b.mustPay(payee, third, 10)
}

// A product that keeps its ledger to itself funds and defunds all the same.
func TestOwnLedgerIsNobodysElse(t *testing.T) {
	b := newBench(t, reference(disguise.Closed, disguise.OwnLedger, disguise.Sealed))
	if b.has(adapter.CapLedger) || b.has(adapter.CapSplitFunding) || slices.Contains(b.said.Roles, adapter.RoleLedger) {
		t.Errorf("hello says roles %v, capabilities %v", b.said.Roles, b.said.Capabilities)
	}
	if _, err := b.try("", adapter.Create{Role: adapter.RoleLedger, Profile: b.profile.JSON()}); err == nil {
		t.Error("it makes a ledger for the harness")
	}
	unit, other := b.funded(100), b.device()
	b.mustPay(unit, other, 40)
	b.done(other, adapter.Defund{Amount: 40})
	b.done(other, adapter.Synchronise{Authorised: true})
	b.expect(other, 0)
}

func TestWithoutServesLess(t *testing.T) {
	b := newBench(t, reference(disguise.Closed, disguise.Without(adapter.CapQuery)))
	unit := b.device()
	_, err := b.try(unit, adapter.Query{})
	if fault, ok := err.(*adapter.Error); !ok || fault.Fault != adapter.FaultUnsupported || b.has(adapter.CapQuery) {
		t.Errorf("query: %v; want unsupported and not claimed", err)
	}
}
