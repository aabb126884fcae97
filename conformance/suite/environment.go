package suite

import (
	"github.com/assay-cbdc/assay/conformance/ics"
	"github.com/assay-cbdc/assay/reports"
	"github.com/assay-cbdc/assay/spec"
)

// environment is what the device's keys and state lie in: the vendor's word, or
// the profile's where the vendor says nothing; nil where nobody does. All the
// evidence that is asked for is listed, also what nobody brought.
func environment(p *spec.Profile, i *ics.ICS) *reports.Environment {
	e := &reports.Environment{ID: p.Environment, By: "profile"}
	brought := map[string]string{}
	if i != nil && i.Environment.ID != "" {
		e.ID, e.By, brought = i.Environment.ID, "ICS", i.Environment.Evidence
	}
	d, err := spec.LoadEnvironment(e.ID)
	if err != nil {
		return nil // none is declared: a name that is wrong was refused on reading
	}
	e.Kind, e.Evidence = d.Kind, []reports.Evidence{}
	for _, asked := range d.Evidence {
		e.Evidence = append(e.Evidence, reports.Evidence{Name: asked.Name, Value: brought[asked.Name]})
	}
	return e
}
