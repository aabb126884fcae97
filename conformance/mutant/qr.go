package mutant

import (
	"slices"
	"strings"

	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/reference/qr"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// qrMutants read texts wrongly, or show wrong ones.
func qrMutants() []Mutant {
	return []Mutant{
		{Name: "qr-any-case", Breaks: spec.INT10, Fault: "takes texts in lower case", qr: hears(strings.ToUpper)},
		{Name: "qr-trims", Breaks: spec.INT10, Fault: "takes texts with white space around them", qr: hears(strings.TrimSpace)},
		{Name: "qr-any-length", Breaks: spec.INT10, Fault: "reads texts of any length", qr: withoutTextRule("text length")},
		{Name: "qr-any-bytes", Breaks: spec.INT10, Fault: "gives bytes that are no item, or more than one", qr: withoutTextRule("one item")},
		{Name: "qr-own-code", Breaks: spec.INT10, Fault: "refuses a stranger's code as malformed", qr: recoded("prefix", spec.EMalformed)},
		{Name: "qr-counts-frames", Breaks: spec.INT11, Fault: "counts frames, those that follow from others among them", qr: sloppily(func(r *sloppy) { r.counts = true })},
		{Name: "qr-blocks-alone", Breaks: spec.INT11, Fault: "needs every block itself, and no sum helps", qr: sloppily(func(r *sloppy) { r.useful = func(f qr.Frame) bool { return f.Seq < uint32(f.Blocks) } })},
		{Name: "qr-peels", Breaks: spec.INT11, Fault: "solves sums of which one block alone is unknown, and no others", qr: sloppily(func(r *sloppy) { r.peels = true })},
		{Name: "qr-wrong-mask", Breaks: spec.INT11, Fault: "takes the first block for the highest bit of the mask", qr: sloppily(func(r *sloppy) {
			r.mask = func(f qr.Frame) uint64 {
				if f.Seq < uint32(f.Blocks) {
					return f.Mask()
				}
				return mirrored(f)
			}
		})},
		{Name: "qr-one-object", Breaks: spec.INT11, Fault: "keeps frames of one object, the one that it saw last", qr: sloppily(func(r *sloppy) { r.keep = 1 })},
		{Name: "qr-mixes-objects", Breaks: spec.INT11, Fault: "takes frames of one length for frames of one object", qr: sloppily(func(r *sloppy) { r.mixes = true })},
		{Name: "qr-any-version", Breaks: spec.INT12, Fault: "reads frames of other versions", qr: frameRead(func(b []byte) []byte { b[0] = 1; return b })},
		{Name: "qr-any-number", Breaks: spec.INT12, Fault: "does not hold the number of blocks to the lengths", qr: withoutTextRule("number of blocks")},
		{Name: "qr-longer-blocks", Breaks: spec.INT12, Fault: "takes frames with more bytes than their header says", qr: frameRead(trimmed)},
		{Name: "qr-starts-over", Breaks: spec.INT12, Fault: "drops its frames at one that it refuses", qr: startsOver},
		{Name: "qr-no-tag", Breaks: spec.INT13, Fault: "gives what the frames make, whatever their tag says", qr: withoutTextRule("tag")},
		{Name: "qr-no-padding", Breaks: spec.INT13, Fault: "does not look at what fills up the last block", qr: withoutTextRule("padding")},
		{Name: "qr-keeps-spoiled", Breaks: spec.INT13, Fault: "keeps frames that did not make their object", qr: sloppily(func(r *sloppy) { r.keepsSpoiled = true })},
		{Name: "qr-hoards", Breaks: spec.INT14, Fault: "keeps frames of as many objects as it is shown", qr: sloppily(func(r *sloppy) { r.keep = 1 << 10 })},
		{Name: "qr-first-out", Breaks: spec.INT14, Fault: "drops the object that it saw first, though it still grows", qr: sloppily(func(r *sloppy) { r.byAge = true })},
		{Name: "qr-shows-mirrored", Breaks: spec.INT15, Fault: "sums the blocks of the mirrored mask", qr: showsFrames(func(f *qr.Frame, blocks [][]byte) { f.Block = sum(blocks, mirrored(*f)) })},
		{Name: "qr-shows-some", Breaks: spec.INT15, Fault: "shows all blocks but the last, again and again", qr: showsFrames(func(f *qr.Frame, blocks [][]byte) {
			if f.Blocks > 1 {
				f.Seq %= uint32(f.Blocks) - 1
			}
			f.Block = sum(blocks, f.Mask())
		})},
		{Name: "qr-shows-tags", Breaks: spec.INT15, Fault: "tags each frame with its own block", qr: showsFrames(func(f *qr.Frame, _ [][]byte) { f.Tag = [4]byte(f.Block) })},
		{Name: "qr-shows-long", Breaks: spec.INT15, Fault: "puts any object into one text", qr: func(q *simulator.QR) {
			q.Show = func(object []byte, n int) ([]string, error) {
				return slices.Repeat([]string{qr.SinglePrefix + qr.Encode45(object)}, n), nil
			}
		}},
	}
}

// withoutTextRule leaves out rules of a text.
func withoutTextRule(names ...string) func(*simulator.QR) {
	return func(q *simulator.QR) {
		q.Reader = qr.NewReader(slices.DeleteFunc(qr.StandardRules(), func(r qr.Rule) bool { return slices.Contains(names, r.Name) }))
	}
}

// recoded refuses by one rule with another code.
func recoded(name string, code spec.Code) func(*simulator.QR) {
	return func(q *simulator.QR) {
		rules := qr.StandardRules()
		for i := range rules {
			if rules[i].Name == name {
				rules[i].Code = code
			}
		}
		q.Reader = qr.NewReader(rules)
	}
}

// A hearing is a reader that is handed something else than what was shown.
type hearing struct {
	next simulator.TextReader
	hear func(string) string
}

func (h hearing) Read(text string) ([]byte, error) { return h.next.Read(h.hear(text)) }

// hears makes a mutant's part that changes a text before it reads it.
func hears(hear func(string) string) func(*simulator.QR) {
	return func(q *simulator.QR) { q.Reader = hearing{q.Reader, hear} }
}

// frameRead changes the bytes of a frame before they are judged.
func frameRead(change func([]byte) []byte) func(*simulator.QR) {
	return hears(func(text string) string {
		digits, framed := strings.CutPrefix(text, qr.FramePrefix)
		b, ok := qr.Decode45(digits)
		if !framed || !ok || len(b) == 0 {
			return text
		}
		return qr.FramePrefix + qr.Encode45(change(b))
	})
}

// trimmed is a frame without what is behind its block.
func trimmed(b []byte) []byte {
	if len(b) < frameHeader {
		return b
	}
	return b[:min(len(b), frameHeader+int(b[7])<<8+int(b[8]))]
}

// An anxious reader begins anew when a text was refused.
type anxious struct{ next simulator.TextReader }

func (a *anxious) Read(text string) ([]byte, error) {
	object, err := a.next.Read(text)
	if err != nil {
		a.next = qr.NewReader(qr.StandardRules())
	}
	return object, err
}

func startsOver(q *simulator.QR) { q.Reader = &anxious{q.Reader} }

// A sloppy reader is right but for what is set.
type sloppy struct {
	single *qr.Reader
	sets   []*sloppySet
	keep   int // how many headers
	// byAge drops the header that came first, not the one that rested longest.
	byAge, counts, peels, mixes, keepsSpoiled bool
	useful                                    func(qr.Frame) bool
	mask                                      func(qr.Frame) uint64
}

// A sloppySet is what a sloppy reader has of one object.
type sloppySet struct {
	first  qr.Frame
	frames []equation
	blocks [][]byte // known ones
}

type equation struct {
	mask uint64
	sum  []byte
}

func sloppily(change func(*sloppy)) func(*simulator.QR) {
	return func(q *simulator.QR) {
		r := &sloppy{
			single: qr.NewReader(qr.StandardRules()), keep: qr.MaxObjects,
			useful: func(qr.Frame) bool { return true }, mask: qr.Frame.Mask,
		}
		change(r)
		q.Reader = r
	}
}

// Read reads singles as the reference does.
func (r *sloppy) Read(text string) ([]byte, error) {
	if !strings.HasPrefix(text, qr.FramePrefix) {
		return r.single.Read(text)
	}
	f, err := qr.ParseFrame(text)
	if err != nil {
		return nil, err
	}
	s := r.set(f)
	if r.useful(f) {
		s.add(equation{r.mask(f), slices.Clone(f.Block)}, r.counts, r.peels)
	}
	if s.known() < f.Blocks && (!r.counts || len(s.frames) < f.Blocks) {
		return nil, nil
	}
	if !r.keepsSpoiled {
		r.sets = slices.DeleteFunc(r.sets, func(other *sloppySet) bool { return other == s })
	}
	object := s.object()
	if tag := tagOf(object); tag != s.first.Tag || !s.filledUp() {
		return nil, &qr.Error{Code: spec.EParts, What: "the frames do not make the object that they name"}
	}
	if err := wire.WellFormed(object); err != nil {
		return nil, &qr.Error{Code: spec.EMalformed, What: err.Error()}
	}
	r.sets = slices.DeleteFunc(r.sets, func(other *sloppySet) bool { return other == s })
	return object, nil
}

// set is the set of a frame's header, a new one in the place of an old one.
func (r *sloppy) set(f qr.Frame) *sloppySet {
	i := slices.IndexFunc(r.sets, func(s *sloppySet) bool {
		return s.first.Length == f.Length && s.first.Blocks == f.Blocks && s.first.Size == f.Size && (r.mixes || s.first.Tag == f.Tag)
	})
	if i < 0 {
		if len(r.sets) == r.keep {
			r.sets = r.sets[1:]
		}
		r.sets = append(r.sets, &sloppySet{first: f, blocks: make([][]byte, f.Blocks)})
		return r.sets[len(r.sets)-1]
	}
	s := r.sets[i]
	if !r.byAge {
		r.sets = append(slices.Delete(r.sets, i, i+1), s)
	}
	return s
}
