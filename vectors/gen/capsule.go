package main

import (
	"bytes"

	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/cloudflare/circl/hpke"
)

// padded is an item with its padding.
func padded(b []byte) []byte {
	b = append(b, 0x80)
	return append(b, make([]byte, (64-len(b)%64)%64)...)
}

// sealCapsule seals any plaintext to the poster's key.
func (w *world) sealCapsule(request wire.ID, plaintext []byte) []byte {
	public, err := hpke.KEM_X25519_HKDF_SHA256.Scheme().UnmarshalBinaryPublicKey(posterKey().Public())
	if err != nil {
		panic("gen: " + err.Error())
	}
	info := wire.AppendBytes(wire.AppendText(wire.AppendArray(nil, 2), "assay/1/one-way"), request[:])
	sender, err := hpke.NewSuite(hpke.KEM_X25519_HKDF_SHA256, hpke.KDF_HKDF_SHA256, hpke.AEAD_AES256GCM).NewSender(public, info)
	if err != nil {
		panic("gen: " + err.Error())
	}
	enc, context, err := sender.Setup(bytes.NewReader(drawn("eseed", 32)))
	if err != nil {
		panic("gen: " + err.Error())
	}
	ciphertext, err := context.Seal(plaintext, request[:])
	if err != nil {
		panic("gen: " + err.Error())
	}
	return wire.Capsule{Enc: enc, Ciphertext: ciphertext}.Encode()
}
