package main

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/assay-cbdc/assay/reference/wire"
)

// A pair is a member of a payload, both halves encoded.
type pair struct{ key, value []byte }

// pairs splits a canonical map.
func pairs(body []byte) []pair {
	r := wire.NewReader(body)
	list := make([]pair, r.Map())
	for i := range list {
		list[i] = pair{r.Raw(), r.Raw()}
	}
	if r.End(); r.Err() != nil {
		panic("gen: " + r.Err().Error())
	}
	return list
}

func join(list []pair) []byte {
	b := wire.AppendMap(nil, len(list))
	for _, p := range list {
		b = append(append(b, p.key...), p.value...)
	}
	return b
}

func find(list []pair, key uint64) int {
	return slices.IndexFunc(list, func(p pair) bool { return bytes.Equal(p.key, wire.AppendUint(nil, key)) })
}

// set gives a member another value, or adds the member at its place.
func set(key uint64, value []byte) edit {
	return func(body []byte) ([]byte, []string) {
		list := pairs(body)
		if i := find(list, key); i >= 0 {
			list[i].value = value
		} else {
			p := pair{wire.AppendUint(nil, key), value}
			at := slices.IndexFunc(list, func(q pair) bool { return bytes.Compare(q.key, p.key) > 0 })
			if at < 0 {
				at = len(list)
			}
			list = slices.Insert(list, at, p)
		}
		return join(list), []string{strconv.FormatUint(key, 10)}
	}
}

// number is set with an unsigned integer.
func number(key, n uint64) edit { return set(key, wire.AppendUint(nil, n)) }

// str is set with a byte string.
func str(key uint64, b []byte) edit { return set(key, wire.AppendBytes(nil, b)) }

// drop takes a member out.
func drop(key uint64) edit {
	return func(body []byte) ([]byte, []string) {
		list := pairs(body)
		i := find(list, key)
		return join(slices.Delete(list, i, i+1)), []string{strconv.FormatUint(key, 10)}
	}
}

// both applies two edits that make one feature.
func both(a, b edit) edit {
	return func(body []byte) ([]byte, []string) {
		body, first := a(body)
		body, second := b(body)
		all := append(first, second...)
		slices.Sort(all)
		return body, all
	}
}

// flip changes one bit of a byte string member.
func flip(key uint64) edit {
	return func(body []byte) ([]byte, []string) {
		list := pairs(body)
		v := slices.Clone(list[find(list, key)].value)
		v[len(v)-1] ^= 1
		return set(key, v)(body)
	}
}

// Edits of the encoding alone: the payload says the same, or nothing.

// encoding edits bytes without changing a member.
func encoding(e func([]byte) []byte) edit {
	return func(body []byte) ([]byte, []string) { return e(body), nil }
}

// longer writes the value of a member with one byte more than it needs.
func longer(key uint64) edit {
	return encoding(func(body []byte) []byte {
		list := pairs(body)
		i := find(list, key)
		v := list[i].value
		switch info := v[0] & 31; {
		case info < 24:
			v = append([]byte{v[0]&0xe0 | 24, info}, v[1:]...)
		case info == 24:
			v = append([]byte{v[0]&0xe0 | 25, 0}, v[1:]...)
		default:
			v = append([]byte{v[0]&0xe0 | 26, 0, 0}, v[1:]...)
		}
		list[i].value = v
		return join(list)
	})
}

// swapped exchanges a member with the one after it.
func swapped(key uint64) edit {
	return encoding(func(body []byte) []byte {
		list := pairs(body)
		i := find(list, key)
		list[i], list[i+1] = list[i+1], list[i]
		return join(list)
	})
}

// indefinite gives the map an indefinite length.
func indefinite(body []byte) []byte {
	list := join(pairs(body))
	head := 1
	if list[0]&31 == 24 {
		head = 2
	}
	return append(append([]byte{0xbf}, list[head:]...), 0xff)
}

// twice repeats a member.
func twice(key uint64) edit {
	return encoding(func(body []byte) []byte {
		list := pairs(body)
		i := find(list, key)
		return join(slices.Insert(list, i, list[i]))
	})
}

// trailing appends a byte, truncated takes one.
func trailing(b []byte) []byte  { return append(b, 0) }
func truncated(b []byte) []byte { return b[:len(b)-1] }

// lastBit flips the last bit.
func lastBit(b []byte) []byte {
	b[len(b)-1] ^= 1
	return b
}
