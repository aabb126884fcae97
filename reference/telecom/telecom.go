// Package telecom carries messages in small frames over a network that delays,
// loses, repeats and reorders them: the chapter telecom.md. What a message says
// is none of its business; it reads no clock, and sends nothing by itself.
package telecom

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
)

// The bounds of the chapter.
const (
	MinFrame    = 44     // bytes of an ask for MaxCount parts, the longest
	MaxFrame    = 1024   // bytes of a frame
	MaxMessage  = 24_576 // bytes of a message
	MaxCount    = 255    // parts of a message
	MaxMessages = 4      // of which frames, or the whole after sending, are kept
	Overhead    = 13     // bytes of a part's frame that are not the part

	// SMS is what one short message carries in 8-bit data (3GPP TS 23.040,
	// 9.2.3.24), USSD what one string does (3GPP TS 23.038, 6.1.2.3: 182 characters
	// of seven bits).
	SMS  = 140
	USSD = 160
)

// The first byte of a frame: the version in its upper half, then the kind.
const (
	version  = 1 << 4
	kindPart = version | 1
	kindAsk  = version | 2

	headerSize = 1 + 4 + 2 + 1 // kind, tag, length, count
	checkSize  = 4
	minSize    = headerSize + 1 + checkSize
)

// context separates the check of a frame from every other digest.
const context = "assay/1/telecom"

// A tag is what begins the SHA-256 of the message that a frame is of.
type tag [4]byte

func tagOf(message []byte) tag {
	digest := sha256.Sum256(message)
	return tag(digest[:4])
}

// A header is what all frames of one message have in common.
type header struct {
	tag    tag
	length uint16 // of the message
	count  uint8  // of its parts
}

// size is how many bytes each part has but the last; count is not 0.
func (h header) size() int { return (int(h.length) + int(h.count) - 1) / int(h.count) }

// part is where the part of an index lies in the message.
func (h header) part(index int) (from, to int) {
	return index * h.size(), min((index+1)*h.size(), int(h.length))
}

// A message is one that was sent, kept for whoever asks for a part of it again.
type message struct {
	header
	bytes []byte
}

// A Link is one end of a link: it cuts messages into frames and makes messages of
// frames. It is not safe for concurrent use.
type Link struct {
	frame int // bytes of a frame at most
	rules []Rule
	sets  []*set    // unfinished messages; the one that grew last is last
	given []header  // messages given, the latest last
	sent  []message // messages cut, the latest last
}

// NewLink returns an end of a link whose frames have at most frame bytes, with
// the given rules, [StandardRules] as a rule.
func NewLink(frame int, rules []Rule) (*Link, error) {
	if frame < MinFrame || frame > MaxFrame {
		return nil, fmt.Errorf("telecom: a frame has %d to %d bytes at most, not %d", MinFrame, MaxFrame, frame)
	}
	return &Link{frame: frame, rules: rules}, nil
}

// Count is how many frames of at most frame bytes carry a message of n bytes.
func Count(n, frame int) int { return (n + frame - Overhead - 1) / (frame - Overhead) }

// Frames cuts a message into as few frames as carry it, in the order of their
// parts, and keeps the message for whoever misses some.
func (l *Link) Frames(b []byte) ([][]byte, error) {
	if len(b) == 0 || len(b) > MaxMessage {
		return nil, fmt.Errorf("telecom: a message has 1 to %d bytes, not %d", MaxMessage, len(b))
	}
	return l.Parts(b, Count(len(b), l.frame))
}

// Parts cuts a message into count frames, as many as it can be cut into.
func (l *Link) Parts(b []byte, count int) ([][]byte, error) {
	h := header{tag: tagOf(b), length: uint16(len(b)), count: uint8(count)}
	if len(b) == 0 || len(b) > MaxMessage || count < 1 || count > MaxCount || !h.fits() || h.size()+Overhead > l.frame {
		return nil, fmt.Errorf("telecom: %d bytes cannot be cut into %d frames of at most %d; take another carrier", len(b), count, l.frame)
	}
	m := message{h, bytes.Clone(b)}
	l.sent = slices.DeleteFunc(l.sent, func(s message) bool { return s.header == h })
	l.sent = append(l.sent[max(0, len(l.sent)-MaxMessages+1):], m)
	frames := make([][]byte, count)
	for i := range frames {
		frames[i] = m.frame(i)
	}
	return frames, nil
}

// fits reports whether no part of a message in count parts is empty.
func (h header) fits() bool { return (int(h.count)-1)*h.size() < int(h.length) }

// frame is the frame of a part.
func (m message) frame(index int) []byte {
	from, to := m.part(index)
	b := append(m.put(kindPart), byte(index))
	return Checked(append(b, m.bytes[from:to]...))
}

func (h header) put(kind byte) []byte {
	b := append([]byte{kind}, h.tag[:]...)
	return append(binary.BigEndian.AppendUint16(b, h.length), h.count)
}

// Checked puts the check behind the bytes of a frame.
func Checked(b []byte) []byte {
	digest := sha256.Sum256(append([]byte(context), b...))
	return append(b, digest[:checkSize]...)
}
