package device

import (
	"slices"

	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
)

// Lots is a balance by hop: Lots[h] has passed h offline transfers.
type Lots [wire.MaxHop + 1]money.Amount

// Sum returns the whole balance. It cannot overflow: what enters a device is
// bounded by 2^53-1 in sum before it does.
func (l Lots) Sum() money.Amount {
	var sum money.Amount
	for _, a := range l {
		sum += a
	}
	return sum
}

// A State is all that a device keeps in its memory. Every change of it is one
// commit. The slices of a State that a [Context] shows must not be changed.
type State struct {
	Identity
	Lifecycle
	Value
	Sync       SyncMark
	Rekey      Rekeying
	Funding    Funding
	Policy     []byte // the POLICY in force, encoded; nil before provisioning
	Revset     []byte // the REVSET in force, encoded; nil when there never was one
	Roots      [][]byte
	Issuers    [][]byte  // provider and service certificates, encoded
	Slots      []Slot    // pending debits, Config.Slots of them
	Exceptions []Slot    // exported debits, without their signature
	Requests   []Request // Config.Requests of them
	Statics    StaticBook
	Ring       []Credit // what was credited above the low-water mark, ascending
	Log        []wire.LogEntry
	Chained    []ChainLot  // under CHAIN provenance: Lots by source, in the order in which they came
	Fragments  []Fragment  // in family T: Lots as parts of tokens, in the order in which they came
	Keyset     []byte      // in family E: the KEYSET in force, encoded
	FormerKeys []FormerKey // in family E: keys that it lacks, and something that waits was blinded for
	Purse      []Coin      // in family E: what Lots are made of, but for Taken, in the order in which they came
	Taken      []Taken     // in family E: payments whose tokens are not home, in the order in which they came
}

// Identity is made at the device's creation and provisioning.
type Identity struct {
	DID        wire.DID
	RequestKey [32]byte // derives the nonces of requests
	StubKey    [32]byte // authenticates stubs
	Keys       []Key
	PIN        []byte
}

// A Key is a device key and, once provisioned, its certificate.
type Key struct {
	Suite suite.Suite
	Seed  []byte
	Cert  []byte // encoded; nil before provisioning
}

// Rekeying is a key that waits for its certificate, and what the keys before it
// have left behind.
type Rekeying struct {
	Open    bool
	Suite   suite.Suite // of the new key
	Seed    []byte
	Signer  wire.ID // digest of the key that signed the REKEY_REQ
	Request []byte  // the REKEY_REQ, encoded
	Enrol   []byte  // the ENROL_REQ, encoded
	// Former are the certificates of replaced keys that something pending names.
	Former [][]byte
}

// Lifecycle is what is not value.
type Lifecycle struct {
	Provisioned    bool
	Consent        bool
	Decommissioned bool
	Tries          uint64 // of the PIN that are left
	Epoch          uint64 // the highest epoch seen in an authenticated object
	GrantEpoch     uint64 // the epoch of the last grant
	RevsetCount    uint64 // payments since the revocation set was installed
	HostClock      uint64 // what the host last said; nothing reads it but [Device.Query]
}

// Value is the balance and every counter that moves with it.
type Value struct {
	Lots        Lots
	Counter     uint64  // of the last debit
	Prev        wire.ID // id of the last debit
	NextRequest uint64
	LowWater    uint64
	NextFunding uint64
	Used        Used
	AuthCount   uint64 // debits since the user was last verified
	Totals      wire.Totals
	LogNumber   uint64 // of the last entry written
	LogHead     wire.ID
	Acked       uint64 // number of the last entry that the ledger acknowledged
	AckedHead   wire.ID
	Reservation uint64 // in family I: of the FUND that was credited last, 0 before the first
}

// Used counts against the limits since the last grant.
type Used struct {
	Amount   money.Amount // paid
	Count    uint64       // payments
	Received money.Amount
}

// A SyncMark is what the latest SYNC said, until its SYNC_ACK is applied.
type SyncMark struct {
	Open      bool
	Nonce     wire.Nonce
	Hash      wire.ID // id of the SYNC
	Last      uint64
	Head      wire.ID
	Used      Used   // less what was refunded since
	GrantLast uint64 // Last of the SYNC of the last grant
	Since     Lots   // what came in since that SYNC, by hop
}

// A SlotState is the state of a pending debit.
type SlotState uint64

// The states of a slot.
const (
	SlotFree     SlotState = iota
	SlotDebited            // after P1
	SlotReleased           // after P2
)

// A Slot is a pending debit: a TRANSFER or a DEFUND.
type Slot struct {
	State       SlotState
	Type        wire.Type
	ID          wire.ID
	RequestHash wire.ID
	Request     uint64
	Payee       wire.DID
	Nonce       wire.Nonce // opens the payee tag
	Amount      money.Amount
	Lots        []wire.Lot // as drawn, with the hop at which they were held
	Suite       suite.Suite
	Cert        wire.ID // that the payload names
	LogNumber   uint64
	Payload     []byte
	Signature   []byte
	Flags       uint64 // of the TRANSFER
	KEM         wire.KEM
	KEMKey      []byte // of a one-way transfer: what its capsule is sealed to
	Capsule     []byte // of a one-way transfer, once it is signed: the only one there ever is
	Coins       []Coin // of family E: what was drawn
	Epoch       uint64 // of an online payment of family E: that its DEPOSIT left in
	Fresh       string // and the keys of what that asks for
}

// A Request is an open request for payment.
type Request struct {
	Open    bool
	Session uint64 // the arming that made it
	Number  uint64
	Nonce   wire.Nonce
	Amount  money.Amount
	Hash    wire.ID // id of the PAY_REQ
	Suite   suite.Suite
	MaxHop  uint64
	Ack     bool
}

// A Credit remembers one credited transfer for as long as its request number is
// above the low-water mark.
type Credit struct {
	Request  uint64
	Transfer wire.ID
	Payer    wire.DID
	Counter  uint64
	Suite    suite.Suite
	Log      uint64 // number of its entry
}

// A FundingState is the state of the funding slot.
type FundingState uint64

// The states of the funding slot.
const (
	FundingFree FundingState = iota
	FundingOpen
	FundingCancelled // until a SYNC_ACK covers the entry
)

// Funding is the one funding slot.
type Funding struct {
	State     FundingState
	Number    uint64
	Nonce     wire.Nonce
	Amount    money.Amount
	Suite     suite.Suite
	Hash      wire.ID // id of the FUND_REQ
	LogNumber uint64  // of the cancellation
	Epoch     uint64  // that it was asked in
	Fresh     string  // in family E: keys of what was asked for, see [State.fixed]
	// Signed are the FUND_REQ and its cancellation as a key that was replaced has
	// signed them; nil while the key that made the request is there.
	Signed [2][]byte
}

// clone returns a copy that shares no list with s; encoded objects are shared,
// because they are never changed in place.
func (s *State) clone() *State {
	c := *s
	c.Keys = slices.Clone(s.Keys)
	c.Roots = slices.Clone(s.Roots)
	c.Issuers = slices.Clone(s.Issuers)
	c.Rekey.Former = slices.Clone(s.Rekey.Former)
	c.Slots = slices.Clone(s.Slots)
	c.Exceptions = slices.Clone(s.Exceptions)
	c.Requests = slices.Clone(s.Requests)
	c.Statics.Slots = slices.Clone(s.Statics.Slots)
	c.Ring = slices.Clone(s.Ring)
	c.Log = slices.Clone(s.Log)
	c.Chained = slices.Clone(s.Chained)
	c.Fragments = slices.Clone(s.Fragments)
	c.Purse = slices.Clone(s.Purse)
	c.FormerKeys = slices.Clone(s.FormerKeys)
	c.Taken = slices.Clone(s.Taken)
	return &c
}

// reserved is the head-room that open requests, tokens on their way home and the
// funding slot hold.
func (s *State) reserved() money.Amount {
	var sum money.Amount
	for _, r := range s.Requests {
		if r.Open {
			sum += r.Amount
		}
	}
	for _, t := range s.Taken {
		if t.Online {
			sum += t.Amount
		}
	}
	if s.roomKept() {
		sum += s.Funding.Amount
	}
	return sum
}

// pendingAmount is what was drawn and may come back.
func (s *State) pendingAmount() money.Amount {
	var sum money.Amount
	for _, slot := range s.Slots {
		if slot.State != SlotFree {
			sum += slot.Amount
		}
	}
	for _, slot := range s.Exceptions {
		sum += slot.Amount
	}
	return sum
}

// holding is what counts against the holding limit: what is here, what may
// come, and what may come back.
func (s *State) holding() money.Amount {
	return s.Lots.Sum() + s.reserved() + s.pendingAmount()
}

// findPending returns the debit with the id among slots and exceptions.
func (s *State) findPending(id wire.ID) *Slot {
	for i := range s.Slots {
		if s.Slots[i].State != SlotFree && s.Slots[i].ID == id {
			return &s.Slots[i]
		}
	}
	for i := range s.Exceptions {
		if s.Exceptions[i].ID == id {
			return &s.Exceptions[i]
		}
	}
	return nil
}

// dropPending frees the slot, or removes the exception entry, of a debit.
func (s *State) dropPending(id wire.ID) {
	for i := range s.Slots {
		if s.Slots[i].ID == id {
			s.Slots[i] = Slot{}
		}
	}
	s.Exceptions = slices.DeleteFunc(s.Exceptions, func(e Slot) bool { return e.ID == id })
}

func (s *State) findRequest(number uint64) *Request {
	for i := range s.Requests {
		if s.Requests[i].Open && s.Requests[i].Number == number {
			return &s.Requests[i]
		}
	}
	return nil
}

func (s *State) findCredit(number uint64) *Credit {
	i, found := slices.BinarySearchFunc(s.Ring, number, func(c Credit, n uint64) int {
		switch {
		case c.Request < n:
			return -1
		case c.Request > n:
			return 1
		}
		return 0
	})
	if !found {
		return nil
	}
	return &s.Ring[i]
}
