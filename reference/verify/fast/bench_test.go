package fast_test

import (
	"testing"

	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/verify"
	"github.com/assay-cbdc/assay/reference/verify/fast"
)

// BenchmarkVerifyAll measures the time from handing a batch of 256 payments,
// certificates and keys cached, to having their verdicts, which are compared
// with those of the plain core inside the loop. Emptying the index is in it.
func BenchmarkVerifyAll(b *testing.B) {
	for name, s := range map[string]suite.Suite{
		"suite=ed25519": suite.Ed25519, "suite=p256": suite.P256,
		"suite=mldsa44": suite.MLDSA44, "suite=hybrid": suite.Ed25519MLDSA44,
	} {
		b.Run(name, func(b *testing.B) {
			w := generate(b, s, 256, 0)
			want, list := plainVerdicts(b, w), payments(w)
			random := newRandom()
			index, err := fast.NewIndex(random)
			if err != nil {
				b.Fatal(err)
			}
			v, err := fast.New(w.Setting, index, fast.Options{Certificates: 1000, Keys: 1000, Random: random})
			if err != nil {
				b.Fatal(err)
			}
			got := make([]verify.Verdict, len(list))
			v.VerifyAll(list, got)
			b.ReportAllocs()
			for b.Loop() {
				index.Reset()
				v.VerifyAll(list, got)
				for i := range got {
					if got[i] != want[i] {
						b.Fatalf("payment %d: %+v; want %+v", i, got[i], want[i])
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(list)), "ns/settlement")
		})
	}
}
