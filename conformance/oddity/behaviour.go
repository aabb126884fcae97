package oddity

import (
	"context"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// closed is the reference as a closed product shows itself: of class BH, with a
// realm of its own that nobody outside can issue in, and devices that come
// provisioned.
type closed struct {
	next    adapter.Adapter
	realm   *check.Realm
	devices map[string]wire.DID
	certs   map[string][]adapter.Bytes
	// policy changes the vendor's first policy; nil: the profile's.
	policy func(*wire.Policy)
}

func newClosed() *closed {
	return &closed{
		next: simulator.New(simulator.Options{
			Without: []adapter.Capability{adapter.CapPolicy}, // policies and certificates are the vendor's own
			Hello: func(h *adapter.Implementation) {
				h.Class, h.Suites, h.Provision = "BH", nil, adapter.ProvisionDone
			},
		}),
		devices: map[string]wire.DID{}, certs: map[string][]adapter.Bytes{},
	}
}

// Do carries out a request as the closed product does.
func (c *closed) Do(ctx context.Context, q adapter.Request, on func(adapter.Event) adapter.Reply) (adapter.Answer, error) {
	do := func(v adapter.Verb) (adapter.Answer, error) {
		return c.next.Do(ctx, adapter.Request{Handle: q.Handle, Verb: v}, on)
	}
	switch v := q.Verb.(type) {
	case adapter.Create:
		if c.realm == nil {
			p, err := spec.ParseProfile("profile", v.Profile)
			if err != nil {
				return adapter.Answer{}, err
			}
			if c.realm, err = check.NewRealm(p, 1, 42); err != nil {
				return adapter.Answer{}, err
			}
		}
		if v.Role == adapter.RoleLedger {
			v.Injected = c.realm.Injected()
		}
		return do(v)
	case adapter.Provision:
		return c.provision(q.Handle, do)
	case adapter.Register:
		v.Certificates = c.certs[v.Device]
		return do(v)
	case adapter.Block:
		did := c.devices[string(v.Device)]
		return do(adapter.Block{Device: did[:]})
	case adapter.SyncChallenge:
		did := c.devices[string(v.Device)]
		return do(adapter.SyncChallenge{Device: did[:]})
	}
	return do(q.Verb)
}

func (c *closed) provision(handle string, do func(adapter.Verb) (adapter.Answer, error)) (adapter.Answer, error) {
	requests, err := do(adapter.Provision{})
	if err != nil || requests.Done == nil {
		return requests, err
	}
	install, did, err := c.realm.Install(requests.Done.Messages, 1)
	if err != nil {
		return adapter.Answer{}, err
	}
	c.devices[handle], c.certs[handle] = did, install.Certificates
	if c.policy != nil {
		install.Policy = c.realm.Policy(1, c.policy)
	}
	return do(install)
}
