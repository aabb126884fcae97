package main

import (
	"bytes"
	"slices"

	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// certsVectors are the answers to a CERT_GET.
func certsVectors() *file {
	f := newFile("certs", "CERTS at a device that has asked for the certificates whose identifiers are in input.asked, one after another, as the item inside the frame. It has to hold those, in that order. What it brings is not verified yet: an altered signature is found when the path is.")
	f.note("Grammar", "Not an item of the link, or not in its grammar.", "What one side ignores the other acts upon.")
	f.note("Answer", "It is not what was asked for.", "A peer fills a device's memory, or puts another certificate in the place of one that it knows by name.")
	w := classical(f)
	own, provider := w.payer, w.auth.Provider.Cert
	valid := func(n int, comment string, asked []byte, certs ...[]byte) {
		f.valid(positive{n: n, requirement: spec.CRY01, kind: "certs", comment: comment,
			input:  map[string][]byte{"asked": asked, "item": wire.Item{Type: wire.TypeCerts, Certs: certs}.Encode()},
			values: map[string]string{"certificates": dec(uint64(len(certs)))}})
	}
	valid(1, "the one", own.ID[:], own.Raw)
	valid(2, "two", slices.Concat(own.ID[:], provider.ID[:]), own.Raw, provider.Raw)
	again := func(e func([][]byte) [][]byte) change {
		return raw("input.item", func(b []byte) []byte {
			m, err := wire.DecodeItem(b)
			must(err)
			m.Certs = e(m.Certs)
			return m.Encode()
		})
	}
	item := func(e func([]byte) []byte) change { return raw("input.item", e) }
	f.refused(
		bad(10, 1, spec.CRY01, spec.ECertid, "Answer", "another device's", again(func([][]byte) [][]byte { return [][]byte{w.payee.Raw} })),
		bad(11, 2, spec.CRY01, spec.ECertid, "Answer", "in the other order", again(func(list [][]byte) [][]byte { return [][]byte{list[1], list[0]} })),
		bad(12, 2, spec.CRY01, spec.ECertid, "Answer", "one of two", again(func(list [][]byte) [][]byte { return list[:1] })),
		bad(13, 1, spec.CRY01, spec.ECertid, "Answer", "one that was not asked for besides", again(func(list [][]byte) [][]byte { return append(list, provider.Raw) })),
		bad(14, 1, spec.CRY01, spec.ECertid, "Answer", "none", again(func([][]byte) [][]byte { return nil })),
		bad(15, 1, spec.CRY01, spec.ECertid, "Answer", "one bit of what the identifier is of", item(func(b []byte) []byte {
			at := bytes.Index(b, own.Body.Subject[:])
			b[at] ^= 1
			return b
		})),
		bad(20, 1, spec.ENC02, spec.EMalformed, "Grammar", "a certificate that is cut short", again(func(list [][]byte) [][]byte { return [][]byte{list[0][:len(list[0])-1]} })),
		bad(21, 1, spec.ENC02, spec.EMalformed, "Grammar", "a byte after the item", item(trailing)),
		bad(22, 1, spec.ENC03, spec.EMalformed, "Grammar", "the last byte is missing", item(truncated)),
		bad(23, 1, spec.ENC06, spec.EType, "Grammar", "an ABORT in place of the answer", item(func([]byte) []byte {
			return wire.Item{Type: wire.TypeAbort, Why: spec.EState}.Encode()
		})),
		bad(24, 1, spec.ENC06, spec.EType, "Grammar", "an item that nobody knows", item(func(b []byte) []byte { b[2] = 0x1f; return b })),
		bad(25, 1, spec.ENC02, spec.EField, "Grammar", "a certificate that is no object", again(func([][]byte) [][]byte { return [][]byte{{0x80}} })),
	)
	return f
}

// recordRekeyVectors are REKEY_REQs that the ledger keeps, for evidence.
func recordRekeyVectors() *file {
	f, w := recordWorld("record-rekey", "REKEY_REQ as a record at the ledger, with its signer's certificate: it shows that a key is the device's own. Of a first enrolment crt is zeros, and the signer is the one whose did follows from its key. new is 1 when the ledger did not have it.")
	next := w.device("next", w.number)
	asks := func(crt wire.ID) []byte {
		return w.signedBy("payee", wire.TypeRekeyReq, wire.RekeyReq{
			Version: wire.V1, Realm: w.auth.Place.Realm, Suite: w.number, Nonce: wire.Nonce(drawn("re-key nonce", 16)), Cert: crt,
			Counter: counter, Key: next.Body.Key, Head: drawnID("log head"),
		}.Encode())
	}
	object, first := asks(w.payee.ID), asks(wire.ID{})
	w.taken(settlement.Record{Object: object, Certificates: [][]byte{w.payee.Raw}})
	add := func(n int, ledger, comment, isNew string, object []byte) {
		f.valid(positive{n: n, requirement: spec.DET04, kind: "record-rekey", comment: comment, ledger: ledger,
			uses: map[string]string{"certificate": "payee"}, input: map[string][]byte{"object": object},
			values: published(wire.TypeRekeyReq, object, map[string]string{"new": isNew})})
	}
	add(1, "ledger", "taken and kept", "1", object)
	add(2, "taken", "the same again", "0", object)
	add(3, "ledger", "of a first enrolment: no certificate was there to name", "1", first)
	decodeChecks(f, 10, 1, "input.object", "payee", false)
	by := func(e edit, issuer string) change {
		return follow(payload("uses.certificate", issuer, e), "input.object", "payee", 10)
	}
	f.refused(
		bad(40, 1, spec.CRY06, spec.ESuite, "Certificate", "another suite than the certificate's", payload("input.object", "payee", number(4, 2))),
		bad(41, 1, spec.CRY01, spec.ECertNeeded, "Certificate", "no certificate", without("certificate")),
		bad(42, 1, spec.CRY04, spec.EPath, "Certificate", "a certificate of the production environment", by(number(35, 2), "provider")),
		bad(43, 1, spec.CRY01, spec.ESig, "Certificate", "a certificate that the service has signed", by(number(38, 2), "service")),
		bad(44, 1, spec.CRY05, spec.ESig, "Signature", "signed by the payer", resigned("input.object", "payer", "")),
		bad(45, 3, spec.CRY01, spec.ECertNeeded, "Certificate", "of a first enrolment, signed by the payer: no certificate here is its signer's", resigned("input.object", "payer", "")),
		bad(46, 1, spec.ENC02, spec.EAmount, "Range", "a counter of 2^53", payload("input.object", "payee", number(13, 1<<53))),
	)
	return f
}
