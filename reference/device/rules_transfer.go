package device

import (
	"slices"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/provenance"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// transferRules are the payee's checks on a TRANSFER, by whatever channel it
// came; all come before Q2.
func transferRules() []Rule {
	return []Rule{
		{"request known", spec.PAY04, spec.EReqUnknown, func(c *Context) bool {
			return c.Transfer.Request < c.State.NextRequest
		}},
		{"above the mark", spec.DSP06, spec.EReqOld, aboveMark},
		{"request unused", spec.PAY05, spec.EReqUsed, requestUnused},
		{"request hash", spec.PAY04, spec.EReqUnknown, func(c *Context) bool {
			return c.Open == nil || c.Open.Hash == c.Transfer.RequestHash
		}},
		{"payee tag when closed", spec.PAY04, spec.EMismatch, func(c *Context) bool {
			return c.Open != nil || tagOpens(c)
		}},
		{"certificate", spec.CRY01, spec.ECertNeeded, certificateFound},
		{"suite", spec.CRY06, spec.ESuite, func(c *Context) bool {
			return suiteOfSigner(c) && (c.Open == nil || c.Open.Suite == c.Suite)
		}},
		{"path", spec.CRY01, spec.EPath, pathRight},
		{"certified suite", spec.CRY08, spec.EDowngrade, payerSuiteHighest},
		{"revocations fresh", spec.LCM02, spec.ERevOld, revocationsFresh},
		{"peer epoch", spec.LCM02, spec.EPeerOld, peerKnowsEpoch},
		{"payee tag", spec.PAY04, spec.EMismatch, tagOpens},
		{"amount", spec.PAY03, spec.EMismatch, func(c *Context) bool {
			return c.Open == nil || c.Open.Amount == c.Transfer.Amount
		}},
		{"family", spec.ENC05, spec.EMismatch, func(c *Context) bool {
			return c.Config.Place.Pays(&c.Transfer)
		}},
		{"not a claim", spec.ENC05, spec.EMismatch, func(c *Context) bool {
			return c.Transfer.Flags&(wire.TransferClaim|wire.TransferOneWay) == 0
		}},
		{"self", spec.PAY06, spec.ESelf, func(c *Context) bool { return c.Signer().Device() != c.State.DID }},
		{"lots", spec.CON03, spec.EHop, lotsRight},
		{"links", spec.CON04, spec.EChainMissing, linksRight},
		{"path signature", spec.CRY01, spec.ESig, pathSigned},
		{"signature", spec.CRY05, spec.ESig, signatureRight},
		{"counter unused", spec.DET01, spec.EDouble, counterUnused},
		{"request open", spec.PAY05, spec.EReqClosed, func(c *Context) bool { return c.Open != nil }},
		{"holding", spec.LIM02, spec.EHolding, stillWithinHolding},
		{"receive limit", spec.LIM02, spec.EReceiveLimit, withinReceive},
		{"log", spec.LIM08, spec.ELogFull, placeHeld},
	}
}

func aboveMark(c *Context) bool { return c.Transfer.Request > c.State.LowWater }

// requestUnused: that the same transfer was credited is answered before.
func requestUnused(c *Context) bool { return c.State.findCredit(c.Transfer.Request) == nil }

// tagOpens recomputes the tag from the number: a payee that has closed a request
// remembers nothing else of it.
func tagOpens(c *Context) bool {
	nonce := wire.RequestNonce(c.State.RequestKey, c.Transfer.Request)
	return wire.PayeeTag(c.State.DID, nonce) == c.Transfer.PayeeTag
}

func payerSuiteHighest(c *Context) bool {
	best, ok := suite.Highest(c.Signer().Body.Suites, c.d.suites())
	return ok && best == c.Suite
}

func lotsRight(c *Context) bool {
	highest := hopLimit(c, wire.MaxHop)
	if c.Open != nil {
		highest = min(highest, c.Open.MaxHop)
	}
	if c.d.inputs() {
		return provenance.WellOrdered(c.Transfer.Inputs, c.Transfer.Amount, 1, highest)
	}
	return wellOrdered(c.Transfer.Lots, c.Transfer.Amount, 1, highest)
}

func counterUnused(c *Context) bool {
	payer := c.Signer().Device()
	return !c.State.Statics.knows(payer, c.Transfer.Counter, c.ID) &&
		!slices.ContainsFunc(c.State.Ring, func(r Credit) bool {
			return r.Payer == payer && r.Counter == c.Transfer.Counter && r.Transfer != c.ID
		})
}

// stillWithinHolding judges again what Q1 reserved, because a policy may have
// come in between.
func stillWithinHolding(c *Context) bool {
	return c.Limits.MaxHolding.Allows(uint64(c.State.holding()))
}

// placeHeld: the entry's place and the ring's were reserved at Q1.
func placeHeld(c *Context) bool {
	return c.State.logUsed() <= uint64(c.Config.LogCapacity+c.Config.Slots+4) &&
		len(c.State.Ring) < c.Config.Ring
}

// mayRefund reports whether a refusal of the TRANSFER may be signed, so that an
// honest payer is refunded at once: it is not credited and, once its request is
// closed, never can be; and the payer's device really signed it.
func (c *Context) mayRefund(code spec.Code) bool {
	number := c.Transfer.Request
	switch {
	case code == spec.ECertNeeded, code == spec.EReqUsed, code == spec.EDouble:
		return false
	case number >= c.State.NextRequest, number <= c.State.LowWater, c.State.findCredit(number) != nil:
		return false
	case c.Open != nil && c.Open.Hash != c.Transfer.RequestHash, c.Open == nil && !tagOpens(c):
		return false
	}
	return c.signedByDevice()
}

// signedByDevice looks at signatures and at what makes a path one, and neither
// at validity, revocation, usage nor policy.
func (c *Context) signedByDevice() bool {
	if c.Signer() == nil && !certificateFound(c) {
		return false
	}
	rules := lasting(c.d.parts.Path, spec.EExpired, spec.ERevoked, spec.EUsage, spec.EWeak)
	if (cert.Verifier{Rules: rules}).Check(c.Path, c.anyPolicy()) != nil {
		return false
	}
	return c.d.paths().Signatures(c.Path) == nil && suiteOfSigner(c) && signatureRight(c)
}

// receiptRules are the payer's checks on a RECEIPT. Its signer's certificate may
// have expired since: a promise that was signed stays one.
func receiptRules() []Rule {
	return []Rule{
		{"pending", spec.ATO06, spec.EState, func(c *Context) bool {
			return c.Slot != nil && (c.Slot.Type == wire.TypeTransfer || c.Slot.Type == wire.TypeTokens)
		}},
		{"certificate", spec.CRY01, spec.ECertNeeded, certificateFound},
		{"suite", spec.CRY06, spec.ESuite, suiteOfSigner},
		{"signer", spec.PAY08, spec.EMismatch, func(c *Context) bool {
			return c.Signer().Device() == c.Slot.Payee
		}},
		{"request hash", spec.PAY08, spec.EMismatch, func(c *Context) bool {
			return c.Receipt.RequestHash == c.Slot.RequestHash
		}},
		{"class", spec.CRY03, spec.EUsage, func(c *Context) bool {
			return c.Receipt.Status != wire.ReceiptRefused || c.Signer().Body.Class == wire.ClassSE
		}},
		{"no claim", spec.CLM02, spec.EUsage, func(c *Context) bool {
			return c.Receipt.Status != wire.ReceiptRefused || c.Slot.Flags&wire.TransferClaim == 0
		}},
		{"path", spec.CRY01, spec.EPath, receiptPath},
		{"path signature", spec.CRY01, spec.ESig, pathSigned},
		{"signature", spec.CRY05, spec.ESig, signatureRight},
	}
}

// receiptPath: a blocked payee's REFUSED waits for the ledger's RESOLVE.
func receiptPath(c *Context) bool {
	c.usage = wire.UseReceive
	codes := []spec.Code{spec.EExpired}
	if c.Receipt.Status == wire.ReceiptAccepted {
		codes = append(codes, spec.ERevoked)
	}
	rules := lasting(c.d.parts.Path, codes...)
	return c.holds(cert.Verifier{Rules: rules}.Check(c.Path, c.anyPolicy()))
}
