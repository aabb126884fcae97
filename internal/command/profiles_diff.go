package command

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"github.com/assay-cbdc/assay/spec"
)

type profilesDiffCommand struct {
	A    string `arg:"" name:"a" help:"A name of \"assay profiles list\", or a FILE.yaml."`
	B    string `arg:"" name:"b" help:"Another one."`
	JSON bool   `name:"json" help:"Print one JSON object (schema profiles-diff-v1) instead of text."`
}

// Help is the long help text.
func (profilesDiffCommand) Help() string {
	return `Example:

    $ assay profiles diff rbi-2022-01 rbi-2023-08`
}

// A profileDiff is what --json prints.
type profileDiff struct {
	Schema      string       `json:"schema"`
	A           string       `json:"a"`
	B           string       `json:"b"`
	Members     []memberDiff `json:"members"`
	RequiredInA []string     `json:"required_in_a"`
	RequiredInB []string     `json:"required_in_b"`
}

type memberDiff struct {
	Member string `json:"member"`
	A      *side  `json:"a,omitempty"`
	B      *side  `json:"b,omitempty"`
}

// A side is what one profile declares.
type side struct {
	Value    json.RawMessage `json:"value"`
	Source   string          `json:"source"`
	Inferred bool            `json:"inferred"`
}

func (s *side) String() string {
	if s == nil {
		return "not declared"
	}
	text := string(s.Value)
	if s.Inferred {
		text += ", inferred"
	}
	if s.Source != "" {
		text += " (" + s.Source + ")"
	}
	return text
}

// Run compares.
func (c profilesDiffCommand) Run(e *environment) error {
	a, err := loadProfile(c.A)
	if err != nil {
		return err
	}
	b, err := loadProfile(c.B)
	if err != nil {
		return err
	}
	d := diff(a, b)
	if c.JSON {
		return e.printJSON(d)
	}
	if len(d.Members) == 0 && len(d.RequiredInA)+len(d.RequiredInB) == 0 {
		e.text.line("%s and %s declare and require the same", d.A, d.B)
		return nil
	}
	for _, m := range d.Members {
		e.text.heading(m.Member)
		e.text.field(short(d.A, 12), m.A.String())
		e.text.field(short(d.B, 12), m.B.String())
	}
	for _, only := range []struct {
		name string
		ids  []string
	}{{d.A, d.RequiredInA}, {d.B, d.RequiredInB}} {
		if len(only.ids) > 0 {
			e.text.heading("required by " + only.name + " alone")
			for _, id := range only.ids {
				e.text.line("  %s", id)
			}
		}
	}
	return nil
}

// ofItself are the members that are a profile's name and words.
var ofItself = []string{
	"id", "title", "version", "base", "adds", "epoch", "currency_code", "sources", "inferred", "required", "required_capabilities",
}

// diff compares everything but what a profile says of itself.
func diff(a, b *spec.Profile) profileDiff {
	d := profileDiff{
		Schema: "profiles-diff-v1", A: a.ID, B: b.ID, Members: []memberDiff{},
		RequiredInA: alone(a, b), RequiredInB: alone(b, a),
	}
	of, other := a.Members(), b.Members()
	all := maps.Clone(of)
	maps.Copy(all, other)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if slices.Contains(ofItself, name) || bytes.Equal(of[name], other[name]) {
			continue
		}
		d.Members = append(d.Members, memberDiff{name, sideOf(a, of, name), sideOf(b, other, name)})
	}
	return d
}

func sideOf(p *spec.Profile, members map[string]json.RawMessage, name string) *side {
	if members[name] == nil {
		return nil
	}
	return &side{members[name], p.Sources[name], slices.Contains(p.Inferred, name)}
}

// alone is what p requires and other does not.
func alone(p, other *spec.Profile) []string {
	some := []string{}
	for _, id := range p.Required {
		if !slices.Contains(other.Required, id) {
			some = append(some, string(id))
		}
	}
	for _, capability := range p.RequiredCapabilities {
		if !slices.Contains(other.RequiredCapabilities, capability) {
			some = append(some, "capability "+capability)
		}
	}
	return some
}
