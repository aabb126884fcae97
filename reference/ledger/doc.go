// Package ledger is the online side: accounts, funding and defunding at par,
// synchronisation, the mailbox for pending transfers, and the search for double
// spends. Chapters: funding.md and sync.md; of the families whose value it keeps
// or issues, reserved.md (I and S), tokens.md (T) and ecash.md (E).
//
// It is a state machine in memory: it reads no clock, its nonces come from a
// reader that it is given, and it does no I/O. What it concludes about
// transfers is a function of the set of objects that it has seen, whoever
// brought them and in whatever order. It is not a payment system: it keeps
// every object for ever, and one goroutine uses it at a time.
package ledger
