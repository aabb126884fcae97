package mutant

import (
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/ledger"
	"github.com/assay-cbdc/assay/reference/provenance"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// The profiles under which mutants of reserved value are wrong: with a provider
// that covers, with counters that decide, and with value that is held.
const (
	coverProfile  = "cf-dc-2.2"
	orderProfile  = "ekrona-p4"
	stagedProfile = "ekrona-p4-staged"
	// chainedProfile has reserves and CHAIN provenance.
	chainedProfile = "cf-dc-2.2-chain"
)

// reserveMutants are wrong in what families I and S do with reserves.
func reserveMutants() []Mutant {
	return []Mutant{
		{Name: "covers-nobody", Breaks: spec.SET07, Fault: "the ledger holds what a reserve lacks, where its payer's provider covers it", Profile: coverProfile, ledger: reserveRule("the reserve covers it", func(l *ledger.Ledger, d *ledger.Debit) bool {
			balance, _ := l.Reserve(d.Payer)
			return balance >= d.Amount
		})},
		{Name: "covers-defunding", Breaks: spec.SET07, Fault: "the ledger credits a defunding whatever the reserve has", Profile: coverProfile, ledger: withoutReserve("what precedes it was taken", "the reserve covers it")},
		{Name: "negative-wallet", Breaks: spec.SET07, Fault: "the ledger pays out of a shadow wallet what is not in it", Profile: orderProfile, ledger: withoutReserve("the reserve covers it")},
		{Name: "reserve-not-debited", Breaks: spec.SET07, Fault: "the ledger pays the payee and leaves the payer's reserve as it was", Profile: coverProfile, ledger: posts(func(m ledger.Move, book func(ledger.Move)) {
			if m.Kind != ledger.MoveTake {
				book(m)
			}
		})},
		{Name: "silent-shortfall", Breaks: spec.SET07, Fault: "the ledger tells nobody who is short", Profile: coverProfile, ofLedger: true, wrap: unsettledAs(func(_ *wrapper, _ call, u adapter.Unsettled) (adapter.Unsettled, bool) {
			return u, u.Code != int(spec.EShortfall)
		})},
		{Name: "blames-the-payee", Breaks: spec.SET07, Fault: "the ledger tells the shortfall of a payer as that of the payee who uploaded", Profile: orderProfile, ofLedger: true, wrap: wrapped(blamesUploader)},
		{Name: "advance-forgotten", Breaks: spec.SET07, Fault: "the ledger tells an advance for ever, repaid or not", Profile: coverProfile, ofLedger: true, wrap: wrapped(oldShortfalls)},
		{Name: "keeps-refusals", Breaks: spec.SET07, Fault: "brings the payments that were refused to the ledger, and not the refusals", Profile: coverProfile, wrap: wrapped(keepsRefusals)},
		{Name: "pays-as-it-comes", Breaks: spec.SET09, Fault: "the ledger settles payments in the order of their arrival", Profile: orderProfile, ledger: withoutReserve("what precedes it was taken")},
		{Name: "drops-what-waits", Breaks: spec.SET09, Fault: "the ledger forgets a payment that it cannot settle yet", Profile: orderProfile, ledger: func(p *ledger.Parts) {
			p.Waiting = func([]*ledger.Debit) []*ledger.Debit { return nil }
		}},
		{Name: "off-by-one-counter", Breaks: spec.SET09, Fault: "the ledger lets one payment overtake another", Profile: orderProfile, ledger: reserveRule("what precedes it was taken", func(l *ledger.Ledger, d *ledger.Debit) bool {
			return d.Counter <= l.Passed(d.Payer)+2
		})},
		{Name: "gives-twice", Breaks: spec.SET06, Fault: "the ledger gives a payee twice what its payer has paid", Profile: coverProfile, ledger: func(p *ledger.Parts) {
			p.Post = func(m ledger.Move, book func(ledger.Move)) {
				book(m)
				if m.Kind == ledger.MoveGive {
					book(m)
				}
			}
		}},
		{Name: "last-link-only", Breaks: spec.SET10, Fault: "the ledger settles the last transfer of a chain and looks at no link", Profile: chainedProfile, ledger: func(p *ledger.Parts) {
			p.Chains = func([]wire.Link) []wire.Link { return nil }
		}},
		{Name: "spends-before-sync", Breaks: spec.CON05, Fault: "pays with what it received before it has synchronised", Profile: stagedProfile, wrap: wrapped(spendsOn)},
		{Name: "held-for-ever", Breaks: spec.CON05, Fault: "holds what it received when it has synchronised too", Profile: stagedProfile, wrap: wrapped(holdsOn)},
		{Name: "names-first-reservation", Breaks: spec.FND07, Fault: "names the reservation of its first funding for ever", Profile: coverProfile, wrap: wrapped(func(w *wrapper, c call) {
			if c.verb == "fund-accept" && c.before != nil && c.before.Reservation > 0 {
				w.edit(c.handle, func(s *device.State) { s.Reservation = c.before.Reservation })
			}
		})},
		{Name: "names-open-reservation", Breaks: spec.FND07, Fault: "names the reservation that it has asked for, credited or not", Profile: coverProfile, wrap: wrapped(func(w *wrapper, c call) {
			if c.verb == "fund-request" && c.answer.Done != nil {
				w.edit(c.handle, func(s *device.State) { s.Reservation = s.Funding.Number })
			}
		})},
		{Name: "cancels-what-was-paid", Breaks: spec.FND08, Fault: "the ledger gives a reservation back that a payment names", Profile: coverProfile, ledger: func(p *ledger.Parts) {
			p.Rules = ledger.DefaultRules()
			p.Rules.ReserveCancel = nil
		}},
		{Name: "rewrites-burned-in", Breaks: spec.LIM11, Fault: "changes a policy that is burned in", Profile: orderProfile, device: without(device.ProcPolicy, "not burned in")},
	}
}

// keepsRefusals leaves the REFUSED out of what a device brings with its report.
func keepsRefusals(_ *wrapper, c call) {
	if c.verb != "sync-report" || c.answer.Done == nil {
		return
	}
	c.answer.Done.Messages = slices.DeleteFunc(c.answer.Done.Messages, func(b adapter.Bytes) bool {
		record, err := settlement.Parse(b)
		if err != nil {
			return false
		}
		o, err := wire.DecodeObject(record.Object, wire.TypeTransfer.MaxBytes())
		if err != nil {
			return false
		}
		m, err := wire.DecodeReceipt(o.Payload)
		return err == nil && m.Status == wire.ReceiptRefused
	})
}

// reserveRule replaces a rule of the reserve.
func reserveRule(name string, holds func(*ledger.Ledger, *ledger.Debit) bool) func(*ledger.Parts) {
	return func(p *ledger.Parts) {
		p.Rules = ledger.DefaultRules()
		for i := range p.Rules.Reserve {
			if p.Rules.Reserve[i].Name == name {
				p.Rules.Reserve[i].Holds = holds
			}
		}
	}
}

func withoutReserve(names ...string) func(*ledger.Parts) {
	return func(p *ledger.Parts) {
		p.Rules = ledger.DefaultRules()
		for _, name := range names {
			p.Rules.Reserve = ledger.Without(p.Rules.Reserve, name)
		}
	}
}

// posts books otherwise, and does not look whether the books balance: who makes
// the one mistake has not written the other half.
func posts(post func(ledger.Move, func(ledger.Move))) func(*ledger.Parts) {
	return func(p *ledger.Parts) {
		p.Post = post
		p.Audits = slices.DeleteFunc(ledger.DefaultAudits(), func(a ledger.Audit) bool {
			return a.Name == "the reserves make up what is outstanding"
		})
	}
}

// unsettledAs changes or leaves out what the ledger tells as unsettled.
func unsettledAs(tell func(*wrapper, call, adapter.Unsettled) (adapter.Unsettled, bool)) func(adapter.Adapter) adapter.Adapter {
	return wrapped(func(w *wrapper, c call) {
		if c.verb != "supply" || c.answer.Done == nil || c.answer.Done.Supply == nil {
			return
		}
		var told []adapter.Unsettled
		for _, u := range c.answer.Done.Supply.Unsettled {
			if u, tells := tell(w, c, u); tells {
				told = append(told, u)
			}
		}
		c.answer.Done.Supply.Unsettled = told
	})
}

// blamesUploader names the account of whoever synchronised last.
func blamesUploader(w *wrapper, c call) {
	switch v := c.request.Verb.(type) {
	case adapter.Register:
		if c.answer.Done != nil {
			w.bytes[c.handle+string(c.answer.Done.Device)] = []byte(v.Account)
		}
	case adapter.SyncChallenge:
		w.bytes["last"+c.handle] = w.bytes[c.handle+string(v.Device)]
	case adapter.AskSupply:
		if last := w.bytes["last"+c.handle]; last != nil && c.answer.Done != nil {
			for i := range c.answer.Done.Supply.Unsettled {
				c.answer.Done.Supply.Unsettled[i].Account = string(last)
			}
		}
	}
}

// oldShortfalls goes on telling the first shortfall.
func oldShortfalls(w *wrapper, c call) {
	if c.verb != "supply" || c.answer.Done == nil {
		return
	}
	s := c.answer.Done.Supply
	if len(s.Unsettled) > 0 && w.bytes["short"+c.handle] == nil {
		w.bytes["short"+c.handle], w.counts["short"+c.handle] = []byte(s.Unsettled[0].Account), int(s.Unsettled[0].Amount)
	}
	if first := w.bytes["short"+c.handle]; first != nil && len(s.Unsettled) == 0 {
		s.Unsettled = []adapter.Unsettled{{Account: string(first), Amount: adapter.Amount(w.counts["short"+c.handle]), Code: int(spec.EShortfall)}}
	}
}

// holdsOn puts back where it was held what an acknowledgement has let go.
func holdsOn(w *wrapper, c call) {
	if c.verb != "sync-apply" || c.before == nil {
		return
	}
	before := c.before.Lots
	w.edit(c.handle, func(s *device.State) {
		if s.Lots.Sum() == before.Sum() {
			s.Lots = before
		}
	})
}

// reserveVariants are right where value has left the ledger, and wrong where it
// has not.
func reserveVariants() []Variant {
	return []Variant{
		{
			Name: "counts-only", Says: "counts what its devices have paid and keeps no reserve that could be short",
			Profile: "visa-ops", Requirement: spec.SET07, Right: "idemia-wallet",
			wrap: unsettledAs(func(*wrapper, call, adapter.Unsettled) (adapter.Unsettled, bool) { return adapter.Unsettled{}, false }),
		},
		{
			Name: "looks-at-no-links", Says: "takes what it is paid without a look at the links, as where there are none",
			Profile: chainedProfile, Requirement: spec.CON04, Right: coverProfile,
			device: func(p *device.Parts) { p.Links = []provenance.Rule{} },
		},
		{
			Name: "changes-limits", Says: "takes any newer policy that is signed",
			Profile: orderProfile, Requirement: spec.LIM11, Right: "boc-ext", device: without(device.ProcPolicy, "not burned in"),
		},
		{
			Name: "spends-on-at-once", Says: "spends what it received at once, whatever its policy says",
			Profile: stagedProfile, Requirement: spec.CON05, Right: orderProfile, wrap: wrapped(spendsOn),
		},
	}
}
