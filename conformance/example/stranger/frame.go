package main

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
)

// An id is a card's, given to it in the factory.
type id [8]byte

// The kinds of frame. The first eight bytes of each body are the sender.
const (
	frTap     = 'T' // nonce, 1 when what is pending is to end
	frInvoice = 'I' // nonce of the tap or 0, number, nonce, amount, label
	frDoor    = 'O' // nonce of the tap or 0
	frDebit   = 'D' // payee, floor, invoice, its nonce, amount, counter
	frReceipt = 'R' // payer, counter, 1 credited or 0 void, amount, reason
	frConfirm = 'C' // payee, floor
	frLoad    = 'L' // number, amount
	frVoucher = 'V' // card, number, amount
	frUnload  = 'U' // number, amount
	frUnAck   = 'K' // card, number
	frReport  = 'S' // counter, balance, how many pending, their counters, entries
	frSettled = 'A' // card, 1 stopped, then pairs of counter and outcome
)

const (
	saltSize = 12
	tagSize  = 12
	headSize = 1 + saltSize
)

// issuerID is the sender of what the issuer writes.
var issuerID = id{'I', 'S', 'S', 'U', 'E', 'R'}

// A frame is one that was opened.
type frame struct {
	kind   byte
	sender id
	n      []uint64 // what follows the sender, number by number
	label  string   // of an invoice
	bound  bool     // its tag holds
}

// A scheme is what a secure module holds: the keys of the scheme, from which
// those of every card follow.
type scheme struct {
	secret []byte
	cover  []byte // key of the cipher on the link
	tags   map[id][]byte
}

// newScheme makes the scheme's test keys: the same ones in every process, as
// the cards of one bench are.
func newScheme() *scheme {
	k := sha256.Sum256([]byte("Tollkeeper test scheme 3"))
	s := &scheme{secret: k[:], tags: map[id][]byte{}}
	s.cover = s.derive("cover")
	return s
}

func (s *scheme) derive(what string) []byte {
	m := hmac.New(sha256.New, s.secret)
	m.Write([]byte(what))
	return m.Sum(nil)
}

// tagKey is a sender's own key: a stolen card gives away its own and no other.
func (s *scheme) tagKey(who id) []byte {
	if s.tags[who] == nil {
		s.tags[who] = s.derive("tag" + string(who[:]))
	}
	return s.tags[who]
}

// seal makes a frame. No two are alike: the salt is fresh.
func (s *scheme) seal(kind byte, sender id, label string, numbers ...uint64) []byte {
	f := make([]byte, headSize, headSize+8+8*len(numbers)+len(label)+tagSize)
	f[0] = kind
	_, _ = rand.Read(f[1:headSize]) // never fails, see crypto/rand
	f = append(f, sender[:]...)
	for _, n := range numbers {
		f = binary.BigEndian.AppendUint64(f, n)
	}
	f = append(f, label...)
	s.cipher(f)
	return append(f, s.tag(sender, f)...)
}

// cipher covers, or uncovers, all that follows the salt.
func (s *scheme) cipher(f []byte) {
	m := hmac.New(sha256.New, s.cover)
	for block, at := uint32(0), headSize; at < len(f); block, at = block+1, at+sha256.Size {
		m.Reset()
		m.Write(f[:headSize])
		m.Write(binary.BigEndian.AppendUint32(nil, block))
		n := min(sha256.Size, len(f)-at)
		subtle.XORBytes(f[at:at+n], f[at:at+n], m.Sum(nil))
	}
}

func (s *scheme) tag(sender id, covered []byte) []byte {
	m := hmac.New(sha256.New, s.tagKey(sender))
	m.Write(covered)
	return m.Sum(nil)[:tagSize]
}

// numbers is how many numbers follow the sender, by kind; -1: any number.
func numbers(kind byte) (int, bool) {
	switch kind {
	case frDoor:
		return 1, true
	case frTap, frConfirm, frLoad, frUnload, frUnAck:
		return 2, true
	case frVoucher:
		return 3, true
	case frInvoice:
		return 4, true
	case frReceipt:
		return 5, true
	case frDebit:
		return 6, true
	case frReport, frSettled:
		return -1, true
	}
	return 0, false
}

// open reads a frame of one of the kinds. It says false when the bytes are no
// such frame; a frame that can be read and whose tag does not hold is not bound.
func (s *scheme) open(raw []byte, kinds string) (f frame, ok bool) {
	if len(raw) < headSize+8+tagSize {
		return f, false
	}
	count, known := numbers(raw[0])
	body := append([]byte{}, raw[:len(raw)-tagSize]...)
	s.cipher(body)
	f = frame{kind: raw[0], sender: id(body[headSize : headSize+8])}
	rest := body[headSize+8:]
	if count < 0 {
		count = len(rest) / 8
	}
	if !known || len(rest) < 8*count || (f.kind != frInvoice && len(rest) != 8*count) {
		return f, false
	}
	for i := range count {
		f.n = append(f.n, binary.BigEndian.Uint64(rest[8*i:]))
	}
	f.label = string(rest[8*count:])
	f.bound = hmac.Equal(s.tag(f.sender, raw[:len(raw)-tagSize]), raw[len(raw)-tagSize:])
	for _, k := range []byte(kinds) {
		if k == f.kind {
			return f, true
		}
	}
	return f, false
}
