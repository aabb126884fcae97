package spec_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/assay-cbdc/assay/reference/qr"
	"github.com/assay-cbdc/assay/spec"
)

// qrExamples are the texts of the worked examples of qr.md, made from examples
// of payment.md.
func qrExamples(t *testing.T) map[string]string {
	t.Helper()
	objects := examplesByMessage(t)
	single, err := qr.Text(objects["ABORT"])
	if err != nil {
		t.Fatal(err)
	}
	f, err := qr.Split(objects["ACK"], 16)
	if err != nil {
		t.Fatal(err)
	}
	var frames strings.Builder
	for _, seq := range []uint32{0, 1, 2, 3, 4} {
		fmt.Fprintf(&frames, "%s\n", f.Text(seq))
	}
	return map[string]string{"ABORT": single + "\n", "ACK": frames.String()}
}

func TestExamplesOfTextsAreTheReferences(t *testing.T) {
	want := qrExamples(t)
	for _, b := range spec.Blocks(chapter(t, "qr.md")) {
		name, ok := strings.CutPrefix(b.Info, "text object=")
		if !ok {
			continue
		}
		if strings.TrimRight(b.Text, "\n") != strings.TrimRight(want[name], "\n") {
			t.Errorf("qr.md:%d: the texts of %s are\n%s", b.Line, name, want[name])
		}
		delete(want, name)
	}
	for name, text := range want {
		t.Errorf("qr.md has no texts of %s:\n%s", name, text)
	}
}
