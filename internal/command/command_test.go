package command

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/assay-cbdc/assay/conformance/stdio/broken"
	"github.com/assay-cbdc/assay/spec"
)

// TestMain makes the test binary the commands that the scripts run: assay, and
// broken, an adapter that breaks the contract in the way it is told.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"assay": func() {
			os.Exit(Main(os.Args[1:], Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
		},
		"broken": func() {
			os.Exit(broken.Run(broken.Way(os.Args[1]), os.Stdin, os.Stdout, os.Stderr))
		},
	})
}

// root is the repository, from this folder.
func root(t testing.TB) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// furnish puts what commands name into a folder: the examples, and bin/assay.
func furnish(t testing.TB, dir string) {
	t.Helper()
	assay, err := exec.LookPath("assay")
	if err != nil {
		t.Fatal(err)
	}
	links(t, map[string]string{
		filepath.Join(root(t), "conformance"): filepath.Join(dir, "conformance"),
		assay:                                 filepath.Join(dir, "bin", "assay"),
	})
}

func links(t testing.TB, from map[string]string) {
	t.Helper()
	for target, link := range from {
		if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
	}
}

func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			furnish(t, env.WorkDir)
			env.Setenv("NO_COLOR", "1")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": status, "schema": schema, "sentence": sentence, "same-core": sameCore, "childless": childless,
		},
	})
}

// status CODE COMMAND... runs a command, which has to end with the code.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status CODE COMMAND [ARGS]")
	}
	got := 0
	if exit, failed := errors.AsType[*exec.ExitError](ts.Exec(args[1], args[2:]...)); failed {
		got = exit.ExitCode()
	}
	if want, err := strconv.Atoi(args[0]); err != nil || got != want {
		ts.Fatalf("exit status %d; want %s\n%s%s", got, args[0], ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	}
}

// schema NAME holds the standard output, one JSON object, against a schema.
func schema(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: schema NAME")
	}
	out := []byte(ts.ReadFile("stdout"))
	if len(out) == 0 || out[0] != '{' {
		ts.Fatalf("standard output begins with %.40q; want one object", out)
	}
	ts.Check(spec.Validate(args[0], out)) // refuses what follows the object too
}

// sentence asserts that nothing was printed but one sentence that says what is
// wrong, on standard error.
func sentence(ts *testscript.TestScript, neg bool, args []string) {
	text := ts.ReadFile("stderr")
	if neg || len(args) > 0 || strings.Count(text, "\n") != 1 || !strings.HasPrefix(text, "assay: ") || len(text) < 30 {
		ts.Fatalf("standard error is %q; want one sentence", text)
	}
	if out := ts.ReadFile("stdout"); out != "" {
		ts.Fatalf("standard output has %q beside the error", out)
	}
}

// same-core DIR DIR compares the cores of two reports, byte for byte.
func sameCore(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: same-core DIR DIR")
	}
	core := func(dir string) []byte {
		var r struct {
			Core json.RawMessage `json:"core"`
		}
		ts.Check(json.Unmarshal([]byte(ts.ReadFile(filepath.Join(dir, "report.json"))), &r))
		return r.Core
	}
	a, b := core(args[0]), core(args[1])
	if !bytes.Equal(a, b) || len(a) == 0 {
		ts.Fatalf("the cores of %s and %s differ (%d and %d bytes)", args[0], args[1], len(a), len(b))
	}
}

// childless asserts that no process is left in the script's folder.
func childless(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: childless")
	}
	folders, err := filepath.Glob("/proc/[0-9]*/cwd")
	ts.Check(err)
	for _, f := range folders {
		if where, err := os.Readlink(f); err == nil && strings.HasPrefix(where, ts.Getenv("WORK")) { // it may have ended since
			ts.Fatalf("a process is left: %s", filepath.Dir(f))
		}
	}
}
