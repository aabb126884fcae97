package check

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/telecom"
	"github.com/assay-cbdc/assay/spec"
)

// telecomChecks are of telecom.md. Those of class BH read no frame: they are the
// network.
func telecomChecks() []Check {
	pays := func(id spec.ID, word, title string, run func(*T), more ...adapter.Capability) Check {
		return Check{
			ID: string(id) + "." + word, Title: title, Cites: []spec.ID{id}, Steps: true,
			Needs: append(more, adapter.CapTelecom, adapter.CapQuery), Run: run,
		}
	}
	reads := func(id spec.ID, word, title string, run func(*T)) Check {
		return Check{
			ID: string(id) + "." + word, Title: title, Cites: []spec.ID{id}, RP: true, Receives: true, Units: 1,
			Needs: []adapter.Capability{adapter.CapTelecom}, Run: run,
		}
	}
	return []Check{
		pays(spec.INT19, "size", "a payment travels in frames that are no longer than declared", paysInFrames),
		reads(spec.INT19, "cut", "the frames of a message of any length make it", cutsRightly),
		pays(spec.INT20, "order", "frames in any order and many times give their message", framesInDisorder),
		pays(spec.INT20, "mixed", "frames that are mixed or altered give no other message, and the payment succeeds", framesMixed),
		pays(spec.INT21, "again", "a lost frame costs that frame", lostFrames),
		reads(spec.INT21, "kept", "frames of the last four messages are sent again, and of no other", asksForOld),
		reads(spec.INT22, "frames", "a frame that is wrong is refused, and costs no other frame", refusesFrames),
		reads(spec.INT23, "parts", "parts that do not make their message give none, and right ones give it afterwards", refusesWrongParts),
		reads(spec.INT24, "four", "a device keeps frames of four messages, those that grew last", keepsFourMessages),
		pays(spec.INT25, "slow", "a payment whose answers take the declared time completes", paysSlowly, adapter.CapClock),
		pays(spec.INT26, "late", "a payment whose answer comes later ends the same for both", endsLate, adapter.CapClock, adapter.CapResend),
	}
}

func paysInFrames(t *T) {
	const id = spec.INT19
	payer, payee := t.Funded(100), t.Device()
	limit := t.link().Frame
	a := t.Payment(payer, payee, 30).byTelecom(func(from, to *Unit, message []byte) []byte {
		frames := from.cut(message)
		for i, f := range frames {
			t.For(id, "a frame is longer than the link's").Expect(len(f)).To(gomega.BeNumerically("<=", limit), fmt.Sprintf("frame %d of %d", i+1, len(frames)))
		}
		got := t.over(id, to, message, frames...)
		t.For(id, "the frames of a message do not make it").Expect(got).To(gomega.Equal(message))
		return got
	})
	t.For(id, "a payment that travelled in frames was refused").Expect(a).To(BeDone())
	t.For(id, "a payment that travelled in frames was not credited").Expect(payee.Held()).To(gomega.Equal(uint64(30)))
}

func cutsRightly(t *T) {
	unit, limit := t.Device(), t.link().Frame
	part := limit - telecom.Overhead
	for _, n := range []int{1, 2, part, part + 1, 2 * part, 341, 3000, min(telecom.MaxMessage, telecom.MaxCount*part)} {
		message := t.letters(n)
		reader := t.reference()
		var got []byte
		for _, f := range unit.cut(message) {
			t.For(spec.INT19, "a frame is longer than the link's").Expect(len(f)).To(gomega.BeNumerically("<=", limit), fmt.Sprintf("a message of %d bytes", n))
			r, err := reader.Read(f)
			t.For(spec.INT19, "a device sends what is no frame of its message").Expect(err).NotTo(gomega.HaveOccurred())
			if r.Message != nil {
				got = r.Message
			}
		}
		t.For(spec.INT19, "the frames of a message do not make it").Expect(bytes.Equal(got, message)).To(gomega.BeTrue(), fmt.Sprintf("a message of %d bytes", n))
	}
	a := unit.do(adapter.ShowFrames{Message: t.letters(telecom.MaxMessage + 1)})
	t.For(spec.INT19, "a message was cut that is longer than a link carries").Expect(a).To(t.Refused(spec.ESize))
}

// framesInDisorder hands over each message of a payment in another disorder, each
// frame up to three times.
func framesInDisorder(t *T) {
	const id = spec.INT20
	for round := range 3 {
		payer, payee := t.Funded(100), t.Device()
		a := t.Payment(payer, payee, 30).byTelecom(func(from, to *Unit, message []byte) []byte {
			frames := from.cut(message)
			slices.Reverse(frames)
			if round > 0 {
				for _, f := range slices.Repeat(slices.Clone(frames), round) {
					frames = slices.Insert(frames, t.rand.IntN(len(frames)+1), f)
				}
			}
			got := t.over(id, to, message, frames...)
			t.For(id, "all frames of a message did not give it").Expect(got).To(gomega.Equal(message), fmt.Sprintf("%d frames, round %d", len(frames), round))
			return got
		})
		t.For(id, "a payment whose frames came in disorder was refused").Expect(a).To(BeDone())
		t.For(id, "a payment whose frames came in disorder was not credited once").Expect(payee.Held()).To(gomega.Equal(uint64(30)))
	}
}

// framesMixed hands over, before the frames of each message of a payment, all of
// another but the last, and each of its own with one bit altered.
func framesMixed(t *T) {
	const id = spec.INT20
	payer, payee := t.Funded(100), t.Device()
	a := t.Payment(payer, payee, 30).byTelecom(func(from, to *Unit, message []byte) []byte {
		frames, other := from.cut(message), from.cut(t.letters(len(message)))
		t.over(id, to, message, other[:len(other)-1]...)
		for _, f := range frames {
			altered := bytes.Clone(f)
			altered[t.rand.IntN(len(f))] ^= 1 << t.rand.IntN(8)
			t.over(id, to, message, altered)
		}
		got := t.over(id, to, message, frames...)
		if got == nil { // it took an altered one for a right one, found that out, and dropped all
			got = t.over(id, to, message, frames...)
		}
		t.For(id, "right frames after altered ones did not give their message").Expect(got).To(gomega.Equal(message))
		to.hear(other[len(other)-1]) // so that nothing is left of it
		return got
	})
	t.For(id, "a payment was refused after altered frames").Expect(a).To(BeDone())
	t.For(id, "a payment was not credited after altered frames").Expect(payee.Held()).To(gomega.Equal(uint64(30)))
}

// lostFrames loses frames of a long message, then of each message of a payment,
// and lets the two ends ask for them and send them again.
func lostFrames(t *T) {
	const id = spec.INT21
	payer, payee := t.Funded(100), t.Device()
	carry := func(from, to *Unit, message []byte) []byte {
		t.endUnfinished(from, to)
		frames := from.cut(message)
		lost := 0
		var got []byte
		for i, f := range frames {
			if i%2 == 1 || len(frames) > 4 && i < 2 {
				lost++
				continue
			}
			if m := t.over(id, to, message, f); m != nil {
				got = m
			}
		}
		if got != nil { // it had one frame, or its framing needs none of those that were lost
			return got
		}
		got = t.askedFor(from, to, message, lost)
		t.For(id, "lost frames that were asked for did not give their message").Expect(got).To(gomega.Equal(message), fmt.Sprintf("%d of %d frames lost", lost, len(frames)))
		return got
	}
	carry(payer, payee, t.letters(8*t.link().Frame))
	a := t.Payment(payer, payee, 30).byTelecom(carry)
	t.For(id, "a payment of which frames were lost was refused").Expect(a).To(BeDone())
	t.For(id, "a payment of which frames were lost was not credited").Expect(payee.Held()).To(gomega.Equal(uint64(30)))
}

// endUnfinished ends what earlier checks have left of messages at a used unit, as
// far as the other still has it.
func (t *T) endUnfinished(from, to *Unit) {
	for _, ask := range to.asks() {
		if a := from.hear(ask); a.Done != nil {
			for _, f := range a.Done.Messages {
				to.hear(f)
			}
		}
	}
}

// askedFor carries asks to the sender and what it sends again back, and holds it to
// sending no more than was lost. The first ask is lost.
func (t *T) askedFor(from, to *Unit, message []byte, lost int) (got []byte) {
	to.asks()
	again := 0
	for range lost + 1 { // a product may ask for one after the other
		for _, ask := range to.asks() {
			a := from.hear(ask)
			if a.Done == nil { // of a message of another check, that nobody has any more
				continue
			}
			for _, f := range a.Done.Messages {
				again++
				t.For(spec.INT21, "a frame that is sent again is longer than the link's").Expect(len(f)).To(gomega.BeNumerically("<=", t.link().Frame))
				if m := t.over(spec.INT21, to, message, f); m != nil {
					got = m
				}
			}
		}
		if got != nil {
			break
		}
	}
	t.For(spec.INT21, "more frames were sent again than were lost").Expect(again).To(gomega.BeNumerically("<=", lost))
	return got
}

func paysSlowly(t *T) {
	const id = spec.INT25
	// Each answer takes its message's time and its own: T, less a second.
	within := int64(t.link().Answer) - 1
	for _, there := range []int64{within / 2, within, 0} {
		payer, payee := t.Funded(100), t.Device()
		air := t.slow(payer, payee)
		back := within - there
		a := t.Payment(payer, payee, 30).byTelecom(func(from, to *Unit, message []byte) []byte {
			if from == payee {
				return air.carry(id, back)(from, to, message)
			}
			return air.carry(id, there)(from, to, message)
		})
		t.For(id, "a payment whose answers took no longer than declared was refused").Expect(a).To(BeDone(), fmt.Sprintf("%d seconds there and %d back", there, back))
		t.For(id, "a payment whose answers took no longer than declared was not credited").Expect(payee.Held()).To(gomega.Equal(uint64(30)))
		t.For(id, "a payment whose answers took no longer than declared is still pending").Expect(payer.Outgoing()).To(gomega.BeZero())
	}
}

func endsLate(t *T) {
	const id = spec.INT26
	late := 3*int64(t.link().Answer) + 3600
	for message := range 3 { // M2, M3, M4
		payer, payee := t.Funded(100), t.Device()
		air, sent := t.slow(payer, payee), 0
		if !t.Has(adapter.CapStart) {
			sent = 1
		}
		p := t.Payment(payer, payee, 30)
		p.byTelecom(func(from, to *Unit, m []byte) []byte {
			sent++
			if sent == message+2 {
				return air.carry(id, late)(from, to, m)
			}
			return air.carry(id, 1)(from, to, m)
		})
		if sent < message+2 {
			t.Inconclusive("positive control: a payment comes to the message that is late", fmt.Sprintf("%d messages were sent", sent))
		}
		where := fmt.Sprintf("M%d came %d seconds late", message+2, late)
		t.For(id, "value was created by an answer that came late").Expect(payer.own()+payee.Held()).To(gomega.BeNumerically("<=", 100), where)
		p.closeAll()
		t.Finish(payer, payee)
		t.For(id, "a payment whose answer came late is pending after the two have met").Expect(payer.Outgoing()).To(gomega.BeZero(), where)
		t.For(id, "a payment whose answer came late ended in another way for payer and payee").Expect(payer.own()+payee.Held()).To(gomega.Equal(uint64(100)), where)
		t.NextPays(id, "after an answer that came late the next payment was refused", payer, payee, 10, where)
	}
}
