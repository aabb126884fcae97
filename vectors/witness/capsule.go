package witness

import (
	"github.com/assay-cbdc/assay/vectors/primitive"
)

// capsule opens a capsule with the published ikm, and seals what it held again
// with the published eseed.
func capsule(c *call) {
	if c.code = c.openCapsule(); c.code != 0 {
		return
	}
	plaintext := primitive.Encode(c.session.item)
	request := c.input("request")
	own, ok := deriveKey(c.capsuleKEM(), c.input("ikm"))
	if !ok {
		panic(fault("ikm makes no key"))
	}
	enc, secret, ok := encapsulate(c.capsuleKEM(), c.input("eseed"), own.public())
	if !ok {
		panic(fault("the keys do not agree"))
	}
	channel := schedule(c.capsuleKEM(), secret, capsuleInfo(request))
	c.set("item", plaintext)
	c.set("capsule", primitive.Encode([]any{enc, channel.seal(0, pad(plaintext), request)}))
}

// capsuleKEM is that of the request.
func (c *call) capsuleKEM() uint64 {
	if kem := c.context("kem"); kem != 0 {
		return kem
	}
	return kemX25519
}

func capsuleInfo(request []byte) []byte { return primitive.Encode([]any{"assay/1/one-way", request}) }

// openCapsule says 161 to what does not open, 107 to other padding, and what is
// wrong with the item.
func (c *call) openCapsule() int {
	parts, code := list(c.input("capsule"), 2)
	if code != 0 {
		return code
	}
	enc, request := parts[0].([]byte), c.input("request")
	own, ok := deriveKey(c.capsuleKEM(), c.input("ikm"))
	if !ok {
		panic(fault("ikm makes no key"))
	}
	secret, ok := own.decapsulate(enc)
	if !ok {
		return 161
	}
	channel := schedule(c.capsuleKEM(), secret, capsuleInfo(request))
	padded, ok := channel.open(0, parts[1].([]byte), request)
	if !ok {
		return 161
	}
	plaintext, ok := unpad(padded)
	if !ok {
		return 107
	}
	v, code := decode(plaintext)
	if code != 0 {
		return code
	}
	item, ok := v.([]any)
	if !ok || len(item) == 0 {
		return 103
	}
	if item[0] != uint64(typeTransfer) {
		return 118
	}
	if len(item) != 5 || exactly(16)(item[2]) != 0 || size(0, 1<<16)(item[1]) != 0 {
		return 103
	}
	c.session.item = item
	return 0
}
