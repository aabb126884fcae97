package adapter

// StaticRequest makes a payee's static request, which any number of payers may
// pay without meeting it (Result.Message). It takes Uses transfers, 1 to 64,
// until Epochs epochs after the one that the device knows.
type StaticRequest struct {
	// Amount is 0 where the payer chooses.
	Amount Amount `json:"amount,omitempty"`
	Label  string `json:"label,omitempty"`
	Uses   int    `json:"uses"`
	Epochs int    `json:"epochs"`
}

// Name is "static-request".
func (StaticRequest) Name() string { return "static-request" }

// PayOneWay pays a static request; what the payee is to get comes back. Each is
// another payment. Secret is the user verification, empty when there is none.
type PayOneWay struct {
	Message Bytes  `json:"message"`
	Amount  Amount `json:"amount"`
	Secret  string `json:"secret,omitempty"`
}

// Name is "pay-one-way".
func (PayOneWay) Name() string { return "pay-one-way" }

// AcceptOneWay hands the payee what a payer has sent; a receipt comes back.
type AcceptOneWay struct {
	Message Bytes `json:"message"`
}

// Name is "accept-one-way".
func (AcceptOneWay) Name() string { return "accept-one-way" }

// AcknowledgeOneWay hands the payer a receipt, or a refusal's message.
type AcknowledgeOneWay struct {
	Message Bytes `json:"message"`
}

// Name is "acknowledge-one-way".
func (AcknowledgeOneWay) Name() string { return "acknowledge-one-way" }

// ResendOneWay asks the payer for every one-way payment that is pending, the
// oldest first (Result.Messages).
type ResendOneWay struct{}

// Name is "resend-one-way".
func (ResendOneWay) Name() string { return "resend-one-way" }
