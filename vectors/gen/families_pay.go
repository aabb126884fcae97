package main

import (
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

// A familyPayment is what a payer of a family makes of a request.
type familyPayment struct {
	n           int
	requirement spec.ID
	comment     string
	device      string
	edit        func(*wire.Transfer)
}

// paysIn adds a positive vector of PAY_REQ at a payer of a family.
func (w *world) paysIn(family uint64, p familyPayment) {
	s := w.session()
	m := w.payReq(s)
	m.Family = family
	request := w.signedBy("payee", wire.TypePayReq, m.Encode())
	t := w.transfer()
	t.Lots, t.RequestHash, t.Family = []wire.Lot{{Hop: 1, Amount: amount}}, idOf(wire.TypePayReq, request), family
	p.edit(&t)
	body := t.Encode()
	in := s.input()
	in["hello_nonce"], in["pay_req"] = s.helloNonce, request
	in["m2"] = s.m2(wire.Item{Type: wire.TypePayReq, Object: request, Certs: [][]byte{w.payee.Raw}})
	w.valid(positive{n: p.n, requirement: p.requirement, kind: "pay-req", comment: p.comment, device: p.device,
		uses: map[string]string{"certificate": "payee"}, input: in,
		context: map[string]string{"verified": "0", "expected_amount": "0", "session": "1"},
		values: published(wire.TypePayReq, request, map[string]string{
			"transfer_payload": hexOf(body), "transfer_id": hexID(wire.Object{Alg: -19, Payload: body}.ID(wire.TypeTransfer)),
		})})
}

// otherFamily is a request of another family, sealed.
func (w *world) otherFamily(n, twin int, family uint64) {
	from := len(w.Tests)
	w.refused(bad(n, twin, spec.ENC05, spec.EFamily, "Type", "a request of another family", payload("input.pay_req", "payee", number(23, family))))
	w.sealAgain(w.session(), from)
}

// tokenPayVectors are which parts a payer draws.
func tokenPayVectors() *file {
	f := newFile("tokens-pay", "PAY_REQ at a payer of family T, as in the file pay-req: which parts of which tokens it draws, up to the TRANSFER that it signs.")
	w := tokens(f)
	for _, n := range []byte{1, 2, 3, 4} {
		w.object("token-"+dec(uint64(n)), w.token(n, 10000))
	}
	all := []string{"token-1", "token-2", "token-3", "token-4"}
	holds := func(name string, parts ...wire.Fragment) string {
		d := w.holder(name, "payer", w.payer)
		d.Tokens, d.Fragments, d.Balance = all, nil, nil
		for _, p := range parts {
			d.Fragments = append(d.Fragments, kept(p))
		}
		for _, l := range lotsOf(parts) {
			d.Balance = append(d.Balance, vectors.Lot{Hop: l.Hop, Amount: dec(uint64(l.Amount))})
		}
		return w.state(d)
	}
	raised := func(parts ...wire.Fragment) func(*wire.Transfer) {
		return func(t *wire.Transfer) {
			for i := range parts {
				parts[i].Hop++
			}
			t.Fragments, t.Lots = parts, lotsOf(parts)
		}
	}
	pays := func(n int, r spec.ID, comment, device string, parts ...wire.Fragment) {
		w.paysIn(wire.FamilyToken, familyPayment{n, r, comment, device, raised(parts...)})
	}
	holds("one", part(1, 0, 3000, 0), part(4, 200, 700, 1))
	holds("far-first", part(4, 0, 3000, 2), part(2, 0, 1000, 0), part(3, 100, 300, 1))
	holds("by-tid", part(3, 0, 500, 0), part(2, 5000, 5500, 0), part(2, 100, 600, 0), part(1, 0, 100, 1))
	holds("exact", part(2, 9000, 10000, 0), part(3, 0, 250, 0))
	pays(1, spec.TOK01, "the lower part of one fragment; the rest stays", "one", part(1, 0, 1250, 0))
	pays(2, spec.TOK06, "the lowest hop first, whatever came first", "far-first", part(2, 0, 1000, 0), part(3, 100, 300, 1), part(4, 0, 50, 2))
	pays(3, spec.TOK06, "of one hop in the order of tid and start", "by-tid", part(2, 100, 600, 0), part(2, 5000, 5500, 0), part(3, 0, 250, 0))
	pays(4, spec.TOK01, "exactly what is held", "exact", part(2, 9000, 10000, 0), part(3, 0, 250, 0))
	w.otherFamily(10, 1, wire.FamilyBalance)
	w.otherFamily(11, 1, wire.FamilyECash)
	w.variant("one", "lost", func(d *vectors.Device) { d.Tokens = nil })
	w.refused(bad(12, 1, spec.TOK06, spec.ETokenDenomination, "Token", "the host has lost the TOKENs", before("device", "lost")))
	return f
}

// reservedPayVectors are the reservation that a payer names.
func reservedPayVectors() *file {
	f := newFile("reserved-pay", "PAY_REQ at a payer of families I and S, as in the file pay-req: in family I the TRANSFER names the reservation of the FUND credited last.")
	reservedNotes(f)
	w := classical(f)
	state := func(name string, family, reservation uint64) {
		d := w.blank(name, "payer", w.payer)
		d.Family, d.Reservation = family, reservation
		w.state(d)
	}
	state("funded", wire.FamilyIOU, 3)
	state("never-funded", wire.FamilyIOU, 0)
	state("shadow", wire.FamilyShadow, 0)
	names := func(n uint64) func(*wire.Transfer) {
		return func(t *wire.Transfer) { t.Reserved, t.Reservation = true, n }
	}
	w.paysIn(wire.FamilyIOU, familyPayment{1, spec.FND07, "it names the reservation of the FUND credited last", "funded", names(3)})
	w.paysIn(wire.FamilyIOU, familyPayment{2, spec.FND07, "it names 0 before the first", "never-funded", names(0)})
	w.paysIn(wire.FamilyShadow, familyPayment{3, spec.PAY01, "family S names none", "shadow", func(*wire.Transfer) {}})
	w.otherFamily(10, 1, wire.FamilyShadow)
	w.otherFamily(11, 1, wire.FamilyBalance)
	w.otherFamily(12, 3, wire.FamilyIOU)
	return f
}

func reservedNotes(f *file) {
	decodeNotes(f)
	f.note("Reservation", "The reservation is missing, of another funding, or where none belongs.", "A payment names value that the ledger has given back.")
	f.note("Mismatch", "It is not what was asked for.", "The payee hands over goods for value of another kind.")
	f.note("Certificate", "The signer may not sign this, or is not known.", "Anyone issues value.")
}

// reservedTransferVectors are families I and S at the payee.
func reservedTransferVectors() *file {
	f := newFile("reserved-transfer", "TRANSFER of families I and S at its payee, as in the file transfer: the payee cannot know a reservation, and asks only that there is one where the family has it.")
	reservedNotes(f)
	w := classical(f)
	asked := func(family uint64) wire.ID {
		m := w.payReq(w.session())
		m.Family = family
		return idOf(wire.TypePayReq, w.signedBy("payee", wire.TypePayReq, m.Encode()))
	}
	state := func(name string, family uint64) {
		d := w.blank(name, "payee", w.payee)
		d.Family = family
		d.Requests = []vectors.Request{{Number: requestNumber, Hash: hexID(asked(family)), Amount: dec(amount), Suite: uint64(w.number), MaxHop: 5}}
		w.state(d)
	}
	state("iou", wire.FamilyIOU)
	state("shadow", wire.FamilyShadow)
	add := func(n int, r spec.ID, comment, device string, family uint64, edit func(*wire.Transfer)) {
		m := w.transfer()
		m.RequestHash, m.Family = asked(family), family
		edit(&m)
		transfer := w.signedBy("payer", wire.TypeTransfer, m.Encode())
		receipt := w.receipt(wire.ReceiptAccepted)
		receipt.RequestHash, receipt.TransferHash = m.RequestHash, idOf(wire.TypeTransfer, transfer)
		f.valid(positive{n: n, requirement: r, kind: "transfer", comment: comment, device: device, uses: map[string]string{"certificate": "payer"},
			input:  map[string][]byte{"object": transfer},
			values: published(wire.TypeTransfer, transfer, map[string]string{"receipt_payload": hexOf(receipt.Encode()), "balance": dec(3500 + amount)})})
	}
	names := func(n uint64) func(*wire.Transfer) {
		return func(m *wire.Transfer) { m.Reserved, m.Reservation = true, n }
	}
	add(1, spec.PAY01, "family I: the payment that was asked for, with its reservation", "iou", wire.FamilyIOU, names(3))
	add(2, spec.FND07, "family I: a payer that was never funded", "iou", wire.FamilyIOU, names(0))
	add(3, spec.PAY01, "family S: the payment that was asked for", "shadow", wire.FamilyShadow, func(*wire.Transfer) {})
	decodeChecks(f, 10, 1, "input.object", "payer", false)
	at := func(e edit) change { return payload("input.object", "payer", e) }
	f.refused(
		told(bad(30, 1, spec.ENC05, spec.EMismatch, "Reservation", "family I without a reservation", at(drop(93))), given()),
		told(bad(31, 1, spec.ENC05, spec.EMismatch, "Mismatch", "family S, without a reservation", at(both(number(23, 4), drop(93)))), given()),
		told(bad(32, 1, spec.ENC05, spec.EMismatch, "Mismatch", "family B, without a reservation", at(both(number(23, 1), drop(93)))), given()),
		told(bad(33, 3, spec.ENC05, spec.EMismatch, "Mismatch", "family B in a realm of family S", at(number(23, 1))), given()),
		told(bad(34, 3, spec.ENC05, spec.EMismatch, "Mismatch", "family I, with a reservation, in a realm of family S", at(both(number(23, 3), number(93, 3)))), given()),
		bad(35, 3, spec.ENC02, spec.EField, "Grammar", "a reservation in a TRANSFER of family S", at(number(93, 3))),
		bad(36, 1, spec.ENC02, spec.EField, "Grammar", "a reservation in a byte string", at(str(93, []byte{3}))),
		bad(37, 1, spec.ENC02, spec.EAmount, "Range", "a reservation of 2^53", at(number(93, 1<<53))),
		bad(38, 1, spec.ENC02, spec.EField, "Grammar", "parts, which family T has", at(set(91, encodedParts(part(1, 0, amount, 1))))),
		bad(39, 1, spec.ENC02, spec.EField, "Grammar", "tokens, which family E has", at(set(92, encodedList(make([]byte, 32))))),
	)
	return f
}

// reservedFundVectors are the reservation in a FUND.
func reservedFundVectors() *file {
	f := newFile("reserved-fund", "FUND of families I and S at a device with an open request: in family I it has the number of the request as its reservation.")
	reservedNotes(f)
	f.note("Binding", "For another device, request, nonce or amount.", "A voucher that was paid for once is credited elsewhere, or for more.")
	w := classical(f)
	m := w.fundReq()
	state := func(name string, family uint64) {
		d := w.blank(name, "payer", w.payer)
		d.Family = family
		d.Funding = &vectors.Funding{Number: m.Request, Nonce: hexOf(m.Nonce[:]), Amount: "5000", Hash: hexID(w.fund().RequestHash)}
		w.state(d)
	}
	state("iou", wire.FamilyIOU)
	state("shadow", wire.FamilyShadow)
	add := func(n int, comment, device string, reservation uint64) {
		b := w.fund()
		b.Reservation = reservation
		object := w.signedBy("service", wire.TypeFund, b.Encode())
		f.valid(positive{n: n, requirement: spec.FND04, kind: "fund", comment: comment, device: device, input: map[string][]byte{"object": object},
			values: published(wire.TypeFund, object, map[string]string{"balance": "8500"})})
	}
	add(1, "family I: a reservation", "iou", m.Request)
	add(2, "family S: the mirror rises", "shadow", 0)
	decodeChecks(f, 10, 1, "input.object", "service", false)
	at := func(e edit) change { return payload("input.object", "service", e) }
	f.refused(
		bad(30, 1, spec.FND01, spec.EFundBinding, "Reservation", "the number of another request", at(number(93, m.Request+1))),
		bad(31, 1, spec.ENC02, spec.EField, "Reservation", "no reservation in family I", at(drop(93))),
		bad(32, 2, spec.ENC02, spec.EField, "Reservation", "a reservation in family S", at(number(93, m.Request))),
		bad(33, 1, spec.ENC02, spec.EAmount, "Range", "reservation 0", at(number(93, 0))),
		bad(34, 1, spec.ENC02, spec.EField, "Grammar", "blind signatures, which family E has", at(set(95, encodedList(make([]byte, 256))))),
		bad(35, 1, spec.ENC02, spec.EField, "Grammar", "TOKENs, which family T has", at(set(99, encodedList([]byte{0x80})))),
		bad(36, 1, spec.FND01, spec.EFundBinding, "Binding", "of another nonce", at(flip(9))),
		bad(37, 1, spec.FND01, spec.EFundBinding, "Binding", "for one unit more than was asked", at(number(7, 5001))),
	)
	return f
}
