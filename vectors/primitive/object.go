package primitive

import (
	"crypto/sha256"
	"errors"

	"github.com/fxamacker/cbor/v2"
)

// An Object is a COSE_Sign1 in its four parts, as they are; the unprotected
// header is left encoded.
type Object struct {
	Protected, Unprotected, Payload, Signature []byte
}

// ErrObject says that bytes are not an array of four of the right kinds.
var ErrObject = errors.New("primitive: not a signed object")

// ParseObject splits an object without judging its parts.
func ParseObject(b []byte) (Object, error) {
	var parts []cbor.RawMessage
	if cbor.Unmarshal(b, &parts) != nil || len(parts) != 4 {
		return Object{}, ErrObject
	}
	o := Object{Unprotected: parts[1]}
	for i, p := range map[int]*[]byte{0: &o.Protected, 2: &o.Payload, 3: &o.Signature} {
		if cbor.Unmarshal(parts[i], p) != nil {
			return Object{}, ErrObject
		}
	}
	return o, nil
}

// ToBeSigned returns the Sig_structure of an object under a domain.
func (o Object) ToBeSigned(domain string) []byte {
	return Encode([]any{"Signature1", o.Protected, []byte(domain), o.Payload})
}

// ID returns the identifier of an object under a domain.
func (o Object) ID(domain string) [32]byte { return sha256.Sum256(o.ToBeSigned(domain)) }

// Encode returns the deterministic encoding of a value.
func Encode(v any) []byte {
	b, err := encoder().Marshal(v)
	if err != nil {
		panic("primitive: " + err.Error()) // for values of this repository alone
	}
	return b
}
