package main

import (
	"bytes"
	"encoding/hex"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

func certVectors() *file {
	f := newFile("cert", "Certificate paths: a device's certificate, its provider's, and a configured root, in a situation: the verifier's realm, env, epoch, grace, the usage bits wanted, the suites of its policy (one digit each) and its revocation set.")
	certNotes(f)
	w := classical(f)
	values := func(c *cert.Certificate) map[string]string {
		did := c.Device()
		return published(wire.TypeCert, c.Raw, map[string]string{"subject": hexDID(did)})
	}
	context := func(suites string) map[string]string {
		return map[string]string{
			"realm": hex.EncodeToString(w.auth.Place.Realm[:]), "env": "1", "epoch": dec(epochNow), "grace": "30",
			"usage": "1", "suites": suites,
		}
	}
	uses := func(leaf string) map[string]string {
		return map[string]string{"leaf": leaf, "provider": "provider", "root": "root", "revset": "revset"}
	}
	f.valid(positive{n: 1, requirement: spec.CRY01, kind: "cert", comment: "a device's path with usage pay",
		uses: uses("payer"), context: context("12"), values: values(w.payer)})
	p256 := w.device("payer-p256", suite.P256)
	f.valid(positive{n: 2, requirement: spec.CRY01, kind: "cert", comment: "a P-256 device under an Ed25519 provider, which ranks higher",
		uses: uses("payer-p256"), context: context("12"), values: values(p256)})
	in := context("12")
	in["usage"] = "1024" // sign policy
	f.valid(positive{n: 3, requirement: spec.CRY03, kind: "cert", comment: "a service's path of one certificate, with usage sign policy",
		uses:    map[string]string{"leaf": "service", "root": "root", "revset": "revset"},
		context: in, values: values(w.auth.Service.Cert)})
	in = context("12")
	in["epoch"] = dec(epochEnd + 30)
	f.valid(positive{n: 4, requirement: spec.CRY02, kind: "cert", comment: "the last epoch of grace",
		uses: uses("payer"), context: in, values: values(w.payer)})
	in = context("12")
	in["epoch"] = dec(epochIssued - 10)
	f.valid(positive{n: 5, requirement: spec.CRY02, kind: "cert", comment: "issued later than the verifier's epoch and in force at once: a lagging epoch delays an end, never a beginning",
		uses: uses("payer"), context: in, values: values(w.payer)})
	merchant := w.device("merchant", suite.Ed25519, func(m *wire.Cert) { m.Label = "Corner Shop" })
	f.valid(positive{n: 6, requirement: spec.CRY01, kind: "cert", comment: "a certified label",
		uses: uses("merchant"), context: context("12"), values: values(merchant)})
	leafChecks(f)
	pathChecks(f, w)
	return f
}

func certNotes(f *file) {
	f.note("Path", "The path does not lead, link by link, to a configured root.", "Whoever has a certificate of any kind issues devices of their own.")
	f.note("Realm", "Another realm, or production against test.", "Test devices, whose keys are published here, pay with real money.")
	f.note("Usage", "The certificate does not permit what is done.", "A receive-only or recovered device pays; a provider signs vouchers.")
	f.note("Validity", "Not in force at the known epoch.", "A device that was to be retired goes on for ever.")
	f.note("Suite", "A suite that is unknown, not certified, not allowed, or weaker than what it vouches for.", "Breaking the weakest suite forges the strongest.")
	f.note("Revoked", "On the block list.", "A stolen or cracked device goes on.")
	f.note("Encoding", "Not the one encoding, or not in the grammar.", "One certificate has two identifiers.")
	f.note("Signature", "The issuer has not signed this.", "Anyone issues certificates.")
}

// leafChecks change one member of the device's certificate, which the provider
// then signs again.
func leafChecks(f *file) {
	leaf := func(e edit) change { return payload("uses.leaf", "provider", e) }
	epochs := func(from, to uint64) []byte {
		return wire.AppendUint(wire.AppendUint(wire.AppendArray(nil, 2), from), to)
	}
	suites := func(n ...uint64) []byte {
		b := wire.AppendArray(nil, len(n))
		for _, x := range n {
			b = wire.AppendUint(b, x)
		}
		return b
	}
	f.refused(
		bad(10, 1, spec.CRY04, spec.ERealm, "Realm", "the leaf is of another realm", leaf(str(3, make([]byte, 8)))),
		bad(11, 1, spec.CRY04, spec.EPath, "Realm", "the leaf is of the production environment", leaf(number(35, 2))),
		bad(12, 1, spec.CRY01, spec.EPath, "Path", "the leaf names another issuer than the provider above it", leaf(flip(10))),
		bad(13, 1, spec.CRY03, spec.EUsage, "Usage", "usage without pay", leaf(number(33, 0b10110))),
		bad(14, 1, spec.CRY03, spec.EUsage, "Usage", "verify-only beside pay", leaf(number(33, 0b11111))),
		bad(15, 1, spec.CRY03, spec.EUsage, "Usage", "software, class NOSE, with usage pay", leaf(number(34, 2))),
		bad(16, 1, spec.CRY01, spec.EWeak, "Suite", "an Ed25519 provider vouches for a list with ML-DSA-44: forged, the list could be shortened as well", leaf(set(37, suites(1, 3)))),
		bad(17, 1, spec.CRY06, spec.ESuite, "Suite", "the suite of the key is not in the certified list", leaf(set(37, suites(2)))),
		bad(18, 1, spec.CRY02, spec.EExpired, "Validity", "expired, and grace is over", leaf(set(36, epochs(epochIssued, epochNow-31)))),
		bad(19, 1, spec.CRY02, spec.EExpired, "Validity", "begins tomorrow", leaf(set(36, epochs(epochNow+1, epochEnd)))),
		bad(20, 1, spec.CRY01, spec.EPath, "Path", "ends after its issuer", leaf(set(36, epochs(epochIssued, epochTop+1)))),
		bad(21, 1, spec.CRY01, spec.ESig, "Signature", "the leaf is signed by the service, not by the provider that it names", resigned("uses.leaf", "service", "")),
		bad(22, 1, spec.CRY01, spec.ESig, "Signature", "one bit of the signature", raw("uses.leaf", lastBit)),
		bad(23, 1, spec.ENC06, spec.ESig, "Signature", "signed under the domain of a policy", resigned("uses.leaf", "provider", "assay/1/policy")),
		bad(24, 1, spec.CRY06, spec.ESuite, "Suite", "the algorithm of the signature is not the provider's", protected("uses.leaf", "provider", alg(-9))),
		bad(25, 1, spec.ENC02, spec.EField, "Encoding", "an unknown member", leaf(number(102, 1))),
		bad(26, 1, spec.ENC02, spec.EField, "Encoding", "no usage", leaf(drop(33))),
		bad(27, 1, spec.ENC02, spec.EField, "Encoding", "an undefined usage bit", leaf(number(33, 1<<13|1))),
		bad(28, 1, spec.ENC01, spec.ECanon, "Encoding", "a longer integer than needed", leaf(longer(33))),
		bad(29, 1, spec.INT01, spec.EVersion, "Encoding", "version 2", leaf(number(1, 2))),
		bad(30, 1, spec.ENC02, spec.EField, "Encoding", "the key is not one of suite 1: y is not below the prime", leaf(set(32, badKey(f)))),
		bad(31, 1, spec.ENC02, spec.EField, "Encoding", "the list of suites does not ascend", leaf(set(37, suites(2, 1)))),
		bad(32, 1, spec.CRY01, spec.EWeak, "Suite", "a suite number that nobody knows, and which the provider may not issue", leaf(number(4, 99))),
	)
}

func badKey(f *file) []byte {
	k := unhex(f.Key("payer").Public)
	return notReduced(bytes.Clone(k))
}

// alg is the protected header of another algorithm.
func alg(n int64) func([]byte) []byte {
	return func([]byte) []byte { return wire.AppendInt(wire.AppendUint(wire.AppendMap(nil, 1), 1), n) }
}

// pathChecks change the situation or the way up.
func pathChecks(f *file, w *world) {
	blocked := func(certs []wire.ID, devices []wire.DID) []byte {
		return w.auth.SignRevset(3, epochRevset, certs, devices)
	}
	revset := func(name string, b []byte) change {
		return func(f *file, v *vectors.Vector) *vectors.Mutation {
			m := &vectors.Mutation{Field: "uses.revset", Part: "payload", Signer: "service"}
			_, was, _ := decoded(f.bytes(v.Uses["revset"]))
			v.Uses["revset"] = f.object(name, b)
			_, body, _ := decoded(b)
			splice(m, was, body)
			m.Members = changedMembers(was, body)
			return m
		}
	}
	provider := func(e edit) change {
		return follow(payload("uses.provider", "root", e), "uses.leaf", "provider", 10)
	}
	f.refused(
		bad(40, 1, spec.CRY04, spec.ERealm, "Realm", "the verifier is of another realm", value("realm", "0000000000000000")),
		bad(41, 1, spec.CRY04, spec.EPath, "Realm", "the verifier is in production", value("env", "2")),
		bad(42, 4, spec.CRY02, spec.EExpired, "Validity", "one epoch after grace", value("epoch", dec(epochEnd+31))),
		bad(43, 1, spec.CRY03, spec.EUsage, "Usage", "the device is to sign certificates", value("usage", "256")),
		bad(44, 1, spec.CRY06, spec.ESuite, "Suite", "the policy allows suite 2 alone", value("suites", "2")),
		bad(45, 1, spec.CRY01, spec.EWeak, "Suite", "under a policy with a post-quantum suite no classical key may issue", value("suites", "123")),
		bad(46, 1, spec.CRY01, spec.EPath, "Path", "the device hangs on the root directly", without("provider")),
		bad(47, 1, spec.LCM01, spec.ERevoked, "Revoked", "the device is blocked", revset("revset-device", blocked([]wire.ID{{1}}, []wire.DID{{2}, w.payer.Device(), {3}}))),
		bad(48, 1, spec.LCM01, spec.ERevoked, "Revoked", "the certificate is blocked", revset("revset-certificate", blocked([]wire.ID{{1}, w.payer.ID}, []wire.DID{{2}, {3}}))),
		bad(49, 1, spec.LCM01, spec.ERevoked, "Revoked", "the provider's certificate is blocked, and with it all that it issued", revset("revset-provider", blocked([]wire.ID{{1}, w.auth.Provider.Cert.ID}, []wire.DID{{2}, {3}}))),
		bad(50, 1, spec.CRY03, spec.EUsage, "Usage", "the provider may not sign certificates", provider(number(33, wire.UseSignFund))),
		bad(51, 1, spec.CRY02, spec.EExpired, "Validity", "the provider has expired", provider(set(36, twoEpochs(0, 2000)))),
		bad(52, 1, spec.CRY01, spec.EPath, "Path", "the provider calls itself a root", provider(number(30, 0))),
		bad(53, 1, spec.CRY01, spec.EWeak, "Suite", "the provider may issue suite 2 alone", provider(set(37, []byte{0x81, 2}))),
		bad(54, 1, spec.CRY01, spec.ESig, "Signature", "the provider's signature has one bit wrong, under the right identifier", raw("uses.provider", lastBit)),
		bad(55, 1, spec.CRY01, spec.ESig, "Signature", "the provider has signed its own certificate", resigned("uses.provider", "provider", "")),
	)
}

func twoEpochs(from, to uint64) []byte {
	return wire.AppendUint(wire.AppendUint(wire.AppendArray(nil, 2), from), to)
}
