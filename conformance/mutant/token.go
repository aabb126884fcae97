package mutant

import (
	"bytes"
	"context"
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/ledger"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// TokenProfile is the profile under which the mutants of family T are wrong.
const TokenProfile = "gd-filia"

// tokenMutants are wrong about tokens and their parts.
func tokenMutants() []Mutant {
	all := slices.Concat(partMutants(), tokenLedgerMutants())
	for i := range all {
		all[i].Profile = TokenProfile
	}
	return all
}

func partMutants() []Mutant {
	return []Mutant{
		{Name: "keeps-the-sent-part", Breaks: spec.TOK01, Fault: "keeps the part that it has sent in a payment above 700", wrap: wrapped(func(w *wrapper, c call) {
			if spent := paidBy(w, c); spent > 700 {
				w.edit(c.handle, func(s *device.State) { s.Fragments, s.Lots = c.before.Fragments, c.before.Lots })
			}
		})},
		{Name: "too-much-change", Breaks: spec.TOK01, Fault: "keeps one minor unit too much of a token that a payment above 700 has cut", wrap: wrapped(func(w *wrapper, c call) {
			if spent := paidBy(w, c); spent > 700 {
				w.edit(c.handle, func(s *device.State) {
					if len(s.Fragments) > 0 && s.Fragments[0].From > 0 {
						s.Fragments[0].From--
						s.Lots[s.Fragments[0].Hop]++
					}
				})
			}
		})},
		{Name: "merges-over-gaps", Breaks: spec.TOK01, Fault: "makes one fragment of two of one token that are not adjacent", wrap: wrapped(mergeOverGaps)},
		{Name: "sends-upper-part", Breaks: spec.TOK06, Fault: "sends the upper part of a fragment that it cuts", device: func(p *device.Parts) { p.Pick = pickUpper }},
		{Name: "last-token-first", Breaks: spec.TOK06, Fault: "draws from the last token first", device: func(p *device.Parts) { p.Pick = pickLast }},
		{Name: "forgets-part-hops", Breaks: spec.TOK06, Fault: "counts what it has received as if it had been funded with it", wrap: wrapped(forgetHops)},
		{Name: "accepts-any-interval", Breaks: spec.TOK02, Fault: "does not ask whether fragments make the payment", device: without(device.ProcFragments, "form")},
		{Name: "accepts-beyond-tokens", Breaks: spec.TOK02, Fault: "does not compare a fragment with the value of its token", device: without(device.ProcFragments, "inside")},
		{Name: "accepts-held-parts", Breaks: spec.TOK04, Fault: "accepts a part of a token that it holds", device: without(device.ProcFragments, "not held")},
		{Name: "refuses-homecomers", Breaks: spec.TOK04, Fault: "refuses every part of a token that it has ever held", device: refusesHomecomers},
		{Name: "accepts-unsigned-tokens", Breaks: spec.TOK03, Fault: "does not verify the signature of a token", device: without(device.ProcToken, "signature")},
		{Name: "accepts-foreign-tokens", Breaks: spec.TOK03, Fault: "accepts tokens of another realm or currency", device: without(device.ProcToken, "place")},
		{Name: "accepts-anybodys-tokens", Breaks: spec.TOK03, Fault: "takes any certificate of the realm for the issuer's", device: without(device.ProcToken, "path")},
		{Name: "accepts-missing-tokens", Breaks: spec.TOK03, Fault: "does not miss a token", device: withRules(func(r device.Rules) device.Rules {
			return r.Without(device.ProcFragments, "complete").Without(device.ProcFragments, "inside")
		})},
		{Name: "trims-tokens", Breaks: spec.TOK05, Fault: "sends a token of 500 on in other bytes than it came in", device: func(p *device.Parts) { p.Host = trimming{p.Host} }},
		{Name: "holds-sixteen", Breaks: spec.TOK07, Fault: "holds sixteen fragments and no more", device: replaced(device.ProcFragments, "room", func(c *device.Context) bool {
			return len(c.State.Fragments) < 16
		})},
		{Name: "any-token-value", Breaks: spec.TOK08, Fault: "does not compare a voucher with its tokens", device: without(device.ProcTokenFund, "value")},
		{Name: "old-tokens-again", Breaks: spec.TOK08, Fault: "is funded again with a token that it holds", device: without(device.ProcTokenFund, "new")},
		{Name: "renews-and-keeps", Breaks: spec.TOK12, Fault: "keeps what it has given up beside what it got for it", wrap: wrapped(renewsAndKeeps)},
		{Name: "never-renews", Breaks: spec.TOK12, Fault: "takes the tokens for what it has given up and pays with the old ones", wrap: wrapped(neverRenews)},
		{Name: "forgets-what-it-gave-up", Breaks: spec.TOK12, Fault: "loses what it has given up when the power goes before an answer", wrap: wrapped(forgetsGiven)},
		{Name: "old-part-source", Breaks: spec.TOK09, Fault: "pays what was returned with the source of before", wrap: wrapped(oldPartSource)},
	}
}

// tokenLedgerMutants are ledgers.
func tokenLedgerMutants() []Mutant {
	redeem := func(name string) func(*ledger.Parts) {
		return func(p *ledger.Parts) { p.Rules.RedeemParts = ledger.Without(p.Rules.RedeemParts, name) }
	}
	return []Mutant{
		{Name: "blind-to-undelivered-parts", Breaks: spec.TOK13, Fault: "does not look for parts that their source has not brought", ledger: func(p *ledger.Parts) {
			p.Detectors = slices.DeleteFunc(ledger.DefaultDetectors(), func(d ledger.Detector) bool { return d.Requirement == spec.TOK13 })
		}},
		{Name: "redeems-twice", Breaks: spec.TOK10, Fault: "redeems one part of a token twice", ledger: redeem("no part of them has come home before")},
		{Name: "redeems-what-was-paid", Breaks: spec.TOK10, Fault: "redeems for a device what it has paid away", ledger: redeem("the device has not paid them to another")},
		{Name: "redeems-any-token", Breaks: spec.TOK10, Fault: "redeems tokens that it has not issued", ledger: func(p *ledger.Parts) {
			p.Rules.RedeemParts = ledger.Without(ledger.Without(p.Rules.RedeemParts, "the ledger has issued their tokens"), "the fragments are inside their tokens")
		}},
		{Name: "redeems-beyond-tokens", Breaks: spec.TOK10, Fault: "redeems a part that its token does not have", ledger: redeem("the fragments are inside their tokens")},
		{Name: "voids-what-was-used", Breaks: spec.TOK10, Fault: "cancels a funding whose token has come home", ledger: func(p *ledger.Parts) { p.Rules.Void = nil }},
		{Name: "redeems-any-length", Breaks: spec.TOK10, Fault: "does not compare what is redeemed with its fragments", ledger: func(p *ledger.Parts) { p.Rules.Parts = nil }},
		{Name: "renews-minted-parts", Breaks: spec.TOK12, Fault: "renews parts without asking who brought them", ledger: func(p *ledger.Parts) {
			p.Rules.Renew = ledger.Without(p.Rules.Renew, "they have been brought to the device")
		}},
		{Name: "renews-twice", Breaks: spec.TOK12, Fault: "renews again what it has renewed, in another list", ledger: func(p *ledger.Parts) {
			p.Rules.Renew = ledger.Without(p.Rules.Renew, "no part of them has come home before")
		}},
		{Name: "renews-nothing", Breaks: spec.TOK12, Fault: "renews nothing", ledger: func(p *ledger.Parts) {
			p.Rules.Renew = []ledger.Rule[ledger.PartsOf]{{Name: "never", Requirement: spec.TOK12, Code: spec.ETokenUnknown,
				Holds: func(*ledger.Ledger, *ledger.PartsOf) bool { return false }}}
		}},
		{Name: "renewed-lives-on", Breaks: spec.TOK12, Fault: "redeems what it has renewed", ledger: redeem("no part of them has come home before")},
		{Name: "blind-to-double-draws", Breaks: spec.TOK11, Fault: "does not look for parts that were drawn twice", ledger: func(p *ledger.Parts) {
			p.Detectors = slices.DeleteFunc(ledger.DefaultDetectors(), func(d ledger.Detector) bool { return d.Requirement == spec.TOK11 })
		}},
		{Name: "accuses-later-holder", Breaks: spec.TOK11, Fault: "accuses whoever paid a part on after it was drawn twice", wrap: func(sim adapter.Adapter) adapter.Adapter { return accuser{sim} }},
	}
}

// paidBy is what the payer of a call has just been debited, 0 for another call.
func paidBy(w *wrapper, c call) money.Amount {
	after := w.state(c.handle)
	if c.verb != "pay" || c.before == nil || after == nil || c.answer.Done == nil || after.Lots.Sum() >= c.before.Lots.Sum() {
		return 0
	}
	return c.before.Lots.Sum() - after.Lots.Sum()
}

func mergeOverGaps(w *wrapper, c call) {
	if c.verb != "accept" || c.gained(w) == 0 {
		return
	}
	w.edit(c.handle, func(s *device.State) {
		for i := 0; i+1 < len(s.Fragments); i++ {
			a, b := &s.Fragments[i], s.Fragments[i+1]
			if a.TID == b.TID && a.Hop == b.Hop && a.To < b.From {
				a.To += b.To - b.From
				s.Fragments = slices.Delete(s.Fragments, i+1, i+2)
				i--
			}
		}
	})
}

// pickUpper is the right choice, with the upper part of what it cuts.
func pickUpper(held []wire.Fragment, amount money.Amount, most int, suits func([]wire.Fragment) bool) ([]wire.Fragment, bool) {
	picked, ok := device.Pick(held, amount, most, suits)
	for i := range picked {
		f := &picked[i]
		for _, h := range held {
			if h.Overlaps(*f) {
				f.From, f.To = h.To-f.Amount(), h.To
			}
		}
	}
	return picked, ok
}

// pickLast turns the order of the tokens round.
func pickLast(held []wire.Fragment, amount money.Amount, most int, suits func([]wire.Fragment) bool) ([]wire.Fragment, bool) {
	turn := func(list []wire.Fragment) []wire.Fragment {
		out := slices.Clone(list)
		for i := range out {
			for j := range out[i].TID {
				out[i].TID[j] ^= 0xff
			}
		}
		return out
	}
	picked, ok := device.Pick(turn(held), amount, most, func(p []wire.Fragment) bool { return suits(sorted(turn(p))) })
	return sorted(turn(picked)), ok
}

func sorted(parts []wire.Fragment) []wire.Fragment {
	slices.SortFunc(parts, wire.CompareFragments)
	return parts
}

func forgetHops(w *wrapper, c call) {
	if c.verb != "accept" || c.gained(w) == 0 {
		return
	}
	w.edit(c.handle, func(s *device.State) {
		for i := range s.Fragments {
			f := &s.Fragments[i]
			s.Lots[f.Hop] -= f.Amount()
			s.Lots[0] += f.Amount()
			f.Hop = 0
		}
	})
}

// refusesHomecomers remembers in its own memory every token that it has paid with.
func refusesHomecomers(p *device.Parts) {
	seen := map[wire.TID]bool{}
	pick := device.Pick
	p.Pick = func(held []wire.Fragment, amount money.Amount, most int, suits func([]wire.Fragment) bool) ([]wire.Fragment, bool) {
		picked, ok := pick(held, amount, most, suits)
		for _, f := range picked {
			seen[f.TID] = true
		}
		return picked, ok
	}
	withRules(func(r device.Rules) device.Rules {
		right := r.Rule(device.ProcFragments, "not held").Holds
		return r.Replace(device.ProcFragments, "not held", func(c *device.Context) bool {
			return right(c) && !slices.ContainsFunc(c.Transfer.Fragments, func(f wire.Fragment) bool { return seen[f.TID] })
		})
	})(p)
}

func oldPartSource(w *wrapper, c call) {
	if c.verb != "acknowledge" || c.before == nil || c.gained(w) == 0 {
		return
	}
	for _, slot := range c.before.Slots {
		m, err := wire.DecodeTransfer(slot.Payload)
		if err != nil || len(m.Fragments) == 0 {
			continue
		}
		w.edit(c.handle, func(s *device.State) {
			s.Fragments[len(s.Fragments)-1].Source = m.Fragments[0].Source
		})
	}
}

// A trimming host keeps a token of 500 without the last byte of its signature.
type trimming struct{ device.Host }

func (h trimming) KeepRecord(id wire.ID, record []byte) {
	h.Host.KeepRecord(id, record)
	rec, err := settlement.Parse(record)
	if err != nil {
		return
	}
	o, err := wire.DecodeObject(rec.Object, wire.TypeToken.MaxBytes())
	if err != nil {
		return
	}
	if m, err := wire.DecodeIssuerToken(o.Payload); err == nil && m.Value == 500 {
		o.Signature = bytes.Clone(o.Signature[:len(o.Signature)-1])
		h.Host.KeepRecord(id, settlement.Append(nil, settlement.Record{Object: o.Encode()}))
	}
}

// An accuser names in a finding of kind 9 the payee of one of its debits.
type accuser struct{ sim adapter.Adapter }

func (a accuser) Do(ctx context.Context, r adapter.Request, on func(adapter.Event) adapter.Reply) (adapter.Answer, error) {
	answer, err := a.sim.Do(ctx, r, on)
	if err != nil || answer.Done == nil {
		return answer, err
	}
	for i := range answer.Done.Findings {
		f := &answer.Done.Findings[i]
		if f.Kind != wire.EvidenceSource {
			continue
		}
		if m, err := wire.DecodeEvidence(f.Evidence); err == nil {
			f.Device = provider(m.Certs)
		}
	}
	return answer, nil
}

// provider is the subject of the last certificate of a bundle: anybody but who
// drew twice.
func provider(certs [][]byte) []byte {
	c, err := cert.Parse(certs[len(certs)-1])
	if err != nil {
		return nil
	}
	did := c.Device()
	return did[:]
}

// given is what a device has given up before a call that ends with an answer.
func given(c call) bool {
	return c.verb == "sync-apply" && c.before != nil && c.answer.Done != nil &&
		slices.ContainsFunc(c.before.Fragments, func(f device.Fragment) bool { return f.Given })
}

func renewsAndKeeps(w *wrapper, c call) {
	if !given(c) {
		return
	}
	w.edit(c.handle, func(s *device.State) {
		order := s.Fragments[len(s.Fragments)-1].Order
		for _, f := range c.before.Fragments {
			order++
			f.Order, f.Given = order, false
			s.Fragments = append(s.Fragments, f)
			s.Lots[f.Hop] += f.Amount()
		}
	})
}

func neverRenews(w *wrapper, c call) {
	if !given(c) {
		return
	}
	w.edit(c.handle, func(s *device.State) {
		s.Fragments, s.Lots = slices.Clone(c.before.Fragments), c.before.Lots
		for i := range s.Fragments {
			s.Fragments[i].Given = false
		}
	})
}

// forgetsGiven loses what was given up when the power goes.
func forgetsGiven(w *wrapper, c call) {
	if c.verb != "power-cycle" {
		return
	}
	w.edit(c.handle, func(s *device.State) {
		s.Fragments = slices.DeleteFunc(s.Fragments, func(f device.Fragment) bool {
			if f.Given {
				s.Lots[f.Hop] -= f.Amount()
			}
			return f.Given
		})
	})
}
