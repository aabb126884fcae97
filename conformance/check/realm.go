package check

import (
	"fmt"
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A Realm is the harness's own test realm of class RP: it certifies the devices
// under test, rightly or, for a kit, wrongly.
type Realm struct {
	*cert.Authority
	// Production is a realm of the same issuer that no device here may accept.
	Production *cert.Authority
	// Stranger is a test realm under a root that nobody configured.
	Stranger *cert.Authority

	policy   wire.Policy
	epoch    uint64
	base     suite.Suite
	injected *adapter.Injected
}

// NewRealm derives a realm for a profile from a seed; base is the suite of the
// checks that do not depend on one.
func NewRealm(p *spec.Profile, base int, seed uint64) (*Realm, error) {
	key := seedOf(seed, "realm", "")
	params := cert.DefaultParameters()
	params.Currency, params.Number, params.Exponent = p.Currency, uint64(p.CurrencyCode), uint64(p.Exponent)
	params.Epoch, params.Family = p.Epoch, wire.FamilyOf(p.Family)
	if classical(p.Suites) { // no key above them need be stronger
		params.TopSuite, params.LeafSuite = suite.Ed25519, nil
		for _, s := range p.Suites {
			params.LeafSuite = append(params.LeafSuite, suite.Suite(s))
		}
	}
	production := params
	production.Env = wire.EnvProduction
	stranger := seedOf(seed, "stranger", "")
	r := &Realm{
		Authority:  cert.NewAuthority(key[:], params),
		Production: cert.NewAuthority(key[:], production),
		Stranger:   cert.NewAuthority(stranger[:], params),
		policy:     policyOf(p), epoch: p.Epoch, base: suite.Suite(base),
	}
	r.injected = &adapter.Injected{
		ServiceSeed: r.Service.Key.Seed(), ServiceSuite: int(r.TopSuite),
		Certificates: []adapter.Bytes{r.Root.Cert.Raw, r.Provider.Cert.Raw, r.Service.Cert.Raw},
		Policy:       r.Policy(1, nil), Revocations: r.SignRevset(1, r.epoch, nil, nil),
	}
	if r.ecash() {
		r.injected.Keyset = r.Keyset(1, nil)
	}
	return r, nil
}

// policyOf is the POLICY that says what the profile declares.
func policyOf(p *spec.Profile) wire.Policy {
	limit := func(v *uint64) wire.Limit {
		if v == nil {
			return wire.Limit{}
		}
		return wire.LimitOf(*v)
	}
	number := func(v *uint64, otherwise uint64) uint64 {
		if v == nil {
			return otherwise
		}
		return *v
	}
	m := wire.Policy{
		PolicyVersion: 1, Epoch: p.Epoch,
		Limits: []wire.Limits{{
			Class: 1, MaxTx: limit(p.MaxTx), MaxHolding: limit(p.MaxHolding),
			MaxCumulative: limit(p.MaxCumulativeUnsynced), MaxCount: limit(p.MaxUnsyncedCount),
			AuthFreeAmount: limit(p.AuthFreeAmount), AuthFreeCount: limit(p.AuthFreeCount),
			MaxOfflineEpochs: limit(p.MaxOfflineEpochs),
		}},
		KEMs:       kemsOf(p),
		Provenance: wire.Provenance{Mode: wire.ProvenanceReissue, MaxHops: wire.MaxHop},
		Fresh: wire.Freshness{
			MaxAge: number(p.RevocationMaxAge, 365), MaxCount: number(p.RevocationMaxCount, 1<<32), Grace: number(p.Grace, 0),
		},
		SyncMode: wire.SyncFull, Finality: 1, Respend: 1, ReceiptMode: wire.ReceiptSigned,
		Rules: wire.Rules{Loss: 1, Shortfall: 1, Recovery: 1, Replenish: 1},
	}
	for _, s := range p.Suites {
		m.Suites = append(m.Suites, suite.Suite(s))
	}
	if m.Suites == nil {
		m.Suites = suite.All()
	}
	if p.Family == "S" || p.Shortfall == spec.ShortfallOrder {
		m.Rules.Shortfall = wire.ShortfallOrder
	}
	if p.MaxHops != nil {
		m.Provenance.MaxHops = uint64(*p.MaxHops)
	}
	if p.Family == "E" { // max_hops counts those after the first, and the lots say 1
		m.Provenance.MaxHops = 1
	}
	if p.Provenance == spec.ProvenanceChain {
		m.Provenance.Mode = wire.ProvenanceChain
		m.Provenance.Trunc, m.Provenance.MaxInputs, m.Provenance.MaxLinks = uint64(*p.Trunc), uint64(*p.MaxInputs), uint64(*p.MaxLinks)
	}
	if p.Respend != nil && !*p.Respend {
		m.Respend = 0
	}
	if p.ConsentRequired != nil && *p.ConsentRequired {
		m.Consent = 1
	}
	if p.SyncMode == "TOTALS" {
		m.SyncMode = wire.SyncTotals
	}
	return m
}

// kemsOf are the KEMs of the policy: the profile's, or X25519.
func kemsOf(p *spec.Profile) []wire.KEM {
	var list []wire.KEM
	for _, k := range p.KEMs {
		list = append(list, wire.KEM(k))
	}
	if list == nil {
		list = []wire.KEM{wire.KEMX25519}
	}
	return list
}

// Policy signs the profile's policy in a version, with changes.
func (r *Realm) Policy(version uint64, change func(*wire.Policy)) []byte {
	m := r.policy
	m.Limits = slices.Clone(m.Limits)
	m.PolicyVersion = version
	if change != nil {
		change(&m)
	}
	return r.SignPolicy(m)
}

// A Certification is what the harness is about to certify.
type Certification struct {
	Options cert.DeviceOptions
	// Install is what the device is given.
	Install adapter.Provision
}

type certified struct {
	did     wire.DID
	install adapter.Provision
}

func (c certified) certificates() [][]byte {
	var all [][]byte
	for _, b := range c.install.Certificates {
		all = append(all, b)
	}
	return all
}

// certify answers enrolment requests. Every key must prove that it is held; the
// first key enrolled names the device for life, and certificates of other keys
// name it as their predecessor.
func (r *Realm) certify(requests []adapter.Bytes, suites []int, change func(*Certification)) (certified, error) {
	keys := map[suite.Suite]suite.PublicKey{}
	var first wire.ID
	for i, request := range withoutLinks(requests) {
		key, err := r.enrolled(request)
		if err != nil {
			return certified{}, fmt.Errorf("enrolment request %d of %d: %w", i+1, len(requests), err)
		}
		keys[key.Suite()] = key
		if i == 0 {
			first = wire.KeyDigest(key.COSE())
		}
	}
	var list []suite.Suite
	for _, s := range suites {
		if keys[suite.Suite(s)] == nil {
			return certified{}, fmt.Errorf("no enrolment request for suite %d", s)
		}
		list = append(list, suite.Suite(s))
	}
	slices.Sort(list)
	did := wire.DIDOf(r.Place.Realm, first)
	c := Certification{
		Options: cert.DeviceOptions{Subject: did, Suites: list},
		Install: adapter.Provision{
			Issuers: []adapter.Bytes{r.Provider.Cert.Raw, r.Service.Cert.Raw}, Root: r.Root.Cert.Raw,
			Policy: r.injected.Policy, Revocations: r.injected.Revocations, Keyset: r.injected.Keyset,
		},
	}
	if change != nil {
		change(&c)
	}
	for _, s := range list {
		o := c.Options
		if wire.KeyDigest(keys[s].COSE()) != first {
			edit := o.Edit
			o.Edit = func(b *wire.Cert) {
				b.Replaces = first
				if edit != nil {
					edit(b)
				}
			}
		}
		c.Install.Certificates = append(c.Install.Certificates, r.IssueDevice(keys[s], o).Raw)
	}
	return certified{did, c.Install}, nil
}

// withoutLinks leaves out the REKEY_REQs that may follow the enrolment requests:
// they are for evidence, and a product may have none.
func withoutLinks(requests []adapter.Bytes) []adapter.Bytes {
	return slices.DeleteFunc(slices.Clone(requests), func(b adapter.Bytes) bool {
		o, err := wire.DecodeObject(b, wire.TypeRekeyReq.MaxBytes())
		if err != nil {
			return false
		}
		t, ok := wire.Peek(o.Payload)
		return ok && t == wire.TypeRekeyReq
	})
}

// enrolled reads one enrolment request and checks its proof of possession.
func (r *Realm) enrolled(request []byte) (suite.PublicKey, error) {
	o, err := wire.DecodeObject(request, wire.TypeEnrolReq.MaxBytes())
	if err != nil {
		return nil, err
	}
	m, err := wire.DecodeEnrolReq(o.Payload)
	if err != nil {
		return nil, err
	}
	scheme, ok := suite.Lookup(m.Suite)
	if !ok {
		return nil, fmt.Errorf("suite %d is unknown", m.Suite)
	}
	key, err := scheme.ParsePublic(m.Key)
	if err != nil {
		return nil, err
	}
	if err := key.Verify(o.ToBeSigned(wire.TypeEnrolReq), o.Signature); err != nil {
		return nil, fmt.Errorf("proof of possession: %w", err)
	}
	return key, nil
}

// Install answers enrolment requests with what makes an ordinary device.
func (r *Realm) Install(requests []adapter.Bytes, suites ...int) (adapter.Provision, wire.DID, error) {
	c, err := r.certify(requests, suites, nil)
	return c.install, c.did, err
}

// Injected are the keys of a ledger of the realm.
func (r *Realm) Injected() *adapter.Injected { return r.injected }

// parseKey is the key of an encoded certificate.
func parseKey(encoded []byte) (suite.PublicKey, error) {
	c, err := cert.Parse(encoded)
	if err != nil {
		return nil, err
	}
	return c.Key, nil
}
