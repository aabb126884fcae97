package main

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
)

// ownLimits are those of the cards, in minor units: the profile's count where
// they are lower.
var ownLimits = limits{maxTx: 4_000, maxHolding: 20_000, pinFree: 2_500}

// history is what the four cards have been through before they came here.
var history = [...]struct{ balance, counter, invoice, loads, unloads, entries uint64 }{
	{137, 4711, 3902, 212, 9, 31},
	{0, 88, 140, 3, 1, 4},
	{20, 1302, 77, 64, 0, 0},
	{5, 19, 611, 2, 2, 12},
}

// A bench is four cards that were used before, their issuer, and a clock of its
// own: card time, not ours.
type bench struct {
	shape   string
	bug     string
	without []string
	scheme  *scheme
	cards   []*card
	issuer  *issuer
	made    int // cards that this conversation has asked for
	now     int64
}

func newBench(shape, bug string, without []string) *bench {
	b := &bench{shape: shape, bug: bug, without: without, scheme: newScheme()}
	for n := range history {
		b.cards = append(b.cards, b.used(n))
	}
	b.issuer = newIssuer(b)
	return b
}

// used is the n-th card with its history in its memory.
func (b *bench) used(n int) *card {
	h := history[n]
	c := &card{
		handle: fmt.Sprintf("card-%d", n+1), b: b, id: serial(fmt.Sprintf("card %d", n+1)),
		limits: ownLimits, pin: "1234", shadow: int64(h.balance), reported: h.counter,
	}
	st := newState()
	st.balance, st.counter, st.invoice, st.loads, st.unloads = h.balance, h.counter, h.invoice, h.loads, h.unloads
	for k := range h.entries {
		e := event{Kind: evCredit, Flag: 1, Peer: serial(fmt.Sprintf("card %d", 100*n+int(k)+7)), A: 40 + k, B: 3 * k}
		st.note(e)
	}
	for _, e := range st.checkpoint() {
		c.flash.banks[0] = append(c.flash.banks[0], e.page())
	}
	c.power()
	return c
}

// serial is the number that the factory gave a card.
func serial(name string) (who id) {
	sum := sha256.Sum256([]byte("Tollkeeper serial " + name))
	return id(sum[:8])
}

// tick lets the bench's clock run, in microseconds.
func (b *bench) tick(us int64) { b.now += us }

func (b *bench) random() uint64 {
	var n [8]byte
	_, _ = rand.Read(n[:]) // never fails, see crypto/rand
	return binary.BigEndian.Uint64(n[:])
}

// payable says whether an amount can be paid at all.
func (b *bench) payable(amount uint64) bool {
	return amount <= maxAmount && (amount > 0 || b.bug == "zero-amount")
}

func (b *bench) has(capability string) bool { return slices.Contains(b.capabilities(), capability) }

// capabilities are what the adapter serves in its shape.
func (b *bench) capabilities() []string {
	all := []string{
		"resend", "query", "defund", "synchronise", "user-verification", "clock", "label",
		"power-cycle", "cut-write", "cut-message", "cut-time", "ledger", "block",
	}
	if b.shape == "split" {
		all = append(all, "cancel")
	}
	return slices.DeleteFunc(all, func(c string) bool { return slices.Contains(b.without, c) })
}

func (b *bench) card(handle string) *card {
	for _, c := range b.cards {
		if c.handle == handle {
			return c
		}
	}
	return nil
}

// outOfTime says that the cut by time has come.
func (c *card) outOfTime() bool {
	if c.cutAt == 0 || c.b.now < c.cutAt {
		return false
	}
	c.cutAt, c.timeFired = 0, true
	return true
}

// begin starts the clock of a cut by time, at the next command that takes time.
func (c *card) begin() {
	if c.cutIn > 0 {
		c.cutAt, c.cutIn = c.b.now+c.cutIn, 0
	}
}

// passed counts a message and says whether power goes after it.
func (c *card) passed() bool {
	if c.cutAfter == 0 {
		return false
	}
	c.messages++
	if c.messages != c.cutAfter {
		return false
	}
	c.cutAfter = 0
	return true
}

// transfer is a payment, or the end of what is pending, all steps at once.
func (b *bench) transfer(payer *card, a arguments, hook func(side, int, []byte) reply, show func(string, uint64, string)) (result, error) {
	payee := b.card(a.Payee)
	if payee == nil {
		return result{}, fmt.Errorf("there is no card %q", a.Payee)
	}
	m := &meeting{
		b: b, payer: payer, payee: payee, hook: hook, show: show, finish: a.Finish,
		order: orderToPay{amount: uint64(a.Amount), secret: a.Secret}, amount: uint64(a.Amount), label: a.Label,
	}
	if payer == payee && b.bug != "pays-itself" {
		return result{}, payeeSelf
	}
	if !a.Finish {
		if err := payee.mayAsk(m.amount); err != nil {
			return result{}, err
		}
	}
	start := b.now
	payer.begin()
	payee.begin()
	m.order.tap = b.random()
	m.run()
	for _, c := range []*card{payer, payee} {
		c.cutAt, c.sessions = 0, nil
	}
	lost := payer.down
	for _, c := range []*card{payer, payee} {
		if c.down {
			c.power()
		}
	}
	if lost {
		return result{}, errPower
	}
	return result{cardTime: b.now - start}, m.outcome
}
