package obvious

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/fxamacker/cbor/v2"

	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/spec"
)

// The domain separators of the two objects that a payment holds.
const (
	transferDomain = "assay/1/transfer"
	certDomain     = "assay/1/cert"
)

// record is a settlement record.
type record struct {
	_            struct{} `cbor:",toarray"`
	Transfer     []byte
	Certificates [][]byte
	Payee        []byte
	Nonce        []byte
}

// sign1 is an untagged COSE_Sign1.
type sign1 struct {
	_           struct{} `cbor:",toarray"`
	Protected   []byte
	Unprotected map[int]cbor.RawMessage
	Payload     []byte
	Signature   []byte
}

type protected struct {
	Algorithm int64 `cbor:"1,keyasint"`
}

type lot struct {
	_      struct{} `cbor:",toarray"`
	Hop    uint64
	Amount uint64
}

// transfer is the payload of a TRANSFER.
type transfer struct {
	Version  uint64      `cbor:"1,keyasint"`
	Type     uint64      `cbor:"2,keyasint"`
	Realm    []byte      `cbor:"3,keyasint"`
	Suite    suite.Suite `cbor:"4,keyasint"`
	Currency uint64      `cbor:"5,keyasint"`
	Exponent uint64      `cbor:"6,keyasint"`
	Amount   uint64      `cbor:"7,keyasint"`
	Cert     []byte      `cbor:"10,keyasint"`
	Request  uint64      `cbor:"11,keyasint"`
	PayeeTag []byte      `cbor:"12,keyasint"`
	Counter  uint64      `cbor:"13,keyasint"`
	Previous []byte      `cbor:"14,keyasint"`
	Lots     []lot       `cbor:"15,keyasint"`
	ReqHash  []byte      `cbor:"17,keyasint"`
	Policy   uint64      `cbor:"19,keyasint"`
	Epoch    uint64      `cbor:"21,keyasint"`
	Flags    uint64      `cbor:"22,keyasint"`
	Family   uint64      `cbor:"23,keyasint"`
	Expiry   *uint64     `cbor:"46,keyasint,omitempty"`
	Reserved *uint64     `cbor:"93,keyasint,omitempty"`
}

// certificate is the payload of a CERT.
type certificate struct {
	Version  uint64          `cbor:"1,keyasint"`
	Type     uint64          `cbor:"2,keyasint"`
	Realm    []byte          `cbor:"3,keyasint"`
	Suite    suite.Suite     `cbor:"4,keyasint"`
	Issuer   []byte          `cbor:"10,keyasint"`
	Epoch    uint64          `cbor:"21,keyasint"`
	Level    uint64          `cbor:"30,keyasint"`
	Subject  []byte          `cbor:"31,keyasint"`
	Key      cbor.RawMessage `cbor:"32,keyasint"`
	Usage    uint64          `cbor:"33,keyasint"`
	Class    *uint64         `cbor:"34,keyasint,omitempty"`
	Env      uint64          `cbor:"35,keyasint"`
	Validity []uint64        `cbor:"36,keyasint"`
	Suites   []suite.Suite   `cbor:"37,keyasint"`
	Limits   *uint64         `cbor:"38,keyasint,omitempty"`
	Replaces []byte          `cbor:"62,keyasint,omitempty"`
	Trusted  *uint64         `cbor:"63,keyasint,omitempty"`
	Label    *string         `cbor:"85,keyasint,omitempty"`
}

// A refusal is a verdict on its way up.
type refusal struct {
	requirement spec.ID
	code        spec.Code
}

func (r refusal) Error() string { return fmt.Sprintf("obvious: refused with %d", r.code) }

// A codec reads CBOR strictly. fxamacker/cbor takes long forms and unordered
// keys, so every item is encoded again and compared.
type codec struct {
	dec cbor.DecMode
	enc cbor.EncMode
}

func newCodec() (codec, error) {
	dec, err := cbor.DecOptions{
		DupMapKey:         cbor.DupMapKeyEnforcedAPF,
		IndefLength:       cbor.IndefLengthForbidden,
		TagsMd:            cbor.TagsForbidden,
		ExtraReturnErrors: cbor.ExtraDecErrorUnknownField,
		MaxNestedLevels:   6,
	}.DecMode()
	if err != nil {
		return codec{}, fmt.Errorf("obvious: decoding mode: %w", err)
	}
	enc, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		return codec{}, fmt.Errorf("obvious: encoding mode: %w", err)
	}
	return codec{dec, enc}, nil
}

// decode reads b into v and refuses every encoding of it but one.
func (c codec) decode(b []byte, v any) error {
	if err := c.dec.Unmarshal(b, v); err != nil {
		var unknown *cbor.UnknownFieldError
		var kind *cbor.UnmarshalTypeError
		if errors.As(err, &unknown) || errors.As(err, &kind) {
			return refusal{spec.ENC02, spec.EField}
		}
		return refusal{spec.ENC02, spec.EMalformed}
	}
	again, err := c.enc.Marshal(v)
	if err != nil {
		return refusal{spec.ENC02, spec.EMalformed}
	}
	if !bytes.Equal(again, b) {
		return refusal{spec.ENC01, spec.ECanon}
	}
	return nil
}

// An object is a decoded signed object and the bytes that its signature covers.
type object struct {
	signed, signature []byte
	algorithm         int64
}

func (o object) id() [32]byte { return sha256.Sum256(o.signed) }

// object decodes a signed object and its payload.
func (c codec) object(b []byte, domain string, payload any) (object, error) {
	var obj sign1
	if err := c.decode(b, &obj); err != nil {
		return object{}, err
	}
	var head protected
	if err := c.decode(obj.Protected, &head); err != nil || len(obj.Unprotected) != 0 {
		return object{}, refusal{spec.CRY06, spec.EHdr}
	}
	if err := c.decode(obj.Payload, payload); err != nil {
		return object{}, err
	}
	signed, err := c.enc.Marshal([]any{"Signature1", obj.Protected, []byte(domain), obj.Payload})
	if err != nil {
		return object{}, fmt.Errorf("obvious: signed bytes: %w", err)
	}
	return object{signed, obj.Signature, head.Algorithm}, nil
}

// payeeTag is the digest that hides the payee of a TRANSFER.
func (c codec) payeeTag(payee, nonce []byte) ([32]byte, error) {
	b, err := c.enc.Marshal([]any{"assay/1/payee", payee, nonce})
	if err != nil {
		return [32]byte{}, fmt.Errorf("obvious: payee tag: %w", err)
	}
	return sha256.Sum256(b), nil
}
