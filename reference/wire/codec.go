package wire

import (
	"slices"

	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/spec"
)

const (
	maxCounter = 1<<53 - 1 // counters, versions of policies, amounts
	maxEpoch   = 1<<31 - 1
	maxNumber  = 1<<31 - 1 // numbers of suites, KEMs, versions, classes
)

// A codec walks the members of one body in the order of their keys, and either
// writes or reads each: one description of a body serves both ways, so that
// what is accepted encodes to the same bytes again.
type codec struct {
	writing bool
	chain   bool // debits have inputs in place of lots
	ofT     bool // vouchers carry TOKENs
	// reserved says that a FUND has a reservation.
	reserved bool
	out      []byte
	members  int // written, or left to read
	in       Reader

	// The first fault of each kind. Their order of precedence is that of the
	// chapter, not that of the keys.
	version, typ, grammar, bounds *Error
}

// write starts the encoding of a body.
func (c *codec) write() {
	c.writing = true
	c.out = append(make([]byte, 0, 256), majorMap) // the head is set in encoded
}

// encoded returns the body written.
func (c *codec) encoded() []byte {
	if c.members < 24 {
		c.out[0] = majorMap | byte(c.members)
		return c.out
	}
	c.out[0] = majorMap | 24
	return slices.Insert(c.out, 1, byte(c.members))
}

// read starts the decoding of a body.
func (c *codec) read(payload []byte) {
	c.in = NewReader(payload)
	c.members = c.in.Map()
}

// decoded returns the fault that counts, in the order of the chapter: the
// encoding of the whole (101, 102), version (110), type (118), grammar (103),
// ranges (105).
func (c *codec) decoded(payload []byte) error {
	if c.members > 0 && c.ok() {
		c.fault(NoKey, "unknown member, or one that has no place here")
	}
	c.in.End()
	if c.in.err == nil && c.version == nil && c.typ == nil && c.grammar == nil && c.bounds == nil {
		return nil
	}
	if err := WellFormed(payload); err != nil {
		return err
	}
	for _, err := range []*Error{c.version, c.typ, c.grammar, c.in.err, c.bounds} {
		if err != nil {
			return err
		}
	}
	return nil
}

// ok reports whether reading can go on.
func (c *codec) ok() bool { return c.grammar == nil && c.in.err == nil }

// fault keeps the first fault against the grammar and ends reading.
func (c *codec) fault(key int64, what string) {
	if c.grammar == nil {
		c.grammar = &Error{spec.EField, key, what}
	}
}

// bound keeps the first value out of range. Reading goes on, because a fault
// against the grammar further on counts first.
func (c *codec) bound(key uint64, what string) {
	if c.bounds == nil {
		c.bounds = &Error{spec.EAmount, int64(key), what}
	}
}

// key writes the key of the next member, or reads it and reports whether it is
// the one that must come here.
func (c *codec) key(key uint64) bool {
	if c.writing {
		c.members++
		c.out = AppendUint(c.out, key)
		return true
	}
	if !c.ok() {
		return false
	}
	if c.members == 0 || c.in.Uint() != key {
		c.fault(int64(key), "missing, or another member stands in its place")
		return false
	}
	c.members--
	return true
}

// optional reports whether the member that comes next has the key: when
// writing it is the caller who knows.
func (c *codec) optional(key uint64, present bool) bool {
	if c.writing {
		return present
	}
	if c.members == 0 || !c.ok() {
		return false
	}
	ahead := c.in
	return ahead.Uint() == key && ahead.err == nil
}

// kindFault names the key of a fault in the kind of a value.
func (c *codec) kindFault(key uint64) {
	if c.in.err != nil && c.in.err.Code == spec.EField {
		c.fault(int64(key), c.in.err.What)
	}
}

// number is a member with an integer of low to high (105).
func number[T ~uint32 | ~uint64](c *codec, key uint64, p *T, low, high uint64) {
	if !c.key(key) {
		return
	}
	numberItem(c, key, p, low, high)
}

// numberItem is the value of number, also used inside arrays. A value that T
// cannot hold is out of range, whatever high is.
func numberItem[T ~uint32 | ~uint64](c *codec, key uint64, p *T, low, high uint64) {
	if c.writing {
		c.out = AppendUint(c.out, uint64(*p))
		return
	}
	n := c.in.Uint()
	if c.kindFault(key); n < low || n > high {
		c.bound(key, "out of range")
	}
	*p = T(n)
}

// choice is a member whose value is one of a closed set (103).
func (c *codec) choice(key uint64, p *uint64, holds func(uint64) bool) {
	number(c, key, p, 0, 1<<64-1)
	if !c.writing && c.ok() && !holds(*p) {
		c.fault(int64(key), "not one of the values defined")
	}
}

func upTo(high uint64) func(uint64) bool {
	return func(n uint64) bool { return n >= 1 && n <= high }
}

// flags is key 22 or another set of bits, of which only those in defined may
// be set (103).
func (c *codec) flags(key uint64, p *uint64, defined uint64) {
	number(c, key, p, 0, 1<<64-1)
	if !c.writing && c.ok() && *p&^defined != 0 {
		c.fault(int64(key), "undefined flag")
	}
}

// fixed is a byte string of the length of p.
func (c *codec) fixed(key uint64, p []byte) {
	if c.key(key) {
		c.fixedItem(key, p)
	}
}

func (c *codec) fixedItem(key uint64, p []byte) {
	if c.writing {
		c.out = AppendBytes(c.out, p)
		return
	}
	s := c.in.Bytes()
	c.kindFault(key)
	if c.ok() && len(s) != len(p) {
		c.fault(int64(key), "byte string of another length")
	}
	copy(p, s)
}

// bytes is a byte string of shortest to longest bytes; it aliases the input.
func (c *codec) bytes(key uint64, p *[]byte, shortest, longest int) {
	if !c.key(key) {
		return
	}
	if c.writing {
		c.out = AppendBytes(c.out, *p)
		return
	}
	*p = c.in.Bytes()
	c.kindFault(key)
	if c.ok() && (len(*p) < shortest || len(*p) > longest) {
		c.fault(int64(key), "byte string too short or too long")
	}
}

// text is a text string of 1 to longest bytes.
func (c *codec) text(key uint64, p *string, longest int) {
	if !c.key(key) {
		return
	}
	if c.writing {
		c.out = AppendText(c.out, *p)
		return
	}
	*p = string(c.in.Text())
	c.kindFault(key)
	if c.ok() && (len(*p) == 0 || len(*p) > longest) {
		c.fault(int64(key), "text empty or too long")
	}
}

// raw is one item of its own encoding, such as a COSE_Key; it aliases the input.
func (c *codec) raw(key uint64, p *[]byte) {
	if !c.key(key) {
		return
	}
	if c.writing {
		c.out = append(c.out, *p...)
		return
	}
	*p = c.in.Raw()
}

// head is keys 1 and 2 of every body but HELLO and CAPS.
func (c *codec) head(version *uint64, t Type) {
	number(c, 1, version, 0, 1<<64-1)
	if !c.writing && c.ok() && *version != V1 {
		c.version = &Error{spec.EVersion, 1, "unknown version"}
	}
	c.typeOf(t)
}

// typeOf is key 2.
func (c *codec) typeOf(t Type) {
	typ := uint64(t)
	number(c, 2, &typ, 0, 1<<64-1)
	if !c.writing && c.ok() && typ != uint64(t) {
		c.typ = &Error{spec.EType, 2, "another message type"}
	}
}

// signedHead is keys 1 to 4, which every signed body starts with.
func (c *codec) signedHead(version *uint64, t Type, realm *Realm, signer *suite.Suite) {
	c.head(version, t)
	c.fixed(3, realm[:])
	number(c, 4, signer, 0, maxNumber)
}

// moneyHead is keys 5 and 6.
func (c *codec) moneyHead(currency, exponent *uint64) {
	number(c, 5, currency, 0, 999)
	number(c, 6, exponent, 0, 9)
}
