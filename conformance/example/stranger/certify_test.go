package main

import (
	"context"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/conformance/ics"
	"github.com/assay-cbdc/assay/conformance/stdio"
	"github.com/assay-cbdc/assay/spec"
)

// judged runs every check that the wallet's shape opens under the profile
// closed-wallet, and returns the requirements by verdict.
func judged(t *testing.T, argv []string, shape, bug string) map[check.Verdict][]string {
	t.Helper()
	deadline := 20 * time.Second
	if bug == "hang" {
		deadline = time.Second
	}
	argv = append(slices.Clone(argv), "--shape", shape, "--bug="+bug)
	client, err := stdio.Start(t.Context(), argv, stdio.Options{Deadline: func(string) time.Duration { return deadline }})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	profile, err := spec.LoadProfile("closed-wallet")
	if err != nil {
		t.Fatal(err)
	}
	env, err := check.NewEnvWith(context.Background(), client, check.Options{Profile: profile, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	plan, campaign := env.Plan(check.All(), nil), check.Campaign{Env: env}
	if len(plan.Checks) < 20 {
		t.Fatalf("%d checks are open, want at least 20", len(plan.Checks))
	}
	all := map[check.Verdict][]string{}
	for _, c := range plan.Checks {
		for _, r := range campaign.Run(context.Background(), c).Rows {
			text := string(r.Requirement)
			if r.Verdict != check.Pass && bug == "" {
				text += " " + r.Check + ": " + r.Message + " (" + r.Observed + ")"
			}
			all[r.Verdict] = append(all[r.Verdict], text)
		}
	}
	return all
}

// TestIsConformant: the wallet passes all that its shape can show.
func TestIsConformant(t *testing.T) {
	for language, argv := range written(t) {
		for _, shape := range everyShape {
			t.Run(language+"/"+shape, func(t *testing.T) {
				t.Parallel()
				all := judged(t, argv, shape, "")
				for verdict, rows := range all {
					if verdict != check.Pass {
						t.Errorf("%s: %q", verdict, rows)
					}
				}
			})
		}
	}
}

// TestEveryBugIsCaught: with each fault the requirement of bugs.json fails, in
// each shape that it names. The Python wallet meets each fault in one shape.
func TestEveryBugIsCaught(t *testing.T) {
	all, err := faults()
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for language, argv := range written(t) {
		for i, f := range all {
			names[f.Name] = true
			for k, shape := range f.Shapes {
				if language != "go" && (k != i%len(f.Shapes) || testing.Short()) {
					continue
				}
				t.Run(language+"/"+shape+"/"+f.Name, func(t *testing.T) {
					t.Parallel()
					failed := judged(t, argv, shape, f.Name)[check.Fail]
					if !slices.Contains(failed, f.Requirement) {
						t.Errorf("%s: %s does not fail; these do: %q", f.Says, f.Requirement, failed)
					}
				})
			}
		}
	}
	if len(names) < 12 {
		t.Errorf("there are %d faults, want at least 12", len(names))
	}
}

// TestSharesNothing: the wallets import the standard library of their language
// and their own files, and nothing else.
func TestSharesNothing(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range f.Imports {
			if first, _, _ := strings.Cut(i.Path.Value, "/"); strings.Contains(first, ".") {
				t.Errorf("%s imports %s", name, i.Path.Value)
			}
		}
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no python3 on this machine")
	}
	standard, err := exec.Command(python, "-c", "import sys; print(*sys.stdlib_module_names)").Output()
	if err != nil {
		t.Fatal(err)
	}
	own := strings.Fields(string(standard))
	files, _ = filepath.Glob("*.py")
	for _, name := range files {
		own = append(own, strings.TrimSuffix(name, ".py"))
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^\s*(?:from|import) (\w+)`).FindAllStringSubmatch(string(text), -1) {
			if !slices.Contains(own, m[1]) {
				t.Errorf("%s imports %s", name, m[1])
			}
		}
	}
}

// TestFilesAreRight: the statements that lie beside the wallet are reviewed
// without a contradiction.
func TestFilesAreRight(t *testing.T) {
	d := open(t, written(t)["go"], "hooked", "")
	hello := d.must("", adapter.Hello{Versions: []int{1}}).Hello
	read := func(name string) []byte {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	own, err := ics.ParseICS("ics.yaml", read("ics.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	bench, err := ics.ParseIXIT("ixit.yaml", read("ixit.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	profile, err := spec.LoadProfile("closed-wallet")
	if err != nil {
		t.Fatal(err)
	}
	if reasons := ics.Review(*hello, own, bench, profile); len(reasons) > 0 {
		t.Errorf("%q", reasons)
	}
}
