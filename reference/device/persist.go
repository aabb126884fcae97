package device

import (
	"bytes"
	"errors"

	"github.com/assay-cbdc/assay/reference/nvm"
	"github.com/assay-cbdc/assay/reference/wire"
)

// ErrCorrupt says that the store does not hold the state of a device.
var ErrCorrupt = errors.New("device: memory does not hold a device")

// sections visits every value but the ring, the log, the lots of CHAIN
// provenance, the fragments of family T and the coins of family E, which are
// compared entry by entry because they are long.
func (s *State) sections(visit func(key nvm.Key, fields func(*codec))) {
	visit(keyOf(sectionIdentity, 0), s.Identity.fields)
	visit(keyOf(sectionStatus, 0), s.Lifecycle.fields)
	visit(keyOf(sectionValue, 0), s.Value.fields)
	visit(keyOf(sectionSync, 0), s.Sync.fields)
	visit(keyOf(sectionFunding, 0), s.Funding.fields)
	visit(keyOf(sectionRekey, 0), s.Rekey.fields)
	visit(keyOf(sectionPolicy, 0), func(c *codec) { c.bytes(&s.Policy) })
	visit(keyOf(sectionRevset, 0), func(c *codec) { c.bytes(&s.Revset) })
	visit(keyOf(sectionKeyset, 0), func(c *codec) { c.bytes(&s.Keyset) })
	visit(keyOf(sectionFormerKeys, 0), func(c *codec) {
		listField(c, &s.FormerKeys, func(k *FormerKey) { k.fields(c) })
	})
	visit(keyOf(sectionRoots, 0), func(c *codec) { listField(c, &s.Roots, c.bytes) })
	visit(keyOf(sectionIssuers, 0), func(c *codec) { listField(c, &s.Issuers, c.bytes) })
	visit(keyOf(sectionStatics, 0), s.Statics.fields)
	visit(keyOf(sectionException, 0), func(c *codec) {
		listField(c, &s.Exceptions, func(e *Slot) { e.fields(c) })
	})
	for i := range s.Slots {
		visit(keyOf(sectionSlot, uint64(i)), s.Slots[i].fields)
	}
	for i := range s.Requests {
		visit(keyOf(sectionRequest, uint64(i)), s.Requests[i].fields)
	}
}

// changes returns what must be written to come from the state that images
// encodes, with ring and log of before, to s. It updates images.
func (s *State) changes(before *State, images map[nvm.Key][]byte) []nvm.Entry {
	var out []nvm.Entry
	s.sections(func(key nvm.Key, fields func(*codec)) {
		var c codec
		c.b = make([]byte, 0, len(images[key])+32)
		fields(&c)
		if old, ok := images[key]; !ok || !bytes.Equal(old, c.b) {
			out = append(out, nvm.Entry{Key: key, Value: c.b})
		}
	})
	out = appendChanged(out, sectionRing, before.Ring, s.Ring,
		func(r *Credit) uint64 { return r.Request }, (*Credit).fields)
	out = appendChanged(out, sectionLog, before.Log, s.Log,
		func(e *wire.LogEntry) uint64 { return e.Number }, logFields)
	out = appendChanged(out, sectionChain, before.Chained, s.Chained,
		func(l *ChainLot) uint64 { return l.Order }, (*ChainLot).fields)
	out = appendChanged(out, sectionToken, before.Fragments, s.Fragments,
		func(f *Fragment) uint64 { return f.Order }, (*Fragment).fields)
	out = appendChanged(out, sectionPurse, before.Purse, s.Purse,
		func(l *Coin) uint64 { return l.Order }, (*Coin).fields)
	return appendChanged(out, sectionTaken, before.Taken, s.Taken,
		func(l *Taken) uint64 { return l.Order }, (*Taken).fields)
}

// appendChanged compares two ascending lists.
func appendChanged[T comparable](out []nvm.Entry, section int, before, after []T,
	index func(*T) uint64, fields func(*T, *codec)) []nvm.Entry {
	for len(before) > 0 || len(after) > 0 {
		switch {
		case len(after) == 0, len(before) > 0 && index(&before[0]) < index(&after[0]):
			out = append(out, nvm.Entry{Key: keyOf(section, index(&before[0]))})
			before = before[1:]
			continue
		case len(before) > 0 && index(&before[0]) == index(&after[0]):
			same := before[0] == after[0]
			before = before[1:]
			if same {
				after = after[1:]
				continue
			}
		}
		var c codec
		fields(&after[0], &c)
		out = append(out, nvm.Entry{Key: keyOf(section, index(&after[0])), Value: c.b})
		after = after[1:]
	}
	return out
}

// load reads the state that the store holds.
func load(entries []nvm.Entry, cfg Config) (*State, map[nvm.Key][]byte, error) {
	s := &State{Slots: make([]Slot, cfg.Slots), Requests: make([]Request, cfg.Requests)}
	images := map[nvm.Key][]byte{}
	for _, e := range entries {
		switch int(e.Key >> 56) {
		case sectionRing:
			var r Credit
			if !read(e.Value, r.fields) {
				return nil, nil, ErrCorrupt
			}
			s.Ring = append(s.Ring, r)
		case sectionLog:
			var l wire.LogEntry
			if !read(e.Value, func(c *codec) { logFields(&l, c) }) {
				return nil, nil, ErrCorrupt
			}
			s.Log = append(s.Log, l)
		case sectionChain:
			var l ChainLot
			if !read(e.Value, l.fields) {
				return nil, nil, ErrCorrupt
			}
			s.Chained = append(s.Chained, l)
		case sectionToken:
			var f Fragment
			if !read(e.Value, f.fields) {
				return nil, nil, ErrCorrupt
			}
			s.Fragments = append(s.Fragments, f)
		case sectionPurse:
			var l Coin
			if !read(e.Value, l.fields) {
				return nil, nil, ErrCorrupt
			}
			s.Purse = append(s.Purse, l)
		case sectionTaken:
			var l Taken
			if !read(e.Value, l.fields) {
				return nil, nil, ErrCorrupt
			}
			s.Taken = append(s.Taken, l)
		default:
			images[e.Key] = e.Value
		}
	}
	complete := true
	s.sections(func(key nvm.Key, fields func(*codec)) {
		image, ok := images[key]
		complete = complete && ok && read(image, fields)
	})
	if !complete {
		return nil, nil, ErrCorrupt
	}
	return s, images, nil
}

// read reads the whole of b.
func read(b []byte, fields func(*codec)) bool {
	c := codec{reading: true, b: b}
	fields(&c)
	return !c.bad && len(c.b) == 0
}
