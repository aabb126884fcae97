package mutant

import (
	"fmt"
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/provenance"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A Variant is a device that is right under one profile and not under another:
// what it does wrong there is only that its maker had the first in mind. It has
// a Says in place of a fault, and is no part of [All].
type Variant struct {
	Name string
	Says string
	// Profile tells it apart from those that are right under it: by the
	// Requirement, which the profile's own values select.
	Profile     string
	Requirement spec.ID
	// Right is a profile under which it is conformant.
	Right string

	device  func(*device.Parts)
	wrap    func(adapter.Adapter) adapter.Adapter
	without []adapter.Capability
	// suites are the device's, as far as the profile allows them; nil: Ed25519
	// alone, which saves making keys and needs a profile that allows it.
	suites []suite.Suite
}

// Adapter makes the device.
func (v Variant) Adapter() adapter.Adapter {
	return simulator.New(simulator.Options{
		Device: v.device, Wrap: v.wrap, Without: v.without,
		Config: func(c *device.Config) { c.Suites = v.own(c.Suites) },
		Hello: func(h *adapter.Implementation) {
			h.Suites = nil
			for _, s := range v.own(simulator.Suites()) {
				h.Suites = append(h.Suites, int(s))
			}
		},
	})
}

// own are the variant's among suites.
func (v Variant) own(of []suite.Suite) (some []suite.Suite) {
	if v.suites == nil {
		return of[:1]
	}
	for _, s := range of {
		if slices.Contains(v.suites, s) {
			some = append(some, s)
		}
	}
	return some
}

// Variants are the devices by which each profile that the reference can stand in
// for is shown to be one that can be failed.
func Variants() []Variant {
	all := []Variant{
		fixedLimit("closed-wallet", "boc-ext", 10_000),
		fixedLimit("rbi-2022-01", "rbi-2023-08", 50_000),
		fixedLimit("rbi-2023-08", "rbi-upilite-2024-12", 100_000),
		fixedLimit("rbi-upilite-2024-12", "ecb-offline", 200_000),
		{
			Name: "asks-no-consent", Says: "pays offline without asking for consent first",
			Profile: "reference", Requirement: spec.UXC01, Right: "closed-wallet",
			device: without(device.ProcPay, "consent"),
		},
		{
			Name: "spends-on-at-once", Says: "spends what it received at once, whatever its policy says",
			Profile: "boc-int", Requirement: spec.SET08, Right: "boc-ext", wrap: wrapped(spendsOn),
		},
		{
			Name: "one-signature-at-a-time", Says: "signs with Ed25519 or with ML-DSA, and never with both",
			Profile: "ist-pqc", Requirement: spec.PQC01, Right: "idemia-wallet",
			suites: []suite.Suite{suite.Ed25519, suite.MLDSA44},
		},
		{
			Name: "looks-at-no-links", Says: "takes what it is paid without a look at the links, as where there are none",
			Profile: "ctf-finality", Requirement: spec.CON04, Right: "idemia-wallet",
			device: func(p *device.Parts) { p.Links = []provenance.Rule{} },
		},
		{
			Name: "looks-at-no-parts", Says: "takes what it is paid without a look at the tokens, as where there are none",
			Profile: "gd-filia", Requirement: spec.TOK03, Right: "idemia-wallet",
			device: func(p *device.Parts) {
				if p.Rules == nil {
					p.Rules = device.StandardRules()
				}
				p.Rules[device.ProcFragments] = nil
			},
		},
		{
			Name: "purse-at-a-till", Says: "has room for as many parts of tokens as a purse holds, and not for a till's",
			Profile: "bb-gd-drex", Requirement: spec.TOK07, Right: "idemia-wallet",
			device: replaced(device.ProcFragments, "room", func(c *device.Context) bool { return len(c.State.Fragments) < 16 }),
		},
		{
			Name: "looks-at-no-tokens", Says: "takes what it is paid without a look at the tokens, as where there is a balance",
			Profile: ECashProfile, Requirement: spec.ECH01, Right: "idemia-wallet",
			device: func(p *device.Parts) { p.Tokens = []device.TokenRule{} },
		},
		{
			Name: "between-two-taps", Says: "is never without power, and its adapter cannot take it away",
			Profile: "jcbdc-p2", Requirement: spec.ATO03, Right: "boc-ext",
			without: []adapter.Capability{adapter.CapPowerCycle},
		},
	}
	all = append(all, reserveVariants()...)
	for _, profile := range []string{"ecb-offline", "idemia-wallet", "perfinal-idemia", "boc-ext", "cf-dc-2.2"} {
		all = append(all, Variant{
			Name: "stages-received", Says: "spends what it received only once it has synchronised",
			Profile: profile, Requirement: spec.CON01, Right: "boc-int", wrap: wrapped(stages),
		})
	}
	return all
}

// fixedLimit has its limit for one payment burned in, in minor units: the one of
// another profile, which is right and changes no limits afterwards. Devices of
// another class than the first have the policy's.
func fixedLimit(profile, right string, most uint64) Variant {
	return Variant{
		Name: fmt.Sprintf("pays-to-%d", most), Says: fmt.Sprintf("pays up to %d minor units at once, whatever its policy says", most),
		Profile: profile, Requirement: spec.LIM01, Right: right,
		device: replaced(device.ProcPay, "transaction limit", func(c *device.Context) bool {
			if c.Limits.Class != 1 {
				return c.Limits.MaxTx.Allows(uint64(c.Amount))
			}
			return uint64(c.Amount) <= most
		}),
	}
}

// stages holds what was received where nothing spends from.
func stages(w *wrapper, c call) {
	if c.verb != "accept" || c.gained(w) == 0 {
		return
	}
	w.edit(c.handle, func(s *device.State) {
		for h := 1; h < wire.MaxHop; h++ {
			s.Lots[wire.MaxHop] += s.Lots[h]
			s.Lots[h] = 0
		}
	})
}

// spendsOn takes what a policy holds back to where it is spent from, where the
// own certificate allows that.
func spendsOn(w *wrapper, c call) {
	if p, ok := c.request.Verb.(adapter.Provision); ok && len(p.Certificates) > 0 {
		if own, err := cert.Parse(p.Certificates[0]); err == nil && !own.Uses(wire.UseRespend) {
			w.counts[c.handle] = 1
		}
	}
	if w.counts[c.handle] != 0 {
		return
	}
	got := c.gained(w)
	if c.verb != "accept" || got == 0 {
		return
	}
	w.edit(c.handle, func(s *device.State) {
		if s.Lots[wire.MaxHop] >= got {
			s.Lots[wire.MaxHop] -= got
			s.Lots[1] += got
		}
	})
}
