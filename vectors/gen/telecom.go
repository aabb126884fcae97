package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/assay-cbdc/assay/reference/telecom"
	"github.com/assay-cbdc/assay/spec"
)

// A rawPart is a part's frame, or an ask, as its bytes say it, right or not.
type rawPart struct {
	kind   byte
	tag    [4]byte
	length uint16
	count  byte
	rest   []byte // index and part, or the bits of an ask
}

// partOf is the frame of a part of a message in count parts of size bytes.
func partOf(message []byte, count, size, index int) rawPart {
	digest := sha256.Sum256(message)
	part := message[index*size : min((index+1)*size, len(message))]
	return rawPart{0x11, [4]byte(digest[:4]), uint16(len(message)), byte(count), append([]byte{byte(index)}, part...)}
}

func (r rawPart) unchecked() []byte {
	b := binary.BigEndian.AppendUint16(append([]byte{r.kind}, r.tag[:]...), r.length)
	return append(append(b, r.count), r.rest...)
}

func (r rawPart) frame() []byte { return telecom.Checked(r.unchecked()) }

// edited is the frame with a change and the check that is right for it.
func (r rawPart) edited(change func(*rawPart)) []byte {
	r.rest = bytes.Clone(r.rest)
	change(&r)
	return r.frame()
}

// heard are the inputs of an end: messages that it has sent, then frames that it
// is handed, in the order of their names.
func heard(sent [][]byte, frames ...[]byte) map[string][]byte {
	in := map[string][]byte{}
	for i, m := range sent {
		in[fmt.Sprintf("sent_%02d", i+1)] = m
	}
	for i, f := range frames {
		in[fmt.Sprintf("frame_%02d", i+1)] = f
	}
	return in
}

// came is what an end answers.
type came struct {
	message []byte
	again   [][]byte // frames that the last one asks for
	asks    [][]byte // what it asks for afterwards
	refused int
}

func (f *file) hears(n int, requirement spec.ID, comment string, sent, frames [][]byte, want came) {
	f.valid(positive{n: n, requirement: requirement, kind: "telecom", comment: comment,
		input: heard(sent, frames...), context: map[string]string{"frame": dec(telecom.SMS)},
		values: map[string]string{
			"message": hex.EncodeToString(want.message), "again": hex.EncodeToString(slices.Concat(want.again...)),
			"asks": hex.EncodeToString(slices.Concat(want.asks...)), "refused": fmt.Sprint(want.refused),
		}})
}

// reframed replaces a frame.
func reframed(n int, frame []byte) change {
	return raw(fmt.Sprintf("input.frame_%02d", n), func([]byte) []byte { return frame })
}

func telecomVectors() *file {
	f := newFile("telecom", "Frames of a telecom link of context.frame bytes, handed to one end in the order of their names, after it has sent the messages that begin with sent. The outcome is that of the last frame: its message, none yet, the frames that it asks for, or its refusal; refused counts those refused before it, asks is what the end asks for afterwards. Kind telecom-frames asks for the frames of a message in context.parts parts.")
	f.note("Altered", "A frame that the network has altered.", "One frame that is wrong costs a whole message, or makes another of it.")
	f.note("Header", "A header that contradicts itself or is out of bounds.", "Whoever sends a short message makes a device ask for memory, or write past what it has.")
	f.note("Ask", "An ask that cannot be served.", "A device is made to send what it has not, or for ever.")
	f.note("Parts", "Parts that do not make the message that they name.", "Whoever sends one frame chooses a part of what is read.")
	f.partSets()
	f.wrongParts()
	f.partHeaders()
	f.partAsks()
	f.partMakers()
	return f
}

// threeParts are a message and its frames.
func threeParts(name string) (message []byte, parts []rawPart, frames [][]byte) {
	message = drawn(name, 300)
	for i := range 3 {
		parts = append(parts, partOf(message, 3, 100, i))
		frames = append(frames, parts[i].frame())
	}
	return message, parts, frames
}

// askOf asks for parts of a message of three.
func askOf(of rawPart, bits ...byte) rawPart {
	of.kind, of.rest = 0x12, bits
	return of
}

func (f *file) partSets() {
	short := drawn("short", 20)
	f.hears(1, spec.INT20, "a message of one part", nil, [][]byte{partOf(short, 1, 20, 0).frame()}, came{message: short})
	m, p, fr := threeParts("three")
	f.hears(2, spec.INT20, "three parts in order", nil, fr, came{message: m})
	f.hears(3, spec.INT20, "out of order, with repetitions", nil, [][]byte{fr[2], fr[0], fr[2], fr[0], fr[1]}, came{message: m})
	f.hears(4, spec.INT20, "two of three: no message yet, and an ask for the second", nil, [][]byte{fr[0], fr[2]}, came{asks: [][]byte{askOf(p[0], 2).frame()}})
	f.hears(5, spec.INT20, "one of three repeated: an ask for two", nil, [][]byte{fr[2], fr[2], fr[2]}, came{asks: [][]byte{askOf(p[0], 3).frame()}})
	f.hears(6, spec.INT20, "repeated after the message: nothing is asked for", nil, [][]byte{fr[0], fr[1], fr[2], fr[1]}, came{})
	f.hears(7, spec.INT20, "all of it once more: it is given once more", nil, slices.Concat(fr, fr), came{message: m})
	var mixed, evicted, asks [][]byte
	for i := range 3 {
		for k := range 3 {
			_, other, _ := threeParts(fmt.Sprint("other ", k))
			if i < 2 {
				mixed = append(mixed, other[i].frame())
			}
			if i == 0 {
				asks = append(asks, askOf(other[0], 4).frame())
			}
		}
		mixed = append(mixed, fr[i])
	}
	f.hears(8, spec.INT24, "frames of three other messages between, for which it asks", nil, mixed, came{message: m, asks: asks})
	evicted, asks = [][]byte{fr[0]}, nil
	for k := range 4 {
		_, other, _ := threeParts(fmt.Sprint("other ", k))
		evicted = append(evicted, other[0].frame())
		if k > 0 {
			asks = append(asks, askOf(other[0], 6).frame())
		}
	}
	asks = append(asks, askOf(p[0], 1).frame())
	f.hears(9, spec.INT24, "four others after its first frame: that has to come again", nil, append(slices.Clone(evicted), fr[1], fr[2]), came{asks: asks})
	f.hears(10, spec.INT24, "the same, and it has come again", nil, append(slices.Clone(evicted), fr[1], fr[2], fr[0]), came{message: m, asks: asks[:3]})
	f.hears(11, spec.INT20, "the same message in parts of two sizes is two messages to a reader", nil,
		[][]byte{fr[0], fr[1], partOf(m, 4, 75, 3).frame()}, came{asks: [][]byte{askOf(p[0], 4).frame(), askOf(partOf(m, 4, 75, 3), 7).frame()}})
	uneven := drawn("uneven", 10)
	f.hears(12, spec.INT22, "10 bytes in 4 parts, of which the last has one", nil,
		[][]byte{partOf(uneven, 4, 3, 3).frame(), partOf(uneven, 4, 3, 0).frame(), partOf(uneven, 4, 3, 1).frame(), partOf(uneven, 4, 3, 2).frame()}, came{message: uneven})
	// Of the whole message nothing but its last part is ever looked at.
	last := func(length, count, size int) (r rawPart, bits []byte) {
		r = rawPart{0x11, [4]byte{1, 2, 3, 4}, uint16(length), byte(count), append([]byte{byte(count - 1)}, drawn("last", length-(count-1)*size)...)}
		bits = make([]byte, (count+7)/8)
		for i := range count - 1 {
			bits[i/8] |= 1 << (i % 8)
		}
		return r, bits
	}
	longest, wanted := last(telecom.MaxMessage, 194, 127)
	f.hears(13, spec.INT22, "the last of 194 parts of the longest message", nil, [][]byte{longest.frame()}, came{asks: [][]byte{askOf(longest, wanted...).frame()}})
	most, wanted := last(255*96, 255, 96)
	f.hears(15, spec.INT22, "the last of 255 parts, and the longest ask", nil, [][]byte{most.frame()}, came{asks: [][]byte{askOf(most, wanted...).frame()}})
	full := drawn("full", telecom.SMS-telecom.Overhead)
	f.hears(14, spec.INT22, "a frame of as many bytes as the link has", nil, [][]byte{partOf(full, 1, len(full), 0).frame()}, came{message: full})
}

func (f *file) wrongParts() {
	m, p, fr := threeParts("three")
	forged := p[1].edited(func(r *rawPart) { r.rest[50] ^= 1 })
	f.refused(
		bad(20, 2, spec.INT23, spec.EParts, "Parts", "a bit of a part is another, under a check that is right for it", reframed(2, forged)),
		bad(21, 2, spec.INT23, spec.EParts, "Parts", "the same of the last part", reframed(3, p[2].edited(func(r *rawPart) { r.rest[50] ^= 1 }))),
	)
	f.hears(22, spec.INT23, "wrong parts, the refusal that they bring, and then right ones", nil,
		[][]byte{fr[0], forged, fr[2], fr[0], fr[1], fr[2]}, came{message: m, refused: 1})
	f.hears(23, spec.INT23, "after the refusal nothing is left of the right parts", nil,
		[][]byte{fr[0], forged, fr[2], fr[1]}, came{refused: 1, asks: [][]byte{askOf(p[0], 5).frame()}})
	f.hears(24, spec.INT23, "a wrong part of an index that is there says nothing", nil, [][]byte{fr[0], fr[1], forged, fr[2]}, came{message: m})
	altered := bytes.Clone(fr[1])
	altered[60] ^= 0x10
	f.hears(25, spec.INT22, "an altered frame between costs no other", nil, [][]byte{fr[0], altered, fr[1], fr[2]}, came{message: m, refused: 1})
	f.hears(26, spec.INT21, "an altered frame is a lost one", nil, [][]byte{fr[0], altered, fr[2]}, came{refused: 1, asks: [][]byte{askOf(p[0], 2).frame()}})
}

func (f *file) partHeaders() {
	short := drawn("short", 20)
	one := partOf(short, 1, 20, 0)
	right := one.frame()
	add := func(n int, code spec.Code, flag, comment string, frame []byte) {
		f.refused(bad(n, 1, spec.INT22, code, flag, comment, reframed(1, frame)))
	}
	edit := func(n int, code spec.Code, comment string, change func(*rawPart)) {
		add(n, code, "Header", comment, one.edited(change))
	}
	flip := func(at int) []byte {
		b := bytes.Clone(right)
		b[at] ^= 4
		return b
	}
	add(40, spec.EMalformed, "Altered", "a bit of the tag is another", flip(2))
	add(41, spec.EMalformed, "Altered", "a bit of the part is another", flip(15))
	add(42, spec.EMalformed, "Altered", "a bit of the check is another", flip(len(right)-1))
	add(43, spec.EMalformed, "Altered", "the last byte is missing", right[:len(right)-1])
	add(44, spec.EMalformed, "Altered", "a byte behind", append(bytes.Clone(right), 0))
	add(45, spec.EMalformed, "Header", "12 bytes with their check", telecom.Checked(right[:8]))
	add(46, spec.EMalformed, "Header", "nothing", []byte{})
	edit(47, spec.EVersion, "version 0", func(r *rawPart) { r.kind = 0x01 })
	edit(48, spec.EVersion, "version 2", func(r *rawPart) { r.kind = 0x21 })
	edit(49, spec.EType, "kind 0", func(r *rawPart) { r.kind = 0x10 })
	edit(50, spec.EType, "kind 3", func(r *rawPart) { r.kind = 0x13 })
	edit(51, spec.EAmount, "a length of zero", func(r *rawPart) { r.length = 0 })
	edit(52, spec.EAmount, "no parts", func(r *rawPart) { r.count = 0 })
	edit(53, spec.EAmount, "a part behind the last", func(r *rawPart) { r.rest[0] = 1 })
	edit(54, spec.EMalformed, "a part that is a byte short", func(r *rawPart) { r.rest = r.rest[:20] })
	edit(55, spec.EMalformed, "a byte behind the part", func(r *rawPart) { r.rest = append(r.rest, 0) })
	edit(56, spec.ESize, "a length of 24,577", func(r *rawPart) { r.length = telecom.MaxMessage + 1 })
	f.refused(
		bad(57, 12, spec.INT22, spec.EField, "Header", "10 bytes in 7 parts, of which the last is empty",
			reframed(4, partOf(drawn("uneven", 10), 4, 3, 2).edited(func(r *rawPart) { r.count, r.rest = 7, []byte{0, 1, 2} }))),
		bad(58, 14, spec.INT22, spec.ESize, "Header", "one byte more than the link has", reframed(1, partOf(drawn("full", 128), 1, 128, 0).frame())),
	)
}

func (f *file) partAsks() {
	m, p, fr := threeParts("three")
	other, o, of := threeParts("other 0")
	f.hears(70, spec.INT21, "an ask for the second of three", [][]byte{m}, [][]byte{askOf(partOf(m, 3, 100, 0), 2).frame()}, came{again: fr[1:2]})
	f.hears(71, spec.INT21, "an ask for the first and the last", [][]byte{m}, [][]byte{askOf(p[0], 5).frame()}, came{again: [][]byte{fr[0], fr[2]}})
	f.hears(72, spec.INT21, "an ask for all, and the message was sent before another", [][]byte{m, other}, [][]byte{askOf(p[0], 7).frame()}, came{again: fr})
	f.hears(73, spec.INT21, "who is asked keeps what it hears", [][]byte{m}, [][]byte{of[0], of[1], askOf(p[0], 4).frame(), of[2]}, came{message: other})
	sent := [][]byte{m, other}
	for k := range 2 {
		next, _, _ := threeParts(fmt.Sprint("other ", k+1))
		sent = append(sent, next)
	}
	f.hears(74, spec.INT21, "an ask for the first of four messages", sent, [][]byte{askOf(p[0], 1).frame()}, came{again: fr[:1]})
	fifth, _, _ := threeParts("other 3")
	f.hears(75, spec.INT21, "an ask for the second of five messages", append(slices.Clone(sent), fifth), [][]byte{askOf(o[0], 1).frame()}, came{again: of[:1]})
	f.refused(
		bad(76, 75, spec.INT21, spec.EState, "Ask", "the same for the first of five", reframed(1, askOf(p[0], 1).frame())),
		bad(77, 70, spec.INT21, spec.EState, "Ask", "an ask for a message that was never sent", reframed(1, askOf(o[0], 2).frame())),
		bad(78, 70, spec.INT21, spec.EState, "Ask", "an ask for the message in parts that it was not cut into", reframed(1, askOf(partOf(m, 4, 75, 0), 2).frame())),
		bad(79, 70, spec.INT22, spec.EAmount, "Ask", "an ask for nothing", reframed(1, askOf(p[0], 0).frame())),
		bad(80, 70, spec.INT22, spec.EAmount, "Ask", "an ask for a part behind the last", reframed(1, askOf(p[0], 10).frame())),
		bad(81, 70, spec.INT22, spec.EMalformed, "Ask", "an ask with a byte too many", reframed(1, askOf(p[0], 2, 0).frame())),
	)
}

// partMakers are the frames of a message, in as few parts as fit and in more.
func (f *file) partMakers() {
	for i, c := range []struct {
		n, parts int
		comment  string
	}{
		{1, 1, "one byte"}, {127, 1, "as much as one frame carries"}, {128, 2, "one byte more"}, {341, 3, "M3 of a classical suite"},
		{341, 10, "the same in ten parts"}, {10, 4, "a last part of one byte"},
	} {
		message := drawn(fmt.Sprint("cut ", i), c.n)
		size := (c.n + c.parts - 1) / c.parts
		values := map[string]string{}
		for k := range c.parts {
			values[fmt.Sprintf("frame_%02d", k+1)] = hex.EncodeToString(partOf(message, c.parts, size, k).frame())
		}
		f.valid(positive{n: 90 + i, requirement: spec.INT19, kind: "telecom-frames", comment: c.comment,
			input:   map[string][]byte{"message": message},
			context: map[string]string{"frame": dec(telecom.SMS), "parts": dec(uint64(c.parts))}, values: values})
	}
}
