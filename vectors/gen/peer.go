package main

import (
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

// peer is the body of the payee's PEER in the session.
func (w *world) peer(s session) wire.Peer {
	return wire.Peer{
		Version: wire.V1, Realm: w.auth.Place.Realm, Suite: w.number, Transcript: s.transcript(),
		Nonce: wire.Nonce(drawn("peer nonce", 16)), Cert: w.payee.ID,
	}
}

// debitOf is the TRANSFER of a counter, which is pending.
func (w *world) debitOf(n uint64, prev wire.ID) (string, wire.ID) {
	m := w.transfer()
	m.Counter, m.Prev, m.RequestHash = n, prev, drawnID("request of debit "+dec(n))
	b := w.signedBy("payer", wire.TypeTransfer, m.Encode())
	return w.object("debit-"+dec(n), b), idOf(wire.TypeTransfer, b)
}

// resenderStates publishes a payer with two debits pending for the payee and,
// between them, one for somebody else.
func (w *world) resenderStates() {
	d := w.blank("pending", "payer", w.payer)
	prev := drawnID("previous debit")
	for i := range uint64(3) {
		name, id := w.debitOf(counter+i, prev)
		payee := w.payee.Device()
		if i == 1 {
			payee = wire.DID(drawn("somebody else", 16))
		}
		d.Pending = append(d.Pending, vectors.Pending{
			ID: hexID(id), RequestHash: hexID(drawnID("request of debit " + dec(counter+i))), Payee: hexDID(payee), Amount: dec(amount), Object: name,
		})
		d.Counter, d.Prev, prev = counter+i, hexID(id), id
	}
	d.Slots = 3
	w.state(d)
	edit := func(name string, e func(*vectors.Device)) { w.variant("pending", name, e) }
	edit("nothing-pending", func(d *vectors.Device) { d.Pending = []vectors.Pending{} })
	edit("revset-served", func(d *vectors.Device) { d.RevsetCount = 1000 })
	w.object("revset-payee", w.auth.SignRevset(3, epochRevset, []wire.ID{{1}}, []wire.DID{{2}, {3}, w.payee.Device()}))
	edit("payee-blocked", func(d *vectors.Device) { d.Revset = "revset-payee" })
	w.policyBut("policy-strict", func(p *wire.Policy) { p.MinEpoch = epochNow + 1 })
	edit("min-epoch-higher", func(d *vectors.Device) { d.Policy = "policy-strict" })
}

// sealResend gives every vector from an index on the M2 that its parts make, but
// where M2 itself is what changed.
func (f *file) sealResend(s session, from int, t wire.Type, field string) {
	for i := range f.Tests[from:] {
		v := &f.Tests[from+i]
		if v.Mutation == nil || v.Mutation.Field == "input.m2" {
			continue
		}
		s.hello, s.caps = unhex(v.Input["hello"]), unhex(v.Input["caps"])
		item := wire.Item{Type: t, Object: unhex(v.Input[field])}
		if name, ok := v.Uses["certificate"]; ok {
			item.Certs = [][]byte{f.bytes(name)}
		}
		v.Input["m2"] = hexOf(s.m2(item))
	}
}

// resend is a positive vector of M2 at a payer that is to send again.
func (w *world) resend(n int, t wire.Type, comment, device string, s session, object []byte, sent ...string) {
	kind, field := "resend", "peer"
	if t == wire.TypePayReq {
		kind, field = "resend-pay-req", "pay_req"
	}
	in := s.input()
	in["hello_nonce"], in[field] = s.helloNonce, object
	in["m2"] = s.m2(wire.Item{Type: t, Object: object, Certs: [][]byte{w.payee.Raw}})
	more := map[string]string{"sent": dec(uint64(len(sent))), "balance": "3500"}
	for i, name := range sent {
		more["transfer_"+dec(uint64(i+1))] = hexOf(w.bytes(name))
	}
	w.valid(positive{n: n, requirement: spec.ATO01, kind: kind, comment: comment, device: device,
		uses: map[string]string{"certificate": "payee"}, input: in,
		context: map[string]string{"expected_amount": "0", "session": "1"}, values: published(t, object, more)})
}

func peerVectors() *file {
	f := newFile("peer", "M2 of a payee that is armed to finish, at a payer that is to send again what is pending for it: PEER, or in kind resend-pay-req a PAY_REQ. sent is how many TRANSFERs leave, transfer_1 and so on their bytes; the sealed M2 follows from hello, caps, peer or pay_req and the certificate, and the published ikm and eseed.")
	decodeNotes(f)
	payReqNotes(f)
	w := classical(f)
	w.resenderStates()
	s := w.session()
	object := w.signedBy("payee", wire.TypePeer, w.peer(s).Encode())
	first, last := "debit-"+dec(counter), "debit-"+dec(counter+2)
	w.resend(1, wire.TypePeer, "two debits are pending for this payee, and one for another: the two, oldest first", "pending", s, object, first, last)
	w.resend(2, wire.TypePeer, "nothing is pending", "nothing-pending", s, object)
	w.resend(3, wire.TypePeer, "a revocation set too old to pay does not keep what is pending from being finished", "revset-served", s, object, first, last)
	w.resend(4, wire.TypePeer, "nor does a policy that asks for a newer epoch: a PEER has none", "min-epoch-higher", s, object, first, last)
	request, _ := w.request(s)
	w.resend(5, wire.TypePayReq, "a PAY_REQ says who the payee is as well; it is not paid", "pending", s, request, first, last)
	from := len(f.Tests)
	decodeChecks(f, 10, 1, "input.peer", "payee", false)
	peerContent(f, w, s)
	f.sealResend(s, from, wire.TypePeer, "peer")
	from = len(f.Tests)
	decodeChecks(f, 80, 5, "input.pay_req", "payee", false)
	moneyChecks(f, 90, 5, "input.pay_req", "payee")
	peerAsked(f, s)
	f.sealResend(s, from, wire.TypePayReq, "pay_req")
	peerDowngrade(f, w)
	return f
}

func peerContent(f *file, w *world, s session) {
	at := func(e edit) change { return payload("input.peer", "payee", e) }
	certified := func(e edit, signer string) change {
		return follow(payload("uses.certificate", signer, e), "input.peer", "payee", 10)
	}
	caps := func(e edit) change { return raw("input.caps", func(b []byte) []byte { c, _ := e(b); return c }) }
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
		bad(45, 1, spec.ENC06, spec.EType, "Type", "a RECEIPT where the PEER belongs", otherItem),
		bad(46, 1, spec.CRY08, spec.ETranscript, "Session", "a PEER of another session: a relay collects transfers in the payee's name", at(flip(8))),
		bad(47, 1, spec.CRY01, spec.ECertNeeded, "Certificate", "the certificate is not sent and not known", without("certificate")),
		bad(48, 1, spec.CRY06, spec.ESuite, "Certificate", "another suite than the certificate's", at(number(4, 2))),
		bad(49, 1, spec.CRY03, spec.EUsage, "Certificate", "a payee without usage receive", certified(number(33, 0b1), "provider")),
		bad(50, 1, spec.CRY02, spec.EExpired, "Certificate", "a payee whose certificate has expired", certified(set(36, twoEpochs(epochIssued, 2450)), "provider")),
		bad(51, 1, spec.CRY01, spec.ESig, "Certificate", "a certificate that the service has signed", certified(number(38, 2), "service")),
		bad(52, 1, spec.CRY05, spec.ESig, "Signature", "signed by the payer's own key", resigned("input.peer", "payer", "")),
		bad(53, 1, spec.LCM01, spec.ERevoked, "Certificate", "the payee is blocked", before("device", "payee-blocked")),
		bad(54, 1, spec.CRY06, spec.ESuite, "Certificate", "another algorithm than the suite's", protected("input.peer", "payee", alg(-9))),
		bad(55, 1, spec.ENC02, spec.EField, "Grammar", "a nonce of 15 bytes", at(str(9, make([]byte, 15)))),
		bad(56, 1, spec.ENC02, spec.EAmount, "Range", "a suite above 2^31-1", at(number(4, 1<<31))),
	)
}

// peerAsked is the same with a PAY_REQ, and what counts with that alone.
func peerAsked(f *file, s session) {
	at := func(e edit) change { return payload("input.pay_req", "payee", e) }
	certified := func(e edit, signer string) change {
		return follow(payload("uses.certificate", signer, e), "input.pay_req", "payee", 10)
	}
	receipt := raw("input.m2", func([]byte) []byte { return s.m2(wire.Item{Type: wire.TypeReceipt, Object: []byte{0}}) })
	f.refused(
		bad(60, 5, spec.LCM02, spec.ERevOld, "Freshness", "the revocation set has served its number of payments", before("device", "revset-served")),
		bad(61, 5, spec.LCM02, spec.EPeerOld, "Freshness", "the payee's epoch is below the policy's minimum", before("device", "min-epoch-higher")),
		bad(62, 5, spec.ENC03, spec.EState, "Session", "no session is open", value("session", "0")),
		bad(63, 5, spec.CRY05, spec.ESig, "Signature", "signed by the payer's own key", resigned("input.pay_req", "payer", "")),
		bad(64, 5, spec.ENC06, spec.EType, "Type", "another item where the request belongs", receipt),
		bad(65, 5, spec.CRY08, spec.ETranscript, "Session", "a request of another session", at(flip(8))),
		bad(66, 5, spec.CRY06, spec.ESuite, "Certificate", "another suite than the certificate's", at(number(4, 2))),
		bad(67, 5, spec.CRY03, spec.EUsage, "Certificate", "a payee without usage receive", certified(number(33, 0b1), "provider")),
		bad(68, 5, spec.CRY01, spec.ESig, "Certificate", "a certificate that the service has signed", certified(number(38, 2), "service")),
	)
}

// peerDowngrade is a payee in P-256 whose certificate lists Ed25519 as well.
func peerDowngrade(f *file, w *world) {
	list := []suite.Suite{suite.Ed25519, suite.P256}
	own := func(name string, key suite.PrivateKey) {
		if f.private[name] == nil && name != "payer-both" {
			w.key(name, key)
		}
		c := w.auth.IssueDevice(key.Public(), cert.DeviceOptions{Subject: w.payer.Device(), Suites: list})
		w.object(name, c.Raw)
	}
	own("payer-both", w.private["payer"])
	own("payer-p256", cert.DeriveKey(suite.P256, []byte(seed), "payer-p256"))
	payee := w.device("payee-p256", suite.P256)
	w.variant("nothing-pending", "payer-both", func(d *vectors.Device) {
		d.Own = []vectors.Own{{Key: "payer", Certificate: "payer-both"}, {Key: "payer-p256", Certificate: "payer-p256"}}
	})
	s := w.sessionOf(list, list[1:], suite.P256)
	m := w.peer(s)
	m.Suite, m.Cert = suite.P256, payee.ID
	both := *w
	both.payee = payee
	from := len(f.Tests) + 1
	both.resend(70, wire.TypePeer, "a payer that has both suites, and a payee that has P-256 alone", "payer-both", s,
		w.signedBy("payee-p256", wire.TypePeer, m.Encode()))
	f.Tests[from-1].Uses["certificate"] = "payee-p256"
	shortened := func(n, twin int, field string) {
		f.refused(bad(n, twin, spec.CRY08, spec.EDowngrade, "Negotiation",
			"the provider has certified that the payee has Ed25519 too: somebody shortened its offer",
			follow(payload("uses.certificate", "provider", set(37, []byte{0x82, 1, 2})), field, "payee-p256", 10)))
	}
	shortened(71, 70, "input.peer")
	f.sealResend(s, from, wire.TypePeer, "peer")
	request := w.payReq(s)
	request.Suite, request.Cert = suite.P256, payee.ID
	from = len(f.Tests) + 1
	both.resend(72, wire.TypePayReq, "the same with a PAY_REQ", "payer-both", s, w.signedBy("payee-p256", wire.TypePayReq, request.Encode()))
	f.Tests[from-1].Uses["certificate"] = "payee-p256"
	shortened(73, 72, "input.pay_req")
	f.sealResend(s, from, wire.TypePayReq, "pay_req")
}
