// Package qr carries an encoded object as text that QR codes hold: in one text,
// or in any number of frames of which any few suffice. It is the chapter qr.md.
//
// It makes and reads texts; drawing and recognising codes is not its business,
// and neither is what the object says.
package qr

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

// The prefixes of the two kinds of text.
const (
	SinglePrefix = "ASSAY1:"
	FramePrefix  = "ASSAY1M:"
)

// The bounds of the chapter.
const (
	MaxText      = 1800   // bytes that one text carries in base45
	MaxObject    = 24_576 // bytes of an object in frames
	MaxBlocks    = 64
	MaxBlock     = MaxText - headerSize
	DefaultBlock = 400

	headerSize = 1 + 4 + 2 + 2 + 4 + 4
	version    = 1
)

// Text returns the text of an object of at most [MaxText] bytes.
func Text(object []byte) (string, error) {
	if len(object) == 0 || len(object) > MaxText {
		return "", fmt.Errorf("qr: one text carries 1 to %d bytes, not %d; make frames with Split", MaxText, len(object))
	}
	return SinglePrefix + Encode45(object), nil
}

// A tag is what begins the SHA-256 of the object that a frame is of.
type tag [4]byte

func tagOf(object []byte) tag {
	digest := sha256.Sum256(object)
	return tag(digest[:4])
}

// A header is what all frames of one object have in common.
type header struct {
	length uint32 // of the object
	blocks uint16 // k
	size   uint16 // B, bytes of each block
	tag    tag
}

// blocksOf is ceil(length/B); B is not 0.
func blocksOf(length uint32, size uint16) uint32 {
	return (length + uint32(size) - 1) / uint32(size)
}

// Frames are the frames of one object. The zero value is of no use: see [Split].
type Frames struct {
	header
	padded []byte // the blocks, the last filled up with zeros
}

// Split cuts an object of at most [MaxObject] bytes into blocks of size bytes,
// at most [MaxBlocks] of them.
func Split(object []byte, size int) (Frames, error) {
	if len(object) == 0 || len(object) > MaxObject {
		return Frames{}, fmt.Errorf("qr: frames carry 1 to %d bytes, not %d", MaxObject, len(object))
	}
	if size < 1 || size > MaxBlock {
		return Frames{}, fmt.Errorf("qr: a block has 1 to %d bytes, not %d", MaxBlock, size)
	}
	h := header{length: uint32(len(object)), size: uint16(size), tag: tagOf(object)}
	blocks := blocksOf(h.length, h.size)
	if blocks > MaxBlocks {
		return Frames{}, fmt.Errorf("qr: %d blocks of %d bytes; there are at most %d: take larger ones", blocks, size, MaxBlocks)
	}
	h.blocks = uint16(blocks)
	padded := make([]byte, int(blocks)*size)
	copy(padded, object)
	return Frames{h, padded}, nil
}

// Blocks is the number of blocks, and of frames that suffice at best.
func (f Frames) Blocks() int { return int(f.blocks) }

// Text returns the frame of a sequence number: below [Frames.Blocks] the block
// itself, from there on sums of blocks without end.
func (f Frames) Text(seq uint32) string {
	b := make([]byte, headerSize+int(f.size))
	f.put(b, seq)
	sum := b[headerSize:]
	mask := f.mask(seq)
	for i := range int(f.blocks) {
		if mask&(1<<i) != 0 {
			add(sum, f.padded[i*int(f.size):])
		}
	}
	return FramePrefix + Encode45(b)
}

func (h header) put(b []byte, seq uint32) {
	b[0] = version
	binary.BigEndian.PutUint32(b[1:], h.length)
	binary.BigEndian.PutUint16(b[5:], h.blocks)
	binary.BigEndian.PutUint16(b[7:], h.size)
	copy(b[9:], h.tag[:])
	binary.BigEndian.PutUint32(b[13:], seq)
}

// errShort is a header that is not whole.
var errShort = errors.New("qr: fewer bytes than a header")

func readHeader(b []byte) (h header, seq uint32, err error) {
	if len(b) < headerSize {
		return h, 0, errShort
	}
	h.length = binary.BigEndian.Uint32(b[1:])
	h.blocks = binary.BigEndian.Uint16(b[5:])
	h.size = binary.BigEndian.Uint16(b[7:])
	h.tag = tag(b[9:13])
	return h, binary.BigEndian.Uint32(b[13:]), nil
}

// mask says which blocks the frame is the sum of: bit i stands for block i.
// It is never zero, for a sum of nothing says nothing. That all 256 tries give
// zero has probability 2^-256 at worst, with one block; then it is block 0.
func (h header) mask(seq uint32) uint64 {
	if seq < uint32(h.blocks) {
		return 1 << seq
	}
	all := uint64(1)<<(h.blocks-1)<<1 - 1 // 2^k - 1, k = 64 too
	in := append([]byte("assay/1/qr"), h.tag[:]...)
	in = append(binary.BigEndian.AppendUint32(in, seq), 0)
	for try := range 256 {
		in[len(in)-1] = byte(try)
		digest := sha256.Sum256(in)
		if m := binary.BigEndian.Uint64(digest[:8]) & all; m != 0 {
			return m
		}
	}
	return 1
}

// add adds block b to sum over GF(2); b may be longer.
func add(sum, b []byte) {
	for i := range sum {
		sum[i] ^= b[i]
	}
}
