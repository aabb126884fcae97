package adapter

// Fund moves an amount from the online account into the device, all steps at
// once. Ledger is the handle of the ledger, empty when the product has but one.
type Fund struct {
	Amount Amount `json:"amount"`
	Ledger string `json:"ledger,omitempty"`
}

// Name is "fund".
func (Fund) Name() string { return "fund" }

// Defund is the way back, all steps at once.
type Defund struct {
	Amount Amount `json:"amount"`
	Ledger string `json:"ledger,omitempty"`
}

// Name is "defund".
func (Defund) Name() string { return "defund" }

// FundRequest asks the device for its funding request.
type FundRequest struct {
	Amount Amount `json:"amount"`
}

// Name is "fund-request".
func (FundRequest) Name() string { return "fund-request" }

// FundAccept hands the device the ledger's voucher.
type FundAccept struct {
	Message Bytes `json:"message"`
}

// Name is "fund-accept".
func (FundAccept) Name() string { return "fund-accept" }

// FundCancel gives up the open funding request; the message tells the ledger.
type FundCancel struct{}

// Name is "fund-cancel".
func (FundCancel) Name() string { return "fund-cancel" }

// DefundRequest debits the device and returns the message for the ledger. Nonce
// names the online order.
type DefundRequest struct {
	Amount Amount `json:"amount"`
	Nonce  Bytes  `json:"nonce,omitempty"`
	Secret string `json:"secret,omitempty"`
}

// Name is "defund-request".
func (DefundRequest) Name() string { return "defund-request" }

// DefundAcknowledge hands the device the ledger's answer.
type DefundAcknowledge struct {
	Message Bytes `json:"message"`
}

// Name is "defund-acknowledge".
func (DefundAcknowledge) Name() string { return "defund-acknowledge" }

// Synchronise brings device and ledger together, all steps at once. Authorised
// says that the provider has verified an additional factor.
type Synchronise struct {
	Ledger     string `json:"ledger,omitempty"`
	Authorised bool   `json:"authorised,omitempty"`
}

// Name is "synchronise".
func (Synchronise) Name() string { return "synchronise" }

// SyncReport hands the device the ledger's challenge; the signed report comes
// back, and Result.Messages holds the records to upload with it.
type SyncReport struct {
	Message Bytes `json:"message"`
}

// Name is "sync-report".
func (SyncReport) Name() string { return "sync-report" }

// SyncApply hands the device the ledger's acknowledgement.
type SyncApply struct {
	Message Bytes `json:"message"`
}

// Name is "sync-apply".
func (SyncApply) Name() string { return "sync-apply" }

// Resolve hands the device one of the things that waited for it at the ledger,
// as they came with a synchronisation (Result.Messages of [Reconcile]): the
// resolution of a pending transfer, a transfer of which it is the payee, a new
// revocation set. The device tells them apart.
type Resolve struct {
	Message Bytes `json:"message"`
}

// Name is "resolve".
func (Resolve) Name() string { return "resolve" }
