// Package cddl reads the part of CDDL (RFC 8610) that protocol.cddl is
// written in, and holds CBOR items against its rules.
//
// It is an oracle for tests of the wire chapter, independent of the reference's
// own encoder and decoder. It knows no generics, sockets, unwrapping, or
// controls but .size and .cbor, and does not judge which encoding an item has.
package cddl

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// A pair is one entry of a decoded map.
type pair struct{ key, value any }

// An item is decoded to: uint64, int64 (negative), []byte, string, bool, []any,
// []pair.

var errTruncated = errors.New("truncated")

// decodeAll decodes b, which holds exactly one item.
func decodeAll(b []byte) (any, error) {
	v, rest, err := decode(b)
	if err == nil && len(rest) > 0 {
		err = fmt.Errorf("%d bytes after the item", len(rest))
	}
	return v, err
}

func decode(b []byte) (v any, rest []byte, err error) {
	major, n, rest, err := head(b)
	if err != nil {
		return nil, nil, err
	}
	switch major {
	case 0:
		return n, rest, nil
	case 1:
		if n > 1<<63-1 {
			return nil, nil, errors.New("negative integer beyond 64 bits")
		}
		return -1 - int64(n), rest, nil
	case 2, 3:
		if n > uint64(len(rest)) {
			return nil, nil, errTruncated
		}
		if major == 2 {
			return rest[:n], rest[n:], nil
		}
		return string(rest[:n]), rest[n:], nil
	case 4:
		return decodeArray(n, rest)
	case 5:
		return decodeMap(n, rest)
	case 7:
		if n == 20 || n == 21 {
			return n == 21, rest, nil
		}
	}
	return nil, nil, fmt.Errorf("major type %d, argument %d", major, n)
}

func head(b []byte) (major byte, n uint64, rest []byte, err error) {
	if len(b) == 0 {
		return 0, 0, nil, errTruncated
	}
	major, info, rest := b[0]>>5, b[0]&31, b[1:]
	if info < 24 {
		return major, uint64(info), rest, nil
	}
	if info > 27 {
		return 0, 0, nil, fmt.Errorf("additional information %d", info)
	}
	size := 1 << (info - 24)
	if len(rest) < size {
		return 0, 0, nil, errTruncated
	}
	var word [8]byte
	copy(word[8-size:], rest)
	return major, binary.BigEndian.Uint64(word[:]), rest[size:], nil
}

func decodeArray(n uint64, b []byte) (any, []byte, error) {
	list := []any{}
	for range n {
		v, rest, err := decode(b)
		if err != nil {
			return nil, nil, err
		}
		list, b = append(list, v), rest
	}
	return list, b, nil
}

func decodeMap(n uint64, b []byte) (any, []byte, error) {
	m := []pair{}
	for range n {
		k, rest, err := decode(b)
		if err != nil {
			return nil, nil, err
		}
		v, rest, err := decode(rest)
		if err != nil {
			return nil, nil, err
		}
		m, b = append(m, pair{k, v}), rest
	}
	return m, b, nil
}
