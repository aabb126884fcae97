package mutant

import (
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/ledger"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

func onlineMutants() []Mutant {
	return []Mutant{
		{Name: "any-voucher", Breaks: spec.FND01, Fault: "accepts a voucher for another device", device: without(device.ProcFundAccept, "device", "request")},
		{Name: "voucher-twice", Breaks: spec.FND02, Fault: "credits a voucher again when it is repeated", wrap: wrapped(func(w *wrapper, c call) {
			q, ok := c.request.Verb.(adapter.FundAccept)
			if !ok {
				return
			}
			key := c.handle + digest(q.Message)
			if got := c.gained(w); got > 0 {
				w.amounts[key] = got
			} else if c.answer.Refused != nil && w.amounts[key] > 0 {
				w.edit(c.handle, func(s *device.State) { s.Lots[0] += w.amounts[key] })
				*c.answer = adapter.Answer{Done: &adapter.Result{}}
			}
		})},
		{Name: "funds-without-head-room", Breaks: spec.FND03, Fault: "asks for more funding than it may hold", device: without(device.ProcFund, "head-room")},
		{Name: "rounds-defunding", Breaks: spec.FND04, Fault: "the ledger credits defunded amounts rounded down to tens", ledger: func(p *ledger.Parts) {
			p.Book = roundingBook{p.Book}
		}},
		{Name: "credits-defunding-twice", Breaks: spec.FND05, ofLedger: true, Fault: "the ledger credits a repeated defunding again", wrap: wrapped(func(w *wrapper, c call) {
			if residue := adapter.Amount(w.counts["residue"+c.handle]); c.verb == "account" && c.answer.Done != nil && residue > 0 {
				more := *c.answer.Done.Account + residue
				c.answer.Done.Account = &more
			}
			q, ok := c.request.Verb.(adapter.AcceptDefunding)
			if !ok || c.answer.Done == nil {
				return
			}
			if key := c.handle + digest(q.Message); w.counts[key] > 0 {
				w.counts["residue"+c.handle] += 100
			} else {
				w.counts[key]++
			}
		})},
	}
}

// settlementMutants are wrong in what they upload, settle or find.
func settlementMutants() []Mutant {
	return []Mutant{
		{Name: "sync-in-order-only", Breaks: spec.SET01, ofLedger: true, Fault: "the ledger refuses a payee that synchronises before its payer", wrap: wrapped(payerFirst)},
		{Name: "ignores-gaps", Breaks: spec.SET02, Fault: "the ledger accepts reports with a gap", ledger: withoutSync(spec.SET02)},
		{Name: "ignores-log-hash", Breaks: spec.SET03, Fault: "the ledger does not recompute the log", ledger: withoutSync(spec.SET03)},
		{Name: "ignores-truncation", Breaks: spec.SET04, Fault: "the ledger accepts a report that has become shorter", ledger: withoutSync(spec.SET04)},
		{Name: "erases-unasked", Breaks: spec.SET05, Fault: "erases its log on any acknowledgement", device: without(device.ProcSyncAck, "device", "nonce", "report", "head")},
		{Name: "settles-twice", Breaks: spec.SET06, ofLedger: true, Fault: "the ledger settles a record every time it is uploaded", wrap: wrapped(settleAgain)},
		{Name: "ignores-rollback", Breaks: spec.ATO08, Fault: "the ledger finds neither a rolled-back device nor what it spent twice", ledger: func(p *ledger.Parts) {
			withoutSync(spec.SET02, spec.SET03, spec.SET04, spec.DET03)(p)
			p.Detectors = []ledger.Detector{}
			p.Audits = []ledger.Audit{}
		}},
		{Name: "no-double-spend-index", Breaks: spec.DET01, Fault: "the ledger does not compare transfers", ledger: withoutDetectors(spec.DET01)},
		{Name: "no-audit", Breaks: spec.DET02, Fault: "the ledger balances no books", ledger: func(p *ledger.Parts) { p.Audits = []ledger.Audit{} }},
		{Name: "ignores-forks", Breaks: spec.DET03, Fault: "the ledger does not see that a device has two histories", ledger: func(p *ledger.Parts) {
			withoutSync(spec.DET03, spec.SET02, spec.SET03, spec.SET04)(p)
			p.Detectors = []ledger.Detector{}
		}},
		{Name: "accuses-repeaters", Breaks: spec.DET04, ofLedger: true, Fault: "the ledger accuses whoever uploads a record twice", wrap: wrapped(accuseRepeaters)},
		{Name: "full-log-in-totals", Breaks: spec.PVY01, Fault: "reports its whole log where only totals are permitted", wrap: wrappedBefore(func(w *wrapper, c call) {
			if c.verb == "provision" && c.before != nil && !c.before.Provisioned {
				w.counts[c.handle] = 0
			}
			if c.verb == "apply-policy" && c.before != nil && w.bytes[c.handle] == nil {
				w.bytes[c.handle] = slices.Clone(c.before.Policy)
			}
			if first := w.bytes[c.handle]; c.verb == "sync-report" && first != nil {
				w.edit(c.handle, func(s *device.State) { s.Policy = first })
			}
		})},
	}
}

// roundingBook rounds what it credits down to tens.
type roundingBook struct{ ledger.Book }

func (b roundingBook) Credit(name string, amount money.Amount) bool {
	return b.Book.Credit(name, amount-amount%10)
}

// withoutSync leaves out the rules of SYNC that serve some requirements.
func withoutSync(ids ...spec.ID) func(*ledger.Parts) {
	return func(p *ledger.Parts) {
		rules := ledger.DefaultRules()
		rules.Sync = slices.DeleteFunc(rules.Sync, func(r ledger.Rule[ledger.Report]) bool {
			return slices.Contains(ids, r.Requirement)
		})
		p.Rules = rules
	}
}

func withoutDetectors(ids ...spec.ID) func(*ledger.Parts) {
	return func(p *ledger.Parts) {
		p.Detectors = slices.DeleteFunc(ledger.DefaultDetectors(), func(d ledger.Detector) bool {
			return slices.Contains(ids, d.Requirement)
		})
	}
}

// transfers are the records of a report that hold transfers.
func transfers(records []adapter.Bytes) []settlement.Record {
	var all []settlement.Record
	for _, b := range records {
		if r, err := settlement.Parse(b); err == nil && r.Opening != nil {
			all = append(all, r)
		}
	}
	return all
}

// payerFirst refuses a report with a transfer that only its payee has brought.
func payerFirst(w *wrapper, c call) {
	q, ok := c.request.Verb.(adapter.Reconcile)
	if !ok || c.answer.Done == nil {
		return
	}
	o, err := wire.DecodeObject(q.Message, wire.TypeSync.MaxBytes())
	if err != nil {
		return
	}
	report, err := wire.DecodeSync(o.Payload)
	if err != nil {
		return
	}
	for _, e := range report.Entries {
		entry, err := wire.DecodeLogEntry(e)
		if err != nil {
			continue
		}
		key := c.handle + string(entry.Ref[:])
		switch {
		case entry.Kind == wire.LogPay:
			w.counts[key]++
		case entry.Kind == wire.LogReceive && w.counts[key] == 0:
			*c.answer = adapter.Answer{Refused: &adapter.Refusal{Code: int(spec.EOrderHeld)}}
			return
		}
	}
}

// settleAgain takes a repeated record off the supply once more.
func settleAgain(w *wrapper, c call) {
	var records []adapter.Bytes
	switch q := c.request.Verb.(type) {
	case adapter.Reconcile:
		records = q.Records
	case adapter.Upload:
		records = q.Records
	}
	for _, r := range transfers(records) {
		if w.counts[c.handle+digest(r.Object)]++; w.counts[c.handle+digest(r.Object)] > 1 {
			w.counts["again"+c.handle]++
		}
	}
	if c.verb == "supply" && c.answer.Done != nil && c.answer.Done.Supply != nil {
		again := adapter.Amount(w.counts["again"+c.handle])
		c.answer.Done.Supply.Outstanding -= min(again, c.answer.Done.Supply.Outstanding)
	}
}

// accuseRepeaters adds a finding, against the payee, for each repeated record.
func accuseRepeaters(w *wrapper, c call) {
	if q, ok := c.request.Verb.(adapter.Upload); ok {
		for _, r := range transfers(q.Records) {
			if key := c.handle + digest(r.Object); w.bytes[key] == nil {
				w.bytes[key] = []byte{}
			}
			w.bytes["accused"+c.handle] = slices.Clone(r.Opening.Payee[:])
		}
	}
	accused := w.bytes["accused"+c.handle]
	if c.verb == "findings" && c.answer.Done != nil && accused != nil {
		c.answer.Done.Findings = append(c.answer.Done.Findings, adapter.Finding{Kind: 1, Device: accused, Text: "uploaded twice"})
	}
}
