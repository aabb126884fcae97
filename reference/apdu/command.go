package apdu

import (
	"encoding/binary"
	"errors"
)

// ErrMalformed says that bytes are no command or no response APDU.
var ErrMalformed = errors.New("apdu: malformed")

// A Command is a command APDU (ISO/IEC 7816-4, section 5.2). Of the seven cases
// it is that which Data, Le and Extended make: 1 without both, 2 with Le alone, 3
// with Data alone, 4 with both; 2, 3 and 4 in short or in extended length.
type Command struct {
	CLA, INS, P1, P2 byte
	Data             []byte // aliases the input of [ParseCommand]
	Le               int    // bytes wanted at most: 0 without Le, 256 or 65,536 for all there are
	Extended         bool   // the lengths have three and two bytes
}

// The largest lengths of both forms.
const (
	maxShortData    = 255
	maxShortLe      = 256
	maxExtendedData = 65_535
	maxExtendedLe   = 65_536
)

// ParseCommand reads a command APDU in whichever of the seven cases it is. There
// is one reading of every byte string: Lc is never 0, and what follows the data
// is Le in the same form as Lc, or nothing. The error is [ErrMalformed].
func ParseCommand(b []byte) (Command, error) {
	if len(b) < 4 {
		return Command{}, ErrMalformed
	}
	c := Command{CLA: b[0], INS: b[1], P1: b[2], P2: b[3]}
	rest := b[4:]
	switch {
	case len(rest) == 0:
		return c, nil
	case len(rest) == 1:
		c.Le = lengthExpected(int(rest[0]), maxShortLe)
		return c, nil
	case rest[0] != 0:
		return c.short(rest)
	}
	c.Extended = true
	return c.extended(rest[1:])
}

// short reads cases 3 and 4 in short length.
func (c Command) short(b []byte) (Command, error) {
	lc := int(b[0])
	switch len(b) - 1 - lc {
	case 0:
	case 1:
		c.Le = lengthExpected(int(b[1+lc]), maxShortLe)
	default:
		return Command{}, ErrMalformed
	}
	c.Data = b[1 : 1+lc : 1+lc]
	return c, nil
}

// extended reads cases 2, 3 and 4 in extended length, after their zero byte.
func (c Command) extended(b []byte) (Command, error) {
	if len(b) < 2 {
		return Command{}, ErrMalformed
	}
	n := int(binary.BigEndian.Uint16(b))
	if len(b) == 2 {
		c.Le = lengthExpected(n, maxExtendedLe)
		return c, nil
	}
	if n == 0 {
		return Command{}, ErrMalformed
	}
	switch len(b) - 2 - n {
	case 0:
	case 2:
		c.Le = lengthExpected(int(binary.BigEndian.Uint16(b[2+n:])), maxExtendedLe)
	default:
		return Command{}, ErrMalformed
	}
	c.Data = b[2 : 2+n : 2+n]
	return c, nil
}

// lengthExpected is Le: zero stands for the largest.
func lengthExpected(n, largest int) int {
	if n == 0 {
		return largest
	}
	return n
}

// Encode returns the APDU. Data longer than its form allows, and an Le of its own
// that does not fit, is a programming error.
func (c Command) Encode() []byte {
	largestData, largestLe := maxShortData, maxShortLe
	if c.Extended {
		largestData, largestLe = maxExtendedData, maxExtendedLe
	}
	if len(c.Data) > largestData || c.Le < 0 || c.Le > largestLe {
		panic("apdu: a length does not fit the command")
	}
	b := []byte{c.CLA, c.INS, c.P1, c.P2}
	if !c.Extended {
		if len(c.Data) > 0 {
			b = append(append(b, byte(len(c.Data))), c.Data...)
		}
		if c.Le > 0 {
			b = append(b, byte(c.Le))
		}
		return b
	}
	if len(c.Data)+c.Le > 0 {
		b = append(b, 0)
	}
	if len(c.Data) > 0 {
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(c.Data))), c.Data...)
	}
	if c.Le > 0 {
		b = binary.BigEndian.AppendUint16(b, uint16(c.Le%maxExtendedLe))
	}
	return b
}
