package wire

import (
	"crypto/sha256"
	"math"

	"github.com/assay-cbdc/assay/spec"
)

// An Object is a signed object: a COSE_Sign1 of RFC 9052, untagged, with the
// algorithm alone in its protected header and nothing in the unprotected one.
type Object struct {
	Alg       int64 // COSE algorithm of the signer's suite
	Payload   []byte
	Signature []byte
}

// emptyMap is the only unprotected header.
const emptyMap = majorMap

// Encode returns the object's bytes.
func (o Object) Encode() []byte {
	b := make([]byte, 0, len(o.Payload)+len(o.Signature)+16)
	b = AppendArray(b, 4)
	b = AppendBytes(b, appendProtected(make([]byte, 0, 12), o.Alg))
	b = append(b, emptyMap)
	b = AppendBytes(b, o.Payload)
	return AppendBytes(b, o.Signature)
}

// appendProtected appends the protected header {1: alg}.
func appendProtected(b []byte, alg int64) []byte {
	return AppendInt(AppendUint(AppendMap(b, 1), 1), alg)
}

// DecodeObject reads an object of at most limit bytes. Payload and Signature
// alias b. The error is an [*Error]: 106 too large; 101, 102 or 103 for the
// array; 104 for its headers. The payload is not read.
func DecodeObject(b []byte, limit int) (Object, error) {
	var o Object
	if len(b) > limit {
		return o, &Error{spec.ESize, NoKey, "larger than its type allows"}
	}
	if err := o.decode(b); err != nil {
		if wrong := WellFormed(b); wrong != nil {
			return Object{}, wrong
		}
		return Object{}, err
	}
	return o, nil
}

// decode returns a nil error interface only for the one encoding.
func (o *Object) decode(b []byte) error {
	r := NewReader(b)
	if n := r.Array(); n != 4 && r.err == nil {
		return notInGrammar("a signed object is an array of four")
	}
	protected := r.Bytes()
	if len(r.rest) > 0 && r.rest[0] != emptyMap {
		return &Error{spec.EHdr, NoKey, "unprotected header not empty"}
	}
	r.Raw()
	o.Payload = r.Bytes()
	o.Signature = r.Bytes()
	r.End()
	if r.err != nil {
		return r.err
	}
	h := NewReader(protected)
	members, label, alg := h.Map(), h.Uint(), h.Int()
	if h.End(); h.err != nil || members != 1 || label != 1 {
		return &Error{spec.EHdr, NoKey, "protected header is not the algorithm alone"}
	}
	o.Alg = alg
	return nil
}

// AppendSigStructure appends the bytes that are signed: enc(["Signature1",
// protected, external_aad, payload]), with the domain as external_aad.
func AppendSigStructure(b []byte, alg int64, domain string, payload []byte) []byte {
	b = AppendText(AppendArray(b, 4), "Signature1")
	var header [12]byte
	b = AppendBytes(b, appendProtected(header[:0], alg))
	b = appendHead(b, majorBytes, uint64(len(domain)))
	b = append(b, domain...)
	return AppendBytes(b, payload)
}

// SigStructure returns the bytes that are signed.
func SigStructure(alg int64, domain string, payload []byte) []byte {
	return AppendSigStructure(make([]byte, 0, len(payload)+len(domain)+32), alg, domain, payload)
}

// ToBeSigned returns the bytes that the object's signature covers as an object
// of type t.
func (o Object) ToBeSigned(t Type) []byte {
	return SigStructure(o.Alg, t.Domain(), o.Payload)
}

// ID returns the identifier of the object as one of type t: the digest of what
// is signed. The signature is no part of it, so that signing again cannot give
// one payment two identifiers.
func (o Object) ID(t Type) ID { return sha256.Sum256(o.ToBeSigned(t)) }

// Peek returns the type that a payload claims, key 2, and false when it claims
// none. It checks nothing else.
func Peek(payload []byte) (Type, bool) {
	r := NewReader(payload)
	r.Map()
	first, _, second, t := r.Uint(), r.Uint(), r.Uint(), r.Uint()
	if r.err != nil || first != 1 || second != 2 || t > math.MaxUint8 {
		return 0, false
	}
	return Type(t), true
}
