package witness

import (
	"bytes"
	"math/big"
	"time"

	"github.com/assay-cbdc/assay/vectors/primitive"
	"github.com/fxamacker/cbor/v2"
)

// decoder takes everything that is CBOR but duplicate keys and text that is not
// UTF-8; what the chapter forbids is found in the value.
func decoder() cbor.DecMode {
	mode, err := cbor.DecOptions{
		DupMapKey: cbor.DupMapKeyEnforcedAPF, IndefLength: cbor.IndefLengthAllowed,
		TagsMd: cbor.TagsAllowed, MaxNestedLevels: 32,
	}.DecMode()
	if err != nil {
		panic("witness: " + err.Error()) // the options are constant
	}
	return mode
}

// maxNesting is the deepest nesting of arrays and maps.
const maxNesting = 6

// decode reads one item: 102 for what is none or holds what is forbidden, 101
// for another encoding than the one, whichever is met first. What passes is read
// by a library too, and encoding it again has to give the same bytes.
func decode(b []byte) (any, int) {
	rest, code := scan(b, 1)
	if code == 0 && len(rest) > 0 {
		code = 102
	}
	if code != 0 {
		return nil, code
	}
	var v any
	if decoder().Unmarshal(b, &v) != nil {
		return nil, 0 // keys below -2^63, which no message has and no map of Go holds
	}
	if !allowed(v, 1) {
		return nil, 102
	}
	if !bytes.Equal(primitive.Encode(v), b) {
		return nil, 101
	}
	return v, 0
}

// allowed looks for tags, floats, null, simple values, keys that are no
// integers, and depth.
func allowed(v any, depth int) bool {
	switch v := v.(type) {
	case uint64, int64, big.Int, []byte, string, bool: // a big one is below -2^63
		return true
	case []any:
		if depth > maxNesting {
			return false
		}
		for _, item := range v {
			if !allowed(item, depth+1) {
				return false
			}
		}
		return true
	case map[any]any:
		if depth > maxNesting {
			return false
		}
		for key, item := range v {
			switch key.(type) {
			case uint64, int64:
			default:
				return false
			}
			if !allowed(item, depth+1) {
				return false
			}
		}
		return true
	case cbor.Tag, time.Time, float64, nil:
		return false
	}
	return false
}

// A body is a payload's members by key; negative keys have no place in one.
type body map[uint64]any

func (b body) number(key uint64) uint64 {
	n, _ := b[key].(uint64)
	return n
}

func (b body) bytes(key uint64) []byte {
	s, _ := b[key].([]byte)
	return s
}

// list returns an array of numbers, or of arrays of them, flattened.
func (b body) list(key uint64) (out []uint64) {
	items, _ := b[key].([]any)
	for _, item := range items {
		switch item := item.(type) {
		case uint64:
			out = append(out, item)
		case []any:
			for _, n := range item {
				n, _ := n.(uint64)
				out = append(out, n)
			}
		}
	}
	return out
}

// encode returns the deterministic encoding of a body.
func (b body) encode() []byte { return primitive.Encode(map[uint64]any(b)) }
