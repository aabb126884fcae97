// Package settlement holds the records that devices and their hosts bring to
// the ledger: a signed object, the certificates it needs, and, for a
// TRANSFER, the opening of its payee tag. Chapter: sync.md, section Records.
//
// It reads and writes the frame only. Whether the object inside is a message,
// and whether its signature holds, is decided by the ledger and by the
// verification core.
package settlement

import (
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// MaxCertificates is the longest certificate list of a record: a device
// certificate and the provider certificate above it.
const MaxCertificates = 2

// MaxBytes is the largest record: the largest TRANSFER with two certificates.
const MaxBytes = 8192 + MaxCertificates*12288 + 64

// MaxChainBytes is the largest record with links, which came in one frame.
const MaxChainBytes = MaxBytes + 32768

// An Opening says for whom a TRANSFER is: its payee tag is the digest of both.
type Opening struct {
	Payee wire.DID
	Nonce wire.Nonce
}

// A Record is one object brought to the ledger:
//
//	[bstr object, [* bstr certificate]]                            RECEIPT, PAY_REQ
//	[bstr object, [* bstr certificate], bstr payee, bstr nonce]    TRANSFER
//
// Under CHAIN provenance the last has its links as a fifth member, and then a
// certificate more for each.
//
// Byte slices alias the input of [Parse].
type Record struct {
	Object       []byte
	Certificates [][]byte // by value, 0 to [MaxCertificates]; those left out are known to the reader
	Opening      *Opening // present with a TRANSFER, and only there
	Links        []wire.Link
}

// Parse reads a record in its one encoding. The error is a [*wire.Error].
func Parse(b []byte) (Record, error) {
	read, most := parse, MaxBytes
	if r := wire.NewReader(b); r.Array() == 5 && r.Err() == nil {
		read, most = parseChain, MaxChainBytes
	}
	if len(b) > most {
		return Record{}, &wire.Error{Code: spec.ESize, Key: wire.NoKey, What: "record too large"}
	}
	rec, err := read(b)
	if err != nil {
		if wrong := wire.WellFormed(b); wrong != nil { // the encoding counts before the grammar
			return Record{}, wrong
		}
		return Record{}, err
	}
	return rec, nil
}

func parse(b []byte) (Record, error) {
	r := wire.NewReader(b)
	members := r.Array()
	if r.Err() == nil && members != 2 && members != 4 {
		return Record{}, fieldError("a record has two or four members")
	}
	rec := Record{Object: r.Bytes()}
	count := r.Array()
	if r.Err() == nil && count > MaxCertificates {
		return Record{}, fieldError("too many certificates")
	}
	for range count {
		rec.Certificates = append(rec.Certificates, r.Bytes())
	}
	if members == 4 {
		payee, nonce := r.Bytes(), r.Bytes()
		if r.Err() == nil && (len(payee) != len(wire.DID{}) || len(nonce) != len(wire.Nonce{})) {
			return Record{}, fieldError("an opening is a device id and a nonce of 16 bytes each")
		}
		if r.Err() == nil {
			rec.Opening = &Opening{Payee: wire.DID(payee), Nonce: wire.Nonce(nonce)}
		}
	}
	r.End()
	if err := r.Err(); err != nil {
		return Record{}, err
	}
	return rec, nil
}

// parseChain reads a record of five members.
func parseChain(b []byte) (Record, error) {
	r := wire.NewReader(b)
	r.Array()
	rec := Record{Object: r.Bytes()}
	for range r.Array() {
		rec.Certificates = append(rec.Certificates, r.Bytes())
	}
	payee, nonce, links := r.Bytes(), r.Bytes(), r.Raw()
	r.End()
	if err := r.Err(); err != nil {
		return Record{}, err
	}
	if len(payee) != len(wire.DID{}) || len(nonce) != len(wire.Nonce{}) {
		return Record{}, fieldError("an opening is a device id and a nonce of 16 bytes each")
	}
	rec.Opening = &Opening{Payee: wire.DID(payee), Nonce: wire.Nonce(nonce)}
	var err error
	if rec.Links, err = wire.DecodeLinks(links); err != nil {
		return Record{}, err
	}
	if len(rec.Links) == 0 || len(rec.Certificates) > MaxCertificates+len(rec.Links) {
		return Record{}, fieldError("a fifth member is links, each with one certificate at most")
	}
	return rec, nil
}

func fieldError(what string) error {
	return &wire.Error{Code: spec.EField, Key: wire.NoKey, What: what}
}

// Append appends the encoding of rec.
func Append(b []byte, rec Record) []byte {
	members := 2
	switch {
	case rec.Opening != nil && len(rec.Links) > 0:
		members = 5
	case rec.Opening != nil:
		members = 4
	}
	b = wire.AppendArray(b, members)
	b = wire.AppendBytes(b, rec.Object)
	b = wire.AppendArray(b, len(rec.Certificates))
	for _, c := range rec.Certificates {
		b = wire.AppendBytes(b, c)
	}
	if rec.Opening != nil {
		b = wire.AppendBytes(b, rec.Opening.Payee[:])
		b = wire.AppendBytes(b, rec.Opening.Nonce[:])
	}
	if members == 5 {
		b = wire.AppendLinks(b, rec.Links)
	}
	return b
}
