package witness

import (
	"bytes"
	"slices"
)

// What the ledger does in family E: it signs blind, and takes tokens home.

// names are the names of the keys of what is to be signed blind.
func blindedNames(b body) (list [][]byte) {
	items, _ := b[94].([]any)
	for _, item := range items {
		list = append(list, item.([]any)[0].([]byte))
	}
	return list
}

func (c *call) namesKnown(list [][]byte) bool {
	return !slices.ContainsFunc(list, func(name []byte) bool { _, known := c.key(name); return !known })
}

func (c *call) namesInForce(list [][]byte) bool {
	return !slices.ContainsFunc(list, func(name []byte) bool {
		k, known := c.key(name)
		return known && c.at.epoch > k.last
	})
}

func (c *call) namedSum(list [][]byte) (sum uint64) {
	for _, name := range list {
		k, _ := c.key(name)
		sum += k.denomination
	}
	return sum
}

// withdrawChecks are those of a FUND_REQ in family E: of a request what it asks to
// have signed, of a cancel that nothing was.
func withdrawChecks() []check {
	fresh := func(holds func(*call) bool) func(*call) bool {
		return func(c *call) bool { return c.body.number(24) == 2 || c.fund.id != nil || holds(c) }
	}
	return inFamily(familyEcash,
		check{"keys known", 500, fresh(func(c *call) bool { return c.namesKnown(blindedNames(c.body)) })},
		check{"keys in force", 504, fresh(func(c *call) bool { return c.namesInForce(blindedNames(c.body)) })},
		check{"denominations", 503, fresh(func(c *call) bool { return c.namedSum(blindedNames(c.body)) == c.body.number(7) })},
		check{"nothing signed blind", 301, func(c *call) bool { return c.body.number(24) == 1 || c.fund.id == nil }})
}

// withFamily adds to a FUND what the family has.
func (c *call) withFamily(b body) body {
	if c.family() == familyEcash {
		b[95] = c.blindSign(c.body)
	}
	return b
}

// tag opens the spends of tokens that come home: it is the signer's own.
func (c *call) homeTag() []byte { return payeeTag(c.path[0].did(), c.body.bytes(9)) }

// redeemChecks are those of tokens that come home for the first time.
func redeemChecks() []check {
	coins := func(c *call) []coin { return coinsIn(c.body[97]) }
	names := func(c *call) (list [][]byte) {
		for _, t := range coins(c) {
			list = append(list, t.key)
		}
		return list
	}
	every := func(holds func(*call, coin, mintKey) bool) func(*call) bool {
		return func(c *call) bool {
			return !slices.ContainsFunc(coins(c), func(t coin) bool {
				k, known := c.key(t.key)
				return known && !holds(c, t, k)
			})
		}
	}
	list := []check{
		{"keys known", 500, func(c *call) bool { return c.namesKnown(append(names(c), blindedNames(c.body)...)) }},
		{"keys in force", 504, func(c *call) bool { return c.namesInForce(append(names(c), blindedNames(c.body)...)) }},
		{"denominations", 503, func(c *call) bool {
			asked := blindedNames(c.body)
			return c.namedSum(names(c)) == c.body.number(7) && (asked == nil || c.namedSum(asked) == c.body.number(7))
		}},
		{"no token twice", 501, func(c *call) bool {
			seen := map[string]bool{}
			for _, t := range coins(c) {
				seen[string(t.holder)] = true
			}
			return len(seen) == len(coins(c))
		}},
		{"spent to the signer", 130, every(func(c *call, t coin, _ mintKey) bool {
			request := c.body.bytes(17)
			if request == nil { // a DEFUND answers none
				request = make([]byte, 32)
			}
			return t.spent(request, c.homeTag())
		})},
		{"minted", 130, every(func(c *call, t coin, k mintKey) bool { return t.minted(c.at.realm, k) })},
	}
	for i := range list {
		holds := list[i].holds
		list[i].holds = func(c *call) bool { return c.homeBefore() || holds(c) }
	}
	return list
}

// earlier are the DEPOSITs that came before, with what each was signed with.
func (c *call) earlier() (list []object) {
	for _, name := range c.ledger.Before {
		v, _ := decode(c.stored(name))
		parts, ok := v.([]any)
		if !ok {
			panic(fault(name + " is no record"))
		}
		encoded, _ := parts[0].([]byte)
		o, _ := parseObject(encoded, len(encoded))
		list = append(list, o)
	}
	return list
}

// homeBefore: the same device has brought the same tokens and asked for the same.
func (c *call) homeBefore() bool {
	if c.vector.Kind != "record-deposit" {
		return false
	}
	return slices.ContainsFunc(c.earlier(), func(o object) bool {
		m := payloadOf(o)
		return bytes.Equal(m.bytes(10), c.body.bytes(10)) && sameCoins(coinsIn(m[97]), coinsIn(c.body[97])) &&
			bytes.Equal(body{94: m[94]}.encode(), body{94: c.body[94]}.encode())
	})
}

func sameCoins(a, b []coin) bool {
	holders := func(list []coin) (out []string) {
		for _, t := range list {
			out = append(out, string(t.hash()))
		}
		slices.Sort(out)
		return out
	}
	return slices.Equal(holders(a), holders(b))
}

// spentBefore are the hashes of the tokens that came home in another way, ascending.
func (c *call) spentBefore() (list []any) {
	if c.homeBefore() {
		return nil
	}
	var names []string
	for _, o := range c.earlier() {
		for _, t := range coinsIn(payloadOf(o)[97]) {
			if slices.ContainsFunc(coinsIn(c.body[97]), func(own coin) bool { return bytes.Equal(own.holder, t.holder) }) {
				names = append(names, string(t.hash()))
			}
		}
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		list = append(list, []byte(name))
	}
	return list
}

// depositRecordProcedure is a DEPOSIT at the ledger.
func depositRecordProcedure() procedure {
	checks := append(opening("record-deposit", "object"), device126(),
		check{"path", 123, func(c *call) bool { return c.atEpoch(useReceive, c.path[0].body.number(21)) }},
		check{"suite", 120, func(c *call) bool { return c.path[0].speaks(c.object, c.body.number(4)) }})
	checks = append(append(checks, signatures()...), redeemChecks()...)
	return procedure{prepare: (*call).atLedger, checks: checks, finish: func(c *call) {
		if c.code != 0 {
			return
		}
		c.publish()
		word := body{21: c.ledger.Epoch, 24: uint64(1), 31: c.path[0].did()}
		if spent := c.spentBefore(); spent != nil {
			word[24], word[92] = uint64(2), spent
		} else {
			word[95] = c.blindSign(c.body)
		}
		c.setNumber("new", 0)
		if word[92] == nil && !c.homeBefore() {
			c.setNumber("new", 1)
		}
		c.set("deposit_ack_payload", c.serviceBody(typeDepositAck, word).encode())
	}}
}

// comesHome: the tokens of a DEFUND are right and in nobody's hands, and are spent by
// it.
func (r *run) comesHome(did string, m body) bool {
	zero, tag := make([]byte, 32), payeeTag([]byte(did), m.bytes(9))
	sum, seen := uint64(0), map[string]bool{}
	coins := coinsIn(m[97])
	for _, t := range coins {
		k, known := r.key(t.key)
		hash := string(t.hash())
		if !known || r.at.epoch > k.last || seen[hash] || r.spent[hash] || !t.spent(zero, tag) || !t.minted(r.at.realm, k) {
			return false
		}
		seen[hash] = true
		sum += k.denomination
	}
	if len(coins) == 0 || sum != m.number(7) {
		return false
	}
	r.spend(m)
	return true
}

func (r *run) spend(m body) {
	for _, t := range coinsIn(m[97]) {
		r.spent[string(t.hash())] = true
	}
}
