package check

import (
	"fmt"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/spec"
)

// A book is the harness's own account of value since the check took its units,
// in the product's amounts.
type book struct {
	funded uint64 // asked for and issued
	// unaccepted vouchers are reserved at the ledger: they may be held, and are
	// not missing when they are not.
	unaccepted uint64
	defunded   uint64 // debited towards the account
	injected   uint64 // paid in by the harness's own kit
	paidOut    uint64 // paid to the harness's own kit
	// cracked says that the harness has put an older state back or minted in a
	// peer, which is outside INV-01: detection, not conservation, is judged then.
	cracked bool
}

// due is what all units together should hold when nothing is on its way.
func (b book) due() int64 {
	return int64(b.funded) + int64(b.injected) - int64(b.defunded) - int64(b.paidOut)
}

// least is what they hold at least when everything is settled.
func (b book) least() int64 { return b.due() - int64(b.unaccepted) }

// due is the most that all units of the check may hold beyond what they came
// with.
func (t *T) due() int64 { return t.book.due() + t.returning() }

// Messages of the two invariants that every check judges.
const (
	createdMessage = "more value can be seen than was funded"
	lostMessage    = "value is missing although everything has been delivered and settled"
)

// held sums what all units of the check hold beyond what they came with; false
// when one cannot tell.
func (t *T) held() (int64, bool) {
	var sum int64
	for _, u := range t.units {
		a := u.do(adapter.Query{})
		if a.Done == nil || a.Done.Value == nil || a.Done.Value.Spendable == nil {
			return 0, false
		}
		sum += int64(u.told(u.heldMinor(a.Done) - u.base.held))
	}
	return sum, true
}

// noCreation judges INV-01 on the book: it holds at any time, whatever is on
// its way, so every check ends with it.
func (t *T) noCreation() {
	if !t.Has(adapter.CapQuery) || t.book.cracked {
		return
	}
	if held, known := t.held(); known && held > t.due() {
		t.judge[spec.INV01] = true
		t.worsen(spec.INV01, Fail, createdMessage, fmt.Sprintf("held %d, at most %d is due", held, t.due()))
	}
}

// Settled judges INV-02 on the book. The caller has delivered, resent and
// synchronised everything.
func (t *T) Settled() {
	held, known := t.held()
	if !known {
		t.Inconclusive("every unit tells what it holds", "unknown")
	}
	t.judge[spec.INV02] = true
	if held < t.book.least() {
		t.worsen(spec.INV02, Fail, lostMessage, fmt.Sprintf("held %d, %d is due", held, t.book.least()))
	}
}
