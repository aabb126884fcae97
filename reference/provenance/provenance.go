// Package provenance judges the links that travel beside a TRANSFER under CHAIN
// provenance, and collects those that a payer needs. Chapter: provenance.md.
//
// It is used by the device, which is paid, and by the verification core, which
// settles. It keeps nothing, and it does not judge the new transfer itself: its
// signature, its payee and its amount are judged by who takes it.
package provenance

import (
	"bytes"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// Bounds are what a policy says of provenance.
type Bounds struct {
	MaxHops, Trunc, MaxInputs, MaxLinks uint64
}

// BoundsOf returns the bounds of a policy.
func BoundsOf(p wire.Provenance) Bounds {
	return Bounds{MaxHops: p.MaxHops, Trunc: p.Trunc, MaxInputs: p.MaxInputs, MaxLinks: p.MaxLinks}
}

// shows reports whether links lie within the truncation at a depth: 1 is the
// source of the new transfer itself.
func (b Bounds) shows(depth uint64) bool { return b.Trunc >= wire.ToFund || depth <= b.Trunc }

// A Case is a new transfer and what came beside it, under judgement.
type Case struct {
	Bounds
	Place  wire.Place
	Env    uint64
	Grace  uint64
	Suites []suite.Suite // that the policy allows
	Rules  []cert.Rule   // of paths
	Store  *cert.Store
	Verify func(key suite.PublicKey, message, sig []byte) error // nil: the suite's

	Payer   wire.DID
	Family  uint64
	Inputs  []wire.Input    // of the new transfer
	Parts   []wire.Fragment // the same in family T
	Links   []wire.Link     // in family T without the TOKENs
	Carried []*cert.Certificate

	links []*Link
	byID  map[wire.ID]*Link
}

// Members returns the links as they were read, in their order, once the rule
// "form" holds.
func (c *Case) Members() []*Link { return c.links }

// A Rule is one check of the links. Each is held to all of them before the next
// one is.
type Rule struct {
	Name        string
	Requirement spec.ID
	Code        spec.Code
	Holds       func(*Case) bool
}

// A Refusal is a transfer turned down for its links.
type Refusal struct {
	Requirement spec.ID
	Code        spec.Code
	Rule        string
}

func (r *Refusal) Error() string { return "provenance: " + r.Rule }

// RefusalCode returns the refusal code.
func (r *Refusal) RefusalCode() spec.Code { return r.Code }

// Rules returns the checks in the order of the chapter, in a slice of the
// caller's own.
func Rules() []Rule {
	return []Rule{
		{"count", spec.CON06, spec.EChainLength, (*Case).counted},
		{"form", spec.CON04, spec.EChainOrder, (*Case).formed},
		{"order", spec.CON04, spec.EChainOrder, (*Case).ordered},
		{"complete", spec.CON04, spec.EChainMissing, (*Case).complete},
		{"needed", spec.CON04, spec.EChainOrder, (*Case).needed},
		{"path", spec.CON04, spec.EChainSig, (*Case).pathsRight},
		{"signature", spec.CON04, spec.EChainSig, (*Case).signed},
		{"holder", spec.CON04, spec.EChainOrder, (*Case).held},
		{"return", spec.CON04, spec.EChainOrder, (*Case).returned},
		{"place", spec.CON04, spec.EChainOrder, (*Case).placed},
		{"hop", spec.CON04, spec.EChainOrder, (*Case).hopsRise},
		{"own amount", spec.CON04, spec.EChainAmount, (*Case).amountsOwn},
		{"drawn", spec.CON04, spec.EChainAmount, (*Case).drawsCovered},
		{"once", spec.CON04, spec.EChainAmount, (*Case).returnedOnce},
	}
}

// Judge applies the rules in order; the error is a [*Refusal].
func Judge(rules []Rule, c *Case) error {
	for _, r := range rules {
		if !r.Holds(c) {
			return &Refusal{r.Requirement, r.Code, r.Name}
		}
	}
	return nil
}

// WellOrdered reports whether inputs ascend strictly by hop and source, have hops
// from lowest to highest, and add up to amount.
func WellOrdered(inputs []wire.Input, amount money.Amount, lowest, highest uint64) bool {
	var sum money.Amount
	for i, in := range inputs {
		var err error
		if sum, err = sum.Add(in.Amount); err != nil || in.Amount == 0 || in.Hop < lowest || in.Hop > highest {
			return false
		}
		if i > 0 && !Before(inputs[i-1], in) {
			return false
		}
	}
	return len(inputs) > 0 && sum == amount
}

// Before reports whether a stands before b: by hop, then by source.
func Before(a, b wire.Input) bool {
	if a.Hop != b.Hop {
		return a.Hop < b.Hop
	}
	return bytes.Compare(a.Source[:], b.Source[:]) < 0
}

// At returns the sum of the draws with a hop.
func At(draws []Draw, hop uint64) (sum money.Amount) {
	for _, in := range draws {
		if in.Hop == hop {
			sum += in.Amount()
		}
	}
	return sum
}
