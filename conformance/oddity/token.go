package oddity

import (
	"strings"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/ledger"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// parted are right in family T in an unusual way.
func parted() []Oddity {
	configured := func(change func(*device.Config)) func() adapter.Adapter {
		return func() adapter.Adapter { return reference(simulator.Options{Config: change}) }
	}
	shows := func() adapter.Adapter { return reference(simulator.Options{}) }
	return []Oddity{
		odd("few-fragments", spec.TOK07, "holds as many fragments as it must, and refuses more", configured(func(c *device.Config) {
			c.Fragments = 64
		})).ofTokens(),
		odd("never-merges", spec.TOK01, "keeps adjacent parts of a token apart", func() adapter.Adapter {
			return reference(simulator.Options{Device: func(p *device.Parts) {
				p.Join = func(_, _ wire.Fragment) bool { return false }
			}})
		}).ofTokens(),
		odd("renews-eagerly", spec.TOK12, "gives up all that it holds at every synchronisation", configured(func(c *device.Config) {
			c.RenewAbove = 0
		})).ofTokens(),
		odd("issues-two-tokens", spec.TOK05, "has a ledger that funds with two tokens", func() adapter.Adapter {
			return reference(simulator.Options{Ledger: func(p *ledger.Parts) { p.Tokens = twoTokens }})
		}).ofTokens(),
		odd("parts-to-fund", spec.CON07, "shows where its parts were down to a ledger that funds with two tokens", func() adapter.Adapter {
			return reference(simulator.Options{Ledger: func(p *ledger.Parts) { p.Tokens = twoTokens }})
		}).ofChains("trunc: 255\nsources: {trunc: chosen for a product that shows everything}"),
		odd("parts-unseen", spec.CON04, "names the sources of its parts and shows none of them", shows).ofChains("trunc: 0\nsources: {trunc: chosen for a product that shows nothing}"),
		odd("parts-one-by-one", spec.CON06, "pays with two fragments at a time, and shows five links", shows).ofChains("max_inputs: 2\nmax_links: 5\nsources: {max_inputs: chosen for a small device, max_links: chosen for a small device}"),
		odd("tokens-behind", spec.PAY01, "has tokens behind a closed protocol", closed).ofTokens(),
	}
}

// twoTokens are a third of an amount and the rest, so that many payments draw from both.
func twoTokens(amount money.Amount) []money.Amount {
	if amount < 2 {
		return []money.Amount{amount}
	}
	less := max(1, amount/3)
	return []money.Amount{less, amount - less}
}

// ofChains is the oddity as a product of family T under CHAIN, with what its buyer's
// profile says of that beside three hops, four inputs, sixteen links and a threshold of
// two.
func (o Oddity) ofChains(changes string) Oddity {
	o.overlay = "base: gd-filia\nid: " + o.Name + "\nprovenance: CHAIN\nmax_hops: 3\nsuites: [1, 2]\n"
	for member, usual := range map[string]string{"trunc": "2", "max_inputs": "4", "max_links": "16"} {
		if !strings.Contains(changes, member+": ") {
			o.overlay += member + ": " + usual + "\n"
		}
	}
	o.overlay += changes + "\n"
	return o
}

// ofTokens is the oddity as a product of family T.
func (o Oddity) ofTokens() Oddity {
	o.overlay = "base: gd-filia\nid: " + o.Name + "\n"
	return o
}
