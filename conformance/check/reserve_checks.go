package check

import (
	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// reserveChecks are of reserved.md: value that stays online.
func reserveChecks() []Check {
	ledger := []adapter.Capability{adapter.CapSynchronise, adapter.CapLedger}
	split := []adapter.Capability{adapter.CapSynchronise, adapter.CapSplitSync, adapter.CapSplitFunding, adapter.CapLedger}
	staged := []adapter.Capability{adapter.CapQuery, adapter.CapSynchronise, adapter.CapLedger}
	return []Check{
		{ID: "SET-07.on-its-way", Title: "a payment on what has not arrived resolves by the declared rule", Cites: []spec.ID{spec.SET07}, Needs: ledger, Fresh: true, Units: 3, Run: shortOnItsWay},
		{ID: "SET-07.overdrawn", Title: "what a cracked payer overdraws resolves by the declared rule", Cites: []spec.ID{spec.SET07}, RP: true, Receives: true, Reissue: true, Needs: split, Fresh: true, Run: shortForGood},
		{ID: "SET-07.defunding", Title: "no defunding takes what a reserve does not have", Cites: []spec.ID{spec.SET07, spec.FND05}, RP: true, Receives: true, Reissue: true, Needs: split, Fresh: true, Run: defundingNeverCovered},
		{ID: "SET-07.refused", Title: "what was refused is back in the reserve", Cites: []spec.ID{spec.SET07}, RP: true, Needs: append([]adapter.Capability{adapter.CapQuery, adapter.CapStart}, split...), Fresh: true, Run: refusedGoesBack},
		{ID: "SET-09.held", Title: "a payment waits for those before it", Cites: []spec.ID{spec.SET09}, RP: true, Needs: split, Fresh: true, Units: 4, Run: heldInOrder},
		{ID: "SET-10.chain", Title: "the last payee of a chain settles all of it", Cites: []spec.ID{spec.SET10}, RP: true, Needs: split, Fresh: true, Units: 3, Run: chainSettled},
		{ID: "CON-05.staged", Title: "what was received waits for synchronisation", Cites: []spec.ID{spec.CON05}, Needs: staged, Units: 3, Run: stagedUntilSync},
		{ID: "FND-07.named", Title: "a payment names its payer's last reservation", Cites: []spec.ID{spec.FND07}, RP: true, Needs: append([]adapter.Capability{adapter.CapQuery, adapter.CapStart}, split...), Run: reservationNamed},
		{ID: "FND-08.cancel", Title: "a reservation that a payment names is not cancelled", Cites: []spec.ID{spec.FND08}, RP: true, Receives: true, Needs: split, Run: cancelAfterPaying},
		{ID: "LIM-11.burned-in", Title: "a policy that is burned in stays", Cites: []spec.ID{spec.LIM11}, RP: true, Needs: []adapter.Capability{adapter.CapQuery, adapter.CapPolicy}, Run: policyBurnedIn},
	}
}

// unsettled is what the ledger tells as unsettled of a unit with a code, in the
// product's amounts, and what it tells so of all others.
func (l *Ledger) unsettled(u *Unit, code spec.Code) (own, others uint64) {
	for _, e := range l.Supply().Unsettled {
		switch {
		case e.Code != int(code):
		case e.Account == u.Account:
			own += l.t.env.scale.of(e.Amount)
		default:
			others += l.t.env.scale.of(e.Amount)
		}
	}
	return own, others
}

// nothingWaits judges that nothing is unsettled, and nothing advanced.
func (t *T) nothingWaits(id spec.ID, message string) {
	s := t.ledger.Supply()
	t.For(id, message).Expect(s.Unsettled).To(gomega.BeEmpty())
	t.For(id, message).Expect(s.Covered).To(gomega.BeZero())
}

// shortOnItsWay has value paid on and synchronises the last payee first: its
// payer is short until the first payment has come. Everybody is honest, so that
// it serves any product.
func shortOnItsWay(t *T) {
	const gone = "after all have synchronised something is told as unsettled"
	for _, i := range t.Sample(3, 3) {
		t.forget()
		t.ledger = nil
		payer, middle, last := t.Funded(100), t.Device(), t.Device()
		t.MustTransfer(payer, middle, 60)
		on := t.Transfer(middle, last, 60).Done != nil // some products spend what they received only later
		order := [][]*Unit{{last, middle, payer}, {last, payer, middle}, {payer, last, middle}}[i]
		t.Control(order[0].Sync(true), "synchronise")
		if on && order[0] == last {
			own, others := t.ledger.unsettled(middle, spec.EShortfall)
			t.For(spec.SET07, "another than the payer is told as short").Expect(others).To(gomega.BeZero())
			if t.Profile().Provenance != spec.ProvenanceChain { // whose links may bring the first payment too
				t.For(spec.SET07, "a payment above its payer's reserve is not told as short with its payer").Expect(own).To(gomega.Equal(uint64(60)))
				t.shareOfShort(last, 60)
			}
		}
		t.Control(order[1].Sync(true), "synchronise")
		t.Control(order[2].Sync(true), "synchronise")
		t.nothingWaits(spec.SET07, gone)
		t.For(spec.SET07, "an honest device was accused or raised an alarm").Expect(len(t.ledger.Findings()) + len(t.ledger.Supply().Alarms)).To(gomega.BeZero())
		if on {
			t.Control(last.Sync(true), "synchronise again")
			t.broughtHome(last, 60)
		}
	}
}

// shareOfShort judges what the payee of a payment has that its payer's reserve
// does not have: by the declared rule, its own or nothing.
func (t *T) shareOfShort(payee *Unit, amount uint64) {
	covers, order := t.Profile().Shortfall == spec.ShortfallProvider, t.Profile().Holds(spec.WhenCtrOrder)
	if covers {
		t.For(spec.SET07, "what the payer's provider advances is not told").Expect(t.env.scale.of(t.ledger.Supply().Covered)).To(gomega.Equal(amount))
	}
	if !order {
		return // who is covered takes it home in the end, like everybody
	}
	t.For(spec.SET07, "a payer was covered against the declared rule").Expect(t.ledger.Supply().Covered).To(gomega.BeZero())
	if t.Has(adapter.CapDefund) {
		account := t.ledger.Balance(payee.Account)
		t.For(spec.SET07, "a payee took home what its payer's reserve did not have").Expect(payee.Defund(amount)).To(t.Refused(spec.EShortfall, spec.EOrderHeld))
		t.For(spec.SET07, "a payee was paid what its payer's reserve did not have").Expect(t.ledger.Balance(payee.Account)).To(gomega.Equal(account))
	}
}

// broughtHome judges that the payee's account gets what it was paid, at the
// latest by a defunding: one that waited is credited when it can be.
func (t *T) broughtHome(payee *Unit, amount uint64) {
	if !t.Has(adapter.CapDefund) {
		return
	}
	if t.ledger.Balance(payee.Account) == openingBalance {
		t.For(spec.SET07, "a payee that was paid cannot take it home").Expect(payee.Defund(amount)).To(BeDone())
	}
	t.For(spec.SET07, "a payee has another amount than it was paid").Expect(t.ledger.Balance(payee.Account)).To(gomega.Equal(openingBalance + amount))
}

// crack adds value to a peer that nobody has funded: what a broken core can.
func (t *T) crack(peer *Unit, amount uint64) {
	t.book.cracked = true
	if err := peer.inside().Edit(func(s *device.State) { s.Lots[0] += money.Amount(amount) }); err != nil {
		t.harness("minting in a peer: " + err.Error())
	}
}

func shortForGood(t *T) {
	peer, payee := t.Peer(), t.Device()
	t.Control(peer.Fund(100), "funding")
	t.crack(peer, 300)
	t.MustTransfer(peer, payee, 400)
	t.Control(payee.Sync(true), "the payee synchronises")
	account := t.ledger.Balance(payee.Account)
	covered := uint64(300)
	own, others := t.ledger.unsettled(peer, spec.EShortfall)
	t.For(spec.SET07, "a payer that overdraws its reserve is not told as short").Expect(own).To(gomega.BeElementOf(covered, uint64(400)))
	t.For(spec.SET07, "another than the payer is told as short").Expect(others).To(gomega.BeZero())
	a := payee.Defund(400)
	switch {
	case t.Profile().Shortfall == spec.ShortfallProvider:
		t.For(spec.SET07, "a payee was not covered against a payer that overdraws").Expect(a).To(BeDone())
		t.For(spec.SET07, "a payee was not paid what the provider covers").Expect(t.ledger.Balance(payee.Account)).To(gomega.Equal(account + 400))
		t.Control(peer.Sync(true), "the payer synchronises")
		t.For(spec.SET07, "a payer that its own log leaves short is funded on").Expect(peer.Fund(10)).To(t.Refused(spec.EBlocked))
	case t.Profile().Holds(spec.WhenCtrOrder):
		t.For(spec.SET07, "a payee was paid what nobody reserved").Expect(a).To(t.Refused(spec.EShortfall, spec.EOrderHeld))
		t.For(spec.SET07, "a payee was paid what nobody reserved").Expect(t.ledger.Balance(payee.Account)).To(gomega.Equal(account))
	}
	own, _ = t.ledger.unsettled(payee, spec.EShortfall)
	t.For(spec.SET07, "the payee is told as short").Expect(own).To(gomega.BeElementOf(uint64(0), uint64(400))) // its own defunding may wait
	t.For(spec.SET07, "a payee that was overpaid was accused").Expect(t.ledger.Findings()).To(gomega.BeEmpty())
}

// defundingNeverCovered has a payer pay all it has and defund as much again,
// before its payee has uploaded.
func defundingNeverCovered(t *T) {
	const message = "a defunding was credited out of what the payer had paid away"
	peer, payee := t.Peer(), t.Device()
	t.Control(peer.Fund(100), "funding")
	t.MustTransfer(peer, payee, 100)
	t.crack(peer, 100)
	account := t.ledger.Balance(peer.Account)
	order := t.Control(t.ledger.do(adapter.DefundOrder{Account: peer.Account}), "order a defunding")
	request := t.Control(peer.do(adapter.DefundRequest{Amount: 100, Nonce: order.Nonce, Secret: t.secret()}), "ask for defunding").Message
	t.For(spec.SET07, message).Expect(t.ledger.do(adapter.AcceptDefunding{Message: request})).To(t.Refused(spec.EOrderHeld, spec.EShortfall))
	m := payloadOf(t, request, wire.TypeDefund, t.env.realm.decodeDefund)
	other := t.Control(t.ledger.do(adapter.DefundOrder{Account: peer.Account}), "order a defunding")
	m.Nonce = wire.Nonce(other.Nonce)
	second := peer.signAs(m.Suite, wire.TypeDefund, m.Encode()).Encode()
	t.For(spec.FND05, "a second defunding with one counter was taken").Expect(t.ledger.do(adapter.AcceptDefunding{Message: second})).To(t.Refused(spec.EDefundReplay))
	t.Control(payee.Sync(true), "the payee synchronises")
	t.For(spec.SET07, message).Expect(t.ledger.do(adapter.AcceptDefunding{Message: request})).To(t.Refused(spec.EShortfall))
	t.For(spec.SET07, message).Expect(t.ledger.Balance(peer.Account)).To(gomega.Equal(account))
	t.For(spec.SET07, "the payee of an honest payment was not paid").Expect(payee.Defund(100)).To(BeDone())
}

// refusedGoesBack has a payer whose payment was refused pay all it has. Who
// refused is never online: only the payer can bring its word.
func refusedGoesBack(t *T) {
	payer, payee, kit := t.Funded(100), t.Device(), t.Kit(KitOptions{})
	s, m2 := kit.Invite(payer, 60, Invitation{})
	t.Control(s.Take(m2), "pay")
	t.book.paidOut -= 60
	t.Control(payer.do(adapter.Acknowledge{Session: s.Session, Message: s.Answer(refund)}), "take the refusal")
	t.MustTransfer(payer, payee, 100)
	for _, u := range []*Unit{payer, payee} {
		t.Control(u.Sync(true), "synchronise")
	}
	t.nothingWaits(spec.SET07, "what was refused and paid again is told as unsettled")
	t.For(spec.SET07, "an honest device was accused or raised an alarm").Expect(len(t.ledger.Findings()) + len(t.ledger.Supply().Alarms)).To(gomega.BeZero())
	t.broughtHome(payee, 100)
	t.For(spec.SET07, "an honest payer that was refused is not funded on").Expect(payer.Fund(10)).To(BeDone())
}

// heldInOrder has three payees of one payer synchronise in every order; the payer
// itself never does.
func heldInOrder(t *T) {
	amounts := []uint64{10, 20, 5}
	orders := [][]int{{2, 1, 0}, {2, 0, 1}, {1, 2, 0}, {1, 0, 2}, {0, 2, 1}, {0, 1, 2}}
	for _, i := range t.Sample(len(orders), len(orders)) {
		t.forget()
		t.ledger = nil
		payer := t.Funded(100)
		payees := []*Unit{t.Device(), t.Device(), t.Device()}
		for k, u := range payees {
			t.MustTransfer(payer, u, amounts[k])
		}
		known := map[int]bool{}
		for _, k := range orders[i] {
			t.Control(payees[k].Sync(true), "a payee synchronises")
			known[k] = true
			next, want := 0, uint64(0)
			for known[next] {
				next++
			}
			for j := range known {
				if j > next {
					want += amounts[j]
				}
			}
			own, others := t.ledger.unsettled(payer, spec.EOrderHeld)
			t.For(spec.SET09, "what waits for an earlier payment is not told as held").Expect(own).To(gomega.Equal(want))
			t.For(spec.SET09, "another than the payer is told to be waited for").Expect(others).To(gomega.BeZero())
		}
		t.nothingWaits(spec.SET09, "with all payments of a payer known one waits")
		for k, u := range payees {
			t.For(spec.SET09, "a payment that had waited was not settled").Expect(u.Defund(amounts[k])).To(BeDone())
		}
	}
}

// chainSettled has the last of three synchronise, and then everybody, twice.
func chainSettled(t *T) {
	payer, middle, last := t.Funded(100), t.Device(), t.Device()
	t.MustTransfer(payer, middle, 60)
	t.MustTransfer(middle, last, 60)
	t.Control(last.Sync(true), "the last payee synchronises")
	own, others := t.ledger.unsettled(middle, spec.EShortfall)
	t.For(spec.SET10, "a transfer that came as a link was not settled").Expect(own).To(gomega.BeZero())
	t.For(spec.SET10, "with a whole chain known somebody is told as short").Expect(others).To(gomega.BeZero())
	for _, u := range []*Unit{payer, middle, last, middle, payer} {
		t.Control(u.Sync(true), "synchronise")
	}
	t.nothingWaits(spec.SET10, "after a chain was settled something is told as unsettled")
	s := t.ledger.Supply()
	t.For(spec.SET10, "a transfer that came as a link too was settled twice").Expect(s.Alarms).To(gomega.BeEmpty())
	t.For(spec.SET10, "a transfer that came as a link too was settled twice").Expect(t.env.scale.of(s.Outstanding)).To(gomega.Equal(uint64(100)))
	t.For(spec.SET10, "who was paid at the end of a chain cannot take it home").Expect(last.Defund(60)).To(BeDone())
	t.For(spec.SET10, "who began a chain cannot take home what is left").Expect(payer.Defund(40)).To(BeDone())
}

func stagedUntilSync(t *T) {
	payer, payee, other := t.Funded(100), t.Funded(10), t.Device()
	t.MustTransfer(payer, payee, 30)
	t.For(spec.CON05, "received value was paid on before synchronisation").Expect(t.Transfer(payee, other, 11)).To(t.Refused(spec.EHop, spec.EFunds))
	t.PaymentsEnd(payee, other)
	t.For(spec.CON05, "received value is not shown").Expect(payee.Held()).To(gomega.Equal(uint64(40)))
	t.For(spec.CON05, "what was funded cannot be paid beside what is held").Expect(t.Transfer(payee, other, 10)).To(BeDone())
	t.Control(payer.Sync(true), "the payer synchronises")
	t.Control(payee.Sync(true), "the payee synchronises")
	t.For(spec.CON05, "after synchronisation received value is not spendable").Expect(payee.Spendable()).To(gomega.Equal(uint64(30)))
	t.For(spec.CON05, "after synchronisation received value cannot be paid").Expect(t.Transfer(payee, other, 30)).To(BeDone())
}

func policyBurnedIn(t *T) {
	unit, other := t.Funded(1000), t.Device()
	lower := func(m *wire.Policy) { m.Limits[0].MaxTx = wire.LimitOf(1) }
	for i, change := range []func(*wire.Policy){lower, nil} {
		a := unit.do(adapter.ApplyPolicy{Message: t.env.realm.Policy(uint64(i)+2, change)})
		t.For(spec.LIM11, "a policy was changed that is burned in").Expect(a).To(t.Refused(spec.EPolicyFixed))
	}
	t.For(spec.LIM11, "a refused policy changed a limit or the ability to pay").Expect(t.Transfer(unit, other, 20)).To(BeDone())
	t.For(spec.LIM11, "a refused policy changed value").Expect(unit.Held()).To(gomega.Equal(uint64(980)))
}
