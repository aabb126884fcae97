package judge

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/assay-cbdc/assay/reference/telecom"
	"github.com/assay-cbdc/assay/vectors/witness"
)

// FuzzFrames hands frames, each behind its length in one byte, to both ends: they
// say the same to each, and ask for the same afterwards.
func FuzzFrames(f *testing.F) {
	for _, s := range stored(f, "telecom") {
		if s.vector.Kind != "telecom" {
			continue
		}
		var b []byte
		for n := 1; ; n++ {
			frame := mustHex(s.vector.Input[frameName(n)])
			if s.vector.Input[frameName(n)] == "" || len(frame) > 255 {
				break
			}
			b = append(append(b, byte(len(frame))), frame...)
		}
		f.Add(b, false)
		f.Add(b, true)
	}
	f.Fuzz(func(t *testing.T, b []byte, seal bool) {
		r, err := telecom.NewLink(telecom.SMS, telecom.StandardRules())
		if err != nil {
			t.Fatal(err)
		}
		w := witness.NewFrameReader(telecom.SMS)
		for len(b) > 0 {
			n := min(int(b[0]), len(b)-1)
			frame := b[1 : 1+n]
			b = b[1+n:]
			if seal { // so that what is behind the check is reached
				frame = telecom.Checked(slices.Clone(frame[:max(0, len(frame)-4)]))
			}
			got, err := r.Read(frame)
			code, coded := codeOf(err)
			other, theirs := w.Read(frame)
			if err != nil && !coded || theirs != int(code) || !bytes.Equal(got.Message, other) {
				t.Errorf("%x: the reference gives %x, %v; the witness %x, %d", frame, got.Message, err, other, theirs)
			}
			if mine := slices.Concat(r.Ask()...); !bytes.Equal(mine, w.Asks()) {
				t.Errorf("%x: the reference asks %x, the witness %x", frame, mine, w.Asks())
			}
		}
	})
}

func frameName(n int) string { return strings.Replace(textName(n-1), "text", "frame", 1) }

// TestEveryBitOfAFrameCounts alters each bit of a part and of an ask: both ends
// refuse it with one code, and what was there becomes its message all the same.
func TestEveryBitOfAFrameCounts(t *testing.T) {
	sender, err := telecom.NewLink(telecom.SMS, telecom.StandardRules())
	if err != nil {
		t.Fatal(err)
	}
	message := bytes.Repeat([]byte("message "), 40)
	frames, err := sender.Frames(message)
	if err != nil {
		t.Fatal(err)
	}
	reader, _ := telecom.NewLink(telecom.SMS, telecom.StandardRules())
	other := witness.NewFrameReader(telecom.SMS)
	_, _ = reader.Read(frames[0])
	_, _ = other.Read(frames[0])
	for _, right := range [][]byte{frames[1], reader.Ask()[0]} {
		for bit := range 8 * len(right) {
			b := slices.Clone(right)
			b[bit/8] ^= 1 << (bit % 8)
			_, err := reader.Read(b)
			code, _ := codeOf(err)
			if _, theirs := other.Read(b); code == 0 || theirs != int(code) {
				t.Errorf("bit %d: the reference says %d, the witness %d", bit, code, theirs)
			}
		}
	}
	for i, f := range frames[1:] {
		got, err := reader.Read(f)
		theirs, code := other.Read(f)
		if last := i == len(frames)-2; err != nil || code != 0 || last && !(bytes.Equal(got.Message, message) && bytes.Equal(theirs, message)) {
			t.Errorf("frame %d afterwards: %v, %d", i+1, err, code)
		}
	}
}
