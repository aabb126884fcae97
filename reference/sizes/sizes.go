// Package sizes measures how many bytes each message of the protocol takes, by
// signature suite: it builds the messages, signs, seals and encodes them with
// the reference, and counts. No size is written down anywhere.
//
// Values are typical ones of a device in use, so that numbers take the bytes
// that they take in practice: an amount of 123.45, counters in the thousands.
package sizes

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/assay-cbdc/assay/reference/suite"
)

// Schema names the JSON Schema of a [Document].
const Schema = "sizes-v1"

// Where the certificates of the signers are.
const (
	Value  = "value"  // inside the message
	Cached = "cached" // known to the receiver already, or not part of the message
)

// A Document is what assay spec sizes --json prints.
type Document struct {
	Schema   string    `json:"schema"`
	Messages []Message `json:"messages"`
}

// A Message is one message in one suite.
type Message struct {
	Message      string `json:"message"` // "TRANSFER", "M3", "payment RECEIPT"
	Suite        string `json:"suite"`
	Hops         int    `json:"hops"`         // that the value paid has made, this one included
	Certificates string `json:"certificates"` // [Value] or [Cached]
	Bytes        int    `json:"bytes"`
	Short        int    `json:"apdus_short"`    // command APDUs that carry it, of 240 bytes
	Extended     int    `json:"apdus_extended"` // of 2,048 bytes
}

// names of the suites that devices sign with, by number.
var names = map[suite.Suite]string{
	1: "ed25519", 2: "p256", 3: "mldsa44", 4: "mldsa65",
	5: "hybrid-ed25519-mldsa44", 6: "hybrid-p256-mldsa44",
}

// Suites returns the names of the suites that the reference has and devices
// sign with, by number.
func Suites() []string {
	var list []string
	for _, s := range deviceSuites() {
		list = append(list, names[s])
	}
	return list
}

// deviceSuites are those of the reference that are not for roots alone.
func deviceSuites() []suite.Suite {
	list := slices.DeleteFunc(suite.All(), func(s suite.Suite) bool { return names[s] == "" })
	slices.SortFunc(list, func(a, b suite.Suite) int { return cmp.Compare(a, b) })
	return list
}

// Compute measures every message in every suite, in the order of a payment,
// then of the exchanges with the ledger, then of documents.
func Compute() (Document, error) {
	d := Document{Schema: Schema}
	for _, s := range deviceSuites() {
		scheme, ok := suite.Lookup(s)
		if !ok {
			return d, fmt.Errorf("sizes: suite %d has no scheme", s)
		}
		b, err := newBench(scheme)
		if err != nil {
			return d, fmt.Errorf("sizes: suite %s: %w", names[s], err)
		}
		if err := b.payment(); err != nil {
			return d, fmt.Errorf("sizes: suite %s: %w", names[s], err)
		}
		if err := b.oneWay(); err != nil {
			return d, fmt.Errorf("sizes: suite %s: one way: %w", names[s], err)
		}
		b.online()
		b.documents()
		d.Messages = append(d.Messages, b.out...)
	}
	return d, nil
}

// Find returns the row of a message.
func (d Document) Find(message, suite, certificates string) (Message, bool) {
	for _, m := range d.Messages {
		if m.Message == message && m.Suite == suite && m.Certificates == certificates {
			return m, true
		}
	}
	return Message{}, false
}
