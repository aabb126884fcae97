package witness

import (
	"bytes"
	"slices"

	"github.com/assay-cbdc/assay/vectors/primitive"
)

func algOf(suite uint64) int64 { return primitive.Alg(suite) }

// unchanged gives the balance of a device whose value does not move.
func (c *call) unchanged() {
	if c.code == 0 {
		c.publish()
		c.setNumber("balance", c.balance)
	}
}

// same notes that a list is the one in force.
func same(name func(*call) string, kind string) check {
	return check{"in force", 0, func(c *call) bool {
		o, _ := parseObject(c.stored(name(c)), messages(kind).most)
		c.done = bytes.Equal(o.id(messages(kind).domain), c.id())
		return true
	}}
}

// policyProcedure is a POLICY at a device.
func policyProcedure() procedure {
	checks := append(opening("policy", "object"), same(func(c *call) string { return c.device.Policy }, "policy"),
		check{"burned in", 153, func(c *call) bool { return !c.device.BurnedIn }},
		check{"signer at hand", 126, (*call).foundSigner},
		check{"counts", 102, func(c *call) bool {
			classes, _ := c.body[71].(map[any]any)
			for _, class := range classes {
				bounds, _ := class.(map[any]any)
				if bounds[uint64(7)] != nil && bounds[uint64(4)] == nil {
					return false
				}
			}
			return true
		}},
		check{"newer", 150, func(c *call) bool { return c.body.number(19) > c.policy.number(19) }},
		check{"strong enough", 124, func(c *call) bool {
			postQuantum := func(b body) bool {
				return slices.ContainsFunc(b.list(72), func(s uint64) bool { return primitive.Rank(s) >= 30 })
			}
			return !postQuantum(c.body) && !postQuantum(c.policy) || primitive.Rank(c.path[0].body.number(4)) >= 45
		}},
		check{"provenance", 153, func(c *call) bool { return c.body.list(74)[0] == 1 }})
	checks = append(checks, service(useSignPolicy)[1:]...)
	return procedure{prepare: (*call).atDevice, checks: checks, finish: (*call).unchanged}
}

// revsetProcedure is a REVSET at a device.
func revsetProcedure() procedure {
	checks := append(opening("revset", "object"), same(func(c *call) string { return c.device.Revset }, "revset"),
		check{"newer", 150, func(c *call) bool { return c.body.number(20) > c.revset.number(20) }})
	checks = append(checks, service(useSignRevset)...)
	return procedure{prepare: (*call).atDevice, checks: checks, finish: (*call).unchanged}
}

// fundProcedure is a FUND at a device.
func fundProcedure() procedure {
	checks := append(opening("fund", "object"), check{"device", 300, (*call).forDevice},
		check{"open", 301, func(c *call) bool { return c.device.Funding != nil && !c.device.Funding.Cancelled }},
		check{"request", 300, func(c *call) bool {
			f := c.device.Funding
			reserved := c.family() != familyIOU || c.body.number(93) == f.Number
			return bytes.Equal(unhex(f.Hash), c.body.bytes(18)) && bytes.Equal(unhex(f.Nonce), c.body.bytes(9)) && reserved
		}},
		check{"amount", 300, func(c *call) bool { return number(c.device.Funding.Amount) == c.body.number(7) }})
	checks = append(append(checks, service(useSignFund)...), issuedChecks()...)
	checks = append(checks, inFamily(familyEcash, check{"answers what was asked", 130, func(c *call) bool {
		return c.signedBlind(c.asking("fund_req"), c.body)
	}})...)
	return procedure{prepare: (*call).atDevice, checks: checks, finish: func(c *call) {
		c.balance += c.body.number(7)
		c.unchanged()
		c.bringIssued()
	}}
}

// syncAckProcedure is a SYNC_ACK at a device.
func syncAckProcedure() procedure {
	checks := append(opening("sync-ack", "object"), check{"device", 403, (*call).forDevice},
		check{"nonce", 403, func(c *call) bool {
			return c.device.Sync != nil && bytes.Equal(unhex(c.device.Sync.Nonce), c.body.bytes(9))
		}},
		check{"report", 403, func(c *call) bool { return bytes.Equal(unhex(c.device.Sync.Hash), c.body.bytes(18)) }},
		check{"range", 403, func(c *call) bool {
			return c.device.Sync.Last == c.body.number(52) && bytes.Equal(unhex(c.device.Sync.Head), c.body.bytes(53))
		}})
	checks = append(append(checks, service(useSignAck)...), renewedChecks()...)
	return procedure{prepare: (*call).atDevice, checks: checks, finish: func(c *call) {
		c.unchanged()
		c.renewed()
	}}
}
