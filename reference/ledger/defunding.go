package ledger

import (
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/provenance"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A Defunding is a decoded DEFUND under judgement.
type Defunding struct {
	Signed
	Body wire.Defund
}

// defunded is the final answer to the DEFUND of one counter of a device.
type defunded struct {
	id       wire.ID
	amount   money.Amount
	credited bool
	answer   []byte
}

func defundingRules() []Rule[Defunding] {
	return append(signerRules[Defunding](), []Rule[Defunding]{
		{"the device is not blocked", spec.LCM05, spec.EBlocked, func(l *Ledger, d *Defunding) bool {
			// What was credited before the block keeps its answer, so that the
			// device's debit ends.
			first, answered := l.device(d.Device).defunded[d.Body.Counter]
			return !l.Blocked(d.Device) || answered && first.id == d.ID
		}},
		{"the lots make the amount", spec.ENC04, spec.EHop, func(l *Ledger, d *Defunding) bool {
			if l.inputs() {
				return provenance.WellOrdered(d.Body.Inputs, d.Body.Amount, 0, wire.MaxHop)
			}
			return lotsMake(d.Body.Lots, d.Body.Amount, 0, wire.MaxHop)
		}},
		{"no other DEFUND had the counter", spec.FND05, spec.EDefundReplay, func(l *Ledger, d *Defunding) bool {
			first, answered := l.device(d.Device).defunded[d.Body.Counter]
			return !answered || first.id == d.ID
		}},
	}...)
}

func onceRules() []Rule[Defunding] {
	return []Rule[Defunding]{
		{"the DEFUND has no answer yet", spec.FND05, spec.EDefundReplay, func(l *Ledger, d *Defunding) bool {
			_, answered := l.device(d.Device).defunded[d.Body.Counter]
			return !answered
		}},
	}
}

func orderRules() []Rule[Defunding] {
	return []Rule[Defunding]{
		{"the nonce names an open order", spec.FND05, spec.EFundBinding, func(l *Ledger, d *Defunding) bool {
			o := l.orders[d.Body.Nonce]
			return o != nil && (o.usedBy == wire.ID{} || o.usedBy == d.ID)
		}},
		{"the account of the order is the device's", spec.FND05, spec.EFundBinding, func(l *Ledger, d *Defunding) bool {
			o := l.orders[d.Body.Nonce]
			return o != nil && o.account == l.accountOf(d.Device)
		}},
		{"the account takes the amount", spec.FND04, spec.EAmount, func(l *Ledger, d *Defunding) bool {
			balance, ok := l.Balance(l.accountOf(d.Device))
			_, err := balance.Add(d.Body.Amount)
			return ok && err == nil
		}},
	}
}

// DefundOrder opens an order to defund into the account and returns the nonce
// that a DEFUND must carry. An order serves one DEFUND.
func (l *Ledger) DefundOrder(account string) (wire.Nonce, error) {
	if _, ok := l.Balance(account); !ok {
		return wire.Nonce{}, &Refusal{"there is such an account", spec.FND05, spec.EFundBinding}
	}
	n, err := l.nonce()
	if err == nil {
		l.orders[n] = &order{account: account}
	}
	return n, err
}

// AcceptDefunding credits the account of the order once for each counter of a
// device and answers with a DEFUND_ACK. A repeat gets the first answer again.
// A DEFUND that cannot be credited is answered with st 2, "not credited and
// never will be", and that answer is final. The error is a [*Refusal].
func (l *Ledger) AcceptDefunding(message []byte) ([]byte, error) {
	d := &Defunding{}
	decode := wire.DecodeDefund
	if l.inputs() {
		decode = wire.DecodeChainedDefund
	}
	var err error
	d.Signed, err = l.open(message, opened{typ: wire.TypeDefund}, func(payload []byte) (signerOf, error) {
		var err error
		d.Body, err = decode(payload)
		return signerOf{d.Body.Suite, d.Body.Cert},
			l.parts.Place.Check(d.Body.Realm, d.Body.Currency, d.Body.Exponent, err)
	})
	if err != nil {
		return nil, err
	}
	err = judge(l, l.parts.Rules.Defunding, d)
	parts := &PartsOf{d.Device, d.Body.Fragments, d.Body.Lots}
	if err == nil && l.parted() {
		err = judge(l, l.parts.Rules.Parts, parts)
	}
	if d.authentic(l) {
		l.certified(d.path)
		l.seen.addDebit(defundDebit(d))
	}
	if err != nil {
		return nil, err
	}
	if judge(l, l.parts.Rules.Once, d) != nil {
		return l.device(d.Device).defunded[d.Body.Counter].answer, nil
	}
	if l.parted() {
		if err := judge(l, l.parts.Rules.RedeemParts, parts); err != nil {
			return nil, err
		}
	}
	status := uint64(wire.DefundRefused)
	if judge(l, l.parts.Rules.Order, d) == nil && l.redeemDefund(d) == nil {
		status = wire.DefundCredited
		if l.reserving() {
			if err := l.defundReserve(d); err != nil {
				return nil, err
			}
			return l.device(d.Device).defunded[d.Body.Counter].answer, nil
		}
		o := l.orders[d.Body.Nonce]
		o.usedBy = d.ID
		l.parts.Book.Credit(o.account, d.Body.Amount)
		l.supply.defund(d.Device, d.Body.Amount)
		l.bringHome(parts.Fragments)
		l.auditDevice(d.Device, nil)
	}
	return l.answerDefund(d, status), nil
}

// answerDefund signs the final answer to a DEFUND and keeps it.
func (l *Ledger) answerDefund(d *Defunding, status uint64) []byte {
	answer := l.keepAnswer(defundDebit(d), status)
	if status == wire.DefundRefused {
		l.bring(wire.TypeDefundAck, answer, brought{d.Device, d.Body.Fragments, true})
		l.refusedDefund(d.ID)
	}
	return answer
}

// keepAnswer signs the final answer to the DEFUND of a debit and keeps it.
func (l *Ledger) keepAnswer(d *Debit, status uint64) []byte {
	answer := l.service.Sign(wire.TypeDefundAck, wire.DefundAck{
		Version: wire.V1, Realm: l.parts.Place.Realm, Suite: l.suite(),
		Cert: l.service.Cert.ID, TransferHash: d.ID, Epoch: l.epoch, Status: status, Device: d.Payer,
	}.Encode())
	l.issued(wire.TypeDefundAck, answer)
	l.device(d.Payer).defunded[d.Counter] = defunded{d.ID, d.Amount, status == wire.DefundCredited, answer}
	return answer
}
