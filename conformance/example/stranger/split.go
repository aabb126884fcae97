package main

import "encoding/hex"

// The shape split: the harness carries an invoice, a debit and a receipt, and
// the payee speaks first. What is pending ends when the payee opens its door,
// the payer resends, and the payee answers each debit.

// heard is a message that came in: it takes time to look at.
func (c *card) heard(us int64) error {
	if c.b.tick(us); c.outOfTime() {
		return errPower
	}
	return nil
}

// handled counts a message that came in or went out. Power may go after it, and
// what was to be answered is then lost.
func (c *card) handled(messages int) error {
	for range messages {
		if c.passed() || c.outOfTime() {
			return errPower
		}
	}
	return nil
}

func (c *card) request(a arguments) (result, error) {
	s := session{}
	var raw []byte
	if a.Finish {
		c.open(s)
		raw = c.b.scheme.seal(frDoor, c.id, "", 0)
	} else {
		var err error
		if raw, err = c.ask(0, uint64(a.Amount), a.Label); err != nil {
			return result{}, err
		}
	}
	c.latest = c.numbered
	return result{Session: c.numbered, Message: hex.EncodeToString(raw)}, c.handled(1)
}

func (c *card) answerInvoice(a arguments, show func(string, uint64, string)) (result, error) {
	raw, err := a.bytes()
	if err != nil || a.Session != 0 {
		return result{}, noSession
	}
	c.b.hangs(raw)
	if err := c.heard(lookTime); err != nil {
		return result{}, err
	}
	f, ok := c.b.scheme.open(raw, string([]byte{frInvoice}))
	if !ok || !f.bound {
		return result{}, badFrame
	}
	show("offer", f.n[3], f.label)
	if a.Secret != "" {
		show("authenticate", f.n[3], f.label)
	}
	debit, _, err := c.pay(f, orderToPay{amount: uint64(a.Amount), secret: a.Secret})
	if err != nil {
		return result{}, err
	}
	show("done", f.n[3], f.label)
	return result{Message: hex.EncodeToString(debit)}, c.handled(2)
}

func (c *card) accept(a arguments) (result, error) {
	if a.Session == 0 {
		a.Session = c.latest
	}
	if !c.isOpen(a.Session) {
		return result{}, noSession
	}
	raw, err := a.bytes()
	if err != nil {
		return result{}, err
	}
	c.b.hangs(raw)
	if err := c.heard(verifyTime); err != nil {
		return result{}, err
	}
	f, ok := c.b.scheme.open(raw, string([]byte{frDebit}))
	if !ok {
		return result{}, badFrame
	}
	receipt, credited, err := c.credit(f)
	if err != nil {
		return result{}, err
	}
	if err := c.handled(2); err != nil {
		return result{}, err
	}
	if !credited {
		return result{}, withMessage{limitBal, receipt}
	}
	return result{Message: hex.EncodeToString(receipt)}, nil
}

func (c *card) acknowledge(a arguments) (result, error) {
	raw, err := a.bytes()
	if err != nil {
		return result{}, err
	}
	c.b.hangs(raw)
	if err := c.heard(lookTime); err != nil {
		return result{}, err
	}
	f, ok := c.b.scheme.open(raw, string([]byte{frReceipt}))
	if !ok {
		return result{}, badFrame
	}
	if err := c.closed(f); err != nil {
		return result{}, err
	}
	return result{}, c.handled(1)
}

func (c *card) resend(a arguments) (result, error) {
	raw, err := a.bytes()
	if err != nil {
		return result{}, err
	}
	f, ok := c.b.scheme.open(raw, string([]byte{frDoor}))
	if !ok || !f.bound {
		return result{}, badFrame
	}
	var r result
	for _, p := range c.owed(f.sender) {
		r.Messages = append(r.Messages, hex.EncodeToString(c.debit(p)))
	}
	return r, c.handled(1)
}

// cancel gives up an invoice. A debit stays a debit.
func (c *card) cancel(number int) {
	if number == 0 {
		number = c.latest
	}
	c.closeSession(number)
	for c.b.bug == "refund-unasked" && len(c.st.pending) > 0 {
		c.st.close(c.st.pending[0].counter, false)
	}
}

// closeSession forgets a session, or all.
func (c *card) closeSession(number int) {
	var left []session
	for _, s := range c.sessions {
		if number != 0 && s.number != number {
			left = append(left, s)
		}
	}
	c.sessions = left
}

func (c *card) isOpen(number int) bool {
	for _, s := range c.sessions {
		if s.number == number {
			return true
		}
	}
	return false
}
