package mutant

import (
	"context"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/spec"
)

// A call is one request with the answer of the right device, which a fault may
// change.
type call struct {
	handle  string
	verb    string
	request adapter.Request
	answer  *adapter.Answer
	// before is the device's state before the verb, nil for a ledger.
	before *device.State
}

func (c call) refused(code spec.Code) bool {
	return c.answer.Refused != nil && c.answer.Refused.Code == int(code)
}

// gained is what the verb added to the balance.
func (c call) gained(w *wrapper) money.Amount {
	after := w.state(c.handle)
	if c.before == nil || after == nil || after.Lots.Sum() < c.before.Lots.Sum() {
		return 0
	}
	return after.Lots.Sum() - c.before.Lots.Sum()
}

// A wrapper stands round the simulator.
type wrapper struct {
	sim    adapter.Adapter
	before func(*wrapper, call)
	after  func(*wrapper, call)
	events func(adapter.Event) []adapter.Event
	// Notes of a fault, by handle.
	amounts map[string]money.Amount
	counts  map[string]int
	bytes   map[string][]byte
	held    *adapter.Event
}

// wrapped makes a mutant's wrap from what happens after each verb.
func wrapped(after func(*wrapper, call)) func(adapter.Adapter) adapter.Adapter {
	return func(sim adapter.Adapter) adapter.Adapter { return newWrapper(sim, nil, after) }
}

// wrappedBefore makes one from what happens before each verb.
func wrappedBefore(before func(*wrapper, call)) func(adapter.Adapter) adapter.Adapter {
	return func(sim adapter.Adapter) adapter.Adapter { return newWrapper(sim, before, nil) }
}

func newWrapper(sim adapter.Adapter, before, after func(*wrapper, call)) *wrapper {
	return &wrapper{
		sim: sim, before: before, after: after,
		amounts: map[string]money.Amount{}, counts: map[string]int{}, bytes: map[string][]byte{},
	}
}

// Do carries out the request with the fault around it.
func (w *wrapper) Do(ctx context.Context, q adapter.Request, on func(adapter.Event) adapter.Reply) (adapter.Answer, error) {
	c := call{handle: q.Handle, verb: q.Verb.Name(), request: q, before: w.state(q.Handle)}
	if w.before != nil {
		w.before(w, c)
	}
	a, err := w.sim.Do(ctx, q, w.filtered(on))
	if err != nil || w.after == nil {
		return a, err
	}
	c.answer = &a
	w.after(w, c)
	return a, nil
}

func (w *wrapper) filtered(on func(adapter.Event) adapter.Reply) func(adapter.Event) adapter.Reply {
	if w.events == nil {
		return on
	}
	return func(e adapter.Event) adapter.Reply {
		var last adapter.Reply
		for _, out := range w.events(e) {
			last = on(out)
		}
		return last
	}
}

// device is the device of a handle, nil when there is none.
func (w *wrapper) device(handle string) *device.Device {
	inside, ok := w.sim.(simulator.Inspector)
	if !ok {
		return nil
	}
	return inside.Device(handle)
}

// state is a copy of a device's state; nil when the handle is no device's.
func (w *wrapper) state(handle string) *device.State {
	d := w.device(handle)
	if d == nil {
		return nil
	}
	s := d.State()
	return &s
}

// edit plants a fault in a device's state. A device that is without power
// cannot be edited, and is left alone.
func (w *wrapper) edit(handle string, change func(*device.State)) {
	if d := w.device(handle); d != nil {
		_ = d.Edit(change)
	}
}

// sign signs bytes with a device's first key.
func (w *wrapper) sign(handle string, message []byte) []byte {
	s := w.state(handle)
	if s == nil || len(s.Keys) == 0 {
		return nil
	}
	scheme, ok := suite.Lookup(s.Keys[0].Suite)
	if !ok {
		return nil
	}
	key, err := scheme.NewKey(s.Keys[0].Seed)
	if err != nil {
		return nil
	}
	return key.Sign(message)
}
