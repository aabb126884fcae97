package main

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/assay-cbdc/assay/spec"
)

// anchors are the places that text links to by their names.
type anchors map[string]string // name in the text, anchor

var (
	requirementStart = regexp.MustCompile(`^\*\*([A-Z]{3}-[0-9]{2})\*\* `)
	rowName          = regexp.MustCompile(`(?m)^\| (TH-[0-9]{2}|M-[0-9]{2}|G[0-9]{1,2})( [a-z ]+)? \|`)
	weakness         = regexp.MustCompile(`(?m)^- (W[0-9]{1,2}) `)
	// a name in running text that may be one of them
	nameInText = regexp.MustCompile(`\b([A-Z]{2,3}-[0-9]{2}|M-[0-9]{2}|[GW][0-9]{1,2}|[a-z]+\.md|[1-5][0-9]{2})\b`)
	// what makes a number another thing than a refusal code
	beforeNumber = regexp.MustCompile(`((RFC|FIPS|ISO|suite|draft|first|last|certificates|[Mm]ember)\s\(?|[-–,.^/:0-9])$`)
	afterNumber  = regexp.MustCompile(`^([,.:][0-9]|\s?(bytes?|B|%|ms|EUR|epochs?|entries|points|payments|kB|to [0-9]|-)\b|-[0-9a-z])`)
)

// collect finds every name that has a place in the chapters.
func collect() (anchors, error) {
	found := anchors{"protocol.cddl": "protocol-cddl"}
	for _, name := range spec.Chapters() {
		text, err := spec.Chapter(name)
		if err != nil {
			return nil, err
		}
		found[name] = slug(name)
		for _, p := range spec.Paragraphs(string(text)) {
			if m := requirementStart.FindStringSubmatch(p.Text); m != nil {
				found[m[1]] = m[1]
			}
		}
		for _, m := range rowName.FindAllStringSubmatch(string(text), -1) {
			found[m[1]] = m[1]
		}
		for _, m := range weakness.FindAllStringSubmatch(string(text), -1) {
			found[m[1]] = m[1]
		}
	}
	for _, c := range spec.Codes() {
		found[strconv.Itoa(int(c.Code))] = codeAnchor(c.Code)
		found[c.Name] = codeAnchor(c.Code)
	}
	return found, nil
}

func codeAnchor(c spec.Code) string { return "code-" + strconv.Itoa(int(c)) }

// slug is the anchor of a chapter.
func slug(chapter string) string { return strings.ToLower(strings.TrimSuffix(chapter, ".md")) }

var notInAnchor = regexp.MustCompile(`[^a-z0-9 _-]`)

// headingAnchor is that of a heading within a chapter, by the rule that readers
// of Markdown have for a file.
func headingAnchor(chapter, title string) string {
	return slug(chapter) + "-" + strings.ReplaceAll(notInAnchor.ReplaceAllString(strings.ToLower(title), ""), " ", "-")
}

// A span is a name found in a text.
type span struct {
	from, to int
	anchor   string
}

// names finds the names in running text.
func (a anchors) names(text string) []span {
	var list []span
	for _, m := range nameInText.FindAllStringIndex(text, -1) {
		word := text[m[0]:m[1]]
		anchor, ok := a[word]
		if !ok {
			continue
		}
		if number(word[0]) && (beforeNumber.MatchString(text[:m[0]]) || afterNumber.MatchString(text[m[1]:])) {
			continue
		}
		list = append(list, span{m[0], m[1], anchor})
	}
	return list
}

func number(first byte) bool { return first >= '1' && first <= '5' }

// target turns a link of a chapter into one within the page.
func (a anchors) target(chapter, link string) (string, bool) {
	file, heading, _ := strings.Cut(link, "#")
	if file == "" {
		file = chapter
	}
	anchor, ok := a[file]
	if heading != "" {
		anchor += "-" + heading
	}
	return "#" + anchor, ok
}
