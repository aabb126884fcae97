package selftest

import (
	"context"
	"os/exec"
	"testing"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/conformance/oddity"
	"github.com/assay-cbdc/assay/conformance/stdio"
)

// TestClosedProducts runs every check that applies on products that share no
// protocol with the reference: no check may break down, and none may fail a
// product that is right.
func TestClosedProducts(t *testing.T) {
	odd, ok := oddity.Lookup("behaviour-only")
	if !ok {
		t.Fatal("there is no closed product among the oddities")
	}
	for _, o := range run(t, odd.Adapter(), 2, nil) {
		for _, r := range o.Rows {
			if r.Verdict != check.Pass {
				t.Errorf("behaviour-only: %s: %s of %s: %s (%s)", r.Check, r.Verdict, r.Requirement, r.Message, r.Observed)
			}
		}
	}
}

// TestToyWallet runs the template, which keeps to no limit and serves little:
// it fails what it lacks and breaks no check.
func TestToyWallet(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Log("there is no python3 on this machine")
		return
	}
	client, err := stdio.Start(context.Background(), []string{python, "../example/python/wallet.py"}, stdio.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	}()
	passed := 0
	for _, o := range run(t, adapter.Adapter(client), 1, nil) {
		for _, r := range o.Rows {
			switch r.Verdict {
			case check.Error:
				t.Errorf("%s: %s: %s (%s)", r.Check, r.Requirement, r.Message, r.Observed)
			case check.Pass:
				passed++
			default:
				t.Logf("%s: %s of %s: %s (%s)", r.Check, r.Verdict, r.Requirement, r.Message, r.Observed)
			}
		}
	}
	if passed == 0 {
		t.Error("the template passes nothing")
	}
}
