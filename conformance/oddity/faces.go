package oddity

import (
	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/disguise"
	"github.com/assay-cbdc/assay/conformance/ics"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/spec"
)

// faces are right behind a face that the suite may never have seen: closed
// products all of them, each unusual in how it is driven.
func faces() []Oddity {
	return []Oddity{
		worn("hooked", spec.ATO06, "pays with one verb and shows its frames", disguise.Hooked),
		worn("sealed", spec.PAY01, "pays with one verb and shows no frame", disguise.Sealed).under(unseen),
		worn("pre-provisioned", spec.PRV02, "leaves its factory provisioned, so that a blank unit cannot be had", disguise.PreProvisioned),
		worn("used-device", spec.PAY02, "comes with a balance of 137, a counter of 4711 and a part-filled log, and cannot be reset", disguise.Used),
		worn("used-hooked", spec.DSP05, "comes used, and pays with one verb", disguise.Used, disguise.Hooked),
		worn("one-unit", spec.FND02, "is the only sample on the bench", disguise.Units(1)).under(alone),
		worn("two-units", spec.INV01, "is one of two samples that have been used", disguise.Used, disguise.Units(2), disguise.Sealed).under(unseen),
		worn("no-request-message", spec.PAY04, "is paid at a standing address and asks for nothing", disguise.NoRequest),
		worn("re-encrypted-resend", spec.INV04, "encrypts anew what it sends again", disguise.ReEncrypted),
		worn("escrow-recovery", spec.INV02, "gives back by itself, an hour later, what did not arrive", disguise.Escrow).declaring(func(i *ics.ICS) {
			i.Autonomous = []ics.Autonomy{ics.AutoFinish}
		}).under(escrowed),
		worn("escrow-sealed", spec.INV01, "gives back by itself what did not arrive, and shows no frame", disguise.Escrow, disguise.Sealed).declaring(func(i *ics.ICS) {
			i.Autonomous = []ics.Autonomy{ics.AutoFinish}
		}).under(unseen),
		worn("power-cycle-between", spec.ATO05, "is without power between two payments", disguise.PowerCycled),
		worn("whole-units", spec.ENC04, "pays multiples of a hundred minor units only", disguise.Whole(100)).declaring(func(i *ics.ICS) {
			step := uint64(100)
			i.Amounts.Step = &step
		}),
		worn("thin", spec.PAY01, "serves what a first verdict needs and no more, over a ledger of its own",
			disguise.OwnLedger, disguise.Sealed, disguise.Only(adapter.CapQuery, adapter.CapConsent, adapter.CapUserVerification)),
		worn("kit", spec.CRY01, "comes with units that its vendor has made to misbehave", disguise.Kit),
		Oddity{
			Name: "staged-offline", Hurts: spec.PAY01, Says: "stages what it receives until it has synchronised",
			make: func() adapter.Adapter { return disguise.StagedOffline(reference(simulator.Options{})) },
		}.under("respend: false\nrequired: [PAY-01, PAY-02, PAY-06, PAY-07, DSP-01, DSP-05, ENC-03, ENC-04, ENC-07, ATO-01, ATO-06, LIM-01, LIM-02, FND-03, SET-08, INV-01, INV-02]\nsources: {respend: chosen for a product that stages what it receives}"),
	}
}

// worn is a closed product with faces on, the first one innermost.
func worn(name string, hurts spec.ID, says string, on ...disguise.Face) Oddity {
	return odd(name, hurts, says, func() adapter.Adapter { return disguise.Wear(closed(), on...) })
}

// What a buyer asks of products that show less than the reference profile
// requires; both are overlays of it.
const (
	// unseen: no frame is seen.
	unseen = "required: [PAY-01, PAY-02, PAY-06, PAY-07, ENC-04, DSP-01, CON-01, LIM-01, LIM-02, FND-03, SET-08, INV-01]\nrequired_capabilities: [query, defund]"
	// receipts: nothing is told but what leaves the device.
	receipts = "required: [PAY-08]\nrequired_capabilities: [resend]"
	// alone: there is nobody to pay.
	alone = "required: [FND-03, PRV-04]\nrequired_capabilities: [query]"
	// undisturbed: nothing can be done to its power.
	undisturbed = "required_capabilities: [consent, defund, query, resend, synchronise, user-verification]"
	// escrowed: what is pending ends without a resend.
	escrowed = "required: [PAY-01, PAY-02, PAY-06, PAY-07, DSP-01, ENC-04, CON-01, LIM-01, LIM-02, FND-03, SET-08, INV-01, INV-02]\nrequired_capabilities: [query, defund]"
)

// under is the oddity with what its buyer's profile changes in the reference's.
func (o Oddity) under(changes string) Oddity {
	o.overlay = "base: reference\nid: " + o.Name + "\n" + changes + "\n"
	return o
}

// chained is the oddity with what its buyer's profile changes in that of CHAIN
// provenance.
func (o Oddity) chained(changes string) Oddity {
	o.overlay = "base: ctf-finality\nid: " + o.Name + "\n" + changes + "\n"
	return o
}

// declaring is the oddity with what its ICS says beyond hello.
func (o Oddity) declaring(declares func(*ics.ICS)) Oddity {
	o.declares = declares
	return o
}
