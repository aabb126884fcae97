package adapter

// APDU hands a card a command APDU and brings its response back
// (Result.Message), byte for byte; empty is no answer. Side is the interface,
// [SideUser] when it is empty.
type APDU struct {
	Message Bytes  `json:"message"`
	Side    string `json:"side,omitempty"`
}

// Name is "apdu".
func (APDU) Name() string { return "apdu" }

// The sides of a card.
const (
	SideUser        = "user"        // contacts, or the line of the phone that it sits in
	SideContactless = "contactless" // whatever reader comes near
)
