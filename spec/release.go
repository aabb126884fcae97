package spec

import (
	"fmt"
	"slices"

	"github.com/goccy/go-yaml"
)

// A ReleaseSet is the frozen set of requirements that one release scores. A
// requirement that is newer than the set is run and never counted, so that a
// new check cannot fail yesterday's verdict.
type ReleaseSet struct {
	Release      string `yaml:"release" json:"release"`
	Date         string `yaml:"date" json:"date"`
	Protocol     int    `yaml:"protocol" json:"protocol"`
	Adapter      int    `yaml:"adapter" json:"adapter"`
	Report       int    `yaml:"report" json:"report"`
	Vectors      int    `yaml:"vectors" json:"vectors"`
	Requirements []ID   `yaml:"requirements" json:"requirements"`
}

// LoadRelease returns the set of a release by name, "1.0-draft1".
func LoadRelease(name string) (*ReleaseSet, error) {
	file := "releases/" + name + ".yaml"
	text, err := files.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("release %q is unknown", name)
	}
	set := &ReleaseSet{}
	if err := UnmarshalYAML(text, set, yaml.Strict()); err != nil {
		return nil, positioned(file, err)
	}
	return set, nil
}

// Scores reports whether the release scores the requirement.
func (s *ReleaseSet) Scores(id ID) bool { return slices.Contains(s.Requirements, id) }
