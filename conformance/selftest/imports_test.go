package selftest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	module = "github.com/assay-cbdc/assay"
	root   = "../.."
)

// A source is one Go file that is not a test.
type source struct {
	name string // from the root
	file *ast.File
}

// sources are the module's packages by their folder.
func sources(t *testing.T) map[string][]source {
	t.Helper()
	all := map[string][]source{}
	files := token.NewFileSet()
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if base := d.Name(); name != root && (strings.HasPrefix(base, ".") || base == "testdata") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(files, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		from, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		from = filepath.ToSlash(from)
		all[path.Dir(from)] = append(all[path.Dir(from)], source{from, file})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// imports are the import paths of each folder's package; those of the module
// are shortened to their folder.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for folder, list := range sources(t) {
		seen := map[string]bool{}
		for _, s := range list {
			for _, i := range s.file.Imports {
				seen[strings.TrimPrefix(strings.Trim(i.Path.Value, `"`), module+"/")] = true
			}
		}
		all[folder] = slices.Sorted(maps.Keys(seen))
	}
	return all
}

// within says whether a package is the folder or below it.
func within(pkg, folder string) bool { return pkg == folder || strings.HasPrefix(pkg, folder+"/") }

// standard says whether an import is of the standard library.
func standard(pkg string, known map[string][]string) bool {
	first, _, _ := strings.Cut(pkg, "/")
	return known[pkg] == nil && !strings.Contains(first, ".")
}

// TestImportsGoDown holds the module to the directions of its layout. What a
// folder may never reach, it may not reach through another package either.
func TestImportsGoDown(t *testing.T) {
	direct := imports(t)
	reach := func(from string) map[string]bool {
		seen := map[string]bool{}
		var walk func(string)
		walk = func(pkg string) {
			for _, next := range direct[pkg] {
				if !seen[next] {
					seen[next] = true
					walk(next)
				}
			}
		}
		walk(from)
		return seen
	}
	const ginkgo, gonum = "github.com/onsi/ginkgo", "gonum.org"
	never := map[string][]string{
		"spec":                     {"reference", "conformance", "reports", "bench", "internal", "vectors", ginkgo, gonum},
		"reference":                {"conformance", "reports", "bench", "internal", "vectors", ginkgo, gonum},
		"vectors":                  {"conformance", "reports", "bench", "internal", ginkgo, gonum},
		"vectors/witness":          {"reference"},
		"conformance/adapter":      {"reference", "spec", "reports", "bench", "internal", "vectors", ginkgo, gonum},
		"conformance/stdio":        {"reference", "reports", "bench", "internal", ginkgo, gonum, "conformance/check"},
		"conformance/check":        {"reports", "bench", "internal", "conformance/suite", "conformance/mutant", ginkgo, gonum},
		"conformance/mutant":       {"reports", "bench", "internal", "conformance/suite", "conformance/check", ginkgo, gonum},
		"conformance/oddity":       {"reports", "bench", "internal", "conformance/suite", ginkgo, gonum},
		"conformance/simulator":    {"reports", "bench", "internal", "conformance/suite", "conformance/check", ginkgo, gonum},
		"conformance/selftest":     {"bench", "internal", "conformance/suite", ginkgo},
		"conformance/suite":        {"bench", "internal"},
		"reports":                  {"conformance/suite", "conformance/check", "conformance/mutant", "bench", "internal", ginkgo},
		"bench":                    {"conformance", "internal", ginkgo},
		"conformance/stdio/broken": {"reference", "reports", "bench"},
	}
	for folder, forbidden := range never {
		for pkg := range direct {
			if !within(pkg, folder) || pkg == "spec/gen" || pkg == "spec/render" { // programs: one writes examples with the reference, one draws its page with all there is
				continue
			}
			reached := reach(pkg)
			for _, other := range slices.Sorted(maps.Keys(reached)) {
				if slices.ContainsFunc(forbidden, func(f string) bool { return within(other, f) }) {
					t.Errorf("%s reaches %s", pkg, other)
				}
			}
		}
	}
	for pkg, list := range direct {
		for _, other := range list {
			switch {
			case pkg == "conformance/adapter" && !standard(other, direct):
				t.Errorf("the adapter, which vendors import, imports %s", other)
			case within(other, ginkgo) && pkg != "conformance/suite":
				t.Errorf("%s imports Ginkgo", pkg)
			case within(other, gonum) && pkg != "reports/chart":
				t.Errorf("%s imports gonum", pkg)
			}
		}
	}
}

// seeded are the names of math/rand/v2 that draw from nothing but a seed.
var seeded = []string{"New", "NewChaCha8", "NewPCG", "Rand", "ChaCha8", "PCG", "Source"}

// TestReferenceIsPure: nothing below reference reads a clock, draws randomness
// of its own, or does I/O.
func TestReferenceIsPure(t *testing.T) {
	forbidden := []string{"time", "crypto/rand", "math/rand", "os", "net", "syscall", "io/fs", "log", "flag", "path/filepath"}
	for folder, list := range sources(t) {
		if !within(folder, "reference") {
			continue
		}
		for _, s := range list {
			for _, i := range s.file.Imports {
				pkg := strings.Trim(i.Path.Value, `"`)
				if slices.ContainsFunc(forbidden, func(f string) bool { return pkg == f || f != "math/rand" && strings.HasPrefix(pkg, f+"/") }) {
					t.Errorf("%s imports %s", s.name, pkg)
				}
			}
			ast.Inspect(s.file, func(n ast.Node) bool {
				sel, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				if x, ok := sel.X.(*ast.Ident); ok && x.Name == "rand" && importsPath(s.file, "math/rand/v2") && !slices.Contains(seeded, sel.Sel.Name) {
					t.Errorf("%s draws with rand.%s", s.name, sel.Sel.Name)
				}
				return true
			})
		}
	}
}

func importsPath(f *ast.File, path string) bool {
	return slices.ContainsFunc(f.Imports, func(i *ast.ImportSpec) bool { return strings.Trim(i.Path.Value, `"`) == path })
}
