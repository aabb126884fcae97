package ledger

import (
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A Report is a decoded SYNC under judgement.
type Report struct {
	Signed
	Body wire.Sync
	// Entries are the decoded log entries; nil if one of them is none.
	Entries []wire.LogEntry
}

// syncRules are the checks of sync.md, section SYNC, in order.
func syncRules() []Rule[Report] {
	return append(signerRules[Report](), []Rule[Report]{
		{"it answers the open challenge", spec.ATO08, spec.EState, func(l *Ledger, r *Report) bool {
			open := l.device(r.Device).challenge
			return open != wire.Nonce{} && open == r.Body.Nonce
		}},
		{"the range starts no later than after what is acknowledged", spec.SET02, spec.EGap, func(l *Ledger, r *Report) bool {
			return r.Body.First <= l.device(r.Device).point.last+1
		}},
		{"the entries are those of the range and lead to its head", spec.SET03, spec.ELogHash, (*Ledger).rangeHolds},
		{"the heads continue those acknowledged", spec.DET03, spec.EFork, (*Ledger).headsContinue},
		{"nothing acknowledged is missing", spec.SET04, spec.ERollback, func(l *Ledger, r *Report) bool {
			p := l.device(r.Device).point
			return r.Body.Last >= p.last && r.Body.Counter >= p.counter && r.Body.NextRequest >= p.nextRequest
		}},
		{"the counters of debits have no gap", spec.SET02, spec.EGap, (*Ledger).countersContinue},
		{"the last debit is the one that the report names", spec.SET03, spec.ELogHash, (*Ledger).lastDebitHolds},
		{"no total falls", spec.SET04, spec.ERollback, func(l *Ledger, r *Report) bool {
			was, is := l.device(r.Device).point.totals, r.Body.Totals
			return is.In >= was.In && is.Out >= was.Out && is.Funded >= was.Funded &&
				is.Defunded >= was.Defunded && is.Refunded >= was.Refunded
		}},
		{"the entries make the totals", spec.SET03, spec.ELogHash, (*Ledger).totalsHold},
	}...)
}

// rangeHolds checks, in FULL, that the entries are numbered First to Last and
// lead from the head before to the head. In TOTALS only the entries about
// funding are there, and the heads stand on the device's word.
func (l *Ledger) rangeHolds(r *Report) bool {
	b := &r.Body
	if b.Last+1 < b.First || r.Entries == nil {
		return false
	}
	if b.Last+1 == b.First && b.Head != b.HeadBefore {
		return false
	}
	if b.Mode == wire.SyncTotals {
		last := b.First - 1
		for _, e := range r.Entries {
			if e.Number <= last || e.Number > b.Last || !aboutFunding(e.Kind) {
				return false
			}
			last = e.Number
		}
		return true
	}
	if uint64(len(r.Entries)) != b.Last+1-b.First {
		return false
	}
	for i, e := range r.Entries {
		if e.Number != b.First+uint64(i) {
			return false
		}
	}
	heads := r.heads()
	return heads[len(heads)-1] == b.Head
}

func aboutFunding(kind uint64) bool {
	return kind == wire.LogFund || kind == wire.LogDefund || kind == wire.LogFundCancel
}

// heads returns the head before the range and after each entry of a FULL
// report; of a TOTALS report the two that it names.
func (r *Report) heads() []wire.ID {
	heads := []wire.ID{r.Body.HeadBefore}
	if r.Body.Mode == wire.SyncTotals {
		return append(heads, r.Body.Head)
	}
	for _, e := range r.Entries {
		heads = append(heads, wire.LogNext(heads[len(heads)-1], e.Number, e.Digest()))
	}
	return heads
}

// points returns the heads of the report by entry number.
func (r *Report) points() map[uint64]wire.ID {
	points := map[uint64]wire.ID{}
	if r.Body.Mode == wire.SyncFull {
		for i, head := range r.heads() {
			points[r.Body.First-1+uint64(i)] = head
		}
	}
	points[r.Body.First-1] = r.Body.HeadBefore
	points[r.Body.Last] = r.Body.Head
	return points
}

func (l *Ledger) headsContinue(r *Report) bool {
	known := l.device(r.Device).heads
	for n, head := range r.points() {
		if k, ok := known[n]; ok && k != head {
			return false
		}
	}
	return true
}

// news returns the entries of the report that are not acknowledged yet.
func (l *Ledger) news(r *Report) []wire.LogEntry {
	for i, e := range r.Entries {
		if e.Number > l.device(r.Device).point.last {
			return r.Entries[i:]
		}
	}
	return nil
}

func isDebit(e wire.LogEntry) bool { return e.Kind == wire.LogPay || e.Kind == wire.LogDefund }

func (l *Ledger) countersContinue(r *Report) bool {
	if r.Body.Mode == wire.SyncTotals {
		return true
	}
	next := l.device(r.Device).point.counter + 1
	for _, e := range l.news(r) {
		if isDebit(e) {
			if e.X != next {
				return false
			}
			next++
		}
	}
	return next == r.Body.Counter+1
}

func (l *Ledger) lastDebitHolds(r *Report) bool {
	if r.Body.Mode == wire.SyncTotals {
		return true
	}
	prev := l.device(r.Device).point.prev
	for _, e := range l.news(r) {
		if isDebit(e) {
			prev = e.Ref
		}
	}
	return prev == r.Body.Prev
}

func (l *Ledger) totalsHold(r *Report) bool {
	if r.Body.Mode == wire.SyncTotals {
		return true
	}
	t := l.device(r.Device).point.totals
	for _, e := range l.news(r) {
		sum := totalOf(&t, e.Kind)
		if sum == nil {
			continue
		}
		var err error
		if *sum, err = sum.Add(e.Amount); err != nil {
			return false
		}
	}
	return t == r.Body.Totals
}

// totalOf returns the total that entries of the kind add to, or nil.
func totalOf(t *wire.Totals, kind uint64) *money.Amount {
	switch kind {
	case wire.LogFund:
		return &t.Funded
	case wire.LogDefund:
		return &t.Defunded
	case wire.LogPay:
		return &t.Out
	case wire.LogReceive:
		return &t.In
	case wire.LogRefund:
		return &t.Refunded
	default:
		return nil
	}
}
