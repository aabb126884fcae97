package adapter

// ReadText hands the unit's reader of QR codes what one code says. An object
// that it gives comes back (Result.Message); empty means that it needs more.
type ReadText struct {
	Text string `json:"text"`
}

// Name is "read-text".
func (ReadText) Name() string { return "read-text" }

// ShowTexts asks for the first Texts texts that the unit shows of an object, one
// after the other (Result.Texts).
type ShowTexts struct {
	Message Bytes `json:"message"`
	Texts   int   `json:"texts"`
}

// Name is "show-texts".
func (ShowTexts) Name() string { return "show-texts" }
