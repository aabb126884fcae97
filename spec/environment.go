package spec

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/goccy/go-yaml"
)

// A TrustedEnvironment is what a device's keys and state lie in, and the
// evidence that a buyer asks for it. It is recorded in reports and never judged.
type TrustedEnvironment struct {
	ID       string          `json:"id" yaml:"id"`
	Title    string          `json:"title" yaml:"title"`
	Kind     string          `json:"kind" yaml:"kind"`
	Protects string          `json:"protects" yaml:"protects"`
	Evidence []EvidenceAsked `json:"evidence" yaml:"evidence"`
	Source   string          `json:"source" yaml:"source"`
}

// An EvidenceAsked is one document that a vendor brings.
type EvidenceAsked struct {
	Name string `json:"name" yaml:"name"`
	Asks string `json:"asks" yaml:"asks"`
}

// Environments returns the names of the embedded descriptors, sorted.
func Environments() []string {
	names, err := fs.Glob(files, "environments/*.yaml")
	if err != nil {
		panic("spec: " + err.Error()) // the pattern is constant
	}
	for i, name := range names {
		names[i] = strings.TrimSuffix(path.Base(name), ".yaml")
	}
	return names
}

// LoadEnvironment returns an embedded descriptor by name.
func LoadEnvironment(name string) (*TrustedEnvironment, error) {
	file := "environments/" + name + ".yaml"
	text, err := files.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("environment %q is unknown; name one of %s", name, strings.Join(Environments(), ", "))
	}
	e := &TrustedEnvironment{}
	if err := UnmarshalYAML(text, e, yaml.DisallowUnknownField()); err != nil {
		return nil, positioned(file, err)
	}
	doc, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return e, Validate("environment-v1", doc)
}
