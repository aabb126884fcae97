package command

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/assay-cbdc/assay/spec"
)

type profilesNewCommand struct {
	From string `required:"" placeholder:"NAME" help:"The profile to start from."`
	File string `arg:"" name:"file" help:"The FILE.yaml to write; it must not exist."`
}

// Help is the long help text.
func (profilesNewCommand) Help() string {
	return `The file has every value of the profile spelled out, so that what the profile becomes later changes nothing in yours.

Examples:

    $ assay profiles new --from idemia-wallet mine.yaml
    $ assay profiles show mine.yaml`
}

// Run writes.
func (c profilesNewCommand) Run(e *environment) error {
	p, err := loadProfile(c.From)
	if err != nil {
		return fmt.Errorf("--from: %w", err)
	}
	if ext := filepath.Ext(c.File); ext != ".yaml" && ext != ".yml" {
		return usage("%s: a profile's file ends in .yaml", c.File)
	}
	text, err := ofYourOwn(p, c.File)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(c.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return usage("%s exists and is left as it is; name another file, or move it away", c.File)
	}
	if err != nil {
		return usage("%w", err)
	}
	if _, err = file.Write(text); err != nil {
		return errors.Join(err, file.Close())
	}
	if err := file.Close(); err != nil {
		return err
	}
	e.text.line("%s is a profile from %s; change it, then: assay run --profile %s TARGET", c.File, p.ID, quote(c.File))
	return nil
}

// unsafe is what a profile's id cannot have.
var unsafe = regexp.MustCompile("[^a-z0-9.-]+")

// ofYourOwn is the profile as a file to change: each value with its source, and
// each member that is not declared as a comment.
func ofYourOwn(p *spec.Profile, file string) ([]byte, error) {
	own := *p
	id := strings.TrimSuffix(strings.ToLower(filepath.Base(file)), filepath.Ext(file))
	own.ID = strings.Trim(unsafe.ReplaceAllString(id, "-"), "-.")
	if own.ID == "" {
		own.ID = "mine"
	}
	own.Title = short(own.ID+", from "+p.Title, 120)
	own.Base, own.Adds, own.Overlays = "", "", nil
	text, err := yaml.JSONToYAML(own.JSON())
	if err != nil {
		return nil, fmt.Errorf("writing YAML: %w", err)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "# A profile of your own, from %s %s of %s. Change what is different in\n"+
		"# your system, say in sources where each value is from, and take out of inferred\n"+
		"# what you know. A member that is not declared selects its requirements away.\n"+
		"# epoch is the number of days from 2020-01-01 to effective_date.\n", p.ID, p.Version, p.EffectiveDate)
	declared := own.Members()
	for line := range strings.Lines(string(text)) {
		name, _, member := strings.Cut(line, ":")
		if member && declared[name] != nil && slices.Contains(p.Inferred, name) {
			b.WriteString("# inferred, endorsed by nobody:\n")
		}
		b.WriteString(line)
	}
	b.WriteString("\n# Not declared:\n")
	for _, m := range spec.OptionalMembers() {
		if declared[m.Name] == nil {
			fmt.Fprintf(&b, "# %s: %s\n", m.Name, m.Like)
		}
	}
	return b.Bytes(), nil
}
