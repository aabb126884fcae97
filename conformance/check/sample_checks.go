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

// seen tells which sample had a value first, from 1.
type seen map[string]int

// before is another sample that had the value first, 0 for none: what one device
// repeats in its own messages, no two devices share.
func (s seen) before(value []byte, sample int) int {
	first, known := s[string(value)]
	if !known {
		s[string(value)] = sample
	}
	if first == sample {
		return 0
	}
	return first
}

func samplesDiffer(t *T) {
	// The units below may be those above once more, so that nonces of enrolments
	// and of requests are compared each among themselves.
	keys, identifiers, nonces, requests := seen{}, seen{}, seen{}, seen{}
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
		t.For(spec.PRV03, "two devices ask for their first payment with one nonce").Expect(requests.before(s.Request.Nonce[:], i+1)).To(gomega.BeZero())
	}
}
