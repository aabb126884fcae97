package spec_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/assay-cbdc/assay/reference/telecom"
	"github.com/assay-cbdc/assay/spec"
)

// telecomExample is the worked example of telecom.md: the ACK of payment.md in
// two frames, and the ask for the first.
func telecomExample(t *testing.T) string {
	t.Helper()
	sender, err := telecom.NewLink(telecom.MinFrame, telecom.StandardRules())
	if err != nil {
		t.Fatal(err)
	}
	reader, err := telecom.NewLink(telecom.MinFrame, telecom.StandardRules())
	if err != nil {
		t.Fatal(err)
	}
	frames, err := sender.Frames(examplesByMessage(t)["ACK"])
	if err != nil || len(frames) != 2 {
		t.Fatalf("%d frames, %v", len(frames), err)
	}
	if _, err := reader.Read(frames[1]); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, f := range append(frames, reader.Ask()...) {
		fmt.Fprintf(&text, "%x\n", f)
	}
	return text.String()
}

func TestExampleOfTelecomIsTheReferences(t *testing.T) {
	want := telecomExample(t)
	for _, b := range spec.Blocks(chapter(t, "telecom.md")) {
		if b.Info != "text frames=ACK" {
			continue
		}
		if strings.TrimRight(b.Text, "\n") != strings.TrimRight(want, "\n") {
			t.Errorf("telecom.md:%d: the frames are\n%s", b.Line, want)
		}
		return
	}
	t.Errorf("telecom.md has no frames of the ACK:\n%s", want)
}
