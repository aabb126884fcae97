package ledger

import (
	"testing"

	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// TestReservedClaim: one that has come in time waits for what precedes it, where
// counters decide, and is never refunded for that; a provider covers it at once.
func TestReservedClaim(t *testing.T) {
	for rule := range rules {
		w := newReserveWorld(t, rule)
		a, b, c := w.unit("a"), w.unit("b"), w.unit("c")
		a.fund(500)
		first := a.pay(b, 50)
		p, record := a.claim(c, today+3)
		gained := func(want money.Amount, when string) {
			t.Helper()
			if got, _ := w.ledger.Balance("c"); got != 5000+want {
				t.Errorf("%s: %s c has %d more, want %d", rule, when, got-5000, want)
			}
			w.wantSound(rule)
		}
		for range 2 {
			if out := w.ledger.Upload(record)[0]; out.Err != nil {
				t.Fatalf("%s: %v", rule, out.Err)
			}
		}
		early := money.Amount(0)
		if rule == "I covers" {
			early = 100
		}
		gained(early, "before the first payment is known")
		w.ledger.SetEpoch(today + 100)
		r, err := w.ledger.Resolve(p.id)
		if err != nil || status(t, r) != wire.ResolveRetire {
			t.Errorf("%s: a claim that came in time is not retired: %v", rule, err)
		}
		w.ledger.Upload([][]byte{first.record, b.receipt(first, wire.ReceiptAccepted)})
		gained(100, "with all known")
		w.ledger.Upload(record)
		gained(100, "uploaded again")
	}
}

// TestWhatIsNeverCreditedLetsOthersPass: a claim that cannot be paid yet, and a
// DEFUND whose answer is that it is not credited.
func TestWhatIsNeverCreditedLetsOthersPass(t *testing.T) {
	w := newReserveWorld(t, "S")
	a, b, c := w.unit("a"), w.unit("b"), w.unit("c")
	a.fund(500)
	w.ledger.devices[c.did].account = "" // c has none any more
	p, record := a.claim(c, today+3)
	wantCode(t, "a claim without an account", w.ledger.Upload(record)[0].Err, spec.EFundBinding)
	if _, err := w.ledger.AcceptDefunding(a.defund(200, wire.Nonce{9})); err != nil {
		t.Fatal(err) // an answer all the same: not credited
	}
	paid := a.pay(b, 300)
	w.ledger.Upload([][]byte{paid.record, b.receipt(paid, wire.ReceiptAccepted)})
	if balance, _ := w.ledger.Reserve(b.did); balance != 300 {
		t.Errorf("b has %d, want 300: %v", balance, w.ledger.Unsettled())
	}
	if balance, _ := w.ledger.Reserve(a.did); balance != 100 {
		t.Errorf("a has %d, want 100: the claim is on its way", balance)
	}
	w.ledger.SetEpoch(today + 100)
	r, err := w.ledger.Resolve(p.id)
	if err != nil || status(t, r) != wire.ResolveRefund {
		t.Fatalf("an unclaimed claim is not refunded: %v", err)
	}
	if balance, _ := w.ledger.Reserve(a.did); balance != 200 {
		t.Errorf("after the refund a has %d, want 200", balance)
	}
	w.wantSound("S")
}

// TestALogPassesWhatItHasBack: a payment that the ledger never gets, and its payer
// has back, does not hold up those after it.
func TestALogPassesWhatItHasBack(t *testing.T) {
	w := newReserveWorld(t, "S")
	a, b := w.unit("a"), w.unit("b")
	a.fund(500)
	lost := a.pay(b, 100)
	a.held += 100
	a.enter(wire.LogRefund, lost.id, 100, 0)
	paid := a.pay(b, 300)
	w.ledger.Upload([][]byte{paid.record, b.receipt(paid, wire.ReceiptAccepted)})
	if waits := w.ledger.Unsettled(); len(waits) != 1 || waits[0].Code != spec.EOrderHeld {
		t.Errorf("%v waits, want the second payment, 410", waits)
	}
	a.sync()
	if balance, _ := w.ledger.Reserve(b.did); balance != 300 || len(w.ledger.Unsettled()) > 0 {
		t.Errorf("b has %d and %v waits, want 300 and nothing", balance, w.ledger.Unsettled())
	}
	w.wantSound("S")
}
