package main

import (
	"bytes"
	"slices"
	"testing"

	"github.com/assay-cbdc/assay/conformance/adapter"
)

// TestPayments funds, pays in both directions, synchronises and pays out, twice
// over on cards that nobody resets.
func TestPayments(t *testing.T) {
	each(t, everyShape, func(t *testing.T, d *desk) {
		first := []uint64{137, 0, 20, 5}
		total := d.total()
		for range 2 {
			d.greet() // the same cards in a conversation of its own
			for i, c := range d.cards {
				if got := d.balance(c); got != first[i] {
					t.Fatalf("%s holds %d, want %d", c, got, first[i])
				}
			}
			one, two := d.cards[0], d.cards[1]
			d.must(one, adapter.Fund{Amount: 500})
			for _, amount := range []adapter.Amount{1, 137, 499} {
				if a := d.pay(one, two, amount, nil); a.Done == nil {
					t.Fatalf("a payment of %d: %+v", amount, a.Refused)
				}
			}
			if got := []uint64{d.balance(one), d.balance(two)}; !slices.Equal(got, []uint64{0, 637}) {
				t.Fatalf("after three payments the cards hold %d, want 0 and 637", got)
			}
			if a := d.pay(two, one, 137, nil); a.Done == nil {
				t.Fatalf("what was received cannot be paid on: %+v", a.Refused)
			}
			d.must(one, adapter.Synchronise{Ledger: "issuer", Authorised: true})
			d.must(one, adapter.PowerCycle{})
			d.must(two, adapter.Defund{Amount: 500})
			if got := d.balance(two); got != 0 {
				t.Errorf("after everything was defunded %s holds %d", two, got)
			}
			if got := d.total(); got != total {
				t.Fatalf("the total is %d, want %d", got, total)
			}
		}
		supply := d.must("issuer", adapter.AskSupply{}).Supply
		if supply.Outstanding != 162 || len(supply.Alarms) > 0 {
			t.Errorf("the issuer's book: %+v, want 162 outstanding and no alarm", supply)
		}
	})
}

// TestHistory: the cards come used, and their numbers go on.
func TestHistory(t *testing.T) {
	each(t, []string{"sealed"}, func(t *testing.T, d *desk) {
		before := d.must(d.cards[0], adapter.Query{}).State
		if *before.Counter != 4711 || *before.LogEntries != 31 {
			t.Errorf("the first card begins at counter %d with %d entries, want 4711 and 31", *before.Counter, *before.LogEntries)
		}
		d.pay(d.cards[0], d.cards[1], 1, nil)
		if after := d.must(d.cards[0], adapter.Query{}).State; *after.Counter != 4712 || *after.LogEntries <= 31 {
			t.Errorf("after a payment: counter %d, %d entries", *after.Counter, *after.LogEntries)
		}
	})
}

// TestRefusals: each refusal has its code, changes nothing, and has a twin one
// step away that is carried out.
func TestRefusals(t *testing.T) {
	each(t, everyShape, func(t *testing.T, d *desk) {
		one, two := d.cards[0], d.cards[1]
		total := d.total()
		refused := func(name, code string, a adapter.Answer) {
			t.Helper()
			if a.Refused == nil || a.Refused.Vendor != code {
				t.Errorf("%s: %+v %+v, want %s", name, a.Done, a.Refused, code)
			}
		}
		done := func(name string, a adapter.Answer) {
			t.Helper()
			if a.Done == nil {
				t.Errorf("%s was refused: %+v", name, a.Refused)
			}
		}
		refused("above the balance", "NO-FUNDS", d.pay(one, two, 138, nil))
		done("the balance", d.pay(one, two, 137, nil))
		refused("to itself", "SELF", d.pay(two, two, 10, nil))
		refused("nothing", "AMOUNT", d.pay(two, one, 0, nil))
		refused("2^53", "AMOUNT", d.pay(two, one, 1<<53, nil))
		done("one", d.pay(two, one, 1, nil))
		d.must(one, adapter.Fund{Amount: 9000})
		refused("above the transaction limit", "LIMIT-TX", d.pay(one, two, 4001, nil))
		done("the transaction limit", d.pay(one, two, 4000, nil))
		d.must(two, adapter.Fund{Amount: adapter.Amount(20_000 - d.balance(two))})
		refused("above the holding limit", "LIMIT-BAL", d.pay(one, two, 1, nil))
		refused("a load above the holding limit", "LIMIT-BAL", d.do(two, adapter.Fund{Amount: 1}))
		done("a payment", d.pay(two, one, 5, nil))
		done("a load up to the holding limit", d.do(two, adapter.Fund{Amount: 5}))
		refused("a defunding above the balance", "NO-FUNDS", d.do(two, adapter.Defund{Amount: 20_001}))
		done("a defunding of the balance", d.do(two, adapter.Defund{Amount: 20_000}))
		if got := d.total(); got != total {
			t.Errorf("the total is %d, want %d", got, total)
		}
	})
}

// TestPIN: three wrong tries stop payments with a PIN, destroy nothing, and an
// authorised contact frees the card.
func TestPIN(t *testing.T) {
	each(t, []string{"hooked"}, func(t *testing.T, d *desk) {
		one, two := d.cards[0], d.cards[1]
		for range 3 {
			if a := d.do(one, adapter.VerifyUser{Secret: "0000"}); a.Refused == nil || a.Refused.Vendor != "PIN-WRONG" {
				t.Fatalf("a wrong PIN: %+v", a)
			}
		}
		if a := d.pay(one, two, 10, nil); a.Refused == nil || a.Refused.Vendor != "PIN-DEAD" {
			t.Errorf("a payment with a dead PIN: %+v", a)
		}
		if got := d.balance(one); got != 137 {
			t.Errorf("the card holds %d, want 137", got)
		}
		d.must(one, adapter.Synchronise{Authorised: true})
		if a := d.pay(one, two, 10, nil); a.Done == nil {
			t.Errorf("after an authorised contact: %+v", a.Refused)
		}
	})
}

// TestStopped: a card that the issuer stops pays no more, and keeps its value.
func TestStopped(t *testing.T) {
	each(t, []string{"hooked"}, func(t *testing.T, d *desk) {
		one, two := d.cards[0], d.cards[1]
		d.must("issuer", adapter.Block{Device: []byte(one)})
		d.do(one, adapter.Synchronise{})
		if a := d.pay(one, two, 10, nil); a.Refused == nil || a.Refused.Vendor != "STOPPED" {
			t.Errorf("a stopped card: %+v", a)
		}
		if got := d.balance(one); got != 137 {
			t.Errorf("a stopped card holds %d, want 137", got)
		}
		d.must("issuer", adapter.Register{Account: "of " + one, Device: one})
		d.must(one, adapter.Synchronise{})
		if a := d.pay(one, two, 10, nil); a.Done == nil {
			t.Errorf("a card back in service: %+v", a.Refused)
		}
	})
}

// TestFaultsOnTheLink does every thing to every frame: nothing is created, and
// once the cards have met again nothing is lost.
func TestFaultsOnTheLink(t *testing.T) {
	each(t, []string{"split", "hooked"}, func(t *testing.T, d *desk) {
		one, two := d.cards[0], d.cards[1]
		frames := 5
		if d.split {
			frames = 3
		} else if d.pay(one, two, 1, nil); len(d.frames) != frames {
			t.Fatalf("a payment took %d frames, want %d", len(d.frames), frames)
		}
		total := d.total()
		for number := 1; number <= frames; number++ {
			for _, reply := range []adapter.Reply{
				{Action: adapter.Drop}, {Action: adapter.Repeat}, {Action: adapter.Delay}, {Action: adapter.Cut},
				{Action: adapter.Replace}, {Action: adapter.Replace, Message: bytes.Repeat([]byte{0xff}, 80)},
			} {
				before := d.balance(two)
				d.pay(one, two, 7, nth(number, reply))
				if got := d.usable(); got > total {
					t.Fatalf("frame %d, %s: %d can be spent, above %d", number, reply.Action, got, total)
				}
				d.finish(one, two)
				if gained := d.balance(two) - before; gained != 0 && gained != 7 || d.outgoing(one) != 0 || d.total() != total {
					t.Fatalf("frame %d, %s: gained %d, pending %d, total %d of %d", number, reply.Action, gained, d.outgoing(one), d.total(), total)
				}
				if a := d.pay(one, two, 1, nil); a.Done == nil {
					t.Fatalf("frame %d, %s: the next payment: %+v", number, reply.Action, a.Refused)
				}
				if a := d.pay(two, one, adapter.Amount(d.balance(two)), nil); a.Done == nil {
					t.Fatalf("frame %d, %s: all of it back: %+v", number, reply.Action, a.Refused)
				}
			}
		}
	})
}

// TestRetries: a frame that is lost once is sent again, and the payment is done.
func TestRetries(t *testing.T) {
	each(t, []string{"hooked"}, func(t *testing.T, d *desk) {
		for number := 1; number <= 4; number++ {
			if a := d.pay(d.cards[0], d.cards[1], 3, nth(number, adapter.Reply{Action: adapter.Drop})); a.Done == nil {
				t.Errorf("frame %d lost: %+v", number, a.Refused)
			}
			if len(d.frames) <= 5 {
				t.Errorf("frame %d lost: %d frames", number, len(d.frames))
			}
		}
	})
}

// TestFramesAreFresh: two payments have no frame in common.
func TestFramesAreFresh(t *testing.T) {
	each(t, []string{"hooked"}, func(t *testing.T, d *desk) {
		seen := map[string]bool{}
		for range 5 {
			d.pay(d.cards[0], d.cards[1], 3, nil)
			for _, f := range d.frames {
				if seen[string(f.Message)] {
					t.Fatalf("frame %d came before", f.Number)
				}
				seen[string(f.Message)] = true
			}
		}
	})
}

// TestLanguagesAgree: a card of one program pays a card of the other.
func TestLanguagesAgree(t *testing.T) {
	all := written(t)
	if all["python"] == nil {
		return
	}
	a, b := open(t, all["go"], "split", ""), open(t, all["python"], "split", "")
	for range 3 {
		payer, payee := a.cards[0], b.cards[1]
		before := a.balance(payer) + b.balance(payee)
		m2 := b.must(payee, adapter.RequestPayment{Amount: 40, Label: "Bakery"}).Message
		m3 := a.must(payer, adapter.Pay{Message: m2, Amount: 40}).Message
		m4 := b.must(payee, adapter.Accept{Message: m3}).Message
		a.must(payer, adapter.Acknowledge{Message: m4})
		if got := a.balance(payer) + b.balance(payee); got != before || a.outgoing(payer) != 0 {
			t.Fatalf("together they hold %d, want %d; pending %d", got, before, a.outgoing(payer))
		}
		a, b = b, a
	}
}
