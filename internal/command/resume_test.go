package command

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// judgedArea keeps the runs of this test short.
const judgedArea = "area:PAY || area:LIM"

// coreAfter runs the command to its end and returns the core of its report. A
// filtered run is incomplete.
func coreAfter(t *testing.T, dir string, args ...string) []byte {
	t.Helper()
	c := exec.Command("assay", args...)
	c.Dir = dir
	out, err := c.CombinedOutput()
	if exit, _ := errors.AsType[*exec.ExitError](err); exit == nil || exit.ExitCode() != exitIncomplete {
		t.Fatalf("assay %v ended with %v; want status %d\n%s", args, err, exitIncomplete, out)
	}
	text, err := os.ReadFile(filepath.Join(dir, "out", "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	var report struct{ Core json.RawMessage }
	if err := json.Unmarshal(text, &report); err != nil {
		t.Fatal(err)
	}
	return report.Core
}

// killedAfter kills a run, as a power cut would, when its journal has so many
// lines: the first is its head, each other a check.
func killedAfter(t *testing.T, dir string, lines int, args ...string) {
	t.Helper()
	c := exec.Command("assay", args...)
	c.Dir = dir
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(time.Millisecond) {
		text, _ := os.ReadFile(filepath.Join(dir, "out", "journal.jsonl"))
		if bytes.Count(text, []byte("\n")) >= lines {
			break
		}
	}
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(); err == nil {
		t.Fatalf("the run had ended before %d lines", lines)
	}
}

// TestKilledRunIsResumed kills runs at five points. Resumed, each comes to the
// core of the run that nobody stopped.
func TestKilledRunIsResumed(t *testing.T) {
	t.Parallel()
	args := []string{"run", "--filter", judgedArea, "--out", "out", "exec:assay device"}
	want := coreAfter(t, t.TempDir(), args...)
	for _, lines := range []int{1, 2, 5, 9, 13} {
		dir := t.TempDir()
		killedAfter(t, dir, lines, args...)
		if got := coreAfter(t, dir, "run", "--resume", "out"); !bytes.Equal(got, want) {
			t.Errorf("killed after %d lines and resumed: the core differs\n%.2000s\nwant\n%.2000s", lines, got, want)
		}
		if _, err := os.Stat(filepath.Join(dir, "out", "journal.jsonl")); err == nil {
			t.Errorf("killed after %d lines: the journal of a finished run is still there", lines)
		}
	}
}

// TestResumeSaysWhatIsWrong tries what cannot be gone on with.
func TestResumeSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	killedAfter(t, dir, 2, "run", "--filter", judgedArea, "--out", "out", "exec:assay device")
	for _, tt := range []struct {
		args []string
		says string
	}{
		{[]string{"run", "--resume", "nowhere"}, "there is no run to resume"},
		{[]string{"run", "--resume", "out", "--seed", "5"}, `had --seed "1", not "5"; leave the flag out`},
		{[]string{"run", "--resume", "out", "oddity:suite-p256"}, "another product"},
		{[]string{"run"}, "expected a TARGET"},
	} {
		c := exec.Command("assay", tt.args...)
		c.Dir = dir
		out, err := c.CombinedOutput()
		exit, _ := errors.AsType[*exec.ExitError](err)
		if exit == nil || exit.ExitCode() != exitUsage || !bytes.Contains(out, []byte(tt.says)) {
			t.Errorf("assay %v ended with %v and says\n%s\nwant status %d and %q", tt.args, err, out, exitUsage, tt.says)
		}
	}
}
