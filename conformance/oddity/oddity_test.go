package oddity_test

import (
	"regexp"
	"slices"
	"testing"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/conformance/ics"
	"github.com/assay-cbdc/assay/conformance/oddity"
	"github.com/assay-cbdc/assay/spec"
)

// Every oddity has a name of its own, is pinned to a requirement that there is,
// and can be run: what it says of itself, its files and its profile do not
// contradict each other.
func TestOdditiesCanBeRun(t *testing.T) {
	reference, err := spec.LoadProfile("reference")
	if err != nil {
		t.Fatal(err)
	}
	name := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	seen := map[string]bool{}
	for _, o := range oddity.All() {
		if !name.MatchString(o.Name) || seen[o.Name] || o.Says == "" {
			t.Errorf("%q: the name is no name, is another's, or nothing is said", o.Name)
		}
		seen[o.Name] = true
		if _, ok := spec.Lookup(o.Hurts); !ok {
			t.Errorf("%s: there is no requirement %s", o.Name, o.Hurts)
		}
		p, err := o.Profile(reference)
		if err != nil {
			t.Errorf("%s: %v", o.Name, err)
			continue
		}
		a := o.Adapter()
		answer, err := a.Do(t.Context(), adapter.Request{Verb: adapter.Hello{Versions: []int{adapter.Version}}}, nil)
		if err != nil || answer.Done == nil {
			t.Errorf("%s: hello: %+v, %v", o.Name, answer, err)
			continue
		}
		i, x := o.Files(*answer.Done.Hello)
		if reasons := ics.Review(*answer.Done.Hello, i, x, p); len(reasons) > 0 {
			t.Errorf("%s: %v", o.Name, reasons)
		}
		if _, err := check.NewEnvWith(t.Context(), a, check.Options{Profile: p, ICS: i, IXIT: x}); err != nil {
			t.Errorf("%s: %v", o.Name, err)
		}
	}
	for _, want := range []string{
		"slow", "stricter-limits", "counter-gaps", "no-query", "receive-only", "one-refusal-code", "no-cancel", "no-request-message",
		"whole-units", "re-encrypted-resend", "one-unit", "escrow-recovery", "power-cycle-between", "staged-offline", "used-device",
		"hooked", "sealed", "kit",
	} {
		if !seen[want] {
			t.Errorf("there is no oddity %s", want)
		}
	}
	if i, _ := must(t, "whole-units").Files(adapter.Implementation{}); i == nil || *i.Amounts.Step != 100 {
		t.Error("whole-units does not declare its step")
	}
	if p, _ := must(t, "staged-offline").Profile(reference); *p.Respend {
		t.Error("staged-offline runs under a profile that has value spent on at once")
	}
}

func must(t *testing.T, name string) oddity.Oddity {
	t.Helper()
	o, ok := oddity.Lookup(name)
	if !ok {
		t.Fatalf("there is no oddity %s", name)
	}
	return o
}

// What a closed product shows is of class BH in each shape, and used where it
// says so.
func TestFacesShow(t *testing.T) {
	for name, shape := range map[string]adapter.Shape{"hooked": adapter.Hooked, "sealed": adapter.Sealed, "used-device": adapter.Split} {
		answer, err := must(t, name).Adapter().Do(t.Context(), adapter.Request{Verb: adapter.Hello{Versions: []int{adapter.Version}}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		h := answer.Done.Hello
		if h.Class != "BH" || !slices.Equal(h.Shapes, []adapter.Shape{shape}) || (h.Lifecycle == adapter.LifecycleNone) != (name == "used-device") {
			t.Errorf("%s says class %s, shapes %v, lifecycle %s", name, h.Class, h.Shapes, h.Lifecycle)
		}
	}
}
