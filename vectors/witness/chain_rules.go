package witness

import (
	"bytes"
	"slices"
)

// linkRules are the checks of provenance.md, in its order.
func linkRules() []check {
	return []check{
		{"count", 234, func(c *call) bool {
			prov := c.policy.list(74)
			return uint64(len(draws(c.body))) <= prov[3] && uint64(len(c.links.pairs)) <= prov[4]
		}},
		{"form", 232, (*call).linksFormed},
		{"order", 232, func(c *call) bool {
			for i := 1; i < len(c.links.parts); i++ {
				if c.links.parts[i-1].id >= c.links.parts[i].id {
					return false
				}
			}
			return true
		}},
		{"complete", 230, func(c *call) bool { _, missing := c.reach(); return !missing }},
		{"needed", 232, func(c *call) bool {
			reached, _ := c.reach()
			return !slices.ContainsFunc(c.links.parts, func(p *shown) bool { return !reached[p.id] })
		}},
		{"link path", 231, (*call).signersFound},
		{"link signature", 231, (*call).linksSigned},
		{"holder", 232, (*call).linksHeld},
		{"return", 232, (*call).linksReturned},
		{"place", 232, (*call).linksPlaced},
		{"hop", 232, func(c *call) bool {
			return c.everyDraw(func(_ []byte, from *shown, d draw) bool { return c.lot(from, d.hop) > 0 })
		}},
		{"own amount", 233, func(c *call) bool {
			return !slices.ContainsFunc(c.links.parts, func(p *shown) bool {
				return p.typ == typeTransfer && !ordered(p.body, 1, 15) || p.typ == typeDefund && !ordered(p.body, 0, 15)
			})
		}},
		{"drawn", 233, (*call).linksCovered},
		{"once", 233, (*call).linksOnce},
	}
}

// chainProcedure is a TRANSFER with its links at a verifier that settles.
func chainProcedure() procedure {
	checks := append([]check{{"list", 103, (*call).listRead}}, opening("chain", "object")...)
	checks = append(checks, device126(),
		check{"path", 123, func(c *call) bool {
			c.at.usage = usePay
			code := c.climb()
			return code == 0 || c.fail(code)
		}},
		check{"payer's epoch", 152, (*call).epochKnown},
		check{"suite", 120, func(c *call) bool { return c.path[0].speaks(c.object, c.body.number(4)) }},
		check{"family", 116, func(c *call) bool { return c.body.number(23) == 1 }},
		check{"opening", 117, func(c *call) bool {
			return bytes.Equal(payeeTag(c.input("payee"), c.input("nonce")), c.body.bytes(12))
		}},
		check{"another payer", 160, func(c *call) bool { return !bytes.Equal(c.input("payee"), c.path[0].did()) }},
		check{"inputs", 206, func(c *call) bool { return ordered(c.body, 1, c.policy.list(74)[1]) }})
	checks = append(append(checks, linkRules()...), signatures()...)
	checks = append(checks, check{"counter unused", 240, (*call).unspent})
	return procedure{prepare: (*call).atLedger, checks: checks, finish: func(c *call) {
		if c.code == 0 {
			c.publish()
			c.set("payer", c.path[0].did())
		}
	}}
}
