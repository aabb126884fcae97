package apdu_test

import (
	"testing"

	"github.com/assay-cbdc/assay/reference/apdu"
)

func TestSizesCountWholeBlocks(t *testing.T) {
	for _, c := range []struct{ bytes, short, extended int }{
		{-1, 0, 0}, {0, 0, 0}, {1, 1, 1}, {240, 1, 1}, {241, 2, 1}, {480, 2, 1}, {481, 3, 1},
		{2048, 9, 1}, {2049, 9, 2}, {4096, 18, 2}, {24_576, 103, 12},
	} {
		if s, e := apdu.ShortAPDUs(c.bytes), apdu.ExtendedAPDUs(c.bytes); s != c.short || e != c.extended {
			t.Errorf("%d bytes: %d short, %d extended; want %d and %d", c.bytes, s, e, c.short, c.extended)
		}
	}
}

// The four messages of a payment in each suite, and their sums in the design's
// table of sizes.
func TestSizesOfAPayment(t *testing.T) {
	for _, c := range []struct {
		suite           string
		messages        [4]int
		short, extended int
	}{
		{"Ed25519, certificates by reference", [4]int{117, 376, 341, 277}, 7, 4},
		{"Ed25519, certificates by value", [4]int{117, 568, 533, 277}, 9, 4},
		{"ML-DSA-44, by reference", [4]int{1303, 3834, 2709, 2645}, 46, 7},
		{"Ed25519+ML-DSA-44, by value and provider", [4]int{1303, 11834, 10709, 2709}, 113, 15},
	} {
		short, extended := 0, 0
		for _, n := range c.messages {
			short += apdu.ShortAPDUs(n)
			extended += apdu.ExtendedAPDUs(n)
		}
		if short != c.short || extended != c.extended {
			t.Errorf("%s: %d short, %d extended; want %d and %d", c.suite, short, extended, c.short, c.extended)
		}
	}
}
