package provider

import (
	"bytes"
	"slices"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// enrolRules are the checks of a first enrolment, for each key.
func enrolRules() []Rule {
	return []Rule{
		{"suite", spec.CRY06, spec.ESuite, mayBeIssued},
		{"proof", spec.CRY05, spec.ESig, proves},
		{"key new", spec.PQC02, spec.EKeyreuse, keyNew},
		{"link", spec.LCM04, spec.ECertNeeded, linked},
	}
}

// rekeyRules are the checks of a re-key.
func rekeyRules() []Rule {
	return []Rule{
		{"certificate", spec.CRY01, spec.ECertNeeded, signerFound},
		{"suite", spec.CRY06, spec.ESuite, func(r *Request) (bool, error) {
			return r.Signer.Leaf().SuiteMatches(r.RekeyObject, r.Rekey.Suite), nil
		}},
		{"path", spec.CRY01, spec.EPath, signerPath},
		{"device", spec.CRY01, spec.EPath, func(r *Request) (bool, error) {
			return r.Signer.Leaf().Body.Level == wire.LevelDevice, nil
		}},
		{"signature", spec.CRY05, spec.ESig, signerSigned},
		{"the same", spec.LCM04, spec.EMismatch, aboutTheSame},
		{"new suite", spec.CRY06, spec.ESuite, mayBeIssued},
		{"proof", spec.CRY05, spec.ESig, proves},
		{"key new", spec.PQC02, spec.EKeyreuse, keyNew},
	}
}

func signerFound(r *Request) (bool, error) {
	path, err := r.provider.store.Path(r.Rekey.Cert, r.carried)
	r.Signer = path
	return err == nil, err
}

// signerPath leaves validity aside, and the policy's suites: a key of a suite
// that a realm has given up may still name its successor.
func signerPath(r *Request) (bool, error) {
	in := r.provider.in
	rules := withoutExpiry(in.Paths.Rules)
	err := cert.Verifier{Rules: rules}.Check(r.Signer, cert.Situation{
		Realm: in.Place.Realm, Env: in.Env, Epoch: in.Epoch, Revoked: in.Revoked,
	})
	return err == nil, err
}

func signerSigned(r *Request) (bool, error) {
	if (cert.Verifier{}).Signatures(r.Signer) != nil {
		return false, nil
	}
	return r.Signer.Leaf().Verify(r.RekeyObject, wire.TypeRekeyReq) == nil, nil
}

// aboutTheSame: the old key speaks for this new one, and the new one says so.
func aboutTheSame(r *Request) (bool, error) {
	return r.Enrol.Nonce == r.Rekey.Nonce && r.Enrol.Cert == r.Rekey.Cert &&
		r.Enrol.Rekey == r.RekeyObject.ID(wire.TypeRekeyReq) && bytes.Equal(r.Enrol.Key, r.Rekey.Key), nil
}

// mayBeIssued also reads the key.
func mayBeIssued(r *Request) (bool, error) {
	scheme, known := suite.Lookup(r.Enrol.Suite)
	if !known || !slices.Contains(r.provider.in.Suites, r.Enrol.Suite) || r.EnrolObject.Alg != scheme.Alg() {
		return false, nil
	}
	key, err := scheme.ParsePublic(r.Enrol.Key)
	if err != nil {
		return false, &wire.Error{Code: spec.EField, Key: 32, What: "not a key of its suite"}
	}
	r.key = key
	return true, nil
}

func proves(r *Request) (bool, error) {
	return r.key != nil && r.key.Verify(r.EnrolObject.ToBeSigned(wire.TypeEnrolReq), r.EnrolObject.Signature) == nil, nil
}

// keyNew: a certificate that a re-key has got already is no reason to refuse its
// request when it comes again, because an answer can be lost.
func keyNew(r *Request) (bool, error) {
	own := wire.KeyDigest(r.Enrol.Key)
	for _, digest := range parts(r.key) {
		taken := r.provider.taken[digest]
		if taken != nil && !(wire.KeyDigest(taken.Body.Key) == own && r.answeredBy(taken)) {
			return false, nil
		}
	}
	return len(r.Signer.Chain) == 0 || own != wire.KeyDigest(r.Signer.Leaf().Body.Key), nil
}

// answeredBy reports whether the certificate is the answer to this re-key: of the
// same device, after the same key, which names one key of a suite in its life.
func (r *Request) answeredBy(c *cert.Certificate) bool {
	if len(r.Signer.Chain) == 0 {
		return false
	}
	before := r.Signer.Leaf()
	return c.Body.Subject == before.Device() && c.Body.Replaces == wire.KeyDigest(before.Body.Key)
}

// linked: the first key of a device says that the others are the device's too.
func linked(r *Request) (bool, error) {
	if r.First == nil {
		return true, nil
	}
	first := r.First.key
	scheme, _ := suite.Lookup(r.First.Enrol.Suite)
	return r.Rekey.Suite == r.First.Enrol.Suite && r.RekeyObject.Alg == scheme.Alg() && r.Rekey.Cert == (wire.ID{}) &&
		bytes.Equal(r.Rekey.Key, r.Enrol.Key) &&
		first.Verify(r.RekeyObject.ToBeSigned(wire.TypeRekeyReq), r.RekeyObject.Signature) == nil, nil
}
