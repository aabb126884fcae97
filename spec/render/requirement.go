package main

import (
	"fmt"
	"html"
	"slices"
	"strings"
	"sync"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"

	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/conformance/mutant"
	"github.com/assay-cbdc/assay/spec"
)

// A jury is what judges a requirement: checks, and the mutants that prove that
// they do.
type jury struct{ checks, mutants []string }

var juries = sync.OnceValue(func() map[spec.ID]jury {
	all := map[spec.ID]jury{}
	for _, c := range check.All() {
		for _, id := range c.Cites {
			j := all[id]
			j.checks = append(j.checks, c.ID)
			all[id] = j
		}
	}
	for _, m := range mutant.All() {
		j := all[m.Breaks]
		j.mutants = append(j.mutants, m.Name)
		all[m.Breaks] = j
	}
	return all
})

// requirement writes a numbered paragraph with its attributes below.
func (w *writer) requirement(b util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	id := n.(*requirement).id
	r, inForce := spec.Lookup(id)
	if entering {
		class := "withdrawn"
		if inForce {
			class = strings.ToLower(string(r.Level))
		}
		fmt.Fprintf(b, `<section class="req %s" id="%s"><a class="number" href="#%[2]s">%[2]s</a>`, class, id)
		return ast.WalkContinue, nil
	}
	if inForce {
		_, _ = b.WriteString(badges(r) + judged(r))
	}
	_, _ = b.WriteString("</section>\n")
	return ast.WalkContinue, nil
}

// badges has the attribute line.
func badges(r spec.Requirement) string {
	var b strings.Builder
	badge := func(class, name, text string) {
		if text != "" {
			fmt.Fprintf(&b, `<li class="%s"><span>%s</span> %s</li>`, class, name, text)
		}
	}
	b.WriteString(`<ul class="badges">`)
	badge("level", "", string(r.Level))
	var classes []string
	for _, c := range r.Classes {
		classes = append(classes, string(c))
	}
	badge("", "class", strings.Join(classes, " "))
	badge("", "reach", string(r.Reach))
	badge("", "families", strings.Join(r.Families, " "))
	badge("", "when", html.EscapeString(strings.Join(r.When, " ")))
	badge("", "how", strings.Join(r.How, " "))
	var threats []string
	for _, t := range r.Threats {
		threats = append(threats, fmt.Sprintf(`<a href="#%s">%[1]s</a>`, t))
	}
	badge("", "threats", strings.Join(threats, " "))
	badge("", "since", r.Since)
	badge("excluded", "not tested:", html.EscapeString(r.Excluded))
	b.WriteString("</ul>")
	return b.String()
}

// judged names checks and mutants.
func judged(r spec.Requirement) string {
	j := juries()[r.ID]
	names := func(list []string) string {
		list = slices.Clone(list)
		for i, name := range list {
			list[i] = "<code>" + html.EscapeString(name) + "</code>"
		}
		return strings.Join(list, " ")
	}
	var b strings.Builder
	if len(j.checks)+len(j.mutants) == 0 {
		return ""
	}
	b.WriteString(`<dl class="jury">`)
	if len(j.checks) > 0 {
		fmt.Fprintf(&b, "<dt>checks</dt><dd>%s</dd>", names(j.checks))
	}
	if len(j.mutants) > 0 {
		fmt.Fprintf(&b, "<dt>mutants</dt><dd>%s</dd>", names(j.mutants))
	}
	b.WriteString("</dl>")
	return b.String()
}
