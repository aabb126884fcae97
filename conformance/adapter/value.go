package adapter

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strconv"
)

// An Amount is a number of minor units. On the wire it is a decimal string,
// since JSON numbers lose precision above 2^53 in many readers.
type Amount uint64

// MarshalText writes the decimal number.
func (a Amount) MarshalText() ([]byte, error) {
	return strconv.AppendUint(nil, uint64(a), 10), nil
}

// UnmarshalText accepts exactly what MarshalText writes.
func (a *Amount) UnmarshalText(b []byte) error {
	n, err := strconv.ParseUint(string(b), 10, 64)
	if err != nil || strconv.FormatUint(n, 10) != string(b) {
		return fmt.Errorf("amount %.40q is not a canonical decimal number", b)
	}
	*a = Amount(n)
	return nil
}

// Bytes travel as lower-case hex.
type Bytes []byte

// MarshalText writes lower-case hex.
func (b Bytes) MarshalText() ([]byte, error) {
	return hex.AppendEncode(make([]byte, 0, 2*len(b)), b), nil
}

// UnmarshalText accepts lower-case hex only.
func (b *Bytes) UnmarshalText(t []byte) error {
	if bytes.ContainsAny(t, "ABCDEF") {
		return fmt.Errorf("bytes %.40q are not lower-case hex", t)
	}
	raw, err := hex.AppendDecode(make([]byte, 0, len(t)/2), t)
	if err != nil {
		return fmt.Errorf("bytes %.40q are not lower-case hex", t)
	}
	*b = raw
	return nil
}

// A Value is what a unit holds, part by part. A nil part is unknown.
type Value struct {
	Spendable *Amount `json:"spendable,omitempty"`
	// Incoming has been received and waits for synchronisation.
	Incoming *Amount `json:"incoming,omitempty"`
	// Outgoing has left the balance and is neither acknowledged nor refunded.
	Outgoing *Amount `json:"outgoing,omitempty"`
	// Reserved is head-room, or value, set aside for an open funding.
	Reserved *Amount `json:"reserved,omitempty"`
	// Online is the account behind the unit.
	Online *Amount `json:"online,omitempty"`
	// ObservedBy is who saw it: device, ledger or adapter.
	ObservedBy string `json:"observed_by,omitempty"`
}

// A State is what query tells besides value. A nil number is unknown.
type State struct {
	Counter            *uint64 `json:"counter,omitempty"`
	NextRequest        *uint64 `json:"next_request,omitempty"`
	LowWaterMark       *uint64 `json:"low_water_mark,omitempty"`
	LogEntries         *uint64 `json:"log_entries,omitempty"`
	LogCapacity        *uint64 `json:"log_capacity,omitempty"`
	Pending            *uint64 `json:"pending,omitempty"`
	UsedAmount         *Amount `json:"used_amount,omitempty"`
	UsedCount          *uint64 `json:"used_count,omitempty"`
	PolicyVersion      *uint64 `json:"policy_version,omitempty"`
	RevocationsVersion *uint64 `json:"revocations_version,omitempty"`
	Epoch              *uint64 `json:"epoch,omitempty"`
	PINTries           *uint64 `json:"pin_tries,omitempty"`
	Locked             *bool   `json:"locked,omitempty"`
	Blocked            *bool   `json:"blocked,omitempty"`
	Provisioned        *bool   `json:"provisioned,omitempty"`
	Consent            *bool   `json:"consent,omitempty"`
}

// A Finding is one thing that a ledger found out.
type Finding struct {
	Kind     int    `json:"kind"`
	Device   Bytes  `json:"device,omitempty"`
	Text     string `json:"text,omitempty"`
	Evidence Bytes  `json:"evidence,omitempty"`
}

// An Alert tells the holder of an account of one payment made from its device.
// One message to the holder may convey several.
type Alert struct {
	Account string `json:"account"`
	Amount  Amount `json:"amount"`
}

// A Supply is the ledger's aggregate book.
type Supply struct {
	Funded   Amount `json:"funded"`
	Defunded Amount `json:"defunded"`
	// Outstanding is offline: funded less defunded, not below zero.
	Outstanding Amount `json:"outstanding"`
	// Alarms are the balance equations that do not hold.
	Alarms []string `json:"alarms,omitempty"`
	// Covered is what payers' providers have advanced, in families I and S.
	Covered Amount `json:"covered,omitempty"`
	// Unsettled are the payments that wait, and the advances.
	Unsettled []Unsettled `json:"unsettled,omitempty"`
}

// An Unsettled is a payment that a ledger knows and could not settle, or what a
// payer's provider has advanced.
type Unsettled struct {
	Account string `json:"account"` // the payer's, empty for a device that has none
	Device  Bytes  `json:"device,omitempty"`
	Counter uint64 `json:"counter,omitempty"` // of the payment; 0 for an advance
	Amount  Amount `json:"amount"`
	Code    int    `json:"code"` // 410 or 411
}

// A Result is what a done verb returns. Which fields a verb may set is in
// spec/schema/adapter-answer-v1.schema.json.
type Result struct {
	Hello   *Implementation `json:"hello,omitempty"`
	Handle  string          `json:"handle,omitempty"`
	Session int             `json:"session,omitempty"`
	Message Bytes           `json:"message,omitempty"`
	// Again says that the message asks the peer for something: its answer is for
	// the same verb again.
	Again    bool      `json:"again,omitempty"`
	Messages []Bytes   `json:"messages,omitempty"`
	Texts    []string  `json:"texts,omitempty"`
	Device   Bytes     `json:"device,omitempty"`
	Value    *Value    `json:"value,omitempty"`
	State    *State    `json:"state,omitempty"`
	Nonce    Bytes     `json:"nonce,omitempty"`
	Findings []Finding `json:"findings,omitempty"`
	Alerts   []Alert   `json:"alerts,omitempty"`
	Supply   *Supply   `json:"supply,omitempty"`
	Account  *Amount   `json:"account,omitempty"`
	Snapshot string    `json:"snapshot,omitempty"`
	Writes   int       `json:"writes,omitempty"`
	CutFired *bool     `json:"cut_fired,omitempty"`
}
