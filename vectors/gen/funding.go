package main

import (
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

func fundingNotes(f *file) {
	decodeNotes(f)
	f.note("Certificate", "The signer may not sign this, or is not known.", "Anyone issues value.")
	f.note("Binding", "For another device, request, nonce or amount.", "A voucher that was paid for once is credited elsewhere, or for more.")
	f.note("Replay", "It has had its effect, or its request was given up.", "One payment into a device is credited twice.")
	f.note("Limit", "A limit, or the account, does not cover it.", "More is held than a policy allows, or more than was there.")
	f.note("Lifecycle", "The device is blocked.", "A stolen device is filled again.")
}

// fundReq is the device's request for value.
func (w *world) fundReq() wire.FundReq {
	return wire.FundReq{
		Version: wire.V1, Realm: w.auth.Place.Realm, Suite: w.number, Currency: 978, Exponent: 2, Amount: 5000,
		Nonce: wire.Nonce(drawn("funding nonce", 16)), Cert: w.payer.ID, Request: 3, Status: wire.FundRequest,
	}
}

func (w *world) signedFundReq() []byte {
	return w.signedBy("payer", wire.TypeFundReq, w.fundReq().Encode())
}

// fund is the voucher for it.
func (w *world) fund() wire.Fund {
	m := w.fundReq()
	return wire.Fund{
		Version: wire.V1, Realm: m.Realm, Suite: w.auth.TopSuite, Currency: 978, Exponent: 2, Amount: m.Amount, Nonce: m.Nonce,
		Cert: w.auth.Service.Cert.ID, RequestHash: idOf(wire.TypeFundReq, w.signedFundReq()), Epoch: epochNow,
		Device: w.payer.Device(),
	}
}

// funder is a ledger at which the payer has an account with 20000.
func (w *world) funder() vectors.Ledger {
	l := w.ledgerState("ledger")
	l.Certificates, l.Account = []string{"payer"}, "20000"
	return l
}

func fundReqVectors() *file {
	f := newFile("fund-req", "FUND_REQ at the ledger. The device in question has an account; account is its balance after. A valid one is answered with FUND, but a cancel (status 2) with nothing.")
	fundingNotes(f)
	w := classical(f)
	l := w.funder()
	own := w.payer.Device()
	idle := w.auth.IssueDevice(w.private["payer"].Public(), cert.DeviceOptions{Subject: own, Edit: func(m *wire.Cert) {
		m.Usage = wire.UsePay | wire.UseReceive
	}})
	l.Certificates = append(l.Certificates, w.object("payer-not-funded", idle.Raw))
	object := w.signedFundReq()
	f.object("fund-req", object)
	cancelled := w.fundReq()
	cancelled.Status = wire.FundCancel
	cancel := w.signedBy("payer", wire.TypeFundReq, cancelled.Encode())
	f.object("cancel", cancel)
	variant := func(name string, edit func(*vectors.Ledger)) {
		v := l
		v.Name = name
		edit(&v)
		w.Ledgers = append(w.Ledgers, v)
	}
	variant("ledger", func(*vectors.Ledger) {})
	variant("funded", func(v *vectors.Ledger) { v.Before = []string{"fund-req"} })
	w.policyBut("policy-holding", func(p *wire.Policy) { p.Limits[0].MaxHolding = wire.LimitOf(4999) })
	variant("holding-lower", func(v *vectors.Ledger) { v.Policy = "policy-holding" })
	variant("account-low", func(v *vectors.Ledger) { v.Account = "4999" })
	variant("blocked", func(v *vectors.Ledger) { v.Blocked = true })
	fund := hexOf(w.fund().Encode())
	f.valid(positive{n: 1, requirement: spec.FND04, kind: "fund-req", comment: "the account is debited and a voucher issued", ledger: "ledger",
		input:  map[string][]byte{"object": object},
		values: published(wire.TypeFundReq, object, map[string]string{"fund_payload": fund, "account": "15000"})})
	f.valid(positive{n: 2, requirement: spec.FND02, kind: "fund-req", comment: "the same request again: the same voucher, and no second debit", ledger: "funded",
		input:  map[string][]byte{"object": object},
		values: published(wire.TypeFundReq, object, map[string]string{"fund_payload": fund, "account": "15000"})})
	f.valid(positive{n: 3, requirement: spec.FND04, kind: "fund-req", comment: "the cancel of a request gives the amount back in full", ledger: "funded",
		input:  map[string][]byte{"object": cancel},
		values: published(wire.TypeFundReq, cancel, map[string]string{"account": "20000"})})
	variant("cancelled", func(v *vectors.Ledger) { v.Before = []string{"cancel"} })
	decodeChecks(f, 10, 1, "input.object", "payer", false)
	moneyChecks(f, 25, 1, "input.object", "payer")
	fundReqChecks(f, idle.ID)
	return f
}

func fundReqChecks(f *file, notFunded wire.ID) {
	at := func(e edit) change { return payload("input.object", "payer", e) }
	f.refused(
		bad(40, 1, spec.LCM05, spec.EBlocked, "Lifecycle", "the device is blocked", before("ledger", "blocked")),
		bad(41, 1, spec.FND03, spec.EFundHeadroom, "Limit", "more than the device may hold: refused before the account is debited", before("ledger", "holding-lower")),
		bad(42, 1, spec.PAY02, spec.EFunds, "Limit", "the account has one unit too little", before("ledger", "account-low")),
		bad(43, 2, spec.FND02, spec.EFundReplay, "Replay", "another amount under a funding number that was used", at(number(7, 5001))),
		bad(44, 3, spec.FND01, spec.EFundBinding, "Binding", "the cancel of another amount: it would give back more than was taken", at(number(7, 5001))),
		bad(45, 3, spec.FND01, spec.EFundBinding, "Binding", "the cancel of another nonce", at(flip(9))),
		bad(46, 1, spec.CRY06, spec.ESuite, "Certificate", "another suite than the certificate's", at(number(4, 2))),
		bad(47, 1, spec.CRY01, spec.ECertNeeded, "Certificate", "a device that is not known", at(flip(10))),
		bad(48, 1, spec.ENC02, spec.EField, "Grammar", "a purpose that is none", at(number(24, 3))),
		bad(49, 1, spec.ENC02, spec.EAmount, "Range", "funding number 0", at(number(11, 0))),
	)
	f.refused(
		bad(53, 1, spec.CRY03, spec.EUsage, "Certificate", "a certificate of the device without usage fund", at(str(10, notFunded[:]))),
		bad(51, 3, spec.CRY06, spec.ESuite, "Certificate", "a cancel of another suite than the certificate's", at(number(4, 2))),
		bad(52, 3, spec.CRY05, spec.ESig, "Signature", "a cancel that another device has signed", resigned("input.object", "payee", "")),
	)
	f.refused(bad(50, 1, spec.FND02, spec.EFundReplay, "Replay", "a request that was cancelled before it arrived", before("ledger", "cancelled")))
}

func fundVectors() *file {
	f := newFile("fund", "FUND at the device, which has its FUND_REQ open. balance is spendable value after.")
	fundingNotes(f)
	w := classical(f)
	m := w.fundReq()
	d := w.blank("open", "payer", w.payer)
	d.Funding = &vectors.Funding{Number: m.Request, Nonce: hexOf(m.Nonce[:]), Amount: "5000", Hash: hexID(w.fund().RequestHash)}
	w.state(d)
	w.variant("open", "cancelled", func(d *vectors.Device) { c := *d.Funding; c.Cancelled = true; d.Funding = &c })
	w.variant("open", "accepted", func(d *vectors.Device) { d.Funding = nil })
	object := w.signedBy("service", wire.TypeFund, w.fund().Encode())
	f.valid(positive{n: 1, requirement: spec.FND04, kind: "fund", comment: "exactly the amount is credited", device: "open",
		input: map[string][]byte{"object": object}, values: published(wire.TypeFund, object, map[string]string{"balance": "8500"})})
	decodeChecks(f, 10, 1, "input.object", "service", false)
	moneyChecks(f, 25, 1, "input.object", "service")
	at := func(e edit) change { return payload("input.object", "service", e) }
	f.refused(
		bad(40, 1, spec.FND01, spec.EFundBinding, "Binding", "a voucher for another device", at(flip(31))),
		bad(41, 1, spec.FND02, spec.EFundReplay, "Replay", "the voucher was accepted before", before("device", "accepted")),
		bad(42, 1, spec.FND02, spec.EFundReplay, "Replay", "the request was cancelled: its amount goes back to the account", before("device", "cancelled")),
		bad(43, 1, spec.FND01, spec.EFundBinding, "Binding", "for another request", at(flip(18))),
		bad(44, 1, spec.FND01, spec.EFundBinding, "Binding", "of another nonce", at(flip(9))),
		bad(45, 1, spec.FND01, spec.EFundBinding, "Binding", "for one unit more than was asked", at(number(7, 5001))),
	)
	serviceChecks(f, w, 50, 1)
	return f
}

func defundVectors() *file {
	f := newFile("defund", "DEFUND at the ledger, which has an order open. account is its balance after. An unknown order is no refusal: the answer is a DEFUND_ACK of status 2, and final.")
	fundingNotes(f)
	f.note("Provenance", "The lots are not well formed.", "More is credited than leaves the device.")
	w := classical(f)
	l := w.funder()
	order := drawn("order", 16)
	l.Order = hexOf(order)
	w.Ledgers = append(w.Ledgers, l)
	m := wire.Defund{
		Version: wire.V1, Realm: w.auth.Place.Realm, Suite: w.number, Currency: 978, Exponent: 2, Amount: 3000,
		Nonce: wire.Nonce(order), Cert: w.payer.ID, Counter: 1, Lots: []wire.Lot{{Hop: 0, Amount: 2000}, {Hop: 2, Amount: 1000}},
		PolicyVersion: 7, Epoch: epochNow, Family: wire.FamilyBalance,
	}
	object := w.signedBy("payer", wire.TypeDefund, m.Encode())
	f.object("defund", object)
	ack := func(status uint64, b []byte) string {
		return hexOf(wire.DefundAck{Version: wire.V1, Realm: m.Realm, Suite: w.auth.TopSuite, Cert: w.auth.Service.Cert.ID,
			TransferHash: idOf(wire.TypeDefund, b), Epoch: epochNow, Status: status, Device: w.payer.Device()}.Encode())
	}
	add := func(n int, comment, ledger, account string, status uint64, b []byte) {
		f.valid(positive{n: n, requirement: spec.FND05, kind: "defund", comment: comment, ledger: ledger, input: map[string][]byte{"object": b},
			values: published(wire.TypeDefund, b, map[string]string{"account": account, "defund_ack_payload": ack(status, b)})})
	}
	credited := l
	credited.Name, credited.Before = "credited", []string{"defund"}
	blocked := l
	blocked.Name, blocked.Blocked = "blocked", true
	w.Ledgers = append(w.Ledgers, credited, blocked)
	add(1, "exactly the amount is credited", "ledger", "23000", 1, object)
	add(2, "the same again: the first answer again, and no second credit", "credited", "23000", 1, object)
	strange := m
	strange.Nonce = wire.Nonce(drawn("no order", 16))
	add(3, "for an order that nobody opened: not credited and never will be", "ledger", "20000", 2, w.signedBy("payer", wire.TypeDefund, strange.Encode()))
	decodeChecks(f, 10, 1, "input.object", "payer", false)
	moneyChecks(f, 25, 1, "input.object", "payer")
	at := func(e edit) change { return payload("input.object", "payer", e) }
	f.refused(
		bad(40, 1, spec.LCM05, spec.EBlocked, "Lifecycle", "the device is blocked", before("ledger", "blocked")),
		bad(41, 1, spec.ENC04, spec.EHop, "Provenance", "lots that are less than the amount", at(set(15, oneLot(0, 2999)))),
		bad(42, 2, spec.FND05, spec.EDefundReplay, "Replay", "another DEFUND with a counter that was answered", at(number(21, epochNow+1))),
		bad(43, 1, spec.CRY06, spec.ESuite, "Certificate", "another suite than the certificate's", at(number(4, 2))),
		bad(44, 1, spec.CRY01, spec.ECertNeeded, "Certificate", "a device that is not known", at(flip(10))),
		bad(45, 1, spec.DSP04, spec.EAmount, "Range", "a predecessor although the counter is 1", at(flip(14))),
		bad(46, 1, spec.ENC02, spec.EField, "Grammar", "a flag that only TRANSFER has", at(number(22, 1))),
	)
	return f
}
