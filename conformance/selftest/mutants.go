package selftest

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/conformance/disguise"
	"github.com/assay-cbdc/assay/conformance/mutant"
	"github.com/assay-cbdc/assay/spec"
)

func (s *session) mutant(ctx context.Context, m mutant.Mutant) error {
	cites := func(c check.Check) bool { return slices.Contains(c.Cites, m.Breaks) }
	make := m.Lean
	if slices.ContainsFunc(check.All(), func(c check.Check) bool { return cites(c) && len(c.Suites)+len(c.AnyOf) > 0 }) {
		make = m.Adapter
	}
	profile, err := s.profile(m)
	if err != nil {
		return fmt.Errorf("mutant %s: %w", m.Name, err)
	}
	var all []check.Outcome
	killed := true // at every seed
	for _, seed := range s.Seeds {
		some, err := s.told(ctx, make, check.Options{Profile: profile, Seed: seed}, cites, 0)
		if err != nil {
			return fmt.Errorf("mutant %s: %w", m.Name, err)
		}
		_, here, _ := killsOf(m, some)
		all, killed = append(all, some...), killed && here
	}
	kills, _, broad := killsOf(m, all)
	if s.Full || !killed { // what it fails beside its requirement says how blunt it is
		rest, err := s.told(ctx, m.Lean, check.Options{Profile: profile, Seed: s.Seeds[0]}, func(c check.Check) bool { return !cites(c) }, thin)
		if err != nil {
			return fmt.Errorf("mutant %s: %w", m.Name, err)
		}
		if s.Full {
			all = append(all, rest...)
			rest = all
		}
		var more []Kill
		if more, _, broad = killsOf(m, rest); s.Full {
			kills = more
		}
	}
	if s.Full && s.tries(m) { // what a device of one suite is not asked
		ran := map[string]bool{}
		for _, o := range all {
			ran[o.Check.ID] = true
		}
		more, err := s.told(ctx, m.Adapter, check.Options{Profile: profile, Seed: s.Seeds[0]}, func(c check.Check) bool { return !ran[c.ID] }, thin)
		if err != nil {
			return fmt.Errorf("mutant %s: %w", m.Name, err)
		}
		all = append(all, more...)
	}
	if s.Full {
		behaving, err := s.behaving(ctx, m, profile)
		if err != nil {
			return fmt.Errorf("mutant %s: %w", m.Name, err)
		}
		kills = append(kills, behaving...)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.result.Mutants++
	s.result.Families[profile.Family] = s.result.Families[profile.Family].plus(killed)
	if m.OfLedger() {
		s.result.Ledger = s.result.Ledger.plus(killed)
	}
	s.result.Matrix = append(s.result.Matrix, kills...)
	switch {
	case killed:
		s.result.Killed++
	case len(broad) > 0:
		s.result.Unrelated = append(s.result.Unrelated, fmt.Sprintf("%s (breaks %s, failed %v)", m.Name, m.Breaks, broad))
	default:
		s.result.Survivors = append(s.result.Survivors, fmt.Sprintf("%s (breaks %s)", m.Name, m.Breaks))
	}
	if len(broad) > MaxBreadth {
		s.result.Blunt = append(s.result.Blunt, fmt.Sprintf("%s (failed %v)", m.Name, broad))
	}
	for _, o := range all {
		for _, a := range o.Asserted {
			s.reached[o.Check.ID+": "+a] = true
		}
	}
	return nil
}

// sampled is one in so many mutants that a full self-test tries as a closed
// product too; with EveryMode it tries all of them.
const sampled = 12

// tries says whether a mutant is tried as a closed product: all are in some
// order of seeds.
func (s *session) tries(m mutant.Mutant) bool {
	at := slices.IndexFunc(mutant.All(), func(o mutant.Mutant) bool { return o.Name == m.Name })
	return s.EveryMode || (uint64(at)+s.Seeds[0])%sampled == 0
}

// behaving tries a mutant as a closed product in every shape, under the profile
// in which it is wrong, and returns what failed it.
func (s *session) behaving(ctx context.Context, m mutant.Mutant, profile *spec.Profile) (kills []Kill, err error) {
	for _, mode := range Modes() {
		if mode.Class != "BH" || !s.tries(m) || profile.Provenance == spec.ProvenanceChain { // nobody outside sees a link
			continue
		}
		make := func() adapter.Adapter { return disguise.Wear(m.Lean(), mode.faces()...) }
		all, err := s.told(ctx, make, check.Options{Profile: profile, Seed: s.Seeds[0]}, nil, thin)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", mode, err)
		}
		found, _, _ := killsOf(m, all)
		for i := range found {
			found[i].Mode = mode.String()
		}
		kills = append(kills, found...)
	}
	return kills, nil
}

// killsOf are the failed rows of a mutant's outcomes. An error or a crash is no
// kill.
func killsOf(m mutant.Mutant, all []check.Outcome) (kills []Kill, killed bool, requirements []string) {
	for _, o := range all {
		for _, r := range o.Rows {
			if r.Verdict != check.Fail {
				continue
			}
			kills = append(kills, Kill{m.Name, Mode{"RP", adapter.Split}.String(), string(r.Requirement), r.Check})
			killed = killed || r.Requirement == m.Breaks
			requirements = append(requirements, string(r.Requirement))
		}
	}
	slices.Sort(requirements)
	slices.SortFunc(kills, compareKills)
	return slices.Compact(kills), killed, slices.Compact(requirements)
}

func compareKills(a, b Kill) int {
	return cmp.Or(cmp.Compare(a.Mutant, b.Mutant), cmp.Compare(b.Mode, a.Mode), cmp.Compare(a.Requirement, b.Requirement), cmp.Compare(a.Check, b.Check))
}
