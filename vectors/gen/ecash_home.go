package main

import (
	"bytes"
	"crypto/sha256"
	"slices"

	"github.com/assay-cbdc/assay/reference/ecash"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

// withdrawn is a FUND_REQ of family E, and its FUND.
func (w coinWorld) withdrawn() (request, fund []byte, asked []wire.Blinded, answers [][]byte) {
	m := w.fundReq()
	m.Amount = 1250
	asked, answers = w.asking(withdrawal("fund", m.Nonce[:]), m.Amount)
	m.Blinded = asked
	request = w.signedBy("payer", wire.TypeFundReq, m.Encode())
	b := w.fund()
	b.Amount, b.RequestHash, b.Signatures = m.Amount, idOf(wire.TypeFundReq, request), answers
	return request, w.signedBy("service", wire.TypeFund, b.Encode()), asked, answers
}

// encodedList is a list of byte strings.
func encodedList(list ...[]byte) []byte {
	b := wire.AppendArray(nil, len(list))
	for _, s := range list {
		b = wire.AppendBytes(b, s)
	}
	return b
}

// encodedAsked is member 94.
func encodedAsked(list ...wire.Blinded) []byte {
	b := wire.AppendArray(nil, len(list))
	for _, a := range list {
		b = wire.AppendBytes(wire.AppendBytes(wire.AppendArray(b, 2), a.Key[:]), a.Message)
	}
	return b
}

// coinFundVectors are blind signatures in a FUND.
func coinFundVectors() *file {
	f := newFile("ecash-fund", "FUND of family E at a device with an open request, uses.fund_req: that each blind signature, raised to the exponent, is the blinded message that was asked for is what its finishing finds.")
	w := coins(f)
	request, fund, _, answers := w.withdrawn()
	w.object("fund-req", request)
	m := w.fundReq()
	d := w.blank("open", "payer", w.payer)
	d.Family, d.Keyset = wire.FamilyECash, "keyset"
	d.Funding = &vectors.Funding{Number: m.Request, Nonce: hexOf(m.Nonce[:]), Amount: "1250", Hash: hexID(idOf(wire.TypeFundReq, request))}
	w.state(d)
	f.valid(positive{n: 1, requirement: spec.FND06, kind: "fund", comment: "a blind signature for each message that was asked for", device: "open",
		uses: map[string]string{"fund_req": "fund-req"}, input: map[string][]byte{"object": fund},
		values: published(wire.TypeFund, fund, map[string]string{"balance": "4750"})})
	decodeChecks(f, 10, 1, "input.object", "service", false)
	signatures := func(list ...[]byte) change { return payload("input.object", "service", set(95, encodedList(list...))) }
	bent := lastBit(bytes.Clone(answers[0]))
	short := answers[0][1:]
	f.refused(
		bad(30, 1, spec.FND06, spec.ESig, "Coin", "one bit of a blind signature", signatures(append([][]byte{bent}, answers[1:]...)...)),
		bad(31, 1, spec.FND06, spec.ESig, "Coin", "the signatures in another order", signatures(backwards(answers)...)),
		bad(32, 1, spec.FND06, spec.ESig, "Coin", "a signature too few", signatures(answers[1:]...)),
		bad(33, 1, spec.FND06, spec.ESig, "Coin", "a signature too many", signatures(append(slices.Clone(answers), answers[0])...)),
		bad(34, 1, spec.ENC02, spec.EField, "Grammar", "no blind signature, and no list of them", payload("input.object", "service", drop(95))),
		bad(35, 1, spec.ENC02, spec.EField, "Grammar", "an empty list", signatures()),
		bad(36, 1, spec.ENC02, spec.EField, "Grammar", "a signature of 255 bytes", signatures(append([][]byte{short}, answers[1:]...)...)),
		bad(37, 1, spec.ENC02, spec.EField, "Grammar", "41 signatures", signatures(slices.Repeat(answers[:1], 41)...)),
		bad(38, 1, spec.FND01, spec.EFundBinding, "Binding", "of another nonce", payload("input.object", "service", flip(9))),
	)
	return f
}

func backwards(list [][]byte) [][]byte {
	out := slices.Clone(list)
	slices.Reverse(out)
	return out
}

// bank is a ledger of family E at which the payer has an account.
func (w coinWorld) bank() vectors.Ledger {
	l := w.funder()
	l.Family, l.Keyset = wire.FamilyECash, "keyset"
	return l
}

// coinFundReqVectors are blinded messages in a FUND_REQ at the ledger.
func coinFundReqVectors() *file {
	f := newFile("ecash-fund-req", "FUND_REQ of family E at the ledger. account is its balance after; the blind signatures in fund_payload follow from the private keys, which the objects mint-NAME have in PKCS #1.")
	w := coins(f)
	w.publishMint()
	request, fund, asked, _ := w.withdrawn()
	w.object("fund-req", request)
	l := w.bank()
	w.Ledgers = append(w.Ledgers, l)
	l.Name, l.Before = "funded", []string{"fund-req"}
	w.Ledgers = append(w.Ledgers, l)
	_, body, _ := decoded(fund)
	add := func(n int, comment, ledger string) {
		f.valid(positive{n: n, requirement: spec.FND06, kind: "fund-req", comment: comment, ledger: ledger, input: map[string][]byte{"object": request},
			values: published(wire.TypeFundReq, request, map[string]string{"fund_payload": hexOf(body), "account": "18750"})})
	}
	add(1, "the account is debited, and each message signed with its key", "ledger")
	add(2, "the same request again: the same signatures, and no second debit", "funded")
	m := w.fundReq()
	m.Amount, m.Status = 1250, wire.FundCancel
	cancel := w.signedBy("payer", wire.TypeFundReq, m.Encode())
	f.valid(positive{n: 3, requirement: spec.FND04, kind: "fund-req", comment: "the cancel of a request that was never seen", ledger: "ledger",
		input: map[string][]byte{"object": cancel}, values: published(wire.TypeFundReq, cancel, map[string]string{"account": "20000"})})
	decodeChecks(f, 10, 1, "input.object", "payer", false)
	messages := func(list ...wire.Blinded) change {
		return payload("input.object", "payer", set(94, encodedAsked(list...)))
	}
	named := func(id wire.TokenKey) change {
		list := slices.Clone(asked)
		list[0].Key = id
		return messages(list...)
	}
	short := slices.Clone(asked)
	short[0].Message = short[0].Message[1:]
	f.refused(
		bad(30, 1, spec.FND06, spec.ETokenUnknown, "Key", "a key that no KEYSET has", named(wire.TokenKey{1})),
		bad(31, 1, spec.FND06, spec.ETokenEpoch, "Key", "a key whose tokens are not taken any more", named(w.key(50, 1).ID)),
		bad(32, 1, spec.FND06, spec.ETokenDenomination, "Sum", "a key of 10.00 EUR in the place of one", named(w.key(1000, 1).ID)),
		bad(33, 1, spec.FND06, spec.ETokenDenomination, "Sum", "one message too many", messages(append(slices.Clone(asked), asked[0])...)),
		bad(34, 1, spec.FND06, spec.ETokenDenomination, "Sum", "one message too few", messages(asked[1:]...)),
		bad(35, 1, spec.FND06, spec.ETokenDenomination, "Sum", "no message: the account would be debited for nothing", payload("input.object", "payer", drop(94))),
		bad(36, 1, spec.ENC02, spec.EField, "Grammar", "an empty list of messages", messages()),
		bad(37, 1, spec.ENC02, spec.EField, "Grammar", "a message of 255 bytes", messages(short...)),
		bad(38, 1, spec.ENC02, spec.EField, "Grammar", "41 messages", messages(slices.Repeat(asked[:1], 41)...)),
		bad(39, 3, spec.FND06, spec.EFundReplay, "Twice", "a cancel after something was signed blind", before("ledger", "funded")),
	)
	plain := w.funder()
	plain.Name, plain.Keyset = "of-family-b", "keyset"
	w.Ledgers = append(w.Ledgers, plain)
	f.refused(bad(40, 1, spec.ENC02, spec.EField, "Grammar", "blinded messages at a ledger of family B", before("ledger", "of-family-b")))
	return f
}

// deposit is a DEPOSIT of the payer's own tokens, for others of the same sum.
func (w coinWorld) deposit(edit func(*wire.Deposit)) []byte {
	nonce := wire.Nonce(drawn("deposit nonce", 16))
	tag := wire.PayeeTag(w.payer.Device(), nonce)
	asked, _ := w.asking([32]byte(drawn("fresh coins", 32)), 1250)
	m := wire.Deposit{
		Version: wire.V1, Realm: w.auth.Place.Realm, Suite: w.number, Currency: 978, Exponent: 2, Amount: 1250, Nonce: nonce,
		Cert: w.payer.ID, Epoch: epochNow, Blinded: asked,
	}
	for i, d := range []money.Amount{1000, 200, 50} {
		m.Tokens = append(m.Tokens, w.coin(w.key(d, []uint64{1, 1, 2}[i]), secret(i), wire.ID{}, tag))
	}
	if edit != nil {
		edit(&m)
	}
	return w.signedBy("payer", wire.TypeDeposit, m.Encode())
}

// coinDepositVectors are tokens that come home.
func coinDepositVectors() *file {
	f := newFile("ecash-deposit", "DEPOSIT as a record at the ledger, with its signer's certificate: up to the DEPOSIT_ACK. new is 1 where the tokens were taken by it. Private keys are as in the file ecash-fund-req.")
	w := coins(f)
	w.publishMint()
	l := w.ledgerState("ledger")
	l.Family, l.Keyset = wire.FamilyECash, "keyset"
	w.Ledgers = append(w.Ledgers, l)
	object := w.deposit(nil)
	record := func(name string, b []byte) {
		w.object(name, settlement.Append(nil, settlement.Record{Object: b, Certificates: [][]byte{w.payer.Raw}}))
		v := l
		v.Name, v.Before = name, []string{name}
		w.Ledgers = append(w.Ledgers, v)
	}
	other := w.deposit(func(m *wire.Deposit) { // one of the tokens, for others
		m.Amount, m.Tokens = 200, m.Tokens[1:2]
		m.Blinded, _ = w.asking([32]byte(drawn("other coins", 32)), 200)
	})
	record("home-before", object)
	record("one-spent", other)
	ack := func(b []byte, spent ...wire.ID) string {
		m := wire.DepositAck{Version: wire.V1, Realm: w.auth.Place.Realm, Suite: w.auth.TopSuite, Cert: w.auth.Service.Cert.ID,
			DepositHash: idOf(wire.TypeDeposit, b), Epoch: epochNow, Status: wire.DepositTaken, Device: w.payer.Device()}
		_, body, _ := decoded(b)
		d, err := wire.DecodeDeposit(body)
		if err != nil {
			panic("gen: " + err.Error())
		}
		if m.Spent = spent; len(spent) > 0 {
			m.Status = wire.DepositSpent
			return hexOf(m.Encode())
		}
		for _, a := range d.Blinded {
			m.Signatures = append(m.Signatures, w.signed(a))
		}
		return hexOf(m.Encode())
	}
	add := func(n int, r spec.ID, comment, ledger, fresh string, b []byte, spent ...wire.ID) {
		f.valid(positive{n: n, requirement: r, kind: "record-deposit", comment: comment, ledger: ledger,
			uses: map[string]string{"certificate": "payer"}, input: map[string][]byte{"object": b},
			values: published(wire.TypeDeposit, b, map[string]string{"new": fresh, "deposit_ack_payload": ack(b, spent...)})})
	}
	add(1, spec.ECH04, "three tokens of the device's own come home, and others of the same sum are signed", "ledger", "1", object)
	add(2, spec.ECH04, "the same again: the same signatures", "home-before", "0", object)
	again := w.deposit(func(m *wire.Deposit) { m.Epoch++ })
	add(3, spec.ECH04, "the same tokens for the same messages under another identifier: the same signatures", "home-before", "0", again)
	add(4, spec.DSP08, "one of them was spent before: none is taken, and it is named", "one-spent", "0", object, secret(1).Hash())
	coinDepositChecks(f, w)
	return f
}

func coinDepositChecks(f *file, w coinWorld) {
	decodeChecks(f, 10, 1, "input.object", "payer", false)
	moneyChecks(f, 25, 1, "input.object", "payer")
	_, body, _ := decoded(w.deposit(nil))
	m, err := wire.DecodeDeposit(body)
	if err != nil {
		panic("gen: " + err.Error())
	}
	tag := wire.PayeeTag(w.payer.Device(), m.Nonce)
	tokens := func(list ...wire.Token) change {
		b := wire.AppendArray(nil, len(list))
		for _, t := range list {
			b = append(b, t.Encode()...)
		}
		return payload("input.object", "payer", set(97, b))
	}
	last := func(e func(*wire.Token)) change {
		t := m.Tokens[2]
		t.Signature = slices.Clone(t.Signature)
		e(&t)
		return tokens(m.Tokens[0], m.Tokens[1], t)
	}
	asked := func(list ...wire.Blinded) change {
		return payload("input.object", "payer", set(94, encodedAsked(list...)))
	}
	named := func(id wire.TokenKey) change {
		list := slices.Clone(m.Blinded)
		list[0].Key = id
		return asked(list...)
	}
	ten := func(n int) wire.Token { return w.coin(w.key(1000, 1), secret(n), wire.ID{}, tag) }
	n := 40
	wrong := func(code spec.Code, flag, comment string, c change) {
		f.refused(bad(n, 1, spec.ECH04, code, flag, comment, c))
		n++
	}
	wrong(spec.ETokenUnknown, "Key", "a token of a key that no KEYSET has", last(func(t *wire.Token) { t.Key[0] ^= 1 }))
	wrong(spec.ETokenUnknown, "Key", "a message for a key that no KEYSET has", named(wire.TokenKey{1}))
	wrong(spec.ETokenEpoch, "Key", "a token of a key epoch that is over", last(func(t *wire.Token) { *t = w.coin(w.key(50, 1), secret(2), wire.ID{}, tag) }))
	wrong(spec.ETokenEpoch, "Key", "a message for a key epoch that is over", named(w.key(50, 1).ID))
	wrong(spec.ETokenDenomination, "Sum", "a token more than the amount", tokens(append(slices.Clone(m.Tokens), ten(5))...))
	wrong(spec.ETokenDenomination, "Sum", "a token less than the amount", tokens(m.Tokens[:2]...))
	wrong(spec.ETokenDenomination, "Sum", "a message more than the amount: money is made", asked(append(slices.Clone(m.Blinded), m.Blinded[0])...))
	wrong(spec.ETokenDenomination, "Sum", "a message less than the amount: money is lost", asked(m.Blinded[1:]...))
	wrong(spec.ESig, "Spend", "a token that was spent for a request", last(func(t *wire.Token) { t.Spend = secret(2).Spend(drawnID("a request"), tag) }))
	wrong(spec.ESig, "Spend", "a token that was spent to another", last(func(t *wire.Token) { t.Spend = secret(2).Spend(wire.ID{}, drawnID("another tag")) }))
	wrong(spec.ESig, "Spend", "another nonce, which opens no tag of the spends", payload("input.object", "payer", flip(9)))
	wrong(spec.ESig, "Spend", "a request, for which the tokens were not spent", payload("input.object", "payer", flip(17)))
	wrong(spec.ESig, "Coin", "one bit of the issuer's signature", last(func(t *wire.Token) { t.Signature[255] ^= 1 }))
	wrong(spec.ESig, "Coin", "the issuer's signature for another token", last(func(t *wire.Token) { t.Signature = w.minted(w.key(50, 2), secret(7)) }))
	wrong(spec.ESig, "Coin", "a signature of another denomination", last(func(t *wire.Token) { t.Signature = w.minted(w.key(200, 1), secret(2)) }))
	f.refused(
		bad(60, 1, spec.ENC02, spec.EField, "Grammar", "no tokens", tokens()),
		bad(61, 1, spec.ENC02, spec.EField, "Grammar", "a token whose signature is a byte short", last(func(t *wire.Token) { t.Signature = t.Signature[1:] })),
	)
	depositSigners(f)
	twice := []wire.Token{w.coin(w.key(500, 1), secret(5), wire.ID{}, tag), w.coin(w.key(500, 1), secret(5), wire.ID{}, tag)}
	f.refused(bad(70, 1, spec.ECH04, spec.ETokenSpent, "Twice", "one token twice, which adds up", tokens(append(twice, m.Tokens[1], m.Tokens[2])...)))
}

// depositSigners changes who has signed a DEPOSIT.
func depositSigners(f *file) {
	f.refused(
		bad(62, 1, spec.ENC02, spec.EField, "Grammar", "no messages: what is brought is to be exchanged", payload("input.object", "payer", drop(94))),
		bad(63, 1, spec.CRY01, spec.ECertNeeded, "Certificate", "the certificate is not sent and not known", without("certificate")),
		bad(64, 1, spec.CRY01, spec.ECertNeeded, "Certificate", "names a certificate that is not there", payload("input.object", "payer", flip(10))),
		bad(65, 1, spec.CRY06, spec.ESuite, "Certificate", "another suite than the certificate's", payload("input.object", "payer", number(4, 2))),
		bad(66, 1, spec.CRY05, spec.ESig, "Signature", "signed by another device", resigned("input.object", "payee", "")),
		bad(67, 1, spec.CRY01, spec.ESig, "Certificate", "one bit of the certificate's signature", raw("uses.certificate", lastBit)),
		bad(68, 1, spec.CRY01, spec.EUsage, "Certificate", "a certificate without the usage receive", certifiedFor("payer", number(33, wire.UsePay|wire.UseFund))),
	)
}

// certifiedFor changes the signer's certificate; the object then names the new one.
func certifiedFor(signer string, e edit) change {
	return follow(payload("uses.certificate", "provider", e), "input.object", signer, 10)
}

// coinDepositAckVectors are what the ledger answers, at the device.
func coinDepositAckVectors() *file {
	f := newFile("ecash-deposit-ack", "DEPOSIT_ACK at a device whose own coins wait to be exchanged with uses.deposit. What a blind signature must be is as in the file ecash-fund. One of status 2 for what does not wait here is an answer to a payment that is home: it is taken, and the record of who paid is shown, where there is one.")
	w := coins(f)
	w.policyBut("policy-ecash", func(p *wire.Policy) { p.Provenance.MaxHops = 1 })
	d := w.blank("waits", "payer", w.payer)
	d.Family, d.Keyset, d.Policy = wire.FamilyECash, "keyset", "policy-ecash"
	d.Balance = []vectors.Lot{{Hop: 0, Amount: "3000"}, {Hop: 1, Amount: "1250"}}
	h := sha256.New()
	for i, k := range []*ecash.Key{w.key(1000, 1), w.key(200, 1), w.key(50, 2)} {
		s := secret(i)
		hash := s.Hash()
		h.Write(hash[:])
		d.Coins = append(d.Coins, vectors.Coin{Key: hexOf(k.ID[:]), Amount: dec(uint64(k.Denomination)), Seed: hexOf(s.Seed[:]),
			Signature: hexOf(w.minted(k, s)), Epoch: epochNow})
	}
	w.state(d)
	w.variant("waits", "idle", func(d *vectors.Device) { d.Coins = nil })
	seed, own := withdrawal("batch", h.Sum(nil)), withdrawal("nonce", h.Sum(nil))
	nonce := wire.Nonce(own[:16])
	asked, answers := w.asking(seed, 1250)
	tag := wire.PayeeTag(w.payer.Device(), nonce)
	deposit := w.deposit(func(m *wire.Deposit) {
		m.Nonce, m.Blinded, m.Tokens = nonce, asked, nil
		for i, k := range []*ecash.Key{w.key(1000, 1), w.key(200, 1), w.key(50, 2)} {
			m.Tokens = append(m.Tokens, w.coin(k, secret(i), wire.ID{}, tag))
		}
	})
	w.object("deposit", deposit)
	m := wire.DepositAck{Version: wire.V1, Realm: w.auth.Place.Realm, Suite: w.auth.TopSuite, Cert: w.auth.Service.Cert.ID,
		DepositHash: idOf(wire.TypeDeposit, deposit), Epoch: epochNow, Status: wire.DepositTaken, Device: w.payer.Device(), Signatures: answers}
	add := func(n int, comment string) {
		object := w.signedBy("service", wire.TypeDepositAck, m.Encode())
		f.valid(positive{n: n, requirement: spec.ECH04, kind: "deposit-ack", comment: comment, device: "waits", uses: map[string]string{"deposit": "deposit"},
			input: map[string][]byte{"object": object}, values: published(wire.TypeDepositAck, object, map[string]string{"balance": "4250"})})
	}
	add(1, "fresh signatures for what was asked")
	m.Status, m.Signatures, m.Spent = wire.DepositSpent, nil, []wire.ID{secret(1).Hash()}
	add(2, "one of the tokens was spent before")
	m.DepositHash = drawnID("an earlier deposit")
	add(3, "a token of a payment that is home was spent again")
	decodeChecks(f, 10, 1, "input.object", "service", false)
	at := func(e edit) change { return payload("input.object", "service", e) }
	signatures := func(list ...[]byte) change { return at(set(95, encodedList(list...))) }
	f.refused(
		bad(30, 1, spec.ECH04, spec.EFundBinding, "Binding", "for another device", at(flip(31))),
		bad(31, 1, spec.ECH04, spec.EState, "Binding", "for another deposit", at(flip(18))),
		bad(32, 1, spec.ECH04, spec.EState, "Binding", "nothing waits", before("device", "idle")),
		bad(33, 1, spec.ECH04, spec.ESig, "Coin", "one bit of a blind signature", signatures(append([][]byte{lastBit(bytes.Clone(answers[0]))}, answers[1:]...)...)),
		bad(34, 1, spec.ECH04, spec.ESig, "Coin", "the signatures in another order", signatures(backwards(answers)...)),
		bad(35, 1, spec.ECH04, spec.ESig, "Coin", "a signature too few", signatures(answers[1:]...)),
		bad(36, 1, spec.ENC02, spec.EField, "Grammar", "no signatures", at(drop(95))),
		bad(37, 1, spec.ENC02, spec.EField, "Grammar", "signatures and tokens that were spent", at(set(92, encodedList(make([]byte, 32))))),
		bad(38, 2, spec.ENC02, spec.EField, "Grammar", "no token that was spent", at(set(92, encodedList()))),
		bad(39, 1, spec.ENC02, spec.EField, "Grammar", "a status that is none", at(number(24, 3))),
		bad(40, 1, spec.ENC02, spec.EField, "Grammar", "41 signatures", signatures(slices.Repeat(answers[:1], 41)...)),
		bad(41, 1, spec.ENC02, spec.EAmount, "Range", "an epoch above 2^31-1", at(number(21, 1<<31))),
	)
	serviceChecks(f, w.world, 50, 1)
	return f
}
