package main

import (
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

// ledgerState is that of a ledger that knows the payer.
func (w *world) ledgerState(name string) vectors.Ledger {
	did := w.payer.Device()
	return vectors.Ledger{
		Name: name, Realm: hexOf(w.auth.Place.Realm[:]), Currency: 978, Exponent: 2, Env: wire.EnvTest,
		Roots: []string{"root"}, Issuers: []string{"provider"}, Policy: "policy", Epoch: epochNow, Device: hexDID(did),
		Certificates: []string{}, Account: "0", Before: []string{},
		Checkpoint: vectors.Checkpoint{
			Head: hexID(wire.LogStart(did)), Prev: hexID(wire.ID{}), NextRequest: 1,
			In: "0", Out: "0", Funded: "0", Defunded: "0", Refunded: "0",
		},
	}
}

func settlementVectors() *file {
	f := newFile("settlement", "TRANSFER at a verifier that settles: the object, the payer's certificate, and the opening of the payee tag. The payer is what the certificate says.")
	decodeNotes(f)
	f.note("Opening", "The opening is not that of the payee tag, or payer and payee are one.", "A payment is settled for somebody who was not paid.")
	f.note("Provenance", "The lots are not well formed, or have come too far.", "Value circulates offline without bound.")
	f.note("Certificate", "The payer's certificate, or its use, is not right.", "Devices that nobody certified, or that were turned off, pay.")
	f.note("DoubleSpend", "Another transfer with this counter is settled.", "Value is spent twice.")
	w := classical(f)
	l := w.ledgerState("ledger")
	w.Ledgers = append(w.Ledgers, l)
	transfer, payer, payee, nonce := w.signedTransfer(), w.payer.Device(), w.payee.Device(), requestNonce(requestNumber)
	input := func(object []byte) map[string][]byte {
		return map[string][]byte{"object": object, "payee": payee[:], "nonce": nonce[:]}
	}
	uses := map[string]string{"certificate": "payer"}
	values := published(wire.TypeTransfer, transfer, map[string]string{"payer": hexDID(payer)})
	f.valid(positive{n: 1, requirement: spec.SET01, kind: "settlement", comment: "a payment", ledger: "ledger", uses: uses,
		input: input(transfer), values: values})
	decodeChecks(f, 10, 1, "input.object", "payer", false)
	moneyChecks(f, 30, 1, "input.object", "payer")
	at := func(e edit) change { return payload("input.object", "payer", e) }
	own := func(f *file, v *vectors.Vector) *vectors.Mutation { return raw("input.payee", lastBit)(f, v) }
	blocked := l
	blocked.Name, blocked.Revset = "payer-blocked", w.object("revset-payer", w.auth.SignRevset(3, epochRevset, nil, []wire.DID{payer}))
	later := l
	later.Name, later.Epoch = "after-grace", epochEnd+31
	w.Ledgers = append(w.Ledgers, blocked, later)
	double := w.transfer()
	double.RequestHash = drawnID("another request")
	record := func(object []byte) []byte {
		return settlement.Append(nil, settlement.Record{Object: object, Certificates: [][]byte{w.payer.Raw},
			Opening: &settlement.Opening{Payee: payee, Nonce: nonce}})
	}
	spent, repeated := l, l
	spent.Name, spent.Before = "counter-settled", []string{w.object("record-of-another", record(w.signedBy("payer", wire.TypeTransfer, double.Encode())))}
	repeated.Name, repeated.Before = "settled", []string{w.object("record", record(transfer))}
	w.Ledgers = append(w.Ledgers, spent, repeated)
	f.refused(
		bad(40, 1, spec.PAY04, spec.EMismatch, "Opening", "another payee than the tag's", own),
		bad(41, 1, spec.PAY04, spec.EMismatch, "Opening", "another nonce than the tag's", raw("input.nonce", lastBit)),
		bad(42, 1, spec.CON03, spec.EHop, "Provenance", "a lot that has made more hops than the policy allows", at(set(15, oneLot(6, amount)))),
		bad(43, 1, spec.CON03, spec.EHop, "Provenance", "a lot of hop 0", at(set(15, oneLot(0, amount)))),
		bad(44, 1, spec.CON03, spec.EHop, "Provenance", "lots that are not the amount", at(set(15, oneLot(1, amount+1)))),
		bad(45, 1, spec.LCM02, spec.EPeerOld, "Certificate", "the payer's epoch is below the policy's minimum", at(number(21, 2449))),
		bad(46, 1, spec.CRY06, spec.ESuite, "Certificate", "another suite than the certificate's", at(number(4, 2))),
		bad(47, 1, spec.ENC05, spec.EFamily, "Grammar", "another family of value", at(number(23, 2))),
		bad(48, 1, spec.CRY01, spec.ECertNeeded, "Certificate", "no certificate", without("certificate")),
		bad(49, 1, spec.CRY03, spec.EUsage, "Certificate", "a certificate without usage pay", certified(number(33, 0b10), "provider")),
		bad(50, 1, spec.CRY01, spec.ESig, "Certificate", "a certificate that the service has signed", certified(number(38, 2), "service")),
		bad(51, 1, spec.CRY05, spec.ESig, "Signature", "signed by the payee", resigned("input.object", "payee", "")),
		bad(52, 1, spec.LCM01, spec.ERevoked, "Certificate", "the payer is blocked", before("ledger", "payer-blocked")),
		bad(53, 1, spec.CRY02, spec.EExpired, "Certificate", "the certificate has expired, and grace is over", before("ledger", "after-grace")),
		bad(54, 1, spec.DET01, spec.EDouble, "DoubleSpend", "another transfer with this counter is settled", before("ledger", "counter-settled")),
	)
	f.valid(positive{n: 55, requirement: spec.SET06, kind: "settlement", comment: "the same payment again is no fault", ledger: "settled",
		uses: uses, input: input(transfer), values: values})
	f.refused(bad(56, 1, spec.PAY06, spec.ESelf, "Opening", "payer and payee are one device", certified(str(31, payee[:]), "provider")))
	return f
}

func oneLot(hop, amount uint64) []byte {
	b := wire.AppendArray(wire.AppendArray(nil, 1), 2)
	return wire.AppendUint(wire.AppendUint(b, hop), amount)
}
