package link

import (
	"bytes"
	"crypto/ecdh"
	stdhpke "crypto/hpke"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// oracles are the standard library's KEMs: an implementation of its own that
// opens what the package seals.
var oracles = map[wire.KEM]stdhpke.KEM{
	wire.KEMP256: stdhpke.DHKEM(ecdh.P256()), wire.KEMX25519: stdhpke.DHKEM(ecdh.X25519()),
	wire.KEMXWing: stdhpke.MLKEM768X25519(),
}

// sizes of kpk and enc, as the chapter has them.
var sizes = map[wire.KEM][2]int{wire.KEMP256: {65, 65}, wire.KEMX25519: {32, 32}, wire.KEMXWing: {1216, 1120}}

func sessionFor(t *testing.T, k wire.KEM, seed byte) session {
	t.Helper()
	random := rand.NewChaCha8([32]byte{seed})
	e, err := NewEphemeralFor(k, random)
	if err != nil {
		t.Fatal(err)
	}
	s := session{hello: []byte("HELLO"), ephemeral: e}
	if s.payee, err = NewPayeeFor(k, random, s.hello, []byte("CAPS"), e.Public()); err != nil {
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
	if e.KEM() != k || len(e.Public()) != sizes[k][0] || len(opening.Enc) != sizes[k][1] {
		t.Errorf("KEM %#x: key of %#x, %d and %d bytes; want %v", k, e.KEM(), len(e.Public()), len(opening.Enc), sizes[k])
	}
	return s
}

func TestEveryKEMCarriesASession(t *testing.T) {
	for _, k := range KEMs() {
		s := sessionFor(t, k, 1)
		item := wire.Item{Type: wire.TypeReceipt, Object: []byte("there and back")}
		for _, way := range []struct{ from, to *Link }{{s.payer, s.payee}, {s.payee, s.payer}} {
			if got, reaction, err := way.to.Receive(way.from.Send(item)); reaction != Deliver || err != nil || !bytes.Equal(got.Object, item.Object) {
				t.Errorf("KEM %#x: %v, %v, %x", k, reaction, err, got.Object)
			}
		}
		if again := sessionFor(t, k, 1); !bytes.Equal(again.m2, s.m2) {
			t.Errorf("KEM %#x: M2 differs between two runs of one seed", k)
		}
		if other := sessionFor(t, k, 2); bytes.Equal(other.m2, s.m2) {
			t.Errorf("KEM %#x: M2 is the same for two seeds", k)
		}
	}
}

func TestStandardLibraryOpensEveryKEM(t *testing.T) {
	for k, oracle := range oracles {
		s := sessionFor(t, k, 4)
		opening, err := wire.DecodeOpening(s.m2)
		if err != nil {
			t.Fatal(err)
		}
		encoded, err := s.ephemeral.private.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if oracle.ID() != uint16(k) {
			t.Errorf("KEM %#x: the library's is %#x", k, oracle.ID())
		}
		key, err := oracle.NewPrivateKey(encoded)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(key.PublicKey().Bytes(), s.ephemeral.Public()) {
			t.Errorf("KEM %#x: another public key", k)
		}
		recipient, err := stdhpke.NewRecipient(opening.Enc, key, stdhpke.HKDFSHA256(), stdhpke.AES256GCM(),
			linkInfo(s.hello, opening.Caps))
		if err != nil {
			t.Fatal(err)
		}
		th := wire.TranscriptHash(s.hello, opening.Caps, opening.Enc)
		padded, err := recipient.Open(th[:], opening.Ciphertext)
		if err != nil {
			t.Fatalf("KEM %#x: %v", k, err)
		}
		if plain, err := unpad(padded); err != nil || !bytes.Equal(plain, firstItem.Encode()) {
			t.Errorf("KEM %#x: plaintext %x, %v; want %x", k, plain, err, firstItem.Encode())
		}
		nonce, err := recipient.Export("assay/1/link c2p nonce", 12)
		if err != nil || !bytes.Equal(nonce, s.payee.in.(*gcm).base) {
			t.Errorf("KEM %#x: exported nonce %x, %v", k, nonce, err)
		}
	}
}

// smallOrders are encodings of the points of small order of Curve25519, RFC
// 7748's zero agreement among them, reduced and not.
var smallOrders = []string{
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000000",
	"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
	"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
}

// The library agrees on a zero half of X-Wing in both directions; the package
// does in neither.
func TestZeroAgreementEndsTheSession(t *testing.T) {
	s := sessionFor(t, wire.KEMXWing, 6)
	opening, err := wire.DecodeOpening(s.m2)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range smallOrders {
		point, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		key := append(bytes.Clone(s.ephemeral.Public()[:1184]), point...)
		_, err = NewPayeeFor(wire.KEMXWing, rand.NewChaCha8([32]byte{}), s.hello, nil, key)
		if code, _ := wire.CodeOf(err); code != spec.ELink {
			t.Errorf("payee, X-Wing key with %s: %v; want 140", text, err)
		}
		_, err = NewPayee(rand.NewChaCha8([32]byte{}), s.hello, nil, point)
		if code, _ := wire.CodeOf(err); code != spec.ELink {
			t.Errorf("payee, X25519 key %s: %v; want 140", text, err)
		}
		altered := opening
		altered.Enc = append(bytes.Clone(opening.Enc[:1088]), point...)
		if !zeroAgreement(wire.KEMXWing, altered.Enc) {
			t.Errorf("payer: %s is not found out before the ciphertext is tried", text)
		}
		_, _, err = NewPayer(s.ephemeral, s.hello, altered)
		if code, _ := wire.CodeOf(err); code != spec.ELink {
			t.Errorf("payer, X-Wing enc with %s: %v; want 140", text, err)
		}
	}
	for n := range 50 {
		e, err := NewEphemeralFor(wire.KEMXWing, rand.NewChaCha8([32]byte{byte(n), 1}))
		if err != nil || zeroAgreement(wire.KEMXWing, e.Public()) {
			t.Fatalf("a fresh key is taken for one of small order, %v", err)
		}
	}
}

func TestKeysThatAreNoneOfTheirKEM(t *testing.T) {
	for _, k := range KEMs() {
		s := sessionFor(t, k, 7)
		good := s.ephemeral.Public()
		opening, err := wire.DecodeOpening(s.m2)
		if err != nil {
			t.Fatal(err)
		}
		bad := map[string][]byte{"nothing": nil, "short": good[:len(good)-1], "long": append(bytes.Clone(good), 0),
			"zeros": make([]byte, len(good))}
		switch k {
		case wire.KEMP256:
			bad["off the curve"] = append(bytes.Clone(good[:64]), good[64]^1)
		case wire.KEMXWing:
			bad["not reduced"] = append(bytes.Repeat([]byte{0xff}, 1152), good[1152:]...)
		}
		for name, key := range bad {
			_, err := NewPayeeFor(k, rand.NewChaCha8([32]byte{}), s.hello, nil, key)
			if code, _ := wire.CodeOf(err); code != spec.ELink {
				t.Errorf("KEM %#x, key, %s: %v; want 140", k, name, err)
			}
		}
		for name, enc := range map[string][]byte{"nothing": nil, "short": opening.Enc[:len(opening.Enc)-1],
			"long": append(bytes.Clone(opening.Enc), 0), "zeros": make([]byte, len(opening.Enc)), "a bit": append([]byte{opening.Enc[0] ^ 1}, opening.Enc[1:]...)} {
			altered := opening
			altered.Enc = enc
			_, _, err := NewPayer(s.ephemeral, s.hello, altered)
			if code, _ := wire.CodeOf(err); code != spec.ELink {
				t.Errorf("KEM %#x, enc, %s: %v; want 140", k, name, err)
			}
		}
	}
	if _, err := NewEphemeralFor(0x7fff, rand.NewChaCha8([32]byte{})); err == nil {
		t.Error("a key of an unknown KEM")
	}
	if code, _ := wire.CodeOf(func() error { _, err := NewPayeeFor(0, nil, nil, nil, nil); return err }()); code != spec.ELink {
		t.Error("a link of an unknown KEM")
	}
}

// A reader that ends early is its own error, not the peer's.
func TestRandomnessThatEndsIsNoFaultOfThePeer(t *testing.T) {
	for _, k := range KEMs() {
		if _, err := NewEphemeralFor(k, bytes.NewReader(make([]byte, 31))); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("KEM %#x, payer: %v", k, err)
		}
		e, err := NewEphemeralFor(k, rand.NewChaCha8([32]byte{9}))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := NewPayeeFor(k, bytes.NewReader(nil), nil, nil, e.Public()); !errors.Is(err, io.EOF) {
			t.Errorf("KEM %#x, payee: %v", k, err)
		}
	}
}

func TestHighestKEM(t *testing.T) {
	for _, tt := range []struct {
		list []wire.KEM
		want wire.KEM
	}{
		{[]wire.KEM{16, 32, 0x647a}, wire.KEMXWing}, {[]wire.KEM{16, 32}, wire.KEMX25519}, {[]wire.KEM{16, 0x7fff}, wire.KEMP256},
		{[]wire.KEM{0x7fff}, 0}, {nil, 0},
	} {
		if got := HighestKEM(tt.list); got != tt.want {
			t.Errorf("HighestKEM(%v) = %#x; want %#x", tt.list, got, tt.want)
		}
	}
}

func BenchmarkKEM(b *testing.B) {
	for _, k := range KEMs() {
		b.Run(fmt.Sprintf("kem=%#x", int(k)), func(b *testing.B) {
			random := rand.NewChaCha8([32]byte{1})
			for b.Loop() {
				e, err := NewEphemeralFor(k, random)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := NewPayeeFor(k, random, []byte("HELLO"), nil, e.Public()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
