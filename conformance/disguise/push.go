package disguise

import (
	"context"
	"crypto/sha256"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/spec"
)

// A push product pays to an address. Its payee asks for nothing: what it shows
// is the same each time, and the amount is the payer's alone.
type push struct {
	inner
	places map[string]string // handle by address
	armed  map[string]*arming
	given  map[string]int // the last session number given, by handle
	// sessions are the payees' own numbers, by handle and by the number given.
	sessions map[string]map[int]int
}

// An arming is one request verb: the payee waits to be paid.
type arming struct {
	v       adapter.RequestPayment
	payer   string
	session int // the payer's own
	m2      adapter.Bytes
	number  int // that the harness knows
}

// NoRequest shows a product without a request message. Its payee speaks first
// and says no more than its standing address, as a printed code does; the
// payer's one message makes the payment. An address is needed where payments are
// driven message by message: a payer that is told nothing could not pay to
// anybody in particular. The next adapter is of the shape split and serves start.
func NoRequest(next adapter.Adapter) adapter.Adapter {
	return &push{inner: inner{next}, places: map[string]string{}, armed: map[string]*arming{}, given: map[string]int{}, sessions: map[string]map[int]int{}}
}

// Do carries out a request as the push product does.
func (p *push) Do(ctx context.Context, q adapter.Request, on events) (adapter.Answer, error) {
	do := func(handle string, v adapter.Verb) (adapter.Answer, error) {
		return p.next.Do(ctx, adapter.Request{Handle: handle, Verb: v}, on)
	}
	switch v := q.Verb.(type) {
	case adapter.Hello:
		return p.hello(ctx, q, on, func(h *adapter.Implementation) {
			h.Capabilities = without(h.Capabilities, adapter.CapStart, adapter.CapLabel)
		})
	case adapter.Start:
		return adapter.Answer{}, unsupported(v)
	case adapter.RequestPayment:
		return p.arm(q.Handle, v), nil
	case adapter.Pay:
		return p.pay(do, q.Handle, v)
	case adapter.Resend:
		return p.resend(do, q.Handle, v)
	case adapter.Accept:
		v.Session = p.sessionOf(q.Handle, v.Session)
		return do(q.Handle, v)
	case adapter.Cancel:
		return p.cancel(do, q.Handle, v)
	case adapter.CloseSession:
		if number := p.sessionOf(q.Handle, v.Session); number != 0 || v.Session == 0 {
			return do(q.Handle, adapter.CloseSession{Session: number})
		}
		return done(adapter.Result{}), nil
	case adapter.PowerCycle:
		delete(p.sessions, q.Handle)
		delete(p.armed, q.Handle)
	}
	a, err := p.next.Do(ctx, q, on)
	if err == nil && a.Torn != nil {
		delete(p.sessions, q.Handle)
	}
	return a, err
}

// arm is all that a payee does: it shows its address, once it has one.
func (p *push) arm(handle string, v adapter.RequestPayment) adapter.Answer {
	if d := p.Device(handle); d != nil && !d.State().Provisioned {
		return adapter.Answer{Refused: &adapter.Refusal{Code: int(spec.EUnprovisioned)}}
	}
	sum := sha256.Sum256([]byte("address of " + handle))
	address := adapter.Bytes(sum[:16])
	p.places[string(address)] = handle
	p.given[handle]++
	p.armed[handle] = &arming{v: v, number: p.given[handle]}
	return done(adapter.Result{Message: address, Session: p.given[handle]})
}

// sessionOf is the payee's own number of a session.
func (p *push) sessionOf(handle string, number int) int { return p.sessions[handle][number] }

// meet has payer and payee exchange, unseen, what the payer needs to pay.
func (p *push) meet(do stepper, payer string, address adapter.Bytes, v adapter.RequestPayment) (*arming, adapter.Answer, error) {
	handle, known := p.places[string(address)]
	if !known {
		return nil, no("ADDRESS"), nil
	}
	a := p.armed[handle]
	if a == nil || a.v.Finish != v.Finish {
		return nil, no("NOBODY"), nil // nobody waits there to be paid
	}
	if a.payer == payer && a.m2 != nil {
		return a, adapter.Answer{}, nil
	}
	started, err := do(payer, adapter.Start{})
	if err != nil || started.Done == nil {
		return nil, started, err
	}
	v.Message = started.Done.Message
	asked, err := do(handle, v)
	if err != nil || asked.Done == nil {
		return nil, silent(asked), err
	}
	a.payer, a.session, a.m2 = payer, started.Done.Session, asked.Done.Message
	if p.sessions[handle] == nil {
		p.sessions[handle] = map[int]int{}
	}
	p.sessions[handle][a.number] = asked.Done.Session
	return a, adapter.Answer{}, nil
}

type stepper = func(handle string, v adapter.Verb) (adapter.Answer, error)

// silent is a refusal without the message that it had for the other unit.
func silent(a adapter.Answer) adapter.Answer {
	if a.Refused != nil {
		r := *a.Refused
		r.Message = nil
		a.Refused = &r
	}
	return a
}

// pay makes the whole payment. Asked again while the same payee waits, it is the
// same payment.
func (p *push) pay(do stepper, payer string, v adapter.Pay) (adapter.Answer, error) {
	a, refused, err := p.meet(do, payer, v.Message, adapter.RequestPayment{Amount: v.Amount})
	if a == nil {
		return refused, err
	}
	v.Session, v.Message = a.session, a.m2
	answer, err := do(payer, v)
	return silent(answer), err
}

func (p *push) resend(do stepper, payer string, v adapter.Resend) (adapter.Answer, error) {
	a, refused, err := p.meet(do, payer, v.Message, adapter.RequestPayment{Finish: true})
	if a == nil {
		return refused, err
	}
	return do(payer, adapter.Resend{Session: a.session, Message: a.m2})
}

// cancel takes the payee's address away, and its request where there is one.
func (p *push) cancel(do stepper, handle string, v adapter.Cancel) (adapter.Answer, error) {
	number := p.sessionOf(handle, v.Session)
	if a := p.armed[handle]; a != nil && (v.Session == 0 || v.Session == a.number) {
		delete(p.armed, handle)
		if number == 0 && v.Session != 0 { // nothing was made of it yet
			return done(adapter.Result{}), nil
		}
	}
	return do(handle, adapter.Cancel{Session: number})
}
