package command

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestInterrupt interrupts a run in its middle: the report has what was judged
// and says that it is incomplete.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	for _, target := range []string{"reference", "exec:assay device"} {
		t.Run(target, func(t *testing.T) {
			dir := t.TempDir()
			c := exec.Command("assay", "run", "--json", "--out", "out", target)
			c.Dir = dir
			var out bytes.Buffer
			c.Stdout = &out
			said := &listener{until: " %", heard: make(chan struct{})}
			c.Stderr = said
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			select {
			case <-said.heard:
			case <-time.After(time.Minute):
				t.Errorf("no progress after a minute: %s", said.text())
			}
			if err := c.Process.Signal(syscall.SIGINT); err != nil {
				t.Fatal(err)
			}
			exit, _ := errors.AsType[*exec.ExitError](c.Wait())
			if exit == nil || exit.ExitCode() != exitIncomplete {
				t.Fatalf("it ended with %v; want status %d\n%s", exit, exitIncomplete, said.text())
			}
			var result runResult
			if err := json.Unmarshal(out.Bytes(), &result); err != nil {
				t.Fatalf("standard output: %v\n%s", err, out.Bytes())
			}
			if result.Overall != "incomplete" || result.Exit != exitIncomplete || result.Counts.Pass == 0 {
				t.Errorf("the result is %q with exit %d and %d passes; want incomplete, %d and some",
					result.Overall, result.Exit, result.Counts.Pass, exitIncomplete)
			}
			if !strings.Contains(said.text(), "incomplete") || strings.Contains(said.text(), "goroutine") {
				t.Errorf("standard error: %s", said.text())
			}
			if _, err := os.Stat(filepath.Join(dir, "out", "index.html")); err != nil {
				t.Error(err)
			}
		})
	}
}

// A listener keeps what is written, and tells when it has heard a text.
type listener struct {
	until string
	heard chan struct{}
	kept  bytes.Buffer
}

func (l *listener) Write(p []byte) (int, error) {
	before := strings.Contains(l.kept.String(), l.until)
	l.kept.Write(p)
	if !before && strings.Contains(l.kept.String(), l.until) {
		close(l.heard)
	}
	return len(p), nil
}

// text is what was heard; to be called after the process has ended.
func (l *listener) text() string { return l.kept.String() }

// TestDeviceEndsWithItsInput serves nothing, and ends.
func TestDeviceEndsWithItsInput(t *testing.T) {
	c := exec.Command("assay", "device")
	c.Stdin = strings.NewReader("")
	if out, err := c.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v, %q", err, out)
	}
}
