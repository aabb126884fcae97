package qr

import (
	"strings"

	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A Rule is one row of the table of the chapter. Whole says whether it waits
// until the frames give an object; a single text gives one at once.
type Rule struct {
	Name        string
	Requirement spec.ID
	Code        spec.Code
	Whole       bool
	// Holds returns nil, or an error whose code, if it has one, counts in place
	// of Code.
	Holds func(*Reading) error
}

// A Reading is one text on its way to an object.
type Reading struct {
	text   string
	framed bool
	digits string // the text without its prefix
	bytes  []byte
	header header
	seq    uint32

	padded []byte // what the frames give: the object and zeros
	object []byte
}

// StandardRules returns the rules of the chapter in order.
func StandardRules() []Rule {
	return []Rule{
		{"prefix", spec.INT10, spec.EType, false, (*Reading).prefix},
		{"text length", spec.INT10, spec.ESize, false, (*Reading).textLength},
		{"base45", spec.INT10, spec.EMalformed, false, (*Reading).base45},
		{"frame version", spec.INT12, spec.EVersion, false, (*Reading).version},
		{"header whole", spec.INT12, spec.EMalformed, false, (*Reading).headerWhole},
		{"object length", spec.INT12, spec.ESize, false, (*Reading).objectLength},
		{"ranges", spec.INT12, spec.EAmount, false, (*Reading).ranges},
		{"number of blocks", spec.INT12, spec.EField, false, (*Reading).blockCount},
		{"block whole", spec.INT12, spec.EMalformed, false, (*Reading).blockWhole},
		{"padding", spec.INT13, spec.EParts, true, (*Reading).padding},
		{"tag", spec.INT13, spec.EParts, true, (*Reading).tag},
		{"one item", spec.INT10, spec.EMalformed, true, (*Reading).oneItem},
	}
}

func holds(ok bool, what string) error {
	if ok {
		return nil
	}
	return &Error{What: what}
}

// An Error says why a text is refused.
type Error struct {
	Code spec.Code
	What string
}

func (e *Error) Error() string { return "qr: " + e.Code.String() + ": " + e.What }

// RefusalCode returns the refusal code.
func (e *Error) RefusalCode() spec.Code { return e.Code }

func (r *Reading) prefix() error {
	var ok bool
	if r.digits, ok = strings.CutPrefix(r.text, FramePrefix); ok {
		r.framed = true
		return nil
	}
	r.digits, ok = strings.CutPrefix(r.text, SinglePrefix)
	return holds(ok, "no text of this protocol")
}

func (r *Reading) textLength() error {
	return holds(len(r.digits) <= encodedLength(MaxText), "longer than the longest text")
}

func (r *Reading) base45() error {
	var ok bool
	r.bytes, ok = Decode45(r.digits)
	return holds(ok, "not base45")
}

func (r *Reading) version() error {
	return holds(!r.framed || len(r.bytes) == 0 || r.bytes[0] == version, "another version of frames")
}

func (r *Reading) headerWhole() (err error) {
	if r.framed {
		r.header, r.seq, err = readHeader(r.bytes)
	}
	return holds(err == nil, "fewer bytes than a header")
}

func (r *Reading) objectLength() error {
	return holds(!r.framed || r.header.length <= MaxObject, "the object is too long for frames")
}

func (r *Reading) ranges() error {
	h := r.header
	return holds(!r.framed || h.length > 0 && h.size > 0 && h.blocks > 0 && h.blocks <= MaxBlocks,
		"a length of zero, or a number of blocks out of range")
}

func (r *Reading) blockCount() error {
	h := r.header
	return holds(!r.framed || h.size > 0 && blocksOf(h.length, h.size) == uint32(h.blocks),
		"the number of blocks is not that of the lengths")
}

func (r *Reading) blockWhole() error {
	return holds(!r.framed || len(r.bytes) == headerSize+int(r.header.size), "a block of another length")
}

func (r *Reading) padding() error {
	for _, b := range r.padded[len(r.object):] {
		if b != 0 {
			return holds(false, "the last block is not filled up with zeros")
		}
	}
	return nil
}

func (r *Reading) tag() error {
	return holds(!r.framed || tagOf(r.object) == r.header.tag, "the frames do not make the object that they name")
}

func (r *Reading) oneItem() error { return wire.WellFormed(r.object) }
