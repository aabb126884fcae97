package apdu_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/assay-cbdc/assay/reference/apdu"
)

func TestTheSevenCases(t *testing.T) {
	long := strings.Repeat("ab", 300)
	for _, tt := range []struct {
		name, hex string
		want      apdu.Command
	}{
		{"1", "80140100", apdu.Command{CLA: 0x80, INS: 0x14, P1: 1}},
		{"2 short", "8050010040", apdu.Command{CLA: 0x80, INS: 0x50, P1: 1, Le: 64}},
		{"2 short, all", "8050010000", apdu.Command{CLA: 0x80, INS: 0x50, P1: 1, Le: 256}},
		{"3 short", "8041000002abab", apdu.Command{CLA: 0x80, INS: 0x41, Data: []byte{0xab, 0xab}}},
		{"4 short", "8041000002abab00", apdu.Command{CLA: 0x80, INS: 0x41, Data: []byte{0xab, 0xab}, Le: 256}},
		{"2 extended", "805001000000ff", apdu.Command{CLA: 0x80, INS: 0x50, P1: 1, Le: 255, Extended: true}},
		{"2 extended, all", "80500100000000", apdu.Command{CLA: 0x80, INS: 0x50, P1: 1, Le: 65536, Extended: true}},
		{"3 extended", "8041000000012c" + long, apdu.Command{CLA: 0x80, INS: 0x41, Data: bytes.Repeat([]byte{0xab}, 300), Extended: true}},
		{"4 extended", "8041000000012c" + long + "0800", apdu.Command{CLA: 0x80, INS: 0x41, Data: bytes.Repeat([]byte{0xab}, 300), Le: 2048, Extended: true}},
	} {
		raw, _ := hex.DecodeString(tt.hex)
		got, err := apdu.ParseCommand(raw)
		if err != nil || !bytes.Equal(got.Data, tt.want.Data) || got.Le != tt.want.Le || got.Extended != tt.want.Extended ||
			got.CLA != tt.want.CLA || got.INS != tt.want.INS || got.P1 != tt.want.P1 || got.P2 != tt.want.P2 {
			t.Errorf("case %s: %+v, %v; want %+v", tt.name, got, err, tt.want)
		}
		if again := tt.want.Encode(); !bytes.Equal(again, raw) {
			t.Errorf("case %s encodes as %x; want %s", tt.name, again, tt.hex)
		}
	}
}

func TestMalformedCommands(t *testing.T) {
	for name, text := range map[string]string{
		"nothing": "", "no P2": "805001", "data too short": "8041000003abab", "data too long": "8041000001ababab",
		"a zero Lc with data": "80410000000000ab", "half an extended length": "804100000001",
		"extended data too short": "80410000000003abab", "one byte of an extended Le": "80410000000002abab00",
		"three bytes of Le": "80410000000002abab000000",
	} {
		raw, _ := hex.DecodeString(text)
		if c, err := apdu.ParseCommand(raw); !errors.Is(err, apdu.ErrMalformed) {
			t.Errorf("%s (%s): %+v, %v; want malformed", name, text, c, err)
		}
	}
}

func FuzzParseCommand(f *testing.F) {
	for _, s := range []string{"00a4040007f041535341590100", "8050010000", "80410000000002abab0000", "801401"} {
		raw, _ := hex.DecodeString(s)
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := apdu.ParseCommand(b)
		if err != nil {
			return
		}
		if got := c.Encode(); !bytes.Equal(got, b) {
			t.Errorf("%x reads as %+v, which encodes to %x", b, c, got)
		}
	})
}

func FuzzParseResponse(f *testing.F) {
	f.Add([]byte{0x90, 0})
	f.Add([]byte{1, 2, 0x61, 5})
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := apdu.ParseResponse(b)
		if err == nil && !bytes.Equal(r.Encode(), b) {
			t.Errorf("%x reads as %+v, which encodes to %x", b, r, r.Encode())
		}
	})
}

func FuzzParseApplication(f *testing.F) {
	f.Add(apdu.Application{Versions: []byte{1}, MTU: 2048, Families: []byte{1}}.Encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		if a, err := apdu.ParseApplication(b); err == nil && (a.MTU < 1 || a.MTU > 65535) {
			t.Errorf("%x reads as %+v", b, a)
		}
	})
}

// Whatever a card is sent, it answers with a status word of its table.
func FuzzTransmit(f *testing.F) {
	b := newRealm(f).body(1, 2048)
	b.fund(1000)
	f.Add([]byte{0x80, 0x10, 1, 1, 0}, []byte{0x80, 0x50, 1, 0, 0})
	f.Add([]byte{0x90, 0x41, 0, 0, 2, 1, 2}, []byte{0x00, 0xC0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, one, two []byte) {
		for _, command := range [][]byte{one, two} {
			r, err := apdu.ParseResponse(b.Transmit(command))
			if err != nil {
				t.Fatalf("%x: no answer", command)
			}
			if s, err := b.Device().Query(); err != nil || s.Balance+s.PendingOutgoing != 1000 {
				t.Fatalf("%x: %s, balance %d, pending %d", command, r.Status, s.Balance, s.PendingOutgoing)
			}
		}
	})
}
