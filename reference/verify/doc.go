// Package verify is the plain verification core: it judges one payment at a
// time, in the order of payment.md, section Acceptance, as the ledger sees it.
// It is the oracle that the fast core and the conformance checks are held to.
//
// It is written to be read and is not fast. It knows no balances and no
// requests: whether a payment answers an open request is for the payee.
package verify
