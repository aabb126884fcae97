package main

import (
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

// logged publishes a device that holds the whole history in its log.
func (w *world) logged() {
	first := w.spent("pay 1", 1250, 1, wire.ID{})
	w.spent("pay 2", 700, 2, first)
	d := w.blank("device", "payer", w.payer)
	last := w.report("challenge", 1, 4)
	d.Balance, d.Counter, d.Prev, d.NextRequest = []vectors.Lot{{Hop: 0, Amount: "3350"}}, last.Counter, hexID(last.Prev), last.NextRequest
	d.Used = vectors.Used{Amount: "1950", Count: 2, Received: "300"}
	for _, e := range w.history() {
		d.Log = append(d.Log, hexOf(e.Encode()))
	}
	w.state(d)
}

// chronicle is that device, and variants of it.
func (w *world) chronicle() {
	w.logged()
	w.policyBut("policy-totals", func(p *wire.Policy) { p.SyncMode = wire.SyncTotals })
	w.variant("device", "totals", func(d *vectors.Device) { d.Policy = "policy-totals" })
	w.variant("device", "decommissioned", func(d *vectors.Device) { d.Decommissioned = true })
	w.variant("device", "unprovisioned", func(d *vectors.Device) { d.Provisioned = false })
	w.variant("device", "pending", func(d *vectors.Device) {
		d.Slots = 2
		d.Pending = []vectors.Pending{w.waits("pay 1", 1250), w.waits("pay 2", 700)}
	})
	w.object("revset-service", w.auth.SignRevset(3, epochRevset, []wire.ID{{1}}, []wire.DID{{2}, {3}, w.auth.Service.Cert.Device()}))
	w.variant("device", "service-revoked", func(d *vectors.Device) { d.Revset = "revset-service" })
}

// spent makes a TRANSFER of the history.
func (w *world) spent(label string, sum money.Amount, n uint64, prev wire.ID) wire.ID {
	m := w.transfer()
	m.Amount, m.Lots, m.Counter, m.Prev, m.RequestHash = sum, []wire.Lot{{Hop: 1, Amount: sum}}, n, prev, drawnID("request of "+label)
	b := w.signedBy("payer", wire.TypeTransfer, m.Encode())
	w.object(label, b)
	if w.debits == nil {
		w.debits = map[string]wire.ID{}
	}
	w.debits[label] = idOf(wire.TypeTransfer, b)
	return w.debits[label]
}

// waits is the same as a pending debit.
func (w *world) waits(label string, sum uint64) vectors.Pending {
	return vectors.Pending{ID: hexID(w.debit(label)), RequestHash: hexID(drawnID("request of " + label)),
		Payee: hexDID(w.payee.Device()), Amount: dec(sum), Object: label}
}

func syncChalVectors() *file {
	f := newFile("sync-chal", "SYNC_CHAL at a device whose log is in the state, up to the SYNC that it makes. What the ledger says it has acknowledged is not checked: a device that was turned back must report all the same, so that the ledger sees both histories.")
	decodeNotes(f)
	f.note("Certificate", "The signer may not sign this, or is not known.", "Anyone has a device tell what it has paid and to whom.")
	f.note("Session", "For another device.", "One device reports in the place of another.")
	f.note("Lifecycle", "The device has no certificate.", "A report is signed by nobody.")
	w := classical(f)
	w.chronicle()
	chal := wire.SyncChal{
		Version: wire.V1, Realm: w.auth.Place.Realm, Suite: w.auth.TopSuite, Nonce: wire.Nonce(drawn("challenge 1", 16)),
		Cert: w.auth.Service.Cert.ID, Device: w.payer.Device(), Head: wire.LogStart(w.payer.Device()),
	}
	object := w.signedBy("service", wire.TypeSyncChal, chal.Encode())
	add := func(n int, requirement spec.ID, comment, device string, object []byte, e func(*wire.Sync)) {
		m := w.report("challenge 1", 1, 4)
		e(&m)
		f.valid(positive{n: n, requirement: requirement, kind: "sync-chal", comment: comment, device: device,
			input:  map[string][]byte{"object": object},
			values: published(wire.TypeSyncChal, object, map[string]string{"balance": "3350", "sync_payload": hexOf(m.Encode())})})
	}
	same := func(*wire.Sync) {}
	add(1, spec.SET01, "every entry since the last one acknowledged", "device", object, same)
	add(2, spec.PVY01, "under a policy of TOTALS, entries of funding and defunding alone", "totals", object, func(m *wire.Sync) {
		m.Mode, m.Entries = wire.SyncTotals, m.Entries[:1]
	})
	add(3, spec.SET01, "the last report of a device that is out of service", "decommissioned", object, func(m *wire.Sync) { m.Flags = wire.SyncFinal })
	add(4, spec.SET01, "with two debits pending, in ascending order of their identifiers", "pending", object, func(m *wire.Sync) {
		m.Pending = ascendingIDs(w.debit("pay 1"), w.debit("pay 2"))
	})
	chal.Last, chal.Head = 9, drawnID("what this device does not remember")
	add(5, spec.ATO08, "a ledger that has acknowledged more than this device knows: it reports what it has", "device",
		w.signedBy("service", wire.TypeSyncChal, chal.Encode()), same)
	decodeChecks(f, 10, 1, "input.object", "service", false)
	at := func(e edit) change { return payload("input.object", "service", e) }
	f.refused(
		bad(30, 1, spec.PRV02, spec.EUnprovisioned, "Lifecycle", "a device without certificate", before("device", "unprovisioned")),
		bad(31, 1, spec.SET05, spec.EAckMismatch, "Session", "for another device", at(flip(31))),
		bad(32, 1, spec.ENC02, spec.EField, "Grammar", "a nonce of 15 bytes", at(str(9, make([]byte, 15)))),
		bad(33, 1, spec.ENC02, spec.EAmount, "Range", "an entry number of 2^53", at(number(52, 1<<53))),
		bad(34, 1, spec.LCM01, spec.ERevoked, "Certificate", "the service is revoked", before("device", "service-revoked")),
	)
	serviceChecks(f, w, 50, 1)
	return f
}

func ascendingIDs(a, b wire.ID) []wire.ID {
	if string(a[:]) > string(b[:]) {
		return []wire.ID{b, a}
	}
	return []wire.ID{a, b}
}
