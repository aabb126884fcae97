package disguise

import (
	"context"
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
)

// own keeps its ledger to itself.
type own struct {
	inner
	ledger string
	bound  map[string]bool
}

// OwnLedger shows a product whose back office nobody else can ask: fund and
// defund settle behind it, there is no role ledger, and every device has an
// account from the start. The next adapter is pre-provisioned and has a ledger,
// which [Closed] over the reference does.
func OwnLedger(next adapter.Adapter) adapter.Adapter {
	return &own{inner: inner{next}, bound: map[string]bool{}}
}

// Do carries out a request as a product with a ledger of its own does.
func (o *own) Do(ctx context.Context, q adapter.Request, on events) (adapter.Answer, error) {
	switch v := q.Verb.(type) {
	case adapter.Hello:
		return o.hello(ctx, q, on, func(h *adapter.Implementation) {
			h.Roles = slices.DeleteFunc(slices.Clone(h.Roles), func(r adapter.Role) bool { return r == adapter.RoleLedger })
			h.Capabilities = without(h.Capabilities, adapter.CapLedger, adapter.CapBlock, adapter.CapAlerts, adapter.CapSplitFunding, adapter.CapSplitSync)
		})
	case adapter.Create:
		if v.Role == adapter.RoleLedger {
			return adapter.Answer{}, unsupported(v)
		}
		if err := o.found(ctx, v); err != nil {
			return adapter.Answer{}, err
		}
	case adapter.Provision:
		a, err := o.next.Do(ctx, q, on)
		if err != nil || a.Done == nil {
			return a, err
		}
		return a, o.bind(ctx, q.Handle)
	case adapter.Fund:
		v.Ledger = o.ledger
		q.Verb = v
	case adapter.Defund:
		v.Ledger = o.ledger
		q.Verb = v
	case adapter.Synchronise:
		v.Ledger = o.ledger
		q.Verb = v
	default:
		switch adapter.CapabilityOf(v) {
		case adapter.CapLedger, adapter.CapBlock, adapter.CapAlerts, adapter.CapSplitFunding, adapter.CapSplitSync:
			return adapter.Answer{}, unsupported(v)
		}
	}
	return o.next.Do(ctx, q, on)
}

// found makes the ledger before the first device.
func (o *own) found(ctx context.Context, v adapter.Create) error {
	if o.ledger != "" {
		return nil
	}
	v.Role, v.Fault = adapter.RoleLedger, ""
	a, err := o.next.Do(ctx, adapter.Request{Verb: v}, unheard)
	if err != nil {
		return err
	}
	if a.Done == nil {
		return broken("create", "the product behind the disguise makes no ledger")
	}
	o.ledger = a.Done.Handle
	return nil
}

// bind gives a device its account.
func (o *own) bind(ctx context.Context, handle string) error {
	if o.bound[handle] {
		return nil
	}
	o.bound[handle] = true
	account := accountOf(handle)
	for _, v := range []adapter.Verb{adapter.OpenAccount{Account: account, Balance: usedAccount}, adapter.Register{Account: account, Device: handle}} {
		if _, err := o.next.Do(ctx, adapter.Request{Handle: o.ledger, Verb: v}, unheard); err != nil {
			return err
		}
	}
	return nil
}
