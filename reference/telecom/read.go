package telecom

import (
	"slices"

	"github.com/assay-cbdc/assay/spec"
)

// A Result is what a frame brings: a message that it completes, or, when it asks
// for some, the frames to send again. Both are empty while more are needed.
type Result struct {
	Message []byte
	Again   [][]byte
}

// Read takes one frame. An error is an *[Error], and leaves the frames that are
// there, unless they were all there and do not make their message.
func (l *Link) Read(frame []byte) (Result, error) {
	in := &Reading{link: l, bytes: frame}
	if err := l.judge(in, false); err != nil {
		return Result{}, err
	}
	if in.kind == kindAsk {
		return Result{Again: in.asked.frames(in.body)}, nil
	}
	s := l.set(in.header)
	s.add(in.index, in.body)
	if s.have < int(in.header.count) {
		return Result{}, nil
	}
	// Whether they are right or not, these frames are done with.
	l.sets = slices.DeleteFunc(l.sets, func(other *set) bool { return other == s })
	in.message = s.bytes
	if err := l.judge(in, true); err != nil {
		return Result{}, err
	}
	l.given = slices.DeleteFunc(l.given, func(h header) bool { return h == in.header })
	l.given = append(l.given[max(0, len(l.given)-MaxMessages+1):], in.header)
	return Result{Message: in.message}, nil
}

// Ask returns a frame for each unfinished message, which asks for the parts that
// are missing. Of a message that was given already it asks for none: what there
// is of it was repeated on the way.
func (l *Link) Ask() (frames [][]byte) {
	for _, s := range l.sets {
		if !slices.Contains(l.given, s.header) {
			frames = append(frames, Checked(append(s.put(kindAsk), s.missing()...)))
		}
	}
	return frames
}

func (l *Link) judge(in *Reading, whole bool) error {
	for _, rule := range l.rules {
		if rule.Whole != whole {
			continue
		}
		if what := rule.Holds(in); what != "" {
			return &Error{rule.Code, what}
		}
	}
	return nil
}

// set returns the frames of a header as the last of the link's. A new one takes
// the place of the one that has not grown for longest.
func (l *Link) set(h header) *set {
	i := slices.IndexFunc(l.sets, func(s *set) bool { return s.header == h })
	s := &set{header: h, there: make([]bool, h.count), bytes: make([]byte, h.length)}
	if i >= 0 {
		s = l.sets[i]
		l.sets = slices.Delete(l.sets, i, i+1)
	} else if len(l.sets) == MaxMessages {
		l.sets = slices.Delete(l.sets, 0, 1)
	}
	l.sets = append(l.sets, s)
	return s
}

// A set is what is there of one message.
type set struct {
	header
	there []bool // by part
	have  int
	bytes []byte
}

// add takes a part, unless it is there: the first that came stays.
func (s *set) add(index int, part []byte) {
	if s.there[index] {
		return
	}
	from, _ := s.part(index)
	copy(s.bytes[from:], part)
	s.there[index] = true
	s.have++
}

// missing has a bit for each part that is not there, part 0 in the lowest bit of
// the first byte.
func (s *set) missing() []byte {
	bits := make([]byte, (int(s.count)+7)/8)
	for i, there := range s.there {
		if !there {
			bits[i/8] |= 1 << (i % 8)
		}
	}
	return bits
}

// frames are those whose bit is set.
func (m message) frames(bits []byte) (frames [][]byte) {
	for i := range min(int(m.count), 8*len(bits)) {
		if bits[i/8]>>(i%8)&1 == 1 {
			frames = append(frames, m.frame(i))
		}
	}
	return frames
}

// An Error says why a frame is refused.
type Error struct {
	Code spec.Code
	What string
}

func (e *Error) Error() string { return "telecom: " + e.Code.String() + ": " + e.What }

// RefusalCode returns the refusal code.
func (e *Error) RefusalCode() spec.Code { return e.Code }
