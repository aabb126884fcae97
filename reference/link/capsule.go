package link

import (
	"io"

	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/cloudflare/circl/hpke"
)

// capsuleInfo binds a capsule to the request that it answers.
func capsuleInfo(request wire.ID) []byte {
	return wire.AppendBytes(wire.AppendText(wire.AppendArray(nil, 2), "assay/1/one-way"), request[:])
}

// SealCapsule seals a one-way transfer for the static request with the id, the
// KEM and its key; it draws what the KEM's encapsulation does. The error is a
// [*wire.Error] with 140 for a key that is not one, else the reader's.
func SealCapsule(random io.Reader, number wire.KEM, kemKey []byte, request wire.ID, m wire.OneWay) ([]byte, error) {
	enc, context, err := capsuleSender(random, number, kemKey, request)
	if err != nil {
		return nil, err
	}
	ciphertext, err := context.Seal(pad(m.Encode()), request[:])
	if err != nil {
		return nil, err
	}
	return wire.Capsule{Enc: enc, Ciphertext: ciphertext}.Encode(), nil
}

func capsuleSender(random io.Reader, number wire.KEM, kemKey []byte, request wire.ID) ([]byte, hpke.Sealer, error) {
	k, known := hpkeKEM(number)
	if !known || zeroAgreement(number, kemKey) {
		return nil, nil, broken("key of the request")
	}
	public, err := k.Scheme().UnmarshalBinaryPublicKey(kemKey)
	if err != nil {
		return nil, nil, broken("key of the request")
	}
	sender, err := hpkeSuite(k).NewSender(public, capsuleInfo(request))
	if err != nil {
		return nil, nil, broken("key of the request")
	}
	drawn := &firstError{reader: random}
	enc, context, err := sender.Setup(drawn)
	if drawn.err != nil {
		return nil, nil, drawn.err
	}
	if err != nil {
		return nil, nil, broken("key of the request")
	}
	return enc, context, nil
}

// KeyUsable reports whether capsules can be sealed to the key of a KEM. A point
// of small order cannot: every agreement with it is zero, whoever agrees.
func KeyUsable(number wire.KEM, kemKey []byte) bool {
	_, _, err := capsuleSender(constant{}, number, kemKey, wire.ID{})
	return err == nil
}

// constant is randomness that nothing is ever sealed with.
type constant struct{}

func (constant) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 1
	}
	return len(p), nil
}

// OpenCapsule opens what was sealed for the request with the id, and reports
// false if it was not sealed for it and this key. The error is a [*wire.Error].
func (e *Ephemeral) OpenCapsule(request wire.ID, m wire.Capsule) (wire.OneWay, bool, error) {
	k, known := hpkeKEM(e.kem)
	if !known || zeroAgreement(e.kem, m.Enc) {
		return wire.OneWay{}, false, nil
	}
	receiver, err := hpkeSuite(k).NewReceiver(e.private, capsuleInfo(request))
	if err != nil {
		return wire.OneWay{}, false, nil
	}
	context, err := receiver.Setup(m.Enc)
	if err != nil {
		return wire.OneWay{}, false, nil
	}
	plaintext, err := context.Open(m.Ciphertext, request[:])
	if err != nil {
		return wire.OneWay{}, false, nil
	}
	item, err := unpad(plaintext)
	if err != nil {
		return wire.OneWay{}, true, err
	}
	transfer, err := wire.DecodeOneWay(item)
	return transfer, true, err
}
