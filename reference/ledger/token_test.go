package ledger

import (
	"fmt"
	"testing"

	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// fundParts runs a whole funding of 100 and returns what it has brought.
func (u *unit) fundParts() wire.Fragment {
	u.t.Helper()
	u.fund(100)
	source := u.log[len(u.log)-1].Ref
	f := u.ledger.brought[source].parts[0]
	f.Source = source
	return f
}

// A refusal returns to a device what it had, and nothing else: a debit can be signed
// of parts that never were the signer's.
func TestReturnedPartsWereTheDevices(t *testing.T) {
	returns := []struct {
		name string
		by   func(*unit) wire.ID
	}{{"DEFUND_ACK", (*unit).refusedDefunding}, {"RECEIPT", (*unit).refusedPayment}, {"RESOLVE", (*unit).resolvedPayment}}
	for _, how := range returns {
		for _, tt := range []struct {
			name string
			want spec.Code
			part func(own, other wire.Fragment) wire.Fragment
		}{
			{"its own", 0, func(own, _ wire.Fragment) wire.Fragment { return own }},
			{"a piece of its own", 0, func(own, _ wire.Fragment) wire.Fragment { own.From, own.To = 20, 70; return own }},
			{"another's", spec.ETokenUnknown, func(_, other wire.Fragment) wire.Fragment { return other }},
			{"another's, with a source of its own", spec.ETokenUnknown, func(own, other wire.Fragment) wire.Fragment {
				other.Source = own.Source
				return other
			}},
			{"another's, with a source that nobody knows", spec.ETokenUnknown, func(_, other wire.Fragment) wire.Fragment {
				other.Source = wire.ID{9}
				return other
			}},
		} {
			w := newWorldOf(t, wire.FamilyToken)
			holder, cracked := w.unit("holder"), w.unit("cracked")
			f := tt.part(cracked.fundParts(), holder.fundParts())
			for range 2 { // what was returned once is followed through the second time
				cracked.parts = []wire.Fragment{f}
				f.Source = how.by(cracked)
				err := judge(w.ledger, w.ledger.parts.Rules.Renew, &PartsOf{Device: cracked.did, Fragments: []wire.Fragment{f}})
				wantCode(t, how.name+" returns "+tt.name, err, tt.want)
			}
		}
	}
}

// lot is the sum of what the unit pays next.
func (u *unit) lot() wire.Lot { return wire.Lot{Amount: u.parts[0].Amount()} }

// refusedDefunding redeems with an order that nobody has given.
func (u *unit) refusedDefunding() wire.ID {
	u.t.Helper()
	u.counter++
	b := u.id.Sign(wire.TypeDefund, wire.Defund{
		Version: wire.V1, Realm: u.authority.Place.Realm, Suite: suite.Ed25519,
		Currency: u.authority.Place.Currency, Exponent: u.authority.Place.Exponent,
		Amount: u.lot().Amount, Nonce: wire.Nonce{7}, Cert: u.id.Cert.ID, Counter: u.counter, Prev: u.prev,
		Lots: []wire.Lot{u.lot()}, PolicyVersion: 1, Epoch: today, Family: wire.FamilyToken, Fragments: u.parts,
	}.Encode())
	u.debited(b, wire.TypeDefund, wire.LogDefund, u.lot().Amount)
	answer, err := u.ledger.AcceptDefunding(b)
	if err != nil {
		u.t.Fatal(err)
	}
	o := u.open(answer, wire.TypeDefundAck)
	if m, err := wire.DecodeDefundAck(o.Payload); err != nil || m.Status != wire.DefundRefused {
		u.t.Fatalf("a DEFUND without an order: status %d, %v", m.Status, err)
	}
	return o.ID(wire.TypeDefundAck)
}

// refusedPayment pays somebody who refuses.
func (u *unit) refusedPayment() wire.ID {
	u.t.Helper()
	payee := u.unit(fmt.Sprintf("payee %x", u.prev))
	p := u.pay(payee, u.lot().Amount)
	u.ledger.Upload([][]byte{p.record, payee.receipt(p, wire.ReceiptRefused)})
	return u.ledger.receiptOf(u.ledger.seen.debits[p.id], wire.ReceiptRefused).ID
}

// resolvedPayment pays somebody who has gone past the request.
func (u *unit) resolvedPayment() wire.ID {
	u.t.Helper()
	payee := u.unit(fmt.Sprintf("payee %x", u.prev))
	p := u.pay(payee, u.lot().Amount)
	u.ledger.Upload([][]byte{p.record})
	payee.fund(1)
	payee.requests += 2 * uint64(u.ledger.parts.Retention)
	payee.sync()
	r, err := u.ledger.Resolve(p.id)
	if err != nil {
		u.t.Fatal(err)
	}
	return u.open(r.Resolve, wire.TypeResolve).ID(wire.TypeResolve)
}

// What a device has paid to another cannot be redeemed or renewed by it: the part,
// from the source that it was paid from.
func TestPaidPartsAreNotRedeemed(t *testing.T) {
	w := newWorldOf(t, wire.FamilyToken)
	payer, other := w.unit("payer"), w.unit("other")
	whole, next := payer.fundParts(), payer.fundParts()
	cut := func(f wire.Fragment, from, to money.Amount) wire.Fragment { f.From, f.To = from, to; return f }
	payer.parts = []wire.Fragment{cut(whole, 20, 40), cut(whole, 60, 70)}
	w.ledger.Upload([][]byte{payer.pay(other, 30).record})
	payer.parts = []wire.Fragment{next}
	payer.refusedDefunding() // no payment, and returned
	elsewhere := cut(whole, 20, 40)
	elsewhere.Source = wire.ID{8}
	for _, tt := range []struct {
		name string
		did  wire.DID
		part wire.Fragment
		want spec.Code
	}{
		{"the very part", payer.did, cut(whole, 20, 40), spec.ETokenSpent},
		{"its first minor unit", payer.did, cut(whole, 10, 21), spec.ETokenSpent},
		{"its last minor unit", payer.did, cut(whole, 39, 60), spec.ETokenSpent},
		{"the second part", payer.did, cut(whole, 65, 66), spec.ETokenSpent},
		{"what is beside both", payer.did, cut(whole, 40, 60), 0},
		{"the same part from another source", payer.did, elsewhere, 0},
		{"another payer", other.did, cut(whole, 20, 40), 0},
		{"what a DEFUND has drawn", payer.did, next, 0},
	} {
		for _, parts := range [][]wire.Fragment{{tt.part}, {cut(whole, 0, 5), tt.part}} {
			err := judge(w.ledger, w.ledger.parts.Rules.RedeemParts, &PartsOf{Device: tt.did, Fragments: parts})
			wantCode(t, tt.name, err, tt.want)
		}
	}
}
