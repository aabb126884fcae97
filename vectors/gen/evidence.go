package main

import (
	"bytes"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/evidence"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// An accusation makes bundles about the payer of a world.
type accusation struct {
	*world
	further *cert.Certificate // another key of the payer's, by its provider's word alone
	link    []byte            // the REKEY_REQ that makes it the payer's
	away    *cert.Certificate // of the same payer under another root
	above   []byte            // the certificate above it
}

func newAccusation(f *file) *accusation {
	a := &accusation{world: classical(f)}
	key := cert.DeriveKey(suite.Ed25519, []byte(seed), "further")
	f.key("further", key)
	a.further = a.auth.IssueDevice(key.Public(), cert.DeviceOptions{Subject: a.payer.Device()})
	f.object("further", a.further.Raw)
	a.link = a.signedBy("payer", wire.TypeRekeyReq, wire.RekeyReq{
		Version: wire.V1, Realm: a.auth.Place.Realm, Suite: suite.Ed25519, Nonce: wire.Nonce(drawn("re-key nonce", 16)), Cert: a.payer.ID,
		Counter: counter, Key: key.Public().COSE(), Head: drawnID("log head"),
	}.Encode())
	p := cert.DefaultParameters()
	p.TopSuite, p.LeafSuite, p.Epoch = suite.Ed25519, []suite.Suite{1, 2}, epochIssued
	elsewhere := cert.NewAuthority([]byte(seed+" elsewhere"), p)
	a.above = elsewhere.Provider.Cert.Raw
	a.away = elsewhere.IssueDevice(f.private["payer"].Public(), cert.DeviceOptions{})
	return a
}

// paid is a TRANSFER of the payer with a counter, a predecessor and a request.
func (a *accusation) paid(n uint64, prev, request wire.ID, edit ...func(*wire.Transfer)) []byte {
	return a.paidBy("payer", a.payer.ID, n, prev, request, edit...)
}

func (a *accusation) paidBy(signer string, crt wire.ID, n uint64, prev, request wire.ID, edit ...func(*wire.Transfer)) []byte {
	m := a.transfer()
	m.Cert, m.Counter, m.Prev, m.RequestHash = crt, n, prev, request
	m.Lots = []wire.Lot{{Hop: 1, Amount: amount}}
	for _, e := range edit {
		e(&m)
	}
	return a.signedBy(signer, wire.TypeTransfer, m.Encode())
}

func (a *accusation) defunded(n uint64, prev wire.ID) []byte {
	return a.signedBy("payer", wire.TypeDefund, wire.Defund{
		Version: wire.V1, Realm: a.auth.Place.Realm, Suite: a.number, Currency: 978, Exponent: 2, Amount: amount,
		Nonce: wire.Nonce(drawn("order", 16)), Cert: a.payer.ID, Counter: n, Prev: prev, Lots: []wire.Lot{{Hop: 0, Amount: amount}},
		PolicyVersion: 7, Epoch: epochNow, Family: wire.FamilyBalance,
	}.Encode())
}

// said is a RECEIPT of the payee's.
func (a *accusation) said(signer string, c *cert.Certificate, about wire.ID, status uint64) []byte {
	m := a.receipt(status)
	m.Cert, m.TransferHash = c.ID, about
	return a.signedBy(signer, wire.TypeReceipt, m.Encode())
}

// reported is a SYNC of a range between two heads.
func (a *accusation) reported(signer string, c *cert.Certificate, first, last uint64, before, head wire.ID, entries ...[]byte) []byte {
	m := a.report("challenge 1", 1, 2)
	m.Cert, m.First, m.Last, m.HeadBefore, m.Head, m.Entries = c.ID, first, last, before, head, entries
	return a.signedBy(signer, wire.TypeSync, m.Encode())
}

// bundle is an EVIDENCE with the paths of payer and payee.
func (a *accusation) bundle(kind uint64, links [][]byte, objects ...[]byte) []byte {
	certs := [][]byte{a.payer.Raw, a.payee.Raw, a.further.Raw, a.auth.Provider.Cert.Raw}
	return evidence.AppendLinked(nil, a.auth.Place.Realm, kind, objects, certs, links)
}

// proves adds a bundle that convicts.
func (a *accusation) proves(n int, comment string, kind uint64, accused wire.DID, unlinked string, links [][]byte, objects ...[]byte) {
	b := a.bundle(kind, links, objects...)
	a.valid(positive{n: n, requirement: spec.DET04, kind: "evidence", comment: comment, uses: map[string]string{"root": "root"},
		input:  map[string][]byte{"object": b},
		values: map[string]string{"kind": dec(kind), "accused": hexDID(accused), "unlinked": unlinked}})
}

// bundled edits the bundle and writes it again.
func bundled(e func(*wire.Evidence)) change {
	return raw("input.object", func(b []byte) []byte {
		m, err := wire.DecodeEvidence(b)
		must(err)
		m.Objects, m.Certs, m.Links = bytesList(m.Objects), bytesList(m.Certs), bytesList(m.Links)
		e(&m)
		return m.Encode()
	})
}

func bytesList(list [][]byte) [][]byte { return append([][]byte(nil), list...) }

// instead puts another object in a place of the bundle.
func instead(i int, b []byte) change {
	return bundled(func(m *wire.Evidence) { m.Objects[i] = b })
}

func evidenceVectors() *file {
	f := newFile("evidence", "EVIDENCE at whoever judges it, with nothing but the root: accused is the device, or for kind 7 and where unlinked is 1 the issuer. Everything that proves nothing gets one code.")
	decodeNotes(f)
	f.note("Bundle", "It does not hold what its kind needs.", "An accusation is believed for its form.")
	f.note("Signer", "Path, realm, suite or signature of an object do not hold.", "Whoever makes bundles convicts whom he likes.")
	f.note("NoConflict", "What the objects say is no conflict, or of two devices.", "An honest device is turned off.")
	f.note("Key", "A key that nothing but its provider's word makes the device's.", "A rogue provider convicts a device with a key of its own.")
	a := newAccusation(f)
	a.debits()
	a.statements()
	a.issued()
	a.overdrawn()
	a.bundles()
	return f
}

// debits are kinds 1 to 3.
func (a *accusation) debits() {
	me, none := a.payer.Device(), wire.ID{}
	one, two := drawnID("request 1"), drawnID("request 2")
	first, other := a.paid(1, none, one), a.paid(1, none, two)
	id := idOf(wire.TypeTransfer, first)
	a.proves(1, "kind 1: two TRANSFERs with one counter", wire.EvidenceCounter, me, "0", nil, first, other)
	a.proves(2, "kind 1: a TRANSFER and a DEFUND with one counter", wire.EvidenceCounter, me, "0", nil, first, a.defunded(1, none))
	a.proves(3, "kind 2: counters 1 and 2, and the second does not follow the first", wire.EvidencePrev, me, "0", nil, a.paid(2, two, two), first)
	a.proves(4, "kind 2: two debits after one", wire.EvidencePrev, me, "0", nil, a.paid(2, id, one), a.paid(4, id, two))
	request, hash := a.request(a.session())
	a.proves(5, "kind 3: two TRANSFERs for one PAY_REQ", wire.EvidenceRequest, me, "0", nil, a.paid(5, one, hash), a.paid(9, two, hash), request)
	by := func(n uint64, prev, request wire.ID) []byte { return a.paidBy("payee", a.payee.ID, n, prev, request) }
	static := a.signedBy("payee", wire.TypePeer, a.peer(a.session()).Encode())
	a.refused(
		bad(20, 1, spec.DET04, spec.ENotProven, "NoConflict", "debits of two devices", instead(1, by(1, none, two))),
		bad(21, 1, spec.DET04, spec.ENotProven, "NoConflict", "one debit twice", instead(1, first)),
		bad(22, 1, spec.DET04, spec.ENotProven, "NoConflict", "two counters", instead(1, a.paid(2, id, two))),
		bad(23, 3, spec.DET04, spec.ENotProven, "NoConflict", "counters 1 and 2, and the second follows the first", instead(0, a.paid(2, id, two))),
		bad(24, 3, spec.DET04, spec.ENotProven, "NoConflict", "counters 1 and 3: what lies between is not here", instead(0, a.paid(3, two, two))),
		bad(25, 4, spec.DET04, spec.ENotProven, "NoConflict", "the second debit of another device", instead(1, by(4, id, two))),
		bad(26, 5, spec.DET04, spec.ENotProven, "NoConflict", "one TRANSFER for another request", instead(1, a.paid(9, two, two))),
		bad(27, 5, spec.DET04, spec.ENotProven, "NoConflict", "both for another request than the one shown", instead(2, a.signedBy("payee", wire.TypePayReq, a.requestBut().Encode()))),
		bad(28, 5, spec.DET04, spec.ENotProven, "Bundle", "a PEER where the request belongs", instead(2, static)),
		bad(29, 5, spec.DET04, spec.ENotProven, "Bundle", "what is no object where the request belongs", instead(2, []byte{0x80})),
		bad(30, 5, spec.DET04, spec.ENotProven, "NoConflict", "an accomplice's TRANSFER", instead(1, by(9, two, hash))),
	)
}

func (a *accusation) requestBut() wire.PayReq {
	m := a.payReq(a.session())
	m.Amount++
	return m
}

// statements are kinds 4 to 6.
func (a *accusation) statements() {
	me, payee, none := a.payer.Device(), a.payee.Device(), wire.ID{}
	about, other := drawnID("transfer 1"), drawnID("transfer 2")
	accepted := a.said("payee", a.payee, about, wire.ReceiptAccepted)
	a.proves(6, "kind 4: ACCEPTED and REFUSED for one TRANSFER", wire.EvidenceReceipt, payee, "0", nil,
		accepted, a.said("payee", a.payee, about, wire.ReceiptRefused))
	x, y, z := drawnID("head x"), drawnID("head y"), drawnID("head z")
	report := func(first, last uint64, before, head wire.ID) []byte {
		return a.reported("payer", a.payer, first, last, before, head)
	}
	a.proves(7, "kind 5: two heads after one entry", wire.EvidenceFork, me, "0", nil, report(1, 3, none, x), report(2, 3, z, y))
	a.proves(8, "kind 5: one report begins with another head than the one before ended with", wire.EvidenceFork, me, "0", nil, report(1, 3, none, x), report(4, 5, y, z))
	first := a.paid(1, none, about)
	entry := func(n uint64, ref wire.ID) []byte {
		return wire.LogEntry{Number: 1, Kind: wire.LogPay, Ref: ref, Amount: amount, X: n, Epoch: epochNow}.Encode()
	}
	log := func(signer string, c *cert.Certificate, n uint64, ref wire.ID) []byte {
		return a.reported(signer, c, 1, 1, none, x, entry(n, ref))
	}
	a.proves(9, "kind 6: a report in which another debit has the counter", wire.EvidenceAbsent, me, "0", nil, first, log("payer", a.payer, 1, other))
	m := a.report("challenge 1", 1, 2)
	m.First, m.Last, m.HeadBefore, m.Head, m.Mode, m.Entries = 1, 1, none, x, wire.SyncTotals, [][]byte{entry(1, other)}
	totals := a.signedBy("payer", wire.TypeSync, m.Encode())
	a.refused(
		bad(40, 6, spec.DET04, spec.ENotProven, "NoConflict", "ACCEPTED twice", instead(1, accepted)),
		bad(41, 6, spec.DET04, spec.ENotProven, "NoConflict", "about two TRANSFERs", instead(1, a.said("payee", a.payee, other, wire.ReceiptRefused))),
		bad(42, 6, spec.DET04, spec.ENotProven, "NoConflict", "refused by another device", instead(1, a.said("payer", a.payer, about, wire.ReceiptRefused))),
		bad(43, 7, spec.DET04, spec.ENotProven, "NoConflict", "one history, told twice", instead(1, report(2, 3, z, x))),
		bad(44, 8, spec.DET04, spec.ENotProven, "NoConflict", "one history, continued", instead(1, report(4, 5, x, z))),
		bad(45, 7, spec.DET04, spec.ENotProven, "NoConflict", "histories of two devices", instead(1, a.reported("payee", a.payee, 2, 3, z, y))),
		bad(46, 9, spec.DET04, spec.ENotProven, "NoConflict", "the debit is in the report", instead(1, log("payer", a.payer, 1, idOf(wire.TypeTransfer, first)))),
		bad(47, 9, spec.DET04, spec.ENotProven, "NoConflict", "a report without that counter", instead(1, log("payer", a.payer, 2, other))),
		bad(48, 9, spec.DET04, spec.ENotProven, "NoConflict", "the report of another device", instead(1, log("payee", a.payee, 1, other))),
		bad(49, 9, spec.DET04, spec.ENotProven, "NoConflict", "a report of totals, which tells of no payment", instead(1, totals)),
	)
}

// issued is kind 7.
func (a *accusation) issued() {
	key := cert.DeriveKey(suite.P256, []byte(seed), "further")
	issue := func(k suite.PublicKey, edit func(*wire.Cert)) []byte {
		return a.auth.IssueDevice(k, cert.DeviceOptions{Subject: a.payer.Device(), Edit: edit}).Raw
	}
	same := func(*wire.Cert) {}
	a.proves(10, "kind 7: two keys of one suite for one device, and no re-key between", wire.EvidenceIssuer, a.auth.Provider.Cert.Device(), "0", nil,
		a.payer.Raw, a.further.Raw)
	unsigned := bytes.Clone(a.further.Raw)
	a.refused(
		bad(50, 10, spec.DET04, spec.ENotProven, "NoConflict", "the key of a re-key", instead(1, issue(a.private["further"].Public(), func(c *wire.Cert) { c.Replaces = drawnID("replaced") }))),
		bad(51, 10, spec.DET04, spec.ENotProven, "NoConflict", "a further suite", instead(1, issue(key.Public(), same))),
		bad(52, 10, spec.DET04, spec.ENotProven, "NoConflict", "one key, certified again", instead(1, issue(a.private["payer"].Public(), func(c *wire.Cert) { c.NotAfter-- }))),
		bad(53, 10, spec.DET04, spec.ENotProven, "NoConflict", "two devices", instead(1, a.payee.Raw)),
		bad(54, 10, spec.DET04, spec.ENotProven, "Signer", "one certificate is not signed by the issuer", instead(1, lastBit(unsigned))),
		bad(55, 10, spec.DET04, spec.ENotProven, "Bundle", "what is no certificate", instead(0, []byte{0x80})),
		bad(56, 10, spec.DET04, spec.ENotProven, "Signer", "the issuer's own certificate is not there", bundled(func(m *wire.Evidence) { m.Certs = m.Certs[:3] })),
		bad(57, 10, spec.DET04, spec.ENotProven, "Signer", "certificates of another realm than the bundle's", instead(1, a.foreign())),
	)
}

// foreign is the further certificate with another realm in it.
func (a *accusation) foreign() []byte {
	m := a.further.Body
	m.Realm[0] ^= 1
	return a.auth.Provider.Sign(wire.TypeCert, m.Encode())
}
