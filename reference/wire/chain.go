package wire

import (
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/spec"
)

// ToFund as the truncation of a policy asks for every link down to FUND.
const ToFund = 255

// An Input is an amount drawn from one lot of a device under CHAIN provenance:
// Source is the object that brought the lot, Hop counts as in a [Lot].
type Input struct {
	Hop    uint64
	Amount money.Amount
	Source ID
}

// A Link is one object that shows where value was before, as it travels beside
// a TRANSFER under CHAIN provenance.
type Link struct {
	Object []byte
	// Nonce opens the payee tag of a TRANSFER to the device that had it next;
	// nil for every other object.
	Nonce *Nonce
}

// maxLinks bounds the links of one list, and their certificates, whatever the
// policy says of them.
const maxLinks = 255

// inputs is key 16. Order, hops and sums are judged by who knows the policy;
// amounts of zero or above 2^53-1 are out of range here.
func (c *codec) inputs(key uint64, p *[]Input) {
	n := c.length(key, len(*p), 1, maxListed)
	if !c.writing {
		*p = resize(*p, n)
	}
	for i := range *p {
		in := &(*p)[i]
		if c.lengthItem(key, 3, 3, 3) != 3 {
			return
		}
		numberItem(c, key, &in.Hop, 0, maxCounter)
		numberItem(c, key, &in.Amount, 1, maxCounter)
		c.fixedItem(key, in.Source[:])
	}
}

// drawn is what a debit was drawn from: key 15 under REISSUE, key 16 under
// CHAIN. The member of the other has no place (103).
func (c *codec) drawn(lots *[]Lot, inputs *[]Input) {
	if c.chain || c.writing && len(*inputs) > 0 {
		c.inputs(16, inputs)
		return
	}
	c.lots(15, lots, 1)
}

// DecodeChained reads the payload of a TRANSFER under CHAIN provenance, which
// has its inputs in place of lots.
func DecodeChained(payload []byte) (Transfer, error) { return decodeChained[Transfer](payload) }

// DecodeChainedDefund reads the payload of a DEFUND under CHAIN provenance.
func DecodeChainedDefund(payload []byte) (Defund, error) { return decodeChained[Defund](payload) }

func decodeChained[T any, B body[T]](payload []byte) (T, error) {
	var m T
	var c codec
	c.chain = true
	c.read(payload)
	B(&m).fields(&c)
	return m, c.decoded(payload)
}

// AppendLinks appends a list of links.
func AppendLinks(b []byte, links []Link) []byte {
	b = AppendArray(b, len(links))
	for _, l := range links {
		b = AppendBytes(AppendArray(b, 2), l.Object)
		if l.Nonce != nil {
			b = AppendBytes(b, l.Nonce[:])
		} else {
			b = AppendBool(b, false)
		}
	}
	return b
}

// DecodeLinks reads a list of links; the objects alias b and are not read. The
// error is an [*Error].
func DecodeLinks(b []byte) ([]Link, error) {
	if len(b) > maxFrame {
		return nil, &Error{spec.ESize, NoKey, "larger than a frame"}
	}
	var c codec
	c.in = NewReader(b)
	links := c.links()
	return links, c.decoded(b)
}

// links reads a list of links.
func (c *codec) links() []Link {
	var list []Link
	for range c.lengthItem(0, 0, 0, maxLinks) {
		c.lengthItem(0, 2, 2, 2)
		l := Link{Object: c.in.Bytes()}
		c.kindFault(0)
		if ahead := c.in; ahead.Bool() || ahead.err != nil {
			l.Nonce = new(Nonce)
			c.fixedItem(0, l.Nonce[:])
		} else {
			c.in.Bool()
		}
		if !c.ok() {
			return list
		}
		list = append(list, l)
	}
	return list
}
