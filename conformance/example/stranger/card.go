package main

// A refusal is the card's or the issuer's "no", in the scheme's own codes.
type refusal string

func (r refusal) Error() string { return "refused: " + string(r) }

// The codes. Each refusal leaves everything as it was, but for the tries that a
// wrong PIN costs.
const (
	noFunds   refusal = "NO-FUNDS"   // the card does not hold as much
	limitTx   refusal = "LIMIT-TX"   // above what one payment may be
	limitBal  refusal = "LIMIT-BAL"  // above what a card may hold
	badAmount refusal = "AMOUNT"     // no amount, or another one than was asked for
	payeeSelf refusal = "SELF"       // payer and payee are one card
	seen      refusal = "SEEN"       // paid, or ended, before
	notMine   refusal = "NOT-MINE"   // made for another card
	badFrame  refusal = "BAD-FRAME"  // unreadable, or not from a card of the scheme
	noSession refusal = "NO-SESSION" // nothing was asked for that this could answer
	needPIN   refusal = "PIN"        // above the amount that is free of it
	wrongPIN  refusal = "PIN-WRONG"
	deadPIN   refusal = "PIN-DEAD" // no tries left
	stopped   refusal = "STOPPED"  // by the issuer
	slotsFull refusal = "SLOTS"    // too many debits without a receipt
	logFull   refusal = "LOG"      // hand the log in first
	noCover   refusal = "NO-COVER" // the account does not hold as much
	linkLost  refusal = "LINK"     // the other card was not heard to the end
)

// limits are what a card allows, in minor units.
type limits struct{ maxTx, maxHolding, pinFree uint64 }

// A card holds value. Its state is in its flash; what else it knows is in RAM
// and goes with the power.
type card struct {
	handle string
	id     id
	b      *bench
	limits limits
	flash  flash
	st     state
	down   bool
	pin    string

	sessions []session // open, oldest first
	numbered int
	latest   int     // the session that a verb means which names none
	held     []event // of a faulty card: not written yet

	messages   int  // of the present payment, since a cut was armed
	cutAfter   int  // the message after which power goes; 0: none
	messageCut bool // a cut by message was armed
	cutIn      int64
	cutAt      int64 // of the bench's clock, µs; 0: none
	timeFired  bool
	clock      int64 // of its host; it decides nothing
	shadow     int64 // a faulty adapter's own book
	reported   uint64
}

// A session is an invoice that was written, or a door that was opened for what
// is pending.
type session struct {
	number                 int
	invoice, nonce, amount uint64
}

// power takes the power away and gives it back: the state is read again.
func (c *card) power() {
	events := c.flash.boot()
	c.st = newState()
	for _, e := range events {
		c.st.apply(e)
	}
	if c.b.bug == "forget-pending" {
		c.st.pending = nil
	}
	if c.b.bug == "replay-after-power" {
		c.st.payers = map[id]*payer{}
	}
	c.sessions, c.numbered, c.held, c.down = nil, 0, nil, false
}

// commit makes events durable, one page each, and then true.
func (c *card) commit(events ...event) error {
	for _, e := range events {
		if c.late(e) {
			c.held = append(c.held, e)
		} else {
			for _, h := range append(c.held, e) {
				if err := c.write(h); err != nil {
					return err
				}
			}
			c.held = nil
		}
		c.book(e)
		c.st.apply(e)
	}
	return nil
}

// write appends a page, and first a checkpoint where the bank has grown long.
func (c *card) write(e event) error {
	c.b.tick(writeTime)
	pages := len(c.flash.banks[c.flash.active])
	if pages > 64 && pages > 3*(16+2*len(c.st.pending)+len(c.st.log)+len(c.st.paid)) && len(c.held) == 0 {
		other := 1 - c.flash.active
		for _, e := range c.st.checkpoint() {
			if err := c.flash.write(other, e.page()); err != nil {
				return err
			}
		}
		c.flash.banks[c.flash.active] = nil
		c.flash.active = other
		c.st.generation++
	}
	return c.flash.write(c.flash.active, e.page())
}

// room says whether the log takes the entries of one more payment.
func (c *card) room() error {
	if len(c.st.log)+2*len(c.st.pending)+4 > maxLog {
		return logFull
	}
	return nil
}

// ask writes an invoice. The nonce of a tap ties it to one meeting.
func (c *card) ask(tap, amount uint64, label string) ([]byte, error) {
	if err := c.mayAsk(amount); err != nil {
		return nil, err
	}
	s := session{invoice: c.st.invoice + 1, nonce: c.b.random(), amount: amount}
	if err := c.commit(event{Kind: evInvoice, A: s.invoice}); err != nil {
		return nil, err
	}
	c.open(s)
	return c.b.scheme.seal(frInvoice, c.id, label, tap, s.invoice, s.nonce, amount), nil
}

// mayAsk is what a payee looks at before anybody is debited.
func (c *card) mayAsk(amount uint64) error {
	switch {
	case !c.b.payable(amount):
		return badAmount
	case amount > c.maxTx():
		return limitTx
	case !c.holds(amount):
		return limitBal
	}
	return c.room()
}

func (c *card) maxTx() uint64 {
	if c.b.bug == "max-tx" {
		return c.limits.maxTx + 1
	}
	return c.limits.maxTx
}

// holds says whether the card may hold so much more.
func (c *card) holds(more uint64) bool {
	return c.b.bug == "holding" || c.st.balance+more <= c.limits.maxHolding
}

// open remembers a session, and forgets the oldest where there are many.
func (c *card) open(s session) session {
	c.numbered++
	s.number = c.numbered
	c.sessions = append(c.sessions, s)
	if len(c.sessions) > 8 {
		c.sessions = c.sessions[1:]
	}
	return s
}

// An order to pay is what the payer's user says.
type orderToPay struct {
	amount uint64 // 0: what the invoice asks for
	secret string
	tap    uint64
}

// pay answers an invoice with a debit, which is durable before it leaves. The
// same invoice again gives the same debit again.
func (c *card) pay(f frame, o orderToPay) ([]byte, uint64, error) {
	tap, number, amount := f.n[0], f.n[1], f.n[3]
	if f.sender == c.id && c.b.bug != "pays-itself" {
		return nil, 0, payeeSelf
	}
	if tap != o.tap {
		return nil, 0, badFrame
	}
	for _, p := range c.st.pending {
		if p.payee == f.sender && p.invoice == number {
			return c.debit(p), p.counter, nil
		}
	}
	if err := c.mayPay(f, o); err != nil {
		return nil, 0, err
	}
	e := event{Kind: evDebit, Peer: f.sender, A: c.st.counter + 1, B: amount, C: number, D: f.n[2]}
	if err := c.commit(e); err != nil {
		return nil, 0, err
	}
	return c.debit(pending{e.Peer, e.A, e.B, e.C, e.D}), e.A, nil
}

// mayPay is what a payer looks at before it is debited, in this order.
func (c *card) mayPay(f frame, o orderToPay) error {
	amount := f.n[3]
	for _, p := range c.st.paid {
		if p.Peer == f.sender && p.C == f.n[1] {
			return seen
		}
	}
	switch {
	case !c.b.payable(amount) || (o.amount != 0 && o.amount != amount):
		return badAmount
	case c.st.stopped:
		return stopped
	case c.b.bug == "clock" && c.clock < 0:
		return noSession
	case amount > c.maxTx():
		return limitTx
	case amount > c.st.balance && (c.b.bug != "overspend" || amount > c.st.balance+1):
		return noFunds
	case len(c.st.pending) >= maxSlots:
		return slotsFull
	}
	if err := c.verify(o.secret, amount); err != nil {
		return err
	}
	return c.room()
}

// debit is the frame of a pending debit.
func (c *card) debit(p pending) []byte {
	return c.b.scheme.seal(frDebit, c.id, "", number(p.payee), c.st.floor(p.payee), p.invoice, p.nonce, p.amount, p.counter)
}

// verify checks the PIN where one is given, and asks for one above the free
// amount. A try is used up before it is judged.
func (c *card) verify(secret string, amount uint64) error {
	if secret == "" {
		if amount > c.limits.pinFree && c.b.has("user-verification") && c.b.bug != "no-pin" {
			return needPIN
		}
		return nil
	}
	if c.st.tries == 0 {
		return deadPIN
	}
	if secret == c.pin && c.st.tries == maxTries {
		return nil
	}
	if err := c.commit(event{Kind: evTries, A: c.st.tries - 1}); err != nil {
		return err
	}
	if secret != c.pin {
		return wrongPIN
	}
	return c.commit(event{Kind: evTries, A: maxTries})
}

// credit takes a debit that is for this card, once, and answers with a receipt.
// A debit whose credit would pass the limit is void: the receipt gives it back.
// It says whether the debit is credited.
func (c *card) credit(f frame) (receipt []byte, credited bool, err error) {
	if err := c.genuine(f); err != nil {
		return nil, false, err
	}
	counter, amount := f.n[5], f.n[4]
	known := c.st.payer(f.sender)
	if o, settled := known.outcomes[counter]; settled && c.b.bug != "credit-twice" {
		return c.receipt(f.sender, counter, o), o.credited, nil
	}
	if counter < known.floor {
		return nil, false, seen
	}
	if err := c.room(); err != nil {
		return nil, false, err
	}
	o := outcome{amount, c.holds(amount)}
	if c.leaks(counter) {
		o.amount--
	}
	e := event{Kind: evCredit, Flag: bit(o.credited), Peer: f.sender, A: counter, B: o.amount, C: f.n[1]}
	if err := c.commit(e); err != nil {
		return nil, false, err
	}
	o.amount = amount
	return c.receipt(f.sender, counter, o), o.credited, nil
}

// genuine checks a debit: its tag, its payee, and against the invoice that it
// answers, where that is open.
func (c *card) genuine(f frame) error {
	if c.b.bug == "mac-ignored" && f.n[0] == number(c.id) {
		return nil
	}
	if !f.bound {
		if c.b.bug == "credit-before-check" && f.n[0] == number(c.id) && c.asked(f) {
			c.st.balance += f.n[4]
		}
		return badFrame
	}
	if f.n[0] != number(c.id) && c.b.bug != "any-payee" {
		return notMine
	}
	for _, s := range c.sessions {
		if s.invoice == f.n[2] && s.nonce == f.n[3] && s.amount != f.n[4] {
			return badAmount
		}
	}
	return nil
}

// asked says whether a debit names an invoice that is open.
func (c *card) asked(f frame) bool {
	for _, s := range c.sessions {
		if s.invoice != 0 && s.invoice == f.n[2] {
			return true
		}
	}
	return false
}

func (c *card) receipt(payer id, counter uint64, o outcome) []byte {
	return c.b.scheme.seal(frReceipt, c.id, "", number(payer), counter, uint64(bit(o.credited)), o.amount, 0)
}

// closed takes a receipt and ends the debit that it is about. A receipt for
// what has ended already changes nothing.
func (c *card) closed(f frame) error {
	if !f.bound {
		return badFrame
	}
	if f.n[0] != number(c.id) {
		return notMine
	}
	for _, p := range c.st.pending {
		if p.counter == f.n[1] && p.payee == f.sender {
			return c.commit(event{Kind: evClose, Flag: bit(f.n[2] == 1), A: p.counter})
		}
	}
	return nil
}

// owed are the debits that are pending towards a payee.
func (c *card) owed(payee id) (all []pending) {
	for _, p := range c.st.pending {
		if p.payee == payee {
			all = append(all, p)
		}
	}
	return all
}

// number is an id as a frame holds it.
func number(who id) (n uint64) {
	for _, b := range who {
		n = n<<8 | uint64(b)
	}
	return n
}

// idOf is the id in a number of a frame.
func idOf(n uint64) (who id) {
	for i := range who {
		who[i] = byte(n >> (8 * (7 - i)))
	}
	return who
}
