// Package device is what a secure element does: the payer's and the payee's side
// of the interactive payment, funding and defunding, synchronisation, limits and
// recovery. Chapters: payment.md, funding.md, state.md, limits.md and sync.md. A
// device is of the one family of value of its place: what it holds is a balance
// (B, I and S), fragments of tokens (T, tokens.md) or coins (E, ecash.md).
//
// A [Device] is a state machine over a store. Each persistent write that the
// state chapter names is one commit, no signature is computed before the commit
// that it depends on, and no message leaves before it. It reads no clock, draws
// from the reader it is given and does no I/O. It does not resist tampering,
// and it stands for the trusted core: what the host shows and keeps is beside it.
package device
