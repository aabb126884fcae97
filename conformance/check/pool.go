package check

import (
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
)

// A pool holds the units of a bench that has no others: they are made once in a
// conversation, and every check uses them as the one before has left them.
type pool struct {
	units  []*pooled
	ledger *Ledger
}

// A pooled unit lives as long as the adapter's conversation.
type pooled struct {
	handle  string
	account string
	device  []byte
	taken   bool
	ready   bool // provisioned and registered
	// first is what it held when the campaign took it, and leaves it at.
	first uint64
	known bool
}

// pools says whether units are used again, check after check.
func (e *Env) pools() bool {
	return e.Impl.Lifecycle == adapter.LifecycleNone || e.Impl.Lifecycle == adapter.LifecycleFresh
}

// MakesUnits says whether every check has new units.
func (e *Env) MakesUnits() bool { return !e.pools() }

// renew forgets the handles of a conversation that has ended. The units are the
// same ones; what they are called is not.
func (e *Env) renew() { e.pool = &pool{} }

// take finds a unit that this check does not hold yet; nil when all are taken.
func (p *pool) take() *pooled {
	i := slices.IndexFunc(p.units, func(u *pooled) bool { return !u.taken })
	if i < 0 {
		return nil
	}
	p.units[i].taken = true
	return p.units[i]
}

// free says whether there is a unit that the check does not hold.
func (p *pool) free() bool {
	return slices.ContainsFunc(p.units, func(u *pooled) bool { return !u.taken })
}

// first is what a unit of the bench came with; nothing for a new one.
func (u *Unit) first() uint64 {
	if u.slot == nil {
		return 0
	}
	return u.t.env.scale.of(adapter.Amount(u.slot.first))
}

// release gives all units back.
func (p *pool) release() {
	for _, u := range p.units {
		u.taken = false
	}
}

// pooledDevice is the next unit of the bench, ready to pay and to receive.
func (t *T) pooledDevice(o DeviceOptions) *Unit {
	all := t.env.pool
	if len(t.units) == 0 {
		t.endPending()
	}
	slot := all.take()
	u := &Unit{t: t, Name: t.nextName(), on: t.env.adapter}
	if slot == nil {
		made := t.create(u)
		slot = &pooled{handle: made.Handle, device: made.Device, account: "account-of-" + made.Handle, taken: true}
		all.units = append(all.units, slot)
	}
	u.Handle, u.Account, u.slot = slot.handle, slot.account, slot
	t.units = append(t.units, u)
	t.most = max(t.most, len(t.units))
	ledger := t.Ledger()
	if !slot.ready {
		u.provision(o)
		if ledger != nil {
			ledger.open(u)
		}
		slot.ready = true
	}
	if t.Has(adapter.CapConsent) {
		t.Control(u.do(adapter.Consent{Given: !o.NoConsent}), "consent")
	}
	u.settleDown()
	return u
}

// endPending lets the units of the bench meet, so that what the checks before
// have left between them comes to its end before anything is measured.
func (t *T) endPending() {
	if !t.Has(adapter.CapResend) || !t.Has(adapter.CapQuery) {
		return
	}
	before := t.book
	defer func() { t.book = before }()
	var units []*Unit
	for _, slot := range t.env.pool.units {
		units = append(units, &Unit{t: t, Name: slot.handle, Handle: slot.handle, Account: slot.account, slot: slot, on: t.env.adapter})
	}
	for _, u := range units {
		if t.Has(adapter.CapCancel) {
			u.do(adapter.Cancel{})
		}
		if a := u.do(adapter.Query{}); a.Done == nil || a.Done.Value == nil || part(a.Done.Value.Outgoing) == 0 {
			continue
		}
		for _, other := range units {
			if other != u {
				t.Finish(u, other)
			}
		}
	}
}

// returning is what units had on its way when the check took them: it may come
// back to them.
func (t *T) returning() (sum int64) {
	for _, u := range t.units {
		sum += int64(t.env.scale.of(adapter.Amount(u.base.outgoing)))
	}
	return sum
}

// settleDown brings a used unit as near to its state at the start of the
// campaign as its verbs allow: no open request, used limits replenished, and no
// more value than it came with. None of it has to work: checks judge
// differences.
func (u *Unit) settleDown() {
	t := u.t
	before := t.book
	defer func() { t.book = before }() // what was before the check is in the bases
	if t.Has(adapter.CapCancel) {
		u.do(adapter.Cancel{})
	}
	if t.Has(adapter.CapSynchronise) {
		u.Sync(true)
	}
	if !t.Has(adapter.CapQuery) {
		return
	}
	value := u.do(adapter.Query{})
	if value.Done == nil || value.Done.Value == nil {
		return
	}
	now := part(value.Done.Value.Spendable)
	if !u.slot.known {
		u.slot.first, u.slot.known = now, true
	}
	if extra := t.env.scale.of(adapter.Amount(now - min(now, u.slot.first))); extra > 0 && t.Has(adapter.CapDefund) {
		u.Defund(extra)
		if again := u.do(adapter.Query{}); again.Done != nil && again.Done.Value != nil {
			value = again
		}
	}
	u.base = based(value.Done.Value)
}

// A base is what a unit held when the check took it, in minor units.
type base struct{ spendable, held, outgoing uint64 }

func based(v *adapter.Value) base {
	return base{part(v.Spendable), part(v.Spendable) + part(v.Incoming), part(v.Outgoing)}
}

// part is a part of a value, nothing when it is unknown.
func part(a *adapter.Amount) uint64 {
	if a == nil {
		return 0
	}
	return uint64(*a)
}
