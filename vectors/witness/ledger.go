package witness

import (
	"bytes"
)

// atLedger loads the state of the ledger that the vector names.
func (c *call) atLedger() {
	c.ledger = c.file.Ledger(c.vector.Ledger)
	if c.ledger == nil {
		panic(fault("no ledger " + c.vector.Ledger))
	}
	l := c.ledger
	c.policy = c.lenient("policy", l.Policy)
	c.revset = c.lenient("revset", l.Revset)
	c.at = situation{
		realm: unhex(l.Realm), currency: l.Currency, exponent: l.Exponent, env: l.Env, epoch: l.Epoch,
		grace: c.policy.list(75)[2], suites: c.policy.list(72),
	}
	c.balance = number(l.Account)
}

// known finds a device's certificate among those that the ledger has, which it
// verified, and those that came with the object. The age of a known one does not
// count at the ledger.
func (c *call) known() bool {
	code := c.find(c.body.bytes(10), c.ledger.Roots, append(c.ledger.Issuers, c.ledger.Certificates...))
	if code != 0 {
		return c.fail(code)
	}
	return true
}

func device126() check { return check{"certificate", 126, (*call).known} }

// deviceSigner are the checks of a device's object at the ledger. The path of a
// known certificate was checked when it was registered; only its use was not.
func deviceSigner(use uint64) []check {
	return []check{
		device126(),
		{"usage", 121, func(c *call) bool { return c.path[0].uses(use) }},
		{"suite", 120, func(c *call) bool { return c.path[0].speaks(c.object, c.body.number(4)) }},
		{"signature", 130, (*call).signed},
	}
}

// registered are those of an object that needs no usage of its own.
func registered() []check {
	all := deviceSigner(0)
	return append(all[:1:1], all[2:]...)
}

// settlementProcedure is a TRANSFER at a verifier that settles.
func settlementProcedure() procedure {
	checks := append(opening("settlement", "object"), device126(),
		check{"path", 123, func(c *call) bool {
			c.at.usage = usePay
			code := c.climb()
			return code == 0 || c.fail(code)
		}},
		check{"payer's epoch", 152, (*call).epochKnown},
		check{"suite", 120, func(c *call) bool { return c.path[0].speaks(c.object, c.body.number(4)) }},
		check{"family", 116, func(c *call) bool { return c.rightFamily() }},
		check{"opening", 117, func(c *call) bool {
			return bytes.Equal(payeeTag(c.input("payee"), c.input("nonce")), c.body.bytes(12))
		}},
		check{"another payer", 160, func(c *call) bool { return !bytes.Equal(c.input("payee"), c.path[0].did()) }},
		check{"lots", 206, func(c *call) bool { return lotsHold(c.body, 1, c.policy.list(74)[1]) }})
	checks = append(checks, signatures()...)
	checks = append(checks, check{"counter unused", 240, (*call).unspent})
	return procedure{prepare: (*call).atLedger, checks: checks, finish: func(c *call) {
		if c.code == 0 {
			c.publish()
			c.set("payer", c.path[0].did())
		}
	}}
}

// unspent looks for another transfer with this counter among what was settled;
// all of it is of one payer.
func (c *call) unspent() bool {
	for _, name := range c.ledger.Before {
		v, code := decode(c.stored(name))
		parts, ok := v.([]any)
		if code != 0 || !ok || len(parts) == 0 {
			panic(fault(name + " is no record"))
		}
		encoded, _ := parts[0].([]byte)
		o, _ := parseObject(encoded, len(encoded))
		settled, _ := decode(o.payload)
		b, _, _ := read(settled, typeTransfer, messages(c.vector.Kind).grammar)
		if b.number(13) == c.body.number(13) && !bytes.Equal(o.id("assay/1/transfer"), c.id()) {
			return false
		}
	}
	return true
}

// A funding is what the ledger did before about one funding number.
type funding struct {
	id        []byte // of the request, nil when only the cancel is known
	amount    uint64
	nonce     []byte
	cancelled bool
}

// fundReqProcedure is a FUND_REQ at the ledger.
func fundReqProcedure() procedure {
	checks := append(opening("fund-req", "object"), deviceSigner(useFund)...)
	request := func(holds func(*call) bool) func(*call) bool {
		return func(c *call) bool { return c.body.number(24) == 2 || holds(c) }
	}
	checks = append(checks,
		check{"cancels its request", 300, func(c *call) bool {
			f := c.fund
			return c.body.number(24) == 1 || f.amount == 0 ||
				f.amount == c.body.number(7) && bytes.Equal(f.nonce, c.body.bytes(9))
		}},
		check{"blocked", 173, request(func(c *call) bool { return !c.ledger.Blocked })},
		check{"new", 301, request(func(c *call) bool {
			return c.fund.amount == 0 || bytes.Equal(c.fund.id, c.id()) && !c.fund.cancelled
		})},
		check{"holding", 302, request(func(c *call) bool {
			class, _ := c.policy[71].(map[any]any)[c.path[0].body.number(38)].(map[any]any)
			most, set := class[uint64(2)].(uint64)
			return !set || c.body.number(7) <= most
		})},
		check{"account", 205, request(func(c *call) bool { return c.fund.id != nil || c.balance >= c.body.number(7) })})
	checks = append(checks, withdrawChecks()...)
	return procedure{prepare: func(c *call) {
		c.atLedger()
		for _, name := range c.ledger.Before {
			c.remember(c.stored(name))
		}
	}, checks: checks, finish: (*call).answerFunding}
}

// remember takes a FUND_REQ that came before.
func (c *call) remember(b []byte) {
	o, _ := parseObject(b, len(b))
	v, _ := decode(o.payload)
	m, code, _ := read(v, typeFundReq, messages("fund-req").grammar)
	if code != 0 {
		panic(fault("what came before is no FUND_REQ"))
	}
	if m.number(24) == 2 {
		c.fund = funding{amount: m.number(7), nonce: m.bytes(9), cancelled: true}
		return
	}
	c.fund = funding{id: o.id("assay/1/fund-req"), amount: m.number(7), nonce: m.bytes(9)}
	c.balance -= m.number(7)
}

// serviceBody starts the payload of what the service answers.
func (c *call) serviceBody(typ uint64, more body) body {
	service := c.certificateOf("service")
	b := body{1: uint64(1), 2: typ, 3: c.at.realm, 4: service.body.number(4), 10: service.id, 18: c.id()}
	for key, value := range more {
		b[key] = value
	}
	return b
}

func (c *call) answerFunding() {
	if c.code != 0 {
		return
	}
	c.publish()
	m := c.body
	if m.number(24) == 2 {
		if c.fund.id != nil {
			c.balance += c.fund.amount
		}
		c.setNumber("account", c.balance)
		return
	}
	if c.fund.id == nil {
		c.balance -= m.number(7)
	}
	c.setNumber("account", c.balance)
	c.set("fund_payload", c.serviceBody(typeFund, c.withFamily(body{
		5: m[5], 6: m[6], 7: m[7], 9: m[9], 21: c.ledger.Epoch, 31: c.path[0].did(),
	})).encode())
}

// defundProcedure is a DEFUND at the ledger.
func defundProcedure() procedure {
	checks := append(opening("defund", "object"), registered()...)
	checks = append(checks,
		check{"blocked", 173, func(c *call) bool { return !c.ledger.Blocked }},
		check{"lots", 206, func(c *call) bool { return lotsHold(c.body, 0, 15) }},
		check{"first of its counter", 310, func(c *call) bool {
			first, same := c.answered()
			c.repeat = same
			return first || same
		}})
	return procedure{prepare: (*call).atLedger, checks: checks, finish: func(c *call) {
		if c.code != 0 {
			return
		}
		c.publish()
		status := uint64(2)
		paid := c.orderPaid()
		c.balance += paid
		if paid == 0 && bytes.Equal(unhex(c.ledger.Order), c.body.bytes(9)) {
			status = 1
			c.balance += c.body.number(7)
		}
		c.setNumber("account", c.balance)
		c.set("defund_ack_payload", c.serviceBody(0x23, body{21: c.ledger.Epoch, 24: status, 31: c.path[0].did()}).encode())
	}}
}

// orderPaid is what another DEFUND has brought for the order: it serves one.
func (c *call) orderPaid() uint64 {
	for _, name := range c.ledger.Before {
		b := c.stored(name)
		o, _ := parseObject(b, len(b))
		v, _ := decode(o.payload)
		m, _, _ := read(v, typeDefund, messages("defund").grammar)
		if bytes.Equal(m.bytes(9), unhex(c.ledger.Order)) && !bytes.Equal(o.id("assay/1/defund"), c.id()) {
			return m.number(7)
		}
	}
	return 0
}

// answered looks for a DEFUND with this counter among what came before.
func (c *call) answered() (first, same bool) {
	first = true
	for _, name := range c.ledger.Before {
		b := c.stored(name)
		o, _ := parseObject(b, len(b))
		v, _ := decode(o.payload)
		m, _, _ := read(v, typeDefund, messages("defund").grammar)
		if m.number(13) == c.body.number(13) {
			first = false
			same = bytes.Equal(o.id("assay/1/defund"), c.id())
		}
	}
	return first, same
}
