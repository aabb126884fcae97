package disguise_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/disguise"
	"github.com/assay-cbdc/assay/conformance/simulator"
)

// reference is the reference with faces on, the first one innermost.
func reference(faces ...disguise.Face) adapter.Adapter {
	return disguise.Wear(simulator.New(simulator.Options{}), faces...)
}

func TestHookedShowsEveryFrame(t *testing.T) {
	b := newBench(t, reference(disguise.Closed, disguise.Hooked))
	payer, payee := b.funded(100), b.device()
	b.mustPay(payer, payee, 30)
	var sides []adapter.Side
	for i, f := range b.frames {
		if f.Number != i+1 || len(f.Message) == 0 {
			t.Errorf("frame %d has number %d and %d bytes", i+1, f.Number, len(f.Message))
		}
		sides = append(sides, f.From)
	}
	if want := []adapter.Side{"payer", "payee", "payer", "payee"}; !slices.Equal(sides, want) {
		t.Errorf("frames come from %v; want %v", sides, want)
	}
	b.expect(payer, 70)
	b.expect(payee, 30)
	if !slices.Equal(b.said.Shapes, []adapter.Shape{adapter.Hooked}) || b.has(adapter.CapStart) || b.has(adapter.CapCancel) || !b.has(adapter.CapCutMessage) {
		t.Errorf("hello says %v, %v", b.said.Shapes, b.said.Capabilities)
	}
	if _, err := b.try(payer, adapter.Start{}); err == nil {
		t.Error("start is served")
	}
}

func TestSealedShowsNone(t *testing.T) {
	b := newBench(t, reference(disguise.Closed, disguise.Sealed))
	payer, payee := b.funded(100), b.device()
	b.mustPay(payer, payee, 30)
	b.expect(payee, 30)
	if len(b.frames) > 0 || b.has(adapter.CapCutMessage) {
		t.Errorf("%d frames were shown", len(b.frames))
	}
	a := b.pay(payer, payee, 71)
	b.refused(a, "a payment above the balance")
	if a.Refused != nil && (a.Refused.Code == 0 || len(a.Refused.Message) > 0) {
		t.Errorf("the refusal is %+v; want the device's code and no message", *a.Refused)
	}
}

// Each action on each frame: no value is made, none is lost when the two have
// met again, and the next payment works.
func TestEachActionOnEachFrame(t *testing.T) {
	for n := 1; n <= 4; n++ {
		for _, action := range []adapter.Action{adapter.Deliver, adapter.Drop, adapter.Repeat, adapter.Replace, adapter.Delay, adapter.Cut} {
			t.Run(fmt.Sprintf("%s frame %d", action, n), func(t *testing.T) {
				b := newBench(t, reference(disguise.Closed, disguise.Hooked))
				payer, payee := b.funded(100), b.device()
				b.link = func(f adapter.Frame) adapter.Reply {
					if f.Number != n {
						return adapter.Reply{Action: adapter.Deliver}
					}
					return adapter.Reply{Action: action, Message: bytes.Repeat([]byte{0x42}, 40)}
				}
				a := b.pay(payer, payee, 30)
				right := action == adapter.Deliver || action == adapter.Repeat || action == adapter.Delay
				if right != (a.Done != nil) {
					t.Errorf("the payer is told %+v", a)
				}
				if gone := action == adapter.Drop || action == adapter.Cut; gone && a.Refused != nil && a.Refused.Vendor != "LINK" {
					t.Errorf("a lost frame is refused with %+v; want LINK", *a.Refused)
				}
				if sum := b.held(payer, payee); sum > 100 {
					t.Errorf("both hold %d; 100 were funded", sum)
				}
				pending := *b.value(payer).Outgoing > 0
				if want := !right && n >= 3; pending != want {
					t.Errorf("pending: %v; want %v", pending, want)
				}
				b.link = nil
				b.frames = nil
				b.done(payer, adapter.Transfer{Payee: payee, Finish: true})
				if want := 2; len(b.frames) < want || pending && len(b.frames) != 4 {
					t.Errorf("finishing took %d frames", len(b.frames))
				}
				if sum := b.held(payer, payee); sum != 100 || *b.value(payer).Outgoing != 0 {
					t.Errorf("after finishing both hold %d and %d is pending", sum, *b.value(payer).Outgoing)
				}
				b.mustPay(payer, payee, 7)
			})
		}
	}
}

// The frames of a meeting are hooked like those of a payment.
func TestFinishIsHooked(t *testing.T) {
	b := newBench(t, reference(disguise.Closed, disguise.Hooked))
	payer, payee := b.funded(100), b.device()
	lose := func(n int) func(adapter.Frame) adapter.Reply {
		return func(f adapter.Frame) adapter.Reply {
			if f.Number >= n {
				return adapter.Reply{Action: adapter.Drop}
			}
			return adapter.Reply{}
		}
	}
	b.link = lose(3)
	b.refused(b.pay(payer, payee, 30), "a lost transfer")
	b.refused(b.do(payer, adapter.Transfer{Payee: payee, Finish: true}), "finishing over a link that loses")
	b.expect(payee, 0)
	b.link = nil
	b.done(payer, adapter.Transfer{Payee: payee, Finish: true})
	b.expect(payee, 30)
}

func TestUnknownActionIsAnError(t *testing.T) {
	b := newBench(t, reference(disguise.Closed, disguise.Hooked))
	payer, payee := b.funded(100), b.device()
	b.link = func(adapter.Frame) adapter.Reply { return adapter.Reply{Action: "shred"} }
	if _, err := b.try(payer, adapter.Transfer{Payee: payee, Amount: 1}); err == nil {
		t.Error("an action that does not exist was obeyed")
	}
}

// Power is cut after each message of each unit; the two recover.
func TestCutMessage(t *testing.T) {
	fired := 0
	for victim := range 2 {
		for n := 1; n <= 5; n++ {
			b := newBench(t, reference(disguise.Closed, disguise.Hooked))
			payer, payee := b.funded(100), b.device()
			unit := []string{payer, payee}[victim]
			b.done(unit, adapter.CutMessage{Message: n})
			a := b.pay(payer, payee, 30)
			told := *b.done(unit, adapter.CutMessage{}).CutFired
			if told != (a.Torn != nil) || told != (n <= 4) {
				t.Errorf("unit %d, message %d: fired %v, answer %+v", victim, n, told, a)
			}
			if told {
				fired++
			}
			b.done(payer, adapter.Transfer{Payee: payee, Finish: true})
			if sum := b.held(payer, payee); sum != 100 {
				t.Errorf("unit %d, message %d: both hold %d in the end", victim, n, sum)
			}
			b.mustPay(payer, payee, 7)
		}
	}
	if fired != 8 {
		t.Errorf("%d cuts fired; want 8", fired)
	}
}

// A power cut inside a step is the transfer's answer too.
func TestTornStepTearsTheTransfer(t *testing.T) {
	b := newBench(t, reference(disguise.Closed, disguise.Sealed))
	payer, payee := b.funded(100), b.device()
	b.done(payer, adapter.CutWrite{Write: 1})
	if a := b.pay(payer, payee, 30); a.Torn == nil || a.Torn.Writes == 0 {
		t.Errorf("%+v; want torn", a)
	}
	b.done(payer, adapter.CutTime{Microseconds: 1})
	if a := b.pay(payer, payee, 30); a.Torn == nil {
		t.Errorf("%+v; want torn", a)
	}
}

// Sealed and hooked say unsupported where the product has no resend.
func TestNoFinishWithoutResend(t *testing.T) {
	b := newBench(t, reference(disguise.Closed, disguise.Without(adapter.CapResend), disguise.Hooked))
	payer, payee := b.funded(100), b.device()
	if _, err := b.try(payer, adapter.Transfer{Payee: payee, Finish: true}); err == nil {
		t.Error("finish is served without resend")
	}
	b.mustPay(payer, payee, 7)
}
