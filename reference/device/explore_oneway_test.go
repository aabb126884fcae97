package device

import (
	"fmt"
	"strings"
	"testing"
)

// The second abstract machine: one-way transfers to a static request, and
// claims. They share no durable state with the requests of the first machine
// but the log, so that each is explored by itself. Every amount is 1. What is
// said at the head of machine_test.go about cuts and messages holds here too;
// software may sign and upload what it likes, whenever it likes.

const (
	maxOneWay   = 3
	listPlaces  = 2 // max of the static request
	epochInTime = 0 // the transfer is in force
	epochOver   = 1 // past xe
	epochGrace  = 2 // past xe and grace
)

// A oneWayFault is one rule of the payee, payer or ledger left out.
type oneWayFault uint16

const (
	refusedBeforeListed oneWayFault = 1 << iota
	entryDroppedEarly
	creditPastTheEnd
	creditAfterStaticD1
	refundOnLedgersEpoch
	staticNumberTakenForRequest
	refusedClaimHonoured
	claimCreditedByDevice
	depositAfterRefund
	refundAfterDeposit
	depositOfNoClaim
	capsuleBeforeDebit
	forgottenUncovered
)

// What a payee's list has of a transfer.
const (
	unlisted = iota
	listedCredited
	listedRefused
)

// A oneWayDebit is a transfer to the static request of the device, or a claim
// of the software.
type oneWayDebit struct {
	state    uint8 // as of machine_test.go
	claim    bool
	capsule  bool // it is in the world
	accepted bool // ACCEPTED is in the world
	refused  bool // REFUSED, signed in the name of class SE
	listed   uint8
	acked    bool // the entry's log entry is erased
	covered  bool // by the open SYNC
	known    bool // the ledger has an entry that credits it
	taken    bool // the ledger has the payer's entry that it was accepted
	credited uint8
	paid     uint8 // by the ledger
	decided  uint8 // claim at the ledger: 0 unclaimed, 1 paid, 2 refunded
}

// A oneWayWorld is one state of everything.
type oneWayWorld struct {
	balance  int8 // of the payer
	debit    [maxOneWay]oneWayDebit
	alive    bool  // the static request
	epoch    uint8 // known to the payee
	now      uint8 // the ledger's
	reported uint8 // the payee's epoch as its latest SYNC said, plus 1
	syncs    uint8
	open     bool // a SYNC waits for its SYNC_ACK
	gone     bool // D1
	final    bool
}

type oneWayBounds struct {
	debits int
	syncs  uint8
	claims bool
	faults oneWayFault
}

func (b oneWayBounds) has(f oneWayFault) bool { return b.faults&f != 0 }

// visit goes through every state in breadth and returns the first violation
// with its shortest trace, or "", and the number of states.
func visit[W comparable](start W, expand func(W, func(W, string)), violation func(*W) string) (string, int) {
	states, from, label := []W{start}, []int{0}, []string{""}
	seen := map[W]struct{}{start: {}}
	for at := 0; at < len(states); at++ {
		if what := violation(&states[at]); what != "" {
			var steps []string
			for i := at; i > 0; i = from[i] {
				steps = append([]string{label[i]}, steps...)
			}
			return what + " after:\n  " + strings.Join(steps, "\n  "), len(states)
		}
		expand(states[at], func(next W, step string) {
			if _, known := seen[next]; !known {
				seen[next] = struct{}{}
				states, from, label = append(states, next), append(from, at), append(label, step)
			}
		})
	}
	return "", len(states)
}

func (b oneWayBounds) run() (string, int) {
	return visit(oneWayWorld{balance: int8(b.debits), alive: true}, b.expand, b.violation)
}

// violation judges one state: INV-01, INV-02, agreement, and that nobody forgets
// a credit of which the payer may still have to hear.
func (b oneWayBounds) violation(w *oneWayWorld) string {
	value := int(w.balance)
	for _, d := range w.debit {
		waits := d.state == debited || d.state == released || d.claim && d.state == retired
		if d.credited+d.paid > 0 {
			value += int(d.credited + d.paid)
		} else if waits {
			value++
		}
		if d.state == retired && !d.claim && d.credited == 0 {
			return "receipt without credit"
		}
		if d.state == released && !w.alive && d.listed == listedCredited && !d.known {
			return "credited, forgotten, and unknown to the ledger"
		}
	}
	if value != b.debits {
		return fmt.Sprintf("value %d of %d", value, b.debits)
	}
	return ""
}

func (w *oneWayWorld) places() int {
	free := listPlaces
	for _, d := range w.debit {
		if d.listed != unlisted {
			free--
		}
	}
	return free
}

func (b oneWayBounds) expand(w oneWayWorld, reach func(oneWayWorld, string)) {
	if w.now < epochGrace {
		next := w
		next.now++
		reach(next, fmt.Sprintf("epoch %d", next.now))
	}
	b.synchronising(w, reach)
	for n := range b.debits {
		switch d := w.debit[n]; {
		case d.state == unused:
			if n == 0 || w.debit[n-1].state != unused {
				b.paying(w, n, reach)
			}
		default:
			b.payer(w, n, reach)
			if d.claim {
				b.claimed(w, n, reach)
			}
			if d.capsule && (!d.claim || b.has(claimCreditedByDevice)) {
				b.payee(w, n, reach)
			}
			if d.capsule && !d.claim && b.has(depositOfNoClaim) {
				next := w
				next.debit[n].paid = 1
				reach(next, fmt.Sprintf("deposit %d", n))
			}
		}
	}
}

func (b oneWayBounds) paying(w oneWayWorld, n int, reach func(oneWayWorld, string)) {
	for _, claim := range []bool{false, true} {
		if claim && !b.claims {
			continue
		}
		next := w
		next.debit[n] = oneWayDebit{state: debited, claim: claim}
		next.balance--
		reach(next, fmt.Sprintf("P1 %d claim %t", n, claim))
		if b.has(capsuleBeforeDebit) {
			next = w
			next.debit[n] = oneWayDebit{state: signed, claim: claim, capsule: true}
			reach(next, fmt.Sprintf("capsule %d", n))
		}
	}
}

// payer is P2, P3 and P3', and the ledger's answers.
func (b oneWayBounds) payer(w oneWayWorld, n int, reach func(oneWayWorld, string)) {
	d := w.debit[n]
	if d.state == debited {
		next := w
		next.debit[n].state, next.debit[n].capsule = released, true
		reach(next, fmt.Sprintf("P2 %d", n))
	}
	if d.state != released {
		return
	}
	if d.accepted || d.known || d.decided == 1 {
		next := w
		next.debit[n].state = retired
		reach(next, fmt.Sprintf("P3 %d", n))
	}
	honoured := d.refused && (!d.claim || b.has(refusedClaimHonoured))
	if honoured || d.decided == 2 || b.mayRefund(&w, &d) {
		next := w
		next.debit[n].state = refunded
		next.balance++
		reach(next, fmt.Sprintf("P3' %d", n))
	}
}

// mayRefund is the ledger's ground for a transfer to a device: all that it has
// credited is known up to a SYNC by whose epoch, or end, it credits it no more.
func (b oneWayBounds) mayRefund(w *oneWayWorld, d *oneWayDebit) bool {
	if d.claim || d.known {
		return false
	}
	return w.final || w.reported > epochOver || b.has(staticNumberTakenForRequest) && w.reported > 0 ||
		b.has(refundOnLedgersEpoch) && w.reported > 0 && w.now > epochInTime
}

// payee is a capsule shown to the device.
func (b oneWayBounds) payee(w oneWayWorld, n int, reach func(oneWayWorld, string)) {
	d := &w.debit[n]
	accepted, refusal := w, w
	accepted.debit[n].accepted = true
	refusal.debit[n].refused = true
	switch {
	case !w.alive:
	case d.listed == listedCredited:
		reach(accepted, fmt.Sprintf("ACCEPTED %d", n))
	case d.listed == listedRefused:
		reach(refusal, fmt.Sprintf("REFUSED %d", n))
	case w.places() == 0:
	default:
		b.judging(w, n, reach)
		if b.has(refusedBeforeListed) {
			reach(refusal, fmt.Sprintf("REFUSED %d before Q6", n))
		}
	}
}

// judging: a transfer that could be credited may also be refused, by a limit or
// a policy of the day.
func (b oneWayBounds) judging(w oneWayWorld, n int, reach func(oneWayWorld, string)) {
	if !b.has(refusedBeforeListed) {
		next := w
		next.debit[n].listed = listedRefused
		reach(next, fmt.Sprintf("Q6 %d", n))
	}
	late := w.epoch > epochInTime && !b.has(creditPastTheEnd)
	if late || w.gone && !b.has(creditAfterStaticD1) {
		return
	}
	next := w
	next.debit[n].listed = listedCredited
	next.debit[n].credited++
	reach(next, fmt.Sprintf("Q2 %d", n))
}

// claimed is what software, hosts and ledger do with a claim.
func (b oneWayBounds) claimed(w oneWayWorld, n int, reach func(oneWayWorld, string)) {
	d := w.debit[n]
	if d.capsule {
		next := w
		next.debit[n].accepted = true
		reach(next, fmt.Sprintf("software says ACCEPTED %d", n))
		next = w
		next.debit[n].refused = true
		reach(next, fmt.Sprintf("software says REFUSED %d", n))
	}
	if d.state == retired && !d.taken {
		next := w
		next.debit[n].taken = true
		reach(next, fmt.Sprintf("the payer's SYNC shows P3 %d", n))
	}
	inTime := w.now < epochGrace || d.accepted
	unclaimed := d.decided == 0 || d.decided == 2 && (d.taken || b.has(depositAfterRefund))
	if d.capsule && unclaimed && inTime {
		next := w
		next.debit[n].decided, next.debit[n].paid = 1, d.paid+1
		reach(next, fmt.Sprintf("deposit %d", n))
	}
	open := d.decided == 0 || d.decided == 1 && b.has(refundAfterDeposit)
	if d.capsule && open && w.now == epochGrace && !d.accepted {
		next := w
		next.debit[n].decided = 2
		reach(next, fmt.Sprintf("RESOLVE refund %d", n))
	}
}

// synchronising is SYNC, A1 and D1 of the payee.
func (b oneWayBounds) synchronising(w oneWayWorld, reach func(oneWayWorld, string)) {
	if w.syncs < b.syncs {
		next := w
		next.syncs++
		next.open, next.reported, next.final = true, w.epoch+1, w.gone
		for n := range next.debit {
			d := &next.debit[n]
			d.covered = d.listed != unlisted
			d.known = d.known || d.listed == listedCredited
		}
		reach(next, "S1")
	}
	if w.open {
		next := w
		next.open, next.epoch = false, w.now
		pinned := false
		for n := range next.debit {
			d := &next.debit[n]
			d.acked, d.covered = d.acked || d.covered, false
			pinned = pinned || d.listed != unlisted && !d.acked
			if d.acked && b.has(entryDroppedEarly) {
				d.listed, d.acked = unlisted, false
			}
		}
		next.alive = w.alive && (next.epoch < epochGrace || pinned && !b.has(forgottenUncovered))
		reach(next, "A1")
	}
	if !w.gone {
		next := w
		next.gone = true
		reach(next, "D1")
	}
}

func oneWayExplorations() map[string]oneWayBounds {
	return map[string]oneWayBounds{
		"static requests": {debits: 3, syncs: 3},
		"claims":          {debits: 2, syncs: 1, claims: true},
		"both":            {debits: 2, syncs: 3, claims: true},
	}
}

func TestEveryOrderOfOneWayConservesValue(t *testing.T) {
	for name, b := range oneWayExplorations() {
		t.Run(name, func(t *testing.T) {
			wrong, states := b.run()
			if wrong != "" {
				t.Error(wrong)
			}
			t.Logf("%d states", states)
		})
	}
}

func TestEachOneWayFaultIsFound(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault oneWayFault
		in    string
	}{
		{"REFUSED before Q6 is durable", refusedBeforeListed, "static requests"},
		{"entry dropped while the request lives", entryDroppedEarly, "static requests"},
		{"credit past the end", creditPastTheEnd, "static requests"},
		{"credit after D1", creditAfterStaticD1, "static requests"},
		{"refund by the ledger's own epoch", refundOnLedgersEpoch, "static requests"},
		{"static number taken for a request number", staticNumberTakenForRequest, "static requests"},
		{"forgotten before it is acknowledged", forgottenUncovered, "static requests"},
		{"capsule before its debit", capsuleBeforeDebit, "static requests"},
		{"REFUSED of a claim honoured", refusedClaimHonoured, "claims"},
		{"claim credited by a device", claimCreditedByDevice, "claims"},
		{"deposit after the refund", depositAfterRefund, "claims"},
		{"refund after the deposit", refundAfterDeposit, "claims"},
		{"deposit of what is no claim", depositOfNoClaim, "claims"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := oneWayExplorations()[tt.in]
			b.faults = tt.fault
			wrong, states := b.run()
			if wrong == "" {
				t.Fatalf("not found in %d states", states)
			}
			t.Log(wrong)
		})
	}
}
