package adapter

// Telecom is what a product with a telecom link declares (spec/telecom.md).
type Telecom struct {
	// Frame is the bytes of the longest frame.
	Frame int `json:"frame"`
	// Answer is the seconds of the slowest answer to a message.
	Answer int `json:"answer"`
}

// ShowFrames asks for the frames of a message, as the unit sends them
// (Result.Messages).
type ShowFrames struct {
	Message Bytes `json:"message"`
}

// Name is "show-frames".
func (ShowFrames) Name() string { return "show-frames" }

// ReadFrame hands the unit's end of the link one frame. A message that it
// completes comes back (Result.Message), or the frames that it asks for
// (Result.Messages); nothing means that more are needed.
type ReadFrame struct {
	Message Bytes `json:"message"`
}

// Name is "read-frame".
func (ReadFrame) Name() string { return "read-frame" }

// AskFrames asks for the frames by which the unit asks for what is missing
// (Result.Messages).
type AskFrames struct{}

// Name is "ask-frames".
func (AskFrames) Name() string { return "ask-frames" }
