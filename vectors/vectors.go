// Package vectors holds the published test vectors: one success or one failure
// each, in JSON files that are written by vectors/gen alone. Reading a file
// proves that each negative vector lies one mutation away from its twin.
//
// It judges nothing itself: [Check] compares what judges say about each vector
// with what the vector expects. See README.md for use without Go.
package vectors

import "strings"

// Schema is the name and version of the format of a file.
const Schema = "vectors-v1"

// A File is the vectors of one message or procedure.
type File struct {
	Schema        string          `json:"schema"`
	Name          string          `json:"name"` // of the file, and the prefix of its ids
	About         string          `json:"about"`
	Generator     Generator       `json:"generator"`
	NumberOfTests int             `json:"number_of_tests"`
	Notes         map[string]Note `json:"notes"` // by flag
	Keys          []Key           `json:"keys,omitempty"`
	Objects       []Object        `json:"objects,omitempty"`
	Devices       []Device        `json:"devices,omitempty"`
	Ledgers       []Ledger        `json:"ledgers,omitempty"`
	Tests         []Vector        `json:"tests"`
}

// A Generator says what wrote a file.
type Generator struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Seed    string `json:"seed"`
}

// A Note explains a flag: what goes wrong, and what an attacker gains by it.
type Note struct {
	Description string `json:"description"`
	Effect      string `json:"effect"`
}

// A Key is a key pair whose private half is published.
type Key struct {
	Name   string `json:"name"`
	Suite  uint64 `json:"suite"`
	Seed   string `json:"seed"`   // hex; of a hybrid both halves' seeds
	Public string `json:"public"` // hex: COSE_Key, or array of two
}

// An Object is an encoded object that several vectors need.
type Object struct {
	Name  string `json:"name"`
	Bytes string `json:"bytes"` // hex
}

// A Vector is one success or one failure. A negative one differs from its twin
// in one member of Device, Ledger, Uses, Input or Context, by Mutation.
type Vector struct {
	ID          string            `json:"id"`
	Kind        string            `json:"kind"` // the procedure that takes the input
	Requirement string            `json:"requirement"`
	Comment     string            `json:"comment"`
	Flags       []string          `json:"flags"`
	Twin        string            `json:"twin,omitempty"`
	Mutation    *Mutation         `json:"mutation,omitempty"`
	Device      string            `json:"device,omitempty"`  // name of the state before
	Ledger      string            `json:"ledger,omitempty"`  // name of the state before
	Uses        map[string]string `json:"uses,omitempty"`    // names of objects
	Input       map[string]string `json:"input,omitempty"`   // hex
	Context     map[string]string `json:"context,omitempty"` // decimal numbers and hex
	Expect      Expect            `json:"expect"`
}

// An Expect is what must come out.
type Expect struct {
	Valid   bool              `json:"valid"`
	Refused int               `json:"refused,omitempty"` // the refusal code
	Phase   string            `json:"phase,omitempty"`   // where it must arise
	Values  map[string]string `json:"values,omitempty"`  // hex, or decimal for amounts and counters
}

// A Mutation says how a vector was made out of its twin.
type Mutation struct {
	// Field is the one member that differs, "input.object" or "device".
	Field string `json:"field"`
	// Part says what of it: "bytes", as they are; "payload", "protected" or
	// "signature" of a signed object, which was then signed again by Signer;
	// "members" of a device or ledger state; "value".
	Part string `json:"part"`
	// Offset in Part at which New stands in place of Old, both hex; for the
	// parts "members" and "value" Old and New are the names or values.
	Offset  int      `json:"offset"`
	Old     string   `json:"old"`
	New     string   `json:"new"`
	Members []string `json:"members,omitempty"` // that differ: keys of a payload, names of a state
	Signer  string   `json:"signer,omitempty"`  // name of the key
	Domain  string   `json:"domain,omitempty"`  // signed under, when not that of the type
	Follow  *Follow  `json:"follow,omitempty"`
}

// A Follow is what a mutation brings with it: an object that names the mutated
// one by its identifier, and was signed again for that alone.
type Follow struct {
	Field  string `json:"field"`
	Member string `json:"member"` // key of the payload that holds the identifier
	Signer string `json:"signer"`
}

// Negative reports whether the vector must be refused.
func (v *Vector) Negative() bool { return !v.Expect.Valid }

// Find returns the vector with the id, or nil.
func (f *File) Find(id string) *Vector {
	for i := range f.Tests {
		if f.Tests[i].ID == id {
			return &f.Tests[i]
		}
	}
	return nil
}

// Object returns the bytes, in hex, of a named object, and whether there is one.
func (f *File) Object(name string) (string, bool) {
	for _, o := range f.Objects {
		if o.Name == name {
			return o.Bytes, true
		}
	}
	return "", false
}

// Key returns the named key, or nil.
func (f *File) Key(name string) *Key {
	for i := range f.Keys {
		if f.Keys[i].Name == name {
			return &f.Keys[i]
		}
	}
	return nil
}

// Device returns the named state, or nil.
func (f *File) Device(name string) *Device {
	for i := range f.Devices {
		if f.Devices[i].Name == name {
			return &f.Devices[i]
		}
	}
	return nil
}

// Ledger returns the named state, or nil.
func (f *File) Ledger(name string) *Ledger {
	for i := range f.Ledgers {
		if f.Ledgers[i].Name == name {
			return &f.Ledgers[i]
		}
	}
	return nil
}

// Domain returns the domain string of the signed object that stands in a field
// of a vector of the kind, "" if there is none.
func Domain(kind, field string) string {
	switch name := field[strings.LastIndexByte(field, '.')+1:]; name {
	case "leaf", "provider", "certificate", "issuer", "other":
		return "assay/1/cert"
	case "revset":
		return "assay/1/revset"
	case "enrol", "first":
		return "assay/1/enrol"
	case "link":
		return "assay/1/rekey"
	case "pay_req":
		return "assay/1/pay-req"
	case "peer":
		return "assay/1/peer"
	case "token_1", "token_2", "token_3":
		return "assay/1/token"
	case "object":
		return "assay/1/" + objectDomain(kind)
	}
	return ""
}

func objectDomain(kind string) string {
	switch kind {
	case "settlement", "chain", "one-way", "deposit", "unclaimed", "software":
		return "transfer"
	case "rekey-req":
		return "rekey"
	case "enrol-req":
		return "enrol"
	case "rekeyed":
		return "cert"
	}
	return strings.TrimPrefix(kind, "record-") // a record holds the message
}
