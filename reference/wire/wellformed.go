package wire

import "bytes"

// maxNesting is the deepest nesting of arrays and maps.
const maxNesting = 6

// WellFormed checks that b is exactly one item in its deterministic encoding,
// of the kinds that the protocol uses, whatever its content. The error is an
// [*Error]: 101 for another encoding of an item, 102 for what is none (truncated,
// trailing bytes, duplicate keys, forbidden kinds, nested too deeply).
func WellFormed(b []byte) error {
	r := NewReader(b)
	r.skip(1)
	r.End()
	return r.Err()
}

// skip reads one item at the given depth, the outermost being 1.
func (r *Reader) skip(depth int) {
	major, n := r.head()
	if r.err != nil {
		return
	}
	switch major {
	case majorBytes:
		r.take(n)
	case majorText:
		r.textOf(n)
	case majorArray:
		if !r.nested(depth) {
			return
		}
		for i := r.count(n, 1); i > 0 && r.err == nil; i-- {
			r.skip(depth + 1)
		}
	case majorMap:
		if r.nested(depth) {
			r.skipPairs(r.count(n, 2), depth)
		}
	case majorTag:
		r.fail(malformed("tag"))
	case majorOther:
		if n != 20 && n != 21 {
			r.fail(malformed("null, undefined or simple value"))
		}
	}
}

func (r *Reader) nested(depth int) bool {
	if depth > maxNesting {
		r.fail(malformed("nested too deeply"))
		return false
	}
	return true
}

// skipPairs reads the pairs of a map, whose keys must be integers in strictly
// ascending bytewise order of their encodings.
func (r *Reader) skipPairs(pairs, depth int) {
	var last []byte
	for i := 0; i < pairs && r.err == nil; i++ {
		before := r.rest
		if major, _ := r.head(); r.err == nil && major > majorNeg {
			r.fail(malformed("map key is not an integer"))
		}
		if r.err != nil {
			return
		}
		key := before[:len(before)-len(r.rest)]
		switch order := bytes.Compare(key, last); {
		case i > 0 && order == 0:
			r.fail(malformed("duplicate key"))
		case i > 0 && order < 0:
			r.fail(notCanonical("keys not in ascending order"))
		default:
			last = key
			r.skip(depth + 1)
		}
	}
}
