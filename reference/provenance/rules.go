package provenance

import (
	"bytes"
	"slices"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

func (c *Case) counted() bool {
	return uint64(len(c.entries())) <= c.MaxInputs && uint64(len(c.Links)) <= c.MaxLinks
}

func (c *Case) formed() bool {
	c.links, c.byID = nil, map[wire.ID]*Link{}
	for _, l := range c.Links {
		link, ok := Read(l)
		if !ok || !link.named(c.Family) {
			return false
		}
		c.links = append(c.links, link)
		c.byID[link.ID] = link
	}
	return true
}

func (c *Case) ordered() bool {
	for i := 1; i < len(c.links); i++ {
		if bytes.Compare(c.links[i-1].ID[:], c.links[i].ID[:]) >= 0 {
			return false
		}
	}
	return true
}

// complete walks from the new transfer down to trunc.
func (c *Case) complete() bool {
	_, missing := c.walk(c.entries(), c.find)
	return !missing
}

func (c *Case) needed() bool {
	reached, _ := c.walk(c.entries(), c.find)
	return !slices.ContainsFunc(c.links, func(l *Link) bool { return !reached[l.ID] })
}

func (c *Case) find(id wire.ID) *Link { return c.byID[id] }

// pathsRight judges each signer at the epoch that its link states, and not its
// revocation: what was signed before a block stays signed.
func (c *Case) pathsRight() bool {
	for _, l := range c.links {
		path, err := c.Store.Path(l.head.cert, c.Carried)
		if err != nil {
			return false
		}
		l.path = path
		if path.Leaf().Body.Level != l.head.level || !path.Leaf().SuiteMatches(l.object, l.head.suite) {
			return false
		}
		rules := c.Rules
		if !l.head.ages {
			rules = slices.DeleteFunc(slices.Clone(rules), func(r cert.Rule) bool { return r.Code == spec.EExpired })
		}
		in := cert.Situation{Realm: c.Place.Realm, Env: c.Env, Epoch: l.head.epoch, Grace: c.Grace,
			Suites: c.Suites, Usage: l.head.usage}
		if (cert.Verifier{Rules: rules}).Check(path, in) != nil {
			return false
		}
	}
	return true
}

func (c *Case) signed() bool {
	for _, l := range c.links {
		if (cert.Verifier{}).Signatures(l.path) != nil || !c.verifies(l) {
			return false
		}
	}
	return true
}

func (c *Case) verifies(l *Link) bool {
	if len(l.path.Chain) == 0 {
		return false
	}
	key := l.path.Leaf().Key
	if key == nil {
		return false
	}
	if c.Verify != nil {
		return c.Verify(key, l.object.ToBeSigned(l.Type), l.object.Signature) == nil
	}
	return key.Verify(l.object.ToBeSigned(l.Type), l.object.Signature) == nil
}

// draws visits every entry that draws from a link, the new transfer's first: by
// whom, from which link and how much, at the hop at which it was held.
func (c *Case) draws(visit func(by wire.DID, from *Link, in Draw) bool) bool {
	each := func(by wire.DID, draws []Draw) bool {
		return !slices.ContainsFunc(draws, func(in Draw) bool {
			from := c.byID[in.Source]
			return from != nil && !visit(by, from, in)
		})
	}
	if !each(c.Payer, held(c.entries())) {
		return false
	}
	return !slices.ContainsFunc(c.links, func(l *Link) bool {
		return l.Drawn() != nil && !each(l.Signer(), l.Drawn())
	})
}

// held: payee(i) = payer(i+1), and the voucher is of the first spender.
func (c *Case) held() bool {
	return c.draws(func(by wire.DID, from *Link, _ Draw) bool {
		switch from.Type {
		case wire.TypeFund:
			return from.Fund.Device == by
		case wire.TypeSyncAck:
			return from.Renewal.Device == by
		case wire.TypeTransfer:
			return wire.PayeeTag(by, from.Nonce) == from.Transfer.PayeeTag
		default:
			return true
		}
	})
}

// returned: what came back came back to who spends it, on the word of who may
// send it back.
func (c *Case) returned() bool {
	return c.draws(func(by wire.DID, from *Link, _ Draw) bool {
		id, isReturn := from.Answers()
		if !isReturn {
			return from.Type != wire.TypeDefund // a DEFUND is nobody's source
		}
		debit := c.byID[id]
		if debit == nil || debit.Drawn() == nil || debit.Signer() != by {
			return false
		}
		opens := func(payee wire.DID) bool {
			return debit.Type == wire.TypeTransfer && wire.PayeeTag(payee, debit.Nonce) == debit.Transfer.PayeeTag
		}
		switch from.Type {
		case wire.TypeReceipt:
			return opens(from.Signer()) && from.path.Leaf().Body.Class == wire.ClassSE &&
				from.Receipt.RequestHash == debit.Transfer.RequestHash
		case wire.TypeResolve:
			return opens(from.Resolve.Payee) && from.Resolve.Device == by
		default:
			return debit.Type == wire.TypeDefund && from.Ack.Device == by
		}
	})
}

func (c *Case) placed() bool {
	return !slices.ContainsFunc(c.links, func(l *Link) bool {
		switch l.Type {
		case wire.TypeTransfer:
			m := &l.Transfer
			return c.Place.Check(m.Realm, m.Currency, m.Exponent, nil) != nil || m.Family != c.Family
		case wire.TypeDefund:
			m := &l.Defund
			return c.Place.Check(m.Realm, m.Currency, m.Exponent, nil) != nil || m.Family != c.Family
		case wire.TypeFund:
			m := &l.Fund
			return c.Place.Check(m.Realm, m.Currency, m.Exponent, nil) != nil
		default:
			return c.Place.CheckRealm(l.head.realm, nil) != nil
		}
	})
}

// answered is the debit that a return answers, nil for what is no return.
func (c *Case) answered(from *Link) *Link {
	if id, ok := from.Answers(); ok {
		return c.byID[id]
	}
	return nil
}

func (c *Case) hopsRise() bool {
	return c.draws(func(_ wire.DID, from *Link, in Draw) bool {
		if c.parted() {
			return len(from.at(in, c.answered(from))) > 0
		}
		return from.Lot(in.Hop, c.answered(from)) > 0
	})
}

func (c *Case) amountsOwn() bool {
	if c.parted() {
		return !slices.ContainsFunc(c.links, func(l *Link) bool { return !l.partsMake() })
	}
	return !slices.ContainsFunc(c.links, func(l *Link) bool {
		switch l.Type {
		case wire.TypeTransfer:
			return !WellOrdered(l.Transfer.Inputs, l.Transfer.Amount, 1, wire.MaxHop)
		case wire.TypeDefund:
			return !WellOrdered(l.Defund.Inputs, l.Defund.Amount, 0, wire.MaxHop)
		default:
			return false
		}
	})
}

// drawsCovered: no sum wraps, because a lot is at most 2^53-1 times the entries
// of one message, fewer than 2^10, and each sum is compared as it grows.
func (c *Case) drawsCovered() bool {
	if c.parted() {
		return c.partsCovered()
	}
	type lot struct {
		source wire.ID
		hop    uint64
	}
	sums := map[lot]money.Amount{}
	return c.draws(func(_ wire.DID, from *Link, in Draw) bool {
		key := lot{from.ID, in.Hop}
		sums[key] += in.Amount()
		return sums[key] <= from.Lot(in.Hop, c.answered(from))
	})
}

// returnedOnce: a debit that came back is no source, and comes back once.
func (c *Case) returnedOnce() bool {
	count := map[wire.ID]int{}
	for _, l := range c.links {
		if debit, ok := l.Answers(); ok {
			count[debit]++
		}
	}
	return c.draws(func(_ wire.DID, from *Link, _ Draw) bool {
		id, ok := from.Answers()
		return count[from.ID] == 0 && (!ok || count[id] == 1)
	})
}
