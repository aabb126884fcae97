package device

import (
	"testing"

	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// TestReservationIsKept: a FUND of family I names its request, and what the device
// keeps of it outlives the power.
func TestReservationIsKept(t *testing.T) {
	r := newRealm(t)
	r.auth.Place.Family = wire.FamilyIOU
	c := r.card(1)
	for number := uint64(1); number <= 2; number++ {
		req, err := c.FundRequest(100)
		r.must(err)
		wrong := r.voucher(req, func(f *wire.Fund) { f.Reservation = number + 1 })
		if err := c.FundAccept(wrong); r.code(err) != spec.EFundBinding {
			t.Errorf("another reservation: %v; want 300", err)
		}
		if err := c.FundAccept(r.voucher(req, nil)); r.code(err) != spec.EField {
			t.Errorf("no reservation: %v; want 103", err)
		}
		if got := c.State().Reservation; got != number-1 {
			t.Errorf("before funding %d the reservation is %d", number, got)
		}
		r.must(c.FundAccept(r.voucher(req, func(f *wire.Fund) { f.Reservation = number })))
		c.power()
		if got := c.State().Reservation; got != number {
			t.Errorf("after funding %d the reservation is %d", number, got)
		}
	}
}
