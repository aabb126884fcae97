package main

import (
	"bytes"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/link"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

// The static request that the vectors are about.
const (
	posterNumber = 3
	posterEnd    = epochNow + 90
	posterMax    = 2
	claimTerm    = 30
)

func posterKey() *link.Ephemeral {
	key, err := link.NewEphemeral(bytes.NewReader(drawn("poster key", 32)))
	if err != nil {
		panic("gen: " + err.Error())
	}
	return key
}

func payerNonce() wire.Nonce { return wire.Nonce(drawn("payer nonce", 16)) }

// poster is the body of the payee's static request.
func (w *world) poster() wire.StaticReq {
	return wire.StaticReq{
		Version: wire.V1, Realm: w.auth.Place.Realm, Suite: w.number, Currency: 978, Exponent: 2, Amount: amount,
		Nonce: wire.Nonce(drawn("poster nonce", 16)), Cert: w.payee.ID, Request: posterNumber, PolicyVersion: 7,
		RevocationVersion: 3, Epoch: epochNow, Flags: wire.StaticReqSE, Family: wire.FamilyBalance, MaxHop: 5,
		KEM: wire.KEMX25519, KEMKey: posterKey().Public(), Expiry: posterEnd, Max: posterMax, Label: "coffee",
	}
}

func (w *world) signedPoster() []byte {
	return w.signedBy("payee", wire.TypeStaticReq, w.poster().Encode())
}

// oneWay is the payer's answer to the static request with the id, as the world's
// payer composes it.
func (w *world) oneWay(rqh wire.ID) wire.Transfer {
	m := w.transfer()
	m.Request, m.RequestHash, m.PayeeTag = posterNumber, rqh, wire.PayeeTag(w.payee.Device(), payerNonce())
	m.Flags, m.Expiry = wire.TransferOneWay, epochNow+claimTerm
	return m
}

func staticReqVectors() *file {
	f := newFile("static-req", "STATIC_REQ at the payer, which pays the amount of the context; where a refusal gives a balance, it is the payer's after it. The nonce that it draws for the payee tag is payer_nonce. A valid one gives the payload of the TRANSFER.")
	decodeNotes(f)
	payReqNotes(f)
	f.note("Expiry", "Too late for its payee to take what is paid now.", "The payer is debited for what nobody accepts any more.")
	f.note("Key", "No capsule can be sealed to the key.", "Whoever knows the point of small order reads what was paid, and to whom.")
	w := classical(f)
	w.payerStates()
	request := w.signedPoster()
	nonce := payerNonce()
	input := func(object []byte) map[string][]byte {
		return map[string][]byte{"object": object, "payer_nonce": nonce[:]}
	}
	uses := map[string]string{"certificate": "payee"}
	valid := func(n int, r spec.ID, comment string, object []byte, verified, paid string, change func(*wire.Transfer)) {
		m := w.oneWay(idOf(wire.TypeStaticReq, object))
		m.Lots = []wire.Lot{{Hop: 1, Amount: amount}}
		if verified == "1" {
			m.Flags |= wire.TransferUV
		}
		if change != nil {
			change(&m)
		}
		body := m.Encode()
		f.valid(positive{n: n, requirement: r, kind: "static-req", comment: comment, device: "payer", uses: uses, input: input(object),
			context: map[string]string{"verified": verified, "amount": paid},
			values: published(wire.TypeStaticReq, object, map[string]string{
				"transfer_payload": hexOf(body), "transfer_id": hexID(wire.Object{Alg: -19, Payload: body}.ID(wire.TypeTransfer)),
			})})
	}
	valid(1, spec.PAY01, "a static request that the payer takes", request, "0", dec(amount), nil)
	valid(2, spec.LIM05, "the same after user verification", request, "1", dec(amount), nil)
	open := w.poster()
	open.Amount = 0
	valid(3, spec.PAY01, "the payer chooses the amount", w.signedBy("payee", wire.TypeStaticReq, open.Encode()), "0", dec(amount), nil)
	soon := w.poster()
	soon.Expiry = epochNow
	valid(4, spec.PAY13, "in its last epoch, which becomes that of the transfer", w.signedBy("payee", wire.TypeStaticReq, soon.Encode()), "0", dec(amount),
		func(m *wire.Transfer) { m.Expiry = epochNow })
	staticReqOfSoftware(f, w, input)
	decodeChecks(f, 20, 1, "input.object", "payee", false)
	moneyChecks(f, 35, 1, "input.object", "payee")
	staticReqContent(f, w)
	staticReqState(f)
	staticReqDowngrade(f, w, input)
	return f
}

// staticReqOfSoftware is a payee of class NOSE: what it is paid is a claim.
func staticReqOfSoftware(f *file, w *world, input func([]byte) map[string][]byte) {
	software := w.device("software", suite.Ed25519, func(m *wire.Cert) {
		m.Class, m.Usage, m.Tee = wire.ClassNOSE, wire.UseReceive, 6
	})
	m := w.poster()
	m.Cert, m.Flags, m.Expiry = software.ID, 0, epochNow+3
	object := w.signedBy("software", wire.TypeStaticReq, m.Encode())
	paid := w.oneWay(idOf(wire.TypeStaticReq, object))
	paid.PayeeTag, paid.Lots = wire.PayeeTag(software.Device(), payerNonce()), []wire.Lot{{Hop: 1, Amount: amount}}
	paid.Flags, paid.Expiry = wire.TransferOneWay|wire.TransferClaim, epochNow+3
	body := paid.Encode()
	f.valid(positive{n: 5, requirement: spec.CLM01, kind: "static-req", comment: "of a payee in software, with the least time left: the transfer is a claim",
		device: "payer", uses: map[string]string{"certificate": "software"}, input: input(object),
		context: map[string]string{"verified": "0", "amount": dec(amount)},
		values: published(wire.TypeStaticReq, object, map[string]string{
			"transfer_payload": hexOf(body), "transfer_id": hexID(wire.Object{Alg: -19, Payload: body}.ID(wire.TypeTransfer)),
		})})
	at := func(e edit) change { return payload("input.object", "software", e) }
	f.refused(
		bad(6, 5, spec.PAY13, spec.EReqExpired, "Expiry", "software has too little time left to reach the ledger", at(number(46, epochNow+2))),
		bad(7, 5, spec.CLM01, spec.EUsage, "Certificate", "software that says it is a trusted device", at(number(22, 1))),
	)
}

func staticReqContent(f *file, w *world) {
	at := func(e edit) change { return payload("input.object", "payee", e) }
	cert := func(e edit, signer string) change {
		return follow(payload("uses.certificate", signer, e), "input.object", "payee", 10)
	}
	own := w.payer.Device()
	f.refused(
		bad(50, 1, spec.CRY01, spec.ECertNeeded, "Certificate", "the certificate is not sent and not known", without("certificate")),
		bad(51, 1, spec.CRY06, spec.ESuite, "Certificate", "another suite than the certificate's", at(number(4, 2))),
		bad(52, 1, spec.CRY03, spec.EUsage, "Certificate", "a payee without usage receive", cert(number(33, 0b1), "provider")),
		bad(53, 1, spec.LCM02, spec.EPeerOld, "Freshness", "the payee's epoch is below the policy's minimum", at(number(21, 2449))),
		bad(54, 1, spec.ENC05, spec.EFamily, "Grammar", "another family of value", at(number(23, 2))),
		bad(55, 1, spec.CLM01, spec.EUsage, "Certificate", "the request says software, the certificate trusted device", at(number(22, 0))),
		bad(56, 1, spec.CRY06, spec.ENocommon, "Negotiation", "a KEM that the payer does not have", at(number(43, 0x10))),
		told(bad(57, 1, spec.PVY02, spec.ELink, "Key", "a point of small order: it is found before the debit", at(str(44, make([]byte, 32)))), undebited()),
		told(bad(58, 1, spec.PVY02, spec.ELink, "Key", "a key of 31 bytes", at(str(44, make([]byte, 31)))), undebited()),
		bad(59, 1, spec.PAY06, spec.ESelf, "Session", "the payer's own request", cert(str(31, own[:]), "provider")),
		bad(60, 1, spec.PAY13, spec.EReqExpired, "Expiry", "past its last epoch", at(number(46, epochNow-1))),
		bad(61, 1, spec.CRY01, spec.ESig, "Certificate", "a certificate that the service has signed", cert(number(38, 2), "service")),
		bad(62, 1, spec.CRY05, spec.ESig, "Signature", "signed by the payer's own key", resigned("input.object", "payer", "")),
		bad(63, 3, spec.ENC04, spec.EAmount, "Range", "the user means to pay nothing", value("amount", "0")),
		bad(64, 1, spec.PAY03, spec.EMismatch, "Mismatch", "the user means to pay one unit less than is asked", value("amount", dec(amount-1))),
		bad(65, 1, spec.ENC02, spec.EField, "Grammar", "an undefined flag", at(number(22, 3))),
		bad(66, 1, spec.ENC02, spec.EAmount, "Range", "no use at all", at(number(47, 0))),
		bad(67, 1, spec.ENC02, spec.EAmount, "Range", "more uses than a list has places", at(number(47, 65))),
		bad(68, 1, spec.ENC02, spec.EField, "Grammar", "no last epoch", at(drop(46))),
	)
}

// undebited is the balance of a payer that has refused.
func undebited() map[string]string { return map[string]string{"balance": "3500"} }

func staticReqState(f *file) {
	at := func(n int, r spec.ID, code spec.Code, flag, comment, state string) {
		f.refused(bad(n, 1, r, code, flag, comment, before("device", state)))
	}
	at(80, spec.PRV02, spec.EUnprovisioned, "Lifecycle", "a device without certificate", "unprovisioned")
	at(81, spec.PRV02, spec.EUnprovisioned, "Lifecycle", "a device that was decommissioned", "decommissioned")
	at(82, spec.UXC01, spec.EConsent, "Lifecycle", "the user has not agreed to pay offline", "no-consent")
	at(83, spec.LCM06, spec.EPinLocked, "Lifecycle", "the PIN is locked", "pin-locked")
	at(84, spec.LCM05, spec.EBlocked, "Lifecycle", "the payer is blocked", "blocked")
	at(85, spec.LCM01, spec.ERevoked, "Certificate", "the payee is blocked", "payee-blocked")
	at(86, spec.LIM01, spec.EMaxTx, "Limit", "above the limit for one payment, by one", "max-tx-lower")
	at(87, spec.LIM03, spec.ECumulative, "Limit", "above what may be spent without the ledger, by one", "spent")
	at(88, spec.LIM04, spec.ECount, "Limit", "the payments without the ledger are used up", "counted")
	at(89, spec.TIM02, spec.EOfflineEpochs, "Limit", "too many epochs since the last grant", "offline-long")
	at(90, spec.LCM02, spec.ERevOld, "Freshness", "the revocation set has served its number of payments", "revset-served")
	at(91, spec.ATO07, spec.EPendingFull, "Limit", "the one slot holds a payment without receipt", "pending")
	at(92, spec.LIM08, spec.ELogFull, "Limit", "the log is full", "log-full")
	at(93, spec.CON02, spec.EHop, "Funds", "enough, but it has come too far to go on", "far-travelled")
	at(94, spec.PAY02, spec.EFunds, "Funds", "one unit too little", "poor")
	at(95, spec.LIM05, spec.EUv, "Limit", "five payments without user verification", "unverified-often")
	f.refused(bad(96, 94, spec.PAY02, spec.EFunds, "Order", "one unit too little, and user verification due: nobody is asked for a PIN in vain", before("device", "poor-unverified")))
}

// staticReqDowngrade is a request in P-256, of a payee that has nothing else.
func staticReqDowngrade(f *file, w *world, input func([]byte) map[string][]byte) {
	list := []suite.Suite{suite.Ed25519, suite.P256}
	did := w.payer.Device()
	both := w.auth.IssueDevice(w.private["payer"].Public(), cert.DeviceOptions{Subject: did, Suites: list})
	w.object("payer-both", both.Raw)
	key := cert.DeriveKey(suite.P256, []byte(seed), "payer-p256")
	w.key("payer-p256", key)
	second := w.auth.IssueDevice(key.Public(), cert.DeviceOptions{Subject: did, Suites: list})
	w.object("payer-p256", second.Raw)
	payee := w.device("payee-p256", suite.P256)
	w.variant("payer", "payer-both", func(d *vectors.Device) {
		d.Own = []vectors.Own{{Key: "payer", Certificate: "payer-both"}, {Key: "payer-p256", Certificate: "payer-p256"}}
	})
	w.variant("payer-both", "payer-alone", func(d *vectors.Device) { d.Own = d.Own[:1] })
	m := w.poster()
	m.Suite, m.Cert = suite.P256, payee.ID
	object := w.signedBy("payee-p256", wire.TypeStaticReq, m.Encode())
	paid := w.oneWay(idOf(wire.TypeStaticReq, object))
	paid.Suite, paid.Cert, paid.Lots = suite.P256, second.ID, []wire.Lot{{Hop: 1, Amount: amount}}
	paid.PayeeTag = wire.PayeeTag(payee.Device(), payerNonce())
	transfer := wire.Object{Alg: -9, Payload: paid.Encode()}
	f.valid(positive{n: 100, requirement: spec.CRY08, kind: "static-req", comment: "a payer that has both suites pays a payee that has P-256 alone",
		device: "payer-both", uses: map[string]string{"certificate": "payee-p256"}, input: input(object),
		context: map[string]string{"verified": "0", "amount": dec(amount)},
		values: published(wire.TypeStaticReq, object, map[string]string{
			"transfer_payload": hexOf(transfer.Payload), "transfer_id": hexID(transfer.ID(wire.TypeTransfer)),
		})})
	f.refused(
		bad(101, 100, spec.CRY08, spec.EDowngrade, "Negotiation",
			"the provider has certified that the payee has Ed25519 too: somebody signs with its weaker key",
			follow(payload("uses.certificate", "provider", set(37, []byte{0x82, 1, 2})), "input.object", "payee-p256", 10)),
		bad(102, 100, spec.CRY06, spec.ENocommon, "Negotiation", "the payer has Ed25519 alone, and the payee could not check that", before("device", "payer-alone")),
	)
}
