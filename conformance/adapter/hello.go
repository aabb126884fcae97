package adapter

// Hello opens the conversation: the harness offers versions, the adapter picks
// one and says what it drives.
type Hello struct {
	Versions []int `json:"versions,omitempty"`
}

// Name is "hello".
func (Hello) Name() string { return "hello" }

// An Implementation is what an adapter says of its product. It is a claim: a
// capability claimed and not served fails.
type Implementation struct {
	Version int    `json:"version"`
	Vendor  string `json:"vendor"`
	Product string `json:"product"`
	Release string `json:"release"`
	Class   string `json:"class"`            // RP or BH
	Tier    string `json:"tier"`             // model, simulator, emulator, silicon-contact, silicon-contactless
	Family  string `json:"family,omitempty"` // B, T, I, S, E
	// Families are, in place of Family, those of which a unit can be: it is of that
	// of the profile that create hands it.
	Families []string `json:"families,omitempty"`
	Shapes   []Shape  `json:"shapes,omitempty"`
	Roles    []Role   `json:"roles,omitempty"`
	// Capabilities are the optional verbs and fault rigs that are served.
	Capabilities []Capability `json:"capabilities,omitempty"`
	// Suites are the protocol's suite numbers, strongest last; RP only.
	Suites []int `json:"suites,omitempty"`
	// Provision is how keys and certificates get in.
	Provision Provisioning `json:"provision"`
	// Lifecycle is what can be had between checks.
	Lifecycle Lifecycle `json:"lifecycle"`
	// Seeded says that the same requests give the same bytes.
	Seeded bool `json:"seeded,omitempty"`
	// ReceiveOnly says that the product's units receive and never pay.
	ReceiveOnly bool `json:"receive_only,omitempty"`
	// Units is how many devices the bench has; 0: as many as are asked for.
	Units int `json:"units,omitempty"`
	// Kit is what the vendor's misbehaving units can do wrong.
	Kit []Misbehaviour `json:"kit,omitempty"`
	// Limits are those that the product enforces below the profile's.
	Limits *Limits `json:"limits,omitempty"`
	// Telecom is with the capability of that name.
	Telecom *Telecom `json:"telecom,omitempty"`
}

// Limits are a product's own; nil leaves the profile's. Amounts are in minor
// units.
type Limits struct {
	MaxTx                 *Amount `json:"max_tx,omitempty"`
	MaxHolding            *Amount `json:"max_holding,omitempty"`
	MaxCumulativeUnsynced *Amount `json:"max_cumulative_unsynced,omitempty"`
	MaxUnsyncedCount      *uint64 `json:"max_unsynced_count,omitempty"`
	AuthFreeAmount        *Amount `json:"auth_free_amount,omitempty"`
	AuthFreeCount         *uint64 `json:"auth_free_count,omitempty"`
}

// A Shape is a way in which one payment is driven.
type Shape string

// The shapes: message by message, frame by frame through a hook, and unseen.
const (
	Split  Shape = "split"
	Hooked Shape = "hooked"
	Sealed Shape = "sealed"
)

// A Role is what a unit is.
type Role string

// The roles. Kit is a vendor's deliberately misbehaving unit.
const (
	RoleDevice Role = "device"
	RoleLedger Role = "ledger"
	RoleKit    Role = "kit"
)

// A Provisioning is how a device comes to its keys and certificates.
type Provisioning string

// The ways of provisioning.
const (
	ProvisionRequest Provisioning = "request" // the device asks, the harness certifies
	// The unit comes blank, and provision without arguments has the vendor
	// personalise it.
	ProvisionInjected Provisioning = "injected"
	ProvisionDone     Provisioning = "pre-provisioned" // the vendor has done it before create
)

// A Lifecycle is what can be had between checks.
type Lifecycle string

// The lifecycles.
const (
	LifecycleReset Lifecycle = "reset"        // create gives a fresh unit, as often as asked
	LifecycleFresh Lifecycle = "fresh-sample" // create consumes a sample
	LifecycleNone  Lifecycle = "none"         // create gives the used units, one after the other
)

// A Capability is an optional verb, group of verbs or rig.
type Capability string

// The capabilities of version 1. The words are those of "when" in spec/.
const (
	CapStart            Capability = "start"             // the payer speaks first
	CapResend           Capability = "resend"            // request{finish}, resend
	CapCancel           Capability = "cancel"            // cancel
	CapQuery            Capability = "query"             // query
	CapDefund           Capability = "defund"            // defund
	CapSplitFunding     Capability = "split-funding"     // fund-request ... defund-acknowledge
	CapSynchronise      Capability = "synchronise"       // synchronise
	CapSplitSync        Capability = "split-sync"        // sync-report, sync-apply
	CapPolicy           Capability = "policy"            // apply-policy, apply-revocations
	CapUserVerification Capability = "user-verification" // verify-user
	CapConsent          Capability = "consent"           // consent
	CapClock            Capability = "clock"             // set-clock
	CapSecondSession    Capability = "second-session"    // two sessions of one unit at once
	CapLabel            Capability = "label"             // request takes a label and the payer shows it
	CapPowerCycle       Capability = "power-cycle"       // power-cycle
	CapCutWrite         Capability = "cut-write"         // cut-write
	CapCutMessage       Capability = "cut-message"       // cut-message
	CapCutTime          Capability = "cut-time"          // cut-time
	CapSnapshot         Capability = "snapshot"          // snapshot, restore
	CapLedger           Capability = "ledger"            // the ledger role with its verbs
	CapBlock            Capability = "block"             // block, at the ledger
	CapRekey            Capability = "rekey"             // provision with rekey
	CapAlerts           Capability = "alerts"            // alerts, at the ledger
	CapAPDU             Capability = "apdu"              // apdu: the product is a card
	CapContactless      Capability = "contactless"       // apdu of the contactless side
	CapOneWay           Capability = "one-way"           // static-request ... resend-one-way
	CapClaims           Capability = "claims"            // payees in software are paid, and their claims by the ledger
	CapQR               Capability = "qr"                // read-text, show-texts
	CapConnect          Capability = "connect"           // connect
	CapTelecom          Capability = "telecom"           // show-frames, read-frame, ask-frames
)

// Bench says whether the capability is the bench's, not the product's: one that
// is claimed and not served is then inconclusive and no failure.
func (c Capability) Bench() bool {
	switch c {
	case CapClock, CapPowerCycle, CapCutWrite, CapCutMessage, CapCutTime, CapSnapshot:
		return true
	}
	return false
}
