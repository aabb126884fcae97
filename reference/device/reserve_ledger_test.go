package device_test

import (
	"testing"

	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/ledger"
	"github.com/assay-cbdc/assay/reference/wire"
)

// TestARefusedPaymentGoesBackToTheReserve: the payee that refused is never online,
// so that only the payer can bring its word; and what was refunded pays again.
func TestARefusedPaymentGoesBackToTheReserve(t *testing.T) {
	for name, rule := range map[string]struct{ family, shortfall uint64 }{
		"I covers": {wire.FamilyIOU, wire.ShortfallProvider},
		"I order":  {wire.FamilyIOU, wire.ShortfallOrder},
		"S":        {wire.FamilyShadow, 0},
	} {
		t.Run(name, func(t *testing.T) {
			reissue := wire.Provenance{Mode: wire.ProvenanceReissue, MaxHops: 5}
			w := newTownIn(t, rule.family, wire.SyncFull, reissue, func(p *wire.Policy) { p.Rules.Shortfall = rule.shortfall })
			a, b, c := w.device("a", 1, 10000), w.device("b", 2, 0), w.device("c", 3, 0)
			w.fund(a, 1000)
			m3 := w.begin(a, b, 600)
			w.sync(a, ledger.NoFactor) // the ledger has taken the debit
			w.refuse(a, b, m3)
			w.pay(a, c, 1000)
			for _, d := range []*device.Device{c, a, c} {
				w.sync(d, ledger.NoFactor)
			}
			if w.ledger.Blocked(a.DID()) {
				t.Error("an honest payer is blocked")
			}
			if waits := w.ledger.Unsettled(); len(waits) > 0 {
				t.Errorf("with all known %v is unsettled", waits)
			}
			for d, want := range map[*device.Device]uint64{a: 0, b: 0, c: 1000} {
				if got, _ := w.ledger.Reserve(d.DID()); uint64(got) != want {
					t.Errorf("a reserve is %d, want %d", got, want)
				}
			}
			if f, s := w.ledger.Findings(), w.ledger.Supply(); len(f) != 0 || len(s.Alarms) != 0 {
				t.Errorf("%d findings, alarms %v", len(f), s.Alarms)
			}
		})
	}
}
