package simulator

import (
	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/ledger"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// waiting packs what a reconciliation leaves for the device, each a message of
// the verb resolve: a REVSET, a RESOLVE alone or [RESOLVE, REFUSED,
// certificates], and the records of TRANSFERs in the mailbox.
func waiting(out ledger.Reconciliation) []adapter.Bytes {
	var all []adapter.Bytes
	if out.Revocations != nil {
		all = append(all, out.Revocations)
	}
	for _, r := range out.Resolutions {
		if r.Refused == nil {
			all = append(all, r.Resolve)
			continue
		}
		b := wire.AppendArray(nil, 3)
		b = wire.AppendBytes(b, r.Resolve)
		b = wire.AppendBytes(b, r.Refused)
		b = wire.AppendArray(b, len(r.Certificates))
		for _, c := range r.Certificates {
			b = wire.AppendBytes(b, c)
		}
		all = append(all, b)
	}
	return append(append(all, pack(out.Mail)...), pack(out.Deposits)...)
}

// resolve takes one message of waiting. The answer to a TRANSFER is the payee's
// RECEIPT, whatever it says: handing the transfer over is what was asked. That to a
// DEPOSIT_ACK of tokens that were spent twice is a record for the ledger.
func (u *unit) resolve(message []byte) ([]byte, error) {
	if record, err := settlement.Parse(message); err == nil && record.Opening != nil {
		receipt, err := u.mailed(record)
		if no, ok := err.(*device.Refusal); ok && len(no.Message) > 0 {
			return no.Message, nil
		}
		return receipt, err
	}
	if o, err := wire.DecodeObject(message, wire.TypeDepositAck.MaxBytes()); err == nil {
		if t, _ := wire.Peek(o.Payload); t == wire.TypeDepositAck {
			return u.device.DepositAccept(message)
		}
	}
	if resolve, refused, certificates, ok := grounded(message); ok {
		_, err := u.device.Resolve(resolve, refused, certificates)
		return nil, err
	}
	o, err := wire.DecodeObject(message, wire.TypeRevset.MaxBytes())
	if err == nil {
		if _, err := wire.DecodeRevset(o.Payload); err == nil {
			return nil, u.device.ApplyRevocations(message)
		}
	}
	_, err = u.device.Resolve(message, nil, nil)
	return nil, err
}

// grounded reads a RESOLVE with the REFUSED on which it stands.
func grounded(message []byte) (resolve, refused []byte, certificates [][]byte, ok bool) {
	r := wire.NewReader(message)
	if r.Array() != 3 || r.Err() != nil {
		return nil, nil, nil, false
	}
	resolve, refused = r.Bytes(), r.Bytes()
	n := r.Array()
	if r.Err() != nil || n > settlement.MaxCertificates {
		return nil, nil, nil, false
	}
	for range n {
		certificates = append(certificates, r.Bytes())
	}
	r.End()
	return resolve, refused, certificates, r.Err() == nil
}

// online carries out the verbs that do all steps between device and ledger.
func (u *unit) online(q request) (r adapter.Result, err error) {
	switch v := q.verb.(type) {
	case adapter.Fund:
		b, err := q.s.ledger(v.Ledger)
		if err != nil {
			return r, err
		}
		return r, u.fund(b, v)
	case adapter.Defund:
		b, err := q.s.ledger(v.Ledger)
		if err != nil {
			return r, err
		}
		return r, u.defund(b, v)
	case adapter.Synchronise:
		b, err := q.s.ledger(v.Ledger)
		if err != nil {
			return r, err
		}
		return r, u.synchronise(b, v)
	}
	return r, unsupported(q.verb)
}

// refusal that names no device of the ledger.
var errNoAccount = &ledger.Refusal{Rule: "the device is registered", Requirement: spec.CRY01, Code: spec.ECertNeeded}
