package adapter

// Connect tells a device whether its host has a connection to a ledger, from now
// on. A new unit has none.
type Connect struct {
	Online bool `json:"online"`
	// Ledger is the handle of the ledger; empty: the product's own or the latest.
	Ledger string `json:"ledger,omitempty"`
}

// Name is "connect".
func (Connect) Name() string { return "connect" }
