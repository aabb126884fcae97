package disguise

import (
	"context"
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
)

// few is a bench of so many devices.
type few struct {
	inner
	n      int
	resets bool
	live   []string // handles of this conversation, the oldest first
	gone   map[string]bool
}

// Units has a bench of so many devices. Where create resets a device, one more
// resets the one that was longest in use, whose handle is then nobody's; where
// create gives what there is (lifecycles none and fresh-sample), one more is
// refused with "UNITS".
func Units(n int) Face {
	return func(next adapter.Adapter) adapter.Adapter {
		return &few{inner: inner{next}, n: n, resets: true, gone: map[string]bool{}}
	}
}

// Do carries out a request on a bench of so many devices.
func (f *few) Do(ctx context.Context, q adapter.Request, on events) (adapter.Answer, error) {
	if f.gone[q.Handle] {
		return adapter.Answer{}, broken(q.Verb.Name(), "unit %q has been reset: use the handle of the latest create", q.Handle)
	}
	switch v := q.Verb.(type) {
	case adapter.Hello:
		f.live = nil
		return f.hello(ctx, q, on, func(h *adapter.Implementation) {
			h.Units, f.resets = f.n, h.Lifecycle == adapter.LifecycleReset
		})
	case adapter.Create:
		if v.Role == adapter.RoleDevice {
			return f.create(ctx, q, on)
		}
	case adapter.Transfer:
		if f.gone[v.Payee] {
			return adapter.Answer{}, broken("transfer", "unit %q has been reset: use the handle of the latest create", v.Payee)
		}
	}
	return f.next.Do(ctx, q, on)
}

func (f *few) create(ctx context.Context, q adapter.Request, on events) (adapter.Answer, error) {
	if len(f.live) >= f.n && !f.resets {
		return no("UNITS"), nil
	}
	a, err := f.next.Do(ctx, q, on)
	if err != nil || a.Done == nil {
		return a, err
	}
	f.live = append(f.live, a.Done.Handle)
	delete(f.gone, a.Done.Handle) // the same unit under the same name, in another conversation
	if len(f.live) > f.n {
		f.gone[f.live[0]] = true
		f.live = slices.Delete(f.live, 0, 1)
	}
	return a, nil
}
