package check

import (
	"bytes"
	"fmt"

	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/reference/telecom"
	"github.com/assay-cbdc/assay/spec"
)

// gives judges that a frame gives a message, nil for none yet.
func (u *Unit) gives(id spec.ID, message string, frame, want []byte, where string) {
	u.t.For(id, message).Expect(u.hear(frame)).To(give(want), where)
}

// readsAll hands over the frames of a message and judges that the last gives it.
func (u *Unit) readsAll(id spec.ID, says string, message []byte, frames [][]byte, where string) {
	for i, f := range frames {
		var want []byte
		if i == len(frames)-1 {
			want = message
		}
		u.gives(id, says, f, want, where)
	}
}

// asksForOld has a unit send five messages, and asks it for parts of each.
func asksForOld(t *T) {
	const id = spec.INT21
	unit := t.Device()
	var asks, due [][]byte
	for range telecom.MaxMessages + 1 {
		frames := unit.cut(t.letters(3 * t.link().Frame))
		reader := t.reference()
		for _, f := range append(frames[:1:1], frames[2:]...) {
			_, err := reader.Read(f)
			t.For(id, "a device sends what is no frame of its message").Expect(err).NotTo(gomega.HaveOccurred())
		}
		asks, due = append(asks, reader.Ask()...), append(due, frames[1])
	}
	for i := len(asks) - 1; i > 0; i-- {
		done := t.asks(unit, asks[i], fmt.Sprintf("the message %d before the latest", len(asks)-1-i))
		t.For(id, "not the frame was sent again that was asked for").Expect(done).To(gomega.Equal([][]byte{due[i]}))
	}
	t.For(id, "a message is kept that four others came after").Expect(unit.hear(asks[0])).To(t.Refused(spec.EState))
	stranger := t.reference()
	_, _ = stranger.Read(t.parts(t.letters(100), 2)[0])
	t.For(id, "frames were sent of a message that was never sent").Expect(unit.hear(stranger.Ask()[0])).To(t.Refused(spec.EState))
	t.asks(unit, asks[2], "a right ask after a wrong one")
}

func (t *T) asks(unit *Unit, ask []byte, where string) (frames [][]byte) {
	a := unit.hear(ask)
	t.For(spec.INT21, "a device does not send again what it is asked for").Expect(a).To(BeDone(), where)
	for _, f := range a.Done.Messages {
		frames = append(frames, f)
	}
	return frames
}

// A badFrame is made of a right part, frame 1 of a message of three.
type badFrame struct {
	name   string
	code   spec.Code
	change func(frame []byte) []byte
}

// resealed changes the bytes before the check, and puts the right check behind.
func resealed(change func(b []byte) []byte) func([]byte) []byte {
	return func(frame []byte) []byte {
		return telecom.Checked(change(bytes.Clone(frame[:len(frame)-4])))
	}
}

func put(at int, value ...byte) func([]byte) []byte {
	return func(b []byte) []byte {
		copy(b[at:], value)
		return b
	}
}

func flipped(at int) func([]byte) []byte {
	return func(b []byte) []byte {
		b[(at+len(b))%len(b)] ^= 4
		return b
	}
}

func badFrames(longest int) []badFrame {
	return []badFrame{
		{"one byte longer than the link's", spec.ESize, func(b []byte) []byte { return append(b, make([]byte, longest+1-len(b))...) }},
		{"version 0", spec.EVersion, resealed(put(0, 0x01))}, {"version 2", spec.EVersion, resealed(put(0, 0x21))},
		{"nothing", spec.EMalformed, func([]byte) []byte { return nil }},
		{"12 bytes", spec.EMalformed, func(b []byte) []byte { return telecom.Checked(b[:8]) }},
		{"a bit of the tag is another", spec.EMalformed, flipped(1)}, {"a bit of the count is another", spec.EMalformed, flipped(7)},
		{"a bit of the index is another", spec.EMalformed, flipped(8)}, {"a bit of the part is another", spec.EMalformed, flipped(9)},
		{"a bit of the check is another", spec.EMalformed, flipped(-1)},
		{"the last byte is missing", spec.EMalformed, func(b []byte) []byte { return b[:len(b)-1] }},
		{"kind 0", spec.EType, resealed(put(0, 0x10))}, {"kind 3", spec.EType, resealed(put(0, 0x13))},
		{"a length of 24,577", spec.ESize, resealed(put(5, 0x60, 0x01))},
		{"a length of zero", spec.EAmount, resealed(put(5, 0, 0))}, {"no parts", spec.EAmount, resealed(put(7, 0))},
		{"the last of seven parts of 10 bytes is empty", spec.EField, resealed(func(b []byte) []byte { return append(put(5, 0, 10, 7, 0)(b)[:9], 1, 2) })},
		{"a part behind the last", spec.EAmount, resealed(put(8, 3))},
		{"a part that is a byte short", spec.EMalformed, resealed(func(b []byte) []byte { return b[:len(b)-1] })},
		{"a byte behind the part", spec.EMalformed, resealed(func(b []byte) []byte { return append(b, 0) })},
		{"an ask for nothing", spec.EAmount, resealed(func(b []byte) []byte { return append(put(0, 0x12)(b)[:8], 0) })},
		{"an ask for a part behind the last", spec.EAmount, resealed(func(b []byte) []byte { return append(put(0, 0x12)(b)[:8], 1<<3) })},
		{"an ask that is a byte too long", spec.EMalformed, resealed(func(b []byte) []byte { return append(put(0, 0x12)(b)[:8], 1, 0) })},
	}
}

// refusesFrames hands over each wrong frame between the right ones of a message,
// which come to their end all the same.
func refusesFrames(t *T) {
	const id, says = spec.INT22, "a right frame beside a wrong one is refused, or its message not given"
	unit, limit := t.Device(), t.link().Frame
	for _, bad := range badFrames(limit) {
		message := t.letters(2*(limit-telecom.Overhead) + 10)
		frames := t.parts(message, 3)
		unit.gives(id, says, frames[0], nil, bad.name)
		t.For(id, "a wrong frame was taken").Expect(unit.hear(bad.change(bytes.Clone(frames[1])))).To(t.Refused(bad.code), bad.name)
		unit.gives(id, says, frames[1], nil, bad.name)
		unit.gives(id, says, frames[2], message, bad.name)
	}
}

// refusesWrongParts forges a part under a right check: what whoever computes both
// can do, and no network.
func refusesWrongParts(t *T) {
	const id, says = spec.INT23, "a part under a right check is refused, or its message not given"
	unit := t.Device()
	forge := resealed(func(b []byte) []byte { return flipped(-1)(b) })
	for forged := range 3 {
		where := fmt.Sprintf("part %d is another", forged)
		message := t.letters(2*(t.link().Frame-telecom.Overhead) + 10)
		right := t.parts(message, 3)
		wrong := append([][]byte{}, right...)
		wrong[forged] = forge(bytes.Clone(right[forged]))
		unit.gives(id, says, wrong[0], nil, where)
		unit.gives(id, says, wrong[1], nil, where)
		t.For(id, "parts were given that do not make their message").Expect(unit.hear(wrong[2])).To(t.Refused(spec.EParts), where)
		unit.readsAll(id, "right parts after wrong ones did not give their message", message, right, where)
	}
	message := t.letters(2*(t.link().Frame-telecom.Overhead) + 10)
	right := t.parts(message, 3)
	for _, f := range [][]byte{right[0], right[1], forge(bytes.Clone(right[1]))} {
		unit.gives(id, says, f, nil, "a wrong part of an index that is there")
	}
	unit.gives(id, says, right[2], message, "a wrong part of an index that is there")
}

// keepsFourMessages has a unit gather five: of the one that rested longest when
// the fifth came, nothing is left.
func keepsFourMessages(t *T) {
	const id = spec.INT24
	unit := t.Device()
	var messages [][]byte
	var frames [][][]byte
	begin := func() {
		messages = append(messages, t.letters(2*(t.link().Frame-telecom.Overhead)+10))
		frames = append(frames, t.parts(messages[len(messages)-1], 3))
		unit.gives(id, "the first frame of a message is not taken", frames[len(frames)-1][0], nil, fmt.Sprintf("message %d", len(frames)))
	}
	for range telecom.MaxMessages {
		begin()
	}
	unit.gives(id, "a frame of a message that is kept is not taken", frames[0][1], nil, "message 1")
	begin() // in place of the second, the first having grown since
	unit.gives(id, "one of the four messages that grew last was dropped", frames[0][2], messages[0], "message 1")
	for _, i := range []int{2, 3, 4} {
		unit.readsAll(id, "one of the four messages that grew last was dropped", messages[i], frames[i][1:], fmt.Sprintf("message %d", i+1))
	}
	const hoards = "a fifth message did not take the place of the one that rested longest"
	unit.gives(id, hoards, frames[1][1], nil, "message 2")
	unit.gives(id, hoards, frames[1][2], nil, "message 2")
	unit.gives(id, "a message that was dropped is not given when all of it comes again", frames[1][0], messages[1], "message 2")
}
