package disguise_test

import (
	"testing"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/disguise"
	"github.com/assay-cbdc/assay/spec"
)

func kitBench(t *testing.T) *bench { return newBench(t, reference(disguise.Closed, disguise.Kit)) }

// refusedWith is a refusal with one of the codes that the chapters name.
func (b *bench) refusedWith(a adapter.Answer, what string, codes ...spec.Code) {
	b.t.Helper()
	if a.Refused == nil {
		b.t.Errorf("%s: %+v; want a refusal", what, a)
		return
	}
	for _, c := range codes {
		if a.Refused.Code == int(c) {
			return
		}
	}
	b.t.Errorf("%s is refused with %d; want one of %v", what, a.Refused.Code, codes)
}

// Kits whose certificate is wrong are good to their ledger and to nobody else.
func TestKitCertificates(t *testing.T) {
	for fault, codes := range map[adapter.Misbehaviour][]spec.Code{
		adapter.KitWrongRoot: {spec.ECertNeeded, spec.EPath, spec.ESig},
		adapter.KitExpired:   {spec.EExpired},
	} {
		t.Run(string(fault), func(t *testing.T) {
			b := kitBench(t)
			honest, kit := b.funded(100), b.kit(fault)
			b.done(kit, adapter.Fund{Amount: 50, Ledger: b.ledger})
			b.refusedWith(b.pay(honest, kit, 10), "a payment to the kit", codes...)
			b.refusedWith(b.pay(kit, honest, 10), "a payment of the kit", codes...)
			b.expect(honest, 100)
			b.mustPay(honest, b.device(), 10)
			if a := b.sync(kit); a.Done == nil {
				t.Errorf("its ledger refuses it: %+v", a.Refused)
			}
		})
	}
}

// Kits that sign what an honest payee has to refuse.
func TestKitTransfers(t *testing.T) {
	for fault, code := range map[adapter.Misbehaviour]spec.Code{
		adapter.KitOneHopMore:  spec.EHop,
		adapter.KitWrongAmount: spec.EMismatch,
	} {
		t.Run(string(fault), func(t *testing.T) {
			b := kitBench(t)
			honest, payee, kit := b.funded(100), b.device(), b.kit(fault)
			b.done(kit, adapter.Fund{Amount: 50, Ledger: b.ledger})
			b.refusedWith(b.pay(kit, payee, 10), "a payment of the kit", code)
			b.expect(payee, 0)
			b.mustPay(honest, kit, 10)
			b.mustPay(honest, payee, 10)
		})
	}
}

// The same value is paid twice, offline nobody sees it, and the ledger proves it
// against the kit alone.
func TestKitDoubleSigns(t *testing.T) {
	b := kitBench(t)
	one, two, kit := b.device(), b.device(), b.kit(adapter.KitDoubleSign)
	b.done(kit, adapter.Fund{Amount: 40, Ledger: b.ledger})
	b.mustPay(kit, one, 40)
	b.mustPay(kit, two, 40)
	if sum := b.held(one, two); sum != 80 {
		t.Errorf("both payees hold %d; want 80 of 40", sum)
	}
	b.sync(one)
	if f := b.done(b.ledger, adapter.Findings{}).Findings; len(f) > 0 {
		t.Errorf("found before there was a conflict: %v", f)
	}
	b.sync(two)
	b.accuses(kit)
}

// accuses holds that the ledger has found somebody, and only that one.
func (b *bench) accuses(kit string) {
	b.t.Helper()
	all := b.done(b.ledger, adapter.Findings{}).Findings
	if len(all) == 0 {
		b.t.Error("the ledger finds nothing")
	}
	for _, f := range all {
		if string(f.Device) != kit {
			b.t.Errorf("the ledger accuses %q; want %q", f.Device, kit)
		}
	}
}

// Two copies of one device pay the same value, and each reports its own history.
func TestKitClones(t *testing.T) {
	b := kitBench(t)
	one, two, kit := b.device(), b.device(), b.kit(adapter.KitClone)
	b.done(kit, adapter.Fund{Amount: 40, Ledger: b.ledger})
	clone := b.kit(adapter.KitClone)
	if clone == kit || *b.value(clone).Spendable != 40 || *b.value(kit).Spendable != 40 {
		t.Errorf("clone %s of %s holds %d", clone, kit, *b.value(clone).Spendable)
	}
	b.mustPay(kit, one, 40)
	b.expect(clone, 40)
	b.mustPay(clone, two, 40)
	for _, unit := range []string{one, two, kit} {
		if a := b.sync(unit); a.Done == nil {
			t.Errorf("%s cannot synchronise: %+v", unit, a.Refused)
		}
	}
	b.refused(b.sync(clone), "the other history of one device")
	b.accuses(b.first(kit, clone))
	third := b.kit(adapter.KitClone)
	if *b.value(third).Spendable != 0 {
		t.Error("a third clone is one of the first two")
	}
}

// first is the name that comes first: the ledger knows one device.
func (b *bench) first(one, two string) string { return min(one, two) }

// A report with a gap is refused, and the same unit's payments were right.
func TestKitTruncates(t *testing.T) {
	b := kitBench(t)
	payee, kit := b.device(), b.kit(adapter.KitTruncated)
	b.done(kit, adapter.Fund{Amount: 40, Ledger: b.ledger})
	if a := b.sync(kit); a.Done == nil {
		t.Errorf("a report that leaves nothing out is refused: %+v", a.Refused)
	}
	for range 3 {
		b.mustPay(kit, payee, 10)
	}
	b.refusedWith(b.sync(kit), "a report with a gap", spec.EGap, spec.ELogHash)
	b.expect(kit, 10)
	b.mustPay(kit, payee, 10)
}

// Behind a hook and beside used units the kits are the same.
func TestKitsHookedAndBesideUsedUnits(t *testing.T) {
	b := newBench(t, reference(disguise.Closed, disguise.Kit, disguise.Used, disguise.Hooked))
	payee, kit := b.device(), b.kit(adapter.KitWrongAmount)
	b.done(kit, adapter.Fund{Amount: 50, Ledger: b.ledger})
	b.refused(b.pay(kit, payee, 10), "another amount than was asked for")
	b.expect(payee, 137)
	b.mustPay(payee, kit, 10)
	b.done(kit, adapter.Defund{Amount: 10, Ledger: b.ledger})
}

func TestUnknownKit(t *testing.T) {
	b := kitBench(t)
	_, err := b.try("", adapter.Create{Role: adapter.RoleKit, Fault: "sings", Profile: b.profile.JSON()})
	if fault, ok := err.(*adapter.Error); !ok || fault.Fault != adapter.FaultUnsupported {
		t.Errorf("%v; want unsupported", err)
	}
	if got := b.said.Kit; len(got) != len(adapter.Misbehaviours()) {
		t.Errorf("hello lists %v", got)
	}
}
