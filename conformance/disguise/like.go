package disguise

import (
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/simulator"
)

// Like is the face of a product that says h of itself and is driven in a shape:
// its class, its capabilities, its units and, in class BH, their history.
func Like(h adapter.Implementation, shape adapter.Shape) Face {
	return func(a adapter.Adapter) adapter.Adapter {
		if h.Class == "BH" {
			a = Closed(a)
			if len(h.Kit) > 0 {
				a = Kit(a)
			}
			switch {
			case h.Lifecycle == adapter.LifecycleNone:
				a = Used(a)
			case h.Provision == adapter.ProvisionDone:
				a = PreProvisioned(a)
			}
			if !slices.Contains(h.Roles, adapter.RoleLedger) || !slices.Contains(h.Capabilities, adapter.CapLedger) {
				a = OwnLedger(a)
			}
		}
		switch shape {
		case adapter.Hooked:
			a = Hooked(a)
		case adapter.Sealed:
			a = Sealed(a)
		}
		if !slices.Contains(h.Capabilities, adapter.CapConsent) {
			a = Consenting(a)
		}
		gone := slices.DeleteFunc(append(simulator.Capabilities(), adapter.CapCutMessage, adapter.CapCutTime), func(c adapter.Capability) bool {
			// The reference's payer speaks first, whoever does in the product.
			return slices.Contains(h.Capabilities, c) || c == adapter.CapStart
		})
		a = Without(gone...)(a)
		return Says(func(said *adapter.Implementation) {
			said.Units = h.Units
			said.Kit = slices.DeleteFunc(slices.Clone(said.Kit), func(m adapter.Misbehaviour) bool { return !slices.Contains(h.Kit, m) })
		})(a)
	}
}
