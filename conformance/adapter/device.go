package adapter

import "encoding/json"

// Create makes a unit. The profile is the whole document.
type Create struct {
	Role    Role            `json:"role"`
	Profile json.RawMessage `json:"profile,omitempty"`
	// Seed makes a seeded unit's randomness reproducible.
	Seed Bytes `json:"seed,omitempty"`
	// Epoch is the epoch of the run's start.
	Epoch uint64 `json:"epoch,omitempty"`
	// Fault is what a unit of the role kit does wrong.
	Fault Misbehaviour `json:"fault,omitempty"`
	// Injected are the keys of a ledger in class RP.
	Injected *Injected `json:"injected,omitempty"`
}

// Injected is a ledger's test identity in class RP: the harness's own test
// realm, never a production key.
type Injected struct {
	ServiceSeed  Bytes   `json:"service_seed"`
	ServiceSuite int     `json:"service_suite"`
	Certificates []Bytes `json:"certificates,omitempty"` // root, provider, service
	Policy       Bytes   `json:"policy"`
	Revocations  Bytes   `json:"revocations"`
	// Keyset is of family E; its private keys are the published ones of test realms.
	Keyset Bytes `json:"keyset,omitempty"`
}

// Name is "create".
func (Create) Name() string { return "create" }

// Provision without certificates asks a device for its enrolment requests
// (Result.Messages); with them it installs what the harness certified. A
// device that its vendor provisions answers done to the empty form. With Rekey a
// device is asked for the REKEY_REQ and the ENROL_REQ of a new key of that suite;
// what answers them is installed by certificates, and issuers, alone.
type Provision struct {
	// Suites are those whose requests are wanted beside the first key's; none: all.
	// A device may bring more.
	Suites       []int   `json:"suites,omitempty"`
	Rekey        int     `json:"rekey,omitempty"`        // suite of the new key
	Certificates []Bytes `json:"certificates,omitempty"` // of the device
	Issuers      []Bytes `json:"issuers,omitempty"`      // provider and services
	Root         Bytes   `json:"root,omitempty"`
	Policy       Bytes   `json:"policy,omitempty"`
	Revocations  Bytes   `json:"revocations,omitempty"`
	Keyset       Bytes   `json:"keyset,omitempty"` // of family E
}

// Name is "provision".
func (Provision) Name() string { return "provision" }

// Query asks for Result.Value and Result.State.
type Query struct{}

// Name is "query".
func (Query) Name() string { return "query" }

// VerifyUser presents the user's secret: the PIN of every unit under test is
// "1234" unless the IXIT says otherwise.
type VerifyUser struct {
	Secret string `json:"secret"`
}

// Name is "verify-user".
func (VerifyUser) Name() string { return "verify-user" }

// Consent records or withdraws the user's consent to offline payments.
type Consent struct {
	Given bool `json:"given"`
}

// Name is "consent".
func (Consent) Name() string { return "consent" }

// SetClock moves the host's clock, in Unix seconds.
type SetClock struct {
	Unix int64 `json:"unix"`
}

// Name is "set-clock".
func (SetClock) Name() string { return "set-clock" }

// ApplyPolicy hands the device a signed policy.
type ApplyPolicy struct {
	Message Bytes `json:"message"`
}

// Name is "apply-policy".
func (ApplyPolicy) Name() string { return "apply-policy" }

// ApplyRevocations hands the device a signed revocation set.
type ApplyRevocations struct {
	Message Bytes `json:"message"`
}

// Name is "apply-revocations".
func (ApplyRevocations) Name() string { return "apply-revocations" }
