package witness

import (
	"bytes"
	"slices"

	"github.com/assay-cbdc/assay/vectors"
)

// payReqProcedure is M2 at the payer.
func payReqProcedure() procedure {
	checks := []check{
		{"session", 141, func(c *call) bool { return c.vector.Context["session"] != "0" }},
		{"choice", 113, (*call).choiceRight},
		{"link", 140, func(c *call) bool { code := c.openLink(); return code == 0 || c.fail(code) }},
		{"item", 118, func(c *call) bool { return c.session.item[0] == uint64(typePayReq) }},
	}
	checks = append(checks, opening("pay-req", "pay_req")...)
	checks = append(checks,
		check{"transcript", 115, func(c *call) bool { return bytes.Equal(c.body.bytes(8), c.session.transcript) }},
		check{"certificate", 126, (*call).foundSigner},
		check{"suite", 120, func(c *call) bool {
			return c.path[0].speaks(c.object, c.body.number(4)) && c.body.number(4) == c.session.caps.number(4)
		}},
		check{"path", 123, func(c *call) bool {
			c.at.usage = useReceive
			code := c.climb()
			return code == 0 || c.fail(code)
		}},
		check{"strongest suite", 113, (*call).strongest},
		check{"revocations fresh", 151, (*call).fresh},
		check{"payee's epoch", 152, (*call).epochKnown},
		check{"family", 116, func(c *call) bool { return c.rightFamily() }},
		check{"payee's class", 121, func(c *call) bool {
			return c.body.number(22)&1 == 1 && c.path[0].body.number(34) == 1
		}},
		check{"another payee", 160, func(c *call) bool { return !bytes.Equal(c.path[0].did(), unhex(c.device.DID)) }})
	checks = append(checks, signatures()...)
	checks = append(checks, payChecks()...)
	return procedure{prepare: (*call).atDevice, checks: checks, finish: (*call).pay}
}

// strongest holds the choice to the lists of the certificates of both sides.
func (c *call) strongest() bool {
	chosen := c.session.caps.number(4)
	return best(c.session.hello.list(41), c.path[0].body.list(37), c.at.suites) == chosen &&
		best(c.own[0].body.list(37), c.session.caps.list(41)) == chosen
}

// payChecks are those of the payer's own side.
func payChecks() []check {
	amount := func(c *call) uint64 { return c.body.number(7) }
	return []check{
		{"provisioned", 170, func(c *call) bool { return c.device.Provisioned }},
		{"in service", 170, func(c *call) bool { return !c.device.Decommissioned }},
		{"consent", 171, func(c *call) bool { return c.device.Consent || c.policy.number(77) == 0 }},
		{"PIN", 172, func(c *call) bool { return c.device.PINTries > 0 }},
		{"blocked", 173, func(c *call) bool { return !holds(c.revset.bytes(83), unhex(c.device.DID)) }},
		{"amount meant", 117, func(c *call) bool {
			meant := c.context("expected_amount")
			return meant == 0 || meant == amount(c)
		}},
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
		{"TOKENs at hand", 503, func(c *call) bool { return c.family() != familyToken || c.shows() }},
		{"own certificate", 122, func(c *call) bool { return c.ownHolds(c.session.caps.number(4)) }},
		{"user verification", 207, func(c *call) bool {
			return c.context("verified") == 1 || c.within(5, amount(c)) && c.within(6, c.device.AuthCount+1)
		}},
	}
}

// ownHolds: the payer's own certificate of a suite is in force.
func (c *call) ownHolds(suite uint64) bool {
	for _, own := range c.own {
		if val := own.body.list(36); own.body.number(4) == suite {
			return val[0] <= max(c.device.Epoch, own.body.number(21)) && c.device.Epoch <= val[1]+c.at.grace
		}
	}
	return true
}

// pay composes the TRANSFER: the lowest hops first, each one higher.
func (c *call) pay() {
	if c.code != 0 {
		return
	}
	c.publish()
	c.sealedOf("pay_req")
	drawn, parts := c.drawParts()
	left := c.body.number(7)
	if drawn != nil {
		left = 0
	}
	for _, l := range slices.SortedFunc(slices.Values(c.device.Balance), byHop) {
		if take := min(left, number(l.Amount)); take > 0 {
			drawn = append(drawn, []any{l.Hop + 1, take})
			left -= take
		}
	}
	suite := c.session.caps.number(4)
	own := c.own[slices.IndexFunc(c.own, func(one certificate) bool { return one.body.number(4) == suite })]
	counter := c.device.Counter + 1
	b := body{
		1: uint64(1), 2: uint64(typeTransfer), 3: c.at.realm, 4: suite, 5: c.at.currency, 6: c.at.exponent, 7: c.body.number(7),
		10: own.id, 11: c.body.number(11), 12: payeeTag(c.path[0].did(), c.body.bytes(9)), 13: counter,
		14: unhex(c.device.Prev), 15: drawn, 17: c.id(), 19: c.policy.number(19), 21: c.device.Epoch,
		22: 2 * c.context("verified"), 23: c.family(),
	}
	if parts != nil {
		b[91] = parts
	}
	if c.family() == familyIOU {
		b[93] = c.device.Reservation
	}
	payload := b.encode()
	c.set("transfer_payload", payload)
	c.set("transfer_id", object{alg: algOf(suite), payload: payload}.id("assay/1/transfer"))
}

func byHop(a, b vectors.Lot) int { return int(a.Hop) - int(b.Hop) }

// receiptProcedure is a RECEIPT at the payer.
func receiptProcedure() procedure {
	checks := append(opening("receipt", "object"), check{"pending", 141, (*call).isPending})
	checks = append(checks, check{"certificate", 126, (*call).foundSigner},
		check{"suite", 120, func(c *call) bool { return c.path[0].speaks(c.object, c.body.number(4)) }},
		check{"payee", 117, func(c *call) bool { return bytes.Equal(c.path[0].did(), unhex(c.slot.Payee)) }},
		check{"request", 117, func(c *call) bool { return bytes.Equal(c.body.bytes(17), unhex(c.slot.RequestHash)) }},
		check{"class", 121, func(c *call) bool { return c.body.number(24) == 1 || c.path[0].body.number(34) == 1 }},
		check{"no claim", 121, func(c *call) bool { return c.body.number(24) == 1 || !c.slot.Claim }},
		check{"path", 123, func(c *call) bool {
			c.at.usage = useReceive
			but := []int{122}
			if c.body.number(24) == 1 {
				but = append(but, 154)
			}
			code := c.climb(but...)
			return code == 0 || c.fail(code)
		}})
	checks = append(checks, signatures()...)
	return procedure{prepare: (*call).atDevice, checks: checks, finish: func(c *call) { c.ended(c.body.number(24) == 2) }}
}

func (c *call) isPending() bool {
	c.slot = c.pending(c.body.bytes(18))
	return c.slot != nil
}

// ended gives the balance after a debit has ended.
func (c *call) ended(refunded bool) {
	c.setNumber("refunded", 0)
	if c.code != 0 {
		return
	}
	c.publish()
	if refunded && c.slot != nil { // a debit that has ended is ended again
		c.setNumber("refunded", 1)
		c.balance += number(c.slot.Amount)
	}
	c.setNumber("balance", c.balance)
}

// resolveProcedure is a RESOLVE at the payer.
func resolveProcedure() procedure {
	checks := append(opening("resolve", "object"), check{"pending", 0, func(c *call) bool {
		c.done = !c.isPending()
		return true
	}}, check{"device", 117, (*call).forDevice}, check{"payee", 117, func(c *call) bool {
		return c.body.number(24) == 1 || c.body.bytes(64) != nil || bytes.Equal(c.body.bytes(65), unhex(c.slot.Payee))
	}})
	checks = append(checks, service(useSignAck)...)
	return procedure{prepare: (*call).atDevice, checks: checks, finish: func(c *call) { c.ended(c.body.number(24) == 2) }}
}

// defundAckProcedure is a DEFUND_ACK at the device. A slot without a payee is a
// DEFUND's.
func defundAckProcedure() procedure {
	checks := append(opening("defund-ack", "object"), check{"device", 300, (*call).forDevice}, check{"pending", 141, func(c *call) bool {
		return c.isPending() && c.slot.Payee == ""
	}})
	checks = append(checks, service(useSignAck)...)
	return procedure{prepare: (*call).atDevice, checks: checks, finish: func(c *call) { c.ended(c.body.number(24) == 2) }}
}

func (c *call) forDevice() bool { return bytes.Equal(c.body.bytes(31), unhex(c.device.DID)) }
