package adapter

// CutWrite arms a power cut at the device's n-th persistent write from now
// (1 is the next), after k bytes of the write unit have changed. What the rest
// of the unit holds is the mode: old, erased or noise. Write 0 disarms; the
// answer to any CutWrite says whether the cut armed before has fired and how
// many writes there were since it was armed.
type CutWrite struct {
	Write int    `json:"write"`
	Byte  int    `json:"byte,omitempty"`
	Mode  string `json:"mode,omitempty"`
}

// Name is "cut-write".
func (CutWrite) Name() string { return "cut-write" }

// CutMessage arms a power cut of the unit after its n-th message of the next
// payment, sent or received, whichever it is (1 is the first). 0 disarms; the
// answer to any CutMessage says whether the cut armed before has fired.
type CutMessage struct {
	Message int `json:"message"`
}

// Name is "cut-message".
func (CutMessage) Name() string { return "cut-message" }

// CutTime arms a power cut of the unit so many microseconds after its next verb,
// or the next transfer that it takes part in, has begun. 0 disarms; the answer
// says whether the cut armed before has fired.
type CutTime struct {
	Microseconds int `json:"microseconds"`
}

// Name is "cut-time".
func (CutTime) Name() string { return "cut-time" }

// PowerCycle takes the power away between two verbs and restores it.
type PowerCycle struct{}

// Name is "power-cycle".
func (PowerCycle) Name() string { return "power-cycle" }

// TakeSnapshot copies the device's persistent memory (Result.Snapshot).
type TakeSnapshot struct{}

// Name is "snapshot".
func (TakeSnapshot) Name() string { return "snapshot" }

// Restore puts a snapshot back: what an attacker with a flash image does.
type Restore struct {
	Snapshot string `json:"snapshot"`
}

// Name is "restore".
func (Restore) Name() string { return "restore" }

// Bye ends the conversation; the adapter answers and exits.
type Bye struct{}

// Name is "bye".
func (Bye) Name() string { return "bye" }
