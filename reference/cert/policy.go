package cert

import (
	"slices"

	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A Policy is a decoded POLICY and its id.
type Policy struct {
	wire.Policy
	ID wire.ID
}

// LimitsOf returns the limits of a class. A class that the policy leaves out
// has none, and may do nothing: ok is false.
func (p *Policy) LimitsOf(class uint64) (limits wire.Limits, ok bool) {
	for _, l := range p.Limits {
		if l.Class == class {
			return l, true
		}
	}
	return wire.Limits{}, false
}

// A PolicyStep is a policy under the rules by which a device takes it.
type PolicyStep struct {
	Current *Policy // the one in force, nil before the first
	Next    *Policy
	Signer  *Certificate
}

// A PolicyRule is one check of a policy.
type PolicyRule struct {
	Requirement spec.ID
	Code        spec.Code
	Holds       func(PolicyStep) bool
}

// PolicyRules returns the checks of a POLICY that has been decoded in its realm
// and currency, in order, before the path and the signature of its signer. A
// policy that is installed already is no fault: see [Policy.Same].
func PolicyRules() []PolicyRule {
	return []PolicyRule{
		{spec.TIM04, spec.EMalformed, countsOffline},
		{spec.LIM10, spec.EStale, newerPolicy},
		{spec.CRY01, spec.EWeak, signedAsStrong},
	}
}

// countsOffline: the epoch of a device that hears of none stands still, so a
// limit of duration binds only beside a limit of count.
func countsOffline(s PolicyStep) bool {
	return !slices.ContainsFunc(s.Next.Limits, func(l wire.Limits) bool {
		return l.MaxOfflineEpochs.Set && !l.MaxCount.Set
	})
}

func newerPolicy(s PolicyStep) bool {
	return s.Current == nil || s.Next.PolicyVersion > s.Current.PolicyVersion
}

// signedAsStrong keeps a classical key from allowing post-quantum suites, or
// from taking them away again.
func signedAsStrong(s PolicyStep) bool {
	if !slices.ContainsFunc(s.Next.Suites, suite.Suite.PostQuantum) {
		return s.Current == nil || !slices.ContainsFunc(s.Current.Suites, suite.Suite.PostQuantum) ||
			s.Signer.Body.Suite.Rank() >= minPolicyRank
	}
	return s.Signer.Body.Suite.Rank() >= minPolicyRank
}

const minPolicyRank = 45

// CheckPolicy applies the rules; the error is a [*Refusal].
func CheckPolicy(rules []PolicyRule, s PolicyStep) error {
	for _, rule := range rules {
		if !rule.Holds(s) {
			return &Refusal{rule.Requirement, rule.Code}
		}
	}
	return nil
}

// DecodePolicy reads a POLICY object at a place; the error is a [*wire.Error].
func DecodePolicy(b []byte, place wire.Place) (*Policy, wire.Object, error) {
	o, err := wire.DecodeObject(b, wire.TypePolicy.MaxBytes())
	if err != nil {
		return nil, o, err
	}
	m, err := wire.DecodePolicy(o.Payload)
	if err = place.Check(m.Realm, m.Currency, m.Exponent, err); err != nil {
		return nil, o, err
	}
	return &Policy{m, o.ID(wire.TypePolicy)}, o, nil
}

// DecodeRevset reads a REVSET object at a place; the error is a [*wire.Error].
// Whether its version is higher (150) is for the device to say, which knows its
// own; its signer needs usage wire.UseSignRevset.
func DecodeRevset(b []byte, place wire.Place) (*Revocations, wire.Revset, wire.Object, error) {
	o, err := wire.DecodeObject(b, wire.TypeRevset.MaxBytes())
	if err != nil {
		return nil, wire.Revset{}, o, err
	}
	m, err := wire.DecodeRevset(o.Payload)
	if err = place.CheckRealm(m.Realm, err); err != nil {
		return nil, wire.Revset{}, o, err
	}
	return NewRevocations(o.ID(wire.TypeRevset), m), m, o, nil
}

// Same reports whether next is the policy that is in force, which a device takes
// without effect.
func (p *Policy) Same(next *Policy) bool { return p != nil && p.ID == next.ID }
