package check

import (
	"math"

	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/spec"
)

func limitChecks() []Check {
	query := []adapter.Capability{adapter.CapQuery}
	and := func(more ...adapter.Capability) []adapter.Capability {
		return append([]adapter.Capability{adapter.CapQuery}, more...)
	}
	blind := func(needs ...adapter.Capability) []adapter.Capability { return needs } // no query
	return []Check{
		{ID: "LIM-01.max-tx", Title: "the transaction limit passes, one more does not", Cites: []spec.ID{spec.LIM01}, Needs: query, Verifies: true, Run: transactionLimit},
		{ID: "LIM-02.holding", Title: "the holding limit passes, one more does not", Cites: []spec.ID{spec.LIM02}, Needs: query, Run: holdingLimit},
		{ID: "LIM-02.open-requests", Title: "the holding limit holds against several open requests", Cites: []spec.ID{spec.LIM02}, Needs: query, Steps: true, Run: openRequests},
		{ID: "LIM-03.cumulative", Title: "the cumulative limit holds", Cites: []spec.ID{spec.LIM03}, Needs: query, Verifies: true, Run: cumulativeLimit},
		{ID: "LIM-04.count", Title: "the number of payments between synchronisations is limited", Cites: []spec.ID{spec.LIM04}, Needs: query, Verifies: true, Run: countLimit},
		{ID: "LIM-05.verification", Title: "payments above the free amount or count need user verification", Cites: []spec.ID{spec.LIM05}, Needs: blind(adapter.CapUserVerification), Run: verificationLimit},
		{ID: "LIM-06.receiving", Title: "receiving refills no used limit", Cites: []spec.ID{spec.LIM06}, Verifies: true, Run: receivingRefillsNothing},
		{ID: "LIM-07.survives", Title: "used limits survive power cycles", Cites: []spec.ID{spec.LIM07}, Needs: blind(adapter.CapPowerCycle), Verifies: true, Run: limitsSurvive},
		{ID: "LIM-08.log-full", Title: "a full log refuses and overwrites nothing", Cites: []spec.ID{spec.LIM08}, Needs: and(adapter.CapSynchronise), Run: logFull},
		{ID: "LIM-09.replenish", Title: "a used limit is replenished online and authorised, or not at all", Cites: []spec.ID{spec.LIM09}, Needs: blind(adapter.CapSynchronise), Verifies: true, Run: replenishment},
		{ID: "TIM-01.host-clock", Title: "the host's clock decides nothing", Cites: []spec.ID{spec.TIM01}, Needs: blind(adapter.CapClock), Run: hostClockDecidesNothing},
		{ID: "TIM-03.clock-jumps", Title: "clock jumps reset nothing and disable nothing", Cites: []spec.ID{spec.TIM03}, Needs: and(adapter.CapClock), Run: clockJumps},
	}
}

func transactionLimit(t *T) {
	limit := *t.Profile().MaxTx
	payer, payee := t.Funded(limit+1), t.Device()
	t.For(spec.LIM01, "a payment above the transaction limit was not refused").Expect(t.Transfer(payer, payee, limit+1)).To(t.Refused(spec.EMaxTx, spec.EReceiveLimit))
	t.For(spec.LIM01, "a refused payment changed the balance").Expect(payer.Spendable()).To(gomega.Equal(limit + 1))
	t.PaymentsEnd(payer, payee)
	t.For(spec.LIM01, "a payment of exactly the transaction limit was refused").Expect(t.Transfer(payer, payee, limit)).To(BeDone())
}

func holdingLimit(t *T) {
	limit := *t.Profile().MaxHolding
	payer, payee := t.Funded(50), t.Device()
	t.fill(payee, limit-10)
	t.For(spec.LIM02, "a receipt above the holding limit was not refused").Expect(t.Transfer(payer, payee, 11)).To(t.Refused(spec.EHolding))
	t.PaymentsEnd(payer, payee)
	t.For(spec.LIM02, "a receipt up to exactly the holding limit was refused").Expect(t.Transfer(payer, payee, 10)).To(BeDone())
	t.For(spec.LIM02, "a receipt above the holding limit was not refused").Expect(t.Transfer(payer, payee, 1)).To(t.Refused(spec.EHolding))
	t.For(spec.LIM02, "a receipt passed the holding limit").Expect(payee.AllHeld()).To(gomega.BeNumerically("<=", limit))
}

func openRequests(t *T) {
	limit := *t.Profile().MaxHolding
	payer, payee := t.Funded(50), t.Device()
	t.fill(payee, limit-10)
	p, q := t.Payment(payer, payee, 6).Open(), t.Payment(payer, payee, 6)
	second := adapter.Answer{}
	if q.Start().Done != nil {
		second = q.Request()
	}
	t.Control(p.Pay(), "pay")
	t.Control(p.Accept(), "accept")
	t.Control(p.Acknowledge(), "acknowledge")
	if second.Done != nil && q.Pay().Done != nil {
		q.Accept()
	}
	t.For(spec.LIM02, "several small receipts passed the holding limit").Expect(payee.AllHeld()).To(gomega.BeNumerically("<=", limit))
	t.PaymentsEnd(payer, payee)
	room := limit - payee.AllHeld()
	t.For(spec.LIM02, "a receipt up to exactly the holding limit was refused").Expect(t.Transfer(payer, payee, room)).To(BeDone())
	t.For(spec.LIM02, "a receipt above the holding limit was not refused").Expect(t.Transfer(payer, payee, 1)).To(t.Refused(spec.EHolding))
	t.For(spec.LIM02, "a receipt passed the holding limit").Expect(payee.AllHeld()).To(gomega.BeNumerically("<=", limit))
}

// PaymentsEnd lets what is pending between two units end, where that can be.
func (t *T) PaymentsEnd(payer, payee *Unit) {
	t.Payment(payer, payee, 0).closeAll()
	if t.Has(adapter.CapResend) {
		t.Finish(payer, payee)
	}
}

// spendUpTo pays amount in payments of at most the transaction limit.
func (t *T) spendUpTo(payer, payee *Unit, amount uint64) {
	step := amount
	if limit := t.Profile().MaxTx; limit != nil {
		step = min(step, *limit)
	}
	for amount > 0 {
		part := min(step, amount)
		t.MustTransfer(payer, payee, part)
		amount -= part
	}
}

func cumulativeLimit(t *T) {
	limit := *t.Profile().MaxCumulativeUnsynced
	payer, payee := t.Funded(limit+10), t.Device()
	if !t.unused() {
		t.usedUpBy(spec.LIM03, "a payment above the cumulative limit was not refused", payer, payee, limit, limit/8)
		return
	}
	t.spendUpTo(payer, payee, limit-1)
	t.For(spec.LIM03, "a payment above the cumulative limit was not refused").Expect(t.Transfer(payer, payee, 2)).To(t.Refused(spec.ECumulative))
	t.For(spec.LIM03, "a payment up to exactly the cumulative limit was refused").Expect(t.Transfer(payer, payee, 1)).To(BeDone())
	t.For(spec.LIM03, "a payment above the cumulative limit was not refused").Expect(t.Transfer(payer, payee, 1)).To(t.Refused(spec.ECumulative))
	t.For(spec.LIM03, "a refused payment changed the balance").Expect(payer.Spendable()).To(gomega.Equal(uint64(10)))
}

func countLimit(t *T) {
	limit := *t.Profile().MaxUnsyncedCount
	payer, payee := t.Funded(limit+10), t.Device()
	if !t.unused() {
		t.usedUpBy(spec.LIM04, "one payment more than the count limit was not refused", payer, payee, limit, 1)
		return
	}
	for range limit - 1 {
		t.MustTransfer(payer, payee, 1)
	}
	t.For(spec.LIM04, "the last payment that the count limit allows was refused").Expect(t.Transfer(payer, payee, 1)).To(BeDone())
	t.For(spec.LIM04, "one payment more than the count limit was not refused").Expect(t.Transfer(payer, payee, 1)).To(t.Refused(spec.ECount))
	t.For(spec.LIM04, "a refused payment changed the balance").Expect(payer.Spendable()).To(gomega.Equal(uint64(10)))
}

func verificationLimit(t *T) {
	unverified := func(payer, payee *Unit, amount uint64) adapter.Answer {
		p := t.Payment(payer, payee, amount)
		p.NoSecret = true
		return p.Whole()
	}
	if limit := t.Profile().AuthFreeAmount; limit != nil {
		payer, payee := t.Funded(2*(*limit)+3), t.Device()
		if t.env.pools() { // a verification that nobody used may still count
			t.MustTransfer(payer, payee, 1)
		}
		t.For(spec.LIM05, "a payment above the free amount needed no user verification").Expect(unverified(payer, payee, *limit+1)).To(t.Refused(spec.EUv))
		t.For(spec.LIM05, "a payment of exactly the free amount needed user verification").Expect(unverified(payer, payee, *limit)).To(BeDone())
		t.Control(t.Transfer(payer, payee, *limit+1), "the same payment with user verification")
		t.forget()
	}
	if limit := t.Profile().AuthFreeCount; limit != nil {
		payer, payee := t.Funded(*limit+11), t.Device()
		if t.env.pools() { // a verified payment begins the count again
			t.MustTransfer(payer, payee, 1)
		}
		for range *limit {
			t.Control(unverified(payer, payee, 1), "a payment within the free count")
		}
		t.For(spec.LIM05, "one payment more than the free count needed no user verification").Expect(unverified(payer, payee, 1)).To(t.Refused(spec.EUv))
		t.Control(t.Transfer(payer, payee, 1), "the same payment with user verification")
	}
}

// unused says whether the units that a check takes have used none of their
// limits: new ones, and those that an authorised synchronisation has replenished.
func (t *T) unused() bool {
	return !t.env.pools() || (t.Has(adapter.CapSynchronise) && t.Profile().Replenish == spec.ReplenishOnlineAFA)
}

// spendOut pays in steps until a used limit stops it, and returns what was paid. Nobody
// knows where a used unit stands: no more than the limit may pass.
func (t *T) spendOut(payer, payee *Unit, limit, step uint64) (paid uint64) {
	step = max(step, 1)
	if most := t.Profile().MaxTx; most != nil {
		step = min(step, *most)
	}
	for ; step > 0; step /= 2 {
		for paid <= limit && t.Transfer(payer, payee, step).Done != nil {
			paid += step
		}
		t.PaymentsEnd(payer, payee)
	}
	return paid
}

// usedUpBy judges a limit of units whose use nobody knows: what passes is within
// it, and in the end it stops.
func (t *T) usedUpBy(id spec.ID, message string, payer, payee *Unit, limit, step uint64) {
	t.MustTransfer(payer, payee, 1)
	paid := 1 + t.spendOut(payer, payee, limit, step)
	t.For(id, message).Expect(paid).To(gomega.BeNumerically("<=", limit))
	t.For(id, message).Expect(t.Transfer(payer, payee, 1)).To(t.Refused(usedUp...))
}

// exhaust spends a limit of the profile to its end and returns what is left.
func (t *T) exhaust() (payer, payee *Unit) {
	if limit := t.Profile().MaxCumulativeUnsynced; limit != nil {
		payer, payee = t.Funded(*limit+50), t.Device()
		if t.unused() {
			t.spendUpTo(payer, payee, *limit)
		} else {
			t.spendOut(payer, payee, *limit, *limit/8)
		}
		return payer, payee
	}
	limit := t.Profile().MaxUnsyncedCount
	if limit == nil {
		t.Inconclusive("the profile declares a limit that can be used up", "none declared")
	}
	payer, payee = t.Funded(*limit+50), t.Device()
	if !t.unused() {
		t.spendOut(payer, payee, *limit, 1)
		return payer, payee
	}
	for range *limit {
		t.MustTransfer(payer, payee, 1)
	}
	return payer, payee
}

var usedUp = []spec.Code{spec.ECumulative, spec.ECount}

func receivingRefillsNothing(t *T) {
	payer, payee := t.exhaust()
	t.Control(payee.Fund(60), "funding") // what it received need not be spendable
	for range 2 {
		t.MustTransfer(payee, payer, 30)
		t.For(spec.LIM06, "receiving value refilled a used limit").Expect(t.Transfer(payer, payee, 10)).To(t.Refused(usedUp...))
	}
}

func limitsSurvive(t *T) {
	payer, payee := t.exhaust()
	for range 2 {
		payer.PowerCycle()
		if t.Has(adapter.CapClock) {
			t.Control(payer.do(adapter.SetClock{Unix: math.MaxInt32}), "set the clock")
		}
		t.For(spec.LIM07, "a power cycle or a clock change refilled a used limit").Expect(t.Transfer(payer, payee, 1)).To(t.Refused(usedUp...))
	}
}

func logFull(t *T) {
	capacity := *t.Profile().LogCapacity
	unit, other := t.Device(), t.Device()
	t.Control(other.Fund(10), "funding")
	var last adapter.Answer
	funded := 0
	for funded <= capacity {
		if last = unit.Fund(1); last.Done == nil {
			break
		}
		funded++
	}
	t.For(spec.LIM08, "a device with a full log did not refuse").Expect(last).To(t.Refused(spec.ELogFull))
	t.For(spec.LIM08, "a refused funding changed the balance").Expect(unit.Spendable()).To(gomega.Equal(uint64(funded)))
	if t.env.RP() { // a product of its own may keep places for payments
		t.For(spec.LIM08, "a device with a full log paid").Expect(t.Transfer(unit, other, 1)).To(t.Refused(spec.ELogFull))
	}
	t.For(spec.LIM08, "a device with a full log received").Expect(t.Transfer(other, unit, 1)).To(t.Refused(spec.ELogFull))
	t.For(spec.LIM08, "a full log could not be synchronised: entries are missing").Expect(unit.Sync(true)).To(BeDone())
	t.For(spec.LIM08, "after synchronisation a device with a log that was full does not work").Expect(t.Transfer(other, unit, 1)).To(BeDone())
}

func replenishment(t *T) {
	payer, payee := t.exhaust()
	t.Control(payer.Sync(false), "synchronise without an additional factor")
	t.For(spec.LIM09, "a used limit was replenished without the additional factor").Expect(t.Transfer(payer, payee, 1)).To(t.Refused(usedUp...))
	t.Control(payer.Sync(true), "synchronise with an additional factor")
	t.For(spec.LIM09, "an authorised synchronisation did not replenish the used limit").Expect(t.Transfer(payer, payee, 1)).To(BeDone())
}

var clocks = []int64{0, 1, -1, 946684800, math.MaxInt32, 253402300799, 1767225600}

func hostClockDecidesNothing(t *T) {
	payer, payee := t.Funded(100), t.Device()
	t.MustTransfer(payer, payee, 1)
	for i, unix := range clocks {
		t.Control(payer.do(adapter.SetClock{Unix: unix}), "set the clock")
		t.Control(payee.do(adapter.SetClock{Unix: clocks[len(clocks)-1-i]}), "set the clock")
		t.For(spec.TIM01, "the host's clock decided about a payment").Expect(t.Transfer(payer, payee, 1)).To(BeDone())
	}
}

func clockJumps(t *T) {
	payer, payee := t.Funded(100), t.Device()
	for _, unix := range []int64{253402300799, 0, 1767225600} {
		before := payer.Query()
		t.Control(payer.do(adapter.SetClock{Unix: unix}), "set the clock")
		after := payer.Query()
		if before.State != nil && after.State != nil {
			t.For(spec.TIM03, "a clock jump changed counters").Expect(after.State).To(gomega.Equal(before.State))
		}
		t.For(spec.TIM03, "a clock jump disabled the wallet").Expect(t.Transfer(payer, payee, 1)).To(BeDone())
	}
}
