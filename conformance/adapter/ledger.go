package adapter

// OpenAccount opens an online account with a balance.
type OpenAccount struct {
	Account string `json:"account"`
	Balance Amount `json:"balance"`
}

// Name is "open-account".
func (OpenAccount) Name() string { return "open-account" }

// Account asks for an account's balance (Result.Account).
type Account struct {
	Account string `json:"account"`
}

// Name is "account".
func (Account) Name() string { return "account" }

// Register binds a device, by its certificates, to an account.
type Register struct {
	Account      string  `json:"account"`
	Device       string  `json:"device,omitempty"` // handle, in the vendor's own arrangement
	Certificates []Bytes `json:"certificates,omitempty"`
}

// Name is "register".
func (Register) Name() string { return "register" }

// IssueFunding answers a device's funding request, or its cancellation.
type IssueFunding struct {
	Message Bytes `json:"message"`
}

// Name is "issue-funding".
func (IssueFunding) Name() string { return "issue-funding" }

// DefundOrder opens an order to defund into an account (Result.Nonce).
type DefundOrder struct {
	Account string `json:"account"`
}

// Name is "defund-order".
func (DefundOrder) Name() string { return "defund-order" }

// AcceptDefunding credits the account once and answers.
type AcceptDefunding struct {
	Message Bytes `json:"message"`
}

// Name is "accept-defunding".
func (AcceptDefunding) Name() string { return "accept-defunding" }

// SyncChallenge opens a synchronisation of a device.
type SyncChallenge struct {
	Device Bytes `json:"device"`
}

// Name is "sync-challenge".
func (SyncChallenge) Name() string { return "sync-challenge" }

// Reconcile takes a device's report with its records and acknowledges it;
// Result.Messages holds what waits for the device (resolutions, transfers).
type Reconcile struct {
	Message    Bytes   `json:"message"`
	Records    []Bytes `json:"records,omitempty"`
	Authorised bool    `json:"authorised,omitempty"`
}

// Name is "reconcile".
func (Reconcile) Name() string { return "reconcile" }

// Upload takes settlement records from either party.
type Upload struct {
	Records []Bytes `json:"records,omitempty"`
}

// Name is "upload".
func (Upload) Name() string { return "upload" }

// Block stops a device at its next synchronisation.
type Block struct {
	Device Bytes `json:"device"`
}

// Name is "block".
func (Block) Name() string { return "block" }

// Findings asks for all findings so far.
type Findings struct{}

// Name is "findings".
func (Findings) Name() string { return "findings" }

// Alerts asks for all transactions that holders have been alerted of
// (Result.Alerts).
type Alerts struct{}

// Name is "alerts".
func (Alerts) Name() string { return "alerts" }

// AskSupply asks for the aggregate book.
type AskSupply struct{}

// Name is "supply".
func (AskSupply) Name() string { return "supply" }

// SetEpoch moves the ledger's epoch forward.
type SetEpoch struct {
	Epoch uint64 `json:"epoch"`
}

// Name is "set-epoch".
func (SetEpoch) Name() string { return "set-epoch" }
