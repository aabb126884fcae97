package qr

import (
	"bytes"
	"testing"
)

func TestParseFrameReadsWhatTextWrites(t *testing.T) {
	_, made := frames(t, 100, 20)
	for _, seq := range []uint32{0, 4, 5, 77, 1<<32 - 1} {
		f, err := ParseFrame(made.Text(seq))
		if err != nil || f.Length != 100 || f.Blocks != 5 || f.Size != 20 || f.Seq != seq || f.Mask() != made.mask(seq) {
			t.Errorf("frame %d reads %+v, %v", seq, f, err)
		}
		if seq == 4 && !bytes.Equal(f.Block, made.padded[80:]) {
			t.Errorf("block 4 is %x", f.Block)
		}
	}
	single, _ := Text(item(30, 1))
	for _, text := range []string{single, "", FramePrefix, made.Text(0)[:40]} {
		if f, err := ParseFrame(text); err == nil {
			t.Errorf("%q reads %+v", text, f)
		}
	}
}
