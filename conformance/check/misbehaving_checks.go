package check

import (
	"bytes"

	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/spec"
)

// misbehavingChecks meet a vendor's own misbehaving unit with its right ones:
// what class RP does with forged bytes, on a protocol that nobody else speaks.
func misbehavingChecks() []Check {
	query := []adapter.Capability{adapter.CapQuery}
	found := []adapter.Capability{adapter.CapQuery, adapter.CapSynchronise, adapter.CapLedger}
	kit := func(id spec.ID, fault adapter.Misbehaviour, title string, units int, needs []adapter.Capability, run func(*T)) Check {
		return Check{ID: string(id) + ".kit", Title: title, Cites: []spec.ID{id}, Kit: fault, Units: units, Needs: needs, Run: run}
	}
	return []Check{
		kit(spec.CRY01, adapter.KitWrongRoot, "a unit that somebody else certified is refused", 2, query, func(t *T) { t.refusesKit(spec.CRY01, spec.EPath, spec.ESig, spec.ECertNeeded) }),
		kit(spec.CRY02, adapter.KitExpired, "a unit whose certificate is out of force is refused", 2, query, func(t *T) { t.refusesKit(spec.CRY02, spec.EExpired) }),
		kit(spec.CON03, adapter.KitOneHopMore, "value that has passed too many hops is refused by its payee", 2, query, refusesOneHopMore),
		kit(spec.PAY03, adapter.KitWrongAmount, "another amount than was asked for is refused", 2, query, refusesWrongAmount),
		kit(spec.DET01, adapter.KitDoubleSign, "a unit that spends twice is found", 2, found, findsDoubleSign),
		kit(spec.DET03, adapter.KitClone, "a clone is found", 2, found, findsClone),
		kit(spec.SET02, adapter.KitTruncated, "a report that leaves entries out is refused or found", 2, found, findsTruncated),
	}
}

// VendorKit is a unit of the vendor's that misbehaves in the check's way. What
// it moves is outside the book: detection and refusal are judged, not the total.
func (t *T) VendorKit() *Unit {
	t.book.cracked = true
	u := &Unit{t: t, Name: t.nextName(), on: t.env.adapter}
	u.Account = "kit-" + u.Name
	seed := seedOf(t.env.Seed, t.check.ID, "kit") // clones share it
	made := t.Control(u.do(adapter.Create{
		Role: adapter.RoleKit, Fault: t.check.Kit, Profile: t.env.profile, Seed: seed[:16], Epoch: t.env.Profile.Epoch,
	}), "create a kit")
	if made.Handle == "" {
		t.harnessOrAdapter("create answered without a handle")
	}
	u.Handle, u.Account = made.Handle, "account-of-"+made.Handle
	u.provision(DeviceOptions{})
	if t.Has(adapter.CapConsent) {
		t.Control(u.do(adapter.Consent{Given: true}), "consent")
	}
	if l := t.Ledger(); l != nil {
		l.open(u)
	}
	return u
}

// refusesKit pays the kit and is paid by it: a right unit does neither.
func (t *T) refusesKit(id spec.ID, codes ...spec.Code) {
	unit, other, kit := t.Funded(100), t.Device(), t.VendorKit()
	balance := unit.Spendable()
	t.For(id, "a unit that may not take part was paid").Expect(t.Transfer(unit, kit, 10)).To(t.Refused(codes...))
	t.PaymentsEnd(unit, kit)
	t.For(id, "a payment to a unit that may not take part was debited").Expect(unit.Spendable()).To(gomega.Equal(balance))
	kit.Fund(50) // its ledger may refuse it too
	held := other.Held()
	t.For(id, "a unit that may not take part has paid").Expect(t.Transfer(kit, other, 10)).NotTo(BeDone())
	t.For(id, "what a unit paid that may not take part was credited").Expect(other.Held()).To(gomega.Equal(held))
	t.MustTransfer(unit, other, 10)
}

func refusesOneHopMore(t *T) {
	payee, honest, kit := t.Device(), t.Funded(100), t.VendorKit()
	t.Control(kit.Fund(50), "funding a kit")
	held := payee.Held()
	t.For(spec.CON03, "value that has passed too many hops was accepted").Expect(t.Transfer(kit, payee, 10)).NotTo(BeDone())
	t.For(spec.CON03, "value that has passed too many hops was credited").Expect(payee.Held()).To(gomega.Equal(held))
	t.MustTransfer(honest, payee, 10)
}

func refusesWrongAmount(t *T) {
	payee, honest, kit := t.Device(), t.Funded(100), t.VendorKit()
	t.Control(kit.Fund(50), "funding a kit")
	held := payee.Held()
	t.For(spec.PAY03, "another amount than was asked for was accepted").Expect(t.Transfer(kit, payee, 10)).NotTo(BeDone())
	t.For(spec.PAY03, "another amount than was asked for was credited").Expect(payee.Held()).To(gomega.Equal(held))
	t.MustTransfer(honest, payee, 10)
}

// accused says whether the ledger has found something since, and whom: an alarm
// names nobody.
func (t *T) accused(alarms int, innocent ...*Unit) bool {
	all := t.ledger.Findings()
	for _, f := range all {
		for _, u := range innocent {
			if bytes.Equal(f.Device, u.blockID()) {
				return false
			}
		}
	}
	return len(all) > 0 || len(t.ledger.Supply().Alarms) > alarms
}

func findsDoubleSign(t *T) {
	one, two, kit := t.Device(), t.Device(), t.VendorKit()
	alarms := len(t.ledger.Supply().Alarms)
	t.Control(kit.Fund(40), "funding a kit")
	t.Control(t.Transfer(kit, one, 40), "the first payment of a kit")
	t.Control(t.Transfer(kit, two, 40), "the second payment of a kit with the same value")
	t.Control(one.Sync(true), "the first payee synchronises")
	t.For(spec.DET01, "somebody was accused before there was a conflict").Expect(t.ledger.Findings()).To(gomega.BeEmpty())
	refused := two.Sync(true).Done == nil
	refused = kit.Sync(true).Done == nil || refused
	t.For(spec.DET01, "value that was spent twice was not found").Expect(refused || t.accused(alarms, one, two)).To(gomega.BeTrue())
}

func findsClone(t *T) {
	one, two, kit := t.Device(), t.Device(), t.VendorKit()
	alarms := len(t.ledger.Supply().Alarms)
	t.Control(kit.Fund(40), "funding a kit")
	clone := t.VendorKit()
	t.Control(t.Transfer(kit, one, 40), "a payment of a kit")
	t.Control(t.Transfer(clone, two, 40), "a payment of its clone")
	for _, u := range []*Unit{one, two} {
		t.Control(u.Sync(true), "a payee synchronises")
	}
	refused := kit.Sync(true).Done == nil
	refused = clone.Sync(true).Done == nil || refused
	t.For(spec.DET03, "a clone was neither refused nor found").Expect(refused || t.accused(alarms, one, two)).To(gomega.BeTrue())
}

func findsTruncated(t *T) {
	one, honest, kit := t.Device(), t.Funded(50), t.VendorKit()
	alarms := len(t.ledger.Supply().Alarms)
	t.MustTransfer(honest, one, 10)
	t.For(spec.SET02, "a whole report was refused").Expect(honest.Sync(true)).To(BeDone())
	t.Control(kit.Fund(40), "funding a kit")
	for range 3 {
		t.Control(t.Transfer(kit, one, 10), "a payment of a kit")
	}
	refused := kit.Sync(true).Done == nil
	t.For(spec.SET02, "a report that leaves entries out was neither refused nor found").Expect(refused || t.accused(alarms, one, honest)).To(gomega.BeTrue())
}
