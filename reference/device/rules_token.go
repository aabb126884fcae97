package device

import (
	"slices"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// tokenRules are the checks on a TOKEN, with whatever it came. What does not
// hold proves nothing, whatever is wrong with it.
func tokenRules() []Rule {
	rules := []Rule{
		{"form", spec.TOK03, spec.ETokenUnknown, tokenRead},
		{"place", spec.TOK03, spec.ETokenUnknown, func(c *Context) bool {
			p := c.Config.Place
			return c.Token.Realm == p.Realm && c.Token.Currency == p.Currency && c.Token.Exponent == p.Exponent
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

func tokenRead(c *Context) bool {
	o, err := wire.DecodeObject(c.message, wire.TypeToken.MaxBytes())
	if err != nil {
		return false
	}
	if c.Token, err = wire.DecodeToken(o.Payload); err != nil {
		return false
	}
	c.signed(o, wire.TypeToken, c.Token.Suite, c.Token.Cert, c.Token.Epoch)
	return true
}

// fragmentRules are the payee's checks on the fragments of a TRANSFER and the
// TOKENs beside it.
func fragmentRules() []Rule {
	return []Rule{
		{"form", spec.TOK02, spec.ETokenInterval, partsFormed},
		{"tokens", spec.TOK03, spec.ETokenUnknown, tokensRight},
		{"complete", spec.TOK03, spec.ETokenUnknown, tokensComplete},
		{"inside", spec.TOK02, spec.ETokenInterval, partsInside},
		{"not held", spec.TOK04, spec.ETokenSpent, partsNotHeld},
		{"room", spec.TOK07, spec.ETokenDenomination, partsRoom},
	}
}

// tokenFundRules are the checks on what a FUND carries.
func tokenFundRules() []Rule {
	return []Rule{
		{"tokens", spec.TOK03, spec.ETokenUnknown, tokensRight},
		{"value", spec.TOK08, spec.EFundBinding, func(c *Context) bool {
			var sum money.Amount
			for _, t := range c.tokens {
				sum += t.Value // 16 of them at most, each below 2^53
			}
			return sum == c.Fund.Amount && len(c.tokens) == len(c.Fund.Tokens)
		}},
		{"new", spec.TOK08, spec.EFundReplay, func(c *Context) bool {
			return !slices.ContainsFunc(c.State.Fragments, func(f Fragment) bool {
				_, again := c.tokens[f.TID]
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

// tokensRight judges every TOKEN that came.
func tokensRight(c *Context) bool {
	c.tokens, c.kept = map[wire.TID]wire.Token{}, map[wire.TID][]byte{}
	objects := slices.Concat(c.Fund.Tokens, c.Ack.Tokens)
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
		if _, twice := c.tokens[t.TID]; twice {
			return false
		}
		c.tokens[t.TID], c.kept[t.TID] = t, b
	}
	return true
}

// judgeToken judges one TOKEN. One whose signature has held is known by its
// bytes until the next power cycle.
func (d *Device) judgeToken(b []byte, carried []*cert.Certificate) (wire.Token, *Refusal) {
	if t, known := d.known[string(b)]; known {
		return t, nil
	}
	c := d.context()
	c.message, c.carried = b, carried
	if r := d.judge(ProcToken, c); r != nil {
		return wire.Token{}, r
	}
	if d.known == nil || len(d.known) >= maxKnownTokens {
		d.known = map[string]wire.Token{}
	}
	d.known[string(b)] = c.Token
	return c.Token, nil
}

// tokensComplete: each fragment has its TOKEN, and no other came.
func tokensComplete(c *Context) bool {
	used := map[wire.TID]bool{}
	for _, f := range c.Transfer.Fragments {
		if _, came := c.tokens[f.TID]; !came {
			return false
		}
		used[f.TID] = true
	}
	return len(used) == len(c.tokens)
}

func partsInside(c *Context) bool {
	for _, f := range c.Transfer.Fragments {
		if f.To > c.tokens[f.TID].Value {
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
	return len(c.State.Fragments)+max(len(c.Transfer.Fragments), len(c.Fund.Tokens)) <= c.Config.Fragments
}

// partsRight is the payee's rule "links" in family T.
func partsRight(c *Context) bool {
	if r := c.d.judge(ProcFragments, c); r != nil {
		return c.Fail(r.Requirement, r.Code)
	}
	return true
}
