package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/spec"
)

// An Exclusion is why a check, or a requirement, is not run. It is an outcome
// of selection and never a verdict.
type Exclusion string

// The outcomes of selection.
const (
	ByProfile   Exclusion = "not-applicable-by-profile"
	ByAdapter   Exclusion = "not-applicable-by-adapter"
	ByClass     Exclusion = "not-applicable-by-class"
	NotSelected Exclusion = "not-selected"
	NotTested   Exclusion = "not-tested"
)

// A Left is a requirement that the run leaves without a verdict.
type Left struct {
	Requirement spec.ID
	Exclusion   Exclusion
	Reason      string
	// Capability would let it be tested; empty when no capability would.
	Capability string
}

// A Plan says, before the first check, what will run.
type Plan struct {
	Checks []Check
	// Left has, for each requirement that no planned check cites, why.
	Left []Left
	// Filtered says that a filter left checks out: the run certifies nothing.
	Filtered bool
}

// Plan selects from all checks by class, profile, adapter and filter, in that
// order. Destructive checks come last; otherwise the order is that of all.
func (e *Env) Plan(all []Check, filter func(labels []string) bool) Plan {
	var p Plan
	left := map[spec.ID]Left{}
	for _, c := range all {
		ex, reason, capability := e.exclude(c)
		if ex == "" && filter != nil && !filter(c.Labels()) {
			ex, reason, p.Filtered = NotSelected, "left out by the filter", true
		}
		if ex == "" {
			p.Checks = append(p.Checks, c)
			continue
		}
		for _, id := range c.Cites {
			// What the adapter could serve counts before what its class cannot.
			if old, known := left[id]; !known || (old.Exclusion == ByClass && ex != ByClass) {
				left[id] = Left{id, ex, reason, capability}
			}
		}
	}
	slices.SortStableFunc(p.Checks, func(a, b Check) int { return a.turn() - b.turn() })
	planned := map[spec.ID]bool{}
	for _, c := range p.Checks {
		for _, id := range c.Cites {
			planned[id] = true
		}
	}
	for _, r := range spec.Requirements() {
		if planned[r.ID] || r.Excluded != "" {
			continue
		}
		l, known := left[r.ID]
		if !known {
			l = Left{r.ID, NotTested, "no check of this family", ""}
		}
		p.Left = append(p.Left, l)
	}
	return p
}

// Opens says why a check is left out of a run, and what would let it in: a
// capability, or such as "shape:split", "units:3" and "kit:clone".
func (e *Env) Opens(c Check) (Exclusion, string) {
	ex, _, capability := e.exclude(c)
	return ex, capability
}

// turn orders checks: what drains the bench comes late, what destroys a unit last.
func (c Check) turn() int {
	switch {
	case c.Destructive:
		return 2
	case c.Last:
		return 1
	}
	return 0
}

// exclude says why a check cannot run here; the first reason counts.
func (e *Env) exclude(c Check) (Exclusion, string, string) {
	if c.RP && !e.RP() {
		return ByClass, "it needs the reference protocol (class RP), and the product is of class BH", ""
	}
	for _, id := range c.Cites {
		r, ok := spec.Lookup(id)
		if !ok {
			continue
		}
		if !slices.Contains(r.Families, e.Profile.Family) {
			return ByProfile, "the requirement is not one of family " + e.Profile.Family, ""
		}
		for _, when := range r.When {
			if ex, reason, capability := e.excludeBy(when); ex != "" {
				return ex, reason, capability
			}
		}
	}
	if ex, reason, capability := e.excludeByBench(c); ex != "" {
		return ex, reason, capability
	}
	for _, need := range c.Needs {
		if e.barred(need) {
			return ByProfile, e.barredReason(need), ""
		}
		if !e.Has(need) {
			return ByAdapter, fmt.Sprintf("the adapter does not serve %q", need), string(need)
		}
	}
	if e.Impl.ReceiveOnly && !c.Receives {
		return ByAdapter, "the product receives and never pays, and the check needs a payer", ""
	}
	if kept := e.Profile.Retention; c.Retention > 0 && (kept == nil || *kept > c.Retention) {
		return ByProfile, fmt.Sprintf("profile %s does not declare a retention of at most %d requests", e.Profile.ID, c.Retention), ""
	}
	if c.FullSync && !e.profileHas(spec.WhenFullSync) {
		return ByProfile, fmt.Sprintf("profile %s has devices report sums, and the check needs their whole reports", e.Profile.ID), ""
	}
	if c.Reissue && e.profileHas(spec.WhenChain) {
		return ByProfile, fmt.Sprintf("under the chains of profile %s nobody takes what a cracked device makes in the check", e.Profile.ID), ""
	}
	if !e.HasSuites(c.Suites) {
		return ByProfile, fmt.Sprintf("product and profile have not all of the suites %v", c.Suites), ""
	}
	if len(c.AnyOf) > 0 && len(e.among(c.AnyOf)) == 0 {
		return ByProfile, fmt.Sprintf("product and profile have none of the suites %v", c.AnyOf), ""
	}
	return "", "", ""
}

// excludeByBench says what a check asks of shape, units and kit that is not
// there.
func (e *Env) excludeByBench(c Check) (Exclusion, string, string) {
	switch {
	case c.Steps && e.Shape != adapter.Split:
		return ByAdapter, fmt.Sprintf("it drives a payment message by message, and the shape is %s", e.Shape), "shape:split"
	case c.Frames && e.Shape == adapter.Sealed:
		return ByAdapter, "it acts on the link, and the shape sealed shows none", "shape:hooked"
	case c.Fresh && e.Impl.Lifecycle == adapter.LifecycleNone:
		return ByAdapter, "it needs a unit that nobody has used, and the bench has none (lifecycle none)", "lifecycle:reset"
	case c.Verifies && e.profileHas("limit:auth_free") && !e.Has(adapter.CapUserVerification):
		return ByAdapter, "under this profile it takes the user's secret, which the adapter cannot give", string(adapter.CapUserVerification)
	case c.Blank && e.Impl.Provision == adapter.ProvisionDone:
		return ByAdapter, "it needs a unit that is not provisioned, and the product's come pre-provisioned", "provision:injected"
	case e.Impl.Units > 0 && c.units() > e.Impl.Units:
		return ByAdapter, fmt.Sprintf("it needs %d units at once, and the bench has %d", c.units(), e.Impl.Units), fmt.Sprintf("units:%d", c.units())
	case c.Kit != "" && !slices.Contains(e.Impl.Kit, c.Kit):
		return ByAdapter, fmt.Sprintf("it needs a unit that misbehaves: kit %q", c.Kit), "kit:" + string(c.Kit)
	case !e.serves(adapter.RoleDevice) && !slices.Contains(c.Needs, adapter.CapLedger):
		return ByAdapter, "it judges a device, and the product is a ledger", "role:device"
	}
	return "", "", ""
}

// excludeBy evaluates one selection word of a requirement.
func (e *Env) excludeBy(when string) (Exclusion, string, string) {
	if capability, ok := strings.CutPrefix(when, "cap:"); ok {
		if e.barred(adapter.Capability(capability)) {
			return ByProfile, e.barredReason(adapter.Capability(capability)), ""
		}
		if e.Has(adapter.Capability(capability)) {
			return "", "", ""
		}
		return ByAdapter, fmt.Sprintf("the adapter does not serve %q", capability), capability
	}
	if e.profileHas(when) {
		return "", "", ""
	}
	return ByProfile, fmt.Sprintf("profile %s does not declare %s", e.Profile.ID, when), ""
}

// profileHas evaluates a selection word that the profile decides.
func (e *Env) profileHas(when string) bool {
	p := e.Profile
	switch when {
	case "always", "request", "":
		return true
	case "limit:max_tx":
		return p.MaxTx != nil
	case "limit:max_holding":
		return p.MaxHolding != nil
	case "limit:max_cumulative_unsynced":
		return p.MaxCumulativeUnsynced != nil
	case "limit:max_unsynced_count":
		return p.MaxUnsyncedCount != nil
	case "limit:auth_free":
		return p.AuthFreeAmount != nil || p.AuthFreeCount != nil
	case "limit:max_offline_epochs":
		return p.MaxOfflineEpochs != nil
	case "limit:max_hops":
		return p.MaxHops != nil
	case "limit:log_capacity":
		return p.LogCapacity != nil
	case "profile:respend":
		return p.Respend != nil && *p.Respend
	case "profile:consent_required":
		return p.ConsentRequired != nil && *p.ConsentRequired
	case "profile:revocation":
		return p.Revocation == "LIST"
	case "profile:online_afa":
		return p.Replenish == "ONLINE_AFA"
	case "profile:alerts":
		return p.AlertPolicy == spec.AlertEach && p.SyncMode != spec.SyncTotals // totals have no details
	case "profile:updatable_policy":
		return p.PolicyUpdatable == "ONLINE_SIGNED"
	case spec.WhenStaged, spec.WhenDeferred, spec.WhenCtrOrder, spec.WhenBurnedIn, spec.WhenChangeable, spec.WhenByTelecom:
		return p.Holds(when)
	case spec.WhenChain:
		return p.Provenance == spec.ProvenanceChain
	case spec.WhenFullSync:
		return p.SyncMode != spec.SyncTotals
	case "suites>1":
		return len(e.Suites()) > 1
	case "suite:hybrid":
		return len(e.among(hybridSuites)) > 0
	case "suite:mldsa":
		return len(e.among(latticeSuites)) > 0
	case "suite:ecdsa":
		return len(e.among(ecdsaSuites)) > 0
	}
	return false
}
