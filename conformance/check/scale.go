package check

import (
	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/ics"
	"github.com/assay-cbdc/assay/spec"
)

// A scale is the amount that checks count in: one of it is the least that the
// product can pay, and it pays multiples of it only. Checks never see minor
// units, so that they draw no amount that the product cannot do.
type scale uint64

// scaleOf is the least multiple of the step that is not below the minimum.
func scaleOf(a ics.Amounts) scale {
	step, least := uint64(1), uint64(1)
	if a.Step != nil {
		step = *a.Step
	}
	if a.Min != nil {
		least = *a.Min
	}
	return scale(max(1, (least+step-1)/step) * step)
}

// minor is n of the scale in minor units, as it travels. A product that is
// that large stays that large: what does not fit is the greatest number.
func (s scale) minor(n uint64) adapter.Amount {
	if n > ^uint64(0)/uint64(s) {
		return adapter.Amount(^uint64(0))
	}
	return adapter.Amount(n * uint64(s))
}

// of is how often the scale fits into an amount of minor units.
func (s scale) of(a adapter.Amount) uint64 { return uint64(a) / uint64(s) }

// scaled is the profile as checks see it: its amounts in the scale, rounded
// down, so that one more is above the limit.
func (s scale) scaled(p *spec.Profile) *spec.Profile {
	if s == 1 {
		return p
	}
	q := *p
	for _, limit := range []**uint64{&q.MaxTx, &q.MaxHolding, &q.MaxCumulativeUnsynced, &q.AuthFreeAmount} {
		if *limit != nil {
			n := **limit / uint64(s)
			*limit = &n
		}
	}
	return &q
}
