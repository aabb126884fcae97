package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"regexp"
	"slices"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/spec/diagram"
)

//go:embed page.css
var style string

//go:embed page.html.tmpl
var layout string

// A chapter is one as the page has it.
type chapter struct {
	Heading  entry
	Sections []entry
	HTML     template.HTML
}

// An area is the requirements that begin alike.
type area struct {
	Name         string
	Requirements []spec.Requirement
}

// render returns the page.
func render(plots []plot) ([]byte, error) {
	known, err := collect()
	if err != nil {
		return nil, err
	}
	byName := map[string]template.HTML{}
	for _, p := range plots {
		byName["sizes-payment"] += p.html
	}
	byName["sizes-payment"] = `<div class="plots">` + byName["sizes-payment"] + `</div>`
	taken := map[string]bool{"protocol-cddl": true, "index": true, "contents": true}
	var chapters []chapter
	for _, name := range spec.Chapters() {
		c, err := renderChapter(name, known, taken, byName)
		if err != nil {
			return nil, err
		}
		chapters = append(chapters, c)
	}
	grammar, err := spec.Chapter("protocol.cddl")
	if err != nil {
		return nil, err
	}
	page, err := template.New("page").Parse(layout)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = page.Execute(&b, map[string]any{
		"Release": spec.Release, "Style": template.CSS(style + diagram.Style), "Chapters": chapters,
		"Grammar": string(grammar), "Areas": areas(), "Messages": messages(chapters), "Codes": spec.Codes(),
		"Count": len(spec.Requirements()),
	})
	return b.Bytes(), err
}

// renderChapter turns one chapter into HTML.
func renderChapter(name string, known anchors, taken map[string]bool, plots map[string]template.HTML) (chapter, error) {
	source, err := spec.Chapter(name)
	if err != nil {
		return chapter{}, err
	}
	md := goldmark.New(goldmark.WithExtensions(extension.Table), goldmark.WithRendererOptions(
		renderer.WithNodeRenderers(util.Prioritized(&writer{chapter: name, plots: plots}, 1)),
	))
	doc := md.Parser().Parse(text.NewReader(source))
	t := &transformer{chapter: name, source: source, anchors: known, taken: taken}
	if err := t.apply(doc); err != nil {
		return chapter{}, err
	}
	var b bytes.Buffer
	if err := md.Renderer().Render(&b, source, doc); err != nil {
		return chapter{}, err
	}
	if len(t.heads) == 0 {
		return chapter{}, fmt.Errorf("%s has no title", name)
	}
	return chapter{Heading: t.heads[0], Sections: t.heads[1:], HTML: template.HTML(b.String())}, nil
}

// areas groups the requirements by the first three letters of their numbers.
func areas() []area {
	var list []area
	for _, r := range spec.Requirements() {
		name := string(r.ID[:3])
		i := slices.IndexFunc(list, func(a area) bool { return a.Name == name })
		if i < 0 {
			list = append(list, area{Name: name})
			i = len(list) - 1
		}
		list[i].Requirements = append(list[i].Requirements, r)
	}
	for _, a := range list {
		slices.SortFunc(a.Requirements, func(a, b spec.Requirement) int { return bytes.Compare([]byte(a.ID), []byte(b.ID)) })
	}
	return list
}

var exampleID = regexp.MustCompile(`<details class="hex" id="([A-Z0-9_]+)">`)

// messages are those with an example, in the order of the page.
func messages(chapters []chapter) []string {
	var list []string
	for _, c := range chapters {
		for _, m := range exampleID.FindAllStringSubmatch(string(c.HTML), -1) {
			list = append(list, m[1])
		}
	}
	return list
}
