package ics

import (
	"fmt"
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/spec"
)

// A ReviewRule is one contradiction that static review looks for, as the table
// of spec/ics.md lists them. Reason is empty where there is none.
type ReviewRule struct {
	Name   string
	Reason func(Reviewed) string
}

// Reviewed is what static review holds against each other. ICS and IXIT may be
// nil.
type Reviewed struct {
	Hello   adapter.Implementation
	ICS     *ICS
	IXIT    *IXIT
	Profile *spec.Profile
}

// Review returns every contradiction, in the order of the rules; none means
// that the run may begin.
func Review(h adapter.Implementation, i *ICS, x *IXIT, p *spec.Profile) []string {
	var reasons []string
	for _, rule := range ReviewRules() {
		if reason := rule.Reason(Reviewed{h, i, x, p}); reason != "" {
			reasons = append(reasons, reason)
		}
	}
	return reasons
}

// ReviewRules are the rules of spec/ics.md, in its order.
func ReviewRules() []ReviewRule {
	return []ReviewRule{
		{"profile", func(r Reviewed) string { return r.Profile.Contradiction() }},
		{"class", ofICS(func(r Reviewed) string {
			return differ("class", r.ICS.Class, r.Hello.Class)
		})},
		{"family", ofICS(func(r Reviewed) string {
			if r.ICS.Family == "" || r.ICS.Family == r.Profile.Family {
				return ""
			}
			return fmt.Sprintf("the ICS declares family %s, profile %s is of family %s; choose another profile", r.ICS.Family, r.Profile.ID, r.Profile.Family)
		})},
		{"shapes", ofICS(func(r Reviewed) string {
			return unserved("shape", r.ICS.Shapes, r.Hello.Shapes)
		})},
		{"roles", ofICS(func(r Reviewed) string {
			return unserved("role", r.ICS.Roles, r.Hello.Roles)
		})},
		{"capabilities", ofICS(func(r Reviewed) string {
			return unserved("capability", r.ICS.Capabilities, r.Hello.Capabilities)
		})},
		{"kit", ofICS(func(r Reviewed) string {
			return unserved("kit", r.ICS.Kit, r.Hello.Kit)
		})},
		{"steps", ofICS(splitOnly)},
		{"laxer limits", ofICS(laxer)},
		{"amounts", ofICS(payable)},
		{"exact change", ofICS(func(r Reviewed) string {
			if yes(r.ICS.Amounts.ExactChange) {
				return "the ICS declares exact_change: payments in pieces that give no change cannot be judged yet"
			}
			return ""
		})},
		{"behaviour", ofICS(func(r Reviewed) string {
			if r.ICS.Class == "BH" && (len(r.ICS.Suites) > 0 || r.ICS.Provision == adapter.ProvisionRequest) {
				return "the ICS declares class BH with suites or provision request, which are the reference protocol's; leave them out, or claim class RP"
			}
			return ""
		})},
		{"steps of amounts", ofICS(func(r Reviewed) string {
			if r.ICS.Class == "RP" && scaled(r.ICS.Amounts) {
				return "the ICS declares class RP and amounts that are no minor units; the reference protocol moves any amount from 1"
			}
			return ""
		})},
		{"telecom", ofICS(linked)},
		{"rigs", ofIXIT(func(r Reviewed) string {
			return unserved("rig", r.IXIT.Rigs, r.Hello.Capabilities)
		})},
		{"lifecycle", ofIXIT(func(r Reviewed) string {
			if r.IXIT.Lifecycle == adapter.LifecycleReset && r.Hello.Lifecycle != adapter.LifecycleReset {
				return fmt.Sprintf("the IXIT declares lifecycle reset, and the adapter says %s", r.Hello.Lifecycle)
			}
			return ""
		})},
		{"units", ofIXIT(func(r Reviewed) string {
			if r.Hello.Units > 0 && r.IXIT.Units > r.Hello.Units {
				return fmt.Sprintf("the IXIT declares %d units, and the adapter has %d", r.IXIT.Units, r.Hello.Units)
			}
			return ""
		})},
		{"arrangement", ofIXIT(arranged)},
		{"counterpart", ofIXIT(func(r Reviewed) string {
			if r.IXIT.Counterpart == "reference" && r.class() != "RP" {
				return "the IXIT declares the reference as counterpart, which speaks the reference protocol alone; the product is of class BH"
			}
			return ""
		})},
	}
}

func ofICS(reason func(Reviewed) string) func(Reviewed) string {
	return func(r Reviewed) string {
		if r.ICS == nil {
			return ""
		}
		return reason(r)
	}
}

func ofIXIT(reason func(Reviewed) string) func(Reviewed) string {
	return func(r Reviewed) string {
		if r.IXIT == nil {
			return ""
		}
		return reason(r)
	}
}

func (r Reviewed) class() string {
	if r.ICS != nil {
		return r.ICS.Class
	}
	return r.Hello.Class
}

func differ(what, declared, said string) string {
	if declared == said {
		return ""
	}
	return fmt.Sprintf("the ICS declares %s %s, and the adapter says %s", what, declared, said)
}

// unserved names what a file declares and the adapter does not serve.
func unserved[T ~string](what string, declared, served []T) string {
	for _, d := range declared {
		if !slices.Contains(served, d) {
			return fmt.Sprintf("the %s %q is declared and the adapter does not serve it; serve it, or leave it out", what, d)
		}
	}
	return ""
}

// splitOnly are capabilities that mean something message by message alone.
func splitOnly(r Reviewed) string {
	if slices.Contains(r.ICS.Shapes, adapter.Split) {
		return ""
	}
	for _, c := range []adapter.Capability{adapter.CapStart, adapter.CapCancel, adapter.CapSecondSession} {
		if slices.Contains(r.ICS.Capabilities, c) {
			return fmt.Sprintf("the ICS declares %q, which needs the shape split, and declares %v", c, r.ICS.Shapes)
		}
	}
	return ""
}

// linked holds the telecom link that is declared against the capability, and
// against hello: the frames of another link are longer, or its answers slower.
func linked(r Reviewed) string {
	own := r.ICS.Telecom
	if slices.Contains(r.ICS.Capabilities, adapter.CapTelecom) != (own != Telecom{}) {
		return "the ICS declares one of the capability telecom and its frame and answer; declare both, or neither"
	}
	if said := r.Hello.Telecom; own != (Telecom{}) && said != nil && *said != (adapter.Telecom{Frame: own.Frame, Answer: own.Answer}) {
		return fmt.Sprintf("the ICS declares a telecom link of %d bytes and %d seconds, and the adapter says %d and %d", own.Frame, own.Answer, said.Frame, said.Answer)
	}
	return ""
}

// laxer names a limit of the product's above the profile's: it would let pass
// what the profile forbids.
func laxer(r Reviewed) string {
	own, p := r.ICS.Limits, r.Profile
	for _, l := range []struct {
		name      string
		own, most *uint64
	}{
		{"max_tx", own.MaxTx, p.MaxTx}, {"max_holding", own.MaxHolding, p.MaxHolding},
		{"max_cumulative_unsynced", own.MaxCumulativeUnsynced, p.MaxCumulativeUnsynced},
		{"max_unsynced_count", own.MaxUnsyncedCount, p.MaxUnsyncedCount},
		{"auth_free_amount", own.AuthFreeAmount, p.AuthFreeAmount}, {"auth_free_count", own.AuthFreeCount, p.AuthFreeCount},
	} {
		if l.own != nil && l.most != nil && *l.own > *l.most {
			return fmt.Sprintf("the ICS declares limits.%s %d, above the %d of profile %s", l.name, *l.own, *l.most, r.Profile.ID)
		}
	}
	return ""
}

func scaled(a Amounts) bool {
	return (a.Step != nil && *a.Step > 1) || (a.Min != nil && *a.Min > 1)
}

// payable names amounts of which none can be paid under the profile.
func payable(r Reviewed) string {
	a := r.ICS.Amounts
	if d := a.Denominations; len(d) > 0 && (a.Step == nil || *a.Step != d[0]) {
		return fmt.Sprintf("the ICS declares denominations from %d and no step of %d: the least piece is the step", d[0], d[0])
	}
	for name, least := range map[string]*uint64{"step": a.Step, "min": a.Min} {
		if least != nil && r.Profile.MaxTx != nil && *least > *r.Profile.MaxTx {
			return fmt.Sprintf("the ICS declares amounts.%s %d, above max_tx %d of profile %s: nothing can be paid", name, *least, *r.Profile.MaxTx, r.Profile.ID)
		}
	}
	return ""
}

func arranged(r Reviewed) string {
	has := func(role adapter.Role) bool { return slices.Contains(r.Hello.Roles, role) }
	switch r.IXIT.Arrangement {
	case "device", "device-and-ledger":
		if !has(adapter.RoleDevice) {
			return fmt.Sprintf("the IXIT declares the arrangement %s, and the adapter has no device", r.IXIT.Arrangement)
		}
	}
	switch r.IXIT.Arrangement {
	case "ledger", "device-and-ledger":
		if !has(adapter.RoleLedger) {
			return fmt.Sprintf("the IXIT declares the arrangement %s, and the adapter has no ledger", r.IXIT.Arrangement)
		}
	}
	return ""
}
