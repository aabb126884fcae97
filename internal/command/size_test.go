package command

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// mostBytes keeps the command from growing unseen. The goal is 20 MB: Ginkgo
// (5.2 MB, its HTTP and RPC servers and go/types), Gomega's matchers of HTTP, XML and
// YAML (1.0 MB), and the vectors (4.4 MB packed) stand in the way.
const mostBytes = 35 << 20

// TestBinaryIsSmall builds the command as the Makefile does.
func TestBinaryIsSmall(t *testing.T) {
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "assay")
	c := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", binary, ".")
	c.Dir = root(t)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	info, err := os.Stat(binary)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("a stripped binary has %d bytes", info.Size())
	if info.Size() > mostBytes {
		t.Errorf("a stripped binary has %d bytes; want at most %d", info.Size(), mostBytes)
	}
}
