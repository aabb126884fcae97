package spec_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/spec/diagram"
)

// diagrams returns the diagrams of all chapters by what follows their fence;
// those of sequences are told apart by their place.
func diagrams(t *testing.T) map[string]diagram.Diagram {
	t.Helper()
	out := map[string]diagram.Diagram{}
	for _, name := range spec.Chapters() {
		for _, b := range spec.Blocks(chapter(t, name)) {
			if !diagram.Is(b.Info) {
				continue
			}
			d, err := diagram.Parse(b.Info, b.Text)
			if err != nil {
				t.Errorf("%s:%d: %v", name, b.Line, err)
				continue
			}
			key := b.Info
			if key == "sequence" {
				key = name + " " + b.Text
			}
			out[key] = d
		}
	}
	return out
}

// constants are the names of package device's constants of one type, and the
// values of those that are text.
func constants(t *testing.T, typ string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, file := range []string{"state.go", "step.go"} {
		f, err := parser.ParseFile(token.NewFileSet(), "../reference/device/"+file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			g, ok := n.(*ast.GenDecl)
			if !ok || g.Tok != token.CONST {
				return true
			}
			current := ""
			for _, s := range g.Specs {
				v := s.(*ast.ValueSpec)
				if ident, ok := v.Type.(*ast.Ident); ok {
					current = ident.Name
				}
				if current != typ {
					continue
				}
				value := ""
				if len(v.Values) == 1 {
					if lit, ok := v.Values[0].(*ast.BasicLit); ok {
						value = strings.Trim(lit.Value, `"`)
					}
				}
				out[v.Names[0].Name] = value
			}
			return false
		})
	}
	return out
}

// TestStatesAreThoseOfTheReference: a state that the reference gains or loses
// is missing in, or left over from, its diagram. An exception entry is a slot
// in a list of its own.
func TestStatesAreThoseOfTheReference(t *testing.T) {
	drawn := diagrams(t)
	for _, tt := range []struct {
		block, typ, prefix string
		beside             []string
	}{
		{"states slot", "SlotState", "Slot", []string{"EXCEPTION"}},
		{"states funding", "FundingState", "Funding", nil},
	} {
		want := slices.Clone(tt.beside)
		for name := range constants(t, tt.typ) {
			want = append(want, strings.ToUpper(strings.TrimPrefix(name, tt.prefix)))
		}
		got := slices.Clone(drawn[tt.block].Columns)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s has %v; the reference %v", tt.block, got, want)
		}
	}
}

var stepName = regexp.MustCompile(`\b[A-Z][1-4]'?`)

// TestStepsInDiagramsExist: every durable step that a diagram names is one of
// the reference's, and every step that moves value or a slot is drawn.
func TestStepsInDiagramsExist(t *testing.T) {
	steps := map[string]bool{}
	for _, value := range constants(t, "Step") {
		steps[value] = false
	}
	messages := []string{"M1", "M2", "M3", "M4"}
	for key, d := range diagrams(t) {
		for _, e := range d.Events {
			named := []string{e.Name}
			if strings.HasPrefix(key, "states ") {
				named = stepName.FindAllString(e.Text, -1)
			}
			for _, name := range named {
				if name == "" || slices.Contains(messages, name) {
					continue
				}
				if _, ok := steps[name]; !ok {
					t.Errorf("%s: the reference has no step %s", e.Text, name)
				}
				steps[name] = true
			}
		}
	}
	for _, name := range []string{"P1", "P2", "P3", "P3'", "Q1", "Q2", "Q4", "F1", "F2", "F3", "S1", "A1", "D1", "X1", "I1"} {
		if drawn, ok := steps[name]; !ok || !drawn {
			t.Errorf("step %s: drawn %v, of the reference %v", name, drawn, ok)
		}
	}
}
