package wire

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"

	"github.com/assay-cbdc/assay/spec"
)

// RealmOf returns the realm of an issuer's currency: alpha is the ISO 4217
// letter code, env EnvTest or EnvProduction.
func RealmOf(issuer, alpha string, exponent, env uint64) Realm {
	b := AppendText(AppendArray(nil, 5), "assay/1/realm")
	b = AppendText(AppendText(b, issuer), alpha)
	b = AppendUint(AppendUint(b, exponent), env)
	digest := sha256.Sum256(b)
	return Realm(digest[:8])
}

// KeyDigest returns the digest of an encoded COSE_Key or array of two.
func KeyDigest(coseKey []byte) ID { return sha256.Sum256(coseKey) }

// DIDOf returns the device id whose first enrolled key has the digest kd0. A
// provider's or service's subject is made by the same formula.
func DIDOf(realm Realm, kd0 ID) DID {
	b := AppendText(AppendArray(nil, 3), "assay/1/did")
	b = AppendBytes(AppendBytes(b, realm[:]), kd0[:])
	digest := sha256.Sum256(b)
	return DID(digest[:16])
}

// PayeeTag returns the tag that names a payee to those who know the nonce of
// its request.
func PayeeTag(payee DID, nonce Nonce) ID {
	b := AppendText(AppendArray(nil, 3), "assay/1/payee")
	b = AppendBytes(AppendBytes(b, payee[:]), nonce[:])
	return sha256.Sum256(b)
}

// RequestNonce returns the nonce of the PAY_REQ with the given request number:
// the first 16 bytes of HMAC-SHA-256(kn, "assay/1/req-nonce" || u64 request). A
// payee can so open the payee tag of every request that it ever made.
func RequestNonce(kn [32]byte, request uint64) Nonce {
	mac := hmac.New(sha256.New, kn[:])
	mac.Write([]byte("assay/1/req-nonce"))
	mac.Write(binary.BigEndian.AppendUint64(nil, request))
	return Nonce(mac.Sum(nil)[:16])
}

// TranscriptHash returns the digest that binds a session: HELLO and CAPS as
// they were on the link, and the encapsulated key.
func TranscriptHash(hello, caps, enc []byte) ID {
	b := AppendText(AppendArray(nil, 4), "assay/1/th")
	b = AppendBytes(AppendBytes(AppendBytes(b, hello), caps), enc)
	return sha256.Sum256(b)
}

// ShortOf returns the short identifier of a certificate.
func ShortOf(cert ID) ShortID { return ShortID(cert[:16]) }

// A Place is the realm and currency that a device or ledger is in, and the one
// family of value that it speaks there.
type Place struct {
	Realm              Realm
	Currency, Exponent uint64
	Family             uint64 // as key 23 says it; 0 stands for [FamilyBalance]
}

// Spoken returns the family as key 23 says it.
func (p Place) Spoken() uint64 { return max(p.Family, FamilyBalance) }

// Pays reports whether a transfer is of the place's family: by key 23, and by key
// 93, which family I has and no other.
func (p Place) Pays(m *Transfer) bool {
	return m.Family == p.Spoken() && m.Reserved == (m.Family == FamilyIOU)
}

// Check completes the order of checks of a body that carries a currency:
// decoding, realm (112), currency and exponent (114), ranges (105). decoded is
// the error of the body's decoder.
func (p Place) Check(realm Realm, currency, exponent uint64, decoded error) error {
	if err := p.CheckRealm(realm, decoded); err != nil && err != decoded {
		return err
	}
	if decoded != nil && !outOfRange(decoded) {
		return decoded
	}
	if currency != p.Currency || exponent != p.Exponent {
		return &Error{spec.ECurrency, 5, "another currency or exponent"}
	}
	return decoded
}

// CheckRealm is [Place.Check] of a body without currency.
func (p Place) CheckRealm(realm Realm, decoded error) error {
	if decoded != nil && !outOfRange(decoded) {
		return decoded
	}
	if realm != p.Realm {
		return &Error{spec.ERealm, 3, "another realm"}
	}
	return decoded
}

func outOfRange(err error) bool {
	wrong, ok := err.(*Error)
	return ok && wrong.Code == spec.EAmount
}
