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
	file, text, err := readProfile(nameOrPath)
	if err != nil {
		return nil, err
	}
	return parseProfile(file, text, overlays)
}

// readProfile returns the text of an embedded profile, or of a file, and the
// name that it has in errors.
func readProfile(nameOrPath string) (string, []byte, error) {
	if isFile(nameOrPath) {
		text, err := os.ReadFile(nameOrPath)
		return nameOrPath, text, err
	}
	file := "profiles/" + nameOrPath + ".yaml"
	text, err := files.ReadFile(file)
	if err != nil {
		err = fmt.Errorf("profile %q is unknown; name one of %s, or a FILE.yaml", nameOrPath, strings.Join(Profiles(), ", "))
	}
	return file, text, err
}

func isFile(name string) bool {
	ext := filepath.Ext(name)
	return ext == ".yaml" || ext == ".yml"
}

// ParseProfile reads a profile. The name file stands in errors, and a base that
// is a file is looked for beside it.
func ParseProfile(file string, text []byte) (*Profile, error) { return parseProfile(file, text, 0) }

func parseProfile(file string, text []byte, overlays int) (*Profile, error) {
	tree, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, positioned(file, err)
	}
	base, err := baseOf(file, text, overlays)
	if err != nil {
		return nil, err
	}
	p, err := decodeOver(base, file, text, tree)
	if err != nil {
		return nil, err
	}
	if err := p.valid(file, tree); err != nil {
		return nil, err
	}
	if err := p.looser(base); err != nil {
		return nil, err
	}
	over := p.Overlays
	p.Overlays = slices.Clone(base.Overlays)
	over = slices.DeleteFunc(slices.Clone(over), func(o string) bool { return slices.Contains(base.Overlays, o) })
	for i, o := range over {
		over[i] = beside(file, o)
	}
	return p.WithOverlays(over...)
}

// beside is the path of a file that another one names.
func beside(file, name string) string {
	if isFile(name) && !filepath.IsAbs(name) {
		return filepath.Join(filepath.Dir(file), name)
	}
	return name
}

// baseOf is the profile that a file starts from; an empty one where it names none.
func baseOf(file string, text []byte, overlays int) (*Profile, error) {
	var head struct {
		Base string `yaml:"base"`
	}
	if err := UnmarshalYAML(text, &head); err != nil {
		return nil, positioned(file, err)
	}
	if head.Base == "" {
		return &Profile{}, nil
	}
	if overlays == maxOverlays {
		return nil, fmt.Errorf("%s: base: more than %d profiles over one another", file, maxOverlays)
	}
	base, err := loadProfile(beside(file, head.Base), overlays+1)
	if err != nil {
		return nil, fmt.Errorf("%s: base: %w", file, err)
	}
	return base, nil
}

// decodeOver decodes a file over the profile that it starts from. What it adds
// is its own: a file that starts from an overlay is none by that.
func decodeOver(base *Profile, file string, text []byte, tree *ast.File) (*Profile, error) {
	p := &Profile{}
	*p = *base
	p.Adds = ""
	sources := p.Sources
	if err := UnmarshalYAML(text, p, yaml.DisallowUnknownField()); err != nil {
		return nil, positioned(file, err)
	}
	if len(sources) > 0 {
		own := p.Sources
		p.Sources = maps.Clone(sources)
		maps.Copy(p.Sources, own)
	}
	places := map[string]string{}
	maps.Copy(places, base.places)
	maps.Copy(places, placesOf(file, tree))
	p.places = places
	return p, nil
}

// valid holds a profile against its schema and itself.
func (p *Profile) valid(file string, tree *ast.File) error {
	err := Validate("profile-v1", p.JSON())
	if e, ok := errors.AsType[*SchemaError](err); ok {
		return fault(file, tree, e.Problems[0].Path, "%s", e.Problems[0].Message)
	}
	if err != nil {
		return err
	}
	if member, err := p.consistent(); err != nil {
		return fault(file, tree, []string{member}, "%w", err)
	}
	return nil
}

// loadOwn reads what a profile's file itself declares, and nothing of its base.
// An overlay need not declare a system: what is missing of one is not held
// against it.
func loadOwn(nameOrPath string) (*Profile, error) {
	file, text, err := readProfile(nameOrPath)
	if err != nil {
		return nil, err
	}
	tree, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, positioned(file, err)
	}
	own, err := decodeOver(&Profile{}, file, text, tree)
	if err != nil {
		return nil, err
	}
	whole := *own
	if whole.Currency == "" {
		whole.Currency, whole.CurrencyCode, whole.Exponent = testCurrency, currencyTable()[testCurrency].number, 2
	}
	if whole.Family == "" {
		whole.Family = "B"
	}
	if whole.Finality == "" {
		whole.Finality = DeviceFinal
	}
	return own, whole.valid(file, tree)
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
	if member, err := p.money(); err != nil {
		return member, err
	}
	if p.Environment != "" && !slices.Contains(Environments(), p.Environment) {
		return "environment", fmt.Errorf("%q is unknown; name one of %s", p.Environment, strings.Join(Environments(), ", "))
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
	if !slices.IsSorted(p.KEMs) {
		return "kems", errors.New("KEMs are listed in rising order")
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
