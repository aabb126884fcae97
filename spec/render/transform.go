package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	extension "github.com/yuin/goldmark/extension/ast"

	"github.com/assay-cbdc/assay/spec"
)

// A transformer turns the tree of one chapter into that of the page.
type transformer struct {
	chapter string
	source  []byte
	anchors anchors
	taken   map[string]bool // anchors that stand somewhere already
	heads   []entry
	err     error
}

// An entry is one line of the table of contents.
type entry struct{ Anchor, Title string }

// kindRequirement is a numbered paragraph.
var kindRequirement = ast.NewNodeKind("Requirement")

type requirement struct {
	ast.BaseBlock
	id spec.ID
}

func (*requirement) Kind() ast.NodeKind              { return kindRequirement }
func (r *requirement) Dump(source []byte, level int) { ast.DumpHelper(r, source, level, nil, nil) }
func plain(n ast.Node, source []byte) string         { return string(textOf(n, source)) }
func (t *transformer) once(id string) bool           { was := t.taken[id]; t.taken[id] = true; return !was }
func (t *transformer) failed(format string, values ...any) {
	t.err = fmt.Errorf(t.chapter+": "+format, values...)
}

// textOf returns the text below a node without markup.
func textOf(n ast.Node, source []byte) []byte {
	var out []byte
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.Text:
			if entering {
				out = append(out, n.Segment.Value(source)...)
				if n.SoftLineBreak() {
					out = append(out, ' ')
				}
			}
		case *ast.String:
			if entering {
				out = append(out, n.Value...)
			}
		}
		return ast.WalkContinue, nil
	})
	return out
}

// apply changes the tree. Names are linked first, before requirements are
// wrapped, so that one does not link to itself.
func (t *transformer) apply(doc ast.Node) error {
	for n := doc.FirstChild(); n != nil; {
		next := n.NextSibling()
		t.block(doc, n)
		n = next
	}
	t.link(doc)
	return t.err
}

func (t *transformer) block(doc, n ast.Node) {
	switch n := n.(type) {
	case *ast.Heading:
		t.heading(n)
	case *ast.Paragraph:
		t.paragraph(doc, n)
	case *ast.List:
		for item := n.FirstChild(); item != nil; item = item.NextSibling() {
			first, _, _ := strings.Cut(plain(item, t.source), " ")
			if weakness.MatchString("- "+first+" ") && t.once(first) {
				item.SetAttributeString("id", []byte(first))
			}
		}
	case *extension.Table:
		t.table(n)
	}
}

func (t *transformer) heading(n *ast.Heading) {
	title := plain(n, t.source)
	id := slug(t.chapter)
	if n.Level > 1 {
		id = headingAnchor(t.chapter, title)
	}
	if !t.once(id) {
		t.failed("two headings have the anchor %s", id)
	}
	n.SetAttributeString("id", []byte(id))
	if n.Level <= 2 {
		t.heads = append(t.heads, entry{id, title})
	}
}

// paragraph wraps a numbered one, without its number and attribute line.
func (t *transformer) paragraph(doc ast.Node, n *ast.Paragraph) {
	strong, ok := n.FirstChild().(*ast.Emphasis)
	if !ok || strong.Level != 2 {
		return
	}
	m := requirementStart.FindStringSubmatch("**" + plain(strong, t.source) + "** ")
	if m == nil {
		return
	}
	if !t.once(m[1]) {
		t.failed("%s stands twice", m[1])
	}
	n.RemoveChild(n, strong)
	if last, ok := n.LastChild().(*ast.CodeSpan); ok && strings.HasPrefix(plain(last, t.source), "class=") {
		n.RemoveChild(n, last)
	}
	wrap := &requirement{id: spec.ID(m[1])}
	doc.ReplaceChild(doc, n, wrap)
	wrap.AppendChild(wrap, n)
}

var rulesComment = regexp.MustCompile(`^<!-- rules ([A-Za-z.]+) -->`)

// table gives the rows of what is listed by name or number their anchors.
func (t *transformer) table(n *extension.Table) {
	list := ""
	if before, ok := n.PreviousSibling().(*ast.HTMLBlock); ok {
		if m := rulesComment.FindStringSubmatch(string(before.Lines().Value(t.source))); m != nil {
			list = m[1]
			n.SetAttributeString("rules", []byte(list))
			n.SetAttributeString("id", []byte("rules-"+list))
		}
	}
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		first := plain(row.FirstChild(), t.source)
		name, id := rowName.FindStringSubmatch("| "+first+" |"), ""
		switch {
		case row.Kind() == extension.KindTableHeader:
		case list != "":
			id = list + "-" + first
		case name != nil:
			id = name[1]
		case t.chapter == "refusals.md" && t.anchors[first] != "":
			id = t.anchors[first]
		}
		if id != "" && t.once(id) {
			row.SetAttributeString("id", []byte(id))
		}
	}
}

// link turns names in running text into links, and the chapters' own links into
// links within the page.
func (t *transformer) link(doc ast.Node) {
	var texts []*ast.Text
	var spans []*ast.CodeSpan
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			return ast.WalkSkipChildren, nil
		case *ast.Link:
			target, ok := t.anchors.target(t.chapter, string(n.Destination))
			if !ok {
				t.failed("the page has no place for the link %s", n.Destination)
			}
			n.Destination = []byte(target)
			return ast.WalkSkipChildren, nil
		case *ast.CodeSpan:
			spans = append(spans, n)
			return ast.WalkSkipChildren, nil
		case *extension.Table:
			if counts(n, t.source) {
				return ast.WalkSkipChildren, nil
			}
		case *ast.Text:
			texts = append(texts, n)
		}
		return ast.WalkContinue, nil
	})
	for _, n := range texts {
		t.linkText(n)
	}
	for _, n := range spans {
		if anchor := t.anchors[plain(n, t.source)]; anchor != "" && !rowHas(n, anchor) {
			parent, a := n.Parent(), linkTo(anchor)
			parent.ReplaceChild(parent, n, a)
			a.AppendChild(a, n)
		}
	}
}

// counts reports whether a table holds sizes, whose numbers are no codes.
func counts(n *extension.Table, source []byte) bool {
	head := plain(n.FirstChild().FirstChild(), source)
	return strings.HasPrefix(head, "bytes") || strings.HasPrefix(head, "APDUs")
}

// rowHas reports whether a node stands in the very row of an anchor.
func rowHas(n ast.Node, anchor string) bool {
	for ; n != nil; n = n.Parent() {
		if id, ok := n.AttributeString("id"); ok && n.Kind() == extension.KindTableRow {
			return string(id.([]byte)) == anchor
		}
	}
	return false
}

// firstCell reports whether a node stands where a row is named or numbered.
func firstCell(n ast.Node) bool {
	for ; n != nil; n = n.Parent() {
		if n.Kind() == extension.KindTableCell {
			return n.PreviousSibling() == nil
		}
	}
	return false
}

func linkTo(anchor string) *ast.Link {
	l := ast.NewLink()
	l.Destination = []byte("#" + anchor)
	return l
}

func (t *transformer) linkText(n *ast.Text) {
	text := string(n.Segment.Value(t.source))
	at, parent := 0, n.Parent()
	put := func(node ast.Node) { parent.InsertBefore(parent, n, node) }
	for _, s := range t.anchors.names(text) {
		if rowHas(n, s.anchor) || number(text[s.from]) && firstCell(n) {
			continue
		}
		put(ast.NewString([]byte(text[at:s.from])))
		l := linkTo(s.anchor)
		l.AppendChild(l, ast.NewString([]byte(text[s.from:s.to])))
		put(l)
		at = s.to
	}
	if at == 0 {
		return
	}
	rest := text[at:]
	if n.SoftLineBreak() {
		rest += "\n"
	}
	put(ast.NewString([]byte(rest)))
	parent.RemoveChild(parent, n)
}
