package wire

import (
	"bytes"
	"encoding/hex"
	"testing"

	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/spec"
	"github.com/veraison/go-cose"
)

// selfCheck is the example of the encoding chapter, all byte strings zero. It
// pins the signed bytes and the identifier; CLAIM without an expiry keeps it
// from being a valid TRANSFER.
var selfCheck = "b201010213034800000000000000000401051903d20602071930390a5820" + zero32 +
	"0b1903e80c5820" + zero32 + "0d1903e80e5820" + zero32 +
	"0f818201193039115820" + zero32 + "130c15194e2a16011701"

const zero32 = "0000000000000000000000000000000000000000000000000000000000000000"

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSelfCheckOfTheEncodingChapter(t *testing.T) {
	payload := unhex(t, selfCheck)
	o := Object{Alg: -19, Payload: payload}
	if got := len(o.ToBeSigned(TypeTransfer)); len(payload) != 192 || got != 227 {
		t.Errorf("payload of %d bytes, Sig_structure of %d; want 192, 227", len(payload), got)
	}
	const want = "97b6d3cb124f14e8f5ee653835945cfbb444dbee21f25822f6621d254f580149"
	id := o.ID(TypeTransfer)
	if got := hex.EncodeToString(id[:]); got != want {
		t.Errorf("id %s; want %s", got, want)
	}
	m := Transfer{Version: 1, Suite: suite.Ed25519, Currency: 978, Exponent: 2, Amount: 12345,
		Request: 1000, Counter: 1000, Lots: []Lot{{1, 12345}}, PolicyVersion: 12, Epoch: 20010,
		Flags: 1, Family: 1}
	if got := hex.EncodeToString(m.Encode()[1:130]); got != selfCheck[2:260] {
		t.Errorf("TRANSFER starts %s; want %s", got, selfCheck[2:260])
	}
}

func TestHeadersOfAnObject(t *testing.T) {
	good := Object{Alg: -19, Payload: []byte{1, 2}, Signature: []byte{3}}.Encode()
	for _, tt := range []struct {
		name, object string
		want         spec.Code
	}{
		{"good", hex.EncodeToString(good), 0},
		{"key id beside the algorithm", "8446a20132044101a04201024103", spec.EHdr},
		{"another member alone", "8443a10432a04201024103", spec.EHdr},
		{"algorithm twice", "8445a201320132a04201024103", spec.EHdr},
		{"algorithm not shortest", "8444a1013812a04201024103", spec.EHdr},
		{"empty protected header", "8440a04201024103", spec.EHdr},
		{"trailing byte in the protected header", "8444a1013200a04201024103", spec.EHdr},
		{"algorithm as text", "8445a101626173a04201024103", spec.EHdr},
		{"unprotected header", "8443a10132a101324201024103", spec.EHdr},
		{"detached payload", "8443a10132a0f64103", spec.EMalformed},
		{"tagged", "d28443a10132a04201024103", spec.EMalformed},
		{"three members", "8343a10132a0420102", spec.EField},
		{"five members", "8543a10132a0420102410300", spec.EField},
		{"payload as text", "8443a10132a06261624103", spec.EField},
		{"length of the payload in two bytes", "8443a10132a0580201024103", spec.ECanon},
		{"trailing byte", "8443a10132a0420102410300", spec.EMalformed},
	} {
		_, err := DecodeObject(unhex(t, tt.object), 100)
		if got, _ := CodeOf(err); got != tt.want {
			t.Errorf("%s: %v; want %d", tt.name, err, tt.want)
		}
	}
	if _, err := DecodeObject(good, len(good)-1); !hasCode(err, spec.ESize) {
		t.Errorf("object too large: %v; want 106", err)
	}
}

// oracle verifies with go-cose, which builds the Sig_structure on its own.
type oracle struct {
	alg int64
	key suite.PublicKey
}

func (o oracle) Algorithm() cose.Algorithm              { return cose.Algorithm(o.alg) }
func (o oracle) Verify(content, signature []byte) error { return o.key.Verify(content, signature) }

func TestGoCoseVerifiesWhatIsSignedHere(t *testing.T) {
	for _, s := range suite.All() {
		scheme, _ := suite.Lookup(s)
		seed := make([]byte, scheme.SeedSize())
		seed[0], seed[len(seed)-1] = 1, 2
		key, err := scheme.NewKey(seed)
		if err != nil {
			t.Fatal(err)
		}
		o := Object{Alg: scheme.Alg(), Payload: validTransfer().Encode()}
		o.Signature = key.Sign(o.ToBeSigned(TypeTransfer))
		encoded := o.Encode()
		if back, err := DecodeObject(encoded, TypeTransfer.MaxBytes()); err != nil || back.ID(TypeTransfer) != o.ID(TypeTransfer) {
			t.Errorf("suite %d: decoded to another object: %v", s, err)
		}
		var m cose.UntaggedSign1Message
		if err := m.UnmarshalCBOR(encoded); err != nil {
			t.Fatalf("suite %d: go-cose: %v", s, err)
		}
		if err := m.Verify([]byte(TypeTransfer.Domain()), oracle{scheme.Alg(), key.Public()}); err != nil {
			t.Errorf("suite %d: go-cose: %v", s, err)
		}
		if err := m.Verify([]byte(TypeDefund.Domain()), oracle{scheme.Alg(), key.Public()}); err == nil {
			t.Errorf("suite %d: verifies under another domain", s)
		}
		if again, err := m.MarshalCBOR(); err != nil || !bytes.Equal(again, encoded) {
			t.Errorf("suite %d: go-cose writes %x, %v; want %x", s, again, err, encoded)
		}
	}
}

func FuzzObject(f *testing.F) {
	f.Add(Object{Alg: -19, Payload: []byte{1}, Signature: []byte{2}}.Encode())
	f.Add(Object{Alg: -65601}.Encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		o, err := DecodeObject(b, 1000)
		if err == nil && !bytes.Equal(o.Encode(), b) {
			t.Errorf("%x encodes to %x", b, o.Encode())
		}
		if err == nil && WellFormed(b) != nil {
			t.Errorf("%x is taken and not well formed", b)
		}
	})
}

func TestTypesHaveTheirOwnDomains(t *testing.T) {
	seen := map[string]Type{}
	for n := range 256 {
		typ := Type(n)
		if typ.Domain() == "" {
			continue
		}
		if other, taken := seen[typ.Domain()]; taken || typ.MaxBytes() == 0 {
			t.Errorf("%v: domain %s, also of %v; %d bytes", typ, typ.Domain(), other, typ.MaxBytes())
		}
		seen[typ.Domain()] = typ
	}
	if len(seen) != 22 {
		t.Errorf("%d signed types; want 22", len(seen))
	}
}
