package wire

import "github.com/assay-cbdc/assay/spec"

// maxFrame is the largest frame of the link: CERTS is the largest item.
const maxFrame = 32768

// An Opening is the payee's first message, M2: its choice in clear, the
// encapsulated key and its first sealed item.
type Opening struct {
	Caps       []byte // encoded CAPS
	Enc        []byte
	Ciphertext []byte
}

// Encode returns the message.
func (o Opening) Encode() []byte { return appendList(nil, [][]byte{o.Caps, o.Enc, o.Ciphertext}) }

// DecodeOpening reads M2.
func DecodeOpening(b []byte) (Opening, error) {
	var c codec
	c.in = NewReader(b)
	c.lengthItem(0, 3, 3, 3)
	o := Opening{c.in.Bytes(), c.in.Bytes(), c.in.Bytes()}
	return o, c.decodedFrame(b)
}

// A Frame is any later message of a session.
type Frame struct {
	Seq        uint64 // of its direction; the payee's Opening is its 0
	Ciphertext []byte
}

// Encode returns the message.
func (f Frame) Encode() []byte {
	return AppendBytes(AppendUint(AppendArray(nil, 2), f.Seq), f.Ciphertext)
}

// DecodeFrame reads a frame.
func DecodeFrame(b []byte) (Frame, error) {
	var c codec
	var f Frame
	c.in = NewReader(b)
	c.lengthItem(0, 2, 2, 2)
	numberItem(&c, 0, &f.Seq, 0, maxCounter)
	f.Ciphertext = c.in.Bytes()
	return f, c.decodedFrame(b)
}

func (c *codec) decodedFrame(b []byte) error {
	if len(b) > maxFrame {
		return &Error{spec.ESize, NoKey, "larger than a frame"}
	}
	return c.decoded(b)
}

// An Item is what a frame carries, sealed; an ABORT before there is a key
// travels in clear. Which members are used depends on the type:
// PAY_REQ, PEER: Object, Certs. TRANSFER: Object, Certs, Links. RECEIPT: Object. ACK: Transfer.
// ABORT: Why. CERT_GET: IDs. CERTS: Certs. TOKENS: Transfer, Links.
type Item struct {
	Type     Type
	Object   []byte   // encoded object
	Certs    [][]byte // encoded objects
	Links    []Link   // of CHAIN provenance, none under REISSUE
	Transfer ID       // id of the TRANSFER that an ACK says is credited; of the PAY_REQ that TOKENS answers
	Why      spec.Code
	IDs      []ID // in the order wanted
}

// Encode returns the item's bytes. An item of another type is a programming
// error.
func (i Item) Encode() []byte {
	switch i.Type {
	case TypePayReq, TypePeer:
		return appendList(AppendBytes(i.start(3), i.Object), i.Certs)
	case TypeTransfer:
		return AppendLinks(appendList(AppendBytes(i.start(4), i.Object), i.Certs), i.Links)
	case TypeReceipt:
		return AppendBytes(i.start(2), i.Object)
	case TypeTokens:
		return AppendLinks(AppendBytes(i.start(3), i.Transfer[:]), i.Links)
	case TypeAck:
		return AppendUint(AppendBytes(i.start(3), i.Transfer[:]), 1)
	case TypeAbort:
		return AppendUint(i.start(2), uint64(i.Why))
	case TypeCertGet:
		b := AppendArray(i.start(2), len(i.IDs))
		for _, id := range i.IDs {
			b = AppendBytes(b, id[:])
		}
		return b
	case TypeCerts:
		return appendList(i.start(2), i.Certs)
	default:
		panic("wire: no item of type " + i.Type.String())
	}
}

func (i Item) start(members int) []byte {
	return AppendUint(AppendArray(make([]byte, 0, len(i.Object)+64), members), uint64(i.Type))
}

// DecodeItem reads an item; Object and Certs alias b. The error is an [*Error].
func DecodeItem(b []byte) (Item, error) {
	if len(b) > maxFrame {
		return Item{}, &Error{spec.ESize, NoKey, "larger than a frame"}
	}
	var c codec
	c.in = NewReader(b)
	n := c.in.Array()
	if n == 0 && c.ok() {
		c.fault(NoKey, "an item without a type")
	}
	typ := c.in.Uint()
	i := Item{Type: Type(typ)}
	if c.ok() && (typ > 0xFF || !c.item(&i, n)) {
		c.typ = &Error{spec.EType, NoKey, "no item of the link"}
	}
	return i, c.decoded(b)
}

// itemLength returns the number of members of an item, 0 for an unknown type.
func itemLength(t Type) int {
	switch t {
	case TypeReceipt, TypeAbort, TypeCertGet, TypeCerts:
		return 2
	case TypePayReq, TypePeer, TypeAck, TypeTokens:
		return 3
	case TypeTransfer:
		return 4
	default:
		return 0
	}
}

// item reads what follows the type in an item of n members; it reports false
// for an unknown type.
func (c *codec) item(i *Item, n int) bool {
	members := itemLength(i.Type)
	if members == 0 {
		return false
	}
	if n != members {
		c.fault(NoKey, "an item of another length")
		return true
	}
	switch i.Type {
	case TypeAck:
		status := uint64(0)
		c.fixedItem(0, i.Transfer[:])
		numberItem(c, 0, &status, 1, 1)
		return true
	case TypeTokens:
		c.fixedItem(0, i.Transfer[:])
		i.Links = c.links()
		return true
	case TypeAbort:
		why := uint64(0)
		numberItem(c, 0, &why, 100, 999)
		i.Why = spec.Code(why)
		return true
	case TypeCertGet:
		i.IDs = make([]ID, c.lengthItem(0, 0, 1, 3))
		for k := range i.IDs {
			c.fixedItem(0, i.IDs[k][:])
		}
		return true
	case TypeCerts:
		c.list(&i.Certs)
		return true
	default:
		i.Object = c.in.Bytes()
	}
	switch i.Type {
	case TypeReceipt:
	case TypeTransfer:
		c.listOf(&i.Certs, maxCerts+maxLinks)
		i.Links = c.links()
		if c.ok() && len(i.Certs) > maxCerts+len(i.Links) {
			c.fault(NoKey, "more certificates than can be needed")
		}
	default:
		c.list(&i.Certs)
	}
	return true
}

// maxCerts is how many certificates an item may have. A TRANSFER may have one
// more for each of its links.
const maxCerts = 8

// list reads an array of at most eight certificates.
func (c *codec) list(p *[][]byte) { c.listOf(p, maxCerts) }

func (c *codec) listOf(p *[][]byte, most int) {
	n := c.lengthItem(0, 0, 0, most)
	for range n {
		*p = append(*p, c.in.Bytes())
	}
}
