package main

import (
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

// payerStates publishes the payer's states.
func (w *world) payerStates() {
	d := w.blank("payer", "payer", w.payer)
	w.state(d)
	edit := func(name string, e func(*vectors.Device)) { w.variant("payer", name, e) }
	edit("unprovisioned", func(d *vectors.Device) { d.Provisioned = false })
	edit("decommissioned", func(d *vectors.Device) { d.Decommissioned = true })
	edit("no-consent", func(d *vectors.Device) { d.Consent = false })
	edit("pin-locked", func(d *vectors.Device) { d.PINTries = 0 })
	edit("spent", func(d *vectors.Device) { d.Used.Amount = "78751" })
	edit("counted", func(d *vectors.Device) { d.Used.Count = 10 })
	edit("offline-long", func(d *vectors.Device) { d.GrantEpoch = epochNow - 61 })
	edit("revset-served", func(d *vectors.Device) { d.RevsetCount = 1000 })
	edit("pending", func(d *vectors.Device) {
		d.Pending = []vectors.Pending{{ID: hexID(drawnID("pending")), RequestHash: hexID(drawnID("its request")), Payee: hexDID(w.payee.Device()), Amount: "100"}}
	})
	edit("log-full", func(d *vectors.Device) { d.LogUnacked = 32 })
	edit("far-travelled", func(d *vectors.Device) { d.Balance = []vectors.Lot{{Hop: 0, Amount: "1000"}, {Hop: 5, Amount: "2500"}} })
	edit("poor", func(d *vectors.Device) { d.Balance = []vectors.Lot{{Hop: 0, Amount: "1249"}} })
	w.variant("poor", "poor-unverified", func(d *vectors.Device) { d.AuthCount = 5 })
	edit("unverified-often", func(d *vectors.Device) { d.AuthCount = 5 })
	w.object("revset-payer", w.auth.SignRevset(3, epochRevset, []wire.ID{{1}}, []wire.DID{{2}, {3}, w.payer.Device()}))
	w.object("revset-payee", w.auth.SignRevset(3, epochRevset, []wire.ID{{1}}, []wire.DID{{2}, {3}, w.payee.Device()}))
	edit("blocked", func(d *vectors.Device) { d.Revset = "revset-payer" })
	edit("payee-blocked", func(d *vectors.Device) { d.Revset = "revset-payee" })
	w.policyBut("policy-max-tx", func(p *wire.Policy) { p.Limits[0].MaxTx = wire.LimitOf(1249) })
	edit("max-tx-lower", func(d *vectors.Device) { d.Policy = "policy-max-tx" })
}

func payReqVectors() *file {
	f := newFile("pay-req", "PAY_REQ at the payer: M2 as it arrives, and what it holds (hello, caps, pay_req and the certificate) for those who open no link. The sealed M2 follows from these and the published ikm and eseed. verified is 1 after user verification, expected_amount what the user means to pay, 0 for whatever is asked. A valid one gives the payload of the TRANSFER.")
	decodeNotes(f)
	payReqNotes(f)
	w := classical(f)
	w.payerStates()
	s := w.session()
	request, hash := w.request(s)
	m := w.transfer()
	m.Lots, m.RequestHash = []wire.Lot{{Hop: 1, Amount: amount}}, hash
	body := m.Encode()
	unverifiedID := wire.Object{Alg: -19, Payload: body}.ID(wire.TypeTransfer)
	in := s.input()
	in["hello_nonce"], in["pay_req"] = s.helloNonce, request
	in["m2"] = s.m2(wire.Item{Type: wire.TypePayReq, Object: request, Certs: [][]byte{w.payee.Raw}})
	values := published(wire.TypePayReq, request, map[string]string{
		"transfer_payload": hexOf(body), "transfer_id": hexID(unverifiedID),
	})
	f.valid(positive{n: 1, requirement: spec.PAY01, kind: "pay-req", comment: "a request that the payer takes, below the amount that needs user verification",
		device: "payer", uses: map[string]string{"certificate": "payee"}, input: in,
		context: map[string]string{"verified": "0", "expected_amount": "0", "session": "1"}, values: values})
	m.Flags = wire.TransferUV
	body = m.Encode()
	f.valid(positive{n: 2, requirement: spec.LIM05, kind: "pay-req", comment: "the same after user verification",
		device: "payer", uses: map[string]string{"certificate": "payee"}, input: in,
		context: map[string]string{"verified": "1", "expected_amount": dec(amount), "session": "1"},
		values: published(wire.TypePayReq, request, map[string]string{
			"transfer_payload": hexOf(body), "transfer_id": hexID(wire.Object{Alg: -19, Payload: body}.ID(wire.TypeTransfer)),
		})})
	from := len(f.Tests)
	decodeChecks(f, 10, 1, "input.pay_req", "payee", false)
	moneyChecks(f, 25, 1, "input.pay_req", "payee")
	payReqContent(f, w, s)
	payReqState(f)
	f.sealAgain(s, from)
	payReqDowngrade(f, w)
	return f
}

func payReqNotes(f *file) {
	f.note("Session", "It belongs to no session here, or to another.", "A relay shows one payee's request to another's customer.")
	f.note("Negotiation", "The choice is not the one that both certificates allow.", "Two devices are talked down to their weakest suite.")
	f.note("Certificate", "The payee's certificate, or its use, is not right.", "Money goes to nobody, or to somebody who must not have it.")
	f.note("Freshness", "Somebody's knowledge is too old.", "A blocked device is paid where the block has not been heard of.")
	f.note("Mismatch", "Not what the user means to pay.", "The amount changes between the eye and the signature.")
	f.note("Lifecycle", "The payer is not in service, or its user has not agreed.", "A device pays that its issuer or owner has stopped.")
	f.note("Limit", "A limit of the payer is reached.", "What a stolen or cracked device can pass grows without bound.")
	f.note("Funds", "Not enough that may be spent.", "Value comes from nothing.")
	f.note("Order", "Two things are wrong; the code shows which one is checked first.", "The user is asked for a PIN in vain.")
}

// sealAgain gives every vector from an index on the M2 that its parts make, but
// where M2 itself is what changed.
func (f *file) sealAgain(s session, from int) {
	for i := range f.Tests[from:] {
		v := &f.Tests[from+i]
		if v.Mutation.Field == "input.m2" {
			continue
		}
		s.hello, s.caps = unhex(v.Input["hello"]), unhex(v.Input["caps"])
		item := wire.Item{Type: wire.TypePayReq, Object: unhex(v.Input["pay_req"])}
		if name, ok := v.Uses["certificate"]; ok {
			item.Certs = [][]byte{f.bytes(name)}
		}
		v.Input["m2"] = hexOf(s.m2(item))
	}
}

func payReqContent(f *file, w *world, s session) {
	at := func(e edit) change { return payload("input.pay_req", "payee", e) }
	cert := func(e edit, signer string) change {
		return follow(payload("uses.certificate", signer, e), "input.pay_req", "payee", 10)
	}
	caps := func(e edit) change { return raw("input.caps", func(b []byte) []byte { c, _ := e(b); return c }) }
	own := w.payer.Device()
	otherItem := raw("input.m2", func([]byte) []byte {
		receipt := w.signedBy("payee", wire.TypeReceipt, w.receipt(wire.ReceiptAccepted).Encode())
		return s.m2(wire.Item{Type: wire.TypeReceipt, Object: receipt})
	})
	f.refused(
		bad(40, 1, spec.ENC03, spec.EState, "Session", "no session is open", value("session", "0")),
		bad(41, 1, spec.CRY08, spec.EDowngrade, "Negotiation", "CAPS chooses what is not the highest of both lists", caps(number(4, 2))),
		bad(42, 1, spec.INT01, spec.EVersion, "Negotiation", "CAPS chooses version 2", caps(number(1, 2))),
		bad(43, 1, spec.ENC05, spec.ERealm, "Realm", "CAPS of another realm", caps(str(3, make([]byte, 8)))),
		bad(44, 1, spec.PVY02, spec.ELink, "Session", "one bit of the sealed frame", raw("input.m2", lastBit)),
		bad(45, 1, spec.ENC06, spec.EType, "Type", "a RECEIPT where the request belongs", otherItem),
		bad(46, 1, spec.CRY08, spec.ETranscript, "Session", "a request of another session; a payer that does not compare the transcript pays whom a relay wants", at(flip(8))),
		bad(47, 1, spec.CRY01, spec.ECertNeeded, "Certificate", "the certificate is not sent and not known", without("certificate")),
		bad(48, 1, spec.CRY06, spec.ESuite, "Certificate", "another suite than the certificate's", at(number(4, 2))),
		bad(49, 1, spec.CRY03, spec.EUsage, "Certificate", "a payee without usage receive", cert(number(33, 0b1), "provider")),
		bad(50, 1, spec.CRY02, spec.EExpired, "Certificate", "a payee whose certificate has expired", cert(set(36, twoEpochs(epochIssued, 2450)), "provider")),
		bad(51, 1, spec.CRY01, spec.ESig, "Certificate", "a certificate that the service has signed", cert(number(38, 2), "service")),
		bad(53, 1, spec.LCM02, spec.EPeerOld, "Freshness", "the payee's epoch is below the policy's minimum", at(number(21, 2449))),
		bad(54, 1, spec.ENC05, spec.EFamily, "Grammar", "another family of value", at(number(23, 2))),
		bad(55, 1, spec.CRY03, spec.EUsage, "Certificate", "the request says software, the certificate trusted device", at(number(22, 0))),
		bad(56, 1, spec.CRY05, spec.ESig, "Signature", "signed by the payer's own key", resigned("input.pay_req", "payer", "")),
		bad(57, 1, spec.PAY06, spec.ESelf, "Session", "the payer's own request", cert(str(31, own[:]), "provider")),
		bad(58, 1, spec.ENC02, spec.EField, "Grammar", "a label of 41 bytes", at(set(85, wire.AppendText(nil, "0123456789012345678901234567890123456789X")))),
		bad(59, 1, spec.ENC02, spec.EField, "Grammar", "an empty label, which is to be left out", at(set(85, wire.AppendText(nil, "")))),
		bad(60, 1, spec.ENC02, spec.EAmount, "Range", "a highest hop of 16", at(number(39, 16))),
	)
}

// payReqDowngrade is a session in P-256, because the payee has nothing else.
func payReqDowngrade(f *file, w *world) {
	list := []suite.Suite{suite.Ed25519, suite.P256}
	did := w.payer.Device()
	payer := func(name string, key suite.PrivateKey) *cert.Certificate {
		if name != "payer-both" {
			w.key(name, key)
		}
		c := w.auth.IssueDevice(key.Public(), cert.DeviceOptions{Subject: did, Suites: list})
		w.object(name, c.Raw)
		return c
	}
	payer("payer-both", w.private["payer"])
	second := payer("payer-p256", cert.DeriveKey(suite.P256, []byte(seed), "payer-p256"))
	payee := w.device("payee-p256", suite.P256)
	w.variant("payer", "payer-both", func(d *vectors.Device) {
		d.Own = []vectors.Own{{Key: "payer", Certificate: "payer-both"}, {Key: "payer-p256", Certificate: "payer-p256"}}
	})
	s := w.sessionOf(list, list[1:], suite.P256)
	body := w.payReq(s)
	body.Suite, body.Cert = suite.P256, payee.ID
	request := w.signedBy("payee-p256", wire.TypePayReq, body.Encode())
	m := w.transfer()
	m.Suite, m.Cert, m.Lots = suite.P256, second.ID, []wire.Lot{{Hop: 1, Amount: amount}}
	m.RequestHash, m.PayeeTag = idOf(wire.TypePayReq, request), wire.PayeeTag(payee.Device(), body.Nonce)
	in := s.input()
	in["hello_nonce"], in["pay_req"] = s.helloNonce, request
	in["m2"] = s.m2(wire.Item{Type: wire.TypePayReq, Object: request, Certs: [][]byte{payee.Raw}})
	transfer := wire.Object{Alg: -9, Payload: m.Encode()}
	from := len(f.Tests) + 1
	f.valid(positive{n: 100, requirement: spec.CRY08, kind: "pay-req", comment: "a payer that has both suites pays a payee that has P-256 alone",
		device: "payer-both", uses: map[string]string{"certificate": "payee-p256"}, input: in,
		context: map[string]string{"verified": "0", "expected_amount": "0", "session": "1"},
		values: published(wire.TypePayReq, request, map[string]string{
			"transfer_payload": hexOf(transfer.Payload), "transfer_id": hexID(transfer.ID(wire.TypeTransfer)),
		})})
	f.refused(bad(101, 100, spec.CRY08, spec.EDowngrade, "Negotiation",
		"the provider has certified that the payee has Ed25519 too: somebody shortened its offer",
		follow(payload("uses.certificate", "provider", set(37, []byte{0x82, 1, 2})), "input.pay_req", "payee-p256", 10)))
	f.sealAgain(s, from)
}

func payReqState(f *file) {
	at := func(n int, r spec.ID, code spec.Code, flag, comment, state string) {
		f.refused(bad(n, 1, r, code, flag, comment, before("device", state)))
	}
	at(70, spec.PRV02, spec.EUnprovisioned, "Lifecycle", "a device without certificate", "unprovisioned")
	at(71, spec.PRV02, spec.EUnprovisioned, "Lifecycle", "a device that was decommissioned", "decommissioned")
	at(72, spec.UXC01, spec.EConsent, "Lifecycle", "the user has not agreed to pay offline", "no-consent")
	at(73, spec.LCM06, spec.EPinLocked, "Lifecycle", "the PIN is locked", "pin-locked")
	at(74, spec.LCM05, spec.EBlocked, "Lifecycle", "the payer is blocked", "blocked")
	at(75, spec.LCM01, spec.ERevoked, "Certificate", "the payee is blocked", "payee-blocked")
	f.refused(bad(76, 2, spec.UXC03, spec.EMismatch, "Mismatch", "the user means to pay one unit less", value("expected_amount", dec(amount-1))))
	at(77, spec.LIM01, spec.EMaxTx, "Limit", "above the limit for one payment, by one", "max-tx-lower")
	at(78, spec.LIM03, spec.ECumulative, "Limit", "above what may be spent without the ledger, by one", "spent")
	at(79, spec.LIM04, spec.ECount, "Limit", "the payments without the ledger are used up", "counted")
	at(80, spec.TIM02, spec.EOfflineEpochs, "Limit", "too many epochs since the last grant", "offline-long")
	at(81, spec.LCM02, spec.ERevOld, "Freshness", "the revocation set has served its number of payments", "revset-served")
	at(82, spec.ATO07, spec.EPendingFull, "Limit", "the one slot holds a payment without receipt", "pending")
	at(83, spec.LIM08, spec.ELogFull, "Limit", "the log is full", "log-full")
	at(84, spec.CON02, spec.EHop, "Funds", "enough, but it has come too far to go on", "far-travelled")
	at(85, spec.PAY02, spec.EFunds, "Funds", "one unit too little", "poor")
	at(86, spec.LIM05, spec.EUv, "Limit", "five payments without user verification", "unverified-often")
	f.refused(bad(87, 85, spec.PAY02, spec.EFunds, "Order", "one unit too little, and user verification due: nobody is asked for a PIN in vain", before("device", "poor-unverified")))
}
