package device

import (
	"slices"

	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// defundRules are the checks before DEFUND. Value can always go home: neither the
// limits of payments nor consent, a locked PIN or a block keep it, because the
// ledger credits nothing but the account that is registered for the device.
func defundRules() []Rule {
	return []Rule{
		{"provisioned", spec.PRV02, spec.EUnprovisioned, provisioned},
		{"amount", spec.ENC04, spec.EAmount, payable},
		{"slot", spec.ATO07, spec.EPendingFull, slotFree},
		{"log", spec.LIM08, spec.ELogFull, recoveryRoom},
		{"funds", spec.FND05, spec.EFunds, funded},
	}
}

// defundAckRules are the checks on DEFUND_ACK, before P3 or P3'.
func defundAckRules() []Rule {
	return slices.Concat([]Rule{
		{"device", spec.FND05, spec.EFundBinding, func(c *Context) bool {
			return c.Defunded.Device == c.State.DID
		}},
		{"pending", spec.FND05, spec.EState, func(c *Context) bool {
			return c.Slot != nil && c.Slot.Type == wire.TypeDefund
		}},
	}, serviceRules(wire.UseSignAck))
}

// maxDefunded is how many lots one DEFUND may be drawn from: so many, of 46 bytes
// at most, fit into its 4,096 bytes beside 300 others and a signature.
func maxDefunded(number suite.Suite) uint64 {
	if number.PostQuantum() {
		return 24
	}
	return 72
}

// DefundRequest debits the amount and returns DEFUND; nonce names the ledger's
// order. The same nonce while its DEFUND is pending gets the same DEFUND again.
// The error is a [*Refusal] or nvm's.
func (d *Device) DefundRequest(amount money.Amount, nonce wire.Nonce) ([]byte, error) {
	if err := d.ready(); err != nil {
		return nil, err
	}
	for i := range d.state.Slots {
		s := &d.state.Slots[i]
		if s.State == SlotFree || s.Type != wire.TypeDefund || s.Nonce != nonce || s.Amount != amount {
			continue
		}
		return d.defund(s.ID)
	}
	c := d.context()
	c.Amount = amount
	c.Verified = d.verified
	if r := d.judge(ProcDefund, c); r != nil {
		return nil, r
	}
	next := d.state.clone()
	var inputs []wire.Input
	var drawn []wire.Lot
	var parts []wire.Fragment
	var ok bool
	var coins []Coin
	switch {
	case d.parted():
		// The ledger knows its tokens: none travels, and any host can send them home.
		parts, ok = d.parts.Pick(next.held(wire.MaxHop), amount, d.maxDefundedParts(), func([]wire.Fragment) bool { return true })
		next.give(parts)
		drawn = lotsOfParts(parts)
	case d.ecash():
		if coins, ok = d.choose(amount); !ok {
			return nil, d.refuse(spec.ECH02, spec.ETokenDenomination)
		}
		drawn = d.drawCoins(next, coins)
	case d.inputs():
		// The ledger asks for no links, and a debit home may draw from any lot.
		inputs, ok = next.drawChain(amount, wire.MaxHop, maxDefunded(d.highestSuite()), func([]wire.Input) bool { return true })
		drawn = lotsOf(inputs)
	default:
		drawn, ok = d.parts.Draw(&next.Lots, amount, wire.MaxHop)
	}
	if !ok {
		return nil, d.refuse(spec.FND05, spec.EFunds)
	}
	number := d.highestSuite()
	m := wire.Defund{
		Version: wire.V1, Realm: d.cfg.Place.Realm, Suite: number, Currency: d.cfg.Place.Currency,
		Exponent: d.cfg.Place.Exponent, Amount: amount, Nonce: nonce, Cert: d.certs[number].ID,
		Counter: d.state.Counter + 1, Prev: d.state.Prev, Lots: drawn, Inputs: inputs,
		PolicyVersion: d.policy.PolicyVersion, Epoch: d.state.Epoch, Family: d.cfg.Place.Spoken(), Fragments: parts,
		Spent: spent(coins, wire.ID{}, wire.PayeeTag(d.state.DID, nonce)),
	}
	if c.Verified {
		m.Flags |= wire.TransferUV
	}
	slot := Slot{State: SlotDebited, Type: wire.TypeDefund, Coins: coins, Nonce: nonce, Amount: amount, Lots: drawn,
		Suite: number, Cert: m.Cert, Payload: m.Encode()}
	slot.ID = wire.Object{Alg: d.alg(number), Payload: slot.Payload}.ID(wire.TypeDefund)
	if err := d.debit(next, slot, wire.LogDefund, c.Verified); err != nil {
		return nil, err
	}
	return d.defund(slot.ID)
}

// defund is P2 where it is still to come, and the stored DEFUND.
func (d *Device) defund(id wire.ID) ([]byte, error) {
	if err := d.release(id); err != nil {
		return nil, err
	}
	d.parts.Trace(EmitDefund)
	return d.object(d.state.findPending(id)), nil
}

// DefundAcknowledge takes DEFUND_ACK: credited frees the slot, refused gives the
// value back. The error is a [*Refusal] or nvm's.
func (d *Device) DefundAcknowledge(ack []byte) (Outcome, error) {
	if d.broken != nil {
		return Outcome{}, d.broken
	}
	c := d.context()
	o, err := wire.DecodeObject(ack, wire.TypeDefundAck.MaxBytes())
	if err != nil {
		return Outcome{}, d.refusalOf(err)
	}
	m, err := wire.DecodeDefundAck(o.Payload)
	if err = d.cfg.Place.CheckRealm(m.Realm, err); err != nil {
		return Outcome{}, d.refusalOf(err)
	}
	c.Defunded = m
	c.signed(o, wire.TypeDefundAck, m.Suite, m.Cert, m.Epoch)
	c.Slot = d.state.findPending(m.TransferHash)
	if r := d.judge(ProcDefundAck, c); r != nil {
		return Outcome{}, r
	}
	if m.Status == wire.DefundCredited {
		return Outcome{Debit: c.Slot.ID}, d.retire(m.TransferHash)
	}
	return Outcome{Debit: c.Slot.ID, Refunded: true}, d.refund(c)
}
