package spec_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/assay-cbdc/assay/spec"
)

var (
	markdownLink = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading      = regexp.MustCompile(`(?m)^#{1,6} (.+)$`)
	notInAnchor  = regexp.MustCompile(`[^a-z0-9 _-]`)
)

// anchors are those that a reader of Markdown gives to the headings of a text.
func anchors(text string) map[string]bool {
	out := map[string]bool{}
	for _, m := range heading.FindAllStringSubmatch(text, -1) {
		out[strings.ReplaceAll(notInAnchor.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-")] = true
	}
	return out
}

// TestLinksResolve follows every link of every chapter, to files of the module
// and to headings.
func TestLinksResolve(t *testing.T) {
	count := 0
	for _, name := range spec.Chapters() {
		for _, m := range markdownLink.FindAllStringSubmatch(chapter(t, name), -1) {
			count++
			file, anchor, _ := strings.Cut(m[1], "#")
			if file == "" {
				file = name
			}
			text, err := os.ReadFile(filepath.FromSlash(file))
			if info, serr := os.Stat(filepath.FromSlash(file)); serr == nil && info.IsDir() {
				continue
			}
			switch {
			case err != nil:
				t.Errorf("%s links to %s: %v", name, m[1], err)
			case anchor != "" && !anchors(string(text))[anchor]:
				t.Errorf("%s links to %s, and %s has no such heading", name, m[1], file)
			}
		}
	}
	if count < 50 {
		t.Errorf("%d links found; the chapters have more", count)
	}
}

var sectionNamed = regexp.MustCompile(`\b([a-z]+\.md)\)?, section ([A-Z][A-Za-z -]*[a-z])`)

// TestSectionsNamedExist: "sync.md, section Settlement" has to be there.
func TestSectionsNamedExist(t *testing.T) {
	count := 0
	for _, name := range spec.Chapters() {
		for _, p := range spec.Paragraphs(chapter(t, name)) {
			for _, m := range sectionNamed.FindAllStringSubmatch(p.Text, -1) {
				count++
				found := false
				for _, h := range heading.FindAllStringSubmatch(chapter(t, m[1]), -1) {
					found = found || strings.HasPrefix(m[2], h[1]) || h[1] == m[2]
				}
				if !found {
					t.Errorf("%s:%d: %s has no section %q", name, p.Line, m[1], m[2])
				}
			}
		}
	}
	if count == 0 {
		t.Error("no section is named anywhere")
	}
}

// TestChaptersSayWhatTheySpecify holds each chapter to its first sentence.
func TestChaptersSayWhatTheySpecify(t *testing.T) {
	for _, name := range spec.Chapters() {
		want := "This chapter "
		if name == "README.md" {
			want = "This is a protocol for "
		}
		paragraphs := spec.Paragraphs(chapter(t, name))
		if len(paragraphs) < 2 || !strings.HasPrefix(paragraphs[0].Text, "# ") || !strings.HasPrefix(paragraphs[1].Text, want) {
			t.Errorf("%s does not begin with a title and %q", name, want)
		}
	}
}
