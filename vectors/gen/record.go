package main

import (
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// recordWorld is a file of records at a ledger that knows no device.
func recordWorld(name, about string) (*file, *world) {
	f := newFile(name, about)
	decodeNotes(f)
	f.note("Certificate", "The signer's certificate, or its use, is not right.", "The ledger counts, or accuses by, what nobody certified has signed.")
	f.note("Opening", "The opening is not that of the payee tag, or payer and payee are one.", "A payment is settled for somebody who was not paid.")
	f.note("Provenance", "The lots are not well formed, or have come too far.", "Value circulates offline without bound.")
	w := classical(f)
	w.Ledgers = append(w.Ledgers, w.ledgerState("ledger"))
	w.object("service", w.auth.Service.Cert.Raw)
	return f, w
}

// taken is a ledger that has taken a record before.
func (w *world) taken(r settlement.Record) {
	l := w.ledgerState("taken")
	l.Before = []string{w.object("record", settlement.Append(nil, r))}
	w.Ledgers = append(w.Ledgers, l)
}

func recordTransferVectors() *file {
	f, w := recordWorld("record-transfer", "TRANSFER as a record at the ledger: the object, the payer's certificate, and the opening of the payee tag. It is taken at any age, by the certificate that was in force at its ep. new is 1 when the ledger settles it, 0 when it has.")
	transfer, payee, nonce := w.signedTransfer(), w.payee.Device(), requestNonce(requestNumber)
	in := map[string][]byte{"object": transfer, "payee": payee[:], "nonce": nonce[:]}
	uses := map[string]string{"certificate": "payer"}
	take := func(n int, ledger, comment, isNew string) {
		f.valid(positive{n: n, requirement: spec.SET01, kind: "record-transfer", comment: comment, ledger: ledger, uses: uses,
			input: in, values: published(wire.TypeTransfer, transfer, map[string]string{"new": isNew})})
	}
	w.taken(settlement.Record{Object: transfer, Certificates: [][]byte{w.payer.Raw}, Opening: &settlement.Opening{Payee: payee, Nonce: nonce}})
	late := w.ledgerState("years-later")
	late.Epoch = epochEnd + 1000
	w.Ledgers = append(w.Ledgers, late)
	take(1, "ledger", "a payment", "1")
	take(2, "taken", "the same again is settled once", "0")
	take(3, "years-later", "long after the certificate's end", "1")
	decodeChecks(f, 10, 1, "input.object", "payer", false)
	moneyChecks(f, 30, 1, "input.object", "payer")
	at := func(e edit) change { return payload("input.object", "payer", e) }
	f.refused(
		bad(40, 1, spec.PAY04, spec.EMismatch, "Opening", "another payee than the tag's", raw("input.payee", lastBit)),
		bad(41, 1, spec.PAY04, spec.EMismatch, "Opening", "another nonce than the tag's", raw("input.nonce", lastBit)),
		bad(42, 1, spec.CON03, spec.EHop, "Provenance", "a lot of hop 0", at(set(15, oneLot(0, amount)))),
		bad(43, 1, spec.CON03, spec.EHop, "Provenance", "lots that are not the amount", at(set(15, oneLot(1, amount+1)))),
		bad(44, 1, spec.CRY06, spec.ESuite, "Certificate", "another suite than the certificate's", at(number(4, 2))),
		bad(45, 1, spec.ENC05, spec.EFamily, "Grammar", "another family of value", at(number(23, 2))),
		bad(46, 1, spec.CRY01, spec.ECertNeeded, "Certificate", "no certificate", without("certificate")),
		bad(47, 1, spec.CRY03, spec.EUsage, "Certificate", "a certificate without usage pay", certified(number(33, 0b10), "provider")),
		bad(48, 1, spec.CRY02, spec.EExpired, "Certificate", "signed after the certificate's end", at(number(21, epochEnd+31))),
		bad(49, 1, spec.CRY01, spec.ESig, "Certificate", "a certificate that the service has signed", certified(number(38, 2), "service")),
		bad(50, 1, spec.CRY05, spec.ESig, "Signature", "signed by the payee", resigned("input.object", "payee", "")),
		bad(51, 1, spec.PAY06, spec.ESelf, "Opening", "payer and payee are one device", certified(str(31, payee[:]), "provider")),
	)
	return f
}

// payeeRecord is a record of what the payee signs.
func payeeRecord(f *file, w *world, t wire.Type, kind string, object []byte, requirement spec.ID, hasMoney bool) {
	w.taken(settlement.Record{Object: object, Certificates: [][]byte{w.payee.Raw}})
	uses := map[string]string{"certificate": "payee"}
	for i, l := range []struct{ name, comment, isNew string }{
		{"ledger", "taken and kept", "1"}, {"taken", "the same again", "0"},
	} {
		f.valid(positive{n: i + 1, requirement: requirement, kind: kind, comment: l.comment, ledger: l.name, uses: uses,
			input: map[string][]byte{"object": object}, values: published(t, object, map[string]string{"new": l.isNew})})
	}
	decodeChecks(f, 10, 1, "input.object", "payee", false)
	if hasMoney {
		moneyChecks(f, 30, 1, "input.object", "payee")
	}
	by := func(e edit, issuer string) change {
		return follow(payload("uses.certificate", issuer, e), "input.object", "payee", 10)
	}
	f.refused(
		bad(40, 1, spec.CRY06, spec.ESuite, "Certificate", "another suite than the certificate's", payload("input.object", "payee", number(4, 2))),
		bad(41, 1, spec.CRY01, spec.ECertNeeded, "Certificate", "no certificate", without("certificate")),
		bad(42, 1, spec.CRY03, spec.EUsage, "Certificate", "a certificate without usage receive", by(number(33, 0b1), "provider")),
		bad(43, 1, spec.CRY01, spec.ESig, "Certificate", "a certificate that the service has signed", by(number(38, 2), "service")),
		bad(44, 1, spec.CRY05, spec.ESig, "Signature", "signed by the payer", resigned("input.object", "payer", "")),
	)
}

func recordReceiptVectors() *file {
	f, w := recordWorld("record-receipt", "RECEIPT as a record at the ledger, with its signer's certificate. new is 1 when the ledger did not have it.")
	payeeRecord(f, w, wire.TypeReceipt, "record-receipt",
		w.signedBy("payee", wire.TypeReceipt, w.receipt(wire.ReceiptAccepted).Encode()), spec.SET01, false)
	refused := w.signedBy("payee", wire.TypeReceipt, w.receipt(wire.ReceiptRefused).Encode())
	f.valid(positive{n: 50, requirement: spec.SET01, kind: "record-receipt", comment: "REFUSED", ledger: "ledger",
		uses: map[string]string{"certificate": "payee"}, input: map[string][]byte{"object": refused},
		values: published(wire.TypeReceipt, refused, map[string]string{"new": "1"})})
	f.refused(bad(51, 50, spec.ENC02, spec.EAmount, "Range", "a reason that is no refusal code", payload("input.object", "payee", number(25, 99))))
	return f
}

func recordPayReqVectors() *file {
	f, w := recordWorld("record-pay-req", "PAY_REQ as a record at the ledger, with its signer's certificate: it shows that two transfers answered one request. new is 1 when the ledger did not have it.")
	request, _ := w.request(w.session())
	payeeRecord(f, w, wire.TypePayReq, "record-pay-req", request, spec.DET01, true)
	return f
}

// defundOrderVectors has the one thing about an order that defund.json has not:
// it serves one DEFUND.
func defundOrderVectors() *file {
	f := newFile("defund-order", "DEFUND at the ledger for an order that another DEFUND has used. It is no refusal: the answer is a DEFUND_ACK of status 2, and final.")
	w := classical(f)
	w.object("service", w.auth.Service.Cert.Raw)
	order := drawn("order", 16)
	defund := func(counter uint64, prev wire.ID) []byte {
		return w.signedBy("payer", wire.TypeDefund, wire.Defund{
			Version: wire.V1, Realm: w.auth.Place.Realm, Suite: w.number, Currency: 978, Exponent: 2, Amount: 3000,
			Nonce: wire.Nonce(order), Cert: w.payer.ID, Counter: counter, Prev: prev, Lots: []wire.Lot{{Hop: 0, Amount: 3000}},
			PolicyVersion: 7, Epoch: epochNow, Family: wire.FamilyBalance,
		}.Encode())
	}
	first := defund(1, wire.ID{})
	second := defund(2, idOf(wire.TypeDefund, first))
	l := w.funder()
	l.Name, l.Order, l.Before = "order-used", hexOf(order), []string{w.object("first", first)}
	w.Ledgers = append(w.Ledgers, l)
	id := idOf(wire.TypeDefund, second)
	ack := wire.DefundAck{Version: wire.V1, Realm: w.auth.Place.Realm, Suite: w.auth.TopSuite, Cert: w.auth.Service.Cert.ID,
		TransferHash: id, Epoch: epochNow, Status: wire.DefundRefused, Device: w.payer.Device()}
	f.valid(positive{n: 1, requirement: spec.FND05, kind: "defund", comment: "the second DEFUND for one order", ledger: "order-used",
		input:  map[string][]byte{"object": second},
		values: published(wire.TypeDefund, second, map[string]string{"account": "23000", "defund_ack_payload": hexOf(ack.Encode())})})
	return f
}
