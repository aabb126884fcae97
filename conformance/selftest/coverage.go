package selftest

import (
	"slices"

	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/conformance/mutant"
	"github.com/assay-cbdc/assay/spec"
)

// A Coverage is what assay spec coverage --json prints.
type Coverage struct {
	Schema        string      `json:"schema"`
	Requirements  int         `json:"requirements"`
	Must          int         `json:"must"`
	Checks        int         `json:"checks"`
	Mutants       int         `json:"mutants"`
	WithoutCheck  []string    `json:"without_check"`
	WithoutMutant []string    `json:"without_mutant"`
	Excluded      []Exclusion `json:"excluded"`
	// Unknown are IDs that a check or a mutant names and the specification does not.
	Unknown []string `json:"unknown"`
}

// An Exclusion is a requirement that cannot be tested, and why.
type Exclusion struct {
	ID     string `json:"id"`
	Reason string `json:"reason"`
}

// CoverageSchema names the schema of a Coverage.
const CoverageSchema = "coverage-v1"

// Cover counts which MUSTs have a check and a mutant.
func Cover() Coverage {
	c := Coverage{
		Schema: CoverageSchema, WithoutCheck: []string{}, WithoutMutant: []string{},
		Excluded: []Exclusion{}, Unknown: []string{}, Checks: len(check.All()), Mutants: len(mutant.All()),
	}
	checked, broken := map[spec.ID]bool{}, map[spec.ID]bool{}
	for _, k := range check.All() {
		for _, id := range k.Cites {
			checked[id] = true
		}
	}
	for _, m := range mutant.All() {
		broken[m.Breaks] = true
	}
	for _, r := range spec.Requirements() {
		c.Requirements++
		if r.Excluded != "" {
			c.Excluded = append(c.Excluded, Exclusion{string(r.ID), r.Excluded})
			continue
		}
		if r.Level != spec.LevelMust {
			continue
		}
		c.Must++
		if !checked[r.ID] {
			c.WithoutCheck = append(c.WithoutCheck, string(r.ID))
		}
		if !broken[r.ID] {
			c.WithoutMutant = append(c.WithoutMutant, string(r.ID))
		}
	}
	for _, named := range []map[spec.ID]bool{checked, broken} {
		for id := range named {
			if _, ok := spec.Lookup(id); !ok {
				c.Unknown = append(c.Unknown, string(id))
			}
		}
	}
	slices.Sort(c.Unknown)
	return c
}
