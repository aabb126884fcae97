package witness

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
)

// HPKE base mode of RFC 9180, with HKDF-SHA256 and AES-256-GCM alone, written
// out: crypto/hpke draws the ephemeral key itself.

// hpkeID is the suite_id of the whole.
func hpkeID(kem uint64) string {
	return "HPKE" + string(binary.BigEndian.AppendUint16(nil, uint16(kem))) + "\x00\x01\x00\x02"
}

func extract(suite, salt, label string, ikm []byte) []byte {
	prk, err := hkdf.Extract(sha256.New, append([]byte("HPKE-v1"+suite+label), ikm...), []byte(salt))
	if err != nil {
		panic("witness: " + err.Error())
	}
	return prk
}

func expand(suite string, prk []byte, label string, info []byte, n int) []byte {
	labelled := binary.BigEndian.AppendUint16(nil, uint16(n))
	labelled = append(append(labelled, "HPKE-v1"+suite+label...), info...)
	out, err := hkdf.Expand(sha256.New, prk, string(labelled), n)
	if err != nil {
		panic("witness: " + err.Error())
	}
	return out
}

// A channel is an HPKE context.
type channel struct {
	id                   string // of the suite
	key, nonce, exporter []byte
}

// schedule makes the context of a secret that a KEM gave.
func schedule(kem uint64, shared, info []byte) channel {
	id := hpkeID(kem)
	context := append([]byte{0}, extract(id, "", "psk_id_hash", nil)...)
	context = append(context, extract(id, "", "info_hash", info)...)
	secret := extract(id, string(shared), "secret", nil)
	return channel{
		id, expand(id, secret, "key", context, 32), expand(id, secret, "base_nonce", context, 12),
		expand(id, secret, "exp", context, 32),
	}
}

func (c channel) export(label string, n int) []byte {
	return expand(c.id, c.exporter, "sec", []byte(label), n)
}

// back is the direction from payer to payee.
func (c channel) back() channel {
	return channel{key: c.export("assay/1/link c2p key", 32), nonce: c.export("assay/1/link c2p nonce", 12)}
}

func (c channel) aead(seq uint64) (cipher.AEAD, []byte) {
	block, err := aes.NewCipher(c.key)
	if err != nil {
		panic("witness: " + err.Error()) // the key has 32 bytes
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		panic("witness: " + err.Error())
	}
	nonce := append([]byte{}, c.nonce...)
	for i := range 8 {
		nonce[len(nonce)-1-i] ^= byte(seq >> (8 * i))
	}
	return gcm, nonce
}

func (c channel) seal(seq uint64, plaintext, aad []byte) []byte {
	gcm, nonce := c.aead(seq)
	return gcm.Seal(nil, nonce, plaintext, aad)
}

func (c channel) open(seq uint64, ciphertext, aad []byte) ([]byte, bool) {
	gcm, nonce := c.aead(seq)
	plaintext, err := gcm.Open(nil, nonce, ciphertext, aad)
	return plaintext, err == nil
}
