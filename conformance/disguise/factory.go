package disguise

import (
	"context"

	"github.com/assay-cbdc/assay/conformance/adapter"
)

// factory gives devices that are provisioned.
type factory struct{ inner }

// PreProvisioned shows a product whose devices leave its factory provisioned: a
// blank one cannot be had. The next adapter provisions them itself, as [Closed]
// does.
func PreProvisioned(next adapter.Adapter) adapter.Adapter { return factory{inner{next}} }

// Do carries out a request as the factory's product does.
func (f factory) Do(ctx context.Context, q adapter.Request, on events) (adapter.Answer, error) {
	v, creates := q.Verb.(adapter.Create)
	switch {
	case q.Verb.Name() == "hello":
		return f.hello(ctx, q, on, func(h *adapter.Implementation) { h.Provision = adapter.ProvisionDone })
	case !creates || v.Role != adapter.RoleDevice:
		return f.next.Do(ctx, q, on)
	}
	made, err := f.next.Do(ctx, q, on)
	if err != nil || made.Done == nil {
		return made, err
	}
	a, err := f.next.Do(ctx, adapter.Request{Handle: made.Done.Handle, Verb: adapter.Provision{}}, on)
	if err != nil || a.Done == nil {
		return a, err
	}
	return made, nil
}
