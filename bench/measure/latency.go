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

// levels are the quantiles that a curve is drawn through: every fortieth of the
// way from none to nine tenths, and of each tenth that is left after that.
func levels() []float64 {
	const steps = 40
	var all []float64
	for below, share := 0.0, 0.9; below < 0.99999; below, share = below+share, share/10 {
		for i := range steps {
			all = append(all, below+share*float64(i)/steps)
		}
	}
	return all
}

// Quantiles returns quantiles as far as the count bears them: the p-quantile
// needs ten latencies above it.
func (l *Latency) Quantiles() []Quantile {
	var result []Quantile
	for _, q := range levels() {
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
