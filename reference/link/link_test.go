package link

import (
	"bytes"
	"crypto/ecdh"
	stdhpke "crypto/hpke"
	"math/rand/v2"
	"testing"

	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// session is both ends of a link after the payee's first message.
type session struct {
	payer, payee *Link
	first        wire.Item // as the payer opened it
	hello, m2    []byte
	ephemeral    *Ephemeral
}

var firstItem = wire.Item{Type: wire.TypePayReq, Object: []byte("a request")}

func newSession(t *testing.T, seed byte) session {
	t.Helper()
	random := rand.NewChaCha8([32]byte{seed})
	e, err := NewEphemeral(random)
	if err != nil {
		t.Fatal(err)
	}
	s := session{hello: []byte("HELLO"), ephemeral: e}
	if s.payee, err = NewPayee(random, s.hello, []byte("CAPS"), e.Public()); err != nil {
		t.Fatal(err)
	}
	s.m2 = s.payee.Send(firstItem)
	opening, err := wire.DecodeOpening(s.m2)
	if err != nil {
		t.Fatal(err)
	}
	if s.payer, s.first, err = NewPayer(e, s.hello, opening); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestBothDirectionsCarryItemsInBlocksOf64(t *testing.T) {
	s := newSession(t, 1)
	if s.first.Type != wire.TypePayReq || string(s.first.Object) != "a request" {
		t.Errorf("payer opened %+v", s.first)
	}
	if s.payer.Transcript() != s.payee.Transcript() {
		t.Error("transcript hashes differ")
	}
	for n := range 3 {
		sent := wire.Item{Type: wire.TypeReceipt, Object: bytes.Repeat([]byte{7}, 60*n)}
		for _, way := range []struct{ from, to *Link }{{s.payer, s.payee}, {s.payee, s.payer}} {
			frame := way.from.Send(sent)
			got, reaction, err := way.to.Receive(frame)
			if reaction != Deliver || err != nil || !bytes.Equal(got.Object, sent.Object) {
				t.Errorf("frame %d: %v, %v, %x", n, reaction, err, got.Object)
			}
			f, err := wire.DecodeFrame(frame)
			if err != nil || len(f.Ciphertext)%64 != 16 {
				t.Errorf("ciphertext of %d bytes, %v; want a multiple of 64 and a tag of 16", len(f.Ciphertext), err)
			}
		}
	}
}

func TestOneSeedGivesTheSameBytes(t *testing.T) {
	if a, b := newSession(t, 2), newSession(t, 2); !bytes.Equal(a.m2, b.m2) {
		t.Error("M2 differs between two runs of one seed")
	}
	if a, b := newSession(t, 2), newSession(t, 3); bytes.Equal(a.m2, b.m2) {
		t.Error("M2 is the same for two seeds")
	}
}

// The standard library takes no randomness for a sender, but opens what circl
// sealed and exports the same secrets.
func TestStandardLibraryOpensTheFirstMessage(t *testing.T) {
	s := newSession(t, 4)
	opening, err := wire.DecodeOpening(s.m2)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := s.ephemeral.private.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	key, err := stdhpke.DHKEM(ecdh.X25519()).NewPrivateKey(encoded)
	if err != nil {
		t.Fatal(err)
	}
	recipient, err := stdhpke.NewRecipient(opening.Enc, key, stdhpke.HKDFSHA256(), stdhpke.AES256GCM(),
		linkInfo(s.hello, opening.Caps))
	if err != nil {
		t.Fatal(err)
	}
	th := wire.TranscriptHash(s.hello, opening.Caps, opening.Enc)
	padded, err := recipient.Open(th[:], opening.Ciphertext)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := unpad(padded)
	if err != nil || !bytes.Equal(plain, firstItem.Encode()) {
		t.Errorf("plaintext %x, %v; want %x", plain, err, firstItem.Encode())
	}
	nonce, err := recipient.Export("assay/1/link c2p nonce", 12)
	if err != nil || !bytes.Equal(nonce, s.payee.in.(*gcm).base) {
		t.Errorf("exported nonce %x, %v; want %x", nonce, err, s.payee.in.(*gcm).base)
	}
}

func TestFrameThatComesAgainIsAnsweredWithTheLastOne(t *testing.T) {
	s := newSession(t, 5)
	frame := s.payer.Send(wire.Item{Type: wire.TypeTransfer, Object: []byte("t")})
	if _, got, _ := s.payee.Receive(frame); got != Deliver {
		t.Fatalf("first time: %v", got)
	}
	answer := s.payee.Send(wire.Item{Type: wire.TypeReceipt, Object: []byte("r")})
	if _, got, err := s.payee.Receive(frame); got != Repeat || err != nil {
		t.Errorf("second time: %v, %v; want Repeat", got, err)
	}
	if !bytes.Equal(s.payee.Last(), answer) {
		t.Error("last frame is not the answer")
	}
	if _, got, _ := s.payer.Receive(answer); got != Deliver {
		t.Errorf("answer: %v", got)
	}
}

func TestFrameAheadIsDropped(t *testing.T) {
	s := newSession(t, 6)
	first := s.payer.Send(wire.Item{Type: wire.TypeReceipt, Object: []byte("1")})
	second := s.payer.Send(wire.Item{Type: wire.TypeReceipt, Object: []byte("2")})
	if _, got, err := s.payee.Receive(second); got != Drop || err != nil {
		t.Errorf("frame ahead: %v, %v; want Drop", got, err)
	}
	for n, frame := range [][]byte{first, second} {
		if _, got, _ := s.payee.Receive(frame); got != Deliver {
			t.Errorf("frame %d in order: %v", n, got)
		}
	}
}

func TestEightBrokenFramesEndTheSession(t *testing.T) {
	s := newSession(t, 7)
	good := s.payer.Send(wire.Item{Type: wire.TypeReceipt, Object: []byte("good")})
	bad := bytes.Clone(good)
	bad[len(bad)-1] ^= 1
	for n := 1; n < maxFailures; n++ {
		if _, got, err := s.payee.Receive(bad); got != Drop || err != nil {
			t.Errorf("broken frame %d: %v, %v; want Drop", n, got, err)
		}
	}
	if _, got, _ := s.payee.Receive([]byte{0xff}); got != End {
		t.Errorf("last broken frame: %v; want End", got)
	}
	if _, got, _ := s.payee.Receive(good); got != End {
		t.Errorf("good frame after the end: %v; want End", got)
	}
}

func TestBrokenFrameLeavesTheGoodOneValid(t *testing.T) {
	s := newSession(t, 8)
	good := s.payee.Send(wire.Item{Type: wire.TypeReceipt, Object: []byte("good")})
	for bit := range 8 {
		bad := bytes.Clone(good)
		bad[len(bad)/2+bit] ^= 1
		if _, got, _ := s.payer.Receive(bad); got == Deliver {
			t.Fatalf("altered frame delivered")
		}
		if s.payer.failures == maxFailures-1 {
			break
		}
	}
	if _, got, err := s.payer.Receive(good); got != Deliver || err != nil {
		t.Errorf("good frame: %v, %v", got, err)
	}
}

func TestFirstMessageIsBoundToTheTranscript(t *testing.T) {
	s := newSession(t, 9)
	opening, err := wire.DecodeOpening(s.m2)
	if err != nil {
		t.Fatal(err)
	}
	for name, alter := range map[string]func(*wire.Opening) []byte{
		"HELLO": func(*wire.Opening) []byte { return []byte("HELLP") },
		"CAPS":  func(o *wire.Opening) []byte { o.Caps = []byte("CAPT"); return s.hello },
		"enc":   func(o *wire.Opening) []byte { o.Enc = append([]byte{o.Enc[0] ^ 1}, o.Enc[1:]...); return s.hello },
		"zero":  func(o *wire.Opening) []byte { o.Enc = make([]byte, 32); return s.hello },
		"short": func(o *wire.Opening) []byte { o.Enc = o.Enc[:31]; return s.hello },
	} {
		altered := opening
		hello := alter(&altered)
		_, _, err := NewPayer(s.ephemeral, hello, altered)
		if code, _ := wire.CodeOf(err); code != spec.ELink {
			t.Errorf("%s altered: %v; want 140", name, err)
		}
	}
	for _, key := range [][]byte{nil, make([]byte, 31), make([]byte, 32)} {
		_, err := NewPayee(rand.NewChaCha8([32]byte{}), s.hello, nil, key)
		if code, _ := wire.CodeOf(err); code != spec.ELink {
			t.Errorf("ephemeral key %x: %v; want 140", key, err)
		}
	}
}

func TestOnlyOnePaddingIsTaken(t *testing.T) {
	for n := range 130 {
		plain := bytes.Repeat([]byte{0x80}, n)
		padded := pad(plain)
		if len(padded)%64 != 0 || len(padded)-n > 64 {
			t.Errorf("%d bytes padded to %d", n, len(padded))
		}
		if got, err := unpad(padded); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%d bytes: %x, %v", n, got, err)
		}
		if _, err := unpad(append(padded, make([]byte, 64)...)); err == nil {
			t.Errorf("%d bytes: a block too much taken", n)
		}
	}
	for _, b := range [][]byte{nil, make([]byte, 64), bytes.Repeat([]byte{1}, 64), {0x80}} {
		if _, err := unpad(b); err == nil {
			t.Errorf("padding %x taken", b)
		}
	}
}

func TestSelection(t *testing.T) {
	x := []wire.KEM{wire.KEMX25519}
	for _, tt := range []struct {
		a, b Offer
		want Choice
		code spec.Code
	}{
		{a: Offer{[]uint64{1}, []suite.Suite{1, 2, 5}, x}, b: Offer{[]uint64{1}, []suite.Suite{1, 2}, x},
			want: Choice{1, suite.Ed25519, wire.KEMX25519}},
		{a: Offer{[]uint64{1, 2}, []suite.Suite{3, 5, 900}, x}, b: Offer{[]uint64{1, 2, 3}, []suite.Suite{3, 900}, x},
			want: Choice{1, suite.MLDSA44, wire.KEMX25519}},
		{a: Offer{[]uint64{9}, []suite.Suite{1}, x}, b: Offer{[]uint64{1, 9}, []suite.Suite{1}, x}, code: spec.ENocommon},
		{a: Offer{[]uint64{1}, []suite.Suite{1}, x}, b: Offer{[]uint64{1}, []suite.Suite{5}, x}, code: spec.ENocommon},
		{a: Offer{[]uint64{1}, []suite.Suite{1}, []wire.KEM{0x647a}}, b: Offer{[]uint64{1}, []suite.Suite{1}, []wire.KEM{0x20, 0x647a}},
			want: Choice{1, suite.Ed25519, wire.KEMXWing}},
		{a: Offer{[]uint64{1}, []suite.Suite{1}, []wire.KEM{0x10, 0x20}}, b: Offer{[]uint64{1}, []suite.Suite{1}, []wire.KEM{0x10, 0x20, 0x999}},
			want: Choice{1, suite.Ed25519, wire.KEMX25519}},
		{a: Offer{[]uint64{1}, []suite.Suite{1}, []wire.KEM{0x10}}, b: Offer{[]uint64{1}, []suite.Suite{1}, []wire.KEM{0x20}}, code: spec.ENocommon},
		{a: Offer{[]uint64{1}, []suite.Suite{1}, []wire.KEM{0x999}}, b: Offer{[]uint64{1}, []suite.Suite{1}, []wire.KEM{0x999}}, code: spec.ENocommon},
	} {
		got, err := Choose(tt.a, tt.b)
		if code, _ := wire.CodeOf(err); got != tt.want || code != tt.code {
			t.Errorf("Choose(%v, %v) = %v, %v; want %v, %d", tt.a, tt.b, got, err, tt.want, tt.code)
		}
	}
}

func TestLowerChoiceIsADowngrade(t *testing.T) {
	hello := wire.Hello{Versions: []uint64{1}, Suites: []suite.Suite{1, 5}, KEMs: []wire.KEM{32}, KEM: 32}
	caps := wire.Caps{Version: 1, Versions: []uint64{1}, Suites: []suite.Suite{1, 5}, KEMs: []wire.KEM{32}, KEM: 32, Suite: 5}
	if err := CheckCaps(hello, caps); err != nil {
		t.Errorf("highest choice: %v", err)
	}
	caps.Suite = 1
	if code, _ := wire.CodeOf(CheckCaps(hello, caps)); code != spec.EDowngrade {
		t.Errorf("lower suite chosen: %d; want 113", code)
	}
	certified := []suite.Suite{1, 5}
	if code, _ := wire.CodeOf(CheckCertified(1, hello.Suites, certified)); code != spec.EDowngrade {
		t.Errorf("lower than certified: %d; want 113", code)
	}
	if err := CheckCertified(1, hello.Suites, certified, []suite.Suite{1, 2}); err != nil {
		t.Errorf("highest that the policy allows: %v", err)
	}
	hello.KEM = 16
	if _, err := Answer(hello, Offer{[]uint64{1}, hello.Suites, hello.KEMs}); err == nil {
		t.Error("ephemeral key of another KEM taken")
	}
}
