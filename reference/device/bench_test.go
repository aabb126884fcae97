package device

import (
	"testing"

	"github.com/assay-cbdc/assay/reference/suite"
)

// BenchmarkPayment measures a whole payment between two devices, four messages
// and six commits, with certificates that are known.
func BenchmarkPayment(b *testing.B) {
	for _, s := range suite.All() {
		b.Run(suiteName(s), func(b *testing.B) {
			r := newRealm(b, s)
			r.policy.Limits[0].MaxHolding.Set = false
			r.policy.Fresh.MaxCount = 1 << 40
			payer, payee := r.card(1), r.card(2)
			payer.fund(1 << 40)
			for b.Loop() {
				payer.pay(payee, 1)
				if payer.state.LogNumber-payer.state.Acked > 200 {
					b.StopTimer()
					payer.forget()
					payee.forget()
					b.StartTimer()
				}
			}
		})
	}
}

// forget stands for a synchronisation.
func (c *card) forget() {
	c.r.must(c.Edit(func(s *State) {
		s.Log, s.Ring = nil, nil
		s.Acked, s.AckedHead = s.LogNumber, s.LogHead
		s.LowWater = s.NextRequest - 1
	}))
}

func suiteName(s suite.Suite) string {
	return map[suite.Suite]string{suite.Ed25519: "ed25519", suite.P256: "p256", suite.MLDSA44: "mldsa44",
		suite.Ed25519MLDSA44: "hybrid"}[s]
}
