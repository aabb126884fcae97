package disguise

import (
	"context"
	"errors"
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
)

// escrowHour is how many verbs pass in an hour of an escrow product.
const escrowHour = 24

// An escrow has no second meeting: what did not arrive comes back by itself.
type escrow struct {
	inner
	verbs int
	asked map[string]request
	held  []holding
}

// A request is a payee's M2, by the unit that made it.
type request struct {
	payee  string
	number uint64 // of the request in the payee's memory
}

// A holding is a payment without its last word.
type holding struct {
	request
	payer   string
	session int
	m2      string
	due     int // in verbs
}

// Escrow shows a product without resend: a payment that the payer heard nothing
// of is void an hour later, and its amount is back at the payer, unless the payee
// has it. An hour is 24 verbs. The payee is closed to the payment first, so that
// no value exists twice; then its own word, accepted or refused, ends the
// payment at the payer. The next adapter is of the shape split and shows its
// devices ([simulator.Inspector]).
func Escrow(next adapter.Adapter) adapter.Adapter {
	return &escrow{inner: inner{next}, asked: map[string]request{}}
}

// Do carries out a request, after what is due has come back.
func (e *escrow) Do(ctx context.Context, q adapter.Request, on events) (adapter.Answer, error) {
	if v, ok := q.Verb.(adapter.RequestPayment); ok && v.Finish {
		return adapter.Answer{}, unsupported(v)
	}
	switch v := q.Verb.(type) {
	case adapter.Hello:
		return e.hello(ctx, q, on, func(h *adapter.Implementation) {
			h.Capabilities = without(h.Capabilities, adapter.CapResend)
		})
	case adapter.Resend:
		return adapter.Answer{}, unsupported(v)
	}
	e.verbs++
	e.comeBack()
	a, err := e.next.Do(ctx, q, on)
	if err == nil && a.Done != nil {
		e.note(q, a.Done)
	}
	return a, err
}

// note keeps who was asked by whom, and what has left a payer.
func (e *escrow) note(q adapter.Request, r *adapter.Result) {
	switch v := q.Verb.(type) {
	case adapter.RequestPayment:
		if d := e.Device(q.Handle); d != nil {
			e.asked[string(r.Message)] = request{q.Handle, d.State().NextRequest - 1}
		}
	case adapter.Pay:
		asked, known := e.asked[string(v.Message)]
		again := slices.ContainsFunc(e.held, func(h holding) bool { return h.m2 == string(v.Message) })
		if known && !again {
			e.held = append(e.held, holding{asked, q.Handle, v.Session, string(v.Message), e.verbs + escrowHour})
		}
	case adapter.Acknowledge:
		e.held = slices.DeleteFunc(e.held, func(h holding) bool { return h.payer == q.Handle && h.session == v.Session })
	}
}

// comeBack ends what is an hour old. What cannot be ended now, for want of power
// say, is tried again at the next verb.
func (e *escrow) comeBack() {
	var later []holding
	for _, h := range e.held {
		if h.due > e.verbs || !e.ends(h) {
			later = append(later, h)
			continue
		}
		delete(e.asked, h.m2)
	}
	e.held = later
}

// ends closes the payee's request, has the payee say what became of the
// transfer, and the payer hear it.
func (e *escrow) ends(h holding) bool {
	payer, payee := e.Device(h.payer), e.Device(h.payee)
	if payer == nil || payee == nil {
		return true
	}
	from := payer.State()
	i := slices.IndexFunc(from.Slots, func(s device.Slot) bool {
		return s.State == device.SlotReleased && s.Type == wire.TypeTransfer && s.Request == h.number && s.Payee == payee.DID()
	})
	if i < 0 {
		return true // it has ended in another way
	}
	err := payee.Edit(func(s *device.State) {
		for i, r := range s.Requests {
			if r.Open && r.Number == h.number {
				s.Requests[i] = device.Request{}
			}
		}
	})
	if err != nil {
		return false
	}
	slot := from.Slots[i]
	scheme, _ := suite.Lookup(slot.Suite)
	object := wire.Object{Alg: scheme.Alg(), Payload: slot.Payload, Signature: slot.Signature}
	word, err := payee.Deliver(object.Encode(), certificates(from))
	if no, ok := errors.AsType[*device.Refusal](err); ok {
		word = no.Message
	}
	if len(word) == 0 {
		return false
	}
	_, err = payer.Receipt(word, certificates(payee.State()))
	return err == nil
}

// certificates are those of a device's keys.
func certificates(s device.State) [][]byte {
	var all [][]byte
	for _, k := range s.Keys {
		if k.Cert != nil {
			all = append(all, k.Cert)
		}
	}
	return all
}
