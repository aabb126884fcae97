package probe

import (
	"errors"
	"fmt"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A realm certifies the units of an adapter of class RP: rightly, and with a
// policy that sets no limits.
type realm struct {
	*cert.Authority
	policy, revocations []byte
}

func newRealm(p *spec.Profile) *realm {
	params := cert.DefaultParameters()
	params.Currency, params.Number, params.Exponent = p.Currency, uint64(p.CurrencyCode), uint64(p.Exponent)
	params.Epoch = p.Epoch
	a := cert.NewAuthority([]byte("assay adapter check"), params)
	return &realm{a, a.SignPolicy(wire.Policy{
		PolicyVersion: 1, Epoch: p.Epoch, Suites: suite.All(), KEMs: []wire.KEM{wire.KEMX25519},
		Limits:     []wire.Limits{{Class: 1}},
		Provenance: wire.Provenance{Mode: wire.ProvenanceReissue, MaxHops: wire.MaxHop},
		Fresh:      wire.Freshness{MaxAge: 365, MaxCount: 1 << 32},
		SyncMode:   wire.SyncFull, Finality: 1, Respend: 1, ReceiptMode: wire.ReceiptSigned,
		Rules: wire.Rules{Loss: 1, Shortfall: 1, Recovery: 1, Replenish: 1},
	}), a.SignRevset(1, p.Epoch, nil, nil)}
}

func (r *realm) injected() *adapter.Injected {
	return &adapter.Injected{
		ServiceSeed: r.Service.Key.Seed(), ServiceSuite: int(r.TopSuite),
		Certificates: []adapter.Bytes{r.Root.Cert.Raw, r.Provider.Cert.Raw, r.Service.Cert.Raw},
		Policy:       r.policy, Revocations: r.revocations,
	}
}

// certify answers the enrolment request for the lowest suite: one certificate
// is enough for an adapter.
func (r *realm) certify(requests []adapter.Bytes) (adapter.Provision, wire.DID, error) {
	var key suite.PublicKey
	for i, request := range requests {
		k, err := enrolled(request)
		if errors.Is(err, errLink) {
			continue
		}
		if err != nil {
			return adapter.Provision{}, wire.DID{}, fmt.Errorf("enrolment request %d of %d: %w", i+1, len(requests), err)
		}
		if key == nil || k.Suite() < key.Suite() {
			key = k
		}
	}
	if key == nil {
		return adapter.Provision{}, wire.DID{}, fmt.Errorf("no enrolment request")
	}
	c := r.IssueDevice(key, cert.DeviceOptions{})
	return adapter.Provision{
		Certificates: []adapter.Bytes{c.Raw},
		Issuers:      []adapter.Bytes{r.Provider.Cert.Raw, r.Service.Cert.Raw},
		Root:         r.Root.Cert.Raw, Policy: r.policy, Revocations: r.revocations,
	}, c.Body.Subject, nil
}

// errLink says that a message is a REKEY_REQ, which may follow the requests.
var errLink = errors.New("a REKEY_REQ")

func enrolled(request []byte) (suite.PublicKey, error) {
	o, err := wire.DecodeObject(request, wire.TypeEnrolReq.MaxBytes())
	if err != nil {
		return nil, err
	}
	if t, ok := wire.Peek(o.Payload); ok && t == wire.TypeRekeyReq {
		return nil, errLink
	}
	m, err := wire.DecodeEnrolReq(o.Payload)
	if err != nil {
		return nil, err
	}
	scheme, ok := suite.Lookup(m.Suite)
	if !ok {
		return nil, fmt.Errorf("suite %d is unknown", m.Suite)
	}
	return scheme.ParsePublic(m.Key)
}
