package vectors

// A Device is the state that a device is in before a vector. Numbers are plain,
// amounts are decimal strings, byte strings hex, objects and keys names.
type Device struct {
	Name           string    `json:"name"`
	Realm          string    `json:"realm"`
	Currency       uint64    `json:"currency"`
	Exponent       uint64    `json:"exponent"`
	Env            uint64    `json:"env"`
	Own            []Own     `json:"own"` // the first key gives the did
	DID            string    `json:"did"`
	RequestKey     string    `json:"request_key"` // k_n
	Roots          []string  `json:"roots"`
	Issuers        []string  `json:"issuers"` // verified before
	Policy         string    `json:"policy"`
	Revset         string    `json:"revset,omitempty"`
	Provisioned    bool      `json:"provisioned"`
	Decommissioned bool      `json:"decommissioned"`
	BurnedIn       bool      `json:"burned_in"`
	Consent        bool      `json:"consent"`
	PINTries       uint64    `json:"pin_tries"`
	Epoch          uint64    `json:"epoch"`
	GrantEpoch     uint64    `json:"grant_epoch"`
	RevsetCount    uint64    `json:"revset_count"` // payments since the revocation set
	Balance        []Lot     `json:"balance"`
	Counter        uint64    `json:"counter"` // of the last debit
	Prev           string    `json:"prev"`
	NextRequest    uint64    `json:"next_request"`
	LowWater       uint64    `json:"low_water"`
	Used           Used      `json:"used"`
	AuthCount      uint64    `json:"auth_count"`
	LogUnacked     uint64    `json:"log_unacked"`   // entries that wait for the ledger
	LogCapacity    uint64    `json:"log_capacity"`  // the ring of credits has 16 places more
	Log            []string  `json:"log,omitempty"` // those entries, all since the first; head and totals follow
	Slots          uint64    `json:"slots"`         // for pending debits
	Requests       []Request `json:"requests"`
	Credits        []Credit  `json:"credits"`
	Pending        []Pending `json:"pending"`
	Statics        []Static  `json:"statics,omitempty"`
	Funding        *Funding  `json:"funding,omitempty"`
	Sync           *SyncMark `json:"sync,omitempty"`
	Rekey          *Rekey    `json:"rekey,omitempty"`

	// What the families of value add: member 23 as the device says it, 0 for 1; in
	// family T the parts of tokens that Balance is the sum of, in the order in which
	// they came, and for how many there is room; in family E the KEYSET, whether the
	// host has a connection, and the tokens that are not home yet, by their hashes.
	Family         uint64     `json:"family,omitempty"`
	Fragments      []Fragment `json:"fragments,omitempty"`
	FragmentPlaces uint64     `json:"fragment_places,omitempty"`
	Keyset         string     `json:"keyset,omitempty"`
	Online         bool       `json:"online,omitempty"`
	Taken          []string   `json:"taken,omitempty"`
	Coins          []Coin     `json:"coins,omitempty"`

	// Tokens are the TOKENs that the host of a payer of family T keeps; Reservation is
	// that of the FUND credited last, in family I.
	Tokens      []string `json:"tokens,omitempty"`
	Reservation uint64   `json:"reservation,omitempty"`
}

// A Coin is a token of family E that waits, with the others, to be exchanged.
type Coin struct {
	Key       string `json:"key"`
	Amount    string `json:"amount"`
	Seed      string `json:"seed"` // of its one-time key
	Signature string `json:"signature"`
	Epoch     uint64 `json:"epoch"` // in which the exchange was prepared
}

// A Fragment is a part of a token, with the object that brought it.
type Fragment struct {
	TID    string `json:"tid"`
	From   string `json:"from"`
	To     string `json:"to"`
	Hop    uint64 `json:"hop"`
	Source string `json:"source"`
	Given  bool   `json:"given,omitempty"` // up, by a SYNC that has no answer
}

// A Rekey is a key that waits for its certificate.
type Rekey struct {
	Key    string `json:"key"`
	Signer string `json:"signer"` // whose key signed the REKEY_REQ
}

// An Own is a key of the device and its certificate.
type Own struct {
	Key         string `json:"key"`
	Certificate string `json:"certificate"`
}

// A Lot is an amount that has made Hop offline transfers.
type Lot struct {
	Hop    uint64 `json:"hop"`
	Amount string `json:"amount"`
}

// Used counts since the last grant.
type Used struct {
	Amount   string `json:"amount"`
	Count    uint64 `json:"count"`
	Received string `json:"received"`
}

// A Request is an open request of the device as payee.
type Request struct {
	Number uint64 `json:"number"`
	Hash   string `json:"hash"` // id of the PAY_REQ
	Amount string `json:"amount"`
	Suite  uint64 `json:"suite"`
	MaxHop uint64 `json:"max_hop"`
}

// A Credit is a transfer that the device has credited.
type Credit struct {
	Request  uint64 `json:"request"`
	Transfer string `json:"transfer"`
	Payer    string `json:"payer"`
	Counter  uint64 `json:"counter"`
}

// A Pending is a debit of the device as payer that has no final answer yet.
type Pending struct {
	ID          string `json:"id"`
	RequestHash string `json:"request_hash"`
	Payee       string `json:"payee"` // "" of a DEFUND
	Amount      string `json:"amount"`
	Claim       bool   `json:"claim,omitempty"`
	Object      string `json:"object,omitempty"` // name of the signed debit, where it is sent again
}

// A Static is a static request of the device as payee.
type Static struct {
	Number uint64   `json:"number"`
	Hash   string   `json:"hash"`   // id of the STATIC_REQ
	Amount string   `json:"amount"` // 0 where the payer chooses
	MaxHop uint64   `json:"max_hop"`
	Expiry uint64   `json:"expiry"`
	Max    uint64   `json:"max"`
	Listed []Listed `json:"listed"`
}

// A Listed is the final word on a transfer for a static request.
type Listed struct {
	Transfer string `json:"transfer"`
	Payer    string `json:"payer"`
	Counter  uint64 `json:"counter"`
	Why      uint64 `json:"why"` // the code of its refusal, 0 where it was credited
}

// A Funding is the open or cancelled FUND_REQ.
type Funding struct {
	Cancelled bool   `json:"cancelled"`
	Number    uint64 `json:"number"`
	Nonce     string `json:"nonce"`
	Amount    string `json:"amount"`
	Hash      string `json:"hash"` // id of the FUND_REQ
}

// A SyncMark is what the device's latest SYNC said.
type SyncMark struct {
	Nonce string `json:"nonce"`
	Hash  string `json:"hash"` // id of the SYNC
	Last  uint64 `json:"last"`
	Head  string `json:"head"`
}

// A Ledger is the state that the ledger is in before a vector, for one device
// in question.
type Ledger struct {
	Name         string     `json:"name"`
	Realm        string     `json:"realm"`
	Currency     uint64     `json:"currency"`
	Exponent     uint64     `json:"exponent"`
	Env          uint64     `json:"env"`
	Roots        []string   `json:"roots"`
	Issuers      []string   `json:"issuers"`
	Policy       string     `json:"policy"`
	Revset       string     `json:"revset,omitempty"`
	Epoch        uint64     `json:"epoch"`
	Device       string     `json:"device"`       // did
	Certificates []string   `json:"certificates"` // of devices, known by id
	Blocked      bool       `json:"blocked"`
	Account      string     `json:"account"`   // its balance
	Challenge    string     `json:"challenge"` // nonce of the open SYNC_CHAL
	Order        string     `json:"order"`     // nonce of the open order to defund, or of several
	Before       []string   `json:"before"`    // objects of the device that were taken, in order
	Checkpoint   Checkpoint `json:"checkpoint"`

	Family uint64 `json:"family,omitempty"` // as in Device
	Keyset string `json:"keyset,omitempty"` // of family E
	// Draws is what the ledger draws next, 16 bytes for each tid.
	Draws string `json:"draws,omitempty"`
}

// A Checkpoint is what the ledger has acknowledged of the device; it follows
// from Ledger.Before.
type Checkpoint struct {
	Last        uint64 `json:"last"`
	Head        string `json:"head"`
	Counter     uint64 `json:"counter"`
	Prev        string `json:"prev"`
	NextRequest uint64 `json:"next_request"`
	In          string `json:"in"`
	Out         string `json:"out"`
	Funded      string `json:"funded"`
	Defunded    string `json:"defunded"`
	Refunded    string `json:"refunded"`
}
