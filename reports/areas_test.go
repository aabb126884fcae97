package reports

import (
	"testing"

	"github.com/assay-cbdc/assay/spec"
)

// Every area of the specification has its words in a report.
func TestEveryAreaHasATitle(t *testing.T) {
	for _, r := range spec.Requirements() {
		if code := string(r.ID)[:3]; areaTitle(code) == code {
			t.Errorf("%s: the area %s has no title", r.ID, code)
		}
	}
}
