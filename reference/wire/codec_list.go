package wire

import (
	"bytes"

	"github.com/assay-cbdc/assay/reference/money"
)

// maxListed bounds the items of a list of numbers, ids or lots, well above what
// any message of its size can need.
const maxListed = 4096

// A Lot is an amount that has passed Hop offline transfers.
type Lot struct {
	Hop    uint64
	Amount money.Amount
}

// MaxHop is the largest hop of a lot.
const MaxHop = 15

// length writes or reads the head of an array of least to most items and
// returns their number.
func (c *codec) length(key uint64, n, least, most int) int {
	if !c.key(key) {
		return 0
	}
	return c.lengthItem(key, n, least, most)
}

func (c *codec) lengthItem(key uint64, n, least, most int) int {
	if c.writing {
		c.out = AppendArray(c.out, n)
		return n
	}
	n = c.in.Array()
	c.kindFault(key)
	if c.ok() && (n < least || n > most) {
		c.fault(int64(key), "array too short or too long")
	}
	if !c.ok() {
		return 0
	}
	return n
}

// resize returns list with n items, in its own memory if that is enough.
func resize[T any](list []T, n int) []T {
	if n <= cap(list) {
		return list[:n]
	}
	return make([]T, n)
}

// lots is a list of lots, hops ascending from lowest. Hops out of order or
// range and sums are judged by who knows the hop limits, with 206; amounts of
// zero or above 2^53-1 are out of range here.
func (c *codec) lots(key uint64, p *[]Lot, least int) {
	n := c.length(key, len(*p), least, maxListed)
	if !c.writing {
		*p = resize(*p, n)
	}
	for i := range *p {
		lot := &(*p)[i]
		if c.lengthItem(key, 2, 2, 2) != 2 {
			return
		}
		numberItem(c, key, &lot.Hop, 0, maxCounter)
		numberItem(c, key, &lot.Amount, 1, maxCounter)
	}
}

// numbers is a list of numbers in ascending order without repetition.
func numbers[T ~uint32 | ~uint64](c *codec, key uint64, p *[]T, least int) {
	n := c.length(key, len(*p), least, 64)
	if !c.writing {
		*p = resize(*p, n)
	}
	for i := range *p {
		numberItem(c, key, &(*p)[i], 0, maxNumber)
		if !c.writing && c.ok() && i > 0 && (*p)[i] <= (*p)[i-1] {
			c.fault(int64(key), "list not ascending")
		}
	}
}

// tuple is an array of as many numbers as there are pointers.
func (c *codec) tuple(key uint64, p ...*uint64) {
	if c.length(key, len(p), len(p), len(p)) != len(p) {
		return
	}
	for _, n := range p {
		numberItem(c, key, n, 0, maxCounter)
	}
}

// ids is a list of identifiers in ascending order without repetition.
func (c *codec) ids(key uint64, p *[]ID, least int) { c.idsUpTo(key, p, least, maxListed) }

func (c *codec) idsUpTo(key uint64, p *[]ID, least, most int) {
	n := c.length(key, len(*p), least, most)
	if !c.writing {
		*p = resize(*p, n)
	}
	for i := range *p {
		c.fixedItem(key, (*p)[i][:])
		if !c.writing && c.ok() && i > 0 && bytes.Compare((*p)[i][:], (*p)[i-1][:]) <= 0 {
			c.fault(int64(key), "list not ascending")
		}
	}
}

// strings is a list of byte strings, which alias the input.
func (c *codec) strings(key uint64, p *[][]byte, least int) {
	n := c.length(key, len(*p), least, maxListed)
	if !c.writing {
		*p = resize(*p, n)
	}
	for i := range *p {
		if c.writing {
			c.out = AppendBytes(c.out, (*p)[i])
			continue
		}
		(*p)[i] = c.in.Bytes()
		c.kindFault(key)
	}
}

// shortIDs is a byte string that holds short identifiers of 16 bytes in
// ascending order without repetition.
func (c *codec) shortIDs(key uint64, p *[]ShortID) {
	if !c.key(key) {
		return
	}
	if c.writing {
		c.out = appendHead(c.out, majorBytes, uint64(16*len(*p)))
		for i := range *p {
			c.out = append(c.out, (*p)[i][:]...)
		}
		return
	}
	s := c.in.Bytes()
	c.kindFault(key)
	if len(s)%16 != 0 {
		c.fault(int64(key), "not a whole number of short identifiers")
	}
	if !c.ok() {
		return
	}
	*p = resize(*p, len(s)/16)
	for i := range *p {
		(*p)[i] = ShortID(s[16*i:])
		if i > 0 && bytes.Compare((*p)[i][:], (*p)[i-1][:]) <= 0 {
			c.fault(int64(key), "list not ascending")
		}
	}
}
