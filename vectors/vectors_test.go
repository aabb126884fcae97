package vectors_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
	"github.com/assay-cbdc/assay/vectors/judge"
	"github.com/assay-cbdc/assay/vectors/witness"
)

func TestReferenceAndWitnessAgreeOnEveryVector(t *testing.T) {
	r := vectors.Check(judge.New(), witness.New())
	if !r.OK() || r.Vectors == 0 || len(r.ReferenceOnly) > 0 {
		t.Error(r.Text())
	}
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := spec.Validate(vectors.ReportSchema, b); err != nil {
		t.Error(err)
	}
}

func TestFilesHoldAgainstTheirSchema(t *testing.T) {
	paths, err := filepath.Glob("*.json")
	if err != nil || len(paths) == 0 {
		t.Fatal("no files", err)
	}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := spec.Validate(vectors.Schema, b); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// A judge that accepts every signature must not be asked about messages.
type gullible struct{ *reference }

type reference = judge.Judge

func (gullible) Verify(uint64, []byte, []byte, []byte) bool { return true }

func TestFailingPrimitivesEndTheCheck(t *testing.T) {
	r := vectors.Check(gullible{judge.New()})
	if r.OK() || r.Vectors != 0 || len(r.Problems) != 1 || r.Problems[0].File != "primitives" {
		t.Error(r.Text())
	}
}

func transferFile(t testing.TB) (string, []byte) {
	t.Helper()
	b, err := os.ReadFile("transfer.json")
	if err != nil {
		t.Fatal(err)
	}
	return "transfer", b
}

// TestLoaderProvesEachMutation edits a right file in one way and expects the
// loader to say what is wrong.
func TestLoaderProvesEachMutation(t *testing.T) {
	for name, c := range map[string]struct {
		edit func(f *vectors.File)
		want string
	}{
		"two mutations":        {func(f *vectors.File) { f.Find("transfer-050").Device = "closed" }, "differs from"},
		"no mutation":          {func(f *vectors.File) { v := f.Find("transfer-050"); v.Input = f.Find("transfer-001").Input }, "differs from"},
		"wrong offset":         {func(f *vectors.File) { f.Find("transfer-050").Mutation.Offset++ }, "new bytes are not there"},
		"huge offset":          {func(f *vectors.File) { f.Find("transfer-050").Mutation.Offset = 1<<63 - 1 }, "new bytes are not there"},
		"wrong old bytes":      {func(f *vectors.File) { f.Find("transfer-050").Mutation.Old = "00" }, "does not give the twin"},
		"nothing changes":      {func(f *vectors.File) { m := f.Find("transfer-050").Mutation; m.Old = m.New }, "changes nothing"},
		"wrong member":         {func(f *vectors.File) { f.Find("transfer-050").Mutation.Members = []string{"8"} }, "recorded are [8]"},
		"not signed again":     {func(f *vectors.File) { f.Find("transfer-050").Mutation.Signer = "payee" }, "does not verify"},
		"unknown signer":       {func(f *vectors.File) { f.Find("transfer-050").Mutation.Signer = "nobody" }, "no key"},
		"another twin":         {func(f *vectors.File) { f.Find("transfer-050").Twin = "transfer-002" }, "transfer-050"},
		"no such twin":         {func(f *vectors.File) { f.Find("transfer-050").Twin = "transfer-999" }, "no twin"},
		"no twin":              {func(f *vectors.File) { f.Find("transfer-050").Twin = "" }, "has a twin and a mutation"},
		"two members of state": {func(f *vectors.File) { f.Device("closed").Epoch++ }, "states differ in"},
		"valid and refused":    {func(f *vectors.File) { f.Find("transfer-050").Expect.Valid = true }, "not both"},
		"unknown code":         {func(f *vectors.File) { f.Find("transfer-050").Expect.Refused = 999 }, "not in refusals.md"},
		"unknown requirement":  {func(f *vectors.File) { f.Find("transfer-050").Requirement = "PAY-99" }, "is unknown"},
		"unknown flag":         {func(f *vectors.File) { f.Find("transfer-050").Flags = []string{"Odd"} }, "has no note"},
		"idle note":            {func(f *vectors.File) { f.Notes["Odd"] = vectors.Note{} }, "explains no vector"},
		"repeated id":          {func(f *vectors.File) { f.Find("transfer-050").ID = "transfer-051" }, "occurs twice"},
		"foreign id":           {func(f *vectors.File) { f.Find("transfer-132").ID = "receipt-132" }, "three digits"},
		"wrong count":          {func(f *vectors.File) { f.NumberOfTests++ }, "number_of_tests"},
		"wrong schema":         {func(f *vectors.File) { f.Schema = "vectors-v2" }, "schema is"},
		"upper-case hex": {func(f *vectors.File) {
			v := f.Find("transfer-001")
			v.Input["object"] = strings.ToUpper(v.Input["object"])
		}, "lower-case hex"},
		"unknown object": {func(f *vectors.File) { f.Find("transfer-001").Uses["certificate"] = "odd" }, "no object odd"},
		"unknown device": {func(f *vectors.File) { f.Find("transfer-001").Device = "odd" }, "no device odd"},
		"certificate exchanged": {func(f *vectors.File) {
			m := f.Find("transfer-079").Mutation
			m.Part = "value"
			m.Old, m.New = "payer", "odd"
		}, "proof by bytes"},
		"follows nothing": {func(f *vectors.File) { f.Find("transfer-103").Mutation.Follow.Member = "11" }, "what follows"},
	} {
		file, b := transferFile(t)
		f, problems := vectors.Parse(file, b)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		c.edit(&f)
		_, problems = vectors.Parse(file, f.Encode())
		var all strings.Builder
		for _, p := range problems {
			all.WriteString(p.String() + "\n")
		}
		if !strings.Contains(all.String(), c.want) {
			t.Errorf("%s: want %q, have %q", name, c.want, all.String())
		}
	}
}

func TestLoaderTakesOneForm(t *testing.T) {
	name, b := transferFile(t)
	for what, edited := range map[string][]byte{
		"unknown member":  bytes.Replace(b, []byte(`"about"`), []byte(`"odd": 1, "about"`), 1),
		"another case":    bytes.Replace(b, []byte(`"about"`), []byte(`"About"`), 1),
		"repeated member": bytes.Replace(b, []byte(`"name"`), []byte(`"schema": "vectors-v1", "name"`), 1),
		"null":            bytes.Replace(b, []byte(`"seed"`), []byte(`"seed": null, "seed"`), 1),
		"trailing object": append(bytes.Clone(b), '{', '}'),
		"truncated":       b[:len(b)/2],
		"empty":           nil,
	} {
		if _, problems := vectors.Parse(name, edited); len(problems) == 0 {
			t.Errorf("%s is taken", what)
		}
	}
}

// small cuts a file down to its first vectors, which need no objects: a fuzzer
// spends its time on making interesting files smaller.
func small(f *testing.F, name string, tests int) []byte {
	b, err := os.ReadFile(name + ".json")
	if err != nil {
		f.Fatal(err)
	}
	file, problems := vectors.Parse(name, b)
	if len(problems) > 0 {
		f.Fatal(problems)
	}
	file.Tests = file.Tests[:tests]
	file.NumberOfTests = tests
	file.Keys, file.Objects = nil, nil
	file.Notes = map[string]vectors.Note{}
	for _, v := range file.Tests {
		for _, flag := range v.Flags {
			file.Notes[flag] = vectors.Note{Description: "d", Effect: "e"}
		}
	}
	return file.Encode()
}

func FuzzParse(f *testing.F) {
	f.Add(small(f, "identifiers", 2))
	f.Add(small(f, "suite", 3))
	f.Fuzz(func(t *testing.T, b []byte) {
		file, problems := vectors.Parse("suite", b)
		if len(problems) == 0 && !bytes.Equal(file.Encode(), b) {
			t.Error("a file that is taken has another form")
		}
	})
}
