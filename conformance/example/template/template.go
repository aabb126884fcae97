// Package template holds working toy adapters in four languages: the form into
// which a vendor puts calls to a product. `assay adapter new` writes them.
package template

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

//go:embed all:python all:go all:typescript all:c
var files embed.FS

// A Language is one that there is a template for.
type Language struct {
	Name string
	// Build are the commands that make the adapter, run in its folder; Run is the
	// TARGET that drives it from there.
	Build []string
	Run   string
}

// Languages are all of them.
func Languages() []Language {
	return []Language{
		{"go", []string{"go build -o wallet ."}, "exec:./wallet"},
		{"python", nil, "exec:python3 wallet.py"},
		{"typescript", []string{"npm install", "npx tsc"}, "exec:node wallet.js"},
		{"c", []string{"make"}, "exec:./wallet"},
	}
}

// Lookup finds a language by name.
func Lookup(name string) (Language, error) {
	var names []string
	for _, l := range Languages() {
		if l.Name == name {
			return l, nil
		}
		names = append(names, l.Name)
	}
	return Language{}, fmt.Errorf("there is no template in %q; there are %s", name, strings.Join(names, ", "))
}

// Files are a template's files by name, its README filled in. Names that a Go
// tool would take for this module's own are kept with a suffix.
func (l Language) Files() (map[string][]byte, error) {
	all := map[string][]byte{}
	entries, err := fs.ReadDir(files, l.Name)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		text, err := files.ReadFile(l.Name + "/" + e.Name())
		if err != nil {
			return nil, err
		}
		all[strings.TrimSuffix(e.Name(), ".txt")] = text
	}
	all["README.md"] = []byte(l.readme())
	return all, nil
}

// Write writes a template into a folder, which is made if it is not there and
// must be empty. It returns the names written, sorted.
func (l Language) Write(dir string) ([]string, error) {
	all, err := l.Files()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	old, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	if len(old) > 0 {
		return nil, fmt.Errorf("the folder %s is not empty (%s is there); name a new one, so that nothing is overwritten", dir, old[0].Name())
	}
	names := slices.Sorted(maps.Keys(all))
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(dir, name), all[name], 0o644); err != nil {
			return nil, err
		}
	}
	return names, nil
}
