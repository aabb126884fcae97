package check

import (
	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/apdu"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// cardChecks hold a card to the binding of apdu.md.
func cardChecks() []Check {
	card := func(id spec.ID, word, title string, run func(*T), more ...adapter.Capability) Check {
		needs := append([]adapter.Capability{adapter.CapAPDU, adapter.CapQuery, adapter.CapStart}, more...)
		return Check{ID: string(id) + "." + word, Title: title, Cites: []spec.ID{id}, RP: true, Needs: needs, Steps: true, Run: run}
	}
	return []Check{
		card(spec.INT02, "payer", "a card pays a terminal as it pays over frames", cardPays),
		receives(card(spec.INT02, "payee", "a card is paid as it is over frames", cardIsPaid)),
		card(spec.INT03, "blocks", "long messages come through in blocks of every length", longMessages),
		often(card(spec.INT04, "phone", "a hostile phone between two cards moves nothing", hostilePhone)),
		card(spec.INT05, "partial", "nothing is done of a command that did not come whole", partialCommands),
		card(spec.INT05, "power", "nothing is done of a command whose blocks a loss of power has parted", partedByPower,
			adapter.CapPowerCycle, adapter.CapSplitFunding),
		card(spec.INT07, "status", "a refusal has its status word and its code", statusWords),
		card(spec.INT08, "stranger", "a stranger's reader cannot tell one card from another", strangersReader, adapter.CapContactless),
		card(spec.INT09, "durable", "what an answer tells outlives a loss of power", answersAreDurable, adapter.CapPowerCycle),
	}
}

// An end is how a payment ended for the unit under test.
type end struct {
	Code    spec.Code // of its refusal, 0 for none
	Held    uint64
	Pending uint64
}

func (u *Unit) end(code spec.Code) end { return end{code, u.Held(), u.Outgoing()} }

// refund makes a receipt a refusal.
func refund(m *wire.Receipt) { m.Status, m.Why = wire.ReceiptRefused, uint64(spec.EReqClosed) }

// cardPays pays two units' worth of cases: one over frames, one over APDUs.
func cardPays(t *T) {
	framed, carded, kit := t.Funded(300), t.Funded(300).Card(), t.Kit(KitOptions{})
	for _, c := range []struct {
		name   string
		amount uint64
		answer func(*wire.Receipt)
	}{
		{"a payment", 10, nil}, {"more than there is", 500, nil}, {"a payment that the payee refuses", 20, refund}, {"all there is", 290, nil},
	} {
		want := kit.paidByFrames(framed, c.amount, c.answer)
		got, whole := kit.paidByCard(carded, c.amount, c.answer)
		t.For(spec.INT02, "a card gives no whole answer to a payment").Expect(whole).To(gomega.BeTrue(), c.name)
		t.For(spec.INT02, "a payment over APDUs ends otherwise than one over frames").Expect(got).To(gomega.Equal(want), c.name)
	}
}

func (k *Kit) paidByFrames(u *Unit, amount uint64, answer func(*wire.Receipt)) end {
	s, m2 := k.Invite(u, amount, Invitation{})
	a := s.Take(m2)
	if a.Refused != nil {
		return u.end(spec.Code(a.Refused.Code))
	}
	k.t.Control(a, "a payment over frames")
	k.t.Control(u.do(adapter.Acknowledge{Session: s.Session, Message: s.Answer(answer)}), "its answer")
	s.refunded(answer)
	return u.end(0)
}

func (k *Kit) paidByCard(c *Card, amount uint64, answer func(*wire.Receipt)) (end, bool) {
	s, m2 := k.InviteCard(c, amount)
	c.verify()
	err := s.TakeCard(c, m2)
	if err == nil {
		_, err = apdu.CardPayer{Terminal: c.Reader}.Acknowledge(s.Answer(answer))
		s.refunded(answer)
	}
	code, whole := codeOf(err)
	return c.end(code), whole
}

// refunded takes back from the book what the payee has refused.
func (s *KitPayee) refunded(answer func(*wire.Receipt)) {
	if answer != nil {
		s.t.book.paidOut -= s.Amount
	}
}

func moneyOf(amount uint64) money.Amount { return money.Amount(amount) }

func cardIsPaid(t *T) {
	framed, carded := t.Device(), t.Device().Card()
	one, other := t.Kit(KitOptions{}), t.Kit(KitOptions{})
	for _, c := range []struct {
		name   string
		change func(*wire.Transfer)
	}{
		{"a payment", nil}, {"one minor unit too many", func(m *wire.Transfer) { m.Amount++; m.Lots[0].Amount++ }}, {"another payment", nil},
	} {
		s := one.Meet(framed, 30)
		o := s.Sign(wire.TypeTransfer, s.Transfer(c.change).Encode())
		a, _ := s.Deliver(o.Encode())
		code := spec.Code(0)
		if a.Refused != nil {
			code = spec.Code(a.Refused.Code)
		} else {
			s.Accepted(o)
		}
		want := framed.end(code)
		got, whole := other.paysCard(carded, c.change)
		t.For(spec.INT02, "a card gives no whole answer to a transfer").Expect(whole).To(gomega.BeTrue(), c.name)
		t.For(spec.INT02, "a transfer over APDUs ends otherwise than one over frames").Expect(got).To(gomega.Equal(want), c.name)
	}
}

func (k *Kit) paysCard(c *Card, change func(*wire.Transfer)) (end, bool) {
	s, err := k.MeetCard(c, 30)
	if err != nil {
		code, whole := codeOf(err)
		return c.end(code), whole
	}
	o := s.Sign(wire.TypeTransfer, s.Transfer(change).Encode())
	_, err = apdu.CardPayee{Terminal: c.Reader}.Accept(s.frame(o.Encode()))
	code, whole := codeOf(err)
	if err == nil {
		s.Accepted(o)
	}
	return c.end(code), whole
}

// longMessages pays and is paid in blocks of several lengths; the lengths of the
// answers are cut alike.
func longMessages(t *T) {
	unit, kit := t.Funded(1000), t.Kit(KitOptions{})
	t.Control(kit.Meet(unit, 10).deliver(), "a payment over frames")
	c := unit.Card()
	type way struct {
		short bool
		block int
	}
	ways := []way{{true, 0}, {true, apdu.ShortPayload}, {true, 100}, {true, 16}}
	if c.App.Extended() {
		ways = append(ways, way{false, 0}, way{false, 300})
	}
	for _, w := range ways[:t.payments(len(ways))] {
		held := c.Held()
		c.Reader.Short, c.Reader.Block = true, 0
		c.verify()
		c.Reader.Short, c.Reader.Block = w.short, w.block
		m1, err := apdu.CardPayer{Terminal: c.Reader}.Hello()
		t.For(spec.INT03, "a length that is declared is not served").Expect(err).NotTo(gomega.HaveOccurred())
		s, m2 := kit.inviteCard(c, 10, m1)
		t.For(spec.INT03, "a message in blocks is not taken").Expect(s.TakeCard(c, m2)).To(gomega.Succeed())
		_, err = apdu.CardPayer{Terminal: c.Reader}.Acknowledge(s.Answer(nil))
		t.For(spec.INT03, "a receipt in blocks is not taken").Expect(err).NotTo(gomega.HaveOccurred())
		got, whole := kit.paysCard(c, nil)
		t.For(spec.INT03, "an answer that is longer than Le does not come whole").Expect(whole && got.Code == 0).To(gomega.BeTrue())
		t.For(spec.INT03, "what came in blocks moved another amount").Expect(got.Held).To(gomega.Equal(held + 20))
	}
}

// halves parts a frame before its last block.
func (c *Card) halves(frame []byte) (head, tail []byte) {
	size := min(255, c.App.MTU)
	cut := (len(frame) - 1) / size * size
	if cut == 0 { // one block would do: a voucher of a classical suite
		cut = len(frame) / 2
	}
	return frame[:cut], frame[cut:]
}

// chained sends a frame to a card that pays in blocks of which none is the last,
// and returns whether each was taken.
func (c *Card) chained(number byte, frame []byte) bool {
	size := min(255, c.App.MTU)
	for len(frame) > 0 {
		n := min(size, len(frame))
		if c.block(apdu.ClassChained, number, frame[:n]) != apdu.StatusOK {
			return false
		}
		frame = frame[n:]
	}
	return true
}

func partialCommands(t *T) {
	const message = "a command was carried out that did not come whole"
	c, kit := t.Funded(300).Card(), t.Kit(KitOptions{})
	held := uint64(300)
	whole := func() {
		s, m2 := kit.InviteCard(c, 10)
		c.verify()
		head, tail := c.halves(m2)
		if !c.chained(2, head) || c.block(apdu.ClassBinding, 2, tail)&0xFF00 != apdu.StatusMore {
			t.Inconclusive("positive control: a command in blocks", "it is not taken")
		}
		s.t.book.paidOut += 10
		held -= 10
		kit.FinishCard(c) // a device may have one slot for what is pending
	}
	whole()
	for _, cut := range []struct {
		name string
		run  func(m2 []byte)
	}{
		{"it began as another frame", func(m2 []byte) {
			head, tail := c.halves(m2)
			c.chained(4, head)
			c.block(apdu.ClassBinding, 2, tail)
		}},
		{"all of it came, and no last block", func(m2 []byte) { c.chained(2, m2) }},
		{"another instruction came between", c.between(func() {
			c.raw(apdu.Command{CLA: apdu.ClassBinding, INS: apdu.InsQuery, P1: apdu.QueryVersions, Le: 256})
		})},
		{"a block of another frame came between", c.between(func() { c.block(apdu.ClassChained, 4, []byte{0x80}) })},
		{"GET RESPONSE came between", c.between(func() { c.raw(apdu.Command{INS: apdu.InsMore, Le: 256}) })},
	} {
		m1, err := apdu.CardPayer{Terminal: c.Reader}.Hello()
		t.For(spec.INT05, "after a command that did not come whole the next one fails").Expect(err).NotTo(gomega.HaveOccurred(), cut.name)
		_, m2 := kit.inviteCard(c, 10, m1)
		c.verify()
		cut.run(m2)
		t.For(spec.INT05, message).Expect(c.end(0)).To(gomega.Equal(end{0, held, 0}), cut.name)
	}
	whole()
	t.For(spec.INT05, "a command in blocks is not carried out once").Expect(c.end(0)).To(gomega.Equal(end{0, held, 0}))
}

// between interrupts the blocks of M2 before the last one.
func (c *Card) between(interrupt func()) func(m2 []byte) {
	return func(m2 []byte) {
		head, tail := c.halves(m2)
		c.chained(2, head)
		interrupt()
		c.block(apdu.ClassBinding, 2, tail)
	}
}

// partedByPower takes the power between the blocks of a FUND, which needs no
// session.
func partedByPower(t *T) {
	unit := t.Funded(20)
	if t.ledger == nil {
		t.Inconclusive("a ledger issues vouchers", "there is none")
	}
	request := t.Control(unit.do(adapter.FundRequest{Amount: 30}), "ask for funding")
	voucher := t.Control(t.ledger.do(adapter.IssueFunding{Message: request.Message}), "a voucher").Message
	t.book.funded += 30
	t.book.unaccepted += 30
	send := func(c *Card, class byte, data []byte) apdu.Status {
		return c.raw(apdu.Command{CLA: class, INS: apdu.InsFund, Data: data, Le: 256}).Status
	}
	first := func(c *Card, head []byte) {
		for size := min(255, c.App.MTU); len(head) > 0; head = head[min(size, len(head)):] {
			if s := send(c, apdu.ClassChained, head[:min(size, len(head))]); s != apdu.StatusOK {
				t.Inconclusive("positive control: FUND in blocks", s.String())
			}
		}
	}
	c := unit.Card()
	head, tail := c.halves(voucher)
	first(c, head)
	c.PowerCycle()
	c = unit.Card()
	parted := send(c, apdu.ClassBinding, tail)
	t.For(spec.INT05, "the blocks after a loss of power were joined to those before").Expect(parted.String()).NotTo(gomega.Equal(apdu.StatusOK.String()))
	t.For(spec.INT05, "a voucher was credited that came in parts").Expect(c.Held()).To(gomega.Equal(uint64(20)))
	first(c, head)
	whole := send(c, apdu.ClassBinding, tail)
	t.For(spec.INT05, "a voucher in blocks is not taken").Expect(whole.String()).To(gomega.Equal(apdu.StatusOK.String()))
	t.book.unaccepted -= 30
	t.For(spec.INT05, "a voucher in blocks is not credited once").Expect(c.Held()).To(gomega.Equal(uint64(50)))
}

// strangersReader compares what two cards tell before and after one has paid.
func strangersReader(t *T) {
	one, other, kit := t.Funded(300), t.Device(), t.Kit(KitOptions{})
	hello := func(u *Unit) []byte {
		return u.transmit(adapter.SideContactless)(apdu.Command{INS: apdu.InsSelect, P1: 4, Data: apdu.AID, Le: 256}.Encode())
	}
	first := hello(one)
	r, err := apdu.ParseResponse(first)
	if err != nil || r.Status != apdu.StatusOK {
		t.Inconclusive("positive control: SELECT at the contactless side", r.Status.String())
	}
	t.For(spec.INT08, "two cards answer SELECT differently").Expect(hello(other)).To(gomega.Equal(first))
	_, whole := kit.paidByCard(one.Card(), 10, nil)
	if !whole {
		t.Inconclusive("positive control: a payment over APDUs", "no whole answer")
	}
	t.For(spec.INT08, "a card answers SELECT otherwise once it has paid").Expect(hello(one)).To(gomega.Equal(first))
	user := one.Card()
	for what := byte(apdu.QueryBalance); what <= apdu.QueryLog; what++ {
		command := apdu.Command{CLA: apdu.ClassBinding, INS: apdu.InsQuery, P1: what, Le: 256}
		if r := user.raw(command); r.Status != apdu.StatusOK || len(r.Data) == 0 {
			t.Inconclusive("positive control: QUERY at the user's side", r.Status.String())
		}
		got, _ := apdu.ParseResponse(one.transmit(adapter.SideContactless)(command.Encode()))
		t.For(spec.INT08, "a stranger's reader is told what QUERY keeps").Expect(len(got.Data)).To(gomega.BeZero())
		t.For(spec.INT08, "a stranger's QUERY is not refused").Expect(got.Status.String()).To(gomega.Equal(apdu.StatusUser.String()))
	}
}

// answersAreDurable takes the power when the first byte of an answer has left.
func answersAreDurable(t *T) {
	unit, kit := t.Funded(300), t.Kit(KitOptions{})
	t.Control(kit.Meet(unit, 30).deliver(), "a payment over frames")
	c := unit.Card()
	_, m2 := kit.InviteCard(c, 10)
	c.verify()
	head, tail := c.halves(m2)
	c.chained(2, head)
	r := c.raw(apdu.Command{CLA: apdu.ClassBinding, INS: apdu.InsExchange, P1: apdu.RolePayer, P2: 2, Data: tail, Le: 1})
	if r.Status&0xFF00 != apdu.StatusMore || len(r.Data) != 1 {
		t.Inconclusive("positive control: the first byte of M3", r.Status.String())
	}
	c.PowerCycle()
	t.For(spec.INT09, "a transfer began to leave before its debit was durable").Expect(c.end(0)).To(gomega.Equal(end{0, 320, 10}))
	c = unit.Card()
	c.Reader.Block, c.Reader.Short = min(200, c.App.MTU), true
	s, err := kit.MeetCard(c, 30)
	c.control(err, "ARM and M1")
	o := s.Sign(wire.TypeTransfer, s.Transfer(nil).Encode())
	m4, err := apdu.CardPayee{Terminal: c.Reader}.Accept(s.frame(o.Encode()))
	if err != nil || len(m4) == 0 {
		t.Inconclusive("positive control: a receipt over APDUs", "none came")
	}
	s.Accepted(o)
	c.PowerCycle()
	t.For(spec.INT09, "a receipt left before its credit was durable").Expect(c.end(0)).To(gomega.Equal(end{0, 350, 10}))
}
