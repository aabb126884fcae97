package device

import (
	"bytes"
	"errors"
	"slices"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A Provisioning is what makes a device one of its realm; all objects encoded.
type Provisioning struct {
	Certs   [][]byte // of the device, one for each of its suites
	Issuers [][]byte // of providers and services
	Roots   [][]byte
	Policy  []byte
	Revset  []byte // nil for none yet
	Keyset  []byte // of family E
}

// provisionRules are the checks before provisioning. A device is provisioned
// once, so that no value can be lost by it (PRV-04).
func provisionRules() []Rule {
	return []Rule{
		{"once", spec.PRV04, spec.EState, func(c *Context) bool { return !c.State.Provisioned }},
	}
}

// Enrol returns an ENROL_REQ for each of the device's suites, in the order of
// its keys, or for the first and those that are wanted, and then a REKEY_REQ by the first key for each of the others: whose
// a further key is, is the device's word and not its provider's alone. The error
// is nvm's or the random reader's.
func (d *Device) Enrol(wanted ...suite.Suite) ([][]byte, error) {
	if err := d.ready(); err != nil {
		return nil, err
	}
	var out, links [][]byte
	for i, k := range d.state.Keys {
		if i > 0 && len(wanted) > 0 && !slices.Contains(wanted, k.Suite) {
			continue
		}
		nonce, err := d.nonce()
		if err != nil {
			return nil, err
		}
		m := wire.EnrolReq{Version: wire.V1, Realm: d.cfg.Place.Realm, Suite: k.Suite, Nonce: nonce,
			Key: d.key(k.Suite).Public().COSE(), Tee: d.cfg.Tee}
		out = append(out, d.sign(k.Suite, wire.TypeEnrolReq, m.Encode()).Encode())
		d.parts.Trace(EmitEnrolReq)
		if i > 0 {
			links = append(links, d.linkRequest(d.state.Keys[0].Suite, wire.ID{}, nonce, d.key(k.Suite).Public()).Encode())
		}
	}
	return append(out, links...), nil
}

// DID returns the device id.
func (d *Device) DID() wire.DID { return d.state.DID }

// PublicKey returns the public key of a suite, and false without one.
func (d *Device) PublicKey(number suite.Suite) (suite.PublicKey, bool) {
	key := d.key(number)
	if key == nil {
		return nil, false
	}
	return key.Public(), true
}

// Provision installs certificates, roots and the first policy in one step, after
// all have passed the checks that they would pass later. The error is a
// [*Refusal] or nvm's.
func (d *Device) Provision(p Provisioning) error {
	if d.broken != nil {
		return d.broken
	}
	if r := d.judge(ProcProvision, d.context()); r != nil {
		return r
	}
	// The checks run on a device that has the certificates, of which nothing is
	// durable yet.
	trial := *d
	next := d.state.clone()
	next.Roots, next.Issuers = cloneAll(p.Roots), cloneAll(p.Issuers)
	trial.state = next
	if err := trial.derive(nil); err != nil {
		return d.refusalOf(err)
	}
	if err := trial.judgeIssuers(p); err != nil {
		return d.refusalOf(err)
	}
	if err := trial.judgeLists(next, p); err != nil {
		return d.refusalOf(err)
	}
	if err := trial.judgeOwn(next, p.Certs); err != nil {
		return d.refusalOf(err)
	}
	if p.Keyset != nil && d.ecash() {
		m, err := trial.judgeKeyset(p.Keyset)
		if err != nil && !errors.Is(err, errInForce) {
			return err
		}
		next.Keyset = bytes.Clone(p.Keyset)
		next.Epoch = max(next.Epoch, m.Epoch)
	}
	next.Provisioned = true
	next.GrantEpoch = next.Epoch
	next.Consent = false
	return d.install(StepInstall, next)
}

func cloneAll(list [][]byte) [][]byte {
	out := make([][]byte, len(list))
	for i, b := range list {
		out[i] = bytes.Clone(b)
	}
	return out
}

// judgeIssuers verifies the providers and services against the roots.
func (d *Device) judgeIssuers(p Provisioning) error {
	var roots []*cert.Certificate
	for _, b := range p.Roots {
		root, err := d.parse(b)
		if err != nil {
			return err
		}
		roots = append(roots, root)
	}
	empty := cert.NewStore(rememberedPeers, roots...)
	for _, b := range p.Issuers {
		c, err := d.parse(b)
		if err != nil {
			return err
		}
		path, err := empty.Path(c.ID, []*cert.Certificate{c})
		if err != nil {
			return err
		}
		if err := d.verifyPath(path, 0); err != nil {
			return err
		}
	}
	return nil
}

// paths are the checks of certificate paths.
func (d *Device) paths() cert.Verifier {
	return cert.Verifier{Rules: d.parts.Path, Verify: d.parts.PathVerify}
}

func (d *Device) verifyPath(path cert.Path, usage uint64) error {
	in := cert.Situation{Realm: d.cfg.Place.Realm, Env: d.cfg.Env, Epoch: d.state.Epoch,
		Grace: d.policy.Fresh.Grace, Usage: usage, Suites: d.policy.Suites, Revoked: d.revoked}
	if err := d.paths().Check(path, in); err != nil {
		return err
	}
	return d.paths().Signatures(path)
}

// judgeLists takes the policy and the revocation set.
func (d *Device) judgeLists(next *State, p Provisioning) error {
	c := d.context()
	if err := c.judgePolicy(p.Policy); err != nil {
		return err
	}
	next.Policy = bytes.Clone(p.Policy)
	next.Epoch = max(next.Epoch, c.Next.Epoch)
	if p.Revset != nil {
		c = d.context()
		if err := c.judgeRevset(p.Revset); err != nil {
			return err
		}
		next.Revset = bytes.Clone(p.Revset)
		next.Epoch = max(next.Epoch, c.Revset.Epoch)
	}
	return d.derive(nil)
}

// judgeOwn takes the own certificates: of this device, of its own keys.
func (d *Device) judgeOwn(next *State, certs [][]byte) error {
	if len(certs) == 0 {
		return &cert.Refusal{Requirement: spec.CRY01, Code: spec.ECertNeeded}
	}
	for _, b := range certs {
		c, err := d.parse(b)
		if err != nil {
			return err
		}
		key := d.key(c.Body.Suite)
		if key == nil || c.Device() != d.state.DID || !bytes.Equal(c.Body.Key, key.Public().COSE()) {
			return &cert.Refusal{Requirement: spec.CRY01, Code: spec.EPath}
		}
		path, err := d.store.Path(c.ID, []*cert.Certificate{c})
		if err != nil {
			return err
		}
		if err := d.verifyPath(path, 0); err != nil {
			return err
		}
		i := slices.IndexFunc(next.Keys, func(k Key) bool { return k.Suite == c.Body.Suite })
		next.Keys[i].Cert = bytes.Clone(b)
	}
	return nil
}
