package main

import (
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// partEvidenceVectors are kind 9 in family T.
func partEvidenceVectors() *file {
	f := newFile("tokens-evidence", "EVIDENCE of kind 9 in family T, as in the file evidence: two debits of one device, or a debit and a SYNC, or two SYNCs, that draw a part of one token in common from one source.")
	f.note("NoConflict", "What the objects say is no conflict, or of two devices.", "An honest device is turned off.")
	f.note("Signer", "Path, realm, suite or signature of an object do not hold.", "Whoever makes bundles convicts whom he likes.")
	f.note("Bundle", "It does not hold what its kind needs.", "An accusation is believed for its form.")
	a := newAccusation(f)
	me := a.payer.Device()
	first, second := a.drewParts(2, part(1, 0, 1000, 1), part(2, 500, 750, 1)), a.drewParts(5, part(2, 749, 1999, 2))
	home := a.partsHome(7, part(2, 0, 501, 0), part(3, 0, 749, 0))
	gives, more := a.gaveUp("a", part(2, 700, 800, 0)), a.gaveUp("b", part(2, 700, 801, 0))
	proves := func(n int, comment string, objects ...[]byte) {
		a.proves(n, comment, wire.EvidenceSource, me, "0", nil, objects...)
	}
	proves(1, "two TRANSFERs with one unit in common, under two counters", first, second)
	proves(2, "a TRANSFER and a DEFUND", first, home)
	proves(3, "a TRANSFER and a SYNC that gives the part up", first, gives)
	proves(4, "two SYNCs whose lists differ", gives, more)
	proves(5, "a SYNC before the DEFUND", a.gaveUp("c", part(3, 700, 800, 0)), home)
	elsewhere := part(2, 749, 1999, 2)
	elsewhere.Source = drawnID("another source")
	f.refused(
		bad(10, 1, spec.DET04, spec.ENotProven, "NoConflict", "parts that touch", instead(1, a.drewParts(5, part(2, 750, 2000, 2)))),
		bad(11, 1, spec.DET04, spec.ENotProven, "NoConflict", "the same part from another source: it came again", instead(1, a.drewParts(5, elsewhere))),
		bad(12, 1, spec.DET04, spec.ENotProven, "NoConflict", "the same part of another token", instead(1, a.drewParts(5, part(4, 749, 1999, 2)))),
		bad(13, 1, spec.DET04, spec.ENotProven, "NoConflict", "one debit twice", instead(1, first)),
		bad(14, 4, spec.DET04, spec.ENotProven, "NoConflict", "two SYNCs of one list: the first had no answer", instead(1, a.gaveUp("b", part(2, 700, 800, 0)))),
		bad(15, 1, spec.DET04, spec.ENotProven, "NoConflict", "debits of two devices", instead(1, a.drewPartsBy("payee", a.payee.ID, 5, part(2, 749, 1999, 2)))),
		bad(16, 1, spec.DET04, spec.ENotProven, "NoConflict", "the second draws no part", instead(1, a.drewParts(5))),
		bad(20, 1, spec.DET04, spec.ENotProven, "Signer", "one bit of a signature", instead(1, lastBit(a.drewParts(5, part(2, 749, 1999, 2))))),
		bad(21, 3, spec.DET04, spec.ENotProven, "Signer", "one bit of a SYNC's signature", instead(1, lastBit(a.gaveUp("a", part(2, 700, 800, 0))))),
		bad(22, 1, spec.DET04, spec.ENotProven, "Bundle", "one debit alone", bundled(func(m *wire.Evidence) { m.Objects = m.Objects[:1] })),
		bad(23, 1, spec.DET04, spec.ENotProven, "Bundle", "three debits", bundled(func(m *wire.Evidence) { m.Objects = append(m.Objects, home) })),
	)
	return f
}

// drewParts is a TRANSFER of the payer that draws parts.
func (a *accusation) drewParts(n uint64, parts ...wire.Fragment) []byte {
	return a.drewPartsBy("payer", a.payer.ID, n, parts...)
}

func (a *accusation) drewPartsBy(signer string, crt wire.ID, n uint64, parts ...wire.Fragment) []byte {
	m := a.transfer()
	m.Cert, m.Counter, m.Prev, m.RequestHash = crt, n, drawnID("before "+dec(n)), drawnID("request "+dec(n))
	m.Family, m.Fragments = wire.FamilyToken, parts
	if len(parts) > 0 {
		m.Lots = lotsOf(parts)
	}
	return a.signedBy(signer, wire.TypeTransfer, m.Encode())
}

func (a *accusation) partsHome(n uint64, parts ...wire.Fragment) []byte {
	return a.signedBy("payer", wire.TypeDefund, wire.Defund{
		Version: wire.V1, Realm: a.auth.Place.Realm, Suite: a.number, Currency: 978, Exponent: 2, Amount: amount,
		Nonce: wire.Nonce(drawn("order", 16)), Cert: a.payer.ID, Counter: n, Prev: drawnID("before " + dec(n)),
		Lots: lotsOf(parts), PolicyVersion: 7, Epoch: epochNow, Family: wire.FamilyToken, Fragments: parts,
	}.Encode())
}

// gaveUp is a SYNC of the payer that gives parts up.
func (a *accusation) gaveUp(challenge string, parts ...wire.Fragment) []byte {
	m := a.report("challenge "+challenge, 1, 2)
	m.Fragments = parts
	return a.signedBy("payer", wire.TypeSync, m.Encode())
}
