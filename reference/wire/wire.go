// Package wire reads and writes the messages of the encoding chapter: one
// deterministic CBOR encoding for each, the COSE_Sign1 objects around them and
// the identifiers derived from them.
//
// It decides what is a message and nothing else: whether a signature, a
// certificate or an amount is right is decided by those who use it. Byte
// slices in decoded values alias the input, which must not change while they
// are used.
package wire

// V1 is the protocol version of this package, key 1 of every body.
const V1 = 1

// An ID is a SHA-256 digest that names a signed object, a transcript or a log
// position.
type ID [32]byte

// A DID names a device for life, through every change of key.
type DID [16]byte

// A Realm separates currencies, issuers and test from production.
type Realm [8]byte

// A Nonce is a fresh value. All zero is never one.
type Nonce [16]byte

// A Type is the number of a message, key 2 of every body.
type Type uint8

// The message types.
const (
	TypeCert       Type = 0x01
	TypePolicy     Type = 0x02
	TypeRevset     Type = 0x03
	TypeKeyset     Type = 0x05
	TypeHello      Type = 0x10
	TypeCaps       Type = 0x11
	TypePayReq     Type = 0x12
	TypeTransfer   Type = 0x13
	TypeReceipt    Type = 0x14
	TypeAbort      Type = 0x16
	TypeStaticReq  Type = 0x17
	TypePeer       Type = 0x18
	TypeAck        Type = 0x19
	TypeCertGet    Type = 0x1A
	TypeCerts      Type = 0x1B
	TypeTokens     Type = 0x1C
	TypeFundReq    Type = 0x20
	TypeFund       Type = 0x21
	TypeDefund     Type = 0x22
	TypeDefundAck  Type = 0x23
	TypeDeposit    Type = 0x24
	TypeDepositAck Type = 0x25
	TypeSyncChal   Type = 0x28
	TypeSync       Type = 0x29
	TypeSyncAck    Type = 0x2A
	TypeResolve    Type = 0x2B
	TypeRekeyReq   Type = 0x30
	TypeEnrolReq   Type = 0x31
	TypeEvidence   Type = 0x38
	TypeToken      Type = 0x50
)

// typeInfo is one row of the table of message types.
type typeInfo struct {
	name, domain string
	maxBytes     int
}

func (t Type) info() typeInfo {
	switch t {
	case TypeCert:
		return typeInfo{"CERT", "assay/1/cert", 12288}
	case TypePolicy:
		return typeInfo{"POLICY", "assay/1/policy", 16384}
	case TypeRevset:
		return typeInfo{"REVSET", "assay/1/revset", 65000}
	case TypeHello:
		return typeInfo{"HELLO", "", 2048}
	case TypeCaps:
		return typeInfo{"CAPS", "", 2048}
	case TypePayReq:
		return typeInfo{"PAY_REQ", "assay/1/pay-req", 4096}
	case TypeTransfer:
		return typeInfo{"TRANSFER", "assay/1/transfer", 8192}
	case TypeReceipt:
		return typeInfo{"RECEIPT", "assay/1/receipt", 4096}
	case TypeAbort:
		return typeInfo{"ABORT", "", 64}
	case TypeStaticReq:
		return typeInfo{"STATIC_REQ", "assay/1/static-req", 8192}
	case TypePeer:
		return typeInfo{"PEER", "assay/1/peer", 4096}
	case TypeAck:
		return typeInfo{"ACK", "", 96}
	case TypeCertGet:
		return typeInfo{"CERT_GET", "", 128}
	case TypeCerts:
		return typeInfo{"CERTS", "", 24576}
	case TypeTokens:
		return typeInfo{"TOKENS", "", maxFrame}
	default:
		return t.onlineInfo()
	}
}

// onlineInfo has the rows of the messages between a device and the online side.
func (t Type) onlineInfo() typeInfo {
	switch t {
	case TypeFundReq:
		return typeInfo{"FUND_REQ", "assay/1/fund-req", 4096}
	case TypeFund:
		return typeInfo{"FUND", "assay/1/fund", 4096}
	case TypeDefund:
		return typeInfo{"DEFUND", "assay/1/defund", 4096}
	case TypeDefundAck:
		return typeInfo{"DEFUND_ACK", "assay/1/defund-ack", 4096}
	case TypeDeposit:
		return typeInfo{"DEPOSIT", "assay/1/deposit", 65000}
	case TypeDepositAck:
		return typeInfo{"DEPOSIT_ACK", "assay/1/deposit-ack", MaxMoney}
	case TypeKeyset:
		return typeInfo{"KEYSET", "assay/1/keyset", 65000}
	case TypeSyncChal:
		return typeInfo{"SYNC_CHAL", "assay/1/sync-chal", 4096}
	case TypeSync:
		return typeInfo{"SYNC", "assay/1/sync", 65000}
	case TypeSyncAck:
		return typeInfo{"SYNC_ACK", "assay/1/sync-ack", 4096}
	case TypeResolve:
		return typeInfo{"RESOLVE", "assay/1/resolve", 4096}
	case TypeRekeyReq:
		return typeInfo{"REKEY_REQ", "assay/1/rekey", 8192}
	case TypeEnrolReq:
		return typeInfo{"ENROL_REQ", "assay/1/enrol", 8192}
	case TypeEvidence:
		return typeInfo{"EVIDENCE", "", 65000}
	case TypeToken:
		return typeInfo{"TOKEN", "assay/1/token", 4096}
	default:
		return typeInfo{"unknown type", "", 0}
	}
}

// Domain returns the domain separator of the type, the external_aad of its
// signatures; it is empty for a type that is not signed.
func (t Type) Domain() string { return t.info().domain }

// MaxBytes returns the largest size in bytes of a whole object of the type,
// and 0 for an unknown type.
func (t Type) MaxBytes() int { return t.info().maxBytes }

// String returns the name of the type: "PAY_REQ".
func (t Type) String() string { return t.info().name }
