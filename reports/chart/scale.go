package chart

import (
	"fmt"
	"math"
	"strconv"
)

// A scale maps values to points along an axis.
type scale struct {
	lo, hi   float64 // of the transformed values
	from, to float64 // points
	of       func(float64) float64
	ticks    []tick
}

type tick struct {
	at   float64
	name string
}

func (s scale) pos(v float64) float64 {
	return s.from + (s.of(v)-s.lo)/(s.hi-s.lo)*(s.to-s.from)
}

func same(v float64) float64 { return v }

// linear returns a scale from zero to a round number not below top, with
// about n intervals.
func linear(top float64, n int, format func(float64) string) scale {
	step := math.Pow(10, math.Floor(math.Log10(top/float64(n))))
	for _, f := range []float64{1, 2, 2.5, 5, 10} {
		if top/(step*f) <= float64(n) {
			step *= f
			break
		}
	}
	s := scale{hi: step * math.Ceil(top/step*(1-1e-12)), of: same}
	s.ticks = []tick{{0, "0"}}
	for i := 1; float64(i)*step <= s.hi*(1+1e-9); i++ {
		s.ticks = append(s.ticks, tick{float64(i) * step, format(float64(i) * step)})
	}
	return s
}

// logarithmic returns a scale that holds lo to hi, labelled at 1 and 3 of each
// decade, or at 1 alone beyond five decades.
func logarithmic(lo, hi float64, format func(float64) string) scale {
	marks := []float64{1, 3}
	if hi/lo > 1e5 {
		marks = []float64{1}
	}
	s := scale{of: math.Log10}
	var below, above float64
	for e := math.Floor(math.Log10(lo)) - 1; e <= math.Ceil(math.Log10(hi))+1; e++ {
		for _, m := range marks {
			v := m * math.Pow(10, e)
			if v <= lo*(1+1e-9) {
				below = v
			}
			if v >= hi*(1-1e-9) && above == 0 {
				above = v
			}
		}
	}
	s.lo, s.hi = math.Log10(below), math.Log10(above)
	for e := math.Floor(s.lo); e <= math.Ceil(s.hi); e++ {
		for _, m := range marks {
			if v := m * math.Pow(10, e); v >= below*(1-1e-9) && v <= above*(1+1e-9) {
				s.ticks = append(s.ticks, tick{v, format(v)})
			}
		}
	}
	return s
}

// percentiles returns the axis of HDR histograms: quantile q stands at
// -log10(1-q), so that each further nine takes the same room.
func percentiles(top float64) scale {
	s := scale{of: func(q float64) float64 { return -math.Log10(1 - q) }}
	s.hi = s.of(top)
	for _, q := range []float64{0, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999, 0.999999} {
		if q <= top*(1+1e-12) {
			s.ticks = append(s.ticks, tick{q, strconv.FormatFloat(q*100, 'f', max(0, nines(q)-2), 64)})
		}
	}
	return s
}

// nines counts the leading nines of q: 3 for 0.999.
func nines(q float64) int { return int(math.Round(-math.Log10(1-q) - 0.01)) }

// Count formats a rate or a count: 950, 11.7 k, 1.84 M.
func Count(v float64) string {
	switch {
	case v >= 999_500:
		return significant(v/1e6) + " M"
	case v >= 9_995:
		return significant(v/1e3) + " k"
	default:
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
}

// Times formats a ratio: 7.13×.
func Times(v float64) string { return significant(v) + "×" }

// Micros formats a duration given in microseconds: 180 µs, 1.1 ms, 2 s.
func Micros(us float64) string {
	switch {
	case us >= 999_500:
		return significant(us/1e6) + " s"
	case us >= 999.5:
		return significant(us/1e3) + " ms"
	case us >= 0.9995 || us == 0:
		return significant(us) + " µs"
	default:
		return significant(us*1e3) + " ns"
	}
}

// significant writes three significant digits without trailing zeros.
func significant(v float64) string {
	digits := 2
	if v != 0 {
		digits = max(0, 2-int(math.Floor(math.Log10(math.Abs(v))+1e-9)))
	}
	s := strconv.FormatFloat(v, 'f', digits, 64)
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return s
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// finite returns ErrData for a value that no axis can hold.
func finite(what string, values ...float64) error {
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
			return fmt.Errorf("%w: %s is %v", ErrData, what, v)
		}
	}
	return nil
}
