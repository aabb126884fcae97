package device

import (
	"testing"

	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

func TestPaymentInEachSuite(t *testing.T) {
	for _, s := range suite.All() {
		for _, mode := range []uint64{wire.ReceiptSigned, wire.ReceiptAck} {
			r := newRealm(t, s)
			r.policy.ReceiptMode = mode
			payer, payee := r.card(1), r.card(2)
			payer.fund(1000)
			payer.pay(payee, 300)
			if payer.balance() != 700 || payee.balance() != 300 {
				t.Errorf("suite %d: %d and %d; want 700 and 300", s, payer.balance(), payee.balance())
			}
			if st, _ := payer.Query(); st.PendingOutgoing != 0 || st.Counter != 1 {
				t.Errorf("suite %d: %+v", s, st)
			}
		}
	}
}

func TestConsecutivePayments(t *testing.T) {
	r := newRealm(t)
	cards := []*card{r.card(1), r.card(2), r.card(3), r.card(4)}
	cards[0].fund(1000)
	for i := range 3 {
		cards[i].pay(cards[i+1], 1000)
	}
	if cards[3].balance() != 1000 || cards[3].state.Lots[3] != 1000 {
		t.Errorf("last holds %v", cards[3].state.Lots)
	}
}

// A message that comes twice gets the answer of the first time and moves nothing.
func TestEveryMessageTwice(t *testing.T) {
	r := newRealm(t)
	payer, payee := r.card(1), r.card(2)
	payer.fund(1000)
	m1, _ := payer.Start(0, 0)
	var m2, m3, m4 []byte
	for i := range 2 {
		got, err := payee.Request(0, m1, Demand{Amount: 300})
		r.must(err)
		if i > 0 && string(got) != string(m2) {
			t.Error("another M2")
		}
		m2 = got
	}
	for i := range 2 {
		got, err := payer.Pay(0, m2, uv())
		r.must(err)
		if i > 0 && string(got) != string(m3) {
			t.Error("another M3")
		}
		m3 = got
	}
	for i := range 2 {
		got, err := payee.Accept(0, m3)
		r.must(err)
		if i > 0 && string(got) != string(m4) {
			t.Error("another M4")
		}
		m4 = got
	}
	for range 2 {
		out, err := payer.Acknowledge(0, m4)
		if err != nil || out.Refunded || out.Debit != payer.state.Prev {
			t.Errorf("acknowledged: %+v, %v", out, err)
		}
	}
	if payer.balance() != 700 || payee.balance() != 300 || payer.state.Counter != 1 {
		t.Errorf("balances %d and %d", payer.balance(), payee.balance())
	}
	if m5, err := payee.Request(0, m1, Demand{Amount: 200}); err != nil || string(m5) == string(m2) {
		t.Errorf("another demand got the old M2: %v", err)
	}
}

// A refusal that comes again is a refusal again.
func TestRefusedTwice(t *testing.T) {
	r := newRealm(t)
	payee := r.card(2)
	k := r.kit(nil)
	k.meet(payee, 100)
	o := k.transfer(payee.DID(), func(m *wire.Transfer) { m.Amount, m.Lots[0].Amount = 99, 99 })
	m3 := k.link.Send(wire.Item{Type: wire.TypeTransfer, Object: o.Encode(), Certs: [][]byte{k.cert.Raw}})
	for range 2 {
		if _, err := payee.Accept(0, m3); r.code(err) != spec.EMismatch {
			t.Errorf("got %v; want 117", err)
		}
	}
}

func TestHeldValueIsNotSpendable(t *testing.T) {
	r := newRealm(t)
	r.policy.Respend = 0
	payer, payee := r.card(1), r.card(2)
	payer.fund(1000)
	payer.pay(payee, 300)
	st, _ := payee.Query()
	if st.Balance != 300 || st.Spendable != 0 || st.Held != 300 {
		t.Errorf("%+v", st)
	}
	if got := r.try(payee, payer, 100, uv()); got != spec.EHop {
		t.Errorf("spent what is held: %d; want 206", got)
	}
}
