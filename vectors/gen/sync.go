package main

import (
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

func syncNotes(f *file) {
	decodeNotes(f)
	f.note("Certificate", "The signer may not sign this, or is not known.", "Anyone reports for anyone, or has a device forget.")
	f.note("Gap", "Entries or counters are missing.", "A payment is left out of the books.")
	f.note("Fork", "The history differs from the one acknowledged.", "A cloned device shows each ledger what it wants to see.")
	f.note("Hash", "Head, entries, totals and last debit do not agree.", "An entry is altered after the fact.")
	f.note("Rollback", "The history ends before what was acknowledged.", "A device restored from a copy spends the same value again.")
	f.note("Session", "It answers no open challenge, or another report.", "An old report hides what came after it.")
}

// history is a device's log: funded with 5000, paid 1250, and what comes later.
func (w *world) history() []wire.LogEntry {
	return []wire.LogEntry{
		{Number: 1, Kind: wire.LogFund, Salt: [16]byte(drawn("salt 1", 16)), Ref: drawnID("fund"), Amount: 5000, X: 1, Epoch: epochNow},
		{Number: 2, Kind: wire.LogPay, Salt: [16]byte(drawn("salt 2", 16)), Ref: w.debit("pay 1"), Amount: 1250, X: 1, Epoch: epochNow},
		{Number: 3, Kind: wire.LogReceive, Salt: [16]byte(drawn("salt 3", 16)), Ref: drawnID("receive"), Amount: 300, X: 1, Epoch: epochNow},
		{Number: 4, Kind: wire.LogPay, Salt: [16]byte(drawn("salt 4", 16)), Ref: w.debit("pay 2"), Amount: 700, X: 2, Epoch: epochNow},
	}
}

// debit is the identifier of a payment of the history: of the one that was made,
// where one was.
func (w *world) debit(label string) wire.ID {
	if id, made := w.debits[label]; made {
		return id
	}
	return drawnID(label)
}

// heads returns the log heads before and after each entry.
func (w *world) heads(entries []wire.LogEntry) []wire.ID {
	heads := []wire.ID{wire.LogStart(w.payer.Device())}
	for _, e := range entries {
		heads = append(heads, wire.LogNext(heads[len(heads)-1], e.Number, e.Digest()))
	}
	return heads
}

// report is the SYNC of entries first to last.
func (w *world) report(nonce string, first, last uint64) wire.Sync {
	all := w.history()
	heads := w.heads(all)
	m := wire.Sync{
		Version: wire.V1, Realm: w.auth.Place.Realm, Suite: w.number, Currency: 978, Exponent: 2,
		Nonce: wire.Nonce(drawn(nonce, 16)), Cert: w.payer.ID, PolicyVersion: 7, RevocationVersion: 3, Epoch: epochNow,
		First: first, HeadBefore: heads[first-1], Last: last, Head: heads[last], NextRequest: 2, Mode: wire.SyncFull,
		Lots: []wire.Lot{},
	}
	for _, e := range all[:last] {
		if e.Number >= first {
			m.Entries = append(m.Entries, e.Encode())
		}
		switch e.Kind {
		case wire.LogFund:
			m.Totals.Funded += e.Amount
		case wire.LogReceive:
			m.Totals.In += e.Amount
		case wire.LogPay:
			m.Totals.Out += e.Amount
			m.Counter, m.Prev = e.X, e.Ref
		}
	}
	m.UsedAmount, m.UsedCount = m.Totals.Out, m.Counter
	if left := m.Totals.Funded + m.Totals.In - m.Totals.Out; left > 0 {
		m.Lots = append(m.Lots, wire.Lot{Hop: 0, Amount: left})
	}
	return m
}

func syncVectors() *file {
	f := newFile("sync", "SYNC at the ledger, which has a challenge open: the first report of a device, and the next one.")
	syncNotes(f)
	w := classical(f)
	first, next := w.report("challenge 1", 1, 2), w.report("challenge 2", 3, 4)
	sign := func(m wire.Sync) []byte { return w.signedBy("payer", wire.TypeSync, m.Encode()) }
	f.object("first-report", sign(first))
	l := w.funder()
	l.Challenge = hexOf(first.Nonce[:])
	w.Ledgers = append(w.Ledgers, l)
	l.Name, l.Challenge, l.Before = "acknowledged", hexOf(next.Nonce[:]), []string{"first-report"}
	l.Checkpoint = vectors.Checkpoint{
		Last: 2, Head: hexID(first.Head), Counter: 1, Prev: hexID(first.Prev), NextRequest: 2,
		In: "0", Out: "1250", Funded: "5000", Defunded: "0", Refunded: "0",
	}
	w.Ledgers = append(w.Ledgers, l)
	overlap := w.report("challenge 2", 1, 4)
	add := func(n int, comment, ledger string, m wire.Sync) {
		b := sign(m)
		f.valid(positive{n: n, requirement: spec.SET01, kind: "sync", comment: comment, ledger: ledger,
			input: map[string][]byte{"object": b}, values: published(wire.TypeSync, b, nil)})
	}
	add(1, "a first report", "ledger", first)
	add(2, "the next one, from where the first was acknowledged", "acknowledged", next)
	add(3, "one that begins at the beginning again, because an acknowledgement was lost", "acknowledged", overlap)
	totals := next
	totals.Mode, totals.Entries = wire.SyncTotals, nil
	add(4, "a report of totals alone", "acknowledged", totals)
	decodeChecks(f, 10, 1, "input.object", "payer", false)
	syncContent(f, w, next)
	return f
}

func syncContent(f *file, w *world, next wire.Sync) {
	at := func(e edit) change { return payload("input.object", "payer", e) }
	list := func(entries ...[]byte) edit {
		b := wire.AppendArray(nil, len(entries))
		for _, e := range entries {
			b = wire.AppendBytes(b, e)
		}
		return set(54, b)
	}
	altered := w.history()[2]
	altered.Amount++
	renumbered := w.history()[3]
	renumbered.Number = 3
	totals := func(n ...uint64) edit {
		b := wire.AppendArray(nil, 5)
		for _, x := range n {
			b = wire.AppendUint(b, x)
		}
		return set(55, b)
	}
	f.refused(
		bad(30, 2, spec.ATO08, spec.EState, "Session", "answers a challenge that is not open", at(flip(9))),
		bad(31, 2, spec.SET02, spec.EGap, "Gap", "begins after the entry that is due", at(number(50, 4))),
		bad(32, 2, spec.SET03, spec.ELogHash, "Hash", "an entry with one unit more", at(list(altered.Encode(), next.Entries[1]))),
		bad(33, 2, spec.SET03, spec.ELogHash, "Hash", "an entry is missing", at(list(next.Entries[0]))),
		bad(34, 2, spec.SET03, spec.ELogHash, "Hash", "two entries with one number", at(list(next.Entries[0], renumbered.Encode()))),
		bad(35, 2, spec.SET03, spec.ELogHash, "Hash", "what is no entry", at(list(next.Entries[0], []byte{0x80}))),
		bad(36, 2, spec.SET03, spec.ELogHash, "Hash", "another head than the entries lead to", at(flip(53))),
		bad(37, 4, spec.DET03, spec.EFork, "Fork", "a report of totals from another head than the one acknowledged", at(flip(51))),
		bad(38, 2, spec.SET02, spec.EGap, "Gap", "a last counter that no entry has", at(number(13, 3))),
		bad(39, 2, spec.SET03, spec.ELogHash, "Hash", "a last debit that is not that of the entries", at(flip(14))),
		bad(40, 2, spec.SET04, spec.ERollback, "Rollback", "a total that has fallen", at(totals(300, 1950, 4999, 0, 0))),
		bad(41, 2, spec.SET03, spec.ELogHash, "Hash", "totals that the entries do not make", at(totals(301, 1950, 5000, 0, 0))),
		bad(42, 4, spec.SET04, spec.ERollback, "Rollback", "a counter below the one acknowledged", at(number(13, 0))),
		bad(43, 2, spec.SET04, spec.ERollback, "Rollback", "a next request below the one acknowledged", at(number(58, 1))),
		bad(44, 2, spec.CRY06, spec.ESuite, "Certificate", "another suite than the certificate's", at(number(4, 2))),
		bad(45, 2, spec.CRY01, spec.ECertNeeded, "Certificate", "a device that is not known", at(flip(10))),
		bad(46, 2, spec.ENC02, spec.EField, "Grammar", "a mode that was given up", at(number(78, 2))),
		bad(47, 2, spec.ENC05, spec.ECurrency, "Realm", "another currency", at(number(5, 840))),
		bad(49, 2, spec.ENC02, spec.EAmount, "Range", "begins with an entry 0", at(number(50, 0))),
		bad(48, 2, spec.CRY05, spec.ESig, "Signature", "signed by another device", resigned("input.object", "payee", "")),
	)
}

func syncAckVectors() *file {
	f := newFile("sync-ack", "SYNC_ACK at a device whose latest SYNC is open. What it covers is erased for good.")
	syncNotes(f)
	w := classical(f)
	report := w.report("challenge 1", 1, 2)
	object := w.signedBy("payer", wire.TypeSync, report.Encode())
	hash := idOf(wire.TypeSync, object)
	d := w.blank("reported", "payer", w.payer)
	d.LogUnacked = 2
	d.Sync = &vectors.SyncMark{Nonce: hexOf(report.Nonce[:]), Hash: hexID(hash), Last: 2, Head: hexID(report.Head)}
	w.state(d)
	w.variant("reported", "not-reported", func(d *vectors.Device) { d.Sync = nil })
	ack := w.signedBy("service", wire.TypeSyncAck, wire.SyncAck{
		Version: wire.V1, Realm: w.auth.Place.Realm, Suite: w.auth.TopSuite, Nonce: report.Nonce, Cert: w.auth.Service.Cert.ID,
		SyncHash: hash, PolicyVersion: 7, RevocationVersion: 3, Epoch: epochNow + 1, Device: w.payer.Device(), Last: 2,
		Head: report.Head, LowWater: wire.NoLimit, Grant: 1,
	}.Encode())
	f.valid(positive{n: 1, requirement: spec.SET05, kind: "sync-ack", comment: "the answer to the latest SYNC", device: "reported",
		input: map[string][]byte{"object": ack}, values: published(wire.TypeSyncAck, ack, map[string]string{"balance": "3500"})})
	decodeChecks(f, 10, 1, "input.object", "service", false)
	at := func(e edit) change { return payload("input.object", "service", e) }
	f.refused(
		bad(30, 1, spec.SET05, spec.EAckMismatch, "Session", "for another device", at(flip(31))),
		bad(31, 1, spec.SET05, spec.EAckMismatch, "Session", "of another nonce", at(flip(9))),
		bad(32, 1, spec.SET05, spec.EAckMismatch, "Session", "for another SYNC", at(flip(18))),
		bad(33, 1, spec.SET05, spec.EAckMismatch, "Session", "covers an entry more", at(number(52, 3))),
		bad(34, 1, spec.SET05, spec.EAckMismatch, "Session", "another head", at(flip(53))),
		bad(35, 1, spec.SET05, spec.EAckMismatch, "Session", "no SYNC is open", before("device", "not-reported")),
		bad(36, 1, spec.ENC02, spec.EField, "Grammar", "a grant that is none", at(number(60, 3))),
	)
	serviceChecks(f, w, 50, 1)
	return f
}

func resolveVectors() *file {
	f := newFile("resolve", "RESOLVE at the payer, with a debit pending. refunded is 1 when the payer has its money back.")
	decodeNotes(f)
	f.note("Certificate", "The signer may not sign this, or is not known.", "Anyone gives money back that was credited.")
	f.note("Ground", "The refund has no ground, or is for another device.", "Value that arrived is given back as well.")
	w := classical(f)
	w.pendingState()
	m := wire.Resolve{
		Version: wire.V1, Realm: w.auth.Place.Realm, Suite: w.auth.TopSuite, Cert: w.auth.Service.Cert.ID,
		TransferHash: idOf(wire.TypeTransfer, w.signedTransfer()), Epoch: epochNow, Status: wire.ResolveRetire, Device: w.payer.Device(),
	}
	sign := func() []byte { return w.signedBy("service", wire.TypeResolve, m.Encode()) }
	add := func(n int, comment, refunded, balance string) {
		b := sign()
		f.valid(positive{n: n, requirement: spec.ATO06, kind: "resolve", comment: comment, device: "pending", input: map[string][]byte{"object": b},
			values: published(wire.TypeResolve, b, map[string]string{"refunded": refunded, "balance": balance})})
	}
	add(1, "the value arrived: the slot is free", "0", "3500")
	m.Status, m.Payee = wire.ResolveRefund, w.payee.Device()
	add(2, "the payee, which is named, has not credited it", "1", dec(3500+amount))
	decodeChecks(f, 10, 1, "input.object", "service", false)
	at := func(e edit) change { return payload("input.object", "service", e) }
	f.refused(
		bad(30, 1, spec.ATO06, spec.EMismatch, "Ground", "for another device", at(flip(31))),
		bad(31, 2, spec.ATO06, spec.EMismatch, "Ground", "names a payee to whom this debit did not go", at(flip(65))),
		bad(32, 2, spec.ENC02, spec.EField, "Grammar", "a refund without a ground", at(drop(65))),
		bad(33, 1, spec.ENC02, spec.EField, "Grammar", "a ground although nothing is refunded", at(str(65, make([]byte, 16)))),
		bad(34, 1, spec.ENC02, spec.EField, "Grammar", "a status that is none", at(number(24, 3))),
		bad(35, 1, spec.ENC02, spec.EAmount, "Range", "an epoch above 2^31-1", at(number(21, 1<<31))),
	)
	serviceChecks(f, w, 50, 1)
	return f
}
