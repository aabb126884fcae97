package main

import (
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

// minted is the tid that the ledger draws for its first, second or third TOKEN.
func minted(letter string) wire.TID { return wire.TID(drawn("tid "+letter, 16)) }

// issuedBy is the identifier of the FUND that answers a FUND_REQ of the payer with
// one TOKEN.
func (w runWorld) issuedBy(request []byte, letter string, sum money.Amount) wire.ID {
	_, body, _ := decoded(request)
	m, err := wire.DecodeFundReq(body)
	if err != nil {
		panic("gen: " + err.Error())
	}
	service := w.auth.Service
	token := service.Sign(wire.TypeToken, wire.IssuerToken{
		Version: wire.V1, Realm: w.auth.Place.Realm, Suite: w.auth.TopSuite, Currency: 978, Exponent: 2, Value: sum,
		Cert: service.Cert.ID, Epoch: epochNow, TID: minted(letter),
	}.Encode())
	return idOf(wire.TypeFund, service.Sign(wire.TypeFund, wire.Fund{
		Version: wire.V1, Realm: w.auth.Place.Realm, Suite: w.auth.TopSuite, Currency: 978, Exponent: 2, Amount: sum, Nonce: m.Nonce,
		Cert: service.Cert.ID, RequestHash: idOf(wire.TypeFundReq, request), Epoch: epochNow, Device: w.payer.Device(),
		Issued: [][]byte{token},
	}.Encode()))
}

// slice is a part of a minted token.
func slice(letter string, from, to money.Amount, hop uint64, source wire.ID) wire.Fragment {
	return wire.Fragment{TID: minted(letter), From: from, To: to, Hop: hop, Source: source}
}

// tokenLedgerVectors are parts of tokens at the ledger.
func tokenLedgerVectors() *file {
	f := newFile("tokens-ledger", "A ledger of family T to which step_01 and what follows are brought in that order, as in the file reserved-ledger; draws are the tids of its TOKENs, of which each FUND_REQ and each renewal takes one. account is the balance of the one account after; renewed is what the TOKENs of the last SYNC_ACK are worth, 0 where it has none.")
	f.note("Parts", "The parts are not ascending, disjoint, inside their tokens, or what the lots say.", "Value comes from nothing.")
	f.note("Token", "A token that the ledger has not issued.", "Whoever makes tokens makes money.")
	f.note("Twice", "A part that has come home before, or that was paid to another.", "One value is counted twice.")
	w := newRunWorld(f)
	w.family = wire.FamilyToken
	ledger := w.bank("ledger", wire.FamilyToken, func(l *vectors.Ledger) { l.Challenge = hexOf(drawn("challenge 1", 16)) })
	fund := w.funds("payer", 1, 5000, wire.FundRequest)
	source := w.issuedBy(fund, "a", 5000)
	w.partsDefunded(ledger, fund, source)
	w.partsRenewed(ledger, fund, source)
	return f
}

// paysParts is a record of a TRANSFER of parts.
func (w runWorld) paysParts(n uint64, sum money.Amount, parts ...wire.Fragment) (record, transfer []byte) {
	return w.pays("payer", "payee", n, sum, func(m *wire.Transfer) { m.Fragments, m.Lots = parts, lotsOf(parts) })
}

func (w runWorld) defundsParts(n uint64, order string, parts ...wire.Fragment) []byte {
	var sum money.Amount
	for _, p := range parts {
		sum += p.Amount()
	}
	return w.defunds(n, sum, func(m *wire.Defund) {
		m.Nonce, m.Fragments, m.Lots = wire.Nonce(drawn(order, 16)), parts, lotsOf(parts)
	})
}

func (w runWorld) partsDefunded(ledger string, fund []byte, source wire.ID) {
	add := func(n int, r spec.ID, comment, account string, more map[string]string, list ...[]byte) {
		values := map[string]string{"account": account}
		for name, v := range more {
			values[name] = v
		}
		w.ran(n, r, comment, ledger, values, list...)
	}
	pay, _ := w.paysParts(1, 1250, slice("a", 0, 1250, 1, source))
	rest := slice("a", 1250, 5000, 0, source)
	out := w.defundsParts(2, "order", rest)
	ack := func(b []byte, status uint64) map[string]string {
		return map[string]string{"defund_ack_payload": w.creditedBy(b, status)}
	}
	add(1, spec.TOK10, "a payment of the lower part", "15000", nil, fund, pay)
	add(2, spec.TOK10, "the rest comes home", "18750", ack(out, 1), fund, pay, out)
	add(3, spec.FND05, "again: the same answer, and no second credit", "18750", ack(out, 1), fund, pay, out, out)
	home := w.defundsParts(1, "order", slice("a", 0, 5000, 0, source))
	add(4, spec.TOK10, "all of it comes home", "20000", ack(home, 1), fund, home)
	low, upper := w.defundsParts(1, "order", slice("a", 0, 1250, 0, source)), w.defundsParts(2, "second order", rest)
	add(5, spec.TOK10, "a part comes home, and another one", "20000", ack(upper, 1), fund, low, upper)
	cancel := w.funds("payer", 1, 5000, wire.FundCancel)
	add(6, spec.FND04, "a funding is cancelled, and its token is worth nothing", "20000", nil, fund, cancel)
	second := w.funds("payer", 2, 300, wire.FundRequest)
	with := w.defundsParts(2, "order", rest, slice("b", 0, 300, 0, w.issuedBy(second, "b", 300)))
	if wire.CompareFragments(slice("b", 0, 300, 0, source), rest) < 0 {
		with = w.defundsParts(2, "order", slice("b", 0, 300, 0, w.issuedBy(second, "b", 300)), rest)
	}
	add(7, spec.TOK10, "parts of two tokens come home", "18750", ack(with, 1), fund, second, pay, with)
	add(8, spec.FND04, "what a payment has used of another token does not matter to a cancel", "15000", nil, fund, second, pay, w.funds("payer", 2, 300, wire.FundCancel))
	cancelled := w.funds("payer", 2, 300, wire.FundCancel)
	add(9, spec.TOK10, "all of a token comes home after another funding was cancelled", "20000", ack(home, 1), fund, second, cancelled, home)
	add(10, spec.FND04, "what has come home of another token does not matter to a cancel", "20000", nil, fund, second, home, cancelled)
	w.partsRefused(rest, source, cancel)
}

// partsRefused are the refusals of the runs of partsDefunded.
func (w runWorld) partsRefused(rest wire.Fragment, source wire.ID, cancel []byte) {
	bent := func(edit func(*wire.Defund)) []byte {
		return w.defunds(2, 3750, func(m *wire.Defund) {
			m.Fragments, m.Lots = []wire.Fragment{rest}, []wire.Lot{{Hop: 0, Amount: 3750}}
			edit(m)
		})
	}
	none, _ := w.pays("payer", "payee", 1, 1250, nil)
	more, _ := w.pays("payer", "payee", 1, 1250, func(m *wire.Transfer) { m.Fragments = []wire.Fragment{slice("a", 0, 1251, 1, source)} })
	strange, beyond := rest, rest
	strange.TID[0] ^= 0x80
	beyond.From, beyond.To = 1251, 5001
	list := func(parts ...wire.Fragment) func(*wire.Defund) { return func(m *wire.Defund) { m.Fragments = parts } }
	f := w.file
	f.refused(
		bad(20, 1, spec.TOK10, spec.ETokenInterval, "Parts", "a payment without parts", anotherStep(2, none)),
		bad(21, 1, spec.TOK10, spec.ETokenInterval, "Parts", "a payment of one unit more than its lots", anotherStep(2, more)),
		bad(22, 2, spec.TOK10, spec.ETokenInterval, "Parts", "a DEFUND without parts", anotherStep(3, bent(list()))),
		bad(23, 2, spec.TOK10, spec.ETokenInterval, "Parts", "a DEFUND of one unit less than its lots", anotherStep(3, bent(list(slice("a", 1251, 5000, 0, source))))),
		bad(24, 2, spec.TOK10, spec.ETokenUnknown, "Token", "of a token that was never issued", anotherStep(3, bent(list(strange)))),
		bad(25, 2, spec.TOK10, spec.ETokenUnknown, "Token", "the FUND_REQ was never seen", leaveOut(1)),
		bad(26, 2, spec.TOK10, spec.ETokenInterval, "Parts", "one unit above the value of the token", anotherStep(3, bent(list(beyond)))),
		bad(27, 2, spec.TOK10, spec.ETokenSpent, "Twice", "one unit of it was paid to another", anotherStep(3, w.defundsParts(2, "order", slice("a", 1249, 5000, 0, source)))),
		bad(28, 5, spec.TOK10, spec.ETokenSpent, "Twice", "one unit of it has come home before", anotherStep(3, w.defundsParts(2, "second order", slice("a", 1249, 5000, 0, source)))),
		bad(29, 5, spec.TOK10, spec.ETokenSpent, "Twice", "the same under another source has come home before", anotherStep(2, w.defundsParts(1, "order", slice("a", 0, 1251, 0, drawnID("another source"))))),
		bad(30, 9, spec.TOK10, spec.ETokenSpent, "Twice", "its funding was cancelled: the token came home with it", anotherStep(3, cancel)),
		bad(31, 8, spec.TOK10, spec.ETokenSpent, "Twice", "a cancel of the token that a payment has used", anotherStep(4, cancel)),
		bad(32, 10, spec.TOK10, spec.ETokenSpent, "Twice", "a cancel of the token that has come home", anotherStep(4, cancel)),
	)
}

// partsRenewed is what a SYNC gives up.
func (w runWorld) partsRenewed(ledger string, fund []byte, source wire.ID) {
	gives := func(last uint64, parts ...wire.Fragment) []byte {
		m := w.report("challenge 1", 1, last)
		m.Fragments = parts
		return w.signedBy("payer", wire.TypeSync, m.Encode())
	}
	add := func(n int, comment, account, renewed string, list ...[]byte) {
		w.ran(n, spec.TOK12, comment, ledger, map[string]string{"account": account, "renewed": renewed}, list...)
	}
	whole, low, rest := slice("a", 0, 5000, 0, source), slice("a", 0, 1250, 0, source), slice("a", 1250, 5000, 0, source)
	pay, transfer := w.paysParts(1, 1250, slice("a", 0, 1250, 1, source))
	refused := w.says("payee", transfer, wire.ReceiptRefused)
	receipt, err := settlement.Parse(refused)
	if err != nil {
		panic("gen: " + err.Error())
	}
	back := slice("a", 0, 1250, 0, idOf(wire.TypeReceipt, receipt.Object))
	add(50, "all of a token, as it was funded", "15000", "5000", fund, gives(1, whole))
	add(51, "what is left after a payment", "15000", "3750", fund, pay, gives(2, rest))
	add(52, "in two parts that touch", "15000", "5000", fund, gives(1, low, rest))
	add(53, "nothing given up", "15000", "0", fund, gives(1))
	add(54, "a payment came back: the refusal is the source of its parts", "15000", "5000", fund, pay, refused, gives(2, back, rest))
	add(55, "the refusal has brought no more than was paid", "15000", "0", fund, pay, refused, gives(2, slice("a", 0, 1251, 0, back.Source)))
	add(56, "what was refused is not renewed under the old source", "15000", "0", fund, pay, refused, gives(2, whole))
	add(60, "what was paid to another is not renewed", "15000", "0", fund, pay, gives(2, whole))
	add(61, "nor one unit of it", "15000", "0", fund, pay, gives(2, slice("a", 1249, 5000, 0, source)))
	add(62, "what nothing has brought is not renewed", "15000", "0", fund, gives(1, slice("a", 0, 5000, 0, drawnID("another source"))))
	add(63, "parts that overlap are not renewed", "15000", "0", fund, gives(1, slice("a", 0, 3000, 0, source), slice("a", 2999, 5000, 0, source)))
	add(64, "parts that do not ascend are not renewed", "15000", "0", fund, gives(1, rest, low))
	add(65, "what ends above the token is not renewed", "15000", "0", fund, gives(1, slice("a", 0, 5001, 0, source)))
	out := w.defundsParts(1, "order", low)
	add(66, "what has come home is not renewed", "16250", "0", fund, out, gives(2, whole))
	add(67, "the rest is", "16250", "3750", fund, out, gives(2, rest))
	strange := w.defundsParts(1, "no order", low)
	ack := w.auth.Service.Sign(wire.TypeDefundAck, unhex(w.creditedBy(strange, wire.DefundRefused)))
	returned := slice("a", 0, 1250, 0, idOf(wire.TypeDefundAck, ack))
	add(68, "a DEFUND that was not credited came back: its answer is the source", "15000", "5000", fund, strange, gives(2, returned, rest))
	made := w.defundsParts(1, "no order", slice("a", 0, 1250, 0, drawnID("another source")))
	madeAck := w.auth.Service.Sign(wire.TypeDefundAck, unhex(w.creditedBy(made, wire.DefundRefused)))
	add(69, "what the device never had does not become its own by being refused", "15000", "0", fund, made,
		gives(2, slice("a", 0, 1250, 0, idOf(wire.TypeDefundAck, madeAck)), rest))
	receives := func(p wire.Fragment) (record []byte, held wire.Fragment) {
		record, transfer := w.pays("other", "payer", 1, p.Amount(), func(m *wire.Transfer) { m.Fragments, m.Lots = []wire.Fragment{p}, lotsOf([]wire.Fragment{p}) })
		p.Source = idOf(wire.TypeTransfer, transfer)
		return record, p
	}
	good, mine := receives(slice("a", 4000, 5000, 1, drawnID("its source")))
	unissued, fake := receives(slice("c", 0, 1000, 1, drawnID("its source")))
	above, long := receives(slice("a", 4000, 5001, 1, drawnID("its source")))
	add(70, "what a payment has brought is renewed", "15000", "1000", fund, good, gives(1, mine))
	add(71, "what a payment has brought of a token that was never issued is not", "15000", "0", fund, unissued, gives(1, fake))
	add(72, "nor what ends above its token", "15000", "0", fund, above, gives(1, long))
}
