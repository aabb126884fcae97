package device

import (
	"testing"

	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// report is the body of the SYNC that answers a challenge.
func (c *card) report() (wire.Sync, wire.ID, Report) {
	c.r.t.Helper()
	rep, err := c.SyncReport(c.r.challenge(c, c.state.Acked))
	c.r.must(err)
	o, err := wire.DecodeObject(rep.Sync, 65000)
	c.r.must(err)
	m, err := wire.DecodeSync(o.Payload)
	c.r.must(err)
	return m, o.ID(wire.TypeSync), rep
}

// ack is the SYNC_ACK of a report, as edited.
func (c *card) ack(m wire.Sync, id wire.ID, edit func(*wire.SyncAck)) []byte {
	a := wire.SyncAck{Version: 1, Realm: m.Realm, Suite: c.r.auth.TopSuite, Nonce: m.Nonce,
		Cert: c.r.auth.Service.Cert.ID, SyncHash: id, PolicyVersion: 1, Epoch: c.r.epoch, Device: c.DID(),
		Last: m.Last, Head: m.Head, LowWater: wire.NoLimit}
	if edit != nil {
		edit(&a)
	}
	return c.r.auth.Service.Sign(wire.TypeSyncAck, a.Encode())
}

func (c *card) synchronise(grant uint64) {
	c.r.t.Helper()
	m, id, _ := c.report()
	c.r.must(c.SyncApply(c.ack(m, id, func(a *wire.SyncAck) { a.Grant = grant })))
}

func TestSyncIsABalancedAccount(t *testing.T) {
	r := newRealm(t)
	payer, payee := r.card(1), r.card(2)
	payer.fund(1000)
	payer.pay(payee, 300)
	payee.pay(payer, 100)
	m1, _ := payer.Start(0, 0)
	m2, _ := payee.Request(0, m1, Demand{Amount: 50})
	_, err := payer.Pay(0, m2, uv()) // pending
	r.must(err)
	m, _, rep := payer.report()
	var lots money.Amount
	for _, l := range m.Lots {
		lots += l.Amount
	}
	t1 := m.Totals
	if lots != t1.Funded+t1.In+t1.Refunded-t1.Out-t1.Defunded || lots != 750 {
		t.Errorf("lots %d, totals %+v", lots, t1)
	}
	head := m.HeadBefore
	for i, b := range m.Entries {
		e, err := wire.DecodeLogEntry(b)
		r.must(err)
		if e.Number != m.First+uint64(i) {
			t.Errorf("entry %d has number %d", i, e.Number)
		}
		head = wire.LogNext(head, e.Number, e.Digest())
	}
	if head != m.Head || len(m.Pending) != 1 || len(rep.Records) != 3 {
		t.Errorf("head %v, %d pending, %d records", head == m.Head, len(m.Pending), len(rep.Records))
	}
	for _, b := range rep.Records {
		if _, err := settlement.Parse(b); err != nil {
			t.Error(err)
		}
	}
}

func TestLogIsErasedByItsOwnAcknowledgementOnly(t *testing.T) {
	r := newRealm(t)
	c := r.card(1)
	c.fund(1000)
	m, id, _ := c.report()
	for name, bad := range map[string]func(*wire.SyncAck){
		"device": func(a *wire.SyncAck) { a.Device[0] ^= 1 },
		"nonce":  func(a *wire.SyncAck) { a.Nonce[0] ^= 1 },
		"report": func(a *wire.SyncAck) { a.SyncHash[0] ^= 1 },
		"head":   func(a *wire.SyncAck) { a.Head[0] ^= 1 },
		"last":   func(a *wire.SyncAck) { a.Last++ },
	} {
		if err := c.SyncApply(c.ack(m, id, bad)); r.code(err) != spec.EAckMismatch {
			t.Errorf("another %s: %v; want 403", name, err)
		}
	}
	unsigned := c.ack(m, id, nil)
	unsigned[len(unsigned)-1] ^= 1
	if err := c.SyncApply(unsigned); r.code(err) != spec.ESig {
		t.Errorf("unsigned: %v; want 130", err)
	}
	if len(c.state.Log) != 1 {
		t.Fatalf("log has %d entries; want 1", len(c.state.Log))
	}
	good := c.ack(m, id, nil)
	r.must(c.SyncApply(good))
	r.must(c.SyncApply(good))
	if len(c.state.Log) != 0 || c.state.Acked != 1 {
		t.Errorf("log has %d entries, %d acknowledged", len(c.state.Log), c.state.Acked)
	}
}

func TestGrantSubtractsWhatItsReportSaid(t *testing.T) {
	r := newRealm(t)
	r.policy.Limits[0].MaxCumulative = wire.LimitOf(300)
	payer, payee := r.card(1), r.card(2)
	payer.fund(1000)
	payer.pay(payee, 100)
	m, id, _ := payer.report()
	payer.pay(payee, 200) // after the report: the grant does not cover it
	r.must(payer.SyncApply(payer.ack(m, id, func(a *wire.SyncAck) { a.Grant = 1 })))
	if payer.state.Used.Amount != 200 {
		t.Errorf("used %d; want 200", payer.state.Used.Amount)
	}
	if got := r.try(payer, payee, 101, uv()); got != spec.ECumulative {
		t.Errorf("got %d; want 202", got)
	}
	payer.synchronise(0)
	if payer.state.Used.Amount != 200 {
		t.Errorf("without a grant used is %d; want 200", payer.state.Used.Amount)
	}
	payee.pay(payer, 100)
	if payer.state.Used.Amount != 200 {
		t.Error("receiving refilled")
	}
}

func TestRefundAfterAGrantIsNotGivenTwice(t *testing.T) {
	r := newRealm(t)
	payer, payee := r.card(1), r.card(2)
	payer.fund(1000)
	m1, _ := payer.Start(0, 0)
	m2, _ := payee.Request(0, m1, Demand{Amount: 200})
	_, err := payer.Pay(0, m2, uv())
	r.must(err)
	payer.synchronise(1)
	payer.pay(payee, 50)
	r.must(payee.Cancel(0))
	payer.finish(payee)
	if payer.state.Used.Amount != 50 || payer.balance() != 950 {
		t.Errorf("used %d, balance %d; want 50 and 950", payer.state.Used.Amount, payer.balance())
	}
	if payer.state.Totals.Refunded != 200 || payer.state.Used.Count != 1 {
		t.Errorf("totals %+v, count %d", payer.state.Totals, payer.state.Used.Count)
	}
}

// shortRetention lets the low-water mark move within a test.
func shortRetention(_ *Parts, c *Config) { c.Retention, c.Requests = 2, 2 }

func TestLowWaterNeverFalls(t *testing.T) {
	r := newRealm(t)
	payer, payee := r.card(1), r.card(2, shortRetention)
	payer.fund(1000)
	first := payer.pay(payee, 10)
	_ = first
	record := payee.parts.Host.Record(payee.state.Ring[0].Transfer)
	for range 5 {
		payer.pay(payee, 10)
	}
	payee.synchronise(0)
	if payee.state.LowWater != 4 || len(payee.state.Ring) != 2 {
		t.Fatalf("low-water %d, ring %d; want 4 and 2", payee.state.LowWater, len(payee.state.Ring))
	}
	m, id, _ := payee.report()
	r.must(payee.SyncApply(payee.ack(m, id, func(a *wire.SyncAck) { a.LowWater = 0 })))
	if payee.state.LowWater != 4 {
		t.Errorf("low-water fell to %d", payee.state.LowWater)
	}
	rec, err := settlement.Parse(record)
	r.must(err)
	if _, err := payee.Deliver(rec.Object, rec.Certificates); err != nil {
		t.Errorf("below the mark with its stub: %v; want the receipt", err)
	}
	payee.parts.Host = NewHost()
	payee.power()
	if _, err := payee.Deliver(rec.Object, rec.Certificates); r.code(err) != spec.EReqOld {
		t.Errorf("below the mark without its stub: %v; want 163", err)
	}
	if payee.balance() != 60 {
		t.Errorf("balance %d; want 60", payee.balance())
	}
}

func TestClosedBelowTheMarkIsRefundedByItsStub(t *testing.T) {
	r := newRealm(t)
	payer, payee := r.card(1), r.card(2, shortRetention)
	payer.fund(1000)
	m1, _ := payer.Start(0, 0)
	m2, _ := payee.Request(0, m1, Demand{Amount: 200})
	_, err := payer.Pay(0, m2, uv())
	r.must(err)
	r.must(payee.Cancel(0))
	for range 5 {
		payer.pay(payee, 10)
	}
	payee.synchronise(0)
	payer.finish(payee)
	if payer.balance() != 950 || payee.balance() != 50 {
		t.Errorf("balances %d and %d; want 950 and 50", payer.balance(), payee.balance())
	}
}

func TestHopsAreClearedForWhatWasReported(t *testing.T) {
	r := newRealm(t)
	payer, payee := r.card(1), r.card(2)
	payer.fund(1000)
	payer.pay(payee, 100)
	m, id, _ := payee.report()
	payer.pay(payee, 30)
	r.must(payee.SyncApply(payee.ack(m, id, func(a *wire.SyncAck) { a.ClearHops = 1 })))
	if payee.state.Lots[0] != 100 || payee.state.Lots[1] != 30 {
		t.Errorf("lots %v", payee.state.Lots)
	}
}

func TestResolve(t *testing.T) {
	r := newRealm(t)
	payer, payee, third := r.card(1), r.card(2), r.card(3)
	payer.fund(1000)
	pending := func() *Slot {
		m1, _ := payer.Start(0, 0)
		m2, err := payee.Request(0, m1, Demand{Amount: 200})
		r.must(err)
		_, err = payer.Pay(0, m2, uv())
		r.must(err)
		return payer.state.findPending(payer.state.Prev)
	}
	resolve := func(slot *Slot, edit func(*wire.Resolve)) []byte {
		m := wire.Resolve{Version: 1, Realm: r.auth.Place.Realm, Suite: r.auth.TopSuite,
			Cert: r.auth.Service.Cert.ID, TransferHash: slot.ID, Epoch: r.epoch, Status: wire.ResolveRetire,
			Device: payer.DID()}
		edit(&m)
		return r.auth.Service.Sign(wire.TypeResolve, m.Encode())
	}
	slot := pending()
	_, err := payer.Resolve(resolve(slot, func(m *wire.Resolve) {
		m.Status, m.Payee = wire.ResolveRefund, third.DID()
	}), nil, nil)
	if r.code(err) != spec.EMismatch {
		t.Errorf("refund for another payee: %v; want 117", err)
	}
	toPayee := resolve(slot, func(m *wire.Resolve) { m.Status, m.Payee = wire.ResolveRefund, payee.DID() })
	for range 2 { // the second changes nothing
		_, err = payer.Resolve(toPayee, nil, nil)
		r.must(err)
		if payer.balance() != 1000 {
			t.Fatalf("balance %d; want 1000", payer.balance())
		}
	}
	slot = pending()
	_, err = payer.Resolve(resolve(slot, func(*wire.Resolve) {}), nil, nil)
	r.must(err)
	if payer.balance() != 800 || len(payer.state.pendingIDs()) != 0 {
		t.Errorf("balance %d after retiring", payer.balance())
	}
}
