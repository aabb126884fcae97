package link

import (
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// padBlock is the step in bytes in which sealed items show their length.
const padBlock = 64

// pad appends padding by method 2 of ISO/IEC 9797-1: a byte 0x80, then zeros up
// to the next multiple of padBlock.
func pad(b []byte) []byte {
	padded := make([]byte, (len(b)/padBlock+1)*padBlock)
	copy(padded, b)
	padded[len(b)] = 0x80
	return padded
}

// unpad removes the padding; any other, or one longer than needed, is refused
// with 107.
func unpad(b []byte) ([]byte, error) {
	end := len(b) - 1
	for end >= 0 && b[end] == 0 {
		end--
	}
	if len(b)%padBlock != 0 || end < 0 || b[end] != 0x80 || len(b)-end > padBlock {
		return nil, &wire.Error{Code: spec.EPad, Key: wire.NoKey, What: "padding"}
	}
	return b[:end], nil
}
