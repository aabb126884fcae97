package check

import (
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// badAnswers are answers to a re-key one mutation away from the right one.
func (t *T) badAnswers() []struct {
	name   string
	codes  []spec.Code
	change func(o *cert.DeviceOptions, key *suite.PublicKey)
} {
	edit := func(o *cert.DeviceOptions, more func(*wire.Cert)) {
		right := o.Edit
		o.Edit = func(b *wire.Cert) { right(b); more(b) }
	}
	path := []spec.Code{spec.EPath}
	return []struct {
		name   string
		codes  []spec.Code
		change func(o *cert.DeviceOptions, key *suite.PublicKey)
	}{
		{"another device's identifier", path, func(o *cert.DeviceOptions, _ *suite.PublicKey) { o.Subject[0] ^= 1 }},
		{"another key", path, func(_ *cert.DeviceOptions, key *suite.PublicKey) {
			*key = cert.DeriveKey((*key).Suite(), []byte("a key of nobody"), "rekey").Public()
		}},
		{"no key before", path, func(o *cert.DeviceOptions, _ *suite.PublicKey) {
			edit(o, func(b *wire.Cert) { b.Replaces = wire.ID{} })
		}},
		{"another key before", path, func(o *cert.DeviceOptions, _ *suite.PublicKey) { edit(o, func(b *wire.Cert) { b.Replaces[0] ^= 1 }) }},
		{"without its own suite", []spec.Code{spec.EPath, spec.ESuite}, func(o *cert.DeviceOptions, key *suite.PublicKey) {
			o.Suites = []suite.Suite{suite.P256}
			if (*key).Suite() == suite.P256 {
				o.Suites = []suite.Suite{suite.Ed25519}
			}
		}},
		{"a validity beyond its issuer's", path, func(o *cert.DeviceOptions, _ *suite.PublicKey) { edit(o, func(b *wire.Cert) { b.NotAfter++ }) }},
		{"certified by the service", []spec.Code{spec.EUsage, spec.EPath}, func(o *cert.DeviceOptions, _ *suite.PublicKey) { o.Issuer = &t.env.realm.Service }},
		{"a wrong signature", []spec.Code{spec.ESig}, func(o *cert.DeviceOptions, _ *suite.PublicKey) { o.BadSignature = true }},
	}
}

func rekeyAnswers(t *T) {
	const message = "a certificate was taken for a new key that is not its own"
	unit, other := t.Funded(1000), t.Device()
	base := int(t.env.realm.base)
	t.For(spec.LCM04, "certificates were taken that nobody had asked for").Expect(
		unit.do(adapter.Provision{Certificates: []adapter.Bytes{other.Certificates[0]}})).To(t.Refused(spec.EState))
	before := unit.keepsake()
	n := unit.Renew(spec.LCM04, base)
	for _, bad := range t.badAnswers() {
		t.For(spec.LCM04, message).Expect(n.Install(n.Certify(bad.change))).To(t.Refused(bad.codes...), bad.name)
	}
	right := n.Certify(nil)
	foreign := adapter.Provision{Certificates: []adapter.Bytes{other.Certificates[0]}}
	t.For(spec.LCM04, message).Expect(n.Install(foreign)).To(t.Refused(spec.EPath), "another device's certificate")
	beside := right
	stranger := adapter.Bytes(t.env.realm.Stranger.Service.Cert.Raw)
	beside.Issuers = []adapter.Bytes{stranger}
	t.For(spec.LCM04, "an issuer under an unknown root was taken beside a certificate").Expect(n.Install(beside)).To(t.Refused(spec.EPath, spec.ECertNeeded))
	forged := slices.Clone(t.env.realm.Service.Cert.Raw)
	forged[len(forged)-1] ^= 1
	beside.Issuers = []adapter.Bytes{forged}
	t.For(spec.LCM04, "an issuer with a wrong signature was taken beside a certificate").Expect(n.Install(beside)).To(t.Refused(spec.ESig))
	unit.same(before)
	t.MustTransfer(unit, other, 10) // with the key before
	t.For(spec.LCM04, "after refusals the right certificate is refused").Expect(n.Install(right)).To(BeDone())
	n.Done(right)
	t.MustTransfer(unit, other, 10)
}

// certificatesTogether is about a device with two certificates, of which a re-key
// changes one.
func certificatesTogether(t *T) {
	unit := t.DeviceWith(DeviceOptions{Suites: []int{1, 2}})
	t.Control(unit.Fund(100), "funding")
	before := unit.keepsake()
	n := unit.Renew(spec.LCM04, 1)
	disagrees := n.Certify(func(o *cert.DeviceOptions, _ *suite.PublicKey) {
		right := o.Edit
		o.Edit = func(b *wire.Cert) { right(b); b.Limits = 2 }
	})
	t.For(spec.LCM04, "certificates of one device that disagree were taken").Expect(n.Install(disagrees)).To(t.Refused(spec.EPath))
	right := n.Certify(nil)
	sidestep := adapter.Provision{Certificates: right.Certificates[1:]}
	t.For(spec.LCM04, "without a certificate for the new key an answer was taken").Expect(n.Install(sidestep)).To(t.Refused(spec.ECertNeeded))
	unit.same(before)
	t.For(spec.LCM04, "after refusals the right certificates are refused").Expect(n.Install(right)).To(BeDone())
	n.Done(right)
	t.MustTransfer(unit, t.Device(), 10)
}
