package check

import (
	"testing"

	"github.com/assay-cbdc/assay/conformance/ics"
	"github.com/assay-cbdc/assay/spec"
)

func TestScaleOf(t *testing.T) {
	u := func(n uint64) *uint64 { return &n }
	for _, c := range []struct {
		name    string
		amounts ics.Amounts
		want    scale
	}{
		{"nothing declared", ics.Amounts{}, 1},
		{"whole units", ics.Amounts{Step: u(100)}, 100},
		{"a minimum above the step", ics.Amounts{Min: u(250), Step: u(100)}, 300},
		{"a minimum alone", ics.Amounts{Min: u(50)}, 50},
		{"a minimum below the step", ics.Amounts{Min: u(1), Step: u(25)}, 25},
	} {
		if got := scaleOf(c.amounts); got != c.want {
			t.Errorf("%s: scale %d, want %d", c.name, got, c.want)
		}
	}
}

func TestScaledLimitsRoundDown(t *testing.T) {
	limit, count := uint64(5050), uint64(20)
	p := scale(100).scaled(&spec.Profile{MaxTx: &limit, MaxUnsyncedCount: &count})
	if *p.MaxTx != 50 || *p.MaxUnsyncedCount != 20 {
		t.Errorf("max_tx %d, max_unsynced_count %d; want 50 and 20", *p.MaxTx, *p.MaxUnsyncedCount)
	}
	if limit != 5050 {
		t.Error("the profile, which is shared, was changed")
	}
	// One more than the scaled limit is above the limit, whatever the rounding.
	if uint64(scale(100).minor(*p.MaxTx+1)) <= limit {
		t.Error("one more than the scaled limit is within the limit")
	}
}

func TestMinorAmountsDoNotWrap(t *testing.T) {
	if got := scale(100).minor(1 << 63); uint64(got) != ^uint64(0) {
		t.Errorf("2^63 hundreds are %d minor units; want the greatest number", got)
	}
}
