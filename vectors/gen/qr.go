package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/assay-cbdc/assay/reference/qr"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// texts are inputs in the order in which a reader is handed them.
func texts(list ...string) map[string][]byte {
	in := map[string][]byte{}
	for i, text := range list {
		in[fmt.Sprintf("text_%02d", i+1)] = []byte(text)
	}
	return in
}

// row returns frames of an object, in the order of seqs.
func row(object []byte, size int, seqs ...uint32) (list []string) {
	f, err := qr.Split(object, size)
	if err != nil {
		panic("gen: " + err.Error())
	}
	for _, seq := range seqs {
		list = append(list, f.Text(seq))
	}
	return list
}

// first are the numbers of the first n frames.
func first(n uint32) (seqs []uint32) {
	for seq := range n {
		seqs = append(seqs, seq)
	}
	return seqs
}

func oneText(b []byte) string {
	text, err := qr.Text(b)
	if err != nil {
		panic("gen: " + err.Error())
	}
	return text
}

// A rawFrame is a frame as its bytes say it, right or not.
type rawFrame struct {
	version   byte
	length    uint32
	k, b      uint16
	tag       [4]byte
	seq       uint32
	block     []byte
	cut, more int // bytes that the whole lacks, or has behind it
}

// frameOf is frame 0 of an object of one block.
func frameOf(object []byte) rawFrame {
	digest := sha256.Sum256(object)
	return rawFrame{version: 1, length: uint32(len(object)), k: 1, b: uint16(len(object)), tag: [4]byte(digest[:4]), block: object}
}

func (r rawFrame) text() string {
	b := binary.BigEndian.AppendUint32([]byte{r.version}, r.length)
	b = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(b, r.k), r.b)
	b = binary.BigEndian.AppendUint32(append(b, r.tag[:]...), r.seq)
	b = append(append(b, r.block...), make([]byte, r.more)...)
	b = b[:len(b)-r.cut]
	return qr.FramePrefix + strings.TrimPrefix(oneText(b), qr.SinglePrefix)
}

// retold replaces a text.
func retold(n int, text string) change {
	return raw(fmt.Sprintf("input.text_%02d", n), func([]byte) []byte { return []byte(text) })
}

// edited is the frame with a change.
func (r rawFrame) edited(change func(*rawFrame)) string {
	change(&r)
	return r.text()
}

// readings are the values of a reader that has refused some texts before the
// last, which gives object, nil for none.
func readings(object []byte, refused int) map[string]string {
	return map[string]string{"object": hex.EncodeToString(object), "refused": fmt.Sprint(refused)}
}

func qrVectors() *file {
	f := newFile("qr", "Texts of QR codes, handed to one reader in the order of their names. The outcome is that of the last text: its object, none yet, or its refusal; refused counts those refused before it. Kind qr-frames asks for the frames of an object.")
	f.note("Text", "Characters that are no text of an object.", "Two texts of one object are paid twice by who compares texts.")
	f.note("Object", "Bytes that are not one item in the one encoding.", "What a reader hands on unread, the next reads in its own way.")
	f.note("Header", "A header that contradicts itself or is out of bounds.", "A code on a poster makes a reader ask for memory, or read past what it has.")
	f.note("Parts", "Frames that do not make the object that they name.", "Whoever paints one frame chooses a part of what is read.")
	f.note("Mixed", "Frames that are lost, repeated, out of order or of other objects.", "A reader that they confuse never gets its payment.")
	f.singleTexts()
	f.frameSets()
	f.hostileSets()
	f.frameHeaders()
	f.frameMakers()
	return f
}

func (f *file) read(n int, requirement spec.ID, comment string, flags []string, list []string, object []byte, refused int) {
	f.valid(positive{n: n, requirement: requirement, kind: "qr", comment: comment, flags: flags,
		input: texts(list...), values: readings(object, refused)})
}

// bytesItem is a byte string of n bytes with its head.
func bytesItem(name string, n int) []byte {
	for content := n - 1; ; content-- {
		if b := wire.AppendBytes(nil, drawn(name, content)); len(b) == n {
			return b
		}
	}
}

func (f *file) singleTexts() {
	abort := wire.Item{Type: wire.TypeAbort, Why: spec.EFunds}.Encode()
	text := oneText(abort)
	f.read(1, spec.INT10, "an ABORT as one text", nil, []string{text}, abort, 0)
	long := bytesItem("longest text", qr.MaxText)
	f.read(2, spec.INT10, "the longest text", nil, []string{oneText(long)}, long, 0)
	f.read(3, spec.INT10, "an odd number of bytes", nil, []string{oneText([]byte{0x42, 1, 2})}, []byte{0x42, 1, 2}, 0)
	add := func(n, twin int, code spec.Code, flag, comment, text string) {
		f.refused(bad(n, twin, spec.INT10, code, flag, comment, retold(1, text)))
	}
	add(4, 1, spec.EType, "Text", "the prefix in lower case", "assay1:"+text[7:])
	add(5, 1, spec.EType, "Text", "no prefix", text[7:])
	add(6, 1, spec.EType, "Text", "nothing", "")
	add(7, 1, spec.EType, "Text", "a prefix of a later edition", "ASSAY2:"+text[7:])
	add(8, 1, spec.EMalformed, "Text", "a digit in lower case", strings.Replace(text, "KG", "kG", 1))
	add(9, 1, spec.EMalformed, "Text", "a line end behind", text+"\n")
	add(10, 1, spec.EMalformed, "Text", "one character left over", text+"0")
	add(11, 1, spec.EMalformed, "Text", "a group of three above 65535", text[:len(text)-3]+":::")
	add(12, 1, spec.EMalformed, "Text", "a group of two above 255", text+"::")
	add(13, 1, spec.EMalformed, "Text", "no bytes", "ASSAY1:")
	add(14, 1, spec.EMalformed, "Object", "the last byte is missing", oneText(abort[:3]))
	add(15, 1, spec.EMalformed, "Object", "a byte behind", oneText(append(bytes.Clone(abort), 0)))
	add(16, 1, spec.ECanon, "Object", "the type in two bytes, where one is due", oneText([]byte{0x82, 0x18, 0x16, 0x18, 0xcd}))
	add(17, 2, spec.ESize, "Text", "one byte more than the longest text", oneText(long)+"00")
	add(18, 1, spec.EMalformed, "Object", "a byte string that claims 2^63 bytes", oneText(unhex("5b8000000000000000")))
}

func (f *file) frameSets() {
	ack := wire.Item{Type: wire.TypeAck, Transfer: drawnID("qr")}.Encode()
	f.read(20, spec.INT11, "three frames in order", nil, row(ack, 16, first(3)...), ack, 0)
	f.read(21, spec.INT11, "out of order, with repetitions", []string{"Mixed"}, row(ack, 16, 2, 0, 2, 0, 1), ack, 0)
	f.read(22, spec.INT11, "two of three: no object yet", []string{"Mixed"}, row(ack, 16, 0, 2), nil, 0)
	f.read(23, spec.INT11, "one block", nil, row(ack, len(ack), 0), ack, 0)
	f.read(24, spec.INT11, "one block, from frame 7, which is the block again", []string{"Mixed"}, row(ack, len(ack), 7), ack, 0)
	f.read(25, spec.INT11, "three frames of which one is the sum of the others: no object yet", []string{"Mixed"}, row(ack, 16, 1, 2, f.sumOf(ack)), nil, 0)
	long := bytesItem("sums", 400)
	seqs := []uint32{}
	for seq := uint32(20); seq < 64; seq++ {
		seqs = append(seqs, seq)
	}
	n := f.whole(long, 20, seqs)
	f.read(26, spec.INT11, "no frame of the first 20, which are the blocks themselves; the last completes", []string{"Mixed"}, row(long, 20, seqs[:n]...), long, 0)
	f.read(27, spec.INT11, "the same without the last: no object yet", []string{"Mixed"}, row(long, 20, seqs[:n-1]...), nil, 0)
	many := bytesItem("64 blocks", 64*6-1)
	f.read(28, spec.INT11, "64 blocks, the most", nil, row(many, 6, first(64)...), many, 0)
	high := []uint32{}
	for seq := uint32(1<<32 - 100); seq != 0; seq++ {
		high = append(high, seq)
	}
	n = f.whole(many, 6, high)
	f.read(29, spec.INT11, "64 blocks, from the highest numbers of frames", []string{"Mixed"}, row(many, 6, high[:n]...), many, 0)
	mixed := []string{}
	for i, text := range row(ack, 16, first(3)...) {
		for k := range 3 {
			mixed = append(mixed, row(bytesItem(fmt.Sprint("other ", k), 100+k), 30, uint32(i))...)
		}
		mixed = append(mixed, text)
	}
	f.read(30, spec.INT14, "frames of three other objects between", []string{"Mixed"}, mixed, ack, 0)
	evicted := row(ack, 16, 0)
	for k := range 4 {
		evicted = append(evicted, row(bytesItem(fmt.Sprint("other ", k), 100+k), 30, 0)...)
	}
	f.read(31, spec.INT14, "four others after its first frame: it has to be shown again, and is not whole", []string{"Mixed"}, append(evicted, row(ack, 16, 1, 2)...), nil, 0)
	f.read(32, spec.INT14, "the same, shown again", []string{"Mixed"}, append(evicted, row(ack, 16, 1, 2, 0)...), ack, 0)
	f.read(33, spec.INT11, "the same object in blocks of two sizes is two objects to a reader", []string{"Mixed"}, append(row(ack, 16, 0, 1), row(ack, 19, 1)...), nil, 0)
	abort := wire.Item{Type: wire.TypeAbort, Why: spec.EFunds}.Encode()
	between := append(append(row(ack, 16, 0, 1), oneText(abort)), row(ack, 16, 2)...)
	f.read(34, spec.INT11, "a single text between, which is an object of its own", []string{"Mixed"}, between, ack, 0)
}

// sumOf is the first frame that is the sum of blocks 1 and 2 of three.
func (f *file) sumOf(object []byte) uint32 {
	for seq := uint32(3); ; seq++ {
		r := qr.NewReader(qr.StandardRules())
		for _, text := range row(object, 16, 1, 2, seq) {
			_, _ = r.Read(text)
		}
		got, _ := r.Read(row(object, 16, 1)[0])
		if have, _ := r.Progress(); got == nil && have == 2 && seq > 3 {
			return seq
		}
	}
}

// whole is how many of the frames a reader needs.
func (f *file) whole(object []byte, size int, seqs []uint32) int {
	r := qr.NewReader(qr.StandardRules())
	for i, text := range row(object, size, seqs...) {
		if got, _ := r.Read(text); got != nil {
			return i + 1
		}
	}
	panic("gen: too few frames")
}

func (f *file) hostileSets() {
	object := bytesItem("hostile", 38)
	digest := sha256.Sum256(object)
	padded := append(bytes.Clone(object), make([]byte, 10)...)
	frame := func(seq uint32) rawFrame {
		return rawFrame{version: 1, length: 38, k: 3, b: 16, tag: [4]byte(digest[:4]), seq: seq, block: bytes.Clone(padded[seq*16 : seq*16+16])}
	}
	right := []string{frame(0).text(), frame(1).text(), frame(2).text()}
	f.read(40, spec.INT13, "three frames", nil, right, object, 0)
	wrong := frame(1)
	wrong.block[5] ^= 1
	loose := frame(2)
	loose.block[15] = 1
	f.refused(
		bad(41, 40, spec.INT13, spec.EParts, "Parts", "one bit of a block, the tag unchanged", retold(2, wrong.text())),
		bad(42, 40, spec.INT13, spec.EParts, "Parts", "the last block is not filled up with zeros", retold(3, loose.text())),
	)
	f.read(43, spec.INT13, "a wrong frame, the refusal that it brings, and then right ones", []string{"Parts"},
		append([]string{wrong.text(), right[0], right[2]}, right...), object, 1)
	f.read(44, spec.INT13, "after the refusal nothing is left of the right frames", []string{"Parts"},
		[]string{wrong.text(), right[0], right[2], right[1]}, nil, 1)
	f.read(45, spec.INT13, "a wrong frame of a number that is there already says nothing", []string{"Parts"},
		[]string{right[0], right[1], wrong.text(), right[2]}, object, 0)
	f.read(46, spec.INT12, "refused frames between, which leave those that are there", []string{"Header"},
		[]string{right[0], frame(1).edited(func(r *rawFrame) { r.version = 2 }), right[1], frame(2).edited(func(r *rawFrame) { r.cut = 1 }), right[2]}, object, 2)
	f.read(47, spec.INT11, "once given, the object is given again", nil, append(append([]string{}, right...), right...), object, 0)
	f.refused(bad(48, 45, spec.INT13, spec.EParts, "Parts", "the wrong frame comes first, and the right one says nothing", retold(2, wrong.text())))
}

func (f *file) frameHeaders() {
	object := bytesItem("header", 30)
	one := frameOf(object)
	f.read(60, spec.INT12, "a frame of one block", nil, []string{one.text()}, object, 0)
	largest := rawFrame{version: 1, length: qr.MaxObject, k: 64, b: 384, tag: [4]byte{1, 2, 3, 4}, block: drawn("largest", 384)}
	f.read(61, spec.INT12, "the first frame of the largest object", nil, []string{largest.text()}, nil, 0)
	add := func(n, twin int, of rawFrame, code spec.Code, comment string, change func(*rawFrame)) {
		f.refused(bad(n, twin, spec.INT12, code, "Header", comment, retold(1, of.edited(change))))
	}
	add(62, 60, one, spec.EVersion, "version 2", func(r *rawFrame) { r.version = 2 })
	add(63, 60, one, spec.EVersion, "version 0", func(r *rawFrame) { r.version = 0 })
	add(64, 60, one, spec.EMalformed, "16 bytes, one fewer than a header", func(r *rawFrame) { r.cut = len(object) + 1 })
	add(65, 60, one, spec.EMalformed, "a header without a block", func(r *rawFrame) { r.cut = len(object) })
	add(66, 60, one, spec.EMalformed, "a block that is a byte short", func(r *rawFrame) { r.cut = 1 })
	add(67, 60, one, spec.EMalformed, "a byte behind the block", func(r *rawFrame) { r.more = 1 })
	add(68, 61, largest, spec.ESize, "a length of 24,577", func(r *rawFrame) { r.length++ })
	add(69, 61, largest, spec.ESize, "a length of 2^32-1", func(r *rawFrame) { r.length = 1<<32 - 1 })
	add(70, 60, one, spec.EAmount, "a length of zero", func(r *rawFrame) { r.length = 0 })
	add(71, 60, one, spec.EAmount, "blocks of no bytes", func(r *rawFrame) { r.b, r.block = 0, nil })
	add(72, 60, one, spec.EAmount, "no blocks", func(r *rawFrame) { r.k = 0 })
	add(73, 61, largest, spec.EAmount, "65 blocks", func(r *rawFrame) { r.k, r.b, r.block = 65, 379, r.block[:379] })
	add(74, 60, one, spec.EField, "two blocks where one holds it", func(r *rawFrame) { r.k = 2 })
	add(75, 61, largest, spec.EField, "63 blocks where 64 are due", func(r *rawFrame) { r.k = 63 })
	f.refused(bad(76, 60, spec.INT12, spec.EMalformed, "Header", "nothing but the prefix", retold(1, qr.FramePrefix)))
	abort := wire.Item{Type: wire.TypeAbort, Why: spec.EFunds}.Encode()
	f.read(77, spec.INT10, "an ABORT in a frame of one block", nil, []string{frameOf(abort).text()}, abort, 0)
	for i, c := range []struct {
		object  []byte
		code    spec.Code
		comment string
	}{
		{abort[:3], spec.EMalformed, "its last byte is missing, under a tag that says so"},
		{append(bytes.Clone(abort), 0), spec.EMalformed, "a byte behind it, under a tag that says so"},
		{[]byte{0x82, 0x18, 0x16, 0x18, 0xcd}, spec.ECanon, "another encoding of it, under a tag that says so"},
	} {
		f.refused(bad(78+i, 77, spec.INT10, c.code, "Object", c.comment, retold(1, frameOf(c.object).text())))
	}
}

// frameMakers are the frames of an object, whole and sums.
func (f *file) frameMakers() {
	for i, c := range []struct {
		n, size      int
		first, count uint64
		comment      string
	}{
		{38, 16, 0, 8, "three blocks and five sums"},
		{38, 38, 0, 3, "one block, which every frame is"},
		{383, 6, 62, 6, "64 blocks: the last two and four sums, of masks of 64 bits"},
		{200, 10, 1<<32 - 3, 3, "the highest numbers"},
	} {
		object := bytesItem(fmt.Sprint("frames ", i), c.n)
		made, err := qr.Split(object, c.size)
		if err != nil {
			panic("gen: " + err.Error())
		}
		values := map[string]string{"blocks": fmt.Sprint(made.Blocks())}
		for seq := c.first; seq < c.first+c.count; seq++ {
			values[fmt.Sprintf("text_%d", seq)] = hex.EncodeToString([]byte(made.Text(uint32(seq))))
		}
		f.valid(positive{n: 90 + i, requirement: spec.INT11, kind: "qr-frames", comment: c.comment,
			input:   map[string][]byte{"object": object},
			context: map[string]string{"block": dec(uint64(c.size)), "first": dec(c.first), "count": dec(c.count)}, values: values})
	}
}
