package check

import (
	"bytes"
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/ecash"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// ecash reports whether the profile is of family E.
func (r *Realm) ecash() bool { return r.Place.Family == wire.FamilyECash }

// Keyset signs the realm's KEYSET in a version, with changes: the keys of key epoch
// 1, whose time is over, and those of key epoch 2, which are in force.
func (r *Realm) Keyset(version uint64, change func([]wire.KeysetEntry)) []byte {
	entries := ecash.TestEntries(2, func(keyEpoch uint64) uint64 {
		if keyEpoch == 1 {
			return r.epoch - 1
		}
		return r.epoch + 1000
	})
	if change != nil {
		change(entries)
	}
	return r.SignKeyset(version, r.epoch, entries)
}

// tokenKeys are the keys of the realm's first KEYSET.
func (r *Realm) tokenKeys() *ecash.Keys {
	keys, err := ecash.ReadKeyset(r.injected.Keyset)
	if err != nil {
		return nil
	}
	return keys
}

// A kitCoin is a token that the harness has made with the test keys.
type kitCoin struct {
	key       *ecash.Key
	secret    ecash.Secret
	signature []byte
	paid      bool // with it, and accepted
}

func (c kitCoin) token(request, payeeTag wire.ID) wire.Token {
	return wire.Token{Key: c.key.ID, Holder: c.secret.Holder(), Randomizer: c.secret.Randomizer(),
		Signature: c.signature, Spend: c.secret.Spend(request, payeeTag)}
}

// mint makes a token of a key.
func (k *Kit) mint(key *ecash.Key) kitCoin {
	k.minted++
	seed := seedOf(k.t.env.Seed, k.t.check.ID, "mint "+string(k.Cert.ID[:]))
	c := kitCoin{key: key, secret: ecash.SecretOf(seed, k.minted)}
	pending, err := key.Blind(c.secret)
	if err != nil {
		k.t.harness("kit: " + err.Error())
	}
	answer, err := ecash.TestMint(k.t.env.realm.Place.Realm).Sign(wire.Blinded{Key: key.ID, Message: pending.Blinded})
	if err == nil {
		c.signature, err = pending.Finish(answer)
	}
	if err != nil {
		k.t.harness("kit: " + err.Error())
	}
	return c
}

// purse returns tokens of an amount, the fewest there can be: those that it has
// not paid with yet, and new ones. It returns nil for more than a message has.
func (k *Kit) purse(amount money.Amount) []kitCoin {
	keys := k.t.env.realm.tokenKeys().InForce(k.t.env.realm.epoch)
	var out []kitCoin
	used := map[int]bool{}
	for i := len(keys) - 1; i >= 0; {
		if keys[i].Denomination > amount {
			i--
			continue
		}
		if len(out) == wire.MaxTokens {
			return nil
		}
		at := -1
		for n, c := range k.coins {
			if c.key.ID == keys[i].ID && !used[n] && !c.paid {
				at = n
				break
			}
		}
		if at < 0 {
			k.coins = append(k.coins, k.mint(keys[i]))
			at = len(k.coins) - 1
		}
		used[at] = true
		out = append(out, k.coins[at])
		amount -= keys[i].Denomination
	}
	return out
}

// withTokens gives the payload of a TRANSFER the tokens that it lacks. What is not
// even decoded is left as it is.
func (k *Kit) withTokens(payload []byte) []byte {
	m, err := wire.DecodeTransfer(payload)
	if code, coded := wire.CodeOf(err); err != nil && (!coded || code != spec.EAmount) || m.Tokens != nil {
		return payload
	}
	if m.Family != wire.FamilyECash {
		return payload
	}
	for _, c := range k.purse(m.Amount) {
		m.Tokens = append(m.Tokens, c.secret.Hash())
	}
	slices.SortFunc(m.Tokens, func(a, b wire.ID) int { return bytes.Compare(a[:], b[:]) })
	m.Flags |= wire.TransferFallback
	return m.Encode()
}

// tokensOf are the tokens that travel beside a TRANSFER of the kit.
func (k *Kit) tokensOf(object []byte) []wire.Link {
	o, err := wire.DecodeObject(object, wire.TypeTransfer.MaxBytes())
	if err != nil {
		return nil
	}
	m, _ := wire.DecodeTransfer(o.Payload)
	return wire.BesideTokens(k.tokens(m))
}

func (k *Kit) tokens(m wire.Transfer) []wire.Token {
	var list []wire.Token
	for _, hash := range m.Tokens {
		for _, c := range k.coins {
			if c.secret.Hash() == hash {
				list = append(list, c.token(m.RequestHash, m.PayeeTag))
			}
		}
	}
	return list
}

// spent notes that the tokens of a transfer are not the kit's any more.
func (k *Kit) spent(object []byte) {
	o, err := wire.DecodeObject(object, wire.TypeTransfer.MaxBytes())
	if err != nil || !k.t.env.realm.ecash() {
		return
	}
	m, _ := wire.DecodeTransfer(o.Payload)
	for i, c := range k.coins {
		k.coins[i].paid = c.paid || slices.Contains(m.Tokens, c.secret.Hash())
	}
}

// isDeposit reports whether a record is a DEPOSIT.
func isDeposit(record []byte) bool {
	rec, err := settlement.Parse(record)
	if err != nil {
		return false
	}
	o, err := wire.DecodeObject(rec.Object, wire.TypeDeposit.MaxBytes())
	typ, known := wire.Peek(o.Payload)
	return err == nil && known && typ == wire.TypeDeposit
}

// coins is an amount, or in family E a smaller one that does as well: each of its
// tokens is signed and verified apart.
func (t *T) coins(amount, few uint64) uint64 {
	if t.env.Profile.Family == "E" {
		return few
	}
	return amount
}

// thin is how many places a sweep takes, half of them in family E.
func (t *T) thin(n int) int {
	if t.env.Profile.Family == "E" {
		return (n + 1) / 2
	}
	return n
}

// places are those of a table, row by row: all of them, and in family E every second
// one, so that each row and each column is there.
func (t *T) places(rows, columns int) (list []int) {
	for i := range rows * columns {
		if t.env.Profile.Family != "E" || (i/columns+i%columns)%2 == 0 {
			list = append(list, i)
		}
	}
	return list
}

// own is what a payer has that is its own: what it can pay with and, in family E,
// what was refused to it and waits to be exchanged.
func (u *Unit) own() uint64 {
	if u.t.env.Profile.Family == "E" {
		return u.Held()
	}
	return u.Spendable()
}

// exact lets a payer that has no coins for an amount exchange them at the ledger,
// and reports whether it can be asked again: in family E, after 503.
func (t *T) exact(payer *Unit, a adapter.Answer) bool {
	if t.env.Profile.Family != "E" || a.Refused == nil || !t.Has(adapter.CapSynchronise) && !t.Has(adapter.CapSplitSync) || t.Ledger() == nil {
		return false
	}
	if code := spec.Code(a.Refused.Code); t.env.RP() && code != spec.ETokenDenomination {
		return false
	}
	return payer.Sync(false).Done != nil
}
