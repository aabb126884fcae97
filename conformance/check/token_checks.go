package check

import (
	"bytes"
	"slices"

	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// tokenChecks are those of family T; the profile selects them.
func tokenChecks() []Check {
	rp := func(id spec.ID, word, title string, run func(*T), needs ...adapter.Capability) Check {
		return Check{ID: string(id) + "." + word, Title: title, Cites: []spec.ID{id}, RP: true, Needs: needs, Run: run}
	}
	receives := func(c Check) Check {
		c.Receives = true
		return c
	}
	room := receives(rp(spec.TOK07, "room", "64 payments find room for their fragments", roomForParts, adapter.CapQuery))
	room.Verifies, room.Fresh = true, true
	const query, funding = adapter.CapQuery, adapter.CapSplitFunding
	return []Check{
		rp(spec.TOK01, "split", "what is sent and what is kept are the whole, to the minor unit", splitExactly, query),
		rp(spec.TOK01, "random", "random payments share out a token without a minor unit twice", sharedOut),
		rp(spec.TOK01, "gaps", "parts that are not adjacent stay two", partsStayApart),
		receives(rp(spec.TOK02, "intervals", "fragments that make no right payment are refused", brokenParts, query)),
		receives(rp(spec.TOK03, "tokens", "a token that the issuer has not signed is refused", forgedTokens, query)),
		receives(rp(spec.TOK04, "held", "a part that is held already is refused", heldParts, query)),
		rp(spec.TOK04, "home", "a part that comes home is accepted", partComesHome),
		rp(spec.TOK05, "same", "a token travels in the bytes in which it was issued", tokenStaysTheSame, adapter.CapLedger, funding),
		rp(spec.TOK05, "hosted", "a wallet that a bank hosts pays one in hardware, in the same tokens", hostedPays, adapter.CapLedger, funding, query),
		rp(spec.TOK06, "order", "the lowest hop is paid with first, and the lower part", partsInOrder),
		room,
		receives(rp(spec.TOK08, "voucher", "a voucher with wrong tokens is refused", wrongTokenVouchers, adapter.CapLedger, funding, query)),
		rp(spec.TOK09, "source", "what a payee returned names its refusal as the source", returnedPart),
		receives(rp(spec.TOK10, "redeem", "no part of a token is redeemed twice, or after it was paid away", redeemedOnce, adapter.CapLedger, funding)),
		receives(rp(spec.TOK10, "cancelled", "a token whose voucher was cancelled is worth nothing", cancelledTokens, adapter.CapLedger, funding)),
		receives(rp(spec.TOK10, "impossible", "no part is redeemed that no token has", impossibleRedemptions, adapter.CapLedger, funding)),
		rp(spec.TOK12, "renewal", "many fragments come back as a fresh token of their sum", partsRenewed, adapter.CapLedger, adapter.CapSplitSync, query),
		rp(spec.TOK12, "lost", "an answer that is lost costs nothing", renewalLost, adapter.CapLedger, adapter.CapSplitSync, funding, query, adapter.CapPowerCycle),
		receives(rp(spec.TOK12, "dead", "what was renewed is redeemed and paid with no more", renewedIsDead, adapter.CapLedger, adapter.CapSplitSync, funding)),
		receives(rp(spec.TOK12, "twice", "what was renewed is not renewed again in another list", givenUpTwice, adapter.CapLedger, adapter.CapSplitSync)),
		receives(rp(spec.TOK12, "answers", "an answer with wrong tokens is refused", wrongRenewals, adapter.CapSplitSync, query)),
		receives(rp(spec.TOK12, "lists", "a list with one part twice, or one that was paid away, is not renewed", wrongListsNotRenewed, adapter.CapLedger, adapter.CapSplitSync)),
		receives(rp(spec.TOK12, "minted", "what nobody has brought is not renewed", mintedNotRenewed, adapter.CapLedger, adapter.CapSplitSync)),
		receives(rp(spec.TOK12, "accomplice", "what a device was not paid, or its payer never had, is not renewed", accompliceNotRenewed, adapter.CapLedger, adapter.CapSplitSync)),
		receives(rp(spec.TOK13, "beyond", "who draws from a source what it has not brought is found, and nobody else", partDrawnBeyond, adapter.CapLedger, adapter.CapSplitSync)),
		receives(rp(spec.TOK11, "drawn-twice", "who draws one part twice is found, and nobody else", partDrawnTwice, adapter.CapLedger, adapter.CapSplitSync)),
	}
}

// right reports whether what a unit has paid the kit with makes the payment, and
// stands in the TOKENs beside it.
func (s *KitPayee) right() bool {
	values := map[wire.TID]money.Amount{}
	for _, l := range s.Links {
		o, err := wire.DecodeObject(l.Object, wire.TypeToken.MaxBytes())
		if err != nil {
			return false
		}
		m, err := wire.DecodeIssuerToken(o.Payload)
		if err != nil || s.t.env.realm.Service.Cert.Verify(o, wire.TypeToken) != nil {
			return false
		}
		values[m.TID] = m.Value
	}
	var sum money.Amount
	for _, f := range s.Transfer.Fragments {
		if f.To > values[f.TID] {
			return false
		}
		sum += f.Amount()
	}
	return wire.FragmentsMake(s.Transfer.Fragments, s.Transfer.Lots) && sum == s.Transfer.Amount
}

func splitExactly(t *T) {
	unit := t.Funded(1000)
	first := t.pays(unit, 730)
	t.For(spec.TOK01, "a payment is not made of parts of tokens that add up to it").Expect(first.right()).To(gomega.BeTrue())
	t.For(spec.TOK01, "what is left of a token is not the rest").Expect(unit.Spendable()).To(gomega.Equal(uint64(270)))
	second := t.pays(unit, 270)
	t.For(spec.TOK01, "a payment is not made of parts of tokens that add up to it").Expect(second.right()).To(gomega.BeTrue())
	t.For(spec.TOK01, "a part of a token was sent twice").Expect(common(first, second)).To(gomega.BeFalse())
}

// common reports whether two payments have a part of a token in common.
func common(a, b *KitPayee) bool {
	return slices.ContainsFunc(a.Transfer.Fragments, func(f wire.Fragment) bool {
		return slices.ContainsFunc(b.Transfer.Fragments, f.Overlaps)
	})
}

func sharedOut(t *T) {
	unit := t.Funded(500)
	t.Control(unit.Fund(400), "funding")
	var all []*KitPayee
	for rest := uint64(900); rest > 0 && len(all) < 12; {
		amount := min(rest, 1+t.rand.Uint64N(160))
		if len(all) == 11 {
			amount = rest
		}
		s := t.pays(unit, amount)
		t.For(spec.TOK01, "a payment is not made of parts of tokens that add up to it").Expect(s.right()).To(gomega.BeTrue())
		for _, before := range all {
			t.For(spec.TOK01, "a part of a token was sent twice").Expect(common(before, s)).To(gomega.BeFalse())
		}
		all, rest = append(all, s), rest-amount
	}
}

// partsStayApart pays a unit two parts of one token, and has it pay both on.
func partsStayApart(t *T) {
	const message = "parts of a token that are not adjacent were made one"
	unit := t.Device()
	k := t.Kit(KitOptions{})
	source := map[money.Amount]wire.ID{}
	for _, from := range []money.Amount{1000, 1300, 1400} {
		s := k.Meet(unit, 100)
		p := s.pieces()
		p.parts[0].From, p.parts[0].To = from, from+100
		t.Control(s.payPieces(p), "a payment")
		source[from] = k.Prev
	}
	amounts := []uint64{300}
	if t.env.realm.chained() && t.env.realm.bounds().MaxInputs < 3 {
		amounts = []uint64{100, 100, 100}
	}
	var sent []money.Amount
	for _, amount := range amounts {
		for _, f := range t.pays(unit, amount).Transfer.Fragments {
			sent = append(sent, f.From, f.To)
			t.For(spec.TOK01, "a part was sent with another source than brought it").Expect(source[f.From]).To(gomega.Equal(f.Source))
		}
	}
	t.For(spec.TOK01, message).Expect(sent).To(gomega.Equal([]money.Amount{1000, 1100, 1300, 1400, 1400, 1500}))
}

// pieces are what a kit pays with: all of it can be wrong.
type pieces struct {
	parts  []wire.Fragment
	lots   []wire.Lot
	tokens [][]byte
}

// pieces are right ones for the request.
func (s *KitPayer) pieces() pieces {
	lots := []wire.Lot{{Hop: 1, Amount: s.Request.Amount}}
	parts := s.fragments(s.Counter+1, s.RequestID, lots)
	return pieces{parts, lots, [][]byte{s.wallet.object}}
}

// payPieces pays the request with pieces.
func (s *KitPayer) payPieces(p pieces) adapter.Answer {
	m := s.Transfer(func(m *wire.Transfer) { m.Fragments, m.Lots = p.parts, p.lots })
	o := cert.SignObject(s.Key, wire.TypeTransfer, m.Encode())
	var links []wire.Link
	for _, b := range p.tokens {
		links = append(links, wire.Link{Object: b})
	}
	shown, certs := s.t.linksOf(p.parts)
	a, _ := s.DeliverWith(o.Encode(), append(links, shown...), certs)
	if a.Done != nil {
		s.Accepted(o)
	}
	return a
}

// A badPiece is a payment one mutation away from a right one.
type badPiece struct {
	name string
	code spec.Code
	edit func(t *T, s *KitPayer, p *pieces)
}

// refusesPieces hands a payee each bad payment in a session of its own, and a
// right one before and after.
func (t *T) refusesPieces(id spec.ID, message string, cases []badPiece) {
	payee := t.Device()
	good := func() adapter.Answer {
		s := t.Kit(KitOptions{}).Meet(payee, 250)
		return s.payPieces(s.pieces())
	}
	t.Control(good(), "the twin of the bad payments")
	for _, c := range cases {
		s := t.Kit(KitOptions{}).Meet(payee, 250)
		held := payee.Held()
		p := s.pieces()
		c.edit(t, s, &p)
		t.For(id, message).Expect(s.payPieces(p)).To(t.Refused(c.code), c.name)
		t.For(id, message).Expect(payee.Held()).To(gomega.Equal(held), c.name+": the balance changed")
		payee.do(adapter.Cancel{})
	}
	t.For(id, "after refusals a right payment is not accepted any more").Expect(good()).To(BeDone())
}

func brokenParts(t *T) {
	cut := func(p *pieces, at money.Amount) { // in two at a place
		f := p.parts[0]
		p.parts = []wire.Fragment{f, f}
		p.parts[0].To, p.parts[1].From = f.From+at, f.From+at
	}
	t.refusesPieces(spec.TOK02, "fragments that make no right payment were accepted", []badPiece{
		{"no fragments", spec.ETokenInterval, func(_ *T, _ *KitPayer, p *pieces) { p.parts, p.tokens = nil, nil }},
		{"one minor unit less", spec.ETokenInterval, func(_ *T, _ *KitPayer, p *pieces) { p.parts[0].To-- }},
		{"one minor unit more", spec.ETokenInterval, func(_ *T, _ *KitPayer, p *pieces) { p.parts[0].To++ }},
		{"a part turned round", spec.ETokenInterval, func(_ *T, _ *KitPayer, p *pieces) {
			f := &p.parts[0]
			f.From, f.To = f.To, f.From+1
		}},
		{"the same part twice", spec.ETokenInterval, func(_ *T, _ *KitPayer, p *pieces) {
			p.parts[0].To = p.parts[0].From + 125
			p.parts = append(p.parts, p.parts[0])
		}},
		{"parts with a minor unit in common", spec.ETokenInterval, func(_ *T, _ *KitPayer, p *pieces) {
			cut(p, 100)
			p.parts[1].From, p.parts[1].To = p.parts[1].From-1, p.parts[1].To-1
		}},
		{"parts out of order", spec.ETokenInterval, func(_ *T, _ *KitPayer, p *pieces) {
			cut(p, 100)
			slices.Reverse(p.parts)
		}},
		{"a part without a source", spec.ETokenInterval, func(_ *T, _ *KitPayer, p *pieces) { p.parts[0].Source = wire.ID{} }},
		{"a hop that the lots do not have", spec.ETokenInterval, func(_ *T, _ *KitPayer, p *pieces) { p.parts[0].Hop++ }},
		{"a part beyond its token", spec.ETokenInterval, func(t *T, s *KitPayer, p *pieces) {
			tid, object := t.env.realm.mint("small "+name(s.wallet.source), 249, nil)
			p.parts[0].TID, p.parts[0].From, p.parts[0].To = tid, 0, 250
			p.tokens = [][]byte{object}
		}},
		{"a lot above the hop limit", spec.EHop, func(_ *T, _ *KitPayer, p *pieces) {
			p.lots[0].Hop, p.parts[0].Hop = wire.MaxHop+1, wire.MaxHop+1
		}},
	})
}

func forgedTokens(t *T) {
	realm := t.env.realm
	minted := func(by cert.Identity, change func(*wire.IssuerToken)) func(*T, *KitPayer, *pieces) {
		return func(t *T, s *KitPayer, p *pieces) {
			service := realm.Service
			realm.Service = by
			tid, object := realm.mint("forged "+name(s.wallet.source), 1000, change)
			realm.Service = service
			p.parts[0].TID, p.parts[0].From, p.parts[0].To = tid, 0, 250
			p.tokens = [][]byte{object}
		}
	}
	right := realm.Service
	spoilt := func(at int) func(*T, *KitPayer, *pieces) {
		return func(_ *T, _ *KitPayer, p *pieces) {
			p.tokens[0] = bytes.Clone(p.tokens[0])
			p.tokens[0][len(p.tokens[0])-at] ^= 1
		}
	}
	t.refusesPieces(spec.TOK03, "a token that the issuer has not signed was accepted", []badPiece{
		{"no token", spec.ETokenUnknown, func(_ *T, _ *KitPayer, p *pieces) { p.tokens = nil }},
		{"another token", spec.ETokenUnknown, func(t *T, s *KitPayer, p *pieces) {
			_, object := realm.mint("another "+name(s.wallet.source), 1000, nil)
			p.tokens = [][]byte{object}
		}},
		{"a token more", spec.ETokenUnknown, func(t *T, s *KitPayer, p *pieces) {
			_, object := realm.mint("surplus "+name(s.wallet.source), 1000, nil)
			p.tokens = append(p.tokens, object)
		}},
		{"a token twice", spec.ETokenUnknown, func(_ *T, _ *KitPayer, p *pieces) { p.tokens = append(p.tokens, p.tokens[0]) }},
		{"a signature changed", spec.ETokenUnknown, spoilt(2)},
		{"a value raised after it was signed", spec.ETokenUnknown, func(t *T, s *KitPayer, p *pieces) {
			tid, object := realm.mint("raised "+name(s.wallet.source), 249, nil)
			o, _ := wire.DecodeObject(object, wire.TypeToken.MaxBytes())
			m, _ := wire.DecodeIssuerToken(o.Payload)
			m.Value++
			o.Payload = m.Encode()
			p.parts[0].TID, p.parts[0].From, p.parts[0].To = tid, 0, 250
			p.tokens = [][]byte{o.Encode()}
		}},
		{"another realm's issuer", spec.ETokenUnknown, minted(realm.Stranger.Service, func(m *wire.IssuerToken) { m.Cert = realm.Stranger.Service.Cert.ID })},
		{"a production token of the issuer", spec.ETokenUnknown, minted(right, func(m *wire.IssuerToken) { m.Realm = realm.Production.Place.Realm })},
		{"a token of another currency", spec.ETokenUnknown, minted(right, func(m *wire.IssuerToken) { m.Currency = (m.Currency + 1) % 1000 })},
		{"signed by a provider of devices", spec.ETokenUnknown, minted(realm.Provider, func(m *wire.IssuerToken) { m.Cert = realm.Provider.Cert.ID })},
		{"signed by the payer itself", spec.ETokenUnknown, func(t *T, s *KitPayer, p *pieces) {
			minted(cert.Identity{Key: s.Key, Cert: s.Cert}, func(m *wire.IssuerToken) { m.Cert, m.Suite = s.Cert.ID, s.Key.Public().Suite() })(t, s, p)
		}},
		{"something that is no token", spec.ETokenUnknown, func(_ *T, s *KitPayer, p *pieces) { p.tokens = [][]byte{s.Cert.Raw} }},
	})
}
