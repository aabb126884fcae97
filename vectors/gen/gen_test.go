package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestFilesAreThoseThatTheGeneratorWrites(t *testing.T) {
	written := map[string]bool{}
	for _, f := range all() {
		path := filepath.Join("..", f.Name+".json")
		written[path] = true
		b, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
			continue
		}
		if !bytes.Equal(b, f.Encode()) {
			t.Errorf("%s is not what the generator writes; run: go run ./vectors/gen", f.Name)
		}
	}
	found, err := filepath.Glob("../*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range found {
		if !written[path] {
			t.Errorf("%s is of no recipe", path)
		}
	}
}
