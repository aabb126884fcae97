package wire

import (
	"bytes"
	"testing"
)

// What is accepted as a REKEY_REQ, or as an ENROL_REQ, encodes to the same bytes.
func FuzzEnrolment(f *testing.F) {
	for _, s := range samples() {
		if s.typ == TypeRekeyReq || s.typ == TypeEnrolReq {
			f.Add(s.payload)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, err := DecodeRekeyReq(b); err == nil && !bytes.Equal(m.Encode(), b) {
			t.Errorf("REKEY_REQ %x encodes to %x", b, m.Encode())
		}
		if m, err := DecodeEnrolReq(b); err == nil && !bytes.Equal(m.Encode(), b) {
			t.Errorf("ENROL_REQ %x encodes to %x", b, m.Encode())
		}
	})
}
