package suite

import (
	"bytes"
	"errors"
	"testing"
)

// FuzzParsePublic holds every scheme to one encoding of a key: what it takes it
// gives back byte for byte, and it never panics.
func FuzzParsePublic(f *testing.F) {
	for _, s := range Registered() {
		scheme, _ := Lookup(s)
		key, err := scheme.NewKey(bytes.Repeat([]byte{5}, scheme.SeedSize()))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint32(s), key.Public().COSE())
	}
	f.Fuzz(func(t *testing.T, number uint32, b []byte) {
		scheme, known := Lookup(Suite(number))
		if !known {
			return
		}
		key, err := scheme.ParsePublic(b)
		if err != nil {
			if !errors.Is(err, ErrPublicKey) {
				t.Errorf("suite %d: error %v", number, err)
			}
			return
		}
		if !bytes.Equal(key.COSE(), b) || key.Suite() != Suite(number) {
			t.Errorf("suite %d: key %x read as %x", number, b, key.COSE())
		}
		if err := key.Verify([]byte("m"), make([]byte, scheme.SignatureSize())); !errors.Is(err, ErrSignature) {
			t.Errorf("suite %d: key %x: zeros as a signature: %v", number, b, err)
		}
	})
}

// FuzzVerify: no bytes but the one signature verify, and none panic. Keys are of
// one seed, so nothing that the fuzzer finds can be another signature of theirs,
// unless it has found a forgery.
func FuzzVerify(f *testing.F) {
	message := []byte("a message")
	keys, right := map[Suite]PublicKey{}, map[Suite][]byte{}
	for _, s := range Registered() {
		scheme, _ := Lookup(s)
		key, err := scheme.NewKey(bytes.Repeat([]byte{6}, scheme.SeedSize()))
		if err != nil {
			f.Fatal(err)
		}
		keys[s], right[s] = key.Public(), key.Sign(message)
		f.Add(uint32(s), right[s])
		f.Add(uint32(s), right[s][:len(right[s])/2])
	}
	f.Fuzz(func(t *testing.T, number uint32, sig []byte) {
		key := keys[Suite(number)]
		if key == nil {
			return
		}
		err := key.Verify(message, sig)
		if same := bytes.Equal(sig, right[Suite(number)]); same != (err == nil) || err != nil && !errors.Is(err, ErrSignature) {
			t.Errorf("suite %d: signature %x: %v", number, sig, err)
		}
	})
}
