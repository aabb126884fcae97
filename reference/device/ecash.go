package device

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"maps"
	"slices"

	"github.com/assay-cbdc/assay/reference/ecash"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A Coin is a token that the device can spend, in family E. The coins that are
// not in a batch add up to the lot of hop 0.
type Coin struct {
	Order     uint64 // rises with the time at which it came
	Amount    money.Amount
	Key       wire.TokenKey
	Seed      [32]byte
	Signature string
	// Batch is the exchange that it waits for, 0 for none: it was in a message that
	// has left, or there are no coins beside it with which every amount can be paid.
	Batch uint64
	Epoch uint64 // that its batch left in
	Fresh string // keys of what its batch is exchanged for, at its first coin; see [State.fixed]
}

func (l *Coin) fields(c *codec) {
	uintField(c, &l.Order)
	uintField(c, &l.Amount)
	c.fixed(l.Key[:])
	c.fixed(l.Seed[:])
	c.text(&l.Signature)
	uintField(c, &l.Batch)
	uintField(c, &l.Epoch)
	c.text(&l.Fresh)
}

func (l Coin) secret() ecash.Secret { return ecash.Secret{Seed: l.Seed} }

// A Taken is a payment whose tokens are not home yet.
type Taken struct {
	Order       uint64
	Transfer    wire.ID
	RequestHash wire.ID
	Request     uint64
	Amount      money.Amount
	Epoch       uint64 // that its DEPOSIT left in
	Fresh       string // keys of what it asks for; see [State.fixed]
	Hashes      string // of its tokens, one after the other
	Spent       bool   // the ledger says that one of them was spent before
	Online      bool   // it is credited when its tokens are home
}

func (l *Taken) fields(c *codec) {
	uintField(c, &l.Order)
	c.fixed(l.Transfer[:])
	c.fixed(l.RequestHash[:])
	uintField(c, &l.Request)
	uintField(c, &l.Amount)
	uintField(c, &l.Epoch)
	c.text(&l.Fresh)
	c.text(&l.Hashes)
	c.flag(&l.Spent)
	c.flag(&l.Online)
}

// ecash reports whether the device is of family E.
func (d *Device) ecash() bool { return d.cfg.Place.Spoken() == wire.FamilyECash }

// besides reports whether something stands beside a TRANSFER: links, or tokens.
func (d *Device) besides() bool { return d.chained() || d.ecash() || d.parted() }

// heldHop is the hop of value that is here and cannot be paid with before it has
// been exchanged.
func (d *Device) heldHop() uint64 { return min(max(d.policy.Provenance.MaxHops, 1), wire.MaxHop) }

// withdrawal derives the secrets of a withdrawal from what names it: they are the
// same after a cut.
func (d *Device) withdrawal(label string, name []byte) (seed [32]byte) {
	mac := hmac.New(sha256.New, d.state.StubKey[:])
	mac.Write([]byte("assay/1/withdrawal/" + label))
	mac.Write(name)
	return [32]byte(mac.Sum(nil))
}

// ownNonce opens the tag that the device's own tokens are spent to. It says nothing
// of the seed that what is asked for them is blinded with.
func (d *Device) ownNonce(name []byte) wire.Nonce {
	seed := d.withdrawal("nonce", name)
	return wire.Nonce(seed[:16])
}

// freshKeys names the keys in force in an epoch for which an amount is asked, one
// identifier after the other. It is empty for an amount that so many tokens cannot
// make.
func (d *Device) freshKeys(amount money.Amount, epoch uint64) string {
	if d.keyset == nil {
		return ""
	}
	keys := map[money.Amount]wire.TokenKey{}
	var available []money.Amount
	for _, k := range d.keyset.InForce(epoch) {
		keys[k.Denomination] = k.ID
		available = append(available, k.Denomination)
	}
	var fresh []byte
	for _, denomination := range d.parts.Split(amount, available, wire.MaxTokens) {
		id := keys[denomination]
		fresh = append(fresh, id[:]...)
	}
	return string(fresh)
}

// namedKeys reads what freshKeys has written.
func namedKeys(fresh string) (list []wire.TokenKey) {
	for ; len(fresh) >= len(wire.TokenKey{}); fresh = fresh[len(wire.TokenKey{}):] {
		list = append(list, wire.TokenKey([]byte(fresh[:len(wire.TokenKey{})])))
	}
	return list
}

// blind prepares a withdrawal under the keys that it names. It reports false for
// none, and for a key that is not here.
func (d *Device) blind(seed [32]byte, fresh string) ([]*ecash.Pending, bool) {
	name := withdrawalName{seed, fresh}
	if known := d.blinded[name]; known != nil {
		return known, true
	}
	var list []*ecash.Pending
	for i, id := range namedKeys(fresh) {
		key := d.tokenKey(id)
		if key == nil {
			return nil, false
		}
		p, err := key.Blind(ecash.SecretOf(seed, i))
		if err != nil {
			return nil, false
		}
		list = append(list, p)
	}
	if list == nil {
		return nil, false
	}
	if d.blinded == nil || len(d.blinded) >= maxBlinded {
		d.blinded = map[withdrawalName][]*ecash.Pending{}
	}
	d.blinded[name] = list
	return list, true
}

// A SplitFunc returns the denominations to withdraw an amount in, nil when they
// would be more than most.
type SplitFunc func(amount money.Amount, available []money.Amount, most int) []money.Amount

// A ChooseFunc returns the indices of coins that make an amount exactly, and
// whether there are such.
type ChooseFunc func(coins []money.Amount, amount money.Amount, most int) ([]int, bool)

// A withdrawalName says what is blinded with, and for which keys.
type withdrawalName struct {
	seed  [32]byte
	fresh string
}

// maxBlinded bounds the withdrawals that are kept prepared: each is asked for, signed
// and finished, and blinding is slow.
const maxBlinded = 16

func blindedList(pending []*ecash.Pending) []wire.Blinded {
	list := make([]wire.Blinded, len(pending))
	for i, p := range pending {
		list[i] = wire.Blinded{Key: p.Key.ID, Message: p.Blinded}
	}
	return list
}

// finishCoins makes coins of the issuer's answers, and reports whether every one of
// them is an answer to what was asked.
func finishCoins(pending []*ecash.Pending, answers [][]byte) ([]Coin, bool) {
	if len(pending) != len(answers) {
		return nil, false
	}
	var coins []Coin
	for i, p := range pending {
		signature, err := p.Finish(answers[i])
		if err != nil {
			return nil, false
		}
		coins = append(coins, Coin{Amount: p.Key.Denomination, Key: p.Key.ID, Seed: p.Secret.Seed, Signature: string(signature)})
	}
	return coins, true
}

// gain adds coins to the purse of the next state.
func (next *State) gain(coins []Coin) {
	order := uint64(0)
	if n := len(next.Purse); n > 0 {
		order = next.Purse[n-1].Order
	}
	for _, c := range coins {
		order++
		c.Order = order
		next.Purse = append(next.Purse, c)
	}
}

// lose removes coins.
func (next *State) lose(coins []Coin) {
	next.Purse = slices.DeleteFunc(next.Purse, func(c Coin) bool {
		return slices.ContainsFunc(coins, func(o Coin) bool { return o.Order == c.Order })
	})
}

// spendable are the coins that are in no batch.
func (s *State) spendable() []Coin {
	return slices.DeleteFunc(slices.Clone(s.Purse), func(c Coin) bool { return c.Batch != 0 })
}

// choose finds coins that make an amount exactly.
func (d *Device) choose(amount money.Amount) ([]Coin, bool) {
	coins := d.state.spendable()
	amounts := make([]money.Amount, len(coins))
	for i, c := range coins {
		amounts[i] = c.Amount
	}
	indices, ok := d.parts.Choose(amounts, amount, wire.MaxTokens)
	byHash := map[wire.ID]Coin{}
	for _, k := range indices {
		byHash[coins[k].secret().Hash()] = coins[k]
	}
	var chosen []Coin
	for _, hash := range slices.SortedFunc(maps.Keys(byHash), func(a, b wire.ID) int { return bytes.Compare(a[:], b[:]) }) {
		chosen = append(chosen, byHash[hash])
	}
	return chosen, ok
}

// coinsFit is the payer's rule "links" in family E.
func coinsFit(c *Context) bool {
	var ok bool
	if c.coins, ok = c.d.choose(c.Amount); !ok {
		return c.Fail(spec.ECH02, spec.ETokenDenomination)
	}
	return true
}

func hashesOf(coins []Coin) []wire.ID {
	list := make([]wire.ID, len(coins))
	for i, c := range coins {
		list[i] = c.secret().Hash()
	}
	return list
}

// spent are coins as they are spent for a request.
func spent(coins []Coin, request, payeeTag wire.ID) []wire.Token {
	list := make([]wire.Token, len(coins))
	for i, c := range coins {
		s := c.secret()
		list[i] = wire.Token{Key: c.Key, Holder: s.Holder(), Randomizer: s.Randomizer(),
			Signature: []byte(c.Signature), Spend: s.Spend(request, payeeTag)}
	}
	return list
}

// besideSlot are the tokens of a debit as they travel.
func besideSlot(slot *Slot) []wire.Link {
	return wire.BesideTokens(spent(slot.Coins, slot.RequestHash, wire.PayeeTag(slot.Payee, slot.Nonce)))
}

// drawCoins removes the coins of a payment.
func (d *Device) drawCoins(next *State, coins []Coin) []wire.Lot {
	var sum money.Amount
	for _, c := range coins {
		sum += c.Amount
	}
	next.lose(coins)
	next.Lots[0] -= sum
	return []wire.Lot{{Hop: 0, Amount: sum}}
}

// giveBack returns coins whose spends have left: they can be exchanged and not
// paid with.
func (d *Device) giveBack(next *State, coins []Coin) {
	batch := next.nextBatch()
	for i := range coins {
		coins[i].Batch = batch
	}
	next.gain(coins)
}

func (s *State) nextBatch() uint64 {
	var last uint64
	for _, c := range s.Purse {
		last = max(last, c.Batch)
	}
	return max(last, s.LogNumber) + 1
}

// A TokenCase is what the rules on the tokens beside a transfer see.
type TokenCase struct {
	*Context
	Tokens []wire.Token
	Keys   []*ecash.Key
}

// A TokenRule is one check of tokens; see [Rule].
type TokenRule struct {
	Name        string
	Requirement spec.ID
	Code        spec.Code
	Holds       func(*TokenCase) bool
}

// TokenRules returns the payee's checks of the tokens beside a transfer, in memory
// of the caller's own.
func TokenRules() []TokenRule {
	return []TokenRule{
		{"form", spec.ECH01, spec.EField, func(c *TokenCase) bool {
			var err error
			c.Tokens, err = wire.Tokens(c.links)
			for _, t := range c.Tokens {
				c.Keys = append(c.Keys, c.d.keyset.Find(t.Key))
			}
			return err == nil && len(c.Tokens) > 0
		}},
		{"named", spec.ECH01, spec.ETokenUnknown, func(c *TokenCase) bool {
			return slices.EqualFunc(c.Tokens, c.Transfer.Tokens, func(t wire.Token, hash wire.ID) bool { return t.Hash() == hash })
		}},
		{"key", spec.ECH01, spec.ETokenUnknown, func(c *TokenCase) bool {
			return !slices.Contains(c.Keys, nil)
		}},
		{"epoch", spec.ECH01, spec.ETokenEpoch, func(c *TokenCase) bool {
			return !slices.ContainsFunc(c.Keys, func(k *ecash.Key) bool { return k != nil && c.State.Epoch > k.Last })
		}},
		{"amount", spec.ECH01, spec.ETokenDenomination, func(c *TokenCase) bool {
			var sum money.Amount
			for _, k := range c.Keys {
				if k != nil {
					sum += k.Denomination
				}
			}
			return sum == c.Transfer.Amount
		}},
		{"not held", spec.ECH01, spec.ETokenSpent, func(c *TokenCase) bool {
			return !slices.ContainsFunc(c.Tokens, func(t wire.Token) bool { return c.State.holds(t.Hash()) })
		}},
		{"spend", spec.ECH01, spec.ESig, func(c *TokenCase) bool {
			return !slices.ContainsFunc(c.Tokens, func(t wire.Token) bool {
				return !ecash.SpendRight(t, c.Transfer.RequestHash, c.Transfer.PayeeTag)
			})
		}},
		{"token", spec.ECH01, spec.ESig, func(c *TokenCase) bool {
			for i, t := range c.Tokens {
				if c.Keys[i] == nil || !c.Keys[i].Verify(t.Hash(), t.Randomizer, t.Signature) {
					return false
				}
			}
			return true
		}},
	}
}

// holds reports whether a token was taken here and is not home yet.
func (s *State) holds(hash wire.ID) bool {
	for _, t := range s.Taken {
		for h := []byte(t.Hashes); len(h) >= len(hash); h = h[len(hash):] {
			if bytes.Equal(h[:len(hash)], hash[:]) {
				return true
			}
		}
	}
	return false
}

// tokensRight is the payee's rule "links" in family E.
func tokensRight(c *Context) bool {
	tokens := &TokenCase{Context: c}
	for _, r := range c.d.parts.Tokens {
		if !r.Holds(tokens) {
			return c.Fail(r.Requirement, r.Code)
		}
	}
	return true
}

// keepTokens remembers a payment about to be credited, and hands the host its
// tokens: nobody but this device can bring them home.
func (d *Device) keepTokens(next *State, c *Context) {
	m := &c.Transfer
	order := uint64(1)
	if n := len(next.Taken); n > 0 {
		order = next.Taken[n-1].Order + 1
	}
	t := Taken{Order: order, Transfer: c.ID, RequestHash: m.RequestHash, Request: m.Request, Amount: m.Amount}
	for _, hash := range m.Tokens {
		t.Hashes += string(hash[:])
	}
	next.Taken = append(next.Taken, t)
	record := settlement.Record{
		Object: c.Object.Encode(), Links: c.links,
		Opening: &settlement.Opening{Payee: next.DID, Nonce: wire.RequestNonce(next.RequestKey, m.Request)},
	}
	for _, k := range c.Path.Chain {
		record.Certificates = append(record.Certificates, k.Raw)
	}
	d.parts.Host.KeepRecord(c.ID, settlement.Append(nil, record))
}

// coinsName names an exchange by the coins that it gives up. A coin is given up
// once, and a batch has the same coins in the same order until then; the number of
// a batch comes again once no coin has it.
func coinsName(coins []Coin) []byte {
	h := sha256.New()
	for _, hash := range hashesOf(coins) {
		h.Write(hash[:])
	}
	return h.Sum(nil)
}
