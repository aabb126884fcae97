package disguise

import (
	"bytes"

	"github.com/assay-cbdc/assay/conformance/adapter"
)

// request is the payee's M2, to an M1 or to none.
func (x *exchange) request(m1 adapter.Bytes) error {
	v := adapter.RequestPayment{Message: m1, Finish: x.transfer.Finish}
	if !v.Finish {
		v.Amount, v.Label = x.transfer.Amount, x.transfer.Label
	}
	a, err := x.step(x.payee, v)
	switch {
	case err != nil:
		return err
	case a.Done != nil:
		x.payee.opened, x.payee.session = true, a.Done.Session
		x.payee.opening, x.payee.answers = m1, []adapter.Bytes{a.Done.Message}
		return x.send(x.payee, a.Done.Message, nil)
	}
	return x.told(x.payee, a)
}

// told sends the message of a refusal, if there is one.
func (x *exchange) told(from *end, a adapter.Answer) error {
	if a.Refused == nil || len(a.Refused.Message) == 0 {
		return nil
	}
	return x.send(from, a.Refused.Message, a.Refused)
}

// atPayee is a frame that has arrived at the payee: M1, or else M3.
func (x *exchange) atPayee(p parcel) error {
	e := x.payee
	switch {
	case !e.opened:
		return x.request(p.message)
	case x.starts && bytes.Equal(p.message, e.opening):
		return x.again(e)
	}
	a, err := x.step(e, adapter.Accept{Session: e.session, Message: p.message})
	switch {
	case err != nil:
		return err
	case a.Done != nil:
		return x.send(e, a.Done.Message, nil)
	case p.refusal != nil: // an end that was told no has nothing to say
		return nil
	}
	return x.told(e, a)
}

// again answers a frame that an end has answered before, with the same frames.
func (x *exchange) again(e *end) error {
	for _, m := range e.answers {
		if err := x.send(e, m, nil); err != nil {
			return err
		}
	}
	return nil
}

// atPayer is a frame that has arrived at the payer: M2, or else M4.
func (x *exchange) atPayer(p parcel) error {
	e := x.payer
	switch {
	case p.refusal != nil && !e.answered: // there is nothing to pay
		return nil
	case !e.answered:
		return x.pay(p.message)
	case len(p.message) > 0 && bytes.Equal(p.message, e.opening) && x.transfer.Finish:
		return x.again(e)
	case len(p.message) > 0 && bytes.Equal(p.message, e.opening):
		a, err := x.do(e.handle, x.payVerb(p.message)) // the same bytes again: the device knows what to do
		if err != nil || a.Done == nil {
			return err
		}
		return x.send(e, a.Done.Message, nil)
	}
	a, err := x.step(e, adapter.Acknowledge{Session: e.session, Message: p.message})
	if a.Done != nil {
		x.ended++
		x.refunded = x.refunded || p.refusal != nil
	}
	return err
}

func (x *exchange) payVerb(m2 adapter.Bytes) adapter.Verb {
	return adapter.Pay{Session: x.payer.session, Message: m2, Secret: x.transfer.Secret, Amount: x.transfer.Amount}
}

// pay is the payer's M3, or each M3 that is pending.
func (x *exchange) pay(m2 adapter.Bytes) error {
	e := x.payer
	v := x.payVerb(m2)
	if x.transfer.Finish {
		v = adapter.Resend{Session: e.session, Message: m2}
	}
	a, err := x.step(e, v)
	if err != nil {
		return err
	}
	if a.Done == nil {
		return x.told(e, a)
	}
	e.answered, e.opening, e.answers = true, m2, a.Done.Messages
	if e.session == 0 {
		e.session = a.Done.Session
	}
	if !x.transfer.Finish {
		e.answers = []adapter.Bytes{a.Done.Message}
	}
	x.pending = len(e.answers)
	for _, m3 := range e.answers {
		if err := x.send(e, m3, nil); err != nil {
			return err
		}
	}
	return nil
}
