package selftest

import (
	"context"
	"testing"

	"github.com/assay-cbdc/assay/spec"
)

// TestSuiteProvesItself runs the self-test as assay selftest does.
func TestSuiteProvesItself(t *testing.T) {
	p, err := spec.LoadProfile("reference")
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(context.Background(), Options{Profile: p, Seeds: []uint64{1}})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("seed 1: %d mutants, %d killed, %d honest", r.Mutants, r.Killed, r.Honest)
	for what, list := range map[string][]string{
		"survivor": r.Survivors, "killed by another requirement only": r.Unrelated, "too blunt": r.Blunt,
		"honest device failed": r.HonestFailed, "uncovered": r.Uncovered,
	} {
		for _, s := range list {
			t.Errorf("%s: %s", what, s)
		}
	}
	for _, d := range r.Degenerate {
		if d.Pass > 0 {
			t.Errorf("degenerate device %s passed %d requirements", d.Name, d.Pass)
		}
	}
	if !r.OK() {
		t.Error("assay selftest would end with 2")
	}
	if r.Reference != "conformant" {
		t.Errorf("the reference: %s", r.Reference)
	}
}
