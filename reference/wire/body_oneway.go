package wire

import (
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/spec"
)

// StaticReqSE is the one flag of a STATIC_REQ: the payee is of class SE.
const StaticReqSE = PayReqSE

// MaxStaticUses is the highest maximum of uses of a STATIC_REQ: the payee keeps
// an entry for each.
const MaxStaticUses = 64

// MaxEpoch is the highest epoch that a message can name.
const MaxEpoch = maxEpoch

// A StaticReq is a payee's standing demand, answered by one-way transfers of
// any number of payers.
type StaticReq struct {
	Version           uint64
	Realm             Realm
	Suite             suite.Suite
	Currency          uint64
	Exponent          uint64
	Amount            money.Amount // 0, and absent, where the payer chooses
	Nonce             Nonce
	Cert              ID
	Request           uint64 // the payee's number of static requests, from 1
	PolicyVersion     uint64
	RevocationVersion uint64
	Epoch             uint64
	Flags             uint64
	Family            uint64
	MaxHop            uint64
	KEM               KEM
	KEMKey            []byte // capsules are sealed to it
	Expiry            uint64 // the last epoch in which it may be paid
	Max               uint64 // how many transfers it takes, refused ones among them
	Reference         []byte // 0 to 32 bytes, nil when absent
	Label             string // at most 40 bytes, self-asserted, "" when absent
}

func (m *StaticReq) fields(c *codec) {
	c.signedHead(&m.Version, TypeStaticReq, &m.Realm, &m.Suite)
	c.moneyHead(&m.Currency, &m.Exponent)
	if c.optional(7, m.Amount != 0) {
		number(c, 7, &m.Amount, 1, maxCounter)
	}
	c.fixed(9, m.Nonce[:])
	c.fixed(10, m.Cert[:])
	number(c, 11, &m.Request, 1, maxCounter)
	number(c, 19, &m.PolicyVersion, 0, maxCounter)
	number(c, 20, &m.RevocationVersion, 0, maxCounter)
	number(c, 21, &m.Epoch, 0, maxEpoch)
	c.flags(22, &m.Flags, StaticReqSE)
	c.choice(23, &m.Family, upTo(5))
	number(c, 39, &m.MaxHop, 0, MaxHop)
	number(c, 43, &m.KEM, 0, maxNumber)
	c.bytes(44, &m.KEMKey, 1, 1600)
	number(c, 46, &m.Expiry, 0, maxEpoch)
	number(c, 47, &m.Max, 1, MaxStaticUses)
	if c.optional(48, len(m.Reference) > 0) {
		c.bytes(48, &m.Reference, 1, 32)
	}
	if c.optional(85, m.Label != "") {
		c.text(85, &m.Label, 40)
	}
}

// Encode returns the payload of a STATIC_REQ.
func (m StaticReq) Encode() []byte { return encode(&m) }

// DecodeStaticReq reads the payload of a STATIC_REQ.
func DecodeStaticReq(payload []byte) (StaticReq, error) { return decode[StaticReq](payload) }

// A Capsule is a one-way transfer as it travels: an encapsulated key and what
// is sealed under it.
type Capsule struct {
	Enc        []byte
	Ciphertext []byte
}

// Encode returns the capsule's bytes.
func (m Capsule) Encode() []byte { return appendList(nil, [][]byte{m.Enc, m.Ciphertext}) }

// DecodeCapsule reads a capsule; its members alias b. The error is an [*Error].
func DecodeCapsule(b []byte) (Capsule, error) {
	var c codec
	c.in = NewReader(b)
	c.lengthItem(0, 2, 2, 2)
	m := Capsule{c.in.Bytes(), c.in.Bytes()}
	return m, c.decodedFrame(b)
}

// A OneWay is what a capsule seals. The payer's own nonce opens the payee tag;
// no signature covers it, because the tag does.
type OneWay struct {
	Object []byte // encoded TRANSFER
	Nonce  Nonce
	Certs  [][]byte // encoded objects
}

// Encode returns the item [0x13, object, nonce, [certificates], []]; the last
// list is empty: under CHAIN there are no one-way payments.
func (m OneWay) Encode() []byte {
	b := AppendUint(AppendArray(nil, 5), uint64(TypeTransfer))
	b = AppendBytes(AppendBytes(b, m.Object), m.Nonce[:])
	return AppendArray(appendList(b, m.Certs), 0)
}

// DecodeOneWay reads the item; its members alias b. The error is an [*Error].
func DecodeOneWay(b []byte) (OneWay, error) {
	if len(b) > maxFrame {
		return OneWay{}, &Error{spec.ESize, NoKey, "larger than a frame"}
	}
	var c codec
	var m OneWay
	c.in = NewReader(b)
	members, typ := c.in.Array(), c.in.Uint()
	switch {
	case !c.ok():
	case typ != uint64(TypeTransfer):
		c.typ = &Error{spec.EType, NoKey, "a capsule holds a TRANSFER"}
	case members != 5:
		c.fault(NoKey, "an item of another length")
	default:
		m.Object = c.in.Bytes()
		c.fixedItem(0, m.Nonce[:])
		c.list(&m.Certs)
		c.lengthItem(0, 0, 0, 0)
	}
	return m, c.decoded(b)
}
