package mutant

import (
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/ecash"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
)

// asksNewer forgets, as it takes a KEYSET, what it has asked for.
func asksNewer(w *wrapper, c call) {
	if c.verb != "apply-policy" || c.answer.Done == nil {
		return
	}
	w.edit(c.handle, func(s *device.State) {
		for i := range s.Taken {
			s.Taken[i].Fresh = ""
		}
		for i := range s.Purse {
			s.Purse[i].Fresh = ""
		}
	})
}

// unblindsNewer names the newest keys of the same denominations in a funding that
// is open.
func unblindsNewer(w *wrapper, c call) {
	s := w.state(c.handle)
	if c.verb != "apply-policy" || c.answer.Done == nil || s == nil || s.Funding.Fresh == "" || c.before == nil {
		return
	}
	before, after := keysOf(c.before.Keyset), keysOf(s.Keyset)
	if before == nil || after == nil {
		return
	}
	newest := map[money.Amount]wire.TokenKey{}
	for _, k := range after.InForce(s.Epoch) {
		newest[k.Denomination] = k.ID
	}
	var fresh []byte
	for id := range slices.Chunk([]byte(s.Funding.Fresh), len(wire.TokenKey{})) {
		if key := before.Find(wire.TokenKey(id)); key != nil {
			next := newest[key.Denomination]
			fresh = append(fresh, next[:]...)
		}
	}
	w.edit(c.handle, func(s *device.State) { s.Funding.Fresh = string(fresh) })
}

func keysOf(keyset []byte) *ecash.Keys {
	keys, err := ecash.ReadKeyset(keyset)
	if err != nil {
		return nil
	}
	return keys
}

// withoutOnTheWay judges the rule on holding with no payment on its way home.
func withoutOnTheWay(p device.Procedure) func(*device.Context) bool {
	rules := device.StandardRules()[p]
	right := rules[slices.IndexFunc(rules, func(r device.Rule) bool { return r.Name == "holding" })]
	return func(c *device.Context) bool {
		s := *c.State
		s.Taken = slices.DeleteFunc(slices.Clone(s.Taken), func(t device.Taken) bool { return t.Online })
		blind := *c
		blind.State = &s
		return right.Holds(&blind)
	}
}

// showsReturned takes coins that came back to where they are paid with, as
// [spendsReturned] does, and puts them where they belong before the next verb that
// is no query.
func showsReturned(sim adapter.Adapter) adapter.Adapter {
	batches := map[string]map[uint64]uint64{} // by handle and order of the coin
	before := func(w *wrapper, c call) {
		shown := batches[c.handle]
		if c.verb == "query" || shown == nil {
			return
		}
		delete(batches, c.handle)
		w.edit(c.handle, func(s *device.State) {
			for i := range s.Purse {
				if coin := &s.Purse[i]; shown[coin.Order] != 0 {
					coin.Batch = shown[coin.Order]
					s.Lots[0] -= coin.Amount
					s.Lots[1] += coin.Amount
				}
			}
		})
	}
	after := func(w *wrapper, c call) {
		if c.verb != "acknowledge" || c.gained(w) == 0 {
			return
		}
		batches[c.handle] = map[uint64]uint64{}
		for _, coin := range w.state(c.handle).Purse {
			if coin.Batch != 0 {
				batches[c.handle][coin.Order] = coin.Batch
			}
		}
		spendsReturned(w, c)
	}
	return newWrapper(sim, before, after)
}
