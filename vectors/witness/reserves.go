package witness

import (
	"slices"
	"strings"

	"github.com/assay-cbdc/assay/vectors/primitive"
)

// What reserved.md says of the money between reserves, as a fixpoint over what is
// known and not as a series of events.

// covers: the payer's provider makes good what the reserve lacks.
func (r *run) covers() bool { return r.family() == familyIOU && r.policy.list(84)[1] != 2 }

// fixpoint takes and settles until nothing more can be.
func (r *run) fixpoint() {
	if !r.reserving() {
		return
	}
	for moved := true; moved; {
		moved = false
		for _, d := range r.debits {
			moved = r.advance(d) || moved
		}
	}
	r.owed = slices.DeleteFunc(r.owed, func(o owing) bool {
		if r.reserve[o.did] < int64(o.amount) {
			return false
		}
		r.reserve[o.did] -= int64(o.amount)
		r.balance += o.amount
		return true
	})
}

// advance moves a debit on by one stage.
func (r *run) advance(d *debit) bool {
	switch {
	case d.stage == known && r.returned(d):
		d.stage = back
	case d.stage == known && r.held(d) == 0:
		d.stage = taken
		r.reserve[d.payer] -= int64(d.amount)
	case d.stage == taken && r.returned(d):
		d.stage = back
		r.reserve[d.payer] += int64(d.amount)
	case d.stage == taken && d.payee == "":
		d.stage = settled
		r.balance += d.amount
	case d.stage == taken && slices.Contains(r.receipts[d.id], 1):
		d.stage = settled
		r.reserve[d.payee] += int64(d.amount)
	default:
		return false
	}
	return true
}

// returned: the payer has it back. Every payee here is of class SE.
func (r *run) returned(d *debit) bool {
	if d.payee == "" {
		return d.refused
	}
	return !slices.Contains(r.receipts[d.id], 1) && slices.Contains(r.receipts[d.id], 2)
}

// held is the code under which a debit waits: 410, 411, or 0 where it does not.
func (r *run) held(d *debit) int {
	if r.covers() && d.payee != "" {
		return 0
	}
	for n := uint64(1); n < d.counter; n++ {
		if !slices.ContainsFunc(r.debits, func(o *debit) bool { return o.payer == d.payer && o.counter == n && o.stage != known }) {
			return 410
		}
	}
	if r.reserve[d.payer] < int64(d.amount) {
		return 411
	}
	return 0
}

// defundReserve is a DEFUND with its order: it is a debit from now on, and answered
// when it was taken.
func (r *run) defundReserve(did, id string, m body) int {
	for _, o := range r.debits {
		if o.payee == "" && o.payer == did && o.counter == m.number(13) && o.id != id && o.stage == known {
			return 310
		}
	}
	r.orders[string(m.bytes(9))] = id
	d := r.learn(&debit{id: id, payer: did, counter: m.number(13), amount: m.number(7)})
	if d.stage == settled {
		return 0
	}
	return r.held(d)
}

// publishReserves gives the reserves of the devices that the vector names, and what
// is unsettled: what waits, and what was advanced.
func (r *run) publishReserves() {
	if !r.reserving() {
		return
	}
	for role, name := range r.vector.Uses {
		balance := r.reserve[string(r.certificateOf(name).did())]
		r.setNumber("reserve_"+role, uint64(max(balance, 0)))
		r.setNumber("advance_"+role, uint64(max(-balance, 0)))
	}
	type row struct {
		did           string
		n, sum, which uint64
	}
	var rows []row
	for _, d := range r.debits {
		if d.stage == known {
			rows = append(rows, row{d.payer, d.counter, d.amount, uint64(r.held(d))})
		}
	}
	for did, balance := range r.reserve {
		if balance < 0 {
			rows = append(rows, row{did, 0, uint64(-balance), 411})
		}
	}
	slices.SortFunc(rows, func(a, b row) int {
		if order := strings.Compare(a.did, b.did); order != 0 {
			return order
		}
		return int(a.n) - int(b.n)
	})
	list := make([]any, len(rows))
	for i, u := range rows {
		list[i] = []any{[]byte(u.did), u.n, u.sum, u.which}
	}
	r.set("unsettled", primitive.Encode(list))
}
