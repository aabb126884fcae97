package main

import "errors"

// How long things take on this card, in microseconds of the bench's own clock:
// nobody waits for them. The time decides where a cut by time falls.
const (
	frameTime  = 3_000
	writeTime  = 500
	lookTime   = 2_000  // at a frame
	verifyTime = 83_600 // of a debit, by a slow module
)

// retries is how often a payer sends a frame again that nobody has answered.
const retries = 2

// A side is one end of a link.
type side int

const (
	payerSide side = iota
	payeeSide
)

func (s side) String() string { return [...]string{"payer", "payee"}[s] }

// A meeting is two cards that are held together: a tap, an invoice, a debit, a
// receipt and a confirmation, in the shapes hooked and sealed. What is pending
// from the payer to the payee ends first.
type meeting struct {
	b            *bench
	payer, payee *card
	order        orderToPay
	amount       uint64 // what the payee's user typed
	label        string
	finish       bool // only what is pending
	hook         func(side, int, []byte) reply
	show         func(stage string, amount uint64, label string)

	// The payer's part.
	tap      uint64
	invoice  *frame
	peer     id
	owed     []pending
	current  pending // whose receipt is waited for
	new      bool    // current is the new payment
	sent     bool    // the new payment has been debited
	over     bool
	outcome  error // of the new payment: nil when it is credited
	attempts int
	// The payee's part.
	invoices map[uint64]session // by tap
	// The link.
	number  int
	cut     bool
	queue   []flight
	delayed [2][]flight // by sender
}

// A flight is a frame on its way.
type flight struct {
	to  side
	raw []byte
}

// run brings the meeting to its end.
func (m *meeting) run() {
	m.outcome, m.tap, m.invoices = linkLost, m.order.tap, map[uint64]session{}
	m.send(payerSide, m.frame())
	for {
		m.drain()
		if m.over || m.payer.down || m.attempts == retries {
			break
		}
		m.attempts++
		m.send(payerSide, m.frame())
	}
	for from := range m.delayed {
		m.queue = append(m.queue, m.delayed[from]...)
		m.delayed[from] = nil
	}
	m.drain()
	if m.b.bug == "refund-unasked" && m.new && m.outcome == linkLost && !m.payer.down {
		_ = m.payer.commit(event{Kind: evClose, A: m.current.counter})
	}
}

func (m *meeting) drain() {
	for len(m.queue) > 0 {
		next := m.queue[0]
		m.queue = m.queue[1:]
		m.deliver(next)
	}
}

// frame is what the payer says now, or says again.
func (m *meeting) frame() []byte {
	if m.current.counter != 0 {
		return m.payer.debit(m.current)
	}
	return m.b.scheme.seal(frTap, m.payer.id, "", m.tap, uint64(bit(m.finish)))
}

// send puts a frame on the link and lets the hook decide what becomes of it.
func (m *meeting) send(from side, raw []byte) {
	c := m.card(from)
	if c.down || raw == nil {
		return
	}
	m.b.tick(frameTime)
	m.number++
	r := reply{Action: "deliver"}
	if m.cut {
		r.Action = "drop"
	} else if m.hook != nil {
		r = m.hook(from, m.number, raw)
	}
	late := m.delayed[from]
	m.delayed[from] = nil
	one := flight{1 - from, raw}
	switch r.Action {
	case "drop":
	case "cut":
		m.cut, late = true, nil
	case "repeat":
		m.queue = append(m.queue, one, one)
	case "replace":
		m.queue = append(m.queue, flight{1 - from, r.Message})
	case "delay":
		late = append(late, one)
		m.delayed[from], late = late, nil
	default:
		m.queue = append(m.queue, one)
	}
	m.queue = append(m.queue, late...)
	m.count(c)
}

func (m *meeting) card(s side) *card {
	if s == payerSide {
		return m.payer
	}
	return m.payee
}

// count is one message of a card, sent or received; power may go after it.
func (m *meeting) count(c *card) {
	if c.passed() {
		c.down = true
	}
}

// deliver hands a frame to a card that has power, and sends what it answers.
func (m *meeting) deliver(f flight) {
	c := m.card(f.to)
	m.b.tick(lookTime)
	if c.down || c.outOfTime() {
		c.down = true
		return
	}
	var answer []byte
	var err error
	if f.to == payerSide {
		answer, err = m.heardByPayer(f.raw)
	} else {
		answer, err = m.heardByPayee(f.raw)
	}
	if errors.Is(err, errPower) || c.outOfTime() {
		c.down = true
		return
	}
	m.count(c)
	m.send(f.to, answer)
}

// heardByPayer is what the payer makes of a frame. What it cannot use it
// ignores: it will ask again.
func (m *meeting) heardByPayer(raw []byte) ([]byte, error) {
	m.b.hangs(raw)
	f, ok := m.b.scheme.open(raw, string([]byte{frInvoice, frDoor, frReceipt}))
	if !ok || !f.bound || m.over {
		return nil, nil
	}
	switch {
	case f.kind == frReceipt:
		if err := m.payer.closed(f); err != nil {
			return nil, ignore(err)
		}
		if f.sender != m.peer || f.n[0] != number(m.payer.id) || f.n[1] != m.current.counter {
			return nil, nil
		}
		if m.new {
			m.outcome = nil
			if f.n[2] != 1 {
				m.outcome = limitBal
			}
		}
		return m.next()
	case f.n[0] != m.tap || m.peer != (id{}) || (f.kind == frDoor) != m.finish:
		return nil, nil // of another meeting, or heard before
	}
	m.peer = f.sender
	if f.kind == frInvoice {
		m.invoice = &f
		m.show("offer", f.n[3], f.label)
	}
	m.owed = m.payer.owed(f.sender)
	return m.next()
}

// next is the payer's next debit: what is owed, then the new one, and at last
// the confirmation.
func (m *meeting) next() ([]byte, error) {
	m.attempts, m.current = 0, pending{}
	switch {
	case len(m.owed) > 0:
		m.current, m.owed = m.owed[0], m.owed[1:]
		return m.payer.debit(m.current), nil
	case m.finish:
		m.outcome = nil
	case !m.sent:
		return m.paid()
	}
	m.over = true
	return m.b.scheme.seal(frConfirm, m.payer.id, "", number(m.peer), m.payer.st.floor(m.peer)), nil
}

// paid debits the payer for the invoice.
func (m *meeting) paid() ([]byte, error) {
	m.sent = true
	if m.order.secret != "" {
		m.show("authenticate", m.invoice.n[3], m.invoice.label)
	}
	raw, counter, err := m.payer.pay(*m.invoice, m.order)
	if err != nil {
		m.outcome, m.over = err, true
		return nil, ignore(err)
	}
	for _, p := range m.payer.st.pending {
		if p.counter == counter {
			m.current, m.new = p, true
		}
	}
	m.show("done", m.invoice.n[3], m.invoice.label)
	return raw, nil
}

// heardByPayee is what the payee makes of a frame.
func (m *meeting) heardByPayee(raw []byte) ([]byte, error) {
	m.b.hangs(raw)
	f, ok := m.b.scheme.open(raw, string([]byte{frTap, frDebit, frConfirm}))
	switch {
	case !ok || (!f.bound && f.kind != frDebit):
		return nil, nil
	case f.kind == frTap && (f.n[1] == 1) != m.finish:
		return nil, nil
	case f.kind == frTap && m.finish:
		return m.b.scheme.seal(frDoor, m.payee.id, "", f.n[0]), nil
	case f.kind == frTap:
		return m.invoiceFor(f.n[0])
	case f.kind == frConfirm:
		return nil, nil // what is below the floor comes with the next debit too
	}
	m.b.tick(verifyTime)
	if m.payee.outOfTime() {
		return nil, errPower
	}
	receipt, _, err := m.payee.credit(f)
	return receipt, ignore(err)
}

// invoiceFor writes one invoice for each tap; the same tap again gets the same.
func (m *meeting) invoiceFor(tap uint64) ([]byte, error) {
	if s, known := m.invoices[tap]; known {
		return m.b.scheme.seal(frInvoice, m.payee.id, m.label, tap, s.invoice, s.nonce, s.amount), nil
	}
	raw, err := m.payee.ask(tap, m.amount, m.label)
	if err != nil {
		return nil, ignore(err)
	}
	m.invoices[tap] = m.payee.sessions[len(m.payee.sessions)-1]
	return raw, nil
}

// ignore keeps the loss of power and drops a refusal: on the link it is silence.
func ignore(err error) error {
	if errors.Is(err, errPower) {
		return err
	}
	return nil
}
