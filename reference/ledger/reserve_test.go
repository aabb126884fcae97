package ledger

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// rules are the families and rules of a shortfall.
var rules = map[string]struct{ family, shortfall uint64 }{
	"I covers": {wire.FamilyIOU, wire.ShortfallProvider},
	"I order":  {wire.FamilyIOU, wire.ShortfallOrder},
	"S":        {wire.FamilyShadow, 0},
}

func newReserveWorld(t *testing.T, rule string) *world {
	t.Helper()
	r := rules[rule]
	return newWorldOf(t, r.family, func(p *Parts) { p.Policy.Rules.Shortfall = r.shortfall })
}

// A program is what some devices have done, as records in any order.
type program struct {
	funded  []money.Amount
	uploads [][]byte
	held    []money.Amount // by device, in the end
	minted  bool
}

// run lets devices pay one another at random, in a world whose ledger learns
// nothing of it. One that mints pays what it has not.
func (w *world) run(random *rand.Rand, minting bool) (program, []*unit) {
	var p program
	var units []*unit
	for i := range 3 + random.IntN(3) {
		u := w.unit(fmt.Sprintf("unit %d", i))
		if amount := money.Amount(random.IntN(500)); amount > 0 {
			u.fund(amount)
		}
		p.funded = append(p.funded, u.held)
		units = append(units, u)
	}
	for range 4 + random.IntN(12) {
		payer, payee := units[random.IntN(len(units))], units[random.IntN(len(units))]
		if payer == payee {
			continue
		}
		if minting && payer == units[0] && random.IntN(2) == 0 {
			payer.held += 1000
			p.minted = true
		}
		if payer.held == 0 {
			continue
		}
		paid := payer.pay(payee, 1+money.Amount(random.Uint64N(uint64(payer.held))))
		p.uploads = append(p.uploads, paid.record)
		if random.IntN(5) == 0 {
			p.uploads = append(p.uploads, payee.receipt(paid, wire.ReceiptRefused))
			payer.held += paid.body.Amount
			continue
		}
		payee.credit(paid)
		p.uploads = append(p.uploads, payee.receipt(paid, wire.ReceiptAccepted))
	}
	for _, u := range units {
		p.held = append(p.held, u.held)
	}
	return p, units
}

// replay makes a ledger with the same devices and fundings, and uploads in an
// order, twice over here and there. It returns what the ledger concludes.
func (p program) replay(t *testing.T, rule string, order []int) (*world, []*unit, string) {
	t.Helper()
	w := newReserveWorld(t, rule)
	var units []*unit
	for i, amount := range p.funded {
		u := w.unit(fmt.Sprintf("unit %d", i))
		if amount > 0 {
			u.fund(amount)
		}
		units = append(units, u)
	}
	for k, i := range order {
		for range 1 + k%2 {
			if out := w.ledger.Upload([][]byte{p.uploads[i]})[0]; out.Err != nil {
				t.Fatal(out.Err)
			}
		}
		w.wantSound(rule)
	}
	return w, units, w.conclusion(units)
}

// wantSound checks what holds at any time.
func (w *world) wantSound(rule string) {
	w.t.Helper()
	if !w.ledger.reservesHold() {
		w.t.Fatal("the reserves are not what was funded and not defunded")
	}
	for did, r := range w.ledger.reserves.of {
		if r.balance < 0 != w.ledger.reserves.short[did] {
			w.t.Fatalf("%x has %d, and short says %v", did, r.balance, w.ledger.reserves.short[did])
		}
		if _, covered := w.ledger.Reserve(did); covered > 0 && rule != "I covers" {
			w.t.Fatalf("%x has a wallet below zero", did)
		}
	}
}

func (w *world) conclusion(units []*unit) string {
	text := fmt.Sprintf("%x", w.ledger.State())
	for _, u := range units {
		balance, covered := w.ledger.Reserve(u.did)
		text += fmt.Sprintf(" %d/%d", balance, covered)
	}
	return text + fmt.Sprint(w.ledger.Unsettled())
}

// TestReservesAreAFunctionOfTheSet: whatever the order, whatever is repeated, and
// also half way.
func TestReservesAreAFunctionOfTheSet(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	for rule := range rules {
		t.Run(rule, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 1))
			for i := range 12 {
				minting := i%3 == 2
				p, _ := newReserveWorld(t, rule).run(random, minting)
				some := random.Perm(len(p.uploads))[:random.IntN(len(p.uploads)+1)]
				compareOrders(t, p, rule, random, some)
				w, units := compareOrders(t, p, rule, random, random.Perm(len(p.uploads)))
				if !p.minted {
					wantHonest(t, p, w, units)
				}
			}
		})
	}
}

// compareOrders uploads in an order and in two others.
func compareOrders(t *testing.T, p program, rule string, random *rand.Rand, order []int) (*world, []*unit) {
	t.Helper()
	w, units, want := p.replay(t, rule, order)
	for range 2 {
		random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		if _, _, got := p.replay(t, rule, order); got != want {
			t.Fatalf("another order of %d uploads comes to\n%s\nand not to\n%s", len(order), got, want)
		}
	}
	return w, units
}

// wantHonest: when everything of honest devices is known the reserves are what
// the devices hold.
func wantHonest(t *testing.T, p program, w *world, units []*unit) {
	t.Helper()
	if waits := w.ledger.Unsettled(); len(waits) > 0 {
		t.Errorf("everything is known, and %v is unsettled", waits)
	}
	for i, u := range units {
		if balance, _ := w.ledger.Reserve(u.did); balance != p.held[i] {
			t.Errorf("unit %d has a reserve of %d and holds %d", i, balance, p.held[i])
		}
	}
	if s := w.ledger.Supply(); len(s.Alarms) > 0 || len(w.ledger.Findings()) > 0 {
		t.Errorf("honest devices: %v, %v", s.Alarms, w.ledger.Findings())
	}
}

// TestWhatWaitsSaysWhy: an earlier counter that is missing, and a reserve that
// lacks the amount.
func TestWhatWaitsSaysWhy(t *testing.T) {
	w := newReserveWorld(t, "S")
	a, b, c := w.unit("a"), w.unit("b"), w.unit("c")
	a.fund(100)
	first, second := a.pay(b, 60), a.pay(c, 40)
	b.credit(first)
	on := b.pay(c, 60)
	upload := func(p payment, payee *unit) {
		t.Helper()
		for _, out := range w.ledger.Upload([][]byte{p.record, payee.receipt(p, wire.ReceiptAccepted)}) {
			if out.Err != nil {
				t.Fatal(out.Err)
			}
		}
	}
	upload(second, c)
	upload(on, c)
	want := map[wire.DID]Unsettled{
		a.did: {a.did, 2, 40, spec.EOrderHeld},
		b.did: {b.did, 1, 60, spec.EShortfall},
	}
	for _, u := range w.ledger.Unsettled() {
		if want[u.Device] != u {
			t.Errorf("unsettled %+v, want %+v", u, want[u.Device])
		}
		delete(want, u.Device)
	}
	if len(want) > 0 {
		t.Errorf("not told as unsettled: %v", want)
	}
	upload(first, b)
	if waits := w.ledger.Unsettled(); len(waits) > 0 {
		t.Errorf("with all known %v waits", waits)
	}
	if balance, _ := w.ledger.Reserve(c.did); balance != 100 {
		t.Errorf("c has %d, want 100", balance)
	}
}

// TestDefundingWaits for what its device has paid before, under either rule, and
// is credited without being asked again when that is known.
func TestDefundingWaits(t *testing.T) {
	for rule := range rules {
		w := newReserveWorld(t, rule)
		a, b := w.unit("a"), w.unit("b")
		a.fund(100)
		paid := a.pay(b, 70)
		b.credit(paid)
		order, err := w.ledger.DefundOrder("a")
		if err != nil {
			t.Fatal(err)
		}
		message := a.defund(30, order)
		before, _ := w.ledger.Balance("a")
		_, err = w.ledger.AcceptDefunding(message)
		wantCode(t, rule+": a DEFUND after an unknown payment", err, spec.EOrderHeld)
		w.ledger.Upload([][]byte{paid.record, b.receipt(paid, wire.ReceiptAccepted)})
		if after, _ := w.ledger.Balance("a"); after != before+30 {
			t.Errorf("%s: the account went from %d to %d, want 30 more", rule, before, after)
		}
		first, err := w.ledger.AcceptDefunding(message)
		wantCode(t, rule+": the DEFUND again", err, 0)
		again, _ := w.ledger.AcceptDefunding(message)
		if !bytes.Equal(first, again) {
			t.Errorf("%s: a repeated DEFUND has another answer", rule)
		}
		if after, _ := w.ledger.Balance("a"); after != before+30 {
			t.Errorf("%s: a repeated DEFUND credited again", rule)
		}
	}
}

// TestASettledDefundingKeepsItsAnswer: one that was credited while nobody asked is
// answered so, whatever has become of its device and its account since.
func TestASettledDefundingKeepsItsAnswer(t *testing.T) {
	for rule := range rules {
		for name, since := range map[string]func(*world, *unit){
			"nothing since":   func(*world, *unit) {},
			"device blocked":  func(w *world, a *unit) { w.ledger.Block(a.did) },
			"account is full": func(w *world, _ *unit) { w.fill("a") },
			"order is gone":   func(w *world, _ *unit) { clear(w.ledger.orders) },
		} {
			w := newReserveWorld(t, rule)
			a, b := w.unit("a"), w.unit("b")
			a.fund(100)
			paid := a.pay(b, 70)
			b.credit(paid)
			order, err := w.ledger.DefundOrder("a")
			if err != nil {
				t.Fatal(err)
			}
			message := a.defund(30, order)
			_, err = w.ledger.AcceptDefunding(message)
			wantCode(t, rule+": a DEFUND after an unknown payment", err, spec.EOrderHeld)
			w.ledger.Upload([][]byte{paid.record, b.receipt(paid, wire.ReceiptAccepted)})
			since(w, a)
			before, _ := w.ledger.Balance("a")
			b1, err := w.ledger.AcceptDefunding(message)
			wantCode(t, rule+", "+name, err, 0)
			if err != nil {
				continue
			}
			ack, err := wire.DecodeDefundAck(a.open(b1, wire.TypeDefundAck).Payload)
			if err != nil || ack.Status != wire.DefundCredited {
				t.Errorf("%s, %s: answered %d, %v; want credited", rule, name, ack.Status, err)
			}
			if after, _ := w.ledger.Balance("a"); after != before {
				t.Errorf("%s, %s: credited again", rule, name)
			}
			w.wantSound(rule)
		}
	}
}

// fill credits an account all that it takes.
func (w *world) fill(account string) {
	w.t.Helper()
	balance, _ := w.ledger.Balance(account)
	if !w.ledger.parts.Book.Credit(account, money.Max-balance) {
		w.t.Fatal("the account does not take what it has room for")
	}
}

// TestCancelledFundingWaits until the reserve has it.
func TestCancelledFundingWaits(t *testing.T) {
	w := newReserveWorld(t, "S")
	a, b, c := w.unit("a"), w.unit("b"), w.unit("c")
	a.fund(100)
	in := a.pay(b, 80)
	b.credit(in)
	request := b.fundReq(1, 80, wire.FundRequest)
	if _, err := w.ledger.IssueFunding(request); err != nil {
		t.Fatal(err)
	}
	out := b.pay(c, 80) // with what a has paid; the voucher was lost
	w.ledger.Upload([][]byte{out.record, c.receipt(out, wire.ReceiptAccepted)})
	before, _ := w.ledger.Balance("b")
	wantCode(t, "cancel", w.ledger.CancelFunding(b.fundReq(1, 80, wire.FundCancel)), 0)
	if now, _ := w.ledger.Balance("b"); now != before {
		t.Errorf("a reserve of nothing gave %d back", now-before)
	}
	w.wantSound("S")
	w.ledger.Upload([][]byte{in.record, b.receipt(in, wire.ReceiptAccepted)})
	if now, _ := w.ledger.Balance("b"); now != before+80 {
		t.Errorf("the account went from %d to %d, want 80 more", before, now)
	}
	w.wantSound("S")
}

// TestShortDeviceIsBlocked by its own log, and an honest one that is only ahead of
// its payer is not.
func TestShortDeviceIsBlocked(t *testing.T) {
	w := newReserveWorld(t, "I covers")
	a, b, c := w.unit("a"), w.unit("b"), w.unit("c")
	a.fund(100)
	in := a.pay(b, 100)
	b.credit(in)
	out := b.pay(c, 100)
	w.ledger.Upload([][]byte{out.record, c.receipt(out, wire.ReceiptAccepted)})
	if _, covered := w.ledger.Reserve(b.did); covered != 100 || w.ledger.Blocked(b.did) {
		t.Errorf("b has an advance of %d, blocked %v; want 100, not blocked", covered, w.ledger.Blocked(b.did))
	}
	b.sync(in.record, b.receipt(in, wire.ReceiptAccepted))
	if _, covered := w.ledger.Reserve(b.did); covered != 0 || w.ledger.Blocked(b.did) {
		t.Errorf("b has an advance of %d, blocked %v; want none, not blocked", covered, w.ledger.Blocked(b.did))
	}
	more := a.pay(c, 50) // a has nothing left
	a.sync(in.record, more.record, c.receipt(more, wire.ReceiptAccepted))
	if _, covered := w.ledger.Reserve(a.did); covered != 50 || !w.ledger.Blocked(a.did) {
		t.Errorf("a has an advance of %d, blocked %v; want 50, blocked", covered, w.ledger.Blocked(a.did))
	}
	if _, covered := w.ledger.Reserve(c.did); covered != 0 || w.ledger.Blocked(c.did) {
		t.Error("c, who was paid, is short or blocked")
	}
}

// TestAnUnmadeReservationAlarms of the device that names it, and of no other with
// payments that name theirs.
func TestAnUnmadeReservationAlarms(t *testing.T) {
	w := newReserveWorld(t, "I covers")
	a, b := w.unit("a"), w.unit("b")
	a.fund(100)
	b.fund(100)
	right := b.pay(a, 10)
	a.fundings = 5
	wrong := a.pay(b, 10)
	w.ledger.Upload([][]byte{right.record})
	if alarms := w.ledger.Supply().Alarms; len(alarms) != 0 {
		t.Fatalf("a payment on a reservation: %v", alarms)
	}
	w.ledger.Upload([][]byte{wrong.record, right.record})
	if alarms := w.ledger.Supply().Alarms; len(alarms) != 1 || !w.ledger.supply.alarmed(a.did) {
		t.Errorf("a payment on reservation 5 of 1: %v, want one of its payer", alarms)
	}
}

// TestTwoWordsMoveOnce: whichever word of a payee that signs both comes first.
func TestTwoWordsMoveOnce(t *testing.T) {
	for first, want := range map[uint64]money.Amount{wire.ReceiptAccepted: 60, wire.ReceiptRefused: 0} {
		w := newReserveWorld(t, "S")
		a, b := w.unit("a"), w.unit("b")
		a.fund(100)
		p := a.pay(b, 60)
		w.ledger.Upload([][]byte{p.record, b.receipt(p, first), b.receipt(p, wire.ReceiptAccepted+wire.ReceiptRefused-first), p.record})
		if balance, _ := w.ledger.Reserve(b.did); balance != want {
			t.Errorf("after word %d first b has %d, want %d", first, balance, want)
		}
		w.wantSound("S")
		if found := w.ledger.Findings(); len(found) != 1 || found[0].Accused != b.did {
			t.Errorf("findings %v, want one against the payee", found)
		}
	}
}
