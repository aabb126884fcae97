package mutant

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"strings"

	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/reference/qr"
)

// frameHeader is the length of a frame's header.
const frameHeader = 17

// add takes an equation. A set that counts keeps it without a look; one that
// peels waits until it has one unknown block.
func (s *sloppySet) add(e equation, counts, peels bool) {
	if counts {
		s.frames = append(s.frames, e)
		for _, e := range s.frames {
			if bits.OnesCount64(e.mask) == 1 {
				s.blocks[bits.TrailingZeros64(e.mask)] = e.sum
			}
		}
		return
	}
	s.frames = append(s.frames, e)
	if peels {
		s.peel()
		return
	}
	s.eliminate()
}

// peel finds blocks until no sum has one unknown block alone.
func (s *sloppySet) peel() {
	for found := true; found; {
		found = false
		for _, e := range s.frames {
			for i, b := range s.blocks {
				if b != nil && e.mask>>i&1 == 1 {
					e = equation{e.mask ^ 1<<i, xor(e.sum, b)}
				}
			}
			if bits.OnesCount64(e.mask) == 1 {
				s.blocks[bits.TrailingZeros64(e.mask)] = e.sum
				found = true
			}
		}
	}
}

// eliminate solves what the frames have, by Gauss and Jordan; what is not solved
// leaves its blocks unknown.
func (s *sloppySet) eliminate() {
	rows, rank := append([]equation(nil), s.frames...), 0
	for bit := range len(s.blocks) {
		for i := rank; i < len(rows); i++ {
			if rows[i].mask>>bit&1 == 0 {
				continue
			}
			rows[rank], rows[i] = rows[i], rows[rank]
			for k := range rows {
				if k != rank && rows[k].mask>>bit&1 == 1 {
					rows[k] = equation{rows[k].mask ^ rows[rank].mask, xor(rows[k].sum, rows[rank].sum)}
				}
			}
			rank++
			break
		}
	}
	s.frames = rows[:rank]
	for _, e := range s.frames {
		if bits.OnesCount64(e.mask) == 1 {
			s.blocks[bits.TrailingZeros64(e.mask)] = e.sum
		}
	}
}

func (s *sloppySet) known() (n int) {
	for _, b := range s.blocks {
		if b != nil {
			n++
		}
	}
	return n
}

// whole is what the blocks make, zeros for an unknown one.
func (s *sloppySet) whole() (all []byte) {
	for _, b := range s.blocks {
		if b == nil {
			b = make([]byte, s.first.Size)
		}
		all = append(all, b...)
	}
	return all
}

func (s *sloppySet) object() []byte { return s.whole()[:s.first.Length] }

func (s *sloppySet) filledUp() bool {
	return strings.Trim(string(s.whole()[s.first.Length:]), "\x00") == ""
}

func xor(a, b []byte) []byte {
	out := make([]byte, len(a))
	for i := range out {
		out[i] = a[i] ^ b[i]
	}
	return out
}

func tagOf(object []byte) [4]byte {
	digest := sha256.Sum256(object)
	return [4]byte(digest[:4])
}

// mirrored is the mask read from its other end.
func mirrored(f qr.Frame) uint64 { return bits.Reverse64(f.Mask()) >> (64 - f.Blocks) }

// sum adds the blocks of a mask.
func sum(blocks [][]byte, mask uint64) []byte {
	out := make([]byte, len(blocks[0]))
	for i, b := range blocks {
		if mask>>i&1 == 1 {
			out = xor(out, b)
		}
	}
	return out
}

// showsFrames shows sixteenths of an object, as frames that are changed; blocks
// are those of the object.
func showsFrames(change func(f *qr.Frame, blocks [][]byte)) func(*simulator.QR) {
	return func(q *simulator.QR) {
		q.Show = func(object []byte, n int) (texts []string, err error) {
			right, err := simulator.ShowFrames(object, max(n, 16), (len(object)+15)/16, 0)
			if err != nil {
				return nil, err
			}
			frames := make([]qr.Frame, len(right))
			for i, text := range right {
				if frames[i], err = qr.ParseFrame(text); err != nil {
					return nil, err
				}
			}
			var blocks [][]byte
			for _, f := range frames[:frames[0].Blocks] {
				blocks = append(blocks, f.Block)
			}
			for _, f := range frames[:n] {
				change(&f, blocks)
				texts = append(texts, qr.FramePrefix+qr.Encode45(frameBytes(f)))
			}
			return texts, nil
		}
	}
}

func frameBytes(f qr.Frame) []byte {
	b := binary.BigEndian.AppendUint32([]byte{1}, f.Length)
	b = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(b, uint16(f.Blocks)), uint16(f.Size))
	return append(binary.BigEndian.AppendUint32(append(b, f.Tag[:]...), f.Seq), f.Block...)
}
