package oddity

import (
	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/disguise"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/spec"
)

// reserveOddities are right products of families I and S.
func reserveOddities() []Oddity {
	return []Oddity{
		odd("holds-undeclared", spec.SET07, "holds what it received until it has synchronised, where its profile leaves that open", func() adapter.Adapter {
			return disguise.StagedOffline(reference(simulator.Options{}))
		}).of("ekrona-p4", "required: [PAY-01, PAY-02, PAY-06, DSP-01, DSP-05, SET-01, SET-08, INV-01, INV-02]"),
		odd("names-no-device", spec.SET07, "tells what is unsettled by account and amount, without device and counter", func() adapter.Adapter {
			return disguise.Closed(around{next: reference(simulator.Options{}), answer: accountsOnly})
		}).of("cf-dc-2.2", ""),
		odd("covers-in-private", spec.SET07, "tells who is short, and not what providers have advanced in all, where its profile declares no rule", func() adapter.Adapter {
			return around{next: reference(simulator.Options{}), answer: func(_ adapter.Request, a *adapter.Answer) {
				if a.Done != nil && a.Done.Supply != nil {
					a.Done.Supply.Covered = 0
				}
			}}
		}).of("visa-ops", ""),
	}
}

// of is the oddity under a profile of another family than B, with what its buyer
// changes in that.
func (o Oddity) of(profile, changes string) Oddity {
	o.overlay = "base: " + profile + "\nid: " + o.Name + "\n" + changes + "\n"
	return o
}

func accountsOnly(_ adapter.Request, a *adapter.Answer) {
	if a.Done == nil || a.Done.Supply == nil {
		return
	}
	for i := range a.Done.Supply.Unsettled {
		a.Done.Supply.Unsettled[i].Device, a.Done.Supply.Unsettled[i].Counter = nil, 0
	}
}
