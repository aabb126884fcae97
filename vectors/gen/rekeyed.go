package main

import (
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

func rekeyedVectors() *file {
	f := newFile("rekeyed", "The certificate that answers a REKEY_REQ, at a device whose new key waits for it; uses.issuer comes beside it.")
	decodeNotes(f)
	f.note("State", "No key waits, or another one.", "Whoever speaks to a device gives it another key.")
	f.note("Own", "Of another key, another device, or after another key.", "A device signs with a key that is not certified, or is certified as somebody else.")
	f.note("Path", "The certificate, or one beside it, does not lead to a configured root.", "A device takes a certificate that no counterparty will.")
	w := classical(f)
	next := cert.DeriveKey(suite.Ed25519, []byte(seed), "the next key of payer")
	f.key("next", next)
	f.key("next-p256", cert.DeriveKey(suite.P256, []byte(seed), "the next key of payer"))
	renewed := w.auth.Provider.Cert.Body
	renewed.NotAfter = epochTop - 1
	provider := cert.Identity{Key: w.auth.Provider.Key}
	var err error
	if provider.Cert, err = cert.Parse(w.auth.Root.Sign(wire.TypeCert, renewed.Encode())); err != nil {
		panic("gen: " + err.Error())
	}
	f.object("provider-renewed", provider.Cert.Raw)
	device := w.blank("device", "payer", w.payer)
	device.Rekey = &vectors.Rekey{Key: "next", Signer: "payer"}
	w.state(device)
	w.variant("device", "not-waiting", func(d *vectors.Device) { d.Rekey = nil })
	w.variant("device", "another-waits", func(d *vectors.Device) { d.Rekey = &vectors.Rekey{Key: "next-p256", Signer: "payer"} })
	answer := func(by *cert.Identity) []byte {
		return w.auth.IssueDevice(next.Public(), cert.DeviceOptions{Subject: w.payer.Device(), Issuer: by, Edit: func(c *wire.Cert) {
			c.Replaces, c.NotAfter = wire.KeyDigest(w.payer.Body.Key), epochEnd
		}}).Raw
	}
	valid := func(n int, comment string, object []byte, uses map[string]string) {
		f.valid(positive{n: n, requirement: spec.LCM04, kind: "rekeyed", comment: comment, device: "device", uses: uses,
			input:  map[string][]byte{"object": object},
			values: published(wire.TypeCert, object, map[string]string{"balance": "3500"})})
	}
	valid(1, "the new key's certificate, by the provider that the device knows", answer(nil), map[string]string{})
	valid(2, "by a provider whose own certificate was renewed and comes beside", answer(&provider), map[string]string{"issuer": "provider-renewed"})
	valid(3, "a renewed certificate of the provider comes beside, and the answer is by the one before", answer(nil), map[string]string{"issuer": "provider-renewed"})
	decodeChecks(f, 10, 1, "input.object", "provider", false)
	at := func(e edit) change { return payload("input.object", "provider", e) }
	f.refused(
		bad(30, 1, spec.LCM04, spec.EState, "State", "no key waits for a certificate", before("device", "not-waiting")),
		bad(31, 1, spec.LCM04, spec.ECertNeeded, "State", "a key of another suite waits", before("device", "another-waits")),
		bad(40, 1, spec.LCM04, spec.EPath, "Own", "another device's identifier", at(flip(31))),
		bad(41, 1, spec.LCM04, spec.EPath, "Own", "another key of the suite", at(set(32, unhex(f.Key("payee").Public)))),
		bad(42, 1, spec.LCM04, spec.EPath, "Own", "no key before: it could be the first of any device", at(drop(62))),
		bad(43, 1, spec.LCM04, spec.EPath, "Own", "another key before", at(flip(62))),
		bad(44, 1, spec.LCM04, spec.EPath, "Own", "the list of suites lacks its own", at(set(37, []byte{0x81, 2}))),
		bad(50, 3, spec.CRY01, spec.ESig, "Path", "the root has not signed the provider's certificate beside", raw("uses.issuer", lastBit)),
		bad(51, 1, spec.CRY01, spec.EPath, "Path", "ends after its issuer", at(set(36, twoEpochs(0, epochTop+1)))),
		bad(52, 1, spec.CRY02, spec.EExpired, "Path", "begins tomorrow", at(set(36, twoEpochs(epochNow+1, epochEnd)))),
		bad(53, 1, spec.CRY03, spec.EUsage, "Path", "software, class NOSE, with usage pay", at(number(34, 2))),
		bad(54, 2, spec.CRY01, spec.ECertNeeded, "Path", "its issuer's certificate does not come beside", without("issuer")),
		bad(55, 1, spec.CRY01, spec.ESig, "Path", "signed by the service in place of the provider", resigned("input.object", "service", "")),
	)
	return f
}
