package main

import (
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

// pendingState is the payer's state with the transfer under way.
func (w *world) pendingState() {
	d := w.blank("pending", "payer", w.payer)
	m := w.transfer()
	d.Counter, d.Prev = counter, hexID(idOf(wire.TypeTransfer, w.signedTransfer()))
	d.Pending = []vectors.Pending{{ID: d.Prev, RequestHash: hexID(m.RequestHash), Payee: hexDID(w.payee.Device()), Amount: dec(amount)}}
	w.state(d)
}

func receiptVectors() *file {
	f := newFile("receipt", "RECEIPT at the payer, with a debit pending. refunded is 1 when the payer has its money back. The value balance is spendable value after.")
	decodeNotes(f)
	f.note("Pending", "It is not about a pending debit of this device, or not by its payee.", "A receipt of a stranger ends a payment; a refusal of one gives money back that was credited.")
	f.note("Certificate", "The payee's certificate, or its use, is not right.", "Somebody who cannot promise gives the payer its money back.")
	w := classical(f)
	w.pendingState()
	sign := func(m wire.Receipt) []byte { return w.signedBy("payee", wire.TypeReceipt, m.Encode()) }
	accepted, refused := sign(w.receipt(wire.ReceiptAccepted)), sign(w.receipt(wire.ReceiptRefused))
	result := func(b []byte, refunded, balance string) map[string]string {
		return published(wire.TypeReceipt, b, map[string]string{"refunded": refunded, "balance": balance})
	}
	uses := map[string]string{"certificate": "payee"}
	f.valid(positive{n: 1, requirement: spec.PAY08, kind: "receipt", comment: "ACCEPTED: the debit is final", device: "pending", uses: uses,
		input: map[string][]byte{"object": accepted}, values: result(accepted, "0", "3500")})
	f.valid(positive{n: 2, requirement: spec.INV02, kind: "receipt", comment: "REFUSED: exactly what was drawn is back", device: "pending", uses: uses,
		input: map[string][]byte{"object": refused}, values: result(refused, "1", dec(3500+amount))})
	decodeChecks(f, 10, 1, "input.object", "payee", false)
	w.variant("pending", "nothing-pending", func(d *vectors.Device) { d.Pending = []vectors.Pending{} })
	payer := w.payer.Device()
	w.variant("pending", "other-payee", func(d *vectors.Device) { d.Pending[0].Payee = hexDID(payer) })
	w.variant("pending", "other-request", func(d *vectors.Device) { d.Pending[0].RequestHash = hexID(drawnID("another request")) })
	w.object("revset-payee", w.auth.SignRevset(3, epochRevset, []wire.ID{{1}}, []wire.DID{{2}, {3}, w.payee.Device()}))
	w.variant("pending", "payee-blocked", func(d *vectors.Device) { d.Revset = "revset-payee" })
	at := func(e edit) change { return payload("input.object", "payee", e) }
	cert := func(e edit, signer string) change {
		return follow(payload("uses.certificate", signer, e), "input.object", "payee", 10)
	}
	f.refused(
		bad(30, 1, spec.ENC02, spec.EField, "Grammar", "a reason although it accepts", at(number(25, 117))),
		bad(31, 2, spec.ENC02, spec.EField, "Grammar", "no reason although it refuses", at(drop(25))),
		bad(32, 1, spec.ENC02, spec.EField, "Grammar", "a status that is none", at(number(24, 3))),
		bad(33, 1, spec.ATO06, spec.EState, "Pending", "nothing is pending", before("device", "nothing-pending")),
		bad(34, 1, spec.ATO06, spec.EState, "Pending", "about another transfer", at(flip(18))),
		bad(35, 2, spec.PAY08, spec.EMismatch, "Pending", "REFUSED by a device that is not the payee: it never had the value, and gives it back", before("device", "other-payee")),
		bad(36, 1, spec.PAY08, spec.EMismatch, "Pending", "about another request", at(flip(17))),
		bad(37, 1, spec.CRY06, spec.ESuite, "Certificate", "another suite than the certificate's", at(number(4, 2))),
		bad(38, 1, spec.CRY01, spec.ECertNeeded, "Certificate", "the certificate is not at hand", without("certificate")),
		bad(39, 1, spec.CRY03, spec.EUsage, "Certificate", "a certificate without usage receive", cert(number(33, 0b1), "provider")),
		bad(40, 1, spec.CRY01, spec.ESig, "Certificate", "a certificate that the service has signed", cert(number(38, 2), "service")),
		bad(41, 1, spec.CRY05, spec.ESig, "Signature", "signed by the payer itself", resigned("input.object", "payer", "")),
		bad(42, 2, spec.LCM01, spec.ERevoked, "Certificate", "REFUSED by a blocked payee waits for the ledger", before("device", "payee-blocked")),
	)
	f.refused(bad(44, 2, spec.ENC02, spec.EAmount, "Range", "a reason that is no refusal code", at(number(25, 99))))
	f.valid(positive{n: 43, requirement: spec.LCM01, kind: "receipt", comment: "ACCEPTED by a blocked payee stays a promise", device: "payee-blocked", uses: uses,
		input: map[string][]byte{"object": accepted}, values: result(accepted, "0", "3500")})
	receiptOfSoftware(f, w)
	return f
}

// receiptOfSoftware is a payee of class NOSE, which may say that it has been
// paid and never that it has not.
func receiptOfSoftware(f *file, w *world) {
	software := w.device("software", suite.Ed25519, func(m *wire.Cert) {
		m.Class, m.Usage, m.Tee = wire.ClassNOSE, wire.UseReceive, 6
	})
	w.variant("pending", "claim-pending", func(d *vectors.Device) { d.Pending[0].Payee = hexDID(software.Device()) })
	m := w.receipt(wire.ReceiptAccepted)
	m.Cert = software.ID
	object := w.signedBy("software", wire.TypeReceipt, m.Encode())
	f.valid(positive{n: 50, requirement: spec.PAY08, kind: "receipt", comment: "ACCEPTED by software", device: "claim-pending",
		uses: map[string]string{"certificate": "software"}, input: map[string][]byte{"object": object},
		values: published(wire.TypeReceipt, object, map[string]string{"refunded": "0", "balance": "3500"})})
	f.refused(bad(51, 50, spec.CRY03, spec.EUsage, "Certificate", "REFUSED by software, which could deposit what it refused",
		payload("input.object", "software", both(number(24, 2), number(25, 206)))))
}
