package fast

import (
	"crypto/sha512"
	"sync/atomic"

	"github.com/oasisprotocol/curve25519-voi/curve"
	"github.com/oasisprotocol/curve25519-voi/curve/scalar"
)

// An edKey is the public key A of suite 1, decompressed. It is shared by all
// workers.
type edKey struct {
	encoded curve.CompressedEdwardsY
	minus   curve.EdwardsPoint // -A
	hash    uint64             // places the key in tables; secret
	// table holds multiples of -A, for sums too short for the bucket method.
	// It is made at the second use: most keys of a cold batch have no other.
	table atomic.Pointer[curve.ExpandedEdwardsPoint]
	uses  atomic.Uint32
}

// newEdKey returns nil unless x is the canonical encoding of a point that is
// not of small order.
func newEdKey(x []byte, hash uint64) *edKey {
	k := &edKey{hash: hash}
	if _, err := k.encoded.SetBytes(x); err != nil || !k.encoded.IsCanonicalVartime() {
		return nil
	}
	if _, err := k.minus.SetCompressedY(&k.encoded); err != nil || k.minus.IsSmallOrder() {
		return nil
	}
	k.minus.Neg(&k.minus)
	return k
}

// expanded returns the table, made now if need be: two workers may both make
// it, of which one is kept.
func (k *edKey) expanded() *curve.ExpandedEdwardsPoint {
	if t := k.table.Load(); t != nil {
		return t
	}
	t := curve.NewExpandedEdwardsPoint(&k.minus)
	k.table.Store(t)
	return t
}

// An edSig is one signature that is to be checked, with what is the same
// however often it is: R and S decoded, c = H(R, A, M), and the coefficient z
// under which it enters every sum. R is negated, like A: then no scalar of a sum
// has to be.
type edSig struct {
	key     *edKey
	minusR  curve.EdwardsPoint
	s, c, z scalar.Scalar
}

// set decodes a signature. It returns false if no message could have it: R not
// canonical or S not below the order.
func (e *edSig) set(key *edKey, parts *edBuffer, sig []byte) bool {
	if len(sig) != 64 {
		return false
	}
	var r curve.CompressedEdwardsY
	if _, err := r.SetBytes(sig[:32]); err != nil || !r.IsCanonicalVartime() {
		return false
	}
	if _, err := e.minusR.SetCompressedY(&r); err != nil {
		return false
	}
	e.minusR.Neg(&e.minusR)
	if _, err := e.s.SetCanonicalBytes(sig[32:]); err != nil {
		return false
	}
	e.key = key
	digest := sha512.Sum512(parts.challenge(r[:], key.encoded[:]))
	_, err := e.c.SetBytesModOrderWide(digest[:])
	return err == nil
}

// An edBuffer holds a message with room before it for R and A, so that the
// challenge is hashed in one piece.
type edBuffer struct {
	b []byte
}

const edRoom = 64

// message returns the buffer, empty, to append the message to; the result goes
// to keep.
func (p *edBuffer) message() []byte {
	if cap(p.b) < edRoom {
		p.b = make([]byte, edRoom, 1024)
	}
	return p.b[:edRoom]
}

func (p *edBuffer) keep(b []byte) { p.b = b }

// content returns the message.
func (p *edBuffer) content() []byte { return p.b[edRoom:] }

func (p *edBuffer) challenge(r, a []byte) []byte {
	copy(p.b, r)
	copy(p.b[32:], a)
	return p.b
}

// holds checks the signature alone: [8]([S]B - R - [c]A) = 0.
func (e *edSig) holds() bool {
	var difference, r curve.EdwardsPoint
	r.Neg(&e.minusR)
	if e.key.table.Load() == nil && e.key.uses.Add(1) < 2 {
		difference.TripleScalarMulBasepointVartime(&e.c, &e.key.minus, &e.s, &r)
	} else {
		difference.ExpandedTripleScalarMulBasepointVartime(&e.c, e.key.expanded(), &e.s, &r)
	}
	return difference.IsSmallOrder()
}
