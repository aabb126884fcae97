package vectors

import (
	"bytes"
	"compress/gzip"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/assay-cbdc/assay/spec"
)

// files are the vector files under gzip: as they stand they would be a fifth of the
// whole command.
//
//go:embed packed/*.json.gz
var files embed.FS

// A Problem is one thing that is wrong with a file or a vector.
type Problem struct {
	File string `json:"file"`
	ID   string `json:"id"` // "" when the whole file is meant
	What string `json:"what"`
}

func (p Problem) String() string {
	if p.ID == "" {
		return p.File + ": " + p.What
	}
	return p.File + ": " + p.ID + ": " + p.What
}

// A LoadError has every problem that was found.
type LoadError struct {
	Problems []Problem // at least one
}

func (e *LoadError) Error() string {
	text := "vectors: " + e.Problems[0].String()
	if more := len(e.Problems) - 1; more > 0 {
		text += fmt.Sprintf(" (and %d more)", more)
	}
	return text
}

// Load reads the embedded files, by name, and proves all that [Parse] does. The
// error is a [*LoadError].
func Load() ([]File, error) { return embedded(Parse) }

// Embedded reads the embedded files, by name, as they were proven when they were
// embedded: a run that begins with them does not prove them again. The error is a
// [*LoadError].
func Embedded() ([]File, error) { return embedded(decode) }

func embedded(parse func(name string, b []byte) (File, []Problem)) ([]File, error) {
	names, err := fs.Glob(files, "packed/*.json.gz")
	if err != nil {
		panic("vectors: " + err.Error()) // the pattern is constant
	}
	out := make([]File, len(names))
	found := make([][]Problem, len(names))
	var all sync.WaitGroup
	for i, name := range names {
		all.Go(func() { out[i], found[i] = load(name, parse) })
	}
	all.Wait()
	problems := slices.Concat(found...)
	problems = append(problems, repeated(out)...)
	if len(problems) > 0 {
		return nil, &LoadError{problems}
	}
	return out, nil
}

// load reads one embedded file.
func load(name string, parse func(name string, b []byte) (File, []Problem)) (File, []Problem) {
	packed, err := files.ReadFile(name)
	if err != nil {
		panic("vectors: " + err.Error()) // it was just listed
	}
	file := strings.TrimSuffix(path.Base(name), ".json.gz")
	b, err := Unpack(packed)
	if err != nil {
		return File{Name: file}, []Problem{{file, "", "packed: " + err.Error()}}
	}
	return parse(file, b)
}

// Unpack returns the vector file that is packed as gzip.
func Unpack(packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// repeated finds ids that two files share.
func repeated(list []File) (problems []Problem) {
	seen := map[string]bool{}
	for _, f := range list {
		for _, v := range f.Tests {
			if seen[v.ID] {
				problems = append(problems, Problem{f.Name, v.ID, "id occurs twice"})
			}
			seen[v.ID] = true
		}
	}
	return problems
}

// Parse reads one file and returns all that is wrong with it: form, names, and
// the proof of every mutation. There is one way to write a file, [File.Encode];
// so an unknown, repeated, misspelt or null member is found without a rule of
// its own.
func Parse(name string, b []byte) (File, []Problem) {
	f, problems := decode(name, b)
	if len(problems) > 0 {
		return f, problems
	}
	if !bytes.Equal(f.Encode(), b) {
		return f, []Problem{{name, "", "not in the form that the generator writes"}}
	}
	return f, f.problems(name)
}

func decode(name string, b []byte) (f File, problems []Problem) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return f, []Problem{{name, "", err.Error()}}
	}
	return f, nil
}

// Encode returns the file's bytes.
func (f *File) Encode() []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(f); err != nil {
		panic("vectors: " + err.Error()) // strings, numbers and maps of them
	}
	return b.Bytes()
}

var idForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*-[0-9]{3}$`)

func (f *File) problems(name string) []Problem {
	var out []Problem
	add := func(id, format string, args ...any) {
		out = append(out, Problem{name, id, fmt.Sprintf(format, args...)})
	}
	if f.Schema != Schema {
		add("", "schema is %q, not %q", f.Schema, Schema)
	}
	if f.Name != name {
		add("", "name is %q", f.Name)
	}
	if f.NumberOfTests != len(f.Tests) {
		add("", "number_of_tests is %d, there are %d", f.NumberOfTests, len(f.Tests))
	}
	out = append(out, f.nameProblems(name)...)
	used, ids := map[string]bool{}, map[string]bool{}
	for i := range f.Tests {
		v := &f.Tests[i]
		if ids[v.ID] {
			add(v.ID, "id occurs twice")
		}
		ids[v.ID] = true
		for _, flag := range v.Flags {
			used[flag] = true
			if _, ok := f.Notes[flag]; !ok {
				add(v.ID, "flag %q has no note", flag)
			}
		}
		for _, what := range f.vectorProblems(v) {
			add(v.ID, "%s", what)
		}
	}
	for flag := range f.Notes {
		if !used[flag] {
			add("", "note %q explains no vector", flag)
		}
	}
	return out
}

// nameProblems checks what vectors refer to.
func (f *File) nameProblems(name string) (out []Problem) {
	seen := map[string]bool{}
	check := func(kind, n string, encoded ...string) {
		if seen[kind+n] || n == "" {
			out = append(out, Problem{name, "", kind + " " + n + " occurs twice or has no name"})
		}
		seen[kind+n] = true
		for _, e := range encoded {
			if !isHex(e) {
				out = append(out, Problem{name, "", kind + " " + n + " is not lower-case hex"})
			}
		}
	}
	for _, k := range f.Keys {
		check("key", k.Name, k.Seed, k.Public)
	}
	for _, o := range f.Objects {
		check("object", o.Name, o.Bytes)
	}
	for i := range f.Devices {
		check("device", f.Devices[i].Name)
	}
	for i := range f.Ledgers {
		check("ledger", f.Ledgers[i].Name)
	}
	return out
}

func isHex(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && hex.EncodeToString(b) == s
}

func (f *File) vectorProblems(v *Vector) []string {
	var out []string
	must := func(ok bool, what string) {
		if !ok {
			out = append(out, what)
		}
	}
	must(idForm.MatchString(v.ID) && strings.HasPrefix(v.ID, f.Name+"-"), "id is not the file's name and three digits")
	must(known(v.Requirement), "requirement "+v.Requirement+" is unknown")
	must(v.Comment != "", "no comment")
	must(v.Device == "" || f.Device(v.Device) != nil, "no device "+v.Device)
	must(v.Ledger == "" || f.Ledger(v.Ledger) != nil, "no ledger "+v.Ledger)
	for field, name := range v.Uses {
		_, ok := f.Object(name)
		must(ok, "uses."+field+": no object "+name)
	}
	for field, value := range v.Input {
		must(isHex(value), "input."+field+" is not lower-case hex")
	}
	must(v.Expect.Valid == (v.Expect.Refused == 0), "it is expected to be valid, or refused with a code, not both")
	must(v.Expect.Valid == (v.Expect.Phase == ""), "a phase belongs to a refusal")
	if v.Expect.Refused != 0 {
		_, known := spec.Code(v.Expect.Refused).Info()
		must(known, "the refusal code is not in refusals.md")
	}
	must(v.Negative() == (v.Twin != "") && (v.Twin != "") == (v.Mutation != nil), "a negative vector, and no other, has a twin and a mutation")
	if v.Twin != "" && v.Mutation != nil {
		if twin := f.Find(v.Twin); twin == nil {
			out = append(out, "no twin "+v.Twin)
		} else if err := f.prove(v, twin); err != nil {
			out = append(out, err.Error())
		}
	}
	return out
}

func known(requirement string) bool {
	_, ok := spec.Lookup(spec.ID(requirement))
	return ok
}
