package main

// load moves an amount from the account onto the card: an order, a voucher and
// its credit, each durable before the next. An order that power or the link
// interrupts is ended at the next contact.
func (c *card) load(i *issuer, amount uint64) error {
	if err := c.contact(i, false); err != nil {
		return err
	}
	switch {
	case !c.b.payable(amount):
		return badAmount
	case c.b.bug != "load-over" && c.b.bug != "holding" && c.st.balance+amount > c.limits.maxHolding:
		return limitBal
	}
	if err := c.room(); err != nil {
		return err
	}
	if err := c.commit(event{Kind: evLoadAsk, A: c.st.loads + 1, B: amount}); err != nil {
		return err
	}
	if c.outOfTime() {
		return errPower
	}
	return c.collect(i)
}

// collect ends the order that is open: with its voucher, or without.
func (c *card) collect(i *issuer) error {
	open := *c.st.load
	raw, refused := i.issue(c.b.scheme.seal(frLoad, c.id, "", open.number, open.amount))
	if refused != nil {
		if err := c.commit(event{Kind: evLoaded, A: open.number}); err != nil {
			return err
		}
		return refused
	}
	if c.b.tick(frameTime); c.outOfTime() {
		return errPower
	}
	f, ok := c.b.scheme.open(raw, string([]byte{frVoucher}))
	if !ok || !f.bound || f.sender != issuerID || f.n[0] != number(c.id) || f.n[1] != open.number {
		return badFrame
	}
	amount := f.n[2]
	if c.b.bug == "load-twice" && open.number%3 == 0 {
		amount *= 2 // the voucher came again after a lost answer
	}
	return c.commit(event{Kind: evLoaded, A: open.number, B: amount})
}

// unloadTo moves an amount from the card to its account.
func (c *card) unloadTo(i *issuer, amount uint64) error {
	if err := c.contact(i, false); err != nil {
		return err
	}
	switch {
	case !c.b.payable(amount):
		return badAmount
	case amount > c.st.balance:
		return noFunds
	}
	if err := c.room(); err != nil {
		return err
	}
	if err := c.commit(event{Kind: evUnload, A: c.st.unloads + 1, B: amount}); err != nil {
		return err
	}
	if c.b.bug == "unload-free" && amount < 64 {
		c.st.balance += amount
	}
	if c.b.tick(frameTime); c.outOfTime() {
		return errPower
	}
	return c.giveUp(i)
}

// giveUp hands over what has been debited for the account.
func (c *card) giveUp(i *issuer) error {
	open := *c.st.unload
	raw, err := i.redeem(c.b.scheme.seal(frUnload, c.id, "", open.number, open.amount))
	if err != nil {
		return err
	}
	if c.b.tick(frameTime); c.outOfTime() {
		return errPower
	}
	f, ok := c.b.scheme.open(raw, string([]byte{frUnAck}))
	if !ok || !f.bound || f.sender != issuerID || f.n[0] != number(c.id) || f.n[1] != open.number {
		return badFrame
	}
	return c.commit(event{Kind: evUnloaded, A: open.number})
}

// contact is what a card does whenever it is online: it ends what is open and
// hands in its log. A contact with an additional factor frees a dead PIN.
func (c *card) contact(i *issuer, authorised bool) error {
	if c.st.load != nil {
		if err := c.collect(i); err != nil && err != error(noCover) {
			return err
		}
	}
	if c.st.unload != nil {
		if err := c.giveUp(i); err != nil {
			return err
		}
	}
	if err := c.handIn(i); err != nil {
		return err
	}
	if c.st.stopped {
		return stopped
	}
	if authorised && c.st.tries != maxTries {
		return c.commit(event{Kind: evTries, A: maxTries})
	}
	return nil
}

// handIn reports, and applies what the issuer answers.
func (c *card) handIn(i *issuer) error {
	report := []uint64{c.st.counter, c.st.balance, uint64(len(c.st.pending))}
	for _, p := range c.st.pending {
		report = append(report, p.counter)
	}
	for _, e := range c.st.log {
		report = append(report, uint64(e.kind)<<1|uint64(e.flag), number(e.peer), e.counter, e.amount)
	}
	raw, err := i.settle(c.b.scheme.seal(frReport, c.id, "", report...))
	if err != nil {
		return err
	}
	f, ok := c.b.scheme.open(raw, string([]byte{frSettled}))
	if !ok || !f.bound || f.sender != issuerID || len(f.n) < 2 || f.n[0] != number(c.id) {
		return badFrame
	}
	c.reported = c.st.counter
	if len(c.st.log) > 0 {
		if err := c.commit(event{Kind: evReported}); err != nil {
			return err
		}
	}
	for at := 2; at+2 <= len(f.n); at += 2 {
		if err := c.commit(event{Kind: evClose, Flag: bit(f.n[at+1] == 1), A: f.n[at]}); err != nil {
			return err
		}
	}
	if now := f.n[1] == 1; now != c.st.stopped {
		return c.commit(event{Kind: evStopped, Flag: bit(now)})
	}
	return nil
}
