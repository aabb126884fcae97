package qr

import "strings"

// alphabet is that of RFC 9285, table 1: the 45 characters that a QR code holds
// in its alphanumeric mode. The index of a character is its value.
const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

const base = len(alphabet)

// encodedLength is the number of characters for n bytes: three for two, two for
// a last one.
func encodedLength(n int) int { return n/2*3 + n%2*2 }

// Encode45 writes bytes in base45 (RFC 9285), the lowest digit first.
func Encode45(b []byte) string {
	var s strings.Builder
	s.Grow(encodedLength(len(b)))
	for ; len(b) > 1; b = b[2:] {
		n := int(b[0])<<8 | int(b[1])
		s.WriteByte(alphabet[n%base])
		s.WriteByte(alphabet[n/base%base])
		s.WriteByte(alphabet[n/base/base])
	}
	if len(b) == 1 {
		s.WriteByte(alphabet[int(b[0])%base])
		s.WriteByte(alphabet[int(b[0])/base])
	}
	return s.String()
}

// Decode45 reads base45. Bytes have one text only: a group of three above 65535,
// a group of two above 255, a single character left over and a character outside
// the alphabet, lower case among them, are none.
func Decode45(s string) ([]byte, bool) {
	b := make([]byte, 0, len(s)/3*2+1)
	for ; len(s) >= 3; s = s[3:] {
		n, ok := value(s[:3])
		if !ok || n > 1<<16-1 {
			return nil, false
		}
		b = append(b, byte(n>>8), byte(n))
	}
	if s == "" {
		return b, true
	}
	n, ok := value(s)
	if !ok || len(s) == 1 || n > 1<<8-1 {
		return nil, false
	}
	return append(b, byte(n)), true
}

// value is that of a group of digits, the lowest first: below 45^3, 91125.
func value(group string) (n int, ok bool) {
	for i := len(group) - 1; i >= 0; i-- {
		digit := strings.IndexByte(alphabet, group[i])
		if digit < 0 {
			return 0, false
		}
		n = n*base + digit
	}
	return n, true
}
