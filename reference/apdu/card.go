package apdu

import (
	"bytes"
	"errors"

	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/spec"
)

// A Config is what a card is made of.
type Config struct {
	// Boot powers the device up from what is durable. It is called once for each
	// power session; an error is a card that does not answer.
	Boot func() (*device.Device, error)
	// Host is what the device keeps records with; nil when EXPORT is not served.
	Host device.Host
	// MTU is the longest data field, both ways. Above 255 bytes extended length
	// is declared.
	MTU int
	// Rules are how the card answers. A rule that is nil is the right one.
	Rules Rules
}

// Rules are the decisions of the binding. Each may be replaced by a wrong one.
type Rules struct {
	// Continues reports whether a block belongs to the chain that first began.
	Continues func(first, next Command) bool
	// Complete reports whether a block is the last of its command.
	Complete func(block Command) bool
	// Status gives the status word of a refusal.
	Status func(spec.Code) Status
	// Select makes the answer to SELECT.
	Select func(Application, *device.Device) []byte
	// Readable reports whether QUERY may answer.
	Readable func(what byte, userSide, verified bool) bool
}

func (r Rules) complete() Rules {
	if r.Continues == nil {
		r.Continues = continues
	}
	if r.Complete == nil {
		r.Complete = func(block Command) bool { return block.CLA != ClassChained }
	}
	if r.Status == nil {
		r.Status = StatusOf
	}
	if r.Select == nil {
		r.Select = func(a Application, _ *device.Device) []byte { return a.Encode() }
	}
	if r.Readable == nil {
		r.Readable = readable
	}
	return r
}

// A Card is one power session of a card with two interfaces: the Port of the
// user's side, contacts or the phone that it sits in, and the contactless one.
// What is durable outlives it; its sessions, arming and chains do not. It is not
// safe for concurrent use.
type Card struct {
	*Port                      // the user's side
	Contactless *Port          // a stranger's reader
	config      Config         //
	device      *device.Device // nil without power
	payer       payerState
	payee       payeeState
	expect      money.Amount // what the next payment is armed for, 0 for anything
	verified    bool         // the user, in this power session
	last        spec.Code
}

// A Port is one interface of a card.
type Port struct {
	card     *Card
	user     bool
	selected bool
	chain    chain
	waiting  []byte
}

// NewCard powers a card up. Without an answer of its device it is mute until
// [Card.Reset].
func NewCard(c Config) *Card {
	c.Rules = c.Rules.complete()
	card := &Card{config: c}
	card.Reset()
	return card
}

// Reset takes the power away and gives it back: what was not durable is gone.
// The error is why the device does not come up.
func (c *Card) Reset() error {
	*c = Card{config: c.config}
	c.Port, c.Contactless = &Port{card: c, user: true}, &Port{card: c}
	d, err := c.config.Boot()
	if err == nil {
		c.device = d
	}
	return err
}

// ATR is the answer to reset: T=1, selection by the full name of the
// application, command chaining, and extended length where it is declared. Nil
// is a mute card.
func (c *Card) ATR() []byte {
	if c.device == nil {
		return nil
	}
	atr := []byte{0x3B, 0x85, 0x01, 0x80, 0x73, 0x80, 0x21, 0x80}
	if c.config.application().Extended() {
		atr[7] |= 0x40
	}
	var check byte
	for _, b := range atr[1:] {
		check ^= b
	}
	return append(atr, check)
}

func (c Config) application() Application {
	return Application{Versions: []byte{1}, MTU: c.MTU, Families: []byte{1}}
}

// Device returns the device behind the card, nil without power.
func (c *Card) Device() *device.Device { return c.device }

// Transmit answers a command APDU. Nil is no answer: power is gone, and what
// became of the command shows after [Card.Reset]. Whatever an answer tells was
// durable before its first byte.
func (p *Port) Transmit(command []byte) []byte {
	if p.card.device == nil {
		return nil
	}
	r, alive := p.answer(command)
	if !alive {
		p.card.device = nil
		return nil
	}
	return r.Encode()
}

func (p *Port) answer(raw []byte) (Response, bool) {
	c, response := p.take(raw)
	switch {
	case response != nil:
		return *response, true
	case c.CLA == ClassISO:
		return p.selectApplication(c), true
	}
	return p.carryOut(c)
}

// take reads a command up to where it is whole. What is answered without being
// carried out comes with its response.
func (p *Port) take(raw []byte) (whole Command, response *Response) {
	c, err := ParseCommand(bytes.Clone(raw))
	switch {
	case err != nil || !p.fits(c):
		p.drop()
		return c, &Response{Status: StatusLength}
	case c.CLA == ClassISO && c.INS == InsMore:
		p.chain.drop()
		r := p.more(c)
		return c, &r
	case c.CLA == ClassISO && c.INS == InsSelect:
		p.drop()
		return c, nil
	}
	p.waiting = nil
	if status := p.refuseClass(c); status != 0 {
		p.drop()
		return c, &Response{Status: status}
	}
	whole, status := p.chain.add(c, p.card.config.Rules)
	if status != 0 {
		return whole, &Response{Status: status}
	}
	return whole, nil
}

func (p *Port) drop() {
	p.chain.drop()
	p.waiting = nil
}

// fits holds a command to the lengths that the card has declared.
func (p *Port) fits(c Command) bool {
	a := p.card.config.application()
	return (!c.Extended || a.Extended()) && len(c.Data) <= a.MTU
}

func (p *Port) refuseClass(c Command) Status {
	switch {
	case c.CLA != ClassBinding && c.CLA != ClassChained:
		return StatusCLA
	case !p.selected:
		return StatusConditions
	}
	return 0
}

func (p *Port) selectApplication(c Command) Response {
	switch {
	case c.P1 != 4 || c.P2 != 0:
		return Response{Status: StatusP1P2}
	case string(c.Data) != string(AID):
		return Response{Status: StatusNotFound}
	}
	p.selected = true
	p.card.endSession()
	return p.respond(p.card.config.Rules.Select(p.card.config.application(), p.card.device), StatusOK, c)
}

// carryOut gives a whole command to the device. False is a torn card.
func (p *Port) carryOut(c Command) (Response, bool) {
	body, err := p.dispatch(c)
	var refusal *device.Refusal
	var status Status
	switch {
	case err == nil:
		return p.respond(body, StatusOK, c), true
	case errors.As(err, &refusal):
		p.card.last = refusal.Code
		status = p.card.config.Rules.Status(refusal.Code)
		if status == StatusRefused && c.Le > 0 {
			return Response{encodeCode(refusal.Code), status}, true
		}
		return Response{Status: status}, true
	case errors.As(err, &status):
		return Response{Status: status}, true
	}
	return Response{}, false
}

// Error makes a status word of the binding itself an error.
func (s Status) Error() string { return "apdu: status " + s.String() }

// respond answers with as much as was asked for, and keeps the rest.
func (p *Port) respond(body []byte, status Status, c Command) Response {
	if status != StatusOK || len(body) == 0 {
		return Response{body, status}
	}
	p.waiting = body
	return p.more(c)
}

// more is the next part of what waits. A command without Le gets none of it and
// is told how much there is.
func (p *Port) more(c Command) Response {
	if c.INS == InsMore && (c.P1 != 0 || c.P2 != 0) {
		p.waiting = nil
		return Response{Status: StatusP1P2}
	}
	if len(p.waiting) == 0 {
		return Response{Status: StatusConditions}
	}
	n := min(len(p.waiting), c.Le)
	if c.Extended {
		n = min(n, p.card.config.MTU)
	}
	part := p.waiting[:n]
	p.waiting = p.waiting[n:]
	if len(p.waiting) == 0 {
		return Response{part, StatusOK}
	}
	left := len(p.waiting)
	if left > 0xFF {
		left = 0 // 256 bytes or more
	}
	return Response{part, StatusMore | Status(left)}
}
