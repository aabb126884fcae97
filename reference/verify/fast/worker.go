package fast

import (
	"bytes"
	"crypto/sha256"
	"slices"

	"github.com/cloudflare/circl/sign/mldsa/mldsa44"
	"github.com/cloudflare/circl/sign/mldsa/mldsa65"

	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/verify"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A worker has the memory for one batch at a time.
type worker struct {
	shared *Verifier
	plain  *verify.Verifier // for what is unusual
	caught caught

	frame  frame
	body   body
	signed edBuffer // the Sig_structure under check
	bound  edBuffer // the same, bound to both keys of a hybrid
	der    []byte
	batch  edBatch

	// Unpacked for one signature, where no cache keeps it.
	spare44 mldsa44.PublicKey
	spare65 mldsa65.PublicKey

	items   []item
	fresh   []freshPayer
	byPlace placeIndex[wire.ID] // of fresh, by identifier
	claims  []Claim
	claimed []int // the payment of each claim
	order   []int32
	one     [1]verify.Payment
}

// An item is a payment between its decoding and its verdict. While decided is
// false, everything before the signatures has been found right.
type item struct {
	decided bool
	fresh   int // its certificate among those of the batch, or nowhere
	payment check
}

// A freshPayer is a certificate first seen in this batch, with its signature.
type freshPayer struct {
	*payer
	signature check
}

func newWorker(v *Verifier) *worker {
	w := &worker{shared: v}
	var err error
	if w.plain, err = verify.New(v.in, &w.caught); err != nil {
		panic("fast: a setting that was right is no longer: " + err.Error())
	}
	return w
}

// caught is the index of a worker's plain verifier. It takes every payment as
// the first of its counter: the order of the batch is not settled yet.
type caught struct{ txid wire.ID }

func (c *caught) Put(_ verify.Key, txid wire.ID) (wire.ID, bool) {
	c.txid = txid
	return txid, false
}

// verify judges a batch: what can be said of each payment by itself, then all
// signatures that a sum can check, then the double spends in the order of the
// payments.
func (w *worker) verify(payments []verify.Payment, verdicts []verify.Verdict) {
	w.batch.reset()
	w.items, w.fresh, w.claims, w.claimed = w.items[:0], w.fresh[:0], w.claims[:0], w.claimed[:0]
	w.byPlace.reset(len(payments))
	for i, payment := range payments {
		verdicts[i] = verify.Verdict{}
		w.items = append(w.items, w.open(payment, &verdicts[i]))
	}
	w.batch.verify(w.shared.random)
	for _, f := range w.fresh {
		if f.signature.holds(&w.batch) {
			w.shared.payers.add(f.payer)
		}
	}
	for i := range verdicts {
		w.close(i, &verdicts[i])
	}
	w.order = w.shared.index.PutAll(w.claims, w.order)
	for i, c := range w.claims {
		verdict := &verdicts[w.claimed[i]]
		switch {
		case !c.Taken:
			verdict.Accepted = true
		case c.Holder == c.TxID:
			verdict.Duplicate = true
		default:
			verdict.Code, verdict.Requirement = spec.EDouble, spec.DET01
		}
	}
}

// open decides everything before the signatures, and begins with those.
func (w *worker) open(payment verify.Payment, verdict *verify.Verdict) item {
	f, m := &w.frame, &w.body
	in := &w.shared.in
	if in.Chain != nil || len(payment) > settlement.MaxBytes || !f.record(payment) || !m.transfer(f.payload, in.MaxHops) ||
		m.realm != in.Place.Realm || m.currency != in.Place.Currency || m.exponent != in.Place.Exponent {
		return w.unusual(payment, verdict)
	}
	p, at := w.payer()
	if p == nil || !bytes.Equal(f.protected, p.header) {
		return w.unusual(payment, verdict)
	}
	w.signed.keep(wire.AppendSigStructure(w.signed.message(), p.alg, wire.TypeTransfer.Domain(), f.payload))
	verdict.Payer, verdict.Counter, verdict.Amount = p.leaf().Device(), m.counter, m.amount
	verdict.TxID = sha256.Sum256(w.signed.content())
	if verdict.Code, verdict.Requirement = w.rules(p); verdict.Code != 0 {
		return item{decided: true}
	}
	result := item{fresh: at, payment: w.check(p.key, f.signature)}
	if at == unseen {
		result.fresh = w.begin(p)
	}
	return result
}

// unusual hands the payment to the plain core, all but the double spend.
func (w *worker) unusual(payment verify.Payment, verdict *verify.Verdict) item {
	*verdict = w.plain.Verify(payment)
	return item{decided: true}
}

// rules are those of package verify up to the signatures, in their order: the
// path's, and then the payment's.
func (w *worker) rules(p *payer) (spec.Code, spec.ID) {
	m, in := &w.body, &w.shared.in
	switch {
	case p.code != 0:
		return p.code, p.requirement
	case m.epoch < in.MinEpoch:
		return spec.EPeerOld, spec.LCM02
	case m.suite != uint64(p.key.suite) || !slices.Contains(in.Suites, suite.Suite(m.suite)):
		return spec.ESuite, spec.CRY06
	case m.family != in.Place.Spoken(), m.reserved != (m.family == wire.FamilyIOU):
		return spec.EFamily, spec.ENC05
	case payeeTag(w.frame.payee, w.frame.nonce) != m.payeeTag:
		return spec.EMismatch, spec.PAY04
	case w.frame.payee == p.leaf().Device():
		return spec.ESelf, spec.PAY06
	case !m.lotsHold:
		return spec.EHop, spec.CON03
	default:
		return 0, ""
	}
}

// payeeTag is [wire.PayeeTag] without its allocations: one array of three, a
// text of 13 bytes and two byte strings of 16.
func payeeTag(payee wire.DID, nonce wire.Nonce) wire.ID {
	const prefix = "\x83\x6dassay/1/payee\x50"
	var b [len(prefix) + len(payee) + 1 + len(nonce)]byte
	copy(b[:], prefix)
	copy(b[len(prefix):], payee[:])
	b[len(prefix)+len(payee)] = 0x50
	copy(b[len(prefix)+len(payee)+1:], nonce[:])
	return sha256.Sum256(b[:])
}

// unseen is the place of a certificate that is not in the batch yet.
const unseen = nowhere - 1

// payer returns the payer of the payment in frame and body: known or remembered,
// and then nowhere in this batch; met in it, with the place; or unseen. It
// returns nil for what only the plain core can tell.
func (w *worker) payer() (p *payer, at int) {
	f, id := &w.frame, w.body.cert
	if p, known := w.shared.known[id]; known {
		return p, nowhere
	}
	if f.certCount == 0 || w.shared.issuers[id] != nil {
		return nil, nowhere
	}
	encoded := f.certs[0]
	if p := w.shared.payers.find(id, encoded); p != nil {
		return p, nowhere
	}
	if place, found := w.byPlace.find(id, w.shared.secret.hashID(id)); found {
		if p := w.fresh[place].payer; bytes.Equal(p.leaf().Raw, encoded) {
			return p, place
		}
		return nil, nowhere
	}
	if p = w.shared.newPayer(encoded); p == nil || p.leaf().ID != id {
		return nil, nowhere
	}
	return p, unseen
}

// begin starts to check the signature of a payer's certificate, and returns its
// place in the batch.
func (w *worker) begin(p *payer) int {
	c := p.leaf()
	w.byPlace.put(c.ID, w.shared.secret.hashID(c.ID), len(w.fresh))
	w.signed.keep(wire.AppendSigStructure(w.signed.message(), c.Object.Alg, wire.TypeCert.Domain(), c.Object.Payload))
	issuer := w.shared.issuers[c.Body.Issuer]
	w.fresh = append(w.fresh, freshPayer{p, w.check(issuer.key, c.Object.Signature)})
	return len(w.fresh) - 1
}

// close decides what depended on signatures, and enters a claim for what is
// right so far.
func (w *worker) close(i int, verdict *verify.Verdict) {
	it := &w.items[i]
	if !it.decided {
		switch {
		case it.fresh != nowhere && !w.fresh[it.fresh].signature.holds(&w.batch):
			verdict.Code, verdict.Requirement = spec.ESig, spec.CRY01
			return
		case !it.payment.holds(&w.batch):
			verdict.Code, verdict.Requirement = spec.ESig, spec.CRY05
			return
		}
	} else if !verdict.Accepted {
		return
	}
	verdict.Accepted = false
	w.claims = append(w.claims, Claim{
		Key: verify.Key{Payer: verdict.Payer, Counter: verdict.Counter}, TxID: verdict.TxID,
	})
	w.claimed = append(w.claimed, i)
}
