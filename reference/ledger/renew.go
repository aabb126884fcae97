package ledger

import (
	"slices"

	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/provenance"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// brought is what one object of the ledger has given to one device.
type brought struct {
	device wire.DID
	parts  []wire.Fragment
	// returned says that the parts are those of a debit, which its device may have
	// signed without having them.
	returned bool
}

// A renewal is what a device has given up, and the TOKENs that it gets for it.
type renewal struct {
	parts  []wire.Fragment
	tokens [][]byte
}

// renewRules are the checks on the fragments that a SYNC gives up.
func renewRules() []Rule[PartsOf] {
	return append([]Rule[PartsOf]{
		{"the fragments ascend and are disjoint", spec.TOK12, spec.ETokenInterval, func(_ *Ledger, p *PartsOf) bool {
			return wire.FragmentsAscend(p.Fragments)
		}},
		{"they have been brought to the device", spec.TOK12, spec.ETokenUnknown, func(l *Ledger, p *PartsOf) bool {
			return !slices.ContainsFunc(p.Fragments, func(f wire.Fragment) bool { return !l.entitled(p.Device, f) })
		}},
	}, redeemPartRules()...)
}

// entitled reports whether the source of a fragment has brought it to the device:
// an object of the ledger's own, a TRANSFER to the device, or the refusal of one
// of its own.
//
// Under CHAIN that TRANSFER came with its links, so that the ledger follows it as
// deep as its payee could: shown is how many TRANSFERs below it the payer had to show.
func (l *Ledger) entitled(did wire.DID, f wire.Fragment) bool {
	shown := uint64(0)
	if l.chained() {
		shown = l.parts.Policy.Provenance.Trunc
	}
	return l.entitledTo(did, f, shown)
}

func (l *Ledger) entitledTo(did wire.DID, f wire.Fragment, shown uint64) bool {
	if b, own := l.brought[f.Source]; own {
		return b.device == did && provenance.Cover(b.parts, f) && (!b.returned || l.had(did, b.parts, f, shown))
	}
	if d := l.seen.debits[f.Source]; d != nil {
		return d.Opening != nil && d.Opening.Payee == did && provenance.Cover(d.Parts, f) &&
			(shown == 0 || l.had(d.Payer, d.Parts, f, shown-1))
	}
	if a := l.seen.receipts[f.Source]; a != nil {
		d := l.seen.debits[a.Body.TransferHash]
		return a.Body.Status == wire.ReceiptRefused && d != nil && d.Payer == did && l.had(did, d.Parts, f, shown)
	}
	return false
}

// had reports whether the parts of a debit hold all of a fragment, and each of them
// had been brought to the device as far as the fragment goes: what it never had does
// not become its own by being refused. It ends, because a source is older than what
// names it; parts that are disjoint keep it short.
func (l *Ledger) had(did wire.DID, parts []wire.Fragment, f wire.Fragment, shown uint64) bool {
	return wire.FragmentsAscend(parts) && provenance.Cover(parts, f) && !slices.ContainsFunc(parts, func(p wire.Fragment) bool {
		if !p.Overlaps(f) {
			return false
		}
		p.From, p.To = max(p.From, f.From), min(p.To, f.To)
		return !l.entitledTo(did, p, shown)
	})
}

// bring notes what an object of the ledger has given to a device.
func (l *Ledger) bring(t wire.Type, object []byte, b brought) {
	if o, err := wire.DecodeObject(object, max(t.MaxBytes(), wire.MaxTokenFund)); err == nil && len(b.parts) > 0 {
		l.brought[o.ID(t)] = b
	}
}

// wholeOf returns TOKENs as fragments.
func wholeOf(tokens [][]byte) []wire.Fragment {
	var parts []wire.Fragment
	for _, b := range tokens {
		o, err := wire.DecodeObject(b, wire.TypeToken.MaxBytes())
		if err != nil {
			continue
		}
		if m, err := wire.DecodeIssuerToken(o.Payload); err == nil {
			parts = append(parts, wire.Fragment{TID: m.TID, To: m.Value})
		}
	}
	return parts
}

// givenBack is what a SYNC_ACK brings for what a report gives up: the TOKENs, or
// where there are none what had been brought before. What had not does not become
// the device's by being given up.
func (l *Ledger) givenBack(r *Report, tokens [][]byte) []wire.Fragment {
	if len(tokens) > 0 {
		return wholeOf(tokens)
	}
	return slices.DeleteFunc(slices.Clone(r.Body.Fragments), func(f wire.Fragment) bool {
		return judge(l, l.parts.Rules.Renew, &PartsOf{Device: r.Device, Fragments: []wire.Fragment{f}}) != nil
	})
}

// renew answers what a report gives up: with one fresh TOKEN of the same sum, the
// same one each time that the same is given up, and with none where a rule does
// not hold; then the device keeps what it has. What is renewed is dead.
func (l *Ledger) renew(r *Report) [][]byte {
	parts := r.Body.Fragments
	if len(parts) == 0 {
		return nil
	}
	for _, done := range l.renewals[r.Device] {
		if slices.Equal(done.parts, parts) {
			return done.tokens
		}
	}
	if judge(l, l.parts.Rules.Renew, &PartsOf{Device: r.Device, Fragments: parts}) != nil {
		return nil
	}
	var sum money.Amount
	for _, f := range parts {
		sum += f.Amount()
	}
	tokens, err := l.mint(sum)
	if err != nil {
		return nil
	}
	l.bringHome(parts)
	l.renewals[r.Device] = append(l.renewals[r.Device], renewal{parts, tokens})
	return tokens
}
