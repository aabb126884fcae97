package wire

import (
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/suite"
)

// The purposes of a FUND_REQ, key 24.
const (
	FundRequest = 1 // credit me
	FundCancel  = 2 // this request will never be accepted: give the amount back
)

// The status of a DEFUND_ACK.
const (
	DefundCredited = 1 // the account is credited
	DefundRefused  = 2 // it is not and never will be
)

// A FundReq asks for value from the account, or cancels that.
type FundReq struct {
	Version  uint64
	Realm    Realm
	Suite    suite.Suite
	Currency uint64
	Exponent uint64
	Amount   money.Amount
	Nonce    Nonce
	Cert     ID
	Request  uint64    // the device's funding counter, from 1
	Status   uint64    // FundRequest or FundCancel
	Blinded  []Blinded // of family E, for a request: what the issuer is to sign
}

func (m *FundReq) fields(c *codec) {
	c.signedHead(&m.Version, TypeFundReq, &m.Realm, &m.Suite)
	c.moneyHead(&m.Currency, &m.Exponent)
	number(c, 7, &m.Amount, 1, maxCounter)
	c.fixed(9, m.Nonce[:])
	c.fixed(10, m.Cert[:])
	number(c, 11, &m.Request, 1, maxCounter)
	c.choice(24, &m.Status, upTo(2))
	if c.optional(94, len(m.Blinded) > 0) {
		c.blinded(94, &m.Blinded)
	}
}

// A Fund is the voucher that credits one device once.
type Fund struct {
	Version     uint64
	Realm       Realm
	Suite       suite.Suite
	Currency    uint64
	Exponent    uint64
	Amount      money.Amount
	Nonce       Nonce
	Cert        ID
	RequestHash ID // key 18: id of the FUND_REQ
	Epoch       uint64
	Device      DID
	Issued      [][]byte // in family T: encoded TOKENs
	Signatures  [][]byte // of family E: blind signatures, in the order of the FUND_REQ
	Reservation uint64   // key 93: the number of the FUND_REQ, in family I; 0 in others, and not on the wire
}

func (m *Fund) fields(c *codec) {
	c.signedHead(&m.Version, TypeFund, &m.Realm, &m.Suite)
	c.moneyHead(&m.Currency, &m.Exponent)
	number(c, 7, &m.Amount, 1, maxCounter)
	c.fixed(9, m.Nonce[:])
	c.fixed(10, m.Cert[:])
	c.fixed(18, m.RequestHash[:])
	number(c, 21, &m.Epoch, 0, maxEpoch)
	c.fixed(31, m.Device[:])
	if c.reserved || c.writing && m.Reservation > 0 {
		number(c, 93, &m.Reservation, 1, maxCounter)
	}
	if c.optional(95, len(m.Signatures) > 0) {
		c.blindSigs(95, &m.Signatures)
	}
	c.issued(&m.Issued)
}

// A Defund moves value from the device to the account: a debit in the same
// chain as a TRANSFER.
type Defund struct {
	Version       uint64
	Realm         Realm
	Suite         suite.Suite
	Currency      uint64
	Exponent      uint64
	Amount        money.Amount
	Nonce         Nonce // the ledger's, names the order online
	Cert          ID
	Counter       uint64
	Prev          ID
	Lots          []Lot   // with the hop at which they are held, from 0
	Inputs        []Input // the same, under CHAIN provenance in place of Lots
	PolicyVersion uint64
	Epoch         uint64
	Flags         uint64 // TransferUV
	Family        uint64
	Fragments     []Fragment // in family T, beside Lots
	Spent         []Token    // of family E: what is brought home
}

func (m *Defund) fields(c *codec) {
	c.signedHead(&m.Version, TypeDefund, &m.Realm, &m.Suite)
	c.moneyHead(&m.Currency, &m.Exponent)
	number(c, 7, &m.Amount, 1, maxCounter)
	c.fixed(9, m.Nonce[:])
	c.fixed(10, m.Cert[:])
	number(c, 13, &m.Counter, 1, maxCounter)
	c.prev(14, &m.Prev, m.Counter)
	c.drawn(&m.Lots, &m.Inputs)
	number(c, 19, &m.PolicyVersion, 0, maxCounter)
	number(c, 21, &m.Epoch, 0, maxEpoch)
	c.flags(22, &m.Flags, TransferUV)
	c.choice(23, &m.Family, upTo(5))
	c.ofTokens(m.Family, &m.Fragments)
	if c.optional(97, len(m.Spent) > 0) && m.Family == FamilyECash {
		c.tokens(97, &m.Spent)
	}
}

// A DefundAck is the ledger's final word on a DEFUND.
type DefundAck struct {
	Version      uint64
	Realm        Realm
	Suite        suite.Suite
	Cert         ID
	TransferHash ID // key 18: id of the DEFUND
	Epoch        uint64
	Status       uint64
	Device       DID
}

func (m *DefundAck) fields(c *codec) {
	c.signedHead(&m.Version, TypeDefundAck, &m.Realm, &m.Suite)
	c.fixed(10, m.Cert[:])
	c.fixed(18, m.TransferHash[:])
	number(c, 21, &m.Epoch, 0, maxEpoch)
	c.choice(24, &m.Status, upTo(2))
	c.fixed(31, m.Device[:])
}
