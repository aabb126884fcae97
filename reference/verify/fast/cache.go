package fast

import (
	"bytes"
	"sync"
	"sync/atomic"

	"github.com/assay-cbdc/assay/reference/wire"
)

// payers remembers payers whose certificate's signature has verified, and
// nothing else: an identifier does not cover the signature, so one that was
// stored unverified would stand in for the right one, or keep it out.
//
// A certificate is found by its identifier and recognised by all its bytes,
// which says more than any digest of them and costs less. When it is full, the
// one that goes has not been used since it was last passed over.
type payers struct {
	sync.RWMutex
	byID     map[wire.ID]*payer
	ring     []*payer
	hand     int
	capacity int
}

func newPayers(capacity int) payers {
	return payers{byID: map[wire.ID]*payer{}, capacity: capacity}
}

// find returns the payer with exactly this certificate, or nil.
func (c *payers) find(id wire.ID, encoded []byte) *payer {
	c.RLock()
	p := c.byID[id]
	c.RUnlock()
	if p == nil || !bytes.Equal(p.leaf().Raw, encoded) {
		return nil
	}
	if !p.used.Load() { // a store would take the cache line from other cores
		p.used.Store(true)
	}
	return p
}

// add remembers p. Of two certificates with one identifier the first stays.
func (c *payers) add(p *payer) {
	if c.capacity == 0 {
		return
	}
	c.Lock()
	defer c.Unlock()
	id := p.leaf().ID
	if c.byID[id] != nil {
		return
	}
	c.byID[id] = p
	if len(c.ring) < c.capacity {
		c.ring = append(c.ring, p)
		return
	}
	for c.ring[c.hand].used.Swap(false) {
		c.hand = (c.hand + 1) % len(c.ring)
	}
	delete(c.byID, c.ring[c.hand].leaf().ID)
	c.ring[c.hand] = p
	c.hand = (c.hand + 1) % len(c.ring)
}

func (c *payers) forget() {
	c.Lock()
	defer c.Unlock()
	clear(c.byID)
	c.ring, c.hand = nil, 0
}

// lattices bounds how many ML-DSA keys stand unpacked: 16 kB each for ML-DSA-44,
// twelve times the packed key, and 30 kB for ML-DSA-65. The oldest makes room.
type lattices struct {
	sync.Mutex
	ring     []*key
	hand     int
	capacity int
}

// unpackable is the library's form of a key of one parameter set.
type unpackable[K any] interface {
	*K
	UnmarshalBinary([]byte) error
}

// unpackedKey returns the key ready to verify with, out of its slot or into it;
// nil means that it is none. Only where the cache has no room does it use spare,
// until the next call.
func unpackedKey[K any, P unpackable[K]](c *lattices, k *key, slot *atomic.Pointer[K], spare *K) *K {
	if p := slot.Load(); p != nil {
		return p
	}
	p := spare
	if c.capacity > 0 {
		p = new(K)
	}
	if P(p).UnmarshalBinary(k.packed) != nil {
		return nil
	}
	if c.capacity > 0 {
		c.Lock()
		defer c.Unlock()
		if slot.Swap(p) == nil { // else another worker has entered it
			c.keep(k)
		}
	}
	return p
}

// keep enters a key that has just been unpacked. The caller holds the lock.
func (c *lattices) keep(k *key) {
	if len(c.ring) < c.capacity {
		c.ring = append(c.ring, k)
		return
	}
	c.ring[c.hand].drop()
	c.ring[c.hand] = k
	c.hand = (c.hand + 1) % len(c.ring)
}

func (c *lattices) forget() {
	c.Lock()
	defer c.Unlock()
	for _, k := range c.ring {
		k.drop()
	}
	c.ring, c.hand = nil, 0
}
