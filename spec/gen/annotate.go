package main

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
)

// commentColumn is where comments begin, unless the bytes reach further.
const commentColumn = 72

// An annotator writes an item as lines of hex with comments.
type annotator struct {
	lines []string
	rest  []byte
	parts []string // names of the items of an outermost array
}

// annotate returns the lines of an example. Of a COSE_Sign1 header and payload
// are opened; what lies deeper stays closed.
func annotate(e example) string {
	a := &annotator{rest: e.bytes, parts: e.parts}
	if e.object {
		a.object()
	} else {
		a.value(0, "", topNames)
	}
	if len(a.rest) > 0 {
		panic("spec/gen: bytes after an example")
	}
	return strings.Join(a.lines, "\n")
}

func (a *annotator) line(indent int, b []byte, comment string) {
	text := strings.Repeat("  ", indent) + hex.EncodeToString(b)
	if comment != "" {
		text = fmt.Sprintf("%-*s ; %s", commentColumn-3, text, comment)
	}
	a.lines = append(a.lines, text)
}

// head takes one head from the rest and returns its bytes.
func (a *annotator) head() (raw []byte, major byte, n uint64) {
	size := 0
	if info := a.rest[0] & 31; info >= 24 {
		size = 1 << (info - 24)
	}
	raw, major = a.rest[:1+size], a.rest[0]>>5
	var word [8]byte
	copy(word[8-size:], raw[1:])
	n = binary.BigEndian.Uint64(word[:])
	if size == 0 {
		n = uint64(raw[0] & 31)
	}
	a.rest = a.rest[1+size:]
	return raw, major, n
}

func (a *annotator) take(n uint64) []byte {
	b := a.rest[:n]
	a.rest = a.rest[n:]
	return b
}

// object writes a signed object.
func (a *annotator) object() {
	raw, _, _ := a.head()
	a.line(0, raw, "COSE_Sign1")
	raw, _, n := a.head()
	header := a.take(n)
	alg := &annotator{rest: header[2:]}
	a.line(1, append(append([]byte{}, raw...), header...), "protected: {1: "+alg.number()+"}")
	a.line(1, a.take(1), "unprotected: {}")
	raw, _, n = a.head()
	a.line(1, raw, fmt.Sprintf("payload, %d bytes", n))
	payload := &annotator{rest: a.take(n)}
	payload.value(2, "", topNames)
	a.lines = append(a.lines, payload.lines...)
	raw, _, n = a.head()
	a.string(1, raw, a.take(n), "signature")
}

// number returns the integer at the start.
func (a *annotator) number() string {
	_, major, n := a.head()
	if major == 1 {
		return fmt.Sprint(-1 - int64(n))
	}
	return fmt.Sprint(n)
}

// value writes one item; label says what it is.
func (a *annotator) value(indent int, label string, names func(int64) string) {
	a.valueAfter(indent, nil, label, names)
}

// valueAfter writes one item on the line of the bytes before it, its key.
func (a *annotator) valueAfter(indent int, key []byte, label string, names func(int64) string) {
	raw, major, n := a.head()
	first := append(append([]byte{}, key...), raw...)
	switch major {
	case 0:
		a.line(indent, first, join(label, fmt.Sprint(n)))
	case 1:
		a.line(indent, first, join(label, fmt.Sprint(-1-int64(n))))
	case 2:
		a.string(indent, first, a.take(n), label)
	case 3:
		text := a.take(n)
		a.line(indent, append(first, text...), join(label, fmt.Sprintf("%q", text)))
	case 4:
		a.line(indent, first, join(label, fmt.Sprintf("list of %d", n)))
		for i := range n {
			part := ""
			if indent == 0 && i < uint64(len(a.parts)) {
				part = a.parts[i]
			}
			a.value(indent+1, part, names)
		}
	case 5:
		a.line(indent, first, join(label, fmt.Sprintf("map of %d", n)))
		for range n {
			a.member(indent+1, names)
		}
	case 7:
		a.line(indent, first, join(label, map[uint64]string{20: "false", 21: "true"}[n]))
	default:
		panic("spec/gen: an item that the protocol does not have")
	}
}

// member writes one pair of a map.
func (a *annotator) member(indent int, names func(int64) string) {
	raw, major, n := a.head()
	key := int64(n)
	if major == 1 {
		key = -1 - key
	}
	label := names(key)
	a.valueAfter(indent, raw, strings.TrimSpace(fmt.Sprintf("%d %s", key, label)), inner(key, label))
}

// string writes a byte string: short ones on the line of their head.
func (a *annotator) string(indent int, first, content []byte, label string) {
	if len(content) <= 16 {
		a.line(indent, append(first, content...), label)
		return
	}
	a.line(indent, first, join(label, fmt.Sprintf("%d bytes", len(content))))
	for len(content) > 0 {
		n := min(len(content), 32)
		a.line(indent+1, content[:n], "")
		content = content[n:]
	}
}

func join(label, value string) string {
	if label == "" {
		return value
	}
	return label + ": " + value
}
