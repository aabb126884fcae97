package ledger

import (
	"bytes"
	"cmp"
	"maps"
	"slices"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/provenance"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
)

// A Debit is a TRANSFER or DEFUND whose path and signature hold. Callers must
// not change it.
type Debit struct {
	ID          wire.ID
	Payer       wire.DID
	Counter     uint64
	Prev        wire.ID
	Amount      money.Amount
	RequestHash wire.ID // zero for a DEFUND
	Request     uint64  // the payee's request number, 0 for a DEFUND
	Claim       bool
	OneWay      bool                // its request number is that of a static request
	Expiry      uint64              // its last epoch, where it is one of both
	Opening     *settlement.Opening // nil for a DEFUND
	Object      []byte
	Cert        wire.ID
	// Reservation is the one that a TRANSFER of family I names, 0 for none.
	Reservation uint64
	// Drawn is what it was drawn from under CHAIN provenance, as it was held.
	Drawn []wire.Input
	// Parts are the same in family T.
	Parts []wire.Fragment
	// Tokens are the hashes of the tokens that it names, in family E.
	Tokens []wire.ID
	// Links are those that came with a pending TRANSFER, and Signers the
	// certificates beside them, for the payee.
	Links   []wire.Link
	Signers [][]byte
}

func defundDebit(d *Defunding) *Debit {
	tokens := (&Redemption{Tokens: d.Body.Spent}).hashes()
	return &Debit{ID: d.ID, Payer: d.Device, Counter: d.Body.Counter, Prev: d.Body.Prev,
		Amount: d.Body.Amount, Object: d.Bytes, Cert: d.Body.Cert, Drawn: d.Body.Inputs, Tokens: tokens,
		Parts: d.Body.Fragments}
}

func transferDebit(s *Settlement) *Debit {
	return &Debit{ID: s.ID, Payer: s.Device, Counter: s.Body.Counter, Prev: s.Body.Prev,
		Amount: s.Body.Amount, RequestHash: s.Body.RequestHash, Request: s.Body.Request,
		Claim: s.Body.Flags&wire.TransferClaim != 0, OneWay: s.Body.Flags&wire.TransferOneWay != 0,
		Expiry: s.Body.Expiry, Reservation: s.Body.Reservation, Opening: s.Opening, Object: s.Bytes, Cert: s.Body.Cert,
		Drawn: provenance.Held(s.Body.Inputs), Tokens: s.Body.Tokens, Links: s.Links, Signers: s.Signers,
		Parts: s.Body.Fragments}
}

// objects are the authentic signed objects that the ledger has seen: sets, so
// that nothing depends on the order of arrival.
type objects struct {
	debits   map[wire.ID]*Debit
	receipts map[wire.ID]*Answer
	answers  map[wire.ID][]*Answer // the receipts by the transfer that they answer
	requests map[wire.ID][]byte    // PAY_REQs
	reports  map[wire.ID]*Report
	certs    map[wire.ID]*cert.Certificate
	links    map[wire.DID]map[wire.ID][]byte // REKEY_REQs
	// issued are what the ledger has signed that may be a source of CHAIN provenance.
	issued map[wire.ID][]byte
	// drawn are the debits of family T by their payer and the sources of their parts.
	drawn map[drawKey][]*Debit
}

// A drawKey is a payer, and what had brought the parts that it paid.
type drawKey struct {
	payer  wire.DID
	source wire.ID
}

func newObjects() objects {
	return objects{map[wire.ID]*Debit{}, map[wire.ID]*Answer{}, map[wire.ID][]*Answer{}, map[wire.ID][]byte{}, map[wire.ID]*Report{},
		map[wire.ID]*cert.Certificate{}, map[wire.DID]map[wire.ID][]byte{}, map[wire.ID][]byte{}, map[drawKey][]*Debit{}}
}

// addDebit keeps the first encoding of a debit: a hedged signer may make
// several of one id. Links that come later are kept with it.
func (o *objects) addDebit(d *Debit) {
	known := o.debits[d.ID]
	if known == nil {
		o.debits[d.ID] = d
		for _, f := range d.Parts {
			key := drawKey{d.Payer, f.Source}
			if list := o.drawn[key]; len(list) == 0 || list[len(list)-1] != d {
				o.drawn[key] = append(list, d)
			}
		}
		return
	}
	if len(known.Links) == 0 {
		known.Links, known.Signers = d.Links, d.Signers
	}
}

// addReceipt keeps the first encoding of a receipt and reports whether it was
// new.
func (o *objects) addReceipt(a *Answer) bool {
	if _, known := o.receipts[a.ID]; known {
		return false
	}
	o.receipts[a.ID] = a
	o.answers[a.Body.TransferHash] = append(o.answers[a.Body.TransferHash], a)
	return true
}

// Debits returns every debit seen, by payer, counter and id.
func (l *Ledger) Debits() []*Debit {
	return slices.SortedFunc(maps.Values(l.seen.debits), func(a, b *Debit) int {
		return cmp.Or(bytes.Compare(a.Payer[:], b.Payer[:]), cmp.Compare(a.Counter, b.Counter),
			bytes.Compare(a.ID[:], b.ID[:]))
	})
}

// Answers returns every receipt seen, by id.
func (l *Ledger) Answers() []*Answer {
	return slices.SortedFunc(maps.Values(l.seen.receipts), func(a, b *Answer) int {
		return bytes.Compare(a.ID[:], b.ID[:])
	})
}

// Reports returns every SYNC seen, accepted or not, by id.
func (l *Ledger) Reports() []*Report {
	return slices.SortedFunc(maps.Values(l.seen.reports), func(a, b *Report) int {
		return bytes.Compare(a.ID[:], b.ID[:])
	})
}
