package main

import (
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// chainDoubleVectors are what chain.json has not: a verifier that has settled
// before.
func chainDoubleVectors() *file {
	f := newFile("chain-double", "TRANSFER under CHAIN provenance, as in the file chain, at a verifier that has settled one before.")
	f.note("DoubleSpend", "Another transfer with this counter is known.", "Value is spent twice: two payees show one chain.")
	w := newChainWorld(f)
	me := w.payer.Device()
	line := w.maker.Line(amount, me)
	w.settledBefore("earlier", counter-1, line, amount/2)
	w.settledBefore("same", counter, line, amount)
	w.settledBefore("double", counter, line, amount-1)
	w.good(1, spec.CON04, "earlier", "the payer's next transfer", nil, line)
	w.good(2, spec.DSP05, "same", "the same again, which settles nothing", nil, line)
	f.refused(bad(10, 1, spec.DET01, spec.EDouble, "DoubleSpend", "another transfer with this counter, out of the same voucher", before("ledger", "double")))
	return f
}

// settledBefore publishes a verifier that has settled one transfer of the payer, of
// a counter and an amount out of an input.
func (w *chainWorld) settledBefore(name string, n uint64, from wire.Input, sum money.Amount) {
	from.Amount = sum
	m := w.maker.Transfer(w.me, w.payee.Device(), w.nonce, []wire.Input{from})
	m.Counter, m.Prev, m.PolicyVersion = n, drawnID("previous debit"), 7
	object := w.signedBy("payer", wire.TypeTransfer, m.Encode())
	links, err := wire.DecodeLinks(w.linksOf(name, []wire.Input{from}))
	must(err)
	l := w.ledgerState(name)
	l.Issuers, l.Policy = []string{"provider", "service"}, "policy-chain"
	l.Before = []string{w.object("record-"+name, settlement.Append(nil, settlement.Record{
		Object: object, Certificates: [][]byte{w.payer.Raw}, Links: links,
		Opening: &settlement.Opening{Payee: w.payee.Device(), Nonce: w.nonce},
	}))}
	w.Ledgers = append(w.Ledgers, l)
}
