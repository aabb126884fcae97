package witness

import (
	"bytes"
	"slices"

	"github.com/assay-cbdc/assay/vectors/primitive"
)

// maxHello is the largest HELLO.
const maxHello = 2048

// helloProcedure is M1 at a payee that asks for an amount.
func helloProcedure() procedure {
	checks := []check{
		{"provisioned", 170, func(c *call) bool { return c.device.Provisioned }},
		{"in service", 170, func(c *call) bool { return !c.device.Decommissioned }},
		{"consent", 171, func(c *call) bool { return c.device.Consent || c.policy.number(77) == 0 }},
		{"blocked", 173, func(c *call) bool { return !holds(c.revset.bytes(83), unhex(c.device.DID)) }},
	}
	checks = append(append(checks, greetingChecks()...), []check{
		{"amount", 105, func(c *call) bool { return c.context("amount") >= 1 && c.context("amount") <= maxCounter }},
		{"revocations fresh", 151, (*call).fresh},
		{"epochs", 204, func(c *call) bool { return c.within(7, c.device.Epoch-c.device.GrantEpoch) }},
		{"holding", 201, func(c *call) bool { return c.within(2, c.holding()+c.context("amount")) }},
		{"receiving", 208, (*call).mayReceive},
		{"log", 221, func(c *call) bool { return c.logUsed()+1 <= c.device.LogCapacity }},
		{"ring", 221, func(c *call) bool {
			return uint64(len(c.device.Credits)+len(c.device.Requests))+1 <= c.device.LogCapacity+16
		}},
		{"own certificate", 122, func(c *call) bool { return c.ownHolds(c.session.caps.number(4)) }},
	}...)
	return procedure{prepare: (*call).atDevice, checks: checks, finish: (*call).promise}
}

// finishProcedure is M1 at a payee that is armed to finish.
func finishProcedure() procedure {
	checks := append([]check{{"provisioned", 170, func(c *call) bool { return c.device.Provisioned }}}, greetingChecks()...)
	return procedure{prepare: (*call).atDevice, checks: checks, finish: func(c *call) {
		if !c.greeted() {
			return
		}
		c.set("peer_payload", body{
			1: uint64(1), 2: uint64(typePeer), 3: c.at.realm, 4: c.session.caps.number(4), 8: c.session.transcript,
			9: c.input("peer_nonce"), 10: c.signingFor(c.session.caps.number(4)).id,
		}.encode())
	}}
}

// greetingChecks read HELLO and choose.
func greetingChecks() []check {
	return []check{
		{"hello", 103, func(c *call) bool {
			b := c.input("hello")
			if len(b) > maxHello {
				return c.fail(106)
			}
			m, code := greet(b, true)
			c.session.hello = m
			return code == 0 || c.fail(code)
		}},
		{"version", 110, func(c *call) bool { return slices.Contains(c.session.hello.list(40), 1) }},
		{"realm", 112, func(c *call) bool { return bytes.Equal(c.session.hello.bytes(3), c.at.realm) }},
		{"choice", 111, func(c *call) bool {
			offer := body{40: []any{uint64(1)}, 41: numbers(c.suites()), 42: numbers(c.kems())}
			_, suite, kem, ok := choose(c.session.hello, offer)
			c.session.caps = body{
				1: uint64(1), 2: uint64(0x11), 3: c.at.realm, 4: suite, 9: c.input("caps_nonce"), 22: uint64(4),
				40: offer[40], 41: offer[41], 42: offer[42], 43: kem, 45: uint64(2048),
			}
			return ok && kem == c.session.hello.number(43)
		}},
	}
}

// numbers is an ascending list as a member of a body.
func numbers(list []uint64) (out []any) {
	for _, n := range slices.Sorted(slices.Values(list)) {
		out = append(out, n)
	}
	return out
}

// kems are those that the policy allows and that are known.
func (c *call) kems() []uint64 {
	return slices.DeleteFunc(c.policy.list(73), func(kem uint64) bool { return kemRank(kem) == 0 })
}

// mayReceive counts the open requests: each may be paid.
func (c *call) mayReceive() bool {
	sum := number(c.device.Used.Received) + c.context("amount")
	for _, r := range c.device.Requests {
		sum += number(r.Amount)
	}
	return c.within(8, c.context("amount")) && c.within(9, sum)
}

// greeted makes the payee's end of the link: a key that is none is refused after
// all checks, and only then.
func (c *call) greeted() bool {
	if c.code != 0 {
		return false
	}
	hello, caps := c.input("hello"), c.session.caps.encode()
	enc, _, ok := encapsulate(c.session.caps.number(43), c.input("eseed"), c.session.hello.bytes(44))
	if !ok {
		c.code = 140
		return false
	}
	c.session.transcript = transcript(hello, caps, enc)
	c.set("caps", caps)
	c.set("transcript", c.session.transcript)
	return true
}

// promise composes the PAY_REQ.
func (c *call) promise() {
	if !c.greeted() {
		return
	}
	suite, request := c.session.caps.number(4), c.device.NextRequest
	payload := body{
		1: uint64(1), 2: uint64(typePayReq), 3: c.at.realm, 4: suite, 5: c.at.currency, 6: c.at.exponent, 7: c.context("amount"),
		8: c.session.transcript, 9: c.nonceOf(request), 10: c.signingFor(suite).id, 11: request, 19: c.policy.number(19),
		20: c.revset.number(20), 21: c.device.Epoch, 22: c.promised(), 23: uint64(1), 39: c.policy.list(74)[1],
	}.encode()
	c.set("pay_req_payload", payload)
	c.set("pay_req_id", object{alg: primitive.Alg(suite), payload: payload}.id("assay/1/pay-req"))
}

// promised are the flags: a trusted device, and with member 81 of the policy 2 an
// ACK in place of a RECEIPT.
func (c *call) promised() uint64 {
	if c.policy.number(81) == 2 {
		return 1 | 4
	}
	return 1
}

// signingFor is the own certificate of a suite.
func (c *call) signingFor(suite uint64) certificate {
	return c.own[slices.IndexFunc(c.own, func(one certificate) bool { return one.body.number(4) == suite })]
}
