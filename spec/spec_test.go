package spec_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/spec/cddl"
)

func chapter(t *testing.T, name string) string {
	t.Helper()
	text, err := spec.Chapter(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var numbered = regexp.MustCompile(`^\*\*[A-Z]{3}-[0-9]{2}\*\* `)

func TestKeywordsStandInNumberedParagraphsOnly(t *testing.T) {
	for _, name := range spec.Chapters() {
		for _, p := range spec.Paragraphs(chapter(t, name)) {
			boilerplate := name == "README.md" && strings.HasPrefix(p.Text, "The key words ")
			if numbered.MatchString(p.Text) || boilerplate {
				continue
			}
			if words := spec.Keywords(p.Text); len(words) > 0 {
				t.Errorf("%s:%d: %v in a paragraph without a number", name, p.Line, words)
			}
		}
	}
}

func TestRequirementsAreWellFormed(t *testing.T) {
	conditions := spec.Conditions()
	threats := map[string]bool{}
	for _, threat := range spec.Threats() {
		threats[threat.ID] = true
	}
	excluded := 0
	for _, r := range spec.Requirements() {
		for _, when := range r.When {
			if !slices.Contains(conditions, when) {
				t.Errorf("%s: unknown condition %q", r.ID, when)
			}
		}
		for _, threat := range r.Threats {
			if !threats[threat] {
				t.Errorf("%s: unknown threat %s", r.ID, threat)
			}
		}
		for _, c := range r.Classes {
			if c != spec.ClassBH && c != spec.ClassRP {
				t.Errorf("%s: unknown class %s", r.ID, c)
			}
		}
		for _, how := range r.How {
			if !slices.Contains([]string{"KAT", "NEG", "BB", "TEAR", "CONC", "PROP", "SIM", "EVD"}, how) {
				t.Errorf("%s: unknown technique %s", r.ID, how)
			}
		}
		switch r.Reach {
		case spec.ReachOpaque, spec.ReachKit, spec.ReachRP:
		default:
			t.Errorf("%s: unknown reach %q", r.ID, r.Reach)
		}
		for _, family := range r.Families {
			if !slices.Contains([]string{"B", "T", "I", "S", "E"}, family) {
				t.Errorf("%s: unknown family %q", r.ID, family)
			}
		}
		if len(r.Families) == 0 {
			t.Errorf("%s: concerns no family", r.ID)
		}
		if r.Excluded != "" {
			excluded++
		}
		if got, ok := spec.Lookup(r.ID); !ok || got.Text != r.Text {
			t.Errorf("Lookup(%s) = %v, %v", r.ID, got, ok)
		}
	}
	if n := len(spec.Requirements()); excluded*100 > n*15 {
		t.Errorf("%d of %d requirements are excluded, more than 15 %%", excluded, n)
	}
}

func TestEveryThreatIsAnswered(t *testing.T) {
	answered := map[string]bool{}
	for _, r := range spec.Requirements() {
		for _, threat := range r.Threats {
			answered[threat] = true
		}
	}
	if n := len(spec.Threats()); n != 33 {
		t.Errorf("%d threats; want 33", n)
	}
	for _, threat := range spec.Threats() {
		if !answered[threat.ID] {
			t.Errorf("no requirement answers %s: %s", threat.ID, threat.Text)
		}
	}
}

func TestReleaseIsTheSetOfScoredRequirements(t *testing.T) {
	set, err := spec.LoadRelease(spec.Release)
	if err != nil {
		t.Fatal(err)
	}
	if set.Release != spec.Release || set.Protocol != spec.ProtocolVersion || set.Adapter != spec.AdapterVersion ||
		set.Report != spec.ReportVersion || set.Vectors != spec.VectorsVersion {
		t.Errorf("versions of the release file and of the package differ: %+v", set)
	}
	scored := map[spec.ID]bool{}
	for _, id := range set.Requirements {
		if scored[id] {
			t.Errorf("%s is listed twice", id)
		}
		scored[id] = true
	}
	for _, r := range spec.Requirements() {
		if scored[r.ID] != (r.Excluded == "") {
			t.Errorf("%s: scored %v, excluded %q", r.ID, scored[r.ID], r.Excluded)
		}
		delete(scored, r.ID)
	}
	for id := range scored {
		t.Errorf("the release scores %s, which the chapters do not have", id)
	}
}

func TestRefusalCodesCiteRequirementsInForce(t *testing.T) {
	for _, c := range spec.Codes() {
		if c.Meaning == "" || c.Code.String() != c.Name {
			t.Errorf("%d: name %s, meaning %q", c.Code, c.Code, c.Meaning)
		}
		for _, id := range c.Requirements {
			if _, ok := spec.Lookup(id); !ok {
				t.Errorf("%s cites %s, which is not in force", c.Name, id)
			}
		}
	}
	if got := spec.EReqUsed.String(); got != "E_REQ_USED" {
		t.Errorf("code 162 is %s", got)
	}
	if got := spec.Code(999).String(); got != "999" {
		t.Errorf("code 999 is %s", got)
	}
}

var (
	codeText    = regexp.MustCompile(`\b[1-5][0-9]{2}\b`)
	chapterLink = regexp.MustCompile(`\]\(([a-z]+\.md|README\.md)\)`)
)

func TestLinksBetweenChaptersResolve(t *testing.T) {
	for _, name := range spec.Chapters() {
		for _, m := range chapterLink.FindAllStringSubmatch(chapter(t, name), -1) {
			if _, err := spec.Chapter(m[1]); err != nil {
				t.Errorf("%s links to %s: %v", name, m[1], err)
			}
		}
	}
}

func TestCodesNamedInRequirementsExist(t *testing.T) {
	for _, r := range spec.Requirements() {
		if !strings.Contains(r.Text, "code") {
			continue
		}
		for _, n := range codeText.FindAllString(r.Text, -1) {
			found := slices.ContainsFunc(spec.Codes(), func(c spec.CodeInfo) bool {
				return n == strconv.Itoa(int(c.Code))
			})
			if !found {
				t.Errorf("%s names %s, which refusals.md does not have", r.ID, n)
			}
		}
	}
}

func TestEveryChapterIsListed(t *testing.T) {
	names, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if !slices.Contains(spec.Chapters(), name) {
			t.Errorf("%s is not listed in Chapters", name)
		}
		text := chapter(t, name)
		if strings.Contains(strings.ToLower(text), "intermittent") {
			t.Errorf("%s uses a word that means opposite things", name)
		}
		if name != "README.md" && !strings.Contains(chapter(t, "README.md"), "("+name+")") {
			t.Errorf("README.md does not link to %s", name)
		}
	}
}

func TestGrammarNamesResolve(t *testing.T) {
	text, err := os.ReadFile("protocol.cddl")
	if err != nil {
		t.Fatal(err)
	}
	g, err := cddl.Parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	if missing := g.Unresolved(); len(missing) > 0 {
		t.Errorf("protocol.cddl uses names that it does not define: %v", missing)
	}
}

func TestSchemasCompile(t *testing.T) {
	for _, name := range spec.Schemas() {
		if err := spec.Validate(name, []byte("[[]]")); err == nil {
			t.Errorf("%s accepts a list in a list", name)
		} else if _, ok := err.(*spec.SchemaError); !ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

var selectionRow = regexp.MustCompile("(?m)^\\| `((?:cap|limit|profile|suite)[a-z_:>1-]*)` \\|")

func TestSelectionTableHasEveryCondition(t *testing.T) {
	var words []string
	for _, m := range selectionRow.FindAllStringSubmatch(chapter(t, "adapter.md"), -1) {
		words = append(words, m[1])
	}
	slices.Sort(words)
	if want := spec.Conditions(); !slices.Equal(words, want) {
		t.Errorf("adapter.md has %v; the constants are %v", words, want)
	}
}
