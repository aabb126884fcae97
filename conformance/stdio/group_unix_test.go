//go:build unix

package stdio_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/stdio"
)

// gone waits until nothing runs under the number: a killed grandchild is reaped
// by the system, some time after.
func gone(pid int) bool {
	for range 300 {
		if syscall.Kill(pid, 0) == syscall.ESRCH || zombie(pid) {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}

// zombie reports whether the process has ended and waits to be reaped by whoever
// adopted it.
func zombie(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && strings.Contains(string(stat), ") Z ")
}

func nap(t *testing.T, c *stdio.Client) int {
	t.Helper()
	for range 500 {
		var pid int
		if n, _ := fmt.Sscanf(c.Stderr(), "nap %d\n", &pid); n == 1 {
			return pid
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the child has not said which process it started")
	return 0
}

func TestNoProcessIsLeft(t *testing.T) {
	for _, tt := range []struct {
		name string
		end  func(*stdio.Client, context.CancelFunc)
	}{
		{"after a deadline", func(c *stdio.Client, _ context.CancelFunc) { _, _ = do(c, adapter.Query{}) }},
		{"after Close", func(c *stdio.Client, _ context.CancelFunc) { _ = c.Close() }},
		{"after an interrupt", func(_ *stdio.Client, cancel context.CancelFunc) { cancel() }},
		{"after a restart", func(c *stdio.Client, _ context.CancelFunc) { _ = c.Restart(context.Background()) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			c, err := stdio.Start(ctx, []string{os.Args[0], "child:family"}, within(200*time.Millisecond))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = c.Close() }()
			pid := nap(t, c)
			tt.end(c, cancel)
			if !gone(pid) {
				t.Errorf("process %d, started by the adapter, still runs", pid)
			}
		})
	}
}
