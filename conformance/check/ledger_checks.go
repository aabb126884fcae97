package check

import (
	"bytes"
	"slices"

	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/evidence"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

func ledgerChecks() []Check {
	needs := []adapter.Capability{adapter.CapQuery, adapter.CapSynchronise, adapter.CapSplitSync, adapter.CapLedger}
	rp := func(id spec.ID, word, title string, run func(*T)) Check {
		return Check{ID: string(id) + "." + word, Title: title, Cites: []spec.ID{id}, RP: true, Needs: needs, Run: run}
	}
	// peers marks a check in which the ledger is under test, with devices of the
	// harness.
	peers := func(c Check) Check {
		c.Needs, c.Receives = needs[1:], true
		return c
	}
	full := func(c Check) Check {
		c.FullSync = true
		return c
	}
	return []Check{
		peers(rp(spec.SET02, "gap", "a gap in a device's history is found", gapFound)),
		full(peers(rp(spec.SET03, "entries", "the log is recomputed from its entries", logRecomputed))),
		peers(rp(spec.SET04, "truncated", "a history that has become shorter is found", truncationFound)),
		peers(rp(spec.DET02, "audit", "more defunded than funded raises an alarm", auditAlarms)),
		peers(rp(spec.DET03, "clone", "two histories of one device are flagged", cloneFlagged)),
		rp(spec.DET04, "evidence", "evidence verifies with public keys, and honest devices are never accused", evidenceStands),
		rp(spec.PVY01, "totals", "a report holds what its mode permits, and no more", reportHoldsPermitted),
		rp(spec.PVY04, "funding", "funding messages hold amount, device and nonce, and no more", fundingHoldsPermitted),
		forgets(rp(spec.INV07, "low-water", "the low-water mark never falls", markNeverFalls), 20),
	}
}

// forgets marks a check in which a device has to forget old requests.
func forgets(c Check, retention int) Check {
	c.Retention = retention
	return c
}

// Peer makes a reference device of the harness, known to the ledger under test.
func (t *T) Peer() *Unit { return t.DeviceWith(DeviceOptions{Peer: true}) }

// inside is the reference device behind a peer.
func (u *Unit) inside() *device.Device {
	i, ok := u.on.(simulator.Inspector)
	if !ok {
		u.t.harness("a peer cannot be looked into")
	}
	return i.Device(u.Handle)
}

// peerReport has a peer pay and be paid, and returns its decoded report.
func (t *T) peerReport() (*Unit, wire.Sync, *adapter.Result) {
	peer, other := t.Peer(), t.Peer()
	t.Control(peer.Fund(1000), "funding")
	for range 3 {
		t.MustTransfer(peer, other, 100)
	}
	m, report := peer.report()
	return peer, m, report
}

func (u *Unit) report() (wire.Sync, *adapter.Result) {
	t := u.t
	report, a := u.Report()
	if report == nil {
		t.Control(a, "report")
	}
	o, err := wire.DecodeObject(report.Message, wire.TypeSync.MaxBytes())
	var m wire.Sync
	if err == nil {
		m, err = t.env.realm.decodeSync(o.Payload)
	}
	if err != nil {
		t.Inconclusive("positive control: the report can be read", err.Error())
	}
	return m, report
}

// resign signs a changed report with the peer's own key: a device whose core is
// cracked can.
func (u *Unit) resign(m wire.Sync) []byte {
	return u.signAs(m.Suite, wire.TypeSync, m.Encode()).Encode()
}

// signAs signs a body with the peer's own key of a suite.
func (u *Unit) signAs(number suite.Suite, typ wire.Type, payload []byte) wire.Object {
	for _, k := range u.inside().State().Keys {
		scheme, ok := suite.Lookup(k.Suite)
		if !ok || k.Suite != number {
			continue
		}
		key, err := scheme.NewKey(k.Seed)
		if err != nil {
			u.t.harness("a peer's key: " + err.Error())
		}
		return cert.SignObject(key, typ, payload)
	}
	u.t.harness("a peer has no key of the suite that it signs with")
	return wire.Object{}
}

// entriesOf decodes the log entries of a report.
func entriesOf(t *T, m wire.Sync) []wire.LogEntry {
	var all []wire.LogEntry
	for _, b := range m.Entries {
		e, err := wire.DecodeLogEntry(b)
		if err != nil {
			t.Inconclusive("positive control: a log entry can be read", err.Error())
		}
		all = append(all, e)
	}
	return all
}

// rechain replaces the entries of a report and makes its head that of theirs.
func rechain(m *wire.Sync, entries []wire.LogEntry) {
	m.Entries, m.Head = nil, m.HeadBefore
	for i, e := range entries {
		e.Number = m.First + uint64(i)
		m.Entries = append(m.Entries, e.Encode())
		m.Head = wire.LogNext(m.Head, e.Number, e.Digest())
	}
	m.Last = m.First + uint64(len(entries)) - 1
}

// rejects hands the ledger each forged report, and in the end the right one.
func (t *T) rejects(id spec.ID, message string, codes []spec.Code, forge map[string]func(t *T, m *wire.Sync)) {
	peer, right, report := t.peerReport()
	names := make([]string, 0, len(forge))
	for name := range forge {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		m := right
		m.Entries = slices.Clone(right.Entries)
		forge[name](t, &m)
		forged := peer.resign(m)
		if bytes.Equal(forged, report.Message) {
			t.harness("the forgery " + name + " changed nothing")
		}
		a := t.ledger.do(adapter.Reconcile{Message: forged, Authorised: true})
		t.For(id, message).Expect(a).To(t.Refused(codes...), name)
	}
	a := t.ledger.do(adapter.Reconcile{Message: report.Message, Records: report.Messages, Authorised: true})
	t.For(id, "after forged reports the right one is refused").Expect(a).To(BeDone())
}

func gapFound(t *T) {
	t.rejects(spec.SET02, "a report with a gap was reconciled", []spec.Code{spec.EGap}, map[string]func(*T, *wire.Sync){
		"the first entry is missing": func(t *T, m *wire.Sync) {
			entries := entriesOf(t, *m)
			m.HeadBefore = wire.LogNext(m.HeadBefore, m.First, entries[0].Digest())
			m.First++
			m.Entries = m.Entries[1:]
		},
		"a payment is missing, and the log closed over it": func(t *T, m *wire.Sync) {
			entries := entriesOf(t, *m)
			for i, e := range entries {
				if e.Kind == wire.LogPay {
					entries = slices.Delete(entries, i, i+1)
					m.Totals.Out -= e.Amount
					m.Lots = []wire.Lot{{Hop: 0, Amount: 800}}
					break
				}
			}
			rechain(m, entries)
		},
	})
}

func logRecomputed(t *T) {
	t.rejects(spec.SET03, "a report whose entries do not make its log was reconciled", []spec.Code{spec.ELogHash}, map[string]func(*T, *wire.Sync){
		"an amount is altered": func(t *T, m *wire.Sync) {
			entries := entriesOf(t, *m)
			entries[1].Amount--
			m.Entries[1] = entries[1].Encode()
		},
		"an entry is left out": func(_ *T, m *wire.Sync) { m.Entries = m.Entries[:len(m.Entries)-1] },
		"the totals are others": func(_ *T, m *wire.Sync) {
			m.Totals.In += 50
			m.Lots = []wire.Lot{{Hop: 0, Amount: 750}}
		},
		"another last debit":      func(_ *T, m *wire.Sync) { m.Prev[0] ^= 1 },
		"two entries are swapped": func(_ *T, m *wire.Sync) { m.Entries[1], m.Entries[2] = m.Entries[2], m.Entries[1] },
	})
}

func truncationFound(t *T) {
	const message = "a report of less than was acknowledged was reconciled"
	peer, other := t.Peer(), t.Peer()
	t.Control(peer.Fund(1000), "funding")
	early := t.Control(peer.do(adapter.TakeSnapshot{}), "take a snapshot").Snapshot
	t.MustTransfer(peer, other, 100)
	t.Control(peer.Sync(true), "synchronise")
	t.Control(peer.do(adapter.Restore{Snapshot: early}), "restore the snapshot")
	_, report := peer.report()
	a := t.ledger.do(adapter.Reconcile{Message: report.Message, Records: report.Messages, Authorised: true})
	t.For(spec.SET04, message).Expect(a).To(t.Refused(spec.ERollback, spec.EFork))
	fresh := t.Peer()
	t.Control(fresh.Fund(100), "funding")
	t.For(spec.SET04, "after a truncated report others are refused").Expect(fresh.Sync(true)).To(BeDone())
}

// auditAlarms has a cracked device defund what was never funded.
func auditAlarms(t *T) {
	peer := t.Peer()
	t.Control(peer.Fund(100), "funding")
	t.Control(peer.Defund(100), "defunding what was funded")
	before := t.ledger.Supply()
	t.For(spec.DET02, "an honest device raised an alarm").Expect(before.Alarms).To(gomega.BeEmpty())
	t.book.cracked = true
	if err := peer.inside().Edit(func(s *device.State) { s.Lots[0] += 5000; s.Totals.Funded += 5000 }); err != nil {
		t.harness("minting in a peer: " + err.Error())
	}
	a := peer.Defund(4000)
	after := t.ledger.Supply()
	t.For(spec.DET02, "more was defunded than was ever funded, and nothing was refused or raised").
		Expect(a.Done != nil && len(after.Alarms) == 0).To(gomega.BeFalse())
	t.For(spec.DET02, "the supply is above what was funded").Expect(after.Outstanding).To(gomega.BeNumerically("<=", after.Funded))
}

func cloneFlagged(t *T) {
	peer, other, third := t.Peer(), t.Peer(), t.Peer()
	t.Control(peer.Fund(1000), "funding")
	original := t.Control(peer.do(adapter.TakeSnapshot{}), "take a snapshot").Snapshot
	t.MustTransfer(peer, other, 100)
	t.Control(peer.Sync(true), "the original synchronises")
	t.For(spec.DET03, "an honest device was accused").Expect(t.ledger.Findings()).To(gomega.BeEmpty())
	t.Control(peer.do(adapter.Restore{Snapshot: original}), "make the clone")
	t.MustTransfer(peer, third, 250)
	_, report := peer.report()
	a := t.ledger.do(adapter.Reconcile{Message: report.Message, Records: report.Messages, Authorised: true})
	t.For(spec.DET03, "a clone's history was reconciled beside the original's").Expect(a).To(t.Refused(spec.EFork, spec.ERollback))
	found := false
	for _, f := range t.ledger.Findings() {
		found = found || bytes.Equal(f.Device, peer.ID)
	}
	t.For(spec.DET03, "a device with two histories was not named").Expect(found).To(gomega.BeTrue())
}

func evidenceStands(t *T) {
	payer, payee := t.Peer(), t.Peer()
	t.Control(payer.Fund(1000), "funding")
	t.MustTransfer(payer, payee, 100)
	p := t.Payment(payer, payee, 200).Open()
	t.Control(p.Pay(), "pay")
	t.Control(payee.do(adapter.Cancel{}), "close the request") // so that it is refunded
	p.Accept()
	p.Acknowledge()
	for _, u := range []*Unit{payer, payee, payer, payee} {
		_, report := u.report()
		t.Control(t.ledger.do(adapter.Upload{Records: report.Messages}), "upload the records")
		t.Control(u.Sync(true), "synchronise")
		t.Control(t.ledger.do(adapter.Upload{Records: report.Messages}), "upload the records again")
		t.For(spec.DET04, "an honest device was accused").Expect(t.ledger.Findings()).To(gomega.BeEmpty())
	}
	one, two, kit := t.Device(), t.Device(), t.Kit(KitOptions{})
	for _, u := range []*Unit{one, two} {
		s := kit.Meet(u, 400)
		a, _ := s.Deliver(s.Sign(wire.TypeTransfer, s.Transfer(nil).Encode()).Encode())
		t.Control(a, "each of two transfers with one counter")
		t.book.injected += 400
		t.Control(u.Sync(true), "synchronise")
	}
	findings := t.ledger.Findings()
	t.For(spec.DET04, "a double spend has no evidence").Expect(findings).NotTo(gomega.BeEmpty())
	did := kit.DID()
	for _, f := range findings {
		proven, err := evidence.Verify(f.Evidence, t.env.realm.Root.Cert)
		t.For(spec.DET04, "evidence does not verify with public keys alone").Expect(err).NotTo(gomega.HaveOccurred())
		t.For(spec.DET04, "evidence names another device").Expect(proven.Accused).To(gomega.Equal(did))
	}
}

func fundingHoldsPermitted(t *T) {
	unit := t.Device()
	request := t.Control(unit.do(adapter.FundRequest{Amount: 123}), "ask for funding")
	o, err := wire.DecodeObject(request.Message, wire.TypeFundReq.MaxBytes())
	t.For(spec.PVY04, "a funding request holds more than its grammar permits").Expect(err).NotTo(gomega.HaveOccurred())
	m, err := wire.DecodeFundReq(o.Payload)
	t.For(spec.PVY04, "a funding request holds more than its grammar permits").Expect(err).NotTo(gomega.HaveOccurred())
	t.For(spec.PVY04, "a funding request names another amount").Expect(uint64(m.Amount)).To(gomega.Equal(uint64(123)))
}

func markNeverFalls(t *T) {
	payee, one, two := t.Device(), t.Funded(1000), t.Funded(1000)
	last := uint64(0)
	note := func(when string) {
		state := payee.Query().State
		if state == nil || state.LowWaterMark == nil {
			t.Inconclusive("query tells the low-water mark", "unknown")
		}
		t.For(spec.INV07, "the low-water mark fell").Expect(*state.LowWaterMark).To(gomega.BeNumerically(">=", last), when)
		last = *state.LowWaterMark
	}
	for i := range 30 {
		t.MustTransfer([]*Unit{one, two}[i%2], payee, 1)
		note("after a payment")
	}
	for range 3 {
		t.Control(payee.Sync(true), "synchronise")
		note("after a synchronisation")
	}
	t.For(spec.INV07, "the low-water mark stands still although there is nothing to wait for").Expect(last).To(gomega.BeNumerically(">", 0))
	payee.PowerCycle()
	note("after a power cycle")
	for _, lower := range []uint64{0, last / 2} {
		t.Control(payee.acknowledged(lower), "synchronise with a ledger that was restored")
		note("after an acknowledgement that names a lower mark")
	}
}

// acknowledged synchronises the unit with the harness in the ledger's place,
// which names a low-water mark of its choice: what a ledger restored from a
// backup does.
func (u *Unit) acknowledged(mark uint64) adapter.Answer {
	t := u.t
	realm := t.env.realm
	nonce := t.Kit(KitOptions{}).nonce()
	chal := wire.SyncChal{
		Version: wire.V1, Realm: realm.Place.Realm, Suite: realm.TopSuite, Nonce: nonce,
		Cert: realm.Service.Cert.ID, Device: wire.DID(u.ID), Head: wire.LogStart(wire.DID(u.ID)),
	}
	report := t.Control(u.do(adapter.SyncReport{Message: realm.Service.Sign(wire.TypeSyncChal, chal.Encode())}), "report")
	o, err := wire.DecodeObject(report.Message, wire.TypeSync.MaxBytes())
	var m wire.Sync
	if err == nil {
		m, err = t.env.realm.decodeSync(o.Payload)
	}
	if err != nil {
		t.Inconclusive("positive control: the report can be read", err.Error())
	}
	ack := wire.SyncAck{
		Version: wire.V1, Realm: realm.Place.Realm, Suite: realm.TopSuite, Nonce: nonce, Cert: realm.Service.Cert.ID,
		SyncHash: o.ID(wire.TypeSync), PolicyVersion: 1, RevocationVersion: 1, Epoch: realm.epoch,
		Device: wire.DID(u.ID), Last: m.Last, Head: m.Head, LowWater: mark,
	}
	return u.do(adapter.SyncApply{Message: realm.Service.Sign(wire.TypeSyncAck, ack.Encode())})
}
