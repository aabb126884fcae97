package main

import (
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// decodeNotes explains the flags of decodeChecks.
func decodeNotes(f *file) {
	f.note("Encoding", "The same said in another encoding, or bytes that say nothing.", "One object gets two identifiers: what is credited once under each is credited twice.")
	f.note("Grammar", "A member too many, too few, of the wrong kind, or with an undefined flag.", "What one side ignores the other acts upon.")
	f.note("Headers", "COSE headers other than the algorithm alone.", "Bytes that no signature covers, or another algorithm than was certified.")
	f.note("Type", "Another message, version or domain.", "What was signed for one purpose serves another.")
	f.note("Realm", "Another realm, currency or exponent.", "Worthless money buys something.")
	f.note("Range", "A number out of range.", "Sums overflow, or value comes from nothing.")
	f.note("Signature", "Not signed by the key that the certificate names.", "Anyone speaks for anyone.")
}

// decodeChecks are the checks of any message, on a signed object with members 1
// to 4, in the order of wire.md. Twin is valid; full adds those about which one
// message is enough.
func decodeChecks(f *file, from, twin int, field, signer string, full bool) {
	at := func(e edit) change { return payload(field, signer, e) }
	n := from
	add := func(r spec.ID, code spec.Code, flag, comment string, c change) {
		f.refused(bad(n, twin, r, code, flag, comment, c))
		n++
	}
	add(spec.ENC02, spec.EMalformed, "Encoding", "a byte after the object", raw(field, trailing))
	add(spec.ENC03, spec.EMalformed, "Encoding", "the last byte is missing", raw(field, truncated))
	add(spec.ENC01, spec.ECanon, "Encoding", "member 4 is a byte longer than needed, and signed so", at(longer(4)))
	add(spec.ENC02, spec.EField, "Grammar", "an unknown member, signed", at(number(120, 1)))
	add(spec.INT01, spec.EVersion, "Type", "version 2", at(number(1, 2)))
	add(spec.ENC06, spec.EType, "Type", "the type of another message", at(number(2, 0x31)))
	add(spec.ENC05, spec.ERealm, "Realm", "another realm", at(str(3, make([]byte, 8))))
	add(spec.CRY06, spec.EHdr, "Headers", "something in the unprotected header", raw(field, unprotected))
	add(spec.CRY05, spec.ESig, "Signature", "one bit of the signature", raw(field, lastBit))
	add(spec.ENC06, spec.ESig, "Type", "the right key has signed the same bytes under the domain of ENROL_REQ", resigned(field, signer, "assay/1/enrol"))
	if !full {
		return
	}
	add(spec.ENC01, spec.ECanon, "Encoding", "members 3 and 4 in the wrong order", at(swapped(3)))
	add(spec.ENC01, spec.ECanon, "Encoding", "a map of indefinite length", at(encoding(indefinite)))
	add(spec.ENC02, spec.EMalformed, "Encoding", "member 4 occurs twice", at(twice(4)))
	add(spec.ENC02, spec.EMalformed, "Encoding", "a byte after the payload, inside the signature", at(encoding(trailing)))
	add(spec.ENC02, spec.EMalformed, "Encoding", "null where a number belongs", at(set(19, []byte{0xf6})))
	add(spec.ENC02, spec.EMalformed, "Encoding", "a floating-point number", at(set(19, []byte{0xf9, 0x47, 0x00})))
	add(spec.ENC02, spec.EMalformed, "Encoding", "a tag around a number", at(set(19, []byte{0xc6, 0x07})))
	add(spec.ENC02, spec.EField, "Grammar", "member 4 is missing", at(drop(4)))
	add(spec.ENC02, spec.EField, "Grammar", "a number in a byte string", at(set(19, []byte{0x41, 0x07})))
	add(spec.ENC02, spec.EField, "Grammar", "a negative number", at(set(19, []byte{0x26})))
	add(spec.ENC02, spec.EField, "Grammar", "an identifier of 31 bytes", at(str(10, make([]byte, 31))))
	add(spec.ENC02, spec.EField, "Grammar", "a key of the range that HELLO alone may carry", at(number(129, 1)))
	add(spec.CRY06, spec.EHdr, "Headers", "a key id beside the algorithm", protected(field, signer, func(b []byte) []byte {
		return append([]byte{0xa2, b[1], b[2], 0x04}, 0x41, 0x00)
	}))
	add(spec.CRY06, spec.EHdr, "Headers", "an empty protected header", protected(field, signer, func([]byte) []byte { return []byte{0xa0} }))
	add(spec.ENC02, spec.EField, "Headers", "an array of five", raw(field, func(b []byte) []byte { b[0] = 0x85; return append(b, 0x40) }))
	add(spec.ENC03, spec.ESize, "Encoding", "larger than its type may be", at(set(120, wire.AppendBytes(nil, make([]byte, 8192)))))
}

// moneyChecks are those of a message with currency and amount.
func moneyChecks(f *file, from, twin int, field, signer string) {
	at := func(e edit) change { return payload(field, signer, e) }
	f.refused(
		bad(from, twin, spec.ENC05, spec.ECurrency, "Realm", "another currency", at(number(5, 840))),
		bad(from+1, twin, spec.ENC05, spec.ECurrency, "Realm", "another exponent: a hundred times the value", at(number(6, 0))),
		bad(from+2, twin, spec.ENC04, spec.EAmount, "Range", "an amount of zero", at(number(7, 0))),
		bad(from+3, twin, spec.ENC04, spec.EAmount, "Range", "an amount of 2^53", at(number(7, 1<<53))),
		bad(from+4, twin, spec.ENC02, spec.EField, "Grammar", "an amount in a byte string", at(str(7, []byte{1}))),
	)
}

// unprotected puts {4: h'00'} into the unprotected header.
func unprotected(b []byte) []byte {
	r := wire.NewReader(b)
	r.Array()
	header := r.Raw()
	at := 1 + len(header)
	return append(append(append([]byte{}, b[:at]...), 0xa1, 0x04, 0x41, 0x00), b[at+1:]...)
}
