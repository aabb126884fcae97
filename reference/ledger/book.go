package ledger

import (
	"github.com/assay-cbdc/assay/reference/money"
)

// A Book keeps the online accounts. Amounts are minor units; every movement is
// exact, without fee, rounding or conversion (FND-04). A Book is used by one
// goroutine at a time.
type Book interface {
	// Open makes an account with a balance and reports whether the name was free.
	Open(name string, balance money.Amount) bool
	// Balance reports the balance, and whether there is such an account.
	Balance(name string) (money.Amount, bool)
	// Debit takes amt, and reports false, changing nothing, if the balance is
	// lower or there is no such account.
	Debit(name string, amt money.Amount) bool
	// Credit adds amt, and reports false, changing nothing, if the sum is above
	// 2^53-1 or there is no such account.
	Credit(name string, amt money.Amount) bool
}

// NewBook returns an empty book in memory.
func NewBook() Book { return memoryBook{} }

type memoryBook map[string]money.Amount

func (m memoryBook) Open(name string, balance money.Amount) bool {
	if _, taken := m[name]; taken || balance > money.Max {
		return false
	}
	m[name] = balance
	return true
}

func (m memoryBook) Balance(name string) (money.Amount, bool) {
	balance, ok := m[name]
	return balance, ok
}

func (m memoryBook) Debit(name string, amt money.Amount) bool {
	balance, ok := m[name]
	rest, err := balance.Sub(amt)
	if !ok || err != nil {
		return false
	}
	m[name] = rest
	return true
}

func (m memoryBook) Credit(name string, amt money.Amount) bool {
	balance, ok := m[name]
	sum, err := balance.Add(amt)
	if !ok || err != nil {
		return false
	}
	m[name] = sum
	return true
}
