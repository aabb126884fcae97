package disguise

import (
	"context"
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
)

// A whole product pays with one verb. What travels between its units is its own
// affair; a hooked one shows the frames and lets the harness decide what becomes
// of each, a sealed one does not.
type whole struct {
	inner
	shape adapter.Shape
	said  *adapter.Implementation // what the next adapter claims
	armed map[string]*powerCut
}

// A powerCut is armed for one transfer of a unit.
type powerCut struct {
	message int // of the unit, sent or received, from 1
	fired   bool
	over    bool // its transfer has been
}

// Hooked shows a product of the shape split as one of the shape hooked: transfer
// alone pays, and every frame asks. A frame that is lost is never sent again:
// the product gives up, tells its payer "LINK", and keeps what is pending.
// Power-cycle, where it is served, becomes cut-message and cut-time too.
func Hooked(next adapter.Adapter) adapter.Adapter { return newWhole(next, adapter.Hooked) }

// Sealed is [Hooked] without the hook.
func Sealed(next adapter.Adapter) adapter.Adapter { return newWhole(next, adapter.Sealed) }

func newWhole(next adapter.Adapter, s adapter.Shape) *whole {
	return &whole{inner: inner{next}, shape: s, armed: map[string]*powerCut{}}
}

// Do carries out a request as the whole product does.
func (w *whole) Do(ctx context.Context, q adapter.Request, on events) (adapter.Answer, error) {
	switch v := q.Verb.(type) {
	case adapter.Hello:
		return w.hello(ctx, q, on, func(h *adapter.Implementation) {
			before := *h
			before.Capabilities = slices.Clone(h.Capabilities)
			w.said = &before
			w.claims(h)
		})
	case adapter.Transfer:
		return w.transfer(ctx, q.Handle, v, on)
	case adapter.Start, adapter.RequestPayment, adapter.Pay, adapter.Accept, adapter.Acknowledge, adapter.Resend,
		adapter.Cancel, adapter.CloseSession:
		return adapter.Answer{}, unsupported(v)
	case adapter.CutMessage:
		if w.shape == adapter.Hooked {
			return w.arm(ctx, q, v.Message)
		}
	case adapter.CutTime:
		if v.Microseconds > 0 {
			return w.arm(ctx, q, 1+v.Microseconds/messageTime)
		}
		return w.arm(ctx, q, 0)
	}
	return w.next.Do(ctx, q, on)
}

// messageTime is how many microseconds a message takes in the model of cut-time.
// Verbs other than transfer take none.
const messageTime = 1000

func (w *whole) claims(h *adapter.Implementation) {
	h.Shapes = []adapter.Shape{w.shape}
	h.Capabilities = without(h.Capabilities, adapter.CapStart, adapter.CapCancel, adapter.CapSecondSession)
	if slices.Contains(h.Capabilities, adapter.CapPowerCycle) {
		h.Capabilities = append(without(h.Capabilities, adapter.CapCutTime, adapter.CapCutMessage), adapter.CapCutTime)
		if w.shape == adapter.Hooked {
			h.Capabilities = append(h.Capabilities, adapter.CapCutMessage)
		}
	}
}

// arm arms a power cut at a message of the unit's next transfer; 0 disarms. The
// answer says whether the one before has fired.
func (w *whole) arm(ctx context.Context, q adapter.Request, message int) (adapter.Answer, error) {
	can, err := w.serves(ctx, adapter.CapPowerCycle)
	if err != nil {
		return adapter.Answer{}, err
	}
	if !can {
		return adapter.Answer{}, unsupported(q.Verb)
	}
	if message < 0 {
		return adapter.Answer{}, broken(q.Verb.Name(), "there is no message %d: count from 1, or disarm with 0", message)
	}
	before := w.armed[q.Handle]
	fired := before != nil && before.fired
	delete(w.armed, q.Handle)
	if message > 0 {
		w.armed[q.Handle] = &powerCut{message: message}
	}
	return done(adapter.Result{CutFired: &fired}), nil
}

// serves says whether the next adapter claims a capability.
func (w *whole) serves(ctx context.Context, c adapter.Capability) (bool, error) {
	if w.said == nil {
		said, err := w.says(ctx)
		if err != nil {
			return false, err
		}
		w.said = &said
	}
	return slices.Contains(w.said.Capabilities, c), nil
}

// transfer is one payment, or one meeting to end what is pending.
func (w *whole) transfer(ctx context.Context, payer string, v adapter.Transfer, on events) (adapter.Answer, error) {
	starts, err := w.serves(ctx, adapter.CapStart)
	if err != nil {
		return adapter.Answer{}, err
	}
	resends, _ := w.serves(ctx, adapter.CapResend)
	if v.Finish && !resends {
		return adapter.Answer{}, unsupported(adapter.Resend{})
	}
	cancels, _ := w.serves(ctx, adapter.CapCancel)
	x := &exchange{
		do: func(handle string, verb adapter.Verb) (adapter.Answer, error) {
			return w.next.Do(ctx, adapter.Request{Handle: handle, Verb: verb}, on)
		},
		transfer: v, starts: starts, cancels: cancels,
		payer: &end{side: adapter.Payer, handle: payer, cut: w.cutOf(payer)},
		payee: &end{side: adapter.Payee, handle: v.Payee, cut: w.cutOf(v.Payee)},
	}
	if w.shape == adapter.Hooked && on != nil {
		x.ask = func(f adapter.Frame) adapter.Reply { return on(adapter.Event{Frame: &f}) }
	}
	return x.run()
}

// cutOf is the power cut that is armed for the unit's next transfer, which is
// this one.
func (w *whole) cutOf(handle string) *powerCut {
	cut := w.armed[handle]
	if cut == nil || cut.over {
		return nil
	}
	cut.over = true
	return cut
}
