package oddity

import (
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/ecash"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/spec"
)

// purses are wallets of family E that keep their coins in another way, and right.
func purses() []Oddity {
	with := func(change func(*device.Parts)) func() adapter.Adapter {
		return func() adapter.Adapter { return reference(simulator.Options{Device: change}) }
	}
	return []Oddity{
		odd("small-coins", spec.ECH02, "withdraws smaller denominations than it needs", with(func(p *device.Parts) { p.Split = smallCoins })).online(),
		odd("pays-with-change", spec.ECH02, "pays with as many of its coins as make the amount", with(func(p *device.Parts) { p.Choose = allButFew })).online(),
		odd("own-connection", spec.UXC05, "cannot be told whether it has a connection", func() adapter.Adapter {
			return unserved{reference(simulator.Options{Without: []adapter.Capability{adapter.CapConnect}}), adapter.CapConnect}
		}).online(),
	}
}

// online is the oddity under the profile of family E.
func (o Oddity) online() Oddity {
	o.overlay = "base: online-first\nid: " + o.Name + "\n"
	return o
}

// smallCoins makes an amount of coins of 200 at most, where these are not too many.
func smallCoins(amount money.Amount, available []money.Amount, most int) []money.Amount {
	small := slices.DeleteFunc(slices.Clone(available), func(d money.Amount) bool { return d > 200 })
	if coins := ecash.Split(amount, small, most); coins != nil {
		return coins
	}
	return ecash.Split(amount, available, most)
}

// allButFew keeps the fewest coins.
func allButFew(coins []money.Amount, amount money.Amount, most int) ([]int, bool) {
	var sum money.Amount
	for _, c := range coins {
		sum += c
	}
	if kept, ok := ecash.Choose(coins, sum-min(sum, amount), len(coins)); ok && sum > amount && len(coins)-len(kept) <= most {
		var paid []int
		for i := range coins {
			if !slices.Contains(kept, i) {
				paid = append(paid, i)
			}
		}
		return paid, true
	}
	return ecash.Choose(coins, amount, most)
}
