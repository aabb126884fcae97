package device

import (
	"slices"

	"github.com/assay-cbdc/assay/reference/ecash"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
)

// What a device of family E asks to be signed blind is fixed in the write before it
// leaves for the first time, and the same ever after. The ledger answers the same
// tokens and blinded messages again; for others it can only say that the tokens are
// spent, and the answer to the first can be unblinded with its own keys alone.

// fixed says which keys an exchange asks for, once.
func (d *Device) fixed(fresh *string, epoch *uint64, amount money.Amount, now uint64) {
	if *fresh == "" {
		*fresh, *epoch = d.freshKeys(amount, now), now
	}
}

// fixDeposits fixes every exchange that waits.
func (d *Device) fixDeposits(next *State) {
	for i := range next.Taken {
		t := &next.Taken[i]
		d.fixed(&t.Fresh, &t.Epoch, t.Amount, next.Epoch)
	}
	sums, first := map[uint64]money.Amount{}, map[uint64]*Coin{}
	for i := range next.Purse {
		c := &next.Purse[i]
		sums[c.Batch] += c.Amount
		if first[c.Batch] == nil {
			first[c.Batch] = c
		}
	}
	for batch, c := range first {
		if batch != 0 {
			d.fixed(&c.Fresh, &c.Epoch, sums[batch], next.Epoch)
		}
	}
	for i := range next.Slots {
		if s := &next.Slots[i]; s.State != SlotFree && s.Type == wire.TypeTokens {
			d.fixed(&s.Fresh, &s.Epoch, s.Amount, next.Epoch)
		}
	}
}

// A FormerKey is a key that the KEYSET in force lacks.
type FormerKey struct{ wire.KeysetEntry }

func (k *FormerKey) fields(c *codec) {
	uintField(c, &k.Denomination)
	uintField(c, &k.KeyEpoch)
	uintField(c, &k.Last)
	c.bytes(&k.Modulus)
	uintField(c, &k.Exponent)
}

// waitingKeys are the keys that something blinded was made for whose answer is not
// here yet.
func (s *State) waitingKeys() (list []wire.TokenKey) {
	if s.Funding.State != FundingFree {
		list = namedKeys(s.Funding.Fresh)
	}
	for _, t := range s.Taken {
		list = append(list, namedKeys(t.Fresh)...)
	}
	for _, c := range s.Purse {
		list = append(list, namedKeys(c.Fresh)...)
	}
	for _, slot := range s.Slots {
		list = append(list, namedKeys(slot.Fresh)...)
	}
	return list
}

// formerKeys are the keys that have to be kept beside a new KEYSET.
func (d *Device) formerKeys(next *ecash.Keys) (list []FormerKey) {
	for _, id := range d.state.waitingKeys() {
		key := d.tokenKey(id)
		if key == nil || next.Find(id) != nil ||
			slices.ContainsFunc(list, func(f FormerKey) bool { return wire.TokenKeyOf(d.cfg.Place.Realm, f.KeysetEntry) == id }) {
			continue
		}
		list = append(list, FormerKey{key.KeysetEntry})
	}
	return list
}

// tokenKey finds a key to blind with, or to unblind: of the KEYSET in force, or a
// former one. Tokens are judged by the KEYSET alone.
func (d *Device) tokenKey(id wire.TokenKey) *ecash.Key {
	if key := d.keyset.Find(id); key != nil {
		return key
	}
	return d.formerset.Find(id)
}
