package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/assay-cbdc/assay/bench/measure"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/verify"
	"github.com/assay-cbdc/assay/reference/verify/workload"
	"github.com/assay-cbdc/assay/reports"
)

// Latencies recorded for each suite: a thousand above the 90 % quantile at
// least, ten above that of 99.9 % if the budget allows.
const (
	fewestLatencies = 1 << 12
	mostLatencies   = 1 << 14
)

// latency measures the time from handing one payment to the core to having its
// verdict, one after the other, certificates and keys cached. It is wall time in
// a closed loop: what a payment would wait behind others is not in it.
func (r *run) latency(ctx context.Context, s suite.Suite) error {
	l, err := newLoad(s, r.Seed+3, singleLoad, workload.EvenShares(2))
	if err != nil {
		return err
	}
	c, err := newFast(l.setting, ample)
	if err != nil {
		return err
	}
	judge := r.wrapped(c)
	verdicts := make([]verify.Verdict, len(l.payments))
	judge.VerifyAll(l.payments, verdicts)
	record := measure.NewLatency()
	budget := time.Duration(float64(r.Budget) * r.stage.share)
	for started := time.Now(); record.N() < mostLatencies; {
		if record.N() >= fewestLatencies && budget > 0 && time.Since(started) > budget {
			break
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		c.index.Reset()
		for i := range l.payments {
			before := time.Now()
			judge.VerifyAll(l.payments[i:i+1], verdicts[i:i+1])
			took := time.Since(before)
			if err := record.Record(took); err != nil {
				return fmt.Errorf("bench: recording a latency: %w", err)
			}
		}
		r.result.VerdictsChecked += len(verdicts)
		if err := l.check("latency/"+suiteName(s), 0, verdicts); err != nil {
			return err
		}
	}
	result := reports.Percentiles{Suite: suiteName(s), N: int(record.N())}
	for _, q := range record.Quantiles() {
		result.Points = append(result.Points, reports.QuantilePoint{Q: q.Q, Micros: float64(q.Value.Nanoseconds()) / 1e3})
	}
	r.result.Latencies = append(r.result.Latencies, result)
	if r.Progress != nil {
		r.Progress(Progress{r.stage.name, min(1, r.past+r.stage.share)})
	}
	return nil
}
