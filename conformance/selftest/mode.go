package selftest

import (
	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/disguise"
)

// A Mode is how a product is driven: what a fault shows depends on it.
type Mode struct {
	Class string        `json:"class"`
	Shape adapter.Shape `json:"shape"`
}

func (m Mode) String() string { return m.Class + " " + string(m.Shape) }

// Modes are those in which every mutant is tried. Class RP reads every message,
// and is split.
func Modes() []Mode {
	return []Mode{{"RP", adapter.Split}, {"BH", adapter.Split}, {"BH", adapter.Hooked}, {"BH", adapter.Sealed}}
}

// faces show a device of class RP in the mode.
func (m Mode) faces() []disguise.Face {
	var all []disguise.Face
	if m.Class == "BH" {
		all = append(all, disguise.Closed, disguise.Kit)
	}
	switch m.Shape {
	case adapter.Hooked:
		all = append(all, disguise.Hooked)
	case adapter.Sealed:
		all = append(all, disguise.Sealed)
	}
	return all
}
