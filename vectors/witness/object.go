package witness

import (
	"bytes"
	"crypto/sha256"

	"github.com/assay-cbdc/assay/vectors/primitive"
)

// An object is a signed object: its algorithm and what is signed.
type object struct {
	alg       int64
	payload   []byte
	signature []byte
}

// parseObject reads a COSE_Sign1: 106, 101, 102, 103 or 104.
func parseObject(b []byte, most int) (o object, code int) {
	if len(b) > most {
		return o, 106
	}
	v, code := decode(b)
	if code != 0 {
		return o, code
	}
	parts, ok := v.([]any)
	if !ok || len(parts) != 4 {
		return o, 103
	}
	protected, ok := parts[0].([]byte)
	if !ok {
		return o, 103
	}
	if header, ok := parts[1].(map[any]any); !ok || len(header) != 0 {
		return o, 104
	}
	var ok1, ok2 bool
	o.payload, ok1 = parts[2].([]byte)
	o.signature, ok2 = parts[3].([]byte)
	if !ok1 || !ok2 {
		return o, 103
	}
	header, code := decode(protected)
	m, ok := header.(map[any]any)
	if code != 0 || !ok || len(m) != 1 {
		return o, 104
	}
	switch alg := m[uint64(1)].(type) {
	case int64:
		o.alg = alg
	case uint64:
		o.alg = int64(alg)
	default:
		return o, 104
	}
	return o, 0
}

// toBeSigned builds the Sig_structure anew from the algorithm.
func (o object) toBeSigned(domain string) []byte {
	protected := primitive.Encode(map[int64]int64{1: o.alg})
	return primitive.Encode([]any{"Signature1", protected, []byte(domain), o.payload})
}

func (o object) id(domain string) []byte {
	digest := sha256.Sum256(o.toBeSigned(domain))
	return digest[:]
}

// A certificate is a CERT, read and not judged.
type certificate struct {
	object
	body   body
	id     []byte
	stored bool // verified before
}

// parseCertificate reads a CERT: the codes of any message, and 103 for a key
// that is not one of its suite.
func parseCertificate(b []byte) (c certificate, code int) {
	m := messages("cert")
	if c.object, code = parseObject(b, m.most); code != 0 {
		return c, code
	}
	v, code := decode(c.payload)
	if code != 0 {
		return c, code
	}
	bounds := false
	if c.body, code, bounds = read(v, m.typ, m.grammar); code != 0 {
		return c, code
	}
	if bounds {
		return c, 105
	}
	c.id = c.object.id(m.domain)
	suite := c.body.number(4)
	if primitive.Alg(suite) != 0 && !primitive.IsKey(suite, c.key()) {
		return c, 103
	}
	return c, 0
}

func (c certificate) key() []byte { return primitive.Encode(c.body[32]) }

func (c certificate) did() []byte { return c.body.bytes(31) }

func (c certificate) uses(bit uint64) bool { return c.body.number(33)&bit == bit }

// speaks reports whether an object whose body names a suite has the suite and
// algorithm of the certificate's key.
func (c certificate) speaks(o object, suite uint64) bool {
	return suite == c.body.number(4) && primitive.Alg(suite) != 0 && o.alg == primitive.Alg(suite)
}

func (c certificate) verifies(o object, domain string) bool {
	return primitive.Verify(c.body.number(4), c.key(), o.toBeSigned(domain), o.signature)
}

// The checks that any signed object meets first.

// opening are the steps from bytes to a body in its realm and ranges.
func opening(kind, field string) []check {
	checks := []check{
		{"object", 102, func(c *call) bool {
			o, code := parseObject(c.input(field), c.most())
			c.object = o
			return code == 0 || c.fail(code)
		}},
		{"body", 103, func(c *call) bool {
			v, code := decode(c.object.payload)
			if code != 0 {
				return c.fail(code)
			}
			m := messages(recordedAs(c.kind(), v))
			c.body, code, c.bounds = read(v, m.typ, m.grammar)
			if code == 0 && c.misplaced() {
				code = 103
			}
			return code == 0 || c.fail(code)
		}},
		{"realm", 112, func(c *call) bool { return bytes.Equal(c.body.bytes(3), c.at.realm) }},
	}
	if messages(kind).money {
		checks = append(checks, check{"currency", 114, func(c *call) bool {
			return c.body.number(5) == c.at.currency && c.body.number(6) == c.at.exponent
		}})
	}
	return append(checks, check{"range", 105, func(c *call) bool {
		c.opened = !c.bounds
		return c.opened
	}})
}

// publish gives what every valid signed object has.
func (c *call) publish() {
	if c.code == 0 {
		domain := messages(c.vector.Kind).domain
		c.set("to_be_signed", c.object.toBeSigned(domain))
		c.set("id", c.object.id(domain))
	}
}

func (c *call) id() []byte { return c.object.id(messages(c.vector.Kind).domain) }
