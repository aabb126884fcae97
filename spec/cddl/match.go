package cddl

import (
	"fmt"
	"slices"
)

// Match holds a CBOR item against a rule. The error says where they part.
func (g *Grammar) Match(rule string, item []byte) error {
	v, err := decodeAll(item)
	if err != nil {
		return fmt.Errorf("cddl: %s: %w", rule, err)
	}
	if g.types[rule] == nil {
		return fmt.Errorf("cddl: no rule %s", rule)
	}
	if err := g.match(name(rule), v); err != nil {
		return fmt.Errorf("cddl: %s: %w", rule, err)
	}
	return nil
}

// match returns nil if v is of type t.
func (g *Grammar) match(t typeNode, v any) error {
	switch t := t.(type) {
	case choice:
		var first error
		for _, alternative := range t {
			err := g.match(alternative, v)
			if err == nil {
				return nil
			}
			if first == nil {
				first = err
			}
		}
		return first
	case name:
		return g.matchName(string(t), v)
	case literal:
		if t.value != v {
			return fmt.Errorf("%v is not %v", v, t.value)
		}
	case span:
		if n, ok := v.(uint64); !ok || n > 1<<63-1 || int64(n) < t.low || int64(n) > t.high {
			return fmt.Errorf("%v is not within %d..%d", v, t.low, t.high)
		}
	case sized:
		if err := g.match(t.base, v); err != nil {
			return err
		}
		if n := int64(length(v)); n < t.size.low || n > t.size.high {
			return fmt.Errorf("%d bytes, not %d..%d", n, t.size.low, t.size.high)
		}
	case embedded:
		b, ok := v.([]byte)
		if !ok {
			return fmt.Errorf("%v is not a byte string", v)
		}
		inner, err := decodeAll(b)
		if err != nil {
			return err
		}
		return g.match(t.inner, inner)
	case array:
		list, ok := v.([]any)
		if !ok {
			return fmt.Errorf("%v is not an array", v)
		}
		return g.matchArray(t.entries, list)
	case mapping:
		m, ok := v.([]pair)
		if !ok {
			return fmt.Errorf("%v is not a map", v)
		}
		return g.matchMap(t.entries, m)
	}
	return nil
}

func length(v any) int {
	switch v := v.(type) {
	case []byte:
		return len(v)
	case string:
		return len(v)
	}
	return -1
}

// matchName holds v against a rule or one of the names of RFC 8610, appendix D.
func (g *Grammar) matchName(n string, v any) error {
	if t := g.types[n]; t != nil {
		if err := g.match(t, v); err != nil {
			return fmt.Errorf("%s: %w", n, err)
		}
		return nil
	}
	ok := false
	switch n {
	case "any":
		ok = true
	case "uint":
		_, ok = v.(uint64)
	case "bstr":
		_, ok = v.([]byte)
	case "tstr":
		_, ok = v.(string)
	case "bool":
		_, ok = v.(bool)
	case "false":
		ok = v == false
	default:
		return fmt.Errorf("no rule %s", n)
	}
	if !ok {
		return fmt.Errorf("%v is not %s", v, n)
	}
	return nil
}

// matchArray matches greedily, which suffices for a grammar whose repeated
// entries end an array.
func (g *Grammar) matchArray(entries []entry, list []any) error {
	for _, e := range entries {
		n := 0
		for n < e.high && len(list) > 0 {
			if err := g.match(e.value, list[0]); err != nil {
				if n >= e.low {
					break
				}
				return err
			}
			list = list[1:]
			n++
		}
		if n < e.low {
			return fmt.Errorf("%d of %d items", n, e.low)
		}
	}
	if len(list) > 0 {
		return fmt.Errorf("%d items too many", len(list))
	}
	return nil
}

// flatten puts the members of groups in place of their names.
func (g *Grammar) flatten(entries []entry) []entry {
	var out []entry
	for _, e := range entries {
		group, ok := e.value.(name)
		if e.key == nil && ok && g.groups[string(group)] != nil {
			out = append(out, g.flatten(g.groups[string(group)])...)
			continue
		}
		out = append(out, e)
	}
	return out
}

// matchMap gives each pair to the first entry whose key it has; entries with a
// literal key stand before those with a range of keys.
func (g *Grammar) matchMap(entries []entry, m []pair) error {
	m = slices.Clone(m)
	for _, e := range g.flatten(entries) {
		n := 0
		for i := 0; i < len(m) && n < e.high; {
			if g.match(e.key, m[i].key) != nil {
				i++
				continue
			}
			if err := g.match(e.value, m[i].value); err != nil {
				return fmt.Errorf("key %v: %w", m[i].key, err)
			}
			m = slices.Delete(m, i, i+1)
			n++
		}
		if n < e.low {
			return fmt.Errorf("key %v is missing", keyText(e.key))
		}
	}
	if len(m) > 0 {
		return fmt.Errorf("key %v has no place here", m[0].key)
	}
	return nil
}

func keyText(t typeNode) any {
	if l, ok := t.(literal); ok {
		return l.value
	}
	return t
}
