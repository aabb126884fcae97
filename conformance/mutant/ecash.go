package mutant

import (
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/ecash"
	"github.com/assay-cbdc/assay/reference/ledger"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// ECashProfile is the profile under which the mutants of family E are wrong.
const ECashProfile = "online-first"

// withoutTokens leaves out rules of the tokens beside a transfer.
func withoutTokens(names ...string) func(*device.Parts) {
	return func(p *device.Parts) {
		p.Tokens = slices.DeleteFunc(device.TokenRules(), func(r device.TokenRule) bool { return slices.Contains(names, r.Name) })
	}
}

// ecashMutants are wrong about tokens.
func ecashMutants() []Mutant {
	online := func(name string, breaks spec.ID, fault string, change func(*ledger.Rules)) Mutant {
		return Mutant{Name: name, Breaks: breaks, Fault: fault, ledger: func(p *ledger.Parts) { change(&p.Rules) }}
	}
	all := []Mutant{
		{Name: "takes-forged-tokens", Breaks: spec.ECH01, Fault: "does not verify the issuer's signature of a token", device: withoutTokens("token")},
		{Name: "accepts-tokens-of-others", Breaks: spec.ECH01, Fault: "does not look for whom a token was spent", device: withoutTokens("spend")},
		{Name: "accepts-old-tokens", Breaks: spec.ECH01, Fault: "takes tokens whose key's time is over", device: withoutTokens("epoch")},
		{Name: "accepts-any-sum", Breaks: spec.ECH01, Fault: "credits the amount whatever the tokens are worth", device: withoutTokens("amount")},
		{Name: "accepts-tokens-again", Breaks: spec.ECH01, Fault: "takes a token that it holds already", device: withoutTokens("not held")},
		{Name: "accepts-unnamed-tokens", Breaks: spec.ECH01, Fault: "takes tokens that the payer has not signed for", device: withoutTokens("named")},
		{Name: "pays-round-sums", Breaks: spec.ECH02, Fault: "pays with the next coin above where it has none that is exact", device: func(p *device.Parts) { p.Choose = roundUp }},
		{Name: "pays-with-returned-tokens", Breaks: spec.ECH03, Fault: "pays again with the tokens that a payee refused", wrap: wrapped(spendsReturned)},
		{Name: "keeps-paid-tokens", Breaks: spec.ECH03, Fault: "keeps the tokens that it has paid with while refused ones wait to be exchanged", wrap: wrapped(keepsPaid)},
		{Name: "shows-returned-tokens", Breaks: spec.ECH03, Fault: "says that refused tokens can be spent, until it is asked to", wrap: showsReturned},
		online("ledger-without-memory", spec.ECH04, "does not look whether a token was spent before", func(r *ledger.Rules) { r.Fresh = nil }),
		online("ledger-takes-any-spend", spec.ECH04, "credits tokens to whoever brings them", func(r *ledger.Rules) {
			r.Redeem = ledger.Without(r.Redeem, "the spends are for this device")
		}),
		online("ledger-takes-any-token", spec.ECH04, "does not verify its own signature of a token", func(r *ledger.Rules) {
			r.Redeem = ledger.Without(r.Redeem, "the tokens are the issuer's")
		}),
		online("ledger-gives-more", spec.ECH04, "signs fresh tokens of another sum than came home", func(r *ledger.Rules) {
			r.Redeem = ledger.Without(r.Redeem, "the denominations make the amount")
		}),
		online("ledger-counts-double", spec.ECH04, "credits a token twice that stands in one message twice", func(r *ledger.Rules) {
			r.Redeem = ledger.Without(r.Redeem, "no token twice")
		}),
		{Name: "unbounded-exposure", Breaks: spec.ECH06, Fault: "takes payments above its bound before their tokens are home", device: both(
			without(device.ProcRequest, "receive limit"), without(device.ProcTransfer, "receive limit"))},
		{Name: "never-home", Breaks: spec.ECH06, Fault: "counts what it has received although its tokens are home", wrap: wrapped(staysExposed)},
		{Name: "takes-any-keyset", Breaks: spec.ECH07, Fault: "does not verify the signature of a KEYSET", device: without(device.ProcKeyset, "signature")},
		{Name: "takes-old-keyset", Breaks: spec.ECH07, Fault: "takes a KEYSET of an older version", device: without(device.ProcKeyset, "newer")},
		{Name: "takes-weak-keys", Breaks: spec.ECH07, Fault: "does not look what the keys of a KEYSET are", device: without(device.ProcKeyset, "keys")},
		{Name: "takes-shared-keys", Breaks: spec.ECH07, Fault: "takes a KEYSET with one modulus for two keys", device: without(device.ProcKeyset, "keys differ")},
		{Name: "asks-for-newer-keys", Breaks: spec.ECH09, Fault: "brings tokens home again for messages under its newest keys", wrap: wrapped(asksNewer)},
		{Name: "unblinds-by-newer-keys", Breaks: spec.ECH09, Fault: "finishes a withdrawal with its newest keys", wrap: wrapped(unblindsNewer)},
		{Name: "forgets-tokens-on-the-way", Breaks: spec.ECH10, Fault: "does not count tokens that are on their way home", device: both(
			replaced(device.ProcRequest, "holding", withoutOnTheWay(device.ProcRequest)),
			replaced(device.ProcTransfer, "holding", withoutOnTheWay(device.ProcTransfer)))},
		online("ledger-signs-any-sum", spec.FND06, "signs blind for another amount than it debits", func(r *ledger.Rules) {
			r.Withdraw = ledger.Without(r.Withdraw, "the denominations make the amount")
		}),
		online("ledger-signs-with-old-keys", spec.FND06, "signs with a key whose time is over", func(r *ledger.Rules) {
			r.Withdraw = ledger.Without(r.Withdraw, "the keys are in force")
		}),
		online("ledger-cancels-tokens", spec.FND06, "gives back the amount of a funding whose tokens it has signed", func(r *ledger.Rules) { r.VoidTokens = nil }),
		{Name: "tells-who-paid", Breaks: spec.PVY07, Fault: "brings tokens home together with the transfer that they came with", wrap: wrapped(tellsWhoPaid)},
		{Name: "always-falls-back", Breaks: spec.UXC05, Fault: "pays by the fallback although it has a connection", wrap: wrapped(deafToConnections)},
		{Name: "receipt-before-home", Breaks: spec.ECH05, Fault: "gives its receipt whatever the ledger says of the tokens", device: func(p *device.Parts) {
			p.Spent = func(wire.DepositAck) bool { return false }
		}},
		{Name: "waits-for-ever", Breaks: spec.ECH05, Fault: "does not exchange what nobody took home", wrap: wrapped(waitsForEver)},
		{Name: "coins-in-two-writes", Breaks: spec.ECH08, Fault: "writes its coins apart from what they are worth", device: func(p *device.Parts) { p.Store = splitStore{p.Store} }},
		{Name: "blind-to-tokens", Breaks: spec.DSP08, Fault: "does not look for tokens that were paid twice", ledger: func(p *ledger.Parts) {
			p.Detectors = slices.DeleteFunc(ledger.DefaultDetectors(), func(d ledger.Detector) bool { return d.Requirement == spec.DSP08 })
		}},
		{Name: "asks-nobody", Breaks: spec.DSP08, Fault: "tells nobody that a token was spent twice", wrap: wrapped(asksNobody)},
		{Name: "accuses-on-spendings", Breaks: spec.DSP08, Fault: "accuses whoever brings home a token that was spent before", wrap: wrapped(accusesSecond)},
	}
	for i := range all {
		all[i].Profile = ECashProfile
	}
	return all
}

// roundUp takes the fewest largest coins that reach the amount.
func roundUp(coins []money.Amount, amount money.Amount, most int) ([]int, bool) {
	if amount%2 == 0 { // only now and then
		return ecash.Choose(coins, amount, most)
	}
	return ecash.Choose(coins, amount+1, most)
}

// spendsReturned takes coins that came back to where they are paid with.
func spendsReturned(w *wrapper, c call) {
	if c.verb != "acknowledge" || c.gained(w) == 0 {
		return
	}
	w.edit(c.handle, func(s *device.State) {
		for i := range s.Purse {
			if coin := &s.Purse[i]; coin.Batch != 0 {
				coin.Batch = 0
				s.Lots[0] += coin.Amount
				s.Lots[1] -= min(s.Lots[1], coin.Amount)
			}
		}
	})
}

// keepsPaid puts the coins of a payment back when it is accepted, in the place of
// what it had, where others wait to be exchanged.
func keepsPaid(w *wrapper, c call) {
	if c.verb != "acknowledge" || c.before == nil || c.answer.Done == nil {
		return
	}
	after := w.state(c.handle)
	if !slices.ContainsFunc(c.before.Purse, func(coin device.Coin) bool { return coin.Batch != 0 }) {
		return
	}
	for _, slot := range c.before.Slots {
		if slot.State == device.SlotFree || after == nil || len(slot.Coins) == 0 {
			continue
		}
		w.edit(c.handle, func(s *device.State) {
			s.Purse = nil
			s.Lots = device.Lots{}
			for i, coin := range slot.Coins {
				coin.Order = uint64(i + 1)
				s.Purse = append(s.Purse, coin)
				s.Lots[0] += coin.Amount
			}
		})
	}
}

// staysExposed counts again what was exchanged.
func staysExposed(w *wrapper, c call) {
	after := w.state(c.handle)
	if c.verb != "resolve" || c.before == nil || after == nil || after.Used.Received >= c.before.Used.Received {
		return
	}
	w.edit(c.handle, func(s *device.State) { s.Used.Received = c.before.Used.Received })
}

// tellsWhoPaid adds the transfers to a report.
func tellsWhoPaid(w *wrapper, c call) {
	d := w.device(c.handle)
	if c.verb != "sync-report" || d == nil || c.answer.Done == nil {
		return
	}
	for _, record := range d.Disclose() {
		c.answer.Done.Messages = append(c.answer.Done.Messages, record)
	}
}

// deafToConnections does not hear of a connection.
func deafToConnections(w *wrapper, c call) {
	if d := w.device(c.handle); d != nil && c.verb == "connect" {
		d.SetOnline(false)
	}
}

// waitsForEver leaves its own coins out of its reports.
func waitsForEver(w *wrapper, c call) {
	s := w.state(c.handle)
	if c.verb != "sync-report" || s == nil || c.answer.Done == nil || !slices.ContainsFunc(s.Slots, func(o device.Slot) bool { return o.Type == wire.TypeTokens }) {
		return
	}
	c.answer.Done.Messages = nil
}

// asksNobody drops the answers that say so.
func asksNobody(_ *wrapper, c call) {
	if c.verb != "reconcile" || c.answer.Done == nil {
		return
	}
	c.answer.Done.Messages = slices.DeleteFunc(c.answer.Done.Messages, func(b adapter.Bytes) bool {
		o, err := wire.DecodeObject(b, wire.TypeDepositAck.MaxBytes())
		if err != nil {
			return false
		}
		m, err := wire.DecodeDepositAck(o.Payload)
		return err == nil && m.Status == wire.DepositSpent
	})
}

// accusesSecond names the certificate of the second DEPOSIT of a token.
func accusesSecond(w *wrapper, c call) {
	var records []adapter.Bytes
	switch v := c.request.Verb.(type) {
	case adapter.Upload:
		records = v.Records
	case adapter.Reconcile:
		records = v.Records
	case adapter.Findings:
		if c.answer.Done != nil && w.bytes[c.handle] != nil {
			c.answer.Done.Findings = append(c.answer.Done.Findings, adapter.Finding{Kind: 8, Device: w.bytes[c.handle][:16]})
		}
	}
	for _, b := range records {
		rec, err := settlement.Parse(b)
		if err != nil {
			continue
		}
		o, err := wire.DecodeObject(rec.Object, settlement.MaxBytes)
		if err != nil {
			continue
		}
		m, err := wire.DecodeDeposit(o.Payload)
		if err != nil {
			continue
		}
		for _, t := range m.Tokens {
			hash := t.Hash()
			key := c.handle + string(hash[:])
			if first := w.bytes[key]; first != nil && string(first) != string(m.Cert[:]) {
				w.bytes[c.handle] = m.Cert[:]
			}
			w.bytes[key] = m.Cert[:]
		}
	}
}
