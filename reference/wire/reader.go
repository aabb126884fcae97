package wire

import (
	"encoding/binary"
	"unicode/utf8"
)

// A Reader reads one CBOR item in its only encoding. It allocates nothing but
// the error; the first error stays, and every later read returns zero. Byte
// and text strings alias the input.
//
// It does not check the order of map keys: the caller, which knows the grammar,
// compares each key with the one that must come next, and [WellFormed] tells
// why a message of unknown content is wrong.
type Reader struct {
	rest []byte
	err  *Error
}

// NewReader returns a Reader of the item that b holds.
func NewReader(b []byte) Reader { return Reader{rest: b} }

// Err returns the first error, an [*Error] with code 101, 102 or 103, or nil.
func (r *Reader) Err() error {
	if r.err == nil {
		return nil
	}
	return r.err
}

// fail keeps the first error.
func (r *Reader) fail(err *Error) {
	if r.err == nil {
		r.err = err
	}
	r.rest = nil
}

// head reads one head of any major type and its argument.
func (r *Reader) head() (major byte, n uint64) {
	if len(r.rest) == 0 {
		r.fail(malformed("truncated"))
		return 0, 0
	}
	first := r.rest[0]
	major, info := first&majorMask, first&infoMask
	if info < 24 {
		r.rest = r.rest[1:]
		return major, uint64(info)
	}
	if info > 27 {
		r.badHead(major, info)
		return 0, 0
	}
	size := 1 << (info - 24)
	if len(r.rest) < 1+size {
		r.fail(malformed("truncated"))
		return 0, 0
	}
	var least uint64 // the smallest argument that needs this size
	switch size {
	case 1:
		n, least = uint64(r.rest[1]), 24
	case 2:
		n, least = uint64(binary.BigEndian.Uint16(r.rest[1:])), 1<<8
	case 4:
		n, least = uint64(binary.BigEndian.Uint32(r.rest[1:])), 1<<16
	default:
		n, least = binary.BigEndian.Uint64(r.rest[1:]), 1<<32
	}
	if major == majorOther {
		r.fail(malformed("float or simple value"))
		return 0, 0
	}
	if n < least {
		r.fail(notCanonical("argument not in its shortest form"))
		return 0, 0
	}
	r.rest = r.rest[1+size:]
	return major, n
}

// badHead tells the two kinds of additional information above 27 apart.
func (r *Reader) badHead(major, info byte) {
	if info == 31 && major >= majorBytes && major <= majorMap {
		r.fail(notCanonical("indefinite length"))
		return
	}
	r.fail(malformed("reserved additional information"))
}

// expect reads a head of the given major type.
func (r *Reader) expect(major byte, what string) uint64 {
	got, n := r.head()
	if r.err == nil && got != major {
		r.fail(notInGrammar(what))
		return 0
	}
	return n
}

// Uint reads an unsigned integer.
func (r *Reader) Uint() uint64 { return r.expect(majorUint, "not an unsigned integer") }

// Int reads an integer of either sign within int64.
func (r *Reader) Int() int64 {
	major, n := r.head()
	switch {
	case r.err != nil:
	case n > 1<<63-1 || major > majorNeg:
		r.fail(notInGrammar("not an integer of 64 bits"))
	case major == majorNeg:
		return -1 - int64(n)
	default:
		return int64(n)
	}
	return 0
}

// Bool reads true or false.
func (r *Reader) Bool() bool {
	n := r.expect(majorOther, "not a boolean")
	if r.err == nil && n != 20 && n != 21 {
		r.fail(malformed("float or simple value"))
	}
	return n == 21
}

// Bytes reads a byte string, which aliases the input.
func (r *Reader) Bytes() []byte { return r.take(r.expect(majorBytes, "not a byte string")) }

// Text reads a text string, which aliases the input.
func (r *Reader) Text() []byte { return r.textOf(r.expect(majorText, "not a text string")) }

func (r *Reader) textOf(n uint64) []byte {
	s := r.take(n)
	if !utf8.Valid(s) {
		r.fail(malformed("text is not UTF-8"))
		return nil
	}
	return s
}

func (r *Reader) take(n uint64) []byte {
	if r.err != nil {
		return nil
	}
	if n > uint64(len(r.rest)) {
		r.fail(malformed("truncated"))
		return nil
	}
	s := r.rest[:n:n]
	r.rest = r.rest[n:]
	return s
}

// Array reads the head of an array and returns how many items follow. Every
// item takes a byte at least, so the result never exceeds the input's length.
func (r *Reader) Array() int { return r.count(r.expect(majorArray, "not an array"), 1) }

// Map reads the head of a map and returns how many pairs follow.
func (r *Reader) Map() int { return r.count(r.expect(majorMap, "not a map"), 2) }

func (r *Reader) count(n, bytesEach uint64) int {
	if n > uint64(len(r.rest))/bytesEach {
		r.fail(malformed("truncated"))
		return 0
	}
	return int(n)
}

// Raw reads one whole item of any kind that [WellFormed] accepts and returns
// its encoding, which aliases the input.
func (r *Reader) Raw() []byte {
	if r.err != nil {
		return nil
	}
	whole := r.rest
	r.skip(1)
	if r.err != nil {
		return nil
	}
	n := len(whole) - len(r.rest)
	return whole[:n:n]
}

// End checks that nothing follows.
func (r *Reader) End() {
	if r.err == nil && len(r.rest) != 0 {
		r.fail(malformed("trailing bytes"))
	}
}
