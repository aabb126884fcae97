package main

import (
	"bytes"

	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

// payeeState publishes the payee's state with the request open.
func (w *world) payeeState() string {
	_, hash := w.request(w.session())
	d := w.blank("payee", "payee", w.payee)
	d.Requests = []vectors.Request{{
		Number: requestNumber, Hash: hexID(hash), Amount: dec(amount), Suite: uint64(w.number), MaxHop: 5,
	}}
	return w.state(d)
}

// accepted are the values of a TRANSFER that the payee credits.
func (w *world) accepted(transfer []byte, balance uint64) map[string]string {
	m := w.receipt(wire.ReceiptAccepted)
	m.TransferHash = idOf(wire.TypeTransfer, transfer)
	return published(wire.TypeTransfer, transfer, map[string]string{
		"receipt_payload": hexOf(m.Encode()), "balance": dec(balance),
	})
}

// receipt is the payee's answer to the transfer.
func (w *world) receipt(status uint64) wire.Receipt {
	m := wire.Receipt{
		Version: wire.V1, Realm: w.auth.Place.Realm, Suite: w.number, Cert: w.payee.ID,
		RequestHash: w.transfer().RequestHash, TransferHash: idOf(wire.TypeTransfer, w.signedTransfer()), Status: status,
	}
	if status == wire.ReceiptRefused {
		m.Why = uint64(spec.EHop)
	}
	return m
}

func transferVectors() *file {
	f := newFile("transfer", "TRANSFER at its payee, which has the request open unless the state says otherwise. For a refusal, the value signed says whether the answer is a signed REFUSED, which alone gives the payer its money back. No state changes on an unsigned refusal.")
	decodeNotes(f)
	transferNotes(f)
	w := classical(f)
	w.payeeState()
	transfer := w.signedTransfer()
	f.valid(positive{n: 1, requirement: spec.PAY01, kind: "transfer", comment: "the payment that was asked for",
		device: "payee", uses: map[string]string{"certificate": "payer"}, input: map[string][]byte{"object": transfer},
		values: w.accepted(transfer, 3500+amount)})
	verified := w.transfer()
	verified.Flags = wire.TransferUV
	withUV := w.signedBy("payer", wire.TypeTransfer, verified.Encode())
	f.valid(positive{n: 2, requirement: spec.LIM05, kind: "transfer", comment: "the same after user verification",
		device: "payee", uses: map[string]string{"certificate": "payer"}, input: map[string][]byte{"object": withUV},
		values: w.accepted(withUV, 3500+amount)})
	first := w.transfer()
	first.Counter, first.Prev = 1, wire.ID{}
	firstEver := w.signedBy("payer", wire.TypeTransfer, first.Encode())
	f.valid(positive{n: 3, requirement: spec.DSP04, kind: "transfer", comment: "a first debit: counter 1 and no predecessor",
		device: "payee", uses: map[string]string{"certificate": "payer"}, input: map[string][]byte{"object": firstEver},
		values: w.accepted(firstEver, 3500+amount)})
	decodeChecks(f, 10, 1, "input.object", "payer", true)
	moneyChecks(f, 40, 1, "input.object", "payer")
	transferContent(f, w)
	transferState(f, w, transfer)
	transferOrder(f)
	transferDowngrade(f, w)
	return f
}

// transferDowngrade is a session in P-256 though both sides have Ed25519.
func transferDowngrade(f *file, w *world) {
	payer := w.device("payer-p256", suite.P256)
	did := w.payee.Device()
	w.device("payee-p256", suite.P256, func(m *wire.Cert) { m.Subject = did })
	w.variant("payee", "payee-both", func(d *vectors.Device) {
		d.Own = append(d.Own, vectors.Own{Key: "payee-p256", Certificate: "payee-p256"})
		d.Requests[0].Suite = uint64(suite.P256)
	})
	m := w.transfer()
	m.Suite, m.Cert = suite.P256, payer.ID
	object := w.signedBy("payer-p256", wire.TypeTransfer, m.Encode())
	receipt := w.receipt(wire.ReceiptAccepted)
	receipt.Suite, receipt.TransferHash = suite.P256, idOf(wire.TypeTransfer, object)
	receipt.Cert = idOf(wire.TypeCert, f.bytes("payee-p256"))
	f.valid(positive{n: 130, requirement: spec.CRY08, kind: "transfer", comment: "a payer that has P-256 alone, at a payee that has both",
		device: "payee-both", uses: map[string]string{"certificate": "payer-p256"}, input: map[string][]byte{"object": object},
		values: published(wire.TypeTransfer, object, map[string]string{
			"receipt_payload": hexOf(receipt.Encode()), "balance": dec(3500 + amount),
		})})
	f.refused(told(bad(131, 130, spec.CRY08, spec.EDowngrade, "Certificate",
		"the provider has certified that the payer has Ed25519 too: somebody talked the two down",
		follow(payload("uses.certificate", "provider", set(37, []byte{0x82, 1, 2})), "input.object", "payer-p256", 10)), given()))
	f.refused(told(bad(132, 130, spec.CRY05, spec.ESig, "Signature", "s in the upper half", raw("input.object", func(b []byte) []byte {
		at := len(b) - 64
		return append(b[:at:at], highS(append([]byte(nil), b[at:]...))...)
	})), unsigned()))
}

func transferNotes(f *file) {
	f.note("Request", "It answers no request that is open here.", "One payment is credited twice, or one for somebody else is.")
	f.note("Mismatch", "It is not what the request asks for.", "The payee hands over goods for less, or for a claim that it cannot spend.")
	f.note("Provenance", "The lots are not well formed, or have come too far.", "Value circulates offline without bound.")
	f.note("Certificate", "The payer's certificate, or its use, is not right.", "Devices that nobody certified, or that were turned off, pay.")
	f.note("Freshness", "Somebody's knowledge is too old.", "A blocked device pays where the block has not been heard of.")
	f.note("DoubleSpend", "Another transfer with this counter is known.", "Value is spent twice.")
	f.note("Limit", "A limit of the payee is reached.", "More is held than a policy allows.")
	f.note("Order", "Two things are wrong; the code shows which one is checked first.", "A wrong order tells a stranger about requests, or signs a refund before the signature is checked.")
}

// unsigned is the value of a refusal that gives nothing back; given of one that
// does.
func unsigned() map[string]string { return map[string]string{"signed": "0"} }
func given() map[string]string    { return map[string]string{"signed": "1"} }

func told(n negative, values map[string]string) negative {
	n.values = values
	return n
}

// transferContent changes one member, which the payer then signs again.
func transferContent(f *file, w *world) {
	at := func(e edit) change { return payload("input.object", "payer", e) }
	lots := func(pairs ...uint64) edit {
		b := wire.AppendArray(nil, len(pairs)/2)
		for i := 0; i < len(pairs); i += 2 {
			b = wire.AppendUint(wire.AppendUint(wire.AppendArray(b, 2), pairs[i]), pairs[i+1])
		}
		return set(15, b)
	}
	f.refused(
		told(bad(50, 1, spec.PAY03, spec.EMismatch, "Mismatch", "one unit less than was asked for; a payee that reads the amount from the transfer hands over the goods", at(number(7, amount-1))), given()),
		told(bad(51, 1, spec.PAY04, spec.EMismatch, "Mismatch", "made for another payee", at(flip(12))), given()),
		told(bad(52, 1, spec.PAY04, spec.EReqUnknown, "Request", "answers another request under the same number", at(flip(17))), unsigned()),
		told(bad(53, 1, spec.PAY04, spec.EReqUnknown, "Request", "a request number that was never used", at(number(11, requestNumber+1))), unsigned()),
		told(bad(54, 1, spec.ENC05, spec.EMismatch, "Mismatch", "another family of value", at(number(23, 2))), given()),
		told(bad(55, 1, spec.ENC05, spec.EMismatch, "Mismatch", "a claim, which a trusted device must not credit", at(both(number(22, 1), number(46, epochEnd)))), given()),
		bad(56, 1, spec.ENC02, spec.EField, "Grammar", "an expiry without the flag that brings it", at(number(46, epochEnd))),
		bad(57, 1, spec.ENC02, spec.EField, "Grammar", "an undefined flag", at(number(22, 1<<3))),
		bad(58, 1, spec.ENC02, spec.EField, "Grammar", "a family that is none", at(number(23, 6))),
		bad(59, 1, spec.DSP04, spec.EAmount, "Range", "no predecessor although the counter is not 1", at(str(14, make([]byte, 32)))),
		bad(60, 3, spec.DSP04, spec.EAmount, "Range", "a predecessor although the counter is 1", at(flip(14))),
		bad(61, 1, spec.DSP04, spec.EAmount, "Range", "counter 0", at(number(13, 0))),
		bad(62, 1, spec.ENC02, spec.EAmount, "Range", "an epoch above 2^31-1", at(number(21, 1<<31))),
		told(bad(63, 1, spec.LCM02, spec.EPeerOld, "Freshness", "the payer's epoch is below the policy's minimum", at(number(21, 2449))), given()),
		told(bad(64, 1, spec.CON03, spec.EHop, "Provenance", "a lot that has made more hops than are accepted", at(lots(1, 1000, 6, 250))), given()),
		told(bad(65, 1, spec.CON03, spec.EHop, "Provenance", "a lot of hop 0, which no transfer can bring", at(lots(0, 1000, 2, 250))), given()),
		told(bad(66, 1, spec.CON03, spec.EHop, "Provenance", "hops that do not ascend", at(lots(2, 250, 1, 1000))), given()),
		told(bad(67, 1, spec.CON03, spec.EHop, "Provenance", "one hop twice", at(lots(1, 1000, 1, 250))), given()),
		told(bad(68, 1, spec.CON03, spec.EHop, "Provenance", "lots that sum to more than the amount", at(lots(1, 1000, 2, 251))), given()),
		bad(69, 1, spec.ENC04, spec.EAmount, "Range", "a lot of nothing", at(lots(1, amount, 2, 0))),
		told(bad(70, 1, spec.CON03, spec.EHop, "Provenance", "lots that sum to 2^53 and more", at(lots(1, amount, 2, 1<<53-1))), given()),
		bad(71, 1, spec.ENC02, spec.EField, "Grammar", "no lots", at(lots())),
		told(bad(72, 1, spec.CRY06, spec.ESuite, "Certificate", "another suite than the certificate's", at(number(4, 2))), unsigned()),
		told(bad(73, 1, spec.CRY06, spec.ESuite, "Certificate", "another algorithm than the suite's", protected("input.object", "payer", alg(-9))), unsigned()),
		told(bad(74, 1, spec.CRY05, spec.ESig, "Signature", "signed by the payee's key", resigned("input.object", "payee", "")), unsigned()),
		told(bad(75, 1, spec.CRY05, spec.EMismatch, "Mismatch", "one bit of the amount after signing: refused for the amount, and without a signature", raw("input.object", lastBitOf(0x07, 0x19, 0x04, 0xe2))), unsigned()),
		told(bad(80, 1, spec.CRY05, spec.ESig, "Signature", "one bit of the policy version after signing: no other check looks at it", raw("input.object", lastBitOf(0x13, 0x07))), unsigned()),
	)
	own := w.payee.Device()
	f.refused(
		told(bad(76, 1, spec.PAY06, spec.ESelf, "Request", "the payee pays itself", certified(str(31, own[:]), "provider")), given()),
		told(bad(77, 1, spec.CRY01, spec.ECertNeeded, "Certificate", "names a certificate that is not there", at(flip(10))), unsigned()),
		told(bad(78, 1, spec.CRY01, spec.ECertNeeded, "Certificate", "the certificate is not sent and not known", without("certificate")), unsigned()),
		told(bad(79, 1, spec.CRY01, spec.ESig, "Certificate", "the certificate's signature has one bit wrong, under the right identifier; one that caches by identifier takes it later", raw("uses.certificate", lastBit)), unsigned()),
	)
}

// lastBitOf flips the last bit of the first run of these bytes.
func lastBitOf(run ...byte) func([]byte) []byte {
	return func(b []byte) []byte {
		b[bytes.Index(b, run)+len(run)-1] ^= 1
		return b
	}
}

// certified changes the payer's certificate; the transfer then names the new one.
func certified(e edit, issuer string) change {
	return follow(payload("uses.certificate", issuer, e), "input.object", "payer", 10)
}

// transferState changes what the payee knows or has.
func transferState(f *file, w *world, transfer []byte) {
	id, payer := idOf(wire.TypeTransfer, transfer), w.payer.Device()
	credit := func(request uint64, transfer wire.ID) vectors.Credit {
		return vectors.Credit{Request: request, Transfer: hexID(transfer), Payer: hexDID(payer), Counter: counter}
	}
	w.variant("payee", "closed", func(d *vectors.Device) { d.Requests = []vectors.Request{} })
	w.variant("closed", "old", func(d *vectors.Device) { d.LowWater = requestNumber })
	other := drawnID("another transfer")
	w.variant("closed", "used", func(d *vectors.Device) { d.Credits = []vectors.Credit{credit(requestNumber, other)} })
	w.variant("closed", "credited", func(d *vectors.Device) { d.Credits = []vectors.Credit{credit(requestNumber, id)} })
	w.variant("payee", "counter-seen", func(d *vectors.Device) { d.Credits = []vectors.Credit{credit(requestNumber-1, other)} })
	w.variant("payee", "revset-old", func(d *vectors.Device) { d.RevsetCount = 1000 })
	w.variant("payee", "revset-aged", func(d *vectors.Device) { d.Epoch = epochRevset + 401 })
	w.variant("payee", "log-full", func(d *vectors.Device) { d.LogUnacked = 37 })
	policy := func(name string, edit func(*wire.Policy)) {
		w.policyBut("policy-"+name, edit)
		w.variant("payee", name, func(d *vectors.Device) { d.Policy = "policy-" + name })
	}
	policy("holding-lower", func(p *wire.Policy) { p.Limits[0].MaxHolding = wire.LimitOf(4749) })
	policy("receive-lower", func(p *wire.Policy) { p.Limits[0].MaxReceiveTx = wire.LimitOf(1249) })
	policy("cumulative-lower", func(p *wire.Policy) { p.Limits[0].MaxReceiveCumulative = wire.LimitOf(1949) })
	policy("suite-2-only", func(p *wire.Policy) { p.Suites = []suite.Suite{2} })
	w.object("revset-payer", w.auth.SignRevset(3, epochRevset, []wire.ID{{1}}, []wire.DID{{2}, {3}, payer}))
	w.variant("payee", "payer-blocked", func(d *vectors.Device) { d.Revset = "revset-payer" })
	at := func(n, twin int, r spec.ID, code spec.Code, flag, comment, state string, values map[string]string) {
		f.refused(told(bad(n, twin, r, code, flag, comment, before("device", state)), values))
	}
	at(90, 1, spec.PAY05, spec.EReqClosed, "Request", "the request was closed: the refusal is signed, or the payer never gets its money back", "closed", given())
	at(91, 90, spec.DSP06, spec.EReqOld, "Request", "below the low-water mark: nobody here knows any more, so nothing is signed", "old", unsigned())
	at(92, 90, spec.PAY05, spec.EReqUsed, "Request", "the request was paid by another transfer", "used", unsigned())
	f.valid(positive{n: 93, requirement: spec.DSP05, kind: "transfer", comment: "the same transfer again: its receipt again, and nothing credited",
		device: "credited", uses: map[string]string{"certificate": "payer"}, input: map[string][]byte{"object": transfer},
		values: w.accepted(transfer, 3500)})
	at(94, 1, spec.DET01, spec.EDouble, "DoubleSpend", "another transfer with this counter was credited here", "counter-seen", unsigned())
	at(95, 1, spec.LCM02, spec.ERevOld, "Freshness", "the revocation set has served its number of payments", "revset-old", given())
	at(96, 1, spec.LCM02, spec.ERevOld, "Freshness", "the revocation set is older than the policy allows", "revset-aged", given())
	at(97, 1, spec.LIM02, spec.EHolding, "Limit", "a policy with a lower holding limit came in between", "holding-lower", given())
	at(98, 1, spec.LIM02, spec.EReceiveLimit, "Limit", "a policy with a lower limit for one receipt came in between", "receive-lower", given())
	at(99, 1, spec.LIM02, spec.EReceiveLimit, "Limit", "the sum received since the last grant", "cumulative-lower", given())
	at(100, 1, spec.LIM08, spec.ELogFull, "Limit", "no place in the log", "log-full", given())
	at(101, 1, spec.LCM01, spec.ERevoked, "Certificate", "the payer is blocked; it gets its money back all the same", "payer-blocked", given())
	at(102, 1, spec.CRY06, spec.ESuite, "Certificate", "the payer's suite is not allowed any more", "suite-2-only", nil)
	f.refused(
		told(bad(103, 1, spec.CRY03, spec.EUsage, "Certificate", "a certificate without usage pay", certified(number(33, 0b10), "provider")), given()),
		told(bad(104, 1, spec.CRY02, spec.EExpired, "Certificate", "a certificate that has expired", certified(set(36, twoEpochs(epochIssued, 2450)), "provider")), given()),
		told(bad(105, 1, spec.CRY01, spec.ESig, "Certificate", "a certificate of the right provider that the service has signed", certified(number(38, 2), "service")), unsigned()),
		told(bad(106, 1, spec.CRY04, spec.EPath, "Certificate", "a certificate of the production environment", certified(number(35, 2), "provider")), nil),
		told(bad(107, 1, spec.CRY01, spec.ECertNeeded, "Certificate", "a certificate of an issuer that is not there", certified(flip(10), "provider")), unsigned()),
	)
}

// transferOrder are two faults at once.
func transferOrder(f *file) {
	f.refused(
		told(bad(120, 90, spec.PAY04, spec.EMismatch, "Order", "closed, and for another payee: a signed refusal would refund what the right payee has credited", payload("input.object", "payer", flip(12))), unsigned()),
		told(bad(121, 120, spec.PAY04, spec.EMismatch, "Order", "closed, for another payee, and no certificate: the tag is checked before anything is fetched", without("certificate")), unsigned()),
		told(bad(122, 90, spec.CRY05, spec.ESig, "Order", "closed, and not signed by the payer: no refusal is signed for what the payer never sent", raw("input.object", lastBit)), unsigned()),
	)
}
