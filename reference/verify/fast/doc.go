// Package fast is the verification core for many payments at a time: the rules
// of package verify, with the signatures of a batch checked by one sum and
// payers' certificates and keys remembered between batches.
//
// It finds what package verify finds, verdict and reason, for every payment, in
// every grouping into batches, with empty caches and with full ones, and
// whatever other workers do at the same time short of spending the same
// counter. What is unusual it hands to package verify. Chapter: payment.md,
// section Acceptance, as the ledger sees it.
package fast
