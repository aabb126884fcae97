package check

import (
	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// betweenChecks change a policy, a revocation set or a request between two
// messages of one payment: what held for the first need not hold for the second.
func betweenChecks() []Check {
	policy := []adapter.Capability{adapter.CapQuery, adapter.CapPolicy}
	rp := func(id spec.ID, word, title string, needs []adapter.Capability, run func(*T)) Check {
		return receives(Check{ID: string(id) + "." + word, Title: title, Cites: []spec.ID{id}, RP: true, Needs: needs, Run: run})
	}
	return []Check{
		rp(spec.LIM02, "lowered", "a holding limit that is lowered holds for open requests", policy, holdingLowered),
		rp(spec.PAY07, "receive-limit", "limits on receiving hold, for requests and for transfers", policy, receiveLimits),
		rp(spec.LCM02, "receiving", "nothing is received on a revocation set beyond its age", policy, staleReceiving),
		{ID: "LCM-02.peer-epoch", Title: "a counterparty that knows no recent epoch is refused", Cites: []spec.ID{spec.LCM02}, RP: true, Needs: policy, Run: oldPeers},
		rp(spec.TIM02, "receiving", "nothing is requested after the time offline", policy, durationOfReceiving),
		rp(spec.PAY05, "closed", "a request that was closed is not answered", []adapter.Capability{adapter.CapQuery, adapter.CapCancel}, closedRequest),
		rp(spec.DET01, "payee", "a payee refuses a second transfer with one counter", policy[:1], oneCounterOnePayee),
		forgets(rp(spec.DSP06, "below-mark", "a transfer below the low-water mark is left to the ledger", []adapter.Capability{adapter.CapQuery, adapter.CapSynchronise, adapter.CapLedger}, belowMark), 16),
		{ID: "CRY-08.payer", Title: "a payer with a weaker suite than both are certified for is refused", Cites: []spec.ID{spec.CRY08}, RP: true, Receives: true, Needs: policy[:1], Suites: []int{1, 5}, Run: payerDowngrade},
	}
}

// applied has a unit take a policy with changes, as a control.
func (u *Unit) applied(version uint64, change func(*wire.Policy)) {
	u.t.Control(u.do(adapter.ApplyPolicy{Message: u.t.env.realm.Policy(version, change)}), "apply a policy")
}

// deliver is the right transfer to an open request.
func (s *KitPayer) deliver() adapter.Answer {
	a, _ := s.Pay()
	return a
}

func holdingLowered(t *T) {
	payee, kit := t.Device(), t.Kit(KitOptions{})
	s := kit.Meet(payee, 250)
	payee.applied(2, func(m *wire.Policy) { m.Limits[0].MaxHolding = wire.LimitOf(249) })
	t.For(spec.LIM02, "a receipt passed a holding limit that had been lowered").Expect(s.deliver()).To(t.Refused(spec.EHolding))
	t.For(spec.LIM02, "a receipt passed a holding limit that had been lowered").Expect(payee.Held()).To(gomega.BeZero())
	t.For(spec.LIM02, "a receipt of exactly the lowered limit was refused").Expect(kit.Meet(payee, 249).deliver()).To(BeDone())
}

func receiveLimits(t *T) {
	payee, kit := t.Device(), t.Kit(KitOptions{})
	ask := func(amount adapter.Amount) adapter.Answer {
		return payee.do(adapter.RequestPayment{Amount: amount, Message: kit.Greet(nil).M1})
	}
	open := kit.Meet(payee, 200)
	payee.applied(2, func(m *wire.Policy) {
		m.Limits[0].MaxReceiveTx, m.Limits[0].MaxReceiveCumulative = wire.LimitOf(100), wire.LimitOf(250)
	})
	t.For(spec.PAY07, "a transfer above the receiving limit was accepted").Expect(open.deliver()).To(t.Refused(spec.EReceiveLimit))
	t.For(spec.PAY07, "a payee requested more than it may receive at once").Expect(ask(101)).To(t.Refused(spec.EReceiveLimit))
	for range 2 {
		t.For(spec.PAY07, "a receipt within the receiving limit was refused").Expect(kit.Meet(payee, 100).deliver()).To(BeDone())
	}
	t.For(spec.PAY07, "a payee requested more than it may receive altogether").Expect(ask(51)).To(t.Refused(spec.EReceiveLimit))
	t.For(spec.PAY07, "a receipt of exactly the receiving limit was refused").Expect(kit.Meet(payee, 50).deliver()).To(BeDone())
}

func staleReceiving(t *T) {
	payee, kit := t.Device(), t.Kit(KitOptions{})
	epoch, age := t.env.realm.epoch, t.env.realm.policy.Fresh.MaxAge
	payee.applied(2, func(m *wire.Policy) { m.Epoch = epoch + age })
	paid := kit.Meet(payee, 100).deliver()
	t.For(spec.LCM02, "a payment was refused on a revocation set of exactly its age").Expect(paid).To(BeDone())
	open := kit.Meet(payee, 100)
	payee.applied(3, func(m *wire.Policy) { m.Epoch = epoch + age + 1 })
	t.For(spec.LCM02, "a transfer was accepted on a revocation set beyond its age").Expect(open.deliver()).To(t.Refused(spec.ERevOld))
	a := payee.do(adapter.RequestPayment{Amount: 100, Message: kit.Greet(nil).M1})
	t.For(spec.LCM02, "a payment was requested on a revocation set beyond its age").Expect(a).To(t.Refused(spec.ERevOld))
	t.For(spec.LCM02, "value was received on a revocation set beyond its age").Expect(payee.Held()).To(gomega.Equal(uint64(100)))
	counted := t.Device()
	counted.applied(2, func(m *wire.Policy) { m.Fresh.MaxCount = 2 })
	for range 2 {
		t.For(spec.LCM02, "a payment was refused on a revocation set that may serve it").Expect(kit.Meet(counted, 1).deliver()).To(BeDone())
	}
	a = counted.do(adapter.RequestPayment{Amount: 1, Message: kit.Greet(nil).M1})
	t.For(spec.LCM02, "a revocation set served more payments than the policy allows").Expect(a).To(t.Refused(spec.ERevOld))
}

func oldPeers(t *T) {
	const message = "a counterparty below the least epoch of the policy was accepted"
	kit, epoch := t.Kit(KitOptions{}), t.env.realm.epoch
	unit := t.Funded(1000)
	unit.applied(2, func(m *wire.Policy) { m.MinEpoch = epoch })
	old := kit.Meet(unit, 100)
	a, _ := old.Deliver(old.Sign(wire.TypeTransfer, old.Transfer(func(m *wire.Transfer) { m.Epoch = epoch - 1 }).Encode()).Encode())
	t.For(spec.LCM02, message).Expect(a).To(t.Refused(spec.EPeerOld))
	t.For(spec.LCM02, "a counterparty of exactly the least epoch was refused").Expect(kit.Meet(unit, 100).deliver()).To(BeDone())
	s, m2 := kit.Invite(unit, 100, Invitation{Request: func(m *wire.PayReq) { m.Epoch = epoch - 1 }})
	t.For(spec.LCM02, message).Expect(s.Take(m2)).To(t.Refused(spec.EPeerOld))
	s, m2 = kit.Invite(unit, 100, Invitation{})
	t.For(spec.LCM02, "a counterparty of exactly the least epoch was refused").Expect(s.Take(m2)).To(BeDone())
}

func durationOfReceiving(t *T) {
	limit, epoch := *t.Profile().MaxOfflineEpochs, t.env.realm.epoch
	payee, kit := t.Device(), t.Kit(KitOptions{})
	t.Control(payee.later(2, epoch+limit), "apply a revocation set of the last epoch allowed")
	t.For(spec.TIM02, "a payment in the last epoch allowed was refused").Expect(kit.Meet(payee, 10).deliver()).To(BeDone())
	t.Control(payee.later(3, epoch+limit+1), "apply a revocation set of the next epoch")
	if t.Has(adapter.CapClock) {
		t.Control(payee.do(adapter.SetClock{Unix: 0}), "set the clock back")
	}
	a := payee.do(adapter.RequestPayment{Amount: 10, Message: kit.Greet(nil).M1})
	t.For(spec.TIM02, "a payment was requested after the time offline").Expect(a).To(t.Refused(spec.EOfflineEpochs, spec.EDuration))
}

func closedRequest(t *T) {
	payee, kit := t.Device(), t.Kit(KitOptions{})
	s := kit.Meet(payee, 250)
	o := s.Sign(wire.TypeTransfer, s.Transfer(nil).Encode())
	t.Control(payee.do(adapter.Cancel{Session: s.Session}), "close the request")
	later := kit.Meet(payee, 10)
	a, _ := later.Deliver(o.Encode())
	t.For(spec.PAY05, "a transfer for a request that was closed was accepted").Expect(a).To(t.Refused(spec.EReqClosed))
	t.For(spec.PAY05, "a transfer for a request that was closed was credited").Expect(payee.Held()).To(gomega.BeZero())
	t.For(spec.PAY05, "after a closed request the next one cannot be answered").Expect(kit.Meet(payee, 250).deliver()).To(BeDone())
}

func oneCounterOnePayee(t *T) {
	payee, kit := t.Device(), t.Kit(KitOptions{})
	first := kit.Meet(payee, 100)
	o := first.Sign(wire.TypeTransfer, first.Transfer(nil).Encode())
	a, _ := first.Deliver(o.Encode())
	t.Control(a, "the first transfer with a counter")
	t.book.injected += 100
	t.For(spec.DET01, "a payee accepted two transfers with one counter").Expect(kit.Meet(payee, 100).deliver()).To(t.Refused(spec.EDouble))
	kit.Counter, kit.Prev = 1, o.ID(wire.TypeTransfer)
	t.For(spec.DET01, "a payee refused a transfer with the next counter").Expect(kit.Meet(payee, 100).deliver()).To(BeDone())
}

// belowMark repeats a transfer that the payee has been told to forget.
func belowMark(t *T) {
	payee, kit := t.Device(), t.Kit(KitOptions{})
	old := kit.Meet(payee, 250)
	o := old.Sign(wire.TypeTransfer, old.Transfer(nil).Encode())
	a, _ := old.Deliver(o.Encode())
	t.Control(a, "a transfer")
	old.Accepted(o)
	for range 20 {
		t.Control(kit.Meet(payee, 1).deliver(), "a later payment")
	}
	for range 2 {
		t.Control(payee.Sync(true), "synchronise")
	}
	state, held := payee.Query().State, payee.Held()
	if state == nil || state.LowWaterMark == nil || *state.LowWaterMark < old.Request.Request {
		t.Inconclusive("positive control: the low-water mark has passed the transfer", "it has not")
	}
	again := kit.Meet(payee, 250)
	a, _ = again.Deliver(o.Encode())
	if a.Done == nil {
		t.For(spec.DSP06, "a transfer below the low-water mark was judged by a device that has forgotten it").Expect(a).To(t.Refused(spec.EReqOld))
	}
	again = kit.Meet(payee, 250)
	another := old.Transfer(func(m *wire.Transfer) { m.Counter, m.Prev = kit.Counter+1, kit.Prev })
	a, _ = again.Deliver(again.Sign(wire.TypeTransfer, another.Encode()).Encode())
	t.For(spec.DSP06, "a transfer below the low-water mark was judged by a device that has forgotten it").Expect(a).To(t.Refused(spec.EReqOld))
	t.For(spec.DSP06, "a transfer below the low-water mark was credited again").Expect(payee.Held()).To(gomega.Equal(held))
}

func payerDowngrade(t *T) {
	both := []suite.Suite{suite.Ed25519, suite.Ed25519MLDSA44}
	payee := t.DeviceWith(DeviceOptions{Suites: []int{1, 5}})
	for _, certified := range [][]suite.Suite{both[:1], both, both[:1]} {
		o := KitOptions{Suite: suite.Ed25519}
		o.Certify.Suites = certified
		s := t.Kit(o).Greet(func(h *wire.Hello) { h.Suites = both[:1] })
		s.Payee = payee
		armed := t.Control(payee.do(adapter.RequestPayment{Amount: 50, Message: s.M1}), "request")
		s.Session, s.M2 = armed.Session, armed.Message
		if err := s.open(armed.Message); err != nil {
			t.Inconclusive("positive control: the payee's M2 can be read", err.Error())
		}
		a := s.deliver()
		if len(certified) == 1 {
			t.For(spec.CRY08, "a payer that is certified for the chosen suite alone was refused").Expect(a).To(BeDone())
			continue
		}
		t.For(spec.CRY08, "a payer with a weaker suite than both are certified for was accepted").Expect(a).To(t.Refused(spec.EDowngrade))
		payee.do(adapter.Cancel{})
	}
}
