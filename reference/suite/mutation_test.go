package suite

import (
	"crypto/sha3"
	"errors"
	"fmt"
	"testing"

	"github.com/cloudflare/circl/sign/mldsa/mldsa44"
	"github.com/cloudflare/circl/sign/mldsa/mldsa65"
	"github.com/cloudflare/circl/sign/slhdsa"
)

// No bit of a signature is without meaning: whoever flips one, in either half of
// a hybrid, has no signature any more. A signature of suite 7 has 62,848 bits;
// of each of its bytes one is flipped, another one from byte to byte.
func TestNoBitOfASignatureIsFree(t *testing.T) {
	message := []byte("a message")
	for _, s := range Registered() {
		t.Run(fmt.Sprintf("suite=%d", s), func(t *testing.T) {
			t.Parallel()
			_, key := keyOf(t, s, 11)
			public, sig := key.Public(), key.Sign(message)
			if err := public.Verify(message, sig); err != nil {
				t.Fatal(err)
			}
			flipped := 0
			for at := range sig {
				for bit := range 8 {
					if s == SLHDSA128s && bit != at%8 {
						continue
					}
					sig[at] ^= 1 << bit
					if err := public.Verify(message, sig); !errors.Is(err, ErrSignature) {
						t.Errorf("byte %d, bit %d flipped: %v", at, bit, err)
					}
					sig[at] ^= 1 << bit
					flipped++
				}
			}
			t.Logf("%d bits flipped", flipped)
		})
	}
}

// A key that was never set is refused by every suite, whatever it is asked.
func TestAKeyThatWasNeverSetVerifiesNothing(t *testing.T) {
	for s, key := range map[Suite]PublicKey{
		Ed25519: &ed25519Public{}, P256: &p256Public{}, MLDSA44: &mldsa44Public{}, MLDSA65: &mldsa65Public{},
		Ed25519MLDSA44: &hybridPublic{scheme: hybridScheme{Ed25519MLDSA44, ed25519Scheme{}}},
		P256MLDSA44:    &hybridPublic{scheme: hybridScheme{P256MLDSA44, p256Scheme{}}},
		SLHDSA128s:     &slhdsa128sPublicKey{},
	} {
		scheme, _ := Lookup(s)
		expectInvalid(t, s, "zeros", key.Verify([]byte("m"), make([]byte, scheme.SignatureSize())))
		expectInvalid(t, s, "nothing", key.Verify(nil, nil))
	}
	parameters := slhdsa.PublicKey{ID: slhdsa.SHA2_128s}
	expectInvalid(t, SLHDSA128s, "parameters alone",
		(&slhdsa128sPublicKey{key: parameters}).Verify(nil, make([]byte, slhdsa128sSignature)))
}

// forged is what anyone can sign under an encoded ML-DSA key of zeros: its t1 is
// zero, so z = 0 without hints gives w1 = 0, and the challenge is the hash of mu
// and of zeros. w1 has so many bytes, z l*256 coefficients of so many bits.
func forged(message []byte, key, challenge, w1, l, bits, size int) []byte {
	tr := sha3.SumSHAKE256(make([]byte, key), 64)
	mu := sha3.SumSHAKE256(append(append(tr, 0, 0), message...), 64) // pure, empty context
	sig := make([]byte, size)
	copy(sig, sha3.SumSHAKE256(append(mu, make([]byte, w1)...), challenge))
	for i := range l * 256 { // z = 0 is packed as gamma1, 2^(bits-1)
		high := 8*challenge + bits*i + bits - 1
		sig[high/8] |= 1 << (high % 8)
	}
	return sig
}

// The trap is real: the library accepts what was forged for a key of zeros, as
// one that was never read is, and the suites do not take such a key. The zero
// value of the library's key, which it panics on, they refuse as well.
func TestForgeryUnderAKeyThatWasNeverSet(t *testing.T) {
	message := []byte("a message")
	sig44 := forged(message, mldsa44.PublicKeySize, 32, 4*192, 4, 18, mldsa44.SignatureSize)
	sig65 := forged(message, mldsa65.PublicKeySize, 48, 6*128, 5, 20, mldsa65.SignatureSize)
	var zero44 mldsa44.PublicKey
	var zero65 mldsa65.PublicKey
	expectInvalid(t, MLDSA44, "a forgery", (&mldsa44Public{key: &zero44}).Verify(message, sig44))
	expectInvalid(t, MLDSA65, "a forgery", (&mldsa65Public{key: &zero65}).Verify(message, sig65))
	if zero44.UnmarshalBinary(make([]byte, mldsa44.PublicKeySize)) != nil || !mldsa44.Verify(&zero44, message, nil, sig44) {
		t.Error("the forgery for ML-DSA-44 is none: this test tests nothing")
	}
	if zero65.UnmarshalBinary(make([]byte, mldsa65.PublicKeySize)) != nil || !mldsa65.Verify(&zero65, message, nil, sig65) {
		t.Error("the forgery for ML-DSA-65 is none: this test tests nothing")
	}
	for s, key := range map[Suite][]byte{
		MLDSA44: append([]byte(akpPrefix), make([]byte, mldsa44.PublicKeySize)...),
		MLDSA65: append([]byte(akp65Prefix), make([]byte, mldsa65.PublicKeySize)...),
	} {
		scheme, _ := Lookup(s)
		if _, err := scheme.ParsePublic(key); !errors.Is(err, ErrPublicKey) {
			t.Errorf("suite %d: %v; want ErrPublicKey", s, err)
		}
	}
}
