package nvm

import (
	"bytes"
	"errors"
	"maps"
	"slices"
)

// A Key names a value in a store.
type Key uint64

// An Entry sets a key to a value; a nil Value removes the key.
type Entry struct {
	Key   Key
	Value []byte
}

// A Store keeps values durably. Commit is atomic: after it returns nil every
// entry is durable; when it returns an error none is, or after ErrTorn all or
// none, and which one the next Load tells.
type Store interface {
	// Load returns all values, ascending by key. They belong to the store.
	Load() []Entry
	// Commit makes the entries durable in one step. It keeps their values.
	Commit(entries []Entry) error
}

// ErrBlank says that no half holds a whole checkpoint: the memory was never
// formatted, or power went while it was.
var ErrBlank = errors.New("nvm: memory holds no journal")

// A Journal is a store in two halves of a memory. A half is one checkpoint, all
// values at one moment, then redo records, one for each commit. Records begin
// on a unit and are chained by truncated SHA-256, so a torn tail, and what an
// earlier generation left behind it, does not continue the chain. When a half
// is full the next commit is a checkpoint in the other half; the full half is
// not touched before that one is whole.
type Journal struct {
	m      *Memory
	half   int // 0 or 1
	gen    uint64
	off    int // of the next record, in the half
	link   check
	values map[Key][]byte
}

// Format makes an empty journal, whatever the memory held. Power lost meanwhile
// leaves the older journal or none.
func Format(m *Memory) (*Journal, error) {
	j, err := Open(m)
	switch {
	case errors.Is(err, ErrBlank):
		// Records of a journal whose checkpoints are gone would continue the
		// chain of an equal one.
		if err := erase(m); err != nil {
			return nil, err
		}
		j = &Journal{m: m, half: 1}
	case err != nil:
		return nil, err
	}
	if err := j.checkpoint(map[Key][]byte{}); err != nil {
		return nil, err
	}
	return j, nil
}

// erase zeroes the units that are not zero.
func erase(m *Memory) error {
	zero := make([]byte, m.unit)
	for off := 0; off < len(m.bytes); off += m.unit {
		n := min(m.unit, len(m.bytes)-off)
		if bytes.Equal(m.bytes[off:off+n], zero[:n]) {
			continue
		}
		if err := m.Write(off, zero[:n]); err != nil {
			return err
		}
	}
	return nil
}

// Open recovers the journal: the newer whole checkpoint, and the records that
// continue its chain. It writes nothing, so it may be cut and repeated. It
// returns ErrBlank when there is none.
func Open(m *Memory) (*Journal, error) {
	if m.dead {
		return nil, ErrTorn
	}
	var newest *Journal
	for half := range 2 {
		j := replay(m, half)
		if j != nil && (newest == nil || j.gen > newest.gen) {
			newest = j
		}
	}
	if newest == nil {
		return nil, ErrBlank
	}
	return newest, nil
}

// Load implements [Store].
func (j *Journal) Load() []Entry {
	return sorted(j.values)
}

// Commit implements [Store]. It returns ErrFull, with nothing written, when the
// values do not fit in half of the memory.
func (j *Journal) Commit(entries []Entry) error {
	if j.m.dead {
		return ErrTorn
	}
	rec, link := encodeRecord(j.link, record{gen: j.gen, entries: entries})
	if j.off+len(rec) > halfSize(j.m) {
		values := maps.Clone(j.values)
		apply(values, entries)
		return j.checkpoint(values)
	}
	if err := j.m.Write(j.base()+j.off, rec); err != nil {
		return err
	}
	apply(j.values, entries)
	j.off, j.link = j.off+padded(len(rec), j.m.unit), link
	return nil
}

// checkpoint writes all values to the other half and goes on there.
func (j *Journal) checkpoint(values map[Key][]byte) error {
	next := &Journal{m: j.m, half: 1 - j.half, gen: j.gen + 1, values: values}
	rec, link := encodeRecord(check{}, record{gen: next.gen, entries: sorted(values)})
	if len(rec) > halfSize(j.m) {
		return ErrFull
	}
	if err := j.m.Write(next.base(), rec); err != nil {
		return err
	}
	next.off, next.link = padded(len(rec), j.m.unit), link
	*j = *next
	return nil
}

func (j *Journal) base() int { return j.half * halfSize(j.m) }

// replay reads one half; nil when its checkpoint is not whole.
func replay(m *Memory, half int) *Journal {
	j := &Journal{m: m, half: half, values: map[Key][]byte{}}
	b := m.bytes[j.base() : j.base()+halfSize(m)]
	first, link, n, ok := decodeRecord(check{}, b)
	if !ok {
		return nil
	}
	j.gen = first.gen
	for ok && first.gen == j.gen {
		apply(j.values, first.entries)
		j.off, j.link = j.off+padded(n, m.unit), link
		if j.off > len(b) {
			j.off = len(b)
		}
		first, link, n, ok = decodeRecord(j.link, b[j.off:])
	}
	return j
}

func apply(values map[Key][]byte, entries []Entry) {
	for _, e := range entries {
		if e.Value == nil {
			delete(values, e.Key)
			continue
		}
		values[e.Key] = e.Value
	}
}

func sorted(values map[Key][]byte) []Entry {
	out := make([]Entry, 0, len(values))
	for k, v := range values {
		out = append(out, Entry{k, v})
	}
	slices.SortFunc(out, func(a, b Entry) int {
		if a.Key < b.Key {
			return -1
		}
		return 1
	})
	return out
}

// halfSize is a whole number of units, so that the halves share none.
func halfSize(m *Memory) int {
	return len(m.bytes) / 2 / m.unit * m.unit
}

func padded(n, unit int) int {
	return (n + unit - 1) / unit * unit
}

// Equal reports whether two lists of entries, both ascending, are the same.
func Equal(a, b []Entry) bool {
	return slices.EqualFunc(a, b, func(x, y Entry) bool {
		return x.Key == y.Key && bytes.Equal(x.Value, y.Value)
	})
}
