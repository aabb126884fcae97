package witness

import (
	"bytes"
)

// A claim is what the ledger knows of the claim in question.
type claim struct {
	record   bool // it was brought
	refunded bool // the ledger has said RESOLVE 2
	accepted bool // its payee has
}

// known before: records, RECEIPTs and the ledger's own RESOLVE.
func (c *call) claimBefore() {
	c.atLedger()
	for _, name := range c.ledger.Before {
		b := c.stored(name)
		if o, code := parseObject(b, 4096); code == 0 {
			if m := payloadOf(o); m.number(2) == typeResolve {
				c.claim.refunded = m.number(24) == 2
				continue
			}
		}
		v, _ := decode(b)
		parts, ok := v.([]any)
		if !ok || len(parts) == 0 {
			panic(fault(name + " is no record"))
		}
		encoded, _ := parts[0].([]byte)
		o, _ := parseObject(encoded, len(encoded))
		switch payloadOf(o).number(2) {
		case typeTransfer:
			c.claim.record = true
		case typeReceipt:
			c.claim.accepted = payloadOf(o).number(24) == 1
		}
	}
}

func payloadOf(o object) body {
	v, _ := decode(o.payload)
	m, _ := v.(map[any]any)
	b := body{}
	for key, value := range m {
		if n, ok := key.(uint64); ok {
			b[n] = value
		}
	}
	return b
}

// depositProcedure is a TRANSFER that either party brings.
func depositProcedure() procedure {
	checks := append(opening("deposit", "object"), device126(),
		check{"path", 123, func(c *call) bool { return c.atEpoch(usePay, c.body.number(21)) }},
		check{"suite", 120, func(c *call) bool { return c.path[0].speaks(c.object, c.body.number(4)) }},
		check{"family", 116, func(c *call) bool { return c.rightFamily() }},
		check{"opening", 117, func(c *call) bool {
			return bytes.Equal(payeeTag(c.input("payee"), c.input("nonce")), c.body.bytes(12))
		}},
		check{"another payer", 160, func(c *call) bool { return !bytes.Equal(c.input("payee"), c.path[0].did()) }},
		check{"lots", 206, func(c *call) bool { return lotsHold(c.body, 1, c.policy.list(74)[1]) }})
	checks = append(checks, signatures()...)
	return procedure{prepare: (*call).claimBefore, finish: (*call).accountAfter, checks: append(checks,
		check{"a claim", 0, func(c *call) bool {
			c.done = c.body.number(22)&1 == 0
			return true
		}},
		check{"paid before", 0, func(c *call) bool {
			c.done = c.paidBefore()
			return true
		}},
		check{"not refunded", 162, func(c *call) bool { return !c.claim.refunded }},
		check{"account", 300, (*call).payeeKnown},
		check{"in force", 164, func(c *call) bool { return !c.over() || c.claim.accepted }},
		check{"room", 105, func(c *call) bool { return c.balance+c.body.number(7) <= maxCounter }},
		check{"paid", 0, func(c *call) bool {
			c.balance += c.body.number(7)
			return true
		}})}
}

// payeeKnown: one of the certificates that have an account is the payee's.
func (c *call) payeeKnown() bool {
	for _, name := range c.ledger.Certificates {
		if bytes.Equal(c.certificateOf(name).did(), c.input("payee")) {
			return true
		}
	}
	return false
}

// over: the last epoch is past, grace included.
func (c *call) over() bool { return c.at.epoch > c.body.number(46)+c.at.grace }

func (c *call) paidBefore() bool { return c.claim.record && !c.claim.refunded && c.payeeKnown() }

func (c *call) accountAfter() {
	if c.code == 0 {
		c.publish()
		if c.paidBefore() {
			c.balance += c.body.number(7)
		}
		c.setNumber("account", c.balance)
	}
}

// unclaimedProcedure is what the ledger says of a claim that was brought to it.
func unclaimedProcedure() procedure {
	prepare := func(c *call) {
		c.claimBefore()
		c.object, _ = parseObject(c.input("object"), messages("unclaimed").most)
		c.body = payloadOf(c.object)
		if code := c.find(c.body.bytes(10), c.ledger.Roots, c.ledger.Issuers); code != 0 {
			panic(fault("the payer has no path"))
		}
	}
	paid := func(c *call) bool { return c.payeeKnown() && (!c.over() || c.claim.accepted) }
	return procedure{prepare: prepare, finish: func(c *call) {
		if c.code != 0 {
			return
		}
		c.publish()
		st := uint64(2)
		if paid(c) || c.claim.accepted {
			st = 1
		}
		service := c.certificateOf("service")
		word := body{1: uint64(1), 2: uint64(typeResolve), 3: c.at.realm, 4: service.body.number(4), 10: service.id,
			18: c.id(), 21: c.at.epoch, 24: st, 31: c.path[0].did()}
		if st == 2 {
			word[65] = c.input("payee")
		}
		c.set("resolve_payload", word.encode())
	}, checks: []check{{"ground", 161, func(c *call) bool { return paid(c) || c.claim.accepted || c.over() }}}}
}
