package check

import (
	"fmt"
	"strings"

	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/qr"
	"github.com/assay-cbdc/assay/spec"
)

// qrChecks are of qr.md.
func qrChecks() []Check {
	reads := func(id spec.ID, word, title string, run func(*T)) Check {
		return Check{
			ID: string(id) + "." + word, Title: title, Cites: []spec.ID{id}, RP: true, Receives: true, Units: 1,
			Needs: []adapter.Capability{adapter.CapQR}, Run: run,
		}
	}
	pays := reads(spec.INT15, "payment", "a payment that travels as QR codes, a part of them lost, is credited", paysByCodes)
	pays.Receives, pays.Units = false, 2
	pays.Needs = []adapter.Capability{adapter.CapQR, adapter.CapOneWay, adapter.CapQuery}
	return []Check{
		reads(spec.INT10, "texts", "a reader takes no text that is not of an object", refusesTexts),
		reads(spec.INT11, "order", "frames give their object with the last independent one, in whatever order", framesInAnyOrder),
		reads(spec.INT11, "others", "frames of other objects and single texts between do not keep an object from its reader", framesBetween),
		reads(spec.INT12, "headers", "a frame whose header is wrong is refused, and costs no other frame", refusesHeaders),
		reads(spec.INT13, "parts", "frames that do not make their object give none, and right ones give it afterwards", refusesParts),
		reads(spec.INT14, "four", "a reader keeps frames of four objects, those that grew last", keepsFour),
		reads(spec.INT15, "shown", "what a device shows of an object is its text or its frames, and enough of them", showsObjects),
		pays,
	}
}

func refusesTexts(t *T) {
	const message = "a text was taken that is not of an object"
	unit, kit := t.Device(), t.Kit(KitOptions{})
	twin := func() string {
		object := kit.letter()
		text := t.single(object)
		t.For(spec.INT10, "the one text of an object does not give it").Expect(unit.scan(text)).To(give(object))
		return text
	}
	for _, bad := range []struct {
		name   string
		code   spec.Code
		change func(text string) string
	}{
		{"no prefix", spec.EType, func(s string) string { return strings.TrimPrefix(s, qr.SinglePrefix) }},
		{"a prefix in lower case", spec.EType, func(s string) string { return "assay1:" + strings.TrimPrefix(s, qr.SinglePrefix) }},
		{"a prefix of another edition", spec.EType, func(s string) string { return "ASSAY2:" + strings.TrimPrefix(s, qr.SinglePrefix) }},
		{"a space before it", spec.EType, func(s string) string { return " " + s }},
		{"nothing", spec.EType, func(string) string { return "" }},
		{"1,802 bytes", spec.ESize, func(string) string { return qr.SinglePrefix + strings.Repeat("000", 901) }},
		{"a line end behind it", spec.EMalformed, func(s string) string { return s + "\n" }},
		{"a character that is none of the 45", spec.EMalformed, func(s string) string { return s[:len(s)-1] + "=" }},
		{"digits in lower case", spec.EMalformed, func(s string) string {
			return qr.SinglePrefix + strings.ToLower(strings.TrimPrefix(s, qr.SinglePrefix))
		}},
		{"one character left over", spec.EMalformed, func(s string) string { return s[:len(s)-len(s[len(qr.SinglePrefix):])%3] + "0" }},
		{"a group of three above 65535", spec.EMalformed, func(s string) string { return qr.SinglePrefix + ":::" + strings.TrimPrefix(s, qr.SinglePrefix) }},
		{"a group of two above 255", spec.EMalformed, func(s string) string { return s[:len(s)-len(s[len(qr.SinglePrefix):])%3] + "::" }},
		{"the prefix alone", spec.EMalformed, func(string) string { return qr.SinglePrefix }},
	} {
		text := bad.change(twin())
		t.For(spec.INT10, message).Expect(unit.scan(text)).To(t.Refused(bad.code), bad.name)
	}
	for _, bad := range []struct {
		name   string
		codes  []spec.Code
		change func(object []byte) []byte
	}{
		{"its last byte is missing", []spec.Code{spec.EMalformed}, func(b []byte) []byte { return b[:len(b)-1] }},
		{"a byte behind it", []spec.Code{spec.EMalformed}, func(b []byte) []byte { return append(b, 0) }},
		{"another encoding of it", []spec.Code{spec.ECanon, spec.EMalformed}, func(b []byte) []byte { return append([]byte{0x98, b[0] & 0x1F}, b[1:]...) }},
	} {
		twin()
		wrong := bad.change(kit.letter())
		t.For(spec.INT10, message).Expect(unit.scan(t.single(wrong))).To(t.Refused(bad.codes...), bad.name)
		parts := t.row(wrong, 3)
		for _, seq := range parts.blocks()[:2] {
			t.For(spec.INT10, "a right frame is refused").Expect(unit.scan(parts.made.Text(seq))).To(give(nil), bad.name)
		}
		t.For(spec.INT10, message).Expect(unit.scan(parts.made.Text(2))).To(t.Refused(bad.codes...), bad.name+", in frames")
	}
	twin()
}

const rankMessage = "an object was given without its frames, or not with the last that it needs"

func framesInAnyOrder(t *T) {
	unit, kit := t.Device(), t.Kit(KitOptions{})
	for _, order := range []struct {
		name   string
		blocks int
		next   func(i, k int) uint32
	}{
		{"the blocks in order", 7, func(i, _ int) uint32 { return uint32(i) }},
		{"the blocks backwards, twice each", 7, func(i, k int) uint32 { return uint32(k - 1 - i/2%k) }},
		{"one block", 1, func(i, _ int) uint32 { return uint32(i) }},
		{"the second half of the blocks, and sums", 12, func(i, k int) uint32 { return uint32(k/2 + i) }},
		{"sums alone", 9, func(i, k int) uint32 { return uint32(k + i) }},
		{"the highest numbers", 16, func(i, _ int) uint32 { return ^uint32(i) }},
		{"64 blocks, from anywhere", qr.MaxBlocks, func(_, k int) uint32 { return t.rand.Uint32N(uint32(4 * k)) }},
		{"each number three times", 5, func(i, _ int) uint32 { return uint32(3 + i/3) }},
	} {
		object := kit.list(700)
		if order.blocks == 1 { // a signed object of a lattice suite has more bytes than a block
			object = kit.letter()
		}
		r := t.row(object, order.blocks)
		for i := 0; !r.show(unit, spec.INT11, rankMessage, order.next(i, r.made.Blocks())); i++ {
			if i > 1<<12 {
				t.harness("no frames of full rank: " + order.name)
			}
		}
	}
}

// framesBetween hands over frames of four objects as a camera may see them, with
// losses and in no order, two of them of one length; between them single texts.
func framesBetween(t *T) {
	unit, kit := t.Device(), t.Kit(KitOptions{})
	for _, length := range [][4]int{{700, 700, 300, 1500}, {1000, 1000, 1000, 1000}} {
		var rows []*row
		for i, n := range length {
			rows = append(rows, t.row(kit.list(n), 4+i/2*3))
		}
		for len(rows) > 0 {
			i := t.rand.IntN(len(rows))
			if t.rand.IntN(8) == 0 {
				object := kit.letter()
				t.For(spec.INT11, "a single text between frames does not give its object").Expect(unit.scan(t.single(object))).To(give(object))
			}
			if rows[i].show(unit, spec.INT11, rankMessage, t.rand.Uint32N(uint32(3*rows[i].made.Blocks()))) {
				rows = append(rows[:i], rows[i+1:]...)
			}
		}
	}
}

func refusesHeaders(t *T) {
	set := func(at int, value ...byte) func([]byte) []byte {
		return func(b []byte) []byte {
			copy(b[at:], value)
			return b
		}
	}
	cut := func(n int) func([]byte) []byte { return func(b []byte) []byte { return b[:n] } }
	const header = 17
	bad := []struct {
		name   string
		code   spec.Code
		change func([]byte) []byte
	}{
		{"version 2", spec.EVersion, set(0, 2)}, {"version 0", spec.EVersion, set(0, 0)},
		{"nothing", spec.EMalformed, cut(0)}, {"16 bytes, one fewer than a header", spec.EMalformed, cut(header - 1)},
		{"a header without a block", spec.EMalformed, cut(header)},
		{"a block that is a byte short", spec.EMalformed, func(b []byte) []byte { return b[:len(b)-1] }},
		{"a byte behind the block", spec.EMalformed, func(b []byte) []byte { return append(b, 0) }},
		{"a length of 24,577", spec.ESize, set(1, 0, 0, 0x60, 1)}, {"a length of 2^32-1", spec.ESize, set(1, 0xFF, 0xFF, 0xFF, 0xFF)},
		{"a length of zero", spec.EAmount, set(1, 0, 0, 0, 0)}, {"no blocks", spec.EAmount, set(5, 0, 0)},
		{"blocks of no bytes", spec.EAmount, func(b []byte) []byte { return set(7, 0, 0)(b)[:header] }},
		{"65 blocks", spec.EAmount, func(b []byte) []byte { return set(1, 0, 0, 0, 65, 0, 65, 0, 1)(b)[:header+1] }},
		{"a block more than the lengths say", spec.EField, func(b []byte) []byte { b[6]++; return b }},
		{"a block fewer than the lengths say", spec.EField, func(b []byte) []byte { b[6]--; return b }},
	}
	unit, kit := t.Device(), t.Kit(KitOptions{})
	r := t.row(kit.list(700), len(bad))
	for i, c := range bad {
		seq := uint32(i % r.made.Blocks())
		t.For(spec.INT12, "a frame with a wrong header was taken").Expect(unit.scan(raw(r.frame(seq), c.change))).To(t.Refused(c.code), c.name)
		r.show(unit, spec.INT12, "a refused frame cost another one, or its right twin is refused", seq)
	}
	r.all(unit, spec.INT12, "a refused frame cost another one", r.blocks()[min(len(bad), r.made.Blocks()):]...)
}

func refusesParts(t *T) {
	unit, kit := t.Device(), t.Kit(KitOptions{})
	const blocks = 5
	flip := func(f *qr.Frame) { f.Block[0] ^= 1 }
	// The object's last byte is one of a signature: what comes of it is an item.
	sign := func(f *qr.Frame) { f.Block[len(f.Block)-1-(f.Size*f.Blocks-int(f.Length))] ^= 1 }
	for _, bad := range []struct {
		name  string
		wrong int // the place of the wrong frame; -1: all
		seqs  [blocks]uint32
		spoil func(*qr.Frame)
	}{
		{"a bit of the last frame", blocks - 1, [blocks]uint32{0, 1, 2, 3, 4}, sign},
		{"a bit of the first frame", 0, [blocks]uint32{0, 1, 2, 3, 4}, flip},
		{"a bit of a sum", blocks - 1, [blocks]uint32{0, 1, 2, 3, 0}, flip},
		{"the last block is not filled up with zeros", 4, [blocks]uint32{0, 1, 2, 3, 4}, func(f *qr.Frame) { f.Block[len(f.Block)-1] ^= 1 }},
		{"another tag", -1, [blocks]uint32{0, 1, 2, 3, 4}, func(f *qr.Frame) { f.Tag[3] ^= 1 }},
		{"a shorter length", -1, [blocks]uint32{0, 1, 2, 3, 4}, func(f *qr.Frame) { f.Length-- }},
	} {
		r := t.padded(kit, blocks)
		if bad.seqs[blocks-1] == 0 { // the first sum that has the fifth block
			for bad.seqs[blocks-1] = blocks; r.frame(bad.seqs[blocks-1]).Mask()>>(blocks-1)&1 == 0; bad.seqs[blocks-1]++ {
			}
		}
		for i, seq := range bad.seqs {
			f := r.frame(seq)
			if bad.wrong < 0 || bad.wrong == i {
				bad.spoil(&f)
			}
			a := unit.scan(raw(f, nil))
			if i < blocks-1 {
				t.For(spec.INT13, "an object was given without its frames").Expect(a).To(give(nil), bad.name)
				continue
			}
			t.For(spec.INT13, "frames gave an object that they do not make").Expect(a).To(t.Refused(spec.EParts), bad.name)
		}
		// Nothing is left of them: it takes all five.
		r.all(unit, spec.INT13, "after a refusal right frames do not give their object, or wrong ones are still there", r.blocks()...)
	}
}

// padded is a row whose last block has two zeros behind the object, or more.
func (t *T) padded(k *Kit, blocks int) *row {
	object := k.list(700)
	for size := (len(object) + blocks - 1) / blocks; ; size++ {
		made, err := qr.Split(object, size)
		if err != nil || made.Blocks() != blocks {
			t.harness(fmt.Sprintf("no padding in %d blocks of %d bytes", blocks, len(object)))
		}
		if size*blocks-len(object) > 1 {
			return &row{t: t, object: object, made: made}
		}
	}
}

func keepsFour(t *T) {
	unit, kit := t.Device(), t.Kit(KitOptions{})
	var rows [5]*row
	for i := range rows {
		rows[i] = t.row(kit.list(400), 3)
	}
	const kept, gone = "frames of one of four objects were dropped", "frames were kept of more than four objects, or of another than the four that grew last"
	for _, r := range rows[:4] {
		r.show(unit, spec.INT14, kept, 0)
	}
	rows[0].show(unit, spec.INT14, kept, 1)
	rows[4].show(unit, spec.INT14, kept, 0) // in the place of the second object's, which rested longest
	rows[1].known = nil
	rows[0].show(unit, spec.INT14, gone, 2)
	for _, seq := range []uint32{1, 2} {
		rows[1].show(unit, spec.INT14, gone, seq)
	}
	rows[1].show(unit, spec.INT14, gone, 0)
	for _, r := range rows[2:] {
		r.all(unit, spec.INT14, kept, 1, 2)
	}
}

func showsObjects(t *T) {
	unit, kit := t.Device(), t.Kit(KitOptions{})
	for _, object := range [][]byte{kit.letter(), kit.list(700), kit.list(qr.MaxText + 1), kit.list(6000)} {
		t.shows(object, unit.show(object))
	}
}

// shows judges the texts that a device shows of an object.
func (t *T) shows(object []byte, texts []string) {
	single := ""
	if len(object) <= qr.MaxText {
		single = t.single(object)
	}
	reader := qr.NewReader(qr.StandardRules())
	var given []byte
	var size int
	for _, text := range texts {
		if single == "" || text != single || size != 0 {
			f, err := qr.ParseFrame(text)
			t.For(spec.INT15, "a device shows what is no text of its object").Expect(err).NotTo(gomega.HaveOccurred())
			if size == 0 {
				size = f.Size
			}
			made, err := qr.Split(object, size)
			t.For(spec.INT15, "a device shows frames in blocks that its object cannot have").Expect(err).NotTo(gomega.HaveOccurred())
			t.For(spec.INT15, "a frame has not what its number names, or another header than the one before").Expect(text).To(
				gomega.Equal(made.Text(f.Seq)), fmt.Sprintf("frame %d, blocks of %d bytes", f.Seq, size))
		}
		if got, err := reader.Read(text); err == nil && got != nil && given == nil {
			given = got
		}
	}
	t.For(spec.INT15, "a device does not show enough of an object to read it").Expect(given).To(gomega.Equal(object))
}

// paysByCodes carries request, payment and receipt of a one-way payment as the
// texts that one unit shows and the other reads, every third of them lost.
func paysByCodes(t *T) {
	payer, payee := t.Funded(100), t.Device()
	carry := func(from, to *Unit, object []byte) []byte {
		texts := from.show(object)
		t.shows(object, texts)
		for i, text := range texts {
			if i%3 == 0 {
				continue
			}
			a := t.Control(to.scan(text), "a reader takes the texts of an object")
			if len(a.Message) > 0 {
				return a.Message
			}
		}
		t.For(spec.INT15, "a unit cannot read what another one shows").Expect(texts).To(gomega.BeEmpty())
		return nil
	}
	request := carry(payee, payer, payee.Poster(0, 4))
	paid := t.Control(payer.PayPoster(request, 30), "a one-way payment")
	receipt := t.Control(payee.do(adapter.AcceptOneWay{Message: carry(payer, payee, paid.Message)}), "the payee takes it")
	t.For(spec.INT15, "a payment that came as codes was not credited").Expect(payee.Held()).To(gomega.Equal(uint64(30)))
	a := payer.do(adapter.AcknowledgeOneWay{Message: carry(payee, payer, receipt.Message)})
	t.For(spec.INT15, "a receipt that came as codes was not taken").Expect(a).To(BeDone())
	t.For(spec.INT15, "a payment that was acknowledged by codes is still pending").Expect(payer.Outgoing()).To(gomega.BeZero())
	t.Settled()
}
