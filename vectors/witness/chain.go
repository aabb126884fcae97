package witness

import (
	"bytes"
	"math"
	"slices"

	"github.com/assay-cbdc/assay/vectors/primitive"
)

// inputs is member 16: triples of hop, amount and source.
func inputs(v any) int {
	items, ok := v.([]any)
	if !ok || len(items) == 0 {
		return 103
	}
	return each(items, func(item any) int {
		three, ok := item.([]any)
		if !ok || len(three) != 3 {
			return 103
		}
		worst := 0
		for i, r := range []rule{between(0, maxCounter), between(1, maxCounter), exactly(32)} {
			switch r(three[i]) {
			case 103:
				return 103
			case 105:
				worst = 105
			}
		}
		return worst
	})
}

// A draw is an entry of member 16, with the hop at which it was held.
type draw struct {
	hop, amount uint64
	source      string
}

// draws returns member 16; a TRANSFER names the hop after, a DEFUND that of the lot.
func draws(b body) (out []draw) {
	items, _ := b[16].([]any)
	for _, item := range items {
		three := item.([]any)
		d := draw{three[0].(uint64), three[1].(uint64), string(three[2].([]byte))}
		if b.number(2) == typeTransfer {
			d.hop--
		}
		out = append(out, d)
	}
	return out
}

// ordered: entries ascend by hop and source, lie between two hops as they are
// written, and add up to the amount.
func ordered(b body, low, high uint64) bool {
	sum, items := uint64(0), b[16].([]any)
	for i, item := range items {
		three := item.([]any)
		hop, amount, source := three[0].(uint64), three[1].(uint64), three[2].([]byte)
		if hop < low || hop > high || amount == 0 {
			return false
		}
		if i > 0 {
			before := items[i-1].([]any)
			if before[0].(uint64) > hop || before[0].(uint64) == hop && bytes.Compare(before[2].([]byte), source) >= 0 {
				return false
			}
		}
		if sum += amount; sum > maxCounter {
			return false
		}
	}
	return sum == b.number(7)
}

// A shown is a link as it was read, and its signer once it was found.
type shown struct {
	object
	kind  string
	typ   uint64
	id    string
	nonce []byte
	body  body
	path  []certificate
	root  certificate
}

// kinds are the objects that may be links: what grammar they have, which use their
// signer's certificate needs at which level, and a status that they must have.
type linkKind struct {
	kind   string
	use    uint64
	level  uint64
	status uint64
}

func linkKinds() map[uint64]linkKind {
	return map[uint64]linkKind{
		typeTransfer: {"chain", usePay, 2, 0}, typeDefund: {"chain-defund", 0, 2, 0},
		typeFund: {"fund", useSignFund, 1, 0}, typeReceipt: {"receipt", useReceive, 2, 2},
		typeResolve: {"resolve", useSignAck, 1, 2}, typeDefundAck: {"defund-ack", useSignAck, 1, 2},
	}
}

// answers is the debit that a return answers, "" for what is none.
func (p *shown) answers() string {
	if p.typ == typeReceipt || p.typ == typeResolve || p.typ == typeDefundAck {
		return string(p.body.bytes(18))
	}
	return ""
}

func (p *shown) did() []byte { return p.path[0].did() }

// chain is what a call works out about links.
type chain struct {
	pairs []any
	parts []*shown
	byID  map[string]*shown
}

// listRead reads the list as such: 101, 102, 103.
func (c *call) listRead() bool {
	v, code := decode(c.input("links"))
	if code != 0 {
		return c.fail(code)
	}
	list, ok := v.([]any)
	if !ok || len(list) > 255 {
		return false
	}
	for _, item := range list {
		pair, ok := item.([]any)
		if !ok || len(pair) != 2 {
			return false
		}
		if _, ok := pair[0].([]byte); !ok {
			return false
		}
		if nonce, ok := pair[1].([]byte); pair[1] != false && (!ok || len(nonce) != 16) {
			return false
		}
	}
	c.links.pairs = list
	return true
}

func (c *call) linksFormed() bool {
	c.links.byID = map[string]*shown{}
	for _, item := range c.links.pairs {
		pair := item.([]any)
		p := &shown{}
		p.nonce, _ = pair[1].([]byte)
		if !p.read(pair[0].([]byte)) {
			return false
		}
		c.links.parts = append(c.links.parts, p)
		c.links.byID[p.id] = p
	}
	return true
}

// read decodes an object that may be a link.
func (p *shown) read(b []byte) bool {
	o, code := parseObject(b, 8192)
	if code != 0 {
		return false
	}
	v, code := decode(o.payload)
	m, ok := v.(map[any]any)
	if code != 0 || !ok {
		return false
	}
	p.object = o
	p.typ, _ = m[uint64(2)].(uint64)
	k, ok := linkKinds()[p.typ]
	if !ok {
		return false
	}
	grammar := messages(k.kind)
	b2, code, bounds := read(v, p.typ, grammar.grammar)
	if code != 0 || bounds || len(b) > grammar.most || k.status != 0 && b2.number(24) != k.status {
		return false
	}
	if _, payee := b2[65]; p.typ == typeResolve && !payee {
		return false
	}
	p.kind, p.body, p.id = k.kind, b2, string(o.id(grammar.domain))
	return (p.nonce != nil) == (p.typ == typeTransfer)
}

// reach walks down to trunc; what a return answers lies as deep as the return.
func (c *call) reach() (reached map[string]bool, missing bool) {
	trunc := c.policy.list(74)[2]
	if trunc == 255 {
		trunc = math.MaxUint64
	}
	reached, least := map[string]bool{}, map[string]uint64{}
	type step struct {
		id           string
		depth, below uint64
	}
	var todo []step
	for _, d := range draws(c.body) {
		todo = append(todo, step{d.source, 1, 2})
	}
	for len(todo) > 0 {
		s := todo[0]
		todo = todo[1:]
		if was, seen := least[s.id]; s.depth > trunc || seen && was <= s.below {
			continue
		}
		p := c.links.byID[s.id]
		if p == nil {
			missing = true
			continue
		}
		reached[s.id], least[s.id] = true, s.below
		if debit := p.answers(); debit != "" {
			todo = append(todo, step{debit, s.depth, s.depth})
		}
		for _, d := range draws(p.body) {
			todo = append(todo, step{d.source, s.below, s.below + 1})
		}
	}
	return reached, missing
}

// signersFound finds and judges the path of each link's signer, at the link's
// epoch and without revocation.
func (c *call) signersFound() bool {
	path, root, at, revset := c.path, c.root, c.at, c.revset
	defer func() { c.path, c.root, c.at, c.revset = path, root, at, revset }()
	c.revset = body{}
	for _, p := range c.links.parts {
		k := linkKinds()[p.typ]
		if c.find(p.body.bytes(10), c.ledger.Roots, append(slices.Clip(c.ledger.Issuers), c.ledger.Certificates...)) != 0 {
			return false
		}
		p.path, p.root = c.path, c.root
		c.at.usage, c.at.epoch = k.use, p.body.number(21)
		var but []int
		if p.typ == typeReceipt {
			but = []int{122}
		}
		if c.path[0].body.number(30) != k.level || !c.path[0].speaks(p.object, p.body.number(4)) || c.climb(but...) != 0 {
			return false
		}
	}
	return true
}

func (c *call) linksSigned() bool {
	path, root := c.path, c.root
	defer func() { c.path, c.root = path, root }()
	for _, p := range c.links.parts {
		c.path, c.root = p.path, p.root
		if !c.pathSigned() || !p.path[0].verifies(p.object, primitive.LinkDomain(p.typ)) {
			return false
		}
	}
	return true
}

// everyDraw holds each entry that draws from a link, with the did that draws.
func (c *call) everyDraw(holds func(by []byte, from *shown, d draw) bool) bool {
	each := func(by []byte, b body) bool {
		for _, d := range draws(b) {
			if from := c.links.byID[d.source]; from != nil && !holds(by, from, d) {
				return false
			}
		}
		return true
	}
	if !each(c.path[0].did(), c.body) {
		return false
	}
	for _, p := range c.links.parts {
		if p.body[16] != nil && !each(p.did(), p.body) {
			return false
		}
	}
	return true
}

func (c *call) linksHeld() bool {
	return c.everyDraw(func(by []byte, from *shown, _ draw) bool {
		switch from.typ {
		case typeFund:
			return bytes.Equal(from.body.bytes(31), by)
		case typeTransfer:
			return bytes.Equal(payeeTag(by, from.nonce), from.body.bytes(12))
		}
		return true
	})
}

func (c *call) linksReturned() bool {
	return c.everyDraw(func(by []byte, from *shown, _ draw) bool {
		if from.answers() == "" {
			return from.typ != typeDefund
		}
		debit := c.links.byID[from.answers()]
		if debit == nil || debit.body[16] == nil || !bytes.Equal(debit.did(), by) {
			return false
		}
		opens := func(did []byte) bool {
			return debit.typ == typeTransfer && bytes.Equal(payeeTag(did, debit.nonce), debit.body.bytes(12))
		}
		toldHim := bytes.Equal(from.body.bytes(31), by)
		switch from.typ {
		case typeReceipt:
			return opens(from.did()) && from.path[0].body.number(34) == 1 && bytes.Equal(from.body.bytes(17), debit.body.bytes(17))
		case typeResolve:
			return opens(from.body.bytes(65)) && toldHim
		}
		return debit.typ == typeDefund && toldHim
	})
}

func (c *call) linksPlaced() bool {
	for _, p := range c.links.parts {
		if !bytes.Equal(p.body.bytes(3), c.at.realm) {
			return false
		}
		if p.body[5] != nil && (p.body.number(5) != c.at.currency || p.body.number(6) != c.at.exponent) {
			return false
		}
		if p.body[23] != nil && p.body.number(23) != c.body.number(23) {
			return false
		}
	}
	return true
}

// lot is what a link has at a hop.
func (c *call) lot(from *shown, hop uint64) (sum uint64) {
	switch {
	case from.typ == typeFund && hop == 0:
		return from.body.number(7)
	case from.typ == typeTransfer:
		for _, d := range draws(from.body) {
			if d.hop+1 == hop {
				sum += d.amount
			}
		}
	case from.answers() != "":
		if debit := c.links.byID[from.answers()]; debit != nil {
			for _, d := range draws(debit.body) {
				if d.hop == hop {
					sum += d.amount
				}
			}
		}
	}
	return sum
}

func (c *call) linksCovered() bool {
	type lot struct {
		id  string
		hop uint64
	}
	sums := map[lot]uint64{}
	return c.everyDraw(func(_ []byte, from *shown, d draw) bool {
		sums[lot{from.id, d.hop}] += d.amount
		return sums[lot{from.id, d.hop}] <= c.lot(from, d.hop)
	})
}

func (c *call) linksOnce() bool {
	count := map[string]int{}
	for _, p := range c.links.parts {
		count[p.answers()]++
	}
	return c.everyDraw(func(_ []byte, from *shown, _ draw) bool {
		return count[from.id] == 0 && (from.answers() == "" || count[from.answers()] == 1)
	})
}
