package verify

import (
	"errors"
	"slices"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/provenance"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A payment under judgement: decoded, with a path to a configured root.
type payment struct {
	body    wire.Transfer
	object  wire.Object
	opening settlement.Opening
	path    cert.Path
	record  settlement.Record
	chain   *provenance.Refusal // why its links do not hold
}

// A rule is one check of a decoded payment.
type rule struct {
	requirement spec.ID
	code        spec.Code
	holds       func(v *Verifier, p *payment) bool
}

// rules returns the checks after the certificate's, in order. The cheap ones
// come before the signatures because the chapter has them so; a verifier that
// batches signatures still answers with the first code.
func rules() []rule {
	return []rule{
		{spec.LCM02, spec.EPeerOld, func(v *Verifier, p *payment) bool { return p.body.Epoch >= v.in.MinEpoch }},
		{spec.CRY06, spec.ESuite, suiteAgrees},
		{spec.ENC05, spec.EFamily, func(v *Verifier, p *payment) bool { return v.in.Place.Pays(&p.body) }},
		{spec.PAY04, spec.EMismatch, tagOpens},
		{spec.PAY06, spec.ESelf, func(_ *Verifier, p *payment) bool { return p.opening.Payee != p.path.Leaf().Device() }},
		{spec.CON03, spec.EHop, lotsHold},
		{spec.CON04, spec.EChainOrder, linksHold},
		{spec.CRY01, spec.ESig, func(v *Verifier, p *payment) bool { return v.paths.Signatures(p.path) == nil }},
		{spec.CRY05, spec.ESig, func(_ *Verifier, p *payment) bool {
			return p.path.Leaf().Verify(p.object, wire.TypeTransfer) == nil
		}},
	}
}

func suiteAgrees(v *Verifier, p *payment) bool {
	return p.path.Leaf().SuiteMatches(p.object, p.body.Suite) && slices.Contains(v.in.Suites, p.body.Suite)
}

func tagOpens(_ *Verifier, p *payment) bool {
	return wire.PayeeTag(p.opening.Payee, p.opening.Nonce) == p.body.PayeeTag
}

// lotsHold: hops ascend, none is zero or above the policy's, and the sum is the
// amount.
func lotsHold(v *Verifier, p *payment) bool {
	if v.inputs() {
		return provenance.WellOrdered(p.body.Inputs, p.body.Amount, 1, v.in.MaxHops)
	}
	var sum money.Amount
	last := uint64(0)
	for _, lot := range p.body.Lots {
		if lot.Hop <= last || lot.Hop > v.in.MaxHops {
			return false
		}
		last = lot.Hop
		var err error
		if sum, err = sum.Add(lot.Amount); err != nil {
			return false
		}
	}
	return sum == p.body.Amount
}

// inputs reports whether a payment has inputs in place of lots: under CHAIN, but in
// family T, where it has fragments beside them.
func (v *Verifier) inputs() bool {
	return v.in.Chain != nil && v.in.Place.Spoken() != wire.FamilyToken
}

// linksHold judges the links by the rules of their chapter, whose code is the
// verdict's.
func linksHold(v *Verifier, p *payment) bool {
	if v.in.Chain == nil {
		return true
	}
	if !v.inputs() && !wire.FragmentsMake(p.body.Fragments, p.body.Lots) {
		p.chain = &provenance.Refusal{Requirement: spec.TOK10, Code: spec.ETokenInterval, Rule: "fragments"}
		return false
	}
	p.chain, _ = errors.AsType[*provenance.Refusal](provenance.Judge(v.links, &provenance.Case{
		Bounds: *v.in.Chain, Place: v.in.Place, Env: v.in.Env, Grace: v.in.Grace, Suites: v.in.Suites,
		Rules: v.paths.Rules, Store: v.store, Payer: p.path.Leaf().Device(), Family: p.body.Family,
		Inputs: p.body.Inputs, Parts: p.body.Fragments, Links: p.record.Links, Carried: cert.Carried(p.record.Certificates),
	}))
	return p.chain == nil
}
