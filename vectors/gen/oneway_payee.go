package main

import (
	"bytes"

	"github.com/assay-cbdc/assay/reference/link"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

// posterState publishes the payee's state with the static request open.
func (w *world) posterState() {
	d := w.blank("payee", "payee", w.payee)
	d.Statics = []vectors.Static{{
		Number: posterNumber, Hash: hexID(idOf(wire.TypeStaticReq, w.signedPoster())), Amount: dec(amount),
		MaxHop: 5, Expiry: posterEnd, Max: posterMax, Listed: []vectors.Listed{},
	}}
	w.state(d)
}

// listed publishes the payee's state with entries in its list.
func (w *world) listed(name string, entries ...vectors.Listed) {
	w.variant("payee", name, func(d *vectors.Device) {
		s := d.Statics[0]
		s.Listed = entries
		d.Statics = []vectors.Static{s}
	})
}

func oneWayVectors() *file {
	f := newFile("one-way", "A one-way TRANSFER at its payee, with the nonce that the payer has drawn: as a capsule holds both, or the record of a mailbox. Of a refusal, the value signed says whether the answer is a signed REFUSED. The capsules are sealed with published seeds: ikm is that of the request's key, eseed that of the payer's.")
	decodeNotes(f)
	transferNotes(f)
	f.note("Expiry", "It is past its last epoch, or beyond its request's.", "The ledger has refunded it, and the payee credits it.")
	f.note("Capsule", "The capsule does not open, or holds something else.", "An altered capsule that is taken changes what the payee believes was paid.")
	w := classical(f)
	w.posterState()
	m := w.oneWay(idOf(wire.TypeStaticReq, w.signedPoster()))
	transfer := w.signedBy("payer", wire.TypeTransfer, m.Encode())
	nonce := payerNonce()
	valid := func(n int, r spec.ID, comment, device string, object []byte, balance uint64) {
		receipt := w.receipt(wire.ReceiptAccepted)
		receipt.RequestHash, receipt.TransferHash = m.RequestHash, idOf(wire.TypeTransfer, object)
		f.valid(positive{n: n, requirement: r, kind: "one-way", comment: comment, device: device,
			uses:  map[string]string{"certificate": "payer"},
			input: map[string][]byte{"object": object, "payer_nonce": nonce[:]},
			values: published(wire.TypeTransfer, object, map[string]string{
				"receipt_payload": hexOf(receipt.Encode()), "balance": dec(balance),
			})})
	}
	valid(1, spec.PAY10, "a payment of the static request", "payee", transfer, 3500+amount)
	last := m
	last.Expiry = epochNow
	valid(2, spec.PAY13, "in its last epoch", "payee", w.signedBy("payer", wire.TypeTransfer, last.Encode()), 3500+amount)
	payer := hexDID(w.payer.Device())
	w.listed("credited", vectors.Listed{Transfer: hexID(idOf(wire.TypeTransfer, transfer)), Payer: payer, Counter: counter})
	valid(3, spec.PAY10, "the same again: its receipt again, and nothing credited", "credited", transfer, 3500)
	w.variant("payee", "paid-before", func(d *vectors.Device) {
		s := d.Statics[0]
		s.Listed = []vectors.Listed{{Transfer: hexID(drawnID("another transfer")), Payer: payer, Counter: counter - 1}}
		d.Statics = []vectors.Static{s}
	})
	valid(4, spec.PAY10, "a second payment by the same payer", "paid-before", transfer, 3500+amount)
	decodeChecks(f, 10, 1, "input.object", "payer", false)
	moneyChecks(f, 25, 1, "input.object", "payer")
	oneWayContent(f, w)
	oneWayState(f, w, transfer)
	oneWayDowngrade(f, w)
	capsules(f, w, transfer)
	return f
}

func oneWayContent(f *file, w *world) {
	at := func(e edit) change { return payload("input.object", "payer", e) }
	own := w.payee.Device()
	f.refused(
		told(bad(40, 1, spec.PAY12, spec.EReqUnknown, "Request", "answers another static request", at(flip(17))), unsigned()),
		told(bad(41, 1, spec.PAY04, spec.EMismatch, "Request", "the right request under another number", at(number(11, posterNumber+1))), given()),
		told(bad(42, 1, spec.CRY01, spec.ECertNeeded, "Certificate", "names a certificate that is not there", at(flip(10))), unsigned()),
		told(bad(43, 1, spec.CRY06, spec.ESuite, "Certificate", "another suite than the certificate's", at(number(4, 2))), unsigned()),
		told(bad(44, 1, spec.CRY03, spec.EUsage, "Certificate", "a certificate without usage pay", certified(number(33, 0b10), "provider")), given()),
		told(bad(45, 1, spec.LCM02, spec.EPeerOld, "Freshness", "the payer's epoch is below the policy's minimum", at(number(21, 2449))), given()),
		told(bad(46, 1, spec.PAY04, spec.EMismatch, "Mismatch", "made for another payee: a signed refusal would refund what the right payee has credited", at(flip(12))), unsigned()),
		told(bad(47, 1, spec.PAY04, spec.EMismatch, "Mismatch", "another nonce than the tag's: whoever seals a transfer again can choose it", raw("input.payer_nonce", lastBit)), unsigned()),
		told(bad(48, 1, spec.PAY03, spec.EMismatch, "Mismatch", "one unit less than was asked for", at(number(7, amount-1))), given()),
		told(bad(49, 1, spec.ENC05, spec.EMismatch, "Mismatch", "another family of value", at(number(23, 2))), given()),
		told(bad(50, 1, spec.ENC05, spec.EMismatch, "Mismatch", "not one way", at(both(number(22, 0), drop(46)))), given()),
		told(bad(51, 1, spec.ENC05, spec.EMismatch, "Mismatch", "a claim, which a trusted device must not credit", at(number(22, 5))), given()),
		told(bad(52, 1, spec.PAY06, spec.ESelf, "Request", "the payee pays itself", certified(str(31, own[:]), "provider")), given()),
		told(bad(53, 1, spec.PAY13, spec.EReqExpired, "Expiry", "past its last epoch; a payee that credits it has what the ledger has refunded", at(number(46, epochNow-1))), given()),
		told(bad(54, 1, spec.PAY13, spec.EReqExpired, "Expiry", "beyond the last epoch of its request", at(number(46, posterEnd+1))), given()),
		told(bad(55, 1, spec.CON03, spec.EHop, "Provenance", "a lot that has made more hops than are accepted", at(set(15, oneLot(6, amount)))), given()),
		told(bad(56, 1, spec.CRY01, spec.ESig, "Certificate", "a certificate that the service has signed", certified(number(38, 2), "service")), unsigned()),
		told(bad(57, 1, spec.CRY05, spec.ESig, "Signature", "signed by the payee's key", resigned("input.object", "payee", "")), unsigned()),
		bad(58, 1, spec.ENC02, spec.EField, "Grammar", "no last epoch although it is one way", at(drop(46))),
	)
}

func oneWayState(f *file, w *world, transfer []byte) {
	id, payer := hexID(idOf(wire.TypeTransfer, transfer)), hexDID(w.payer.Device())
	other := func(n uint64) vectors.Listed {
		return vectors.Listed{Transfer: hexID(drawnID("listed " + dec(n))), Payer: payer, Counter: n}
	}
	w.listed("full", other(1), other(2))
	w.listed("refused", vectors.Listed{Transfer: id, Payer: payer, Counter: counter, Why: uint64(spec.EHolding)})
	w.listed("counter-seen", other(counter))
	w.variant("payee", "no-request", func(d *vectors.Device) { d.Statics = nil })
	w.variant("payee", "decommissioned", func(d *vectors.Device) { d.Decommissioned = true })
	w.variant("payee", "offline-long", func(d *vectors.Device) { d.GrantEpoch = epochNow - 61 })
	w.variant("payee", "revset-old", func(d *vectors.Device) { d.RevsetCount = 1000 })
	w.variant("payee", "log-full", func(d *vectors.Device) { d.LogUnacked = 32 })
	policy := func(name string, edit func(*wire.Policy)) {
		w.policyBut("policy-"+name, edit)
		w.variant("payee", name, func(d *vectors.Device) { d.Policy = "policy-" + name })
	}
	policy("holding-lower", func(p *wire.Policy) { p.Limits[0].MaxHolding = wire.LimitOf(4749) })
	policy("receive-lower", func(p *wire.Policy) { p.Limits[0].MaxReceiveTx = wire.LimitOf(1249) })
	at := func(n int, r spec.ID, code spec.Code, flag, comment, state string, values map[string]string) {
		f.refused(told(bad(n, 1, r, code, flag, comment, before("device", state)), values))
	}
	at(70, spec.PAY12, spec.EReqUsed, "Request", "as many were listed as the request takes: there is no place to remember a refusal in", "full", unsigned())
	at(71, spec.PAY11, spec.EHolding, "Request", "it was refused before: the same refusal again, though there is room now", "refused", given())
	at(72, spec.PAY12, spec.EReqUnknown, "Request", "the request is gone", "no-request", unsigned())
	at(73, spec.DET01, spec.EDouble, "DoubleSpend", "another transfer with this counter is listed", "counter-seen", unsigned())
	at(74, spec.PRV02, spec.EReqClosed, "Request", "the payee was decommissioned: refunded, or it is stuck for ever", "decommissioned", given())
	at(75, spec.TIM02, spec.EOfflineEpochs, "Limit", "too many epochs since the payee's last grant", "offline-long", given())
	at(76, spec.LCM02, spec.ERevOld, "Freshness", "the revocation set has served its number of payments", "revset-old", given())
	at(77, spec.LIM02, spec.EHolding, "Limit", "above the holding limit, by one", "holding-lower", given())
	at(78, spec.LIM02, spec.EReceiveLimit, "Limit", "above the limit for one receipt, by one", "receive-lower", given())
	at(79, spec.LIM08, spec.ELogFull, "Limit", "no place in the log", "log-full", given())
}

// oneWayDowngrade is a transfer in P-256 though both sides have Ed25519.
func oneWayDowngrade(f *file, w *world) {
	payer := w.device("payer-p256", suite.P256)
	did := w.payee.Device()
	w.device("payee-p256", suite.P256, func(m *wire.Cert) { m.Subject = did })
	w.variant("payee", "payee-both", func(d *vectors.Device) {
		d.Own = append(d.Own, vectors.Own{Key: "payee-p256", Certificate: "payee-p256"})
	})
	m := w.oneWay(idOf(wire.TypeStaticReq, w.signedPoster()))
	m.Suite, m.Cert = suite.P256, payer.ID
	object := w.signedBy("payer-p256", wire.TypeTransfer, m.Encode())
	receipt := w.receipt(wire.ReceiptAccepted)
	receipt.Suite, receipt.RequestHash, receipt.TransferHash = suite.P256, m.RequestHash, idOf(wire.TypeTransfer, object)
	receipt.Cert = idOf(wire.TypeCert, f.bytes("payee-p256"))
	nonce := payerNonce()
	f.valid(positive{n: 90, requirement: spec.CRY08, kind: "one-way", comment: "a payer that has P-256 alone, at a payee that has both",
		device: "payee-both", uses: map[string]string{"certificate": "payer-p256"},
		input: map[string][]byte{"object": object, "payer_nonce": nonce[:]},
		values: published(wire.TypeTransfer, object, map[string]string{
			"receipt_payload": hexOf(receipt.Encode()), "balance": dec(3500 + amount),
		})})
	f.refused(told(bad(91, 90, spec.CRY08, spec.EDowngrade, "Certificate",
		"the provider has certified that the payer has Ed25519 too: somebody used its weaker key",
		follow(payload("uses.certificate", "provider", set(37, []byte{0x82, 1, 2})), "input.object", "payer-p256", 10)), given()))
}

// capsules are what a payee must open, or must not.
func capsules(f *file, w *world, transfer []byte) {
	rqh := idOf(wire.TypeStaticReq, w.signedPoster())
	nonce := payerNonce()
	item := wire.OneWay{Object: transfer, Nonce: nonce, Certs: [][]byte{w.payer.Raw}}
	capsule, err := link.SealCapsule(bytes.NewReader(drawn("eseed", 32)), posterKey().KEM(), posterKey().Public(), rqh, item)
	if err != nil {
		panic("gen: " + err.Error())
	}
	f.valid(positive{n: 100, requirement: spec.PAY09, kind: "capsule", comment: "a capsule, byte for byte",
		input: map[string][]byte{
			"ikm": drawn("poster key", 32), "eseed": drawn("eseed", 32), "request": rqh[:], "capsule": capsule,
		},
		values: map[string]string{"item": hexOf(item.Encode()), "capsule": hexOf(capsule)}})
	at := func(n int, r spec.ID, code spec.Code, flag, comment string, c change) {
		f.refused(bad(n, 100, r, code, flag, comment, c))
	}
	flipAt := func(i int) change {
		return raw("input.capsule", func(b []byte) []byte { b[i] ^= 1; return b })
	}
	at(101, spec.PAY12, spec.EReqUnknown, "Capsule", "one bit of the tag", flipAt(len(capsule)-1))
	at(102, spec.PAY12, spec.EReqUnknown, "Capsule", "one bit of the encapsulated key", flipAt(5))
	at(103, spec.PAY12, spec.EReqUnknown, "Capsule", "sealed for another request under the same key", raw("input.request", lastBit))
	at(104, spec.PAY12, spec.EReqUnknown, "Capsule", "sealed to another key", raw("input.ikm", lastBit))
	at(105, spec.ENC02, spec.EMalformed, "Capsule", "a byte after the capsule", raw("input.capsule", trailing))
	at(106, spec.ENC02, spec.EField, "Capsule", "an array of three", raw("input.capsule", func(b []byte) []byte {
		b[0] = 0x83
		return append(b, 0x40)
	}))
	again := func(edit func([]byte) []byte) change {
		return raw("input.capsule", func([]byte) []byte { return w.sealCapsule(rqh, edit(item.Encode())) })
	}
	at(107, spec.ENC01, spec.EPad, "Capsule", "64 zeros too many in the padding", again(func(b []byte) []byte {
		return append(padded(b), make([]byte, 64)...)
	}))
	at(108, spec.ENC06, spec.EType, "Capsule", "it holds the item of another message", again(func(b []byte) []byte {
		b[1] = 0x12
		return padded(b)
	}))
	at(109, spec.ENC02, spec.EField, "Capsule", "it holds the item of a session, without the nonce", again(func([]byte) []byte {
		return padded(wire.Item{Type: wire.TypeTransfer, Object: transfer, Certs: item.Certs}.Encode())
	}))
}
