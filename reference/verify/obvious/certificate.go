package obvious

import (
	"bytes"
	"slices"

	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A parsed certificate.
type parsed struct {
	certificate
	object
	id [32]byte
}

// parse decodes a certificate and reports whether it is one.
func (c codec) parse(b []byte) (*parsed, bool) {
	if len(b) > wire.TypeCert.MaxBytes() {
		return nil, false
	}
	p := &parsed{}
	var err error
	if p.object, err = c.object(b, certDomain, &p.certificate); err != nil {
		return nil, false
	}
	p.id = p.object.id()
	return p, p.wellFormed()
}

func (p *parsed) wellFormed() bool {
	device := p.Level == wire.LevelDevice
	return p.Version == wire.V1 && p.Type == uint64(wire.TypeCert) && p.Level <= wire.LevelDevice &&
		len(p.Realm) == 8 && len(p.Issuer) == 32 && len(p.Subject) == 16 && len(p.Validity) == 2 &&
		(p.Class != nil) == device && (p.Limits != nil) == device && (p.Trusted != nil) == device &&
		(p.Env == wire.EnvTest || p.Env == wire.EnvProduction) &&
		p.Usage&^(wire.UseDevice|wire.UseService) == 0 &&
		len(p.Suites) > 0 && slices.IsSorted(p.Suites) &&
		(p.Replaces == nil || len(p.Replaces) == 32)
}

// checkCertificate judges one certificate below its issuer, without the
// signature; usage are the bits that it must have.
func (v *Verifier) checkCertificate(c, issuer *parsed, usage uint64) error {
	switch {
	case !bytes.Equal(c.Realm, v.in.Place.Realm[:]) || c.Env != v.in.Env:
		return refusal{spec.CRY04, spec.ERealm}
	case c.Level != issuer.Level+1 || !bytes.Equal(c.Issuer, issuer.id[:]):
		return refusal{spec.CRY01, spec.EPath}
	case algorithm(c.Suite) == 0 || c.algorithm != algorithm(issuer.Suite) ||
		c.Level == wire.LevelDevice && !slices.Contains(c.Suites, c.Suite):
		return refusal{spec.CRY06, spec.ESuite}
	case !v.strongEnough(c, issuer):
		return refusal{spec.CRY01, spec.EWeak}
	case !usageFits(c) || issuer.Usage&wire.UseSignCert == 0 || c.Usage&usage != usage:
		return refusal{spec.CRY03, spec.EUsage}
	case c.Validity[0] > c.Validity[1] || c.Validity[0] < issuer.Validity[0] || c.Validity[1] > issuer.Validity[1]:
		return refusal{spec.CRY01, spec.EPath}
	case c.Validity[0] > max(v.in.Epoch, c.Epoch) || v.in.Epoch > c.Validity[1]+v.in.Grace:
		return refusal{spec.CRY02, spec.EExpired}
	case v.revoked(c):
		return refusal{spec.LCM01, spec.ERevoked}
	}
	return nil
}

// strongEnough: the issuer's rank covers the subject's suite and every suite
// that it lists, and a post-quantum policy takes no classical issuer.
func (v *Verifier) strongEnough(c, issuer *parsed) bool {
	for _, s := range append([]suite.Suite{c.Suite}, c.Suites...) {
		if issuer.Suite.Rank() < s.Rank() {
			return false
		}
	}
	if issuer.Level == wire.LevelService && !slices.Contains(issuer.Suites, c.Suite) {
		return false
	}
	return c.Level != wire.LevelService || c.Suite.PostQuantum() ||
		!slices.ContainsFunc(v.in.Suites, suite.Suite.PostQuantum)
}

func usageFits(c *parsed) bool {
	if c.Level != wire.LevelDevice {
		return c.Usage&wire.UseDevice == 0
	}
	const spends = wire.UsePay | wire.UseRespend | wire.UseFund
	if c.Usage&wire.UseService != 0 || c.Usage&wire.UseVerifyOnly != 0 && c.Usage&(spends|wire.UseReceive) != 0 {
		return false
	}
	return *c.Class != wire.ClassNOSE || c.Usage&spends == 0
}
