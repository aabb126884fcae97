package check

import (
	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// samples is how many devices are compared with one another.
const samples = 10

// sampleChecks compare devices of one make: what each should have drawn for
// itself may have been drawn once, in the factory.
func sampleChecks() []Check {
	return []Check{{
		ID: "PRV-03.samples", Title: "no two of ten devices share a key, an identifier or a nonce", Cites: []spec.ID{spec.PRV03},
		RP: true, Receives: true, Units: samples, Run: samplesDiffer,
	}}
}

// seen tells the sample that had a value before, 0 for none.
type seen map[string]int

func (s seen) before(value []byte, sample int) int {
	first, known := s[string(value)]
	if !known {
		s[string(value)] = sample
	}
	return first
}

func samplesDiffer(t *T) {
	keys, identifiers, nonces := seen{}, seen{}, seen{}
	for i := range samples {
		blank := t.DeviceWith(DeviceOptions{Blank: true})
		r := t.Control(blank.do(adapter.Provision{}), "ask for enrolment")
		for _, b := range withoutLinks(r.Messages) {
			m := payloadOf(t, b, wire.TypeEnrolReq, wire.DecodeEnrolReq)
			t.For(spec.PRV03, "two devices have one key").Expect(keys.before(m.Key, i+1)).To(gomega.BeZero())
			t.For(spec.PRV03, "two devices drew one nonce").Expect(nonces.before(m.Nonce[:], i+1)).To(gomega.BeZero())
		}
		t.For(spec.PRV03, "two devices have one identifier").Expect(identifiers.before(r.Device, i+1)).To(gomega.BeZero())
	}
	kit := t.Kit(KitOptions{})
	for i := range samples {
		s := kit.Meet(t.Device(), 1)
		t.For(spec.PRV03, "two devices ask for their first payment with one nonce").Expect(nonces.before(s.Request.Nonce[:], i+1)).To(gomega.BeZero())
	}
}
