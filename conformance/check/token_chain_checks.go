package check

import (
	"bytes"

	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/evidence"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/provenance/chains"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// signsAway has a cracked peer sign a payment of fragments to a device, without
// paying, and returns the record of it as its payee would bring it.
func (t *T) signsAway(cracked *Unit, payee wire.DID, counter uint64, parts ...wire.Fragment) (record []byte, id wire.ID) {
	t.book.cracked = true
	realm := t.env.realm
	nonce := wire.Nonce{byte(counter), 7}
	m := wire.Transfer{
		Version: wire.V1, Realm: realm.Place.Realm, Suite: realm.base, Currency: realm.Place.Currency,
		Exponent: realm.Place.Exponent, Cert: t.certOf(cracked), Request: 1, PayeeTag: wire.PayeeTag(payee, nonce),
		Counter: counter, Prev: wire.ID{byte(counter)}, Lots: chains.LotsOf(parts), RequestHash: wire.ID{byte(counter), 9},
		PolicyVersion: 1, Epoch: realm.epoch, Family: wire.FamilyToken, Fragments: parts,
	}
	for _, f := range parts {
		m.Amount += f.Amount()
	}
	o := cracked.signAs(m.Suite, wire.TypeTransfer, m.Encode())
	return settlement.Append(nil, settlement.Record{
		Object: o.Encode(), Certificates: cracked.Certificates, Opening: &settlement.Opening{Payee: payee, Nonce: nonce},
	}), o.ID(wire.TypeTransfer)
}

// syncWith synchronises a peer whose host brings one record more than its own.
func (t *T) syncWith(peer *Unit, more adapter.Bytes) {
	_, report := peer.report()
	a := t.Control(t.ledger.do(adapter.Reconcile{Message: report.Message, Records: append(report.Messages, more), Authorised: true}), "reconcile")
	t.Control(peer.do(adapter.SyncApply{Message: a.Message}), "take the answer")
}

// partDrawnBeyond has a cracked peer sign a payment of what its source has brought
// it, and then one of what stands beside that in the same token.
func partDrawnBeyond(t *T) {
	cracked, other, one := t.Peer(), t.Peer(), t.Peer()
	t.Control(other.Fund(1000), "funding")
	t.MustTransfer(other, cracked, 400)
	t.Control(other.Sync(true), "synchronise")
	part := cracked.inside().State().Fragments[0].Fragment
	part.Hop++
	own, beyond := part, part
	own.To = part.From + 100
	beyond.From, beyond.To = part.To-50, part.To+50
	record, _ := t.signsAway(cracked, wire.DID(one.ID), 100, own)
	t.syncWith(one, record)
	t.For(spec.TOK13, "somebody was accused who drew what was brought").Expect(t.ledger.Findings()).To(gomega.BeEmpty())
	record, _ = t.signsAway(cracked, wire.DID(one.ID), 110, beyond)
	t.syncWith(one, record)
	found := t.ledger.Findings()
	t.For(spec.TOK13, "a part that its source had not brought was drawn and not found").Expect(found).To(gomega.HaveLen(1))
	t.For(spec.TOK13, "another device was accused").Expect(bytes.Equal(found[0].Device, cracked.ID)).To(gomega.BeTrue())
	got, err := evidence.Verify(found[0].Evidence, t.env.realm.Root.Cert)
	t.For(spec.TOK13, "the evidence does not verify with public keys").
		Expect(err == nil && got.Kind == wire.EvidenceSource && got.Accused == wire.DID(cracked.ID)).To(gomega.BeTrue())
}

// accompliceNotRenewed has a peer give up what a cracked one has signed to somebody
// else, and under CHAIN what it has signed to the peer and never had.
func accompliceNotRenewed(t *T) {
	cracked, victim := t.Peer(), t.Peer()
	t.Control(victim.Fund(2000), "funding")
	part := victim.inside().State().Fragments[0].Fragment
	part.Hop, part.From = 1, 1000 // the victim still has it
	t.notRenewed(cracked, victim, 201, wire.DID(victim.ID), part)
	if !t.env.realm.chained() || t.env.realm.bounds().Trunc == 0 {
		return // what its payer had stands on the payer's word
	}
	t.notRenewed(cracked, victim, 211, wire.DID{}, part)
	part.Source = wire.ID{1, 2, 3}
	t.notRenewed(cracked, victim, 221, wire.DID{}, part)
}

// notRenewed has a fresh peer give up a part, in pieces, that a cracked one has signed
// to a device, the peer where there is none. The pieces stand in for what the victim
// has paid it, so that its sums are right.
func (t *T) notRenewed(cracked, victim *Unit, counter uint64, payee wire.DID, part wire.Fragment) {
	const message = "a ledger renewed what had not been brought to who gave it up"
	accomplice := t.Peer()
	t.MustTransfer(victim, accomplice, 5*manyParts)
	if payee == (wire.DID{}) {
		payee = wire.DID(accomplice.ID)
	}
	record, id := t.signsAway(cracked, payee, counter, part)
	edit := func(s *device.State) {
		s.Fragments = nil
		for i := range manyParts {
			f := part
			f.Source, f.From, f.To = id, part.From+money.Amount(10*i), part.From+money.Amount(10*i+5)
			s.Fragments = append(s.Fragments, device.Fragment{Order: uint64(i + 1), Fragment: f})
		}
	}
	if err := accomplice.inside().Edit(edit); err != nil {
		t.harness("giving parts to a peer: " + err.Error())
	}
	t.syncWith(accomplice, record)
	for _, f := range accomplice.inside().State().Fragments {
		t.For(spec.TOK12, message).Expect(f.TID).To(gomega.Equal(part.TID))
	}
}
