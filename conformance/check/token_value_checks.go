package check

import (
	"bytes"
	"slices"

	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/evidence"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

func heldParts(t *T) {
	const message = "a part of a token that is held was accepted again"
	payee := t.Device()
	k := t.Kit(KitOptions{})
	first := k.Meet(payee, 250)
	right := first.pieces()
	right.parts[0].From, right.parts[0].To = 1000, 1250
	t.Control(first.payPieces(right), "the twin of what is held")
	for _, c := range []struct {
		name string
		from money.Amount
	}{{"the very part", 1000}, {"its first minor unit", 751}, {"its last minor unit", 1249}} {
		s := t.Kit(KitOptions{}).Meet(payee, 250)
		p := pieces{slices.Clone(right.parts), right.lots, right.tokens}
		p.parts[0].From, p.parts[0].To = c.from, c.from+250
		held := payee.Held()
		t.For(spec.TOK04, message).Expect(s.payPieces(p)).To(t.Refused(spec.ETokenSpent), c.name)
		t.For(spec.TOK04, message).Expect(payee.Held()).To(gomega.Equal(held), c.name+": the balance changed")
		payee.do(adapter.Cancel{})
	}
	next := k.Meet(payee, 250)
	p := pieces{slices.Clone(right.parts), right.lots, right.tokens}
	p.parts[0].From, p.parts[0].To = p.parts[0].From+250, p.parts[0].To+250
	t.For(spec.TOK04, "the part beside one that is held was refused").Expect(next.payPieces(p)).To(BeDone())
}

func partComesHome(t *T) {
	unit := t.Funded(300)
	away := t.pays(unit, 300)
	t.keepShown(away)
	for i := range 2 {
		s := away.Meet(unit, 300)
		p := pieces{slices.Clone(away.Transfer.Fragments), nil, nil}
		for j := range p.parts {
			p.parts[j].Hop = 2
			p.parts[j].Source = away.Paid.ID(wire.TypeTransfer)
		}
		p.lots = []wire.Lot{{Hop: 2, Amount: 300}}
		for _, l := range away.Links {
			p.tokens = append(p.tokens, l.Object)
		}
		if i == 0 {
			t.For(spec.TOK04, "what was paid away and comes home was refused").Expect(s.payPieces(p)).To(BeDone())
			continue
		}
		t.For(spec.TOK04, "what has come home was accepted again").Expect(s.payPieces(p)).To(t.Refused(spec.ETokenSpent))
		unit.do(adapter.Cancel{})
	}
}

func tokenStaysTheSame(t *T) {
	const message = "a token does not travel in the bytes in which it was issued"
	unit, other := t.Device(), t.Device()
	voucher := unit.voucher(500)
	m := payloadOf(t, voucher, wire.TypeFund, t.env.realm.decodeFund)
	t.Control(unit.do(adapter.FundAccept{Message: voucher}), "a voucher")
	t.showsIssued(t.pays(unit, 200), m.Issued, message)
	t.MustTransfer(unit, other, 300)
	t.showsIssued(t.pays(other, 300), m.Issued, message)
}

// hostedPays: a wallet that a bank hosts is a device of another environment, which
// nothing but the policy asks for; value goes from one to the other and back without
// being exchanged for anything.
func hostedPays(t *T) {
	hosted := t.DeviceWith(DeviceOptions{Certify: func(c *Certification) {
		c.Options.Edit = func(b *wire.Cert) { b.Tee = teeHosted }
	}})
	hardware := t.Device()
	voucher := hosted.voucher(500)
	m := payloadOf(t, voucher, wire.TypeFund, t.env.realm.decodeFund)
	t.Control(hosted.do(adapter.FundAccept{Message: voucher}), "a voucher")
	t.MustTransfer(hosted, hardware, 300)
	t.MustTransfer(hardware, hosted, 100)
	for _, u := range []*Unit{hosted, hardware} {
		t.showsIssued(t.pays(u, 50), m.Issued, "a token was exchanged for another between a hosted wallet and one in hardware")
	}
}

// teeHosted is the trusted environment of a virtual secure element.
const teeHosted = 5

func partsInOrder(t *T) {
	const message = "parts were not drawn in the order of hop, token and place"
	unit, other := t.Device(), t.Funded(200)
	t.MustTransfer(other, unit, 50)
	t.Control(unit.Fund(100), "funding")
	t.Control(unit.Fund(77), "funding")
	all := t.pays(unit, 177).Transfer.Fragments
	t.For(spec.TOK06, "a higher hop was paid with although lower ones sufficed").Expect(all).To(gomega.HaveEach(gomega.HaveField("Hop", uint64(1))))
	back := t.pays(unit, 50).Transfer.Fragments
	t.For(spec.TOK06, message).Expect(back).To(gomega.HaveEach(gomega.HaveField("Hop", uint64(2))))
	t.Control(unit.Fund(60), "funding")
	t.Control(unit.Fund(60), "funding")
	t.drawnInOrder(unit, 40, 30, 50)
}

func roomForParts(t *T) {
	payee := t.Device()
	k := t.Kit(KitOptions{})
	pay := func() adapter.Answer {
		s := k.Meet(payee, 2)
		return s.payPieces(s.pieces())
	}
	for i := range 64 {
		a := pay()
		if a.Refused != nil && spec.Code(a.Refused.Code) == spec.ELogFull && t.Has(adapter.CapSynchronise) {
			t.Control(payee.Sync(true), "synchronise") // a log may be shorter
			a = pay()
		}
		if i == 0 {
			t.Control(a, "a payment")
		}
		t.For(spec.TOK07, "there was no room for 64 fragments").Expect(a).To(BeDone())
	}
	t.For(spec.TOK07, "64 payments were not credited in full").Expect(payee.Held()).To(gomega.Equal(uint64(128)))
}

func wrongTokenVouchers(t *T) {
	const message = "a voucher with wrong tokens was accepted"
	unit := t.Device()
	realm := t.env.realm
	t.Control(unit.do(adapter.FundAccept{Message: unit.voucher(300)}), "a voucher")
	right := unit.voucher(700)
	m := payloadOf(t, right, wire.TypeFund, realm.decodeFund)
	mint := func(what string, value money.Amount) []byte {
		_, object := realm.mint(what+" "+name(m.RequestHash), value, nil)
		return object
	}
	forged := bytes.Clone(m.Issued[0])
	forged[len(forged)-2] ^= 1
	for _, c := range []struct {
		name   string
		code   spec.Code
		tokens [][]byte
	}{
		{"a token of one minor unit more", spec.EFundBinding, [][]byte{mint("more", 701)}},
		{"a token of one minor unit less", spec.EFundBinding, [][]byte{mint("less", 699)}},
		{"tokens that are too many", spec.EFundBinding, [][]byte{mint("a", 700), mint("b", 1)}},
		{"a token with another signature", spec.ETokenUnknown, [][]byte{forged}},
		{"one token twice", spec.ETokenUnknown, [][]byte{mint("half", 350), mint("half", 350)}},
	} {
		wrong := m
		wrong.Issued = c.tokens
		a := unit.do(adapter.FundAccept{Message: realm.Service.Sign(wire.TypeFund, wrong.Encode())})
		t.For(spec.TOK08, message).Expect(a).To(t.Refused(c.code), c.name)
		t.For(spec.TOK08, message).Expect(unit.Spendable()).To(gomega.Equal(uint64(300)), c.name)
	}
	t.For(spec.TOK08, "after wrong vouchers the right one is refused").Expect(unit.do(adapter.FundAccept{Message: right})).To(BeDone())
	again := payloadOf(t, unit.voucher(700), wire.TypeFund, realm.decodeFund)
	again.Issued = m.Issued
	a := unit.do(adapter.FundAccept{Message: realm.Service.Sign(wire.TypeFund, again.Encode())})
	t.For(spec.TOK08, "a token that is held was credited again").Expect(a).To(t.Refused(spec.EFundReplay))
	t.For(spec.TOK08, "a token that is held was credited again").Expect(unit.Spendable()).To(gomega.Equal(uint64(1000)))
	t.book.unaccepted += 700
}

func returnedPart(t *T) {
	payer := t.Funded(500)
	s, m2 := t.Kit(KitOptions{}).Invite(payer, 500, Invitation{})
	t.Control(s.Take(m2), "a payment to the harness")
	refused := s.Answer(func(m *wire.Receipt) { m.Status, m.Why = wire.ReceiptRefused, uint64(spec.EReqClosed) })
	id := s.answered
	payer.do(adapter.Acknowledge{Session: s.Session, Message: refused})
	t.book.paidOut -= 500
	again := t.pays(payer, 300)
	t.For(spec.TOK09, "a part that a payee returned was paid again without its refusal").
		Expect(again.Transfer.Fragments).To(gomega.HaveEach(gomega.HaveField("Source", id)))
	t.For(spec.TOK09, "what was paid again is no right payment").Expect(again.right()).To(gomega.BeTrue())
}

// putBack gives a peer again the fragments that it had, as a cracked device does.
func (u *Unit) putBack(before device.State, amount money.Amount) {
	u.t.book.cracked = true
	edit := func(s *device.State) {
		s.Fragments, s.Lots, s.Totals.In = before.Fragments, before.Lots, s.Totals.In+amount
	}
	if err := u.inside().Edit(edit); err != nil {
		u.t.harness("putting a part back into a peer: " + err.Error())
	}
}

func redeemedOnce(t *T) {
	cracked, other := t.Peer(), t.Peer()
	t.Control(cracked.Fund(1000), "funding")
	before := cracked.inside().State()
	t.Control(cracked.Defund(400), "the twin of what is redeemed again")
	account := t.ledger.Balance(cracked.Account)
	cracked.putBack(before, 400)
	t.For(spec.TOK10, "a part was redeemed twice").Expect(cracked.Defund(400)).To(t.Refused(spec.ETokenSpent))
	t.For(spec.TOK10, "an account was credited twice for one part").Expect(t.ledger.Balance(cracked.Account)).To(gomega.Equal(account))
	t.Control(cracked.Defund(100), "a part that is its own")
	before = cracked.inside().State()
	t.MustTransfer(cracked, other, 200)
	t.Control(other.Sync(true), "synchronise")
	account = t.ledger.Balance(cracked.Account)
	cracked.putBack(before, 200)
	t.For(spec.TOK10, "a part that was paid away was redeemed").Expect(cracked.Defund(200)).To(t.Refused(spec.ETokenSpent))
	t.For(spec.TOK10, "an account was credited for a part that was paid away").Expect(t.ledger.Balance(cracked.Account)).To(gomega.Equal(account))
	t.For(spec.TOK10, "the payee of a part could not redeem it").Expect(other.Defund(200)).To(BeDone())
}

// cancelledTokens has a cracked peer cancel a funding and redeem its token all the
// same, and cancel one whose token it has redeemed.
func cancelledTokens(t *T) {
	const message = "an account was credited for a token that was cancelled"
	peer := t.Peer()
	t.Control(peer.Fund(1000), "funding")
	t.book.cracked = true // the peer signs what it was not debited for
	account := t.ledger.Balance(peer.Account)
	for i, cancelFirst := range []bool{true, false} {
		request := t.Control(peer.do(adapter.FundRequest{Amount: 300}), "ask for funding").Message
		voucher := t.Control(t.ledger.do(adapter.IssueFunding{Message: request}), "issue funding").Message
		m := payloadOf(t, voucher, wire.TypeFund, t.env.realm.decodeFund)
		o, _ := wire.DecodeObject(voucher, wire.TypeFund.LimitIn(wire.FamilyToken))
		cancel := t.Control(peer.do(adapter.FundCancel{}), "cancel a funding").Message
		redeem := func() adapter.Answer {
			order := t.Control(t.ledger.do(adapter.DefundOrder{Account: peer.Account}), "order a defunding")
			d := wire.Defund{
				Version: wire.V1, Realm: m.Realm, Suite: t.env.realm.base, Currency: m.Currency, Exponent: m.Exponent, Amount: 300,
				Nonce: wire.Nonce(order.Nonce), Cert: t.certOf(peer), Counter: uint64(100 + i), Prev: wire.ID{1},
				Lots: []wire.Lot{{Hop: 0, Amount: 300}}, PolicyVersion: 1, Epoch: t.env.realm.epoch, Family: wire.FamilyToken,
				Fragments: t.wholeOf(m.Issued, o.ID(wire.TypeFund)),
			}
			return t.ledger.do(adapter.AcceptDefunding{Message: peer.signAs(d.Suite, wire.TypeDefund, d.Encode()).Encode()})
		}
		if cancelFirst {
			t.Control(t.ledger.do(adapter.IssueFunding{Message: cancel}), "cancel at the ledger")
			t.For(spec.TOK10, message).Expect(redeem()).To(t.Refused(spec.ETokenSpent))
			t.For(spec.TOK10, message).Expect(t.ledger.Balance(peer.Account)).To(gomega.Equal(account))
			t.Control(peer.Sync(true), "synchronise")
			continue
		}
		t.Control(redeem(), "the twin of what was cancelled")
		t.For(spec.TOK10, "a funding was cancelled whose token was redeemed").Expect(t.ledger.do(adapter.IssueFunding{Message: cancel})).To(t.Refused(spec.ETokenSpent))
		t.For(spec.TOK10, message).Expect(t.ledger.Balance(peer.Account)).To(gomega.Equal(account))
	}
}

// tidOf is the tid of a TOKEN.
func (t *T) tidOf(token []byte) wire.TID {
	m := payloadOf(t, token, wire.TypeToken, wire.DecodeIssuerToken)
	return m.TID
}

// certOf is the identifier of a peer's certificate.
func (t *T) certOf(u *Unit) wire.ID {
	c, err := cert.Parse(u.Certificates[0])
	if err != nil {
		t.harness("the certificate of a peer: " + err.Error())
	}
	return c.ID
}

func impossibleRedemptions(t *T) {
	const message = "a part that no token has was redeemed"
	peer := t.Peer()
	voucher := peer.voucher(1000)
	issued := t.issuedTokens(payloadOf(t, voucher, wire.TypeFund, t.env.realm.decodeFund).Issued)
	t.Control(peer.do(adapter.FundAccept{Message: voucher}), "funding")
	order := func() []byte {
		return t.Control(t.ledger.do(adapter.DefundOrder{Account: peer.Account}), "order a defunding").Nonce
	}
	request := t.Control(peer.do(adapter.DefundRequest{Amount: 400, Nonce: order(), Secret: t.secret()}), "ask for defunding").Message
	m := payloadOf(t, request, wire.TypeDefund, t.env.realm.decodeDefund)
	account := t.ledger.Balance(peer.Account)
	part := m.Fragments[0]
	for _, c := range []struct {
		name string
		code spec.Code
		edit func(*wire.Fragment)
	}{
		{"a token that was never issued", spec.ETokenUnknown, func(f *wire.Fragment) { f.TID[0] ^= 1 }},
		{"a part beyond the token", spec.ETokenInterval, func(f *wire.Fragment) {
			f.From, f.To = issued[f.TID].Value+1-part.Amount(), issued[f.TID].Value+1
		}},
		{"one minor unit more than the lots", spec.ETokenInterval, func(f *wire.Fragment) { f.To++ }},
	} {
		wrong := m
		wrong.Amount, wrong.Lots = part.Amount(), []wire.Lot{{Hop: part.Hop, Amount: part.Amount()}}
		wrong.Fragments = []wire.Fragment{part}
		c.edit(&wrong.Fragments[0])
		a := t.ledger.do(adapter.AcceptDefunding{Message: peer.signAs(m.Suite, wire.TypeDefund, wrong.Encode()).Encode()})
		t.For(spec.TOK10, message).Expect(a).To(t.Refused(c.code), c.name)
		t.For(spec.TOK10, message).Expect(t.ledger.Balance(peer.Account)).To(gomega.Equal(account), c.name)
	}
	t.book.cracked = true // the peer has signed what it was not debited for
	t.For(spec.TOK10, "after impossible redemptions the right one is refused").Expect(t.ledger.do(adapter.AcceptDefunding{Message: request})).To(BeDone())
	t.For(spec.TOK10, "an account was not credited what was redeemed").Expect(t.ledger.Balance(peer.Account)).To(gomega.Equal(account + 400))
}

func partDrawnTwice(t *T) {
	cracked, one, two, three := t.Peer(), t.Peer(), t.Peer(), t.Peer()
	t.Control(cracked.Fund(1000), "funding")
	nobody := func(why string) {
		t.For(spec.TOK11, why).Expect(t.ledger.Findings()).To(gomega.BeEmpty())
	}
	all := func() {
		for _, u := range []*Unit{cracked, one, two, three} {
			t.Control(u.Sync(true), "synchronise")
		}
	}
	// What an honest payee returned is paid again, and what was paid away comes home.
	p := t.Payment(cracked, one, 600).Open()
	t.Control(p.Pay(), "pay")
	t.Control(one.do(adapter.Cancel{Session: p.PayeeSession}), "cancel the request")
	t.Finish(cracked, one)
	t.MustTransfer(cracked, two, 600)
	t.MustTransfer(two, cracked, 600)
	if t.depth() > 2 {
		t.MustTransfer(cracked, one, 700)
		t.MustTransfer(one, cracked, 700)
	}
	all()
	nobody("somebody was accused who drew every part once")
	before := cracked.inside().State()
	t.MustTransfer(cracked, one, 400)
	t.MustTransfer(one, three, 400)
	cracked.putBack(before, 400)
	t.MustTransfer(cracked, two, 400)
	t.Control(three.Sync(true), "synchronise")
	t.Control(one.Sync(true), "synchronise")
	nobody("somebody was accused before there was a conflict")
	t.Control(two.Sync(true), "synchronise")
	found := t.ledger.Findings()
	t.For(spec.TOK11, "a part that was drawn twice was not found").Expect(found).To(gomega.HaveLen(1))
	t.For(spec.TOK11, "another device was accused").Expect(bytes.Equal(found[0].Device, cracked.ID)).To(gomega.BeTrue())
	got, err := evidence.Verify(found[0].Evidence, t.env.realm.Root.Cert)
	t.For(spec.TOK11, "the evidence does not verify with public keys").
		Expect(err == nil && got.Kind == wire.EvidenceSource && got.Accused == wire.DID(cracked.ID)).To(gomega.BeTrue())
}
