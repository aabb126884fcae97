package disguise

import (
	"context"
	"fmt"
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A workshop is a closed product whose vendor also makes units that misbehave.
type workshop struct {
	*closed
	sims map[adapter.Misbehaviour]adapter.Adapter
	kits map[string]*kit
	made int
	// paired is the clone that waits for its other half.
	paired *kit
	ledger string // the latest
}

// A kit is a reference device that somebody has broken into. Everything about it
// is right but its one misbehaviour.
type kit struct {
	fault  adapter.Misbehaviour
	on     adapter.Adapter
	handle string // of the device on it
	right  []byte // its certificate
	wrong  []byte // the one that it shows to other devices, nil for the right one
	most   uint64 // hops that value may pass
	// mark is the memory that a unit which spends twice goes back to.
	mark string
	body *body // what two clones share
	twin bool  // it is the second of two
}

// Kit serves the role kit with every misbehaviour of the contract, over [Closed]
// or over what Closed goes round: the vendor certifies its kits itself. Its
// other units are those of the next adapter. Two kits in a row of the
// misbehaviour clone are one device, in two copies from the moment when the
// second is created.
func Kit(next adapter.Adapter) adapter.Adapter {
	c, ok := next.(*closed)
	if !ok {
		c = newClosed(next, nil)
	}
	return &workshop{closed: c, sims: map[adapter.Misbehaviour]adapter.Adapter{}, kits: map[string]*kit{}}
}

// Device returns the device behind a handle, a kit's too.
func (w *workshop) Device(handle string) *device.Device {
	if k := w.kits[handle]; k != nil {
		return k.device()
	}
	return w.closed.Device(handle)
}

// Do carries out a request as a product with kits does.
func (w *workshop) Do(ctx context.Context, q adapter.Request, on events) (adapter.Answer, error) {
	switch v := q.Verb.(type) {
	case adapter.Hello:
		w.paired = nil
		return (inner{w.closed}).hello(ctx, q, on, func(h *adapter.Implementation) {
			if !slices.Contains(h.Roles, adapter.RoleKit) {
				h.Roles = append(slices.Clone(h.Roles), adapter.RoleKit)
			}
			h.Kit = adapter.Misbehaviours()
		})
	case adapter.Create:
		if v.Role == adapter.RoleKit {
			return w.create(ctx, v)
		}
		a, err := w.closed.Do(ctx, q, on)
		if v.Role == adapter.RoleLedger && err == nil && a.Done != nil {
			w.ledger = a.Done.Handle
		}
		return a, err
	case adapter.Register:
		if k := w.kits[v.Device]; k != nil && k.twin { // the ledger knows one device
			did := w.devices[v.Device]
			return done(adapter.Result{Device: did[:]}), nil
		}
	}
	if k := w.kits[q.Handle]; k != nil {
		return w.drive(ctx, q, k, on)
	}
	return w.closed.Do(ctx, q, on)
}

// create makes a kit, or the second copy of one.
func (w *workshop) create(ctx context.Context, v adapter.Create) (adapter.Answer, error) {
	if !slices.Contains(adapter.Misbehaviours(), v.Fault) {
		return adapter.Answer{}, &adapter.Error{
			Fault: adapter.FaultUnsupported, Verb: v.Name(), Detail: fmt.Sprintf("there is no kit that does %q", v.Fault),
		}
	}
	w.made++
	handle := fmt.Sprintf("kit-%d", w.made)
	if first := w.paired; first != nil && v.Fault == adapter.KitClone {
		w.paired = nil
		copied := *first
		copied.twin = true
		w.kits[handle] = &copied
		w.devices[handle], w.certs[handle] = copied.device().DID(), []adapter.Bytes{copied.right}
		return done(adapter.Result{Handle: handle}), first.body.split(first, &copied)
	}
	k, err := w.build(ctx, handle, v)
	if err != nil {
		return adapter.Answer{}, err
	}
	w.kits[handle] = k
	if v.Fault == adapter.KitClone {
		k.body = &body{}
		w.paired = k
	}
	return done(adapter.Result{Handle: handle}), nil
}

// build makes a device, certifies it as the vendor does, and then as its
// misbehaviour asks.
func (w *workshop) build(ctx context.Context, handle string, v adapter.Create) (*kit, error) {
	if err := w.found(v.Profile); err != nil {
		return nil, err
	}
	profile, err := spec.ParseProfile("profile", v.Profile)
	if err != nil {
		return nil, broken("create", "the profile cannot be read: %v", err)
	}
	if w.sims[v.Fault] == nil {
		w.sims[v.Fault] = simulator.New(kitOptions(v.Fault))
	}
	k := &kit{fault: v.Fault, on: w.sims[v.Fault], most: wire.MaxHop}
	if profile.MaxHops != nil {
		k.most = min(k.most, uint64(*profile.MaxHops))
	}
	fault := v.Fault
	v.Role, v.Fault = adapter.RoleDevice, ""
	a, err := k.on.Do(ctx, adapter.Request{Verb: v}, unheard)
	if err != nil {
		return nil, err
	}
	k.handle = a.Done.Handle
	certified, err := w.provision(handle, func(v adapter.Verb) (adapter.Answer, error) { return k.do(ctx, v) })
	if err != nil {
		return nil, err
	}
	if certified.Done == nil {
		return nil, broken("create", "a kit cannot be provisioned: %+v", certified.Refused)
	}
	k.right = w.certs[handle][0]
	key, ok := k.device().PublicKey(suite.Ed25519)
	if !ok {
		return nil, broken("create", "a kit has no key")
	}
	o := cert.DeviceOptions{Subject: k.device().DID(), Suites: []suite.Suite{suite.Ed25519}}
	switch fault {
	case adapter.KitWrongRoot:
		k.wrong = w.realm.Stranger.IssueDevice(key, o).Raw
	case adapter.KitExpired:
		last := v.Epoch - min(v.Epoch, 200)
		o.Edit = func(b *wire.Cert) { b.NotAfter, b.Epoch = last, last-min(last, 100) }
		k.wrong = w.realm.IssueDevice(key, o).Raw
	}
	return k, nil
}

// kitOptions take out of a reference device what keeps it from misbehaving.
func kitOptions(fault adapter.Misbehaviour) simulator.Options {
	o := simulator.Options{Config: func(c *device.Config) { c.Suites = c.Suites[:1] }}
	switch fault {
	case adapter.KitOneHopMore:
		o.Device = func(p *device.Parts) {
			p.Rules = p.Rules.Without(device.ProcPay, "hop")
			p.Draw = anyHop
		}
	case adapter.KitWrongAmount:
		o.Device = func(p *device.Parts) {
			right := p.Rules.Rule(device.ProcPay, "funds").Holds
			p.Rules = p.Rules.Replace(device.ProcPay, "funds", func(c *device.Context) bool {
				if c.PayReq.Amount > 1 {
					c.PayReq.Amount--
				} else {
					c.PayReq.Amount++
				}
				c.Amount = c.PayReq.Amount
				return right(c)
			})
		}
	}
	return o
}
