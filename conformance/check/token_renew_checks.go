package check

import (
	"bytes"

	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/evidence"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// manyParts is more than a device may hold without giving them up.
const manyParts = 20

// inPieces pays a unit so often that it holds many fragments, of 10 each.
func (t *T) inPieces(unit *Unit) {
	other := t.Funded(10 * manyParts)
	for range manyParts {
		t.MustTransfer(other, unit, 10)
	}
	t.Control(other.Sync(true), "synchronise")
}

func partsRenewed(t *T) {
	const message = "what a synchronisation renews is not of the same sum"
	unit := t.Device()
	t.inPieces(unit)
	before := t.pays(unit, 10).Transfer.Fragments
	t.Control(unit.Sync(true), "synchronise")
	t.For(spec.TOK12, message).Expect(unit.Spendable()).To(gomega.Equal(uint64(10*manyParts - 10)))
	s := t.pays(unit, 10*manyParts-10)
	t.For(spec.TOK12, "many fragments were not renewed").Expect(len(s.Transfer.Fragments)).To(gomega.BeNumerically("<=", 16))
	t.For(spec.TOK12, message).Expect(s.right()).To(gomega.BeTrue())
	for _, f := range s.Transfer.Fragments {
		t.For(spec.TOK12, "an old token was paid with after it was renewed").Expect(f.TID).NotTo(gomega.Equal(before[0].TID))
		t.For(spec.TOK12, "a fresh token has made a hop").Expect(f.Hop).To(gomega.Equal(uint64(1)))
	}
	t.For(spec.TOK12, message).Expect(unit.Spendable()).To(gomega.BeZero())
}

// renewalLost loses the answer of the ledger twice: the value stays the same.
func renewalLost(t *T) {
	const message = "an answer that was lost changed what a synchronisation renews"
	unit := t.Device()
	t.inPieces(unit)
	for range 2 {
		report, a := unit.Report()
		if report == nil {
			t.Control(a, "report")
		}
		t.Control(t.ledger.do(adapter.Reconcile{Message: report.Message, Records: report.Messages}), "reconcile")
		t.For(spec.TOK12, message).Expect(unit.Held()).To(gomega.Equal(uint64(10 * manyParts)))
	}
	t.For(spec.TOK12, "somebody was accused who had no answer").Expect(t.kind9()).To(gomega.BeEmpty())
	unit.do(adapter.PowerCycle{})
	t.Control(unit.Sync(true), "synchronise")
	t.For(spec.TOK12, message).Expect(unit.Spendable()).To(gomega.Equal(uint64(10 * manyParts)))
	s := t.pays(unit, 10*manyParts)
	t.For(spec.TOK12, message).Expect(s.right()).To(gomega.BeTrue())
	t.For(spec.TOK12, message).Expect(unit.Defund(1)).To(t.Refused(spec.EFunds))
}

// renewedIsDead has a cracked peer redeem and pay with what the ledger has renewed.
func renewedIsDead(t *T) {
	cracked, other := t.Peer(), t.Peer()
	t.Control(other.Fund(1000), "funding")
	for range manyParts {
		t.MustTransfer(other, cracked, 10)
	}
	t.Control(other.Sync(true), "synchronise")
	before := cracked.inside().State()
	t.Control(cracked.Sync(true), "synchronise")
	fresh := cracked.inside().State()
	if len(fresh.Fragments) != 1 || fresh.Fragments[0].Amount() != 10*manyParts {
		t.For(spec.TOK12, "a ledger did not renew what it was given").Expect(fresh.Fragments).To(gomega.HaveLen(1))
	}
	account := t.ledger.Balance(cracked.Account)
	t.For(spec.TOK12, "somebody was accused before there was a conflict").Expect(t.kind9()).To(gomega.BeEmpty())
	cracked.putBack(before, 0)
	t.For(spec.TOK12, "what was renewed was redeemed").Expect(cracked.Defund(100)).To(t.Refused(spec.ETokenSpent))
	t.For(spec.TOK12, "what was renewed was redeemed").Expect(t.ledger.Balance(cracked.Account)).To(gomega.Equal(account))
	found := t.kind9()
	t.For(spec.TOK12, "who drew from what it had given up was not found").Expect(found).To(gomega.HaveLen(1))
	t.For(spec.TOK12, "another device was accused").Expect(bytes.Equal(found[0].Device, cracked.ID)).To(gomega.BeTrue())
	got, err := evidence.Verify(found[0].Evidence, t.env.realm.Root.Cert)
	t.For(spec.TOK12, "the evidence does not verify with public keys").
		Expect(err == nil && got.Accused == wire.DID(cracked.ID)).To(gomega.BeTrue())
	cracked.putBack(fresh, 0)
	t.For(spec.TOK12, "a fresh token could not be redeemed").Expect(cracked.Defund(10 * manyParts)).To(BeDone())
}

// givenUpTwice has a cracked peer give up once more, with less beside it, what the
// ledger has renewed.
func givenUpTwice(t *T) {
	cracked, other := t.Peer(), t.Peer()
	t.Control(other.Fund(1000), "funding")
	for range manyParts {
		t.MustTransfer(other, cracked, 10)
	}
	t.Control(other.Sync(true), "synchronise")
	before := cracked.inside().State()
	t.Control(cracked.Sync(true), "synchronise")
	left := before.Fragments[0]
	before.Fragments = before.Fragments[1:]
	before.Lots[left.Hop] -= left.Amount()
	cracked.putBack(before, 0)
	t.Control(cracked.Sync(true), "synchronise")
	t.For(spec.TOK12, "a list that was not renewed changed the sum").Expect(cracked.sumOfParts()).To(gomega.Equal(sumOf(before)))
	for _, f := range cracked.inside().State().Fragments {
		t.For(spec.TOK12, "what was renewed was renewed again").Expect(f.TID).To(gomega.Equal(left.TID))
	}
	found := t.kind9()
	t.For(spec.TOK12, "who gave the same up in two lists was not found").Expect(found).To(gomega.HaveLen(1))
	got, err := evidence.Verify(found[0].Evidence, t.env.realm.Root.Cert)
	t.For(spec.TOK12, "the evidence does not verify with public keys").
		Expect(err == nil && got.Accused == wire.DID(cracked.ID)).To(gomega.BeTrue())
}

// wrongRenewals answers a report that gives fragments up with wrong tokens, and then
// with a right one.
func wrongRenewals(t *T) {
	const message = "an answer with wrong tokens was taken"
	unit, realm := t.Device(), t.env.realm
	k := t.Kit(KitOptions{})
	for range manyParts {
		s := k.Meet(unit, 10)
		t.Control(s.payPieces(s.pieces()), "a payment")
	}
	held := unit.Held()
	chal := wire.SyncChal{
		Version: wire.V1, Realm: realm.Place.Realm, Suite: realm.TopSuite, Nonce: k.nonce(),
		Cert: realm.Service.Cert.ID, Device: wire.DID(unit.ID), Head: wire.LogStart(wire.DID(unit.ID)),
	}
	report := t.Control(unit.do(adapter.SyncReport{Message: realm.Service.Sign(wire.TypeSyncChal, chal.Encode())}), "report").Message
	m := payloadOf(t, report, wire.TypeSync, realm.decodeSync)
	o, _ := wire.DecodeObject(report, wire.TypeSync.MaxBytes())
	answer := func(tokens ...[]byte) adapter.Answer {
		return unit.do(adapter.SyncApply{Message: realm.Service.Sign(wire.TypeSyncAck, wire.SyncAck{
			Version: wire.V1, Realm: realm.Place.Realm, Suite: realm.TopSuite, Nonce: m.Nonce, Cert: realm.Service.Cert.ID,
			SyncHash: o.ID(wire.TypeSync), PolicyVersion: 1, RevocationVersion: 1, Epoch: realm.epoch,
			Device: wire.DID(unit.ID), Last: m.Last, Head: m.Head, LowWater: wire.NoLimit, Issued: tokens,
		}.Encode())})
	}
	mint := func(what string, value uint64) []byte {
		_, object := realm.mint(what+" "+name(o.ID(wire.TypeSync)), money.Amount(value), nil)
		return object
	}
	forged := mint("forged", 10*manyParts)
	forged[len(forged)-2] ^= 1
	for _, c := range []struct {
		name   string
		code   spec.Code
		tokens [][]byte
	}{
		{"one minor unit less", spec.ETokenInterval, [][]byte{mint("less", 10*manyParts-1)}},
		{"one minor unit more", spec.ETokenInterval, [][]byte{mint("more", 10*manyParts+1)}},
		{"a token with another signature", spec.ETokenUnknown, [][]byte{forged}},
		{"a token that is held", spec.ETokenSpent, [][]byte{k.heldToken(t, 10*manyParts)}},
	} {
		t.For(spec.TOK12, message).Expect(answer(c.tokens...)).To(t.Refused(c.code), c.name)
		t.For(spec.TOK12, message).Expect(unit.Held()).To(gomega.Equal(held), c.name)
	}
	t.For(spec.TOK12, "after wrong answers the right one is refused").Expect(answer(mint("right", 10*manyParts))).To(BeDone())
	t.For(spec.TOK12, "a right answer changed the sum").Expect(unit.Held()).To(gomega.Equal(held))
}

// heldToken is another TOKEN with the tid that the kit has paid with.
func (k *Kit) heldToken(t *T, value money.Amount) []byte {
	_, object := t.env.realm.mint("held", value, func(m *wire.IssuerToken) { m.TID = k.walletOf().tid })
	return object
}

// wrongListsNotRenewed has a cracked peer give one part up twice in one list, and
// what it has paid away.
func wrongListsNotRenewed(t *T) {
	for _, paidAway := range []bool{false, true} {
		cracked, other := t.Peer(), t.Peer()
		t.Control(other.Fund(1000), "funding")
		for range manyParts {
			t.MustTransfer(other, cracked, 10)
		}
		state := cracked.inside().State()
		if paidAway {
			t.MustTransfer(cracked, other, 10)
		} else {
			again := state.Fragments[0]
			again.Order = state.Fragments[len(state.Fragments)-1].Order + 1
			state.Fragments = append(state.Fragments, again)
			state.Lots[again.Hop] += again.Amount()
		}
		t.Control(other.Sync(true), "synchronise")
		old := state.Fragments[0].TID
		cracked.putBack(state, 0)
		t.Control(cracked.Sync(true), "synchronise")
		t.For(spec.TOK12, "a list that was not renewed changed the sum").Expect(cracked.sumOfParts()).To(gomega.Equal(sumOf(state)))
		for _, f := range cracked.inside().State().Fragments {
			t.For(spec.TOK12, "a list was renewed that holds what is not the device's").Expect(f.TID).To(gomega.Equal(old))
		}
	}
}

// sumOf is what the fragments of a state add up to.
func sumOf(s device.State) (sum money.Amount) {
	for _, f := range s.Fragments {
		sum += f.Amount()
	}
	return sum
}

// sumOfParts is what the fragments of a peer add up to.
func (u *Unit) sumOfParts() money.Amount { return sumOf(u.inside().State()) }

// kind9 are the findings about parts.
func (t *T) kind9() []adapter.Finding {
	var found []adapter.Finding
	for _, f := range t.ledger.Findings() {
		if f.Kind == wire.EvidenceSource {
			found = append(found, f)
		}
	}
	return found
}

// mintedNotRenewed has a cracked peer give up what nobody has brought to it.
func mintedNotRenewed(t *T) {
	cracked, other := t.Peer(), t.Peer()
	t.Control(other.Fund(1000), "funding")
	for range manyParts {
		t.MustTransfer(other, cracked, 10)
	}
	t.Control(other.Sync(true), "synchronise")
	state := cracked.inside().State()
	last := &state.Fragments[len(state.Fragments)-1] // of the other's rest
	last.To += 100
	state.Lots[last.Hop] += 100
	cracked.putBack(state, 0)
	old := last.TID
	for i := range 2 { // the answer to the first is no source for the second
		before := cracked.sumOfParts()
		t.Control(cracked.Sync(true), "synchronise")
		t.For(spec.TOK12, "what was not renewed changed the sum").Expect(cracked.sumOfParts()).To(gomega.Equal(before))
		for _, f := range cracked.inside().State().Fragments {
			t.For(spec.TOK12, "a ledger renewed what nobody had brought").Expect(f.TID).To(gomega.Equal(old))
		}
		if i == 1 {
			return
		}
		t.again(cracked)
	}
}

// again cuts what came back into pieces once more, as a cracked device can.
func (t *T) again(cracked *Unit) {
	state := cracked.inside().State()
	f := state.Fragments[0]
	state.Fragments = nil
	for at := f.From; at < f.To; at += 10 {
		piece := f
		piece.Order, piece.From, piece.To = uint64(at)+1, at, at+10
		state.Fragments = append(state.Fragments, piece)
	}
	cracked.putBack(state, 0)
}
