package qr

// A Frame is what one text of a row says.
type Frame struct {
	Length uint32 // bytes of the object
	Blocks int    // k
	Size   int    // B, bytes of a block
	Tag    [4]byte
	Seq    uint32
	Block  []byte // the block, or the sum, that Seq names
}

// ParseFrame reads one frame by the rules that do not wait for an object. The
// error is an *[Error]; a single text is none of a frame.
func ParseFrame(text string) (Frame, error) {
	in := &Reading{text: text}
	if err := NewReader(StandardRules()).judge(in, false); err != nil {
		return Frame{}, err
	}
	if !in.framed {
		return Frame{}, &Error{What: "a single text"}
	}
	h := in.header
	return Frame{h.length, int(h.blocks), int(h.size), h.tag, in.seq, in.bytes[headerSize:]}, nil
}

// Mask says which blocks the frame is the sum of: bit i stands for block i.
func (f Frame) Mask() uint64 {
	return header{f.Length, uint16(f.Blocks), uint16(f.Size), f.Tag}.mask(f.Seq)
}
