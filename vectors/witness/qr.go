package witness

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"github.com/assay-cbdc/assay/vectors"
)

// digits45 are the characters of base45 by value.
const digits45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

// from45 reads base45 group by group: a group is right if writing its bytes
// again gives its characters.
func from45(text string) ([]byte, bool) {
	var out []byte
	for len(text) > 0 {
		group := text[:min(3, len(text))]
		n, place := 0, 1
		for i := range len(group) {
			n += max(0, strings.IndexByte(digits45, group[i])) * place
			place *= 45
		}
		b := binary.BigEndian.AppendUint16(nil, uint16(n))
		if len(group) < 3 {
			b = []byte{byte(n)}
		}
		if to45(b) != group {
			return nil, false
		}
		out, text = append(out, b...), text[len(group):]
	}
	return out, true
}

func to45(b []byte) string {
	var out strings.Builder
	for len(b) > 0 {
		group := b[:min(2, len(b))]
		n := new(big.Int).SetBytes(group).Int64()
		for range len(group) + 1 {
			out.WriteByte(digits45[n%45])
			n /= 45
		}
		b = b[len(group):]
	}
	return out.String()
}

// A frame of several, by the names of the chapter.
type part struct {
	length, k, b, seq uint64
	tag, block        []byte
}

// head names what the frames of one object share.
func (p part) head() string { return fmt.Sprintf("%d %d %d %x", p.length, p.k, p.b, p.tag) }

func number16(b []byte) uint64 { return uint64(b[0])<<8 | uint64(b[1]) }
func number32(b []byte) uint64 { return number16(b)<<16 | number16(b[2:]) }

// includes says which blocks a frame is the sum of, as a number of k bits.
func (p part) includes() *big.Int {
	if p.seq < p.k {
		return new(big.Int).Lsh(big.NewInt(1), uint(p.seq))
	}
	limit := new(big.Int).Lsh(big.NewInt(1), uint(p.k))
	for c := range 256 {
		in := fmt.Appendf(nil, "assay/1/qr%s", p.tag)
		in = append(binary.BigEndian.AppendUint32(in, uint32(p.seq)), byte(c))
		digest := sha256.Sum256(in)
		if m := new(big.Int).Mod(new(big.Int).SetBytes(digest[:8]), limit); m.Sign() != 0 {
			return m
		}
	}
	return big.NewInt(1)
}

// A reader keeps frames, as they came, by their head.
type reader struct {
	text   string
	frames bool
	bytes  []byte
	part   part
	heads  []string // the one that grew last is last
	kept   map[string][]part
	object []byte // of the last text
	filled []byte // with what follows it
}

// A Reader is the witness's reader of texts, for whoever has no vector.
type Reader struct{ call call }

// NewReader returns a reader that has read nothing.
func NewReader() *Reader {
	return &Reader{call{judge: New(), vector: &vectors.Vector{Kind: "qr"}, texts: reader{kept: map[string][]part{}}}}
}

// Read takes a text and returns its object, nil for none yet, or a code.
func (r *Reader) Read(text string) (object []byte, code int) {
	c := &r.call
	c.code, c.named, c.done, c.texts.text = 0, 0, false, text
	c.run(textChecks())
	if c.code != 0 {
		return nil, c.code
	}
	return c.texts.object, 0
}

// textProcedure hands the texts to one reader and judges the last.
func textProcedure() procedure {
	return procedure{
		prepare: func(c *call) {
			names := slices.Sorted(maps.Keys(c.vector.Input))
			refused := uint64(0)
			c.texts.kept = map[string][]part{}
			for _, name := range names[:len(names)-1] {
				c.texts.text = string(c.input(name))
				c.run(textChecks())
				if c.code != 0 {
					refused++
				}
				c.code, c.named, c.done = 0, 0, false
			}
			c.setNumber("refused", refused)
			c.texts.text = string(c.input(names[len(names)-1]))
		},
		checks: textChecks(),
		finish: func(c *call) {
			if c.code != 0 {
				c.texts.object = nil
			}
			c.set("object", c.texts.object)
		},
	}
}

func textChecks() []check {
	framed := func(holds func(*reader) bool) func(*call) bool {
		return func(c *call) bool { return !c.texts.frames || holds(&c.texts) }
	}
	return []check{
		{"prefix", 118, func(c *call) bool { return c.texts.begin() }},
		{"length", 106, func(c *call) bool { return len(c.texts.text) <= len(to45(make([]byte, 1800))) }},
		{"base45", 102, func(c *call) (ok bool) {
			c.texts.bytes, ok = from45(c.texts.text)
			return ok
		}},
		{"version", 110, framed(func(r *reader) bool { return len(r.bytes) < 1 || r.bytes[0] == 1 })},
		{"header", 102, framed((*reader).open)},
		{"object length", 106, framed(func(r *reader) bool { return r.part.length <= 24576 })},
		{"range", 105, framed(func(r *reader) bool {
			return r.part.length > 0 && r.part.b > 0 && r.part.k >= 1 && r.part.k <= 64
		})},
		{"blocks", 103, framed(func(r *reader) bool {
			p := r.part
			return (p.k-1)*p.b < p.length && p.length <= p.k*p.b
		})},
		{"block", 102, framed(func(r *reader) bool { return uint64(len(r.part.block)) == r.part.b })},
		{"gather", 0, func(c *call) bool {
			c.done = !c.texts.gather()
			return true
		}},
		{"padding", 108, func(c *call) bool { return len(bytes.Trim(c.texts.filled, "\x00")) == 0 }},
		{"tag", 108, framed(func(r *reader) bool {
			digest := sha256.Sum256(r.object)
			return bytes.HasPrefix(digest[:], r.part.tag)
		})},
		{"item", 102, func(c *call) bool {
			_, code := decode(c.texts.object)
			return code == 0 || c.fail(code)
		}},
	}
}

// begin takes the prefix off.
func (r *reader) begin() bool {
	r.object, r.filled, r.part = nil, nil, part{}
	rest, single := strings.CutPrefix(r.text, "ASSAY1:")
	r.frames = !single
	if r.frames {
		rest, single = strings.CutPrefix(r.text, "ASSAY1M:")
	}
	r.text = rest
	return single
}

func (r *reader) open() bool {
	if len(r.bytes) < 17 {
		return false
	}
	b := r.bytes
	r.part = part{number32(b[1:]), number16(b[5:]), number16(b[7:]), number32(b[13:]), b[9:13], b[17:]}
	return true
}

// gather keeps a frame and reports whether there is an object.
func (r *reader) gather() bool {
	if !r.frames {
		r.object = r.bytes
		return true
	}
	p, head := r.part, r.part.head()
	r.heads = slices.DeleteFunc(r.heads, func(other string) bool { return other == head })
	r.heads = append(r.heads, head)
	if len(r.heads) > 4 {
		delete(r.kept, r.heads[0])
		r.heads = r.heads[1:]
	}
	r.kept[head] = append(r.kept[head], p)
	blocks := solve(r.kept[head])
	if blocks == nil {
		return false
	}
	delete(r.kept, head)
	r.heads = r.heads[:len(r.heads)-1]
	r.object, r.filled = blocks[:p.length], blocks[p.length:]
	return true
}

// solve brings the frames, in the order in which they came, to reduced form and
// returns the blocks, or nil when there are too few. Each row is one number: the
// block behind its mask, so that one exclusive or adds both.
func solve(parts []part) []byte {
	k, width := int(parts[0].k), uint(parts[0].b)*8
	rows := make([]*big.Int, k) // by the lowest block that a row has alone
	have := 0
	for _, p := range parts {
		row := new(big.Int).Lsh(p.includes(), width)
		row.Or(row, new(big.Int).SetBytes(p.block))
		for i, other := range rows {
			if other != nil && row.Bit(int(width)+i) == 1 {
				row.Xor(row, other)
			}
		}
		at := int(new(big.Int).Rsh(row, width).TrailingZeroBits())
		if row.BitLen() <= int(width) { // follows from those before
			continue
		}
		for i, other := range rows {
			if other != nil && other.Bit(int(width)+at) == 1 {
				rows[i] = new(big.Int).Xor(other, row)
			}
		}
		rows[at] = row
		have++
	}
	if have < k {
		return nil
	}
	var out []byte
	mask := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), width), big.NewInt(1))
	for _, row := range rows {
		out = append(out, new(big.Int).And(row, mask).FillBytes(make([]byte, width/8))...)
	}
	return out
}

// makeFrames makes the frames of an object that context names.
func makeFrames(c *call) {
	object := c.input("object")
	digest := sha256.Sum256(object)
	p := part{length: uint64(len(object)), b: c.context("block"), tag: digest[:4]}
	for p.k*p.b < p.length {
		p.k++
	}
	padded := append(bytes.Clone(object), make([]byte, p.k*p.b-p.length)...)
	c.setNumber("blocks", p.k)
	for n := range c.context("count") {
		p.seq = c.context("first") + n
		sum := new(big.Int)
		for i, mask := uint64(0), p.includes(); i < p.k; i++ {
			if mask.Bit(int(i)) == 1 {
				sum.Xor(sum, new(big.Int).SetBytes(padded[i*p.b:(i+1)*p.b]))
			}
		}
		b := binary.BigEndian.AppendUint32([]byte{1}, uint32(p.length))
		b = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(b, uint16(p.k)), uint16(p.b))
		b = binary.BigEndian.AppendUint32(append(b, p.tag...), uint32(p.seq))
		b = append(b, sum.FillBytes(make([]byte, p.b))...)
		c.set(fmt.Sprintf("text_%d", p.seq), []byte("ASSAY1M:"+to45(b)))
	}
}
