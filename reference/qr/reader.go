package qr

import (
	"math/bits"
	"slices"

	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// MaxObjects is how many objects a reader gathers frames of at one time. Each
// takes at most MaxObject + MaxBlock bytes.
const MaxObjects = 4

// A Reader gathers texts until they give an object. It is not safe for
// concurrent use.
type Reader struct {
	rules []Rule
	sets  []*set // the one that grew last is last
}

// NewReader returns a reader with the given rules, [StandardRules] as a rule.
func NewReader(rules []Rule) *Reader { return &Reader{rules: rules} }

// Read takes one text. It returns an object when the text gives one, or
// completes one; nil and no error when more frames are needed; an *[Error]
// otherwise.
func (r *Reader) Read(text string) ([]byte, error) {
	in := &Reading{text: text}
	if err := r.judge(in, false); err != nil {
		return nil, err
	}
	if !in.framed {
		in.object, in.padded = in.bytes, in.bytes
		return r.finish(in)
	}
	s := r.set(in.header)
	s.add(in.header.mask(in.seq), in.bytes[headerSize:])
	if len(s.rows) < int(in.header.blocks) {
		return nil, nil
	}
	// Whether they are right or not, these frames are done with.
	r.sets = slices.DeleteFunc(r.sets, func(other *set) bool { return other == s })
	in.padded = s.solve()
	in.object = in.padded[:in.header.length]
	return r.finish(in)
}

func (r *Reader) finish(in *Reading) ([]byte, error) {
	if err := r.judge(in, true); err != nil {
		return nil, err
	}
	return in.object, nil
}

// Progress returns how many independent frames the reader has of the object
// that grew last, and how many it needs.
func (r *Reader) Progress() (have, need int) {
	if len(r.sets) == 0 {
		return 0, 0
	}
	s := r.sets[len(r.sets)-1]
	return len(s.rows), int(s.blocks)
}

func (r *Reader) judge(in *Reading, whole bool) error {
	for _, rule := range r.rules {
		if rule.Whole != whole {
			continue
		}
		if err := rule.Holds(in); err != nil {
			return refusal(rule.Code, err)
		}
	}
	return nil
}

// refusal gives an error the code of its rule, unless it has its own.
func refusal(code spec.Code, err error) error {
	if own, ok := wire.CodeOf(err); ok && own != 0 {
		return &Error{own, err.Error()}
	}
	if e, ok := err.(*Error); ok {
		return &Error{code, e.What}
	}
	return &Error{code, err.Error()}
}

// set returns the frames of a header as the last of the reader's. A new one
// takes the place of the one that has not grown for longest.
func (r *Reader) set(h header) *set {
	i := slices.IndexFunc(r.sets, func(s *set) bool { return s.header == h })
	s := &set{header: h}
	if i >= 0 {
		s = r.sets[i]
		r.sets = slices.Delete(r.sets, i, i+1)
	} else if len(r.sets) == MaxObjects {
		r.sets = slices.Delete(r.sets, 0, 1)
	}
	r.sets = append(r.sets, s)
	return s
}

// A set is the frames of one header that do not follow from each other, in
// row echelon form: the lowest bit of a row's mask is in no later row.
type set struct {
	header
	rows []row
}

type row struct {
	mask  uint64
	block []byte
}

func (r row) pivot() int { return bits.TrailingZeros64(r.mask) }

// add takes a frame, unless it follows from those that are there: then it says
// nothing new, and whether it contradicts them shows only at the end.
func (s *set) add(mask uint64, block []byte) {
	block = slices.Clone(block)
	for _, r := range s.rows {
		if mask&(1<<r.pivot()) != 0 {
			mask ^= r.mask
			add(block, r.block)
		}
	}
	if mask != 0 {
		s.rows = append(s.rows, row{mask, block})
	}
}

// solve returns the blocks, once there are as many rows as blocks. From the
// last row up, each loses the bits of those below it, and its own is left.
func (s *set) solve() []byte {
	for i := len(s.rows) - 1; i >= 0; i-- {
		for _, below := range s.rows[i+1:] {
			if s.rows[i].mask&below.mask != 0 {
				s.rows[i].mask ^= below.mask
				add(s.rows[i].block, below.block)
			}
		}
	}
	padded := make([]byte, int(s.blocks)*int(s.size))
	for _, r := range s.rows {
		copy(padded[r.pivot()*int(s.size):], r.block)
	}
	return padded
}
