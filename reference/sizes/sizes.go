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
	"github.com/assay-cbdc/assay/reference/wire"
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
	// KEM is that of the link or of the request; "" where none has a part in it.
	KEM      string `json:"kem,omitempty"`
	Bytes    int    `json:"bytes"`
	Short    int    `json:"apdus_short"`    // command APDUs that carry it, of 240 bytes
	Extended int    `json:"apdus_extended"` // of 2,048 bytes
	// SMS is how many frames of a telecom link carry it, each in a short message
	// of 140 bytes; 0 where one of its messages is too long for a link.
	SMS int `json:"frames_sms,omitempty"`
}

// names of the suites that devices sign with, by number.
var names = map[suite.Suite]string{
	1: "ed25519", 2: "p256", 3: "mldsa44", 4: "mldsa65",
	5: "hybrid-ed25519-mldsa44", 6: "hybrid-p256-mldsa44",
}

// kems are the names of those that a link is made with. What the others are
// compared with comes first.
var kems = []struct {
	number wire.KEM
	name   string
}{{wire.KEMX25519, "x25519"}, {wire.KEMP256, "p256"}, {wire.KEMXWing, "xwing"}}

// KEMs returns the names of the KEMs, X25519 first.
func KEMs() []string {
	var list []string
	for _, k := range kems {
		list = append(list, k.name)
	}
	return list
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
		if err := b.meetings(); err != nil {
			return d, fmt.Errorf("sizes: suite %s: %w", names[s], err)
		}
		b.online()
		b.documents()
		d.Messages = append(d.Messages, b.out...)
	}
	return d, nil
}

// meetings measures what two devices send each other, over each KEM.
func (b *bench) meetings() error {
	for _, k := range kems {
		b.kem, b.kemName = k.number, k.name
		if err := b.payment(); err != nil {
			return fmt.Errorf("KEM %s: %w", k.name, err)
		}
		if err := b.oneWay(); err != nil {
			return fmt.Errorf("KEM %s: one way: %w", k.name, err)
		}
	}
	b.kemName = ""
	return nil
}

// Find returns the row of a message, over X25519 where a KEM has a part in it,
// and of one hop.
func (d Document) Find(message, suite, certificates string) (Message, bool) {
	return d.Over(KEMs()[0], message, suite, certificates, 1)
}

// Over returns the row of a message over a KEM, if one has a part in it, with
// value of so many hops.
func (d Document) Over(kem, message, suite, certificates string, hops int) (Message, bool) {
	for _, m := range d.Messages {
		over := m.KEM == "" || m.KEM == kem
		if over && m.Message == message && m.Suite == suite && m.Certificates == certificates && m.Hops == hops {
			return m, true
		}
	}
	return Message{}, false
}
