package verify

import (
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/provenance"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A Payment is the encoding of a settlement.Record with an opening: a TRANSFER,
// the certificates of its payer, the payee and the nonce of its tag. At most
// settlement.MaxBytes long, settlement.MaxChainBytes with links.
type Payment []byte

// A Verdict is what the core finds about one payment. It can be compared with
// ==, and two verifiers of one rule set give equal verdicts.
type Verdict struct {
	// Accepted says that the payment is valid and settles now. Exactly one of
	// Accepted, Duplicate and Code != 0 holds.
	Accepted bool
	// Duplicate says that the payment is valid and has settled before.
	Duplicate   bool
	Code        spec.Code // the first check that fails, in the chapter's order
	Requirement spec.ID   // the requirement behind that check
	// Counter, Amount and TxID are set once the TRANSFER is decoded, Payer
	// once its certificate is found; in a refusal they are the payer's claim.
	Payer   wire.DID
	Counter uint64
	Amount  money.Amount
	TxID    wire.ID
}

// A Setting is what verdicts depend on besides the payment and the index. It
// must not change while a verifier uses it.
type Setting struct {
	Place wire.Place
	Env   uint64
	Roots []*cert.Certificate
	// Providers are certificates that the roots issued, so that the payer's own
	// is enough. What a payment carries besides is verified like the payer's.
	Providers []*cert.Certificate
	// Known are payers' certificates that payments may leave out; what they
	// carry under the id of one of these is ignored.
	Known   []*cert.Certificate
	Suites  []suite.Suite // those that the policy allows
	MaxHops uint64        // 1 to 15
	// Chain are the bounds of CHAIN provenance; nil under REISSUE.
	Chain    *provenance.Bounds
	Epoch    uint64 // now
	MinEpoch uint64 // the lowest epoch that a payer may state
	Grace    uint64 // epochs that a certificate outlives its last one
	Revoked  *cert.Revocations
}
