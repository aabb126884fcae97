package device

import (
	"fmt"
	"slices"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
)

// rememberedPeers is how many device certificates are kept verified.
const rememberedPeers = 16

// derive brings what follows from the state up to date; before is nil after a
// boot.
func (d *Device) derive(before *State) error {
	s := d.state
	if before == nil || !sameBytes(before.Policy, s.Policy) {
		if err := d.derivePolicy(); err != nil {
			return err
		}
	}
	if before == nil || !sameBytes(before.Keyset, s.Keyset) || len(before.FormerKeys) != len(s.FormerKeys) {
		if err := d.deriveKeyset(); err != nil {
			return fmt.Errorf("device: stored KEYSET: %w", err)
		}
	}
	if before == nil || !sameBytes(before.Revset, s.Revset) {
		d.revoked = nil
		if s.Revset != nil {
			revoked, _, _, err := cert.DecodeRevset(s.Revset, d.cfg.Place)
			if err != nil {
				return fmt.Errorf("device: stored REVSET: %w", err)
			}
			d.revoked = revoked
		}
	}
	if before == nil || !slices.EqualFunc(before.Keys, s.Keys, sameKey) || len(before.Rekey.Former) != len(s.Rekey.Former) ||
		!slices.EqualFunc(before.Issuers, s.Issuers, sameBytes) {
		return d.deriveCertificates()
	}
	return nil
}

func (d *Device) derivePolicy() error {
	d.policy = &cert.Policy{}
	if d.state.Policy == nil {
		return nil
	}
	policy, _, err := cert.DecodePolicy(d.state.Policy, d.cfg.Place)
	if err != nil {
		return fmt.Errorf("device: stored POLICY: %w", err)
	}
	d.policy = policy
	d.deriveLimits()
	return nil
}

// deriveLimits takes the limits of the class that the own certificates name. A
// class that the policy leaves out may do nothing.
func (d *Device) deriveLimits() {
	d.limits = wire.Limits{MaxTx: wire.LimitOf(0), MaxHolding: wire.LimitOf(0)}
	if c := d.ownCertificate(); c != nil {
		if limits, ok := d.policy.LimitsOf(c.Body.Limits); ok {
			d.limits = limits
		}
	}
}

// ownCertificate returns the certificate of the first key that has one: all
// certificates of a device agree in everything but key and suite.
func (d *Device) ownCertificate() *cert.Certificate {
	for _, k := range d.state.Keys {
		if c := d.certs[k.Suite]; c != nil {
			return c
		}
	}
	return nil
}

func (d *Device) deriveCertificates() error {
	var roots []*cert.Certificate
	for _, b := range d.state.Roots {
		root, err := d.parse(b)
		if err != nil {
			return fmt.Errorf("device: stored root: %w", err)
		}
		roots = append(roots, root)
	}
	d.store = cert.NewStore(rememberedPeers, roots...)
	for _, b := range d.state.Issuers {
		c, err := d.parse(b)
		if err != nil {
			return fmt.Errorf("device: stored issuer: %w", err)
		}
		d.store.Remember(cert.Path{Chain: []*cert.Certificate{c}})
	}
	d.keys = map[suite.Suite]suite.PrivateKey{}
	d.certs = map[suite.Suite]*cert.Certificate{}
	for _, k := range d.state.Keys {
		if k.Cert == nil {
			continue
		}
		c, err := d.parse(k.Cert)
		if err != nil {
			return fmt.Errorf("device: stored certificate: %w", err)
		}
		d.certs[k.Suite] = c
	}
	if err := d.deriveFormer(); err != nil {
		return err
	}
	d.deriveLimits()
	return nil
}

// key returns the own key of a suite. Keys are derived from their seeds when
// they are first used: a lattice key costs more than the rest of a boot.
func (d *Device) key(number suite.Suite) suite.PrivateKey {
	if key := d.keys[number]; key != nil {
		return key
	}
	if d.keys == nil {
		d.keys = map[suite.Suite]suite.PrivateKey{}
	}
	scheme, known := suite.Lookup(number)
	if !known {
		return nil
	}
	for _, k := range d.state.Keys {
		if k.Suite != number {
			continue
		}
		key, err := scheme.NewKey(k.Seed)
		if err != nil {
			return nil
		}
		d.keys[number] = key
		return key
	}
	return nil
}

// suites returns the suites that the device holds a certificate of and its
// policy allows, ascending.
func (d *Device) suites() []suite.Suite {
	var out []suite.Suite
	for number := range d.certs {
		if slices.Contains(d.policy.Suites, number) {
			out = append(out, number)
		}
	}
	slices.Sort(out)
	return out
}

// sign signs a payload as an object of type t.
func (d *Device) sign(number suite.Suite, t wire.Type, payload []byte) wire.Object {
	return cert.SignObject(d.key(number), t, payload)
}

func sameBytes(a, b []byte) bool { return string(a) == string(b) }

func sameKey(a, b Key) bool {
	return a.Suite == b.Suite && sameBytes(a.Seed, b.Seed) && sameBytes(a.Cert, b.Cert)
}
