package check

import (
	"bytes"

	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/spec"
)

func atomicityChecks() []Check {
	resend := []adapter.Capability{adapter.CapQuery, adapter.CapResend}
	and := func(more ...adapter.Capability) []adapter.Capability {
		return append([]adapter.Capability{adapter.CapQuery, adapter.CapResend}, more...)
	}
	return []Check{
		{ID: "ATO-01.link", Title: "the link is cut, repeated and delayed at every message", Cites: []spec.ID{spec.ATO01}, Needs: resend, Steps: true, Run: linkFaults},
		{ID: "ATO-02.power", Title: "power is cut at every persistent write", Cites: []spec.ID{spec.ATO02}, Needs: and(adapter.CapCutWrite), Steps: true, Run: powerCuts},
		{ID: "ATO-03.debit-first", Title: "power is lost right after the transfer has left", Cites: []spec.ID{spec.ATO03}, Needs: []adapter.Capability{adapter.CapQuery, adapter.CapPowerCycle}, Steps: true, Run: debitIsDurable},
		{ID: "ATO-05.once", Title: "retries and resets credit once", Cites: []spec.ID{spec.ATO05}, Needs: and(adapter.CapPowerCycle), Steps: true, Run: creditsOnce},
		{ID: "ATO-06.lost-receipt", Title: "a lost receipt converges without a manual step", Cites: []spec.ID{spec.ATO06}, Needs: resend, Steps: true, Run: lostReceipt},
		{ID: "ATO-07.pending", Title: "what is unfinished is kept and reported", Cites: []spec.ID{spec.ATO07}, Needs: and(adapter.CapPowerCycle), Steps: true, Run: pendingIsReported},
		{ID: "ATO-08.rollback", Title: "a restored device is stopped or found at the next synchronisation", Cites: []spec.ID{spec.ATO08}, Needs: []adapter.Capability{adapter.CapQuery, adapter.CapSnapshot, adapter.CapSynchronise, adapter.CapLedger}, Fresh: true, Units: 3, Destructive: true, Run: rollbackIsFound},
		{ID: "ATO-09.other-payment", Title: "a pending debit is not used for another payment", Cites: []spec.ID{spec.ATO09}, Needs: resend, Steps: true, Units: 3, Run: pendingIsNotReused},
		{ID: "INV-03.debit-before-emit", Title: "no transfer is out whose debit a power cut undoes", Cites: []spec.ID{spec.INV03}, Needs: and(adapter.CapCutWrite, adapter.CapPowerCycle), Steps: true, Run: debitBeforeEmit},
		{ID: "INV-05.credit-once", Title: "a credit that a power cut interrupts happens once", Cites: []spec.ID{spec.INV05}, Needs: and(adapter.CapCutWrite, adapter.CapPowerCycle), Steps: true, Run: interruptedCredit},
	}
}

// legal judges the total of two units: as long as something is on its way it
// may be missing, and it is never above what there was.
func legal(t *T, id spec.ID, payer, payee *Unit, total uint64) {
	t.For(id, "value was created").Expect(payer.own() + payee.Held()).To(gomega.BeNumerically("<=", total))
}

// whole judges the total of two units after everything has been delivered.
func whole(t *T, id spec.ID, payer, payee *Unit, total uint64) {
	t.For(id, "after recovery the total is not what it was").Expect(payer.own() + payee.Held()).To(gomega.Equal(total))
}

// linkFaults are what the network does to one payment of 100, message by
// message. Each leaves the units to recover by meeting again.
var linkFaults1 = []func(p *Payment){
	func(p *Payment) { p.Start() },                                   // M1 lost
	func(p *Payment) { p.Open() },                                    // M2 lost
	func(p *Payment) { p.Open().Pay() },                              // M3 lost
	func(p *Payment) { p.Open().Pay(); p.Accept() },                  // M4 lost
	func(p *Payment) { p.Open(); p.Request(); p.Pay(); p.Accept() },  // M1 repeated
	func(p *Payment) { p.Open().Pay(); p.Pay(); p.Accept() },         // M2 repeated
	func(p *Payment) { p.Open().Pay(); p.Accept(); p.Accept() },      // M3 repeated
	func(p *Payment) { p.Open().Pay(); p.Accept(); p.Acknowledge() }, // M4 repeated, below
}

func linkFaults(t *T) {
	const total = 300
	for i, fault := range linkFaults1 {
		payer, payee := t.Funded(total), t.Device()
		p := t.Payment(payer, payee, 10)
		fault(p)
		if i == len(linkFaults1)-1 {
			p.Acknowledge()
		}
		legal(t, spec.ATO01, payer, payee, total)
		p.closeAll()
		legal(t, spec.ATO01, payer, payee, total)
		if p.M3 != nil { // the transfer was only late
			p.Accept()
			legal(t, spec.ATO01, payer, payee, total)
		}
		t.Finish(payer, payee)
		whole(t, spec.ATO01, payer, payee, total)
		t.Control(t.Transfer(payer, payee, 1), "a payment after the fault")
		t.forget()
	}
}

// A cutStep is one verb of a payment in which power is cut.
type cutStep struct {
	name   string
	payer  bool // whose power
	before func(p *Payment)
	do     func(p *Payment) adapter.Answer
}

var cutSteps = []cutStep{
	{"request", false, func(p *Payment) { p.t.Control(p.Start(), "start") }, (*Payment).Request},
	{"pay", true, func(p *Payment) { p.Open() }, (*Payment).Pay},
	{"accept", false, func(p *Payment) { p.t.Control(p.Open().Pay(), "pay") }, (*Payment).Accept},
	{"acknowledge", true, func(p *Payment) {
		p.t.Control(p.Open().Pay(), "pay")
		p.t.Control(p.Accept(), "accept")
	}, (*Payment).Acknowledge},
}

// A cutPoint is a step, a persistent write in it, a byte in that write and what
// the rest of the write unit then holds.
type cutPoint struct {
	step  int
	write int
	byte  int
	mode  string
}

var (
	cutModes = []string{"old", "erased", "noise"}
	cutBytes = []int{0, 1, 17, 63, 64} // 64: the whole write unit, and then no power
)

// cutPoints finds by a dry run how many persistent writes each step makes.
func (t *T) cutPoints(steps []int) []cutPoint {
	var points []cutPoint
	payer, payee := t.Funded(100), t.Device()
	p := t.Payment(payer, payee, 10)
	for s := range cutSteps {
		step := cutSteps[s]
		unit := payee
		if step.payer {
			unit = payer
		}
		if s == 0 {
			t.Control(p.Start(), "start")
		}
		t.Control(unit.do(adapter.CutWrite{Write: 1 << 20}), "count persistent writes")
		t.Control(step.do(p), step.name)
		writes := t.Control(unit.do(adapter.CutWrite{}), "count persistent writes").Writes
		if !containsInt(steps, s) {
			continue
		}
		for w := 1; w <= writes; w++ {
			for _, b := range cutBytes {
				for _, m := range cutModes {
					points = append(points, cutPoint{s, w, b, m})
				}
			}
		}
	}
	t.forget()
	return points
}

func containsInt(all []int, n int) bool {
	for _, a := range all {
		if a == n {
			return true
		}
	}
	return false
}

// cut runs one payment with power cut at a point.
func (t *T) cut(point cutPoint, total uint64) (p *Payment, a adapter.Answer) {
	payer, payee := t.Funded(total), t.Device()
	p = t.Payment(payer, payee, 10)
	step := cutSteps[point.step]
	step.before(p)
	unit := payee
	if step.payer {
		unit = payer
	}
	t.Control(unit.do(adapter.CutWrite{Write: point.write, Byte: point.byte, Mode: point.mode}), "arm a power cut")
	a = step.do(p)
	t.Control(unit.do(adapter.CutWrite{}), "disarm the power cut")
	return p, a
}

// everyWrite picks one cut in each persistent write, and more of them by the
// run's seed. A run with fewer exchanges picks among the writes too.
func (t *T) everyWrite(points []cutPoint, more int) []cutPoint {
	each := len(cutBytes) * len(cutModes) // points of one write, side by side
	writes := len(points) / each
	var picked []cutPoint
	for _, w := range t.Sample(writes, writes) {
		picked = append(picked, points[w*each+t.rand.IntN(each)])
	}
	for _, i := range t.Sample(len(points), more) {
		picked = append(picked, points[i])
	}
	return picked
}

func powerCuts(t *T) {
	points := t.cutPoints([]int{0, 1, 2, 3})
	if len(points) == 0 {
		t.Inconclusive("a payment makes persistent writes", "none were counted")
	}
	torn := 0
	for _, point := range t.everyWrite(points, 16) {
		p, a := t.cut(point, 100)
		torn += tornOnce(a)
		legal(t, spec.ATO02, p.Payer, p.Payee, 100)
		t.Finish(p.Payer, p.Payee)
		t.Payment(p.Payer, p.Payee, 0).closeAll()
		whole(t, spec.ATO02, p.Payer, p.Payee, 100)
		t.NextPays(spec.ATO02, "after a power cut the next payment fails", p.Payer, p.Payee, 7)
		t.forget()
	}
	t.cutsFired(torn)
}

func tornOnce(a adapter.Answer) int {
	if a.Torn != nil {
		return 1
	}
	return 0
}

// cutsFired is the positive control of a sweep: one that never took the power
// away has shown nothing.
func (t *T) cutsFired(torn int) {
	if torn == 0 {
		t.Inconclusive("positive control: a power cut is felt", "no verb was torn")
	}
}

func debitIsDurable(t *T) {
	payer, payee := t.Funded(100), t.Device()
	p := t.Payment(payer, payee, 30).Open()
	t.Control(p.Pay(), "pay")
	payer.PowerCycle()
	t.For(spec.ATO03, "a transfer was out, and after a power cycle the payer was not debited").Expect(payer.Spendable()).To(gomega.Equal(uint64(70)))
	t.Control(p.Accept(), "the transfer at its payee")
	payer.PowerCycle()
	t.For(spec.ATO03, "a power cycle gave the payer back what it had paid").Expect(payer.Spendable()).To(gomega.Equal(uint64(70)))
}

func creditsOnce(t *T) {
	payer, payee := t.Funded(100), t.Device()
	p := t.Payment(payer, payee, 30).Open()
	t.Control(p.Pay(), "pay")
	t.Control(p.Accept(), "accept")
	for range 3 {
		payee.PowerCycle()
		p.Accept()
		t.For(spec.ATO05, "a transfer was credited again after a reset").Expect(payee.Held()).To(gomega.Equal(uint64(30)))
		t.Finish(payer, payee)
		t.For(spec.ATO05, "a transfer was credited again when it was resent").Expect(payee.Held()).To(gomega.Equal(uint64(30)))
		t.For(spec.ATO05, "a payee that had forgotten a credit had the payer refunded").Expect(payer.Spendable()).To(gomega.Equal(uint64(70)))
	}
}

func lostReceipt(t *T) {
	payer, payee := t.Funded(100), t.Device()
	p := t.Payment(payer, payee, 30).Open()
	t.Control(p.Pay(), "pay")
	t.Control(p.Accept(), "accept")
	t.For(spec.ATO06, "a payer whose receipt was lost reports nothing as pending").Expect(payer.Outgoing()).To(gomega.Equal(uint64(30)))
	t.Finish(payer, payee)
	t.For(spec.ATO06, "after the units met again the payment was still pending").Expect(payer.Outgoing()).To(gomega.BeZero())
	t.For(spec.ATO06, "the payer ended with another outcome than the payee").Expect(payer.Spendable()).To(gomega.Equal(uint64(70)))
	t.For(spec.ATO06, "the payee ended with another outcome than the payer").Expect(payee.Held()).To(gomega.Equal(uint64(30)))
	t.Settled()
}

func pendingIsReported(t *T) {
	payer, payee := t.Funded(100), t.Device()
	p := t.Payment(payer, payee, 30).Open()
	t.Control(p.Pay(), "pay")
	t.For(spec.ATO07, "an unfinished payment is not reported").Expect(payer.Outgoing()).To(gomega.Equal(uint64(30)))
	payer.PowerCycle()
	t.For(spec.ATO07, "an unfinished payment is forgotten after a power cycle").Expect(payer.Outgoing()).To(gomega.Equal(uint64(30)))
	t.Control(p.Accept(), "the transfer at its payee")
	t.Finish(payer, payee)
	t.For(spec.ATO07, "a finished payment is still reported as unfinished").Expect(payer.Outgoing()).To(gomega.BeZero())
	// A product may keep only so many, and must refuse what it could not report.
	lost := uint64(0)
	for range 6 {
		q := t.Payment(payer, payee, 1)
		if q.Start().Done == nil || q.Request().Done == nil || q.Pay().Done == nil {
			break
		}
		lost++
		t.For(spec.ATO07, "of several unfinished payments one is not reported").Expect(payer.Outgoing()).To(gomega.Equal(lost))
		t.Payment(payer, payee, 0).closePayee()
	}
	t.For(spec.ATO07, "of several unfinished payments one is not reported").Expect(payer.Outgoing()).To(gomega.Equal(lost))
}

func rollbackIsFound(t *T) {
	payer, one, two := t.Funded(100), t.Device(), t.Device()
	t.Control(payer.Sync(true), "synchronise")
	before := t.Control(payer.do(adapter.TakeSnapshot{}), "take a snapshot").Snapshot
	t.MustTransfer(payer, one, 40)
	t.Control(payer.do(adapter.Restore{Snapshot: before}), "restore the snapshot")
	t.book.cracked = true
	if t.Transfer(payer, two, 40).Done == nil {
		return // it refuses to operate: as good as being found
	}
	t.Control(one.Sync(true), "the first payee synchronises")
	t.Control(two.Sync(true), "the second payee synchronises")
	refused := payer.Sync(true).Done == nil
	found := false
	for _, f := range t.ledger.Findings() {
		found = found || payer.ID == nil || bytes.Equal(f.Device, payer.ID)
	}
	found = found || len(t.ledger.Supply().Alarms) > 0
	t.For(spec.ATO08, "a device that was rolled back and spent twice was neither stopped nor found").Expect(refused || found).To(gomega.BeTrue())
}

func pendingIsNotReused(t *T) {
	payer, payee, other := t.Funded(100), t.Device(), t.Device()
	p := t.Payment(payer, payee, 60).Open()
	t.Control(p.Pay(), "pay")
	rest := payer.All()
	if t.Has(adapter.CapPowerCycle) {
		payer.PowerCycle()
	}
	t.For(spec.ATO09, "value of a pending payment was paid to somebody else").Expect(t.Transfer(payer, other, rest+1)).NotTo(BeDone())
	t.Control(t.Transfer(payer, other, rest), "a payment of what is left")
	p.Accept()
	t.Finish(payer, payee)
	t.For(spec.ATO09, "a pending payment and another one together moved more than there was").Expect(payee.Held() + other.Held() + payer.Spendable()).To(gomega.Equal(uint64(100)))
}

func debitBeforeEmit(t *T) {
	points := t.cutPoints([]int{1})
	for _, i := range t.Sample(len(points), 24) {
		p, a := t.cut(points[i], 100)
		if a.Done == nil || len(a.Done.Message) == 0 {
			t.forget()
			continue // nothing left the device
		}
		p.Payer.PowerCycle()
		t.For(spec.INV03, "a transfer left the device and its debit did not survive the power cut").Expect(p.Payer.Spendable()).To(gomega.Equal(uint64(90)))
		t.forget()
	}
	p := t.Payment(t.Funded(100), t.Device(), 10).Open()
	t.Control(p.Pay(), "pay")
	p.Payer.PowerCycle()
	t.For(spec.INV03, "a transfer left the device before its debit was durable").Expect(p.Payer.Spendable()).To(gomega.Equal(uint64(90)))
}

func interruptedCredit(t *T) {
	points := t.cutPoints([]int{2})
	torn := 0
	for _, i := range t.Sample(len(points), t.thin(24)) {
		p, a := t.cut(points[i], t.coins(100, 20))
		torn += tornOnce(a)
		t.For(spec.INV05, "an interrupted credit is neither whole nor absent").Expect(p.Payee.Held()).To(gomega.BeElementOf(uint64(0), uint64(10)))
		p.Accept()
		t.Finish(p.Payer, p.Payee)
		p.Payee.PowerCycle()
		p.Accept()
		t.Finish(p.Payer, p.Payee)
		t.For(spec.INV05, "a transfer whose credit was interrupted was not credited exactly once").Expect(p.Payee.Held()).To(gomega.Equal(uint64(10)))
		t.forget()
	}
	t.cutsFired(torn)
}
