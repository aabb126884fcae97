package ledger

import (
	"slices"
	"testing"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/evidence"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A cheat is something that a cracked device does, and the kinds of evidence
// that it leaves.
type cheat struct {
	name  string
	kinds []uint64
	cheat func(a, b *unit)
}

func cheatsWithDebits() []cheat {
	return []cheat{
		{"a counter used twice", []uint64{wire.EvidenceCounter}, func(a, b *unit) {
			clone := a.clone()
			upload(a, a.pay(b, 10), clone.pay(b, 20))
		}},
		{"a counter used for a transfer and a defunding", []uint64{wire.EvidenceCounter}, func(a, b *unit) {
			clone := a.clone()
			upload(a, a.pay(b, 10))
			_, err := a.ledger.AcceptDefunding(clone.defund(10, wire.Nonce{1}))
			wantCode(a.t, "defund", err, 0)
		}},
		{"a counter used for two defundings", []uint64{wire.EvidenceCounter}, func(a, _ *unit) {
			clone := a.clone()
			_, err := a.ledger.AcceptDefunding(a.defund(10, wire.Nonce{1}))
			wantCode(a.t, "first", err, 0)
			_, err = a.ledger.AcceptDefunding(clone.defund(20, wire.Nonce{1}))
			wantCode(a.t, "second", err, spec.EDefundReplay)
		}},
		{"a chain broken between neighbours", []uint64{wire.EvidencePrev}, func(a, b *unit) {
			p := a.pay(b, 10)
			a.prev = wire.ID{9}
			upload(a, p, a.pay(b, 20))
		}},
		{"two debits after one", []uint64{wire.EvidencePrev}, func(a, b *unit) {
			p := a.pay(b, 10)
			q := a.pay(b, 20)
			a.prev = p.id
			a.counter = 6
			upload(a, q, a.pay(b, 30))
		}},
	}
}

func cheatsWithStatements() []cheat {
	return []cheat{
		{"one request answered twice", []uint64{wire.EvidenceRequest}, func(a, b *unit) {
			m, request := b.request(10)
			p, q := a.answer(b, m, request), a.answer(b, m, request)
			upload(a, p, q)
		}},
		{"accepted and refused", []uint64{wire.EvidenceReceipt}, func(a, b *unit) {
			p := b.pay(a, 10)
			a.ledger.Upload([][]byte{a.receipt(p, wire.ReceiptAccepted), a.receipt(p, wire.ReceiptRefused)})
		}},
		{"two histories", []uint64{wire.EvidenceFork}, func(a, b *unit) {
			clone := a.clone()
			a.credit(b.pay(a, 10))
			clone.credit(b.pay(a, 20))
			a.sync()
			_, err := a.ledger.Reconcile(clone.report(func(m *wire.Sync) {
				m.HeadBefore = clone.heads[len(clone.heads)-1]
				m.Head = m.HeadBefore
			}), nil, NoFactor)
			wantCode(a.t, "the clone's", err, spec.EFork)
		}},
		{"a debit that the log denies", []uint64{wire.EvidenceCounter, wire.EvidenceAbsent}, func(a, b *unit) {
			clone := a.clone()
			upload(a, clone.pay(b, 10))
			a.sync(a.pay(b, 20).record)
		}},
	}
}

func TestDetectorsFind(t *testing.T) {
	for _, tt := range slices.Concat(cheatsWithDebits(), cheatsWithStatements()) {
		w := newWorld(t)
		a, b := w.unit("a"), w.unit("b")
		a.fund(1000)
		tt.cheat(a, b)
		found := w.ledger.Findings()
		if len(found) != len(tt.kinds) {
			t.Errorf("%s: %d findings, want %d", tt.name, len(found), len(tt.kinds))
			continue
		}
		for i, f := range found {
			got, err := evidence.Verify(f.Evidence, w.authority.Root.Cert)
			if err != nil || f.Kind != tt.kinds[i] || got.Kind != f.Kind || f.Accused != a.did || got.Accused != a.did {
				t.Errorf("%s: finding of kind %d about %x proves %+v, %v; want kind %d about %x",
					tt.name, f.Kind, f.Accused, got, err, tt.kinds[i], a.did)
			}
		}
	}
}

func upload(u *unit, payments ...payment) {
	u.t.Helper()
	for _, p := range payments {
		for _, out := range u.ledger.Upload([][]byte{p.record, p.request}) {
			wantCode(u.t, "upload", out.Err, 0)
		}
	}
}

// A provider that certifies a second key for a device is found out, and the
// device whose name it signed with is not accused.
func TestRogueProviderIsFound(t *testing.T) {
	w := newWorld(t)
	a, b := w.unit("a"), w.unit("b")
	p := a.pay(b, 10)
	rogue := a.clone()
	rogue.counter, rogue.prev = 0, wire.ID{}
	rogue.id.Key = cert.DeriveKey(a.id.Cert.Body.Suite, []byte("rogue"), "key")
	rogue.id.Cert = w.authority.IssueDevice(rogue.id.Key.Public(), cert.DeviceOptions{Subject: a.did})
	upload(a, p, rogue.pay(b, 20))
	found := w.ledger.Findings()
	if len(found) != 1 || found[0].Kind != wire.EvidenceIssuer || found[0].Accused != w.authority.Provider.Cert.Device() {
		t.Errorf("findings %+v, want one of kind 7 about the provider", found)
	}
	alarms := w.ledger.Supply().Alarms
	if len(alarms) != 1 || alarms[0].Device != a.did {
		t.Errorf("alarms %+v, want one about the counter", alarms)
	}
}

// A habit is something that honest devices and hosts do.
type habit struct {
	name string
	do   func(a, b *unit)
}

func honestPayments() []habit {
	return []habit{
		{"the same transfer from both parties", func(a, b *unit) {
			p := a.pay(b, 10)
			b.credit(p)
			upload(a, p, p)
			a.sync(p.record)
			b.sync(p.record)
		}},
		{"a transfer signed again over the same body", func(a, b *unit) {
			p := a.pay(b, 10)
			rec, err := settlement.Parse(p.record)
			if err != nil {
				a.t.Fatal(err)
			}
			rec.Object = a.id.Sign(wire.TypeTransfer, p.body.Encode())
			a.ledger.Upload([][]byte{p.record, settlement.Append(nil, rec)})
		}},
		{"a refund, then another payment", func(a, b *unit) {
			p := a.pay(b, 10)
			a.held += 10
			a.enter(wire.LogRefund, p.id, 10, 0)
			q := a.pay(b, 10)
			a.ledger.Upload([][]byte{b.receipt(p, wire.ReceiptRefused), b.receipt(q, wire.ReceiptAccepted)})
			a.sync(p.record, q.record)
		}},
		{"a receipt sent twice", func(a, b *unit) {
			p := a.pay(b, 10)
			a.ledger.Upload([][]byte{b.receipt(p, wire.ReceiptAccepted), b.receipt(p, wire.ReceiptAccepted)})
		}},
	}
}

func honestReports() []habit {
	return []habit{
		{"a report sent twice, and a later one", func(a, b *unit) {
			sync := a.report()
			for range 2 {
				_, err := a.ledger.Reconcile(sync, nil, NoFactor)
				wantCode(a.t, "sync", err, 0)
			}
			a.pay(b, 10)
			a.sync()
			a.sync()
		}},
		{"payments that arrive with gaps and backwards", func(a, b *unit) {
			p, q, r := a.pay(b, 1), a.pay(b, 2), a.pay(b, 3)
			upload(a, r, p)
			upload(a, q)
		}},
		{"the first debits of two devices", func(a, b *unit) { upload(a, a.pay(b, 1), b.pay(a, 1)) }},
		{"an accomplice answers the victim's request", func(a, b *unit) {
			c := a.unit("c")
			m, request := b.request(10)
			upload(a, a.answer(b, m, request), c.answer(b, m, request))
		}},
		{"a restored device that refuses", func(a, b *unit) {
			backup := a.clone()
			a.pay(b, 10)
			a.sync()
			_, err := a.ledger.Reconcile(backup.report(func(m *wire.Sync) {
				m.First, m.HeadBefore = 1, backup.heads[0]
				m.Entries = [][]byte{backup.log[0].Encode()}
			}), nil, NoFactor)
			wantCode(a.t, "the backup", err, spec.ERollback)
		}},
	}
}

// Nothing that an honest device or host does is evidence against anybody.
func TestHonestDevicesAreNotAccused(t *testing.T) {
	for _, tt := range slices.Concat(honestPayments(), honestReports()) {
		w := newWorld(t)
		a, b := w.unit("a"), w.unit("b")
		a.fund(1000)
		tt.do(a, b)
		if found := w.ledger.Findings(); len(found) != 0 {
			t.Errorf("%s: findings %+v, want none", tt.name, found)
		}
		if alarms := w.ledger.Supply().Alarms; len(alarms) != 0 {
			t.Errorf("%s: alarms %v, want none", tt.name, alarms)
		}
	}
}
