package measure

import (
	"math"
	"math/rand/v2"
	"slices"
)

// A Cost summarises a series, in its unit. Min and P25 say what the work costs
// where little disturbed it, Median what it costs typically.
type Cost struct {
	Min, P25, Median float64
}

// CostOf summarises a series of at least one value.
func CostOf(values []float64) Cost {
	sorted := slices.Sorted(slices.Values(values))
	return Cost{sorted[0], quantile(sorted, 0.25), quantile(sorted, 0.5)}
}

// quantile interpolates linearly between the order statistics of a sorted
// slice.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	below := math.Floor(at)
	i := int(below)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-below)*(sorted[i+1]-sorted[i])
}

// An Interval is an estimate with the bounds of its 95 % confidence interval.
type Interval struct {
	Value, Low, High float64
}

// resamples is enough that the bounds themselves move by less than a tenth of
// the width of the interval from one seed to another.
const resamples = 2000

// MedianOf returns the median of a series of at least one value. The bounds are
// those of a percentile bootstrap, drawn from seed.
func MedianOf(values []float64, seed uint64) Interval {
	draw := rand.New(rand.NewPCG(seed, 1))
	medians := make([]float64, resamples)
	sample := make([]float64, len(values))
	for i := range medians {
		for j := range sample {
			sample[j] = values[draw.IntN(len(values))]
		}
		slices.Sort(sample)
		medians[i] = quantile(sample, 0.5)
	}
	slices.Sort(medians)
	return Interval{
		Value: CostOf(values).Median,
		Low:   quantile(medians, 0.025),
		High:  quantile(medians, 0.975),
	}
}

// Ratio returns the median over the rounds of numerator by denominator. Both
// are of one measurement: what slowed a whole round cancels out.
func Ratio(numerator, denominator []float64, seed uint64) Interval {
	ratios := make([]float64, min(len(numerator), len(denominator)))
	for i := range ratios {
		ratios[i] = numerator[i] / denominator[i]
	}
	return MedianOf(ratios, seed)
}

// MaxAA is how far from 1 the ratio of a lane to itself may be before nothing
// is claimed of the lane.
const MaxAA = 0.03

// Noisy reports whether the A/A ratio r voids a lane.
func Noisy(r float64) bool {
	return !(math.Abs(r-1) <= MaxAA) // also true of NaN
}
