package main

import (
	"bytes"

	"github.com/assay-cbdc/assay/reference/link"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

// helloPlaces is the log's capacity of the payee: small, so that the ring of what
// it has credited, which has 16 places more, can be full when the log is not.
const helloPlaces = 8

func helloNotes(f *file) {
	decodeNotes(f)
	f.note("Negotiation", "The offer and what the payee has give no choice.", "The payee picks what it does not know, or what nobody certified.")
	f.note("KEM", "What is no key of the KEM.", "A key that lies outside its group tells about the other's.")
	f.note("Lifecycle", "The payee is not in service, or its user has not agreed.", "A device promises that its issuer or owner has stopped.")
	f.note("Freshness", "What the payee knows is too old.", "A blocked device is asked for money where the block has not been heard of.")
	f.note("Promise", "What could not be credited is asked for.", "The payer pays, and the payee must refuse: money is stuck.")
	f.note("Order", "Two things are wrong; the code shows which one is checked first.", "A stranger learns what a device holds before it has agreed on anything.")
}

// payeeAsked publishes the states of a payee that is handed a HELLO.
func (w *world) payeeAsked() {
	d := w.blank("payee", "payee", w.payee)
	d.LogCapacity, d.NextRequest = helloPlaces, 41
	w.state(d)
	edit := func(name string, e func(*vectors.Device)) { w.variant("payee", name, e) }
	edit("unprovisioned", func(d *vectors.Device) { d.Provisioned = false })
	edit("decommissioned", func(d *vectors.Device) { d.Decommissioned = true })
	edit("no-consent", func(d *vectors.Device) { d.Consent = false })
	w.object("revset-payee", w.auth.SignRevset(3, epochRevset, []wire.ID{{1}}, []wire.DID{{2}, {3}, w.payee.Device()}))
	edit("blocked", func(d *vectors.Device) { d.Revset = "revset-payee" })
	edit("revset-served", func(d *vectors.Device) { d.RevsetCount = 1000 })
	w.policyBut("policy-fresh", func(p *wire.Policy) { p.Fresh.MaxAge = epochNow - epochRevset - 1 })
	edit("revset-aged", func(d *vectors.Device) { d.Policy = "policy-fresh" })
	edit("offline-long", func(d *vectors.Device) { d.GrantEpoch = epochNow - 61 })
	edit("full", func(d *vectors.Device) { d.Balance = []vectors.Lot{{Hop: 0, Amount: dec(100000 - amount + 1)}} })
	edit("promised", func(d *vectors.Device) { d.Requests = []vectors.Request{w.openFor(89300 - amount + 1)} })
	edit("log-full", func(d *vectors.Device) { d.LogUnacked = helloPlaces })
	edit("ring-full", func(d *vectors.Device) {
		for n := range uint64(helloPlaces + 16) {
			d.Credits = append(d.Credits, vectors.Credit{
				Request: n + 1, Transfer: hexID(drawnID("credited " + dec(n))), Payer: hexDID(w.payer.Device()), Counter: n + 1,
			})
		}
	})
	w.policyBut("policy-receive", func(p *wire.Policy) { p.Limits[0].MaxReceiveTx = wire.LimitOf(amount - 1) })
	edit("receive-lower", func(d *vectors.Device) { d.Policy = "policy-receive" })
}

// openFor is a request of an amount that waits.
func (w *world) openFor(sum uint64) vectors.Request {
	return vectors.Request{Number: 40, Hash: hexID(drawnID("open request")), Amount: dec(sum), Suite: uint64(w.number), MaxHop: 5}
}

// asked is what a payee's answer to a HELLO is made from.
func (s session) asked() map[string][]byte {
	return map[string][]byte{
		"ikm": s.ikm, "eseed": s.eseed, "hello": s.hello, "caps_nonce": drawn("caps nonce", 16),
	}
}

func helloVectors() *file {
	f := newFile("hello", "HELLO at the payee, which is to ask for context.amount, up to the PAY_REQ that it makes. It draws caps_nonce, then eseed; ikm opens its M2 for the one who looks.")
	helloNotes(f)
	w := classical(f)
	w.payeeAsked()
	s := w.session()
	add := func(n int, requirement spec.ID, comment string, hello session) {
		f.valid(positive{n: n, requirement: requirement, kind: "hello", comment: comment, device: "payee", input: hello.asked(),
			context: map[string]string{"amount": dec(amount)}, values: w.promise(hello)})
	}
	add(1, spec.PAY07, "a request for what can be credited", s)
	add(2, spec.INT01, "an offer of more versions, suites and KEMs than this edition has",
		s.offering([]uint64{1, 2, 9}, []suite.Suite{1, 2, 90}, []wire.KEM{wire.KEMX25519, 0x7777}))
	add(3, spec.ENC02, "member 129, which is ignored and hashed into the transcript", s.greased())
	helloChecks(f, 10)
	at := func(n, twin int, r spec.ID, code spec.Code, flag, comment, state string) {
		f.refused(bad(n, twin, r, code, flag, comment, before("device", state)))
	}
	at(50, 1, spec.PRV02, spec.EUnprovisioned, "Lifecycle", "a device without certificate", "unprovisioned")
	at(51, 1, spec.PRV02, spec.EUnprovisioned, "Lifecycle", "a device that was decommissioned", "decommissioned")
	at(52, 1, spec.UXC01, spec.EConsent, "Lifecycle", "the user has not agreed to be paid offline", "no-consent")
	at(53, 1, spec.LCM05, spec.EBlocked, "Lifecycle", "the payee is blocked", "blocked")
	f.refused(
		bad(54, 1, spec.ENC04, spec.EAmount, "Range", "nothing is asked for", value("amount", "0")),
		bad(55, 1, spec.ENC04, spec.EAmount, "Range", "2^53 is asked for", value("amount", dec(1<<53))),
	)
	at(56, 1, spec.LCM02, spec.ERevOld, "Freshness", "the revocation set has served its number of payments", "revset-served")
	at(57, 1, spec.LCM02, spec.ERevOld, "Freshness", "the revocation set is older than the policy allows, by one epoch", "revset-aged")
	at(58, 1, spec.TIM02, spec.EOfflineEpochs, "Freshness", "too many epochs since the last grant", "offline-long")
	at(59, 1, spec.PAY07, spec.EHolding, "Promise", "the holding would be above its limit, by one", "full")
	at(60, 1, spec.LIM02, spec.EReceiveLimit, "Promise", "above what one payment may bring, by one", "receive-lower")
	at(61, 1, spec.LIM02, spec.EReceiveLimit, "Promise", "with the open request, above what may come without the ledger, by one", "promised")
	at(62, 1, spec.LIM08, spec.ELogFull, "Promise", "no place in the log", "log-full")
	at(63, 1, spec.LIM08, spec.ELogFull, "Promise", "no place in the ring of what was credited, which has log_capacity and 16", "ring-full")
	w.ends("payee", w.payee, "payee-ended", epochNow-w.policy.Fresh.Grace-1)
	at(65, 1, spec.CRY12, spec.EExpired, "Freshness", "the payee's own certificate has ended, grace included", "payee-ended")
	at(64, 12, spec.ENC02, spec.EField, "Order", "an unknown member, and no place in the log", "log-full")
	return f
}

func helloFinishVectors() *file {
	f := newFile("hello-finish", "HELLO at a payee that is armed to finish, up to the PEER that it makes. It draws caps_nonce, then eseed, then peer_nonce.")
	helloNotes(f)
	w := classical(f)
	w.payeeAsked()
	s := w.session()
	add := func(n int, comment, device string) {
		m := wire.Peer{Version: wire.V1, Realm: w.auth.Place.Realm, Suite: w.number, Transcript: s.transcript(),
			Nonce: wire.Nonce(drawn("peer nonce", 16)), Cert: w.payee.ID}
		in := s.asked()
		in["peer_nonce"] = drawn("peer nonce", 16)
		f.valid(positive{n: n, requirement: spec.ATO01, kind: "hello-finish", comment: comment, device: device, input: in,
			values: map[string]string{"caps": hexOf(s.caps), "transcript": hexID(s.transcript()), "peer_payload": hexOf(m.Encode())}})
	}
	add(1, "nothing is promised", "payee")
	add(2, "a device that is blocked, full and out of service finishes what it has begun", "decommissioned")
	add(3, "and one whose revocation set is too old", "revset-served")
	helloChecks(f, 10)
	f.refused(bad(50, 1, spec.PRV02, spec.EUnprovisioned, "Lifecycle", "a device without certificate", before("device", "unprovisioned")))
	return f
}

// promise are the values of a PAY_REQ that answers the session's HELLO.
func (w *world) promise(s session) map[string]string {
	m := w.payReq(s)
	m.Request, m.Nonce, m.Label = 41, requestNonce(41), ""
	payload := m.Encode()
	scheme, _ := suite.Lookup(m.Suite)
	id := wire.Object{Alg: scheme.Alg(), Payload: payload}.ID(wire.TypePayReq)
	return map[string]string{
		"caps": hexOf(s.caps), "transcript": hexID(s.transcript()), "pay_req_payload": hexOf(payload), "pay_req_id": hexID(id),
	}
}

// edited is the session with another HELLO.
func (s session) edited(e func(*wire.Hello)) session {
	m, err := wire.DecodeHello(s.hello)
	must(err)
	e(&m)
	s.hello = m.Encode()
	return s
}

func (s session) offering(versions []uint64, suites []suite.Suite, kems []wire.KEM) session {
	return s.edited(func(m *wire.Hello) { m.Versions, m.Suites, m.KEMs = versions, suites, kems })
}

func (s session) greased() session {
	return s.edited(func(m *wire.Hello) { m.Extra = []wire.Member{{Key: 129, Value: []byte{0x41, 0xff}}} })
}

// helloChecks are those of a HELLO whatever it is for; number 1 is the twin.
func helloChecks(f *file, from int) {
	at := func(e edit) change { return raw("input.hello", func(b []byte) []byte { c, _ := e(b); return c }) }
	list := func(n ...uint64) []byte {
		b := wire.AppendArray(nil, len(n))
		for _, x := range n {
			b = wire.AppendUint(b, x)
		}
		return b
	}
	other, err := link.NewEphemeralFor(wire.KEMP256, bytes.NewReader(drawn("ikm", 32)))
	must(err)
	n := from
	add := func(r spec.ID, code spec.Code, flag, comment string, c change) {
		f.refused(bad(n, 1, r, code, flag, comment, c))
		n++
	}
	add(spec.ENC02, spec.EMalformed, "Encoding", "a byte after the message", raw("input.hello", trailing))
	add(spec.ENC03, spec.EMalformed, "Encoding", "the last byte is missing", raw("input.hello", truncated))
	add(spec.ENC02, spec.EField, "Grammar", "member 160 is outside the members that may be ignored", at(number(160, 0)))
	add(spec.ENC01, spec.ECanon, "Encoding", "member 45 is a byte longer than needed", at(longer(45)))
	add(spec.ENC02, spec.EField, "Grammar", "an undefined flag", at(number(22, 1)))
	add(spec.ENC02, spec.EField, "Grammar", "a list that does not ascend", at(set(41, list(2, 1))))
	add(spec.ENC02, spec.EField, "Grammar", "an empty list of suites", at(set(41, list())))
	add(spec.ENC02, spec.EField, "Grammar", "no key", at(drop(44)))
	add(spec.ENC06, spec.EType, "Type", "a CAPS where HELLO belongs", at(number(2, 0x11)))
	add(spec.ENC03, spec.ESize, "Encoding", "larger than a HELLO may be", at(set(129, wire.AppendBytes(nil, make([]byte, 4096)))))
	add(spec.INT01, spec.EVersion, "Negotiation", "lists only a version that is unknown", at(set(40, list(2))))
	add(spec.ENC05, spec.ERealm, "Realm", "another realm", at(str(3, make([]byte, 8))))
	add(spec.CRY06, spec.ENocommon, "Negotiation", "no suite that the payee has", at(set(41, list(2, 3))))
	add(spec.CRY06, spec.ENocommon, "Negotiation", "no KEM that the payee has", at(set(42, list(uint64(wire.KEMP256)))))
	add(spec.CRY06, spec.ENocommon, "Negotiation", "the key is of another KEM than the one that both lists give", at(both(number(43, uint64(wire.KEMP256)), str(44, other.Public()))))
	add(spec.CRY11, spec.ELink, "KEM", "the key is zeros", helloKey(func(k []byte) { clear(k) }))
	add(spec.CRY11, spec.ELink, "KEM", "the key is 1, of small order", helloKey(func(k []byte) { clear(k); k[0] = 1 }))
	add(spec.CRY11, spec.ELink, "KEM", "the key is a byte short", at(str(44, drawn("ikm", 31))))
}
