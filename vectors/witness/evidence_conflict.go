package witness

import (
	"bytes"
	"crypto/sha256"
	"slices"
)

// pathsFound finds the certificates of each signer, up to the root.
func (c *call) pathsFound() bool {
	for i := range c.bundle.read {
		s := &c.bundle.read[i]
		id := s.body.bytes(10)
		for !bytes.Equal(id, c.root.id) {
			at := slices.IndexFunc(c.bundle.certs, func(one certificate) bool { return bytes.Equal(one.id, id) })
			if at < 0 || len(s.path) == 2 {
				return false
			}
			s.path = append(s.path, c.bundle.certs[at])
			id = c.bundle.certs[at].body.bytes(10)
		}
		if len(s.path) == 0 {
			return false
		}
	}
	return true
}

func (c *call) levelsRight() bool {
	return !slices.ContainsFunc(c.bundle.read, func(s statement) bool {
		level := uint64(2)
		if s.issued() {
			level = 1
		}
		return s.path[0].body.number(30) != level
	})
}

// pathsClimbed holds each path to its checks at the epoch of its first
// certificate: neither age nor revocation undoes what was signed.
func (c *call) pathsClimbed() bool {
	for _, s := range c.bundle.read {
		c.path, c.at.epoch = s.path, s.path[0].body.number(21)
		if c.climb() != 0 {
			return false
		}
	}
	return true
}

func (c *call) pathsSigned() bool {
	for _, s := range c.bundle.read {
		if c.path = s.path; !c.pathSigned() {
			return false
		}
	}
	return true
}

func (c *call) realmsRight() bool {
	return !slices.ContainsFunc(c.bundle.read, func(s statement) bool { return !bytes.Equal(s.body.bytes(3), c.at.realm) })
}

// sourceShown takes kind 9 apart: a source, for a return the debit that it
// answers, and what is left are the debits that draw.
func (c *call) sourceShown() bool {
	if c.bundle.kind != 9 || c.partsShown() {
		return true
	}
	lot, ok := lotOf(c.bundle.objects[0])
	if !ok {
		return false
	}
	c.bundle.lot, c.bundle.objects = lot, c.bundle.objects[1:]
	if lot.answers() == "" {
		return true
	}
	if len(c.bundle.objects) == 0 {
		return false
	}
	of, ok := lotOf(c.bundle.objects[0])
	if !ok || of.id != lot.answers() {
		return false
	}
	c.bundle.of, c.bundle.objects = of, c.bundle.objects[1:]
	return true
}

// lotOf reads what may be a source; a TRANSFER comes without its nonce.
func lotOf(b []byte) (*shown, bool) {
	p := &shown{}
	if ok := p.read(b); ok {
		return p, true
	}
	p = &shown{nonce: []byte{}}
	ok := p.read(b)
	return p, ok
}

// oneAccused: all is of one device, or for kind 7 of one issuer.
func (c *call) oneAccused() bool {
	for i, s := range c.bundle.read {
		if i > 0 && !bytes.Equal(s.did(), c.bundle.accused) {
			return false
		}
		c.bundle.accused = s.did()
		if !s.issued() && !c.keyOf(s.path[0]) {
			c.bundle.unknown = &c.bundle.read[i].path[len(s.path)-1]
		}
	}
	return true
}

func (c *call) noRepetition() bool {
	seen := map[string]bool{}
	for _, s := range c.bundle.read {
		debit := slices.Contains(debitKinds(), s.kind)
		if debit && seen[string(s.id())] {
			return false
		}
		seen[string(s.id())] = true
	}
	return true
}

// requestShown: the third object of kind 3 is a PAY_REQ.
func (c *call) requestShown() bool {
	if c.bundle.kind != 3 {
		return true
	}
	s, ok := readAs("pay-req", c.bundle.objects[2])
	if ok {
		c.asked = [][]byte{s.id()}
	}
	return ok
}

// conflicts is the rule of the kind.
func (c *call) conflicts() bool {
	all := c.bundle.read
	if c.bundle.kind == 9 && !c.bundle.parted {
		return c.overdrawn()
	}
	a, b := all[0], all[1]
	if c.bundle.parted {
		return drawnTwice(a, b)
	}
	switch c.bundle.kind {
	case 1:
		return a.body.number(13) == b.body.number(13)
	case 2:
		if a.body.number(13) > b.body.number(13) {
			a, b = b, a
		}
		return bytes.Equal(a.body.bytes(14), b.body.bytes(14)) ||
			a.body.number(13)+1 == b.body.number(13) && !bytes.Equal(b.body.bytes(14), a.id())
	case 3:
		return bytes.Equal(a.body.bytes(17), c.asked[0]) && bytes.Equal(b.body.bytes(17), c.asked[0])
	case 4:
		return bytes.Equal(a.body.bytes(18), b.body.bytes(18)) && a.body.number(24) != b.body.number(24)
	case 5:
		return forked(a.body, b.body)
	case 6:
		return denies(b.body, a.body.number(13), a.id())
	}
	if c.bundle.kind == 8 {
		return slices.ContainsFunc(named(a.body), func(one []byte) bool {
			return slices.ContainsFunc(named(b.body), func(other []byte) bool { return bytes.Equal(one, other) })
		})
	}
	same := func(key uint64) bool { return bytes.Equal(a.body.bytes(key), b.body.bytes(key)) }
	return same(10) && same(31) && same(62) && a.body.number(4) == b.body.number(4) &&
		!bytes.Equal(certificate{body: a.body}.key(), certificate{body: b.body}.key())
}

// named are the hashes of the tokens of a debit: a TRANSFER names them, a DEFUND has
// them whole.
func named(b body) [][]byte {
	list := b.strings(92)
	items, _ := b[97].([]any)
	for _, item := range items {
		holder, _ := item.([]any)[1].([]byte)
		digest := sha256.Sum256(holder)
		list = append(list, digest[:])
	}
	return list
}

// forked: after one entry, counted at both ends of both, the heads differ.
func forked(a, b body) bool {
	for _, x := range ends(a) {
		for _, y := range ends(b) {
			if x.n == y.n && !bytes.Equal(x.head, y.head) {
				return true
			}
		}
	}
	return false
}

type end struct {
	n    uint64
	head []byte
}

func ends(b body) []end {
	return []end{{b.number(50) - 1, b.bytes(51)}, {b.number(52), b.bytes(53)}}
}

// denies: a FULL report has another debit with the counter.
func denies(report body, counter uint64, id []byte) bool {
	c := call{body: report}
	list, _ := c.entries()
	return report.number(78) == 1 && slices.ContainsFunc(list, func(e entry) bool {
		return (e.kind == 2 || e.kind == 3) && e.x == counter && !bytes.Equal(e.ref, id)
	})
}

// overdrawn: at one hop more is drawn than the source has there.
func (c *call) overdrawn() bool {
	sums := map[uint64]uint64{}
	for _, s := range c.bundle.read {
		if s.body[16] == nil {
			continue
		}
		for _, d := range draws(s.body) {
			if d.source == c.bundle.lot.id {
				sums[d.hop] += d.amount
			}
		}
	}
	if of := c.bundle.of; of != nil {
		c.links.byID = map[string]*shown{of.id: of}
	}
	for hop, sum := range sums {
		if sum > c.lot(c.bundle.lot, hop) {
			return true
		}
	}
	return false
}

// accuse says who: the provider, where a key is the device's by its word alone.
func (c *call) accuse() {
	if c.code != 0 {
		return
	}
	c.set("accused", c.bundle.accused)
	c.setNumber("kind", c.bundle.kind)
	c.setNumber("unlinked", 0)
	if c.bundle.unknown != nil {
		c.set("accused", c.bundle.unknown.did())
		c.setNumber("unlinked", 1)
	}
}

// partKinds are what draws parts of tokens: debits, and a SYNC that gives them up.
func partKinds() []string { return []string{"transfer", "defund", "token-sync"} }

// partsShown: both objects draw parts of tokens, which is kind 9 of family T.
func (c *call) partsShown() bool {
	if len(c.bundle.objects) != 2 {
		return false
	}
	c.bundle.parted = !slices.ContainsFunc(c.bundle.objects, func(b []byte) bool {
		return !slices.ContainsFunc(partKinds(), func(kind string) bool {
			s, ok := readAs(kind, b)
			return ok && s.body[91] != nil
		})
	})
	return c.bundle.parted
}

// drawnTwice: one part from one source. Two SYNCs that give the very same up are one
// that had no answer.
func drawnTwice(a, b statement) bool {
	x, y := partsOf(a.body), partsOf(b.body)
	if a.kind == "token-sync" && b.kind == "token-sync" && slices.Equal(x, y) {
		return false
	}
	return slices.ContainsFunc(x, func(p fragment) bool {
		return slices.ContainsFunc(y, func(q fragment) bool { return p.source == q.source && p.overlaps(q) })
	})
}
