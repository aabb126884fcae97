package check

import (
	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/reference/apdu"
	"github.com/assay-cbdc/assay/spec"
)

// payments is how many of n payments a unit makes before it has to synchronise.
func (t *T) payments(n int) int {
	if most := t.Profile().MaxUnsyncedCount; most != nil {
		n = min(n, int(min(*most, 1<<16)))
	}
	return n
}

// often is a check with three cards that pay so often that the user is asked.
func often(c Check) Check {
	c.Units, c.Verifies = 3, true
	return c
}

// A phone between two cards does something to one frame of a payment, and hands
// on the others.
type phone struct {
	frame  int
	do     string
	payer  *Card
	payee  *Card
	beside *Card // armed too, for another amount
}

// deliver hands a frame on, or does what the phone does.
func (p phone) deliver(number int, frame []byte, to, beside func([]byte) ([]byte, error)) ([]byte, error) {
	if number != p.frame {
		return to(frame)
	}
	switch p.do {
	case "drops":
		return nil, apdu.ErrUnknown
	case "alters":
		bad := append([]byte{}, frame...)
		bad[len(bad)-9] ^= 1
		frame = bad
	case "cuts":
		frame = frame[:len(frame)/2]
	case "repeats":
		if _, err := to(frame); err != nil {
			return nil, err
		}
	case "gives another card":
		_, _ = beside(frame)
	}
	return to(frame)
}

// carry is a payment over the phone, as far as that lets it come.
func (p phone) carry() {
	payer, payee := apdu.CardPayer{Terminal: p.payer.Reader}, apdu.CardPayee{Terminal: p.payee.Reader}
	lured := apdu.CardPayee{Terminal: p.beside.Reader}
	m1, err := payer.Hello()
	p.payer.control(err, "EXCHANGE for M1")
	_, _ = lured.Answer(m1)
	m2, err := p.deliver(1, m1, payee.Answer, lured.Answer)
	if err != nil {
		return
	}
	m3, err := p.deliver(2, m2, payer.Pay, lured.Answer)
	if err != nil {
		return
	}
	m4, err := p.deliver(3, m3, payee.Accept, lured.Accept)
	if m4 == nil {
		m4 = apdu.CounterMessage(err)
	}
	if len(m4) > 0 {
		_, _ = p.deliver(4, m4, payer.Acknowledge, lured.Accept)
	}
}

// meet lets both cards end what is pending, over a phone that does nothing.
func (p phone) meet() {
	payee := apdu.CardPayee{Terminal: p.payee.Reader}
	p.payee.control(payee.ArmFinish(), "ARM to finish")
	_ = apdu.Carry(apdu.CardPayer{Terminal: p.payer.Reader, Resume: true}, payee)
}

func hostilePhone(t *T) {
	p := phone{payer: t.Funded(300).Card(), payee: t.Device().Card(), beside: t.Device().Card()}
	frames, actions := 4, []string{"drops", "alters", "cuts", "repeats", "gives another card"}
	p.pay(t)
	if p.payee.Held() != 10 {
		t.Inconclusive("positive control: a payment from card to card", "it does not arrive")
	}
	for _, i := range t.Sample(frames*len(actions), t.payments(17)-1) {
		p.frame, p.do = 1+i/len(actions), actions[i%len(actions)]
		held := p.payee.Held()
		p.pay(t)
		p.meet()
		t.For(spec.INT04, "a phone between two cards moved value to another card").Expect(p.beside.Held()).To(gomega.BeZero(), p.do)
		t.For(spec.INT04, "a phone between two cards changed the amount").Expect(p.payee.Held()-held).To(gomega.BeElementOf(uint64(0), uint64(10)), p.do)
		t.For(spec.INT04, "a phone between two cards changed the total").Expect(p.payer.Held()+p.payee.Held()).To(gomega.Equal(uint64(300)), p.do)
		t.For(spec.INT04, "what a phone has torn is not ended by RESUME").Expect(p.payer.Outgoing()).To(gomega.BeZero(), p.do)
	}
}

// pay arms the payee, and another card for another amount, and carries.
func (p phone) pay(t *T) {
	for _, c := range []struct {
		card   *Card
		amount uint64
	}{{p.payee, 10}, {p.beside, 9}} {
		err := apdu.CardPayee{Terminal: c.card.Reader}.Arm(moneyOf(c.amount), "")
		c.card.control(err, "ARM")
	}
	p.payer.verify()
	p.carry()
}
