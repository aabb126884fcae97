package witness

import (
	"bytes"
	"crypto/sha256"
	"slices"
)

// maxEvidence is the largest bundle.
const maxEvidence = 65000

// maxMoney is the largest DEFUND of family E, which carries its tokens.
const maxMoney = 32768

// A bundle is what a call works out about EVIDENCE.
type bundle struct {
	parted  bool // kind 9 of family T
	kind    uint64
	objects [][]byte
	certs   []certificate
	links   []statement
	linked  map[string]bool // did and digest of a key
	read    []statement     // the objects that somebody has signed, as the kind has them
	lot     *shown          // kind 9: the source
	of      *shown          // and for a return the debit that it answers
	accused []byte
	unknown *certificate // of a key that its provider's word alone makes the device's
}

// A statement is a signed object with the path of its signer.
type statement struct {
	object
	kind string
	body body
	path []certificate
}

func (s statement) id() []byte { return s.object.id(messages(s.kind).domain) }

func (s statement) did() []byte { return s.path[0].did() }

// evidenceProcedure judges a bundle. Whatever proves nothing has one code.
func evidenceProcedure() procedure {
	const none = 420
	return procedure{prepare: func(c *call) { c.root = c.certificateOf(c.vector.Uses["root"]) }, checks: []check{
		{"size", none, func(c *call) bool { return len(c.input("object")) <= maxEvidence }},
		{"grammar", 103, (*call).bundleRead},
		{"certificates", none, (*call).bundleCertificates},
		{"links", none, (*call).bundleLinks},
		{"count", none, func(c *call) bool {
			want := map[uint64]int{3: 3, 9: len(c.bundle.objects)}[c.bundle.kind]
			return len(c.bundle.objects) == max(want, 2) || c.bundle.kind == 9
		}},
		{"source", none, (*call).sourceShown},
		{"objects", none, (*call).objectsRead},
		{"paths", none, (*call).pathsFound},
		{"levels", none, (*call).levelsRight},
		{"path checks", none, (*call).pathsClimbed},
		{"path signatures", none, (*call).pathsSigned},
		{"realms", none, (*call).realmsRight},
		{"suites", none, func(c *call) bool {
			return !slices.ContainsFunc(c.bundle.read, func(s statement) bool {
				return !s.issued() && !s.path[0].speaks(s.object, s.body.number(4))
			})
		}},
		{"signatures", none, func(c *call) bool {
			return !slices.ContainsFunc(c.bundle.read, func(s statement) bool {
				return !s.path[0].verifies(s.object, messages(s.kind).domain)
			})
		}},
		{"one device", none, (*call).oneAccused},
		{"no repetition", none, (*call).noRepetition},
		{"request", none, (*call).requestShown},
		{"conflict", none, (*call).conflicts},
	}, finish: (*call).accuse}
}

func (c *call) bundleRead() bool {
	v, code := decode(c.input("object"))
	if code != 0 {
		return c.fail(code)
	}
	m := messages("evidence")
	c.body, code, _ = read(v, m.typ, m.grammar)
	if code != 0 {
		return c.fail(code)
	}
	c.bundle.kind, c.bundle.objects = c.body.number(24), c.body.strings(100)
	c.at = situation{realm: c.body.bytes(3)}
	if bytes.Equal(c.root.body.bytes(3), c.at.realm) {
		c.at.env = c.root.body.number(35)
	}
	return true
}

// strings is a list of byte strings.
func (b body) strings(key uint64) (out [][]byte) {
	items, _ := b[key].([]any)
	for _, item := range items {
		s, _ := item.([]byte)
		out = append(out, s)
	}
	return out
}

func (c *call) bundleCertificates() bool {
	whole := true
	for _, b := range c.body.strings(101) {
		one, code := parseCertificate(b)
		if whole = whole && code == 0; code == 0 {
			c.bundle.certs = append(c.bundle.certs, one)
		}
	}
	return whole
}

// bundleLinks reads the REKEY_REQs and goes through them until none shows more.
func (c *call) bundleLinks() bool {
	c.bundle.linked = map[string]bool{}
	whole := true
	for _, b := range c.body.strings(102) {
		s, ok := readAs("rekey-req", b)
		if whole = whole && ok; ok {
			c.bundle.links = append(c.bundle.links, s)
		}
	}
	for range c.bundle.links {
		for _, l := range c.bundle.links {
			for _, one := range c.bundle.certs {
				known := one.body.number(30) == 2 && bytes.Equal(one.body.bytes(3), c.at.realm) &&
					bytes.Equal(l.body.bytes(3), c.at.realm) && c.keyOf(one)
				if known && one.speaks(l.object, l.body.number(4)) && one.verifies(l.object, "assay/1/rekey") {
					c.bundle.linked[keyName(one.did(), certificate{body: l.body}.key())] = true
				}
			}
		}
	}
	return whole
}

func keyName(did, key []byte) string {
	digest := sha256.Sum256(key)
	return string(did) + string(digest[:])
}

// keyOf: the did follows from the key, or a REKEY_REQ has named it.
func (c *call) keyOf(one certificate) bool {
	digest := sha256.Sum256(one.key())
	did := digestOf([]any{"assay/1/did", one.body.bytes(3), digest[:]})[:16]
	return bytes.Equal(did, one.did()) || c.bundle.linked[keyName(one.did(), one.key())]
}

// readAs reads an object of a kind, its numbers within their range.
func readAs(kind string, b []byte) (s statement, ok bool) {
	m := messages(kind)
	most := m.most
	if m.typ == typeDefund {
		most = maxMoney // a bundle does not say its family before the object is read
	}
	o, code := parseObject(b, most)
	if code != 0 {
		return s, false
	}
	v, code := decode(o.payload)
	if code != 0 {
		return s, false
	}
	body, code, bounds := read(v, m.typ, m.grammar)
	return statement{object: o, kind: kind, body: body}, code == 0 && !bounds
}

// debitKinds are the forms that a debit has, in any realm.
func debitKinds() []string { return []string{"transfer", "chain", "defund", "chain-defund"} }

// objectsRead reads each object by what the kind has in its place.
func (c *call) objectsRead() bool {
	for i, b := range c.bundle.objects {
		var kinds []string
		switch {
		case c.bundle.kind == 3 && i == 2:
			continue // the request is nobody's statement here
		case c.bundle.parted:
			kinds = partKinds()
		case c.bundle.kind <= 3 || c.bundle.kind >= 8 || c.bundle.kind == 6 && i == 0:
			kinds = debitKinds()
		case c.bundle.kind == 4:
			kinds = []string{"receipt"}
		case c.bundle.kind == 5 || c.bundle.kind == 6:
			kinds = []string{"sync"}
		default:
			if _, code := parseCertificate(b); code != 0 {
				return false
			}
			kinds = []string{"cert"}
		}
		found := false
		for _, kind := range kinds {
			if s, ok := readAs(kind, b); ok && !found {
				c.bundle.read, found = append(c.bundle.read, s), true
			}
		}
		if !found {
			return false
		}
	}
	return true
}

// issued is a certificate among the objects, kind 7: its issuer is accused.
func (s statement) issued() bool { return s.kind == "cert" }
