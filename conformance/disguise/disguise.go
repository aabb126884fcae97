// Package disguise shows the reference, or a mutant of it, with another face:
// as a closed product, in another shape, with fewer capabilities, used, or with
// coarser amounts. What is right stays right and what is wrong stays wrong, so
// that the suite can be tried on products of every kind (assay selftest).
package disguise

import (
	"context"
	"fmt"
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/reference/device"
)

// A Face is put on an adapter.
type Face func(adapter.Adapter) adapter.Adapter

// Wear puts faces on, the first one innermost.
func Wear(a adapter.Adapter, faces ...Face) adapter.Adapter {
	for _, f := range faces {
		a = f(a)
	}
	return a
}

// inner is what a face stands round. It hands on what can be asked of it beside
// Do: [simulator.Inspector] and [check.Restarter].
type inner struct{ next adapter.Adapter }

// Device is the reference device of a handle, nil where there is none to see.
func (i inner) Device(handle string) *device.Device {
	if inside, ok := i.next.(simulator.Inspector); ok {
		return inside.Device(handle)
	}
	return nil
}

// Restart starts what is behind the face again, where that can be done.
func (i inner) Restart(ctx context.Context) error {
	if r, ok := i.next.(check.Restarter); ok {
		return r.Restart(ctx)
	}
	return nil
}

// events is how an adapter tells and asks before its answer.
type events = func(adapter.Event) adapter.Reply

// unheard is for what a face does on its own account: nobody is told.
func unheard(adapter.Event) adapter.Reply { return adapter.Reply{} }

// hello carries hello out and changes what it says.
func (i inner) hello(ctx context.Context, q adapter.Request, on events, change func(*adapter.Implementation)) (adapter.Answer, error) {
	a, err := i.next.Do(ctx, q, on)
	if err != nil || a.Done == nil || a.Done.Hello == nil {
		return a, err
	}
	said := *a.Done.Hello
	said.Capabilities = slices.Clone(said.Capabilities)
	change(&said)
	result := *a.Done
	result.Hello = &said
	a.Done = &result
	return a, nil
}

// says asks the next adapter what it is, for a face that was not greeted.
func (i inner) says(ctx context.Context) (adapter.Implementation, error) {
	a, err := i.next.Do(ctx, adapter.Request{Verb: adapter.Hello{Versions: []int{adapter.Version}}}, unheard)
	if err != nil {
		return adapter.Implementation{}, err
	}
	if a.Done == nil || a.Done.Hello == nil {
		return adapter.Implementation{}, broken("hello", "the adapter behind the disguise does not say what it is")
	}
	return *a.Done.Hello, nil
}

// without are the capabilities but for those that are gone, in memory of the
// caller's own.
func without(all []adapter.Capability, gone ...adapter.Capability) []adapter.Capability {
	return slices.DeleteFunc(slices.Clone(all), func(c adapter.Capability) bool { return slices.Contains(gone, c) })
}

// Says changes what hello says, and nothing else.
func Says(change func(*adapter.Implementation)) Face {
	return func(next adapter.Adapter) adapter.Adapter { return saying{inner{next}, change} }
}

type saying struct {
	inner
	change func(*adapter.Implementation)
}

func (s saying) Do(ctx context.Context, q adapter.Request, on events) (adapter.Answer, error) {
	if _, ok := q.Verb.(adapter.Hello); ok {
		return s.hello(ctx, q, on, s.change)
	}
	return s.next.Do(ctx, q, on)
}

// Without serves fewer capabilities: what is gone is not claimed, and answers
// that it is not served.
func Without(gone ...adapter.Capability) Face {
	return func(next adapter.Adapter) adapter.Adapter { return thin{inner{next}, gone} }
}

type thin struct {
	inner
	gone []adapter.Capability
}

func (t thin) Do(ctx context.Context, q adapter.Request, on events) (adapter.Answer, error) {
	if _, ok := q.Verb.(adapter.Hello); ok {
		return t.hello(ctx, q, on, func(h *adapter.Implementation) {
			h.Capabilities = without(h.Capabilities, t.gone...)
			if slices.Contains(t.gone, adapter.CapLedger) {
				h.Roles = slices.DeleteFunc(slices.Clone(h.Roles), func(r adapter.Role) bool { return r == adapter.RoleLedger })
			}
		})
	}
	if c := adapter.CapabilityOf(q.Verb); c != "" && slices.Contains(t.gone, c) {
		return adapter.Answer{}, unsupported(q.Verb)
	}
	return t.next.Do(ctx, q, on)
}

// unsupported is the error of a verb that the product does not serve.
func unsupported(v adapter.Verb) error {
	return &adapter.Error{Fault: adapter.FaultUnsupported, Verb: v.Name(), Detail: "this product has no verb " + v.Name()}
}

// broken is the adapter's own error.
func broken(verb, format string, args ...any) error {
	return &adapter.Error{Fault: adapter.FaultReported, Verb: verb, Detail: fmt.Sprintf(format, args...)}
}

func done(r adapter.Result) adapter.Answer { return adapter.Answer{Done: &r} }

// no is a refusal with a code of the product's own.
func no(vendor string) adapter.Answer {
	return adapter.Answer{Refused: &adapter.Refusal{Vendor: vendor}}
}

// Only serves no capabilities but these.
func Only(kept ...adapter.Capability) Face {
	return Without(without(simulator.Capabilities(), kept...)...)
}
