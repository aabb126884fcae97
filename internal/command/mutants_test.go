package command

import (
	"errors"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/assay-cbdc/assay/conformance/mutant"
)

// TestMutantsAreNamed runs one mutant of each area against the checks of the
// requirement that it breaks: the run ends with status 1 and names it. That all
// of them are killed is the self-test's to prove.
func TestMutantsAreNamed(t *testing.T) {
	dir := t.TempDir()
	areas := map[string]bool{}
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for _, m := range mutant.All() {
		area, _, _ := strings.Cut(string(m.Breaks), "-")
		if areas[area] {
			continue
		}
		areas[area] = true
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			slots <- struct{}{}
			defer func() { <-slots }()
			out, err := exec.Command("assay", "run", "--filter", string(m.Breaks),
				"--out", filepath.Join(dir, m.Name), "mutant:"+m.Name).CombinedOutput()
			exit, _ := errors.AsType[*exec.ExitError](err)
			if exit == nil || exit.ExitCode() != exitNonConformant {
				t.Fatalf("it ended with %v; want status %d\n%s", err, exitNonConformant, out)
			}
			if !strings.Contains(string(out), "\n  "+string(m.Breaks)+"  ") {
				t.Errorf("%s is not named\n%s", m.Breaks, out)
			}
		})
	}
}
