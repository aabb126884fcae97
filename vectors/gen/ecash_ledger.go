package main

import (
	"slices"

	"github.com/assay-cbdc/assay/reference/ecash"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

// coinLedgerVectors are tokens that come home with a DEFUND. What is wrong with them
// is no refusal: the answer is st 2, and final.
func coinLedgerVectors() *file {
	f := newFile("ecash-ledger", "A ledger of family E to which step_01 and what follows are brought in that order, as in the file reserved-ledger: DEFUNDs, and DEPOSITs as records. account is the balance after. Tokens with which something is wrong, or that were spent before, are answered with a DEFUND_ACK of status 2, and credit nothing.")
	c := coins(f)
	c.publishMint()
	w := runWorld{world: c.world, family: wire.FamilyECash}
	w.other = w.device("other", w.number)
	ledger := w.bank("ledger", wire.FamilyECash, func(l *vectors.Ledger) { l.Keyset = "keyset" })
	keys := []*ecash.Key{c.key(1000, 1), c.key(200, 1), c.key(50, 2)}
	tag := func(order string) wire.ID { return wire.PayeeTag(w.payer.Device(), wire.Nonce(drawn(order, 16))) }
	spent := func(order string, of ...int) (list []wire.Token) {
		for _, i := range of {
			list = append(list, c.coin(keys[i], secret(i), wire.ID{}, tag(order)))
		}
		return list
	}
	defund := func(n uint64, order string, sum money.Amount, tokens ...wire.Token) []byte {
		return w.defunds(n, sum, func(m *wire.Defund) { m.Nonce, m.Spent = wire.Nonce(drawn(order, 16)), tokens })
	}
	add := func(n int, r spec.ID, comment, account string, status uint64, list ...[]byte) {
		w.ran(n, r, comment, ledger, map[string]string{"account": account, "defund_ack_payload": w.creditedBy(list[len(list)-1], status)}, list...)
	}
	right := spent("order", 0, 1, 2)
	home := defund(1, "order", 1250, right...)
	add(1, spec.ECH04, "three tokens come home, and the account is credited", "21250", 1, home)
	add(2, spec.ECH04, "again: the same answer, and no second credit", "21250", 1, home, home)
	wrong := func(n int, comment string, sum money.Amount, tokens ...wire.Token) {
		add(n, spec.ECH04, comment, "20000", 2, defund(1, "order", sum, tokens...))
	}
	last := func(e func(*wire.Token)) []wire.Token {
		t := right[2]
		t.Signature = slices.Clone(t.Signature)
		e(&t)
		return []wire.Token{right[0], right[1], t}
	}
	wrong(10, "a key that no KEYSET has", 1250, last(func(t *wire.Token) { t.Key[0] ^= 1 })...)
	wrong(11, "a key epoch that is over", 1250, last(func(t *wire.Token) { *t = c.coin(c.key(50, 1), secret(2), wire.ID{}, tag("order")) })...)
	wrong(12, "a token less than the amount", 1250, right[:2]...)
	wrong(13, "a token more than the amount", 1200, right...)
	wrong(14, "one token twice, which adds up", 1300, right[0], right[2], right[1], right[2])
	wrong(15, "spent for another order", 1250, spent("second order", 0, 1, 2)...)
	wrong(16, "spent for a request", 1250, last(func(t *wire.Token) { t.Spend = secret(2).Spend(drawnID("a request"), tag("order")) })...)
	wrong(17, "one bit of the issuer's signature", 1250, last(func(t *wire.Token) { t.Signature[255] ^= 1 })...)
	wrong(18, "no tokens at all", 1250)
	add(20, spec.ECH04, "one of them has come home with another DEFUND", "20050", 2, defund(1, "order", 50, spent("order", 2)...), defund(2, "second order", 1250, spent("second order", 0, 1, 2)...))
	add(21, spec.ECH04, "the others have not", "21250", 1, defund(1, "order", 50, spent("order", 2)...), defund(2, "second order", 1200, spent("second order", 0, 1)...))
	deposit := settlement.Append(nil, settlement.Record{Object: c.deposit(nil)})
	add(22, spec.ECH04, "they have come home with a DEPOSIT", "20000", 2, deposit, home)
	add(23, spec.ECH04, "a DEFUND of what was not credited is open to nobody: other tokens may come", "21000", 1, defund(1, "order", 1250, right[:2]...), defund(2, "order", 1000, right[0]))
	bare := func(e func(*wire.Defund)) []byte {
		return w.defunds(1, 1250, func(m *wire.Defund) {
			m.Spent = right
			e(m)
		})
	}
	w.refused(bad(30, 1, spec.ENC02, spec.EField, "Grammar", "tokens in a DEFUND of family B", anotherStep(1, w.signedBy("payer", wire.TypeDefund, edited(bodyOf(bare(func(*wire.Defund) {})), number(23, 1))))))
	return f
}

// bodyOf is the payload of an object, edited one that an edit makes of it.
func bodyOf(object []byte) []byte {
	_, body, _ := decoded(object)
	return body
}

func edited(body []byte, e edit) []byte {
	out, _ := e(body)
	return out
}
