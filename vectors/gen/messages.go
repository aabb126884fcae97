package main

import (
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

// messagesOf is a file of the messages that the payment and ledger files of a suite
// have not: one of each, and what can be wrong with its signature.
func messagesOf(name string, s suite.Suite) *file {
	f := newFile("messages-"+name, "POLICY (but in suites 3 and 4, which may not sign one here), REVSET, FUND_REQ, FUND, DEFUND, DEFUND_ACK, RESOLVE, SYNC_CHAL, and PAY_REQ and REKEY_REQ as records, in suite "+dec(uint64(s))+", by devices and by a service of that suite, below a root of suite 7.")
	signatureNotes(f)
	w := newWorldUnder(f, suite.SLHDSA128s, wire.KEMX25519, s, s, s)
	w.logged()
	w.pendingState()
	posts := append(append(w.lists(), w.moneyIn()...), w.moneyOut()...)
	posts = append(append(posts, w.challenged()...), w.kept()...)
	for _, p := range posts {
		w.wrongSignatures(p)
	}
	return f
}

func signatureNotes(f *file) {
	f.note("Signature", "A signature that does not verify.", "Anyone speaks for anyone.")
	f.note("Length", "A signature of another length.", "Bytes that no signature covers can be added or taken away.")
	f.note("Malleable", "Another encoding of a right signature.", "One message gets two encodings; whoever compares bytes takes it twice.")
	f.note("Hybrid", "Only one half verifies.", "The stronger half protects nothing: breaking one suite is enough.")
	f.note("Downgrade", "Another suite than the certificate's.", "A receiver is made to believe what can be forged.")
}

// one adds a positive vector of a message, and says who has signed it.
func (w *world) one(n int, kind, signer string, t wire.Type, object []byte, p positive, more map[string]string) post {
	p.n, p.kind, p.comment = n, kind, t.String()+" in suite "+dec(uint64(w.number))
	p.input, p.values = map[string][]byte{"object": object}, published(t, object, more)
	w.valid(p)
	return post{n, signer, t.Domain()}
}

// lists are what a device installs. A policy that allows a post-quantum suite is
// signed with a hybrid one: in suites 3 and 4 there is none.
func (w *world) lists() []post {
	w.state(w.blank("blank", "payer", w.payer))
	next := w.policy
	next.PolicyVersion, next.Epoch = 8, epochPolicy+1
	balance := map[string]string{"balance": "3500"}
	var list []post
	if w.number != suite.MLDSA44 && w.number != suite.MLDSA65 {
		list = append(list, w.one(1, "policy", "service", wire.TypePolicy, w.auth.SignPolicy(next), positive{requirement: spec.LIM10, device: "blank"}, balance))
	}
	return append(list,
		w.one(20, "revset", "service", wire.TypeRevset, w.auth.SignRevset(4, epochRevset+5, []wire.ID{{1}, {9}}, []wire.DID{{2}, {3}}),
			positive{requirement: spec.LCM02, device: "blank"}, balance))
}

// moneyIn is FUND_REQ at the ledger and FUND at the device.
func (w *world) moneyIn() []post {
	w.Ledgers = append(w.Ledgers, w.funder())
	m := w.fundReq()
	d := w.blank("open", "payer", w.payer)
	d.Funding = &vectors.Funding{Number: m.Request, Nonce: hexOf(m.Nonce[:]), Amount: "5000", Hash: hexID(w.fund().RequestHash)}
	w.state(d)
	fund := w.fund().Encode()
	return []post{
		w.one(40, "fund-req", "payer", wire.TypeFundReq, w.signedFundReq(), positive{requirement: spec.FND04, ledger: "ledger"},
			map[string]string{"fund_payload": hexOf(fund), "account": "15000"}),
		w.one(60, "fund", "service", wire.TypeFund, w.signedBy("service", wire.TypeFund, fund), positive{requirement: spec.FND04, device: "open"},
			map[string]string{"balance": "8500"}),
	}
}

// moneyOut is DEFUND at the ledger, and DEFUND_ACK and RESOLVE at the device.
func (w *world) moneyOut() []post {
	order, me := drawn("order", 16), w.payer.Device()
	l := w.funder()
	l.Name, l.Order = "ordered", hexOf(order)
	w.Ledgers = append(w.Ledgers, l)
	object := w.signedBy("payer", wire.TypeDefund, wire.Defund{
		Version: wire.V1, Realm: w.auth.Place.Realm, Suite: w.number, Currency: 978, Exponent: 2, Amount: 3000,
		Nonce: wire.Nonce(order), Cert: w.payer.ID, Counter: 1, Lots: []wire.Lot{{Hop: 0, Amount: 3000}},
		PolicyVersion: 7, Epoch: epochNow, Family: wire.FamilyBalance,
	}.Encode())
	id := idOf(wire.TypeDefund, object)
	ack := wire.DefundAck{Version: wire.V1, Realm: w.auth.Place.Realm, Suite: w.auth.TopSuite, Cert: w.auth.Service.Cert.ID,
		TransferHash: id, Epoch: epochNow, Status: wire.DefundCredited, Device: me}.Encode()
	d := w.blank("defunding", "payer", w.payer)
	d.Counter, d.Prev, d.Pending = 1, hexID(id), []vectors.Pending{{ID: hexID(id), Amount: "3000"}}
	w.state(d)
	resolve := wire.Resolve{
		Version: wire.V1, Realm: w.auth.Place.Realm, Suite: w.auth.TopSuite, Cert: w.auth.Service.Cert.ID, Device: me,
		TransferHash: idOf(wire.TypeTransfer, w.signedTransfer()), Epoch: epochNow, Status: wire.ResolveRefund, Payee: w.payee.Device(),
	}.Encode()
	return []post{
		w.one(80, "defund", "payer", wire.TypeDefund, object, positive{requirement: spec.FND05, ledger: "ordered"},
			map[string]string{"account": "23000", "defund_ack_payload": hexOf(ack)}),
		w.one(100, "defund-ack", "service", wire.TypeDefundAck, w.signedBy("service", wire.TypeDefundAck, ack),
			positive{requirement: spec.FND05, device: "defunding"}, map[string]string{"refunded": "0", "balance": "3500"}),
		w.one(120, "resolve", "service", wire.TypeResolve, w.signedBy("service", wire.TypeResolve, resolve),
			positive{requirement: spec.ATO06, device: "pending"}, map[string]string{"refunded": "1", "balance": dec(3500 + amount)}),
	}
}

// challenged is SYNC_CHAL at the device.
func (w *world) challenged() []post {
	chal := wire.SyncChal{
		Version: wire.V1, Realm: w.auth.Place.Realm, Suite: w.auth.TopSuite, Nonce: wire.Nonce(drawn("challenge 1", 16)),
		Cert: w.auth.Service.Cert.ID, Device: w.payer.Device(), Head: wire.LogStart(w.payer.Device()),
	}.Encode()
	report := w.report("challenge 1", 1, 4)
	return []post{w.one(140, "sync-chal", "service", wire.TypeSyncChal, w.signedBy("service", wire.TypeSyncChal, chal),
		positive{requirement: spec.SET01, device: "device"}, map[string]string{"balance": "3350", "sync_payload": hexOf(report.Encode())})}
}

// kept are records that the ledger keeps for evidence.
func (w *world) kept() []post {
	w.Ledgers = append(w.Ledgers, w.ledgerState("empty"))
	request, _ := w.request(w.session())
	rekey := w.signedBy("payee", wire.TypeRekeyReq, wire.RekeyReq{
		Version: wire.V1, Realm: w.auth.Place.Realm, Suite: w.number, Nonce: wire.Nonce(drawn("re-key nonce", 16)), Cert: w.payee.ID,
		Counter: counter, Key: w.payer.Body.Key, Head: drawnID("log head"),
	}.Encode())
	fresh := map[string]string{"new": "1"}
	at := func(r spec.ID) positive {
		return positive{requirement: r, ledger: "empty", uses: map[string]string{"certificate": "payee"}}
	}
	return []post{
		w.one(160, "record-pay-req", "payee", wire.TypePayReq, request, at(spec.DET01), fresh),
		w.one(180, "record-rekey", "payee", wire.TypeRekeyReq, rekey, at(spec.DET04), fresh),
	}
}

// wrongSignatures are what can be wrong with a signature of the suite; the payment
// and ledger files have more of it, which no message has to itself.
func (w *world) wrongSignatures(p post) {
	w.refused(
		bad(p.twin+2, p.twin, spec.CRY05, spec.ESig, "Signature", "one bit of the signature", raw("input.object", lastBit)),
		bad(p.twin+3, p.twin, lengthRule(w.number), spec.ESig, "Length", "the signature is a byte too long",
			signature("input.object", "", func(sig, _ []byte) []byte { return append(sig, 0) })),
		bad(p.twin+4, p.twin, spec.CRY06, spec.ESuite, "Downgrade", "member 4 names suite 1", payload("input.object", p.signer, number(4, 1))),
	)
	w.malleable(p)
	if w.number != suite.Ed25519MLDSA44 && w.number != suite.P256MLDSA44 {
		return
	}
	const cut = 64 // bytes of the first half
	other := w.private[p.signer].Sign([]byte("another message"))
	w.refused(
		bad(p.twin+5, p.twin, spec.PQC01, spec.ESig, "Hybrid", "the classical half is wrong, the other right",
			signature("input.object", "", func(sig, _ []byte) []byte { return append(other[:cut:cut], sig[cut:]...) })),
		bad(p.twin+6, p.twin, spec.PQC01, spec.ESig, "Hybrid", "the ML-DSA half is wrong, the other right",
			signature("input.object", "", func(sig, _ []byte) []byte { return append(sig[:cut:cut], other[cut:]...) })),
	)
}

// malleable is the other encoding of a P-256 signature.
func (w *world) malleable(p post) {
	if w.number == suite.P256 {
		w.refused(bad(p.twin+8, p.twin, spec.CRY10, spec.ESig, "Malleable", "s in the upper half",
			signature("input.object", "", func(sig, _ []byte) []byte { return highS(sig) })))
	}
}
