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
		worn("sealed", spec.PAY01, "pays with one verb and shows no frame", disguise.Sealed),
		worn("used-device", spec.PAY02, "comes with a balance of 137, a counter of 4711 and a part-filled log, and cannot be reset", disguise.Used),
		worn("used-hooked", spec.DSP05, "comes used, and pays with one verb", disguise.Used, disguise.Hooked),
		worn("one-unit", spec.FND02, "is the only sample on the bench", disguise.Units(1)),
		worn("two-units", spec.INV01, "is one of two samples that have been used", disguise.Used, disguise.Units(2), disguise.Sealed),
		worn("no-request-message", spec.PAY04, "is paid at a standing address and asks for nothing", disguise.NoRequest),
		worn("re-encrypted-resend", spec.INV04, "encrypts anew what it sends again", disguise.ReEncrypted),
		worn("escrow-recovery", spec.INV02, "gives back by itself, an hour later, what did not arrive", disguise.Escrow).declaring(func(i *ics.ICS) {
			i.Autonomous = []ics.Autonomy{ics.AutoFinish}
		}),
		worn("escrow-sealed", spec.INV01, "gives back by itself what did not arrive, and shows no frame", disguise.Escrow, disguise.Sealed).declaring(func(i *ics.ICS) {
			i.Autonomous = []ics.Autonomy{ics.AutoFinish}
		}),
		worn("power-cycle-between", spec.ATO05, "is without power between two payments", disguise.PowerCycled),
		worn("whole-units", spec.ENC04, "pays multiples of a hundred minor units only", disguise.Whole(100)).declaring(func(i *ics.ICS) {
			step := uint64(100)
			i.Amounts.Step = &step
		}),
		worn("thin", spec.PAY01, "serves what a first verdict needs and no more, over a ledger of its own",
			disguise.OwnLedger, disguise.Sealed, disguise.Only(adapter.CapQuery, adapter.CapConsent, adapter.CapUserVerification)),
		worn("kit", spec.CRY01, "comes with units that its vendor has made to misbehave", disguise.Kit),
		{
			Name: "staged-offline", Hurts: spec.PAY01, Says: "stages what it receives until it has synchronised",
			make:    func() adapter.Adapter { return disguise.StagedOffline(reference(simulator.Options{})) },
			overlay: "base: reference\nid: staged\nrespend: false\nsources: {respend: chosen for a product that stages what it receives}\n",
		},
	}
}

// worn is a closed product with faces on, the first one innermost.
func worn(name string, hurts spec.ID, says string, on ...disguise.Face) Oddity {
	return odd(name, hurts, says, func() adapter.Adapter { return disguise.Wear(closed(), on...) })
}

// declaring is the oddity with what its ICS says beyond hello.
func (o Oddity) declaring(declares func(*ics.ICS)) Oddity {
	o.declares = declares
	return o
}
