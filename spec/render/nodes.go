package main

import (
	"fmt"
	"html"
	"html/template"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	extension "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"

	"github.com/assay-cbdc/assay/spec/diagram"
)

// A writer renders the nodes that the page has its own looks for.
type writer struct {
	chapter string
	plots   map[string]template.HTML // by the generated section that they stand before
	labels  []string                 // of the columns of the table that is open
	diagram int
}

// RegisterFuncs registers them.
func (w *writer) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(kindRequirement, w.requirement)
	r.Register(ast.KindHeading, w.heading)
	r.Register(ast.KindListItem, w.listItem)
	r.Register(ast.KindHTMLBlock, w.comment)
	r.Register(ast.KindFencedCodeBlock, w.fenced)
	r.Register(extension.KindTable, w.table)
	r.Register(extension.KindTableHeader, w.header)
	r.Register(extension.KindTableRow, w.row)
	r.Register(extension.KindTableCell, w.cell)
}

// idOf returns ` id="…"` of a node that has one.
func idOf(n ast.Node) string {
	if id, ok := n.AttributeString("id"); ok {
		return fmt.Sprintf(` id="%s"`, html.EscapeString(string(id.([]byte))))
	}
	return ""
}

func (w *writer) heading(b util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	level := n.(*ast.Heading).Level + 1 // the page has the one of level 1
	if entering {
		fmt.Fprintf(b, "<h%d%s>", level, idOf(n))
		return ast.WalkContinue, nil
	}
	if id, ok := n.AttributeString("id"); ok {
		fmt.Fprintf(b, ` <a class="here" href="#%s" aria-label="link to this section">#</a>`, id)
	}
	fmt.Fprintf(b, "</h%d>\n", level)
	return ast.WalkContinue, nil
}

func (w *writer) listItem(b util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		fmt.Fprintf(b, "<li%s>", idOf(n))
	} else {
		_, _ = b.WriteString("</li>\n")
	}
	return ast.WalkContinue, nil
}

var generated = regexp.MustCompile(`^<!-- generated ([a-z-]+) -->`)

// comment writes nothing for a marker, but the plots of what it marks.
func (w *writer) comment(b util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if m := generated.FindSubmatch(n.Lines().Value(source)); entering && m != nil {
		_, _ = b.WriteString(string(w.plots[string(m[1])]))
	}
	return ast.WalkSkipChildren, nil
}

func (w *writer) fenced(b util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	block, info := n.(*ast.FencedCodeBlock), ""
	if block.Info != nil {
		info = string(block.Info.Value(source))
	}
	text := string(block.Lines().Value(source))
	message, example := strings.CutPrefix(info, "hex message=")
	switch {
	case diagram.Is(info):
		w.diagram++
		svg, err := diagram.SVG(info, text, "Diagram "+fmt.Sprint(w.diagram)+" of "+w.chapter)
		if err != nil {
			return ast.WalkStop, fmt.Errorf("%s: %w", w.chapter, err)
		}
		fmt.Fprintf(b, `<figure class="drawing">%s</figure>`+"\n", svg)
	case example:
		fmt.Fprintf(b, `<details class="hex" id="%s"><summary>%[1]s in hex, annotated</summary><pre><code>%s</code></pre></details>`+"\n", message, commented(text))
	case strings.HasPrefix(info, "hex"):
		fmt.Fprintf(b, "<pre><code>%s</code></pre>\n", commented(text))
	default:
		fmt.Fprintf(b, "<pre><code>%s</code></pre>\n", html.EscapeString(text))
	}
	return ast.WalkSkipChildren, nil
}

// commented sets the comments of a hex dump apart.
func commented(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		bytes, comment, ok := strings.Cut(strings.TrimRight(line, "\n"), ";")
		if !ok {
			b.WriteString(html.EscapeString(bytes) + "\n")
			continue
		}
		fmt.Fprintf(&b, "%s<i>%s</i>\n", html.EscapeString(bytes), html.EscapeString(comment))
	}
	return b.String()
}

func (w *writer) table(b util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		_, _ = b.WriteString("</tbody></table></div>\n")
		return ast.WalkContinue, nil
	}
	w.labels = nil
	for c := n.FirstChild().FirstChild(); c != nil; c = c.NextSibling() {
		w.labels = append(w.labels, plain(c, source))
	}
	class := "table"
	_, rules := n.AttributeString("rules")
	switch {
	case counts(n.(*extension.Table), source):
		class += " counts"
	case rules:
		class += " rules stack"
	case len(w.labels) > 3:
		class += " stack"
	}
	fmt.Fprintf(b, `<div class="%s"%s><table>`, class, idOf(n))
	return ast.WalkContinue, nil
}

func (w *writer) header(b util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = b.WriteString("<thead><tr>")
	} else {
		_, _ = b.WriteString("</tr></thead><tbody>\n")
	}
	return ast.WalkContinue, nil
}

func (w *writer) row(b util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		fmt.Fprintf(b, "<tr%s>", idOf(n))
	} else {
		_, _ = b.WriteString("</tr>\n")
	}
	return ast.WalkContinue, nil
}

func (w *writer) cell(b util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	tag := "td"
	if n.Parent().Kind() == extension.KindTableHeader {
		tag = "th"
	}
	if !entering {
		fmt.Fprintf(b, "</%s>", tag)
		return ast.WalkContinue, nil
	}
	column := 0
	for c := n.PreviousSibling(); c != nil; c = c.PreviousSibling() {
		column++
	}
	label := ""
	if tag == "td" && column < len(w.labels) && w.labels[column] != "" {
		label = fmt.Sprintf(` data-label="%s"`, html.EscapeString(w.labels[column]))
	}
	fmt.Fprintf(b, "<%s%s>", tag, label)
	return ast.WalkContinue, nil
}
