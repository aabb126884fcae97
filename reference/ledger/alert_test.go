package ledger

import "testing"

// TestAlertsAreOfEachPayment: one for each payment whose details have come, two
// that look alike among them, however often and from whom they come (UXC-04).
func TestAlertsAreOfEachPayment(t *testing.T) {
	w := newWorld(t)
	a, b := w.unit("a"), w.unit("b")
	first, alike, other := a.pay(b, 100), a.pay(b, 100), b.pay(a, 40)
	if got := w.ledger.Alerts(); len(got) != 0 {
		t.Errorf("%d alerts before any details have come", len(got))
	}
	w.ledger.Upload([][]byte{alike.record, first.record, alike.record, other.record})
	got := w.ledger.Alerts()
	if len(got) != 3 {
		t.Fatalf("%d alerts of 3 payments", len(got))
	}
	sums := map[string]uint64{}
	for i, alert := range got {
		sums[string(alert.Payer[:])] += uint64(alert.Amount)
		if i > 0 && alert.Payer == got[i-1].Payer && alert.Counter <= got[i-1].Counter {
			t.Errorf("alert %d has counter %d after %d", i, alert.Counter, got[i-1].Counter)
		}
	}
	if len(sums) != 2 || sums[string(got[0].Payer[:])]+sums[string(got[2].Payer[:])] != 240 {
		t.Errorf("alerts of %v; want 200 of one payer and 40 of the other", sums)
	}
}
