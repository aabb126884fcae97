package fast

// A placeIndex finds the places of the keys of one batch: an open-addressed
// table of at least twice their number, a power of two. Its hashes are keyed by
// the caller. The zero value holds nothing and must be reset.
type placeIndex[K comparable] struct {
	slots []placeSlot[K]
	used  []int // slots in use
}

type placeSlot[K comparable] struct {
	key   K
	place int // plus one; 0 in a free slot
}

// reset empties the table and makes room for n keys.
func (x *placeIndex[K]) reset(n int) {
	for _, i := range x.used {
		x.slots[i] = placeSlot[K]{}
	}
	x.used = x.used[:0]
	size := max(len(x.slots), 16)
	for size < 2*n {
		size *= 2
	}
	if size > len(x.slots) {
		x.slots = make([]placeSlot[K], size)
	}
}

// slot returns the slot of a key, or the free one where it would be.
func (x *placeIndex[K]) slot(key K, hash uint64) int {
	mask := len(x.slots) - 1
	i := int(hash) & mask
	for x.slots[i].place != 0 && x.slots[i].key != key {
		i = (i + 1) & mask
	}
	return i
}

// find returns the place of a key.
func (x *placeIndex[K]) find(key K, hash uint64) (place int, found bool) {
	s := &x.slots[x.slot(key, hash)]
	return s.place - 1, s.place != 0
}

// put enters a key that is not there.
func (x *placeIndex[K]) put(key K, hash uint64, place int) {
	i := x.slot(key, hash)
	x.slots[i] = placeSlot[K]{key, place + 1}
	x.used = append(x.used, i)
}
