package vectors

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/assay-cbdc/assay/vectors/primitive"
)

// An Outcome is what a judge says about one vector. Values are those that
// [Expect.Values] of a valid vector of the kind names; more are allowed.
type Outcome struct {
	Valid   bool
	Refused int
	Values  map[string]string
}

// A Judge is one implementation. It is handed the file for what the vector
// names, and looks at neither Expect nor Comment nor Mutation. An error means
// that it cannot judge, which is a problem of the vector or of the judge.
type Judge interface {
	Name() string
	Covers(kind string) bool
	Verify(suite uint64, key, message, sig []byte) bool
	Judge(f *File, v *Vector) (Outcome, error)
}

// ReportSchema is the schema of a [Report].
const ReportSchema = "vectors-check-v1"

// A Report is the outcome of a check.
type Report struct {
	Schema  string   `json:"schema"`
	Judges  []string `json:"judges"`
	Vectors int      `json:"vectors"`
	// Agreed counts the vectors on which every judge that covers them gave what
	// is expected.
	Agreed int `json:"agreed"`
	// ReferenceOnly lists the kinds that only the first judge covers.
	ReferenceOnly []Kind       `json:"reference_only"`
	Files         []FileReport `json:"files"`
	Problems      []Problem    `json:"problems"`
}

// A Kind counts the vectors of one procedure.
type Kind struct {
	Kind    string `json:"kind"`
	Vectors int    `json:"vectors"`
}

// A FileReport counts one file.
type FileReport struct {
	Name    string `json:"name"`
	Vectors int    `json:"vectors"`
	Agreed  int    `json:"agreed"`
}

// Check loads the embedded vectors and holds every judge to them, the reference
// first. A judge whose primitives fail is not asked about any message.
func Check(judges ...Judge) Report {
	list, err := Load()
	r := Report{Schema: ReportSchema, Judges: []string{}, ReferenceOnly: []Kind{}, Files: []FileReport{}, Problems: []Problem{}}
	for _, j := range judges {
		r.Judges = append(r.Judges, j.Name())
	}
	if err != nil {
		loadError, ok := err.(*LoadError)
		if !ok {
			panic("vectors: " + err.Error()) // Load says so
		}
		r.Problems = loadError.Problems
		return r
	}
	for _, j := range judges {
		if err := primitive.SelfTest(j.Verify); err != nil {
			r.Problems = append(r.Problems, Problem{"primitives", j.Name(), err.Error()})
		}
	}
	if len(r.Problems) > 0 {
		return r
	}
	alone := map[string]int{}
	for i := range list {
		r.checkFile(&list[i], judges, alone)
	}
	for _, kind := range slices.Sorted(maps.Keys(alone)) {
		r.ReferenceOnly = append(r.ReferenceOnly, Kind{kind, alone[kind]})
	}
	return r
}

func (r *Report) checkFile(f *File, judges []Judge, alone map[string]int) {
	report := FileReport{Name: f.Name, Vectors: len(f.Tests)}
	for i := range f.Tests {
		v := &f.Tests[i]
		agreed, asked := true, 0
		for _, j := range judges {
			if !j.Covers(v.Kind) {
				continue
			}
			asked++
			if what := Disagreement(j, f, v); what != "" {
				agreed = false
				r.Problems = append(r.Problems, Problem{f.Name, v.ID, j.Name() + ": " + what})
			}
		}
		switch {
		case asked == 0:
			r.Problems = append(r.Problems, Problem{f.Name, v.ID, "no judge covers kind " + v.Kind})
		case agreed:
			report.Agreed++
		}
		if asked == 1 && len(judges) > 1 {
			alone[v.Kind]++
		}
	}
	r.Vectors += report.Vectors
	r.Agreed += report.Agreed
	r.Files = append(r.Files, report)
}

// Disagreement asks a judge about a vector and says how its answer differs from
// what is expected, "" if it does not.
func Disagreement(j Judge, f *File, v *Vector) string {
	got, err := j.Judge(f, v)
	switch {
	case err != nil:
		return "cannot judge: " + err.Error()
	case got.Valid != v.Expect.Valid || got.Refused != v.Expect.Refused:
		return fmt.Sprintf("%s, expected %s", say(got.Valid, got.Refused), say(v.Expect.Valid, v.Expect.Refused))
	}
	for _, name := range slices.Sorted(maps.Keys(v.Expect.Values)) {
		if got.Values[name] != v.Expect.Values[name] {
			return fmt.Sprintf("%s is %q, expected %q", name, got.Values[name], v.Expect.Values[name])
		}
	}
	return ""
}

func say(valid bool, code int) string {
	if valid {
		return "valid"
	}
	return fmt.Sprintf("refused with %d", code)
}

// OK reports whether every vector was judged as expected by all who cover it.
func (r Report) OK() bool { return len(r.Problems) == 0 && r.Agreed == r.Vectors }

// Text returns the report for people: a line for each file, each problem and the
// sum.
func (r Report) Text() string {
	var b strings.Builder
	for _, f := range r.Files {
		fmt.Fprintf(&b, "%-14s %4d vectors, %4d agreed\n", f.Name, f.Vectors, f.Agreed)
	}
	for _, kind := range r.ReferenceOnly {
		fmt.Fprintf(&b, "reference only: %s, %d vectors\n", kind.Kind, kind.Vectors)
	}
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "problem: %s\n", p)
	}
	fmt.Fprintf(&b, "%d of %d vectors agreed by %s\n", r.Agreed, r.Vectors, strings.Join(r.Judges, " and "))
	return b.String()
}
