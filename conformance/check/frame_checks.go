package check

import (
	"bytes"
	"fmt"

	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/spec"
)

// frameChecks act on the frames between two units and read none of them: they
// judge any protocol, whoever speaks first and however many frames it takes.
func frameChecks() []Check {
	query := []adapter.Capability{adapter.CapQuery}
	with := func(more ...adapter.Capability) []adapter.Capability {
		return append([]adapter.Capability{adapter.CapQuery}, more...)
	}
	return []Check{
		{ID: "ATO-01.frames", Title: "every frame is lost, repeated, delayed and the link cut", Cites: []spec.ID{spec.ATO01}, Frames: true, Needs: with(adapter.CapResend), Run: everyFrame},
		{ID: "ENC-03.frames", Title: "every frame is garbled, and the next payment works", Cites: []spec.ID{spec.ENC03}, Frames: true, Needs: query, Run: garbledFrames},
		{ID: "ENC-07.answers", Title: "a device answers whatever it is handed", Cites: []spec.ID{spec.ENC07}, Frames: true, Needs: query, Run: answersEverything},
		{ID: "DSP-05.frames", Title: "frames of an earlier payment move nothing again", Cites: []spec.ID{spec.DSP05}, Frames: true, Needs: query, Run: replayedFrames},
		{ID: "PAY-04.frames", Title: "frames for one payee are worth nothing to another", Cites: []spec.ID{spec.PAY04}, Frames: true, Units: 3, Needs: query, Run: crossedFrames},
		{ID: "INT-04.frames", Title: "a hostile relay on every frame changes no amount", Cites: []spec.ID{spec.INT04}, Frames: true, Needs: query, Run: hostileFrames},
		{ID: "ATO-06.frames", Title: "the last frame is lost, and both ends agree after they meet", Cites: []spec.ID{spec.ATO06}, Frames: true, Needs: with(adapter.CapResend), Run: lastFrameLost},
		{ID: "DSP-06.frames", Title: "nor after a power cycle", Cites: []spec.ID{spec.DSP06}, Frames: true, Needs: with(adapter.CapPowerCycle), Run: replayedAfterPower},
		{ID: "ATO-02.frames", Title: "power is cut at every frame", Cites: []spec.ID{spec.ATO02}, Frames: true, Needs: with(adapter.CapResend, adapter.CapCutMessage), Run: powerAtFrames},
		{ID: "ATO-03.times", Title: "power is cut at times through a payment", Cites: []spec.ID{spec.ATO03}, Needs: with(adapter.CapResend, adapter.CapCutTime), Run: powerAtTimes},
	}
}

// pair is a payer with value and a payee, for one fault after the other.
func (t *T) pair() (payer, payee *Unit) { return t.Funded(t.pairValue()), t.Device() }

// pairValue is more than any of them pays.
func (t *T) pairValue() uint64 { return t.coins(300, 110) }

// sum is what two units hold together beyond what they came with.
func sum(payer, payee *Unit) uint64 { return payer.own() + payee.Held() }

var faults = []adapter.Action{adapter.Drop, adapter.Repeat, adapter.Delay, adapter.Cut}

// at is a link with one fault.
func at(n int, reply adapter.Reply) Link {
	return func(f adapter.Frame) adapter.Reply {
		if f.Number == n {
			return reply
		}
		return adapter.Reply{Action: adapter.Deliver}
	}
}

func everyFrame(t *T) {
	payer, payee := t.pair()
	frames := t.Frames(payer, payee, 5)
	for _, f := range frames {
		for _, action := range faults {
			t.Point(f.Number, f.From, action)
		}
	}
	t.forget()
	for _, i := range t.Sample(len(t.points), len(t.points)) {
		point := t.points[i]
		name := fmt.Sprintf("frame %d, %s", point.Frame, point.Action)
		payer, payee = t.pair()
		t.Over(at(point.Frame, adapter.Reply{Action: point.Action}), payer, payee, 20)
		t.For(spec.ATO01, "value was created").Expect(sum(payer, payee)).To(gomega.BeNumerically("<=", t.pairValue()), name)
		t.PaymentsEnd(payer, payee)
		t.For(spec.ATO01, "after recovery the total is not what it was").Expect(sum(payer, payee)).To(gomega.Equal(t.pairValue()), name)
		t.For(spec.ATO01, "a payment moved another amount").Expect(payee.Held()).To(gomega.BeElementOf(uint64(0), uint64(20)), name)
		t.NextPays(spec.ATO01, "after a fault on the link the next payment fails", payer, payee, 1, name)
		t.forget()
	}
}

// garbled makes of each frame what a bad link does to it.
func (t *T) garbled(act func(payer, payee *Unit, before uint64, name string)) {
	payer, payee := t.pair()
	frames := t.Frames(payer, payee, 5)
	t.forget()
	for _, f := range frames {
		t.Point(f.Number, f.From, adapter.Replace)
	}
	places := t.places(len(frames), len(garble))
	for _, i := range t.Sample(len(places), len(places)) {
		f, g := frames[places[i]/len(garble)], garble[places[i]%len(garble)]
		payer, payee = t.pair()
		t.Over(func(now adapter.Frame) adapter.Reply {
			if now.Number != f.Number {
				return adapter.Reply{Action: adapter.Deliver}
			}
			return adapter.Reply{Action: adapter.Replace, Message: g.apply(now.Message)}
		}, payer, payee, 20)
		act(payer, payee, t.pairValue(), fmt.Sprintf("frame %d, %s", f.Number, g.name))
		t.forget()
	}
}

func garbledFrames(t *T) {
	t.garbled(func(payer, payee *Unit, before uint64, name string) {
		t.For(spec.ENC03, "a garbled frame created value").Expect(sum(payer, payee)).To(gomega.BeNumerically("<=", before), name)
		t.For(spec.ENC03, "a garbled frame moved another amount").Expect(payee.Held()).To(gomega.BeElementOf(uint64(0), uint64(20)), name)
		t.PaymentsEnd(payer, payee)
		held := payee.Held()
		t.NextPays(spec.ENC03, "after a garbled message the next valid payment fails", payer, payee, 7, name)
		t.For(spec.ENC03, "after a garbled message the next valid payment credits something else").Expect(payee.Held()-held).To(gomega.Equal(uint64(7)), name)
	})
}

// answersEverything only asks for answers: a missing one ends the check, and
// three of three make it a failure.
func answersEverything(t *T) {
	t.garbled(func(payer, payee *Unit, _ uint64, name string) {
		t.PaymentsEnd(payer, payee)
		t.For(spec.ENC07, "after a garbled frame a device answers nothing any more").Expect(payee.do(adapter.Query{}).Done).NotTo(gomega.BeNil(), name)
	})
}

// replay is a link that puts the frames of an earlier payment in place of those
// of one side.
func replay(old []adapter.Frame, side adapter.Side) Link {
	return func(f adapter.Frame) adapter.Reply {
		for _, o := range old {
			if f.From == side && o.From == side && o.Number == f.Number {
				return adapter.Reply{Action: adapter.Replace, Message: o.Message}
			}
		}
		return adapter.Reply{Action: adapter.Deliver}
	}
}

func replayedFrames(t *T) {
	payer, payee := t.pair()
	old := t.Frames(payer, payee, 20)
	for range 2 {
		before := payee.Held()
		balance := payer.Spendable()
		t.Over(replay(old, adapter.Payer), payer, payee, 20)
		gained := payee.Held() - before
		t.PaymentsEnd(payer, payee)
		t.For(spec.DSP05, "frames of an earlier payment were credited again").Expect(gained).To(gomega.BeNumerically("<=", balance-payer.Spendable()+20))
		t.For(spec.DSP05, "frames of an earlier payment created value").Expect(sum(payer, payee)).To(gomega.BeNumerically("<=", t.pairValue()))
	}
	t.NextPays(spec.DSP05, "after a replay the next payment fails", payer, payee, 7)
}

func replayedAfterPower(t *T) {
	payer, payee := t.pair()
	old := t.Frames(payer, payee, 20)
	for range 4 {
		t.MustTransfer(payer, payee, 3)
	}
	payee.PowerCycle()
	for range 2 {
		t.Over(replay(old, adapter.Payer), payer, payee, 20)
		t.PaymentsEnd(payer, payee)
		t.For(spec.DSP06, "a transfer was credited again after a power cycle").Expect(sum(payer, payee)).To(gomega.BeNumerically("<=", t.pairValue()))
	}
	t.NextPays(spec.DSP06, "after a replay the next payment fails", payer, payee, 7)
}

// crossedFrames hands what one payee was paid with to another one.
func crossedFrames(t *T) {
	payer, payee, other := t.Funded(t.pairValue()), t.Device(), t.Device()
	n := len(t.Frames(payer, payee, 5))
	for range 2 {
		var stolen []adapter.Frame
		t.Over(func(f adapter.Frame) adapter.Reply {
			if f.From == adapter.Payer {
				f.Message = bytes.Clone(f.Message)
				stolen = append(stolen, f)
			}
			// The payee never gets the last frame of the payer.
			if f.From == adapter.Payer && f.Number+1 >= n {
				return adapter.Reply{Action: adapter.Cut}
			}
			return adapter.Reply{Action: adapter.Deliver}
		}, payer, payee, 20)
		t.Over(replay(stolen, adapter.Payer), payer, other, 1)
		t.For(spec.PAY04, "a transfer that was made for another payee was credited").Expect(other.Held()).To(gomega.BeNumerically("<", 20))
		t.PaymentsEnd(payer, payee)
		t.PaymentsEnd(payer, other)
		t.For(spec.PAY04, "a transfer at the wrong payee created value").Expect(sum(payer, payee) + other.Held()).To(gomega.BeNumerically("<=", t.pairValue()))
	}
	t.NextPays(spec.PAY04, "the right payee is paid no more", payer, payee, 7)
}

func hostileFrames(t *T) {
	payer, payee := t.pair()
	old := t.Frames(payer, payee, 10)
	paid := uint64(10)
	rounds := t.Sample(10, 10)
	if !t.Has(adapter.CapResend) {
		rounds = rounds[:min(2, len(rounds))] // each may leave a slot filled
	}
	for range rounds {
		t.Over(func(f adapter.Frame) adapter.Reply {
			switch t.rand.IntN(9) {
			case 0:
				return adapter.Reply{Action: adapter.Drop}
			case 1:
				return adapter.Reply{Action: adapter.Repeat}
			case 2:
				return adapter.Reply{Action: adapter.Delay}
			case 3:
				g := garble[t.rand.IntN(len(garble))]
				return adapter.Reply{Action: adapter.Replace, Message: g.apply(f.Message)}
			case 4:
				return adapter.Reply{Action: adapter.Replace, Message: old[t.rand.IntN(len(old))].Message}
			}
			return adapter.Reply{Action: adapter.Deliver}
		}, payer, payee, 10)
		paid += 10
		t.For(spec.INT04, "a relay created value").Expect(sum(payer, payee)).To(gomega.BeNumerically("<=", t.pairValue()))
		t.PaymentsEnd(payer, payee)
		t.For(spec.INT04, "a relay changed the amount that the payee is credited").Expect(payee.Held() % 10).To(gomega.BeZero())
		t.For(spec.INT04, "a relay had more paid than was asked for").Expect(payee.Held()).To(gomega.BeNumerically("<=", paid))
	}
	t.NextPays(spec.INT04, "after a hostile relay the next payment fails", payer, payee, 7)
}

func lastFrameLost(t *T) {
	payer, payee := t.pair()
	frames := t.Frames(payer, payee, 5)
	t.forget()
	for back := range min(2, len(frames)) {
		f := frames[len(frames)-1-back]
		payer, payee = t.pair()
		t.Over(at(f.Number, adapter.Reply{Action: adapter.Cut}), payer, payee, 20)
		t.PaymentsEnd(payer, payee)
		t.For(spec.ATO06, "after the units met again the payment was still pending").Expect(payer.Outgoing()).To(gomega.BeZero())
		t.For(spec.ATO06, "payer and payee ended with different outcomes").Expect(sum(payer, payee)).To(gomega.Equal(t.pairValue()))
		t.forget()
	}
}

// powerAtFrames cuts the power of each unit after each message of a payment.
func powerAtFrames(t *T) {
	payer, payee := t.pair()
	n := len(t.Frames(payer, payee, 5))
	t.forget()
	fired := 0
	for _, i := range t.Sample(2*n, 2*n) {
		payer, payee = t.pair()
		victim := []*Unit{payer, payee}[i%2]
		t.Control(victim.do(adapter.CutMessage{Message: i/2 + 1}), "arm a power cut")
		t.Over(nil, payer, payee, 20)
		if cut := t.Control(victim.do(adapter.CutMessage{}), "disarm the power cut").CutFired; cut != nil && *cut {
			fired++
		}
		t.recovers(spec.ATO02, payer, payee, fmt.Sprintf("power of the %s after message %d", []adapter.Side{adapter.Payer, adapter.Payee}[i%2], i/2+1))
	}
	t.cutsFired(fired)
}

// recovers judges two units after a fault: no more than there was at once, and
// as much again when they have met.
func (t *T) recovers(id spec.ID, payer, payee *Unit, name string) {
	t.For(id, "value was created").Expect(sum(payer, payee)).To(gomega.BeNumerically("<=", t.pairValue()), name)
	t.PaymentsEnd(payer, payee)
	t.For(id, "after recovery the total is not what it was").Expect(sum(payer, payee)).To(gomega.Equal(t.pairValue()), name)
	t.NextPays(id, "after a power cut the next payment fails", payer, payee, 7, name)
	t.forget()
}

// cutTimes are spread over the time that a payment takes, in microseconds.
var cutTimes = []int{1, 200, 1000, 5000, 20000, 100000, 400000}

func powerAtTimes(t *T) {
	fired := 0
	for i, us := range cutTimes {
		payer, payee := t.pair()
		victim := []*Unit{payer, payee}[i%2]
		t.Control(victim.do(adapter.CutTime{Microseconds: us}), "arm a power cut")
		t.Transfer(payer, payee, 20)
		if cut := t.Control(victim.do(adapter.CutTime{}), "disarm the power cut").CutFired; cut != nil && *cut {
			fired++
		}
		t.recovers(spec.ATO03, payer, payee, fmt.Sprintf("power cut after %d microseconds", us))
	}
	t.cutsFired(fired)
}
