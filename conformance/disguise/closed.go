package disguise

import (
	"context"
	"maps"
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A closed product is of class BH: it has a realm of its own, in which nobody
// outside can issue, and devices that come provisioned.
type closed struct {
	inner
	realm *check.Realm
	// change changes the vendor's first policy; nil: the profile's.
	change  func(*wire.Policy)
	devices map[string]wire.DID
	certs   map[string][]adapter.Bytes
}

// Closed shows a product of class RP as a closed one of class BH. The next
// adapter is the reference or a mutant of it.
func Closed(next adapter.Adapter) adapter.Adapter { return newClosed(next, nil) }

// ClosedWith is [Closed] with a change to the first policy, which a closed
// vendor chooses for itself.
func ClosedWith(change func(*wire.Policy)) Face {
	return func(next adapter.Adapter) adapter.Adapter { return newClosed(next, change) }
}

func newClosed(next adapter.Adapter, change func(*wire.Policy)) *closed {
	return &closed{inner: inner{next}, change: change, devices: map[string]wire.DID{}, certs: map[string][]adapter.Bytes{}}
}

// Do carries out a request as the closed product does.
func (c *closed) Do(ctx context.Context, q adapter.Request, on events) (adapter.Answer, error) {
	do := func(v adapter.Verb) (adapter.Answer, error) {
		return c.next.Do(ctx, adapter.Request{Handle: q.Handle, Verb: v}, on)
	}
	switch v := q.Verb.(type) {
	case adapter.Hello:
		return c.hello(ctx, q, on, func(h *adapter.Implementation) {
			h.Class, h.Suites, h.Provision = "BH", nil, adapter.ProvisionInjected
			// Policies, cards and codes are the vendor's own.
			h.Capabilities = without(h.Capabilities, adapter.CapPolicy, adapter.CapAPDU, adapter.CapContactless, adapter.CapQR)
		})
	case adapter.Create:
		if err := c.found(v.Profile); err != nil {
			return adapter.Answer{}, err
		}
		if v.Role == adapter.RoleLedger {
			v.Injected = c.realm.Injected()
		}
		return do(v)
	case adapter.Provision:
		return c.provision(q.Handle, do)
	case adapter.ApplyPolicy, adapter.ApplyRevocations:
		return adapter.Answer{}, unsupported(v)
	case adapter.Register:
		v.Certificates = c.certs[v.Device]
		return do(v)
	case adapter.Block:
		return do(adapter.Block{Device: c.name(v.Device)})
	case adapter.SyncChallenge:
		return do(adapter.SyncChallenge{Device: c.name(v.Device)})
	case adapter.Findings:
		a, err := do(v)
		return c.accuse(a), err
	}
	return do(q.Verb)
}

// found makes the realm when the first unit is created.
func (c *closed) found(profile []byte) error {
	if c.realm != nil {
		return nil
	}
	p, err := spec.ParseProfile("profile", profile)
	if err != nil {
		return broken("create", "the profile cannot be read: %v", err)
	}
	if c.realm, err = check.NewRealm(p, 1, 42); err != nil {
		return broken("create", "the vendor's realm cannot be made: %v", err)
	}
	return nil
}

// name is what the product itself calls a device that the harness names by its
// handle. One that it does not know stays unknown.
func (c *closed) name(handle adapter.Bytes) adapter.Bytes {
	did := c.devices[string(handle)]
	return did[:]
}

// accuse names the devices of findings by their handles, which is the only name
// that a closed product and the harness share.
func (c *closed) accuse(a adapter.Answer) adapter.Answer {
	if a.Done == nil {
		return a
	}
	r := *a.Done
	r.Findings = slices.Clone(r.Findings)
	for i, f := range r.Findings {
		for _, handle := range slices.Sorted(maps.Keys(c.devices)) {
			if did := c.devices[handle]; string(f.Device) == string(did[:]) {
				r.Findings[i].Device = adapter.Bytes(handle)
				break
			}
		}
	}
	a.Done = &r
	return a
}

// provision certifies a device in the factory, once; the harness is only told
// that it is so.
func (c *closed) provision(handle string, do func(adapter.Verb) (adapter.Answer, error)) (adapter.Answer, error) {
	if did, made := c.devices[handle]; made {
		return done(adapter.Result{Device: did[:]}), nil
	}
	requests, err := do(adapter.Provision{})
	if err != nil || requests.Done == nil {
		return requests, err
	}
	if c.realm == nil {
		return adapter.Answer{}, broken("provision", "unit %q was not created here", handle)
	}
	install, did, err := c.realm.Install(requests.Done.Messages, 1)
	if err != nil {
		return adapter.Answer{}, broken("provision", "the device cannot be certified: %v", err)
	}
	if c.change != nil {
		install.Policy = c.realm.Policy(1, c.change)
	}
	a, err := do(install)
	if err == nil && a.Done != nil {
		c.devices[handle], c.certs[handle] = did, install.Certificates
	}
	return a, err
}
