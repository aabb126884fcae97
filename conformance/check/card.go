package check

import (
	"errors"
	"fmt"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/apdu"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A Card is a unit under test that is driven over APDUs: the harness is the
// reader, and cuts what is long into blocks.
type Card struct {
	*Unit
	Reader *apdu.Terminal // at the user's side
	App    apdu.Application
}

// Card selects the application of a unit, as a control.
func (u *Unit) Card() *Card {
	c := &Card{Unit: u, Reader: &apdu.Terminal{Transmit: u.transmit(adapter.SideUser)}}
	app, err := c.Reader.Select()
	c.control(err, "SELECT")
	c.App = app
	return c
}

// transmit is a reader's line to one side of the card. A torn card answers
// nothing.
func (u *Unit) transmit(side string) func([]byte) []byte {
	return func(command []byte) []byte {
		a := u.do(adapter.APDU{Message: command, Side: side})
		if a.Done == nil {
			return nil
		}
		return a.Done.Message
	}
}

func (c *Card) control(err error, what string) {
	if err != nil {
		c.t.Inconclusive("positive control: "+what+" over APDUs", err.Error())
	}
}

// verify presents the user's secret where the product verifies users.
func (c *Card) verify() {
	if secret := c.t.secret(); secret != "" {
		_, err := c.Reader.Do(apdu.InsVerify, 0, 0x80, []byte(secret))
		c.control(err, "VERIFY")
	}
}

// raw sends one command as it is; no answer, or none that can be read, is 0.
func (c *Card) raw(command apdu.Command) apdu.Response {
	r, err := apdu.ParseResponse(c.transmit(adapter.SideUser)(command.Encode()))
	if err != nil {
		return apdu.Response{}
	}
	return r
}

// block sends one block of EXCHANGE, of a card that pays, and returns its status.
func (c *Card) block(class, frame byte, data []byte) apdu.Status {
	return c.raw(apdu.Command{CLA: class, INS: apdu.InsExchange, P1: apdu.RolePayer, P2: frame, Data: data, Le: 256}).Status
}

// codeOf is the code of a card's refusal: 0 for none, and false when there was
// no whole answer.
func codeOf(err error) (spec.Code, bool) {
	no, refused := errors.AsType[*apdu.Refusal](err)
	if !refused {
		return 0, err == nil
	}
	return no.Code, true
}

// InviteCard asks a card for an amount: its M1, as a control, and the kit's M2.
func (k *Kit) InviteCard(c *Card, amount uint64) (*KitPayee, []byte) {
	m1, err := apdu.CardPayer{Terminal: c.Reader}.Hello()
	c.control(err, "EXCHANGE for M1")
	return k.inviteCard(c, amount, m1)
}

func (k *Kit) inviteCard(c *Card, amount uint64, m1 []byte) (*KitPayee, []byte) {
	var err error
	s := &KitPayee{Kit: k, Payer: c.Unit, Amount: amount, M1: m1}
	if s.Hello, err = wire.DecodeHello(m1); err != nil {
		k.t.Inconclusive("positive control: the payer's M1 can be read", err.Error())
	}
	return s, s.m2(Invitation{})
}

// TakeCard gives a card M2 and reads what it pays with.
func (s *KitPayee) TakeCard(c *Card, m2 []byte) error {
	m3, err := apdu.CardPayer{Terminal: c.Reader}.Pay(m2)
	if err == nil {
		s.t.book.paidOut += s.Amount
		s.read3(m3)
	}
	return err
}

// FinishCard ends what a card has pending for the kit, by RESUME, as a control.
func (k *Kit) FinishCard(c *Card) {
	payer := apdu.CardPayer{Terminal: c.Reader, Resume: true}
	m1, err := payer.Hello()
	c.control(err, "RESUME")
	s := &KitPayee{Kit: k, Payer: c.Unit, M1: m1}
	if s.Hello, err = wire.DecodeHello(m1); err != nil {
		k.t.Inconclusive("positive control: the payer's M1 can be read", err.Error())
	}
	s.Request.Realm = k.t.env.realm.Place.Realm
	m3, err := payer.Pay(s.peer(nil, nil))
	for c.control(err, "M2 with PEER"); len(m3) > 0; c.control(err, "a receipt") {
		s.read3(m3)
		m3, err = payer.Acknowledge(s.Answer(nil))
	}
}

// MeetCard arms a card to ask for an amount, and opens a session with it.
func (k *Kit) MeetCard(c *Card, amount uint64) (*KitPayer, error) {
	s := k.Greet(nil)
	s.Payee = c.Unit
	payee := apdu.CardPayee{Terminal: c.Reader}
	if err := payee.Arm(moneyOf(amount), ""); err != nil {
		return nil, fmt.Errorf("ARM: %w", err)
	}
	m2, err := payee.Answer(s.M1)
	if err != nil {
		return nil, err
	}
	s.M2 = m2
	return s, s.open(m2)
}

// frame seals a TRANSFER object into M3, with the links that it needs.
func (s *KitPayer) frame(object []byte) []byte {
	links, certs := s.beside(object)
	return s.frameWith(object, links, certs)
}
