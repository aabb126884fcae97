package disguise

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
)

// What a used device holds when a bench first gets it.
const (
	usedBalance = 137  // minor units
	usedCounter = 4711 // debits so far
)

// A used product has no reset: its devices and its ledger have been at work, and
// go on from where the last campaign left them.
type used struct {
	inner
	said      adapter.Implementation
	greeted   bool
	ledger    string
	elsewhere string // a device that is not on the bench, which the others have dealt with
	units     []usedUnit
	turn      int // devices given in this conversation
}

type usedUnit struct{ handle, account string }

// Used shows a product whose devices come one after the other as they are, in
// the same order in each conversation: lifecycle none. A device comes with a
// balance of 137, a counter of 4711 and a part-filled log; what a campaign does
// to it the next one finds. The next adapter makes as many devices as are asked
// for and has its vendor provision them, which [Closed] does; faces that serve
// less belong outside.
func Used(next adapter.Adapter) adapter.Adapter { return &used{inner: inner{next}} }

// Do carries out a request as the used product does.
func (u *used) Do(ctx context.Context, q adapter.Request, on events) (adapter.Answer, error) {
	switch v := q.Verb.(type) {
	case adapter.Hello:
		u.turn = 0
		return u.hello(ctx, q, on, func(h *adapter.Implementation) {
			u.said, u.greeted = *h, true
			h.Lifecycle, h.Seeded, h.Provision = adapter.LifecycleNone, false, adapter.ProvisionDone
		})
	case adapter.Create:
		switch v.Role {
		case adapter.RoleDevice, adapter.RoleLedger:
			return u.create(ctx, v)
		}
	case adapter.OpenAccount:
		if slices.ContainsFunc(u.units, func(unit usedUnit) bool { return unit.account == v.Account }) {
			return no("ACCOUNT"), nil // it is open, and keeps its balance
		}
	}
	return u.next.Do(ctx, q, on)
}

// create gives the one ledger, or the next device of the bench.
func (u *used) create(ctx context.Context, v adapter.Create) (adapter.Answer, error) {
	if !u.greeted {
		said, err := u.says(ctx)
		if err != nil {
			return adapter.Answer{}, err
		}
		u.said, u.greeted = said, true
	}
	if u.said.Provision == adapter.ProvisionRequest {
		return adapter.Answer{}, broken("create", "a used product is provisioned by its vendor: put disguise.Closed behind it")
	}
	h := history{used: u, ctx: ctx, create: v}
	if u.ledger == "" {
		if err := h.before(); err != nil {
			return adapter.Answer{}, err
		}
	}
	if v.Role == adapter.RoleLedger {
		return done(adapter.Result{Handle: u.ledger}), nil
	}
	if u.turn == len(u.units) {
		if err := h.device(); err != nil {
			return adapter.Answer{}, err
		}
	}
	u.turn++
	return done(adapter.Result{Handle: u.units[u.turn-1].handle}), nil
}

// usedSeed makes the randomness of a unit its own: no harness chose it.
func usedSeed(name string) []byte {
	sum := sha256.Sum256([]byte("used " + name))
	return sum[:16]
}

// accountOf is the account that a device of the bench belongs to.
func accountOf(handle string) string { return fmt.Sprintf("account-of-%s", handle) }
