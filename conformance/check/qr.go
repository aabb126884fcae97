package check

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/bits"

	gomegatypes "github.com/onsi/gomega/types"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/qr"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// scan hands the unit's reader one text.
func (u *Unit) scan(text string) adapter.Answer { return u.do(adapter.ReadText{Text: text}) }

// shown is how many texts of an object a reader has to have it from: INT-15.
const shown = 128

// show asks the unit for the first texts that it shows of an object, as a
// control.
func (u *Unit) show(object []byte) []string {
	texts := u.t.Control(u.do(adapter.ShowTexts{Message: object, Texts: shown}), "show the texts of an object").Texts
	if len(texts) != shown {
		u.t.Inconclusive("positive control: as many texts as were asked for", fmt.Sprint(len(texts)))
	}
	return texts
}

// give matches the answer to a text that gives an object; nil for none yet.
func give(object []byte) gomegatypes.GomegaMatcher { return gives{object} }

type gives struct{ object []byte }

func (m gives) Match(actual any) (bool, error) {
	a, ok := actual.(adapter.Answer)
	if !ok {
		return false, fmt.Errorf("give matches an adapter.Answer, not a %T", actual)
	}
	return a.Done != nil && bytes.Equal(a.Done.Message, m.object), nil
}

func (m gives) FailureMessage(actual any) string {
	a := actual.(adapter.Answer)
	saw := Describe(a)
	switch {
	case a.Done != nil && len(a.Done.Message) == 0:
		saw = "no object"
	case a.Done != nil:
		saw = fmt.Sprintf("an object of %d bytes", len(a.Done.Message))
	}
	if m.object == nil {
		return "expected no object yet; observed: " + saw
	}
	return fmt.Sprintf("expected the object of %d bytes; observed: %s", len(m.object), saw)
}

func (m gives) NegatedFailureMessage(any) string {
	return fmt.Sprintf("expected anything but the object of %d bytes", len(m.object))
}

// letter is a short object, another each time: a CERT_GET of three names.
func (k *Kit) letter() []byte {
	ids := make([]wire.ID, 3)
	for i := range ids {
		k.read(ids[i][:])
	}
	return wire.Item{Type: wire.TypeCertGet, IDs: ids}.Encode()
}

// list is a list of signed objects of n bytes or more, another each time. Lists
// of one n have one length.
func (k *Kit) list(n int) []byte {
	var objects [][]byte
	for have := 0; have < n; have += len(objects[len(objects)-1]) {
		body := wire.Peer{Version: wire.V1, Realm: k.t.env.realm.Place.Realm, Suite: k.Key.Public().Suite(), Nonce: k.nonce(), Cert: k.Cert.ID}
		objects = append(objects, k.Sign(wire.TypePeer, body.Encode()).Encode())
	}
	return bytes.Join(append([][]byte{wire.AppendArray(nil, len(objects))}, objects...), nil)
}

// single is the one text of what may be no object.
func (t *T) single(b []byte) string {
	text, err := qr.Text(b)
	if err != nil {
		t.harness("one text: " + err.Error())
	}
	return text
}

// A row is an object in frames, and what a reader has been handed of it.
type row struct {
	t      *T
	object []byte
	made   qr.Frames
	known  span
}

// row cuts an object into so many blocks, or as few fewer as its length asks.
func (t *T) row(object []byte, blocks int) *row {
	made, err := qr.Split(object, (len(object)+blocks-1)/blocks)
	if err != nil {
		t.harness("frames: " + err.Error())
	}
	return &row{t: t, object: object, made: made}
}

// show hands a reader the frame of a number and holds it to giving the object
// with the k-th independent frame, and not before. It says whether that was it.
func (r *row) show(u *Unit, id spec.ID, message string, seq uint32) (whole bool) {
	r.known.add(r.frame(seq).Mask())
	var want []byte
	if whole = len(r.known) == r.made.Blocks(); whole {
		want, r.known = r.object, nil
	}
	r.t.For(id, message).Expect(u.scan(r.made.Text(seq))).To(give(want), fmt.Sprintf("frame %d of %d blocks", seq, r.made.Blocks()))
	return whole
}

// all shows frames by their numbers.
func (r *row) all(u *Unit, id spec.ID, message string, seqs ...uint32) {
	for _, seq := range seqs {
		r.show(u, id, message, seq)
	}
}

// blocks are the numbers of the frames that are the blocks themselves.
func (r *row) blocks() (seqs []uint32) {
	for seq := range uint32(r.made.Blocks()) {
		seqs = append(seqs, seq)
	}
	return seqs
}

// frame is a frame as its bytes say it.
func (r *row) frame(seq uint32) qr.Frame {
	f, err := qr.ParseFrame(r.made.Text(seq))
	if err != nil {
		r.t.harness("frames: " + err.Error())
	}
	f.Block = bytes.Clone(f.Block)
	return f
}

// raw is the text of a frame whose bytes are changed.
func raw(f qr.Frame, change func([]byte) []byte) string {
	b := binary.BigEndian.AppendUint32([]byte{1}, f.Length)
	b = binary.BigEndian.AppendUint16(b, uint16(f.Blocks))
	b = binary.BigEndian.AppendUint16(b, uint16(f.Size))
	b = append(binary.BigEndian.AppendUint32(append(b, f.Tag[:]...), f.Seq), f.Block...)
	if change != nil {
		b = change(b)
	}
	return qr.FramePrefix + qr.Encode45(b)
}

// A span has the masks of independent frames. None has the highest bit of one
// before it.
type span []uint64

// add takes a mask, unless it follows from those that are there.
func (s *span) add(mask uint64) {
	for _, known := range *s {
		if mask>>(bits.Len64(known)-1)&1 == 1 {
			mask ^= known
		}
	}
	if mask != 0 {
		*s = append(*s, mask)
	}
}
