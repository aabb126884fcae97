package adapter

// Start opens a payer's session: M1 comes back. Where the payee speaks first it
// is not declared.
type Start struct{}

// Name is "start".
func (Start) Name() string { return "start" }

// RequestPayment arms the payee and answers M1 with M2. With Finish the payee
// is armed only to finish what is pending, and there is no amount.
type RequestPayment struct {
	Amount  Amount `json:"amount,omitempty"`
	Label   string `json:"label,omitempty"`
	Message Bytes  `json:"message,omitempty"`
	Finish  bool   `json:"finish,omitempty"`
}

// Name is "request".
func (RequestPayment) Name() string { return "request" }

// Pay answers M2 with M3. Secret is the user verification for this payment,
// empty when the user gives none. The device is shown to the user through
// [Show] events.
type Pay struct {
	Session int    `json:"session,omitempty"`
	Message Bytes  `json:"message"`
	Secret  string `json:"secret,omitempty"`
	// Amount is what the payer's user means to pay, for protocols without a
	// request message; zero: what the request asks.
	Amount Amount `json:"amount,omitempty"`
}

// Name is "pay".
func (Pay) Name() string { return "pay" }

// Accept hands the payee M3; M4 comes back.
type Accept struct {
	Session int   `json:"session,omitempty"`
	Message Bytes `json:"message"`
}

// Name is "accept".
func (Accept) Name() string { return "accept" }

// Acknowledge hands the payer M4.
type Acknowledge struct {
	Session int   `json:"session,omitempty"`
	Message Bytes `json:"message"`
}

// Name is "acknowledge".
func (Acknowledge) Name() string { return "acknowledge" }

// Resend asks the payer for what is pending towards the payee of M2:
// Result.Messages holds one M3 for each.
type Resend struct {
	Session int   `json:"session,omitempty"`
	Message Bytes `json:"message,omitempty"`
}

// Name is "resend".
func (Resend) Name() string { return "resend" }

// Cancel gives up what can be given up: a payee's open request, a payer's
// session that has not been debited. It never takes back a debit.
type Cancel struct {
	Session int `json:"session,omitempty"`
}

// Name is "cancel".
func (Cancel) Name() string { return "cancel" }

// CloseSession ends a session; zero ends all.
type CloseSession struct {
	Session int `json:"session,omitempty"`
}

// Name is "close-session".
func (CloseSession) Name() string { return "close-session" }
