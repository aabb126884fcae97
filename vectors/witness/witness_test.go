package witness_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/assay-cbdc/assay/vectors"
	"github.com/assay-cbdc/assay/vectors/witness"
)

func TestWitnessAgrees(t *testing.T) {
	r := vectors.Check(witness.New())
	for _, p := range r.Problems {
		t.Error(p)
	}
	if r.Agreed != r.Vectors {
		t.Errorf("%d of %d agreed", r.Agreed, r.Vectors)
	}
}

func TestWitnessSharesNothingWithTheReference(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range strings.Fields(string(out)) {
		if strings.Contains(path, "assay/reference") {
			t.Errorf("imports %s", path)
		}
	}
}

func TestEveryCheckHasAVector(t *testing.T) {
	list, err := vectors.Load()
	if err != nil {
		t.Fatal(err)
	}
	names := witness.PathChecks()
	for _, kind := range witness.Kinds() {
		names = append(names, witness.Checks(kind)...)
	}
	for _, name := range names {
		kind, _, _ := strings.Cut(name, "/")
		if kind == "path" {
			kind = "cert"
		}
		if !slices.ContainsFunc(list, func(f vectors.File) bool { return disagrees(witness.New(name), kind, &f) }) {
			t.Errorf("no vector needs the check %q", name)
		}
	}
}

// disagrees reports whether a judge gets any vector of the kind wrong; a panic
// is wrong as well.
func disagrees(j *witness.Judge, kind string, f *vectors.File) (wrong bool) {
	defer func() {
		if recover() != nil {
			wrong = true
		}
	}()
	for i := range f.Tests {
		if f.Tests[i].Kind == kind && vectors.Disagreement(j, f, &f.Tests[i]) != "" {
			return true
		}
	}
	return false
}
