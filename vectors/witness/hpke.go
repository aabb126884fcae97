package witness

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
)

// HPKE base mode of RFC 9180, for DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and
// AES-256-GCM alone, written out: crypto/hpke draws the ephemeral key itself.

// suiteIDs are those of the KEM and of the whole.
const (
	kemID  = "KEM\x00\x20"
	hpkeID = "HPKE\x00\x20\x00\x01\x00\x02"
)

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

// deriveKey is DeriveKeyPair.
func deriveKey(ikm []byte) *ecdh.PrivateKey {
	key, err := ecdh.X25519().NewPrivateKey(expand(kemID, extract(kemID, "", "dkp_prk", ikm), "sk", nil, 32))
	if err != nil {
		panic("witness: " + err.Error()) // every 32 bytes are a key
	}
	return key
}

// A channel is an HPKE context.
type channel struct {
	key, nonce, exporter []byte
}

// agree makes the context of one side: its own key, the other's, and which of
// the two public keys is the encapsulated one.
func agree(own *ecdh.PrivateKey, other []byte, enc, recipient, info []byte) (channel, bool) {
	public, err := ecdh.X25519().NewPublicKey(other)
	if err != nil {
		return channel{}, false
	}
	dh, err := own.ECDH(public)
	if err != nil {
		return channel{}, false
	}
	shared := expand(kemID, extract(kemID, "", "eae_prk", dh), "shared_secret", append(append([]byte{}, enc...), recipient...), 32)
	context := append([]byte{0}, extract(hpkeID, "", "psk_id_hash", nil)...)
	context = append(context, extract(hpkeID, "", "info_hash", info)...)
	secret := extract(hpkeID, string(shared), "secret", nil)
	return channel{
		expand(hpkeID, secret, "key", context, 32), expand(hpkeID, secret, "base_nonce", context, 12),
		expand(hpkeID, secret, "exp", context, 32),
	}, true
}

func (c channel) export(label string, n int) []byte {
	return expand(hpkeID, c.exporter, "sec", []byte(label), n)
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
