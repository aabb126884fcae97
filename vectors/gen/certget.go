package main

import (
	"encoding/hex"

	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

func certGetVectors() *file {
	f := newFile("cert-get", "CERT_GET at a payee that has answered a HELLO with a PAY_REQ, as the item inside the frame; the value certs is the item that it answers with.")
	f.note("Grammar", "Not an item of the link, or not in its grammar.", "What one side ignores the other acts upon.")
	f.note("Stranger", "Asks for a certificate that is not of the path of the object before.", "A device tells whom it has met.")
	w := classical(f)
	w.state(w.blank("device", "payer", w.payer))
	asks := func(ids ...wire.ID) []byte { return wire.Item{Type: wire.TypeCertGet, IDs: ids}.Encode() }
	valid := func(n int, comment string, item []byte, certs ...[]byte) {
		f.valid(positive{n: n, requirement: spec.PVY06, kind: "cert-get", comment: comment, device: "device",
			input:  map[string][]byte{"item": item},
			values: map[string]string{"certs": hex.EncodeToString(wire.Item{Type: wire.TypeCerts, Certs: certs}.Encode())}})
	}
	own, provider := w.payer, w.auth.Provider.Cert
	valid(1, "the certificate of the request", asks(own.ID), own.Raw)
	valid(2, "it and its issuer's", asks(own.ID, provider.ID), own.Raw, provider.Raw)
	valid(3, "the same in the other order, which is the order of the answer", asks(provider.ID, own.ID), provider.Raw, own.Raw)
	named := func(id wire.ID) func([]byte) []byte {
		return func(b []byte) []byte { return append(b[:len(b)-len(id):len(b)-len(id)], id[:]...) }
	}
	at := func(n, twin int, code spec.Code, requirement spec.ID, flag, comment string, e func([]byte) []byte) negative {
		return bad(n, twin, requirement, code, flag, comment, raw("input.item", e))
	}
	f.refused(
		at(10, 1, spec.ECertNeeded, spec.PVY06, "Stranger", "another device's certificate", named(w.payee.ID)),
		at(11, 1, spec.ECertNeeded, spec.PVY06, "Stranger", "a service's, which the device knows", named(w.auth.Service.Cert.ID)),
		at(12, 1, spec.ECertNeeded, spec.PVY06, "Stranger", "the root's, which is no part of a path", named(w.auth.Root.Cert.ID)),
		at(13, 2, spec.ECertNeeded, spec.PVY06, "Stranger", "the own one and a stranger's: nothing of it is answered", named(w.payee.ID)),
		at(20, 1, spec.EField, spec.ENC02, "Grammar", "nothing is asked for", func(b []byte) []byte { return []byte{b[0], b[1], b[2], 0x80} }),
		at(21, 1, spec.EMalformed, spec.ENC02, "Grammar", "a byte after the item", trailing),
		at(22, 1, spec.EType, spec.ENC06, "Grammar", "an item that nobody knows", func(b []byte) []byte { b[2] = 0x1f; return b }),
		at(23, 1, spec.EField, spec.ENC02, "Grammar", "an identifier of 31 bytes", func(b []byte) []byte {
			b[5] = 31
			return b[:len(b)-1]
		}),
	)
	return f
}
