package witness

import (
	"bytes"
	"encoding/binary"
	"unicode/utf8"
)

// scan reads one item from the start to tell which fault is met first, because
// that gives the code: 101 for another encoding, 102 for what is none. A length,
// or a number of items, that the bytes left cannot hold is met at its head.
func scan(b []byte, depth int) (rest []byte, code int) {
	major, n, rest, code := scanHead(b)
	switch {
	case code != 0:
		return nil, code
	case major == 2 || major == 3:
		if n > uint64(len(rest)) || major == 3 && !utf8.Valid(rest[:n]) {
			return nil, 102
		}
		return rest[n:], 0
	case major == 4 || major == 5:
		if least := n * (uint64(major) - 3); n > uint64(len(rest)) || least > uint64(len(rest)) || depth > maxNesting {
			return nil, 102
		}
		return scanItems(rest, n, major == 5, depth)
	case major == 6, major == 7 && n != 20 && n != 21:
		return nil, 102
	}
	return rest, 0
}

// scanItems reads the items of an array, or the pairs of a map.
func scanItems(rest []byte, n uint64, pairs bool, depth int) ([]byte, int) {
	var last []byte
	for range n {
		if pairs {
			major, _, after, code := scanHead(rest)
			if code == 0 && major > 1 {
				code = 102
			}
			if code != 0 {
				return nil, code
			}
			key := rest[:len(rest)-len(after)]
			if order := bytes.Compare(last, key); order >= 0 {
				return nil, 102 - order // the same key again, or one that comes before
			}
			last, rest = key, after
		}
		var code int
		if rest, code = scan(rest, depth+1); code != 0 {
			return nil, code
		}
	}
	return rest, 0
}

// scanHead reads a head and its argument.
func scanHead(b []byte) (major byte, n uint64, rest []byte, code int) {
	if len(b) == 0 {
		return 0, 0, nil, 102
	}
	major, info := b[0]>>5, b[0]&31
	switch {
	case info < 24:
		return major, uint64(info), b[1:], 0
	case info == 31 && major >= 2 && major <= 5:
		return 0, 0, nil, 101
	case info > 27 || len(b) < 1+1<<(info-24) || major == 7:
		return 0, 0, nil, 102
	}
	size := 1 << (info - 24)
	var word [8]byte
	copy(word[8-size:], b[1:])
	n = binary.BigEndian.Uint64(word[:])
	if n < 24 || size > 1 && n>>(size*4) == 0 { // what half the size holds, or none
		return 0, 0, nil, 101
	}
	return major, n, b[1+size:], 0
}
