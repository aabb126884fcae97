package judge_test

import (
	"encoding/hex"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/evidence"
	"github.com/assay-cbdc/assay/vectors"
)

// reasons are those for which package evidence finds nothing proven, as its
// source has them: it judges in plain code and has no list of rules.
func reasons(t *testing.T) (list []string) {
	t.Helper()
	paths, err := filepath.Glob("../../reference/evidence/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			c, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if f, ok := c.Fun.(*ast.Ident); !ok || f.Name != "notProven" {
				return true
			}
			text, err := strconv.Unquote(c.Args[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, text)
			return true
		})
	}
	return list
}

// said has a reason match what is said with its arguments filled in.
func said(reason string) *regexp.Regexp {
	verb := regexp.MustCompile(`%[a-z]`)
	return regexp.MustCompile("evidence: not proven: " + verb.ReplaceAllString(regexp.QuoteMeta(reason), ".+") + "$")
}

// unheard are reasons for which no vector is refused.
var unheard = map[string]string{
	"kind %d is not defined":            "the grammar has refused it",
	"no part of a token is drawn twice": "kind 9: what is no part of a token is read as a source, and its reason is said",
	// Kind 9 of family T is judged by checks and mutants; it has no vectors yet.
	"more than one debit for a part that was not brought": "family T",
	"the source has brought what is drawn":                "family T",
}

func TestEveryReasonOfEvidenceHasAVector(t *testing.T) {
	list, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	var heard []string
	for i := range list {
		for k := range list[i].Tests {
			if v := &list[i].Tests[k]; v.Kind == "evidence" && v.Negative() {
				heard = append(heard, refusal(t, &list[i], v))
			}
		}
	}
	all := reasons(t)
	if len(all) < 20 {
		t.Fatalf("%d reasons in the source", len(all))
	}
	for _, reason := range all {
		if unheard[reason] != "" {
			continue
		}
		found := false
		for _, text := range heard {
			found = found || said(reason).MatchString(text)
		}
		if !found {
			t.Errorf("no vector is refused for %q", reason)
		}
	}
}

func refusal(t *testing.T, f *vectors.File, v *vectors.Vector) string {
	t.Helper()
	text, _ := f.Object(v.Uses["root"])
	b, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	root, err := cert.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := hex.DecodeString(v.Input["object"])
	if err != nil {
		t.Fatal(err)
	}
	if _, err = evidence.Verify(bundle, root); err == nil {
		t.Fatalf("%s: proven", v.ID)
	}
	return err.Error()
}
