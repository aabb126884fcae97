package suite

import (
	"cmp"
	"slices"
	"testing"

	"github.com/assay-cbdc/assay/reports"
	"github.com/assay-cbdc/assay/spec"
)

func TestWhatOpensNothingIsNotProposed(t *testing.T) {
	got := worthServing(
		map[string]int{"resend": 14, "kit:clone": 1, "kit:wrong-amount": 1},
		map[string]map[spec.ID]bool{"resend": {spec.PAY01: true, spec.PAY02: true}, "kit:clone": {}},
		[]reports.Missing{{Capability: "kit:clone", Mutants: []string{"one"}}, {Capability: "profile", Mutants: []string{"two"}}},
	)
	slices.SortFunc(got, func(a, b reports.Next) int { return cmp.Compare(a.Capability, b.Capability) })
	want := []reports.Next{{Capability: "kit:clone", Checks: 1, Faults: 1}, {Capability: "resend", Requirements: 2, Checks: 14}}
	if !slices.Equal(got, want) {
		t.Errorf("%+v; want %+v", got, want)
	}
}
