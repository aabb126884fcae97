package check

import (
	"bytes"

	"github.com/assay-cbdc/assay/conformance/adapter"
)

// A Link decides what becomes of each frame between two units; nil delivers
// them all.
type Link func(adapter.Frame) adapter.Reply

// A Point is a place of a payment at which a check acts on the link, and
// whether a payment came by it.
type Point struct {
	Frame  int            `json:"frame"`
	From   adapter.Side   `json:"from"`
	Action adapter.Action `json:"action"`
	Hit    bool           `json:"hit"`
}

// Over runs one payment over a link, frame by frame. In shape hooked the
// adapter shows the frames; in shape split they are the messages that the
// harness carries, and what the link loses ends the payment there. The answer
// is the first that is not done, or the last; lost says that the link lost a
// message in shape split, and the answer is then nobody's.
func (t *T) Over(link Link, payer, payee *Unit, amount uint64) (a adapter.Answer, lost bool) {
	if link == nil {
		link = func(adapter.Frame) adapter.Reply { return adapter.Reply{Action: adapter.Deliver} }
	}
	p := t.Payment(payer, payee, amount)
	if t.env.Shape != adapter.Split {
		p.link = t.watched(link)
		return p.Whole(), false
	}
	w := carrier{t: t, link: t.watched(link)}
	return w.run(p)
}

// watched notes which points of the check's sweep a payment comes by.
func (t *T) watched(link Link) Link {
	return func(f adapter.Frame) adapter.Reply {
		reply := link(f)
		if reply.Action == "" {
			reply.Action = adapter.Deliver
		}
		if reply.Action != adapter.Deliver {
			t.hit(f.Number, f.From, reply.Action)
		}
		return reply
	}
}

// Point plans to act on a frame; the report says whether a payment came by it.
func (t *T) Point(frame int, from adapter.Side, action adapter.Action) {
	for _, p := range t.points {
		if p.Frame == frame && p.From == from && p.Action == action {
			return
		}
	}
	t.points = append(t.points, Point{Frame: frame, From: from, Action: action})
}

func (t *T) hit(frame int, from adapter.Side, action adapter.Action) {
	t.Point(frame, from, action)
	for i := range t.points {
		p := &t.points[i]
		if p.Frame == frame && p.From == from && p.Action == action {
			p.Hit = true
		}
	}
}

// Frames is a payment without faults, and the frames that it took.
func (t *T) Frames(payer, payee *Unit, amount uint64) []adapter.Frame {
	var seen []adapter.Frame
	a, _ := t.Over(func(f adapter.Frame) adapter.Reply {
		f.Message = bytes.Clone(f.Message)
		seen = append(seen, f)
		return adapter.Reply{Action: adapter.Deliver}
	}, payer, payee, amount)
	t.Control(a, "a payment")
	if len(seen) == 0 {
		t.Inconclusive("positive control: the adapter shows the frames of a payment", "none were shown")
	}
	return seen
}

// A carrier carries the messages of a split payment over a link.
type carrier struct {
	t    *T
	link Link
	sent int
	late []func() adapter.Answer // delayed to the end
	cut  bool
}

// carry puts one message on the link and hands what arrives to deliver. It
// reports false when nothing arrived.
func (w *carrier) carry(from adapter.Side, message []byte, deliver func([]byte) adapter.Answer) (adapter.Answer, bool) {
	w.sent++
	if w.cut {
		return adapter.Answer{}, false
	}
	reply := w.link(adapter.Frame{From: from, Number: w.sent, Message: message})
	switch reply.Action {
	case adapter.Drop:
		return adapter.Answer{}, false
	case adapter.Cut:
		w.cut = true
		return adapter.Answer{}, false
	case adapter.Delay: // each side waits for the other: the end is the next chance
		w.late = append(w.late, func() adapter.Answer { return deliver(message) })
		return adapter.Answer{}, false
	case adapter.Replace:
		return deliver(reply.Message), true
	case adapter.Repeat:
		first := deliver(message)
		second := deliver(message)
		if first.Done == nil && second.Done != nil {
			return second, true
		}
		return first, true
	}
	return deliver(message), true
}

// run drives the four messages of a split payment.
func (w *carrier) run(p *Payment) (a adapter.Answer, lost bool) {
	if a = p.Start(); a.Done == nil {
		return a, false
	}
	arrived := true
	if w.t.Has(adapter.CapStart) {
		a, arrived = w.carry(adapter.Payer, p.M1, func(m []byte) adapter.Answer { p.M1 = m; return p.Request() })
	} else {
		a = p.Request()
	}
	steps := []struct {
		from    adapter.Side
		message func() []byte
		next    func([]byte) adapter.Answer
	}{
		{adapter.Payee, func() []byte { return p.M2 }, func(m []byte) adapter.Answer { p.M2 = m; return p.Pay() }},
		{adapter.Payer, func() []byte { return p.M3 }, func(m []byte) adapter.Answer { p.M3 = m; return p.Accept() }},
		{adapter.Payee, func() []byte { return p.M4 }, func(m []byte) adapter.Answer { p.M4 = m; return p.Acknowledge() }},
	}
	for _, s := range steps {
		// A refusal travels on when it has a message for the other side.
		if !arrived || (a.Done == nil && (a.Refused == nil || len(a.Refused.Message) == 0)) {
			break
		}
		a, arrived = w.carry(s.from, s.message(), s.next)
	}
	for _, deliver := range w.late {
		a = deliver()
	}
	return a, !arrived && len(w.late) == 0
}
