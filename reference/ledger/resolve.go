package ledger

import (
	"bytes"
	"slices"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A Resolution is the ledger's final word on a pending transfer.
type Resolution struct {
	Resolve []byte // RESOLVE
	// Refused is the payee's RECEIPT REFUSED on which the refund stands, and
	// Certificates the path of its signer; nil on other grounds.
	Refused      []byte
	Certificates [][]byte
}

// Resolve decides a pending transfer, once: the same answer ever after. The
// payer's slot is retired when the ledger knows that the payee has credited
// the transfer, and refunded when it knows that the payee never will. Without
// a ground the error is a [*Refusal].
func (l *Ledger) Resolve(transfer wire.ID) (Resolution, error) {
	if r, done := l.final[transfer]; done {
		return r, nil
	}
	d := l.seen.debits[transfer]
	if d == nil || d.Opening == nil {
		return Resolution{}, &Refusal{"the transfer is known with its opening", spec.ATO06, spec.EReqUnknown}
	}
	body := wire.Resolve{
		Version: wire.V1, Realm: l.parts.Place.Realm, Suite: l.suite(), Cert: l.service.Cert.ID,
		TransferHash: transfer, Epoch: l.epoch, Status: wire.ResolveRefund, Device: d.Payer,
	}
	var out Resolution
	refused := l.receiptOf(d, wire.ReceiptRefused)
	switch {
	case l.credited(d):
		body.Status = wire.ResolveRetire
	case refused != nil && !d.Claim && refused.Certificate.Body.Class == wire.ClassSE:
		body.Refused = refused.ID
		out.Refused, out.Certificates = refused.Bytes, refused.chain()
	case l.neverCredited(d), l.refundClaim(d):
		body.Payee = d.Opening.Payee
	default:
		return Resolution{}, &Refusal{"there is a ground to resolve", spec.ATO06, spec.EReqUnknown}
	}
	l.reserves.refunded[transfer] = body.Status == wire.ResolveRefund
	out.Resolve = l.service.Sign(wire.TypeResolve, body.Encode())
	l.issued(wire.TypeResolve, out.Resolve)
	if body.Status == wire.ResolveRefund && out.Refused == nil {
		l.bring(wire.TypeResolve, out.Resolve, brought{d.Payer, d.Parts, true})
	}
	l.final[transfer] = out
	l.apply()
	return out, nil
}

// receiptOf returns the payee's receipt of the given status, the one with the
// lowest id, or nil. Only the payee that the transfer's tag names counts.
func (l *Ledger) receiptOf(d *Debit, status uint64) *Answer {
	var lowest *Answer
	for _, a := range l.seen.answers[d.ID] {
		if a.Body.Status == status && a.Device == d.Opening.Payee &&
			(lowest == nil || bytes.Compare(a.ID[:], lowest.ID[:]) < 0) {
			lowest = a
		}
	}
	return lowest
}

// credited: the payee says so, in a receipt or in its acknowledged log, or the
// claim was paid here.
func (l *Ledger) credited(d *Debit) bool {
	return l.receiptOf(d, wire.ReceiptAccepted) != nil || l.received(d) ||
		l.claims[d.ID] == claimPaid
}

// received reports whether an acknowledged log entry of the payee credits d.
func (l *Ledger) received(d *Debit) bool {
	payee := l.devices[d.Opening.Payee]
	return payee != nil && payee.received[d.ID]
}

// neverCredited: the whole log of the payee is known up to a SYNC at which it
// could credit the request no longer, because it was decommissioned, because
// a SYNC closes every request older than the retention, or because the epoch
// that it knows is past the end of a one-way transfer.
func (l *Ledger) neverCredited(d *Debit) bool {
	payee := l.devices[d.Opening.Payee]
	if payee == nil || d.Claim || !payee.point.full {
		return false
	}
	if d.OneWay { // the payee refuses what its own epoch has passed
		return payee.point.final || payee.point.epoch > d.Expiry
	}
	if payee.point.last == 0 && !payee.point.final {
		return false
	}
	return payee.point.final || d.Request+l.parts.Retention+1 <= payee.point.nextRequest
}

// Mailbox returns the records of pending transfers to the device that it has
// not answered yet, by payer and id. The paths of the payers come with
// them.
func (l *Ledger) Mailbox(payee wire.DID) [][]byte {
	var mail [][]byte
	for _, d := range l.waiting(payee) {
		path, err := l.store.Path(d.Cert, nil)
		if err != nil {
			continue
		}
		record := settlement.Record{Object: d.Object, Certificates: withLinks(raw(path), d), Opening: d.Opening, Links: d.Links}
		if l.parted() {
			record.Links = append(l.issuedOf(d), d.Links...)
		}
		mail = append(mail, settlement.Append(nil, record))
	}
	return mail
}

// withLinks adds the certificates of the links' signers to a payer's path.
func withLinks(path [][]byte, d *Debit) [][]byte {
	if len(d.Links) == 0 {
		return path
	}
	for _, c := range d.Signers {
		if !slices.ContainsFunc(path, func(o []byte) bool { return bytes.Equal(o, c) }) {
			path = append(path, c)
		}
	}
	return path
}

func raw(path cert.Path) [][]byte {
	var list [][]byte
	for _, c := range path.Chain {
		list = append(list, c.Raw)
	}
	return list
}

// waiting returns the pending debits to a payee that have no final answer, by
// payer and id.
func (l *Ledger) waiting(payee wire.DID) []*Debit {
	var list []*Debit
	for _, did := range l.deviceIDs() {
		for _, id := range l.devices[did].point.pending {
			d := l.seen.debits[id]
			if d != nil && !d.Claim && d.Opening != nil && d.Opening.Payee == payee &&
				!l.credited(d) && l.receiptOf(d, wire.ReceiptRefused) == nil {
				list = append(list, d)
			}
		}
	}
	return list
}

// lowWater returns how far the payee may forget: below every request for which
// a transfer waits here.
func (l *Ledger) lowWater(payee wire.DID) uint64 {
	mark := uint64(wire.NoLimit)
	for _, d := range l.waiting(payee) {
		if !d.OneWay {
			mark = min(mark, d.Request-1)
		}
	}
	return mark
}
