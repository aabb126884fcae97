package witness

import (
	"bytes"
	"testing"
)

// Both sides of each KEM agree, and what is drawn decides everything.
func TestBothSidesOfEachKEMAgree(t *testing.T) {
	for _, kem := range []uint64{kemP256, kemX25519, kemXWing} {
		n := 32
		if kem == kemXWing {
			n = 64
		}
		own, ok := deriveKey(kem, bytes.Repeat([]byte{3}, 32))
		if !ok {
			t.Fatalf("KEM %#x: no key", kem)
		}
		drawn := bytes.Repeat([]byte{4}, n)
		enc, secret, ok := encapsulate(kem, drawn, own.public())
		if !ok {
			t.Fatalf("KEM %#x: nothing encapsulated", kem)
		}
		again, ok := own.decapsulate(enc)
		if !ok || !bytes.Equal(secret, again) {
			t.Errorf("KEM %#x: %x, %v; want %x", kem, again, ok, secret)
		}
		if _, other, _ := encapsulate(kem, bytes.Repeat([]byte{5}, n), own.public()); bytes.Equal(other, secret) {
			t.Errorf("KEM %#x: what was drawn changes nothing", kem)
		}
	}
}
