package main

import (
	"bytes"
	"encoding/hex"

	"github.com/assay-cbdc/assay/reference/link"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/cloudflare/circl/hpke"
)

// A session is everything that a link is made from.
type session struct {
	ikm, eseed, helloNonce []byte
	hello, caps            []byte
}

// session returns the usual session of a world.
func (w *world) session() session {
	return w.sessionOf([]suite.Suite{w.number}, []suite.Suite{w.number}, w.number)
}

// sessionOf is a session in which the payer and the payee offer suites, and the
// payee chooses one.
func (w *world) sessionOf(payer, payee []suite.Suite, chosen suite.Suite) session {
	s := session{ikm: drawn("ikm", 32), eseed: drawn("eseed", 32), helloNonce: drawn("hello nonce", 16)}
	if w.kem == wire.KEMXWing {
		s.eseed = drawn("eseed", 64)
	}
	e, err := link.NewEphemeralFor(w.kem, bytes.NewReader(s.ikm))
	if err != nil {
		panic("gen: " + err.Error())
	}
	s.hello = wire.Hello{
		Version: wire.V1, Realm: w.auth.Place.Realm, Nonce: wire.Nonce(s.helloNonce), Flags: wire.HelloByValue, Versions: []uint64{1},
		Suites: payer, KEMs: []wire.KEM{w.kem}, KEM: w.kem, KEMKey: e.Public(),
		MTU: 2048,
	}.Encode()
	s.caps = wire.Caps{
		Version: wire.V1, Realm: w.auth.Place.Realm, Suite: chosen, Nonce: wire.Nonce(drawn("caps nonce", 16)), Flags: wire.HelloByValue,
		Versions: []uint64{1}, Suites: payee, KEMs: []wire.KEM{w.kem},
		KEM: w.kem, MTU: 2048,
	}.Encode()
	return s
}

func (s session) payee() *link.Link {
	hello, err := wire.DecodeHello(s.hello)
	if err != nil {
		panic("gen: " + err.Error())
	}
	l, err := link.NewPayeeFor(hello.KEM, bytes.NewReader(s.eseed), s.hello, s.caps, hello.KEMKey)
	if err != nil {
		panic("gen: " + err.Error())
	}
	return l
}

func (s session) transcript() wire.ID { return s.payee().Transcript() }

// m2 seals an item as the payee's first message.
func (s session) m2(item wire.Item) []byte { return s.payee().Send(item) }

func (s session) input() map[string][]byte {
	return map[string][]byte{"ikm": s.ikm, "eseed": s.eseed, "hello": s.hello, "caps": s.caps}
}

func linkVectors() *file {
	f := newFile("link", "HELLO, CAPS, the link and its frames, from published seeds: ikm is that of DeriveKeyPair (RFC 9180) of the payer's key in HELLO, eseed that of the payee's ephemeral key.")
	f.note("Negotiation", "The offer or the choice is not what the rule gives.", "A relay that shortens a list has both sides use the weakest suite they know.")
	f.note("Link", "A sealed frame was altered.", "An altered frame that is taken changes what the devices believe was agreed.")
	f.note("Padding", "The padding is not the one that the rule gives.", "Padding that may vary is a channel, and two frames for one item.")
	w := classical(f)
	s, first := linkSession(f, w, 1)
	linkOffers(f)
	linkFrames(f, w, s, first)
	return f
}

// linkSession adds a whole session as number n, and returns it with its first
// item.
func linkSession(f *file, w *world, n int) (session, wire.Item) {
	s := w.session()
	in := s.input()
	payReq, _ := w.request(s)
	receipt := w.signedBy("payee", wire.TypeReceipt, w.receipt(wire.ReceiptAccepted).Encode())
	in["pay_req"], in["transfer"], in["receipt"] = payReq, w.signedTransfer(), receipt
	payee := s.payee()
	m2 := payee.Send(wire.Item{Type: wire.TypePayReq, Object: payReq})
	e, _ := link.NewEphemeralFor(w.kem, bytes.NewReader(s.ikm))
	opening, _ := wire.DecodeOpening(m2)
	payer, first, err := link.NewPayer(e, s.hello, opening)
	if err != nil {
		panic("gen: " + err.Error())
	}
	m3 := payer.Send(wire.Item{Type: wire.TypeTransfer, Object: in["transfer"], Certs: [][]byte{w.payer.Raw}})
	if _, reaction, err := payee.Receive(m3); reaction != link.Deliver || err != nil {
		panic("gen: M3 does not open")
	}
	th := s.transcript()
	f.valid(positive{
		n: n, requirement: spec.CRY07, kind: "session", comment: "a whole session: M2, M3 and M4, byte for byte",
		uses: map[string]string{"certificate": "payer"}, input: in,
		values: map[string]string{
			"m2": hex.EncodeToString(m2), "m3": hex.EncodeToString(m3), "transcript": hexID(th),
			"m4":         hex.EncodeToString(payee.Send(wire.Item{Type: wire.TypeReceipt, Object: receipt})),
			"first_item": hex.EncodeToString(first.Encode()),
		},
	})
	return s, first
}

// linkOffers are offers and choices that are wrong.
func linkOffers(f *file) {
	caps := func(e edit) change { return raw("input.caps", func(b []byte) []byte { c, _ := e(b); return c }) }
	hello := func(e edit) change { return raw("input.hello", func(b []byte) []byte { c, _ := e(b); return c }) }
	list := func(n ...uint64) []byte {
		b := wire.AppendArray(nil, len(n))
		for _, x := range n {
			b = wire.AppendUint(b, x)
		}
		return b
	}
	no := []string{"Negotiation"}
	f.refused(
		negative{n: 2, twin: 1, requirement: spec.CRY08, code: spec.EDowngrade, flags: no, change: caps(number(4, 2)),
			comment: "CAPS chooses a suite that is not the highest of both lists; a payer that trusts the choice can be talked down"},
		negative{n: 3, twin: 1, requirement: spec.CRY06, code: spec.ENocommon, flags: no, change: caps(set(41, list(9))),
			comment: "the lists of suites have nothing in common"},
		negative{n: 4, twin: 1, requirement: spec.CRY06, code: spec.ENocommon, flags: no, change: hello(set(42, list(0x10))),
			comment: "the payer offers no KEM that the payee has"},
		negative{n: 5, twin: 1, requirement: spec.INT01, code: spec.ENocommon, flags: no, change: hello(set(40, list(9))),
			comment: "HELLO lists only an unknown version"},
		negative{n: 6, twin: 1, requirement: spec.ENC02, code: spec.EField, flags: no, change: hello(set(41, list(2, 1))),
			comment: "a list that does not ascend has two encodings"},
		negative{n: 7, twin: 1, requirement: spec.ENC02, code: spec.EField, flags: no, change: hello(number(160, 0)),
			comment: "member 160 is outside the members that may be ignored"},
		negative{n: 8, twin: 1, requirement: spec.ENC06, code: spec.EType, flags: no, change: caps(number(2, 0x10)),
			comment: "a HELLO where CAPS belongs"},
		negative{n: 9, twin: 1, requirement: spec.ENC02, code: spec.EField, flags: no, change: hello(number(22, 1)),
			comment: "an undefined flag in HELLO"},
	)
}

// linkFrames are M2s that the payer must open, or must not.
func linkFrames(f *file, w *world, s session, first wire.Item) {
	in := map[string][]byte{"ikm": s.ikm, "hello": s.hello, "m2": s.m2(first)}
	f.valid(positive{n: 20, requirement: spec.PVY02, kind: "frame", comment: "M2 opens", input: in,
		values: map[string]string{"item": hex.EncodeToString(first.Encode())}})
	greased, err := wire.DecodeCaps(s.caps)
	if err != nil {
		panic("gen: " + err.Error())
	}
	greased.Extra = []wire.Member{{Key: 129, Value: []byte{0x41, 0xff}}}
	g := s
	g.caps = greased.Encode()
	f.valid(positive{n: 21, requirement: spec.ENC02, kind: "frame",
		comment: "CAPS carries member 129, which is ignored and hashed into the transcript",
		input:   map[string][]byte{"ikm": s.ikm, "hello": s.hello, "m2": g.m2(first)},
		values:  map[string]string{"item": hex.EncodeToString(first.Encode())}})
	flip := func(at int) change {
		return raw("input.m2", func(b []byte) []byte { b[at] ^= 1; return b })
	}
	m2 := in["m2"]
	encAt := 1 + 2 + len(s.caps) + 2
	f.refused(
		negative{n: 22, twin: 20, requirement: spec.PVY02, code: spec.ELink, flags: []string{"Link"}, change: flip(len(m2) - 1),
			comment: "one bit of the tag"},
		negative{n: 23, twin: 20, requirement: spec.PVY02, code: spec.ELink, flags: []string{"Link"}, change: flip(len(m2) - 40),
			comment: "one bit of the ciphertext"},
		negative{n: 24, twin: 20, requirement: spec.PVY02, code: spec.ELink, flags: []string{"Link"}, change: flip(encAt + 3),
			comment: "one bit of the encapsulated key"},
		negative{n: 25, twin: 20, requirement: spec.CRY08, code: spec.ELink, flags: []string{"Link"}, change: flip(encAt - 4),
			comment: "one bit of CAPS, which the link is bound to though it is sent in clear"},
		negative{n: 26, twin: 20, requirement: spec.ENC02, code: spec.EMalformed, flags: []string{"Link"},
			change: raw("input.m2", trailing), comment: "a byte after the message"},
		negative{n: 27, twin: 20, requirement: spec.ENC01, code: spec.EPad, flags: []string{"Padding"},
			change:  resealed(s, first, func(b []byte) []byte { return append(b, make([]byte, 64)...) }),
			comment: "64 zeros too many in the padding; one that only strips zeros takes them"},
		negative{n: 28, twin: 20, requirement: spec.ENC01, code: spec.EPad, flags: []string{"Padding"},
			change: resealed(s, first, func(b []byte) []byte {
				b[bytes.LastIndexByte(b, 0x80)] = 0x81
				return b
			}), comment: "the item is ended by 81 in place of 80"},
	)
}

// resealed seals the first item with other padding, under the keys of the
// session.
func resealed(s session, item wire.Item, edit func(padded []byte) []byte) change {
	return raw("input.m2", func(b []byte) []byte {
		opening, err := wire.DecodeOpening(b)
		if err != nil {
			panic("gen: " + err.Error())
		}
		padded := append(item.Encode(), 0x80)
		padded = append(padded, make([]byte, (64-len(padded)%64)%64)...)
		opening.Ciphertext = s.seal(edit(padded))
		return opening.Encode()
	})
}

// seal is the payee's first HPKE message, of any plaintext.
func (s session) seal(plaintext []byte) []byte {
	hello, err := wire.DecodeHello(s.hello)
	if err != nil {
		panic("gen: " + err.Error())
	}
	kem := hpke.KEM(hello.KEM)
	public, err := kem.Scheme().UnmarshalBinaryPublicKey(hello.KEMKey)
	if err != nil {
		panic("gen: " + err.Error())
	}
	info := wire.AppendText(wire.AppendArray(nil, 3), "assay/1/link")
	info = wire.AppendBytes(wire.AppendBytes(info, s.hello), s.caps)
	sender, err := hpke.NewSuite(kem, hpke.KDF_HKDF_SHA256, hpke.AEAD_AES256GCM).NewSender(public, info)
	if err != nil {
		panic("gen: " + err.Error())
	}
	_, context, err := sender.Setup(bytes.NewReader(s.eseed))
	if err != nil {
		panic("gen: " + err.Error())
	}
	th := s.transcript()
	sealed, err := context.Seal(plaintext, th[:])
	if err != nil {
		panic("gen: " + err.Error())
	}
	return sealed
}
