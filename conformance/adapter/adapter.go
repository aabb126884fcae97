// Package adapter is the contract between assay and a product under test:
// spec/adapter.md, version 1.
//
// A vendor implements one method, [Adapter.Do], or speaks the same requests
// and answers as JSON lines (package stdio). The package knows neither the
// reference protocol nor the test suite, and imports the standard library only.
package adapter

import (
	"context"
	"encoding/json"
	"fmt"
)

// Version is the contract's version, negotiated by [Hello].
const Version = 1

// An Adapter drives units of one product: devices and, if it serves that role,
// a ledger. Calls come one at a time.
type Adapter interface {
	// Do carries out one request. It may call on, any number of times, before
	// it answers. An error means that there was no answer: it is an [*Error]
	// which says whose fault that is, and the verdict is then never a failure
	// of the product.
	Do(ctx context.Context, r Request, on func(Event) Reply) (Answer, error)
}

// A Request is a verb for the unit that a handle names. Hello and create have
// no handle.
type Request struct {
	Handle string
	Verb   Verb
}

// A Verb is one of the closed set of verb structs of this package. The struct
// is also what travels as JSON, under its name.
type Verb interface {
	// Name is the verb's name on the wire: "pay".
	Name() string
}

// An Answer is exactly one of done, refused or torn.
type Answer struct {
	Done    *Result  `json:"done,omitempty"`
	Refused *Refusal `json:"refused,omitempty"`
	Torn    *Torn    `json:"torn,omitempty"`
	// X is recorded and never judged.
	X json.RawMessage `json:"x,omitempty"`
}

// A Refusal is the product's "no".
type Refusal struct {
	// Code is a code of spec/refusals.md; 0 when the product has no code.
	Code int `json:"code,omitempty"`
	// Vendor is the product's own code, mapped in the ICS.
	Vendor string `json:"vendor,omitempty"`
	// Message is to be carried to the counterparty: a signed refusal, say.
	Message Bytes `json:"message,omitempty"`
}

// Torn says that power was cut inside the verb. The adapter has restored power:
// sessions are gone, and what was durable stays.
type Torn struct {
	// Writes is the number of persistent writes of this verb that were begun.
	Writes int `json:"writes,omitempty"`
}

// An Event is what an adapter tells or asks before its answer. Exactly one
// field is set.
type Event struct {
	Progress *Progress `json:"progress,omitempty"`
	Prompt   *Prompt   `json:"prompt,omitempty"`
	Show     *Show     `json:"show,omitempty"`
	// Frame is a frame on the link of a hooked transfer.
	Frame *Frame `json:"frame,omitempty"`
}

// Progress is a sign of life of long work.
type Progress struct {
	Text string `json:"text,omitempty"`
	Done int    `json:"done,omitempty"`
	Of   int    `json:"of,omitempty"`
}

// A Prompt asks the operator something: "tap the card".
type Prompt struct {
	Text string `json:"text"`
}

// Show is what the product displays to its user, when it does: the order of
// Show and of the answer is judged by UXC-02 and UXC-03. Stage is "offer"
// before authentication, "authenticate" when it is asked for, and "done".
type Show struct {
	Stage  string `json:"stage"`
	Mode   string `json:"mode,omitempty"`
	Amount Amount `json:"amount,omitempty"`
	Label  string `json:"label,omitempty"`
}

// A Fault says whose fault a missing answer is.
type Fault string

// The faults. All but FaultHarness are the adapter's.
const (
	FaultStart     Fault = "start"     // it could not be started
	FaultDied      Fault = "died"      // it ended, or closed the line
	FaultDeadline  Fault = "deadline"  // it did not answer in time
	FaultMalformed Fault = "malformed" // it answered garbage
	FaultWrongID   Fault = "wrong-id"  // it answered another request
	FaultFlood     Fault = "flood"     // it exceeded the size of a line
	// The next three are said by the adapter itself: it lives, and can go on.
	FaultUnsupported Fault = "unsupported" // it does not serve the verb
	FaultReported    Fault = "reported"    // something went wrong in it
	FaultAbsent      Fault = "absent"      // nobody answered its prompt
	FaultHarness     Fault = "harness"     // assay itself
)

// An Error means that a request had no answer.
type Error struct {
	Fault  Fault
	Verb   string
	Detail string
	// Err is the cause, where a caller may look for one: a context's, say.
	Err error
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

func (e *Error) Error() string {
	if e.Verb == "" {
		return fmt.Sprintf("adapter: %s: %s", e.Fault, e.Detail)
	}
	return fmt.Sprintf("adapter: %s in %s: %s", e.Fault, e.Verb, e.Detail)
}
