package witness

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/assay-cbdc/assay/vectors"
)

// A piece is a frame of a telecom link, by the names of the chapter.
type piece struct {
	kind                 byte
	tag                  string
	length, count, index int
	rest                 []byte // the part, or the bits
}

// An ending is one end of a link: what it has heard by the bytes that frames of
// one message share, and what it has sent.
type ending struct {
	limit   int
	frame   []byte
	piece   piece
	order   []string // of heard, the one that grew last is last
	heard   map[string]map[int][]byte
	given   []string
	sent    [][]byte
	message []byte
	again   []byte
}

// A FrameReader is the witness's end of a link, for whoever has no vector.
type FrameReader struct{ call call }

// NewFrameReader returns an end that has heard and sent nothing.
func NewFrameReader(limit int) *FrameReader {
	return &FrameReader{call{judge: New(), vector: &vectors.Vector{Kind: "telecom"}, air: newEnding(limit)}}
}

func newEnding(limit int) ending { return ending{limit: limit, heard: map[string]map[int][]byte{}} }

// Read takes a frame and returns its message, nil for none yet, or a code.
func (r *FrameReader) Read(frame []byte) (message []byte, code int) {
	c := &r.call
	c.code, c.named, c.done = 0, 0, false
	c.air.take(frame)
	c.run(pieceChecks())
	if c.code != 0 {
		return nil, c.code
	}
	return c.air.message, 0
}

// Asks is what the end asks for.
func (r *FrameReader) Asks() []byte { return r.call.air.asks() }

// sealFrame puts the check behind a frame.
func sealFrame(b []byte) []byte {
	digest := sha256.Sum256([]byte("assay/1/telecom" + string(b)))
	return append(bytes.Clone(b), digest[0], digest[1], digest[2], digest[3])
}

// shares is what the frames of a message in count parts have in common.
func shares(message []byte, count int) string {
	digest := sha256.Sum256(message)
	return string(digest[:4]) + string([]byte{byte(len(message) / 256), byte(len(message) % 256), byte(count)})
}

// least is the smallest size of which count parts hold length bytes.
func least(length, count int) int {
	size := 0
	for size*count < length {
		size++
	}
	return size
}

// frameOf is the frame of a part.
func frameOf(message []byte, count, index int) []byte {
	size := least(len(message), count)
	b := append([]byte("\x11"+shares(message, count)), byte(index))
	return sealFrame(append(b, message[size*index:min(size*(index+1), len(message))]...))
}

// fewest is the least count of frames that hold to the limit.
func fewest(message []byte, limit int) int {
	count := 1
	for least(len(message), count)+13 > limit {
		count++
	}
	return count
}

func frameProcedure() procedure {
	return procedure{
		prepare: func(c *call) {
			c.air = newEnding(int(c.context("frame")))
			var frames [][]byte
			for _, name := range slices.Sorted(maps.Keys(c.vector.Input)) {
				if strings.HasPrefix(name, "sent") {
					c.air.sent = append(c.air.sent, c.input(name))
				} else {
					frames = append(frames, c.input(name))
				}
			}
			c.air.sent = c.air.sent[max(0, len(c.air.sent)-4):]
			refused := uint64(0)
			for _, f := range frames[:len(frames)-1] {
				c.air.take(f)
				c.run(pieceChecks())
				if c.code != 0 {
					refused++
				}
				c.code, c.named, c.done = 0, 0, false
			}
			c.setNumber("refused", refused)
			c.air.take(frames[len(frames)-1])
		},
		checks: pieceChecks(),
		finish: func(c *call) {
			if c.code != 0 {
				c.air.message, c.air.again = nil, nil
			}
			c.set("message", c.air.message)
			c.set("again", c.air.again)
			c.set("asks", c.air.asks())
		},
	}
}

func pieceChecks() []check {
	of := func(holds func(*ending) bool) func(*call) bool {
		return func(c *call) bool { return holds(&c.air) }
	}
	return []check{
		{"size", 106, of(func(e *ending) bool { return len(e.frame) <= e.limit })},
		{"version", 110, of(func(e *ending) bool { return len(e.frame) == 0 || e.frame[0]/16 == 1 })},
		{"whole", 102, of((*ending).open)},
		{"check", 102, of(func(e *ending) bool {
			body := e.frame[:max(0, len(e.frame)-4)]
			return bytes.Equal(sealFrame(body), e.frame)
		})},
		{"kind", 118, of(func(e *ending) bool { return e.piece.kind == 1 || e.piece.kind == 2 })},
		{"length", 106, of(func(e *ending) bool { return e.piece.length <= 24576 })},
		{"range", 105, of(func(e *ending) bool { return e.piece.length > 0 && e.piece.count > 0 })},
		{"count", 103, of(func(e *ending) bool {
			return e.piece.count > 0 && e.piece.length > (e.piece.count-1)*least(e.piece.length, e.piece.count)
		})},
		{"place", 105, of((*ending).placed)},
		{"part", 102, of((*ending).sized)},
		{"at hand", 141, func(c *call) bool {
			c.done = c.air.piece.kind == 2
			return !c.done || c.air.find()
		}},
		{"gather", 0, func(c *call) bool {
			c.done = !c.air.gather()
			return true
		}},
		{"tag", 108, of(func(e *ending) bool {
			digest := sha256.Sum256(e.message)
			return strings.HasPrefix(string(digest[:]), e.piece.tag)
		})},
		{"give", 0, func(c *call) bool {
			head := shares(c.air.message, c.air.piece.count)
			c.air.given = append(slices.DeleteFunc(c.air.given, func(h string) bool { return h == head }), head)
			c.air.given = c.air.given[max(0, len(c.air.given)-4):]
			return true
		}},
	}
}

func (e *ending) take(frame []byte) {
	e.frame, e.piece, e.message, e.again = frame, piece{}, nil, nil
}

func (e *ending) open() bool {
	f := e.frame
	if len(f) < 13 {
		return false
	}
	p := piece{kind: f[0] % 16, tag: string(f[1:5]), length: int(f[5])*256 + int(f[6]), count: int(f[7]), rest: f[8 : len(f)-4]}
	if p.kind == 1 {
		p.index, p.rest = int(p.rest[0]), p.rest[1:]
	}
	e.piece = p
	return true
}

// wanted says whether an ask has the bit of a part.
func (p piece) wanted(part int) bool {
	return part/8 < len(p.rest) && p.rest[part/8]/(1<<(part%8))%2 == 1
}

func (e *ending) placed() bool {
	p := e.piece
	if p.kind == 1 {
		return p.index < p.count
	}
	highest := -1
	for part := range len(p.rest) * 8 {
		if p.wanted(part) {
			highest = part
		}
	}
	return highest >= 0 && highest < p.count
}

func (e *ending) sized() bool {
	p := e.piece
	if p.kind == 2 {
		return len(p.rest)*8 >= p.count && (len(p.rest)-1)*8 < p.count
	}
	size := least(p.length, p.count)
	if p.index < p.count-1 {
		return len(p.rest) == size
	}
	return len(p.rest) == p.length-(p.count-1)*size
}

func (p piece) head() string {
	return p.tag + string([]byte{byte(p.length / 256), byte(p.length % 256), byte(p.count)})
}

// find looks for the message that an ask is about, and makes what it asks for.
func (e *ending) find() bool {
	for _, m := range e.sent {
		if shares(m, fewest(m, e.limit)) != e.piece.head() {
			continue
		}
		for part := range e.piece.count {
			if e.piece.wanted(part) {
				e.again = append(e.again, frameOf(m, e.piece.count, part)...)
			}
		}
		return true
	}
	return false
}

// gather keeps a part and reports whether its message is whole.
func (e *ending) gather() bool {
	p, head := e.piece, e.piece.head()
	e.order = append(slices.DeleteFunc(e.order, func(h string) bool { return h == head }), head)
	if e.heard[head] == nil {
		e.heard[head] = map[int][]byte{}
	}
	if len(e.order) > 4 {
		delete(e.heard, e.order[0])
		e.order = e.order[1:]
	}
	if _, there := e.heard[head][p.index]; !there {
		e.heard[head][p.index] = bytes.Clone(p.rest)
	}
	if len(e.heard[head]) < p.count {
		return false
	}
	e.message = []byte{}
	for part := range p.count {
		e.message = append(e.message, e.heard[head][part]...)
	}
	delete(e.heard, head)
	e.order = e.order[:len(e.order)-1]
	return true
}

// asks are the asks for what is missing of each message that was not given.
func (e *ending) asks() (all []byte) {
	for _, head := range e.order {
		if slices.Contains(e.given, head) {
			continue
		}
		count := int(head[6])
		bits := make([]byte, (count+7)/8)
		for part := range count {
			if _, there := e.heard[head][part]; !there {
				bits[part/8] += 1 << (part % 8)
			}
		}
		all = append(all, sealFrame(append([]byte("\x12"+head), bits...))...)
	}
	return all
}

// makeParts makes the frames of a message in the parts that context names.
func makeParts(c *call) {
	message, parts := c.input("message"), int(c.context("parts"))
	for i := range parts {
		c.set(fmt.Sprintf("frame_%02d", i+1), frameOf(message, parts, i))
	}
}
