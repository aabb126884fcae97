// Package ecash is the money of family E: tokens that the issuer signs without
// seeing them, by RSABSSA-SHA384-PSS-Randomized of RFC 9474. Chapter: ecash.md.
//
// It draws no randomness: what a wallet blinds with follows from a seed, so that a
// withdrawal that is cut is the same one afterwards.
package ecash

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"github.com/cloudflare/circl/blindsign/blindrsa"

	"github.com/assay-cbdc/assay/reference/wire"
)

const variant = blindrsa.SHA384PSSRandomized

// A Key is one public key of a KEYSET.
type Key struct {
	wire.KeysetEntry
	ID     wire.TokenKey
	realm  wire.Realm
	client blindrsa.Client
}

// Verify reports whether the issuer has signed for a token of this key.
func (k *Key) Verify(hash wire.ID, randomizer [32]byte, signature []byte) bool {
	message := wire.TokenMessage(k.realm, k.Denomination, k.KeyEpoch, hash)
	return len(signature) == wire.TokenSize && k.client.Verify(append(randomizer[:], message...), signature) == nil
}

// SpendRight reports whether the one-time key of a token has signed for a request
// and the tag of its payee.
func SpendRight(t wire.Token, request, payeeTag wire.ID) bool {
	return ed25519.Verify(t.Holder[:], wire.SpendMessage(request, payeeTag), t.Spend[:])
}

// A Secret is what makes a token: the seed of its one-time key, and what it is
// blinded with.
type Secret struct{ Seed [32]byte }

// SecretOf derives the n-th secret of a withdrawal.
func SecretOf(withdrawal [32]byte, n int) Secret {
	h := sha256.New()
	h.Write([]byte("assay/1/ecash-secret"))
	h.Write(withdrawal[:])
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(n)))
	return Secret{[32]byte(h.Sum(nil))}
}

// holder is the one-time key.
func (s Secret) holder() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(s.Seed[:]) }

// Holder returns the one-time public key.
func (s Secret) Holder() [32]byte { return [32]byte(s.holder().Public().(ed25519.PublicKey)) }

// Hash names the token.
func (s Secret) Hash() wire.ID {
	holder := s.Holder()
	return sha256.Sum256(holder[:])
}

// Spend signs for a request and the tag of its payee.
func (s Secret) Spend(request, payeeTag wire.ID) [64]byte {
	return [64]byte(ed25519.Sign(s.holder(), wire.SpendMessage(request, payeeTag)))
}

// Randomizer is the random prefix of the message that is signed.
func (s Secret) Randomizer() (r [32]byte) {
	_, _ = s.stream("randomizer").Read(r[:])
	return r
}

// stream is what blinding draws from.
func (s Secret) stream(label string) *stream {
	h := sha256.New()
	h.Write([]byte("assay/1/ecash-stream/" + label))
	h.Write(s.Seed[:])
	return &stream{key: [32]byte(h.Sum(nil))}
}

// A stream is SHA-256 over a key and a counter: the seed is fresh for each token,
// and so is all that follows from it.
type stream struct {
	key     [32]byte
	counter uint64
	rest    []byte
}

// Read fills p and never fails.
func (s *stream) Read(p []byte) (int, error) {
	for n := 0; n < len(p); {
		if len(s.rest) == 0 {
			s.counter++
			block := sha256.Sum256(binary.BigEndian.AppendUint64(s.key[:], s.counter))
			s.rest = block[:]
		}
		k := copy(p[n:], s.rest)
		n, s.rest = n+k, s.rest[k:]
	}
	return len(p), nil
}

// A Pending is a token that waits for its signature.
type Pending struct {
	Key     *Key
	Secret  Secret
	Blinded []byte
	state   blindrsa.State
}

// Blind makes the message that the issuer is to sign for a secret.
func (k *Key) Blind(s Secret) (*Pending, error) {
	randomizer := s.Randomizer()
	message := append(randomizer[:], wire.TokenMessage(k.realm, k.Denomination, k.KeyEpoch, s.Hash())...)
	blinded, state, err := k.client.Blind(s.stream("blind"), message)
	if err != nil {
		return nil, fmt.Errorf("ecash: blind: %w", err)
	}
	return &Pending{Key: k, Secret: s, Blinded: blinded, state: state}, nil
}

// Finish makes the signature of the token from the issuer's answer. The error
// says that the answer is none for what was asked.
func (p *Pending) Finish(blindSig []byte) ([]byte, error) {
	signature, err := p.Key.client.Finalize(p.state, blindSig)
	if err != nil {
		return nil, fmt.Errorf("ecash: the issuer's answer does not fit what was asked: %w", err)
	}
	return signature, nil
}
