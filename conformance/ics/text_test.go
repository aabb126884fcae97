package ics_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/ics"
	"github.com/assay-cbdc/assay/spec"
)

func chapter(t *testing.T) string {
	t.Helper()
	text, err := spec.Chapter("ics.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestChapterHasEveryRule holds the table of static review against the rules.
func TestChapterHasEveryRule(t *testing.T) {
	_, table, _ := strings.Cut(chapter(t), "## Static review")
	var want, got []string
	for _, m := range regexp.MustCompile(`(?m)^\| ([a-z ]+) \| (?:I|p)`).FindAllStringSubmatch(table, -1) {
		want = append(want, m[1])
	}
	for _, r := range ics.ReviewRules() {
		got = append(got, r.Name)
	}
	if !slices.Equal(got, want) {
		t.Errorf("the rules are %q; spec/ics.md has %q", got, want)
	}
}

// TestQuestionsAreTheMembers holds questions, tables, schemas and types together.
func TestQuestionsAreTheMembers(t *testing.T) {
	for _, file := range []struct {
		schema    string
		questions []ics.Question
		of        any
	}{
		{ics.ICSSchema, ics.ICSQuestions(), ics.ICS{}},
		{ics.IXITSchema, ics.IXITQuestions(), ics.IXIT{}},
	} {
		var keys, members []string
		for _, q := range file.questions {
			keys = append(keys, q.Key)
			if row := "| `" + q.Key + "` | " + q.Asks + " | `" + q.Like + "` |"; !strings.Contains(chapter(t), row) {
				t.Errorf("spec/ics.md has no row %s", row)
			}
		}
		for _, f := range reflect.VisibleFields(reflect.TypeOf(file.of)) {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			members = append(members, name)
		}
		if !slices.Equal(keys, members) {
			t.Errorf("%s: the questions are %q; the members %q", file.schema, keys, members)
		}
		text, err := spec.Schema(file.schema)
		if err != nil {
			t.Fatal(err)
		}
		var schema struct{ Properties map[string]any }
		if err := json.Unmarshal(text, &schema); err != nil {
			t.Fatal(err)
		}
		if of := slices.Sorted(maps.Keys(schema.Properties)); !slices.Equal(of, slices.Sorted(slices.Values(keys))) {
			t.Errorf("%s: the schema has %q", file.schema, of)
		}
	}
}

// wallet is a product that says something of everything that hello can say.
func wallet() adapter.Implementation {
	most := adapter.Amount(900)
	return adapter.Implementation{
		Version: 1, Vendor: "Acme: \"Ltd\"", Product: "Wallet", Release: "1.0", Class: "BH", Tier: "simulator", Family: "B",
		Shapes: []adapter.Shape{adapter.Hooked}, Roles: []adapter.Role{adapter.RoleDevice, adapter.RoleLedger},
		Capabilities: []adapter.Capability{adapter.CapQuery, adapter.CapPowerCycle, adapter.CapTelecom}, Provision: adapter.ProvisionDone,
		Lifecycle: adapter.LifecycleNone, Units: 4, Limits: &adapter.Limits{MaxTx: &most},
		Telecom: &adapter.Telecom{Frame: 140, Answer: 60},
	}
}

// TestWrittenFilesAreRead: what ics new writes says what hello says, and every
// answer that stands as a comment is of the right form.
func TestWrittenFilesAreRead(t *testing.T) {
	own, bench := ics.FromHello(wallet())
	text, err := own.Text()
	if err != nil {
		t.Fatal(err)
	}
	back, err := ics.ParseICS("ics.yaml", text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if !reflect.DeepEqual(back, own) {
		t.Errorf("read back as %+v, written as %+v", back, own)
	}
	xtext, err := bench.Text()
	if err != nil {
		t.Fatal(err)
	}
	xback, err := ics.ParseIXIT("ixit.yaml", xtext)
	if err != nil || !reflect.DeepEqual(xback, bench) {
		t.Fatalf("%v\n%s\n%+v", err, xtext, xback)
	}
	answer := regexp.MustCompile(`(?m)^# ([a-z_]+: )`)
	for _, line := range answer.FindAllStringSubmatch(string(text)+string(xtext), -1) {
		key := strings.TrimSuffix(line[1], ": ")
		if key == "kit" {
			continue // takes the role kit too
		}
		filled := strings.Replace(string(text), "# "+line[1], line[1], 1)
		if _, err := ics.ParseICS("ics.yaml", []byte(filled)); err != nil {
			t.Errorf("%s: %v", key, err)
		}
		filled = strings.Replace(string(xtext), "# "+line[1], line[1], 1)
		if _, err := ics.ParseIXIT("ixit.yaml", []byte(filled)); err != nil {
			t.Errorf("%s: %v", key, err)
		}
	}
}
