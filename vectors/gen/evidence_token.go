package main

import (
	"bytes"
	"crypto/sha256"
	"slices"

	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// tokenEvidenceVectors are kind 8, which the file evidence has not.
func tokenEvidenceVectors() *file {
	f := newFile("token-evidence", "EVIDENCE of kind 8, family E, as in the file evidence: two debits of one device that name one token. What a token is worth, and whether it is one, is not asked: an honest device names no token twice.")
	f.note("Bundle", "It does not hold what its kind needs.", "An accusation is believed for its form.")
	f.note("Signer", "Path, realm, suite or signature of an object do not hold.", "Whoever makes bundles convicts whom he likes.")
	f.note("NoConflict", "What the objects say is no conflict, or of two devices.", "An honest device is turned off.")
	f.note("Grammar", "A debit is not what its message has to be.", "Devices and judges read two things out of one object.")
	f.note("Key", "A key that nothing but its provider's word makes the device's.", "A rogue provider convicts a device with a key of its own.")
	a := newAccusation(f)
	me, coin, other := a.payer.Device(), tokenOf("a"), tokenOf("b")
	first, second := a.spent(2, []wire.Token{coin}), a.spent(5, []wire.Token{coin, other})
	home, back := a.broughtHome(6, coin), a.broughtHome(8, other, coin)
	a.proves(1, "two TRANSFERs that name one token, under two counters", wire.EvidenceToken, me, "0", nil, first, second)
	a.proves(2, "a TRANSFER that names a token, and a DEFUND that brings it home", wire.EvidenceToken, me, "0", nil, second, home)
	a.proves(3, "two DEFUNDs that bring one token home", wire.EvidenceToken, me, "0", nil, home, back)
	far := a.broughtHome(9, tokensOf(12, coin)...)
	a.proves(4, "a DEFUND of thirteen tokens, larger than one of another family may be", wire.EvidenceToken, me, "0", nil, first, far)
	unknown := a.spentBy("further", a.further.ID, 5, []wire.Token{coin})
	a.proves(5, "one debit under a key that the provider alone makes the device's: the provider is put to proof", wire.EvidenceToken,
		a.auth.Provider.Cert.Device(), "1", nil, first, unknown)
	a.proves(6, "the same with the REKEY_REQ that names the key", wire.EvidenceToken, me, "0", [][]byte{a.link}, first, unknown)
	a.tokenRefusals(coin, other, first)
	return f
}

// tokenOf is a token of a label, as it is spent. Nothing in it verifies: whoever
// judges the debits does not ask.
func tokenOf(label string) wire.Token {
	return wire.Token{
		Key: wire.TokenKey(drawn("key of token "+label, 8)), Holder: [32]byte(drawn("holder of token "+label, 32)),
		Randomizer: [32]byte(drawn("randomizer of token "+label, 32)), Signature: drawn("signature of token "+label, wire.TokenSize),
		Spend: [64]byte(drawn("spending of token "+label, 64)),
	}
}

// tokensOf are n further tokens before the last one.
func tokensOf(n uint64, last wire.Token) (list []wire.Token) {
	for i := range n {
		list = append(list, tokenOf(dec(i)))
	}
	return append(list, last)
}

// spent is a fallback TRANSFER of the payer that names tokens.
func (a *accusation) spent(n uint64, tokens []wire.Token, edit ...edit) []byte {
	return a.spentBy("payer", a.payer.ID, n, tokens, edit...)
}

func (a *accusation) spentBy(signer string, crt wire.ID, n uint64, tokens []wire.Token, edit ...edit) []byte {
	m := a.transfer()
	m.Cert, m.Counter, m.Prev, m.RequestHash = crt, n, drawnID("before "+dec(n)), drawnID("request "+dec(n))
	m.Lots, m.Family, m.Flags = []wire.Lot{{Hop: 1, Amount: amount}}, wire.FamilyECash, wire.TransferFallback
	for _, t := range tokens {
		m.Tokens = append(m.Tokens, sha256.Sum256(t.Holder[:]))
	}
	slices.SortFunc(m.Tokens, func(x, y wire.ID) int { return bytes.Compare(x[:], y[:]) })
	body := m.Encode()
	for _, e := range edit {
		body, _ = e(body)
	}
	return a.signedBy(signer, wire.TypeTransfer, body)
}

// broughtHome is a DEFUND of the payer that carries tokens.
func (a *accusation) broughtHome(n uint64, tokens ...wire.Token) []byte {
	return a.signedBy("payer", wire.TypeDefund, wire.Defund{
		Version: wire.V1, Realm: a.auth.Place.Realm, Suite: a.number, Currency: 978, Exponent: 2, Amount: amount,
		Nonce: wire.Nonce(drawn("order", 16)), Cert: a.payer.ID, Counter: n, Prev: drawnID("before " + dec(n)),
		Lots: []wire.Lot{{Hop: 0, Amount: amount}}, PolicyVersion: 7, Epoch: epochNow, Family: wire.FamilyECash, Spent: tokens,
	}.Encode())
}

func (a *accusation) tokenRefusals(coin, other wire.Token, first []byte) {
	one := []wire.Token{coin}
	short := coin
	short.Signature = short.Signature[1:]
	a.refused(
		bad(10, 1, spec.DET04, spec.ENotProven, "NoConflict", "the debits name two tokens", instead(1, a.spent(5, []wire.Token{other}))),
		bad(11, 1, spec.DET04, spec.ENotProven, "NoConflict", "debits of two devices", instead(1, a.spentBy("payee", a.payee.ID, 5, one))),
		bad(12, 1, spec.DET04, spec.ENotProven, "NoConflict", "one debit twice", instead(1, first)),
		bad(13, 1, spec.DET04, spec.ENotProven, "NoConflict", "the second names no token", instead(1, a.spent(5, nil))),
		bad(14, 2, spec.DET04, spec.ENotProven, "NoConflict", "the DEFUND brings another token home", instead(1, a.broughtHome(6, tokenOf("c")))),
		bad(15, 2, spec.DET04, spec.ENotProven, "NoConflict", "one counter and two tokens, which is kind 1", instead(1, a.broughtHome(5, tokenOf("c")))),
		bad(20, 1, spec.DET04, spec.ENotProven, "Grammar", "tokens in a TRANSFER of family B", instead(1, a.spent(5, one, number(23, wire.FamilyBalance), number(22, 0)))),
		bad(21, 1, spec.DET04, spec.ENotProven, "Grammar", "the flag of a fallback in a TRANSFER of family B", instead(1, a.spent(5, nil, number(23, wire.FamilyBalance)))),
		bad(22, 1, spec.DET04, spec.ENotProven, "Grammar", "a list of tokens that names one twice", instead(1, a.spent(5, []wire.Token{coin, coin}))),
		bad(23, 1, spec.DET04, spec.ENotProven, "Grammar", "an empty list of tokens, which is to be left out", instead(1, a.spent(5, nil, set(92, []byte{0x80})))),
		bad(24, 1, spec.DET04, spec.ENotProven, "Grammar", "a name of a token that is none", instead(1, a.spent(5, one, set(92, []byte{0x81, 0x40})))),
		bad(25, 3, spec.DET04, spec.ENotProven, "Grammar", "a token whose signature is a byte short", instead(1, a.broughtHome(8, short))),
		bad(26, 3, spec.DET04, spec.ENotProven, "Grammar", "more tokens than a message takes", instead(1, a.broughtHome(8, tokensOf(wire.MaxTokens, coin)...))),
		bad(30, 1, spec.DET04, spec.ENotProven, "Bundle", "three debits", bundled(func(m *wire.Evidence) { m.Objects = append(m.Objects, first) })),
		bad(31, 1, spec.DET04, spec.ENotProven, "Bundle", "one debit alone", bundled(func(m *wire.Evidence) { m.Objects = m.Objects[:1] })),
		bad(32, 1, spec.DET04, spec.ENotProven, "Bundle", "a RECEIPT where a debit belongs", instead(1, a.said("payee", a.payee, drawnID("request 2"), wire.ReceiptAccepted))),
		bad(33, 1, spec.DET04, spec.ENotProven, "Signer", "one bit of a signature", instead(1, lastBit(a.spent(5, one)))),
		bad(34, 3, spec.DET04, spec.ENotProven, "Signer", "one bit of a DEFUND's signature", instead(1, lastBit(a.broughtHome(8, coin)))),
	)
}
