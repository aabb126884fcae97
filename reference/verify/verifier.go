package verify

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/provenance"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A Verifier judges payments against one setting and one index. It is not safe
// for concurrent use.
type Verifier struct {
	in    Setting
	index Index
	paths cert.Verifier
	links []provenance.Rule
	rules []rule
	store *cert.Store
	known map[wire.ID]*cert.Certificate
	// cached has the payers' certificates whose signature has verified, by the
	// digest of all their bytes; nil if none is kept.
	cached map[[32]byte]*cert.Certificate
}

// An Option changes how a verifier works, never what it finds.
type Option func(*Verifier)

// CacheCertificates keeps every payer's certificate once its path has verified.
// The rules of the path are still applied each time, the payer's certificate is
// not decoded and its signature not checked again. The cache has no bound.
func CacheCertificates() Option {
	return func(v *Verifier) { v.cached = map[[32]byte]*cert.Certificate{} }
}

// LinkRules replaces the rules of the links of CHAIN provenance.
func LinkRules(rules []provenance.Rule) Option { return func(v *Verifier) { v.links = rules } }

// New returns a verifier. The error says which provider, or which certificate
// known, does not lead to a root.
func New(in Setting, index Index, options ...Option) (*Verifier, error) {
	v := &Verifier{
		in: in, index: index, rules: rules(), links: provenance.Rules(),
		paths: cert.Verifier{Rules: cert.Rules()},
		store: cert.NewStore(0, in.Roots...),
		known: map[wire.ID]*cert.Certificate{},
	}
	for _, option := range options {
		option(v)
	}
	for _, c := range slices.Concat(in.Providers, in.Known) {
		path, err := v.store.Path(c.ID, []*cert.Certificate{c})
		if err == nil {
			err = v.paths.Signatures(path)
		}
		if err != nil {
			return nil, fmt.Errorf("verify: certificate %x: %w", c.ID[:4], err)
		}
		v.store.Remember(path)
		v.known[c.ID] = c
	}
	return v, nil
}

// SetEpoch sets the epoch of later verdicts.
func (v *Verifier) SetEpoch(epoch uint64) { v.in.Epoch = epoch }

// Verify judges one payment and, when it is valid, puts it into the index. The
// verdict is final: of two payments with one counter the first one judged is
// accepted, and the other refused (240).
func (v *Verifier) Verify(encoded Payment) Verdict {
	var verdict Verdict
	p, err := v.open(encoded, &verdict)
	if err != nil {
		return refused(verdict, err)
	}
	for _, r := range v.rules {
		if !r.holds(v, p) {
			verdict.Code, verdict.Requirement = r.code, r.requirement
			if p.chain != nil {
				verdict.Code, verdict.Requirement = p.chain.Code, p.chain.Requirement
			}
			return verdict
		}
	}
	if v.cached != nil {
		leaf := p.path.Leaf()
		v.cached[sha256.Sum256(leaf.Raw)] = leaf
		// Only the leaf: a provider that a payment has carried must be carried
		// by the next one too, or verdicts would depend on what came before.
		v.store.Remember(cert.Path{Chain: p.path.Chain[:1], Root: p.path.Root})
	}
	switch holder, taken := v.index.Put(Key{verdict.Payer, verdict.Counter}, verdict.TxID); {
	case !taken:
		verdict.Accepted = true
	case holder == verdict.TxID:
		verdict.Duplicate = true
	default:
		verdict.Code, verdict.Requirement = spec.EDouble, spec.DET01
	}
	return verdict
}

// open decodes a payment and finds and judges the path of its payer.
func (v *Verifier) open(encoded Payment, verdict *Verdict) (*payment, error) {
	rec, err := settlement.Parse(encoded)
	if err != nil {
		return nil, err
	}
	if rec.Opening == nil {
		return nil, &wire.Error{Code: spec.EField, Key: wire.NoKey, What: "a payment has an opening"}
	}
	if len(rec.Links) > 0 && v.in.Chain == nil {
		return nil, &wire.Error{Code: spec.EField, Key: wire.NoKey, What: "links without CHAIN provenance"}
	}
	p := &payment{opening: *rec.Opening, record: rec}
	if p.object, err = wire.DecodeObject(rec.Object, wire.TypeTransfer.MaxBytes()); err != nil {
		return nil, err
	}
	decode := wire.DecodeTransfer
	if v.inputs() {
		decode = wire.DecodeChained
	}
	p.body, err = decode(p.object.Payload)
	if err = v.in.Place.Check(p.body.Realm, p.body.Currency, p.body.Exponent, err); err != nil {
		return nil, err
	}
	verdict.Counter, verdict.Amount = p.body.Counter, p.body.Amount
	verdict.TxID = p.object.ID(wire.TypeTransfer)
	if p.path, err = v.store.Path(p.body.Cert, v.carried(p.body.Cert, rec.Certificates)); err != nil {
		return nil, err
	}
	verdict.Payer = p.path.Leaf().Device()
	return p, v.paths.Check(p.path, cert.Situation{
		Realm: v.in.Place.Realm, Env: v.in.Env, Epoch: v.in.Epoch, Grace: v.in.Grace,
		Revoked: v.in.Revoked, Suites: v.in.Suites, Usage: wire.UsePay,
	})
}

// carried returns the certificates to look for a path in, besides the
// providers. The cache is looked up by all the bytes of a certificate: its id
// does not cover the signature, so under one id there are right and wrong ones.
func (v *Verifier) carried(id wire.ID, encoded [][]byte) []*cert.Certificate {
	if c := v.known[id]; c != nil {
		return []*cert.Certificate{c}
	}
	if v.cached == nil {
		return cert.Carried(encoded)
	}
	var list []*cert.Certificate
	for _, b := range encoded {
		if c := v.cached[sha256.Sum256(b)]; c != nil {
			list = append(list, c)
			continue
		}
		list = append(list, cert.Carried([][]byte{b})...)
	}
	return list
}

// refused completes a verdict with the code of an error of the packages below.
func refused(verdict Verdict, err error) Verdict {
	if wrong, ok := errors.AsType[*wire.Error](err); ok {
		verdict.Code, verdict.Requirement = wrong.Code, requirement(wrong.Code)
		return verdict
	}
	if r, ok := errors.AsType[*cert.Refusal](err); ok {
		verdict.Code, verdict.Requirement = r.Code, r.Requirement
		return verdict
	}
	panic("verify: an error without a code: " + err.Error())
}

// requirement returns the requirement behind a decoding code.
func requirement(code spec.Code) spec.ID {
	switch code {
	case spec.ECanon:
		return spec.ENC01
	case spec.EMalformed, spec.EField:
		return spec.ENC02
	case spec.EHdr:
		return spec.CRY06
	case spec.EAmount:
		return spec.ENC04
	case spec.EVersion:
		return spec.INT01
	case spec.ERealm, spec.ECurrency:
		return spec.ENC05
	case spec.EType:
		return spec.ENC06
	default:
		return spec.ENC03
	}
}
