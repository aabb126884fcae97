package fast

import (
	"io"
	"sync"

	"github.com/assay-cbdc/assay/reference/verify"
	"github.com/assay-cbdc/assay/reference/wire"
)

// shards divide an index among locks. A batch visits each once, and the more
// of it one visit covers, the more of its cache misses overlap.
const shards = 16

// An Index is a [verify.Index] in memory that decides a batch at a time. It
// takes 64 to 72 bytes for each entry, is lost with the process, and is safe for
// concurrent use.
type Index struct {
	key   secret
	parts [shards]shard
}

// NewIndex returns an empty index. It reads 32 bytes from random, which must be
// unpredictable to payers: who can predict where an entry is placed can make
// them all collide.
func NewIndex(random io.Reader) (*Index, error) {
	key, err := newSecret(random)
	if err != nil {
		return nil, err
	}
	return &Index{key: key}, nil
}

// Put implements [verify.Index].
func (x *Index) Put(k verify.Key, txid wire.ID) (wire.ID, bool) {
	h := x.key.hash(k)
	s := &x.parts[h%shards]
	s.Lock()
	defer s.Unlock()
	s.reserve(x, 1)
	return s.put(entry{k, txid}, h/shards)
}

// A Claim is one debit that is to be entered, and what became of it. Holder and
// Taken are as [verify.Index] has them.
type Claim struct {
	Key    verify.Key
	TxID   wire.ID
	Holder wire.ID
	Taken  bool

	hash uint64
}

// PutAll does what Put does, for each claim in their order. Claims of other
// calls that run at the same time may fall between them. order is memory for
// it, which may be nil; PutAll returns it for the next call.
func (x *Index) PutAll(claims []Claim, order []int32) []int32 {
	var first [shards + 1]int32
	for i := range claims {
		claims[i].hash = x.key.hash(claims[i].Key)
		first[claims[i].hash%shards+1]++
	}
	for i := range shards {
		first[i+1] += first[i]
	}
	if cap(order) < len(claims) {
		order = make([]int32, len(claims))
	}
	order = order[:len(claims)]
	next := first
	for i := range claims {
		at := &next[claims[i].hash%shards]
		order[*at] = int32(i)
		*at++
	}
	for i := range x.parts {
		if group := order[first[i]:first[i+1]]; len(group) > 0 {
			x.parts[i].putAll(x, claims, group)
		}
	}
	return order
}

// An entry is one debit and the transfer it belongs to.
type entry struct {
	key  verify.Key
	txid wire.ID
}

// blockSize is the number of entries that are allocated at once.
const blockSize = 1 << 9

// A shard keeps its entries in the order in which they came, in blocks that
// never move, and finds them through an open-addressed table: upper half of a
// slot a part of the hash, lower half the place of the entry plus one.
type shard struct {
	sync.Mutex
	table  []uint64
	blocks [][]entry
	count  int

	touched uint64 // what putAll has read ahead, so that it is read

	_ [32]byte // one cache line apart from the next lock
}

func (s *shard) at(place int) *entry { return &s.blocks[place/blockSize][place%blockSize] }

// reserve grows the table so that n more entries leave a third of it free, and
// allocates their blocks.
func (s *shard) reserve(x *Index, n int) {
	for len(s.blocks)*blockSize < s.count+n {
		s.blocks = append(s.blocks, make([]entry, blockSize))
	}
	size := max(len(s.table), blockSize)
	for size/3*2 < s.count+n {
		size *= 2
	}
	if size == len(s.table) {
		return
	}
	s.table = make([]uint64, size)
	for place := range s.count {
		h := x.key.hash(s.at(place).key) / shards
		i := h & uint64(size-1)
		for s.table[i] != 0 {
			i = (i + 1) & uint64(size-1)
		}
		s.table[i] = slotOf(h, place)
	}
}

// slotOf takes the upper half of the hash: the lower one has found the slot.
func slotOf(h uint64, place int) uint64 { return h>>28<<32 | uint64(uint32(place+1)) }

// put enters e, whose hash without the part that chose the shard is h.
func (s *shard) put(e entry, h uint64) (wire.ID, bool) {
	mask := uint64(len(s.table) - 1)
	want := slotOf(h, s.count)
	for i := h & mask; ; i = (i + 1) & mask {
		slot := s.table[i]
		if slot == 0 {
			s.table[i] = want
			*s.at(s.count) = e
			s.count++
			return e.txid, false
		}
		if slot>>32 == want>>32 {
			if held := s.at(int(uint32(slot)) - 1); held.key == e.key {
				return held.txid, true
			}
		}
	}
}

// putAll enters the claims of a group. It reads all their slots before it
// decides the first: the reads wait for memory together, not one by one.
func (s *shard) putAll(x *Index, claims []Claim, group []int32) {
	s.Lock()
	defer s.Unlock()
	s.reserve(x, len(group))
	mask := uint64(len(s.table) - 1)
	var touched uint64
	for _, i := range group {
		touched |= s.table[claims[i].hash/shards&mask]
	}
	s.touched = touched
	for _, i := range group {
		c := &claims[i]
		c.Holder, c.Taken = s.put(entry{c.Key, c.TxID}, c.hash/shards)
	}
}

// Reset removes every entry and keeps the memory.
func (x *Index) Reset() {
	for i := range x.parts {
		s := &x.parts[i]
		s.Lock()
		clear(s.table)
		s.count = 0
		s.Unlock()
	}
}

// Len returns the number of entries.
func (x *Index) Len() int {
	n := 0
	for i := range x.parts {
		s := &x.parts[i]
		s.Lock()
		n += s.count
		s.Unlock()
	}
	return n
}
