package suite

import (
	"bytes"
	"testing"
)

// TestMemoryTakesNoMoreThanTheKey asks twice for each of a right signature and of
// what differs from it in one part.
func TestMemoryTakesNoMoreThanTheKey(t *testing.T) {
	for _, s := range All() {
		scheme, _ := Lookup(s)
		key, err := scheme.NewKey(bytes.Repeat([]byte{7}, scheme.SeedSize()))
		if err != nil {
			t.Fatal(err)
		}
		other, err := scheme.NewKey(bytes.Repeat([]byte{8}, scheme.SeedSize()))
		if err != nil {
			t.Fatal(err)
		}
		message := []byte("one message")
		sig := key.Sign(message)
		wrong := bytes.Clone(sig)
		wrong[len(wrong)/2] ^= 1
		m := NewMemory(2)
		for range 2 {
			if err := m.Verify(key.Public(), message, sig); err != nil {
				t.Errorf("suite %d: the right one: %v", s, err)
			}
			if m.Verify(key.Public(), message, wrong) == nil {
				t.Errorf("suite %d: an altered signature was taken", s)
			}
			if m.Verify(key.Public(), message[1:], sig) == nil {
				t.Errorf("suite %d: another message was taken", s)
			}
			if m.Verify(other.Public(), message, sig) == nil {
				t.Errorf("suite %d: another key was taken", s)
			}
		}
	}
}

func TestMemoryIsBounded(t *testing.T) {
	scheme, _ := Lookup(Ed25519)
	key, err := scheme.NewKey(make([]byte, SeedSize))
	if err != nil {
		t.Fatal(err)
	}
	m := NewMemory(3)
	for i := range byte(20) {
		message := []byte{i}
		if err := m.Verify(key.Public(), message, key.Sign(message)); err != nil {
			t.Fatal(err)
		}
		if len(m.right) > 3 {
			t.Fatalf("it remembers %d", len(m.right))
		}
	}
}
