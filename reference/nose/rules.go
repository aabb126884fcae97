package nose

import (
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A Rule is one check of a claim before it is kept.
type Rule struct {
	Name        string
	Requirement spec.ID
	Code        spec.Code
	Holds       func(*Context) bool
}

// Rules returns the checks of oneway.md, section Payees in software, in order,
// in memory of the caller's own.
func Rules() []Rule {
	return []Rule{
		{"request known", spec.PAY12, spec.EReqUnknown, func(c *Context) bool {
			return c.Request != nil && c.Request == c.by
		}},
		{"request number", spec.PAY04, spec.EMismatch, func(c *Context) bool {
			return c.Transfer.Request == c.Request.number
		}},
		{"place left", spec.PAY12, spec.EReqUsed, placeLeft},
		{"certificate", spec.CRY01, spec.ECertNeeded, certificateFound},
		{"suite", spec.CRY06, spec.ESuite, func(c *Context) bool {
			return c.Signer().SuiteMatches(c.Object, c.Transfer.Suite) &&
				(c.Request.static || c.Transfer.Suite == c.Request.suite)
		}},
		{"path", spec.CRY01, spec.EPath, pathRight},
		{"certified suite", spec.CRY08, spec.EDowngrade, func(c *Context) bool {
			best, ok := suite.Highest(c.Signer().Body.Suites, c.Payee.suites())
			return ok && best == c.Transfer.Suite
		}},
		{"revocations fresh", spec.LCM02, spec.ERevOld, revocationsFresh},
		{"peer epoch", spec.LCM02, spec.EPeerOld, func(c *Context) bool {
			return c.Transfer.Epoch >= c.Payee.policy.MinEpoch
		}},
		{"payee tag", spec.PAY04, spec.EMismatch, func(c *Context) bool {
			return wire.PayeeTag(c.Payee.did, c.Nonce) == c.Transfer.PayeeTag
		}},
		{"amount", spec.PAY03, spec.EMismatch, func(c *Context) bool {
			return c.Request.amount == 0 || c.Request.amount == c.Transfer.Amount
		}},
		{"family", spec.ENC05, spec.EMismatch, func(c *Context) bool {
			return c.Transfer.Family == c.Payee.parts.Place.Spoken()
		}},
		{"a claim", spec.CLM01, spec.EMismatch, func(c *Context) bool {
			return c.Transfer.Flags&wire.TransferClaim != 0 &&
				(c.Transfer.Flags&wire.TransferOneWay != 0) == c.Request.static
		}},
		{"self", spec.PAY06, spec.ESelf, func(c *Context) bool { return c.Signer().Device() != c.Payee.did }},
		{"expiry", spec.PAY13, spec.EReqExpired, func(c *Context) bool {
			return c.Transfer.Expiry >= c.Payee.epoch+Margin && (!c.Request.static || c.Transfer.Expiry <= c.Request.expiry)
		}},
		{"lots", spec.CON03, spec.EHop, lotsRight},
		{"path signature", spec.CRY01, spec.ESig, func(c *Context) bool {
			if err := (cert.Verifier{}).Signatures(c.Path); err != nil {
				return c.fail(err)
			}
			c.Payee.store.Remember(c.Path)
			return true
		}},
		{"signature", spec.CRY05, spec.ESig, func(c *Context) bool {
			return c.Signer().Verify(c.Object, wire.TypeTransfer) == nil
		}},
		{"counter unused", spec.DET01, spec.EDouble, counterUnused},
	}
}

// fail takes the code of what a rule called on.
func (c *Context) fail(err error) bool {
	if r, ok := refusalOf(err).(*Refusal); ok {
		c.failed = r
	}
	return err == nil
}

// placeLeft: a PAY_REQ is paid once, a static request max times.
func placeLeft(c *Context) bool {
	var kept uint64
	for _, k := range c.Payee.claims {
		if k.request == c.Request.hash {
			kept++
		}
	}
	return kept < c.Request.max
}

func certificateFound(c *Context) bool {
	path, err := c.Payee.store.Path(c.Transfer.Cert, c.carried)
	c.Path = path
	return c.fail(err)
}

func pathRight(c *Context) bool {
	n := c.Payee
	return c.fail(cert.Verifier{Rules: cert.Rules()}.Check(c.Path, cert.Situation{
		Realm: n.parts.Place.Realm, Env: n.parts.Env, Epoch: n.epoch, Grace: n.policy.Fresh.Grace,
		Revoked: n.revoked, Suites: n.policy.Suites, Usage: wire.UsePay,
	}))
}

// revocationsFresh: software is asked for the age in epochs alone; its count of
// payments would be as honest as the software.
func revocationsFresh(c *Context) bool {
	since := c.Payee.certs[c.Request.suite].Body.Epoch
	if c.Payee.revoked != nil {
		since = c.Payee.revoked.Epoch
	}
	return c.Payee.epoch <= since+c.Payee.policy.Fresh.MaxAge
}

func lotsRight(c *Context) bool {
	var sum money.Amount
	highest := min(c.Request.maxHop, c.Payee.maxHop())
	for i, l := range c.Transfer.Lots {
		var err error
		if sum, err = sum.Add(l.Amount); err != nil || l.Hop < 1 || l.Hop > highest ||
			i > 0 && l.Hop <= c.Transfer.Lots[i-1].Hop {
			return false
		}
	}
	return sum == c.Transfer.Amount
}

// counterUnused: another transfer with this payer's counter is a double spend.
func counterUnused(c *Context) bool {
	payer := c.Signer().Device()
	for _, k := range c.Payee.claims {
		if k.payer == payer && k.counter == c.Transfer.Counter && k.id != c.ID {
			return false
		}
	}
	return true
}
