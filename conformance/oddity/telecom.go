package oddity

import (
	"bytes"
	"context"
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/disguise"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/reference/telecom"
	"github.com/assay-cbdc/assay/spec"
)

// links are unusual in how they use a telecom link.
func links() []Oddity {
	return []Oddity{
		odd("small-frames", spec.INT19, "sends frames of half the size that it declares, the last first, and asks for each missing one by itself", func() adapter.Adapter {
			return reference(simulator.Options{Telecom: func() simulator.TelecomEnd { return &single{halves{end()}} }})
		}).of("cf-dc-2.2", ""),
		odd("own-framing", spec.INT20, "is of class BH with frames of its own, keeps those of one message at a time, and refuses what comes later than it declares", func() adapter.Adapter {
			return disguise.Closed(&punctual{
				next: reference(simulator.Options{Telecom: func() simulator.TelecomEnd { return &veiled{Link: end()} }}),
				now:  map[string]int64{}, last: map[string]int64{},
			})
		}).of("cf-dc-2.2", ""),
	}
}

func end() *telecom.Link { return simulator.NewTelecomEnd(telecom.StandardRules()) }

// halves cuts a message into twice as many frames as it needs, where that many
// parts are possible, and sends the last first.
type halves struct{ *telecom.Link }

func (h halves) Frames(m []byte) ([][]byte, error) {
	frames, err := h.Parts(m, 2*telecom.Count(len(m), simulator.TelecomLink().Frame))
	if err != nil {
		frames, err = h.Link.Frames(m)
	}
	slices.Reverse(frames)
	return frames, err
}

// single takes an ask apart, one for each part.
type single struct{ halves }

func (s single) Ask() (frames [][]byte) {
	const bits, check = 8, 4
	for _, ask := range s.Link.Ask() {
		for i := bits; i < len(ask)-check; i++ {
			for bit := range 8 {
				if ask[i]>>bit&1 == 0 {
					continue
				}
				one := append(append([]byte(nil), ask[:bits]...), make([]byte, len(ask)-check-bits)...)
				one[i] = 1 << bit
				frames = append(frames, telecom.Checked(one))
			}
		}
	}
	return frames
}

// A veiled end has frames whose bytes say nothing to who knows telecom.md, and
// room for one message.
type veiled struct {
	*telecom.Link // sends
	reader        *telecom.Link
	head          []byte // of the message that it has frames of
}

func veil(frames ...[]byte) [][]byte {
	out := make([][]byte, len(frames))
	for i, f := range frames {
		out[i] = slices.Clone(f)
		for k := range f {
			out[i][k] ^= 0x5A
		}
	}
	return out
}

func (v *veiled) Frames(m []byte) ([][]byte, error) {
	frames, err := v.Link.Frames(m)
	return veil(frames...), err
}

func (v *veiled) Read(frame []byte) (telecom.Result, error) {
	frame = veil(frame)[0]
	if _, err := end().Read(frame); err == nil && !bytes.Equal(frame[1:8], v.head) { // a part of another message
		v.head, v.reader = slices.Clone(frame[1:8]), end()
	}
	if v.reader != nil && len(frame) > 8 && bytes.Equal(frame[1:8], v.head) && frame[0] == 0x11 {
		return v.reader.Read(frame)
	}
	r, err := v.Link.Read(frame) // an ask, or nothing
	r.Again = veil(r.Again...)
	return r, err
}

func (v *veiled) Ask() [][]byte {
	if v.reader == nil {
		return nil
	}
	return veil(v.reader.Ask()...)
}

// punctual refuses a message that comes later after the one before than the link's
// slowest answer, by its host's clock.
type punctual struct {
	next      adapter.Adapter
	now, last map[string]int64
}

func (p *punctual) Do(ctx context.Context, q adapter.Request, on func(adapter.Event) adapter.Reply) (adapter.Answer, error) {
	waited := p.now[q.Handle] - p.last[q.Handle]
	switch v := q.Verb.(type) {
	case adapter.SetClock:
		p.now[q.Handle] = v.Unix
	case adapter.Start, adapter.RequestPayment, adapter.Resend:
		p.last[q.Handle] = p.now[q.Handle]
	case adapter.Pay, adapter.Accept, adapter.Acknowledge:
		if p.last[q.Handle] > 0 && waited > int64(simulator.TelecomLink().Answer) {
			return adapter.Answer{Refused: &adapter.Refusal{Code: int(spec.EState)}}, nil
		}
		p.last[q.Handle] = p.now[q.Handle]
	}
	return p.next.Do(ctx, q, on)
}
