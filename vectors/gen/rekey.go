package main

import (
	"encoding/hex"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

// rekeyNotes explains the flags of both files of enrolment.
func rekeyNotes(f *file) {
	decodeNotes(f)
	f.note("Path", "The certificate of the key that asks does not lead to a configured root, or is not a device's.", "Whoever has a key gets a device certified.")
	f.note("Same", "The two requests are not about one another.", "A provider certifies a key that the device has not named.")
	f.note("Suite", "A suite that is unknown, not the certificate's, or not the provider's to issue.", "A key of a broken suite is certified for a device of a strong one.")
	f.note("Proof", "The new key has not signed for itself.", "A device is certified for a key that another holds, and answers for what that one does.")
	f.note("Reuse", "The key, or a component of it, is in another certificate.", "Half of a hybrid key is signed for by another device.")
	f.note("Revoked", "On the block list.", "A stolen device goes on under another key.")
	f.note("Link", "The first key of the device has not named this one.", "A provider alone makes a key that convicts a device.")
}

// enrolment is the body of an ENROL_REQ of a key.
func (w *world) enrolment(key suite.PublicKey, crt, rekey wire.ID) wire.EnrolReq {
	return wire.EnrolReq{
		Version: wire.V1, Realm: w.auth.Place.Realm, Suite: key.Suite(), Nonce: wire.Nonce(drawn("re-key nonce", 16)),
		Cert: crt, Rekey: rekey, Key: key.COSE(), Tee: 1,
	}
}

func (w *world) naming(key suite.PublicKey, crt wire.ID) []byte {
	return w.signedBy("payer", wire.TypeRekeyReq, wire.RekeyReq{
		Version: wire.V1, Realm: w.auth.Place.Realm, Suite: w.number, Nonce: wire.Nonce(drawn("re-key nonce", 16)), Cert: crt,
		Counter: counter, Key: key.COSE(), Head: drawnID("log head"),
	}.Encode())
}

// providerContext is what the provider knows: its realm, environment and epoch,
// and the suites that it may issue, a digit each.
func (w *world) providerContext() map[string]string {
	return map[string]string{"realm": hex.EncodeToString(w.auth.Place.Realm[:]), "env": "1", "epoch": dec(epochEnd + 1000), "suites": "12"}
}

// added names an object that the twin does not use.
func added(field, name string) change {
	return func(_ *file, v *vectors.Vector) *vectors.Mutation {
		v.Uses[field] = name
		return &vectors.Mutation{Field: "uses." + field, Part: "value", New: name}
	}
}

func rekeyVectors() *file {
	f := newFile("rekey", "REKEY_REQ and the ENROL_REQ for the same key at a provider, long after the device's certificate has ended. The provider has given out the certificates named certificate and other.")
	rekeyNotes(f)
	w := classical(f)
	next := cert.DeriveKey(suite.P256, []byte(seed), "the next key of payer")
	f.key("next", next)
	hybrid := cert.DeriveKey(suite.Ed25519MLDSA44, []byte(seed), "a hybrid key")
	classicalHalf, _, _ := suite.Halves(hybrid.Public())
	half, ok := suite.Lookup(suite.Ed25519)
	if !ok {
		panic("gen: no suite 1")
	}
	component, err := half.NewKey(hybrid.Seed()[:32])
	if err != nil || string(component.Public().COSE()) != string(classicalHalf.COSE()) {
		panic("gen: the seed of a hybrid key does not begin with its component's")
	}
	f.key("component", component)
	device := w.payer.Device()
	renewed := w.auth.IssueDevice(next.Public(), cert.DeviceOptions{Subject: device, Suites: []suite.Suite{1, 2},
		Edit: func(c *wire.Cert) { c.Replaces = wire.KeyDigest(w.payer.Body.Key) }})
	f.object("renewed", renewed.Raw)
	f.object("hybrid", w.auth.IssueDevice(hybrid.Public(), cert.DeviceOptions{}).Raw)
	uses := func(more ...string) map[string]string {
		u := map[string]string{"certificate": "payer", "issuer": "provider", "root": "root", "revset": "revset"}
		for i := 0; i < len(more); i += 2 {
			u[more[i]] = more[i+1]
		}
		return u
	}
	rekey := func(key suite.PrivateKey, name string) map[string][]byte {
		object := w.naming(key.Public(), w.payer.ID)
		enrol := w.enrolment(key.Public(), w.payer.ID, idOf(wire.TypeRekeyReq, object))
		return map[string][]byte{"object": object, "enrol": w.signedBy(name, wire.TypeEnrolReq, enrol.Encode())}
	}
	values := func(in map[string][]byte) map[string]string {
		digest := wire.KeyDigest(w.payer.Body.Key)
		return published(wire.TypeRekeyReq, in["object"], map[string]string{"subject": hexDID(device), "pkd": hexID(digest)})
	}
	in := rekey(next, "next")
	f.valid(positive{n: 1, requirement: spec.LCM04, kind: "rekey-req", comment: "an Ed25519 device asks for a first P-256 key, a thousand epochs after its certificate has ended",
		uses: uses(), input: in, context: w.providerContext(), values: values(in)})
	f.valid(positive{n: 2, requirement: spec.LCM04, kind: "rekey-req", comment: "the same request again, whose certificate was given out",
		uses: uses("other", "renewed"), input: in, context: w.providerContext(), values: values(in)})
	own := rekey(component, "component")
	f.valid(positive{n: 3, requirement: spec.LCM04, kind: "rekey-req", comment: "another key of the same suite",
		uses: uses(), input: own, context: w.providerContext(), values: values(own)})
	decodeChecks(f, 10, 1, "input.object", "payer", false)
	w.rekeyRefusals()
	return f
}

func (w *world) rekeyRefusals() {
	f := w.file
	object := func(e edit) change { return payload("input.object", "payer", e) }
	enrol := func(e edit) change { return payload("input.enrol", "next", e) }
	blocked := func(f *file, v *vectors.Vector) *vectors.Mutation {
		b := w.auth.SignRevset(3, epochRevset, []wire.ID{{1}}, []wire.DID{{2}, w.payer.Device(), {3}})
		m := &vectors.Mutation{Field: "uses.revset", Part: "payload", Signer: "service"}
		_, was, _ := decoded(f.bytes(v.Uses["revset"]))
		v.Uses["revset"] = f.object("revset-device", b)
		_, body, _ := decoded(b)
		splice(m, was, body)
		m.Members = changedMembers(was, body)
		return m
	}
	f.refused(
		bad(30, 1, spec.ENC02, spec.EField, "Grammar", "a REKEY_REQ without the head of the log", object(drop(53))),
		bad(31, 1, spec.ENC04, spec.EAmount, "Range", "a counter of 2^53", object(number(13, 1<<53))),
		bad(32, 1, spec.ENC02, spec.EField, "Grammar", "an ENROL_REQ that does not name the REKEY_REQ", enrol(drop(18))),
		bad(33, 1, spec.ENC02, spec.EField, "Grammar", "an undefined environment", enrol(number(63, 7))),
		bad(34, 1, spec.ENC05, spec.ERealm, "Realm", "an ENROL_REQ of another realm", enrol(str(3, make([]byte, 8)))),
		bad(35, 1, spec.ENC02, spec.EMalformed, "Encoding", "a byte after the ENROL_REQ", raw("input.enrol", trailing)),
		bad(40, 1, spec.CRY01, spec.ECertNeeded, "Path", "the certificate that asks is not at hand", object(flip(10))),
		bad(41, 1, spec.CRY01, spec.EPath, "Path", "the certificate ends at no configured root", without("root")),
		bad(42, 1, spec.CRY06, spec.ESuite, "Suite", "member 4 is not the suite of the certificate", object(number(4, 2))),
		bad(43, 1, spec.CRY06, spec.ESuite, "Suite", "the algorithm is not that of the certificate", protected("input.object", "payer", alg(-9))),
		bad(44, 1, spec.CRY04, spec.EPath, "Path", "the provider is one of production, and the certificate is for tests", value("env", "2")),
		bad(45, 1, spec.LCM01, spec.ERevoked, "Revoked", "the device is blocked", blocked),
		bad(46, 1, spec.CRY05, spec.ESig, "Signature", "the new key asks for itself", resigned("input.object", "next", "")),
		bad(47, 1, spec.CRY01, spec.ESig, "Signature", "the provider has not signed the certificate", raw("uses.certificate", lastBit)),
		bad(50, 1, spec.LCM04, spec.EMismatch, "Same", "another nonce", enrol(flip(9))),
		bad(51, 1, spec.LCM04, spec.EMismatch, "Same", "the ENROL_REQ names another certificate", enrol(flip(10))),
		bad(52, 1, spec.LCM04, spec.EMismatch, "Same", "the ENROL_REQ names another REKEY_REQ", enrol(flip(18))),
		bad(53, 1, spec.LCM04, spec.EMismatch, "Same", "the REKEY_REQ names another key", object(set(32, unhex(f.Key("payee").Public)))),
		bad(54, 1, spec.CRY06, spec.ESuite, "Suite", "the provider may issue suite 1 alone", value("suites", "1")),
		bad(55, 1, spec.CRY06, spec.ESuite, "Suite", "the algorithm of the ENROL_REQ is not that of its suite", protected("input.enrol", "next", alg(-19))),
		bad(56, 1, spec.CRY05, spec.ESig, "Proof", "the key before has signed for the new one", resigned("input.enrol", "payer", "")),
		bad(57, 1, spec.ENC06, spec.ESig, "Proof", "the new key has signed under the domain of REKEY_REQ", resigned("input.enrol", "next", "assay/1/rekey")),
		bad(58, 3, spec.PQC02, spec.EKeyreuse, "Reuse", "the key is a component of a hybrid key that was certified", added("other", "hybrid")),
		bad(59, 2, spec.PQC02, spec.EKeyreuse, "Reuse", "the key was certified for another device", payload("uses.other", "provider", flip(31))),
		bad(60, 2, spec.PQC02, spec.EKeyreuse, "Reuse", "the key was certified for this device, after another key", payload("uses.other", "provider", flip(62))),
	)
}

func enrolVectors() *file {
	f := newFile("enrol", "ENROL_REQ of a first enrolment at a provider: of the key that gives the did, or of a further one beside the first ENROL_REQ and the first key's REKEY_REQ.")
	rekeyNotes(f)
	w := classical(f)
	further := cert.DeriveKey(suite.P256, []byte(seed), "a further key of payer")
	f.key("further", further)
	f.object("hybrid", w.auth.IssueDevice(cert.DeriveKey(suite.Ed25519MLDSA44, []byte(seed), "a hybrid key").Public(), cert.DeviceOptions{}).Raw)
	first := w.signedBy("payer", wire.TypeEnrolReq, w.firstEnrolment().Encode())
	values := func(object []byte, pkd string) map[string]string {
		more := map[string]string{"subject": hexDID(w.payer.Device())}
		if pkd != "" {
			more["pkd"] = pkd
		}
		return published(wire.TypeEnrolReq, object, more)
	}
	f.valid(positive{n: 1, requirement: spec.CRY05, kind: "enrol-req", comment: "the first key of a device", uses: map[string]string{},
		input: map[string][]byte{"object": first}, context: w.providerContext(), values: values(first, "")})
	second := w.signedBy("further", wire.TypeEnrolReq, w.enrolment(further.Public(), wire.ID{}, wire.ID{}).Encode())
	link := w.naming(further.Public(), wire.ID{})
	f.valid(positive{n: 2, requirement: spec.LCM04, kind: "enrol-req", comment: "a further key, which the first one names", uses: map[string]string{},
		input:   map[string][]byte{"object": second, "first": first, "link": link},
		context: w.providerContext(), values: values(second, hexID(wire.KeyDigest(w.payer.Body.Key)))})
	decodeEnrol := func(e edit) change { return payload("input.object", "further", e) }
	named := func(e edit) change { return payload("input.link", "payer", e) }
	f.refused(
		bad(10, 1, spec.ENC02, spec.EMalformed, "Encoding", "a byte after the object", raw("input.object", trailing)),
		bad(11, 1, spec.INT01, spec.EVersion, "Type", "version 2", payload("input.object", "payer", number(1, 2))),
		bad(12, 1, spec.ENC06, spec.EType, "Type", "the type of REKEY_REQ", payload("input.object", "payer", number(2, 0x30))),
		bad(13, 1, spec.ENC05, spec.ERealm, "Realm", "another realm", payload("input.object", "payer", str(3, make([]byte, 8)))),
		bad(14, 1, spec.ENC02, spec.EField, "Grammar", "names a REKEY_REQ although there is no certificate", payload("input.object", "payer", str(18, make([]byte, 32)))),
		bad(15, 1, spec.ENC02, spec.EField, "Grammar", "the key is not one of suite 1: y is not below the prime", payload("input.object", "payer", set(32, badKey(f)))),
		bad(20, 1, spec.CRY06, spec.ESuite, "Suite", "an unknown suite", payload("input.object", "payer", number(4, 99))),
		bad(21, 2, spec.CRY06, spec.ESuite, "Suite", "the provider may issue suite 1 alone", value("suites", "1")),
		bad(22, 1, spec.CRY06, spec.ESuite, "Suite", "the algorithm is not that of the suite", protected("input.object", "payer", alg(-9))),
		bad(23, 1, spec.CRY05, spec.ESig, "Proof", "another key has signed", resigned("input.object", "payee", "")),
		bad(24, 1, spec.ENC06, spec.ESig, "Proof", "signed under the domain of REKEY_REQ", resigned("input.object", "payer", "assay/1/rekey")),
		bad(25, 1, spec.PQC02, spec.EKeyreuse, "Reuse", "the key is in a certificate already", added("other", "payer")),
		bad(30, 2, spec.LCM04, spec.ECertNeeded, "Link", "the first key has named another key", named(set(32, unhex(f.Key("payee").Public)))),
		bad(31, 2, spec.LCM04, spec.ECertNeeded, "Link", "the link has another nonce", decodeEnrol(flip(9))),
		bad(32, 2, spec.LCM04, spec.ECertNeeded, "Link", "the further key has named itself", resigned("input.link", "further", "")),
		bad(33, 2, spec.LCM04, spec.ECertNeeded, "Link", "the link is by a key that is certified, and this is a first enrolment", named(flip(10))),
		bad(34, 2, spec.LCM04, spec.ECertNeeded, "Link", "the link claims another suite than the first key's", named(number(4, 2))),
	)
	return f
}

// firstEnrolment is the body of the payer's ENROL_REQ.
func (w *world) firstEnrolment() wire.EnrolReq {
	m := w.enrolment(w.payer.Key, wire.ID{}, wire.ID{})
	m.Nonce = wire.Nonce(drawn("first enrolment", 16))
	return m
}
