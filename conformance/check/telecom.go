package check

import (
	"bytes"
	"fmt"

	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/telecom"
	"github.com/assay-cbdc/assay/spec"
)

// link is what the product declares of its telecom link.
func (t *T) link() adapter.Telecom {
	l := t.env.Impl.Telecom
	if l == nil || l.Frame < telecom.MinFrame || l.Frame > telecom.MaxFrame || l.Answer < 1 {
		t.harnessOrAdapter("hello claims telecom and declares no frame and answer within the bounds of telecom.md")
		return adapter.Telecom{}
	}
	return *l
}

// cut has the unit cut a message into frames, as a control. There is one at least,
// and none is empty: else it is the adapter's fault.
func (u *Unit) cut(message []byte) (frames [][]byte) {
	for _, f := range u.t.Control(u.do(adapter.ShowFrames{Message: message}), "cut a message into frames").Messages {
		if len(f) == 0 {
			u.t.harnessOrAdapter("show-frames answered with an empty frame")
		}
		frames = append(frames, f)
	}
	if frames == nil {
		u.t.harnessOrAdapter("show-frames answered without a frame")
	}
	return frames
}

// hear hands the unit's end of the link one frame.
func (u *Unit) hear(frame []byte) adapter.Answer { return u.do(adapter.ReadFrame{Message: frame}) }

// asks are the frames by which the unit asks for what is missing.
func (u *Unit) asks() (frames [][]byte) {
	for _, f := range u.t.Control(u.do(adapter.AskFrames{}), "ask for what is missing").Messages {
		frames = append(frames, f)
	}
	return frames
}

// otherMessage is said of INT-20, and of each requirement whose check reads frames.
const otherMessage = "frames gave another message than the one that was sent"

// over hands frames over and returns the message that they gave, nil for none.
func (t *T) over(id spec.ID, to *Unit, message []byte, frames ...[]byte) (got []byte) {
	for _, f := range frames {
		if a := to.hear(f); a.Done != nil && len(a.Done.Message) > 0 {
			got = a.Done.Message
			t.For(id, otherMessage).Expect(bytes.Equal(got, message)).To(gomega.BeTrue(), fmt.Sprintf("%d bytes in place of %d", len(got), len(message)))
		}
	}
	return got
}

// A bearer takes a message from one unit to the other and returns what came.
type bearer func(from, to *Unit, message []byte) []byte

// byTelecom runs a payment whose messages a bearer takes from side to side. It
// returns the first answer that is not done, or the last; none at all where a
// message did not come.
func (p *Payment) byTelecom(carry bearer) adapter.Answer {
	if a := p.Start(); a.Done == nil {
		return a
	}
	if len(p.M1) > 0 {
		if p.M1 = carry(p.Payer, p.Payee, p.M1); p.M1 == nil {
			return adapter.Answer{}
		}
	}
	for _, step := range []struct {
		do       func() adapter.Answer
		message  *[]byte
		from, to *Unit
	}{{p.Request, &p.M2, p.Payee, p.Payer}, {p.Pay, &p.M3, p.Payer, p.Payee}, {p.Accept, &p.M4, p.Payee, p.Payer}} {
		if a := step.do(); a.Done == nil {
			return a
		}
		if *step.message = carry(step.from, step.to, *step.message); *step.message == nil {
			return adapter.Answer{}
		}
	}
	return p.Acknowledge()
}

// clockAt sets the host's clock of units.
func (t *T) clockAt(unix int64, units ...*Unit) {
	for _, u := range units {
		t.Control(u.do(adapter.SetClock{Unix: unix}), "set the clock")
	}
}

// A slowAir is a network that takes its time, which the units' hosts see on
// their clocks.
type slowAir struct {
	t     *T
	now   int64
	units []*Unit
}

// slow is such a network; it is 15 January 2027, 08:00.
func (t *T) slow(units ...*Unit) *slowAir {
	s := &slowAir{t, 1_800_000_000, units}
	t.clockAt(s.now, units...)
	return s
}

// carry hands over a message whose frames take so many seconds together.
func (s *slowAir) carry(id spec.ID, seconds int64) bearer {
	return func(from, to *Unit, message []byte) []byte {
		frames, began := from.cut(message), s.now
		var got []byte
		for i, f := range frames {
			s.now = began + seconds*int64(i+1)/int64(len(frames))
			s.t.clockAt(s.now, s.units...)
			if m := s.t.over(id, to, message, f); m != nil {
				got = m
			}
		}
		if seconds <= int64(s.t.link().Answer) { // what comes later may be dropped
			s.t.For(id, "frames that came in time did not give their message").Expect(got).To(gomega.Equal(message), fmt.Sprintf("%d frames in %d seconds", len(frames), seconds))
		}
		return got
	}
}

// letters are n bytes, others each time.
func (t *T) letters(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(t.rand.Uint32())
	}
	return b
}

// reference is an end of the harness's own.
func (t *T) reference() *telecom.Link {
	l, err := telecom.NewLink(t.link().Frame, telecom.StandardRules())
	if err != nil {
		t.harness(err.Error())
	}
	return l
}

// parts cuts a message into so many frames, or as few more as it takes.
func (t *T) parts(message []byte, count int) [][]byte {
	for l := t.reference(); count <= telecom.MaxCount; count++ {
		if frames, err := l.Parts(message, count); err == nil {
			return frames
		}
	}
	t.harness("a message cannot be cut")
	return nil
}
