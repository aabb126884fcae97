package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/assay-cbdc/assay/vectors"
)

func TestFilesAreThoseThatTheGeneratorWrites(t *testing.T) {
	written := map[string]bool{}
	for _, f := range all() {
		path := filepath.Join("..", f.Name+".json")
		packed := filepath.Join("..", "packed", f.Name+".json.gz")
		written[path], written[packed] = true, true
		b, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
			continue
		}
		gz, err := os.ReadFile(packed)
		if err != nil {
			t.Error(err)
			continue
		}
		same, err := vectors.Unpack(gz)
		if want := f.Encode(); err != nil || !bytes.Equal(b, want) || !bytes.Equal(same, want) {
			t.Errorf("%s is not what the generator writes; run: go run ./vectors/gen", f.Name)
		}
	}
	var found []string
	for _, pattern := range []string{"../*.json", "../packed/*"} {
		more, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, more...)
	}
	for _, path := range found {
		if !written[path] {
			t.Errorf("%s is of no recipe", path)
		}
	}
}
