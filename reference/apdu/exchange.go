package apdu

import (
	"bytes"
	"errors"

	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// The device's numbers of the two sessions of a card.
const (
	payerSession = 1
	payeeSession = 2
)

// A payerState is the card's session as a payer, in RAM.
type payerState struct {
	open     bool
	resuming bool
	own      []byte   // the frame after M2: M3, or an ABORT
	pending  [][]byte // M3s that are still to be sent, when resuming
}

// A payeeState is what the card is armed for, and its session as a payee.
type payeeState struct {
	armed  byte // ArmRequest, ArmFinish, or ArmOff
	demand device.Demand
	hello  []byte // the M1 that the arming has answered
	opened []byte // M2, or an ABORT
	answer []byte // M4, or an ABORT
}

// endSession forgets what a reader has begun as a payee of this card. What the
// user has armed stays, with the one M1 that it has answered: a reader that
// selects again and again opens no second request.
func (c *Card) endSession() {
	c.device.CloseSession(payerSession)
	c.payer = payerState{}
	c.verified = false
	c.device.ForgetUser()
}

// exchanges are the frames of each role: those it gets, and its own, which are
// asked for without data.
func exchanges(p1, p2 byte) bool {
	return (p1 == RolePayer || p1 == RolePayee) && p2 >= 1 && p2 <= 4
}

// exchange takes a frame and answers the card's next one; without a frame it
// answers the card's own frame of that number.
func (p *Port) exchange(c Command) ([]byte, error) {
	asked := len(c.Data) == 0
	if own := (c.P1 == RolePayer) == (c.P2%2 == 1); own != asked {
		return nil, StatusLength
	}
	card := p.card
	switch {
	case c.P1 == RolePayer && c.P2 == 1:
		return card.hello(payerState{open: true})
	case c.P1 == RolePayer && c.P2 == 2:
		return card.pay(c.Data)
	case c.P1 == RolePayer && c.P2 == 4:
		return card.acknowledge(c.Data)
	case c.P1 == RolePayee && c.P2 == 1:
		return card.request(c.Data)
	case c.P1 == RolePayee && c.P2 == 3:
		return card.accept(c.Data)
	}
	own := map[byte][]byte{2: card.payee.opened, 3: card.payer.own, 4: card.payee.answer}[c.P2]
	if own == nil {
		return nil, StatusNotFound
	}
	return own, nil
}

// hello opens a session as a payer. It costs the arming nothing: what the user
// meant to pay holds until a payment leaves.
func (c *Card) hello(s payerState) ([]byte, error) {
	c.payer = payerState{}
	m1, err := c.device.Start(payerSession, c.expect)
	if err == nil {
		c.payer = s
	}
	return m1, err
}

func (c *Card) pay(m2 []byte) ([]byte, error) {
	switch {
	case !c.payer.open:
		return nil, notNow()
	case c.payer.resuming:
		frames, err := c.device.Resend(payerSession, m2)
		c.payer.own = message(err)
		if len(frames) > 0 {
			c.payer.own, c.payer.pending = frames[0], frames[1:]
		}
		return c.payer.own, err
	}
	m3, err := c.device.Pay(payerSession, m2, device.PayOptions{})
	if err != nil {
		c.payer.own = message(err)
		return nil, err
	}
	c.payer.own, c.expect, c.verified = m3, 0, false
	return m3, nil
}

// acknowledge takes M4 and answers the next pending M3, if there is one. A
// CERT_GET in its place is answered with CERTS, and M4 still to come. An M4 that
// does not open leaves the card waiting for another.
func (c *Card) acknowledge(m4 []byte) ([]byte, error) {
	if !c.payer.open {
		return nil, notNow()
	}
	outcome, err := c.device.Acknowledge(payerSession, m4)
	if err == nil && len(outcome.Answer) > 0 {
		return outcome.Answer, nil
	}
	if no, refused := errors.AsType[*device.Refusal](err); refused && no.Code == spec.ELink {
		return nil, err
	}
	if len(c.payer.pending) == 0 {
		return nil, err
	}
	c.payer.own, c.payer.pending = c.payer.pending[0], c.payer.pending[1:]
	if err != nil {
		return nil, err
	}
	return c.payer.own, nil
}

// request answers M1 as the card is armed. One arming answers one M1, however
// often that comes: a reader cannot use the request slots up.
func (c *Card) request(m1 []byte) (m2 []byte, err error) {
	s := &c.payee
	if s.hello == nil && s.armed == ArmOff || s.hello != nil && !bytes.Equal(s.hello, m1) {
		return nil, notNow()
	}
	if s.armed == ArmFinish {
		m2, err = c.device.RequestFinish(payeeSession, m1)
	} else {
		m2, err = c.device.Request(payeeSession, m1, s.demand)
	}
	s.answer = nil
	if err != nil {
		s.opened = message(err)
		return nil, err
	}
	s.hello, s.opened = m1, m2
	return m2, nil
}

func (c *Card) accept(m3 []byte) ([]byte, error) {
	s := &c.payee
	if s.hello == nil {
		return nil, notNow()
	}
	m4, err := c.device.Accept(payeeSession, m3)
	if err != nil {
		s.answer = message(err)
		return nil, err
	}
	s.answer = m4
	if s.armed == ArmRequest {
		s.armed = ArmOff // paid; the same M1 and M3 still get their answers
	}
	return m4, nil
}

// message is what a refusal tells the counterparty, nil for nothing.
func message(err error) []byte {
	if no, ok := errors.AsType[*device.Refusal](err); ok {
		return no.Message
	}
	return nil
}

// resume answers HELLO of a payer that has pending debits, or M2 of a payee that
// is armed to finish.
func (p *Port) resume(c Command) ([]byte, error) {
	if c.P1 == RolePayer {
		if len(c.Data) > 0 {
			return nil, StatusLength
		}
		return p.card.hello(payerState{open: true, resuming: true})
	}
	if p.card.payee.armed != ArmFinish {
		return nil, notNow()
	}
	return p.card.request(c.Data)
}

// abort gives up what can be given up, and never takes a debit back.
func (p *Port) abort(c Command) ([]byte, error) {
	if len(c.Data) > 0 {
		return nil, StatusLength
	}
	if c.P1 == RolePayer {
		p.card.payer = payerState{}
		return nil, p.card.device.Cancel(payerSession)
	}
	p.card.payee = payeeState{}
	return nil, p.card.device.Cancel(payeeSession)
}

// arm says what the user wants: [amount] to pay, [amount, label] to request.
func (p *Port) arm(c Command) ([]byte, error) {
	if (c.P1 == ArmPay || c.P1 == ArmRequest) == (len(c.Data) == 0) {
		return nil, StatusLength
	}
	card := p.card
	switch c.P1 {
	case ArmConsent, ArmWithdraw:
		return nil, card.device.Consent(c.P1 == ArmConsent)
	case ArmOff:
		card.disarm()
		return nil, card.device.Cancel(payeeSession)
	case ArmFinish:
		card.disarm() // an open request stays: the transfer for it may be on its way
		card.payee.armed = ArmFinish
		return nil, nil
	}
	r := wire.NewReader(c.Data)
	n := r.Array()
	demand := device.Demand{Amount: money.Amount(r.Uint())}
	if n == 2 {
		demand.Label = string(r.Text())
	}
	if r.End(); r.Err() != nil || n != 1 && n != 2 {
		return nil, malformed()
	}
	card.disarm()
	if c.P1 == ArmPay {
		card.expect = demand.Amount
		return nil, nil
	}
	card.payee.armed, card.payee.demand = ArmRequest, demand
	return nil, nil
}

// disarm ends the user's wish and the payee's session under it.
func (c *Card) disarm() {
	c.expect = 0
	c.payee = payeeState{}
	c.device.CloseSession(payeeSession)
}

func (c *Card) armed() bool { return c.expect != 0 || c.payee.armed != ArmOff }
