package suite

import (
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/reports"
	"github.com/assay-cbdc/assay/spec"
)

// bench is what stands around the product, as its IXIT has it or as it follows
// from hello.
func (r *run) bench() reports.TestBench {
	x, h := r.env.Bench, r.env.Impl
	b := reports.TestBench{
		Arrangement: x.Arrangement, Topology: x.Topology, Taps: slices.Clone(x.Taps), Counterpart: x.Counterpart,
		Lifecycle: string(h.Lifecycle), Units: h.Units, ICS: r.Files.ICS, IXIT: r.Files.IXIT,
	}
	if b.Arrangement == "" {
		b.Arrangement = "device"
		if slices.Contains(h.Roles, adapter.RoleLedger) {
			b.Arrangement = "device-and-ledger"
		}
	}
	if b.Topology == "" {
		b.Topology = "device-device"
	}
	if b.Counterpart == "" {
		b.Counterpart = "second-unit"
	}
	return b
}

// lacks lists what the profile asks for and this run did not have.
func (r *run) lacks(core *reports.Core, required []spec.ID) {
	judged := r.judged()
	for _, id := range required {
		if !judged[id] {
			core.Lacking = append(core.Lacking, string(id))
		}
	}
	for _, capability := range r.env.Profile.RequiredCapabilities {
		if !r.env.Has(adapter.Capability(capability)) {
			core.Lacking = append(core.Lacking, "capability "+capability)
		}
	}
}

// next counts, for each thing that the adapter or its bench does not have, what
// it would open: MUSTs that nothing else tested, checks, and known faults.
func (r *run) next(core *reports.Core) []reports.Next {
	judged := r.judged()
	musts := map[string]map[spec.ID]bool{}
	checks := map[string]int{}
	for _, c := range check.All() {
		ex, capability := r.env.Opens(c)
		if ex != check.ByAdapter || capability == "" {
			continue
		}
		checks[capability]++
		for _, id := range c.Cites {
			if q, ok := spec.Lookup(id); ok && q.Level == spec.LevelMust && !judged[id] {
				if musts[capability] == nil {
					musts[capability] = map[spec.ID]bool{}
				}
				musts[capability][id] = true
			}
		}
	}
	return worthServing(checks, musts, core.Detection.Missing)
}

// worthServing leaves out what would test no MUST that is not tested already and
// find no known fault: nobody needs to build that.
func worthServing(checks map[string]int, musts map[string]map[spec.ID]bool, missing []reports.Missing) (all []reports.Next) {
	for capability, n := range checks {
		next := reports.Next{Capability: capability, Requirements: len(musts[capability]), Checks: n}
		for _, m := range missing {
			if m.Capability == capability {
				next.Faults = len(m.Mutants)
			}
		}
		if next.Requirements+next.Faults > 0 {
			all = append(all, next)
		}
	}
	return all
}

// addPoints gathers where checks acted on the link, and what they counted.
func (r *run) addPoints(core *reports.Core) {
	for _, o := range r.outcomes {
		core.Unshown += o.Unshown
		core.Prompts += o.Prompts
		if o.Deferred {
			core.Deferred++
		}
		for _, p := range o.Points {
			core.Points = append(core.Points, reports.FaultPoint{
				Check: o.Check.ID, Frame: p.Frame, From: string(p.From), Action: string(p.Action), Hit: p.Hit,
			})
		}
	}
}
