package check

import (
	"slices"

	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/link"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// ecashOnlineChecks are those of family E that give units a connection.
func ecashOnlineChecks() []Check {
	rp := func(id spec.ID, word, title string, run func(*T), needs ...adapter.Capability) Check {
		return Check{ID: string(id) + "." + word, Title: title, Cites: []spec.ID{id}, RP: true,
			Needs: append(needs, adapter.CapConnect, adapter.CapQuery, adapter.CapLedger), Run: run}
	}
	receives := func(c Check) Check {
		c.Receives = true
		return c
	}
	return []Check{
		rp(spec.UXC05, "connected", "a payer with a connection does not fall back", noFallbackOnline),
		receives(rp(spec.ECH05, "home-first", "a payee gives no receipt before the tokens are home", homeBeforeReceipt)),
		rp(spec.ECH08, "power", "power is cut at every write of a withdrawal, a payment and the way home", coinCuts,
			adapter.CapCutWrite, adapter.CapResend, adapter.CapSplitFunding, adapter.CapSplitSync),
		rp(spec.ECH05, "given-up", "an online payment that nobody took home is the payer's again", onlineGivenUp, adapter.CapSynchronise),
	}
}

// connect tells a unit whether it has a connection.
func (u *Unit) connect(online bool) {
	u.t.Control(u.do(adapter.Connect{Online: online, Ledger: u.t.ledgerHandle()}), "connect")
}

// opened is what M3 seals for the kit.
func (s *KitPayee) opened(m3 []byte) wire.Item {
	item, reaction, err := s.link.Receive(m3)
	if reaction != link.Deliver || err != nil {
		s.t.Inconclusive("positive control: the payer's M3 opens", "it does not")
	}
	return item
}

func noFallbackOnline(t *T) {
	payer := t.Funded(1000)
	pay := func(online bool) wire.Item {
		payer.connect(online)
		s, m2 := t.Kit(KitOptions{}).Invite(payer, 100, Invitation{})
		a := s.hand(m2, 100)
		t.For(spec.UXC05, "a payment within all limits was not carried out").Expect(a).To(BeDone())
		t.book.paidOut += 100
		item := s.opened(a.Done.Message)
		if item.Type == wire.TypeTokens {
			tokens, err := wire.Tokens(item.Links)
			t.For(spec.UXC05, "what an online payment seals is no tokens").Expect(err).NotTo(gomega.HaveOccurred())
			t.For(spec.UXC05, "an online payment answers another request").Expect(item.Transfer).To(gomega.Equal(requestID(s)))
			t.For(spec.UXC05, "an online payment has no tokens").Expect(tokens).NotTo(gomega.BeEmpty())
		}
		s.ended(item)
		return item
	}
	t.For(spec.UXC05, "a payer without a connection does not fall back").Expect(pay(false).Type).To(gomega.Equal(wire.TypeTransfer))
	for range 2 {
		t.For(spec.UXC05, "a payer with a connection falls back").Expect(pay(true).Type).To(gomega.Equal(wire.TypeTokens))
	}
	t.For(spec.UXC05, "a payer that has lost its connection does not fall back").Expect(pay(false).Type).To(gomega.Equal(wire.TypeTransfer))
}

// ended gives the payer the receipt of what it has sealed, so that a unit with one
// slot can pay again.
func (s *KitPayee) ended(item wire.Item) {
	t, paid := s.t, wire.ID{}
	if item.Type == wire.TypeTokens {
		tokens, _ := wire.Tokens(item.Links)
		var hashes []wire.ID
		for _, token := range tokens {
			hashes = append(hashes, token.Hash())
		}
		paid = wire.TokensID(item.Transfer, hashes)
	} else if o, err := wire.DecodeObject(item.Object, wire.TypeTransfer.MaxBytes()); err == nil {
		paid = o.ID(wire.TypeTransfer)
	}
	receipt := s.Answer(func(m *wire.Receipt) { m.RequestHash, m.TransferHash = requestID(s), paid })
	t.Control(s.Payer.do(adapter.Acknowledge{Session: s.Session, Message: receipt}), "the receipt")
	t.For(spec.UXC05, "a payment with its receipt stays pending").Expect(s.Payer.Outgoing()).To(gomega.BeZero())
}

// requestID is the identifier of the kit's request.
func requestID(s *KitPayee) wire.ID {
	return s.Sign(wire.TypePayReq, s.Request.Encode()).ID(wire.TypePayReq)
}

// tokens4 pays a request with tokens alone and returns the payee's answer and what
// it seals.
func (s *KitPayer) tokens4(coins []kitCoin) (adapter.Answer, wire.Item) {
	var tokens []wire.Token
	for _, c := range coins {
		tokens = append(tokens, c.token(s.RequestID, wire.PayeeTag(s.PayeeDID, s.Request.Nonce)))
	}
	frame := s.link.Send(wire.Item{Type: wire.TypeTokens, Transfer: s.RequestID, Links: wire.BesideTokens(tokens)})
	a := s.Payee.do(adapter.Accept{Session: s.Session, Message: frame})
	var reply []byte
	switch {
	case a.Done != nil:
		reply = a.Done.Message
	case a.Refused != nil:
		reply = a.Refused.Message
	}
	var item wire.Item
	if len(reply) > 0 {
		item, _, _ = s.link.Receive(reply)
	}
	return a, item
}

// accepted reports whether an item is a RECEIPT ACCEPTED.
func accepted(item wire.Item) bool {
	o, err := wire.DecodeObject(item.Object, wire.TypeReceipt.MaxBytes())
	if item.Type != wire.TypeReceipt || err != nil {
		return false
	}
	m, err := wire.DecodeReceipt(o.Payload)
	return err == nil && m.Status == wire.ReceiptAccepted
}

func homeBeforeReceipt(t *T) {
	const early = "a receipt was given for tokens that are not home"
	one, two, kit := t.Device(), t.Device(), t.Kit(KitOptions{})
	coins := slices.Clone(kit.purse(250))
	one.connect(true)
	a, item := kit.Meet(one, 250).tokens4(coins)
	t.For(spec.ECH05, "a right online payment was refused").Expect(a).To(BeDone())
	t.For(spec.ECH05, "an online payment gets no receipt").Expect(accepted(item)).To(gomega.BeTrue())
	t.book.injected += 250
	t.For(spec.ECH05, "what is home cannot be spent").Expect(one.Spendable()).To(gomega.Equal(uint64(250)))
	two.connect(true)
	a, item = kit.Meet(two, 250).tokens4(coins)
	t.For(spec.ECH05, early).Expect(a).To(t.Refused(spec.ETokenSpent), "spent before")
	t.For(spec.ECH05, early).Expect(accepted(item)).To(gomega.BeFalse(), "spent before")
	for _, sum := range []money.Amount{249, 251} {
		a, item = kit.Meet(two, 250).tokens4(slices.Clone(kit.purse(sum)))
		t.For(spec.ECH05, early).Expect(a).To(t.Refused(spec.ETokenDenomination), "of another sum")
		t.For(spec.ECH05, early).Expect(accepted(item)).To(gomega.BeFalse(), "of another sum")
	}
	two.connect(false)
	fresh := []kitCoin{kit.mint(t.keyOf(50)), kit.mint(t.keyOf(200))}
	a, item = kit.Meet(two, 250).tokens4(fresh)
	t.For(spec.ECH05, early).Expect(a).To(t.Refused(spec.EOffline), "without a connection")
	t.For(spec.ECH05, early).Expect(accepted(item)).To(gomega.BeFalse(), "without a connection")
	t.For(spec.ECH05, "tokens that are not home were credited").Expect(two.Held()).To(gomega.BeZero())
	two.connect(true)
	a, item = kit.Meet(two, 250).tokens4(fresh)
	t.For(spec.ECH05, "after refusals a right online payment is refused").Expect(a).To(BeDone())
	t.book.injected += 250
	t.For(spec.ECH05, "an online payment gets no receipt").Expect(accepted(item)).To(gomega.BeTrue())
	t.For(spec.ECH05, "what is home cannot be spent").Expect(t.Transfer(two, one, 250)).To(BeDone())
}

// onlineGivenUp: M3 is lost, and M4 is lost; either way the payer's next
// synchronisation ends the payment as the ledger has it.
func onlineGivenUp(t *T) {
	payer, payee := t.Funded(1000), t.Device()
	payer.connect(true)
	payee.connect(true)
	lost := t.Payment(payer, payee, 100).Open()
	t.Control(lost.Pay(), "pay")
	t.For(spec.ECH05, "an online payment was credited that nobody took home").Expect(payee.Held()).To(gomega.BeZero())
	t.Control(payer.Sync(false), "synchronise")
	t.For(spec.ECH05, "a payment that nobody took home stays pending").Expect(payer.Outgoing()).To(gomega.BeZero())
	t.For(spec.ECH05, "a payment that nobody took home is not the payer's again").Expect(payer.Spendable()).To(gomega.Equal(uint64(1000)))
	t.For(spec.ECH05, "tokens that the payer has exchanged were taken").Expect(lost.Accept()).To(t.Refused(spec.ETokenSpent))
	unheard := t.Payment(payer, payee, 250).Open()
	t.Control(unheard.Pay(), "pay")
	t.For(spec.ECH05, "a right online payment was refused").Expect(unheard.Accept()).To(BeDone())
	t.Control(payer.Sync(false), "synchronise")
	t.For(spec.ECH05, "a payment that was taken home stays pending").Expect(payer.Outgoing()).To(gomega.BeZero())
	t.For(spec.ECH05, "a payment that was taken home is the payer's again").Expect(payer.own()).To(gomega.Equal(uint64(750)))
	t.For(spec.ECH05, "what is home cannot be spent").Expect(payee.Spendable()).To(gomega.Equal(uint64(250)))
	t.For(spec.ECH05, "the next online payment fails").Expect(t.Transfer(payer, payee, 30)).To(BeDone())
}
