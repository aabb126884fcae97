package ledger

import (
	"maps"
	"slices"

	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// An Unsettled is what a ledger of reserves knows and could not settle, or could
// only because a provider has advanced it. It is a fact of the moment and accuses
// nobody: what is missing may be on its way.
type Unsettled struct {
	Device  wire.DID // the payer
	Counter uint64   // of the debit; 0 for an advance, which is of no single one
	Amount  money.Amount
	Code    spec.Code // 410 held, or 411 short
}

// Unsettled returns these by device and counter.
func (l *Ledger) Unsettled() []Unsettled {
	var all []Unsettled
	for _, d := range l.reserves.open {
		if l.reserves.stage[d.ID] != stageKnown {
			continue
		}
		if no, ok := judge(l, l.parts.Rules.Reserve, d).(*Refusal); ok {
			all = append(all, Unsettled{d.Payer, d.Counter, d.Amount, no.Code})
		}
	}
	for _, did := range slices.SortedFunc(maps.Keys(l.reserves.of), compareDIDs) {
		if _, covered := l.Reserve(did); covered > 0 {
			all = append(all, Unsettled{did, 0, covered, spec.EShortfall})
		}
	}
	return all
}

// Passed returns the highest counter up to which every debit of the device was
// taken from its reserve.
func (l *Ledger) Passed(did wire.DID) uint64 { return l.reserve(did).passed }

// Covered is what providers have advanced in all.
func (l *Ledger) Covered() money.Amount {
	var sum money.Amount
	for did := range l.reserves.of {
		_, covered := l.Reserve(did)
		sum += covered
	}
	return sum
}

// reservesHold checks that the reserves, what is on its way between them and
// what waits to be given back make up what was funded and not defunded.
func (l *Ledger) reservesHold() bool {
	var sum int64
	for _, r := range l.reserves.of {
		sum += r.balance
	}
	for _, d := range l.reserves.open {
		if l.reserves.stage[d.ID] == stageTaken {
			sum += int64(d.Amount)
		}
	}
	return sum == int64(l.supply.funded)-int64(l.supply.defunded)
}

// Ready reports whether a DEFUND of the amount, the next debit of the device by
// what it last reported, would be credited. Where value is in the device it
// always is.
func (l *Ledger) Ready(did wire.DID, amount money.Amount) bool {
	if !l.reserving() {
		return true
	}
	balance, _ := l.Reserve(did)
	return balance >= amount && l.reserve(did).passed == l.device(did).point.counter
}
