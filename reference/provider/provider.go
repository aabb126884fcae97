// Package provider is who certifies devices: the ordered checks of a first
// enrolment and of a re-key, and the memory that keeps a key from being certified
// twice. Chapter: rekey.md.
//
// It decides whether a key is certified, and keeps what proves whose it is. The
// certificates themselves are made by [cert.Authority].
package provider

import (
	"fmt"
	"slices"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A Refusal is a request turned down.
type Refusal struct {
	Rule        string
	Requirement spec.ID
	Code        spec.Code
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("provider: %s: refused with %d (%s)", r.Rule, r.Code, r.Requirement)
}

// RefusalCode returns the refusal code.
func (r *Refusal) RefusalCode() spec.Code { return r.Code }

// A Rule is one check. Holds may fill in what later rules read, and may name
// another refusal than the rule's by an error.
type Rule struct {
	Name        string
	Requirement spec.ID
	Code        spec.Code
	Holds       func(*Request) (bool, error)
}

// A Request is one key that asks for a certificate, under judgement.
type Request struct {
	Enrol       wire.EnrolReq
	EnrolObject wire.Object
	Rekey       wire.RekeyReq // where there is one
	RekeyObject wire.Object
	First       *Request // of several keys of a first enrolment the first; nil: this is it
	Signer      cert.Path

	provider *Provider
	carried  []*cert.Certificate
	key      suite.PublicKey
}

// Key is the key that asks, nil before the rule that reads it.
func (r *Request) Key() suite.PublicKey { return r.key }

// Rules are the two lists of rekey.md.
type Rules struct {
	Enrol, Rekey []Rule
}

// DefaultRules returns the right rules, in memory of the caller's own.
func DefaultRules() Rules { return Rules{Enrol: enrolRules(), Rekey: rekeyRules()} }

// A Setting is what a provider knows.
type Setting struct {
	Place   wire.Place
	Env     uint64
	Suites  []suite.Suite // that it may issue
	Roots   []*cert.Certificate
	Issuers []*cert.Certificate // its own certificate among them
	Revoked *cert.Revocations
	Epoch   uint64
	Rules   Rules
	Paths   cert.Verifier
}

// A Provider remembers the keys that it has certified. It is not safe for
// concurrent use.
type Provider struct {
	in    Setting
	store *cert.Store
	// taken has the digest of every key and component, and the certificate that it
	// stands in.
	taken map[wire.ID]*cert.Certificate
}

// New returns a provider that has certified nothing yet.
func New(in Setting) *Provider {
	p := &Provider{in: in, store: cert.NewStore(len(in.Issuers), in.Roots...), taken: map[wire.ID]*cert.Certificate{}}
	for _, c := range in.Issuers {
		p.store.Remember(cert.Path{Chain: []*cert.Certificate{c}})
	}
	return p
}

// Certified notes a certificate that was given out.
func (p *Provider) Certified(c *cert.Certificate) {
	if c.Key == nil {
		return
	}
	for _, digest := range parts(c.Key) {
		p.taken[digest] = c
	}
}

// parts are the digests of a key and of its components.
func parts(key suite.PublicKey) []wire.ID {
	list := []wire.ID{wire.KeyDigest(key.COSE())}
	if classical, lattice, hybrid := suite.Halves(key); hybrid {
		list = append(list, wire.KeyDigest(classical.COSE()), wire.KeyDigest(lattice.COSE()))
	}
	return list
}

// Enrol judges the requests of a first enrolment: ENROL_REQs by suite, the first
// one gives the did, and the REKEY_REQs that link the others to it. The error is
// a [*Refusal], a [*cert.Refusal] or a [*wire.Error].
func (p *Provider) Enrol(enrolments, links [][]byte) ([]*Request, error) {
	var all []*Request
	for _, b := range enrolments {
		r := &Request{provider: p}
		if len(all) > 0 {
			r.First = all[0]
		}
		if err := p.readEnrol(r, b); err != nil {
			return nil, err
		}
		for _, link := range links {
			other := &Request{provider: p}
			if err := p.readRekey(other, link); err != nil {
				return nil, err
			}
			if other.Rekey.Nonce == r.Enrol.Nonce {
				r.Rekey, r.RekeyObject = other.Rekey, other.RekeyObject
			}
		}
		if err := judge(p.in.Rules.Enrol, r); err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

// Rekey judges a REKEY_REQ, with the certificates that came beside it, and the
// ENROL_REQ for the same key. The error is a [*Refusal], a [*cert.Refusal] or a
// [*wire.Error].
func (p *Provider) Rekey(rekey, enrol []byte, certs [][]byte) (*Request, error) {
	r := &Request{provider: p, carried: cert.Carried(certs)}
	if err := p.readRekey(r, rekey); err != nil {
		return nil, err
	}
	if err := p.readEnrol(r, enrol); err != nil {
		return nil, err
	}
	return r, judge(p.in.Rules.Rekey, r)
}

func (p *Provider) readEnrol(r *Request, b []byte) (err error) {
	if r.EnrolObject, err = wire.DecodeObject(b, wire.TypeEnrolReq.MaxBytes()); err != nil {
		return err
	}
	r.Enrol, err = wire.DecodeEnrolReq(r.EnrolObject.Payload)
	return p.in.Place.CheckRealm(r.Enrol.Realm, err)
}

func (p *Provider) readRekey(r *Request, b []byte) (err error) {
	if r.RekeyObject, err = wire.DecodeObject(b, wire.TypeRekeyReq.MaxBytes()); err != nil {
		return err
	}
	r.Rekey, err = wire.DecodeRekeyReq(r.RekeyObject.Payload)
	return p.in.Place.CheckRealm(r.Rekey.Realm, err)
}

func judge(rules []Rule, r *Request) error {
	for _, rule := range rules {
		holds, err := rule.Holds(r)
		if err != nil {
			return err
		}
		if !holds {
			return &Refusal{rule.Name, rule.Requirement, rule.Code}
		}
	}
	return nil
}

// Certificate is the options that a right request is certified with: the did of
// the device and the key before.
func (r *Request) Certificate() (subject wire.DID, replaces wire.ID) {
	realm := r.provider.in.Place.Realm
	switch {
	case len(r.Signer.Chain) > 0:
		return r.Signer.Leaf().Device(), wire.KeyDigest(r.Signer.Leaf().Body.Key)
	case r.First != nil:
		first := wire.KeyDigest(r.First.Enrol.Key)
		return wire.DIDOf(realm, first), first
	}
	return wire.DIDOf(realm, wire.KeyDigest(r.Enrol.Key)), wire.ID{}
}

// withoutExpiry leaves out the rule that ends with time: a device comes home at
// any age.
func withoutExpiry(rules []cert.Rule) []cert.Rule {
	return slices.DeleteFunc(slices.Clone(rules), func(r cert.Rule) bool { return r.Code == spec.EExpired })
}
