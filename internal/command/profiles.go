package command

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/assay-cbdc/assay/conformance/selftest"
	"github.com/assay-cbdc/assay/spec"
)

// profilesSchema names the schema of a profileList.
const profilesSchema = "profiles-v1"

// A profileList is what assay profiles list --json prints.
type profileList struct {
	Schema   string         `json:"schema"`
	Profiles []profileEntry `json:"profiles"`
}

type profileEntry struct {
	ID            string        `json:"id"`
	Title         string        `json:"title"`
	Version       string        `json:"version"`
	EffectiveDate string        `json:"effective_date"`
	Status        spec.Status   `json:"status"`
	Currency      string        `json:"currency"`
	Family        string        `json:"family"`
	Finality      spec.Finality `json:"finality"`
	Required      int           `json:"required"` // MUSTs without which nothing is conformant
	Inferred      []string      `json:"inferred"`
	Runnable      bool          `json:"runnable"`
	Adds          string        `json:"adds"`
}

type profilesCommand struct {
	List         profilesListCommand         `cmd:"" help:"List the embedded profiles."`
	Show         profilesShowCommand         `cmd:"" help:"Show one profile in full, or a file of your own as assay reads it."`
	Diff         profilesDiffCommand         `cmd:"" help:"Say what two profiles declare differently, and from where."`
	New          profilesNewCommand          `cmd:"" help:"Write a profile of your own to fill in, from one that exists."`
	Discriminate profilesDiscriminateCommand `cmd:"" help:"Show for each profile a device that is right under another one and not under it."`
}

type profilesListCommand struct {
	Names bool `xor:"form" help:"Print the names of the profiles that can be run alone, one a line."`
	JSON  bool `name:"json" xor:"form" help:"Print one JSON object (schema profiles-v1) instead of a list."`
}

// Help is the long help text.
func (profilesListCommand) Help() string {
	return `A profile can be run when the reference can stand in for a product of its family. Others are read, compared and laid over all the same.

Examples:

    $ assay profiles list
    $ assay profiles list --names`
}

// Run lists.
func (c profilesListCommand) Run(e *environment) error {
	list := profileList{Schema: profilesSchema, Profiles: []profileEntry{}}
	for _, name := range spec.Profiles() {
		p, err := spec.LoadProfile(name)
		if err != nil {
			return err
		}
		runnable := selftest.Runnable(p)
		if c.Names {
			if runnable {
				e.text.line("%s", name)
			}
			continue
		}
		list.Profiles = append(list.Profiles, profileEntry{
			p.ID, p.Title, p.Version, p.EffectiveDate, p.Status, p.Currency, p.Family, p.Finality,
			len(p.Required), append([]string{}, p.Inferred...), runnable, p.Adds,
		})
	}
	switch {
	case c.Names:
		return nil
	case c.JSON:
		return e.printJSON(list)
	}
	e.text.line("")
	for _, p := range list.Profiles {
		e.text.line("  %s %s  %-8s  %s  %s", e.text.paint(bold, fmt.Sprintf("%-20s", p.ID)), p.EffectiveDate, p.Status, p.Family, p.Title)
		if p.Adds != "" {
			e.text.paragraph(6, "overlay, adds "+p.Adds)
		}
	}
	e.text.line("\n  \"assay profiles show NAME\" shows one in full, with the source of each value")
	return nil
}

type profilesShowCommand struct {
	Name string `arg:"" help:"A name of \"assay profiles list\", or a FILE.yaml."`
	JSON bool   `name:"json" help:"Print one JSON object (schema profile-v1): the document that a device is told."`
}

// Help is the long help text.
func (profilesShowCommand) Help() string {
	return `Example:

    $ assay profiles show ecb-offline`
}

// Run shows.
func (c profilesShowCommand) Run(e *environment) error {
	p, err := loadProfile(c.Name)
	if err != nil {
		return err
	}
	if c.JSON {
		return e.printJSON(json.RawMessage(p.JSON()))
	}
	text, err := yaml.JSONToYAML(p.JSON())
	if err != nil {
		return fmt.Errorf("writing YAML: %w", err)
	}
	if len(p.Inferred) > 0 {
		e.text.line("# inferred, not endorsed: %s", strings.Join(p.Inferred, ", "))
	}
	e.text.raw(text)
	if p.Environment == "" {
		return nil
	}
	d, err := spec.LoadEnvironment(p.Environment)
	if err != nil {
		return err
	}
	e.text.line("# environment %s: %s; recorded, never judged", d.ID, d.Title)
	e.text.line("#   protects %s", d.Protects)
	for _, v := range d.Evidence {
		e.text.line("#   evidence %s: %s", v.Name, v.Asks)
	}
	return nil
}
