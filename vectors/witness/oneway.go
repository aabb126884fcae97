package witness

import (
	"bytes"
	"slices"

	"github.com/assay-cbdc/assay/vectors"
)

// What oneway.md fixes: the term of a transfer, and what software wants left.
const (
	term           = 30
	softwareMargin = 3
)

// staticReqProcedure is a STATIC_REQ at the payer.
func staticReqProcedure() procedure {
	checks := append(opening("static-req", "object"),
		check{"provisioned", 170, func(c *call) bool { return c.device.Provisioned }},
		check{"in service", 170, func(c *call) bool { return !c.device.Decommissioned }})
	checks = append(checks, signer(useReceive)...)
	checks = append(checks,
		check{"strongest suite", 113, func(c *call) bool {
			return best(c.path[0].body.list(37), c.at.suites) == c.body.number(4)
		}},
		check{"revocations fresh", 151, (*call).fresh},
		check{"payee's epoch", 152, (*call).epochKnown},
		check{"family", 116, func(c *call) bool { return c.rightFamily() }},
		check{"payee's class", 121, func(c *call) bool { return (c.body.number(22)&1 == 1) == (c.path[0].body.number(34) == 1) }},
		check{"in common", 111, func(c *call) bool {
			return best(c.suites(), c.path[0].body.list(37)) != 0 && kemRank(c.body.number(43)) > 0 && slices.Contains(c.policy.list(73), c.body.number(43))
		}},
		check{"key", 140, func(c *call) bool { return sealable(c.body.number(43), c.body.bytes(44)) }},
		check{"another payee", 160, func(c *call) bool { return !bytes.Equal(c.path[0].did(), unhex(c.device.DID)) }},
		check{"time left", 164, func(c *call) bool {
			margin := uint64(0)
			if c.path[0].body.number(34) == 2 {
				margin = softwareMargin
			}
			return c.body.number(46) >= c.device.Epoch+margin
		}})
	checks = append(checks, signatures()...)
	checks = append(checks, meantChecks()...)
	return procedure{prepare: (*call).atDevice, checks: checks, finish: (*call).payOneWay}
}

// meantChecks are those of the payer's own side, about the amount that its user
// means.
func meantChecks() []check {
	amount := func(c *call) uint64 { return c.context("amount") }
	return []check{
		{"consent", 171, func(c *call) bool { return c.device.Consent || c.policy.number(77) == 0 }},
		{"PIN", 172, func(c *call) bool { return c.device.PINTries > 0 }},
		{"blocked", 173, func(c *call) bool { return !holds(c.revset.bytes(83), unhex(c.device.DID)) }},
		{"payable", 105, func(c *call) bool { return amount(c) > 0 && amount(c) <= maxCounter }},
		{"amount asked", 117, func(c *call) bool { return c.body[7] == nil || c.body.number(7) == amount(c) }},
		{"transaction", 200, func(c *call) bool { return c.within(1, amount(c)) }},
		{"cumulative", 202, func(c *call) bool { return c.within(3, number(c.device.Used.Amount)+amount(c)) }},
		{"count", 203, func(c *call) bool { return c.within(4, c.device.Used.Count+1) }},
		{"epochs", 204, func(c *call) bool { return c.within(7, c.device.Epoch-c.device.GrantEpoch) }},
		{"slot", 220, func(c *call) bool { return uint64(len(c.device.Pending)) < c.device.Slots }},
		{"log", 221, func(c *call) bool { return c.logUsed()+1 <= c.device.LogCapacity }},
		{"hops", 206, func(c *call) bool {
			near := uint64(0)
			for _, l := range c.device.Balance {
				if l.Hop < min(c.body.number(39), c.policy.list(74)[1]) {
					near += number(l.Amount)
				}
			}
			return near >= amount(c) || c.balance < amount(c)
		}},
		{"funds", 205, func(c *call) bool { return c.balance >= amount(c) }},
		{"own certificate", 122, func(c *call) bool { return c.ownHolds(best(c.suites(), c.path[0].body.list(37))) }},
		{"user verification", 207, func(c *call) bool {
			return c.context("verified") == 1 || c.within(5, amount(c)) && c.within(6, c.device.AuthCount+1)
		}},
	}
}

// sealable: a key of the KEM with which an agreement is not all zero.
func sealable(kem uint64, key []byte) bool {
	drawn := bytes.Repeat([]byte{7}, 32) // any would do, as any agreement is bad
	if kem == kemXWing {
		drawn = append(drawn, drawn...)
	}
	_, _, ok := encapsulate(kem, drawn, key)
	return ok
}

// payOneWay composes the TRANSFER.
func (c *call) payOneWay() {
	if c.code != 0 {
		c.setNumber("balance", c.balance)
		return
	}
	c.publish()
	var drawn []any
	left := c.context("amount")
	for _, l := range slices.SortedFunc(slices.Values(c.device.Balance), byHop) {
		if take := min(left, number(l.Amount)); take > 0 {
			drawn = append(drawn, []any{l.Hop + 1, take})
			left -= take
		}
	}
	suite := best(c.suites(), c.path[0].body.list(37))
	own := c.own[slices.IndexFunc(c.own, func(one certificate) bool { return one.body.number(4) == suite })]
	flags := 4 + 2*c.context("verified")
	if c.path[0].body.number(34) == 2 {
		flags++
	}
	payload := body{
		1: uint64(1), 2: uint64(typeTransfer), 3: c.at.realm, 4: suite, 5: c.at.currency, 6: c.at.exponent, 7: c.context("amount"),
		10: own.id, 11: c.body.number(11), 12: payeeTag(c.path[0].did(), c.input("payer_nonce")), 13: c.device.Counter + 1,
		14: unhex(c.device.Prev), 15: drawn, 17: c.id(), 19: c.policy.number(19), 21: c.device.Epoch,
		22: flags, 23: uint64(1), 46: min(c.body.number(46), c.device.Epoch+term),
	}.encode()
	c.set("transfer_payload", payload)
	c.set("transfer_id", object{alg: algOf(suite), payload: payload}.id("assay/1/transfer"))
}

// oneWayProcedure is a one-way TRANSFER at its payee.
func oneWayProcedure() procedure {
	checks := append(opening("one-way", "object"), check{"listed", 0, (*call).listed},
		check{"request known", 161, func(c *call) bool { return c.poster != nil }},
		check{"request's number", 117, func(c *call) bool { return c.poster.Number == c.body.number(11) }},
		check{"place", 162, func(c *call) bool { return uint64(len(c.poster.Listed)) < c.poster.Max }})
	checks = append(checks, signer(usePay)...)
	checks = append(checks,
		check{"strongest suite", 113, func(c *call) bool { return best(c.path[0].body.list(37), c.suites()) == c.body.number(4) }},
		check{"revocations fresh", 151, (*call).fresh},
		check{"payer's epoch", 152, (*call).epochKnown},
		check{"tag", 117, (*call).oneWayTag},
		check{"amount", 117, func(c *call) bool {
			asked := number(c.poster.Amount)
			return asked == 0 || asked == c.body.number(7)
		}},
		check{"family", 117, func(c *call) bool { return c.rightFamily() }},
		check{"one way", 117, func(c *call) bool { return c.body.number(22)&4 != 0 }},
		check{"no claim", 117, func(c *call) bool { return c.body.number(22)&1 == 0 }},
		check{"another payer", 160, func(c *call) bool { return !bytes.Equal(c.path[0].did(), unhex(c.device.DID)) }},
		check{"in force", 164, func(c *call) bool {
			return c.body.number(46) >= c.device.Epoch && c.body.number(46) <= c.poster.Expiry
		}},
		check{"lots", 206, func(c *call) bool { return lotsHold(c.body, 1, min(c.policy.list(74)[1], 15, c.poster.MaxHop)) }})
	checks = append(checks, signatures()...)
	checks = append(checks, creditChecks()...)
	return procedure{prepare: (*call).atDevice, checks: checks, finish: (*call).answerOneWay}
}

func creditChecks() []check {
	return []check{
		{"counter unused", 240, func(c *call) bool {
			for _, l := range c.poster.Listed {
				if bytes.Equal(unhex(l.Payer), c.path[0].did()) && l.Counter == c.body.number(13) {
					return false
				}
			}
			return true
		}},
		{"in service", 165, func(c *call) bool { return !c.device.Decommissioned }},
		{"epochs", 204, func(c *call) bool { return c.within(7, c.device.Epoch-c.device.GrantEpoch) }},
		{"holding", 201, func(c *call) bool { return c.within(2, c.holding()+c.body.number(7)) }},
		{"receive limits", 208, func(c *call) bool {
			amt := c.body.number(7)
			return c.within(8, amt) && c.within(9, number(c.device.Used.Received)+amt)
		}},
		{"log", 221, func(c *call) bool { return c.logUsed()+1 <= c.device.LogCapacity }},
	}
}

func (c *call) oneWayTag() bool {
	return bytes.Equal(payeeTag(unhex(c.device.DID), c.input("payer_nonce")), c.body.bytes(12))
}

// listed finds the request, and answers what has its final answer.
func (c *call) listed() bool {
	for i, p := range c.device.Statics {
		if bytes.Equal(unhex(p.Hash), c.body.bytes(17)) {
			c.poster = &c.device.Statics[i]
		}
	}
	if c.poster == nil {
		return true
	}
	i := slices.IndexFunc(c.poster.Listed, func(l vectors.Listed) bool { return bytes.Equal(unhex(l.Transfer), c.id()) })
	if i < 0 {
		return true
	}
	c.repeat, c.done = true, true
	if why := c.poster.Listed[i].Why; why != 0 {
		return c.fail(int(why))
	}
	return true
}

func (c *call) answerOneWay() {
	if c.code != 0 {
		signed := uint64(0)
		if c.repeat || c.mayRefundOneWay() {
			signed = 1
		}
		c.setNumber("signed", signed)
		return
	}
	c.answerTransfer()
}

func (c *call) mayRefundOneWay() bool {
	if slices.Contains([]int{126, 162, 240}, c.code) || c.body == nil || c.bounds || c.code < 113 || c.code == 114 ||
		c.poster == nil || uint64(len(c.poster.Listed)) >= c.poster.Max || !c.oneWayTag() {
		return false
	}
	if code := c.find(c.body.bytes(10), c.device.Roots, c.device.Issuers); code != 0 {
		return false
	}
	return c.path[0].speaks(c.object, c.body.number(4)) && c.pathSigned() && c.signed()
}
