package money_test

import (
	"errors"
	"math"
	"testing"

	"github.com/assay-cbdc/assay/reference/money"
)

func TestArithmeticIsChecked(t *testing.T) {
	for _, tt := range []struct {
		a, b, want money.Amount
		err        error
	}{
		{a: 1250, b: 50, want: 1300},
		{a: money.Max - 1, b: 1, want: money.Max},
		{a: money.Max, b: 1, err: money.ErrOverflow},
		{a: math.MaxUint64, b: 1, err: money.ErrOverflow},
		{a: math.MaxUint64, b: math.MaxUint64, err: money.ErrOverflow},
	} {
		got, err := tt.a.Add(tt.b)
		if got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%d.Add(%d) = %d, %v; want %d, %v", tt.a, tt.b, got, err, tt.want, tt.err)
		}
	}
	if got, err := money.Amount(3).Sub(3); got != 0 || err != nil {
		t.Errorf("3.Sub(3) = %d, %v; want 0", got, err)
	}
	if got, err := money.Amount(3).Sub(4); got != 0 || !errors.Is(err, money.ErrNegative) {
		t.Errorf("3.Sub(4) = %d, %v; want ErrNegative", got, err)
	}
	if got, err := money.Sum(1, 2, 3); got != 6 || err != nil {
		t.Errorf("Sum(1, 2, 3) = %d, %v; want 6", got, err)
	}
	if _, err := money.Sum(money.Max, 1); !errors.Is(err, money.ErrOverflow) {
		t.Errorf("Sum(Max, 1): %v; want ErrOverflow", err)
	}
}

func TestParseTakesOneFormOnly(t *testing.T) {
	for _, s := range []string{"0", "1", "1250", "9007199254740991"} {
		if got, err := money.Parse(s); err != nil || got.String() != s {
			t.Errorf("Parse(%q) = %v, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "-1", "+1", "01", " 1", "1.0", "1e3", "0x1", "9007199254740992", "99999999999999999999"} {
		if got, err := money.Parse(s); !errors.Is(err, money.ErrSyntax) {
			t.Errorf("Parse(%q) = %v, %v; want ErrSyntax", s, got, err)
		}
	}
}

func TestPayableIsTheRangeOnTheWire(t *testing.T) {
	for amount, want := range map[money.Amount]bool{0: false, 1: true, money.Max: true, money.Max + 1: false} {
		if got := amount.Payable(); got != want {
			t.Errorf("%d.Payable() = %v; want %v", amount, got, want)
		}
	}
}
