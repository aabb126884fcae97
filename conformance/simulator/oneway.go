package simulator

import (
	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// oneWay maps the verbs of one-way payments. A static request travels as the
// record of its object and certificates, as a receipt does.
func (u *unit) oneWay(verb adapter.Verb) (r adapter.Result, err error) {
	d := u.device
	switch v := verb.(type) {
	case adapter.StaticRequest:
		r.Message, err = u.staticRequest(v)
	case adapter.PayOneWay:
		r.Message, err = u.payOneWay(v)
	case adapter.AcceptOneWay:
		r.Message, err = d.AcceptOneWay(v.Message)
	case adapter.AcknowledgeOneWay:
		record, err := recordOf(v.Message)
		if err != nil {
			return r, err
		}
		_, err = d.Receipt(record.Object, record.Certificates)
		return r, err
	case adapter.ResendOneWay:
		var capsules [][]byte
		capsules, err = d.ResendOneWay()
		r.Messages = pack(capsules)
	default:
		return r, unsupported(verb)
	}
	return r, err
}

func (u *unit) staticRequest(v adapter.StaticRequest) ([]byte, error) {
	st, err := u.device.Query()
	if err != nil {
		return nil, err
	}
	if v.Uses < 0 || v.Epochs < 0 {
		return nil, &device.Refusal{Requirement: spec.ENC02, Code: spec.EField}
	}
	standing, err := u.device.StaticRequest(device.Terms{
		Demand: device.Demand{Amount: money.Amount(v.Amount), Label: v.Label},
		Expiry: st.Epoch + uint64(v.Epochs), Max: uint64(v.Uses),
	})
	if err != nil {
		return nil, err
	}
	return settlement.Append(nil, settlement.Record{Object: standing.Object, Certificates: standing.Certs}), nil
}

func (u *unit) payOneWay(v adapter.PayOneWay) ([]byte, error) {
	record, err := recordOf(v.Message)
	if err != nil {
		return nil, err
	}
	var o device.PayOptions
	if v.Secret != "" {
		o.PIN = []byte(v.Secret)
	}
	return u.device.PayOneWay(record.Object, record.Certificates, money.Amount(v.Amount), o)
}

// recordOf reads a record; what is none is refused as any message would be.
func recordOf(message []byte) (settlement.Record, error) {
	record, err := settlement.Parse(message)
	if code, wrong := wire.CodeOf(err); err != nil && wrong {
		return record, &device.Refusal{Requirement: spec.ENC03, Code: code}
	}
	return record, err
}

// mailed takes a TRANSFER out of the ledger's mailbox: one that answers a static
// request needs the opening of the record besides.
func (u *unit) mailed(record settlement.Record) ([]byte, error) {
	o, err := wire.DecodeObject(record.Object, wire.TypeTransfer.MaxBytes())
	if err == nil {
		if m, err := wire.DecodeTransfer(o.Payload); err == nil && m.Flags&wire.TransferOneWay != 0 {
			return u.device.DeliverOneWay(record)
		}
	}
	return u.device.DeliverLinked(record.Object, record.Certificates, record.Links)
}
