package mutant

import (
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/spec"
)

func lifecycleMutants() []Mutant {
	return []Mutant{
		{Name: "works-unprovisioned", Breaks: spec.PRV02, Fault: "asks for funding before it is provisioned", wrap: wrapped(func(_ *wrapper, c call) {
			if c.verb == "fund-request" && c.refused(spec.EUnprovisioned) {
				*c.answer = adapter.Answer{Done: &adapter.Result{Message: []byte{0xa0}}}
			}
		})},
		{Name: "wipes-on-provision", Breaks: spec.PRV04, Fault: "loses its value when it is personalised again", wrap: wrapped(func(w *wrapper, c call) {
			if c.verb == "provision" && c.before != nil && c.before.Provisioned {
				w.edit(c.handle, func(s *device.State) { s.Lots = device.Lots{} })
			}
		})},
		{Name: "ignores-block-list", Breaks: spec.LCM01, Fault: "deals with counterparties on the block list", device: withoutPath(spec.ERevoked)},
		{Name: "older-revocations", Breaks: spec.LCM02, Fault: "applies an older revocation set", device: without(device.ProcRevset, "newer")},
		{Name: "ignores-block", Breaks: spec.LCM05, Fault: "pays on although its issuer has blocked it", device: without(device.ProcPay, "blocked")},
		{Name: "pin-lock-destroys", Breaks: spec.LCM06, Fault: "loses its value when the PIN is locked", wrap: wrapped(func(w *wrapper, c call) {
			if s := w.state(c.handle); c.verb == "verify-user" && s != nil && s.Tries == 0 {
				w.edit(c.handle, func(s *device.State) { s.Lots = device.Lots{} })
			}
		})},
		{Name: "no-consent", Breaks: spec.UXC01, Fault: "pays without consent", device: without(device.ProcPay, "consent")},
		{Name: "late-mode", Breaks: spec.UXC02, Fault: "shows mode and amount after authentication", wrap: showing(func(w *wrapper, e adapter.Event) []adapter.Event {
			return lateOffer(w, e)
		})},
		{Name: "shows-other-amount", Breaks: spec.UXC03, Fault: "shows another amount than it pays", wrap: showing(func(_ *wrapper, e adapter.Event) []adapter.Event {
			if e.Show != nil {
				other := *e.Show
				other.Amount -= other.Amount / 10
				e.Show = &other
			}
			return []adapter.Event{e}
		})},
		{Name: "one-alert-for-all", Breaks: spec.UXC04, Fault: "the ledger alerts a holder of one payment where several are alike", wrap: wrapped(func(_ *wrapper, c call) {
			if c.verb == "alerts" && c.answer.Done != nil {
				c.answer.Done.Alerts = distinct(c.answer.Done.Alerts)
			}
		})},
		{Name: "held-as-incoming", Breaks: spec.SET08, Fault: "shows received value as incoming until it synchronises", wrap: wrapped(func(w *wrapper, c call) {
			if got := c.gained(w); c.verb == "accept" && got > 0 {
				w.amounts[c.handle] += got
			}
			if c.verb == "query" && c.answer.Done != nil && c.answer.Done.Value != nil && c.answer.Done.Value.Spendable != nil {
				held := min(adapter.Amount(w.amounts[c.handle]), *c.answer.Done.Value.Spendable)
				left := *c.answer.Done.Value.Spendable - held
				c.answer.Done.Value.Spendable, c.answer.Done.Value.Incoming = &left, &held
			}
		})},
	}
}

// showing makes a mutant's wrap from what it does to events.
func showing(events func(*wrapper, adapter.Event) []adapter.Event) func(adapter.Adapter) adapter.Adapter {
	return func(sim adapter.Adapter) adapter.Adapter {
		w := newWrapper(sim, nil, nil)
		w.events = func(e adapter.Event) []adapter.Event { return events(w, e) }
		return w
	}
}

// lateOffer holds the offer back until the user has authenticated.
func lateOffer(w *wrapper, e adapter.Event) []adapter.Event {
	if e.Show == nil {
		return []adapter.Event{e}
	}
	switch e.Show.Stage {
	case "offer":
		w.held = &e
		return nil
	case "authenticate":
		if w.held != nil {
			held := *w.held
			w.held = nil
			return []adapter.Event{e, held}
		}
	}
	return []adapter.Event{e}
}

// distinct keeps the first of those that are alike.
func distinct(all []adapter.Alert) (some []adapter.Alert) {
	for _, a := range all {
		if !slices.Contains(some, a) {
			some = append(some, a)
		}
	}
	return some
}
