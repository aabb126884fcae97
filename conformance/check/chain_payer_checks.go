package check

import (
	"bytes"
	"slices"

	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/evidence"
	"github.com/assay-cbdc/assay/reference/provenance"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// caseOf is what a unit has paid the kit with, as a payee judges it.
func (s *KitPayee) caseOf() *provenance.Case {
	realm := s.t.env.realm
	store := cert.NewStore(0, realm.Root.Cert)
	store.Remember(realm.Path(realm.Provider.Cert))
	store.Remember(realm.Path(realm.Service.Cert))
	return &provenance.Case{
		Bounds: realm.bounds(), Place: realm.Place, Env: realm.Env, Grace: realm.policy.Fresh.Grace,
		Suites: realm.policy.Suites, Rules: cert.Rules(), Store: store, Payer: wire.DID(s.Payer.ID),
		Family: s.Transfer.Family, Inputs: s.Transfer.Inputs, Parts: s.Transfer.Fragments, Links: s.chainLinks(),
		Carried: cert.Carried(s.Certs),
	}
}

// chainLinks are the links that came beside what the kit was paid with.
func (s *KitPayee) chainLinks() []wire.Link {
	if s.t.env.realm.parted() {
		return s.Shown
	}
	return s.Links
}

// pays has a unit pay a new kit to the end.
func (t *T) pays(unit *Unit, amount uint64) *KitPayee {
	s, m2 := t.Kit(KitOptions{}).Invite(unit, amount, Invitation{})
	t.Control(s.Take(m2), "a payment to the harness")
	t.Control(unit.do(adapter.Acknowledge{Session: s.Session, Message: s.Answer(nil)}), "acknowledge")
	return s
}

// chainOfUnits has units pay one another, as far as the policy goes, and the last
// one hold value of every hop.
func (t *T) chainOfUnits() *Unit {
	from := t.Funded(400)
	for range t.depth() {
		to := t.Device()
		if t.env.realm.bounds().MaxInputs >= 3 { // else one lot is all that can be paid on
			t.Control(to.Fund(60), "funding")
		}
		t.MustTransfer(from, to, 300)
		from = to
	}
	return from
}

func chainShown(t *T) {
	for _, s := range t.paysWhole(t.chainOfUnits()) {
		t.showsAll(s)
	}
	if t.env.realm.parted() && t.Has(adapter.CapSplitSync) && t.Profile().SyncMode != spec.SyncTotals {
		unit := t.Device()
		t.inPieces(unit)
		t.Control(unit.Sync(true), "synchronise")
		s := t.pays(unit, 10*manyParts)
		t.For(spec.CON07, "a fresh token made a hop").Expect(s.Transfer.Fragments).To(gomega.HaveEach(gomega.HaveField("Hop", uint64(1))))
		t.showsAll(s)
	}
}

// paysWhole has a unit pay a kit all that it has, at once where that is possible: a
// ledger may fund with so many tokens that it takes three payments.
func (t *T) paysWhole(unit *Unit) []*KitPayee {
	s, m2 := t.Kit(KitOptions{}).Invite(unit, unit.Spendable(), Invitation{})
	a := s.Take(m2)
	if a.Refused == nil || spec.Code(a.Refused.Code) != spec.EChainLength || !t.env.realm.parted() || unit.Spendable() <= 180 {
		t.Control(a, "a payment to the harness")
		t.Control(unit.do(adapter.Acknowledge{Session: s.Session, Message: s.Answer(nil)}), "acknowledge")
		return []*KitPayee{s}
	}
	return []*KitPayee{t.pays(unit, 60), t.pays(unit, 60), t.pays(unit, unit.Spendable())}
}

// showsAll judges that a payer has shown where its value was.
func (t *T) showsAll(s *KitPayee) {
	rules := slices.DeleteFunc(provenance.Rules(), func(r provenance.Rule) bool { return r.Name == "needed" })
	err := provenance.Judge(rules, s.caseOf())
	t.For(spec.CON07, "a payer did not show where its value was").Expect(err).NotTo(gomega.HaveOccurred())
}

func drawnInOrder(t *T) {
	const message = "value was not drawn in the order of the hops and of what came first"
	payer, other := t.Device(), t.Funded(1000)
	t.Control(payer.Fund(100), "funding")
	t.Control(payer.Fund(77), "funding")
	if t.depth() > 0 {
		t.MustTransfer(other, payer, 50)
	}
	drawn := func(amount, hop, voucher uint64) {
		s := t.pays(payer, amount)
		c := s.caseOf()
		if provenance.Judge(provenance.Rules(), c) != nil {
			t.Inconclusive("positive control: what a payer shows holds", "it does not")
		}
		draws := provenance.Draws(s.Transfer.Inputs, s.Transfer.Fragments)
		t.For(spec.CON07, message).Expect(draws).To(gomega.HaveEach(gomega.HaveField("Hop", hop)))
		if t.env.realm.parted() {
			return // of one hop the order is that of TOK-06
		}
		t.For(spec.CON07, message).Expect(draws).To(gomega.HaveLen(1))
		for _, l := range c.Members() {
			if l.Type == wire.TypeFund && hop == 1 {
				t.For(spec.CON07, message).Expect(uint64(l.Fund.Amount)).To(gomega.Equal(voucher))
			}
		}
	}
	drawn(100, 1, 100)
	drawn(77, 1, 77)
	if t.depth() > 0 {
		drawn(50, 2, 0)
	}
}

func returnIsSource(t *T) {
	const message = "value that a payee returned was paid again without its refusal"
	payer := t.Funded(500)
	s, m2 := t.Kit(KitOptions{}).Invite(payer, 500, Invitation{})
	t.Control(s.Take(m2), "a payment to the harness")
	refused := s.Answer(func(m *wire.Receipt) { m.Status, m.Why = wire.ReceiptRefused, uint64(spec.EReqClosed) })
	id := s.answered
	payer.do(adapter.Acknowledge{Session: s.Session, Message: refused})
	t.book.paidOut -= 500
	again := t.pays(payer, 300)
	var sources []wire.ID
	for _, in := range provenance.Draws(again.Transfer.Inputs, again.Transfer.Fragments) {
		sources = append(sources, in.Source)
	}
	t.For(spec.CON08, message).Expect(sources).To(gomega.Equal([]wire.ID{id}))
	err := provenance.Judge(provenance.Rules(), again.caseOf())
	t.For(spec.CON08, "what was paid again is not shown").Expect(err).NotTo(gomega.HaveOccurred())
}

func nothingBelowCut(t *T) {
	last := t.chainOfUnits()
	if t.env.realm.parted() && last.Spendable() > 180 {
		// What the last device was funded with, and then a part that came beside others:
		// of those nothing is shown.
		t.showsNoMore(t.pays(last, 60))
		t.showsNoMore(t.pays(last, 60))
	}
	t.showsNoMore(t.pays(last, last.Spendable()))
}

// showsNoMore judges what a payer has shown.
func (t *T) showsNoMore(s *KitPayee) {
	c := s.caseOf()
	whole := provenance.Judge(provenance.Rules()[:4], c)
	if whole != nil {
		t.Inconclusive("positive control: a payer shows what its payee asks for", whole.Error())
	}
	needed := provenance.Judge(provenance.Rules()[:5], c)
	t.For(spec.PVY05, "a link below the threshold was shown").Expect(needed).NotTo(gomega.HaveOccurred())
	if err := provenance.Judge(provenance.Rules(), c); err != nil {
		t.Inconclusive("positive control: what a payer shows holds", err.Error())
	}
	signers := map[wire.ID]bool{s.Transfer.Cert: true}
	for _, l := range c.Members() {
		signers[l.Path().Leaf().ID] = true
	}
	for _, b := range s.Certs {
		shown, err := cert.Parse(b)
		t.For(spec.PVY05, "a certificate was shown of a device that signed none of the links").
			Expect(err == nil && signers[shown.ID]).To(gomega.BeTrue())
	}
}

func overdrawnFound(t *T) {
	cracked, one, two := t.Peer(), t.Peer(), t.Peer()
	t.Control(cracked.Fund(1000), "funding")
	// What an honest payee returned is paid again.
	p := t.Payment(cracked, one, 600).Open()
	t.Control(p.Pay(), "pay")
	t.Control(one.do(adapter.Cancel{Session: p.PayeeSession}), "cancel the request")
	t.Finish(cracked, one)
	t.MustTransfer(cracked, two, 600)
	for _, u := range []*Unit{cracked, one, two} {
		t.Control(u.Sync(true), "synchronise")
	}
	t.For(spec.DET06, "somebody was accused who drew no more than there was").Expect(t.ledger.Findings()).To(gomega.BeEmpty())
	t.book.cracked = true
	whole := cracked.inside().State()
	before := whole.Chained
	t.MustTransfer(cracked, one, 400)
	edit := func(s *device.State) {
		s.Chained, s.Lots[0], s.Totals.In = before, s.Lots[0]+400, s.Totals.In+400
	}
	if t.env.realm.parted() {
		cracked.putBack(whole, 400)
	} else if err := cracked.inside().Edit(edit); err != nil {
		t.harness("putting a lot back into a peer: " + err.Error())
	}
	t.MustTransfer(cracked, two, 400)
	t.Control(one.Sync(true), "synchronise")
	t.For(spec.DET06, "somebody was accused before there was a conflict").Expect(t.ledger.Findings()).To(gomega.BeEmpty())
	t.Control(two.Sync(true), "synchronise")
	found := t.ledger.Findings()
	t.For(spec.DET06, "a lot that was drawn from twice was not found").Expect(found).To(gomega.HaveLen(1))
	t.For(spec.DET06, "another device was accused").Expect(bytes.Equal(found[0].Device, cracked.ID)).To(gomega.BeTrue())
	got, err := evidence.Verify(found[0].Evidence, t.env.realm.Root.Cert)
	t.For(spec.DET06, "the evidence does not verify with public keys").
		Expect(err == nil && got.Kind == wire.EvidenceSource && got.Accused == wire.DID(cracked.ID)).To(gomega.BeTrue())
}
