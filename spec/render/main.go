// Command render writes the chapters of the specification as one page that
// holds everything it shows: no script, no request, an anchor for every
// requirement, message, rule and refusal code.
//
// Run it from the root of the module: go run ./spec/render. It writes spec.html
// and the plots of sizes.md.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	out := flag.String("out", filepath.Join("reports", "out"), "the folder that the page and its plots are written to")
	flag.Parse()
	if err := run(*out); err != nil {
		fmt.Fprintln(os.Stderr, "spec/render:", err)
		os.Exit(1)
	}
}

func run(dir string) error {
	plots, err := sizePlots()
	if err != nil {
		return err
	}
	page, err := render(plots)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	files := map[string][]byte{"spec.html": page}
	for _, p := range plots {
		for name, b := range p.files {
			files[name] = b
		}
	}
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			return err
		}
	}
	fmt.Println(filepath.Join(dir, "spec.html"))
	return nil
}
