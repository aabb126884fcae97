package measure

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// A Latency records wall times up to ten seconds to three digits. A longer one
// counts as ten seconds. It is not safe for concurrent use.
type Latency struct {
	histogram *hdrhistogram.Histogram
}

const longest = 10 * time.Second

// NewLatency returns an empty record.
func NewLatency() *Latency {
	return &Latency{hdrhistogram.New(1, longest.Nanoseconds(), 3)}
}

// Record adds one wall time.
func (l *Latency) Record(d time.Duration) error {
	return l.histogram.RecordValue(max(1, min(d, longest).Nanoseconds()))
}

// N returns how many were recorded.
func (l *Latency) N() int64 { return l.histogram.TotalCount() }

// A Quantile says that a share Q of the latencies, in [0, 1], is at most Value.
type Quantile struct {
	Q     float64
	Value time.Duration
}

// Quantiles returns the usual quantiles, as far as the count bears them: the
// p-quantile needs ten latencies above it.
func (l *Latency) Quantiles() []Quantile {
	var result []Quantile
	for _, q := range []float64{0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999, 0.99999} {
		if q > 0.5 && float64(l.N())*(1-q) < 10 {
			break
		}
		nanos := l.histogram.ValueAtQuantile(100 * q)
		result = append(result, Quantile{q, time.Duration(nanos)})
	}
	return result
}

// Max returns the longest recorded.
func (l *Latency) Max() time.Duration { return time.Duration(l.histogram.Max()) }
