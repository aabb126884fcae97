package ecash

import (
	"bytes"
	"crypto/rsa"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"slices"
	"testing"

	"github.com/cloudflare/circl/blindsign/blindrsa"
)

//go:embed testdata/rfc9474.json
var rfc9474 []byte

// TestPublishedVector: the mint signs what the RFC signs, unblinding with the
// RFC's factor gives the RFC's signature, and that verifies.
func TestPublishedVector(t *testing.T) {
	var v map[string]string
	if err := json.Unmarshal(rfc9474, &v); err != nil {
		t.Fatal(err)
	}
	number := func(name string) *big.Int {
		n, ok := new(big.Int).SetString(v[name], 16)
		if !ok {
			t.Fatalf("%s is no number", name)
		}
		return n
	}
	octets := func(name string) []byte {
		b, err := hex.DecodeString(v[name])
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	k := testKeyWith(number("p"), number("q"))
	answer, err := k.private().sign(octets("blinded"))
	if err != nil || !bytes.Equal(answer, octets("blind_signature")) {
		t.Fatalf("the blind signature is %x, %v", answer, err)
	}
	s := new(big.Int).Mul(new(big.Int).SetBytes(answer), number("inverse"))
	s.Mod(s, k.n)
	signature := s.FillBytes(make([]byte, len(answer)))
	if !bytes.Equal(signature, octets("signature")) {
		t.Errorf("the signature is %x", signature)
	}
	client, err := blindrsa.NewClient(variant, &rsa.PublicKey{N: k.n, E: 65537})
	if err != nil {
		t.Fatal(err)
	}
	message := append(octets("randomizer"), octets("message")...)
	if err := client.Verify(message, signature); err != nil {
		t.Error(err)
	}
	message[0] ^= 1
	if client.Verify(message, signature) == nil {
		t.Error("the signature verifies over another message")
	}
	for _, bad := range [][]byte{nil, answer[1:], k.n.Bytes()} {
		if _, err := k.private().sign(bad); err == nil {
			t.Errorf("%d bytes that are no message were signed", len(bad))
		}
	}
}

// TestKeysDiffer: no two keys of a realm have a modulus in common, and they are
// what their KEYSET says.
func TestKeysDiffer(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range parsedTestKeys() {
		if k.n.BitLen() != 2048 || seen[k.n.String()] {
			t.Error("a test key is no RSA-2048 key of its own")
		}
		for i, p := range k.primes {
			if !p.ProbablyPrime(0) || slices.ContainsFunc(k.primes[:i], func(q *big.Int) bool { return q.Cmp(p) == 0 }) {
				t.Error("a test key is no product of different primes")
			}
		}
		seen[k.n.String()] = true
	}
	if len(seen) != testDenominations*testKeyEpochs {
		t.Errorf("%d test keys", len(seen))
	}
}
