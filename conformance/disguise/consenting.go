package disguise

import (
	"context"

	"github.com/assay-cbdc/assay/conformance/adapter"
)

// consenting gives its users' consent for them.
type consenting struct{ inner }

// Consenting shows a product whose units come with consent given: its vendor
// records it when a unit is provisioned. The next adapter serves consent.
func Consenting(next adapter.Adapter) adapter.Adapter { return consenting{inner{next}} }

// Do carries out a request, and gives consent after provision.
func (c consenting) Do(ctx context.Context, q adapter.Request, on events) (adapter.Answer, error) {
	a, err := c.next.Do(ctx, q, on)
	if _, provisions := q.Verb.(adapter.Provision); !provisions || err != nil || a.Done == nil {
		return a, err
	}
	given, err := c.next.Do(ctx, adapter.Request{Handle: q.Handle, Verb: adapter.Consent{Given: true}}, on)
	if err != nil || given.Done == nil {
		return given, err
	}
	return a, nil
}
