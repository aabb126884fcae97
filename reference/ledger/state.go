package ledger

import (
	"bytes"
	"maps"
	"slices"

	"github.com/assay-cbdc/assay/reference/wire"
)

// State returns what the ledger concludes from the objects that it has seen,
// in one encoding: the ids settled, the positions, the alarms and the findings.
// Two ledgers that have seen the same set of uploads have the same bytes.
func (l *Ledger) State() []byte {
	settled := slices.SortedFunc(maps.Keys(l.supply.settled), func(a, b wire.ID) int {
		return bytes.Compare(a[:], b[:])
	})
	b := wire.AppendArray(nil, 4)
	b = wire.AppendArray(b, len(settled))
	for _, id := range settled {
		b = wire.AppendBytes(b, id[:])
	}
	supply := l.Supply()
	b = wire.AppendArray(b, len(supply.Positions))
	for _, p := range supply.Positions {
		b = wire.AppendBytes(wire.AppendArray(b, 5), p.Device[:])
		b = wire.AppendUint(wire.AppendUint(b, uint64(p.Funded)), uint64(p.Defunded))
		b = wire.AppendUint(wire.AppendUint(b, uint64(p.Paid)), uint64(p.Received))
	}
	b = wire.AppendArray(b, len(supply.Alarms))
	for _, a := range supply.Alarms {
		b = wire.AppendBytes(wire.AppendText(wire.AppendArray(b, 2), a.Audit), a.Device[:])
	}
	findings := l.Findings()
	b = wire.AppendArray(b, len(findings))
	for _, f := range findings {
		b = wire.AppendUint(wire.AppendArray(b, 3), f.Kind)
		b = wire.AppendBytes(wire.AppendBytes(b, f.Accused[:]), f.Evidence)
	}
	return b
}
