package mutant

import (
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/ledger"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// daysMutants are ledgers that are right for a day.
func daysMutants() []Mutant {
	return []Mutant{
		{Name: "one-day-index", Breaks: spec.DET01, ofLedger: true, Fault: "the ledger compares no transfers any more once its day has changed", wrap: wrapped(func(w *wrapper, c call) {
			switch key := "night" + c.handle; {
			case c.verb == "set-epoch":
				w.counts[key]++
			case c.verb == "findings" && c.answer.Done != nil && w.counts[key] > 0:
				c.answer.Done.Findings = c.answer.Done.Findings[:w.counts["known"+c.handle]]
			case c.verb == "findings" && c.answer.Done != nil:
				w.counts["known"+c.handle] = len(c.answer.Done.Findings)
			}
		})},
		{Name: "settles-again-tomorrow", Breaks: spec.SET06, Fault: "the ledger settles a record again that is uploaded on another day", ledger: settlesAgainTomorrow},
		{Name: "accuses-the-late", Breaks: spec.DET04, ofLedger: true, Fault: "the ledger accuses the payee of a record that comes again on another day", wrap: wrapped(func(w *wrapper, c call) {
			accused := "accused" + c.handle
			for _, payee := range w.late(c) {
				w.bytes[accused] = payee
			}
			if c.verb == "findings" && c.answer.Done != nil && w.bytes[accused] != nil {
				c.answer.Done.Findings = append(c.answer.Done.Findings, adapter.Finding{Kind: 1, Device: w.bytes[accused], Text: "uploaded late"})
			}
		})},
	}
}

// settlesAgainTomorrow books a second row for a record of another day; the totals
// of its payer, which reports one payment, contradict it.
func settlesAgainTomorrow(p *ledger.Parts) {
	days := map[wire.ID]uint64{}
	p.Rules = ledger.DefaultRules()
	for i := range p.Rules.SettleOnce {
		p.Rules.SettleOnce[i].Holds = func(l *ledger.Ledger, s *ledger.Settlement) bool {
			day, known := days[s.ID]
			days[s.ID] = l.Epoch()
			return !known || day != l.Epoch()
		}
	}
}

// late are the payees of the records of an upload that the ledger had on another
// day.
func (w *wrapper) late(c call) (payees [][]byte) {
	day := "day" + c.handle
	if c.verb == "set-epoch" {
		w.counts[day]++
	}
	var records []adapter.Bytes
	switch q := c.request.Verb.(type) {
	case adapter.Reconcile:
		records = q.Records
	case adapter.Upload:
		records = q.Records
	}
	for _, r := range transfers(records) {
		key := "first" + c.handle + digest(r.Object)
		first, known := w.counts[key]
		if !known {
			w.counts[key] = w.counts[day]
		} else if first != w.counts[day] {
			payees = append(payees, slices.Clone(r.Opening.Payee[:]))
		}
	}
	return payees
}
