package ics

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/spec"
)

// maxFile bounds a file, in bytes: people write these.
const maxFile = 1 << 20

// ParseICS reads an ICS. The name stands in errors, which say file, line and
// column, what is wrong and what to write.
func ParseICS(name string, text []byte) (*ICS, error) {
	var i ICS
	tree, err := decode(name, text, ICSSchema, &i)
	if err != nil {
		return nil, err
	}
	if at, err := i.sound(); err != nil {
		return nil, place(name, tree, at, err)
	}
	return &i, nil
}

// ParseIXIT reads an IXIT, as ParseICS does.
func ParseIXIT(name string, text []byte) (*IXIT, error) {
	var x IXIT
	tree, err := decode(name, text, IXITSchema, &x)
	if err != nil {
		return nil, err
	}
	if at, err := x.sound(); err != nil {
		return nil, place(name, tree, at, err)
	}
	return &x, nil
}

// decode reads YAML strictly and holds it against its schema.
func decode(name string, text []byte, schema string, v any) (*ast.File, error) {
	if len(text) > maxFile {
		return nil, fmt.Errorf("%s: %d bytes; a file of this kind has at most %d", name, len(text), maxFile)
	}
	tree, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, positioned(name, err)
	}
	if len(tree.Docs) != 1 || tree.Docs[0].Body == nil {
		return nil, fmt.Errorf("%s: the file holds no document; \"assay ics new\" writes one to fill in", name)
	}
	if err := spec.UnmarshalYAML(text, v, yaml.Strict()); err != nil {
		return nil, positioned(name, err)
	}
	doc, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	err = spec.Validate(schema, doc)
	if e, ok := errors.AsType[*spec.SchemaError](err); ok {
		return nil, place(name, tree, e.Problems[0].Path, errors.New(e.Problems[0].Message))
	}
	return tree, err
}

// positioned rewrites an error of the YAML library as FILE:LINE:COLUMN: message.
func positioned(name string, err error) error {
	e, ok := errors.AsType[yaml.Error](err)
	if !ok || e.GetToken() == nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	at := e.GetToken().Position
	return fmt.Errorf("%s:%d:%d: %s; spec/ics.md has the members", name, at.Line, at.Column, e.GetMessage())
}

// place is an error at the deepest member that path names and the file has.
func place(name string, tree *ast.File, path []string, err error) error {
	at, node := tree.Docs[0].Body.GetToken().Position, tree.Docs[0].Body
	for _, step := range path {
		next := member(node, step)
		if next == nil {
			break
		}
		node, at = next, next.GetToken().Position
	}
	if len(path) == 0 {
		return fmt.Errorf("%s:%d:%d: %w", name, at.Line, at.Column, err)
	}
	return fmt.Errorf("%s:%d:%d: %s: %w", name, at.Line, at.Column, strings.Join(path, "."), err)
}

// member is the value of a mapping, or the element of a list.
func member(node ast.Node, step string) ast.Node {
	switch n := node.(type) {
	case *ast.MappingNode:
		for _, v := range n.Values {
			if v.Key.GetToken().Value == step {
				return v.Value
			}
		}
	case *ast.MappingValueNode:
		if n.Key.GetToken().Value == step {
			return n.Value
		}
	case *ast.SequenceNode:
		if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(n.Values) {
			return n.Values[i]
		}
	}
	return nil
}

// UnmarshalYAML takes a code's number or its name.
func (r *Refusal) UnmarshalYAML(text []byte) error {
	word := strings.Trim(strings.TrimSpace(string(text)), `"'`)
	for _, c := range spec.Codes() {
		if word == c.Name || word == strconv.Itoa(int(c.Code)) {
			*r = Refusal(c.Code)
			return nil
		}
	}
	return fmt.Errorf("refusal code %.40q does not exist; write a number or a name of spec/refusals.md, such as 205 or E_FUNDS", word)
}

// MarshalYAML writes the name.
func (r Refusal) MarshalYAML() ([]byte, error) { return []byte(spec.Code(r).String()), nil }

// sound says what a schema cannot: the first member at which values that are
// each right contradict one another.
func (i *ICS) sound() ([]string, error) {
	for k, c := range i.Capabilities {
		if c.Bench() {
			return []string{"capabilities", strconv.Itoa(k)}, fmt.Errorf("%q is the bench's; write it under rigs in the IXIT", c)
		}
	}
	a := i.Amounts
	if a.Min != nil && a.Max != nil && *a.Min > *a.Max {
		return []string{"amounts", "min"}, fmt.Errorf("%d is above the max, %d; swap them", *a.Min, *a.Max)
	}
	if a.Step != nil && a.Max != nil && *a.Step > *a.Max {
		return []string{"amounts", "step"}, fmt.Errorf("%d is above the max, %d: no amount could be paid", *a.Step, *a.Max)
	}
	if d := a.Denominations; !slices.IsSorted(d) {
		return []string{"amounts", "denominations"}, errors.New("write them in rising order")
	}
	for vendor, set := range i.Refusals {
		if len(set) == 0 {
			return []string{"refusals", vendor}, errors.New("stands for no code; name those that it can stand for, or leave it out")
		}
	}
	if at, err := i.Environment.sound(); err != nil {
		return at, err
	}
	if len(i.Kit) > 0 && !slices.Contains(i.Roles, adapter.RoleKit) {
		return []string{"kit"}, errors.New("names what a kit does wrong, and roles has no kit; add the role, or leave it out")
	}
	return nil, nil
}

func (x *IXIT) sound() ([]string, error) {
	if x.Units > 0 && x.Spares > x.Units {
		return []string{"spares"}, fmt.Errorf("%d of %d units cannot be spared", x.Spares, x.Units)
	}
	for _, verb := range sortedKeys(x.Deadlines) {
		if verb != "default" && !isVerb(verb) {
			return []string{"deadlines", verb}, errors.New("is no verb of the contract; write one of spec/adapter.md, or default")
		}
	}
	for _, verb := range sortedKeys(x.Prompts) {
		if !isVerb(verb) {
			return []string{"prompts", verb}, errors.New("is no verb of the contract; write one of spec/adapter.md")
		}
	}
	return nil, nil
}

func isVerb(name string) bool {
	return slices.ContainsFunc(adapter.Verbs(), func(v adapter.Verb) bool { return v.Name() == name })
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// sound says whether the descriptor exists and asks for the evidence.
func (e Environment) sound() ([]string, error) {
	if e.ID == "" {
		return nil, nil
	}
	d, err := spec.LoadEnvironment(e.ID)
	if err != nil {
		return []string{"environment", "id"}, err
	}
	for _, name := range slices.Sorted(maps.Keys(e.Evidence)) {
		if !slices.ContainsFunc(d.Evidence, func(a spec.EvidenceAsked) bool { return a.Name == name }) {
			return []string{"environment", "evidence", name}, fmt.Errorf("%s asks for no such evidence; \"assay profiles show\" of a profile with it lists what it asks for", e.ID)
		}
	}
	return nil, nil
}
