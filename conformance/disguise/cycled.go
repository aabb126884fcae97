package disguise

import (
	"context"
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
)

// cycled makes one payment for each time that it has power.
type cycled struct {
	inner
	used map[string]bool
}

// PowerCycled shows a card that is taken out of the field between payments: each
// unit loses power, and its sessions with it, before it takes part in another
// payment. The next adapter serves power-cycle.
func PowerCycled(next adapter.Adapter) adapter.Adapter {
	return &cycled{inner{next}, map[string]bool{}}
}

// Do carries out a request, after a power cycle where one is due.
func (c *cycled) Do(ctx context.Context, q adapter.Request, on events) (adapter.Answer, error) {
	units := []string{q.Handle}
	begins, pays := false, false
	switch v := q.Verb.(type) {
	case adapter.Hello:
		return c.hello(ctx, q, on, func(h *adapter.Implementation) {
			h.Capabilities = without(h.Capabilities, adapter.CapSecondSession)
		})
	case adapter.Start, adapter.RequestPayment:
		begins = true
	case adapter.Pay, adapter.Accept:
		pays = true
	case adapter.Transfer:
		units, begins, pays = append(units, v.Payee), true, true
	}
	for _, handle := range slices.Compact(units) {
		if !begins || !c.used[handle] {
			continue
		}
		c.used[handle] = false
		if a, err := c.next.Do(ctx, adapter.Request{Handle: handle, Verb: adapter.PowerCycle{}}, on); err != nil || a.Done == nil {
			return a, err
		}
	}
	a, err := c.next.Do(ctx, q, on)
	for _, handle := range units {
		c.used[handle] = c.used[handle] || pays && err == nil && a.Done != nil
	}
	return a, err
}
