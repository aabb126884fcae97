package disguise_test

import (
	"testing"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/disguise"
)

func TestUsedDevicesAreUsed(t *testing.T) {
	b := newBench(t, reference(disguise.Closed, disguise.Used))
	if b.said.Lifecycle != adapter.LifecycleNone || b.said.Seeded {
		t.Errorf("hello says lifecycle %s, seeded %v", b.said.Lifecycle, b.said.Seeded)
	}
	one := b.device()
	r := b.done(one, adapter.Query{})
	if spendable, counter := *r.Value.Spendable, *r.State.Counter; spendable != 137 || counter != 4711 {
		t.Errorf("balance %d, counter %d; want 137 and 4711", spendable, counter)
	}
	if n := *r.State.LogEntries; n == 0 || n >= *r.State.LogCapacity {
		t.Errorf("the log holds %d of %d; want some", n, *r.State.LogCapacity)
	}
	two := b.device()
	if v := b.done(two, adapter.Query{}); *v.Value.Spendable != 137 || *v.State.Counter != 4711 {
		t.Errorf("the second unit: %d, %d", *v.Value.Spendable, *v.State.Counter)
	}
	b.mustPay(one, two, 37)
	for _, unit := range []string{one, two} {
		if a := b.sync(unit); a.Done == nil {
			t.Errorf("%s cannot synchronise: %+v", unit, a.Refused)
		}
	}
	b.done(two, adapter.Defund{Amount: 174, Ledger: b.ledger})
	if s := b.done(b.ledger, adapter.AskSupply{}).Supply; len(s.Alarms) > 0 {
		t.Errorf("the ledger rings: %v", s.Alarms)
	}
	if f := b.done(b.ledger, adapter.Findings{}).Findings; len(f) > 0 {
		t.Errorf("the ledger has found %v", f)
	}
}

// A second conversation gives the same units and the same ledger, as the first
// has left them.
func TestUsedTwiceRunning(t *testing.T) {
	for name, faces := range map[string][]disguise.Face{
		"split":        {disguise.Closed, disguise.Used},
		"hooked":       {disguise.Closed, disguise.Used, disguise.Hooked},
		"under hooked": {disguise.Closed, disguise.Hooked, disguise.Used},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, reference(faces...))
			one, two := b.device(), b.device()
			b.mustPay(one, two, 37)
			counter := *b.done(one, adapter.Query{}).State.Counter
			ledger := b.ledger
			balance := *b.done(ledger, adapter.Account{Account: "account-of-" + one}).Account
			b.greet()
			if again := b.device(); again != one {
				t.Errorf("the first unit is %s; it was %s", again, one)
			}
			if again := b.device(); again != two || b.ledger != ledger {
				t.Errorf("the second unit is %s and the ledger %s; they were %s and %s", again, b.ledger, two, ledger)
			}
			b.expect(one, 100)
			b.expect(two, 174)
			if now := *b.done(one, adapter.Query{}).State.Counter; now != counter || now < 4712 {
				t.Errorf("the counter is %d; it was %d", now, counter)
			}
			if now := *b.done(ledger, adapter.Account{Account: "account-of-" + one}).Account; now != balance {
				t.Errorf("the account holds %d; it was %d", now, balance)
			}
			b.mustPay(two, one, 37)
			b.expect(one, 137)
		})
	}
}

// What its vendor has not provisioned cannot come used.
func TestUsedNeedsProvisioned(t *testing.T) {
	b := newBench(t, reference(disguise.Used))
	if _, err := b.try("", adapter.Create{Role: adapter.RoleDevice, Profile: b.profile.JSON()}); err == nil {
		t.Error("a used device was made of one that nobody has certified")
	}
}
