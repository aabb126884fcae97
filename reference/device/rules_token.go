package device

import (
	"slices"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// issuedRules are the checks on a TOKEN, with whatever it came. What does not
// hold proves nothing, whatever is wrong with it.
func issuedRules() []Rule {
	rules := []Rule{
		{"form", spec.TOK03, spec.ETokenUnknown, issuedRead},
		{"place", spec.TOK03, spec.ETokenUnknown, func(c *Context) bool {
			p := c.Config.Place
			return c.Issue.Realm == p.Realm && c.Issue.Currency == p.Currency && c.Issue.Exponent == p.Exponent
		}},
	}
	for _, r := range serviceRules(wire.UseSignFund) {
		holds := r.Holds
		rules = append(rules, Rule{r.Name, spec.TOK03, spec.ETokenUnknown, func(c *Context) bool {
			ok := holds(c)
			c.failed = nil
			return ok
		}})
	}
	return rules
}

func issuedRead(c *Context) bool {
	o, err := wire.DecodeObject(c.message, wire.TypeToken.MaxBytes())
	if err != nil {
		return false
	}
	if c.Issue, err = wire.DecodeIssuerToken(o.Payload); err != nil {
		return false
	}
	c.signed(o, wire.TypeToken, c.Issue.Suite, c.Issue.Cert, c.Issue.Epoch)
	return true
}

// fragmentRules are the payee's checks on the fragments of a TRANSFER and the
// TOKENs beside it.
func fragmentRules() []Rule {
	return []Rule{
		{"form", spec.TOK02, spec.ETokenInterval, partsFormed},
		{"tokens", spec.TOK03, spec.ETokenUnknown, issuedRight},
		{"complete", spec.TOK03, spec.ETokenUnknown, tokensComplete},
		{"inside", spec.TOK02, spec.ETokenInterval, partsInside},
		{"not held", spec.TOK04, spec.ETokenSpent, partsNotHeld},
		{"room", spec.TOK07, spec.ETokenDenomination, partsRoom},
	}
}

// tokenFundRules are the checks on what a FUND carries.
func tokenFundRules() []Rule {
	return []Rule{
		{"tokens", spec.TOK03, spec.ETokenUnknown, issuedRight},
		{"value", spec.TOK08, spec.EFundBinding, func(c *Context) bool {
			var sum money.Amount
			for _, t := range c.issued {
				sum += t.Value // 16 of them at most, each below 2^53
			}
			return sum == c.Fund.Amount && len(c.issued) == len(c.Fund.Issued)
		}},
		{"new", spec.TOK08, spec.EFundReplay, func(c *Context) bool {
			return !slices.ContainsFunc(c.State.Fragments, func(f Fragment) bool {
				_, again := c.issued[f.TID]
				return again
			})
		}},
		{"room", spec.TOK07, spec.ETokenDenomination, partsRoom},
	}
}

// partsFormed: the fragments ascend, are disjoint and are the lots. Each names
// what brought it: what has no source could be drawn twice unseen.
func partsFormed(c *Context) bool { return wire.FragmentsMake(c.Transfer.Fragments, c.Transfer.Lots) }

// maxKnownTokens bounds the TOKENs whose signatures are not verified again.
const maxKnownTokens = 64

// issuedRight judges every TOKEN that came.
func issuedRight(c *Context) bool {
	c.issued, c.kept = map[wire.TID]wire.IssuerToken{}, map[wire.TID][]byte{}
	objects := slices.Concat(c.Fund.Issued, c.Ack.Issued)
	for _, l := range c.links {
		if l.Nonce != nil {
			return false
		}
		objects = append(slices.Clip(objects), l.Object)
	}
	for _, b := range objects {
		t, r := c.d.judgeToken(b, c.carried)
		if r != nil {
			return c.Fail(r.Requirement, r.Code)
		}
		if _, twice := c.issued[t.TID]; twice {
			return false
		}
		c.issued[t.TID], c.kept[t.TID] = t, b
	}
	return true
}

// judgeToken judges one TOKEN. One whose signature has held is known by its
// bytes until the next power cycle.
func (d *Device) judgeToken(b []byte, carried []*cert.Certificate) (wire.IssuerToken, *Refusal) {
	if t, known := d.known[string(b)]; known {
		return t, nil
	}
	c := d.context()
	c.message, c.carried = b, carried
	if r := d.judge(ProcToken, c); r != nil {
		return wire.IssuerToken{}, r
	}
	if d.known == nil || len(d.known) >= maxKnownTokens {
		d.known = map[string]wire.IssuerToken{}
	}
	d.known[string(b)] = c.Issue
	return c.Issue, nil
}

// tokensComplete: each fragment has its TOKEN, and no other came.
func tokensComplete(c *Context) bool {
	used := map[wire.TID]bool{}
	for _, f := range c.Transfer.Fragments {
		if _, came := c.issued[f.TID]; !came {
			return false
		}
		used[f.TID] = true
	}
	return len(used) == len(c.issued)
}

func partsInside(c *Context) bool {
	for _, f := range c.Transfer.Fragments {
		if f.To > c.issued[f.TID].Value {
			return false
		}
	}
	return true
}

// partsNotHeld: what comes home to one who had it before is right; what is still
// here cannot come.
func partsNotHeld(c *Context) bool {
	for _, f := range c.Transfer.Fragments {
		if slices.ContainsFunc(c.State.Fragments, func(h Fragment) bool { return h.Overlaps(f) }) {
			return false
		}
	}
	return true
}

func partsRoom(c *Context) bool {
	return len(c.State.Fragments)+max(len(c.Transfer.Fragments), len(c.Fund.Issued)) <= c.Config.Fragments
}

// partsRight is the payee's rule "links" in family T.
func partsRight(c *Context) bool {
	if r := c.d.judge(ProcFragments, c); r != nil {
		return c.Fail(r.Requirement, r.Code)
	}
	return true
}
