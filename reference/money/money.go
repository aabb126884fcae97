// Package money holds amounts: unsigned counts of minor units with checked
// arithmetic, as the encoding chapter bounds them. It knows no currency, rate
// or rounding: nothing in the protocol converts or divides an amount.
package money

import (
	"errors"
	"math/bits"
	"strconv"
)

// An Amount is a number of minor units: 1250 is 12.50 EUR. It is never
// negative; a debit is an amount and a direction. The exponent is the
// currency's, from ISO 4217.
type Amount uint64

// Max is the largest amount that may be on the wire or in a balance, 2^53-1:
// the largest integer that every JSON reader holds exactly.
const Max Amount = 1<<53 - 1

// ErrOverflow is the result of a sum above [Max].
var ErrOverflow = errors.New("money: sum above 2^53-1")

// ErrNegative is the result of a difference below zero.
var ErrNegative = errors.New("money: difference below zero")

// ErrSyntax is the result of parsing what is not a decimal amount up to [Max].
var ErrSyntax = errors.New("money: not a decimal amount of at most 2^53-1")

// Add returns a + b, or [ErrOverflow] if the sum is above [Max].
func (a Amount) Add(b Amount) (Amount, error) {
	sum, carry := bits.Add64(uint64(a), uint64(b), 0)
	if carry != 0 || sum > uint64(Max) {
		return 0, ErrOverflow
	}
	return Amount(sum), nil
}

// Sub returns a - b, or [ErrNegative] if b is above a.
func (a Amount) Sub(b Amount) (Amount, error) {
	if b > a {
		return 0, ErrNegative
	}
	return a - b, nil
}

// Sum returns the sum of all amounts, or [ErrOverflow] if it is above [Max].
func Sum(amounts ...Amount) (Amount, error) {
	var total Amount
	for _, a := range amounts {
		var err error
		if total, err = total.Add(a); err != nil {
			return 0, err
		}
	}
	return total, nil
}

// Payable reports whether a is 1 to [Max], the range of an amount on the wire.
func (a Amount) Payable() bool {
	return a >= 1 && a <= Max
}

// String returns the minor units in decimal: "1250".
func (a Amount) String() string {
	return strconv.FormatUint(uint64(a), 10)
}

// Parse reads what [Amount.String] writes, 0 to [Max], in its one form: no
// sign, no leading zero, no other character. Otherwise it returns [ErrSyntax].
func Parse(s string) (Amount, error) {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || n > uint64(Max) || strconv.FormatUint(n, 10) != s {
		return 0, ErrSyntax
	}
	return Amount(n), nil
}
