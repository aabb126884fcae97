package link

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"

	"github.com/cloudflare/circl/hpke"
)

// hpkeSealer and hpkeOpener are HPKE contexts, which count by themselves; seq
// agrees because a context is used for every frame of its direction and for
// nothing else.
type (
	hpkeSealer struct{ hpke.Sealer }
	hpkeOpener struct{ hpke.Opener }
)

func (s hpkeSealer) seal(_ uint64, plaintext, aad []byte) []byte {
	ciphertext, err := s.Seal(plaintext, aad)
	if err != nil {
		panic("link: " + err.Error()) // only after 2^96 frames
	}
	return ciphertext
}

func (o hpkeOpener) open(_ uint64, ciphertext, aad []byte) ([]byte, bool) {
	plaintext, err := o.Open(ciphertext, aad)
	return plaintext, err == nil
}

// gcm is AES-256-GCM with a nonce of base XOR seq.
type gcm struct {
	cipher cipher.AEAD
	base   []byte
}

// exported returns the direction from payer to payee, whose key both ends export.
func exported(c hpke.Context) (*gcm, error) {
	block, err := aes.NewCipher(c.Export([]byte("assay/1/link c2p key"), 32))
	if err != nil {
		return nil, err
	}
	sealing, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	return &gcm{sealing, c.Export([]byte("assay/1/link c2p nonce"), 12)}, nil
}

func (g *gcm) nonce(seq uint64) []byte {
	nonce := append([]byte(nil), g.base...)
	low := nonce[len(nonce)-8:]
	binary.BigEndian.PutUint64(low, binary.BigEndian.Uint64(low)^seq)
	return nonce
}

func (g *gcm) seal(seq uint64, plaintext, aad []byte) []byte {
	return g.cipher.Seal(nil, g.nonce(seq), plaintext, aad)
}

func (g *gcm) open(seq uint64, ciphertext, aad []byte) ([]byte, bool) {
	plaintext, err := g.cipher.Open(nil, g.nonce(seq), ciphertext, aad)
	return plaintext, err == nil
}
