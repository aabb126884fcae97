package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"time"
)

// bugsFile lists the faults that the card can be made with, each with the
// requirement that has to find it.
//
//go:embed bugs.json
var bugsFile []byte

// A fault is one line of bugs.json.
type fault struct {
	Name        string   `json:"name"`
	Requirement string   `json:"requirement"`
	Shapes      []string `json:"shapes"`
	Says        string   `json:"says"`
}

func faults() ([]fault, error) {
	var all []fault
	if err := json.Unmarshal(bugsFile, &all); err != nil {
		return nil, fmt.Errorf("bugs.json: %w", err)
	}
	return all, nil
}

// late says whether an event of a faulty card waits in RAM for the next one.
func (c *card) late(e event) bool {
	return (c.b.bug == "late-debit" && e.Kind == evDebit) || (c.b.bug == "late-credit" && e.Kind == evCredit)
}

// leaks says whether a faulty card loses a unit of this credit: each card of
// each, or the third card of every fourth.
func (c *card) leaks(counter uint64) bool {
	return c.b.bug == "leak" || (c.b.bug == "shadow-book" && c == c.b.cards[2] && counter%4 == 0)
}

// book is a faulty adapter's own account of what the card should hold.
func (c *card) book(e event) {
	switch e.Kind {
	case evDebit, evUnload:
		c.shadow -= int64(e.B)
	case evLoaded:
		c.shadow += int64(e.B)
	case evCredit:
		if e.Flag == 1 {
			c.shadow += int64(e.B)
		}
		if c.leaks(e.A) {
			c.shadow++
		}
	case evClose:
		for _, p := range c.st.pending {
			if p.counter == e.A && e.Flag == 0 {
				c.shadow += int64(p.amount)
			}
		}
	}
}

// hangs waits for ever on a frame that was cut, when the card has that fault.
func (b *bench) hangs(raw []byte) {
	for b.bug == "hang" && torn(raw) {
		time.Sleep(time.Hour)
	}
}

// torn says that a frame has no whole number of fields.
func torn(raw []byte) bool {
	return len(raw) > headSize+tagSize && raw[0] != frInvoice && (len(raw)-headSize-tagSize)%8 != 0
}

// spendable is what a query tells: the card's balance, or what a faulty adapter
// thinks that it should be.
func (c *card) spendable() uint64 {
	if c.b.bug == "shadow-book" {
		return uint64(max(c.shadow, 0))
	}
	return c.st.balance
}

// counter is the number of debits; a faulty card tells those since its last
// contact.
func (c *card) counter() uint64 {
	if c.b.bug == "counter-falls" {
		return c.st.counter - c.reported
	}
	return c.st.counter
}

// shown is the amount on the display; a faulty one has room for two digits less.
func (b *bench) shown(amount uint64) uint64 {
	if b.bug == "shows-other" {
		return amount / 100 * 100
	}
	return amount
}
