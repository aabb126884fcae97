package device

import (
	"fmt"
	"strings"
)

// An explorer visits every state that the bounds allow, in breadth, so that the
// first violation it meets has a shortest trace.
type explorer struct {
	bounds
	seen   map[world]struct{}
	states []world
	from   []int32
	label  []string
	at     int32
}

func (e *explorer) reach(w world, step Step, who int, what any) {
	if _, ok := e.seen[w]; ok {
		return
	}
	e.seen[w] = struct{}{}
	e.states = append(e.states, w)
	e.from = append(e.from, e.at)
	e.label = append(e.label, fmt.Sprintf("%s %c %v", step, 'A'+who, what))
}

// run explores and returns the first violation with its trace, or "".
func (e *explorer) run() string {
	e.seen = map[world]struct{}{}
	e.at = -1
	e.reach(e.start(), "start", 0, "")
	for e.at = 0; int(e.at) < len(e.states); e.at++ {
		w := e.states[e.at]
		if what := e.violation(&w); what != "" {
			return what + " after:\n  " + strings.Join(e.trace(), "\n  ")
		}
		e.expand(w)
	}
	return ""
}

func (e *explorer) trace() []string {
	var steps []string
	for i := e.at; i > 0; i = e.from[i] {
		steps = append([]string{e.label[i]}, steps...)
	}
	return steps
}

// violation judges one state: INV-01, INV-02, INV-05, agreement, and that every
// released debit still has an answer when the two meet.
func (e *explorer) violation(w *world) string {
	if v := w.value(); v > e.total() {
		return fmt.Sprintf("value created: %d of %d", v, e.total())
	} else if v < e.total() {
		return fmt.Sprintf("value lost: %d of %d", v, e.total())
	}
	for n, d := range w.debit {
		if d.credited > 1 {
			return "credited twice"
		}
		if d.state == retired && d.credited == 0 {
			return "receipt without credit"
		}
		if d.state == debited && d.key != w.unit[d.payer].key {
			return "a debit that nobody can sign"
		}
		if d.state == released && e.has(receiptByCertificate) && d.payee != theLedger && d.payeeKey != w.unit[d.payee].key {
			return "a receipt that nobody takes"
		}
		if d.state == released && d.payee != theLedger &&
			e.answerTo(w, int(d.payee), n, d.number) == abort {
			return "pending for ever"
		}
	}
	return ""
}

func (e *explorer) expand(w world) {
	for i := range e.units {
		e.requesting(w, i)
		e.rekeying(w, i)
		e.synchronising(w, i)
	}
	for n := range e.debits {
		switch w.debit[n].state {
		case unused:
			if n == 0 || w.debit[n-1].state != unused {
				e.paying(w, n)
			}
		case signed:
			e.showing(w, n)
		default:
			e.finishing(w, n)
			e.showing(w, n)
		}
	}
}

// rekeying is R2, for which no debit may wait for its signature. The PAY_REQs that
// the key before has signed stay good: theirs is another session, and a TRANSFER
// answers a request and not a certificate.
func (e *explorer) rekeying(w world, i int) {
	if w.unit[i].key >= e.rekeys {
		return
	}
	for _, d := range w.debit {
		if d.state == debited && int(d.payer) == i && !e.has(reKeyBeforeP2) {
			return
		}
	}
	w.unit[i].key++
	e.reach(w, StepR2, i, "")
}

// requesting is Q1 and Q4.
func (e *explorer) requesting(w world, i int) {
	u := &w.unit[i]
	if u.next <= e.requests[i] && !u.gone {
		next := w
		v := &next.unit[i]
		if open := openRequests(v); len(open) >= e.slots {
			v.request[open[0]] = closedOrCredited
		}
		v.request[v.next] = isOpen
		v.next++
		e.reach(next, StepQ1, i, v.next-1)
	}
	for _, n := range openRequests(u) {
		next := w
		next.unit[i].request[n] = closedOrCredited
		e.reach(next, StepQ4, i, n)
	}
}

func openRequests(u *unit) []uint8 {
	var open []uint8
	for n := uint8(1); n < u.next; n++ {
		if u.request[n] == isOpen {
			open = append(open, n)
		}
	}
	return open
}

// paying is P1, by any device with value, for any PAY_REQ whose session was not
// used, and for a DEFUND.
func (e *explorer) paying(w world, n int) {
	for i := range e.units {
		u := &w.unit[i]
		if u.balance < 1 || u.gone {
			continue
		}
		for payee := range e.units {
			for number := uint8(1); payee != i && number < w.unit[payee].next; number++ {
				if !w.unit[payee].paid[number] {
					next := w
					next.unit[payee].paid[number] = true
					e.debit(next, n, debit{payer: uint8(i), payee: uint8(payee), number: number,
						key: u.key, payeeKey: w.unit[payee].key})
				}
			}
		}
		if e.defund {
			e.debit(w, n, debit{payer: uint8(i), payee: theLedger, key: u.key})
		}
	}
}

func (e *explorer) debit(w world, n int, d debit) {
	if e.has(signatureBeforeDebit) {
		early := w
		d.state, d.transfer = signed, true
		early.debit[n] = d
		e.reach(early, "sign", int(d.payer), n)
	}
	d.state = debited
	w.debit[n] = d
	w.unit[d.payer].balance--
	e.reach(w, StepP1, int(d.payer), n)
}

// finishing is the payer's P2, P3 and P3', and the ledger's answers.
func (e *explorer) finishing(w world, n int) {
	d := &w.debit[n]
	payer := int(d.payer)
	if d.state == debited {
		if d.key != w.unit[payer].key {
			return // the key that P1 was for is gone
		}
		next := w
		next.debit[n].state, next.debit[n].transfer = released, true
		e.reach(next, StepP2, payer, n)
		return
	}
	if d.state != released {
		return
	}
	if d.accepted {
		next := w
		next.debit[n].state = retired
		e.reach(next, StepP3, payer, n)
	}
	refusal := d.refused&(1<<d.payee) != 0
	if e.has(payeeTagUncheckedWhenClosed) { // the ledger asked only for a REFUSED
		refusal = d.refused != 0
	}
	if refusal || e.has(reclaimByTimeOut) || e.ledgerMayRefund(&w, n) {
		next := w
		next.debit[n].state = refunded
		next.unit[payer].balance++
		e.reach(next, StepP3Refund, payer, n)
	}
}

// ledgerMayRefund is the second ground of RESOLVE: nothing that the payee ever
// uploaded credits the transfer, and nothing ever will, because it is
// decommissioned or its SYNC has closed a request so old.
func (e *explorer) ledgerMayRefund(w *world, n int) bool {
	d := w.debit[n]
	if d.payee == theLedger || d.known {
		return false
	}
	u := &w.unit[d.payee]
	return u.final || int(d.number) <= int(u.reported)-retention-1 || e.has(refundOnAnySync) && u.syncs > 0
}

// showing is the TRANSFER shown to any device, or the DEFUND to the ledger.
func (e *explorer) showing(w world, n int) {
	d := w.debit[n]
	if !d.transfer {
		return
	}
	if d.payee == theLedger {
		e.ledgerAnswers(w, n)
		return
	}
	for payee := range e.units {
		numbers := []uint8{d.number}
		if e.has(requestNumberUnsigned) {
			numbers = []uint8{1, 2, 3}
		}
		for _, number := range numbers {
			e.answer(w, n, payee, number)
		}
	}
}

func (e *explorer) ledgerAnswers(w world, n int) {
	next := w
	d := &next.debit[n]
	if d.credited == 0 && d.refused == 0 {
		d.credited, d.accepted = 1, true
		e.reach(next, "DEFUND_ACK", 0, 1)
		next = w
		next.debit[n].refused = 1 << theLedger
		e.reach(next, "DEFUND_ACK", 0, 2)
	}
}

// answer is Q2, or the signed answers of the payee.
func (e *explorer) answer(w world, n, payee int, number uint8) {
	accepted, refused := w, w
	accepted.debit[n].accepted = true
	refused.debit[n].refused |= 1 << payee
	switch e.answerTo(&w, payee, n, number) {
	case sayAccepted:
		e.reach(accepted, EmitReceipt, payee, n)
	case sayRefused:
		e.reach(refused, EmitRefused, payee, n)
	case mayCredit:
		next := w
		u := &next.unit[payee]
		u.request[number], u.ring[number] = closedOrCredited, uint8(n)+1
		u.balance++
		next.debit[n].credited++
		e.reach(next, StepQ2, payee, n)
		if e.has(refusedBeforeQ4) {
			e.reach(refused, EmitRefused, payee, n)
		}
		if e.has(acceptedBeforeQ2) {
			e.reach(accepted, EmitReceipt, payee, n)
		}
	case abort:
	}
}
