package oddity

import (
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

// ofTokens is the oddity as a product of family T.
func (o Oddity) ofTokens() Oddity {
	o.overlay = "base: gd-filia\nid: " + o.Name + "\n"
	return o
}
