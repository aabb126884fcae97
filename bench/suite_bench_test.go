package bench

import (
	"testing"

	"github.com/assay-cbdc/assay/reference/verify/workload"
	"github.com/assay-cbdc/assay/reports"
)

// BenchmarkCore measures the time from handing a core a batch of 256 payments to
// having its verdicts, payments of every kind among them. Emptying index and
// caches between passes is not in it, nor is comparing the verdicts, which ends
// the benchmark at the first that is wrong. On a busy machine use the bench
// command of assay: it interleaves what this runs one after the other.
func BenchmarkCore(b *testing.B) {
	for _, s := range Suites() {
		r := &run{Options: Options{Seed: 1}, result: &reports.Bench{}}
		l, err := newLoad(s, 1, 4*batchSize, workload.EvenShares(1))
		if err != nil {
			b.Fatal(err)
		}
		warm, err := r.fastLane("fast-warm", l, batchSize, ample)
		if err != nil {
			b.Fatal(err)
		}
		cold, err := r.coldLane("fast-cold", l, batchSize)
		if err != nil {
			b.Fatal(err)
		}
		for _, lane := range []*lane{r.obviousLane("obvious", l, batchSize), warm, cold} {
			b.Run("core="+lane.name+"/suite="+suiteName(s), func(b *testing.B) {
				m := lane.lane()
				b.ReportAllocs()
				for b.Loop() {
					b.StopTimer()
					if err := m.Prepare(); err != nil {
						b.Fatal(err)
					}
					b.StartTimer()
					m.Run()
					b.StopTimer()
					if err := m.Check(); err != nil {
						b.Fatal(err)
					}
					b.StartTimer()
				}
				b.ReportMetric(float64(b.N*batchSize)/b.Elapsed().Seconds(), "settlements/s")
			})
		}
	}
}
