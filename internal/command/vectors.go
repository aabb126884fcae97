package command

import (
	"errors"
	"fmt"

	"github.com/assay-cbdc/assay/conformance/suite"
	"github.com/assay-cbdc/assay/vectors"
	"github.com/assay-cbdc/assay/vectors/judge"
	"github.com/assay-cbdc/assay/vectors/witness"
)

type vectorsCommand struct {
	Check vectorsCheckCommand `cmd:"" help:"Hold reference and witness to every vector."`
}

type vectorsCheckCommand struct {
	JSON bool `name:"json" help:"Print one JSON object (schema vectors-check-v1) instead of a summary."`
}

// Help is the long help text.
func (vectorsCheckCommand) Help() string {
	return `The witness is a second implementation that shares no code with the reference. Each signature suite has to pass published vectors of others before it is asked about ours. Exit status: 0 if all agree, 2 if not.

Example:

    $ assay vectors check`
}

// judges are those that the vectors are published by.
func judges() []vectors.Judge { return []vectors.Judge{judge.New(), witness.New()} }

// Run checks.
func (c vectorsCheckCommand) Run(e *environment) error {
	r := vectors.Check(judges()...)
	code := exitOK
	if len(r.Problems) > 0 || r.Agreed != r.Vectors {
		code = exitUsage
	}
	if c.JSON {
		if err := e.printJSON(r); err != nil {
			return err
		}
		return ended(code)
	}
	t := e.text
	t.line("")
	for _, f := range r.Files {
		t.field(f.Name, fmt.Sprintf("%d of %s", f.Agreed, plural(f.Vectors, "vector")))
	}
	t.line("\n  %d of %s agreed, judged by %v", r.Agreed, plural(r.Vectors, "vector"), r.Judges)
	for _, k := range r.ReferenceOnly {
		t.line("  judged by the reference alone: %s (%s)", k.Kind, plural(k.Vectors, "vector"))
	}
	for _, p := range r.Problems {
		t.paragraph(2, p.String())
	}
	return ended(code)
}

// vectorTables are the vectors as the suite runs them: the harness judges
// nobody by vectors that it disagrees with itself.
func vectorTables() ([]suite.Table, error) {
	files, err := vectors.Embedded()
	if err != nil {
		return nil, err
	}
	reference := judge.New()
	var tables []suite.Table
	for i := range files {
		f := &files[i]
		table := suite.Table{Name: f.Name}
		for k := range f.Tests {
			v := &f.Tests[k]
			table.Entries = append(table.Entries, suite.Entry{ID: v.ID, Check: func() error {
				if what := vectors.Disagreement(reference, f, v); what != "" {
					return errors.New(what)
				}
				return nil
			}})
		}
		tables = append(tables, table)
	}
	return tables, nil
}
