package device

import (
	"slices"

	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// An Outcome is how a pending debit ended.
type Outcome struct {
	Debit    wire.ID
	Refunded bool
	Why      spec.Code // of the refusal that refunded it
	// Answer is a CERTS for the peer, which has asked with a CERT_GET; no debit
	// has ended then.
	Answer []byte
}

// Acknowledge takes M4 as a payer: an ACCEPTED or ACK frees the slot, a REFUSED
// gives back what was drawn. An ABORT changes nothing, whatever it says. The
// error is a [*Refusal] or nvm's.
func (d *Device) Acknowledge(number int, m4 []byte) (Outcome, error) {
	if d.broken != nil {
		return Outcome{}, d.broken
	}
	s := d.sessions[number]
	if s == nil || !s.payer || s.link == nil || !s.paid {
		return Outcome{}, d.refuse(spec.ENC03, spec.EState)
	}
	item, again, err := d.received(s, m4)
	if err != nil {
		return Outcome{}, err
	}
	if again != nil { // M4, or the question, came twice
		if s.outcome.Answer != nil {
			s.outcome.Answer = again
		}
		return s.outcome, nil
	}
	s.outcome, err = d.ended(s, item)
	return s.outcome, err
}

func (d *Device) ended(s *session, item wire.Item) (Outcome, error) {
	switch item.Type {
	case wire.TypeAck:
		return d.acknowledged(s, item.Transfer)
	case wire.TypeReceipt:
		return d.Receipt(item.Object, nil)
	case wire.TypeCertGet:
		answer, err := d.certsFor(s, item.IDs)
		return Outcome{Answer: answer}, err
	}
	return Outcome{}, d.refuse(spec.ENC06, spec.EType)
}

// acknowledged takes an ACK: only the core that signed this session's transcript
// can have made it.
func (d *Device) acknowledged(s *session, id wire.ID) (Outcome, error) {
	slot := d.state.findPending(id)
	if slot == nil || slot.Type != wire.TypeTransfer && slot.Type != wire.TypeTokens || slot.Payee != s.peer {
		return Outcome{}, d.refuse(spec.ATO06, spec.EState)
	}
	return Outcome{Debit: id}, d.retire(id)
}

// Receipt takes an encoded RECEIPT by any channel, with the certificates that
// came beside it. The error is a [*Refusal] or nvm's.
func (d *Device) Receipt(object []byte, certs [][]byte) (Outcome, error) {
	if d.broken != nil {
		return Outcome{}, d.broken
	}
	c := d.context()
	if err := c.readReceipt(object, certs); err != nil {
		return Outcome{}, d.refusalOf(err)
	}
	if r := d.judge(ProcReceipt, c); r != nil {
		return Outcome{}, r
	}
	id := c.Slot.ID
	if c.Receipt.Status == wire.ReceiptAccepted {
		return Outcome{Debit: id}, d.retire(id)
	}
	return Outcome{Debit: id, Refunded: true, Why: spec.Code(c.Receipt.Why)}, d.refund(c)
}

func (c *Context) readReceipt(object []byte, certs [][]byte) error {
	o, err := wire.DecodeObject(object, wire.TypeReceipt.MaxBytes())
	if err != nil {
		return err
	}
	m, err := wire.DecodeReceipt(o.Payload)
	if err = c.Config.Place.CheckRealm(m.Realm, err); err != nil {
		return err
	}
	c.Receipt = m
	c.signed(o, wire.TypeReceipt, m.Suite, m.Cert, 0)
	c.Slot = c.State.findPending(m.TransferHash)
	c.carry(certs)
	return nil
}

// retire is P3.
func (d *Device) retire(id wire.ID) error {
	next := d.state.clone()
	next.dropPending(id)
	if err := d.enter(next, wire.LogResolve, d.nameOf(id), 0, 1); err != nil {
		return err
	}
	return d.install(StepP3, next)
}

// refund is P3': exactly what was drawn comes back where it was drawn, with the
// object under judgement as its source. The count of payments does not.
func (d *Device) refund(c *Context) error {
	next := d.state.clone()
	id := c.Slot.ID
	slot := *next.findPending(id)
	if d.parted() {
		d.returnParts(next, c.ID, slot)
		slot.Lots = nil
	}
	for _, l := range slot.Lots {
		hop := l.Hop
		if d.ecash() {
			hop = d.heldHop()
		}
		d.bring(next, c.ID, hop, l.Amount)
		next.Sync.Since[hop] += l.Amount
	}
	if d.ecash() {
		d.giveBack(next, slices.Clone(slot.Coins))
	}
	next.Totals.Refunded += slot.Amount
	next.restoreUsed(slot)
	next.dropPending(id)
	if err := d.enter(next, wire.LogRefund, d.nameOf(id), slot.Amount, 0); err != nil {
		return err
	}
	d.keepReturn(c)
	return d.install(StepP3Refund, next)
}

// restoreUsed gives the amount back to the limits. A debit that the last grant
// has covered is not in them any more, and one that the latest SYNC reported
// must not be granted twice.
func (s *State) restoreUsed(slot Slot) {
	if slot.Type != wire.TypeTransfer {
		return
	}
	if slot.LogNumber > s.Sync.GrantLast {
		s.Used.Amount -= min(s.Used.Amount, slot.Amount)
	}
	if s.Sync.Open && slot.LogNumber <= s.Sync.Last {
		s.Sync.Used.Amount -= min(s.Sync.Used.Amount, slot.Amount)
	}
}
