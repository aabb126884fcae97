// Command gen writes the generated files of package spec: the constants of
// requirements and refusal codes, and the examples inside the chapters.
//
// Run it from the root of the module: go run ./spec/gen. It writes nothing
// that is already right.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if err := run("spec"); err != nil {
		fmt.Fprintln(os.Stderr, "spec/gen:", err)
		os.Exit(1)
	}
}

// run brings the generated files of the directory up to date.
func run(dir string) error {
	out, err := generate(dir)
	if err != nil {
		return err
	}
	for name, text := range out {
		path := filepath.Join(dir, name)
		if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, text) {
			continue
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// generate returns the text of each generated file by name within dir.
func generate(dir string) (map[string][]byte, error) {
	ids, err := idsFile(dir)
	if err != nil {
		return nil, err
	}
	codes, err := codesFile(dir)
	if err != nil {
		return nil, err
	}
	out, err := chapterFiles(dir)
	if err != nil {
		return nil, err
	}
	out["ids.go"], out["codes.go"] = ids, codes
	return out, nil
}
