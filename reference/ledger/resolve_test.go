package ledger

import (
	"testing"

	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// pendingAt makes a payment that the payer has reported as pending.
func pendingAt(t *testing.T) (a, b *unit, p payment) {
	w := newWorld(t)
	a, b = w.unit("a"), w.unit("b")
	a.fund(1000)
	p = a.pay(b, 100)
	a.pending = []wire.ID{p.id}
	if r, _ := a.sync(p.record); len(r.Resolutions) != 0 {
		t.Errorf("%d resolutions without a ground", len(r.Resolutions))
	}
	return a, b, p
}

func TestPendingTransferWaitsForPayee(t *testing.T) {
	a, b, p := pendingAt(t)
	r, ack := b.sync()
	if len(r.Mail) != 1 || ack.LowWater != p.body.Request-1 {
		t.Fatalf("%d records of mail, low water %d; want 1, %d", len(r.Mail), ack.LowWater, p.body.Request-1)
	}
	rec, err := settlement.Parse(r.Mail[0])
	if err != nil || rec.Opening == nil || rec.Opening.Payee != b.did || len(rec.Certificates) != 2 {
		t.Errorf("mail %+v, %v", rec, err)
	}
	b.credit(p)
	if r, ack = b.sync(); len(r.Mail) != 0 || ack.LowWater != wire.NoLimit {
		t.Errorf("after the credit: %d records of mail, low water %d", len(r.Mail), ack.LowWater)
	}
	a.wantResolution(p, wire.ResolveRetire, func(m wire.Resolve) bool { return true })
}

// wantResolution synchronises the payer and checks the one resolution.
func (u *unit) wantResolution(p payment, status uint64, holds func(wire.Resolve) bool) {
	u.t.Helper()
	r, _ := u.sync()
	if len(r.Resolutions) != 1 {
		u.t.Fatalf("%d resolutions, want 1", len(r.Resolutions))
	}
	m, err := wire.DecodeResolve(u.open(r.Resolutions[0].Resolve, wire.TypeResolve).Payload)
	if err != nil || m.TransferHash != p.id || m.Device != u.did || m.Status != status || !holds(m) {
		u.t.Errorf("resolution %+v, %v", m, err)
	}
}

// A ground is what the ledger learns about a pending transfer, and the status
// of the RESOLVE that follows, 0 for none.
type ground struct {
	name   string
	status uint64
	do     func(a, b *unit, p payment)
}

func grounds() []ground {
	const refund = wire.ResolveRefund
	return []ground{
		{"no ground", 0, func(*unit, *unit, payment) {}},
		{"accepted", wire.ResolveRetire, func(a, b *unit, p payment) {
			a.ledger.Upload([][]byte{b.receipt(p, wire.ReceiptAccepted)})
		}},
		{"refused by the payee", refund, func(a, b *unit, p payment) {
			a.ledger.Upload([][]byte{b.receipt(p, wire.ReceiptRefused)})
		}},
		{"refused by a third device", 0, func(a, _ *unit, p payment) {
			a.ledger.Upload([][]byte{a.unit("c").receipt(p, wire.ReceiptRefused)})
		}},
		{"the payee is decommissioned", refund, func(a, b *unit, _ payment) {
			_, err := a.ledger.Reconcile(b.report(func(m *wire.Sync) { m.Flags = wire.SyncFinal }), nil, NoFactor)
			wantCode(a.t, "final sync", err, 0)
		}},
		{"decommissioned, after crediting", wire.ResolveRetire, func(a, b *unit, p payment) {
			b.credit(p)
			_, err := a.ledger.Reconcile(b.report(func(m *wire.Sync) { m.Flags = wire.SyncFinal }), nil, NoFactor)
			wantCode(a.t, "final sync", err, 0)
		}},
		{"decommissioned, but the log was never shown", 0, func(a, b *unit, p payment) {
			b.credit(p)
			_, err := a.ledger.Reconcile(b.report(func(m *wire.Sync) {
				m.Flags, m.Mode, m.Entries = wire.SyncFinal, wire.SyncTotals, nil
			}), nil, NoFactor)
			wantCode(a.t, "final sync", err, 0)
		}},
		{"the request is too old to be credited", refund, func(_, b *unit, _ payment) {
			b.fund(1)
			b.requests = 17
			b.sync()
		}},
		{"the request is not quite too old", 0, func(_, b *unit, _ payment) {
			b.fund(1)
			b.requests = 16
			b.sync()
		}},
	}
}

func TestResolveGrounds(t *testing.T) {
	for _, tt := range grounds() {
		a, b, p := pendingAt(t)
		tt.do(a, b, p)
		res, err := a.ledger.Resolve(p.id)
		if tt.status == 0 {
			wantCode(t, tt.name, err, spec.EReqUnknown)
			continue
		}
		wantCode(t, tt.name, err, 0)
		m, err := wire.DecodeResolve(a.open(res.Resolve, wire.TypeResolve).Payload)
		if err != nil || m.Status != tt.status {
			t.Errorf("%s: %+v, %v, want status %d", tt.name, m, err, tt.status)
		}
		if (m.Refused != wire.ID{}) != (res.Refused != nil) {
			t.Errorf("%s: the resolution names %x, and %d bytes come with it", tt.name, m.Refused, len(res.Refused))
		}
	}
}

// A resolution is final: what arrives later does not turn it round.
func TestResolutionStays(t *testing.T) {
	a, b, p := pendingAt(t)
	a.ledger.Upload([][]byte{b.receipt(p, wire.ReceiptRefused)})
	first, err := a.ledger.Resolve(p.id)
	wantCode(t, "first", err, 0)
	a.ledger.Upload([][]byte{b.receipt(p, wire.ReceiptAccepted)})
	again, err := a.ledger.Resolve(p.id)
	wantCode(t, "again", err, 0)
	if string(first.Resolve) != string(again.Resolve) {
		t.Error("two resolutions of one transfer differ")
	}
}
