package wire

import (
	"bytes"
	"testing"

	"github.com/assay-cbdc/assay/spec"
)

// fundOf and transferOf are bodies with what family I adds to them.
func fundOf(reservation uint64) Fund {
	return Fund{Version: V1, Realm: Realm{1}, Suite: 1, Currency: 978, Exponent: 2, Amount: 5, Nonce: Nonce{1},
		Cert: ID{1}, RequestHash: ID{2}, Device: DID{3}, Reservation: reservation}
}

func transferOf(family uint64, reserved bool) Transfer {
	return Transfer{Version: V1, Realm: Realm{1}, Suite: 1, Currency: 978, Exponent: 2, Amount: 5, Cert: ID{1}, Request: 1,
		PayeeTag: ID{2}, Counter: 1, Lots: []Lot{{1, 5}}, RequestHash: ID{3}, Family: family, Reserved: reserved, Reservation: 7}
}

// TestReservationOfAFund: one form for each family, and each refuses the other.
func TestReservationOfAFund(t *testing.T) {
	plain, named := fundOf(0).Encode(), fundOf(7).Encode()
	if m, err := DecodeReservation(named); err != nil || m.Reservation != 7 || !bytes.Equal(m.Encode(), named) {
		t.Errorf("a reservation decodes to %+v, %v", m, err)
	}
	if _, err := DecodeFund(plain); err != nil {
		t.Errorf("a FUND without: %v", err)
	}
	for name, err := range map[string]error{
		"a reservation in another family": second(DecodeFund(named)),
		"none in family I":                second(DecodeReservation(plain)),
	} {
		if code, _ := CodeOf(err); code != spec.EField {
			t.Errorf("%s: %v, want 103", name, err)
		}
	}
	zero := mapOf(append(members(t, plain), Member{93, []byte{0}}))
	if code, _ := CodeOf(second(DecodeReservation(zero))); code != spec.EAmount {
		t.Errorf("reservation 0: want 105")
	}
}

func second[T any](_ T, err error) error { return err }

// TestReservationOfATransfer: key 93 is there in family I alone, and [Place.Pays]
// asks for it there.
func TestReservationOfATransfer(t *testing.T) {
	for _, tt := range []struct {
		name             string
		family           uint64
		reserved         bool
		code             spec.Code
		ofBalance, ofIOU bool
	}{
		{"family I", FamilyIOU, true, 0, false, true},
		{"family I without", FamilyIOU, false, 0, false, false},
		{"family B", FamilyBalance, false, 0, true, false},
		{"family B with", FamilyBalance, true, spec.EField, false, false},
		{"family S with", FamilyShadow, true, spec.EField, false, false},
	} {
		payload := transferOf(tt.family, false).Encode()
		if tt.reserved {
			payload = mapOf(append(members(t, payload), Member{93, []byte{7}}))
		}
		m, err := DecodeTransfer(payload)
		if code, _ := CodeOf(err); code != tt.code {
			t.Errorf("%s: %v, want %d", tt.name, err, tt.code)
			continue
		}
		if tt.code != 0 {
			continue
		}
		if !bytes.Equal(m.Encode(), payload) {
			t.Errorf("%s: it encodes to other bytes", tt.name)
		}
		if got := (Place{}).Pays(&m); got != tt.ofBalance {
			t.Errorf("%s: of family B: %v", tt.name, got)
		}
		if got := (Place{Family: FamilyIOU}).Pays(&m); got != tt.ofIOU {
			t.Errorf("%s: of family I: %v", tt.name, got)
		}
	}
}

func FuzzReservations(f *testing.F) {
	f.Add(fundOf(0).Encode())
	f.Add(fundOf(7).Encode())
	f.Add(transferOf(FamilyIOU, true).Encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, err := DecodeReservation(b); err == nil && !bytes.Equal(m.Encode(), b) {
			t.Errorf("a FUND %x encodes to %x", b, m.Encode())
		}
		if m, err := DecodeTransfer(b); err == nil && !bytes.Equal(m.Encode(), b) {
			t.Errorf("a TRANSFER %x encodes to %x", b, m.Encode())
		}
	})
}
