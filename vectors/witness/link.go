package witness

import (
	"bytes"
	"crypto/sha256"
	"slices"

	"github.com/assay-cbdc/assay/vectors/primitive"
)

// A session is what the payer knows after M2.
type session struct {
	hello, caps body
	transcript  []byte
	item        []any
}

func greeting(hello bool) []member {
	number, flags := between(0, maxEpoch), bits(6)
	lines := []member{must(1, number), must(2, between(0, 1<<64-1)), must(3, exactly(8))}
	if !hello {
		lines = append(lines, must(4, number))
	}
	lines = append(lines, must(9, exactly(16)), must(22, flags), must(40, ascending), must(41, ascending),
		must(42, ascending), must(43, number))
	if hello {
		lines = append(lines, must(44, size(1, 1600)))
	}
	return append(lines, must(45, number))
}

// greet reads a HELLO or CAPS. Members 128 to 159 are ignored; version 1 is for
// whoever chooses to judge, so it is not held to 1 here.
func greet(b []byte, hello bool) (body, int) {
	v, code := decode(b)
	if code != 0 {
		return nil, code
	}
	m, ok := v.(map[any]any)
	if !ok {
		return nil, 103
	}
	known := map[any]any{}
	for key, value := range m {
		if n, ok := key.(uint64); ok && n >= 128 && n <= 159 {
			continue
		}
		known[key] = value
	}
	version, ok := known[uint64(1)].(uint64)
	if !ok {
		return nil, 103
	}
	known[uint64(1)] = uint64(1)
	typ := uint64(0x11)
	if hello {
		typ = 0x10
	}
	out, code, bounds := read(known, typ, greeting(hello))
	switch {
	case code != 0:
		return nil, code
	case bounds:
		return nil, 105
	}
	out[1] = version
	return out, 0
}

// choose is the function that both sides compute: version, suite and KEM.
func choose(a, b body) (version, suite, kem uint64, ok bool) {
	if slices.Contains(a.list(40), 1) && slices.Contains(b.list(40), 1) {
		version = 1
	}
	for _, k := range a.list(42) {
		if slices.Contains(b.list(42), k) && kemRank(k) > kemRank(kem) {
			kem = k
		}
	}
	suite = best(a.list(41), b.list(41))
	return version, suite, kem, version != 0 && suite != 0 && kem != 0
}

// choiceRight holds CAPS to the choice.
func (c *call) choiceRight() bool {
	parts, code := list(c.input("m2"), 3)
	if code != 0 {
		return c.fail(code)
	}
	caps, code := greet(parts[0].([]byte), false)
	if code != 0 {
		return c.fail(code)
	}
	hello, code := greet(c.input("hello"), true)
	if code != 0 {
		return c.fail(code)
	}
	c.session.hello, c.session.caps = hello, caps
	if caps.number(1) != 1 {
		return c.fail(110)
	}
	if !bytes.Equal(caps.bytes(3), c.at.realm) {
		return c.fail(112)
	}
	version, suite, kem, ok := choose(hello, caps)
	if !ok {
		return c.fail(111)
	}
	return version == caps.number(1) && suite == caps.number(4) && kem == caps.number(43)
}

// list reads an array of n byte strings.
func list(b []byte, n int) ([]any, int) {
	v, code := decode(b)
	if code != 0 {
		return nil, code
	}
	items, ok := v.([]any)
	if !ok || len(items) != n {
		return nil, 103
	}
	return items, each(items, size(0, 1<<16))
}

func transcript(hello, caps, enc []byte) []byte {
	th := sha256.Sum256(primitive.Encode([]any{"assay/1/th", hello, caps, enc}))
	return th[:]
}

func linkInfo(hello, caps []byte) []byte { return primitive.Encode([]any{"assay/1/link", hello, caps}) }

// openLink opens M2 with the published ikm: 140, 107, or what is wrong with the
// item.
func (c *call) openLink() int {
	parts, code := list(c.input("m2"), 3)
	if code != 0 {
		return code
	}
	caps, enc, ciphertext := parts[0].([]byte), parts[1].([]byte), parts[2].([]byte)
	hello := c.input("hello")
	offer, code := greet(hello, true)
	if code != 0 {
		return code
	}
	own, ok := deriveKey(offer.number(43), c.input("ikm"))
	if !ok {
		return 140
	}
	secret, ok := own.decapsulate(enc)
	if !ok {
		return 140
	}
	channel := schedule(own.kem, secret, linkInfo(hello, caps))
	c.session.transcript = transcript(hello, caps, enc)
	padded, ok := channel.open(0, ciphertext, c.session.transcript)
	if !ok {
		return 140
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
	c.session.item = item
	return 0
}

// sealedOf holds M2 to the parts that are published beside it: whoever opens no link
// begins with those.
func (c *call) sealedOf(field string) {
	hello, caps := c.input("hello"), c.input("caps")
	kem := c.session.hello.number(43)
	enc, secret, ok := encapsulate(kem, c.input("eseed"), c.session.hello.bytes(44))
	if !ok {
		panic(fault("eseed and the key of HELLO do not agree"))
	}
	certs := []any{}
	if name, there := c.vector.Uses["certificate"]; there {
		certs = append(certs, c.stored(name))
	}
	item := primitive.Encode([]any{c.session.item[0], c.input(field), certs})
	th := transcript(hello, caps, enc)
	m2 := primitive.Encode([]any{caps, enc, schedule(kem, secret, linkInfo(hello, caps)).seal(0, pad(item), th)})
	if !bytes.Equal(m2, c.input("m2")) {
		panic(fault("m2 is not what its parts make"))
	}
}

func pad(b []byte) []byte {
	b = append(append([]byte{}, b...), 0x80)
	for len(b)%64 != 0 {
		b = append(b, 0)
	}
	return b
}

// unpad takes what pad would give, and nothing else.
func unpad(b []byte) ([]byte, bool) {
	plain := bytes.TrimRight(b, "\x00")
	if len(plain) == 0 {
		return nil, false
	}
	plain = plain[:len(plain)-1]
	return plain, bytes.Equal(pad(plain), b)
}
