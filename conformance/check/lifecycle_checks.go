package check

import (
	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

func lifecycleChecks() []Check {
	query := []adapter.Capability{adapter.CapQuery}
	and := func(more ...adapter.Capability) []adapter.Capability {
		return append([]adapter.Capability{adapter.CapQuery}, more...)
	}
	return []Check{
		{ID: "UXC-01.consent", Title: "nothing is paid offline before consent", Cites: []spec.ID{spec.UXC01}, Needs: and(adapter.CapConsent), Run: consentFirst},
		{ID: "UXC-02.mode", Title: "the mode is shown before authentication", Cites: []spec.ID{spec.UXC02}, Needs: and(adapter.CapLabel, adapter.CapUserVerification), Run: modeIsShown},
		{ID: "UXC-03.amount", Title: "amount and payee are shown and are those that are paid", Cites: []spec.ID{spec.UXC03}, Needs: and(adapter.CapLabel), Run: amountIsShown},
		{ID: "LCM-01.blocked-peer", Title: "a blocked counterparty is refused", Cites: []spec.ID{spec.LCM01}, RP: true, Needs: and(adapter.CapPolicy), Run: blockedPeer},
		{ID: "LCM-02.forward", Title: "revocation sets only move forward and grow stale", Cites: []spec.ID{spec.LCM02}, RP: true, Needs: and(adapter.CapPolicy), Run: revocationsForward},
		{ID: "LCM-05.blocked", Title: "a device that its issuer blocks stops paying", Cites: []spec.ID{spec.LCM05}, Needs: and(adapter.CapSynchronise, adapter.CapBlock), Fresh: true, Destructive: true, Run: blockedStops},
		{ID: "LCM-06.pin", Title: "exhausted PIN tries destroy no value", Cites: []spec.ID{spec.LCM06}, Needs: and(adapter.CapUserVerification, adapter.CapDefund), Fresh: true, Destructive: true, Run: lockedKeepsValue},
		{ID: "LIM-10.policy", Title: "limits change by a signed, higher policy only", Cites: []spec.ID{spec.LIM10}, RP: true, Needs: and(adapter.CapPolicy), Run: policyForward},
		{ID: "TIM-02.duration", Title: "the host's clock does not extend the time offline", Cites: []spec.ID{spec.TIM02}, RP: true, Needs: and(adapter.CapPolicy, adapter.CapClock), Run: durationHolds},
		{ID: "TIM-04.backed", Title: "a limit of duration without one of count is refused", Cites: []spec.ID{spec.TIM04}, RP: true, Needs: and(adapter.CapPolicy), Run: durationIsBacked},
		{ID: "SET-08.finality", Title: "what is received is what the declared finality says", Cites: []spec.ID{spec.SET08}, Needs: query, Run: finalityAsDeclared},
	}
}

func consentFirst(t *T) {
	unit, payee := t.DeviceWith(DeviceOptions{NoConsent: true}), t.Device()
	unit.Fund(50) // may be refused too: what counts is that nothing is paid
	balance := unit.Spendable()
	a := t.Transfer(unit, payee, 10)
	t.For(spec.UXC01, "a payment was made before consent was given").Expect(a).To(t.Refused(spec.EConsent))
	t.For(spec.UXC01, "a refused payment changed the balance").Expect(unit.Spendable()).To(gomega.Equal(balance))
	if t.env.RP() { // a product of its own may receive before its user consents to pay
		receive := t.Payment(payee, unit, 10)
		t.Control(receive.Start(), "start")
		t.For(spec.UXC01, "a payment was requested before consent was given").Expect(receive.Request()).To(t.Refused(spec.EConsent))
	}
	t.Control(unit.do(adapter.Consent{Given: true}), "give consent")
	if balance == 0 {
		t.Control(unit.Fund(50), "funding after consent")
	}
	t.For(spec.UXC01, "after consent a payment was refused").Expect(t.Transfer(unit, payee, 10)).To(BeDone())
}

// shown runs a payment with a label and returns what the payer showed.
func (t *T) shown(amount uint64) (*Payment, []adapter.Show) {
	p := t.Payment(t.Funded(amount+10), t.Device(), amount)
	p.Label = "Kiosk 7"
	t.Control(p.Whole(), "a payment with a label")
	return p, p.Shown
}

func modeIsShown(t *T) {
	_, shown := t.shown(30)
	mode, authenticated := "", false
	for _, s := range shown {
		if s.Stage == "offer" && !authenticated && s.Mode != "" {
			mode = s.Mode
		}
		if s.Stage == "authenticate" {
			authenticated = true
		}
	}
	t.For(spec.UXC02, "the mode was not shown before authentication").Expect(mode).To(gomega.Equal("offline"))
}

func amountIsShown(t *T) {
	p, shown := t.shown(31)
	offered := false
	for _, s := range shown {
		if s.Stage != "offer" {
			continue
		}
		offered = true
		t.For(spec.UXC03, "another amount was shown than was asked for").Expect(uint64(s.Amount)).To(gomega.Equal(uint64(31)))
		t.For(spec.UXC03, "another payee was shown than asked").Expect(s.Label).To(gomega.Equal("Kiosk 7"))
	}
	t.For(spec.UXC03, "amount and payee were not shown").Expect(offered).To(gomega.BeTrue())
	t.For(spec.UXC03, "another amount was paid than was shown").Expect(p.Payee.Held()).To(gomega.Equal(uint64(31)))
}

// block applies a revocation set that names devices.
func (u *Unit) block(version, epoch uint64, devices ...wire.DID) adapter.Answer {
	return u.do(adapter.ApplyRevocations{Message: u.t.env.realm.SignRevset(version, epoch, nil, devices)})
}

func blockedPeer(t *T) {
	epoch := t.env.realm.epoch
	payer, payee, honest := t.Funded(1000), t.Device(), t.Device()
	t.MustTransfer(payer, payee, 100)
	t.Control(payer.block(2, epoch, wire.DID(payee.ID)), "apply a revocation set")
	a := t.Transfer(payer, payee, 100)
	t.For(spec.LCM01, "a blocked payee was paid").Expect(a).To(t.Refused(spec.ERevoked))
	t.For(spec.LCM01, "a payment to a blocked payee was debited").Expect(payer.Spendable()).To(gomega.Equal(uint64(900)))
	t.Control(honest.block(2, epoch, wire.DID(payer.ID)), "apply a revocation set")
	p := t.Payment(payer, honest, 100).Open()
	t.Control(p.Pay(), "pay")
	t.For(spec.LCM01, "a blocked payer's transfer was accepted").Expect(p.Accept()).To(t.Refused(spec.ERevoked))
	t.For(spec.LCM01, "a blocked payer's transfer was credited").Expect(honest.Held()).To(gomega.BeZero())
}

func revocationsForward(t *T) {
	epoch := t.env.realm.epoch
	payer, payee := t.Funded(1000), t.Device()
	t.Control(payer.block(5, epoch, wire.DID(payee.ID)), "apply a revocation set")
	for _, older := range []uint64{4, 5} {
		t.For(spec.LCM02, "a revocation set that is not newer was applied").Expect(payer.block(older, epoch)).To(t.Refused(spec.EStale))
	}
	t.For(spec.LCM02, "an older revocation set lifted a block").Expect(t.Transfer(payer, payee, 100)).To(t.Refused(spec.ERevoked))
	forged := t.env.realm.SignRevset(9, epoch, nil, nil)
	forged[len(forged)-1] ^= 1
	t.For(spec.LCM02, "a revocation set with a wrong signature was applied").Expect(payer.do(adapter.ApplyRevocations{Message: forged})).To(t.Refused(spec.ESig))
	t.For(spec.LCM02, "a newer revocation set was refused").Expect(payer.block(6, epoch)).To(BeDone())
	t.For(spec.LCM02, "a newer revocation set did not lift a block").Expect(t.Transfer(payer, payee, 100)).To(BeDone())
	age := t.env.realm.policy.Fresh.MaxAge
	late := t.env.realm.Policy(2, func(m *wire.Policy) { m.Epoch = epoch + age + 1 })
	t.Control(payer.do(adapter.ApplyPolicy{Message: late}), "apply a policy of a later epoch")
	a := t.Transfer(payer, payee, 100)
	t.For(spec.LCM02, "a payment was made on a revocation set beyond its age").Expect(a).To(t.Refused(spec.ERevOld))
}

func blockedStops(t *T) {
	unit, payee := t.Funded(100), t.Device()
	t.MustTransfer(unit, payee, 10)
	t.Control(t.ledger.do(adapter.Block{Device: unit.blockID()}), "block the device")
	unit.Sync(true) // the answer may be a refusal: what counts is what follows
	t.For(spec.LCM05, "a device that its issuer has blocked paid after it had synchronised").Expect(t.Transfer(unit, payee, 10)).To(t.Refused(spec.EBlocked, spec.ERevoked))
	t.For(spec.LCM05, "blocking destroyed value").Expect(unit.Held()).To(gomega.Equal(uint64(90)))
}

// blockID names a device to its ledger: by its identifier in class RP, by its
// handle in the vendor's own arrangement.
func (u *Unit) blockID() []byte {
	if u.ID != nil {
		return u.ID
	}
	return []byte(u.Handle)
}

func lockedKeepsValue(t *T) {
	unit, other := t.Funded(100), t.Funded(20)
	for range 3 {
		t.For(spec.LCM06, "a wrong PIN was accepted").Expect(unit.do(adapter.VerifyUser{Secret: "0000"})).NotTo(BeDone())
	}
	state := unit.Query().State
	if state == nil || state.Locked == nil {
		t.Inconclusive("query tells whether the PIN is locked", "unknown")
	}
	t.For(spec.LCM06, "exhausted PIN tries are not reported").Expect(*state.Locked).To(gomega.BeTrue())
	t.For(spec.LCM06, "a locked wallet paid").Expect(t.Transfer(unit, other, 10)).To(t.Refused(spec.EPinLocked))
	if t.env.RP() { // a product of its own may let a locked wallet pay free amounts
		p := t.Payment(unit, other, 10)
		p.NoSecret = true
		t.For(spec.LCM06, "a locked wallet paid a free amount").Expect(p.Whole()).To(t.Refused(spec.EPinLocked))
		t.PaymentsEnd(unit, other)
	}
	t.For(spec.LCM06, "locking the PIN destroyed value").Expect(unit.Held()).To(gomega.Equal(uint64(100)))
	t.For(spec.LCM06, "a locked wallet does not receive").Expect(t.Transfer(other, unit, 10)).To(BeDone())
	t.For(spec.LCM06, "the value of a locked wallet cannot be got out").Expect(unit.defundUnverified(110)).To(BeDone())
}

// defundUnverified defunds in steps that need no user verification.
func (u *Unit) defundUnverified(amount uint64) adapter.Answer {
	t := u.t
	if t.ledger == nil || !t.Has(adapter.CapSplitFunding) {
		return u.Defund(amount)
	}
	order := t.Control(t.ledger.do(adapter.DefundOrder{Account: u.Account}), "order a defunding")
	request := u.do(adapter.DefundRequest{Amount: t.env.scale.minor(amount), Nonce: order.Nonce})
	if request.Done == nil {
		return request
	}
	t.book.defunded += amount
	ack := t.Control(t.ledger.do(adapter.AcceptDefunding{Message: request.Done.Message}), "accept a defunding")
	return u.do(adapter.DefundAcknowledge{Message: ack.Message})
}

func policyForward(t *T) {
	payer, payee := t.Funded(2000), t.Device()
	lower := func(limit uint64) func(*wire.Policy) {
		return func(m *wire.Policy) { m.Limits[0].MaxTx = wire.LimitOf(limit) }
	}
	apply := func(message []byte) adapter.Answer { return payer.do(adapter.ApplyPolicy{Message: message}) }
	realm := t.env.realm
	t.For(spec.LIM10, "a signed policy of a higher version was refused").Expect(apply(realm.Policy(3, lower(200)))).To(BeDone())
	t.For(spec.LIM10, "a limit of the policy in force does not hold").Expect(t.Transfer(payer, payee, 201)).To(t.Refused(spec.EMaxTx))
	t.For(spec.LIM10, "a policy of the same version was applied").Expect(apply(realm.Policy(3, lower(5000)))).To(t.Refused(spec.EStale))
	t.For(spec.LIM10, "a policy of a lower version was applied").Expect(apply(realm.Policy(2, lower(5000)))).To(t.Refused(spec.EStale))
	forged := realm.Policy(9, lower(5000))
	forged[len(forged)-1] ^= 1
	t.For(spec.LIM10, "a policy with a wrong signature was applied").Expect(apply(forged)).To(t.Refused(spec.ESig))
	t.For(spec.LIM10, "a refused policy changed a limit").Expect(t.Transfer(payer, payee, 201)).To(t.Refused(spec.EMaxTx))
	t.For(spec.LIM10, "a payment within the new limit was refused").Expect(t.Transfer(payer, payee, 200)).To(BeDone())
}

// later moves the unit's epoch by a revocation set of that epoch.
func (u *Unit) later(version, epoch uint64) adapter.Answer { return u.block(version, epoch) }

func durationHolds(t *T) {
	limit := *t.Profile().MaxOfflineEpochs
	epoch := t.env.realm.epoch
	payer, payee := t.Funded(1000), t.Device()
	t.Control(payer.later(2, epoch+limit), "apply a revocation set of the last epoch allowed")
	t.For(spec.TIM02, "a payment in the last epoch allowed was refused").Expect(t.Transfer(payer, payee, 10)).To(BeDone())
	t.Control(payer.later(3, epoch+limit+1), "apply a revocation set of the next epoch")
	for _, unix := range []int64{1767225600, 0, 1577836800} {
		t.Control(payer.do(adapter.SetClock{Unix: unix}), "set the clock back")
		t.For(spec.TIM02, "a clock that was set back extended the time offline").Expect(t.Transfer(payer, payee, 10)).To(t.Refused(spec.EOfflineEpochs, spec.EDuration))
	}
}

func durationIsBacked(t *T) {
	unit := t.Device()
	realm := t.env.realm
	without := realm.Policy(3, func(m *wire.Policy) {
		m.Limits[0].MaxOfflineEpochs = wire.LimitOf(30)
		m.Limits[0].MaxCount = wire.Limit{}
	})
	t.For(spec.TIM04, "a policy with a limit of duration and none of count was applied").Expect(unit.do(adapter.ApplyPolicy{Message: without})).To(t.Refused(spec.EMalformed))
	with := realm.Policy(3, func(m *wire.Policy) {
		m.Limits[0].MaxOfflineEpochs = wire.LimitOf(30)
		m.Limits[0].MaxCount = wire.LimitOf(9)
	})
	t.For(spec.TIM04, "the same policy with a limit of count was refused").Expect(unit.do(adapter.ApplyPolicy{Message: with})).To(BeDone())
}

func finalityAsDeclared(t *T) {
	payer, payee := t.Funded(100), t.Device()
	t.MustTransfer(payer, payee, 30)
	spendable := payee.Spendable()
	respend := t.Profile().Respend
	if respend == nil && t.Profile().Finality != spec.DeviceFinal { // either is right, and in part is not
		t.For(spec.SET08, "a payment is shown as spendable in part").Expect(spendable).To(gomega.BeElementOf(uint64(0), uint64(30)))
		t.For(spec.SET08, "a payment is neither shown as spendable nor as incoming").Expect(payee.Held()).To(gomega.Equal(uint64(30)))
		return
	}
	if respend == nil || *respend {
		t.For(spec.SET08, "a payment that is declared final on the device is not spendable there").Expect(spendable).To(gomega.Equal(uint64(30)))
		return
	}
	t.For(spec.SET08, "a payment that is declared to be settled later is spendable at once").Expect(spendable).To(gomega.BeZero())
	t.For(spec.SET08, "a payment that is declared to be settled later is not shown as incoming").Expect(payee.Held()).To(gomega.Equal(uint64(30)))
}
