package spec

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// schemaBase is the identifier that every schema begins with; $ref between
// schemas is relative to it. It names, it is never fetched.
const schemaBase = "https://assay-cbdc.org/schema/"

// Schemas returns the names of the embedded schemas: "profile-v1".
func Schemas() []string {
	names, err := fs.Glob(files, "schema/*.schema.json")
	if err != nil {
		panic("spec: " + err.Error()) // the pattern is constant
	}
	for i, name := range names {
		names[i] = strings.TrimSuffix(path.Base(name), ".schema.json")
	}
	return names
}

// Schema returns the text of an embedded schema by name, "profile-v1".
func Schema(name string) ([]byte, error) {
	text, err := files.ReadFile("schema/" + name + ".schema.json")
	if err != nil {
		return nil, fmt.Errorf("schema %q is unknown; the schemas are %s", name, strings.Join(Schemas(), ", "))
	}
	return text, nil
}

// A SchemaError says how a document breaks its schema.
type SchemaError struct {
	Schema   string
	Problems []Problem // at least one
}

// A Problem is one place at which a document breaks its schema.
type Problem struct {
	Path    []string // member names and indices from the root
	Message string
}

func (e *SchemaError) Error() string {
	p := e.Problems[0]
	text := fmt.Sprintf("%s: /%s: %s", e.Schema, strings.Join(p.Path, "/"), p.Message)
	if more := len(e.Problems) - 1; more > 0 {
		text += fmt.Sprintf(" (and %d more)", more)
	}
	return text
}

// Validate holds a JSON document against an embedded schema. The error is a
// [*SchemaError] when the document is JSON and breaks the schema.
func Validate(schema string, doc []byte) error {
	s, err := compiled(schema)
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc))
	if err != nil {
		return fmt.Errorf("%s: not JSON: %w", schema, err)
	}
	err = s.Validate(value)
	invalid, ok := errors.AsType[*jsonschema.ValidationError](err)
	if !ok {
		return err
	}
	e := &SchemaError{Schema: schema}
	for _, unit := range invalid.BasicOutput().Errors {
		if unit.Error != nil {
			e.Problems = append(e.Problems, Problem{pointer(unit.InstanceLocation), unit.Error.String()})
		}
	}
	if len(e.Problems) == 0 {
		e.Problems = []Problem{{invalid.InstanceLocation, invalid.Error()}}
	}
	return e
}

// pointer splits a JSON pointer (RFC 6901) into its unescaped members.
func pointer(p string) []string {
	if p == "" {
		return nil
	}
	parts := strings.Split(strings.TrimPrefix(p, "/"), "/")
	for i := range parts {
		parts[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(parts[i])
	}
	return parts
}

// A compilation is a schema, or why it is none.
type compilation struct {
	schema *jsonschema.Schema
	err    error
}

// compilations has every embedded schema by name, compiled once; any may refer
// to any. A fault in one leaves the others usable.
var compilations = sync.OnceValue(func() map[string]compilation {
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	out := map[string]compilation{}
	for _, name := range Schemas() {
		out[name] = compilation{err: addSchema(c, name)}
	}
	for name, added := range out {
		if added.err == nil {
			schema, err := c.Compile(schemaBase + name + ".schema.json")
			out[name] = compilation{schema, err}
		}
	}
	return out
})

func addSchema(c *jsonschema.Compiler, name string) error {
	text, err := Schema(name)
	if err != nil {
		return err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("schema %s: %w", name, err)
	}
	return c.AddResource(schemaBase+name+".schema.json", doc)
}

func compiled(name string) (*jsonschema.Schema, error) {
	if _, err := Schema(name); err != nil {
		return nil, err
	}
	c := compilations()[name]
	return c.schema, c.err
}
