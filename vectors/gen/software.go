package main

import (
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

// softwareNow is the epoch that a payee in software knows: that of its revocation
// set, for it hears of no other.
const softwareNow = epochRevset

// softWorld is a payee in software with a static request, and its payer.
type softWorld struct {
	*world
	payee *cert.Certificate
	rqh   wire.ID
}

func (w *world) softWorld() *softWorld {
	soft := func(m *wire.Cert) { m.Class, m.Usage, m.Tee = wire.ClassNOSE, wire.UseReceive, 6 }
	s := &softWorld{world: w, payee: w.device("software", w.number, soft)}
	if w.number == suite.Ed25519 {
		did := s.payee.Device()
		w.device("software-p256", suite.P256, soft, func(m *wire.Cert) { m.Subject = did })
	}
	m := w.poster()
	m.Cert, m.Request, m.Epoch, m.Flags = s.payee.ID, 1, softwareNow, 0
	request := w.signedBy("software", wire.TypeStaticReq, m.Encode())
	w.object("request", request)
	w.object("request-ikm", drawn("poster key", 32))
	s.rqh = idOf(wire.TypeStaticReq, request)
	d := w.blank("software", "software", s.payee)
	d.Epoch, d.Statics = softwareNow, []vectors.Static{{
		Number: 1, Hash: hexID(s.rqh), Amount: dec(amount), MaxHop: 5, Expiry: posterEnd, Max: posterMax, Listed: []vectors.Listed{},
	}}
	w.state(d)
	return s
}

// claim is the payer's answer with a counter.
func (s *softWorld) claim(n uint64) wire.Transfer {
	m := s.oneWay(s.rqh)
	m.Request, m.PayeeTag = 1, wire.PayeeTag(s.payee.Device(), payerNonce())
	m.Flags, m.Expiry, m.Counter = wire.TransferOneWay|wire.TransferClaim, epochNow+claimTerm, n
	return m
}

// earlier publishes what a payer has sent before, and returns its entry.
func (s *softWorld) earlier(name string, m wire.Transfer) vectors.Listed {
	object := s.signedBy("payer", wire.TypeTransfer, m.Encode())
	s.object(name, wire.OneWay{Object: object, Nonce: payerNonce(), Certs: [][]byte{s.payer.Raw}}.Encode())
	return vectors.Listed{Transfer: hexID(idOf(wire.TypeTransfer, object)), Payer: hexDID(s.payer.Device()), Counter: m.Counter}
}

func (s *softWorld) kept(name string, entries ...vectors.Listed) {
	s.variant("software", name, func(d *vectors.Device) {
		p := d.Statics[0]
		p.Listed = entries
		d.Statics = []vectors.Static{p}
	})
}

func softwareVectors() *file {
	f := newFile("software", "A one-way TRANSFER at a payee in software, with the nonce that the payer has drawn. The payee has made its STATIC_REQ, the object request, under the object policy, with its nonce and the KEM key of which request-ikm is the input; the policy of its state came later. What its list has it kept before: an object whose TRANSFER has that identifier. It never signs a refusal.")
	decodeNotes(f)
	transferNotes(f)
	f.note("Expiry", "Too little time is left to reach the ledger, or it is beyond its request's.", "The payer is refunded before the payee can deposit.")
	s := classical(f).softWorld()
	m := s.claim(counter)
	object := s.signedBy("payer", wire.TypeTransfer, m.Encode())
	nonce := payerNonce()
	valid := func(n int, r spec.ID, comment, device string, object []byte) {
		receipt := wire.Receipt{Version: wire.V1, Realm: m.Realm, Suite: suite.Ed25519, Cert: s.payee.ID, RequestHash: s.rqh,
			TransferHash: idOf(wire.TypeTransfer, object), Status: wire.ReceiptAccepted}
		f.valid(positive{n: n, requirement: r, kind: "software", comment: comment, device: device,
			uses:   map[string]string{"certificate": "payer"},
			input:  map[string][]byte{"object": object, "payer_nonce": nonce[:]},
			values: published(wire.TypeTransfer, object, map[string]string{"receipt_payload": hexOf(receipt.Encode())})})
	}
	valid(1, spec.CLM01, "a claim: kept, and accepted", "software", object)
	last := m
	last.Expiry = softwareNow + 3
	valid(2, spec.PAY13, "with the least time left", "software", s.signedBy("payer", wire.TypeTransfer, last.Encode()))
	s.kept("kept", s.earlier("earlier-same", m))
	valid(3, spec.PAY10, "the same again: accepted again", "kept", object)
	decodeChecks(f, 10, 1, "input.object", "payer", false)
	moneyChecks(f, 25, 1, "input.object", "payer")
	s.refusals()
	s.downgrade()
	return f
}

func (s *softWorld) refusals() {
	f := s.file
	other := s.claim(counter)
	other.Prev = drawnID("another predecessor")
	s.kept("counter-seen", s.earlier("earlier-double", other))
	s.kept("full", s.earlier("earlier-1", s.claim(2)), s.earlier("earlier-2", s.claim(3)))
	later := s.policy
	later.PolicyVersion, later.Epoch = 8, epochRevset+401
	s.object("policy-later", s.auth.SignPolicy(later))
	s.variant("software", "revset-aged", func(d *vectors.Device) { d.Policy = "policy-later" })
	own := s.payee.Device()
	at := func(e edit) change { return payload("input.object", "payer", e) }
	f.refused(
		bad(40, 1, spec.PAY12, spec.EReqUnknown, "Request", "answers another request", at(flip(17))),
		bad(41, 1, spec.PAY04, spec.EMismatch, "Request", "the right request under another number", at(number(11, 2))),
		bad(42, 1, spec.PAY12, spec.EReqUsed, "Request", "as many were kept as the request takes", before("device", "full")),
		bad(43, 1, spec.CRY01, spec.ECertNeeded, "Certificate", "names a certificate that is not there", at(flip(10))),
		bad(44, 1, spec.CRY06, spec.ESuite, "Certificate", "another suite than the certificate's", at(number(4, 2))),
		bad(45, 1, spec.CRY03, spec.EUsage, "Certificate", "a certificate without usage pay", certified(number(33, 0b10), "provider")),
		bad(46, 1, spec.LCM02, spec.ERevOld, "Freshness", "a later policy has told that the revocation set is too old", before("device", "revset-aged")),
		bad(47, 1, spec.LCM02, spec.EPeerOld, "Freshness", "the payer's epoch is below the policy's minimum", at(number(21, 2449))),
		bad(48, 1, spec.PAY04, spec.EMismatch, "Mismatch", "made for another payee", at(flip(12))),
		bad(49, 1, spec.PAY03, spec.EMismatch, "Mismatch", "one unit less than was asked for", at(number(7, amount-1))),
		bad(50, 1, spec.ENC05, spec.EMismatch, "Mismatch", "another family of value", at(number(23, 2))),
		bad(51, 1, spec.CLM01, spec.EMismatch, "Mismatch", "no claim: software can neither credit nor deposit it", at(number(22, 4))),
		bad(52, 1, spec.CLM01, spec.EMismatch, "Mismatch", "a claim, and not one way", at(number(22, 1))),
		bad(53, 1, spec.PAY06, spec.ESelf, "Request", "the payee pays itself", certified(str(31, own[:]), "provider")),
		bad(54, 1, spec.PAY13, spec.EReqExpired, "Expiry", "one epoch too little left", at(number(46, softwareNow+2))),
		bad(55, 1, spec.PAY13, spec.EReqExpired, "Expiry", "beyond the last epoch of its request", at(number(46, posterEnd+1))),
		bad(56, 1, spec.CON03, spec.EHop, "Provenance", "a lot that has made more hops than are accepted", at(set(15, oneLot(6, amount)))),
		bad(57, 1, spec.CRY01, spec.ESig, "Certificate", "a certificate that the service has signed", certified(number(38, 2), "service")),
		bad(58, 1, spec.CRY05, spec.ESig, "Signature", "signed by the payee's key", resigned("input.object", "software", "")),
		bad(59, 1, spec.DET01, spec.EDouble, "DoubleSpend", "another claim with this counter is kept", before("device", "counter-seen")),
	)
}

// downgrade is a claim in P-256 at software that has both suites.
func (s *softWorld) downgrade() {
	f := s.file
	payer := s.device("payer-p256", suite.P256)
	s.variant("software", "software-both", func(d *vectors.Device) {
		d.Own = append(d.Own, vectors.Own{Key: "software-p256", Certificate: "software-p256"})
	})
	m := s.claim(counter)
	m.Suite, m.Cert = suite.P256, payer.ID
	object := s.signedBy("payer-p256", wire.TypeTransfer, m.Encode())
	receipt := wire.Receipt{Version: wire.V1, Realm: m.Realm, Suite: suite.Ed25519, Cert: s.payee.ID, RequestHash: s.rqh,
		TransferHash: idOf(wire.TypeTransfer, object), Status: wire.ReceiptAccepted}
	nonce := payerNonce()
	f.valid(positive{n: 70, requirement: spec.CRY08, kind: "software", comment: "a payer that has P-256 alone, at software that has both",
		device: "software-both", uses: map[string]string{"certificate": "payer-p256"},
		input:  map[string][]byte{"object": object, "payer_nonce": nonce[:]},
		values: published(wire.TypeTransfer, object, map[string]string{"receipt_payload": hexOf(receipt.Encode())})})
	f.refused(bad(71, 70, spec.CRY08, spec.EDowngrade, "Certificate",
		"the provider has certified that the payer has Ed25519 too: somebody used its weaker key",
		follow(payload("uses.certificate", "provider", set(37, []byte{0x82, 1, 2})), "input.object", "payer-p256", 10)))
}
