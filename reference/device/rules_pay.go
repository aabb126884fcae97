package device

import (
	"slices"

	"github.com/assay-cbdc/assay/reference/link"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// payRules are the payer's checks on M2; all come before P1.
func payRules() []Rule {
	return slices.Concat(openingRules(payReqRead), []Rule{
		{"family", spec.ENC05, spec.EFamily, familyPayable},
		{"payee class", spec.CRY03, spec.EUsage, payeeClass},
		{"self", spec.PAY06, spec.ESelf, func(c *Context) bool { return c.Signer().Device() != c.State.DID }},
		{"path signature", spec.CRY01, spec.ESig, pathSigned},
		{"signature", spec.CRY05, spec.ESig, signatureRight},
		{"provisioned", spec.PRV02, spec.EUnprovisioned, provisioned},
		{"in service", spec.PRV02, spec.EUnprovisioned, inService},
		{"consent", spec.UXC01, spec.EConsent, consented},
		{"PIN lock", spec.LCM06, spec.EPinLocked, pinUnlocked},
		{"blocked", spec.LCM05, spec.EBlocked, notBlocked},
		{"amount asked", spec.PAY03, spec.EMismatch, amountAsked},
		{"transaction limit", spec.LIM01, spec.EMaxTx, withinMaxTx},
		{"cumulative limit", spec.LIM03, spec.ECumulative, withinCumulative},
		{"count limit", spec.LIM04, spec.ECount, withinCount},
		{"offline duration", spec.TIM02, spec.EOfflineEpochs, withinDuration},
		{"slot", spec.ATO07, spec.EPendingFull, slotFree},
		{"log", spec.LIM08, spec.ELogFull, logRoom},
		{"hop", spec.CON02, spec.EHop, composable},
		{"funds", spec.PAY02, spec.EFunds, funded},
		{"links", spec.CON07, spec.EChainLength, linksFit},
		{"own certificate", spec.CRY12, spec.EExpired, ownInForce},
		{"user verification", spec.LIM05, spec.EUv, userVerified},
	})
}

// resendRules are the payer's checks on the M2 of a payee that it is to finish
// with: it must know whom it talks to, and nothing more, because nothing moves.
func resendRules() []Rule {
	return slices.Concat(openingRules(peerRead), []Rule{
		{"path signature", spec.CRY01, spec.ESig, pathSigned},
		{"signature", spec.CRY05, spec.ESig, signatureRight},
	})
}

// openingRules lead from the bytes of M2 to the payee's certificate.
func openingRules(read func(*Context) bool) []Rule {
	return []Rule{
		{"session", spec.ENC03, spec.EState, sessionWaits},
		{"choice", spec.CRY08, spec.EDowngrade, choiceRight},
		{"link", spec.PVY02, spec.ELink, linkOpens},
		{"grammar", spec.ENC02, spec.EField, read},
		{"transcript", spec.CRY08, spec.ETranscript, transcriptOwn},
		{"certificate", spec.CRY01, spec.ECertNeeded, certificateFound},
		{"suite", spec.CRY06, spec.ESuite, func(c *Context) bool {
			return suiteOfSigner(c) && c.Suite == c.Caps.Suite
		}},
		{"path", spec.CRY01, spec.EPath, pathRight},
		{"certified suite", spec.CRY08, spec.EDowngrade, certifiedChoice},
		{"revocations fresh", spec.LCM02, spec.ERevOld, freshEnough},
		{"peer epoch", spec.LCM02, spec.EPeerOld, func(c *Context) bool {
			return c.Type == wire.TypePeer || peerKnowsEpoch(c)
		}},
	}
}

// freshEnough does not keep what is pending from being finished.
func freshEnough(c *Context) bool { return c.Type == wire.TypePeer || revocationsFresh(c) }

func sessionWaits(c *Context) bool {
	return c.session != nil && c.session.payer && !c.session.paid && !c.session.aborted(c.message)
}

// choiceRight reads CAPS and holds the payee to the function of both offers.
func choiceRight(c *Context) bool {
	opening, err := wire.DecodeOpening(c.message)
	if err != nil {
		return c.holds(err)
	}
	if c.Caps, err = wire.DecodeCaps(opening.Caps); err != nil {
		return c.holds(err)
	}
	if c.Caps.Version != wire.V1 {
		return c.Fail(spec.INT01, spec.EVersion)
	}
	if c.Caps.Realm != c.Config.Place.Realm {
		return c.Fail(spec.ENC05, spec.ERealm)
	}
	c.Hello = c.session.hello
	choice, err := link.Choose(link.HelloOffer(c.Hello), link.CapsOffer(c.Caps))
	if err != nil {
		return c.holds(err)
	}
	return choice.Suite == c.Caps.Suite && choice.KEM == c.Caps.KEM && choice.Version == c.Caps.Version
}

// linkOpens makes the link once for each M2: made twice, it would use a nonce
// twice.
func linkOpens(c *Context) bool { return c.holds(c.session.open(c.message)) }

func payReqRead(c *Context) bool {
	item := c.session.item
	if item.Type == wire.TypeCertGet { // before its M3 a payer shows nobody who it is
		return c.Fail(spec.PVY06, spec.ECertNeeded)
	}
	if item.Type != wire.TypePayReq {
		return c.Fail(spec.ENC06, spec.EType)
	}
	o, err := wire.DecodeObject(item.Object, wire.TypePayReq.MaxBytes())
	if err != nil {
		return c.holds(err)
	}
	m, err := wire.DecodePayReq(o.Payload)
	if err = c.Config.Place.Check(m.Realm, m.Currency, m.Exponent, err); err != nil {
		return c.holds(err)
	}
	c.PayReq, c.Amount = m, m.Amount
	c.signed(o, wire.TypePayReq, m.Suite, m.Cert, m.Epoch)
	c.usage = wire.UseReceive
	return true
}

// peerRead also takes a PAY_REQ: a payee that asks for a new payment is known
// as well as one that is armed to finish.
func peerRead(c *Context) bool {
	item := c.session.item
	if item.Type == wire.TypePayReq || item.Type == wire.TypeCertGet {
		return payReqRead(c)
	}
	if item.Type != wire.TypePeer {
		return c.Fail(spec.ENC06, spec.EType)
	}
	o, err := wire.DecodeObject(item.Object, wire.TypePeer.MaxBytes())
	if err != nil {
		return c.holds(err)
	}
	m, err := wire.DecodePeer(o.Payload)
	if err = c.Config.Place.CheckRealm(m.Realm, err); err != nil {
		return c.holds(err)
	}
	c.Peer = m
	c.signed(o, wire.TypePeer, m.Suite, m.Cert, 0)
	c.usage = wire.UseReceive
	return true
}

// signed notes the object under judgement and the certificates beside it.
func (c *Context) signed(o wire.Object, t wire.Type, s suite.Suite, signer wire.ID, epoch uint64) {
	c.Object, c.Type, c.Suite, c.Cert, c.Epoch = o, t, s, signer, epoch
	c.ID = o.ID(t)
}

func transcriptOwn(c *Context) bool {
	c.carry(slices.Concat(c.session.item.Certs, c.session.got))
	th := c.PayReq.Transcript
	if c.Type == wire.TypePeer {
		th = c.Peer.Transcript
	}
	return th == c.session.link.Transcript()
}

// certifiedChoice holds the choice to the lists that providers have signed: a
// relay can strip an offer, not a certificate.
func certifiedChoice(c *Context) bool {
	theirs, ok := suite.Highest(c.Hello.Suites, c.Signer().Body.Suites, c.Policy.Suites)
	if !ok || theirs != c.Caps.Suite {
		return false
	}
	own, ok := suite.Highest(c.d.certifiedSuites(), c.Caps.Suites)
	return ok && own == c.Caps.Suite
}

// certifiedSuites is the list that the own certificates carry.
func (d *Device) certifiedSuites() []suite.Suite {
	if c := d.ownCertificate(); c != nil {
		return c.Body.Suites
	}
	return nil
}

// payeeClass: the flag of the request and the class that is certified agree. It
// is the class that makes the payment a claim.
func payeeClass(c *Context) bool {
	return (c.PayReq.Flags&wire.PayReqSE != 0) == (c.Signer().Body.Class == wire.ClassSE)
}

// amountAsked: the user pays what the host announced, when it announced an
// amount.
func amountAsked(c *Context) bool {
	return c.session.expect == 0 || c.session.expect == c.Amount
}
