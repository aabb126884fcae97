package command

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/assay-cbdc/assay/spec"
)

// leaves are the commands that do something, each as its words.
func leaves(t *testing.T) [][]string {
	t.Helper()
	parser, err := kong.New(new(cli), kong.Vars{"target": targetHelp})
	if err != nil {
		t.Fatal(err)
	}
	var all [][]string
	for _, n := range parser.Model.Leaves(false) {
		all = append(all, strings.Fields(strings.SplitN(n.Path(), "<", 2)[0]))
	}
	return all
}

// An example is a command line, what is shown of its output, and the exit status
// that the line below says.
type example struct {
	command string
	shows   []string
	status  string
}

// TestHelpHasExamples runs what the help of each command says.
func TestHelpHasExamples(t *testing.T) {
	t.Parallel()
	var all []example
	for _, words := range append(leaves(t), nil) {
		out, err := exec.Command("assay", append(words, "--help")...).Output()
		if err != nil {
			t.Fatalf("%v --help: %v", words, err)
		}
		found := examplesIn(string(out))
		if len(found) == 0 {
			t.Errorf("the help of %v has no example", words)
		}
		for _, x := range found {
			all = append(all, example{command: x.command, status: x.status})
		}
	}
	runAll(t, all)
}

// TestReadme runs the commands of README.md, whose output has to be what is
// shown, and looks for the make targets and files that it names.
func TestReadme(t *testing.T) {
	t.Parallel()
	text, makefile := read(t, "README.md"), read(t, "Makefile")
	for _, m := range regexp.MustCompile("[$`] ?make ([a-z-]+)").FindAllStringSubmatch(text, -1) {
		if !strings.Contains(makefile, "\n"+m[1]+":") {
			t.Errorf("README.md names make %s, which the Makefile has not", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`\]\(([^)#:]+)\)`).FindAllStringSubmatch(text, -1) {
		if _, err := os.Stat(filepath.Join(root(t), m[1])); err != nil {
			t.Errorf("README.md points to %s: %v", m[1], err)
		}
	}
	runAll(t, slices.DeleteFunc(examplesIn(text), func(x example) bool {
		return strings.HasPrefix(x.command, "make ") || strings.HasPrefix(x.command, "go build ")
	}))
}

// TestTemplateReadme walks the README of a template, in its folder.
func TestTemplateReadme(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if out, err := exec.Command("assay", "adapter", "new", "--lang", "python", filepath.Join(dir, "acme")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	text, err := os.ReadFile(filepath.Join(dir, "acme", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	runIn(t, filepath.Join(dir, "acme"), examplesIn(string(text)))
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root(t), name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// examplesIn are the commands in the indented blocks of a text.
func examplesIn(text string) []example {
	var all []example
	shown := false
	for line := range strings.Lines(text) {
		block, indented := strings.CutPrefix(strings.TrimRight(line, "\n"), "    ")
		command, begins := strings.CutPrefix(block, "$ ")
		switch {
		case indented && begins:
			all = append(all, example{command: command})
			shown = true
		case indented && shown && strings.HasPrefix(block, "exit status "):
			all[len(all)-1].status = strings.TrimPrefix(block, "exit status ")
		case indented && shown && strings.TrimSpace(block) != "...":
			all[len(all)-1].shows = append(all[len(all)-1].shows, block)
		case !indented && strings.TrimSpace(line) != "":
			shown = false
		}
	}
	return all
}

// holds validates the JSON files that examples have written.
func holds(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		var document struct{ Schema string }
		if err == nil {
			err = json.Unmarshal(text, &document)
		}
		if err == nil {
			err = spec.Validate(document.Schema, text)
		}
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(file), err)
		}
	}
}

// serves runs a command that serves until it is interrupted.
func serves(t *testing.T, dir, command string) {
	t.Helper()
	c := exec.Command("sh", "-c", "exec "+command)
	c.Dir = dir
	said, err := c.StderrPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(said).ReadString('\n')
	if err != nil || !strings.Contains(line, "listening") {
		t.Errorf("$ %s\nsays %q: %v", command, line, err)
	}
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Error(err)
	}
	_ = c.Wait() // ends by the interrupt
}

// runAll runs examples in one folder, each once, and those that verify at the
// end. A mutant has to be non-conformant, everything else fine.
func runAll(t *testing.T, all []example) {
	t.Helper()
	dir := t.TempDir()
	furnish(t, dir)
	defer holds(t, dir)
	runIn(t, dir, all)
}

// runIn runs examples in a folder.
func runIn(t *testing.T, dir string, all []example) {
	t.Helper()
	if len(all) == 0 {
		t.Error("there are no examples")
	}
	verifies := func(x example) int { return strings.Count(x.command, "assay verify") }
	slices.SortStableFunc(all, func(a, b example) int { return verifies(a) - verifies(b) })
	done := map[string]bool{}
	for _, x := range all {
		if done[x.command] {
			continue
		}
		done[x.command] = true
		if strings.Contains(x.command, "--listen") {
			serves(t, dir, x.command)
			continue
		}
		c := exec.Command("sh", "-c", x.command)
		c.Dir = dir
		out, err := c.CombinedOutput()
		exit, failed := errors.AsType[*exec.ExitError](err)
		code := exitOK
		if failed {
			code = exit.ExitCode()
		} else if err != nil {
			t.Fatal(err)
		}
		want := exitOK
		if strings.Contains(x.command, "mutant:") {
			want = exitNonConformant
		}
		if x.status != "" {
			want, _ = strconv.Atoi(x.status)
		}
		if code != want {
			t.Errorf("$ %s\nended with %d; want %d\n%s", x.command, code, want, out)
		}
		for _, line := range x.shows {
			if !strings.Contains("\n"+string(out), "\n"+line+"\n") {
				t.Errorf("$ %s\ndoes not print %q\n%s", x.command, line, out)
			}
		}
	}
}
