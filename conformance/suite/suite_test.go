package suite

import (
	"context"
	"testing"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/conformance/selftest"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/reports"
	"github.com/assay-cbdc/assay/spec"
)

// TestReferenceIsConformant runs the whole suite once, as the only test that
// may: a second RunSpecs ends the process.
func TestReferenceIsConformant(t *testing.T) {
	p, err := spec.LoadProfile("reference")
	if err != nil {
		t.Fatal(err)
	}
	planned := 0
	r, err := Run(context.Background(), Options{
		Adapter: simulator.New(simulator.Options{}), Target: "reference", Options: check.Options{Profile: p, Seed: 7},
		Exchanges: 4, Detect: selftest.Detect,
		Vectors: func() ([]Table, error) {
			return []Table{{Name: "sample", Entries: []Entry{{ID: "one", Check: func() error { planned++; return nil }}}}}, nil
		},
		Anew:     func() adapter.Adapter { return simulator.New(simulator.Options{}) },
		Progress: nil,
	})
	if err != nil || r.Harness != nil || r.Adapter != nil {
		t.Fatal(err, r.Harness, r.Adapter)
	}
	core := r.Report.Core
	if core.Overall != reports.Conformant {
		t.Errorf("overall %s; failures %+v; not tested %+v", core.Overall, core.Failures, core.NotTested)
	}
	if core.Counts.Pass < 60 || core.Counts.Fail+core.Counts.Inconclusive+core.Counts.Error != 0 {
		t.Errorf("counts %+v; want at least 60 passes and nothing else", core.Counts)
	}
	if core.Executed != core.Applicable || core.Applicable < 60 {
		t.Errorf("%d of %d applicable MUSTs were tested", core.Executed, core.Applicable)
	}
	if core.Detection.Detectable != core.Detection.Mutants {
		t.Errorf("%d of %d faults are detectable; missing %+v", core.Detection.Detectable, core.Detection.Mutants, core.Detection.Missing)
	}
	if planned != 1 {
		t.Errorf("the vector was judged %d times, want once", planned)
	}
}

func TestParseFilter(t *testing.T) {
	for _, expr := range []string{"PAY-03", "area:LIM && !level:SHOULD", "/PAY-0[12]/", "(PAY-01 || PAY-02)"} {
		if f, err := ParseFilter(expr); err != nil || f == nil {
			t.Errorf("%q: %v", expr, err)
		}
	}
	for _, expr := range []string{"PAY-03 &&", "(PAY-03", "||", "/[/"} {
		if _, err := ParseFilter(expr); err == nil {
			t.Errorf("%q was accepted", expr)
		}
	}
}
