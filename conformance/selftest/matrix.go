package selftest

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/conformance/mutant"
	"github.com/assay-cbdc/assay/reports"
	"github.com/assay-cbdc/assay/spec"
)

// MatrixSchema names the schema of the published kill matrix.
const MatrixSchema = "matrix-v1"

// A Matrix says, for each mutant and mode, which checks failed it.
type Matrix struct {
	Schema string                         `json:"schema"`
	Kills  map[string]map[string][]string `json:"kills"` // by mutant, by mode
}

//go:embed matrix.json
var matrixText []byte

// Published is the matrix that a full self-test has found and that reports are
// told by; `make matrix` writes it.
var Published = sync.OnceValue(func() Matrix {
	var m Matrix
	if err := json.Unmarshal(matrixText, &m); err != nil {
		panic("selftest: matrix.json: " + err.Error()) // it is part of the program
	}
	return m
})

// matrixOf gathers kills.
func matrixOf(kills []Kill) Matrix {
	m := Matrix{Schema: MatrixSchema, Kills: map[string]map[string][]string{}}
	for _, all := range mutant.All() {
		m.Kills[all.Name] = map[string][]string{}
	}
	for _, k := range kills {
		modes := m.Kills[k.Mutant]
		if !slices.Contains(modes[k.Mode], k.Check) {
			modes[k.Mode] = append(modes[k.Mode], k.Check)
		}
	}
	for _, modes := range m.Kills {
		for _, checks := range modes {
			slices.Sort(checks)
		}
	}
	return m
}

// Text is the matrix as it is published: sorted, one mutant after the other.
func (m Matrix) Text() ([]byte, error) {
	b, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return nil, fmt.Errorf("writing the matrix: %w", err)
	}
	return append(b, '\n'), nil
}

// differs names the mutants and modes of which two matrices do not say the same,
// among those that were compared.
func (m Matrix) differs(o Matrix, compared func(mutant string, mode Mode) bool) []string {
	var all []string
	names := maps.Clone(m.Kills)
	maps.Copy(names, o.Kills)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		for _, mode := range Modes() {
			if !compared(name, mode) {
				continue
			}
			if a, b := m.Kills[name][mode.String()], o.Kills[name][mode.String()]; !slices.Equal(a, b) {
				all = append(all, fmt.Sprintf("%s in %s: published %v, found %v", name, mode, a, b))
			}
		}
	}
	return all
}

// Detect tells which mutants a run could have found: those that a check which
// came to a verdict in it fails in its mode. The others are listed by what would
// reveal them: a capability, a shape, units, a kit, or class RP.
func Detect(env *check.Env, p check.Plan) reports.Detection {
	judged := map[string]bool{}
	for _, c := range p.Checks {
		judged[c.ID] = true
	}
	opens := opened(env)
	mode := Mode{env.Class, env.Shape}
	missing := map[string][]string{}
	var d reports.Detection
	for _, m := range mutant.All() {
		r, ok := spec.Lookup(m.Breaks)
		if ok && (m.Profile != "" && !env.Profile.Selects(r) || !slices.Contains(r.Families, env.Profile.Family)) {
			continue // nothing of it can be wrong under this profile
		}
		if m.Overlay != "" && overlaidFamily(m) != env.Profile.Family {
			continue // what the overlay asks for has another form in this family
		}
		d.Mutants++
		modes := Published().Kills[m.Name]
		if slices.ContainsFunc(modes[mode.String()], func(c string) bool { return judged[c] }) {
			d.Detectable++
			continue
		}
		by := revealedBy(modes, mode, opens)
		missing[by] = append(missing[by], m.Name)
	}
	d.Missing = byCapability(missing)
	return d
}

// overlaid are the families of profiles with an overlay, by both names.
var overlaid sync.Map

// overlaidFamily is the family in which a mutant under an overlay is wrong.
func overlaidFamily(m mutant.Mutant) string {
	key := [2]string{m.Profile, m.Overlay}
	if family, known := overlaid.Load(key); known {
		return family.(string)
	}
	family := ""
	if p, err := m.Under(nil); err == nil {
		family = p.Family
	}
	overlaid.Store(key, family)
	return family
}

// opened has, for each check that the adapter keeps out, what would let it in.
func opened(env *check.Env) map[string]string {
	opens := map[string]string{}
	for _, c := range check.All() {
		if ex, capability := env.Opens(c); ex == check.ByAdapter {
			opens[c.ID] = capability
		}
	}
	return opens
}

// byCapability lists missing mutants by what would reveal them.
func byCapability(missing map[string][]string) []reports.Missing {
	var all []reports.Missing
	for _, by := range slices.Sorted(maps.Keys(missing)) {
		slices.Sort(missing[by])
		all = append(all, reports.Missing{Capability: by, Mutants: missing[by]})
	}
	return all
}

// revealedBy is what would reveal a mutant that a run could not find: a
// capability, a shape, class RP, or the word profile, where the profile leaves
// out what it breaks. It is empty when nothing would.
func revealedBy(modes map[string][]string, mode Mode, opens map[string]string) string {
	for _, c := range modes[mode.String()] {
		if capability, ok := opens[c]; ok {
			return capability
		}
	}
	if len(modes[mode.String()]) > 0 {
		return "profile" // found in this very mode, by what the profile leaves out
	}
	for _, other := range Modes() {
		if other.Class == mode.Class && other != mode && len(modes[other.String()]) > 0 {
			return "shape:" + string(other.Shape)
		}
	}
	if mode.Class == "BH" && len(modes[Mode{"RP", "split"}.String()]) > 0 {
		return "class:RP"
	}
	return ""
}
