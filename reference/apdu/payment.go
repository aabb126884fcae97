package apdu

import (
	"errors"

	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/money"
)

// A Payer is the side of a payment that speaks first. Errors are refusals, whose
// message [CounterMessage] gives, or say that there was no answer.
type Payer interface {
	Hello() (m1 []byte, err error)
	Pay(m2 []byte) (m3 []byte, err error)
	// Acknowledge takes M4; where another debit is pending for the same payee its
	// M3 is the answer.
	Acknowledge(m4 []byte) (m3 []byte, err error)
}

// A Payee is the side that asks. It is armed already, to receive or to finish.
type Payee interface {
	Answer(m1 []byte) (m2 []byte, err error)
	Accept(m3 []byte) (m4 []byte, err error)
}

// Carry carries a payment, or what is pending, from payer to payee and back: a
// phone between two cards, and a terminal that is one of the sides, do no more.
// A refusal with a message for the counterparty is carried like the frame in
// whose place it stands; the first error is returned.
func Carry(payer Payer, payee Payee) error {
	m1, err := payer.Hello()
	if err != nil {
		return err
	}
	m2, err := payee.Answer(m1)
	if err != nil {
		return err
	}
	m3, err := payer.Pay(m2)
	if len(m3) == 0 || err != nil {
		return err
	}
	var first error
	for len(m3) > 0 {
		m4, err := payee.Accept(m3)
		if first == nil {
			first = err
		}
		if err != nil {
			if m4 = CounterMessage(err); m4 == nil {
				return first
			}
		}
		if m3, err = payer.Acknowledge(m4); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// CounterMessage is what a refusal tells the counterparty, nil for nothing.
func CounterMessage(err error) []byte {
	if no, ok := errors.AsType[*Refusal](err); ok {
		return no.Message
	}
	return message(err)
}

// A CardPayer is a card that pays. Resume lets it send again what is pending.
type CardPayer struct {
	Terminal *Terminal
	Resume   bool
}

// Hello asks for M1.
func (c CardPayer) Hello() ([]byte, error) {
	if c.Resume {
		return c.Terminal.due(InsResume, RolePayer, 0, nil)
	}
	return c.Terminal.due(InsExchange, RolePayer, 1, nil)
}

// Pay brings M2. When nothing is pending a card that resumes has no M3.
func (c CardPayer) Pay(m2 []byte) ([]byte, error) {
	if c.Resume {
		return c.Terminal.frame(RolePayer, 2, m2)
	}
	m3, err := c.Terminal.frame(RolePayer, 2, m2)
	return answered(m3, err)
}

// Acknowledge brings M4.
func (c CardPayer) Acknowledge(m4 []byte) ([]byte, error) {
	return c.Terminal.Do(InsExchange, RolePayer, 4, m4)
}

// A CardPayee is a card that is paid; [CardPayee.Arm] comes first.
type CardPayee struct{ Terminal *Terminal }

// Arm says what the card is to ask for; it takes the user's side.
func (c CardPayee) Arm(amount money.Amount, label string) error {
	data := numbers(uint64(amount))
	if label != "" {
		data = appendText(numbers(uint64(amount)), label)
	}
	_, err := c.Terminal.Do(InsArm, ArmRequest, 0, data)
	return err
}

// ArmFinish lets the card take what is pending for it; it takes the user's side.
func (c CardPayee) ArmFinish() error {
	_, err := c.Terminal.Do(InsArm, ArmFinish, 0, nil)
	return err
}

// Answer brings M1.
func (c CardPayee) Answer(m1 []byte) ([]byte, error) {
	m2, err := c.Terminal.frame(RolePayee, 1, m1)
	return answered(m2, err)
}

// Accept brings M3.
func (c CardPayee) Accept(m3 []byte) ([]byte, error) {
	m4, err := c.Terminal.frame(RolePayee, 3, m3)
	return answered(m4, err)
}

// frame brings a frame. A refusal gets its message, the card's own next frame.
func (t *Terminal) frame(role, number byte, frame []byte) ([]byte, error) {
	body, err := t.Do(InsExchange, role, number, frame)
	no, refused := errors.AsType[*Refusal](err)
	if !refused {
		return body, err
	}
	no.Message, err = t.Do(InsExchange, role, number+1, nil)
	if errors.Is(err, ErrUnknown) {
		return nil, err
	}
	return nil, no
}

// due is Do where the answer has a body.
func (t *Terminal) due(ins, p1, p2 byte, data []byte) ([]byte, error) {
	body, err := t.Do(ins, p1, p2, data)
	return answered(body, err)
}

// answered holds an answer to having a body where one is due: success with an
// empty body is what some readers make of a card that was torn off.
func answered(body []byte, err error) ([]byte, error) {
	if err == nil && len(body) == 0 {
		return nil, ErrUnknown
	}
	return body, err
}

// A DevicePayee is a terminal that is a device itself and asks for money.
type DevicePayee struct {
	Device  *device.Device
	Session int
	Demand  device.Demand
	Finish  bool // takes what is pending and asks for nothing
}

// Answer answers M1.
func (d DevicePayee) Answer(m1 []byte) ([]byte, error) {
	if d.Finish {
		return d.Device.RequestFinish(d.Session, m1)
	}
	return d.Device.Request(d.Session, m1, d.Demand)
}

// Accept takes M3.
func (d DevicePayee) Accept(m3 []byte) ([]byte, error) { return d.Device.Accept(d.Session, m3) }
