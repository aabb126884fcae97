package check

import (
	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/spec"
)

// A Payment is one payment on its way. The harness is the network: it holds
// each message and decides what becomes of it.
type Payment struct {
	t              *T
	Payer, Payee   *Unit
	Amount         uint64
	Label          string
	M1, M2, M3, M4 []byte
	// PayerSession and PayeeSession are the units' own numbers.
	PayerSession, PayeeSession int
	// NoSecret leaves the user verification out.
	NoSecret bool
	link     Link
	// Shown is what the payer showed its user, in order.
	Shown []adapter.Show
}

// Payment prepares a payment; nothing is sent.
func (t *T) Payment(payer, payee *Unit, amount uint64) *Payment {
	return &Payment{t: t, Payer: payer, Payee: payee, Amount: amount}
}

// Start is the payer's M1. Where the payee speaks first there is none.
func (p *Payment) Start() adapter.Answer {
	if !p.t.Has(adapter.CapStart) {
		return adapter.Answer{Done: &adapter.Result{}}
	}
	a := p.Payer.do(adapter.Start{})
	if a.Done != nil {
		p.M1, p.PayerSession = a.Done.Message, a.Done.Session
	}
	return a
}

// Request is the payee's M2.
func (p *Payment) Request() adapter.Answer {
	v := adapter.RequestPayment{Amount: p.t.env.scale.minor(p.Amount), Message: p.M1}
	if p.t.Has(adapter.CapLabel) {
		v.Label = p.Label
	}
	a := p.Payee.do(v)
	if a.Done != nil {
		p.M2, p.PayeeSession = a.Done.Message, a.Done.Session
	}
	return a
}

// Pay is the payer's M3. From here the amount is on its way.
func (p *Payment) Pay() adapter.Answer {
	v := adapter.Pay{Session: p.PayerSession, Message: p.M2, Amount: p.t.env.scale.minor(p.Amount)}
	if !p.NoSecret {
		v.Secret = p.t.secret()
	}
	a := p.t.doOn(p.Payer.on, p.Payer.Handle, v, watch{shows: p.shows})
	if p.t.exact(p.Payer, a) {
		a = p.t.doOn(p.Payer.on, p.Payer.Handle, v, watch{shows: p.shows})
	}
	for a.Done != nil && a.Done.Again {
		reply := p.Payee.do(adapter.Accept{Session: p.PayeeSession, Message: a.Done.Message})
		if reply.Done == nil {
			return reply
		}
		v.Message = reply.Done.Message
		a = p.t.doOn(p.Payer.on, p.Payer.Handle, v, watch{shows: p.shows})
	}
	p.secretless(a)
	if a.Done != nil {
		p.M3 = a.Done.Message
	}
	return a
}

// Accept is the payee's M4.
func (p *Payment) Accept() adapter.Answer {
	a := p.t.accept(p.Payee, p.Payer, p.PayeeSession, p.PayerSession, p.M3)
	switch {
	case a.Done != nil:
		p.M4 = a.Done.Message
	case a.Refused != nil:
		p.M4 = a.Refused.Message
	}
	return a
}

// accept hands a payee M3, and carries to the payer what the payee asks about it.
func (t *T) accept(payee, payer *Unit, payeeSession, payerSession int, m3 []byte) adapter.Answer {
	a := payee.do(adapter.Accept{Session: payeeSession, Message: m3})
	for a.Done != nil && a.Done.Again {
		reply := payer.do(adapter.Acknowledge{Session: payerSession, Message: a.Done.Message})
		if reply.Done == nil || len(reply.Done.Message) == 0 {
			return t.Finish(payer, payee) // the payer's session is gone: it sends again, certificate and all
		}
		a = payee.do(adapter.Accept{Session: payeeSession, Message: reply.Done.Message})
	}
	return a
}

// Acknowledge hands the payer M4.
func (p *Payment) Acknowledge() adapter.Answer {
	return p.Payer.do(adapter.Acknowledge{Session: p.PayerSession, Message: p.M4})
}

// Recover brings a payment whose transfer was refused in another form to its end:
// by a resend or, where nothing can be sent again, with the right transfer. What
// stays pending even so fills a right device's slots, and lets nothing be concluded.
func (p *Payment) Recover() {
	t := p.t
	if t.Has(adapter.CapResend) {
		t.Finish(p.Payer, p.Payee)
		return
	}
	if p.Accept(); len(p.M4) > 0 {
		p.Acknowledge()
	}
	if p.Payer.Outgoing() > 0 {
		t.Inconclusive("a payment that garbage interrupted can be finished", "it stays pending, and without the capability resend nothing ends it")
	}
}

// Open is Start and Request as positive controls.
func (p *Payment) Open() *Payment {
	p.t.Control(p.Start(), "start")
	p.t.Control(p.Request(), "request")
	return p
}

// shows notes what the payer shows its user.
func (p *Payment) shows(s adapter.Show) {
	s.Amount = adapter.Amount(p.t.env.scale.of(s.Amount))
	p.Shown = append(p.Shown, s)
}

// Whole runs the payment to its end, in any shape, and returns the first answer
// that is not done, or the last.
func (p *Payment) Whole() adapter.Answer {
	if p.t.env.Shape != adapter.Split {
		return p.transfer()
	}
	for _, step := range []func() adapter.Answer{p.Start, p.Request, p.Pay, p.Accept} {
		if a := step(); a.Done == nil {
			return a
		}
	}
	return p.Acknowledge()
}

// transfer is the payment as one verb.
func (p *Payment) transfer() adapter.Answer {
	v := adapter.Transfer{Payee: p.Payee.Handle, Amount: p.t.env.scale.minor(p.Amount)}
	if p.t.Has(adapter.CapLabel) {
		v.Label = p.Label
	}
	if !p.NoSecret {
		v.Secret = p.t.secret()
	}
	a := p.t.doOn(p.Payer.on, p.Payer.Handle, v, watch{shows: p.shows, link: p.link})
	p.secretless(a)
	return a
}

// Transfer pays and expects nothing.
func (t *T) Transfer(payer, payee *Unit, amount uint64) adapter.Answer {
	return t.Payment(payer, payee, amount).Whole()
}

// NextPays judges that after a fault the next payment works. What a fault left
// pending fills the slots of a right device where nothing can be sent again: then
// nothing can be concluded.
func (t *T) NextPays(id spec.ID, message string, payer, payee *Unit, amount uint64, where ...any) {
	a := t.Transfer(payer, payee, amount)
	if a.Done == nil && !t.Has(adapter.CapResend) && payer.Outgoing() > 0 {
		t.Inconclusive("what a fault left pending can be finished", "it stays pending, and without the capability resend nothing ends it")
	}
	t.For(id, message).Expect(a).To(BeDone(), where...)
}

// MustTransfer is a payment as a positive control.
func (t *T) MustTransfer(payer, payee *Unit, amount uint64) {
	t.Control(t.Transfer(payer, payee, amount), "a payment")
}

// secretless ends the check where a payment was refused that a right device
// refuses: one that takes the user's secret, of a product that cannot be given it.
func (p *Payment) secretless(a adapter.Answer) {
	t, profile := p.t, p.t.Profile()
	if a.Refused == nil {
		p.Payer.paid++
		return
	}
	// An amount that nobody can have is refused whatever the user says.
	above := profile.AuthFreeAmount != nil && p.Amount > *profile.AuthFreeAmount && p.Amount < 1<<53
	often := profile.AuthFreeCount != nil && (p.Payer.slot != nil || uint64(p.Payer.paid) >= *profile.AuthFreeCount)
	if (above || often) && !t.Has(adapter.CapUserVerification) && p.Payer.on == t.env.deviceSide() {
		t.Inconclusive("a payment that takes the user's secret can be made", "the capability user-verification is not served: "+Describe(a))
	}
}

// Finish lets two units meet again, so that what is pending between them ends:
// the payee is armed to finish, the payer sends again, the payee answers. It
// returns the first refusal, which a payee may give, or the last answer.
func (t *T) Finish(payer, payee *Unit) adapter.Answer {
	if !t.Has(adapter.CapResend) {
		return adapter.Answer{Done: &adapter.Result{}} // nothing can be sent again
	}
	if t.env.Shape != adapter.Split {
		return t.doOn(payer.on, payer.Handle, adapter.Transfer{Payee: payee.Handle, Finish: true}, watch{})
	}
	p := t.Payment(payer, payee, 0)
	if a := p.Start(); a.Done == nil {
		return a
	}
	armed := payee.do(adapter.RequestPayment{Finish: true, Message: p.M1})
	if armed.Done == nil {
		return armed
	}
	again := payer.do(adapter.Resend{Session: p.PayerSession, Message: armed.Done.Message})
	for again.Done != nil && again.Done.Again && len(again.Done.Messages) == 1 {
		reply := payee.do(adapter.Accept{Session: armed.Done.Session, Message: again.Done.Messages[0]})
		if reply.Done == nil {
			return reply
		}
		again = payer.do(adapter.Resend{Session: p.PayerSession, Message: reply.Done.Message})
	}
	if again.Done == nil {
		return again
	}
	last := again
	for _, m := range again.Done.Messages {
		answer := t.accept(payee, payer, armed.Done.Session, p.PayerSession, m)
		var m4 []byte
		switch {
		case answer.Done != nil:
			m4 = answer.Done.Message
		case answer.Refused != nil:
			m4 = answer.Refused.Message
		}
		last = answer
		if len(m4) > 0 {
			last = payer.do(adapter.Acknowledge{Session: p.PayerSession, Message: m4})
		}
	}
	return last
}
