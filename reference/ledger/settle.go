package ledger

import (
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/provenance"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A Settlement is a decoded TRANSFER with its opening under judgement.
type Settlement struct {
	Signed
	Body    wire.Transfer
	Opening *settlement.Opening // nil when the record has none
	Links   []wire.Link         // of CHAIN provenance, for the payee
	Signers [][]byte            // certificates that came with the record
}

// An Answer is a decoded RECEIPT under judgement.
type Answer struct {
	Signed
	Body wire.Receipt
}

// A Request is a decoded PAY_REQ under judgement. The ledger keeps it only to
// show that two transfers answered one request.
type Request struct {
	Signed
	Body wire.PayReq
}

// An Outcome says what became of one record.
type Outcome struct {
	ID  wire.ID // of the object, zero if it was not decoded
	New bool    // the object was not known before
	Err error   // a [*Refusal], or nil
}

// settleRules are the checks of sync.md, section Settlement, in order.
func settleRules() []Rule[Settlement] {
	signer := signerRules[Settlement]()
	rules := append([]Rule[Settlement]{}, signer[:len(signer)-1]...)
	rules = append(rules, []Rule[Settlement]{
		{"the family is the ledger's", spec.ENC05, spec.EFamily, func(l *Ledger, s *Settlement) bool {
			return l.parts.Place.Pays(&s.Body)
		}},
		{"the opening opens the payee tag", spec.PAY04, spec.EMismatch, func(_ *Ledger, s *Settlement) bool {
			return s.Opening != nil && wire.PayeeTag(s.Opening.Payee, s.Opening.Nonce) == s.Body.PayeeTag
		}},
		{"payer and payee differ", spec.PAY06, spec.ESelf, func(_ *Ledger, s *Settlement) bool {
			return s.Opening == nil || s.Opening.Payee != s.Device
		}},
		{"the lots make the amount", spec.CON03, spec.EHop, func(l *Ledger, s *Settlement) bool {
			if l.inputs() {
				return provenance.WellOrdered(s.Body.Inputs, s.Body.Amount, 1, l.maxHop())
			}
			return lotsMake(s.Body.Lots, s.Body.Amount, 1, l.maxHop())
		}},
	}...)
	return append(rules, signer[len(signer)-1])
}

// settleOnceRules decide whether a right transfer still has to be settled.
func settleOnceRules() []Rule[Settlement] {
	return []Rule[Settlement]{
		{"the transfer is not settled yet", spec.SET06, spec.EReqUsed, func(l *Ledger, s *Settlement) bool {
			return !l.Settled(s.ID)
		}},
	}
}

func receiptRules() []Rule[Answer] { return signerRules[Answer]() }

func requestRules() []Rule[Request] { return signerRules[Request]() }

// maxHop returns the highest hop that the policy allows.
func (l *Ledger) maxHop() uint64 {
	if hops := l.parts.Policy.Provenance.MaxHops; hops > 0 && hops < wire.MaxHop {
		return hops
	}
	return wire.MaxHop
}

// chained reports whether the policy has CHAIN provenance.
func (l *Ledger) chained() bool { return l.parts.Policy.Provenance.Mode == wire.ProvenanceChain }

// inputs reports whether what a debit was drawn from are inputs: under CHAIN, but in
// family T, where they are fragments.
func (l *Ledger) inputs() bool { return l.chained() && !l.parted() }

// lotsMake reports whether the lots ascend by hop, lie within lowest and
// highest, and sum to the amount.
func lotsMake(lots []wire.Lot, amount money.Amount, lowest, highest uint64) bool {
	var sum money.Amount
	for i, lot := range lots {
		if lot.Hop < lowest || lot.Hop > highest || i > 0 && lot.Hop <= lots[i-1].Hop {
			return false
		}
		var err error
		if sum, err = sum.Add(lot.Amount); err != nil {
			return false
		}
	}
	return sum == amount
}

// Upload takes records from either party, in any order and any number of
// times: what the ledger concludes is a function of the set. Each record is
// judged by itself.
func (l *Ledger) Upload(records [][]byte) []Outcome {
	outcomes := make([]Outcome, len(records))
	for i, b := range records {
		outcomes[i] = l.take(b)
	}
	return outcomes
}

func (l *Ledger) take(b []byte) Outcome {
	rec, err := settlement.Parse(b)
	if err != nil {
		return Outcome{Err: refusal(err)}
	}
	o, err := wire.DecodeObject(rec.Object, l.largestRecord())
	if err != nil {
		return Outcome{Err: refusal(err)}
	}
	switch t, _ := wire.Peek(o.Payload); t {
	case wire.TypeReceipt:
		return l.takeReceipt(rec)
	case wire.TypePayReq:
		return l.takeRequest(rec)
	case wire.TypeRekeyReq:
		return l.takeLink(rec)
	case wire.TypeDeposit:
		if l.ecash() {
			return l.takeDeposit(rec.Object, rec.Certificates)
		}
		return l.takeTransfer(rec)
	default:
		return l.takeTransfer(rec)
	}
}

// largestRecord bounds the object of a record: that of a TRANSFER, or where there
// are such a DEPOSIT.
func (l *Ledger) largestRecord() int {
	if l.ecash() {
		return settlement.MaxBytes
	}
	return wire.TypeTransfer.MaxBytes()
}

func (l *Ledger) takeTransfer(rec settlement.Record) Outcome {
	s := &Settlement{Opening: rec.Opening, Links: rec.Links, Signers: rec.Certificates}
	decode := wire.DecodeTransfer
	if l.inputs() {
		decode = wire.DecodeChained
	}
	if !l.chained() && len(rec.Links) > 0 && !l.ecash() {
		return Outcome{Err: refusal(&wire.Error{Code: spec.EField, Key: wire.NoKey, What: "links without CHAIN provenance"})}
	}
	var err error
	how := opened{typ: wire.TypeTransfer, usage: wire.UsePay, carried: rec.Certificates, at: &s.Body.Epoch}
	s.Signed, err = l.open(rec.Object, how, func(payload []byte) (signerOf, error) {
		var err error
		s.Body, err = decode(payload)
		return signerOf{s.Body.Suite, s.Body.Cert},
			l.parts.Place.Check(s.Body.Realm, s.Body.Currency, s.Body.Exponent, err)
	})
	if err == nil {
		err = judge(l, l.parts.Rules.Settle, s)
	}
	if err == nil && l.parted() {
		err = judge(l, l.parts.Rules.Parts, &PartsOf{s.Device, s.Body.Fragments, s.Body.Lots})
	}
	if err != nil {
		return Outcome{ID: s.ID, Err: err}
	}
	l.certified(s.path)
	l.seen.addDebit(transferDebit(s))
	if l.chained() {
		l.takeLinks(s)
	}
	if l.reserving() {
		return l.reserveTransfer(l.seen.debits[s.ID])
	}
	if d := l.seen.debits[s.ID]; judge(l, l.parts.Rules.Claim, d) == nil {
		paid, err := l.deposit(d)
		return Outcome{ID: s.ID, New: paid, Err: err}
	}
	if judge(l, l.parts.Rules.SettleOnce, s) != nil {
		return Outcome{ID: s.ID}
	}
	l.settle(s)
	return Outcome{ID: s.ID, New: true}
}

// settle books a transfer between trusted devices: the value has moved already,
// and the ledger only counts it.
func (l *Ledger) settle(s *Settlement) {
	l.supply.settle(row{id: s.ID, payer: s.Device, payee: s.Opening.Payee, counter: s.Body.Counter, amount: s.Body.Amount})
}

func (l *Ledger) takeReceipt(rec settlement.Record) Outcome {
	a := &Answer{}
	var err error
	how := opened{typ: wire.TypeReceipt, usage: wire.UseReceive, carried: rec.Certificates}
	a.Signed, err = l.open(rec.Object, how, func(payload []byte) (signerOf, error) {
		var err error
		a.Body, err = wire.DecodeReceipt(payload)
		return signerOf{a.Body.Suite, a.Body.Cert}, l.parts.Place.CheckRealm(a.Body.Realm, err)
	})
	if err == nil {
		err = judge(l, l.parts.Rules.Receipt, a)
	}
	if err != nil {
		return Outcome{ID: a.ID, Err: err}
	}
	l.certified(a.path)
	added := l.seen.addReceipt(a)
	if added && a.Body.Status == wire.ReceiptAccepted {
		l.accepted(a.Body.TransferHash)
	}
	l.apply()
	return Outcome{ID: a.ID, New: added}
}

func (l *Ledger) takeRequest(rec settlement.Record) Outcome {
	q := &Request{}
	var err error
	how := opened{typ: wire.TypePayReq, usage: wire.UseReceive, carried: rec.Certificates}
	q.Signed, err = l.open(rec.Object, how, func(payload []byte) (signerOf, error) {
		var err error
		q.Body, err = wire.DecodePayReq(payload)
		return signerOf{q.Body.Suite, q.Body.Cert},
			l.parts.Place.Check(q.Body.Realm, q.Body.Currency, q.Body.Exponent, err)
	})
	if err == nil {
		err = judge(l, l.parts.Rules.Request, q)
	}
	if err != nil {
		return Outcome{ID: q.ID, Err: err}
	}
	l.certified(q.path)
	_, known := l.seen.requests[q.ID]
	if !known {
		l.seen.requests[q.ID] = q.Bytes
	}
	return Outcome{ID: q.ID, New: !known}
}

// certified keeps the certificates of a path that holds, to find two that no
// issuer may have made.
func (l *Ledger) certified(path cert.Path) {
	for _, c := range path.Chain {
		if _, known := l.seen.certs[c.ID]; !known {
			l.seen.certs[c.ID] = c
		}
	}
}
