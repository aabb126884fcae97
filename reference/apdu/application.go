package apdu

import (
	"bytes"
	"encoding/binary"
)

// AID names the application: category F, which nobody registers, "ASSAY", and
// the number of the binding.
var AID = []byte{0xF0, 'A', 'S', 'S', 'A', 'Y', 0x01}

// The classes of a command: of ISO/IEC 7816-4, of the binding, and of a block of
// the binding that others follow.
const (
	ClassISO     = 0x00
	ClassBinding = 0x80
	ClassChained = 0x90
)

// The instructions.
const (
	InsExchange  = 0x10
	InsResume    = 0x12
	InsAbort     = 0x14
	InsVerify    = 0x20
	InsChangePIN = 0x24
	InsArm       = 0x30
	InsFundReq   = 0x40
	InsFund      = 0x41
	InsDefund    = 0x42
	InsDefundAck = 0x43
	InsSync      = 0x44
	InsSyncAck   = 0x45
	InsPolicy    = 0x46
	InsRevset    = 0x47
	InsResolve   = 0x48
	InsEnrol     = 0x4A
	InsPutCert   = 0x4C
	InsQuery     = 0x50
	InsExport    = 0x52
	InsSelect    = 0xA4
	InsMore      = 0xC0
)

// P1 of EXCHANGE, RESUME and ABORT: what the card is in the payment.
const (
	RolePayer = 1
	RolePayee = 2
)

// P1 of ARM.
const (
	ArmOff      = 0
	ArmPay      = 1
	ArmRequest  = 2
	ArmFinish   = 3
	ArmConsent  = 4
	ArmWithdraw = 5
)

// P1 of QUERY.
const (
	QueryBalance  = 1
	QueryCounters = 2
	QueryPending  = 3
	QueryLimits   = 4
	QueryLog      = 5
	QueryVersions = 6
	QueryRefusal  = 7
)

// An Application is what SELECT answers: constants of the product, the same from
// every card of it.
type Application struct {
	Versions []byte // of the protocol
	MTU      int    // longest data field, both ways; above 255 only with extended length
	Families []byte // of value
}

// Extended reports whether extended length is declared.
func (a Application) Extended() bool { return a.MTU > maxShortData }

// Encode returns the FCI template.
func (a Application) Encode() []byte {
	proprietary := tlv(0x9F01, a.Versions)
	proprietary = append(proprietary, tlv(0x9F02, binary.BigEndian.AppendUint16(nil, uint16(a.MTU)))...)
	proprietary = append(proprietary, tlv(0x9F03, a.Families)...)
	name := tlv(0x84, AID)
	return tlv(0x6F, append(name, tlv(0xA5, tlv(0xBF0C, proprietary))...))
}

// tlv encodes a data object; everything here is shorter than 128 bytes.
func tlv(tag int, value []byte) []byte {
	var b []byte
	if tag > 0xFF {
		b = append(b, byte(tag>>8))
	}
	return append(append(b, byte(tag), byte(len(value))), value...)
}

// ParseApplication reads an FCI template. Data objects that it does not know it
// passes over: a card platform may put its own beside ours. The error is
// [ErrMalformed].
func ParseApplication(b []byte) (Application, error) {
	var a Application
	fci, ok := find(b, 0x6F)
	name, named := find(fci, 0x84)
	inner, proprietary := find(fci, 0xA5)
	ours, discretionary := find(inner, 0xBF0C)
	versions, v := find(ours, 0x9F01)
	mtu, m := find(ours, 0x9F02)
	families, f := find(ours, 0x9F03)
	if !ok || !named || !bytes.Equal(name, AID) || !proprietary || !discretionary || !v || !m || !f || len(mtu) != 2 {
		return a, ErrMalformed
	}
	a = Application{Versions: versions, MTU: int(binary.BigEndian.Uint16(mtu)), Families: families}
	if a.MTU == 0 {
		return Application{}, ErrMalformed
	}
	return a, nil
}

// find returns the value of the first data object with the tag, false when there
// is none or the bytes are no sequence of data objects.
func find(b []byte, tag int) ([]byte, bool) {
	for len(b) > 0 {
		t, n := int(b[0]), 1
		if t&0x1F == 0x1F {
			if len(b) < 2 {
				return nil, false
			}
			t, n = t<<8|int(b[1]), 2
		}
		if len(b) <= n || b[n] > 0x7F || len(b)-n-1 < int(b[n]) {
			return nil, false
		}
		value := b[n+1 : n+1+int(b[n])]
		if t == tag {
			return value, true
		}
		b = b[n+1+len(value):]
	}
	return nil, false
}
