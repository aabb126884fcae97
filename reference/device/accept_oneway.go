package device

import (
	"bytes"

	"github.com/assay-cbdc/assay/reference/link"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// oneWayRules are the payee's checks on a one-way TRANSFER, out of its capsule
// or the mailbox; all come before Q2.
func oneWayRules() []Rule {
	return []Rule{
		{"request known", spec.PAY12, spec.EReqUnknown, func(c *Context) bool { return c.Standing != nil }},
		{"request number", spec.PAY04, spec.EMismatch, func(c *Context) bool {
			return c.Transfer.Request == c.Standing.Number
		}},
		{"place left", spec.PAY12, spec.EReqUsed, func(c *Context) bool {
			return uint64(len(c.Standing.Entries)) < c.Standing.Max
		}},
		{"certificate", spec.CRY01, spec.ECertNeeded, certificateFound},
		{"suite", spec.CRY06, spec.ESuite, suiteOfSigner},
		{"path", spec.CRY01, spec.EPath, pathRight},
		{"certified suite", spec.CRY08, spec.EDowngrade, payerSuiteHighest},
		{"revocations fresh", spec.LCM02, spec.ERevOld, revocationsFresh},
		{"peer epoch", spec.LCM02, spec.EPeerOld, peerKnowsEpoch},
		{"payee tag", spec.PAY04, spec.EMismatch, oneWayTagOpens},
		{"amount", spec.PAY03, spec.EMismatch, func(c *Context) bool {
			return c.Standing.Amount == 0 || c.Standing.Amount == c.Amount
		}},
		{"family", spec.ENC05, spec.EMismatch, func(c *Context) bool {
			return c.Transfer.Family == c.Config.Place.Spoken()
		}},
		{"one way", spec.ENC05, spec.EMismatch, func(c *Context) bool {
			return c.Transfer.Flags&wire.TransferOneWay != 0
		}},
		{"not a claim", spec.ENC05, spec.EMismatch, func(c *Context) bool {
			return c.Transfer.Flags&wire.TransferClaim == 0
		}},
		{"self", spec.PAY06, spec.ESelf, func(c *Context) bool { return c.Signer().Device() != c.State.DID }},
		{"expiry", spec.PAY13, spec.EReqExpired, func(c *Context) bool {
			return c.Transfer.Expiry >= c.State.Epoch+MarginSE && c.Transfer.Expiry <= c.Standing.Expiry
		}},
		{"lots", spec.CON03, spec.EHop, func(c *Context) bool {
			highest := hopLimit(c, c.Standing.MaxHop)
			return wellOrdered(c.Transfer.Lots, c.Transfer.Amount, 1, highest)
		}},
		{"path signature", spec.CRY01, spec.ESig, pathSigned},
		{"signature", spec.CRY05, spec.ESig, signatureRight},
		{"counter unused", spec.DET01, spec.EDouble, counterUnused},
		{"in service", spec.PRV02, spec.EReqClosed, inService},
		{"offline duration", spec.TIM02, spec.EOfflineEpochs, withinDuration},
		{"holding", spec.LIM02, spec.EHolding, withinHolding},
		{"receive limit", spec.LIM02, spec.EReceiveLimit, withinReceive},
		{"log", spec.LIM08, spec.ELogFull, logRoom},
	}
}

// oneWayTagOpens: the payer has chosen the nonce, and it came with the TRANSFER.
func oneWayTagOpens(c *Context) bool {
	return wire.PayeeTag(c.State.DID, c.OneWay.Nonce) == c.Transfer.PayeeTag
}

// AcceptOneWay takes a capsule as a payee and returns the record of its RECEIPT.
// The error is a [*Refusal], with the record of the REFUSED or an ABORT in clear
// as its message, or nvm's.
func (d *Device) AcceptOneWay(capsule []byte) ([]byte, error) {
	if err := d.ready(); err != nil {
		return nil, err
	}
	c := d.context()
	if err := c.openCapsule(capsule); err != nil {
		if r, ok := d.refusalOf(err).(*Refusal); ok {
			return nil, d.abort(r, nil)
		}
		return nil, err
	}
	return d.takeOneWay(c)
}

// DeliverOneWay takes a one-way TRANSFER from the ledger's mailbox, whose record
// opens the payee tag. Answer and error are those of [Device.AcceptOneWay].
func (d *Device) DeliverOneWay(record settlement.Record) ([]byte, error) {
	if err := d.ready(); err != nil {
		return nil, err
	}
	c := d.context()
	c.OneWay = wire.OneWay{Object: record.Object, Certs: record.Certificates}
	if record.Opening != nil {
		c.OneWay.Nonce = record.Opening.Nonce
	}
	return d.takeOneWay(c)
}

// openCapsule finds the static request that a capsule was sealed for: it is the
// one whose key opens it.
func (c *Context) openCapsule(capsule []byte) error {
	m, err := wire.DecodeCapsule(capsule)
	if err != nil {
		return err
	}
	for i := range c.State.Statics.Slots {
		s := &c.State.Statics.Slots[i]
		key, err := link.NewEphemeralFor(s.KEM, bytes.NewReader(s.Seed[:]))
		if err != nil {
			return err
		}
		if item, opened, err := key.OpenCapsule(s.Hash, m); opened {
			c.OneWay = item
			return err
		}
	}
	return c.d.refuse(spec.PAY12, spec.EReqUnknown)
}

func (d *Device) takeOneWay(c *Context) ([]byte, error) {
	if err := c.readTransfer(c.OneWay.Object, c.OneWay.Certs); err != nil {
		if r, ok := d.refusalOf(err).(*Refusal); ok {
			return nil, d.abort(r, nil)
		}
		return nil, err
	}
	c.Open = nil // a request number of a static request is no request number
	c.Standing = c.State.Statics.find(c.Transfer.RequestHash)
	if c.Standing != nil {
		if e := c.Standing.entry(c.ID); e != nil {
			return d.answerOneWay(c, spec.Code(e.Why))
		}
	}
	r := d.judge(ProcOneWay, c)
	switch {
	case r == nil:
		if err := d.creditOneWay(c); err != nil {
			return nil, err
		}
		return d.answerOneWay(c, 0)
	case !c.mayRefundOneWay(r.Code):
		return nil, d.abort(r, nil)
	}
	if err := d.commit(StepQ6, func(s *State) { d.refuseOneWay(s, c, r.Code) }); err != nil {
		return nil, err
	}
	return d.answerOneWay(c, r.Code)
}

// answerOneWay says the final word, which is durable already.
func (d *Device) answerOneWay(c *Context, why spec.Code) ([]byte, error) {
	status := uint64(wire.ReceiptAccepted)
	if why != 0 {
		status = wire.ReceiptRefused
	}
	record := settlement.Record{Object: d.receipt(c, status, why), Certificates: d.receiptPath(c)}
	answer := settlement.Append(nil, record)
	if why == 0 {
		return answer, nil
	}
	r := d.refuse(spec.PAY11, why)
	r.Message = answer
	return nil, r
}

// receiptPath is the certificate of the suite that receipt signs with.
func (d *Device) receiptPath(c *Context) [][]byte {
	if own := d.certs[c.Suite]; own != nil {
		return [][]byte{own.Raw}
	}
	return [][]byte{d.certs[d.highestSuite()].Raw}
}

// creditOneWay is Q2 of a one-way transfer.
func (d *Device) creditOneWay(c *Context) error {
	m := &c.Transfer
	next := d.state.clone()
	d.take(next, c.ID, m)
	if err := d.enter(next, wire.LogReceive, c.ID, m.Amount, m.Request); err != nil {
		return err
	}
	next.Statics.enter(c.Standing.Hash, StaticEntry{
		Transfer: c.ID, Payer: c.Signer().Device(), Counter: m.Counter, Log: next.LogNumber,
	})
	if err := d.install(StepQ2, next); err != nil {
		return err
	}
	d.keepRecord(c.ID, c.Object.Encode(), c.Path, settlement.Opening{Payee: d.state.DID, Nonce: c.OneWay.Nonce})
	return nil
}

// mayRefundOneWay: the transfer is for this device and this request, the
// payer's device signed it, and there is a place to remember that it will never
// be credited.
func (c *Context) mayRefundOneWay(code spec.Code) bool {
	switch {
	case code == spec.ECertNeeded, code == spec.EReqUsed, code == spec.EDouble:
		return false
	case c.Standing == nil, uint64(len(c.Standing.Entries)) >= c.Standing.Max, !oneWayTagOpens(c):
		return false
	}
	return c.signedByDevice()
}

// refuseOneWay is Q6, before a REFUSED is signed. Its log entry uses the reserve,
// and is left out when even that is full.
func (d *Device) refuseOneWay(next *State, c *Context, why spec.Code) {
	if recoveryRoom(&Context{State: next, Config: &d.cfg}) {
		d.enterSalted(next, wire.LogClose, c.ID, 0, 0, d.salt(c.ID))
	}
	next.Statics.enter(c.Standing.Hash, StaticEntry{
		Transfer: c.ID, Payer: c.Signer().Device(), Counter: c.Transfer.Counter, Why: uint64(why), Log: next.LogNumber,
	})
}
