package witness

import (
	"bytes"
)

// The ranges of numbers.
const (
	maxCounter = 1<<53 - 1
	maxEpoch   = 1<<31 - 1
)

// A rule says what a member may be: 103 what it must be, 105 in what range.
type rule func(v any) int

// A member is one line of a message's grammar. when decides whether it is there
// from the members before; nil: always; optional: either way, where it may be.
type member struct {
	key      uint64
	rule     rule
	optional bool
	when     func(body) bool
}

func must(key uint64, r rule) member { return member{key: key, rule: r} }
func may(key uint64, r rule) member  { return member{key: key, rule: r, optional: true} }
func iff(key uint64, r rule, when func(body) bool) member {
	return member{key: key, rule: r, when: when}
}
func mayIf(key uint64, r rule, when func(body) bool) member {
	return member{key: key, rule: r, optional: true, when: when}
}
func iou(b body) bool                  { return b.number(23) == 3 }
func ecash(b body) bool                { return b.number(23) == 5 }
func parted(b body) bool               { return b.number(23) == 2 }
func flag(bits uint64) func(body) bool { return func(b body) bool { return b.number(22)&bits != 0 } }
func status(n uint64) func(body) bool  { return func(b body) bool { return b.number(24) == n } }
func device(b body) bool               { return b.number(30) == 2 }

// between is an integer in a range.
func between(low, high uint64) rule {
	return func(v any) int {
		n, ok := v.(uint64)
		switch {
		case !ok:
			return 103
		case n < low || n > high:
			return 105
		}
		return 0
	}
}

// oneOf is an integer of a closed set.
func oneOf(set ...uint64) rule {
	return func(v any) int {
		n, ok := v.(uint64)
		for _, m := range set {
			if ok && n == m {
				return 0
			}
		}
		return 103
	}
}

// bits is a set of flags.
func bits(defined uint64) rule {
	return func(v any) int {
		if n, ok := v.(uint64); !ok || n&^defined != 0 {
			return 103
		}
		return 0
	}
}

// size is a byte string.
func size(least, most int) rule {
	return func(v any) int {
		if s, ok := v.([]byte); !ok || len(s) < least || len(s) > most {
			return 103
		}
		return 0
	}
}

func exactly(n int) rule { return size(n, n) }

func text(v any) int {
	if s, ok := v.(string); !ok || s == "" || len(s) > 40 {
		return 103
	}
	return 0
}

func anything(any) int { return 0 }

// tuple is an array of numbers.
func tuple(n int, high uint64) rule {
	return func(v any) int {
		items, ok := v.([]any)
		if !ok || len(items) != n {
			return 103
		}
		return each(items, between(0, high))
	}
}

// A pick is one number of a tuple, by its place, and its least and most.
type pick struct {
	place     int
	low, high uint64
}

// among is a tuple some of whose numbers are of a closed set.
func among(whole rule, picks ...pick) rule {
	return func(v any) int {
		code := whole(v)
		if code == 103 {
			return 103
		}
		for _, p := range picks {
			if between(p.low, p.high)(v.([]any)[p.place]) != 0 {
				return 103
			}
		}
		return code
	}
}

// each returns the gravest fault: 103 before 105.
func each(items []any, r rule) int {
	worst := 0
	for _, item := range items {
		switch r(item) {
		case 103:
			return 103
		case 105:
			worst = 105
		}
	}
	return worst
}

// ascending is a list of numbers without repetition.
func ascending(v any) int {
	items, ok := v.([]any)
	if !ok || len(items) == 0 {
		return 103
	}
	last := int64(-1)
	for _, item := range items {
		n, ok := item.(uint64)
		if !ok || int64(n) <= last {
			return 103
		}
		last = int64(n)
	}
	return each(items, between(0, maxEpoch))
}

// lots is a list of pairs of hop and amount.
func lots(least int) rule {
	return func(v any) int {
		items, ok := v.([]any)
		if !ok || len(items) < least {
			return 103
		}
		return each(items, func(item any) int {
			pair, ok := item.([]any)
			if !ok || len(pair) != 2 {
				return 103
			}
			if code := between(0, maxCounter)(pair[0]); code != 0 {
				return code
			}
			return between(1, maxCounter)(pair[1])
		})
	}
}

// shorts are identifiers of 16 bytes, ascending.
func shorts(v any) int {
	s, ok := v.([]byte)
	if !ok || len(s)%16 != 0 {
		return 103
	}
	for i := 16; i < len(s); i += 16 {
		if bytes.Compare(s[i-16:i], s[i:i+16]) >= 0 {
			return 103
		}
	}
	return 0
}

// ids is a list of identifiers of 32 bytes, ascending.
func ids(v any) int {
	items, ok := v.([]any)
	if !ok {
		return 103
	}
	var last []byte
	for _, item := range items {
		s, ok := item.([]byte)
		if !ok || len(s) != 32 || bytes.Compare(s, last) <= 0 {
			return 103
		}
		last = s
	}
	return 0
}

// tokenNames are the tokens beside a TRANSFER, of which there is one at least.
func tokenNames(v any) int {
	if items, ok := v.([]any); !ok || len(items) == 0 || len(items) > maxTokens {
		return 103
	}
	return ids(v)
}

// maxTokens is how many tokens of e-cash a message may have.
const maxTokens = 40

// blindedMessages are what an issuer is to sign, each with the name of a key.
func blindedMessages(v any) int {
	return listOf(1, maxTokens, inOrder(exactly(8), exactly(256)))(v)
}

// blindSignatures are what it answers.
func blindSignatures(v any) int { return listOf(1, maxTokens, exactly(256))(v) }

// fragments are 1 to so many parts of tokens: token, from, to, hop and source. What
// they say of each other is judged later.
func fragments(most int) rule {
	number := between(0, maxCounter)
	return listOf(1, most, inOrder(exactly(16), number, between(1, maxCounter), number, exactly(32)))
}

// issuedTokens are TOKENs by value.
func issuedTokens(v any) int { return listOf(1, 16, size(0, 1<<20))(v) }

// tokenKeys are the keys of a KEYSET, ascending by denomination and key epoch: those
// two, the last epoch, modulus and exponent.
func tokenKeys(v any) int {
	code := listOf(1, 256, inOrder(between(1, maxCounter), between(1, maxEpoch), between(0, maxEpoch), exactly(256),
		between(3, maxCounter)))(v)
	if code == 103 {
		return 103
	}
	denomination, epoch := uint64(0), uint64(0)
	for i, item := range v.([]any) {
		d, e := item.([]any)[0].(uint64), item.([]any)[1].(uint64)
		if i > 0 && (d < denomination || d == denomination && e <= epoch) {
			return 103
		}
		denomination, epoch = d, e
	}
	return code
}

// spentToken is a token with its spending: key, holder, randomizer, the issuer's
// signature and the holder's.
func spentToken(v any) int {
	return inOrder(exactly(8), exactly(32), exactly(32), exactly(256), exactly(64))(v)
}

// entries are log entries: byte strings, read later.
func entries(v any) int {
	items, ok := v.([]any)
	if !ok {
		return 103
	}
	return each(items, size(0, 1<<16))
}

// limits is a map from class to a map from limit to bound.
func limits(v any) int {
	classes, ok := v.(map[any]any)
	if !ok || len(classes) == 0 {
		return 103
	}
	worst := 0
	for number, class := range classes {
		switch between(0, maxEpoch)(number) {
		case 103:
			return 103
		case 105:
			worst = 105
		}
		bounds, ok := class.(map[any]any)
		if !ok {
			return 103
		}
		for key, bound := range bounds {
			if n, ok := key.(uint64); !ok || n < 1 || n > 9 {
				return 103
			}
			switch between(0, maxCounter)(bound) {
			case 103:
				return 103
			case 105:
				worst = 105
			}
		}
	}
	return worst
}

// read holds a decoded payload to the grammar of a type: 110, 118, 103, and
// whether a number is out of range, which counts only after realm and currency.
func read(v any, typ uint64, grammar []member) (b body, code int, bounds bool) {
	m, ok := v.(map[any]any)
	if !ok {
		return nil, 103, false
	}
	b = body{}
	foreign := false
	for key, value := range m {
		if n, ok := key.(uint64); ok {
			b[n] = value
		} else {
			foreign = true
		}
	}
	version, ok := b[1].(uint64)
	if _, before := b[0]; before || !ok {
		return nil, 103, false
	}
	if version != 1 {
		return nil, 110, false
	}
	if n, ok := b[2].(uint64); ok && n != typ {
		return nil, 118, false
	}
	seen := 0
	for _, line := range grammar {
		value, there := b[line.key]
		if line.optional && line.when != nil {
			there = there && line.when(b) // where it may not be, it counts as foreign
		} else if line.when != nil && line.when(b) != there || line.when == nil && !line.optional && !there {
			return nil, 103, false
		}
		if !there {
			continue
		}
		seen++
		switch line.rule(value) {
		case 103:
			return nil, 103, false
		case 105:
			bounds = true
		}
	}
	if seen != len(b) || foreign || misused(b) {
		return nil, 103, false
	}
	return b, 0, bounds || broken(b)
}

// misused: the lower bits of usage are a device's, the higher ones others'; and a
// fallback is of family E.
func misused(b body) bool {
	allowed := uint64(0x1f00)
	if device(b) {
		allowed = 0x1f
	}
	fallback := b.number(2) == typeTransfer && b.number(22)&8 != 0
	return b.number(2) == typeCert && b.number(33)&^allowed != 0 || fallback && !ecash(b)
}

// broken: a first debit has no predecessor, and no other is without.
func broken(b body) bool {
	typ, first := b.number(2), b.number(13) == 1
	return (typ == typeTransfer || typ == typeDefund) && first != bytes.Equal(b.bytes(14), make([]byte, 32))
}
