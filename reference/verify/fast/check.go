package fast

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"

	"github.com/cloudflare/circl/sign/mldsa/mldsa44"
	"github.com/cloudflare/circl/sign/mldsa/mldsa65"

	"github.com/assay-cbdc/assay/reference/suite"
)

// A check is a signature on its way: what was decided at once, and the place in
// the batch of what was not.
type check struct {
	failed bool
	at     int // in the batch, or nowhere
}

// nowhere is the place of what is not in a batch.
const nowhere = -1

// holds reports the result once the batch has been verified.
func (c check) holds(b *edBatch) bool {
	return !c.failed && (c.at == nowhere || b.valid[c.at])
}

// check starts to check a signature over the message, which edBuffer holds.
func (w *worker) check(k *key, sig []byte) check {
	switch k.suite {
	case suite.Ed25519:
		return w.checkEd25519(k.ed, &w.signed, sig)
	case suite.P256:
		return check{failed: !w.checkP256(k.ec, w.signed.content(), sig), at: nowhere}
	case suite.MLDSA44:
		return check{failed: !w.checkMLDSA44(k, w.signed.content(), nil, sig), at: nowhere}
	case suite.MLDSA65:
		return check{failed: !w.checkMLDSA65(k, w.signed.content(), sig), at: nowhere}
	case suite.Ed25519MLDSA44, suite.P256MLDSA44:
		return w.checkHybrid(k, sig)
	default:
		return check{failed: true, at: nowhere}
	}
}

func (w *worker) checkEd25519(k *edKey, message *edBuffer, sig []byte) check {
	if !w.batch.add().set(k, message, sig) {
		w.batch.drop()
		return check{failed: true, at: nowhere}
	}
	return check{at: len(w.batch.sigs) - 1}
}

const scalarBytes = 32

// halfOrder is half the order of P-256, rounded down: the largest s.
const halfOrder = "\x7f\xff\xff\xff\x80\x00\x00\x00\x7f\xff\xff\xff\xff\xff\xff\xff" +
	"\xde\x73\x7d\x56\xd3\x8b\xcf\x42\x79\xdc\xe5\x61\x7e\x31\x92\xa8"

func (w *worker) checkP256(k *ecdsa.PublicKey, message, sig []byte) bool {
	if len(sig) != 2*scalarBytes || bytes.Compare(sig[scalarBytes:], []byte(halfOrder)) > 0 {
		return false
	}
	w.der = appendDER(w.der[:0], sig)
	digest := sha256.Sum256(message)
	return ecdsa.VerifyASN1(k, digest[:], w.der)
}

// appendDER appends r and s as the SEQUENCE of two INTEGERs that crypto/ecdsa
// reads. The whole has at most 70 bytes, so every length is one byte.
func appendDER(b, sig []byte) []byte {
	const sequence, integer = 0x30, 0x02
	b = append(b, sequence, 0)
	for _, n := range [][]byte{sig[:scalarBytes], sig[scalarBytes:]} {
		for len(n) > 1 && n[0] == 0 {
			n = n[1:]
		}
		if n[0] >= 0x80 {
			b = append(b, integer, byte(len(n)+1), 0)
		} else {
			b = append(b, integer, byte(len(n)))
		}
		b = append(b, n...)
	}
	b[1] = byte(len(b) - 2)
	return b
}

func (w *worker) checkMLDSA44(k *key, message, context, sig []byte) bool {
	if len(sig) != mldsa44.SignatureSize {
		return false
	}
	unpacked := unpackedKey(&w.shared.lattices, k, &k.unpacked44, &w.spare44)
	return unpacked != nil && mldsa44.Verify(unpacked, message, context, sig)
}

func (w *worker) checkMLDSA65(k *key, message, sig []byte) bool {
	if len(sig) != mldsa65.SignatureSize {
		return false
	}
	unpacked := unpackedKey(&w.shared.lattices, k, &k.unpacked65, &w.spare65)
	return unpacked != nil && mldsa65.Verify(unpacked, message, nil, sig)
}

// checkHybrid evaluates both halves always: what takes longer tells nothing.
func (w *worker) checkHybrid(k *key, sig []byte) check {
	const half = 64
	if len(sig) != half+mldsa44.SignatureSize {
		return check{failed: true, at: nowhere}
	}
	w.bound.keep(append(append(w.bound.message(), k.prefix...), w.signed.content()...))
	var result check
	if k.suite == suite.P256MLDSA44 {
		result = check{failed: !w.checkP256(k.ec, w.bound.content(), sig[:half]), at: nowhere}
	} else {
		result = w.checkEd25519(k.ed, &w.bound, sig[:half])
	}
	if !w.checkMLDSA44(k, w.bound.content(), k.context, sig[half:]) {
		result.failed = true
	}
	return result
}
