package nvm

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
)

// A check is SHA-256(check before ‖ record), truncated: 128 bits are far beyond
// what noise can meet by chance.
type check [16]byte

// A record is what one commit, or a checkpoint, writes:
//
//	u32 length of what follows up to the check
//	u64 generation
//	n × (u64 key, u32 length of the value, value); the length 2^32-1 removes
//	16 bytes check
type record struct {
	gen     uint64
	entries []Entry
}

const removed = math.MaxUint32

func encodeRecord(before check, r record) ([]byte, check) {
	size := 4 + 8 + len(check{})
	for _, e := range r.entries {
		size += 12 + len(e.Value)
	}
	b := make([]byte, 4, size)
	b = binary.BigEndian.AppendUint64(b, r.gen)
	for _, e := range r.entries {
		b = binary.BigEndian.AppendUint64(b, uint64(e.Key))
		if e.Value == nil {
			b = binary.BigEndian.AppendUint32(b, removed)
			continue
		}
		b = binary.BigEndian.AppendUint32(b, uint32(len(e.Value)))
		b = append(b, e.Value...)
	}
	binary.BigEndian.PutUint32(b, uint32(len(b)-4))
	c := chain(before, b)
	return append(b, c[:]...), c
}

// decodeRecord reads the record at the start of b and returns it, its check and
// its length. It is not ok when the check does not continue the chain.
func decodeRecord(before check, b []byte) (record, check, int, bool) {
	if len(b) < 4+8+len(check{}) {
		return record{}, check{}, 0, false
	}
	body := uint64(binary.BigEndian.Uint32(b))
	if body < 8 || 4+body+uint64(len(check{})) > uint64(len(b)) {
		return record{}, check{}, 0, false
	}
	end := 4 + int(body)
	c := chain(before, b[:end])
	if c != check(b[end:]) {
		return record{}, check{}, 0, false
	}
	r := record{gen: binary.BigEndian.Uint64(b[4:])}
	for rest := b[12:end]; len(rest) > 0; {
		var e Entry
		var ok bool
		if e, rest, ok = decodeEntry(rest); !ok {
			return record{}, check{}, 0, false
		}
		r.entries = append(r.entries, e)
	}
	return r, c, end + len(c), true
}

func decodeEntry(b []byte) (Entry, []byte, bool) {
	if len(b) < 12 {
		return Entry{}, nil, false
	}
	e := Entry{Key: Key(binary.BigEndian.Uint64(b))}
	n := uint64(binary.BigEndian.Uint32(b[8:]))
	b = b[12:]
	if n == removed {
		return e, b, true
	}
	if n > uint64(len(b)) {
		return Entry{}, nil, false
	}
	e.Value = append([]byte{}, b[:n]...) // empty, not nil: nil would remove
	return e, b[n:], true
}

func chain(before check, b []byte) check {
	h := sha256.New()
	h.Write(before[:])
	h.Write(b)
	return check(h.Sum(nil)[:len(before)])
}
