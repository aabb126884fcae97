package wire

import (
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/suite"
)

// The flags of a PAY_REQ.
const (
	PayReqSE        = 1 << 0 // the payee is of class SE
	PayReqAck       = 1 << 1 // the payee answers with an ACK in place of a RECEIPT
	PayReqProximity = 1 << 2 // the payee wants proximity
)

// The flags of a TRANSFER and a DEFUND.
const (
	TransferClaim  = 1 << 0 // the payee may only deposit it
	TransferUV     = 1 << 1 // the user was verified for it
	TransferOneWay = 1 << 2 // it answers a static request
)

// The families of value, as key 23 says them.
const (
	FamilyBalance = 1 // B, a balance in a trusted device
	FamilyToken   = 2 // T, tokens of the issuer
	FamilyIOU     = 3 // I, signed instructions over a reservation
	FamilyShadow  = 4 // S, the mirror of an online wallet
	FamilyECash   = 5 // E, blind-signed tokens, online first
)

// FamilyOf returns the family of a profile's letter, 0 for another letter.
func FamilyOf(letter string) uint64 {
	return map[string]uint64{
		"B": FamilyBalance, "T": FamilyToken, "I": FamilyIOU, "S": FamilyShadow, "E": FamilyECash,
	}[letter]
}

// The status of a RECEIPT.
const (
	ReceiptAccepted = 1 // credited, durably
	ReceiptRefused  = 2 // not credited and never will be
)

// A PayReq is the payee's demand for a payment.
type PayReq struct {
	Version           uint64
	Realm             Realm
	Suite             suite.Suite
	Currency          uint64
	Exponent          uint64
	Amount            money.Amount
	Transcript        ID
	Nonce             Nonce
	Cert              ID
	Request           uint64 // the payee's request number, from 1
	PolicyVersion     uint64
	RevocationVersion uint64
	Epoch             uint64
	Flags             uint64
	Family            uint64
	MaxHop            uint64 // the highest hop that the payee accepts
	Reference         []byte // 0 to 32 bytes, nil when absent
	Label             string // at most 40 bytes, self-asserted, "" when absent
}

func (m *PayReq) fields(c *codec) {
	c.signedHead(&m.Version, TypePayReq, &m.Realm, &m.Suite)
	c.moneyHead(&m.Currency, &m.Exponent)
	number(c, 7, &m.Amount, 1, maxCounter)
	c.fixed(8, m.Transcript[:])
	c.fixed(9, m.Nonce[:])
	c.fixed(10, m.Cert[:])
	number(c, 11, &m.Request, 1, maxCounter)
	number(c, 19, &m.PolicyVersion, 0, maxCounter)
	number(c, 20, &m.RevocationVersion, 0, maxCounter)
	number(c, 21, &m.Epoch, 0, maxEpoch)
	c.flags(22, &m.Flags, PayReqSE|PayReqAck|PayReqProximity)
	c.choice(23, &m.Family, upTo(5))
	number(c, 39, &m.MaxHop, 0, MaxHop)
	if c.optional(48, len(m.Reference) > 0) {
		c.bytes(48, &m.Reference, 1, 32)
	}
	if c.optional(85, m.Label != "") {
		c.text(85, &m.Label, 40)
	}
}

// A Transfer moves value from the payer, which signs it after its debit.
type Transfer struct {
	Version       uint64
	Realm         Realm
	Suite         suite.Suite
	Currency      uint64
	Exponent      uint64
	Amount        money.Amount
	Cert          ID
	Request       uint64
	PayeeTag      ID
	Counter       uint64  // the payer's spend counter, from 1
	Prev          ID      // id of the payer's previous debit, zero iff Counter is 1
	Lots          []Lot   // under REISSUE provenance
	Inputs        []Input // under CHAIN provenance, in place of Lots
	RequestHash   ID
	PolicyVersion uint64
	Epoch         uint64
	Flags         uint64
	Family        uint64
	Fragments     []Fragment // in family T, beside Lots: the same amounts as parts of tokens
	Expiry        uint64     // epoch; on the wire iff TransferClaim or TransferOneWay is set
	Tokens        []ID       // of family E: the hashes of the tokens beside it, ascending
	// Reserved says that there is a Reservation, key 93, which only FamilyIOU may
	// have: that of the FUND that the payer was credited last, 0 before the first.
	Reserved    bool
	Reservation uint64
}

func (m *Transfer) fields(c *codec) {
	c.signedHead(&m.Version, TypeTransfer, &m.Realm, &m.Suite)
	c.moneyHead(&m.Currency, &m.Exponent)
	number(c, 7, &m.Amount, 1, maxCounter)
	c.fixed(10, m.Cert[:])
	number(c, 11, &m.Request, 1, maxCounter)
	c.fixed(12, m.PayeeTag[:])
	number(c, 13, &m.Counter, 1, maxCounter)
	c.prev(14, &m.Prev, m.Counter)
	c.drawn(&m.Lots, &m.Inputs)
	c.fixed(17, m.RequestHash[:])
	number(c, 19, &m.PolicyVersion, 0, maxCounter)
	number(c, 21, &m.Epoch, 0, maxEpoch)
	c.flags(22, &m.Flags, TransferClaim|TransferUV|TransferOneWay|TransferFallback)
	c.choice(23, &m.Family, upTo(5))
	if m.Flags&TransferFallback != 0 && m.Family != FamilyECash && !c.writing && c.ok() {
		c.fault(22, "undefined flag")
	}
	if m.Flags&(TransferClaim|TransferOneWay) != 0 {
		number(c, 46, &m.Expiry, 0, maxEpoch)
	}
	c.ofTokens(m.Family, &m.Fragments)
	if c.optional(92, len(m.Tokens) > 0) && m.Family == FamilyECash {
		c.idsUpTo(92, &m.Tokens, 1, MaxTokens)
	}
	if m.Family == FamilyIOU && c.optional(93, m.Reserved) {
		m.Reserved = true
		number(c, 93, &m.Reservation, 0, maxCounter)
	}
}

// prev is the link to the previous debit, zero exactly for the first (105).
func (c *codec) prev(key uint64, p *ID, counter uint64) {
	c.fixed(key, p[:])
	if !c.writing && c.ok() && (*p == ID{}) != (counter == 1) {
		c.bound(key, "zero if and only if the counter is 1")
	}
}

// A Receipt is the payee's final word on a TRANSFER.
type Receipt struct {
	Version      uint64
	Realm        Realm
	Suite        suite.Suite
	Cert         ID
	RequestHash  ID
	TransferHash ID
	Status       uint64
	Why          uint64 // refusal code; on the wire iff Status is ReceiptRefused
}

func (m *Receipt) fields(c *codec) {
	c.signedHead(&m.Version, TypeReceipt, &m.Realm, &m.Suite)
	c.fixed(10, m.Cert[:])
	c.fixed(17, m.RequestHash[:])
	c.fixed(18, m.TransferHash[:])
	c.choice(24, &m.Status, upTo(2))
	if m.Status == ReceiptRefused {
		number(c, 25, &m.Why, 100, 999)
	}
}

// A Peer authenticates a payee that is armed to finish what is pending.
type Peer struct {
	Version    uint64
	Realm      Realm
	Suite      suite.Suite
	Transcript ID
	Nonce      Nonce
	Cert       ID
}

func (m *Peer) fields(c *codec) {
	c.signedHead(&m.Version, TypePeer, &m.Realm, &m.Suite)
	c.fixed(8, m.Transcript[:])
	c.fixed(9, m.Nonce[:])
	c.fixed(10, m.Cert[:])
}
