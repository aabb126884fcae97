// Package mutant holds devices and ledgers that are wrong in exactly one known
// way, each named for the requirement that it breaks. The suite has to tell
// every one of them from the reference, by that requirement: that is how the
// suite proves its worth (assay selftest).
//
// A mutant is made in one of three ways: a wrong part handed to the reference, a
// rule replaced in its ordered list, or a wrapper round the adapter that plants
// a fault. None of them knows which check is running.
package mutant

import (
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/reference/apdu"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/ledger"
	"github.com/assay-cbdc/assay/spec"
)

// A Mutant is the reference with one fault.
type Mutant struct {
	Name   string
	Breaks spec.ID
	// Fault says in one phrase what it does wrong.
	Fault string
	// Profile is the embedded profile under which it is wrong; empty for any that
	// selects its requirement.
	Profile string
	// Overlay lies over that profile; empty for none.
	Overlay string

	device func(*device.Parts)
	ledger func(*ledger.Parts)
	card   func(*apdu.Config)
	qr     func(*simulator.QR)
	// telecom makes an end of the telecom link.
	telecom func() simulator.TelecomEnd
	wrap    func(adapter.Adapter) adapter.Adapter
	// ofLedger says that what wrap changes is the ledger's.
	ofLedger bool
}

// Adapter makes the mutant, with no unit yet.
func (m Mutant) Adapter() adapter.Adapter { return m.adapter(nil) }

// OfLedger says whether the fault is the ledger's alone.
func (m Mutant) OfLedger() bool {
	return m.ofLedger || m.ledger != nil
}

// Under is the profile under which the mutant is wrong, with its overlay: p where it
// is wrong under any.
func (m Mutant) Under(p *spec.Profile) (*spec.Profile, error) {
	if m.Profile == "" {
		return p, nil
	}
	own, err := spec.LoadProfile(m.Profile)
	if err != nil || m.Overlay == "" {
		return own, err
	}
	return own.WithOverlays(m.Overlay)
}

// Lean makes the mutant with keys of the first suite alone, whatever it claims.
// For checks that need no other suite it is the same mutant, sooner.
func (m Mutant) Lean() adapter.Adapter {
	return m.adapter(func(c *device.Config) { c.Suites = c.Suites[:1] })
}

func (m Mutant) adapter(config func(*device.Config)) adapter.Adapter {
	sim := simulator.New(simulator.Options{Device: m.device, Ledger: m.ledger, Card: m.card, QR: m.qr, Telecom: m.telecom, Config: config})
	if m.wrap != nil {
		return m.wrap(sim)
	}
	return sim
}

// Lookup finds a mutant by name.
func Lookup(name string) (Mutant, bool) {
	all := All()
	i := slices.IndexFunc(all, func(m Mutant) bool { return m.Name == name })
	if i < 0 {
		return Mutant{}, false
	}
	return all[i], true
}

// All are the mutants, in the order of the chapters' areas.
func All() []Mutant {
	return slices.Concat(
		messageMutants(),
		sessionMutants(),
		privacyMutants(),
		disclosureMutants(),
		suiteMutants(),
		paymentMutants(),
		respendMutants(),
		chainMutants(),
		limitMutants(),
		timeMutants(),
		atomicityMutants(),
		onlineMutants(),
		settlementMutants(),
		daysMutants(),
		lifecycleMutants(),
		invariantMutants(),
		omissionMutants(),
		slipMutants(),
		sampleMutants(),
		rekeyMutants(),
		certLifeMutants(),
		cardMutants(),
		strangerMutants(),
		Silent(),
		oneWayMutants(),
		claimMutants(),
		provenanceMutants(),
		pinMutants(),
		askedCardMutants(),
		qrMutants(),
		telecomMutants(),
		reserveMutants(),
		tokenMutants(),
		tokenChainMutants(),
		ecashMutants(),
	)
}

// withRules replaces rules of every device.
func withRules(change func(device.Rules) device.Rules) func(*device.Parts) {
	return func(p *device.Parts) {
		if p.Rules == nil {
			p.Rules = device.StandardRules()
		}
		p.Rules = change(p.Rules)
	}
}

// without leaves out one rule of one procedure.
func without(p device.Procedure, names ...string) func(*device.Parts) {
	return withRules(func(r device.Rules) device.Rules {
		for _, name := range names {
			r = r.Without(p, name)
		}
		return r
	})
}

// replaced replaces one rule of one procedure.
func replaced(p device.Procedure, name string, holds func(*device.Context) bool) func(*device.Parts) {
	return withRules(func(r device.Rules) device.Rules { return r.Replace(p, name, holds) })
}

// ignored judges one rule, which may fill in what later ones read, and takes no
// notice of what it says.
func ignored(p device.Procedure, name string) func(*device.Parts) {
	return withRules(func(r device.Rules) device.Rules {
		right := r.Rule(p, name).Holds
		return r.Replace(p, name, func(c *device.Context) bool {
			_ = right(c)
			return true
		})
	})
}

// withoutPath leaves out the rules of certificate paths with a code.
func withoutPath(code spec.Code) func(*device.Parts) {
	return func(p *device.Parts) {
		p.Path = slices.DeleteFunc(cert.Rules(), func(r cert.Rule) bool { return r.Code == code })
	}
}

// both applies two changes.
func both(changes ...func(*device.Parts)) func(*device.Parts) {
	return func(p *device.Parts) {
		for _, change := range changes {
			change(p)
		}
	}
}

func always(*device.Context) bool { return true }
