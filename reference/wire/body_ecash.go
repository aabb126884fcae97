package wire

import (
	"crypto/sha256"

	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/spec"
)

// What family E bounds. A token is as long as the modulus of its key, and so many
// of them, with their spends, fit into one frame.
const (
	MaxTokens = 40    // in one message
	TokenSize = 256   // bytes of an RSA-2048 signature, blinded message or modulus
	MaxMoney  = 32768 // bytes of a FUND_REQ, FUND or DEPOSIT_ACK of family E
)

// TransferFallback is the flag of a TRANSFER of family E: the online check was
// tried and failed, and the payer's device answers for its tokens.
const TransferFallback = 1 << 3

// A TokenKey names a key of a KEYSET: the first 8 bytes of the digest of what it
// signs for.
type TokenKey [8]byte

// A KeysetEntry is one key of the issuer: it signs tokens of one denomination and
// one key epoch, and nothing else.
type KeysetEntry struct {
	Denomination money.Amount
	KeyEpoch     uint64
	Last         uint64 // the last epoch in which its tokens are taken
	Modulus      []byte
	Exponent     uint64
}

// A Keyset is what the issuer signs tokens with, in a version.
type Keyset struct {
	Version       uint64
	Realm         Realm
	Suite         suite.Suite
	Cert          ID
	KeysetVersion uint64
	Epoch         uint64
	Keys          []KeysetEntry // ascending by denomination and key epoch
}

func (m *Keyset) fields(c *codec) {
	c.signedHead(&m.Version, TypeKeyset, &m.Realm, &m.Suite)
	c.fixed(10, m.Cert[:])
	number(c, 19, &m.KeysetVersion, 1, maxCounter)
	number(c, 21, &m.Epoch, 0, maxEpoch)
	n := c.length(98, len(m.Keys), 1, 256)
	if !c.writing {
		m.Keys = resize(m.Keys, n)
	}
	for i := range m.Keys {
		k := &m.Keys[i]
		if c.lengthItem(98, 5, 5, 5) != 5 {
			return
		}
		numberItem(c, 98, &k.Denomination, 1, maxCounter)
		numberItem(c, 98, &k.KeyEpoch, 1, maxEpoch)
		numberItem(c, 98, &k.Last, 0, maxEpoch)
		c.sizedItem(98, &k.Modulus, TokenSize)
		numberItem(c, 98, &k.Exponent, 3, maxCounter)
		if i > 0 && !c.writing && c.ok() && !k.after(m.Keys[i-1]) {
			c.fault(98, "keys not ascending by denomination and key epoch")
		}
	}
}

func (k KeysetEntry) after(o KeysetEntry) bool {
	return k.Denomination > o.Denomination || k.Denomination == o.Denomination && k.KeyEpoch > o.KeyEpoch
}

// sizedItem is a byte string of exactly size bytes inside an array.
func (c *codec) sizedItem(key uint64, p *[]byte, size int) {
	if c.writing {
		c.out = AppendBytes(c.out, *p)
		return
	}
	*p = c.in.Bytes()
	c.kindFault(key)
	if c.ok() && len(*p) != size {
		c.fault(int64(key), "byte string of another length")
	}
}

// TokenKeyOf names a key: realm, denomination, key epoch, modulus and exponent.
func TokenKeyOf(realm Realm, k KeysetEntry) TokenKey {
	b := AppendText(AppendArray(nil, 6), "assay/1/tok-key")
	b = AppendUint(AppendUint(AppendBytes(b, realm[:]), uint64(k.Denomination)), k.KeyEpoch)
	b = AppendUint(AppendBytes(b, k.Modulus), k.Exponent)
	digest := sha256.Sum256(b)
	return TokenKey(digest[:8])
}

// TokenMessage is what the issuer signs without seeing it: hash is that of the
// holder's one-time key.
func TokenMessage(realm Realm, denomination money.Amount, keyEpoch uint64, hash ID) []byte {
	b := AppendText(AppendArray(nil, 5), "assay/1/ecash")
	b = AppendUint(AppendUint(AppendBytes(b, realm[:]), uint64(denomination)), keyEpoch)
	return AppendBytes(b, hash[:])
}

// SpendMessage is what the one-time key of a token signs: the request that is
// paid, and its payee's tag.
func SpendMessage(request, payeeTag ID) []byte {
	b := AppendText(AppendArray(nil, 3), "assay/1/tok")
	return AppendBytes(AppendBytes(b, request[:]), payeeTag[:])
}

// TokensID names a payment with tokens alone, as a RECEIPT does: by the request and
// the hashes of the tokens, in their order.
func TokensID(request ID, hashes []ID) ID {
	b := AppendText(AppendArray(nil, 3), "assay/1/tokens")
	b = AppendArray(AppendBytes(b, request[:]), len(hashes))
	for _, h := range hashes {
		b = AppendBytes(b, h[:])
	}
	return sha256.Sum256(b)
}

// A Blinded is one message for the issuer to sign.
type Blinded struct {
	Key     TokenKey
	Message []byte
}

func (c *codec) blinded(key uint64, p *[]Blinded) {
	n := c.length(key, len(*p), 1, MaxTokens)
	if !c.writing {
		*p = resize(*p, n)
	}
	for i := range *p {
		b := &(*p)[i]
		if c.lengthItem(key, 2, 2, 2) != 2 {
			return
		}
		c.fixedItem(key, b.Key[:])
		c.sizedItem(key, &b.Message, TokenSize)
	}
}

// blindSigs are the issuer's answers, in the order of what was asked.
func (c *codec) blindSigs(key uint64, p *[][]byte) {
	n := c.length(key, len(*p), 1, MaxTokens)
	if !c.writing {
		*p = resize(*p, n)
	}
	for i := range *p {
		c.sizedItem(key, &(*p)[i], TokenSize)
	}
}

// A Token is a token as it is spent. Hash, the digest of Holder, names it.
type Token struct {
	Key        TokenKey
	Holder     [32]byte // one-time Ed25519 public key
	Randomizer [32]byte
	Signature  []byte
	Spend      [64]byte // TOKEN-SPEND, by the one-time key
}

// Hash names the token.
func (t Token) Hash() ID { return sha256.Sum256(t.Holder[:]) }

func (c *codec) token(key uint64, t *Token) {
	if c.lengthItem(key, 5, 5, 5) != 5 {
		return
	}
	c.fixedItem(key, t.Key[:])
	c.fixedItem(key, t.Holder[:])
	c.fixedItem(key, t.Randomizer[:])
	c.sizedItem(key, &t.Signature, TokenSize)
	c.fixedItem(key, t.Spend[:])
}

// Encode returns the token's bytes.
func (t Token) Encode() []byte {
	c := codec{writing: true}
	c.token(0, &t)
	return c.out
}

// DecodeToken reads a token; Signature aliases b. The error is an [*Error].
func DecodeToken(b []byte) (Token, error) {
	var c codec
	var t Token
	c.in = NewReader(b)
	c.token(0, &t)
	return t, c.decoded(b)
}

// Tokens reads the tokens that stand beside a TRANSFER of family E, where links
// stand under CHAIN. The error is an [*Error].
func Tokens(links []Link) ([]Token, error) {
	if len(links) > MaxTokens {
		return nil, &Error{spec.EField, NoKey, "more tokens than a message may have"}
	}
	list := make([]Token, len(links))
	for i, l := range links {
		if l.Nonce != nil {
			return nil, &Error{spec.EField, NoKey, "a token has no nonce beside it"}
		}
		var err error
		if list[i], err = DecodeToken(l.Object); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// BesideTokens is the form in which tokens stand beside a TRANSFER.
func BesideTokens(tokens []Token) []Link {
	list := make([]Link, len(tokens))
	for i, t := range tokens {
		list[i] = Link{Object: t.Encode()}
	}
	return list
}

// A Deposit brings tokens home and asks for fresh ones of the same sum: those that
// a payee was paid with, or the device's own.
type Deposit struct {
	Version     uint64
	Realm       Realm
	Suite       suite.Suite
	Currency    uint64
	Exponent    uint64
	Amount      money.Amount
	Nonce       Nonce // opens the payee's tag that the spends name
	Cert        ID
	RequestHash ID // that the spends name; zero for the device's own tokens
	Epoch       uint64
	Blinded     []Blinded
	Tokens      []Token
}

func (m *Deposit) fields(c *codec) {
	c.signedHead(&m.Version, TypeDeposit, &m.Realm, &m.Suite)
	c.moneyHead(&m.Currency, &m.Exponent)
	number(c, 7, &m.Amount, 1, maxCounter)
	c.fixed(9, m.Nonce[:])
	c.fixed(10, m.Cert[:])
	c.fixed(17, m.RequestHash[:])
	number(c, 21, &m.Epoch, 0, maxEpoch)
	c.blinded(94, &m.Blinded)
	c.tokens(97, &m.Tokens)
}

func (c *codec) tokens(key uint64, p *[]Token) {
	n := c.length(key, len(*p), 1, MaxTokens)
	if !c.writing {
		*p = resize(*p, n)
	}
	for i := range *p {
		c.token(key, &(*p)[i])
	}
}

// The status of a DEPOSIT_ACK.
const (
	DepositTaken = 1 // the fresh signatures are in it
	DepositSpent = 2 // a token was deposited before: never credited
)

// A DepositAck is the ledger's final word on a DEPOSIT.
type DepositAck struct {
	Version     uint64
	Realm       Realm
	Suite       suite.Suite
	Cert        ID
	DepositHash ID // key 18: id of the DEPOSIT
	Epoch       uint64
	Status      uint64
	Device      DID
	Signatures  [][]byte // iff Status is DepositTaken
	Spent       []ID     // the hashes of the tokens that were spent before; iff Status is DepositSpent
}

func (m *DepositAck) fields(c *codec) {
	c.signedHead(&m.Version, TypeDepositAck, &m.Realm, &m.Suite)
	c.fixed(10, m.Cert[:])
	c.fixed(18, m.DepositHash[:])
	number(c, 21, &m.Epoch, 0, maxEpoch)
	c.choice(24, &m.Status, upTo(2))
	c.fixed(31, m.Device[:])
	if m.Status == DepositSpent {
		c.idsUpTo(92, &m.Spent, 1, MaxTokens)
		return
	}
	c.blindSigs(95, &m.Signatures)
}

// Encode returns the payload of a KEYSET.
func (m Keyset) Encode() []byte { return encode(&m) }

// DecodeKeyset reads the payload of a KEYSET.
func DecodeKeyset(payload []byte) (Keyset, error) { return decode[Keyset](payload) }

// Encode returns the payload of a DEPOSIT.
func (m Deposit) Encode() []byte { return encode(&m) }

// DecodeDeposit reads the payload of a DEPOSIT.
func DecodeDeposit(payload []byte) (Deposit, error) { return decode[Deposit](payload) }

// Encode returns the payload of a DEPOSIT_ACK.
func (m DepositAck) Encode() []byte { return encode(&m) }

// DecodeDepositAck reads the payload of a DEPOSIT_ACK.
func DecodeDepositAck(payload []byte) (DepositAck, error) { return decode[DepositAck](payload) }

// LimitIn is [Type.MaxBytes] in a family of value: what carries blinded messages,
// or TOKENs, is larger.
func (t Type) LimitIn(family uint64) int {
	if family == FamilyECash && (t == TypeFundReq || t == TypeFund || t == TypeDefund) {
		return MaxMoney
	}
	if family == FamilyToken && (t == TypeFund || t == TypeSyncAck) {
		return MaxTokenFund
	}
	return t.MaxBytes()
}
