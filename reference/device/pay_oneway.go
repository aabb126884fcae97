package device

import (
	"slices"

	"github.com/assay-cbdc/assay/reference/link"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// ClaimTerm is for how many epochs a one-way transfer or a claim is in force
// where no request says less.
const ClaimTerm = 30

// The margins are how many epochs a payee wants to have left when a transfer
// with an expiry reaches it. Software has to reach the ledger in time, for an
// unclaimed claim goes back to the payer; a trusted device credits at once.
const (
	MarginSE   = 0
	MarginNOSE = 3
)

func lastEpoch(now uint64) uint64 { return min(now+ClaimTerm, wire.MaxEpoch) }

// payOneWayRules are the payer's checks on a STATIC_REQ; all come before P1.
func payOneWayRules() []Rule {
	return []Rule{
		{"provisioned", spec.PRV02, spec.EUnprovisioned, provisioned},
		{"in service", spec.PRV02, spec.EUnprovisioned, inService},
		{"certificate", spec.CRY01, spec.ECertNeeded, certificateFound},
		{"suite", spec.CRY06, spec.ESuite, suiteOfSigner},
		{"path", spec.CRY01, spec.EPath, pathRight},
		{"certified suite", spec.CRY08, spec.EDowngrade, standingSuiteHighest},
		{"revocations fresh", spec.LCM02, spec.ERevOld, revocationsFresh},
		{"peer epoch", spec.LCM02, spec.EPeerOld, peerKnowsEpoch},
		{"family", spec.ENC05, spec.EFamily, familyPayable},
		{"payee class", spec.CRY03, spec.EUsage, payeeClass},
		{"common suite", spec.CRY06, spec.ENocommon, suiteInCommon},
		{"key", spec.PVY02, spec.ELink, func(c *Context) bool { return link.KeyUsable(c.Static.KEM, c.Static.KEMKey) }},
		{"self", spec.PAY06, spec.ESelf, func(c *Context) bool { return c.Signer().Device() != c.State.DID }},
		{"expiry", spec.PAY13, spec.EReqExpired, timeEnough},
		{"path signature", spec.CRY01, spec.ESig, pathSigned},
		{"signature", spec.CRY05, spec.ESig, signatureRight},
		{"consent", spec.UXC01, spec.EConsent, consented},
		{"PIN lock", spec.LCM06, spec.EPinLocked, pinUnlocked},
		{"blocked", spec.LCM05, spec.EBlocked, notBlocked},
		{"amount", spec.ENC04, spec.EAmount, payable},
		{"amount asked", spec.PAY03, spec.EMismatch, func(c *Context) bool {
			return c.Static.Amount == 0 || c.Static.Amount == c.Amount
		}},
		{"transaction limit", spec.LIM01, spec.EMaxTx, withinMaxTx},
		{"cumulative limit", spec.LIM03, spec.ECumulative, withinCumulative},
		{"count limit", spec.LIM04, spec.ECount, withinCount},
		{"offline duration", spec.TIM02, spec.EOfflineEpochs, withinDuration},
		{"slot", spec.ATO07, spec.EPendingFull, slotFree},
		{"log", spec.LIM08, spec.ELogFull, logRoom},
		{"hop", spec.CON02, spec.EHop, composable},
		{"funds", spec.PAY02, spec.EFunds, funded},
		{"own certificate", spec.CRY12, spec.EExpired, ownInForce},
		{"user verification", spec.LIM05, spec.EUv, userVerified},
	}
}

// standingSuiteHighest: nobody negotiates, so that the suite of the request is
// the strongest that the payee is certified for and the own policy allows.
func standingSuiteHighest(c *Context) bool {
	best, ok := suite.Highest(c.Signer().Body.Suites, c.Policy.Suites)
	return ok && best == c.Suite
}

// suiteInCommon chooses the suite of the TRANSFER, as the payee will check it.
func suiteInCommon(c *Context) bool {
	best, ok := suite.Highest(c.d.suites(), c.Signer().Body.Suites)
	c.Caps.Suite = best
	return ok && slices.Contains(c.Policy.KEMs, c.Static.KEM) && slices.Contains(link.KEMs(), c.Static.KEM)
}

// timeEnough: the payee has to accept what is debited now.
func timeEnough(c *Context) bool {
	margin := uint64(MarginSE)
	if c.Signer().Body.Class == wire.ClassNOSE {
		margin = MarginNOSE
	}
	return c.Static.Expiry >= c.State.Epoch+margin
}

// PayOneWay pays a static request, with the certificates that came beside it,
// and returns the capsule. amount is what the user means to pay. Every call is
// another payment: what was cut is among [Device.ResendOneWay]. The error is a
// [*Refusal] or nvm's.
func (d *Device) PayOneWay(request []byte, certs [][]byte, amount money.Amount, o PayOptions) ([]byte, error) {
	if err := d.ready(); err != nil {
		return nil, err
	}
	c := d.context()
	if err := c.readStatic(request, certs); err != nil {
		return nil, d.refusalOf(err)
	}
	c.Amount, c.Verified = amount, o.Verified || d.verified
	shown := func(c *Context) error { return d.show(c, o) }
	if err := d.mayPay(ProcPayOneWay, c, shown); err != nil {
		return nil, err
	}
	d.verified = false
	nonce, err := d.nonce()
	if err != nil {
		return nil, err
	}
	c.PayReq.Amount, c.PayReq.Nonce = amount, nonce
	slot, err := d.draft(c)
	if err != nil {
		return nil, err
	}
	if err := d.release(slot.ID); err != nil {
		return nil, err
	}
	d.parts.Trace(EmitCapsule)
	return d.state.findPending(slot.ID).Capsule, nil
}

// readStatic reads a STATIC_REQ, which asks for what a PAY_REQ would.
func (c *Context) readStatic(request []byte, certs [][]byte) error {
	o, err := wire.DecodeObject(request, wire.TypeStaticReq.MaxBytes())
	if err != nil {
		return err
	}
	m, err := wire.DecodeStaticReq(o.Payload)
	if err = c.Config.Place.Check(m.Realm, m.Currency, m.Exponent, err); err != nil {
		return err
	}
	c.Static = m
	c.PayReq = wire.PayReq{Request: m.Request, Flags: m.Flags, Family: m.Family, MaxHop: m.MaxHop, Label: m.Label}
	c.signed(o, wire.TypeStaticReq, m.Suite, m.Cert, m.Epoch)
	c.usage = wire.UseReceive
	c.carry(certs)
	return nil
}

// seal makes the capsule of a one-way transfer, once: what is sent again are
// the same bytes.
func (d *Device) seal(slot *Slot) error {
	if slot.Flags&wire.TransferOneWay == 0 || slot.Capsule != nil {
		return nil
	}
	capsule, err := link.SealCapsule(d.parts.Rand, slot.KEM, slot.KEMKey, slot.RequestHash, wire.OneWay{
		Object: d.object(slot), Nonce: slot.Nonce, Certs: [][]byte{d.certOf(slot).Raw},
	})
	slot.Capsule = capsule
	return err
}

// ResendOneWay returns the capsule of every one-way transfer that is pending,
// the oldest first. Nothing is debited. The error is nvm's.
func (d *Device) ResendOneWay() ([][]byte, error) {
	if err := d.ready(); err != nil {
		return nil, err
	}
	pending := slices.DeleteFunc(slices.Concat(d.state.Slots, d.state.Exceptions), func(s Slot) bool {
		return s.State == SlotFree || s.Flags&wire.TransferOneWay == 0
	})
	slices.SortFunc(pending, func(a, b Slot) int { return int(a.LogNumber) - int(b.LogNumber) })
	capsules := make([][]byte, len(pending))
	for i, s := range pending {
		capsules[i] = s.Capsule
		d.parts.Trace(EmitCapsule)
	}
	return capsules, nil
}
