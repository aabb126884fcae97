package witness

import (
	"bytes"
)

// softwareProcedure is a one-way TRANSFER at a payee in software.
func softwareProcedure() procedure {
	checks := append(opening("software", "object"), check{"kept", 0, (*call).listed},
		check{"request known", 161, func(c *call) bool { return c.poster != nil }},
		check{"request's number", 117, func(c *call) bool { return c.poster.Number == c.body.number(11) }},
		check{"place", 162, func(c *call) bool { return uint64(len(c.poster.Listed)) < c.poster.Max }})
	checks = append(checks, signer(usePay)...)
	checks = append(checks,
		check{"strongest suite", 113, func(c *call) bool { return best(c.path[0].body.list(37), c.suites()) == c.body.number(4) }},
		check{"revocations young", 151, func(c *call) bool {
			return c.knownToSoftware() <= c.revset.number(21)+c.policy.list(75)[0]
		}},
		check{"payer's epoch", 152, (*call).epochKnown},
		check{"tag", 117, (*call).oneWayTag},
		check{"amount", 117, func(c *call) bool { return number(c.poster.Amount) == c.body.number(7) }},
		check{"family", 117, func(c *call) bool { return c.rightFamily() }},
		check{"a claim, one way", 117, func(c *call) bool { return c.body.number(22)&5 == 5 }},
		check{"another payer", 160, func(c *call) bool { return !bytes.Equal(c.path[0].did(), unhex(c.device.DID)) }},
		check{"time left", 164, func(c *call) bool {
			return c.body.number(46) >= c.knownToSoftware()+softwareMargin && c.body.number(46) <= c.poster.Expiry
		}},
		check{"lots", 206, func(c *call) bool { return lotsHold(c.body, 1, min(c.policy.list(74)[1], c.poster.MaxHop)) }})
	checks = append(checks, signatures()...)
	checks = append(checks, creditChecks()[0])
	return procedure{prepare: (*call).atDevice, checks: checks, finish: func(c *call) {
		if c.code != 0 {
			return
		}
		c.publish()
		c.set("receipt_payload", body{
			1: uint64(1), 2: uint64(typeReceipt), 3: c.at.realm, 4: c.own[0].body.number(4), 10: c.own[0].id,
			17: c.body.bytes(17), 18: c.id(), 24: uint64(1),
		}.encode())
	}}
}

// knownToSoftware is the highest epoch that it was told: by its certificates, the
// policy or the revocation set.
func (c *call) knownToSoftware() uint64 {
	return max(c.own[0].body.number(21), c.policy.number(21), c.revset.number(21))
}
