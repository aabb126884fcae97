package apdu

import (
	"encoding/binary"
	"fmt"

	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A Status is SW1 and SW2.
type Status uint16

// The status words of the binding. StatusMore has in SW2 how many bytes wait,
// StatusTries how many tries are left.
const (
	StatusOK         Status = 0x9000
	StatusMore       Status = 0x6100
	StatusTries      Status = 0x63C0
	StatusLength     Status = 0x6700
	StatusUser       Status = 0x6982
	StatusPINLocked  Status = 0x6983
	StatusConditions Status = 0x6985
	StatusRefused    Status = 0x69F0 // the code is in the body
	StatusData       Status = 0x6A80
	StatusNotFound   Status = 0x6A82
	StatusMemory     Status = 0x6A84
	StatusP1P2       Status = 0x6A86
	StatusINS        Status = 0x6D00
	StatusCLA        Status = 0x6E00
)

// String returns the status as it is printed: "6A80".
func (s Status) String() string { return fmt.Sprintf("%04X", uint16(s)) }

// StatusOf returns the status word of a refusal.
func StatusOf(code spec.Code) Status {
	switch {
	case code >= spec.ECanon && code <= spec.EPad:
		return StatusData
	case code == spec.EUv:
		return StatusUser
	case code == spec.EPinLocked:
		return StatusPINLocked
	case code == spec.EPendingFull || code == spec.ELogFull:
		return StatusMemory
	}
	switch code {
	case spec.EState, spec.EBusy, spec.EUnprovisioned, spec.EConsent, spec.EBlocked, spec.EDuration:
		return StatusConditions
	}
	return StatusRefused
}

// A Response is a response APDU.
type Response struct {
	Data   []byte // aliases the input of [ParseResponse]
	Status Status
}

// ParseResponse reads a response APDU. What is shorter than a status word, or
// ends in none, is what a torn card leaves: the error is [ErrMalformed].
func ParseResponse(b []byte) (Response, error) {
	if len(b) < 2 {
		return Response{}, ErrMalformed
	}
	body, sw := b[:len(b)-2], binary.BigEndian.Uint16(b[len(b)-2:])
	// ISO/IEC 7816-4 has no others; 60 is the transmission protocol's own.
	if first := sw >> 8; first == 0x60 || first>>4 != 6 && first>>4 != 9 {
		return Response{}, ErrMalformed
	}
	return Response{Data: body, Status: Status(sw)}, nil
}

// Encode returns the APDU.
func (r Response) Encode() []byte {
	return binary.BigEndian.AppendUint16(append([]byte(nil), r.Data...), uint16(r.Status))
}

// encodeCode is the body of StatusRefused, and of QUERY 7.
func encodeCode(code spec.Code) []byte {
	return wire.AppendUint(wire.AppendArray(nil, 1), uint64(code))
}

// DecodeCode reads the body of StatusRefused and of QUERY 7; false when it is something else.
func DecodeCode(b []byte) (spec.Code, bool) {
	r := wire.NewReader(b)
	n := r.Array()
	code := r.Uint()
	r.End()
	return spec.Code(code), r.Err() == nil && n == 1 && code <= 999
}
