package command

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"github.com/assay-cbdc/assay/reports"
	"github.com/assay-cbdc/assay/spec"
)

// leastPassed is how many checks a run under a profile has to pass to say much.
const leastPassed = 40

// TestEveryProfile runs the reference under every profile that can be run: it is
// conformant, by enough checks, and of the profile's family of value.
func TestEveryProfile(t *testing.T) {
	t.Parallel()
	names, err := exec.Command("assay", "profiles", "list", "--names").Output()
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.FieldsSeq(string(names)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			profile, err := spec.LoadProfile(name)
			if err != nil {
				t.Fatal(err)
			}
			out, err := exec.Command("assay", "run", "--json", "--profile", name, "--out", t.TempDir(), "reference").Output()
			if err != nil {
				t.Errorf("it ended with %v: %.2000s", err, out)
			}
			var run struct {
				Overall reports.Overall
				Family  string
				Counts  struct{ Pass int }
			}
			if err := json.Unmarshal(out, &run); err != nil {
				t.Fatal(err)
			}
			if run.Overall != reports.Conformant || run.Family != profile.Family || run.Counts.Pass < leastPassed {
				t.Errorf("%s in family %s, %d checks passed; want conformant in family %s, %d or more", run.Overall, run.Family, run.Counts.Pass, profile.Family, leastPassed)
			}
		})
	}
}
