package witness

import (
	"bytes"
	"crypto/ecdh"
	"crypto/mlkem"
	"crypto/mlkem/mlkemtest"
	"crypto/sha3"
	"encoding/binary"
)

// The KEMs of wire.md, by their numbers in HPKE.
const (
	kemP256   = 0x0010
	kemX25519 = 0x0020
	kemXWing  = 0x647a
)

// kemRank is the rank of a KEM, 0 for an unknown one.
func kemRank(kem uint64) int { return map[uint64]int{kemP256: 10, kemX25519: 20, kemXWing: 40}[kem] }

func kemID(kem uint64) string { return "KEM" + string(binary.BigEndian.AppendUint16(nil, uint16(kem))) }

// A kemKey is the payer's private key of a session.
type kemKey struct {
	kem     uint64
	curve   *ecdh.PrivateKey
	lattice *mlkem.DecapsulationKey768 // of X-Wing
}

// deriveKey is DeriveKeyPair: of RFC 9180, and of the draft of X-Wing.
func deriveKey(kem uint64, ikm []byte) (k kemKey, ok bool) {
	k.kem = kem
	var err error
	switch kem {
	case kemP256:
		for n := byte(0); k.curve == nil; n++ { // one try in 2^32 is none
			b := expand(kemID(kem), extract(kemID(kem), "", "dkp_prk", ikm), "candidate", []byte{n}, 32)
			k.curve, _ = ecdh.P256().NewPrivateKey(b)
		}
	case kemX25519:
		k.curve, err = ecdh.X25519().NewPrivateKey(expand(kemID(kem), extract(kemID(kem), "", "dkp_prk", ikm), "sk", nil, 32))
	case kemXWing:
		b := sha3.SumSHAKE256(sha3.SumSHAKE256(ikm, 32), 96)
		if k.lattice, err = mlkem.NewDecapsulationKey768(b[:64]); err == nil {
			k.curve, err = ecdh.X25519().NewPrivateKey(b[64:])
		}
	default:
		return k, false
	}
	return k, err == nil
}

// public is kpk of HELLO.
func (k kemKey) public() []byte {
	if k.kem == kemXWing {
		return append(k.lattice.EncapsulationKey().Bytes(), k.curve.PublicKey().Bytes()...)
	}
	return k.curve.PublicKey().Bytes()
}

func curveOf(kem uint64) ecdh.Curve {
	if kem == kemP256 {
		return ecdh.P256()
	}
	return ecdh.X25519()
}

// decapsulate returns the secret of an encapsulated key. The standard library's
// ECDH refuses a result of zero.
func (k kemKey) decapsulate(enc []byte) ([]byte, bool) {
	head := 0
	if k.kem == kemXWing {
		head = mlkem.CiphertextSize768
	}
	if len(enc) < head {
		return nil, false
	}
	other, err := curveOf(k.kem).NewPublicKey(enc[head:])
	if err != nil {
		return nil, false
	}
	dh, err := k.curve.ECDH(other)
	if err != nil {
		return nil, false
	}
	if k.kem != kemXWing {
		return dhSecret(k.kem, dh, enc, k.public()), true
	}
	first, err := k.lattice.Decapsulate(enc[:head])
	return combine(first, dh, enc[head:], k.curve.PublicKey().Bytes()), err == nil
}

// encapsulate makes the encapsulated key and the secret out of what the payee
// drew.
func encapsulate(kem uint64, drawn, kpk []byte) (enc, secret []byte, ok bool) {
	if kem == kemXWing {
		return encapsulateXWing(drawn, kpk)
	}
	own, ok := deriveKey(kem, drawn)
	if !ok {
		return nil, nil, false
	}
	other, err := curveOf(kem).NewPublicKey(kpk)
	if err != nil {
		return nil, nil, false
	}
	dh, err := own.curve.ECDH(other)
	if err != nil {
		return nil, nil, false
	}
	enc = own.public()
	return enc, dhSecret(kem, dh, enc, kpk), true
}

func encapsulateXWing(drawn, kpk []byte) (enc, secret []byte, ok bool) {
	const head = mlkem.EncapsulationKeySize768
	if len(drawn) != 64 || len(kpk) != head+32 {
		return nil, nil, false
	}
	lattice, err := mlkem.NewEncapsulationKey768(kpk[:head])
	if err != nil {
		return nil, nil, false
	}
	first, ciphertext, err := mlkemtest.Encapsulate768(lattice, drawn[:32])
	if err != nil {
		return nil, nil, false
	}
	own, err := ecdh.X25519().NewPrivateKey(drawn[32:])
	if err != nil {
		return nil, nil, false
	}
	other, err := ecdh.X25519().NewPublicKey(kpk[head:])
	if err != nil {
		return nil, nil, false
	}
	dh, err := own.ECDH(other)
	if err != nil {
		return nil, nil, false
	}
	point := own.PublicKey().Bytes()
	return append(ciphertext, point...), combine(first, dh, point, kpk[head:]), true
}

// dhSecret is ExtractAndExpand of DHKEM.
func dhSecret(kem uint64, dh, enc, kpk []byte) []byte {
	return expand(kemID(kem), extract(kemID(kem), "", "eae_prk", dh), "shared_secret", append(bytes.Clone(enc), kpk...), 32)
}

// combine is the combiner of X-Wing, which ends with the six characters of its
// label.
func combine(lattice, dh, point, kpk []byte) []byte {
	h := sha3.New256()
	for _, part := range [][]byte{lattice, dh, point, kpk, []byte(`\.//^\`)} {
		h.Write(part)
	}
	return h.Sum(nil)
}
