package witness

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/assay-cbdc/assay/vectors"
	"github.com/assay-cbdc/assay/vectors/primitive"
)

// A fragment is a part of a token.
type fragment struct {
	tid      string
	from, to uint64
	hop      uint64
	source   string
	given    bool
}

func (p fragment) overlaps(o fragment) bool { return p.tid == o.tid && p.from < o.to && o.from < p.to }

// A purse is what a call works out about tokens.
type purse struct {
	held   []fragment
	tokens []issued
	coins  []coin
}

// An issued token is a TOKEN that is right.
type issued struct {
	tid   string
	value uint64
}

// partsOf reads member 91.
func partsOf(b body) (list []fragment) {
	items, _ := b[91].([]any)
	for _, item := range items {
		five := item.([]any)
		list = append(list, fragment{tid: string(five[0].([]byte)), from: five[1].(uint64), to: five[2].(uint64),
			hop: five[3].(uint64), source: string(five[4].([]byte))})
	}
	return list
}

func heldParts(list []vectors.Fragment) (out []fragment) {
	for _, f := range list {
		out = append(out, fragment{string(unhex(f.TID)), number(f.From), number(f.To), f.Hop, string(unhex(f.Source)), f.Given})
	}
	return out
}

// rising: parts ascend by token and start, are disjoint and not empty, and each has
// a source.
func rising(parts []fragment) bool {
	for i, p := range parts {
		if p.from >= p.to || p.source == string(make([]byte, 32)) {
			return false
		}
		if i > 0 && (parts[i-1].tid > p.tid || parts[i-1].tid == p.tid && parts[i-1].to > p.from) {
			return false
		}
	}
	return true
}

// makeLots: the parts add up to the lots, hop by hop.
func makeLots(parts []fragment, b body) bool {
	sums := map[uint64]uint64{}
	for _, p := range parts {
		sums[p.hop] += p.to - min(p.from, p.to)
	}
	lots := b.list(15)
	for i := 0; i < len(lots); i += 2 {
		if sums[lots[i]] != lots[i+1] {
			return false
		}
		delete(sums, lots[i])
	}
	return len(sums) == 0
}

// fragmentChecks are those of the payee on parts and on the TOKENs beside them.
func fragmentChecks() []check {
	checks := []check{
		{"parts ascend", 502, func(c *call) bool { return c.body[91] != nil && rising(partsOf(c.body)) }},
		{"parts make the lots", 502, func(c *call) bool { return makeLots(partsOf(c.body), c.body) }},
	}
	checks = append(checks, tokenChecks((*call).besideTransfer)...)
	return inFamily(familyToken, append(checks,
		check{"a TOKEN for each part", 500, func(c *call) bool {
			return !slices.ContainsFunc(partsOf(c.body), func(p fragment) bool { return c.value(p.tid) == 0 })
		}},
		check{"a part for each TOKEN", 500, func(c *call) bool {
			return !slices.ContainsFunc(c.purse.tokens, func(t issued) bool {
				return !slices.ContainsFunc(partsOf(c.body), func(p fragment) bool { return p.tid == t.tid })
			})
		}},
		check{"inside", 502, func(c *call) bool {
			return !slices.ContainsFunc(partsOf(c.body), func(p fragment) bool { return p.to > c.value(p.tid) })
		}},
		check{"not held", 501, func(c *call) bool {
			return !slices.ContainsFunc(partsOf(c.body), func(p fragment) bool { return slices.ContainsFunc(heldParts(c.device.Fragments), p.overlaps) })
		}},
		check{"places", 503, func(c *call) bool { return c.placesFor(len(partsOf(c.body))) }})...)
}

func (c *call) placesFor(n int) bool {
	return uint64(len(c.device.Fragments)+n) <= c.device.FragmentPlaces
}

// value is what a token that came is worth, 0 where none came.
func (c *call) value(tid string) uint64 {
	for _, t := range c.purse.tokens {
		if t.tid == tid {
			return t.value
		}
	}
	return 0
}

// besideTransfer are the TOKENs that came with a TRANSFER.
func (c *call) besideTransfer() (list [][]byte) {
	for _, name := range slices.Sorted(maps.Keys(c.vector.Input)) {
		if strings.HasPrefix(name, "token_") && c.vector.Input[name] != "" {
			list = append(list, c.input(name))
		}
	}
	return list
}

// insideMessage are the TOKENs that a message holds, member 99.
func (c *call) insideMessage() (list [][]byte) {
	items, _ := c.body[99].([]any)
	for _, item := range items {
		list = append(list, item.([]byte))
	}
	return list
}

// tokenChecks are those of every TOKEN, each of all before the next: what is wrong
// proves nothing, whatever it is.
func tokenChecks(of func(*call) [][]byte) []check {
	every := func(name string, holds func(*call, object, body) bool) check {
		return check{"TOKEN " + name, 500, func(c *call) bool {
			for _, b := range of(c) {
				o, code := parseObject(b, messages("token").most)
				v, second := decode(o.payload)
				if code != 0 || second != 0 {
					return name != "form"
				}
				m, third, bounds := read(v, typeToken, messages("token").grammar)
				if third != 0 || bounds {
					return name != "form"
				}
				if !holds(c, o, m) {
					return false
				}
			}
			return true
		}}
	}
	signer := func(c *call, o object, m body, holds func(*call) bool) bool {
		other := *c // the signer of the message stays what it is
		other.body, other.object = m, o
		code := other.find(m.bytes(10), c.device.Roots, c.device.Issuers)
		return code != 0 || holds(&other) // "certificate" has found it
	}
	return []check{
		every("form", func(*call, object, body) bool { return true }),
		every("place", func(c *call, _ object, m body) bool {
			return bytes.Equal(m.bytes(3), c.at.realm) && m.number(5) == c.at.currency && m.number(6) == c.at.exponent
		}),
		every("certificate", func(c *call, _ object, m body) bool {
			other := *c
			return other.find(m.bytes(10), c.device.Roots, c.device.Issuers) == 0
		}),
		every("suite", func(c *call, o object, m body) bool {
			return signer(c, o, m, func(t *call) bool { return t.path[0].speaks(o, m.number(4)) })
		}),
		every("path", func(c *call, o object, m body) bool {
			return signer(c, o, m, func(t *call) bool {
				t.at.usage = useSignFund
				return t.climb(122) == 0
			})
		}),
		every("path signature", func(c *call, o object, m body) bool { return signer(c, o, m, (*call).pathSigned) }),
		every("signature", func(c *call, o object, m body) bool {
			return signer(c, o, m, func(t *call) bool { return t.path[0].verifies(o, "assay/1/token") })
		}),
		{"one of each TOKEN", 500, func(c *call) bool { return c.readTokensOnce(of(c)) }},
	}
}

// readTokensOnce keeps what the TOKENs say, and reports whether no two have one tid.
func (c *call) readTokensOnce(list [][]byte) bool {
	c.purse.tokens = nil
	for _, b := range list {
		o, _ := parseObject(b, len(b))
		m := payloadOf(o)
		if c.value(string(m.bytes(90))) != 0 {
			return false
		}
		c.purse.tokens = append(c.purse.tokens, issued{string(m.bytes(90)), m.number(7)})
	}
	return true
}

// issuedChecks are those of what a FUND carries.
func issuedChecks() []check {
	return inFamily(familyToken, allRight((*call).insideMessage), check{"value", 300, func(c *call) bool { return c.worth() == c.body.number(7) }},
		check{"new", 301, (*call).unheld},
		check{"places", 503, func(c *call) bool { return c.placesFor(len(c.purse.tokens)) }})
}

// allRight is one check of all TOKENs that a message holds. What can be wrong with
// one is tried where it stands beside a TRANSFER.
func allRight(of func(*call) [][]byte) check {
	return check{"TOKENs", 500, func(c *call) bool {
		return !slices.ContainsFunc(tokenChecks(of), func(one check) bool { return !one.holds(c) })
	}}
}

// worth is the sum of the TOKENs that came.
func (c *call) worth() (sum uint64) {
	for _, t := range c.purse.tokens {
		sum += t.value
	}
	return sum
}

// unheld: of none of the TOKENs that came is a part here.
func (c *call) unheld() bool {
	return !slices.ContainsFunc(heldParts(c.device.Fragments), func(p fragment) bool { return c.value(p.tid) != 0 })
}

// renewedChecks are those of what a SYNC_ACK brings for what was given up.
func renewedChecks() []check {
	return inFamily(familyToken, allRight((*call).insideMessage),
		check{"value", 502, func(c *call) bool { return len(c.purse.tokens) == 0 || c.worth() == c.givenUp() }},
		check{"new", 501, (*call).unheld})
}

func (c *call) givenUp() (sum uint64) {
	for _, p := range heldParts(c.device.Fragments) {
		if p.given {
			sum += p.to - p.from
		}
	}
	return sum
}

// arrived are the parts of a TRANSFER as the payee holds them.
func (c *call) arrived() (list []fragment) {
	for _, p := range partsOf(c.body) {
		p.hop, p.source = min(p.hop, 15), string(c.id())
		list = append(list, p)
	}
	return list
}

// whole are the TOKENs that came, all of each, brought by this message.
func (c *call) whole() (list []fragment) {
	for _, t := range c.purse.tokens {
		list = append(list, fragment{tid: t.tid, to: t.value, source: string(c.id())})
	}
	return list
}

// receiveParts adds parts to what is held.
func (c *call) receiveParts(id []byte, more []fragment) {
	c.purse.held = append(heldParts(c.device.Fragments), more...)
}

func (c *call) bringIssued() {
	if c.code == 0 {
		c.receiveParts(c.id(), c.whole())
		c.publishParts()
	}
}

// renewed exchanges what was given up for the TOKENs that came, or has it back as it
// was; either way the SYNC_ACK is what brought it.
func (c *call) renewed() {
	if c.code != 0 {
		return
	}
	for _, p := range heldParts(c.device.Fragments) {
		switch {
		case !p.given:
			c.purse.held = append(c.purse.held, p)
		case len(c.purse.tokens) == 0:
			p.given, p.source = false, string(c.id())
			c.purse.held = append(c.purse.held, p)
		}
	}
	c.purse.held = append(c.purse.held, c.whole()...)
	c.publishParts()
}

// publishParts gives what is held, two adjacent parts of one token with one source
// and one hop being one.
func (c *call) publishParts() {
	held := c.purse.held
	if c.purse.held == nil {
		held = heldParts(c.device.Fragments)
	}
	slices.SortFunc(held, func(a, b fragment) int {
		if a.tid != b.tid {
			return strings.Compare(a.tid, b.tid)
		}
		return int(a.from) - int(b.from)
	})
	var list []any
	for i := 0; i < len(held); i++ {
		p := held[i]
		for i+1 < len(held) && held[i+1] == (fragment{p.tid, p.to, held[i+1].to, p.hop, p.source, p.given}) {
			i++
			p.to = held[i].to
		}
		list = append(list, []any{[]byte(p.tid), p.from, p.to, p.hop, []byte(p.source)})
	}
	if len(list) > 0 {
		c.set("fragments", primitive.Encode(list))
	}
}

// drawParts draws the lowest hop first, of one hop in the order of token and start,
// and of the last part the lower end; the lots are the sums. Each is one hop further.
func (c *call) drawParts() (lots, parts []any) {
	if c.family() != familyToken {
		return nil, nil
	}
	held := heldParts(c.device.Fragments)
	slices.SortFunc(held, func(a, b fragment) int {
		return cmp.Or(cmp.Compare(a.hop, b.hop), strings.Compare(a.tid, b.tid), cmp.Compare(a.from, b.from))
	})
	left, sums := c.body.number(7), map[uint64]uint64{}
	var drawn []fragment
	for _, p := range held {
		if left == 0 || p.given {
			continue
		}
		p.to = p.from + min(p.to-p.from, left)
		left -= p.to - p.from
		p.hop++
		sums[p.hop] += p.to - p.from
		drawn = append(drawn, p)
	}
	for _, hop := range slices.Sorted(maps.Keys(sums)) {
		lots = append(lots, []any{hop, sums[hop]})
	}
	slices.SortFunc(drawn, func(a, b fragment) int { return cmp.Or(strings.Compare(a.tid, b.tid), cmp.Compare(a.from, b.from)) })
	for _, p := range drawn {
		parts = append(parts, []any{[]byte(p.tid), p.from, p.to, p.hop, []byte(p.source)})
	}
	return lots, parts
}

// shows: the host has the TOKEN of each part that would be drawn.
func (c *call) shows() bool {
	_, parts := c.drawParts()
	return !slices.ContainsFunc(parts, func(p any) bool {
		tid := p.([]any)[0].([]byte)
		return !slices.ContainsFunc(c.device.Tokens, func(name string) bool {
			o, _ := parseObject(c.stored(name), messages("token").most)
			return bytes.Equal(payloadOf(o).bytes(90), tid)
		})
	})
}
