package witness

import (
	"bytes"
	"crypto/sha256"
	"slices"

	"github.com/assay-cbdc/assay/vectors"
	"github.com/assay-cbdc/assay/vectors/primitive"
)

// An asking is one key that asks to be certified.
type asking struct {
	object object
	body   body
}

// askFor reads a request of the kind from an input.
func (c *call) askFor(kind, field string) (a asking, code int) {
	m := messages(kind)
	if a.object, code = parseObject(c.input(field), m.most); code != 0 {
		return a, code
	}
	v, code := decode(a.object.payload)
	if code != 0 {
		return a, code
	}
	bounds := false
	if a.body, code, bounds = read(v, m.typ, m.grammar); code != 0 {
		return a, code
	}
	switch {
	case !bytes.Equal(a.body.bytes(3), c.at.realm):
		return a, 112
	case bounds:
		return a, 105
	}
	return a, 0
}

func (a asking) key() []byte { return primitive.Encode(a.body[32]) }

// proves reports whether the key has signed the request that it is in.
func (a asking) proves() bool {
	return primitive.Verify(a.body.number(4), a.key(), a.object.toBeSigned("assay/1/enrol"), a.object.signature)
}

// atProvider loads what the provider knows.
func (c *call) atProvider() {
	c.at = situation{realm: unhex(c.vector.Context["realm"]), env: c.context("env"), epoch: c.context("epoch")}
	for _, digit := range c.vector.Context["suites"] {
		c.issues = append(c.issues, uint64(digit-'0'))
	}
	c.revset = c.lenient("revset", c.vector.Uses["revset"])
}

// mayIssue: the suite is the provider's to issue, the algorithm is its, and the
// key one of it.
func (c *call) mayIssue(a asking) bool {
	number := a.body.number(4)
	if !slices.Contains(c.issues, number) || primitive.Alg(number) == 0 || a.object.alg != primitive.Alg(number) {
		return false
	}
	return primitive.IsKey(number, a.key()) || c.fail(103)
}

// components are the keys whose holders may sign with the key: itself, and the
// halves of a hybrid one.
func components(key any) [][]byte {
	list := [][]byte{primitive.Encode(key)}
	if halves, ok := key.([]any); ok {
		for _, half := range halves {
			list = append(list, primitive.Encode(half))
		}
	}
	return list
}

// reused reports whether a certificate given out has the key or a component of
// it. The one that this very re-key has got already is none: same key, same
// device, after the same key.
func (c *call) reused(a asking, rekey bool) bool {
	if rekey && bytes.Equal(c.path[0].key(), a.key()) {
		return true
	}
	name, given := c.vector.Uses["other"]
	if !given {
		return false
	}
	other := c.certificateOf(name)
	if rekey && bytes.Equal(other.key(), a.key()) {
		before := sha256.Sum256(c.path[0].key())
		return !bytes.Equal(other.did(), c.path[0].did()) || !bytes.Equal(other.body.bytes(62), before[:])
	}
	return slices.ContainsFunc(components(a.body[32]), func(one []byte) bool {
		return slices.ContainsFunc(components(other.body[32]), func(taken []byte) bool { return bytes.Equal(one, taken) })
	})
}

// rekeyProcedure is a REKEY_REQ with its ENROL_REQ at a provider.
func rekeyProcedure() procedure {
	return procedure{prepare: (*call).atProvider, checks: []check{
		{"decoding", 102, func(c *call) (ok bool) {
			code := 0
			if c.old, code = c.askFor("rekey-req", "object"); code == 0 {
				c.new, code = c.askFor("enrol-req", "enrol")
			}
			c.object, c.body = c.old.object, c.old.body
			return code == 0 || c.fail(code)
		}},
		{"certificate", 126, func(c *call) bool {
			var roots []string
			if root, there := c.vector.Uses["root"]; there {
				roots = []string{root}
			}
			code := c.find(c.body.bytes(10), roots, nil)
			return code == 0 || c.fail(code)
		}},
		{"suite", 120, func(c *call) bool { return c.path[0].speaks(c.object, c.body.number(4)) }},
		{"path", 123, func(c *call) bool {
			c.at.suites = []uint64{c.path[0].body.number(4)} // those of the policy do not count here
			code := c.climb(122)
			return code == 0 || c.fail(code)
		}},
		{"signature", 130, func(c *call) bool {
			return c.pathSigned() && c.path[0].verifies(c.object, "assay/1/rekey")
		}},
		{"the same", 117, func(c *call) bool {
			return bytes.Equal(c.new.body.bytes(9), c.body.bytes(9)) && bytes.Equal(c.new.body.bytes(10), c.body.bytes(10)) &&
				bytes.Equal(c.new.body.bytes(18), c.object.id("assay/1/rekey")) && bytes.Equal(c.new.key(), c.old.key())
		}},
		{"new suite", 120, func(c *call) bool { return c.mayIssue(c.new) }},
		{"proof", 130, func(c *call) bool { return c.new.proves() }},
		{"key new", 131, func(c *call) bool { return !c.reused(c.new, true) }},
	}, finish: func(c *call) {
		if c.code == 0 {
			c.publish()
			c.set("subject", c.path[0].did())
			digest := sha256.Sum256(c.path[0].key())
			c.set("pkd", digest[:])
		}
	}}
}

// enrolProcedure is an ENROL_REQ of a first enrolment.
func enrolProcedure() procedure {
	return procedure{prepare: (*call).atProvider, checks: []check{
		{"decoding", 102, func(c *call) bool {
			code := 0
			if _, there := c.vector.Input["first"]; there {
				if c.old, code = c.askFor("enrol-req", "first"); code != 0 {
					panic(fault("the first ENROL_REQ is none"))
				}
			}
			c.new, code = c.askFor("enrol-req", "object")
			c.object, c.body = c.new.object, c.new.body
			return code == 0 || c.fail(code)
		}},
		{"suite", 120, func(c *call) bool { return c.mayIssue(c.new) }},
		{"proof", 130, func(c *call) bool { return c.new.proves() }},
		{"key new", 131, func(c *call) bool { return !c.reused(c.new, false) }},
		{"link", 126, (*call).linkedToFirst},
	}, finish: func(c *call) {
		if c.code != 0 {
			return
		}
		c.publish()
		first := sha256.Sum256(c.new.key())
		if c.old.body != nil {
			first = sha256.Sum256(c.old.key())
			c.set("pkd", first[:])
		}
		did := digestOf([]any{"assay/1/did", c.at.realm, first[:]})
		c.set("subject", did[:16])
	}}
}

// linkedToFirst: the first key of the device names this one, for this request.
func (c *call) linkedToFirst() bool {
	if c.old.body == nil {
		return true
	}
	link, code := c.askFor("rekey-req", "link")
	number := c.old.body.number(4)
	return code == 0 && bytes.Equal(link.body.bytes(9), c.new.body.bytes(9)) && bytes.Equal(link.key(), c.new.key()) &&
		bytes.Equal(link.body.bytes(10), make([]byte, 32)) && link.body.number(4) == number && link.object.alg == primitive.Alg(number) &&
		primitive.Verify(number, c.old.key(), link.object.toBeSigned("assay/1/rekey"), link.object.signature)
}

// rekeyedProcedure is the certificate that answers a REKEY_REQ, at its device.
func rekeyedProcedure() procedure {
	waits := func(c *call) *vectors.Key { return c.file.Key(c.device.Rekey.Key) }
	return procedure{prepare: (*call).atDevice, checks: []check{
		{"decoding", 102, func(c *call) bool {
			one, code := parseCertificate(c.input("object"))
			c.object, c.body, c.answer = one.object, one.body, one
			return code == 0 || c.fail(code)
		}},
		{"waiting", 141, func(c *call) bool { return c.device.Rekey != nil }},
		{"new certificate", 126, func(c *call) bool { return c.body.number(4) == waits(c).Suite }},
		{"own", 123, func(c *call) bool {
			return bytes.Equal(c.answer.did(), unhex(c.device.DID)) && bytes.Equal(c.answer.key(), unhex(waits(c).Public))
		}},
		{"predecessor", 123, func(c *call) bool {
			digest := sha256.Sum256(unhex(c.file.Key(c.device.Rekey.Signer).Public))
			return bytes.Equal(c.body.bytes(62), digest[:])
		}},
		{"agreement", 123, func(c *call) bool { return slices.Contains(c.body.list(37), c.body.number(4)) }},
		{"issuers", 130, (*call).issuerBeside},
		{"path", 123, func(c *call) bool {
			code := c.find(c.body.bytes(10), c.device.Roots, c.device.Issuers)
			if code != 0 {
				return c.fail(code)
			}
			c.path = []certificate{c.answer, c.path[0]}
			c.at.suites = []uint64{c.body.number(4)} // a device is certified before its policy asks for it
			code = c.climb()
			return code == 0 || c.fail(code)
		}},
		{"signatures", 130, (*call).pathSigned},
	}, finish: (*call).unchanged}
}

// issuerBeside: what comes beside the answer is an issuer under the root.
func (c *call) issuerBeside() bool {
	name, beside := c.vector.Uses["issuer"]
	if !beside {
		return true
	}
	issuer, root := c.certificateOf(name), c.certificateOf(c.device.Roots[0])
	return bytes.Equal(issuer.body.bytes(10), root.id) && root.verifies(issuer.object, "assay/1/cert")
}
