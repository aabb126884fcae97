package mutant

import (
	"context"
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/telecom"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// telecomMutants are wrong about a telecom link, or about how long an answer may
// take.
func telecomMutants() []Mutant {
	list := []Mutant{
		{Name: "telecom-long-frames", Breaks: spec.INT19, Fault: "sends frames of eight bytes more than it declares", telecom: func() simulator.TelecomEnd {
			return must(telecom.NewLink(simulator.TelecomLink().Frame+8, telecom.StandardRules()))
		}},
		{Name: "telecom-drops-tail", Breaks: spec.INT19, Fault: "does not send the last frame of a message", telecom: sends(func(frames [][]byte) [][]byte {
			return frames[:max(1, len(frames)-1)]
		})},
		{Name: "telecom-truncates", Breaks: spec.INT19, Fault: "sends as much of a message as a link carries", telecom: cuts(func(m []byte) []byte { return m[:min(len(m), telecom.MaxMessage)] })},
		{Name: "telecom-in-order", Breaks: spec.INT20, Fault: "takes the frames of a message in their order alone", telecom: func() simulator.TelecomEnd {
			return &inOrder{TelecomEnd: rightEnd()}
		}},
		{Name: "telecom-counts-frames", Breaks: spec.INT20, Fault: "counts frames, repeated ones among them", telecom: func() simulator.TelecomEnd {
			return &counting{TelecomEnd: rightEnd(), had: map[string][][]byte{}}
		}},
		{Name: "telecom-takes-altered", Breaks: spec.INT20, Fault: "looks neither at the check of a frame nor at the tag of the whole", telecom: withoutFrameRule("check", "tag")},
		{Name: "telecom-sends-all", Breaks: spec.INT21, Fault: "sends a whole message again for one frame that is missing", telecom: func() simulator.TelecomEnd { return &generous{TelecomEnd: rightEnd()} }},
		{Name: "telecom-keeps-last", Breaks: spec.INT21, Fault: "keeps the message that it sent last, and none before it", telecom: func() simulator.TelecomEnd { return &forgetful{rightEnd()} }},
		{Name: "telecom-deaf-to-asks", Breaks: spec.INT21, Fault: "refuses every ask", telecom: answers(func(r telecom.Result, err error) (telecom.Result, error) {
			if r.Again != nil {
				return telecom.Result{}, &telecom.Error{Code: spec.EState, What: "asks are not served"}
			}
			return r, err
		})},
		{Name: "telecom-no-check", Breaks: spec.INT22, Fault: "does not look at the check of a frame", telecom: withoutFrameRule("check")},
		{Name: "telecom-any-version", Breaks: spec.INT22, Fault: "reads frames of other versions", telecom: hearsFrames(func(b []byte) []byte {
			if len(b) > 4 && b[0]>>4 != 1 {
				b = slices.Clone(b[:len(b)-4])
				b[0] = 0x10 | b[0]&0xF
				return telecom.Checked(b)
			}
			return b
		})},
		{Name: "telecom-own-code", Breaks: spec.INT22, Fault: "refuses frames of an unknown kind as malformed", telecom: recodedFrames("kind", spec.EMalformed)},
		{Name: "telecom-any-length", Breaks: spec.INT22, Fault: "takes parts that are longer or shorter than their header says", telecom: withoutFrameRule("part whole")},
		{Name: "telecom-starts-over", Breaks: spec.INT22, Fault: "drops its frames at one that it refuses", telecom: func() simulator.TelecomEnd { return &startingOver{rightEnd()} }},
		{Name: "telecom-no-tag", Breaks: spec.INT23, Fault: "gives what the parts make, whatever their tag says", telecom: withoutFrameRule("tag")},
		{Name: "telecom-keeps-spoiled", Breaks: spec.INT23, Fault: "keeps parts that did not make their message", telecom: func() simulator.TelecomEnd {
			return &spoiled{TelecomEnd: rightEnd(), had: map[string][][]byte{}}
		}},
		{Name: "telecom-hoards", Breaks: spec.INT24, Fault: "keeps frames of as many messages as it hears of", telecom: shelved(1<<10, false)},
		{Name: "telecom-one-message", Breaks: spec.INT24, Fault: "keeps frames of one message, the one that it heard of last", telecom: shelved(1, false)},
		{Name: "telecom-first-out", Breaks: spec.INT24, Fault: "drops the message that it heard of first, though it still grows", telecom: shelved(telecom.MaxMessages, true)},
		{Name: "telecom-impatient", Breaks: spec.INT25, Fault: "gives up a payment after thirty seconds of its host's clock", wrap: func(sim adapter.Adapter) adapter.Adapter {
			return &impatient{next: sim, patience: 30, now: map[string]int64{}, began: map[string]int64{}}
		}},
		{Name: "telecom-drops-slow", Breaks: spec.INT25, Fault: "drops the frames that it has when the next comes more than five seconds later", wrap: func(sim adapter.Adapter) adapter.Adapter {
			return &rushed{next: sim, now: map[string]int64{}, last: map[string]int64{}, ends: map[string]simulator.TelecomEnd{}}
		}},
		{Name: "telecom-late-refund", Breaks: spec.INT26, Fault: "takes back what it paid when the answer comes late", wrap: wrappedBefore(refundsLate)},
		{Name: "telecom-late-silence", Breaks: spec.INT26, Fault: "refuses an answer that comes late, and does not send its transfer again", wrap: func(sim adapter.Adapter) adapter.Adapter {
			return &impatient{next: sim, patience: int64(simulator.TelecomLink().Answer), silent: true, now: map[string]int64{}, began: map[string]int64{}}
		}},
	}
	for i := range list {
		list[i].Profile = "cf-dc-2.2"
	}
	return list
}

func must(l *telecom.Link, err error) *telecom.Link {
	if err != nil {
		panic("mutant: " + err.Error()) // frames within the bounds
	}
	return l
}

func rightEnd() simulator.TelecomEnd { return simulator.NewTelecomEnd(telecom.StandardRules()) }

// withoutFrameRule leaves out rules of a frame.
func withoutFrameRule(names ...string) func() simulator.TelecomEnd {
	return func() simulator.TelecomEnd {
		return simulator.NewTelecomEnd(slices.DeleteFunc(telecom.StandardRules(), func(r telecom.Rule) bool { return slices.Contains(names, r.Name) }))
	}
}

// recodedFrames refuses by one rule with another code.
func recodedFrames(name string, code spec.Code) func() simulator.TelecomEnd {
	return func() simulator.TelecomEnd {
		rules := telecom.StandardRules()
		for i := range rules {
			if rules[i].Name == name {
				rules[i].Code = code
			}
		}
		return simulator.NewTelecomEnd(rules)
	}
}

// A changed end is right but for what it does before and after.
type changed struct {
	simulator.TelecomEnd
	cut   func([]byte) []byte
	sends func([][]byte) [][]byte
	hears func([]byte) []byte
	says  func(telecom.Result, error) (telecom.Result, error)
}

func (c changed) Frames(m []byte) ([][]byte, error) {
	if c.cut != nil {
		m = c.cut(m)
	}
	frames, err := c.TelecomEnd.Frames(m)
	if err == nil && c.sends != nil {
		frames = c.sends(frames)
	}
	return frames, err
}

func (c changed) Read(frame []byte) (telecom.Result, error) {
	if c.hears != nil {
		frame = c.hears(frame)
	}
	r, err := c.TelecomEnd.Read(frame)
	if c.says != nil {
		return c.says(r, err)
	}
	return r, err
}

func cuts(cut func([]byte) []byte) func() simulator.TelecomEnd {
	return func() simulator.TelecomEnd { return changed{TelecomEnd: rightEnd(), cut: cut} }
}

func sends(change func([][]byte) [][]byte) func() simulator.TelecomEnd {
	return func() simulator.TelecomEnd { return changed{TelecomEnd: rightEnd(), sends: change} }
}

func hearsFrames(change func([]byte) []byte) func() simulator.TelecomEnd {
	return func() simulator.TelecomEnd { return changed{TelecomEnd: rightEnd(), hears: change} }
}

func answers(change func(telecom.Result, error) (telecom.Result, error)) func() simulator.TelecomEnd {
	return func() simulator.TelecomEnd { return changed{TelecomEnd: rightEnd(), says: change} }
}

// headOf is what the frames of one message have in common, empty for an ask and
// for what is too short to be a part.
func headOf(frame []byte) string {
	if len(frame) <= telecom.Overhead || frame[0] != 0x11 {
		return ""
	}
	return string(frame[1:8])
}

// inOrder takes the next part of a message, and no other.
type inOrder struct {
	simulator.TelecomEnd
	head string
	next byte
}

func (o *inOrder) Read(frame []byte) (telecom.Result, error) {
	head := headOf(frame)
	if head == "" {
		return o.TelecomEnd.Read(frame)
	}
	if head != o.head {
		o.head, o.next = head, 0
	}
	if frame[8] != o.next {
		return telecom.Result{}, nil
	}
	o.next++
	return o.TelecomEnd.Read(frame)
}

// counting joins as many parts as a message has, as they came.
type counting struct {
	simulator.TelecomEnd
	had map[string][][]byte
}

func (c *counting) Read(frame []byte) (telecom.Result, error) {
	r, err := c.TelecomEnd.Read(frame)
	head := headOf(frame)
	if err != nil || head == "" {
		return r, err
	}
	c.had[head] = append(c.had[head], frame[9:len(frame)-4])
	if r.Message != nil {
		delete(c.had, head)
		return r, nil
	}
	if len(c.had[head]) == int(frame[7]) {
		r.Message = slices.Concat(c.had[head]...)
		delete(c.had, head)
	}
	return r, nil
}

// generous sends all frames of its last message for each ask.
type generous struct {
	simulator.TelecomEnd
	last [][]byte
}

func (g *generous) Frames(m []byte) (frames [][]byte, err error) {
	g.last, err = g.TelecomEnd.Frames(m)
	return g.last, err
}

func (g *generous) Read(frame []byte) (telecom.Result, error) {
	r, err := g.TelecomEnd.Read(frame)
	if r.Again != nil {
		r.Again = g.last
	}
	return r, err
}

// forgetful forgets at each message what it has sent before.
type forgetful struct{ simulator.TelecomEnd }

func (f *forgetful) Frames(m []byte) ([][]byte, error) {
	f.TelecomEnd = rightEnd()
	return f.TelecomEnd.Frames(m)
}

// startingOver begins anew when a frame was refused.
type startingOver struct{ simulator.TelecomEnd }

func (s *startingOver) Read(frame []byte) (telecom.Result, error) {
	r, err := s.TelecomEnd.Read(frame)
	if err != nil {
		s.TelecomEnd = rightEnd()
	}
	return r, err
}

// spoiled hears the parts of a message that was refused once more.
type spoiled struct {
	simulator.TelecomEnd
	had map[string][][]byte
}

func (s *spoiled) Read(frame []byte) (telecom.Result, error) {
	head := headOf(frame)
	r, err := s.TelecomEnd.Read(frame)
	if head == "" || r.Message != nil {
		delete(s.had, head)
		return r, err
	}
	if code, coded := wire.CodeOf(err); coded && code == spec.EParts {
		for _, f := range s.had[head] {
			_, _ = s.TelecomEnd.Read(f)
		}
		return r, err
	}
	s.had[head] = append(s.had[head], slices.Clone(frame))
	return r, err
}

// A shelf has a whole end for each message that it hears of.
type shelf struct {
	simulator.TelecomEnd // for sending
	keep                 int
	byAge                bool // the oldest goes, and not the one that rested longest
	heads                []string
	ends                 map[string]simulator.TelecomEnd
}

func shelved(keep int, byAge bool) func() simulator.TelecomEnd {
	return func() simulator.TelecomEnd {
		return &shelf{TelecomEnd: rightEnd(), keep: keep, byAge: byAge, ends: map[string]simulator.TelecomEnd{}}
	}
}

func (s *shelf) Read(frame []byte) (telecom.Result, error) {
	head := headOf(frame)
	if head == "" {
		return s.TelecomEnd.Read(frame)
	}
	if s.ends[head] == nil {
		s.ends[head] = rightEnd()
		s.heads = append(s.heads, head)
	} else if !s.byAge {
		s.heads = append(slices.DeleteFunc(s.heads, func(h string) bool { return h == head }), head)
	}
	if len(s.heads) > s.keep {
		delete(s.ends, s.heads[0])
		s.heads = s.heads[1:]
	}
	r, err := s.ends[head].Read(frame)
	if r.Message != nil || err != nil {
		delete(s.ends, head)
		s.heads = slices.DeleteFunc(s.heads, func(h string) bool { return h == head })
	}
	return r, err
}

func (s *shelf) Ask() (frames [][]byte) {
	for _, head := range s.heads {
		frames = append(frames, s.ends[head].Ask()...)
	}
	return frames
}

// An impatient device ends a session by its host's clock.
type impatient struct {
	next       adapter.Adapter
	patience   int64
	silent     bool // patient before its debit, and mute about it afterwards
	now, began map[string]int64
}

func (i *impatient) Do(ctx context.Context, q adapter.Request, on func(adapter.Event) adapter.Reply) (adapter.Answer, error) {
	late := i.now[q.Handle]-i.began[q.Handle] > i.patience
	switch v := q.Verb.(type) {
	case adapter.SetClock:
		i.now[q.Handle] = v.Unix
	case adapter.Start, adapter.RequestPayment:
		if !i.silent {
			i.began[q.Handle] = i.now[q.Handle]
		}
	case adapter.Pay:
		if i.silent {
			i.began[q.Handle], late = i.now[q.Handle], false
		}
	case adapter.Resend:
		if i.silent && late {
			return adapter.Answer{Done: &adapter.Result{}}, nil
		}
	}
	switch q.Verb.(type) {
	case adapter.Pay, adapter.Accept, adapter.Acknowledge:
		if late && i.began[q.Handle] > 0 {
			return adapter.Answer{Refused: &adapter.Refusal{Code: int(spec.EState)}}, nil
		}
	}
	return i.next.Do(ctx, q, on)
}

func (i *impatient) Device(handle string) *device.Device {
	inside, ok := i.next.(simulator.Inspector)
	if !ok {
		return nil
	}
	return inside.Device(handle)
}

// A rushed device's end hears parts by itself, for as long as they come soon.
type rushed struct {
	next      adapter.Adapter
	now, last map[string]int64
	ends      map[string]simulator.TelecomEnd
}

func (h *rushed) Do(ctx context.Context, q adapter.Request, on func(adapter.Event) adapter.Reply) (adapter.Answer, error) {
	switch v := q.Verb.(type) {
	case adapter.SetClock:
		h.now[q.Handle] = v.Unix
	case adapter.ReadFrame:
		if headOf(v.Message) == "" {
			break
		}
		if now := h.now[q.Handle]; h.ends[q.Handle] == nil || now-h.last[q.Handle] > 5 {
			h.ends[q.Handle] = rightEnd()
		}
		h.last[q.Handle] = h.now[q.Handle]
		r, err := h.ends[q.Handle].Read(v.Message)
		if code, no := wire.CodeOf(err); no {
			return adapter.Answer{Refused: &adapter.Refusal{Code: int(code)}}, nil
		}
		return adapter.Answer{Done: &adapter.Result{Message: r.Message}}, nil
	case adapter.AskFrames:
		asks := &adapter.Result{}
		if h.ends[q.Handle] != nil {
			for _, f := range h.ends[q.Handle].Ask() {
				asks.Messages = append(asks.Messages, f)
			}
		}
		return adapter.Answer{Done: asks}, nil
	}
	return h.next.Do(ctx, q, on)
}

// refundsLate takes back a debit whose answer came later than the link's slowest,
// by the clock of the payer's host.
func refundsLate(w *wrapper, c call) {
	switch v := c.request.Verb.(type) {
	case adapter.SetClock:
		w.counts[c.handle] = int(v.Unix)
	case adapter.Pay:
		w.counts[c.handle+" paid"] = w.counts[c.handle]
	case adapter.Acknowledge:
		if paid := w.counts[c.handle+" paid"]; paid > 0 && w.counts[c.handle]-paid > simulator.TelecomLink().Answer {
			w.edit(c.handle, reclaim)
		}
	}
}
