package spec

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Profiles returns the names of the embedded profiles, sorted.
func Profiles() []string {
	names, err := fs.Glob(files, "profiles/*.yaml")
	if err != nil {
		panic("spec: " + err.Error()) // the pattern is constant
	}
	for i, name := range names {
		names[i] = strings.TrimSuffix(path.Base(name), ".yaml")
	}
	return names
}

// LoadProfile returns an embedded profile by name, or the profile in a file:
// what ends in .yaml or .yml is a file. An error in a profile names the file
// and, where there is one, the line.
func LoadProfile(nameOrPath string) (*Profile, error) { return loadProfile(nameOrPath, 0) }

// maxOverlays bounds the profiles that lie over one another, so that one which
// names itself as its base is an error and not a loop.
const maxOverlays = 8

func loadProfile(nameOrPath string, overlays int) (*Profile, error) {
	file := nameOrPath
	var text []byte
	var err error
	switch filepath.Ext(nameOrPath) {
	case ".yaml", ".yml":
		text, err = os.ReadFile(nameOrPath)
	default:
		file = "profiles/" + nameOrPath + ".yaml"
		text, err = files.ReadFile(file)
		if err != nil {
			err = fmt.Errorf("profile %q is unknown; name one of %s, or a FILE.yaml",
				nameOrPath, strings.Join(Profiles(), ", "))
		}
	}
	if err != nil {
		return nil, err
	}
	return parseProfile(file, text, overlays)
}

// ParseProfile reads a profile. The name file stands in errors, and a base that
// is a file is looked for beside it.
func ParseProfile(file string, text []byte) (*Profile, error) { return parseProfile(file, text, 0) }

func parseProfile(file string, text []byte, overlays int) (*Profile, error) {
	tree, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, positioned(file, err)
	}
	p, err := overlay(file, text, overlays)
	if err != nil {
		return nil, err
	}
	if err := Validate("profile-v1", p.JSON()); err != nil {
		if e, ok := errors.AsType[*SchemaError](err); ok {
			return nil, fault(file, tree, e.Problems[0].Path, "%s", e.Problems[0].Message)
		}
		return nil, err
	}
	if field, err := p.consistent(); err != nil {
		return nil, fault(file, tree, []string{field}, "%w", err)
	}
	return p, nil
}

// overlay decodes the text over the profile that its base names, or over none.
func overlay(file string, text []byte, overlays int) (*Profile, error) {
	var head struct {
		Base string `yaml:"base"`
	}
	if err := yaml.Unmarshal(text, &head); err != nil {
		return nil, positioned(file, err)
	}
	p := &Profile{}
	if head.Base != "" {
		if overlays == maxOverlays {
			return nil, fmt.Errorf("%s: base: more than %d profiles over one another", file, maxOverlays)
		}
		if ext := filepath.Ext(head.Base); (ext == ".yaml" || ext == ".yml") && !filepath.IsAbs(head.Base) {
			head.Base = filepath.Join(filepath.Dir(file), head.Base)
		}
		base, err := loadProfile(head.Base, overlays+1)
		if err != nil {
			return nil, fmt.Errorf("%s: base: %w", file, err)
		}
		*p = *base
	}
	sources := p.Sources
	if err := yaml.UnmarshalWithOptions(text, p, yaml.DisallowUnknownField()); err != nil {
		return nil, positioned(file, err)
	}
	if len(sources) > 0 {
		own := p.Sources
		p.Sources = maps.Clone(sources)
		maps.Copy(p.Sources, own)
	}
	return p, nil
}

// consistent returns the first field at which values that are each valid
// contradict one another.
func (p *Profile) consistent() (string, error) {
	date, err := time.Parse(time.DateOnly, p.EffectiveDate)
	if err != nil {
		return "effective_date", err
	}
	if epoch := EpochOf(date); p.Epoch != epoch {
		return "epoch", fmt.Errorf("%d is not the epoch of %s, which is %d", p.Epoch, p.EffectiveDate, epoch)
	}
	if p.MaxOfflineEpochs != nil && p.MaxUnsyncedCount == nil && p.TimeSource != TimeSE {
		return "max_offline_epochs", errors.New("a duration needs max_unsynced_count beside it (TIM-04)")
	}
	if p.Provenance == ProvenanceChain && (p.Trunc == nil || p.MaxInputs == nil || p.MaxLinks == nil) {
		return "provenance", errors.New("CHAIN needs trunc, max_inputs and max_links beside it")
	}
	if p.Provenance != ProvenanceChain && (p.Trunc != nil || p.MaxInputs != nil || p.MaxLinks != nil) {
		return "provenance", errors.New("trunc, max_inputs and max_links are of CHAIN")
	}
	if !slices.IsSorted(p.Suites) {
		return "suites", errors.New("suites are listed in rising order")
	}
	for _, id := range p.Required {
		if r, ok := Lookup(id); !ok || r.Level != LevelMust {
			return "required", fmt.Errorf("%s is not a MUST of this edition", id)
		}
	}
	return "", nil
}

// EpochOf returns the epoch of a date: days since 2020-01-01, UTC.
func EpochOf(date time.Time) uint64 {
	first := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	return uint64(date.UTC().Sub(first) / (24 * time.Hour))
}

// positioned rewrites an error of the YAML library as FILE:LINE: message.
func positioned(file string, err error) error {
	e, ok := errors.AsType[yaml.Error](err)
	if !ok || e.GetToken() == nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return fmt.Errorf("%s:%d: %s", file, e.GetToken().Position.Line, e.GetMessage())
}

// fault is an error at the member that path names, or at the nearest one that
// the file has.
func fault(file string, tree *ast.File, path []string, format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	if len(tree.Docs) > 0 && len(path) > 0 {
		if body, ok := tree.Docs[0].Body.(*ast.MappingNode); ok {
			for _, v := range body.Values {
				if v.Key.GetToken().Value == path[0] {
					return fmt.Errorf("%s:%d: %s: %w", file, v.Key.GetToken().Position.Line, strings.Join(path, "/"), err)
				}
			}
		}
		return fmt.Errorf("%s: %s: %w", file, strings.Join(path, "/"), err)
	}
	return fmt.Errorf("%s: %w", file, err)
}
