package device

import (
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
)

// A DrawFunc takes an amount from lots whose hop is at most highest, and
// returns what was taken, ascending by hop. It reports false when they hold less.
type DrawFunc func(lots *Lots, amount money.Amount, highest uint64) ([]wire.Lot, bool)

// Draw takes the lowest hops first: that leaves the payee the most freedom and
// shows it the least history.
func Draw(lots *Lots, amount money.Amount, highest uint64) ([]wire.Lot, bool) {
	var drawn []wire.Lot
	rest := amount
	for h := uint64(0); h <= highest && h < uint64(len(lots)) && rest > 0; h++ {
		take := min(lots[h], rest)
		if take == 0 {
			continue
		}
		lots[h] -= take
		rest -= take
		drawn = append(drawn, wire.Lot{Hop: h, Amount: take})
	}
	return drawn, rest == 0
}

// up returns the lots as a TRANSFER names them: one hop further.
func up(lots []wire.Lot) []wire.Lot {
	out := make([]wire.Lot, len(lots))
	for i, l := range lots {
		out[i] = wire.Lot{Hop: l.Hop + 1, Amount: l.Amount}
	}
	return out
}

// list returns the lots that are not empty, ascending by hop.
func (l Lots) list() []wire.Lot {
	var out []wire.Lot
	for h, a := range l {
		if a > 0 {
			out = append(out, wire.Lot{Hop: uint64(h), Amount: a})
		}
	}
	return out
}

// upTo returns the sum of the lots with a hop of at most highest.
func (l Lots) upTo(highest uint64) money.Amount {
	var sum money.Amount
	for h := uint64(0); h <= highest && h < uint64(len(l)); h++ {
		sum += l[h]
	}
	return sum
}

// wellOrdered reports whether lots ascend strictly by hop, each from lowest to
// highest, and add up to amount.
func wellOrdered(lots []wire.Lot, amount money.Amount, lowest, highest uint64) bool {
	var sum money.Amount
	next := lowest
	for _, l := range lots {
		var err error
		if sum, err = sum.Add(l.Amount); err != nil || l.Hop < next || l.Hop > highest || l.Amount == 0 {
			return false
		}
		next = l.Hop + 1
	}
	return sum == amount
}
