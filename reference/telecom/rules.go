package telecom

import (
	"encoding/binary"
	"slices"

	"github.com/assay-cbdc/assay/spec"
)

// A Rule is one row of the table of the chapter. Whole says whether it waits
// until all frames of a message are there.
type Rule struct {
	Name        string
	Requirement spec.ID
	Code        spec.Code
	Whole       bool
	// Holds returns what is wrong, "" for nothing.
	Holds func(*Reading) string
}

// A Reading is one frame on its way to a message.
type Reading struct {
	link    *Link
	bytes   []byte
	kind    byte
	header  header
	index   int
	body    []byte  // the part, or the bits of an ask
	asked   message // that an ask is about
	message []byte  // that all parts make
}

// StandardRules returns the rules of the chapter in order.
func StandardRules() []Rule {
	return []Rule{
		{"frame size", spec.INT22, spec.ESize, false, (*Reading).frameSize},
		{"version", spec.INT22, spec.EVersion, false, (*Reading).version},
		{"frame whole", spec.INT22, spec.EMalformed, false, (*Reading).frameWhole},
		{"check", spec.INT22, spec.EMalformed, false, (*Reading).check},
		{"kind", spec.INT22, spec.EType, false, (*Reading).kindKnown},
		{"message length", spec.INT22, spec.ESize, false, (*Reading).messageLength},
		{"ranges", spec.INT22, spec.EAmount, false, (*Reading).ranges},
		{"number of parts", spec.INT22, spec.EField, false, (*Reading).partCount},
		{"place", spec.INT22, spec.EAmount, false, (*Reading).place},
		{"part whole", spec.INT22, spec.EMalformed, false, (*Reading).partWhole},
		{"at hand", spec.INT21, spec.EState, false, (*Reading).atHand},
		{"tag", spec.INT23, spec.EParts, true, (*Reading).tag},
	}
}

func holds(ok bool, what string) string {
	if ok {
		return ""
	}
	return what
}

func (r *Reading) frameSize() string {
	return holds(len(r.bytes) <= r.link.frame, "longer than a frame of this link")
}

func (r *Reading) version() string {
	return holds(len(r.bytes) == 0 || r.bytes[0]&0xF0 == version, "another version of frames")
}

// frameWhole reads what can be read; the rest of a frame that is too short is
// empty.
func (r *Reading) frameWhole() string {
	if len(r.bytes) < minSize {
		return "fewer bytes than a frame has"
	}
	b := r.bytes
	r.kind = b[0]
	r.header = header{tag(b[1:5]), binary.BigEndian.Uint16(b[5:]), b[7]}
	r.body = b[headerSize : len(b)-checkSize]
	if r.kind == kindPart {
		r.index, r.body = int(r.body[0]), r.body[1:]
	}
	return ""
}

func (r *Reading) check() string {
	whole := len(r.bytes) >= checkSize &&
		slices.Equal(Checked(slices.Clone(r.bytes[:len(r.bytes)-checkSize])), r.bytes)
	return holds(whole, "its check is not that of its bytes: it was altered on the way")
}

func (r *Reading) kindKnown() string {
	return holds(r.kind == kindPart || r.kind == kindAsk, "neither a part nor an ask")
}

func (r *Reading) messageLength() string {
	return holds(r.header.length <= MaxMessage, "the message is too long for frames")
}

func (r *Reading) ranges() string {
	return holds(r.header.length > 0 && r.header.count > 0, "a length or a number of parts of zero")
}

func (r *Reading) partCount() string {
	return holds(r.header.count > 0 && r.header.fits(), "so many parts of one size leave the last empty")
}

func (r *Reading) place() string {
	if r.kind != kindAsk {
		return holds(r.index < int(r.header.count), "a part behind the last")
	}
	some := false
	for i := range 8 * len(r.body) {
		if r.body[i/8]>>(i%8)&1 == 1 {
			if i >= int(r.header.count) {
				return "it asks for a part behind the last"
			}
			some = true
		}
	}
	return holds(some, "it asks for nothing")
}

func (r *Reading) partWhole() string {
	if r.kind == kindAsk {
		return holds(len(r.body) == (int(r.header.count)+7)/8, "an ask of another length")
	}
	if r.header.count == 0 || r.index >= int(r.header.count) {
		return "a part that the message has not"
	}
	from, to := r.header.part(r.index)
	return holds(len(r.body) == to-from, "a part of another length")
}

func (r *Reading) atHand() string {
	if r.kind != kindAsk {
		return ""
	}
	i := slices.IndexFunc(r.link.sent, func(m message) bool { return m.header == r.header })
	if i < 0 {
		return "a message that was not sent, or is not kept any more"
	}
	r.asked = r.link.sent[i]
	return ""
}

func (r *Reading) tag() string {
	return holds(tagOf(r.message) == r.header.tag, "the parts do not make the message that they name")
}
