package check

import "github.com/assay-cbdc/assay/conformance/adapter"

// openingBalance is what every account starts with, in the product's amounts.
const openingBalance = 1_000_000

// A Ledger is the ledger of one check.
type Ledger struct {
	t      *T
	Handle string
	// earlier is how many findings there were when the check took it.
	earlier int
}

// Ledger is the check's ledger, made at first use; nil when the adapter has
// none and its devices settle in their own way.
func (t *T) Ledger() *Ledger {
	if t.ledger != nil || !t.env.hasLedger() {
		return t.ledger
	}
	if old := t.env.pool.ledger; t.env.pools() && old != nil {
		t.ledger = &Ledger{t: t, Handle: old.Handle}
		t.ledger.earlier = len(t.ledger.findings())
		return t.ledger
	}
	seed := seedOf(t.env.Seed, t.check.ID, "ledger")
	create := adapter.Create{Role: adapter.RoleLedger, Profile: t.env.profile, Seed: seed[:16], Epoch: t.env.Profile.Epoch}
	if t.env.RP() {
		create.Injected = t.env.realm.injected
	}
	made := t.Control(t.doOn(t.env.ledgerSide(), "", create, watch{}), "create a ledger")
	if made.Handle == "" {
		t.harnessOrAdapter("create answered without a handle")
	}
	t.ledger = &Ledger{t: t, Handle: made.Handle}
	if t.env.pools() {
		t.env.pool.ledger = t.ledger
		t.ledger.earlier = len(t.ledger.findings())
	}
	return t.ledger
}

func (t *T) ledgerHandle() string {
	if t.ledger == nil {
		return ""
	}
	return t.ledger.Handle
}

func (l *Ledger) do(v adapter.Verb) adapter.Answer {
	return l.t.doOn(l.t.env.ledgerSide(), l.Handle, v, watch{})
}

// open opens the unit's account and binds the unit to it.
func (l *Ledger) open(u *Unit) {
	balance := l.t.env.scale.minor(openingBalance)
	if a := l.do(adapter.OpenAccount{Account: u.Account, Balance: balance}); a.Refused == nil || !l.t.env.pools() {
		l.t.Control(a, "open an account") // a ledger that is used may know the account
	}
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
	return l.t.env.scale.of(*r.Account)
}

// Findings are those since the check took the ledger.
func (l *Ledger) Findings() []adapter.Finding {
	all := l.findings()
	return all[min(l.earlier, len(all)):]
}

func (l *Ledger) findings() []adapter.Finding {
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
