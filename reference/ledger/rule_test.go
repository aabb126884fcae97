package ledger

import (
	"testing"

	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

func names[T any](rules []Rule[T]) []string {
	var list []string
	for _, r := range rules {
		list = append(list, r.Name)
	}
	return list
}

// Rules are replaced by name, so in one list no name may occur twice.
func TestRuleNamesAreDistinct(t *testing.T) {
	r := DefaultRules()
	for list, all := range map[string][]string{
		"Funding": names(r.Funding), "Cancel": names(r.Cancel), "Defunding": names(r.Defunding),
		"Once": names(r.Once), "Order": names(r.Order), "Sync": names(r.Sync), "Settle": names(r.Settle),
		"SettleOnce": names(r.SettleOnce), "Receipt": names(r.Receipt), "Request": names(r.Request),
	} {
		seen := map[string]bool{}
		for _, name := range all {
			if seen[name] {
				t.Errorf("%s has two rules %q", list, name)
			}
			seen[name] = true
		}
		if len(all) == 0 {
			t.Errorf("%s has no rules", list)
		}
	}
}

// A ledger is wrong in just the way of the rule that it lacks.
func TestLedgerWithoutRule(t *testing.T) {
	for _, tt := range []struct {
		name  string
		edit  func(*Parts)
		wrong func(w *world, a, b *unit) bool
	}{
		{"credits a DEFUND twice", func(p *Parts) { p.Rules.Once = Without(p.Rules.Once, "the DEFUND has no answer yet") },
			func(w *world, a, _ *unit) bool {
				nonce, err := w.ledger.DefundOrder("a")
				wantCode(w.t, "order", err, 0)
				message := a.defund(100, nonce)
				for range 2 {
					_, err = w.ledger.AcceptDefunding(message)
					wantCode(w.t, "defund", err, 0)
				}
				balance, _ := w.ledger.Balance("a")
				return balance == 4200
			}},
		{"settles twice", func(p *Parts) {
			p.Rules.SettleOnce = Without(p.Rules.SettleOnce, "the transfer is not settled yet")
		}, func(w *world, a, b *unit) bool {
			p := a.pay(b, 100)
			a.sync(p.record, p.record)
			return len(w.ledger.Supply().Alarms) == 1
		}},
		{"takes a gap", func(p *Parts) {
			p.Rules.Sync = Without(p.Rules.Sync, "the counters of debits have no gap")
		}, func(w *world, a, b *unit) bool {
			a.counter++
			a.pay(b, 100)
			_, err := w.ledger.Reconcile(a.report(), nil, NoFactor)
			return err == nil
		}},
		{"funds a blocked device", func(p *Parts) {
			p.Rules.Funding = Without(p.Rules.Funding, "the device is not blocked")
		}, func(w *world, a, _ *unit) bool {
			w.ledger.Block(a.did)
			_, err := w.ledger.IssueFunding(a.fundReq(9, 1, wire.FundRequest))
			return err == nil
		}},
		{"takes forged records", func(p *Parts) { p.Rules.Settle = Without(p.Rules.Settle, "the signatures hold") },
			func(w *world, a, b *unit) bool {
				p := a.pay(b, 100)
				forged := append([]byte(nil), p.record...)
				forged[len(forged)-34-3-len(a.id.Cert.Raw)-1] ^= 1
				out := w.ledger.Upload([][]byte{forged})
				return out[0].Err == nil && out[0].New
			}},
	} {
		for _, broken := range []bool{false, true} {
			w := newWorld(t, func(p *Parts) {
				if broken {
					tt.edit(p)
				}
			})
			a, b := w.unit("a"), w.unit("b")
			a.fund(1000)
			if got := tt.wrong(w, a, b); got != broken {
				t.Errorf("%s: %t with the rule left out: %t", tt.name, got, broken)
			}
		}
	}
}

func TestUnknownsAreRefused(t *testing.T) {
	w := newWorld(t)
	_, err := w.ledger.Challenge(wire.DID{1})
	wantCode(t, "challenge of an unknown device", err, spec.ECertNeeded)
	_, err = w.ledger.DefundOrder("nobody")
	wantCode(t, "order into no account", err, spec.EFundBinding)
	_, err = w.ledger.Register("nobody")
	wantCode(t, "registration to no account", err, spec.EFundBinding)
	_, err = w.ledger.Register("bank")
	wantCode(t, "registration without certificates", err, spec.ECertNeeded)
	a := w.unit("a")
	_, err = w.ledger.Register("bank", a.id.Cert.Raw)
	wantCode(t, "registration to a second account", err, spec.EFundBinding)
}
