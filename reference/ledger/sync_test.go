package ledger

import (
	"bytes"
	"testing"

	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// history makes a, with two acknowledged entries and two new ones, and b.
func history(t *testing.T) (a, b *unit) {
	w := newWorld(t)
	a, b = w.unit("a"), w.unit("b")
	a.fund(1000)
	a.pay(b, 100)
	a.sync()
	a.pay(b, 50)
	a.fund(200)
	return a, b
}

func TestSyncAcknowledges(t *testing.T) {
	a, _ := history(t)
	_, ack := a.sync()
	if ack.Last != 4 || ack.Head != a.heads[4] || ack.Device != a.did || ack.Grant != 1 || ack.LowWater != wire.NoLimit {
		t.Errorf("ack %+v", ack)
	}
	if s := a.ledger.Supply(); len(s.Alarms) != 0 {
		t.Errorf("alarms %v, want none", s.Alarms)
	}
}

func TestGrantNeedsFactor(t *testing.T) {
	a, _ := history(t)
	for _, factor := range []Factor{NoFactor, SecondFactor, Identification} {
		r, err := a.ledger.Reconcile(a.report(), nil, factor)
		wantCode(t, "sync", err, 0)
		ack, err := wire.DecodeSyncAck(a.open(r.Ack, wire.TypeSyncAck).Payload)
		if err != nil || ack.Grant != uint64(factor) {
			t.Errorf("factor %d: grant %d, %v", factor, ack.Grant, err)
		}
	}
}

func TestSyncRefuses(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit func(a *unit, m *wire.Sync)
		code spec.Code
	}{
		{"another nonce", func(_ *unit, m *wire.Sync) { m.Nonce[0] ^= 1 }, spec.EState},
		{"range after a gap", func(a *unit, m *wire.Sync) {
			m.First, m.HeadBefore, m.Entries = 4, a.heads[3], m.Entries[1:]
		}, spec.EGap},
		{"an entry altered", func(a *unit, m *wire.Sync) {
			e := a.log[3]
			e.Amount++
			m.Entries[1] = e.Encode()
		}, spec.ELogHash},
		{"an entry missing", func(_ *unit, m *wire.Sync) { m.Entries = m.Entries[:1] }, spec.ELogHash},
		{"an entry that is none", func(_ *unit, m *wire.Sync) { m.Entries[1] = []byte{0} }, spec.ELogHash},
		{"the newest entry dropped", func(a *unit, m *wire.Sync) {
			m.Last, m.Head, m.Entries = 3, a.heads[3], m.Entries[:1]
		}, spec.ELogHash},
		{"the newest debit dropped", func(a *unit, m *wire.Sync) {
			m.Last, m.Head, m.Entries = 2, a.heads[2], nil
		}, spec.EGap},
		{"back before what is acknowledged", func(a *unit, m *wire.Sync) {
			m.First, m.HeadBefore, m.Last, m.Head, m.Entries = 1, a.heads[0], 1, a.heads[1], [][]byte{a.log[0].Encode()}
		}, spec.ERollback},
		{"another history", func(_ *unit, m *wire.Sync) {
			m.HeadBefore = wire.ID{1}
			m.Head = m.HeadBefore
			m.Last, m.Entries = m.First-1, nil
		}, spec.EFork},
		{"a lower counter", func(_ *unit, m *wire.Sync) { m.Counter = 1 }, spec.EGap},
		{"a total that falls", func(_ *unit, m *wire.Sync) { m.Totals.Out = 0 }, spec.ERollback},
		{"a total that the entries do not make", func(_ *unit, m *wire.Sync) { m.Totals.In++ }, spec.ELogHash},
		{"another last debit", func(_ *unit, m *wire.Sync) { m.Prev[0] ^= 1 }, spec.ELogHash},
		{"nothing", func(*unit, *wire.Sync) {}, 0},
	} {
		a, _ := history(t)
		before := a.ledger.State()
		_, err := a.ledger.Reconcile(a.report(func(m *wire.Sync) { tt.edit(a, m) }), nil, NoFactor)
		wantCode(t, tt.name, err, tt.code)
		if tt.code != 0 && !bytes.Equal(a.ledger.State(), before) && tt.code != spec.EFork {
			t.Errorf("%s: the refusal changed the state", tt.name)
		}
		_, err = a.ledger.Reconcile(a.report(), nil, NoFactor)
		wantCode(t, "the right one after: "+tt.name, err, 0)
	}
}

// A device that never got its SYNC_ACK asks again; another challenge, the same
// range and new entries with it.
func TestLostAckIsAnsweredAgain(t *testing.T) {
	a, b := history(t)
	sync := a.report()
	first, err := a.ledger.Reconcile(sync, nil, SecondFactor)
	wantCode(t, "first", err, 0)
	again, err := a.ledger.Reconcile(sync, nil, NoFactor)
	wantCode(t, "the same bytes", err, 0)
	if !bytes.Equal(first.Ack, again.Ack) {
		t.Error("the same SYNC got two answers")
	}
	a.pay(b, 10)
	overlapping := a.report(func(m *wire.Sync) {
		m.First, m.HeadBefore = 3, a.heads[2]
		m.Entries = [][]byte{a.log[2].Encode(), a.log[3].Encode(), a.log[4].Encode()}
	})
	r, err := a.ledger.Reconcile(overlapping, nil, NoFactor)
	wantCode(t, "overlapping range", err, 0)
	ack, err := wire.DecodeSyncAck(a.open(r.Ack, wire.TypeSyncAck).Payload)
	if err != nil || ack.Last != 5 {
		t.Errorf("ack %+v, %v, want up to entry 5", ack, err)
	}
}

func TestTotalsModeShowsFundingOnly(t *testing.T) {
	a, _ := history(t)
	totals := func(entries ...[]byte) func(*wire.Sync) {
		return func(m *wire.Sync) { m.Mode, m.Entries = wire.SyncTotals, entries }
	}
	_, err := a.ledger.Reconcile(a.report(totals(a.log[2].Encode())), nil, NoFactor)
	wantCode(t, "with a payment", err, spec.ELogHash)
	_, err = a.ledger.Reconcile(a.report(totals(a.log[3].Encode())), nil, NoFactor)
	wantCode(t, "with the funding", err, 0)
}

// Value from nowhere is an alarm, not a refusal: no signature proves it.
func TestAlarmsRing(t *testing.T) {
	for _, tt := range []struct {
		name string
		do   func(a, b *unit)
	}{
		{"lots above the totals", func(a, _ *unit) { a.held++ }},
		{"funded more than issued", func(a, _ *unit) {
			a.held += 10
			a.enter(wire.LogFund, wire.ID{1}, 10, 9)
		}},
		{"a receipt larger than its transfer", func(a, b *unit) {
			p := b.pay(a, 10)
			a.ledger.Upload([][]byte{p.record})
			p.body.Amount = 20
			a.credit(p)
		}},
	} {
		a, b := history(t)
		tt.do(a, b)
		_, ack := a.sync()
		s := a.ledger.Supply()
		if len(s.Alarms) != 1 || s.Alarms[0].Device != a.did {
			t.Errorf("%s: alarms %v, want one about the device", tt.name, s.Alarms)
		}
		if ack.Grant != 0 {
			t.Errorf("%s: grant %d, want none", tt.name, ack.Grant)
		}
		if f := a.ledger.Findings(); len(f) != 0 {
			t.Errorf("%s: findings %v, want none", tt.name, f)
		}
	}
}

func TestHopsClearWhenReceiptsAreKnown(t *testing.T) {
	w := newWorld(t)
	a, b := w.unit("a"), w.unit("b")
	a.fund(500)
	p := a.pay(b, 100)
	b.credit(p)
	if _, ack := b.sync(); ack.ClearHops != 0 {
		t.Error("hops cleared for a receipt that the ledger cannot see")
	}
	p = a.pay(b, money.Amount(50))
	b.credit(p)
	if _, ack := b.sync(p.record); ack.ClearHops != 1 {
		t.Error("hops not cleared")
	}
}

// Without an open challenge there is no nonce to answer, not even the zero one.
func TestSyncNeedsAChallenge(t *testing.T) {
	a, _ := history(t)
	a.sync()
	_, err := a.ledger.Reconcile(a.report(func(m *wire.Sync) { m.Nonce = wire.Nonce{} }), nil, SecondFactor)
	wantCode(t, "a zero nonce under an open challenge", err, spec.EState)
	w := newWorld(t)
	b := w.unit("b")
	b.fund(100)
	_, err = w.ledger.Reconcile(b.report(func(m *wire.Sync) { m.Nonce = wire.Nonce{} }), nil, SecondFactor)
	wantCode(t, "a zero nonce", err, spec.EState)
}

func TestBlockedDeviceLearnsOfIt(t *testing.T) {
	a, b := history(t)
	if a.ledger.Revocations() != nil {
		t.Error("a revocation set before anything was blocked")
	}
	a.ledger.Block(a.did)
	a.ledger.Block(a.did)
	r, ack := a.sync()
	if ack.Grant != 0 || ack.RevocationVersion != 1 {
		t.Errorf("ack %+v, want no grant and revocation version 1", ack)
	}
	for _, u := range []*unit{a, b} {
		r, _ = u.sync()
		m, err := wire.DecodeRevset(u.open(r.Revocations, wire.TypeRevset).Payload)
		if err != nil || len(m.Devices) != 1 || m.Devices[0] != wire.ShortID(a.did) {
			t.Errorf("revocations %+v, %v", m, err)
		}
	}
	_, err := a.ledger.AcceptDefunding(a.defund(1, wire.Nonce{1}))
	wantCode(t, "defunding", err, spec.EBlocked)
}
