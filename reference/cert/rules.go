package cert

import (
	"slices"

	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A Situation is what the verifier of a path knows.
type Situation struct {
	Realm   wire.Realm
	Env     uint64
	Epoch   uint64 // the epoch known to the verifier
	Grace   uint64 // epochs that a certificate serves after its end
	Revoked *Revocations
	Suites  []suite.Suite // that the policy allows for payments; nil before the first policy
	Usage   uint64        // the bits that the subject must have
}

// A Step is one certificate of a path under one rule.
type Step struct {
	Situation
	Cert, Issuer *Certificate
	Leaf         bool
}

// A Rule is one check of a path. It is applied to every certificate, from the
// subject's up to the one below the root, before the next rule is.
type Rule struct {
	Requirement spec.ID
	Code        spec.Code
	Holds       func(Step) bool
}

// Rules returns the checks of a path in the order of the chapter, in a slice of
// the caller's own. Signatures come after all of them: see
// [Verifier.Signatures].
func Rules() []Rule {
	return []Rule{
		{spec.CRY04, spec.ERealm, sameRealm},
		{spec.CRY04, spec.EPath, sameEnvironment},
		{spec.CRY01, spec.EPath, oneLevelDown},
		{spec.CRY01, spec.EPath, namesIssuer},
		{spec.CRY03, spec.EUsage, mayIssue},
		{spec.CRY03, spec.EUsage, usageWanted},
		{spec.CRY01, spec.EWeak, issuerAsStrong},
		{spec.CRY06, spec.ESuite, suiteAllowed},
		{spec.CRY02, spec.EExpired, inForce},
		{spec.CRY01, spec.EPath, nestedValidity},
		{spec.LCM01, spec.ERevoked, notRevoked},
	}
}

func sameRealm(s Step) bool { return s.Cert.Body.Realm == s.Realm }

func sameEnvironment(s Step) bool { return s.Cert.Body.Env == s.Env }

func oneLevelDown(s Step) bool { return s.Cert.Body.Level == s.Issuer.Body.Level+1 }

func namesIssuer(s Step) bool { return s.Cert.Body.Issuer == s.Issuer.ID }

// issuerAsStrong compares the issuer with everything that its signature vouches
// for, the list of suites included: else a forged classical signature could
// shorten the list of a post-quantum device. Under a policy with a post-quantum
// suite no classical key may issue or serve at all.
func issuerAsStrong(s Step) bool {
	rank, subject := s.Issuer.Body.Suite.Rank(), s.Cert.Body
	if rank < subject.Suite.Rank() || slices.ContainsFunc(subject.Suites, func(listed suite.Suite) bool {
		return rank < listed.Rank()
	}) {
		return false
	}
	if s.Issuer.Body.Level == wire.LevelService && !slices.Contains(s.Issuer.Body.Suites, subject.Suite) {
		return false
	}
	return subject.Level != wire.LevelService || subject.Suite.PostQuantum() ||
		!slices.ContainsFunc(s.Suites, suite.Suite.PostQuantum)
}

// suiteAllowed holds the subject's suite to those that it is certified for and
// that the policy allows, and the algorithm of the issuer's signature to the
// issuer's suite. The suites of a policy are those of payments: a provider of a
// stronger one may stand above them. The suite of roots stands nowhere below
// one, and the root itself is never the subject of a step.
func suiteAllowed(s Step) bool {
	c := s.Cert.Body
	if s.Cert.Key == nil || c.Suite.RootsOnly() || !s.Issuer.SuiteMatches(s.Cert.Object, s.Issuer.Body.Suite) {
		return false
	}
	return c.Level != wire.LevelDevice || slices.Contains(c.Suites, c.Suite) &&
		(s.Suites == nil || slices.Contains(s.Suites, c.Suite))
}

func mayIssue(s Step) bool { return s.Issuer.Uses(wire.UseSignCert) }

// usageWanted also refuses combinations that no subject may have: bit 3 beside
// another, and software that could spend.
func usageWanted(s Step) bool {
	const spends = wire.UsePay | wire.UseRespend | wire.UseFund
	c := s.Cert.Body
	if c.Usage&wire.UseVerifyOnly != 0 && c.Usage&(spends|wire.UseReceive) != 0 ||
		c.Class == wire.ClassNOSE && c.Usage&spends != 0 {
		return false
	}
	return !s.Leaf || s.Cert.Uses(s.Usage)
}

func nestedValidity(s Step) bool {
	c, issuer := s.Cert.Body, s.Issuer.Body
	return c.NotBefore <= c.NotAfter && c.NotBefore >= issuer.NotBefore && c.NotAfter <= issuer.NotAfter
}

// inForce lets a certificate that is newer than anything the verifier has heard
// of begin at once: a lagging epoch delays an end, never a beginning.
func inForce(s Step) bool { return s.Cert.InForce(s.Epoch, s.Grace) }

// InForce reports whether the certificate is in force for who knows an epoch,
// by its own dates alone.
func (c *Certificate) InForce(epoch, grace uint64) bool {
	return c.Body.NotBefore <= max(epoch, c.Body.Epoch) && epoch <= c.Body.NotAfter+grace
}

// notRevoked: a provider's id in the set blocks all it has issued, because the
// rule is applied to every certificate of the path.
func notRevoked(s Step) bool { return !s.Revoked.Blocks(s.Cert) }

// A Verifier checks paths by its rules. Its zero value has none.
type Verifier struct {
	Rules []Rule
	// Verify checks a signature; nil: the key's own Verify.
	Verify func(key suite.PublicKey, message, sig []byte) error
}

// Check applies the rules to the path; the error is a [*Refusal].
func (v Verifier) Check(p Path, in Situation) error {
	for _, rule := range v.Rules {
		for i, c := range p.Chain {
			step := Step{Situation: in, Cert: c, Issuer: p.issuer(i), Leaf: i == 0}
			if !rule.Holds(step) {
				return &Refusal{rule.Requirement, rule.Code}
			}
		}
	}
	return nil
}

// Signatures checks the signatures of the path, from the root down; the error
// is a [*Refusal] with 130. Certificates out of a [Store] have been checked.
func (v Verifier) Signatures(p Path) error {
	for i := len(p.Chain) - 1; i >= 0; i-- {
		c := p.Chain[i]
		if c.verified {
			continue
		}
		if !v.signed(p.issuer(i), c.Object) {
			return &Refusal{spec.CRY01, spec.ESig}
		}
	}
	return nil
}

func (v Verifier) signed(issuer *Certificate, o wire.Object) bool {
	if v.Verify == nil || issuer.Key == nil {
		return issuer.Verify(o, wire.TypeCert) == nil
	}
	return v.Verify(issuer.Key, o.ToBeSigned(wire.TypeCert), o.Signature) == nil
}
