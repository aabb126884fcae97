package witness

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/hex"
	"math/big"
	"slices"

	"github.com/assay-cbdc/assay/vectors/primitive"
)

// What is said of RSABSSA-SHA384-PSS-Randomized, RFC 9474, is said here by
// crypto/rsa and by numbers alone; the reference has another library for it.

// A mintKey is a key of a KEYSET.
type mintKey struct {
	denomination, keyEpoch, last uint64
	modulus                      []byte
	exponent                     uint64
}

// A coin is a token of e-cash as it is spent.
type coin struct{ key, holder, randomizer, signature, spend []byte }

func (t coin) hash() []byte {
	digest := sha256.Sum256(t.holder)
	return digest[:]
}

// keysOf reads member 98.
func keysOf(b body) (list []mintKey) {
	items, _ := b[98].([]any)
	for _, item := range items {
		five := item.([]any)
		list = append(list, mintKey{five[0].(uint64), five[1].(uint64), five[2].(uint64), five[3].([]byte), five[4].(uint64)})
	}
	return list
}

// name is how tokens and blinded messages say which key is meant.
func (k mintKey) name(realm []byte) []byte {
	return digestOf([]any{"assay/1/tok-key", realm, k.denomination, k.keyEpoch, k.modulus, k.exponent})[:8]
}

func (k mintKey) public() *rsa.PublicKey {
	return &rsa.PublicKey{N: new(big.Int).SetBytes(k.modulus), E: int(k.exponent)}
}

// right: RSA-2048 with the one exponent, for 1, 2 or 5 times a power of ten.
func (k mintKey) right() bool {
	d := k.denomination
	for d >= 10 && d%10 == 0 {
		d /= 10
	}
	return (d == 1 || d == 2 || d == 5) && k.exponent == 65537 && k.modulus[0]&0x80 != 0 && k.modulus[255]&1 == 1
}

// keyset is the KEYSET in force at the device or the ledger.
func (c *call) keyset() body {
	if c.device != nil {
		return c.lenient("keyset", c.device.Keyset)
	}
	return c.lenient("keyset", c.ledger.Keyset)
}

// key finds a key by its name.
func (c *call) key(name []byte) (mintKey, bool) {
	for _, k := range keysOf(c.keyset()) {
		if bytes.Equal(k.name(c.at.realm), name) {
			return k, true
		}
	}
	return mintKey{}, false
}

// coins reads tokens in the form in which they are spent.
func coinsIn(v any) (list []coin) {
	items, _ := v.([]any)
	for _, item := range items {
		five := item.([]any)
		list = append(list, coin{five[0].([]byte), five[1].([]byte), five[2].([]byte), five[3].([]byte), five[4].([]byte)})
	}
	return list
}

// spent: the one-time key has signed for the request and the payee.
func (t coin) spent(request, tag []byte) bool {
	return ed25519.Verify(t.holder, primitive.Encode([]any{"assay/1/tok", request, tag}), t.spend)
}

// minted: the issuer has signed for the one-time key.
func (t coin) minted(realm []byte, k mintKey) bool {
	message := primitive.Encode([]any{"assay/1/ecash", realm, k.denomination, k.keyEpoch, t.hash()})
	digest := sha512.Sum384(append(slices.Clone(t.randomizer), message...))
	return rsa.VerifyPSS(k.public(), crypto.SHA384, digest[:], t.signature, &rsa.PSSOptions{SaltLength: 48, Hash: crypto.SHA384}) == nil
}

// coinChecks are those of the payee on the tokens beside a TRANSFER.
func coinChecks() []check {
	list := []check{
		{"tokens", 103, (*call).readCoins},
		{"tokens named", 500, func(c *call) bool {
			named, _ := c.body[92].([]any)
			for i, t := range c.purse.coins {
				if i >= len(named) || !bytes.Equal(named[i].([]byte), t.hash()) {
					return false
				}
			}
			return len(named) == len(c.purse.coins)
		}},
	}
	return inFamily(familyEcash, append(list, coinsRight()...)...)
}

// readCoins reads what stands beside.
func (c *call) readCoins() bool {
	var list []any
	for _, b := range c.besideTransfer() {
		v, code := decode(b)
		if code != 0 || spentToken(v) != 0 {
			return false
		}
		list = append(list, v)
	}
	c.purse.coins = coinsIn(list)
	return len(list) > 0 && len(list) <= maxTokens
}

// coinsRight are the checks of tokens that a payee is paid with, offline and online.
func coinsRight() []check {
	all := func(holds func(*call, coin, mintKey) bool) func(*call) bool {
		return func(c *call) bool {
			return !slices.ContainsFunc(c.purse.coins, func(t coin) bool {
				k, known := c.key(t.key)
				return known && !holds(c, t, k)
			})
		}
	}
	return []check{
		{"keys known", 500, func(c *call) bool {
			return !slices.ContainsFunc(c.purse.coins, func(t coin) bool { _, known := c.key(t.key); return !known })
		}},
		{"keys in force", 504, all(func(c *call, _ coin, k mintKey) bool { return c.device.Epoch <= k.last })},
		{"denominations", 503, func(c *call) bool { return c.denominations(c.purse.coins) == c.body.number(7) }},
		{"tokens not held", 501, all(func(c *call, t coin, _ mintKey) bool {
			return !slices.Contains(c.device.Taken, hex.EncodeToString(t.hash()))
		})},
		{"spent for this", 130, all(func(c *call, t coin, _ mintKey) bool { return t.spent(c.body.bytes(17), c.body.bytes(12)) })},
		{"minted", 130, all(func(c *call, t coin, k mintKey) bool { return t.minted(c.at.realm, k) })},
	}
}

// denominations is what tokens are worth together.
func (c *call) denominations(coins []coin) (sum uint64) {
	for _, t := range coins {
		k, _ := c.key(t.key)
		sum += k.denomination
	}
	return sum
}

// keysetProcedure is a KEYSET at a device.
func keysetProcedure() procedure {
	checks := append(opening("keyset", "object"), same(func(c *call) string { return c.device.Keyset }, "keyset"),
		check{"newer", 150, func(c *call) bool { return c.body.number(19) > c.keyset().number(19) }},
		check{"keys", 103, func(c *call) bool {
			return !slices.ContainsFunc(keysOf(c.body), func(k mintKey) bool { return !k.right() })
		}},
		check{"keys differ", 103, func(c *call) bool {
			seen := map[string]bool{}
			for _, k := range keysOf(c.body) {
				if seen[string(k.modulus)] {
					return false
				}
				seen[string(k.modulus)] = true
			}
			return true
		}})
	checks = append(checks, service(useSignFund)...)
	return procedure{prepare: (*call).atDevice, checks: checks, finish: func(c *call) {
		if c.unchanged(); c.code == 0 {
			var names []byte
			for _, k := range keysOf(c.body) {
				names = append(names, k.name(c.at.realm)...)
			}
			c.set("keys", names)
		}
	}}
}

// asking is the message that was answered, which the vector names.
func (c *call) asking(field string) body {
	o, code := parseObject(c.stored(c.vector.Uses[field]), 65000)
	if code != 0 {
		panic(fault(field + " is no object"))
	}
	return payloadOf(o)
}

// signedBlind: each blind signature is one for what was asked: raised to e it is the
// blinded message, which is all that finishing it can find.
func (c *call) signedBlind(asked, answer body) bool {
	messages, _ := asked[94].([]any)
	signatures, _ := answer[95].([]any)
	if len(messages) != len(signatures) {
		return false
	}
	for i, m := range messages {
		pair := m.([]any)
		k, known := c.key(pair[0].([]byte))
		n, s := new(big.Int).SetBytes(k.modulus), new(big.Int).SetBytes(signatures[i].([]byte))
		if !known || s.Cmp(n) >= 0 || s.Exp(s, big.NewInt(65537), n).Cmp(new(big.Int).SetBytes(pair[1].([]byte))) != 0 {
			return false
		}
	}
	return true
}

// depositAckProcedure is a DEPOSIT_ACK at the device.
func depositAckProcedure() procedure {
	waits := func(c *call) bool {
		o, _ := parseObject(c.stored(c.vector.Uses["deposit"]), 65000)
		return len(c.device.Coins) > 0 && bytes.Equal(o.id("assay/1/deposit"), c.body.bytes(18))
	}
	checks := append(opening("deposit-ack", "object"), check{"device", 300, (*call).forDevice},
		check{"waiting", 141, func(c *call) bool { return c.body.number(24) == 2 || waits(c) }})
	checks = append(checks, service(useSignFund)...)
	return procedure{prepare: (*call).atDevice, finish: (*call).unchanged, checks: append(checks,
		check{"answers what was asked", 130, func(c *call) bool {
			return c.body.number(24) == 2 || c.signedBlind(c.asking("deposit"), c.body)
		}})}
}

// blindSign signs what was asked with the published private keys.
func (c *call) blindSign(asked body) (list []any) {
	items, _ := asked[94].([]any)
	for _, m := range items {
		pair := m.([]any)
		key, err := x509.ParsePKCS1PrivateKey(c.stored("mint-" + hex.EncodeToString(pair[0].([]byte))))
		if err != nil {
			panic(fault("a private key of the mint: " + err.Error()))
		}
		message := new(big.Int).SetBytes(pair[1].([]byte))
		list = append(list, message.Exp(message, key.D, key.N).FillBytes(make([]byte, 256)))
	}
	return list
}

// tokensProcedure is TOKENS at a payee that has sent its request.
func tokensProcedure() procedure {
	checks := []check{
		{"item", 103, (*call).readTokens},
		{"request open", 165, func(c *call) bool { return c.open != nil }},
		{"connection", 505, func(c *call) bool { return c.device.Online }},
	}
	return procedure{prepare: (*call).atDevice, checks: append(checks, coinsRight()...), finish: func(c *call) {
		if c.code == 0 {
			var hashes []any
			for _, t := range c.purse.coins {
				hashes = append(hashes, t.hash())
			}
			c.set("payment", digestOf([]any{"assay/1/tokens", c.body.bytes(17), hashes}))
		}
	}}
}

// readTokens reads the item, and what it answers: what is asked of a TRANSFER's
// members is asked of the request's.
func (c *call) readTokens() bool {
	v, code := decode(c.input("item"))
	if code == 0 {
		code = item(v)
	}
	if code != 0 {
		return c.fail(code)
	}
	three := v.([]any)
	if three[0] != uint64(0x1c) {
		return c.fail(118)
	}
	c.body = body{17: three[1]}
	var list []any
	for _, l := range three[2].([]any) {
		b := l.([]any)[0].([]byte)
		one, code := decode(b)
		if _, open := l.([]any)[1].([]byte); open || code != 0 || spentToken(one) != 0 {
			return false
		}
		list = append(list, one)
	}
	c.purse.coins = coinsIn(list)
	for i, r := range c.device.Requests {
		if bytes.Equal(unhex(r.Hash), c.body.bytes(17)) {
			c.open = &c.device.Requests[i]
			c.body[7] = number(r.Amount)
			c.body[12] = payeeTag(unhex(c.device.DID), c.nonceOf(r.Number))
		}
	}
	return len(list) <= maxTokens
}
