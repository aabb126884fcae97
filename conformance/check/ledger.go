package check

import (
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
)

// openingBalance is what every account starts with, in minor units.
const openingBalance = 1_000_000

// A Ledger is the ledger of one check.
type Ledger struct {
	t      *T
	Handle string
}

// Ledger is the check's ledger, made at first use; nil when the adapter has
// none and its devices settle in their own way.
func (t *T) Ledger() *Ledger {
	if t.ledger != nil || !slices.Contains(t.env.Impl.Roles, adapter.RoleLedger) {
		return t.ledger
	}
	seed := seedOf(t.env.Seed, t.check.ID, "ledger")
	create := adapter.Create{Role: adapter.RoleLedger, Profile: t.env.profile, Seed: seed[:16], Epoch: t.env.Profile.Epoch}
	if t.env.RP() {
		create.Injected = t.env.realm.injected
	}
	made := t.Control(t.do("", create), "create a ledger")
	if made.Handle == "" {
		t.harnessOrAdapter("create answered without a handle")
	}
	t.ledger = &Ledger{t, made.Handle}
	return t.ledger
}

func (t *T) ledgerHandle() string {
	if t.ledger == nil {
		return ""
	}
	return t.ledger.Handle
}

func (l *Ledger) do(v adapter.Verb) adapter.Answer { return l.t.do(l.Handle, v) }

// open opens the unit's account and binds the unit to it.
func (l *Ledger) open(u *Unit) {
	l.t.Control(l.do(adapter.OpenAccount{Account: u.Account, Balance: openingBalance}), "open an account")
	register := adapter.Register{Account: u.Account, Device: u.Handle}
	for _, c := range u.Certificates {
		register.Certificates = append(register.Certificates, c)
	}
	l.t.Control(l.do(register), "register a device")
}

// Balance is an account's.
func (l *Ledger) Balance(account string) uint64 {
	r := l.t.Control(l.do(adapter.Account{Account: account}), "account balance")
	if r.Account == nil {
		l.t.Inconclusive("the ledger tells an account's balance", "unknown")
	}
	return uint64(*r.Account)
}

// Findings are all findings so far.
func (l *Ledger) Findings() []adapter.Finding {
	return l.t.Control(l.do(adapter.Findings{}), "findings").Findings
}

// Supply is the ledger's aggregate book.
func (l *Ledger) Supply() adapter.Supply {
	r := l.t.Control(l.do(adapter.AskSupply{}), "supply")
	if r.Supply == nil {
		l.t.Inconclusive("the ledger tells its supply", "unknown")
	}
	return *r.Supply
}
