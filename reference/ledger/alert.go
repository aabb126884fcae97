package ledger

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
)

// An Alert tells the holder of a payer's device of one payment.
type Alert struct {
	Payer   wire.DID
	Counter uint64 // the payer's, of the transfer
	Amount  money.Amount
}

// Alerts returns one alert for each payment whose details have reached the
// ledger, by payer and counter: like all that it concludes, a function of the
// set of uploads, whichever party brought them and however often (UXC-04).
func (l *Ledger) Alerts() []Alert {
	var all []Alert
	for _, r := range l.supply.rows {
		all = append(all, Alert{r.payer, r.counter, r.amount})
	}
	slices.SortFunc(all, func(a, b Alert) int {
		return cmp.Or(bytes.Compare(a.Payer[:], b.Payer[:]), cmp.Compare(a.Counter, b.Counter), cmp.Compare(a.Amount, b.Amount))
	})
	return all
}
