package adapter

// Transfer pays the unit of another handle, all steps at once: the shapes hooked
// and sealed. The request's handle is the payer's. In the hooked shape the
// adapter asks through [Frame] events what becomes of each frame on the link.
type Transfer struct {
	Payee  string `json:"payee"` // handle
	Amount Amount `json:"amount,omitempty"`
	Secret string `json:"secret,omitempty"`
	Label  string `json:"label,omitempty"`
	// Finish lets the two meet again to end what is pending from the payer to
	// the payee; there is no amount.
	Finish bool `json:"finish,omitempty"`
}

// Name is "transfer".
func (Transfer) Name() string { return "transfer" }

// A Side is one end of a link.
type Side string

// The sides.
const (
	Payer Side = "payer"
	Payee Side = "payee"
)

// A Frame is one frame on the link of a hooked transfer, before it is delivered.
type Frame struct {
	From Side `json:"from"`
	// Number counts the frames of this transfer, both ways, from 1.
	Number  int   `json:"number"`
	Message Bytes `json:"message"`
	// Tap is the point of the topology at which it was seen, where there are
	// several.
	Tap string `json:"tap,omitempty"`
}

// An Action is what becomes of a frame.
type Action string

// The actions. After Cut this frame and all later ones of the transfer are lost.
const (
	Deliver Action = "deliver"
	Drop    Action = "drop"
	Repeat  Action = "repeat"  // delivered twice
	Replace Action = "replace" // the reply's message is delivered in its place
	Delay   Action = "delay"   // delivered after the next frame of its side, or at the end
	Cut     Action = "cut"
)

// What an operator did about a prompt.
const (
	PromptDone   Action = "done"
	PromptAbsent Action = "absent" // nobody is there
)

// A Reply answers an event: what to do with a frame, or what the operator did.
type Reply struct {
	Action  Action `json:"action,omitempty"`
	Message Bytes  `json:"message,omitempty"`
}

// A Misbehaviour is what a kit does wrong: a vendor's unit that is made to.
type Misbehaviour string

// The misbehaviours of version 1. A kit has every other thing right.
const (
	KitDoubleSign  Misbehaviour = "double-sign"         // pays two payees with the same value
	KitClone       Misbehaviour = "clone"               // two kits of one identity and one state
	KitExpired     Misbehaviour = "expired-certificate" // its certificate is out of force
	KitWrongRoot   Misbehaviour = "wrong-root"          // certified by somebody else
	KitOneHopMore  Misbehaviour = "one-hop-too-many"    // pays on what has passed the most hops
	KitWrongAmount Misbehaviour = "wrong-amount"        // pays another amount than was asked for
	KitTruncated   Misbehaviour = "truncated-log"       // leaves entries out of what it synchronises
)

// Misbehaviours are all of version 1.
func Misbehaviours() []Misbehaviour {
	return []Misbehaviour{KitDoubleSign, KitClone, KitExpired, KitWrongRoot, KitOneHopMore, KitWrongAmount, KitTruncated}
}
