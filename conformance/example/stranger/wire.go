package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
)

// What travels on standard input and output: one JSON object a line.

// A request is a line of the harness: a verb, or the reply to an event.
type request struct {
	ID     uint64          `json:"id"`
	Handle string          `json:"handle"`
	Verb   string          `json:"verb"`
	Args   json.RawMessage `json:"args"`
	Reply  *reply          `json:"reply"`
}

// A reply says what becomes of a frame.
type reply struct {
	Action  string `json:"action"`
	Message raw    `json:"message"`
}

// raw is bytes in lower-case hex.
type raw []byte

// UnmarshalText reads hex.
func (r *raw) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(string(text))
	*r = b
	return err
}

// units is an amount of minor units: a decimal string on the wire.
type units uint64

// MarshalText writes the decimal number.
func (u units) MarshalText() ([]byte, error) { return strconv.AppendUint(nil, uint64(u), 10), nil }

// UnmarshalText reads the decimal number.
func (u *units) UnmarshalText(text []byte) error {
	n, err := strconv.ParseUint(string(text), 10, 64)
	*u = units(n)
	return err
}

// arguments are those of all verbs that are served. Message is a number in
// cut-message and hex elsewhere.
type arguments struct {
	Versions     []int           `json:"versions"`
	Role         string          `json:"role"`
	Profile      json.RawMessage `json:"profile"`
	Seed         string          `json:"seed"`
	Epoch        uint64          `json:"epoch"`
	Amount       units           `json:"amount"`
	Ledger       string          `json:"ledger"`
	Authorised   bool            `json:"authorised"`
	Payee        string          `json:"payee"`
	Secret       string          `json:"secret"`
	Label        string          `json:"label"`
	Finish       bool            `json:"finish"`
	Session      int             `json:"session"`
	Message      json.RawMessage `json:"message"`
	Account      string          `json:"account"`
	Balance      units           `json:"balance"`
	Device       string          `json:"device"`
	Unix         int64           `json:"unix"`
	Write        int             `json:"write"`
	Byte         int             `json:"byte"`
	Mode         string          `json:"mode"`
	Microseconds int64           `json:"microseconds"`
}

// bytes is the message as bytes.
func (a arguments) bytes() ([]byte, error) {
	if len(a.Message) == 0 {
		return nil, nil
	}
	var r raw
	err := json.Unmarshal(a.Message, &r)
	return r, err
}

// count is the message as a number.
func (a arguments) count() (n int, err error) { return n, json.Unmarshal(a.Message, &n) }

// parseArguments reads the arguments of a verb; a member that no verb has is an
// error.
func parseArguments(verb string, text json.RawMessage) (a arguments, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&a); err != nil {
		return a, fmt.Errorf("the arguments of %s: %w", verb, err)
	}
	return a, nil
}

// A value is what a query tells of value.
type value struct {
	Spendable  units  `json:"spendable"`
	Incoming   units  `json:"incoming"`
	Outgoing   units  `json:"outgoing"`
	Reserved   units  `json:"reserved"`
	ObservedBy string `json:"observed_by"`
}

// A told is what a query tells besides value.
type told struct {
	Counter     uint64 `json:"counter"`
	NextRequest uint64 `json:"next_request"`
	LogEntries  int    `json:"log_entries"`
	LogCapacity int    `json:"log_capacity"`
	Pending     int    `json:"pending"`
	PINTries    uint64 `json:"pin_tries"`
	Locked      bool   `json:"locked"`
	Blocked     bool   `json:"blocked"`
	Provisioned bool   `json:"provisioned"`
}

// A supply is the issuer's aggregate book.
type supply struct {
	Funded      units    `json:"funded"`
	Defunded    units    `json:"defunded"`
	Outstanding units    `json:"outstanding"`
	Alarms      []string `json:"alarms,omitempty"`
}

// A result is what a verb that is done returns.
type result struct {
	Hello    any       `json:"hello,omitempty"`
	Handle   string    `json:"handle,omitempty"`
	Session  int       `json:"session,omitempty"`
	Message  string    `json:"message,omitempty"`
	Messages []string  `json:"messages,omitempty"`
	Value    *value    `json:"value,omitempty"`
	State    *told     `json:"state,omitempty"`
	Findings []finding `json:"findings,omitempty"`
	Supply   *supply   `json:"supply,omitempty"`
	Account  *units    `json:"account,omitempty"`
	Writes   int       `json:"writes,omitempty"`
	CutFired *bool     `json:"cut_fired,omitempty"`

	cardTime int64 // µs of the bench's clock
}

// withMessage is a refusal that the other side has to be told of.
type withMessage struct {
	refusal
	message []byte
}

// unsupported is a verb that is not served.
type unsupported string

func (u unsupported) Error() string { return "this wallet has no " + string(u) }
