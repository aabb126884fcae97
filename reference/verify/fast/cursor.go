package fast

import (
	"encoding/binary"

	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
)

// A cursor reads what the usual payment is made of, in its only encoding. It
// tells what is right from everything else, and leaves it to package wire to
// say what is wrong with the rest. Byte strings alias the input.
type cursor struct {
	rest []byte
	bad  bool
}

// The major types of CBOR, in the upper three bits of a head.
const (
	majorBytes = 2 << 5
	majorArray = 4 << 5
	majorMap   = 5 << 5
	majorMask  = 7 << 5
)

// literal reads one byte that must be there: a head with its argument, or a
// small integer.
func (c *cursor) literal(b byte) {
	if len(c.rest) == 0 || c.rest[0] != b {
		c.fail()
		return
	}
	c.rest = c.rest[1:]
}

func (c *cursor) fail() {
	c.bad = true
	c.rest = nil
}

// head reads the head of the given major type and returns its argument.
func (c *cursor) head(major byte) uint64 {
	if len(c.rest) == 0 || c.rest[0]&majorMask != major {
		c.fail()
		return 0
	}
	if info := c.rest[0] &^ majorMask; info < 24 {
		c.rest = c.rest[1:]
		return uint64(info)
	}
	return c.longHead()
}

// longHead reads an argument of one to eight bytes, in the fewest that hold it.
func (c *cursor) longHead() uint64 {
	info := c.rest[0] &^ majorMask
	size := 1 << (info - 24)
	if info > 27 || len(c.rest) <= size {
		c.fail()
		return 0
	}
	argument := c.rest[1 : 1+size]
	var n, least uint64
	switch size {
	case 1:
		n, least = uint64(argument[0]), 24
	case 2:
		n, least = uint64(binary.BigEndian.Uint16(argument)), 1<<8
	case 4:
		n, least = uint64(binary.BigEndian.Uint32(argument)), 1<<16
	default:
		n, least = binary.BigEndian.Uint64(argument), 1<<32
	}
	if n < least {
		c.fail()
		return 0
	}
	c.rest = c.rest[1+size:]
	return n
}

// uint reads an integer of low to high.
func (c *cursor) uint(low, high uint64) uint64 {
	n := c.head(0)
	if n < low || n > high {
		c.fail()
	}
	return n
}

// bytes reads a byte string.
func (c *cursor) bytes() []byte {
	n := c.head(majorBytes)
	if n > uint64(len(c.rest)) {
		c.fail()
		return nil
	}
	s := c.rest[:n:n]
	c.rest = c.rest[n:]
	return s
}

// fixed reads a byte string of the length of p into p.
func (c *cursor) fixed(p []byte) {
	if s := c.bytes(); len(s) == len(p) {
		copy(p, s)
		return
	}
	c.fail()
}

// A frame is a settlement record taken apart, as settlement.Record has it.
type frame struct {
	protected, payload, signature []byte
	certs                         [2][]byte
	certCount                     int
	payee                         wire.DID
	nonce                         wire.Nonce
}

const (
	maxCerts    = 2
	maxTransfer = 8192
)

// record reads a settlement record with the object in it. It returns false for
// whatever is not one, or not of the usual form.
func (f *frame) record(b []byte) bool {
	c := cursor{rest: b}
	c.literal(majorArray | 4)
	object := c.bytes()
	f.certCount = int(min(c.head(majorArray), maxCerts+1))
	if f.certCount > maxCerts {
		return false
	}
	for i := range f.certCount {
		f.certs[i] = c.bytes()
	}
	c.fixed(f.payee[:])
	c.fixed(f.nonce[:])
	if c.bad || len(c.rest) != 0 || len(object) > maxTransfer {
		return false
	}
	return f.object(object)
}

// object reads a COSE_Sign1 whose unprotected header is empty.
func (f *frame) object(b []byte) bool {
	c := cursor{rest: b}
	c.literal(majorArray | 4)
	f.protected = c.bytes()
	c.literal(majorMap)
	f.payload = c.bytes()
	f.signature = c.bytes()
	return !c.bad && len(c.rest) == 0
}

// A body is the part of a TRANSFER that verdicts depend on. The lots are
// reduced to the answer to the only question about them.
type body struct {
	realm              wire.Realm
	suite              uint64
	currency, exponent uint64
	amount             money.Amount
	cert               wire.ID
	payeeTag           wire.ID
	counter            uint64
	epoch, family      uint64
	lotsHold, reserved bool
}

const (
	maxNumber  = 1<<31 - 1
	maxCounter = 1<<53 - 1
)

// transfer reads the payload of a TRANSFER in the order of its keys.
func (m *body) transfer(payload []byte, maxHops uint64) bool {
	c := cursor{rest: payload}
	var skipped wire.ID
	members := c.head(majorMap)
	m.head(&c)
	c.literal(10)
	c.fixed(m.cert[:])
	c.literal(11)
	c.uint(1, maxCounter)
	c.literal(12)
	c.fixed(m.payeeTag[:])
	c.literal(13)
	m.counter = c.uint(1, maxCounter)
	c.literal(14)
	c.fixed(skipped[:])
	if (skipped == wire.ID{}) != (m.counter == 1) {
		return false
	}
	c.literal(15)
	m.lots(&c, maxHops)
	c.literal(17)
	c.fixed(skipped[:])
	c.literal(19)
	c.uint(0, maxCounter)
	c.literal(21)
	m.epoch = c.uint(0, maxNumber)
	c.literal(22)
	flags := c.uint(0, wire.TransferClaim|wire.TransferUV|wire.TransferOneWay)
	c.literal(23)
	m.family = c.uint(1, 5)
	want := uint64(18)
	if flags&(wire.TransferClaim|wire.TransferOneWay) != 0 {
		want++
		c.literal(0x18)
		c.literal(46)
		c.uint(0, maxNumber)
	}
	if m.reserved = m.family == wire.FamilyIOU && len(c.rest) > 0; m.reserved {
		want++
		c.literal(0x18)
		c.literal(93)
		c.uint(0, maxCounter)
	}
	return !c.bad && len(c.rest) == 0 && members == want
}

// head reads members 1 to 7.
func (m *body) head(c *cursor) {
	c.literal(1)
	c.literal(wire.V1)
	c.literal(2)
	c.literal(byte(wire.TypeTransfer))
	c.literal(3)
	c.fixed(m.realm[:])
	c.literal(4)
	m.suite = c.uint(0, maxNumber)
	c.literal(5)
	m.currency = c.uint(0, 999)
	c.literal(6)
	m.exponent = c.uint(0, 9)
	c.literal(7)
	m.amount = money.Amount(c.uint(1, maxCounter))
}

// lots reads member 15: hops ascend from 1 to maxHops, and the sum is the
// amount, at no lot above 2^53-1: it would wrap after 2048 of the largest.
func (m *body) lots(c *cursor, maxHops uint64) {
	n := c.head(majorArray)
	if n < 1 || n > uint64(len(c.rest)) || n > 4096 {
		c.fail()
		return
	}
	m.lotsHold = true
	var sum, last uint64
	for range n {
		c.literal(majorArray | 2)
		hop := c.uint(0, maxCounter)
		sum += c.uint(1, maxCounter)
		m.lotsHold = m.lotsHold && hop > last && hop <= maxHops && sum <= maxCounter
		last = hop
	}
	m.lotsHold = m.lotsHold && sum == uint64(m.amount)
}
