package spec

// The enumerations of a profile. Their values are those of the YAML files.
type (
	// Status says where a profile comes from.
	Status string
	// Finality says what an offline payment has settled when it is over.
	Finality string
	// Provenance says what a payment shows of where its value was before.
	Provenance string
	// TimeSource says whose clock a device may take decisions from.
	TimeSource string
	// SyncMode says what a device uploads.
	SyncMode string
	// Replenish says what refills a used limit.
	Replenish string
	// PolicyUpdate says whether limits change after provisioning.
	PolicyUpdate string
	// Revocation says how counterparties are blocked.
	Revocation string
	// AlertPolicy says what the ledger tells a device's holder.
	AlertPolicy string
	// Shortfall says what a ledger does where a reserve lacks a payment.
	Shortfall string
	// Receipt says what the payee answers a payment with.
	Receipt string
)

// Their values.
const (
	StatusDated    Status = "dated"    // published values, as of the effective date
	StatusInferred Status = "inferred" // pieced together, endorsed by nobody

	DeviceFinal        Finality = "DEVICE_FINAL"        // value has moved, on the devices
	GuaranteedDeferred Finality = "GUARANTEED_DEFERRED" // guaranteed, settled on the rail later
	RecordedDeferred   Finality = "RECORDED_DEFERRED"   // recorded, money moves at synchronisation

	ProvenanceReissue Provenance = "REISSUE"
	ProvenanceChain   Provenance = "CHAIN"
	ProvenanceNone    Provenance = "NONE"

	TimeNone TimeSource = "NONE"
	TimeHost TimeSource = "HOST"
	TimeSE   TimeSource = "SE"

	SyncFull   SyncMode = "FULL"
	SyncTotals SyncMode = "TOTALS"

	ReplenishOnlineAFA Replenish = "ONLINE_AFA" // online, with an additional factor
	ReplenishOnline    Replenish = "ONLINE"
	ReplenishReceive   Replenish = "OFFLINE_RECEIVE"

	PolicyBurnedIn     PolicyUpdate = "BURNED_IN"
	PolicyOnlineSigned PolicyUpdate = "ONLINE_SIGNED"

	RevocationList      Revocation = "LIST"
	RevocationShortCert Revocation = "SHORT_CERT"
	RevocationNone      Revocation = "NONE"

	ShortfallProvider Shortfall = "PROVIDER_COVERS" // the payer's provider makes good what is missing
	ShortfallOrder    Shortfall = "CTR_ORDER"       // payments wait, in the order of their counters

	AlertEach AlertPolicy = "EACH" // an alert conveys each transaction once details reach the ledger

	ReceiptSigned Receipt = "SIGNED"
	ReceiptAck    Receipt = "ACK"
)
