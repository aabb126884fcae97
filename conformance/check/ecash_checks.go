package check

import (
	"bytes"
	"slices"

	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/ecash"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// ecashChecks are those of family E.
func ecashChecks() []Check {
	rp := func(id spec.ID, word, title string, run func(*T), needs ...adapter.Capability) Check {
		return Check{ID: string(id) + "." + word, Title: title, Cites: []spec.ID{id}, RP: true, Needs: needs, Run: run}
	}
	receives := func(c Check) Check {
		c.Receives = true
		return c
	}
	const query, ledger, funding, sync = adapter.CapQuery, adapter.CapLedger, adapter.CapSplitFunding, adapter.CapSplitSync
	doubly := receives(rp(spec.DSP08, "twice", "two payments with one token name who signed them, and nothing less does", spentTwiceNamed, query, ledger, sync))
	return []Check{
		receives(rp(spec.ECH01, "tokens", "a payment with one token wrong is refused", brokenTokens, query)),
		rp(spec.ECH02, "exact", "a payer pays exactly, with tokens that are right", paidExactly, query),
		rp(spec.ECH03, "never-again", "a token that has left is never spent again", neverSpentAgain, query),
		receives(rp(spec.ECH04, "once", "a token comes home once", homeOnce, query, ledger, sync)),
		receives(rp(spec.ECH04, "own", "another device's tokens are worth nothing", homeToPayee, ledger)),
		receives(rp(spec.ECH06, "bound", "a payee takes no more than its bound before the tokens are home", exposureBounded, query, adapter.CapPolicy, ledger, sync)),
		receives(rp(spec.ECH07, "keyset", "a set of keys that is forged or not newer is refused", keysetRight, adapter.CapPolicy)),
		receives(rp(spec.FND06, "denominations", "no more is signed blind than is debited", signsWhatIsPaid, ledger, funding)),
		rp(spec.PVY07, "unlinkable", "what comes home says nothing of its withdrawal", withdrawalUnlinkable, ledger, funding, sync),
		doubly,
	}
}

// tokened is a TRANSFER of the kit and the tokens beside it, as they are delivered.
type tokened struct {
	body   wire.Transfer
	tokens []wire.Token
}

// right pays the request with coins.
func (s *KitPayer) right(coins []kitCoin) tokened {
	m := s.Transfer(func(m *wire.Transfer) { m.Flags |= wire.TransferFallback })
	slices.SortFunc(coins, func(a, b kitCoin) int {
		x, y := a.secret.Hash(), b.secret.Hash()
		return bytes.Compare(x[:], y[:])
	})
	p := tokened{body: m}
	for _, c := range coins {
		p.body.Tokens = append(p.body.Tokens, c.secret.Hash())
		p.tokens = append(p.tokens, c.token(m.RequestHash, m.PayeeTag))
	}
	return p
}

// hand delivers it.
func (s *KitPayer) hand(p tokened) (adapter.Answer, wire.Object) {
	o := s.Sign(wire.TypeTransfer, p.body.Encode())
	a, _ := s.DeliverWith(o.Encode(), wire.BesideTokens(p.tokens), nil)
	return a, o
}

// A badTokens is a payment one mutation away from a right one.
type badTokens struct {
	name string
	code spec.Code
	make func(s *KitPayer) tokened
}

func brokenTokens(t *T) {
	payee, kit := t.Device(), t.Kit(KitOptions{})
	first := kit.Meet(payee, 250)
	held := first.right(kit.purse(250))
	a, o := first.hand(held)
	t.Control(a, "the twin of the bad tokens")
	first.Accepted(o)
	var spentHere []kitCoin
	for _, c := range kit.coins {
		if slices.Contains(held.body.Tokens, c.secret.Hash()) {
			spentHere = append(spentHere, c)
		}
	}
	balance := payee.Held()
	for _, c := range badTokenCases(spentHere) {
		s := t.Kit(KitOptions{}).Meet(payee, 250)
		a, _ := s.hand(c.make(s))
		t.For(spec.ECH01, "a payment with a token wrong was accepted").Expect(a).To(t.Refused(c.code), c.name)
		t.For(spec.ECH01, "a payment with a token wrong was credited").Expect(payee.Held()).To(gomega.Equal(balance), c.name)
	}
	last, _ := t.Kit(KitOptions{}).Meet(payee, 250).Pay()
	t.For(spec.ECH01, "after refusals a right payment is not accepted any more").Expect(last).To(BeDone())
}

func badTokenCases(spentHere []kitCoin) []badTokens {
	changed := func(change func(s *KitPayer, p *tokened)) func(*KitPayer) tokened {
		return func(s *KitPayer) tokened {
			p := s.right(s.purse(250))
			change(s, &p)
			return p
		}
	}
	return []badTokens{
		{"no tokens", spec.EField, changed(func(_ *KitPayer, p *tokened) { p.tokens = nil })},
		{"another token beside than is named", spec.ETokenUnknown, changed(func(_ *KitPayer, p *tokened) { p.body.Tokens[0][31] ^= 1 })},
		{"a token more than is named", spec.ETokenUnknown, changed(func(s *KitPayer, p *tokened) {
			p.tokens = append(p.tokens, s.mint(s.t.keyOf(1)).token(p.body.RequestHash, p.body.PayeeTag))
		})},
		{"a key that nobody published", spec.ETokenUnknown, changed(func(_ *KitPayer, p *tokened) { p.tokens[0].Key[0] ^= 1 })},
		{"a key whose time is over", spec.ETokenEpoch, func(s *KitPayer) tokened {
			coins := s.purse(200)
			return s.right(append(slices.Clone(coins), s.mint(s.t.oldKeyOf(50))))
		}},
		{"one minor unit less than is asked", spec.ETokenDenomination, func(s *KitPayer) tokened { return s.right(s.purse(249)) }},
		{"one minor unit more than is asked", spec.ETokenDenomination, func(s *KitPayer) tokened { return s.right(s.purse(251)) }},
		{"tokens that were paid here before", spec.ETokenSpent, func(s *KitPayer) tokened { return s.right(slices.Clone(spentHere)) }},
		{"one token twice", spec.EField, func(s *KitPayer) tokened {
			coin := s.mint(s.t.keyOf(100))
			return s.right(append(slices.Clone(s.purse(50)), coin, coin))
		}},
		{"spent for another request", spec.ESig, changed(func(s *KitPayer, p *tokened) {
			p.tokens[0].Spend = s.secretOf(p.body.Tokens[0]).Spend(wire.ID{1}, p.body.PayeeTag)
		})},
		{"spent for another payee", spec.ESig, changed(func(s *KitPayer, p *tokened) {
			p.tokens[0].Spend = s.secretOf(p.body.Tokens[0]).Spend(p.body.RequestHash, wire.ID{1})
		})},
		{"a signature of the issuer that is none", spec.ESig, changed(func(_ *KitPayer, p *tokened) {
			p.tokens[0].Signature = bytes.Clone(p.tokens[0].Signature)
			p.tokens[0].Signature[100] ^= 1
		})},
		{"a token of 1 that says it is one of 200", spec.ESig, func(s *KitPayer) tokened {
			cheap := s.mint(s.t.keyOf(1))
			cheap.key = s.t.keyOf(200)
			return s.right(append(slices.Clone(s.purse(50)), cheap))
		}},
	}
}

// keyOf is the key of a denomination that is in force, and oldKeyOf the one whose
// time is over.
func (t *T) keyOf(denomination money.Amount) *ecash.Key {
	return t.findKey(denomination, 2)
}

func (t *T) oldKeyOf(denomination money.Amount) *ecash.Key { return t.findKey(denomination, 1) }

func (t *T) findKey(denomination money.Amount, keyEpoch uint64) *ecash.Key {
	for _, k := range t.env.realm.tokenKeys().List {
		if k.Denomination == denomination && k.KeyEpoch == keyEpoch {
			return k
		}
	}
	t.harness("the test realm has no such key")
	return nil
}

func (k *Kit) secretOf(hash wire.ID) ecash.Secret {
	for _, c := range k.coins {
		if c.secret.Hash() == hash {
			return c.secret
		}
	}
	return ecash.Secret{}
}

// paidTokens reads what a unit has paid the kit with, and judges each token.
func (s *KitPayee) paidTokens(id spec.ID) []wire.Token {
	t := s.t
	tokens, err := wire.Tokens(s.Links)
	t.For(id, "what stands beside a transfer is no tokens").Expect(err).NotTo(gomega.HaveOccurred())
	keys := t.env.realm.tokenKeys()
	var sum money.Amount
	var hashes []wire.ID
	for _, token := range tokens {
		hash := token.Hash()
		hashes = append(hashes, hash)
		key := keys.Find(token.Key)
		t.For(id, "a token of an unknown key was paid with").Expect(key).NotTo(gomega.BeNil())
		t.For(id, "a token was paid with that the issuer has not signed").Expect(key.Verify(hash, token.Randomizer, token.Signature)).To(gomega.BeTrue())
		t.For(id, "a token is not spent for the request").Expect(ecash.SpendRight(token, s.Transfer.RequestHash, s.Transfer.PayeeTag)).To(gomega.BeTrue())
		sum += key.Denomination
	}
	t.For(id, "a transfer names other tokens than stand beside it").Expect(s.Transfer.Tokens).To(gomega.Equal(hashes))
	t.For(id, "the tokens do not make the amount").Expect(uint64(sum)).To(gomega.Equal(s.Amount))
	t.For(id, "more tokens were sent than a message may have").Expect(len(tokens)).To(gomega.BeNumerically("<=", wire.MaxTokens))
	return tokens
}

func paidExactly(t *T) {
	payer := t.Funded(2000)
	for _, amount := range []uint64{137, 1, 250, 99, 600} {
		before := payer.own()
		s, m2 := t.Kit(KitOptions{}).Invite(payer, amount, Invitation{})
		t.For(spec.ECH02, "an amount was not paid for which there is value").Expect(s.Take(m2)).To(BeDone())
		s.paidTokens(spec.ECH02)
		t.For(spec.ECH02, "another amount was debited than was paid").Expect(before - payer.own()).To(gomega.Equal(amount))
		t.For(spec.ECH02, "a transfer without an online check does not say so").
			Expect(s.Transfer.Flags & wire.TransferFallback).NotTo(gomega.BeZero())
		t.Control(payer.do(adapter.Acknowledge{Session: s.Session, Message: s.Answer(nil)}), "the receipt")
	}
}

func neverSpentAgain(t *T) {
	payer := t.Funded(1000)
	seen := map[wire.ID]bool{}
	pay := func(name string, answer func(*wire.Receipt)) {
		s, m2 := t.Kit(KitOptions{}).Invite(payer, 250, Invitation{})
		t.Control(s.Take(m2), "pay "+name)
		for _, hash := range s.Transfer.Tokens {
			t.For(spec.ECH03, "a token was spent again").Expect(seen[hash]).To(gomega.BeFalse(), name)
			seen[hash] = true
		}
		left := payer.Spendable()
		t.Control(payer.do(adapter.Acknowledge{Session: s.Session, Message: s.Answer(answer)}), "the answer")
		if answer != nil {
			t.book.paidOut -= s.Amount
		}
		t.For(spec.ECH03, "what has left can be spent before it was exchanged").Expect(payer.Spendable()).To(gomega.Equal(left), name)
	}
	refuse := func(m *wire.Receipt) { m.Status, m.Why = wire.ReceiptRefused, uint64(spec.EReqClosed) }
	pay("and is refused", refuse)
	pay("after a refusal", nil)
	if t.Has(adapter.CapPowerCycle) {
		payer.PowerCycle()
	}
	pay("after a loss of power", refuse)
	if t.Has(adapter.CapSynchronise) {
		t.Control(payer.Sync(false), "synchronise")
		t.For(spec.ECH03, "what was refused is not exchanged at a synchronisation").Expect(payer.Spendable()).To(gomega.Equal(uint64(750)))
		pay("after an exchange", nil)
	}
}

func exposureBounded(t *T) {
	payee := t.Device()
	limited := t.env.realm.Policy(2, func(m *wire.Policy) { m.Limits[0].MaxReceiveCumulative = wire.LimitOf(300) })
	t.Control(payee.do(adapter.ApplyPolicy{Message: limited}), "apply a policy with a bound")
	pay := func(amount uint64) adapter.Answer { return t.paysIfAsked(payee, amount) }
	t.Control(pay(250), "a payment below the bound")
	t.For(spec.ECH06, "a payee took more than its bound before the tokens were home").Expect(pay(51)).To(t.Refused(spec.EReceiveLimit))
	t.For(spec.ECH06, "a payee took more than its bound before the tokens were home").Expect(payee.Held()).To(gomega.Equal(uint64(250)))
	t.For(spec.ECH06, "a payee does not take what its bound allows").Expect(pay(50)).To(BeDone())
	t.For(spec.ECH06, "a payee took more than its bound before the tokens were home").Expect(pay(1)).To(t.Refused(spec.EReceiveLimit))
	t.Control(payee.Sync(false), "synchronise")
	t.For(spec.ECH06, "a payee whose tokens are home takes none").Expect(pay(300)).To(BeDone())
}

// wrongKeys are KEYSETs that are signed, and have a key that nobody may sign with.
var wrongKeys = []struct {
	name   string
	change func([]wire.KeysetEntry)
}{
	{"the exponent 3", func(l []wire.KeysetEntry) { l[0].Exponent = 3 }},
	{"an exponent that is not 65537", func(l []wire.KeysetEntry) { l[len(l)-1].Exponent = 65539 }},
	{"a modulus of 2047 bits", withModulus(func(n []byte) { n[0] &= 0x7f })},
	{"a modulus of 1024 bits with zeros in front", withModulus(func(n []byte) { clear(n[:128]) })},
	{"an even modulus", withModulus(func(n []byte) { n[len(n)-1] &^= 1 })},
	{"one modulus for two denominations", func(l []wire.KeysetEntry) { l[len(l)-1].Modulus = l[1].Modulus }},
	{"one modulus in two key epochs", func(l []wire.KeysetEntry) { l[1].Modulus = l[0].Modulus }},
	{"a denomination of 3", func(l []wire.KeysetEntry) { l[2].Denomination, l[3].Denomination = 3, 3 }},
	{"denominations that do not ascend", func(l []wire.KeysetEntry) { l[0], l[2] = l[2], l[0] }},
	{"a key twice", func(l []wire.KeysetEntry) { l[1] = l[0] }},
}

// withModulus changes a modulus in the middle of a KEYSET.
func withModulus(change func([]byte)) func([]wire.KeysetEntry) {
	return func(l []wire.KeysetEntry) {
		e := &l[len(l)/2]
		e.Modulus = bytes.Clone(e.Modulus)
		change(e.Modulus)
	}
}

func keysetRight(t *T) {
	const message = "a set of keys was taken that is forged or not newer"
	unit := t.Device()
	realm := t.env.realm
	body := wire.Keyset{Version: wire.V1, Realm: realm.Place.Realm, KeysetVersion: 2, Epoch: realm.epoch,
		Keys: ecash.TestEntries(1, func(uint64) uint64 { return realm.epoch + 500 })}
	for _, f := range t.forgeries(wire.TypeKeyset, func(signer wire.ID, s suite.Suite) []byte {
		m := body
		m.Cert, m.Suite = signer, s
		return m.Encode()
	}) {
		t.For(spec.ECH07, message).Expect(unit.do(adapter.ApplyPolicy{Message: f.message})).To(t.Refused(f.codes...), f.name)
	}
	same := realm.Keyset(1, func(list []wire.KeysetEntry) { list[0].Last++ })
	t.For(spec.ECH07, message).Expect(unit.do(adapter.ApplyPolicy{Message: same})).To(t.Refused(spec.EStale), "the same version again, with other keys")
	for _, c := range wrongKeys {
		wrong := realm.Keyset(3, c.change)
		t.For(spec.ECH07, message).Expect(unit.do(adapter.ApplyPolicy{Message: wrong})).To(t.Refused(spec.EField), c.name)
	}
	next := realm.Keyset(3, nil)
	t.For(spec.ECH07, "a newer set of keys was refused").Expect(unit.do(adapter.ApplyPolicy{Message: next})).To(BeDone())
	older := realm.Keyset(2, nil)
	t.For(spec.ECH07, message).Expect(unit.do(adapter.ApplyPolicy{Message: older})).To(t.Refused(spec.EStale), "an older version")
	paid, _ := t.Kit(KitOptions{}).Meet(unit, 10).Pay()
	t.For(spec.ECH07, "after a newer set of keys tokens of the same keys are refused").Expect(paid).To(BeDone())
}
