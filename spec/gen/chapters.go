package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/assay-cbdc/assay/spec"
)

var marker = regexp.MustCompile(`(?s)<!-- example ([A-Z0-9_]+) -->\n.*?<!-- end example -->`)

// chapterFiles returns the chapters with their examples and generated
// sections filled in.
func chapterFiles(dir string) (map[string][]byte, error) {
	made, card, err := examples()
	if err != nil {
		return nil, err
	}
	sections, err := makers()
	if err != nil {
		return nil, err
	}
	out := map[string][]byte{}
	used, written := map[string]bool{}, map[string]bool{}
	for _, chapter := range spec.Chapters() {
		text, err := os.ReadFile(filepath.Join(dir, chapter))
		if err != nil {
			return nil, err
		}
		var missing error
		shown := marker.ReplaceAllStringFunc(string(text), func(m string) string {
			name := marker.FindStringSubmatch(m)[1]
			e, ok := made[name]
			if !ok {
				missing = fmt.Errorf("%s: no example %s", chapter, name)
			}
			used[name] = true
			return e.markdown(name)
		})
		if missing != nil {
			return nil, missing
		}
		if shown, err = filled(shown, sections, written); err != nil {
			return nil, fmt.Errorf("%s: %w", chapter, err)
		}
		shown = apduMarker.ReplaceAllLiteralString(shown, card)
		out[chapter] = []byte(shown)
	}
	for name := range made {
		if !used[name] {
			return nil, fmt.Errorf("example %s has no place in a chapter", name)
		}
	}
	for name := range sections {
		if !written[name] {
			return nil, fmt.Errorf("section %s has no place in a chapter", name)
		}
	}
	return out, nil
}

// An example is one message and what it shows.
type example struct {
	bytes  []byte
	object bool // a signed object
	about  string
	parts  []string // names of the items of the outermost array
}

func (e example) markdown(name string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<!-- example %s -->\n%s %d bytes:\n\n```hex message=%s\n", name, e.about, len(e.bytes), name)
	b.WriteString(annotate(e))
	b.WriteString("\n```\n<!-- end example -->")
	return b.String()
}
