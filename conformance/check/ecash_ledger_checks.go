package check

import (
	"bytes"
	"slices"

	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/ecash"
	"github.com/assay-cbdc/assay/reference/evidence"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// depositsOf are the DEPOSITs among the records of a report.
func depositsOf(report *adapter.Result) (list []adapter.Bytes) {
	for _, b := range report.Messages {
		if isDeposit(b) {
			list = append(list, b)
		}
	}
	return list
}

func homeOnce(t *T) {
	one, two, kit := t.Device(), t.Device(), t.Kit(KitOptions{})
	coins := slices.Clone(kit.purse(250))
	for _, u := range []*Unit{one, two} {
		s := kit.Meet(u, 250)
		a, _ := s.hand(s.right(coins))
		t.Control(a, "each of two payments with one token")
	}
	t.book.injected += 250
	t.book.cracked = true // the kit has spent twice
	_, report := one.report()
	t.For(spec.ECH04, "what a device was paid with does not come home").Expect(depositsOf(report)).NotTo(gomega.BeEmpty())
	t.Control(t.ledger.do(adapter.Upload{Records: report.Messages}), "upload a deposit")
	t.Control(t.ledger.do(adapter.Upload{Records: report.Messages}), "upload it again")
	for range 2 {
		one.Sync(false)
		two.Sync(false)
	}
	t.For(spec.ECH04, "tokens that came home were not credited").Expect(one.Spendable()).To(gomega.Equal(uint64(250)))
	t.For(spec.ECH04, "tokens were credited twice").Expect(two.Spendable()).To(gomega.BeZero())
	t.For(spec.ECH04, "tokens that came home cannot be paid with").Expect(t.Transfer(one, two, 250)).To(BeDone())
}

// deposit is a DEPOSIT of the kit as a record, with fresh messages of the same sum.
func (k *Kit) deposit(tokens []wire.Token, nonce wire.Nonce, request wire.ID, amount money.Amount, edit ...func(*wire.Deposit)) adapter.Bytes {
	place := k.t.env.realm.Place
	m := wire.Deposit{
		Version: wire.V1, Realm: place.Realm, Suite: k.Key.Public().Suite(), Currency: place.Currency, Exponent: place.Exponent,
		Amount: amount, Nonce: nonce, Cert: k.Cert.ID, RequestHash: request, Epoch: k.t.env.realm.epoch, Tokens: tokens,
		Blinded: k.blinded(amount),
	}
	for _, e := range edit {
		e(&m)
	}
	return settlement.Append(nil, settlement.Record{Object: k.Sign(wire.TypeDeposit, m.Encode()).Encode(), Certificates: [][]byte{k.Cert.Raw}})
}

// blinded are fresh messages for an amount, the fewest there can be.
func (k *Kit) blinded(amount money.Amount) (list []wire.Blinded) {
	for _, c := range k.t.smallest(amount) {
		k.minted++
		seed := seedOf(k.t.env.Seed, k.t.check.ID, "mint "+string(k.Cert.ID[:]))
		pending, err := c.Blind(ecash.SecretOf(seed, k.minted))
		if err != nil {
			k.t.harness("kit: " + err.Error())
		}
		list = append(list, wire.Blinded{Key: c.ID, Message: pending.Blinded})
	}
	return list
}

// smallest are the keys of the fewest denominations that make an amount.
func (t *T) smallest(amount money.Amount) (list []*ecash.Key) {
	keys := t.env.realm.tokenKeys().InForce(t.env.realm.epoch)
	for i := len(keys) - 1; i >= 0; {
		if keys[i].Denomination > amount {
			i--
			continue
		}
		list = append(list, keys[i])
		amount -= keys[i].Denomination
	}
	return list
}

// homeToPayee: a listener, a host or a thief that has the tokens of a payment
// cannot bring them home.
func homeToPayee(t *T) {
	const message = "tokens came home that are not right, or not the device's"
	kit, thief := t.Kit(KitOptions{}), t.Kit(KitOptions{})
	nonce, request := kit.nonce(), wire.ID{7}
	tag := wire.PayeeTag(kit.DID(), nonce)
	coins := slices.Clone(kit.purse(250))
	tokens := func(change func(list []wire.Token)) []wire.Token {
		var list []wire.Token
		for _, c := range coins {
			list = append(list, c.token(request, tag))
		}
		if change != nil {
			change(list)
		}
		return list
	}
	old := []wire.Token{kit.mint(t.oldKeyOf(200)).token(request, tag), kit.mint(t.keyOf(50)).token(request, tag)}
	for _, c := range []struct {
		name   string
		code   spec.Code
		record adapter.Bytes
	}{
		{"by another device", spec.ESig, thief.deposit(tokens(nil), nonce, request, 250)},
		{"for another request", spec.ESig, kit.deposit(tokens(nil), nonce, wire.ID{8}, 250)},
		{"for more than they are", spec.ETokenDenomination, kit.deposit(tokens(nil), nonce, request, 251)},
		{"for fresh ones of one more", spec.ETokenDenomination, kit.deposit(tokens(nil), nonce, request, 250, freshOf(kit, 251))},
		{"for fresh ones of one less", spec.ETokenDenomination, kit.deposit(tokens(nil), nonce, request, 250, freshOf(kit, 249))},
		{"of an unknown key", spec.ETokenUnknown, kit.deposit(tokens(func(l []wire.Token) { l[0].Key[0] ^= 1 }), nonce, request, 250)},
		{"of a key whose time is over", spec.ETokenEpoch, kit.deposit(old, nonce, request, 250)},
		{"not signed by the issuer", spec.ESig, kit.deposit(tokens(func(l []wire.Token) {
			l[0].Signature = bytes.Clone(l[0].Signature)
			l[0].Signature[9] ^= 1
		}), nonce, request, 250)},
		{"one token for two", spec.ETokenSpent, kit.deposit(twice(kit, tag, request), nonce, request, 400)},
	} {
		a := t.Ledger().do(adapter.Upload{Records: []adapter.Bytes{c.record}})
		t.For(spec.ECH04, message).Expect(a).To(t.Refused(c.code), c.name)
	}
	right := t.ledger.do(adapter.Upload{Records: []adapter.Bytes{kit.deposit(tokens(nil), nonce, request, 250)}})
	t.For(spec.ECH04, "after refusals right tokens do not come home").Expect(right).To(BeDone())
}

// freshOf asks in a DEPOSIT for fresh messages of another sum.
func freshOf(k *Kit, amount money.Amount) func(*wire.Deposit) {
	return func(m *wire.Deposit) { m.Blinded = k.blinded(amount) }
}

func twice(k *Kit, tag, request wire.ID) []wire.Token {
	token := k.mint(k.t.keyOf(200)).token(request, tag)
	return []wire.Token{token, token}
}

// fundReq is a FUND_REQ of the kit.
func (k *Kit) fundReq(number uint64, amount money.Amount, blinded []wire.Blinded) adapter.Bytes {
	place := k.t.env.realm.Place
	return k.Sign(wire.TypeFundReq, wire.FundReq{
		Version: wire.V1, Realm: place.Realm, Suite: k.Key.Public().Suite(), Currency: place.Currency, Exponent: place.Exponent,
		Amount: amount, Nonce: k.nonce(), Cert: k.Cert.ID, Request: number, Status: wire.FundRequest, Blinded: blinded,
	}.Encode()).Encode()
}

func signsWhatIsPaid(t *T) {
	const account = "account of the kit"
	kit, ledger := t.Kit(KitOptions{}), t.Ledger()
	t.Control(ledger.do(adapter.OpenAccount{Account: account, Balance: openingBalance}), "open an account")
	t.Control(ledger.do(adapter.Register{Account: account, Certificates: []adapter.Bytes{kit.Cert.Raw}}), "register a device")
	balance := ledger.Balance(account)
	unknown := kit.blinded(250)
	unknown[0].Key[0] ^= 1
	old := append(kit.blinded(200), wire.Blinded{Key: t.oldKeyOf(50).ID, Message: kit.blinded(50)[0].Message})
	for i, c := range []struct {
		name    string
		code    spec.Code
		blinded []wire.Blinded
	}{
		{"more than is asked for", spec.ETokenDenomination, kit.blinded(251)},
		{"less than is asked for", spec.ETokenDenomination, kit.blinded(249)},
		{"nothing", spec.ETokenDenomination, nil},
		{"an unknown key", spec.ETokenUnknown, unknown},
		{"a key whose time is over", spec.ETokenEpoch, old},
	} {
		a := ledger.do(adapter.IssueFunding{Message: kit.fundReq(uint64(i+1), 250, c.blinded)})
		t.For(spec.FND06, "other denominations were signed than were paid for").Expect(a).To(t.Refused(c.code), c.name)
		t.For(spec.FND06, "a refused funding was debited").Expect(ledger.Balance(account)).To(gomega.Equal(balance), c.name)
	}
	request := kit.fundReq(9, 250, kit.blinded(250))
	a := ledger.do(adapter.IssueFunding{Message: request})
	t.For(spec.FND06, "after refusals the right denominations are not signed").Expect(a).To(BeDone())
	t.For(spec.FND06, "a funding was debited by another amount").Expect(balance - ledger.Balance(account)).To(gomega.Equal(t.env.scale.of(250)))
	cancel := ledger.do(adapter.IssueFunding{Message: kit.cancelReq(request)})
	t.For(spec.FND06, "a funding was cancelled whose tokens were signed").Expect(cancel).To(t.Refused(spec.EFundReplay))
	t.For(spec.FND06, "tokens are signed and not paid for").Expect(balance - ledger.Balance(account)).To(gomega.Equal(t.env.scale.of(250)))
	again := ledger.do(adapter.IssueFunding{Message: request})
	t.For(spec.FND06, "after a cancel was refused the voucher cannot be had").Expect(again).To(BeDone())
}

// cancelReq is the cancel of a FUND_REQ of the kit.
func (k *Kit) cancelReq(request adapter.Bytes) adapter.Bytes {
	m := payloadOf(k.t, request, wire.TypeFundReq, wire.DecodeFundReq)
	m.Status, m.Blinded = wire.FundCancel, nil
	return k.Sign(wire.TypeFundReq, m.Encode()).Encode()
}

func withdrawalUnlinkable(t *T) {
	payer, payee := t.Device(), t.Device()
	request := t.Control(payer.do(adapter.FundRequest{Amount: 500}), "ask for funding")
	voucher := t.Control(t.ledger.do(adapter.IssueFunding{Message: request.Message}), "issue a voucher")
	t.Control(payer.do(adapter.FundAccept{Message: voucher.Message}), "accept a voucher")
	t.book.funded += 500
	t.MustTransfer(payer, payee, 180)
	req := payloadOf(t, request.Message, wire.TypeFundReq, wire.DecodeFundReq)
	fund := payloadOf(t, voucher.Message, wire.TypeFund, wire.DecodeFund)
	said := map[string][]byte{
		"the device": payer.ID, "the account": []byte(payer.Account), "the nonce of the request": req.Nonce[:],
		"the certificate": req.Cert[:], "the identifier of the request": fund.RequestHash[:],
	}
	for _, b := range req.Blinded {
		said["a blinded message "+string(b.Message[:4])] = b.Message
	}
	for _, s := range fund.Signatures {
		said["a blind signature "+string(s[:4])] = s
	}
	for _, c := range payer.Certificates {
		said["the certificate itself"] = c
	}
	_, report := payee.report()
	home := depositsOf(report)
	t.For(spec.PVY07, "what a device was paid with does not come home").Expect(home).NotTo(gomega.BeEmpty())
	all := append(slices.Clone(report.Messages), report.Message)
	for name, b := range said {
		for _, message := range all {
			t.For(spec.PVY07, "what comes home tells who withdrew it").Expect(bytes.Contains(message, b)).To(gomega.BeFalse(), name)
		}
	}
	t.Control(payee.Sync(false), "synchronise")
	t.For(spec.PVY07, "what came home was not credited").Expect(payee.Spendable()).To(gomega.Equal(uint64(180)))
}

func spentTwiceNamed(t *T) {
	one, two, kit := t.Device(), t.Device(), t.Kit(KitOptions{})
	coins := slices.Clone(kit.purse(250))
	pay := func(u *Unit) {
		s := kit.Meet(u, 250)
		a, o := s.hand(s.right(coins))
		t.Control(a, "each of two payments with one token")
		s.Accepted(o) // the next one has the next counter, and is linked
	}
	t.book.cracked = true
	pay(one)
	t.Control(one.Sync(false), "synchronise")
	t.For(spec.DSP08, "a device was accused for one payment").Expect(t.ledger.Findings()).To(gomega.BeEmpty())
	t.nobodyForSpends()
	pay(two)
	for range 2 { // the second brings it home, and the first is asked
		two.Sync(false)
		one.Sync(false)
	}
	findings := t.ledger.Findings()
	t.For(spec.DSP08, "who paid twice with one token is not named").Expect(findings).NotTo(gomega.BeEmpty())
	did := kit.DID()
	for _, f := range findings {
		t.For(spec.DSP08, "another device is named than paid twice").Expect([]byte(f.Device)).To(gomega.Equal(did[:]))
		proven, err := evidence.Verify(f.Evidence, t.env.realm.Root.Cert)
		t.For(spec.DSP08, "evidence does not verify with public keys alone").Expect(err).NotTo(gomega.HaveOccurred())
		t.For(spec.DSP08, "evidence names another device").Expect(proven.Accused).To(gomega.Equal(did))
	}
}

// nobodyForSpends brings one token home twice, by two devices that it was spent to:
// nobody has signed for it.
func (t *T) nobodyForSpends() {
	source := t.Kit(KitOptions{})
	coin := source.mint(t.keyOf(200))
	for range 2 {
		k := t.Kit(KitOptions{})
		nonce := k.nonce()
		token := coin.token(wire.ID{9}, wire.PayeeTag(k.DID(), nonce))
		record := k.deposit([]wire.Token{token}, nonce, wire.ID{9}, 200)
		t.Control(t.ledger.do(adapter.Upload{Records: []adapter.Bytes{record}}), "upload a deposit")
	}
	t.For(spec.DSP08, "a device was accused on spendings that nobody signed").Expect(t.ledger.Findings()).To(gomega.BeEmpty())
}
