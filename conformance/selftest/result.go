package selftest

import (
	"cmp"
	"slices"

	"github.com/assay-cbdc/assay/conformance/mutant"
)

// A Kill says that a check failed a mutant for a requirement.
type Kill struct {
	Mutant      string `json:"mutant"`
	Mode        string `json:"mode"`
	Requirement string `json:"requirement"`
	Check       string `json:"check"`
}

// A Degenerate is a device that does nothing right, and how many requirements
// it passed: none, or the suite is hollow.
type Degenerate struct {
	Name string `json:"name"`
	Pass int    `json:"pass"`
}

// A Count is how many mutants of a kind there are, and how many were killed by
// their own requirement.
type Count struct {
	Mutants int `json:"mutants"`
	Killed  int `json:"killed"`
}

func (c Count) plus(killed bool) Count {
	c.Mutants++
	if killed {
		c.Killed++
	}
	return c
}

// A Result is what assay selftest --json prints.
type Result struct {
	Schema  string `json:"schema"`
	Mutants int    `json:"mutants"`
	Killed  int    `json:"killed"`
	// Families counts the mutants by the family of value under whose profile they
	// are wrong, and Ledger those among them that are wrong ledgers.
	Families map[string]Count `json:"families"`
	Ledger   Count            `json:"ledger"`
	// Survivors are mutants that no check failed for the requirement they break.
	Survivors []string `json:"survivors"`
	// Unrelated are survivors that failed for another requirement only.
	Unrelated []string `json:"unrelated"`
	// Blunt are mutants that failed more than MaxBreadth requirements; Full only.
	Blunt        []string     `json:"blunt"`
	Honest       int          `json:"honest"`
	HonestFailed []string     `json:"honest_failed"`
	Degenerate   []Degenerate `json:"degenerate"`
	// Reference is "conformant" when every check passes on the reference.
	Reference string `json:"reference"`
	// Unreached are assertions that no mutant ever came to; Full only.
	Unreached []string `json:"unreached"`
	// Uncovered are MUSTs without a check, or without a mutant.
	Uncovered []string `json:"uncovered"`
	Matrix    []Kill   `json:"matrix"`
	// Stale are mutants of which the published matrix says something else; Full
	// only.
	Stale []string `json:"stale"`
}

// Schema names the schema of a Result.
const Schema = "selftest-v1"

// MaxBreadth is how many requirements a mutant may fail and still be one fault.
const MaxBreadth = 8

// OK says whether the suite has proved itself.
func (r Result) OK() bool {
	hollow := slices.ContainsFunc(r.Degenerate, func(d Degenerate) bool { return d.Pass > 0 })
	return len(r.Survivors)+len(r.Unrelated)+len(r.Blunt)+len(r.HonestFailed)+len(r.Unreached)+len(r.Uncovered)+len(r.Stale) == 0 &&
		r.Killed == r.Mutants && r.Reference == "conformant" && !hollow
}

// uncovered are the MUSTs that no check cites, or that no mutant breaks.
func uncovered() []string {
	var all []string
	c := Cover()
	for _, id := range c.WithoutCheck {
		all = append(all, id+": no check")
	}
	for _, id := range c.WithoutMutant {
		all = append(all, id+": no mutant")
	}
	return all
}

// PublishedMatrix is the kill matrix of a full self-test, as it is published.
func (r Result) PublishedMatrix() Matrix { return matrixOf(r.Matrix) }

// compared says whether a mutant was tried in a mode to the end.
func (s *session) compared(name string, mode Mode) bool {
	m, ok := mutant.Lookup(name)
	return !ok || (mode.Class == "RP" && len(s.Seeds) == 1) || (mode.Class == "BH" && s.tries(m))
}

// finish sorts what the workers brought in any order.
func (s *session) finish() Result {
	r := &s.result
	for a := range s.known {
		if s.Full && !s.reached[a] {
			r.Unreached = append(r.Unreached, a)
		}
	}
	slices.SortFunc(r.Matrix, compareKills)
	if s.Full {
		r.Stale = Published().differs(matrixOf(r.Matrix), s.compared)
	}
	for _, list := range []*[]string{&r.Stale, &r.Survivors, &r.Unrelated, &r.Blunt, &r.HonestFailed, &r.Unreached, &r.Uncovered} {
		if *list == nil {
			*list = []string{}
		}
		slices.Sort(*list)
	}
	slices.SortFunc(r.Degenerate, func(a, b Degenerate) int { return cmp.Compare(a.Name, b.Name) })
	if r.Matrix == nil {
		r.Matrix = []Kill{}
	}
	return *r
}
