package main

import (
	"bytes"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// chained is a TRANSFER of the payer under CHAIN provenance.
func (a *accusation) chained(n uint64, label string, inputs ...wire.Input) []byte {
	return a.chainedBy("payer", a.payer.ID, n, label, inputs...)
}

func (a *accusation) chainedBy(signer string, crt wire.ID, n uint64, label string, inputs ...wire.Input) []byte {
	return a.paidBy(signer, crt, n, drawnID("before "+label), drawnID("request of "+label), func(m *wire.Transfer) {
		m.Lots, m.Inputs = nil, inputs
		m.Amount = 0
		for _, in := range inputs {
			m.Amount += in.Amount
		}
	})
}

// overdrawn is kind 9.
func (a *accusation) overdrawn() {
	me := a.payer.Device()
	voucher := a.signedBy("service", wire.TypeFund, wire.Fund{
		Version: wire.V1, Realm: a.auth.Place.Realm, Suite: a.auth.TopSuite, Currency: 978, Exponent: 2, Amount: 1000,
		Nonce: wire.Nonce(drawn("voucher", 16)), Cert: a.auth.Service.Cert.ID, RequestHash: drawnID("funding"), Epoch: epochNow, Device: me,
	}.Encode())
	fund := idOf(wire.TypeFund, voucher)
	from := func(source wire.ID, hop uint64, sum uint64) wire.Input {
		return wire.Input{Hop: hop, Amount: money.Amount(sum), Source: source}
	}
	a.proves(11, "kind 9: two TRANSFERs that draw more from a voucher than it was of", wire.EvidenceSource, me, "0", nil,
		voucher, a.chained(2, "1", from(fund, 1, 600)), a.chained(3, "2", from(fund, 1, 401)))
	came := a.chainedBy("payee", a.payee.ID, 5, "came", from(drawnID("before all"), 2, 300))
	lot := idOf(wire.TypeTransfer, came)
	a.proves(12, "kind 9: one TRANSFER that draws more from one that came than came", wire.EvidenceSource, me, "0", nil,
		came, a.chained(2, "3", from(lot, 3, 301)))
	sent := a.chained(2, "sent", from(fund, 1, 500))
	back := a.said("payee", a.payee, idOf(wire.TypeTransfer, sent), wire.ReceiptRefused)
	returned := idOf(wire.TypeReceipt, back)
	a.proves(13, "kind 9: a REFUSED, the debit that it answers, and a TRANSFER that draws more than came back", wire.EvidenceSource, me, "0", nil,
		back, sent, a.chained(3, "4", from(returned, 1, 501)))
	second := a.chained(3, "2", from(fund, 1, 400))
	a.refused(
		bad(60, 11, spec.DET04, spec.ENotProven, "NoConflict", "as much as the voucher was of", instead(2, second)),
		bad(61, 11, spec.DET04, spec.ENotProven, "NoConflict", "debits of two devices", instead(2, a.chainedBy("payee", a.payee.ID, 3, "2", from(fund, 1, 401)))),
		bad(62, 11, spec.DET04, spec.ENotProven, "NoConflict", "one debit twice", instead(2, a.chained(2, "1", from(fund, 1, 600)))),
		bad(63, 11, spec.DET04, spec.ENotProven, "NoConflict", "the second draws at another hop, where the first has drawn nothing", instead(2, a.chained(3, "2", from(drawnID("elsewhere"), 1, 401)))),
		bad(64, 11, spec.DET04, spec.ENotProven, "Bundle", "a source that can be none", instead(0, a.payee.Raw)),
		bad(65, 11, spec.DET04, spec.ENotProven, "Bundle", "nothing draws from the source", bundled(func(m *wire.Evidence) { m.Objects = m.Objects[:1] })),
		bad(66, 13, spec.DET04, spec.ENotProven, "Bundle", "a return without its debit", bundled(func(m *wire.Evidence) { m.Objects = m.Objects[:1] })),
		bad(67, 13, spec.DET04, spec.ENotProven, "Bundle", "a return with another debit: which lot comes back is not shown", instead(1, a.chained(2, "sent", from(fund, 1, 499)))),
		bad(68, 13, spec.DET04, spec.ENotProven, "Bundle", "a return and its debit, and nothing that draws from it", bundled(func(m *wire.Evidence) { m.Objects = m.Objects[:2] })),
		bad(69, 11, spec.DET04, spec.ENotProven, "Signer", "one bit of a debit's signature", instead(2, lastBit(a.chained(3, "2", from(fund, 1, 401))))),
	)
}

// bundles are what counts for each kind alike: form, paths, signatures, keys.
func (a *accusation) bundles() {
	me, none := a.payer.Device(), wire.ID{}
	one, two := drawnID("request 1"), drawnID("request 2")
	first, other := a.paid(1, none, one), a.paidBy("further", a.further.ID, 1, none, two)
	a.proves(14, "kind 1, one debit under a key that the provider alone makes the device's: the provider is put to proof", wire.EvidenceCounter,
		a.auth.Provider.Cert.Device(), "1", nil, first, other)
	a.proves(15, "the same with the REKEY_REQ that names the key", wire.EvidenceCounter, me, "0", [][]byte{a.link}, first, other)
	a.proves(16, "kind 1: two debits of a realm of CHAIN provenance", wire.EvidenceCounter, me, "0", nil,
		a.chained(4, "a", wire.Input{Hop: 1, Amount: 5, Source: one}), a.chained(4, "b", wire.Input{Hop: 1, Amount: 5, Source: two}))
	forged := a.signedBy("payee", wire.TypeRekeyReq, wire.RekeyReq{
		Version: wire.V1, Realm: a.auth.Place.Realm, Suite: a.number, Nonce: wire.Nonce(drawn("re-key nonce", 16)), Cert: a.payer.ID,
		Counter: counter, Key: a.further.Body.Key, Head: drawnID("log head"),
	}.Encode())
	a.proves(17, "the same with a REKEY_REQ that another device has signed: it shows nothing, and the provider is put to proof", wire.EvidenceCounter,
		a.auth.Provider.Cert.Device(), "1", [][]byte{forged}, first, other)
	at := func(e edit) change { return raw("input.object", func(b []byte) []byte { c, _ := e(b); return c }) }
	elsewhere := func(m *wire.Transfer) { m.Realm[0] ^= 1 }
	certs := func(e func([][]byte) [][]byte) change {
		return bundled(func(m *wire.Evidence) { m.Certs = e(m.Certs) })
	}
	a.refused(
		bad(70, 1, spec.ENC02, spec.EMalformed, "Encoding", "a byte after the bundle", raw("input.object", trailing)),
		bad(71, 1, spec.ENC03, spec.EMalformed, "Encoding", "the last byte is missing", raw("input.object", truncated)),
		bad(72, 1, spec.ENC01, spec.ECanon, "Encoding", "member 24 is a byte longer than needed", at(longer(24))),
		bad(73, 1, spec.ENC02, spec.EField, "Grammar", "an unknown member", at(number(120, 1))),
		bad(74, 1, spec.ENC02, spec.EField, "Grammar", "kind 10, which is none", at(number(24, 10))),
		bad(75, 1, spec.ENC02, spec.EField, "Grammar", "an empty list of links, which is to be left out", at(set(102, []byte{0x80}))),
		bad(76, 1, spec.ENC06, spec.EType, "Type", "the type of another message", at(number(2, 0x31))),
		bad(77, 1, spec.INT01, spec.EVersion, "Type", "version 2", at(number(1, 2))),
		bad(78, 1, spec.ENC03, spec.ENotProven, "Bundle", "larger than a bundle may be", certs(func(list [][]byte) [][]byte {
			for range 65000 / len(a.payer.Raw) {
				list = append(list, a.payer.Raw)
			}
			return list
		})),
		bad(80, 1, spec.DET04, spec.ENotProven, "Bundle", "three objects", bundled(func(m *wire.Evidence) { m.Objects = append(m.Objects, a.paid(2, one, two)) })),
		bad(81, 5, spec.DET04, spec.ENotProven, "Bundle", "kind 3 without its request", bundled(func(m *wire.Evidence) { m.Objects = m.Objects[:2] })),
		bad(82, 1, spec.DET04, spec.ENotProven, "Bundle", "what is no object", instead(1, []byte{0x80})),
		bad(83, 1, spec.DET04, spec.ENotProven, "Bundle", "a RECEIPT where a debit belongs", instead(1, a.said("payee", a.payee, one, wire.ReceiptAccepted))),
		bad(84, 1, spec.DET04, spec.ENotProven, "Bundle", "what is no certificate, beside those that are needed", certs(func(list [][]byte) [][]byte { return append(list, []byte{0x80}) })),
		bad(85, 15, spec.DET04, spec.ENotProven, "Bundle", "a link that is no object", bundled(func(m *wire.Evidence) { m.Links = append(m.Links, []byte{0x80}) })),
		bad(86, 15, spec.DET04, spec.ENotProven, "Bundle", "a link that is no REKEY_REQ", bundled(func(m *wire.Evidence) { m.Links = append(m.Links, first) })),
		bad(90, 1, spec.DET04, spec.ENotProven, "Signer", "one bit of a signature", instead(1, lastBit(a.paid(1, none, two)))),
		bad(91, 1, spec.DET04, spec.ENotProven, "Signer", "the payer's certificate is not there", certs(func(list [][]byte) [][]byte { return list[1:] })),
		bad(92, 1, spec.DET04, spec.ENotProven, "Signer", "its provider's is not", certs(func(list [][]byte) [][]byte { return list[:3] })),
		bad(93, 1, spec.DET04, spec.ENotProven, "Signer", "one bit of the provider's signature of it", certs(func(list [][]byte) [][]byte {
			list[0] = lastBit(bytes.Clone(list[0]))
			return list
		})),
		bad(94, 1, spec.DET04, spec.ENotProven, "Signer", "a debit that names another suite than its signer's certificate", instead(1, a.paid(1, none, two, func(m *wire.Transfer) { m.Suite = 2 }))),
		bad(95, 1, spec.DET04, spec.ENotProven, "Signer", "a debit of another realm", instead(1, a.paid(1, none, two, elsewhere))),
		bad(96, 1, spec.DET04, spec.ENotProven, "Signer", "debits that the provider has signed: it is no device", bundled(func(m *wire.Evidence) {
			for i, request := range []wire.ID{one, two} {
				m.Objects[i] = a.paidBy("provider", a.auth.Provider.Cert.ID, 1, none, request)
			}
		})),
		bad(97, 1, spec.DET04, spec.ENotProven, "Signer", "a debit under a certificate of another root", bundled(func(m *wire.Evidence) {
			m.Objects[1] = a.paidBy("payer", a.away.ID, 1, none, two)
			m.Certs = append(m.Certs, a.away.Raw)
		})),
		bad(98, 1, spec.DET04, spec.ENotProven, "Signer", "the same with the certificates above it", bundled(func(m *wire.Evidence) {
			m.Objects[1] = a.paidBy("payer", a.away.ID, 1, none, two)
			m.Certs = append(m.Certs, a.away.Raw, a.above)
		})),
		bad(99, 1, spec.DET04, spec.ENotProven, "Signer", "a debit under a certificate that ends after its issuer's", a.under(func(c *wire.Cert) { c.NotAfter = epochTop + 1 })),
		bad(100, 1, spec.DET04, spec.ENotProven, "Signer", "a debit under a certificate of the production environment", a.under(func(c *wire.Cert) { c.Env = wire.EnvProduction })),
	)
}

// under is the second debit under another certificate of the same key.
func (a *accusation) under(edit func(*wire.Cert)) change {
	return bundled(func(m *wire.Evidence) {
		c := a.auth.IssueDevice(a.private["payer"].Public(), cert.DeviceOptions{Edit: func(m *wire.Cert) {
			m.NotBefore, m.NotAfter = epochIssued, epochEnd
			edit(m)
		}})
		m.Objects[1] = a.paidBy("payer", c.ID, 1, wire.ID{}, drawnID("request 2"))
		m.Certs = append(m.Certs, c.Raw)
	})
}
