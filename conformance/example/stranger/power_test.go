package main

import (
	"testing"

	"github.com/assay-cbdc/assay/conformance/adapter"
)

// settled is what must hold of two cards after a power cut: at once nothing is
// created, and once they have met nothing is lost and the next payment works.
func (d *desk) settled(name, one, two string, total uint64) {
	d.t.Helper()
	if got := d.usable(); got > total {
		d.t.Fatalf("%s: %d can be spent, above %d", name, got, total)
	}
	d.finish(one, two)
	if got := d.total(); got != total || d.outgoing(one) != 0 {
		d.t.Fatalf("%s: the total is %d, want %d; pending %d", name, got, total, d.outgoing(one))
	}
	if held := d.balance(two); held > 0 {
		if a := d.pay(two, one, adapter.Amount(held), nil); a.Done == nil {
			d.t.Fatalf("%s: the next payment: %+v", name, a.Refused)
		}
	}
}

// TestPowerAtEveryMessage cuts the power of either card after each message.
func TestPowerAtEveryMessage(t *testing.T) {
	each(t, []string{"split", "hooked"}, func(t *testing.T, d *desk) {
		one, two := d.cards[0], d.cards[1]
		total := d.total()
		for _, victim := range []string{one, two} {
			fired := 0
			for message := 1; message <= 6; message++ {
				d.must(victim, adapter.CutMessage{Message: message})
				d.pay(one, two, 7, nil)
				if *d.must(victim, adapter.CutMessage{}).CutFired {
					fired++
				}
				d.settled("power of "+victim, one, two, total)
			}
			want := map[bool]int{true: 3, false: 5}[d.split]
			if victim == two && !d.split {
				want = 5
			}
			if fired < want {
				t.Errorf("%s: %d cuts fired, want %d", victim, fired, want)
			}
		}
	})
}

// TestPowerAtEveryWrite cuts the power of either card inside each page.
func TestPowerAtEveryWrite(t *testing.T) {
	each(t, everyShape, func(t *testing.T, d *desk) {
		one, two := d.cards[0], d.cards[1]
		total := d.total()
		for _, victim := range []string{one, two} {
			for write := 1; write <= 3; write++ {
				for _, cut := range []adapter.CutWrite{
					{Byte: 0}, {Byte: 17, Mode: "noise"}, {Byte: 63, Mode: "erased"}, {Byte: 64},
				} {
					cut.Write = write
					d.must(victim, cut)
					d.pay(one, two, 7, nil)
					d.must(victim, adapter.CutWrite{})
					d.settled("write of "+victim, one, two, total)
				}
			}
		}
	})
}

// TestPowerInFunding cuts the power inside each write of a load and an unload:
// the next contact ends what is open.
func TestPowerInFunding(t *testing.T) {
	each(t, []string{"sealed"}, func(t *testing.T, d *desk) {
		one := d.cards[0]
		total := d.total()
		torn := 0
		for write := 1; write <= 3; write++ {
			for _, keep := range []int{9, 64} {
				for _, v := range []adapter.Verb{adapter.Fund{Amount: 50}, adapter.Defund{Amount: 50}} {
					d.must(one, adapter.CutWrite{Write: write, Byte: keep})
					if a := d.do(one, v); a.Torn != nil {
						torn++
					}
					d.must(one, adapter.CutWrite{})
					d.must(one, adapter.Synchronise{})
					if got := d.total(); got != total {
						t.Fatalf("%s torn at write %d: the total is %d, want %d", v.Name(), write, got, total)
					}
				}
			}
		}
		if torn < 8 {
			t.Errorf("%d verbs were torn, want at least 8", torn)
		}
	})
}

// TestPowerByTime cuts the power at times through a payment.
func TestPowerByTime(t *testing.T) {
	each(t, []string{"hooked", "sealed"}, func(t *testing.T, d *desk) {
		one, two := d.cards[0], d.cards[1]
		total := d.total()
		for i, us := range []int{1, 2500, 6000, 12_000, 20_000, 60_000, 100_000, 104_000, 400_000} {
			for _, victim := range []string{one, two} {
				d.must(victim, adapter.CutTime{Microseconds: us})
				d.pay(one, two, 7, nil)
				fired := *d.must(victim, adapter.CutTime{}).CutFired
				if want := us < 100_000; fired != want && us != 100_000 && us != 104_000 {
					t.Errorf("cut %d at %d µs of %s: fired %v", i, us, victim, fired)
				}
				d.settled("time of "+victim, one, two, total)
			}
		}
	})
}

// TestLongLife: memory is compacted, and a power cycle after many payments
// finds the same state.
func TestLongLife(t *testing.T) {
	each(t, []string{"sealed"}, func(t *testing.T, d *desk) {
		one, two := d.cards[0], d.cards[1]
		total := d.total()
		for range 150 {
			d.pay(one, two, 1, nil)
			d.pay(two, one, 1, nil)
		}
		before := []adapter.State{*d.must(one, adapter.Query{}).State, *d.must(two, adapter.Query{}).State}
		for i, c := range []string{one, two} {
			d.must(c, adapter.PowerCycle{})
			if after := *d.must(c, adapter.Query{}).State; *after.Counter != *before[i].Counter || *after.LogEntries != *before[i].LogEntries {
				t.Errorf("%s came back with counter %d and %d entries, want %d and %d", c, *after.Counter, *after.LogEntries, *before[i].Counter, *before[i].LogEntries)
			}
		}
		if got := d.total(); got != total {
			t.Errorf("the total is %d, want %d", got, total)
		}
	})
}
