package main

import (
	"bytes"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

// furtherKeys are REKEY_REQ with the ENROL_REQ of the next key, and the ENROL_REQ
// of a first and of a further key, all of the suite.
func (w *world) furtherKeys() {
	next := cert.DeriveKey(w.number, []byte(seed), "the next key of payer")
	w.key("next", next)
	context := w.providerContext()
	context["suites"] = dec(uint64(w.number))
	in, pkd := w.asking(next.Public()), hexID(wire.KeyDigest(w.payer.Body.Key))
	subject := hexDID(w.payer.Device())
	about := " in suite " + dec(uint64(w.number))
	w.valid(positive{n: 100, requirement: spec.LCM04, kind: "rekey-req", comment: "a device asks for another key" + about,
		uses:  map[string]string{"certificate": "payer", "issuer": "provider", "root": "root", "revset": "revset"},
		input: in, context: context, values: published(wire.TypeRekeyReq, in["object"], map[string]string{"subject": subject, "pkd": pkd})})
	w.spoiled(place{n: 101, twin: 100, field: "input.object", signer: "payer"})
	w.spoiled(place{n: 121, twin: 100, field: "input.enrol", signer: "next", few: true})
	first := w.signedBy("payer", wire.TypeEnrolReq, w.firstEnrolment().Encode())
	w.valid(positive{n: 140, requirement: spec.CRY05, kind: "enrol-req", comment: "the first key of a device" + about, uses: map[string]string{},
		input: map[string][]byte{"object": first}, context: context, values: published(wire.TypeEnrolReq, first, map[string]string{"subject": subject})})
	w.spoiled(place{n: 141, twin: 140, field: "input.object", signer: "payer"})
	second := w.signedBy("next", wire.TypeEnrolReq, w.enrolment(next.Public(), wire.ID{}, wire.ID{}).Encode())
	w.valid(positive{n: 160, requirement: spec.LCM04, kind: "enrol-req", comment: "a further key, which the first one names," + about, uses: map[string]string{},
		input:   map[string][]byte{"object": second, "first": first, "link": w.naming(next.Public(), wire.ID{})},
		context: context, values: published(wire.TypeEnrolReq, second, map[string]string{"subject": subject, "pkd": pkd})})
	w.spoiled(place{n: 161, twin: 160, field: "input.link", signer: "payer", code: spec.ECertNeeded, few: true})
	w.furtherAnswer(next.Public())
}

// furtherAnswer is the certificate that answers the re-key, at the device. Its
// provider has signed it, in suite 5 whatever the device's suite is.
func (w *world) furtherAnswer(next suite.PublicKey) {
	d := w.blank("waiting", "payer", w.payer)
	d.Rekey = &vectors.Rekey{Key: "next", Signer: "payer"}
	w.state(d)
	object := w.auth.IssueDevice(next, cert.DeviceOptions{Subject: w.payer.Device(), Edit: func(c *wire.Cert) {
		c.Replaces, c.NotAfter = wire.KeyDigest(w.payer.Body.Key), epochEnd
	}}).Raw
	w.valid(positive{n: 300, requirement: spec.LCM04, kind: "rekeyed", comment: "the certificate of the next key in suite " + dec(uint64(w.number)), device: "waiting",
		uses: map[string]string{}, input: map[string][]byte{"object": object}, values: published(wire.TypeCert, object, map[string]string{"balance": "3500"})})
	other := w.private["provider"].Sign([]byte("another message"))
	at := func(n int, r spec.ID, flag, comment string, e func(sig, _ []byte) []byte) {
		w.refused(bad(300+n, 300, r, spec.ESig, flag, comment, signature("input.object", "", e)))
	}
	at(1, spec.CRY05, "Signature", "one bit of the signature", func(sig, _ []byte) []byte { return lastBit(sig) })
	at(2, spec.PQC02, "Length", "the signature is a byte too long", func(sig, _ []byte) []byte { return append(sig, 0) })
	at(3, spec.PQC01, "Hybrid", "the classical half is wrong, the other right", func(sig, _ []byte) []byte { return append(other[:cut:cut], sig[cut:]...) })
	at(4, spec.PQC01, "Hybrid", "the ML-DSA half is wrong, the other right", func(sig, _ []byte) []byte { return append(sig[:cut:cut], other[cut:]...) })
	at(5, spec.PQC02, "Hybrid", "the ML-DSA half alone", func(sig, _ []byte) []byte { return sig[cut:] })
	at(6, spec.PQC02, "Hybrid", "the classical half alone", func(sig, _ []byte) []byte { return sig[:cut] })
}

// asking is a REKEY_REQ of the payer for its next key, and the ENROL_REQ by that.
func (w *world) asking(next suite.PublicKey) map[string][]byte {
	object := w.naming(next, w.payer.ID)
	enrol := w.enrolment(next, w.payer.ID, idOf(wire.TypeRekeyReq, object))
	return map[string][]byte{"object": object, "enrol": w.signedBy("next", wire.TypeEnrolReq, enrol.Encode())}
}

// furtherClaims are a claim at its payee in software, the payee's RECEIPT at the
// payer, and the claim at the ledger.
func (w *world) furtherClaims() {
	w.furtherSoftware()
	c := w.claimWorld()
	c.furtherReceipt()
	account := map[string]string{"account": dec(500 + amount)}
	about := " in suite " + dec(uint64(w.number))
	c.brought(220, spec.CLM03, "deposit", "a claim"+about+": paid into its payee's account", "ledger", c.object, account)
	p := place{n: 221, twin: 220, field: "input.object", signer: "payer"}
	w.spoiled(p)
	w.refused(
		p.bad(14, spec.CRY01, spec.ESig, "Certificate", "the certificate's signature has one bit wrong", raw("uses.certificate", lastBit)),
		p.bad(15, spec.PAY04, spec.EMismatch, "Opening", "another payee than the tag's", raw("input.payee", lastBit)),
	)
	word := map[string]string{"resolve_payload": hexOf(c.resolve(wire.ResolveRefund, claimOver).Encode())}
	c.brought(240, spec.CLM04, "unclaimed", "a claim"+about+", over and unclaimed: refunded", "over", c.object, word)
}

func (w *world) furtherSoftware() {
	s := w.softWorld()
	m := s.claim(counter)
	object, nonce := s.signedBy("payer", wire.TypeTransfer, m.Encode()), payerNonce()
	receipt := wire.Receipt{Version: wire.V1, Realm: m.Realm, Suite: w.number, Cert: s.payee.ID, RequestHash: s.rqh,
		TransferHash: idOf(wire.TypeTransfer, object), Status: wire.ReceiptAccepted}
	w.valid(positive{n: 180, requirement: spec.CLM01, kind: "software", comment: "a claim in suite " + dec(uint64(w.number)) + ": kept, and accepted", device: "software",
		uses: map[string]string{"certificate": "payer"}, input: map[string][]byte{"object": object, "payer_nonce": nonce[:]},
		values: published(wire.TypeTransfer, object, map[string]string{"receipt_payload": hexOf(receipt.Encode())})})
	p := place{n: 181, twin: 180, field: "input.object", signer: "payer"}
	w.spoiled(p)
	w.refused(p.bad(14, spec.CRY01, spec.ESig, "Certificate", "the certificate's signature has one bit wrong", raw("uses.certificate", lastBit)))
}

// furtherReceipt is ACCEPTED by software, which ends a claim.
func (c *claimWorld) furtherReceipt() {
	d := c.blank("claim-pending", "payer", c.world.payer)
	m := c.transfer()
	d.Counter, d.Prev = counter, hexID(c.id)
	d.Pending = []vectors.Pending{{ID: hexID(c.id), RequestHash: hexID(m.RequestHash), Payee: hexDID(c.payee), Amount: dec(amount), Claim: true}}
	c.state(d)
	receipt := wire.Receipt{Version: wire.V1, Realm: c.auth.Place.Realm, Suite: c.number, Cert: idOf(wire.TypeCert, c.bytes("software")),
		RequestHash: m.RequestHash, TransferHash: c.id, Status: wire.ReceiptAccepted}
	object := c.signedBy("software", wire.TypeReceipt, receipt.Encode())
	c.valid(positive{n: 200, requirement: spec.CLM02, kind: "receipt", comment: "ACCEPTED by software in suite " + dec(uint64(c.number)) + " ends a claim", device: "claim-pending",
		uses: map[string]string{"certificate": "software"}, input: map[string][]byte{"object": object},
		values: published(wire.TypeReceipt, object, map[string]string{"refunded": "0", "balance": "3500"})})
	c.spoiled(place{n: 201, twin: 200, field: "input.object", signer: "software", few: true})
}

// furtherChain is a TRANSFER under CHAIN provenance at a verifier, with a link of a
// holder before the payer, and its links.
func (of *world) furtherChain() {
	w := chained(of)
	l := w.ledgerState("verifier")
	l.Issuers, l.Policy = []string{"provider", "service"}, "policy-chain"
	w.Ledgers = append(w.Ledgers, l)
	line := w.maker.Line(amount, w.payer.Device(), w.holders[0])
	w.good(260, spec.CON04, "verifier", "a chain of two links in suite "+dec(uint64(w.number)), []string{"holder-1"}, line)
	p := place{n: 261, twin: 260, field: "input.object", signer: "payer"}
	w.spoiled(p)
	w.refused(p.bad(14, spec.CRY01, spec.ESig, "Certificate", "the certificate's signature has one bit wrong", raw("uses.certificate", lastBit)))
	other := w.private["holder-1"].Sign([]byte("another message"))
	linked := func(e func(sig []byte) []byte) change {
		return relinked(func(list []wire.Link) []wire.Link {
			for i := range list {
				if list[i].Nonce != nil { // the holder's TRANSFER
					header, body, sig := decoded(list[i].Object)
					list[i].Object = assemble(header, body, e(bytes.Clone(sig)))
				}
			}
			return list
		})
	}
	at := func(n int, r spec.ID, flag, comment string, e func([]byte) []byte) {
		w.refused(bad(280+n, 260, r, spec.EChainSig, flag, "the link: "+comment, linked(e)))
	}
	at(0, spec.CRY05, "Signature", "one bit of its signature", lastBit)
	at(1, lengthRule(w.number), "Length", "its signature is a byte too long", trailing)
	at(2, lengthRule(w.number), "Length", "its signature is a byte too short", truncated)
	if w.number == suite.P256 {
		at(3, spec.CRY10, "Malleable", "s of its signature in the upper half", highS)
		return
	}
	at(3, lengthRule(w.number), "Length", "the first 64 bytes of its signature alone", func(sig []byte) []byte { return sig[:cut] })
	if w.hybrid() {
		at(4, spec.PQC01, "Hybrid", "the classical half of its signature is wrong", func(sig []byte) []byte { return append(other[:cut:cut], sig[cut:]...) })
		at(5, spec.PQC01, "Hybrid", "the ML-DSA half of its signature is wrong", func(sig []byte) []byte { return append(sig[:cut:cut], other[cut:]...) })
		at(6, spec.PQC02, "Hybrid", "the ML-DSA half of its signature alone", func(sig []byte) []byte { return sig[cut:] })
	}
}
