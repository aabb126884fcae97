package main

import (
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

func defundAckVectors() *file {
	f := newFile("defund-ack", "DEFUND_ACK at the device, with a DEFUND pending: a pending debit that has no payee. refunded is 1 when the device has its value back.")
	decodeNotes(f)
	f.note("Certificate", "The signer may not sign this, or is not known.", "Anyone gives value back that was credited, or ends a debit that was not.")
	f.note("Binding", "For another device, or for no pending DEFUND.", "Value that was credited to an account is given back as well.")
	w := classical(f)
	id := drawnID("defund")
	d := w.blank("defunding", "payer", w.payer)
	d.Counter, d.Prev = counter, hexID(id)
	d.Pending = []vectors.Pending{{ID: hexID(id), Amount: dec(amount)}}
	w.state(d)
	m := wire.DefundAck{
		Version: wire.V1, Realm: w.auth.Place.Realm, Suite: w.auth.TopSuite, Cert: w.auth.Service.Cert.ID,
		TransferHash: id, Epoch: epochNow, Status: wire.DefundCredited, Device: w.payer.Device(),
	}
	add := func(n int, comment, refunded, balance string) {
		b := w.signedBy("service", wire.TypeDefundAck, m.Encode())
		f.valid(positive{n: n, requirement: spec.FND05, kind: "defund-ack", comment: comment, device: "defunding", input: map[string][]byte{"object": b},
			values: published(wire.TypeDefundAck, b, map[string]string{"refunded": refunded, "balance": balance})})
	}
	add(1, "credited: the slot is free", "0", "3500")
	m.Status = wire.DefundRefused
	add(2, "not credited and never will be: what was drawn is back", "1", dec(3500+amount))
	decodeChecks(f, 10, 1, "input.object", "service", false)
	w.variant("defunding", "nothing-pending", func(d *vectors.Device) { d.Pending = []vectors.Pending{} })
	w.variant("defunding", "a-transfer-pending", func(d *vectors.Device) {
		d.Pending = []vectors.Pending{{ID: hexID(id), RequestHash: hexID(drawnID("its request")), Payee: hexDID(w.payee.Device()), Amount: dec(amount)}}
	})
	at := func(e edit) change { return payload("input.object", "service", e) }
	f.refused(
		bad(30, 1, spec.FND05, spec.EFundBinding, "Binding", "for another device", at(flip(31))),
		bad(31, 1, spec.FND05, spec.EState, "Binding", "for a DEFUND that is not pending", at(flip(18))),
		bad(32, 2, spec.FND05, spec.EState, "Binding", "nothing is pending", before("device", "nothing-pending")),
		bad(33, 2, spec.FND05, spec.EState, "Binding", "what is pending under this identifier is a TRANSFER", before("device", "a-transfer-pending")),
		bad(34, 1, spec.ENC02, spec.EField, "Grammar", "a status that is none", at(number(24, 3))),
		bad(35, 1, spec.ENC02, spec.EAmount, "Range", "an epoch above 2^31-1", at(number(21, 1<<31))),
	)
	serviceChecks(f, w, 50, 1)
	return f
}
