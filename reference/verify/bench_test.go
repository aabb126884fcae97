package verify_test

import (
	"fmt"
	"testing"

	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/verify"
	"github.com/assay-cbdc/assay/reference/verify/obvious"
	"github.com/assay-cbdc/assay/reference/verify/workload"
)

// BenchmarkVerify measures the time from an encoded payment to its verdict, one
// payment after the other; each verdict is checked. After the last payment the
// stream starts again in a new index.
func BenchmarkVerify(b *testing.B) {
	for _, s := range suite.All() {
		w := generate(b, workload.Config{Seed: []byte("bench"), Suite: s, Payments: 256, PerDevice: 8})
		for name, newLane := range map[string]func() func(verify.Payment) verify.Verdict{
			"plain": func() func(verify.Payment) verify.Verdict { return plain(b, w.Setting).Verify },
			"cached": func() func(verify.Payment) verify.Verdict {
				return plain(b, w.Setting, verify.CacheCertificates()).Verify
			},
			"obvious": func() func(verify.Payment) verify.Verdict {
				v, err := obvious.New(w.Setting)
				if err != nil {
					b.Fatal(err)
				}
				return v.Verify
			},
		} {
			b.Run(fmt.Sprintf("suite=%d/lane=%s", s, name), func(b *testing.B) {
				lane := newLane()
				i := 0
				for b.Loop() {
					if i == len(w.Items) {
						lane, i = newLane(), 0
					}
					if got := lane(w.Items[i].Payment); !w.Items[i].Agrees(got) {
						b.Fatalf("payment %d: %+v", i, got)
					}
					i++
				}
			})
		}
	}
}
