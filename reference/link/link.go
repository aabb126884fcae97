// Package link is the encrypted link of the payment chapter: HPKE from the
// payee to the payer's ephemeral key, an exported key back, and the rules for
// frames that come twice, too early or broken.
//
// It authenticates nobody. A device key does that, by signing the transcript
// hash inside the link.
package link

import (
	"io"

	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/cloudflare/circl/kem"
)

// maxFailures is the number of frames that do not open after which a session
// ends.
const maxFailures = 8

// An Ephemeral is the payer's KEM key of one session.
type Ephemeral struct {
	kem     wire.KEM
	private kem.PrivateKey
	public  []byte
}

// NewEphemeral is [NewEphemeralFor] X25519.
func NewEphemeral(random io.Reader) (*Ephemeral, error) {
	return NewEphemeralFor(wire.KEMX25519, random)
}

// NewEphemeralFor draws 32 bytes, the ikm of DeriveKeyPair: that of RFC 9180, or
// with X-Wing that of its draft. The error is the reader's,
// or a [*wire.Error] with 111 for a KEM that is none of [KEMs].
func NewEphemeralFor(number wire.KEM, random io.Reader) (*Ephemeral, error) {
	k, known := hpkeKEM(number)
	if !known {
		return nil, &wire.Error{Code: spec.ENocommon, Key: 43, What: "no such KEM"}
	}
	scheme := k.Scheme()
	seed := make([]byte, scheme.SeedSize())
	if _, err := io.ReadFull(random, seed); err != nil {
		return nil, err
	}
	public, private := scheme.DeriveKeyPair(seed)
	encoded, err := public.MarshalBinary()
	if err != nil {
		return nil, err
	}
	return &Ephemeral{number, private, encoded}, nil
}

// KEM returns what the key is for, key 43 of HELLO.
func (e *Ephemeral) KEM() wire.KEM { return e.kem }

// Public returns the encoded public key, key 44 of HELLO.
func (e *Ephemeral) Public() []byte { return e.public }

// A Link is one end of a session. It is not safe for concurrent use.
type Link struct {
	transcript wire.ID
	out        sealer
	in         opener
	caps, enc  []byte // the payee's, for its first message; nil at the payer
	sent       uint64 // own frames
	received   uint64 // the peer's frames
	failures   int
	last       []byte // own last frame
}

// A sealer seals the frames of one direction, an opener opens them.
type (
	sealer interface {
		seal(seq uint64, plaintext, aad []byte) []byte
	}
	opener interface {
		open(seq uint64, ciphertext, aad []byte) ([]byte, bool)
	}
)

func linkInfo(hello, caps []byte) []byte {
	b := wire.AppendText(wire.AppendArray(nil, 3), "assay/1/link")
	return wire.AppendBytes(wire.AppendBytes(b, hello), caps)
}

// NewPayee is [NewPayeeFor] X25519.
func NewPayee(random io.Reader, hello, caps, kemKey []byte) (*Link, error) {
	return NewPayeeFor(wire.KEMX25519, random, hello, caps, kemKey)
}

// NewPayeeFor answers an encoded HELLO, which carries kemKey of the KEM, with an
// encoded CAPS; it draws 32 bytes, and 64 with X-Wing. The error is a
// [*wire.Error] with 140 for a key that is not one, else the reader's.
func NewPayeeFor(number wire.KEM, random io.Reader, hello, caps, kemKey []byte) (*Link, error) {
	k, known := hpkeKEM(number)
	if !known || zeroAgreement(number, kemKey) {
		return nil, broken("ephemeral key")
	}
	public, err := k.Scheme().UnmarshalBinaryPublicKey(kemKey)
	if err != nil {
		return nil, broken("ephemeral key")
	}
	sender, err := hpkeSuite(k).NewSender(public, linkInfo(hello, caps))
	if err != nil {
		return nil, broken("ephemeral key")
	}
	drawn := &firstError{reader: random}
	enc, context, err := sender.Setup(drawn)
	if drawn.err != nil {
		return nil, drawn.err
	}
	if err != nil {
		return nil, broken("ephemeral key")
	}
	toPayee, err := exported(context)
	if err != nil {
		return nil, err
	}
	return &Link{
		transcript: wire.TranscriptHash(hello, caps, enc),
		out:        hpkeSealer{context}, in: toPayee, caps: caps, enc: enc,
	}, nil
}

// firstError tells a reader that fails from a key that does.
type firstError struct {
	reader io.Reader
	err    error
}

func (f *firstError) Read(p []byte) (int, error) {
	n, err := f.reader.Read(p)
	if err != nil && f.err == nil {
		f.err = err
	}
	return n, err
}

// NewPayer opens the payee's first message. The error is a [*wire.Error]: 140
// when it does not open, 107 for padding, or that of the item.
func NewPayer(e *Ephemeral, hello []byte, m wire.Opening) (*Link, wire.Item, error) {
	k, _ := hpkeKEM(e.kem)
	if zeroAgreement(e.kem, m.Enc) {
		return nil, wire.Item{}, broken("encapsulated key")
	}
	receiver, err := hpkeSuite(k).NewReceiver(e.private, linkInfo(hello, m.Caps))
	if err != nil {
		return nil, wire.Item{}, broken("ephemeral key")
	}
	context, err := receiver.Setup(m.Enc)
	if err != nil {
		return nil, wire.Item{}, broken("encapsulated key")
	}
	toPayee, err := exported(context)
	if err != nil {
		return nil, wire.Item{}, err
	}
	l := &Link{
		transcript: wire.TranscriptHash(hello, m.Caps, m.Enc),
		out:        toPayee, in: hpkeOpener{context},
	}
	item, err := l.open(m.Ciphertext)
	if err != nil {
		return nil, wire.Item{}, err
	}
	return l, item, nil
}

func broken(what string) error {
	return &wire.Error{Code: spec.ELink, Key: wire.NoKey, What: what}
}

// Transcript returns the transcript hash of the session.
func (l *Link) Transcript() wire.ID { return l.transcript }

// Last returns the last frame sent, nil before the first.
func (l *Link) Last() []byte { return l.last }

// Send seals an item into the next frame, of the payee's the first with CAPS and
// the encapsulated key.
func (l *Link) Send(item wire.Item) []byte {
	ciphertext := l.out.seal(l.sent, pad(item.Encode()), l.transcript[:])
	l.last = wire.Frame{Seq: l.sent, Ciphertext: ciphertext}.Encode()
	if l.enc != nil && l.sent == 0 {
		l.last = wire.Opening{Caps: l.caps, Enc: l.enc, Ciphertext: ciphertext}.Encode()
	}
	l.sent++
	return l.last
}

// A Reaction is what a frame calls for.
type Reaction int

const (
	Deliver Reaction = iota // process the item
	Repeat                  // send Last again and process nothing
	Drop                    // do nothing
	End                     // the session is over (140)
)

// Receive takes a frame. With Deliver comes its item, or, when the frame opened
// and holds no item, a [*wire.Error]; with every other reaction neither.
func (l *Link) Receive(frame []byte) (wire.Item, Reaction, error) {
	if l.failures >= maxFailures {
		return wire.Item{}, End, nil
	}
	f, err := wire.DecodeFrame(frame)
	switch {
	case err != nil:
		return wire.Item{}, l.failed(), nil
	case f.Seq < l.received:
		return wire.Item{}, Repeat, nil
	case f.Seq > l.received:
		return wire.Item{}, Drop, nil
	}
	before := l.received
	item, err := l.open(f.Ciphertext)
	if l.received == before {
		return wire.Item{}, l.failed(), nil
	}
	return item, Deliver, err
}

// failed counts a frame that does not open.
func (l *Link) failed() Reaction {
	l.failures++
	if l.failures >= maxFailures {
		return End
	}
	return Drop
}

// open reads the next ciphertext of the peer, and counts it as received once it
// is authentic, whatever it holds.
func (l *Link) open(ciphertext []byte) (wire.Item, error) {
	padded, ok := l.in.open(l.received, ciphertext, l.transcript[:])
	if !ok {
		return wire.Item{}, broken("does not open")
	}
	l.received++
	plaintext, err := unpad(padded)
	if err != nil {
		return wire.Item{}, err
	}
	return wire.DecodeItem(plaintext)
}
