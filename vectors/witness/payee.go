package witness

import (
	"bytes"
	"slices"
)

// transferProcedure is a TRANSFER at its payee.
func transferProcedure() procedure {
	checks := append(opening("transfer", "object"), check{"seen before", 0, (*call).seen})
	checks = append(checks, requestChecks()...)
	checks = append(checks, check{"certificate", 126, (*call).foundSigner},
		check{"suite", 120, func(c *call) bool {
			return c.path[0].speaks(c.object, c.body.number(4)) && (c.open == nil || c.open.Suite == c.body.number(4))
		}},
		check{"path", 123, func(c *call) bool {
			c.at.usage = usePay
			code := c.climb()
			return code == 0 || c.fail(code)
		}},
		check{"strongest suite", 113, func(c *call) bool {
			return best(c.path[0].body.list(37), c.suites()) == c.body.number(4)
		}},
		check{"revocations fresh", 151, (*call).fresh},
		check{"payer's epoch", 152, (*call).epochKnown})
	checks = append(append(append(checks, contentChecks()...), fragmentChecks()...), coinChecks()...)
	checks = append(checks, signatures()...)
	checks = append(checks, lastChecks()...)
	return procedure{prepare: (*call).atDevice, checks: checks, finish: (*call).answerTransfer}
}

// seen answers a transfer that is credited already.
func (c *call) seen() bool {
	for _, r := range c.device.Credits {
		if r.Request == c.body.number(11) && bytes.Equal(unhex(r.Transfer), c.id()) {
			c.repeat, c.done = true, true
		}
	}
	rn := c.body.number(11)
	for i, r := range c.device.Requests {
		if r.Number == rn {
			c.open = &c.device.Requests[i]
		}
	}
	return true
}

func requestChecks() []check {
	return []check{
		{"request known", 161, func(c *call) bool { return c.body.number(11) < c.device.NextRequest }},
		{"request not old", 163, func(c *call) bool { return c.body.number(11) > c.device.LowWater }},
		{"request unpaid", 162, func(c *call) bool { return !c.paid() }},
		{"request's hash", 161, func(c *call) bool {
			return c.open == nil || bytes.Equal(unhex(c.open.Hash), c.body.bytes(17))
		}},
		{"tag of a closed request", 117, func(c *call) bool { return c.open != nil || c.tagOpens() }},
	}
}

func (c *call) paid() bool {
	for _, r := range c.device.Credits {
		if r.Request == c.body.number(11) {
			return true
		}
	}
	return false
}

func (c *call) tagOpens() bool {
	return bytes.Equal(payeeTag(unhex(c.device.DID), c.nonceOf(c.body.number(11))), c.body.bytes(12))
}

func contentChecks() []check {
	return []check{
		{"tag", 117, (*call).tagOpens},
		{"amount", 117, func(c *call) bool { return c.open == nil || number(c.open.Amount) == c.body.number(7) }},
		{"family", 117, func(c *call) bool { return c.rightFamily() }},
		{"no claim", 117, func(c *call) bool { return c.body.number(22)&5 == 0 }},
		{"another payer", 160, func(c *call) bool { return !bytes.Equal(c.path[0].did(), unhex(c.device.DID)) }},
		{"lots", 206, func(c *call) bool {
			highest := min(c.policy.list(74)[1], 15)
			if c.open != nil {
				highest = min(highest, c.open.MaxHop)
			}
			return lotsHold(c.body, 1, highest)
		}},
	}
}

// lotsHold: hops ascend within the bounds, and the amounts sum to member 7.
func lotsHold(b body, lowest, highest uint64) bool {
	list, sum := b.list(15), uint64(0)
	for i := 0; i < len(list); i += 2 {
		if list[i] < lowest || list[i] > highest || i > 0 && list[i] <= list[i-2] {
			return false
		}
		sum += list[i+1]
		if sum > maxCounter {
			return false
		}
	}
	return sum == b.number(7)
}

func lastChecks() []check {
	return []check{
		{"counter unused", 240, func(c *call) bool {
			for _, r := range c.device.Credits {
				if bytes.Equal(unhex(r.Payer), c.path[0].did()) && r.Counter == c.body.number(13) {
					return false
				}
			}
			return true
		}},
		{"request open", 165, func(c *call) bool { return c.open != nil }},
		{"holding", 201, func(c *call) bool { return c.within(2, c.holding()) }},
		{"receive limits", 208, func(c *call) bool {
			amt := c.body.number(7)
			return c.within(8, amt) && c.within(9, number(c.device.Used.Received)+amt)
		}},
		{"log", 221, func(c *call) bool { return c.logUsed() <= c.device.LogCapacity+c.device.Slots+4 }},
	}
}

// answerTransfer gives the receipt, or says whether the refusal may be signed.
func (c *call) answerTransfer() {
	if c.code != 0 {
		signed := uint64(0)
		if c.mayRefund() {
			signed = 1
		}
		c.setNumber("signed", signed)
		return
	}
	c.publish()
	balance := c.balance
	if !c.repeat {
		balance += c.body.number(7)
	}
	c.setNumber("balance", balance)
	if !c.repeat {
		c.receiveParts(c.id(), c.arrived())
	}
	c.publishParts()
	own := c.own[0]
	for _, one := range c.own {
		if one.body.number(4) == c.body.number(4) {
			own = one
		}
	}
	c.set("receipt_payload", body{
		1: uint64(1), 2: uint64(typeReceipt), 3: c.at.realm, 4: own.body.number(4), 10: own.id,
		17: c.body.bytes(17), 18: c.id(), 24: uint64(1),
	}.encode())
}

// mayRefund is the refund rule of payment.md.
func (c *call) mayRefund() bool {
	if slices.Contains([]int{126, 162, 240}, c.code) || !c.opened {
		return false
	}
	rn := c.body.number(11)
	if rn >= c.device.NextRequest || rn <= c.device.LowWater || c.paid() {
		return false
	}
	if c.open != nil && !bytes.Equal(unhex(c.open.Hash), c.body.bytes(17)) || c.open == nil && !c.tagOpens() {
		return false
	}
	if code := c.find(c.body.bytes(10), c.device.Roots, c.device.Issuers); code != 0 {
		return false
	}
	return c.path[0].speaks(c.object, c.body.number(4)) && c.pathSigned() && c.signed()
}
